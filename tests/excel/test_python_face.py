"""kpi_xl.excel: what scripts and buttons of one's own do with an open workbook."""

import openpyxl
import pytest

from conftest import MONTH
from excel.remote_book import RemoteBook
from kpi_xl import excel, kinds
from kpi_xl.errors import InputError
from kpi_xl.system.user import User, UserSettings
from kpi_xl.workbook import read
from udfs import macros


@pytest.fixture(autouse=True)
def user(branch, tmp_path, monkeypatch):
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "home" / "AppData"))
    monkeypatch.delenv("KPI_XL_PROJECT", raising=False)
    user = User.current()
    user.save(UserSettings(branch.project.folder, MONTH))
    return user


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A workbook of the user's own, open."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "月报"
    for row, name in enumerate(("unit.name", "period.month", "kpi.活动率", "kpi.首年度保费"), 2):
        made.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(
            name, attr_text=f"'月报'!$B${row}"
        )
        sheet.cell(row, 1, name)
    sheet["B2"] = "城东营业部"
    made.save(tmp_path / "月报.xlsx")
    return RemoteBook(tmp_path / "月报.xlsx", monkeypatch)


def expected(branch, unit):
    file = next(f for f in branch.filled["月度KPI表"].files if f.stem == unit)
    values = read(file)
    return {name: values[name] for name in ("kpi.活动率", "kpi.首年度保费")}


def written(book):
    return {name: book.cells["月报"].get((row, 2)) for name, row in ROWS.items()}


ROWS = {"kpi.活动率": 4, "kpi.首年度保费": 5}


def test_slots_are_told_by_name(book):
    assert excel.slots(book.book)["kpi.活动率"] == "月报!B4"


def test_refresh_fills_for_the_unit_that_the_workbook_names(book, branch):
    found = excel.refresh(book.book)
    assert found["unit.name"] == "城东营业部"
    assert {name: found[name] for name in ROWS} == pytest.approx(expected(branch, "城东营业部"))
    book.apply()
    assert written(book) == pytest.approx(expected(branch, "城东营业部"))


def test_fill_is_for_whom_it_is_told(book, branch):
    for unit in ("城西营业部", None):
        found = excel.fill(book.book, unit=unit, project=branch.project.folder, month=MONTH)
        told = {name: found[name] for name in ROWS}
        assert told == pytest.approx(expected(branch, unit or "江城分公司"))


def test_what_it_wrote_the_ribbon_takes_back(book, branch):
    excel.fill(book.book, unit="城西营业部")
    book.apply()
    assert written(book) == pytest.approx(expected(branch, "城西营业部"))
    macros.undo()
    book.apply()
    assert written(book) == dict.fromkeys(ROWS)


def test_a_unit_and_a_person_are_one_too_many(book):
    with pytest.raises(InputError) as error:
        excel.fill(book.book, unit="城西营业部", person="1001")
    assert error.value.fault.kind is kinds.UNIT_OR_PERSON
