"""A sheet for each unit: copies with charts, tables, pictures, notes, names and print areas."""

import io
import re
import zipfile

import pytest
import xlsxwriter

from kpi_xl.errors import InputError
from kpi_xl.workbook import Template, read
from kpi_xl.workbook.growth.sheet_copies import sheet_name
from tests.office import (
    convert,
    load,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
)  # fmt: skip
from tests.workbook.conftest import picture

UNITS = ["城东营业部", "O'Neil [1]", "城东营业部", "很长的名字" * 10]
SHEETS = ["城东营业部", "O'Neil _1_", "城东营业部_2", "很长的名字" * 6 + "很"]


@pytest.fixture
def form(tmp_path):
    """总表 that refers to 单位 表, which is copied; a sheet behind it with a name of its own."""
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        total = book.add_worksheet("总表")
        total.write_formula("A1", "='单位 表'!B2", None, 0)
        book.define_name("总", "=总表!$B$1")
        sheet = book.add_worksheet("单位 表")
        sheet.write("A2", "保费")
        sheet.write_formula("C2", "='单位 表'!B2*2+SUM(成员[数])", None, 0)
        sheet.insert_image("H1", "logo.png", {"image_data": picture()})
        sheet.write_comment("B2", "说明")
        sheet.data_validation("B2", {"validate": "list", "source": "='单位 表'!$J$1:$J$3"})
        sheet.conditional_format("B2", {"type": "data_bar", "data_bar_2010": True})
        sheet.add_sparkline("D2", {"range": "'单位 表'!B5:B6"})
        sheet.write_url("E2", "internal:'单位 表'!A1")
        sheet.write_url("E3", "https://example.com/")
        columns = [{"header": "姓名"}, {"header": "数"}]
        sheet.add_table("A4:B6", {"name": "成员", "columns": columns})
        sheet.print_area("A1:F20")
        sheet.repeat_rows(0, 1)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"categories": "='单位 表'!$A$5:$A$6", "values": "='单位 表'!$B$5:$B$6"})
        sheet.insert_chart("H8", chart)
        behind = book.add_worksheet("后表")
        behind.print_area("A1:B2")
        behind.activate()
        book.define_name("sheet.units", "='单位 表'!$A$1")
        book.define_name("保费", "='单位 表'!$B$2")
        book.define_name("'单位 表'!私", "='单位 表'!$F$1")
        book.define_name("'后表'!后", "=后表!$A$1")
    return path


@pytest.fixture
def filled(form, tmp_path):
    """The copies filled: the n-th unit's figure is n, and it has n + 3 members."""
    template = Template(form)
    assert template.sheets_for_units == ["单位 表"]
    copies, slots = template.with_sheets("单位 表", UNITS)
    values = {"总": 7, "后": 8}
    for number, names in enumerate(slots):
        assert set(names) == {"保费", "私", "成员", "成员.姓名", "成员.数"}
        rows = [[f"人{number}{one}", one] for one in range(number + 3)]
        values |= {names["保费"]: number, names["私"]: f"私{number}", names["成员"]: rows}
    path = tmp_path / "填好.xlsx"
    path.write_bytes(copies.fill(values))
    return path


def test_names_of_sheets():
    taken: set[str] = set()
    for unit, name in zip(UNITS, SHEETS, strict=True):
        assert sheet_name(unit, taken) == name
        taken.add(name.casefold())
    assert sheet_name("😀" * 20) == "😀" * 15
    assert sheet_name("History") == "History_"


def test_every_unit_has_its_own_values(filled):
    book = load(filled)
    assert book.sheetnames == ["总表", *SHEETS, "后表"]
    assert book["总表"]["B1"].value == 7
    assert book["后表"]["A1"].value == 8
    for number, name in enumerate(SHEETS):
        sheet = book[name]
        assert (sheet["B2"].value, sheet["F1"].value) == (number, f"私{number}")
        assert [sheet.cell(5 + one, 1).value for one in range(number + 3)] == [
            f"人{number}{one}" for one in range(number + 3)
        ]


