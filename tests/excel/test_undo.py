"""撤销刷新 in Excel: what the refresh wrote goes, what people wrote stays, other workbooks are let be."""

import openpyxl
import pytest
import xlwings
from openpyxl.workbook.defined_name import DefinedName

from excel.remote_book import RemoteBook
from excel.test_macros import user  # noqa: F401 - a fixture
from kpi_xl.system.user import UserSettings
from udfs import macros

SLOTS = {"unit.name": "B1", "kpi.首年新单保费": "B2", "kpi.举绩人数": "B3", "period.month": "B4"}
TYPED = {"B1": "城东营业部", "B2": 111.0, "B3": 222.0, "A2": "保费", "C2": "备注"}


def own(folder, monkeypatch, name="我的.xlsx", typed=TYPED):
    """A workbook of somebody's own."""
    book = openpyxl.Workbook()
    book.active.title = "表"
    for place, value in typed.items():
        book.active[place] = value
    for slot, place in SLOTS.items():
        refers = f"表!${place[0]}${place[1]}"
        book.defined_names[slot] = DefinedName(slot, attr_text=refers)
    file = folder / name
    book.save(file)
    return RemoteBook(file, monkeypatch)


def press(book, macro):
    """What is said, once it is done."""
    macro()
    book.apply()
    return book.alerts[-1][0]


def cells(book):
    held = book.cells["表"].items()
    return {f"{chr(64 + c)}{r}": value for (r, c), value in held if value is not None}


@pytest.fixture
def book(tmp_path, monkeypatch, branch):
    return own(tmp_path, monkeypatch)


def test_another_workbook_of_the_same_name_is_not_touched(book, tmp_path, monkeypatch):
    """Yesterday's unsaved 工作簿1 and today's; a file that was replaced by another."""
    assert "4 处" in press(book, macros.refresh)
    (tmp_path / "今天").mkdir()
    other = own(tmp_path / "今天", monkeypatch, typed=TYPED | {"B2": 5.0})
    before = cells(other)
    assert "没有可以撤销的刷新" in press(other, macros.undo)
    assert cells(other) == before


@pytest.mark.parametrize("row", [1, 2, 3, 4])
def test_a_row_that_was_inserted_is_followed(book, row):
    press(book, macros.refresh)
    book.insert_row("表", row)
    book.cells["表"][row, 2] = "后来加的"
    book.again()
    assert "已恢复 4 处" in press(book, macros.undo)
    moved = {
        f"{place[0]}{int(place[1]) + (int(place[1]) >= row)}": value
        for place, value in TYPED.items()
    }
    assert cells(book) == moved | {f"B{row}": "后来加的"}


@pytest.mark.parametrize("value", [333.0, "没有统计", None, 0.0, True])
def test_what_was_typed_after_the_refresh_stays_and_is_told(book, value):
    press(book, macros.refresh)
    book.cells["表"][2, 2] = value
    book.again()
    said = press(book, macros.undo)
    assert "已恢复 3 处" in said
    assert "表!B2：刷新以后改过，现在是" in said and "刷新以前是 111" in said
    assert cells(book).get("B2") == value
    assert cells(book)["B3"] == 222.0
    assert "没有可以撤销的刷新" in press(book, macros.undo)


def test_the_workbooks_name_is_not_needed(book, monkeypatch):
    """SharePoint and OneDrive: xlwings cannot tell the full name there, and says so by an error."""

    def unknown(_):
        raise xlwings.XlwingsError("Couldn't find the local SharePoint folder.")

    monkeypatch.setattr(xlwings.Book, "fullname", property(unknown))
    assert "4 处" in press(book, macros.refresh)
    assert cells(book)["B2"] != 111.0
    assert "已恢复 4 处" in press(book, macros.undo)
    assert cells(book) == TYPED


