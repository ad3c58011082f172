"""撤销刷新 in Calc, where rows, sheets and cells are really moved, renamed, merged and taken away."""

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from calc.test_month import cell, clerk, project  # noqa: F401 - fixtures

SLOTS = {
    "unit.name": ("甲", "$B$1"),
    "period.month": ("甲", "$B$2"),
    "kpi.首年新单保费": ("甲", "$B$3"),
    "kpi.举绩人数": ("乙 表", "$C$3:$D$3"),
    "kpi.活动率": ("乙 表", "$C$5"),
    "members.姓名": ("甲", "$A$10:$A$49"),
    "members.主险件数": ("甲", "$B$10:$B$49"),
}
BEFORE = {
    ("甲", "B1"): "城北营业部/城北二组", ("甲", "B3"): 111.0, ("乙 表", "C3"): "未填",
    ("乙 表", "C5"): 0.5, ("甲", "A10"): "张三", ("甲", "B10"): 3.0, ("甲", "A40"): "李四",
    ("甲", "A9"): "姓名", ("甲", "C10"): "不动",
}  # fmt: skip


@pytest.fixture
def document(clerk, tmp_path):  # noqa: F811
    """A workbook of two sheets that has been refreshed."""
    own = openpyxl.Workbook()
    own.active.title = "甲"
    other = own.create_sheet("乙 表")
    other.merge_cells("C3:D3")
    for (sheet, place), value in BEFORE.items():
        own[sheet][place] = value
    for name, (sheet, place) in SLOTS.items():
        own.defined_names[name] = DefinedName(name, attr_text=f"'{sheet}'!{place}")
    file = tmp_path / "自己的.xlsx"
    own.save(file)
    opened = clerk.open(file)
    yield opened
    opened.close(True)


def held(document):
    """What is in the cells of all sheets."""
    found = {}
    for sheet in document.Sheets:
        cells = sheet.getCellRangeByName("A1:H60")
        for r, row in enumerate(cells.getFormulaArray()):
            for c, value in enumerate(row):
                if value != "":
                    found[sheet.Name, f"{chr(65 + c)}{r + 1}"] = value
    return found


def moved(place, row, sheet):
    """A place after a row has come in."""
    name, reference = place
    number = int(reference[1:])
    return name, f"{reference[0]}{number + (name == sheet and number >= row)}"


def test_refreshed_and_undone_in_a_file_saved_under_another_name(clerk, document, tmp_path):  # noqa: F811
    before = held(document)
    assert "7 处" in clerk.press(document, "refresh")
    refreshed = held(document)
    assert refreshed != before
    copied = tmp_path / "副本.xlsx"
    clerk.office.save(document, copied)
    assert "已恢复 7 处" in clerk.press(document, "undo")
    assert held(document) == before
    assert "没有可以撤销的刷新" in clerk.press(document, "undo")
    again = clerk.open(copied)
    try:
        assert held(again) == refreshed
        assert "已恢复 7 处" in clerk.press(again, "undo")
        assert held(again) == before
        clerk.month("2024-04")
        for _ in range(2):
            clerk.press(again, "refresh")
            assert held(again) != before
            assert "已恢复 7 处" in clerk.press(again, "undo")
            assert held(again) == before
    finally:
        again.close(True)


def test_the_mark_is_hidden_in_excel_too(clerk, document, tmp_path):  # noqa: F811
    clerk.press(document, "refresh")
    file = tmp_path / "存.xlsx"
    clerk.office.save(document, file)
    mark = openpyxl.load_workbook(file).defined_names["kpi_xl_refresh"]
    assert mark.hidden
    assert len(mark.attr_text.strip('"')) == 32


@pytest.mark.parametrize("row", [1, 3, 9, 10, 12, 50])
def test_rows_that_came_in_are_followed(clerk, document, row):  # noqa: F811
    before = held(document)
    clerk.press(document, "refresh")
    sheet = document.Sheets.getByName("甲")
    sheet.Rows.insertByIndex(row - 1, 1)
    said = clerk.press(document, "undo")
    assert "已恢复 7 处" in said, said
    assert held(document) == {moved(place, row, "甲"): value for place, value in before.items()}


@pytest.mark.parametrize("row", [41, 49])
def test_where_it_is_not_known_which_row_came_in_nothing_is_guessed(clerk, document, row):  # noqa: F811
    """Behind the members' rows all are blank: which of them is new cannot be told."""
    before = held(document)
    clerk.press(document, "refresh")
    sheet = document.Sheets.getByName("甲")
    sheet.Rows.insertByIndex(row - 1, 1)
    said = clerk.press(document, "undo")
    assert "有 1 个单元格没有动" in said
    assert "名称“members.姓名”：插入或删除过行列，不能确定是哪一格；刷新以前是 李四" in said
    assert held(document) == {place: one for place, one in before.items() if one != "李四"}


