"""A month with planted causes: from edited raw files to the first line of each diagnosis."""

import csv
import datetime as dt
import io
import re

import duckdb
import numpy as np
import openpyxl
import pytest

from kpi_xl.analysis.knowledge import BONES
from kpi_xl.calendar import Month
from kpi_xl.findings.drivers import Drivers
from kpi_xl.findings.findings import Findings
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.slots.fishbone_values import MARKS, fishbone_values

APRIL, JUNE = Month.of(2024, 4), Month.of(2024, 6)
NO_RECRUITS, SMALL_CASES, LAPSES = "城东营业部", "城西营业部", "城北营业部"


def rewritten(file, encoding, change):
    """Rewrite a csv file row by row."""
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode(encoding), newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    for row in rows:
        change(row)
        writer.writerow(row)
    file.write_bytes(out.getvalue().encode(encoding))


def in_june(text):
    return text.startswith("2024-06")


def in_april(text):
    return text.startswith("2024-04")


@pytest.fixture(scope="module")
def of_months(branch, tmp_path_factory):
    """The sample's raw files with two causes planted in June, and one in April, each in one
    department: what fell due in April is the last that can be judged at the end of June.

    Without targets: what is left to judge by are bands, the months before and the peers.
    """
    folder = tmp_path_factory.mktemp("planted")
    (folder / "data").mkdir()
    for file in branch.project.data.iterdir():
        if file.name != "目标.xlsx":
            (folder / "data" / file.name).write_bytes(file.read_bytes())
    settings = (branch.project.folder / "kpi.toml").read_text(encoding="utf-8")
    # Nearly all departments miss the project's own band of 保费持续率.
    settings = re.sub(r'(?m)^"保费持续率" = .*\n', "", settings)
    (folder / "kpi.toml").write_text(settings, encoding="utf-8")
    data = folder / "data"
    book = openpyxl.load_workbook(data / "人员.xlsx")
    sheet = book.active
    rows = list(sheet.iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if "工号" in [str(cell) for cell in row])
    at = {name: rows[top].index(name) for name in ("工号", "营业部", "签约日期")}
    department = {}
    for number in range(len(rows) - 1, top, -1):
        agent, unit, signed = (rows[number][at[name]] for name in at)
        day = str(signed.date() if isinstance(signed, dt.datetime) else signed).replace("/", "-")
        if unit == NO_RECRUITS and in_june(day):
            sheet.delete_rows(number + 1)
        else:
            department[str(agent)] = unit
    book.save(data / "人员.xlsx")

    def fewer_talks_and_visits(row):
        if department.get(row["工号"]) == NO_RECRUITS and in_june(row["日期"]):
            row["增员面谈数"] = "0"
        if department.get(row["工号"]) == LAPSES and in_april(row["日期"]):
            # Nobody looks after those who have bought any more.
            row["拜访数"] = str(int(row["拜访数"] or 0) // 5)

    def smaller_cases(row):
        if department.get(row["工号"]) == SMALL_CASES and in_june(row["承保日期"]):
            for money in ("首年保费", "FYC"):
                row[money] = f"{float(row[money]) * 0.4:.2f}"

    def no_renewals(row):
        if department.get(row["工号"]) == LAPSES and in_april(row["应收日期"]):
            row["实收日期"] = row["实收保费"] = ""

    rewritten(data / "活动.csv", "utf-8-sig", fewer_talks_and_visits)
    rewritten(data / "保单.csv", "gb18030", smaller_cases)
    rewritten(data / "续期.csv", "utf-8-sig", no_renewals)
    project = Project.open(folder)
    cube = load(project).cube
    with duckdb.connect(str(project.store), read_only=True) as store:
        yield {
            month: Findings.read(cube, store, project.settings, month, "营业部")
            for month in (APRIL, JUNE)
        }


@pytest.fixture(scope="module")
def planted(of_months):
    return of_months[JUNE]


def seen_in(of_months, name):
    """The findings of the month that a department's cause is planted in."""
    return of_months[APRIL if name == LAPSES else JUNE]


def unit_of(findings, name):
    return findings.cube.unit_index(name)


@pytest.mark.parametrize(
    ("name", "topic", "cause"),
    [
        (NO_RECRUITS, "增员率低", "few_talks"),
        (LAPSES, "持续率低", "no_service"),
    ],
)
def test_the_planted_cause_is_first(of_months, name, topic, cause):
    planted = seen_in(of_months, name)
    unit = unit_of(planted, name)
    first = planted.weaknesses(unit)[0]
    assert first.topic.name == topic
    assert first.causes[0].cause.id == cause
    assert first.causes[0].verdict == "数据支持"
    assert first.causes[0].strength > 1.5 * max(c.strength or 0 for c in first.causes[1:])


def test_smaller_cases_are_one_weakness_with_all_that_the_premium_lacks(planted):
    """What explains is diagnosed, and not 人均FYP, which is low because of it."""
    unit = unit_of(planted, SMALL_CASES)
    first = planted.weaknesses(unit)[0]
    chain = planted.chain(unit)
    assert first.topic.name == "件均保费低"
    assert [planted.kpis[one.kpi].name for one in first.warning.shown_by] == [
        "件均保费",
        "人均产能",
    ]
    assert first.warning.cost == -chain.shares[-1] > 0.9 * (chain.before - chain.after)


def test_the_planted_case_size_carries_the_change_of_the_premium(planted):
    split = Drivers(planted).split(unit_of(planted, SMALL_CASES), "环比")
    worst = split.tree.factors[int(np.argmin(split.shares))]
    assert worst.name == "件均保费"
    assert sum(split.shares) == split.after - split.before


def test_the_planted_kpis_are_those_of_the_raw_files(planted):
    assert planted.value("recruits", unit_of(planted, NO_RECRUITS)) == 0
    assert planted.value("recruiting_talks", unit_of(planted, NO_RECRUITS)) == 0


def test_a_lapse_is_judged_when_it_is_ripe(of_months, planted):
    april = of_months[APRIL]
    unit = unit_of(april, LAPSES)
    assert april.value("KPI_PERSISTENCY", unit) < 0.1
    assert april.status("KPI_PERSISTENCY", unit) == "危险"
    for one in planted.units:
        assert planted.status("KPI_PERSISTENCY", one) == "未成熟"
        assert planted.grounds("KPI_PERSISTENCY", one) == "8月29日成熟"
    unripe = {"KPI_PERSISTENCY", "KPI_PERSISTENCY_PIECES", "KPI_PERSISTENCY_COMBINED"}
    shown = {one.kpi for fact in planted.warnings for one in fact.shown_by}
    assert shown and not unripe & shown


@pytest.mark.parametrize("name", [NO_RECRUITS, SMALL_CASES, LAPSES])
def test_every_department_has_measures_against_its_first_cause(of_months, name):
    planted = seen_in(of_months, name)
    weakness = planted.weaknesses(unit_of(planted, name))[0]
    today = dt.date(2024, 7, 1)
    first = weakness.proposals(today, 4)[0]
    assert first.cause is weakness.causes[0]
    assert first.cause.cause.id in first.remedy.causes
    assert first.due > today


ABOUT = {"unit.name": "某营业部", "period.month": "2024年6月"}


@pytest.mark.parametrize("name", [NO_RECRUITS, SMALL_CASES, LAPSES])
def test_the_fishbone_has_every_cause_once_with_what_the_data_say(of_months, name):
    planted = seen_in(of_months, name)
    unit = unit_of(planted, name)
    worst = planted.weaknesses(unit)[0]
    values = fishbone_values(planted, unit, ABOUT)
    drawn = [text for bone in BONES for text in values[f"fishbone.{bone}"]]
    assert len(drawn) == len(worst.causes)
    for ranked in worst.causes:
        (text,) = [t for t in values[f"fishbone.{ranked.cause.bone}"] if ranked.cause.text in t]
        assert text[0] == MARKS[ranked.verdict]
        assert (ranked.verdict == "数据支持") == text.endswith("）")
    assert values["fishbone.问题"].startswith(worst.topic.name)
    supported = sum(one.verdict == "数据支持" for one in worst.causes)
    told = f"数据支持 {supported} 条" if supported else "没有一条原因有数据支持"
    assert told in values["fishbone.说明"]
