"""Raw workbooks that are made to fill the memory are refused before they are unpacked."""

import contextlib
import io
import tracemalloc
import zipfile
import zlib

import pytest
import xlsxwriter

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.raw_files.excel_file import tops
from kpi_xl.raw_files.read import read_table
from kpi_xl.raw_files.sheet_structure import structure_of
from tests.raw_files.conftest import ROSTER

SIZE = 100 << 20


def _workbook():
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    book.add_worksheet("人员").write_row(0, 0, ["工号", "签约日期"])
    book.close()
    return made.getvalue()


def _with(part, content, declared=None):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook())) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) if name != part else content, zipfile.ZIP_DEFLATED)
    packed = made.getvalue()
    if declared is not None:
        assert len(content).to_bytes(4, "little") in packed
        size = len(content).to_bytes(4, "little")
        packed = packed.replace(size, declared.to_bytes(4, "little"))
    return packed


PARTS = ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]


@pytest.mark.parametrize("piece", [b" ", b"<x/>", b"<row r='1'>"])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_a_thousand_times_as_large_as_it_looks(tmp_path, part, piece):
    file = tmp_path / "人员.xlsx"
    file.write_bytes(_with(part, (piece * SIZE)[:SIZE]))
    tracemalloc.start()
    with pytest.raises(InputError, match="解压后大得不正常"):
        tops(file, "xlsx")
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_lies_about_its_size(tmp_path, part):
    file = tmp_path / "人员.xlsx"
    file.write_bytes(_with(part, b" " * SIZE, declared=77))
    with pytest.raises(InputError):
        tops(file, "xlsx")


def test_elements_nested_deeper_and_deeper(tmp_path):
    """Rows that differ shrink too little for the first rule."""
    deep = b"".join(b'<row r="%d">' % (zlib.crc32(b"%d" % n)) for n in range(100_000))
    file = tmp_path / "人员.xlsx"
    file.write_bytes(_with("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>" + deep))
    tracemalloc.start()
    with pytest.raises(InputError, match="损坏"):
        tops(file, "xlsx")
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/sharedStrings.xml", PARTS[0]])
@pytest.mark.parametrize("piece", ['<x a="%d"/>', '<row r="%d">', "<si><t>%d</t>"])
def test_elements_without_an_end(tmp_path, part, piece):
    """Many that differ shrink too little for the first rule, whatever part they are in."""
    many = "".join(piece % zlib.crc32(b"%d" % n) for n in range(400_000)).encode()
    file = tmp_path / "人员.xlsx"
    file.write_bytes(_with(part, b"<worksheet><sheetData>" + many))
    tracemalloc.start()
    with contextlib.suppress(InputError):
        read_table(file, TABLES["agents"])
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "reference",
    [
        b'r="XFD1048576"', b'r="xfd1048576"', b"r='XFD1048576'", b'r = "XFD1048576"',
        b'r="XFD0001048576"', b'r="A99999999"', b'r="B4294967295"', b'r="ZZZZ5"',
        b'r="A1048577"',
    ],
)  # fmt: skip
def test_a_cell_that_says_it_is_elsewhere(tmp_path, reference):
    """The reader lays out all cells up to it, and its process ends where memory does."""
    with zipfile.ZipFile(io.BytesIO(_workbook())) as package:
        sheet = package.read(PARTS[0])
    assert b'r="B1"' in sheet
    file = tmp_path / "人员.xlsx"
    file.write_bytes(_with(PARTS[0], sheet.replace(b'r="B1"', reference)))
    with pytest.raises(InputError, match="中间几乎都是空的"):
        structure_of(file, "人员")


def test_cells_far_below_and_far_to_the_right(tmp_path):
    """Neither alone is too much."""
    with zipfile.ZipFile(io.BytesIO(_workbook())) as package:
        sheet = package.read(PARTS[0])
    file = tmp_path / "人员.xlsx"
    for changed, refused in (
        (sheet.replace(b'r="B1"', b'r="XFD1"'), False),
        (sheet.replace(b'r="A1"', b'r="A1048576"'), False),
        (sheet.replace(b'r="A1"', b'r="A1048576"').replace(b'r="B1"', b'r="XFD1"'), True),
    ):
        file.write_bytes(_with(PARTS[0], changed))
        if refused:
            with pytest.raises(InputError, match="中间几乎都是空的"):
                structure_of(file, "人员")
        else:
            structure_of(file, "人员")


def test_the_other_files_go_on(make):
    project = make({"人员.csv": ROSTER, "导出.xlsx": _with(PARTS[0], b" " * SIZE)})
    checked = check_project(project)
    assert any("解压后大得不正常" in str(left) for left in checked.left_out)
    assert "agents" in checked.tables
