"""The row that a problem is in, as it is written in its file."""

import openpyxl
import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.jobs.problem_rows import problem_rows
from kpi_xl.jobs.start import init

HEADINGS = ["保单号", "工号", "承保日期", "首年保费", "", "备注"]
BAD = ["P2", "00101", "2024-13-45", "", "旁注", "两行\n备注"]
GOOD = ["P1", "00101", "2024-06-05", "1000", "", ""]


@pytest.fixture
def project(tmp_path):
    project = init(tmp_path / "p", "甲")
    (project.data / "原始数据.xlsx").unlink()
    (project.data / "人员.csv").write_text("工号,签约日期\n00101,2022-03-01\n", encoding="utf-8")
    return project


def shown(project):
    problems = [one for one in check_project(project).problems if one.table == "保单"]
    return {
        one.column: row for one, row in zip(problems, problem_rows(project, problems), strict=True)
    }


def xlsx(file):
    book = openpyxl.Workbook()
    book.active.append(["保单明细"])
    for row in (HEADINGS, GOOD, BAD):
        book.active.append([cell or None for cell in row])
    book.save(file)


def csv(file):
    file.write_text(
        "\n".join(",".join(f'"{cell}"' for cell in row) for row in (HEADINGS, GOOD, BAD))
    )


@pytest.mark.parametrize(("name", "write"), [("保单.xlsx", xlsx), ("保单.csv", csv)])
def test_the_whole_row_with_the_cell_marked(project, name, write):
    write(project.data / name)
    rows = shown(project)
    day, amount = rows["承保日期"], rows["首年保费"]
    assert day.headings == tuple(HEADINGS)
    assert day.cells == tuple(BAD)
    assert day.cells[day.marked] == "2024-13-45"
    assert (amount.headings[amount.marked], amount.cells[amount.marked]) == ("首年保费", "")


def test_files_that_are_gone_or_changed_show_none(project):
    csv(project.data / "保单.csv")
    problems = [one for one in check_project(project).problems if one.row]
    (project.data / "保单.csv").write_text("保单号,工号,承保日期,首年保费\nP1,00101,2024-06-05,1\n")
    assert problem_rows(project, problems) == [None] * len(problems)
    (project.data / "保单.csv").unlink()
    assert problem_rows(project, problems) == [None] * len(problems)


def test_what_is_said_of_a_whole_file_has_no_row(project):
    (project.data / "保单.csv").write_text("保单号,工号,承保日期,首年保费\n", encoding="utf-8")
    assert set(shown(project).values()) == {None}