def test_everything_refers_to_its_own_sheet(filled):
    book = load(filled)
    assert book["总表"]["A1"].value == "='城东营业部'!B2"
    for number, name in enumerate(SHEETS):
        sheet, quoted = book[name], "'" + name.replace("'", "''") + "'"
        table = "成员" if number == 0 else f"成员_{number + 1}"
        assert list(sheet.tables) == [table]
        assert sheet.tables[table].ref == f"A4:B{7 + number}"
        assert sheet["C2"].value == f"={quoted}!B2*2+SUM({table}[数])"
        assert sheet.print_area == f"{quoted}!$A$1:$F${21 + number}"
        assert sheet.print_title_rows == "$1:$2"
        assert sheet["E2"].hyperlink.location == f"{quoted}!A1"
        assert sheet["E3"].hyperlink.target == "https://example.com/"
        assert sheet["B2"].comment.text == "说明"
        (rule,) = sheet.data_validations.dataValidation
        assert rule.formula1 == f"{quoted}!$J$1:$J$3"
        (chart,) = sheet._charts
        assert chart.series[0].val.numRef.f == f"{quoted}!$B$5:$B${7 + number}"
        cache = [float(point.v) for point in chart.series[0].val.numRef.numCache.pt]
        assert cache == list(range(number + 3))
    assert book["后表"].print_area == "'后表'!$A$1:$B$2"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [False] * 5 + [True]
    assert book.active.title == "后表"
    with zipfile.ZipFile(filled) as archive:
        ids = [
            re.search(rb'<table [^>]*?\bid="(\d+)"', archive.read(name))[1]
            for name in archive.namelist()
            if name.startswith("xl/tables/")
        ]
        sparklines = [archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (2, 4, 5, 6)]
        pictures = b"".join(
            archive.read(name)
            for name in archive.namelist()
            if name.startswith("xl/drawings/_rels/")
        )
        assert sum(name.startswith("xl/media/") for name in archive.namelist()) == 1
    assert pictures.count(b"../media/image1.png") == 4
    assert len(ids) == len(set(ids)) == 4
    for name, xml in zip(SHEETS, sparklines, strict=True):
        assert f"<xm:f>'{name.replace(chr(39), chr(39) * 2)}'!B5:B" in xml


def test_comes_back_by_the_names_of_the_sheets(filled):
    found = read(filled)
    assert found["保费"] == 0
    assert [found[f"{name}!保费"] for name in SHEETS[1:]] == [1, 2, 3]
    assert [found[f"{name}!私"] for name in SHEETS] == [f"私{number}" for number in range(4)]


def test_one_unit_alone(form, tmp_path):
    copies, (names,) = Template(form).with_sheets("单位 表", ["甲"])
    path = tmp_path / "一.xlsx"
    path.write_bytes(copies.fill({names["保费"]: 5}))
    assert load(path).sheetnames == ["总表", "甲", "后表"]
    assert load(path)["甲"]["B2"].value == 5


@needs_node_validator
def test_breaks_no_rule(form, filled, audit):
    assert audit(filled) == audit(form)
    errors = open_xml_sdk_errors([form, filled])
    assert errors[str(filled)] == errors[str(form)] == []


@needs_soffice
def test_opens_and_calculates_in_libreoffice(filled, tmp_path):
    (tmp_path / "out").mkdir()
    (saved,) = convert([filled], "xlsx", tmp_path / "out")
    book = load(saved, data_only=True)
    assert book.sheetnames == ["总表", *SHEETS, "后表"]
    for number, name in enumerate(SHEETS):
        assert book[name]["C2"].value == number * 2 + sum(range(number + 3))
        assert len(book[name]._charts) == 1


def test_a_pivot_table_on_it_is_refused(form, edit):
    part = "xl/worksheets/_rels/sheet2.xml.rels"
    path = edit(
        form, {part: lambda xml: xml.replace(b"relationships/table", b"relationships/pivotTable")}
    )
    with pytest.raises(InputError, match="数据透视表"):
        Template(path).with_sheets("单位 表", ["甲", "乙"])


def test_a_formula_through_sheets_is_refused(form, edit):
    change = {"xl/worksheets/sheet1.xml": lambda xml: re.sub(
        rb"<f>[^<]*</f>", "<f>SUM('单位 表:后表'!A1)</f>".encode(), xml)}  # fmt: skip
    with pytest.raises(InputError, match="好几张工作表"):
        Template(edit(form, change)).with_sheets("单位 表", ["甲", "乙"])


def test_same_bytes_again(form):
    def made():
        copies, slots = Template(form).with_sheets("单位 表", UNITS)
        return copies.fill({names["保费"]: 1 for names in slots})

    assert made() == made()
    assert zipfile.ZipFile(io.BytesIO(made())).testzip() is None
