"""来源: the rows and cells that a workbook names are those that its numbers are made of."""

from __future__ import annotations

import shutil

import pytest

from collection.test_history import TARGETS, sent, target
from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.measures import SECOND_YEAR
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.circulation.collect import collect
from kpi_xl.data.raw_rows import MOST, RawRowsOf
from kpi_xl.data.store import reading
from kpi_xl.jobs.fill import fill, refresh
from kpi_xl.jobs.load import load
from kpi_xl.jobs.rounds import propose
from kpi_xl.jobs.trace import trace
from kpi_xl.project import Project
from kpi_xl.workbook import read
from small_branch import TWO_DEPARTMENTS, small_branch

__all__ = ["sent"]

JUNE = Month.parse(MONTH)
COLUMNS = ("数字", "数值", "怎样来的", "表", "文件", "行数", "位置")


def lines_of(file):
    """The rows of 来源 by number; its further rows with the first."""
    slots = read(file)
    columns = [[cell for (cell,) in slots[f"source.{name}"]] for name in COLUMNS]
    found, name = {}, None
    for row in zip(*columns, strict=True):
        line = dict(zip(COLUMNS, row, strict=True))
        if line["文件"] is None:
            continue
        name = line["数字"] or name
        found.setdefault(name, []).append(line)
    return found


SUMS = {
    # Which rows a KPI names, and what is summed up of them for the measure.
    "new_premium": (
        "首年新单保费",
        "保单",
        "sum(premium * (CAST(issued BETWEEN $first AND $last AS INT)"
        " - CAST(coalesce(withdrawn BETWEEN $first AND $last, FALSE) AS INT)))",
    ),
    "days_present": ("出勤率", "出勤", "sum(days_present)"),
    "visits": ("拜访数", "活动", "sum(visits)"),
    "cohort_13": ("13个月留存率", "人员", "count(*)"),
}


@pytest.mark.parametrize("code", SUMS)
def test_the_rows_that_are_named_add_up_to_the_number(branch, code):
    """Summed up by file and row, in every unit of every level."""
    project, (label, title, total) = branch.project, SUMS[code]
    table = next(code for code, one in TABLES.items() if one.name == title)
    cube, kpi = load(project).cube, kpis.find(label)
    month = JUNE.number - cube.first.number
    checked = 0
    with reading(project, cube) as store:
        rows_of = RawRowsOf(store, JUNE, None, MOST)
        for number, unit in enumerate(cube.units):
            named = [one for one in rows_of.of(kpi, unit) if one.table == title]
            summed = 0
            for one in named:
                assert len(one.rows) == one.count
                first, last = JUNE.span(None)
                asked = {"file": one.file, "rows": one.rows, "first": first, "last": last}
                used = {key: value for key, value in asked.items() if f"${key}" in total}
                (found,) = store.execute(
                    f"SELECT {total} FROM {table} WHERE source_file = $file"
                    " AND list_contains($rows, source_row)",
                    {"file": one.file, "rows": one.rows} | used,
                ).fetchone()
                summed += found
            assert summed == cube.measure(code)[number, month], unit.path
            checked += summed > 0
    assert checked > 5


def test_a_rate_of_persistency_names_the_policies_of_its_own_months_alone(branch):
    cube = load(branch.project).cube
    with reading(branch.project, cube) as store:
        rows = RawRowsOf(store, JUNE, None, MOST).of(kpis.find("13个月保费继续率"), cube.units[0])
        months = set()
        for one in rows:
            day = {"保单": "issued", "续期": "due"}[one.table]
            table = {"保单": "policies", "续期": "dues"}[one.table]
            months |= {
                month
                for (month,) in store.execute(
                    f"SELECT DISTINCT strftime({day}, '%Y-%m') FROM {table} WHERE source_file = ?"
                    " AND list_contains(?, source_row)",
                    [one.file, one.rows],
                ).fetchall()
            }
    # Withdrawals are of the month, whenever the policy was issued.
    assert max(months) == str(JUNE - SECOND_YEAR)


