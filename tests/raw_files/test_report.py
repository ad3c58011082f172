"""校验报告.xlsx."""

from __future__ import annotations

import openpyxl
import pytest

from kpi_xl import kinds
from kpi_xl.checks.check import check_project
from kpi_xl.checks.checked import Checked
from kpi_xl.checks.report import write_report
from kpi_xl.errors import InputError
from kpi_xl.raw_files.problem import Problem

FILES = {
    "人员.csv": "工号,签约日期,备注\n1,2020-01-05,x\n2,去年,y\n3,2020-01-05,\n",
    "保单.csv": "保单号,工号,首年保费,承保日期\n=1+1,@9,=2,2024-01-05\n+2,@9,-5,2024-01-05\n",
    "说明.txt": "x",
}


@pytest.fixture
def checked(make):
    return check_project(make(FILES))


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_summary_reconciles(checked, tmp_path):
    path = tmp_path / "输出" / "校验报告.xlsx"
    write_report(checked, path)
    sheet = openpyxl.load_workbook(path, data_only=True)["汇总"]
    cells = rows(sheet)
    assert cells[0][0] == "数据校验报告"
    assert (
        cells[1][0]
        == "共读入 5 行，使用 3 行，搁置 2 行；另有 3 条提示。没有读的有 1 个文件或工作表要看，见下面。"
    )
    assert cells[4] == [
        *("表", "文件", "工作表", "读入", "使用", "搁置", "核对", "提示", "未使用的列"),
    ]
    assert cells[5] == ["人员", "人员.csv", None, 3, 2, 1, "相符", 0, "备注"]
    assert cells[6] == ["保单", "保单.csv", None, 2, 1, 1, "相符", 3, None]
    assert cells[7][0] == "合计"
    assert cells[7][3:8] == [5, 3, 2, "相符", 3]
    assert [None, "说明.txt"] in [row[:2] for row in cells]
    formulas = openpyxl.load_workbook(path)["汇总"]
    assert formulas["D8"].value == "=SUM(D6:D7)"
    assert formulas["G6"].value == '=IF(D6=E6+F6,"相符","不符")'


def test_details(checked, tmp_path):
    path = tmp_path / "校验报告.xlsx"
    write_report(checked, path)
    sheet = openpyxl.load_workbook(path)["问题明细"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:I{sheet.max_row}"
    cells = rows(sheet)
    assert cells[0] == ["处理", "表", "文件", "工作表", "行", "列", "内容", "原因", "怎么办"]
    assert [row[0] for row in cells[1:]] == ["搁置", "搁置", *["提示"] * 3]
    assert cells[1][1:7] == ["人员", "人员.csv", None, 3, "签约日期", "去年"]
    assert cells[2][1:7] == ["保单", "保单.csv", None, 2, "首年保费", "=2"]
    # What stands in a raw file stays text, whatever it begins with.
    assert sheet["G3"].data_type == "s"
    fills = [sheet.cell(row, 1).fill.fgColor.rgb for row in range(2, sheet.max_row + 1)]
    assert len(set(fills[:2])) == 1
    assert fills[0] != fills[2]


def test_the_same_content_gives_the_same_file(checked, tmp_path):
    for name in ("一.xlsx", "二.xlsx"):
        write_report(checked, tmp_path / name)
    assert (tmp_path / "一.xlsx").read_bytes() == (tmp_path / "二.xlsx").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*")) == sorted(
        ["一.xlsx", "二.xlsx", "项目"]
    )


def test_nothing_found(make, tmp_path):
    checked = check_project(make({"人员.csv": "工号,签约日期\n1,2020-01-05\n"}))
    path = tmp_path / "校验报告.xlsx"
    write_report(checked, path)
    book = openpyxl.load_workbook(path)
    assert book["汇总"]["A2"].value == "共读入 1 行，全部可用，没有发现问题。"
    assert book["问题明细"]["A2"].value == "没有发现问题"


def test_more_problems_than_are_written(checked, tmp_path):
    path = tmp_path / "校验报告.xlsx"
    write_report(checked, path, most=3)
    cells = rows(openpyxl.load_workbook(path)["问题明细"])
    assert len(cells) == 5
    assert cells[4][0] == (
        "这里列出 3 条（同一种提示最多 1,000 条），另有 2 条没有列出，请先改正这些"
    )


def test_a_report_that_cannot_be_written_leaves_nothing(checked, tmp_path):
    path = tmp_path / "校验报告.xlsx"
    path.mkdir()
    with pytest.raises(InputError, match="同名的文件夹"):
        write_report(checked, path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["校验报告.xlsx", "项目"]


def test_a_remark_made_a_thousand_times_is_enough(tmp_path):
    """All that is set aside is listed; of rows that are used, the first thousand of each kind."""

    def problem(row, set_aside):
        fault = (
            kinds.NO_DAY() if set_aside else kinds.ISSUED_EARLY(signed=f"2024-01-{row % 28 + 1}")
        )
        return Problem("保单", "保单.csv", None, row, "承保日期", "x", fault)

    problems = [problem(row, row % 2 == 0) for row in range(4000)]
    path = tmp_path / "报告.xlsx"
    write_report(Checked({}, problems, []), path)
    book = openpyxl.load_workbook(path)
    told = [row[:5] for row in book["汇总"].iter_rows(values_only=True) if row[0] == "保单"]
    assert told == [
        ("保单", "不是日期", "承保日期", "搁置", 2000),
        ("保单", "承保日期早于业务员签约日期（…）", "承保日期", "提示", 2000),
    ]
    rows = list(book["问题明细"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows[:2000]] == ["搁置"] * 2000
    assert [row[0] for row in rows[2000:3000]] == ["提示"] * 1000
    assert "另有 1,000 条没有列出" in rows[3000][0]
    assert len(rows) == 3001