def test_a_copy_is_undone_by_itself(book, tmp_path, monkeypatch):
    """另存为: both have been refreshed, and each is undone once."""
    press(book, macros.refresh)
    for name in ("副本.xlsx", "我的.xlsx"):
        one = own(tmp_path, monkeypatch, name)
        one.names = [dict(name) for name in book.names]
        one.cells = {name: dict(content) for name, content in book.cells.items()}
        one.again()
        assert "已恢复 4 处" in press(one, macros.undo)
        assert cells(one) == TYPED
        assert "没有可以撤销的刷新" in press(one, macros.undo)


def test_refresh_undo_refresh_undo(book, user, branch):  # noqa: F811
    for month in ("2024-05", "2024-04", "2024-05"):
        user.save(UserSettings(branch.project.folder, month))
        press(book, macros.refresh)
        assert cells(book)["B4"] == f"2024年{int(month[-1])}月"
        press(book, macros.undo)
        assert cells(book) == TYPED
    # Of two refreshes the last one is undone.
    press(book, macros.refresh)
    between = cells(book)
    user.save(UserSettings(branch.project.folder, "2024-03"))
    press(book, macros.refresh)
    assert cells(book) != between
    said = press(book, macros.undo)
    assert cells(book) == between, said


def test_a_failure_in_the_middle_puts_back_what_was_there(book, monkeypatch):
    """Excel refuses the third cell."""
    from udfs.excel.book import ExcelCells

    write, count = ExcelCells.write, []

    def refused(self, sheet, area, rows):
        count.append(area)
        if len(count) == 3:
            raise RuntimeError("0x800A03EC")
        write(self, sheet, area, rows)

    monkeypatch.setattr(ExcelCells, "write", refused)
    assert "RuntimeError" in press(book, macros.refresh)
    assert cells(book) == TYPED
    monkeypatch.setattr(ExcelCells, "write", write)
    assert "没有可以撤销的刷新" in press(book, macros.undo)


def test_what_cannot_be_kept_is_not_written(book, user):  # noqa: F811
    user.undo.parent.mkdir(parents=True, exist_ok=True)
    user.undo.write_text("no folder", encoding="utf-8")
    macros.refresh()
    assert book.alerts[-1][1] == "critical"
    book.apply()
    assert cells(book) == TYPED


def test_a_name_that_is_gone_does_not_hinder_the_others(book):
    press(book, macros.refresh)
    book.names = [one for one in book.names if one["name"] != "kpi.首年新单保费"]
    book.again()
    said = press(book, macros.undo)
    assert "已恢复 3 处" in said
    assert "名称“kpi.首年新单保费”：单元格已经不在了；刷新以前是 111" in said
    assert cells(book)["B3"] == 222.0


@pytest.mark.parametrize("mark", ["../../x", "", "0" * 32, "A" * 32, "%00"])
def test_a_made_up_mark_leads_nowhere(book, user, mark):  # noqa: F811
    press(book, macros.refresh)
    (user.undo.parent / "x.json").write_text('{"slots": {}}', encoding="utf-8")
    for one in book.names:
        if one["name"] == "kpi_xl_refresh":
            one["refers_to"] = f'="{mark}"'
    book.again()
    before = cells(book)
    assert "没有可以撤销的刷新" in press(book, macros.undo)
    assert cells(book) == before


def test_only_so_many_refreshes_are_kept(tmp_path):
    from udfs import undo

    marks = [undo.keep(tmp_path, {}) for _ in range(undo._MOST + 3)]
    assert len(list(tmp_path.glob("*.json"))) == undo._MOST
    assert undo.kept(tmp_path, marks[-1]) == {}


@pytest.mark.parametrize("typed", [0.5, 45444.25, "001", "2024年5月", "#N/A", "#REF!", True])
def test_what_was_there_comes_back_as_what_it_was(tmp_path, monkeypatch, branch, typed):
    book = own(tmp_path, monkeypatch, typed=TYPED | {"B2": typed})
    before = cells(book)
    press(book, macros.refresh)
    assert cells(book)["B2"] != typed
    assert "已恢复 4 处" in press(book, macros.undo)
    assert cells(book) == before