def test_what_people_did_after_the_refresh_stays(clerk, document):  # noqa: F811
    before = held(document)
    clerk.press(document, "refresh")
    first, second = document.Sheets
    first.getCellRangeByName("B3").setFormula("=1+1")
    first.getCellRangeByName("B10").setString("请假")
    second.getCellRangeByName("C5").clearContents(1 | 2 | 4 | 16)
    second.Name = "改名"
    second.getCellRangeByName("C3:D3").merge(False)
    said = clerk.press(document, "undo")
    assert "有 3 个单元格没有动" in said
    assert "甲!B3：刷新以后改过，现在是 =1+1；刷新以前是 111" in said
    assert "甲!B10：刷新以后改过，现在是 请假；刷新以前是 3" in said
    assert "改名!C5：刷新以后改过，现在是 空；刷新以前是 0.5" in said
    wanted = {(name.replace("乙 表", "改名"), place): one for (name, place), one in before.items()}
    wanted |= {("甲", "B3"): "=1+1", ("甲", "B10"): "请假"}
    del wanted["改名", "C5"]
    assert held(document) == wanted


def test_a_sheet_and_rows_that_are_gone_do_not_hinder_the_others(clerk, document):  # noqa: F811
    before = held(document)
    clerk.press(document, "refresh")
    document.Sheets.removeByName("乙 表")
    document.Sheets.getByName("甲").Rows.removeByIndex(2, 1)
    said = clerk.press(document, "undo")
    assert "刷新以前是 111" in said
    assert "名称“kpi.活动率”：单元格已经不在了；刷新以前是 0.5" in said
    assert "名称“kpi.举绩人数”" in said
    wanted = {
        (name, f"{place[0]}{int(place[1:]) - (int(place[1:]) > 3)}"): one
        for (name, place), one in before.items()
        if name == "甲" and place != "B3"
    }
    assert held(document) == wanted


def test_a_row_taken_out_of_a_list(clerk, document):  # noqa: F811
    before = held(document)
    clerk.press(document, "refresh")
    document.Sheets.getByName("甲").Rows.removeByIndex(10, 1)
    clerk.press(document, "undo")
    left = held(document)
    assert left["甲", "A10"] == "张三" and left["甲", "B10"] == before["甲", "B10"]
    assert left["甲", "A39"] == "李四"
    assert left["甲", "C10"] == "不动"


def test_protected_sheets(clerk, document):  # noqa: F811
    before = held(document)
    for sheet in document.Sheets:
        sheet.protect("")
    clerk.press(document, "refresh")
    refreshed = held(document)
    first = document.Sheets.getByIndex(0)
    first.unprotect("")
    first.protect("geheim")
    said = clerk.press(document, "undo")
    assert "工作表有密码保护" in said and "再点一次这个按钮" in said
    assert held(document) == refreshed
    first.unprotect("geheim")
    first.protect("")
    assert "已恢复 7 处" in clerk.press(document, "undo")
    assert held(document) == before
    assert all(sheet.isProtected() for sheet in document.Sheets)


def test_what_calcs_own_undo_has_put_back_is_as_it_was(clerk, document):  # noqa: F811
    before = held(document)
    clerk.press(document, "refresh")
    document.UndoManager.undo()
    assert held(document) == before
    assert "没有可以撤销的刷新" in clerk.press(document, "undo")
    document.UndoManager.redo()
    said = clerk.press(document, "undo")
    assert "已恢复 7 处" in said and "没有动" not in said
    assert held(document) == before


def test_errors_dates_and_texts_that_look_like_numbers_come_back(clerk, document):  # noqa: F811
    first = document.Sheets.getByName("甲")
    first.getCellRangeByName("A10").setString("001")
    first.getCellRangeByName("A11").setString("2024-06-01")
    first.getCellRangeByName("A12").setFormula("2024-06-01")
    first.getCellRangeByName("A13").setString("=1+1")
    first.getCellRangeByName("B10").setFormula("=#DIV/0!")
    first.getCellRangeByName("B11").setValue(1e-9)
    before = held(document)
    clerk.press(document, "refresh")
    assert held(document) != before
    clerk.press(document, "undo")
    assert held(document) == before


def test_an_error_that_a_refresh_wrote_is_refreshed_again(clerk, document):  # noqa: F811
    """In Calc it stands as a formula, which it is not."""
    document.Sheets.getByName("乙 表").getCellRangeByName("C5").setFormula("=#DIV/0!")
    assert "7 处" in clerk.press(document, "refresh")
    assert document.Sheets.getByName("乙 表").getCellRangeByName("C5").Value > 0


def test_a_link_cannot_have_a_file_filled(clerk, document, tmp_path):  # noqa: F811
    """A link in a document can name a button, and anything for its template."""
    file = tmp_path / "别处.xlsx"
    openpyxl.Workbook().save(file)
    clerk.press(document, f"fill/{str(file).replace('/', '%2F')}")  # asks, and nobody answers
    assert not (clerk.project.output / "2024-06").exists()