def test_the_workbook_and_trace_say_the_same(branch):
    (file,) = [one for one in branch.filled["月度KPI表"].files if one.stem == "城东营业部"]
    lines = lines_of(file)
    shown = read(file)
    headline = [kpi for kpi in kpis.values() if f"kpi.{kpi.name}" in shown]
    assert {kpi.name for kpi in headline} <= lines.keys()
    for name in ("首年度保费", "活动率", "保费持续率", "出勤率"):
        traced = trace(branch.project, "城东营业部", name, MONTH).rows
        counted = [(one["表"], one["文件"], one["行数"]) for one in lines[name]]
        assert counted == [(one.table, one.file, one.count) for one in traced]
    (row,) = trace(branch.project, "城东营业部", "首年度保费.目标", MONTH).rows
    (line,) = lines["首年度保费 目标"]
    assert (line["文件"], line["位置"]) == (row.file, row.some)
    assert line["数值"] == f"{shown['kpi.首年度保费.目标']:,.2f} 元"
    assert lines["活动率"][0]["怎样来的"].startswith("举绩人数 ÷ 平均人数；其中 举绩人数 ")


@pytest.fixture
def project(sent, tmp_path):
    folder = tmp_path / "p"
    shutil.copytree(sent.folder, folder)
    return Project.open(folder)


def test_a_typed_target_tells_who_typed_it_where_and_what_it_replaced(project):
    file = target(project, 0, 8, 0.7)
    collect(project)
    target(project, 0, 9, 0.85)
    collect(project)
    made = fill(project, TARGETS, MONTH).files
    told = [lines_of(one).get("活动率 目标") for one in sorted(made)]
    (line,) = told[0]
    assert (line["数值"], line["文件"]) == ("85.0%", file.name)
    assert line["怎样来的"].endswith("填，以前 70.00%")
    assert line["位置"].startswith("「目标与达成」")
    # Nobody else's workbook names it.
    for other in sorted(made)[1:]:
        assert file.name not in str(lines_of(other))


def test_a_target_of_a_round_tells_the_step_and_the_reason(project):
    propose(project, "首年度保费", 100_000.01, MONTH, reason="年初会议")
    files = refresh(project, MONTH).files
    for file in files:
        (line,) = lines_of(file)["首年度保费 目标"]
        assert line["文件"] == "目标商定第 1 轮"
        assert line["数值"].endswith(" 元")
    (whole,) = [one for one in files if one.stem == "总公司"]
    (line,) = lines_of(whole)["首年度保费 目标"]
    assert "年初会议" in line["怎样来的"]
    assert line["数值"] == "100,000.01 元"


def test_a_file_called_after_another_unit_is_not_named(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    (project.data / "保单.csv").rename(project.data / "西城营业部保单.csv")
    files = {one.stem: one for one in refresh(project, MONTH).files}
    assert lines_of(files["东城营业部"])["首年新单保费"][-1]["文件"] == "（其他单位的文件）"
    for own in ("西城营业部", "总公司"):
        assert lines_of(files[own])["首年新单保费"][-1]["文件"] == "西城营业部保单.csv"


def test_many_files_are_counted_not_listed(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    whole = (project.data / "保单.csv").read_text(encoding="utf-8").splitlines()
    (project.data / "保单.csv").unlink()
    for number, line in enumerate(whole[1:]):
        text = f"{whole[0]}\n{line}\n"
        (project.data / f"保单{number:02d}.csv").write_text(text, encoding="utf-8")
    (file,) = [one for one in refresh(project, MONTH).files if one.stem == "总公司"]
    lines = [one for one in lines_of(file)["首年新单保费"] if one["表"] == "保单"]
    assert len(lines) == 5
    assert lines[-1]["文件"] == "另有 4 个文件"
    assert sum(one["行数"] for one in lines) == len(TWO_DEPARTMENTS)
