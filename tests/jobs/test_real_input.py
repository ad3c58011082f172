"""The main job on real input: every number of docs/real-input.md, computed a second time.

The second computation is written here from the definitions with nothing but the standard library
and openpyxl: it reads the files its own way and counts people one by one.
"""

import calendar
import csv
import datetime as dt
import re
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from kpi_xl import kpis
from kpi_xl.calendar import Month
from kpi_xl.jobs.fill import refresh
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.workbook import read
from office import SHARED_DATA, needs_shared_data

pytestmark = needs_shared_data

DOC = Path(__file__).parents[2] / "docs" / "real-input.md"


def block(after: str) -> str:
    """The first code block of the page after some text."""
    text = DOC.read_text(encoding="utf-8").split(after, 1)[1]
    return re.search(r"```\w*\n(.*?)```", text, re.S)[1]


def table(after: str) -> list[list[str]]:
    """The rows of the first table of the page after some text."""
    text = DOC.read_text(encoding="utf-8").split(after, 1)[1]
    rows = re.search(r"\n(\|.*?\n)\n", text, re.S)[1].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def project(folder: Path, files: list[str], settings: str) -> Project:
    (folder / "data").mkdir(parents=True)
    for file in files:
        shutil.copy(SHARED_DATA / file, folder / "data")
    (folder / "kpi.toml").write_text(settings, encoding="utf-8")
    return Project.open(folder)


@pytest.fixture(scope="module")
def agents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "branch"
    made = project(folder, ["花名册.xlsx", "保单.csv", "活动.csv"], block("## Agents"))
    return made, load(made).cube


@pytest.fixture(scope="module")
def employees(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "roster"
    made = project(folder, ["员工名册.csv"], block("## Employees"))
    return made, load(made).cube


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def sign_dates() -> list[dt.date]:
    sheet = openpyxl.load_workbook(SHARED_DATA / "花名册.xlsx").active
    dates = []
    for row in sheet.iter_rows(min_row=4, values_only=True):
        value = row[6]
        if isinstance(value, str):
            value = dt.datetime(*map(int, re.findall(r"\d+", value)))
        dates.append(value.date())
    return dates


def policies() -> list[dict[str, str]]:
    with (SHARED_DATA / "保单.csv").open(encoding="gbk", newline="") as file:
        return list(csv.DictReader(file))


class TestAgents:
    def test_headcount_activity_pieces_and_premium_of_every_month(self, agents):
        _, cube = agents
        signed = sign_dates()
        pieces, premium, producers = defaultdict(int), defaultdict(Decimal), defaultdict(set)
        for row in policies():
            month = row["承保日期"][:7]
            pieces[month] += int(row["件数"])
            premium[month] += Decimal(row["首年保费"].replace(",", ""))
            if int(row["件数"]) > 0:
                producers[month].add(row["工号"])
        printed = table("## Agents")
        assert [row[0] for row in printed] == [str(month) for month in cube.months]
        for (month, *cells), at in zip(printed, cube.months, strict=True):
            end = month_end(at.year, at.month)
            before = month_end((at - 1).year, (at - 1).month)
            closing = sum(day <= end for day in signed)
            average = (sum(day <= before for day in signed) + closing) / 2
            expected = {
                "KPI_HEADCOUNT": closing,
                "KPI_ACTIVITY": len(producers[month]) / average,
                "KPI_PIECES_PER_CAPITA": pieces[month] / average,
                "KPI_FYP": float(premium[month]),
            }
            index = cube.month_index(at)
            for code, value in expected.items():
                assert cube.kpi(kpis[code])[0, index] == pytest.approx(value, rel=1e-12)
            shown = (
                f"{closing}",
                f"{expected['KPI_ACTIVITY']:.2%}",
                f"{expected['KPI_PIECES_PER_CAPITA']:.3f}",
                f"{premium[month]:,.2f}",
            )
            assert tuple(cells) == shown

    def test_units_add_up_to_the_file(self, agents):
        _, cube = agents
        for level in ("营业部", "营业组"):
            rows = [i for i, unit in enumerate(cube.units) if unit.level == level]
            assert (
                cube.measure("new_premium")[rows].sum(0) == cube.measure("new_premium")[0]
            ).all()
        total = sum(Decimal(row["首年保费"].replace(",", "")) for row in policies())
        assert int(cube.measure("new_premium")[0].sum()) == int(total * 100)

    def test_activities_add_up_to_the_file(self, agents):
        _, cube = agents
        with (SHARED_DATA / "活动.csv").open(encoding="utf-8-sig", newline="") as file:
            visits = sum(int(row["拜访客户数"]) for row in csv.DictReader(file))
        assert int(cube.measure("visits")[0].sum()) == visits

    def test_the_workbooks_show_those_numbers(self, agents):
        made, cube = agents
        filled = refresh(made, "2024-06")
        departments = cube.of_level("营业部")
        assert len(filled.files) == 1 + len(departments)
        index = cube.month_index(Month.of(2024, 6))
        for number in (0, *departments):
            values = read(filled.folder / f"{cube.units[number].path}.xlsx")
            assert values["unit.name"] == cube.units[number].name
            for code in ("KPI_HEADCOUNT", "KPI_ACTIVITY", "KPI_FYP"):
                shown = values[f"kpi.{kpis[code].name}"]
                assert shown == pytest.approx(cube.kpi(kpis[code])[number, index], rel=1e-14)


def us_date(text: str) -> dt.date:
    month, day, year = map(int, text.split("/"))
    return dt.date(year, month, day)


class TestEmployees:
    def test_headcount_and_13_month_retention_of_every_month(self, employees):
        _, cube = employees
        people = []
        with (SHARED_DATA / "员工名册.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                left = (
                    None
                    if row["TerminationDate"] == "1/1/1900"
                    else us_date(row["TerminationDate"])
                )
                people.append((us_date(row["OrigHireDate"]), left))
        headcount = cube.kpi(kpis["KPI_HEADCOUNT"])[0]
        retention = cube.kpi(kpis["KPI_RETENTION13"])[0]
        cohorts = defaultdict(list)
        for hired, left in people:
            cohorts[hired.year, hired.month].append(left)
        printed = {row[0]: row[1:] for row in table("## Employees")}
        for index, at in enumerate(cube.months):
            end = month_end(at.year, at.month)
            here = sum(h <= end and (left is None or left > end) for h, left in people)
            assert headcount[index] == here
            cohort = cohorts[(at - 13).year, (at - 13).month]
            stayed = sum(left is None or left > end for left in cohort)
            if cohort:
                assert retention[index] == pytest.approx(stayed / len(cohort), rel=1e-14)
            else:
                assert np.isnan(retention[index])
            if str(at) in printed:
                rate = f"{stayed / len(cohort):.2%}" if cohort else "—"
                assert printed.pop(str(at)) == [str(here), str(len(cohort)), str(stayed), rate]
        assert printed == {}
