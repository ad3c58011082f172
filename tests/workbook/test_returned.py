"""What comes back from workbooks that people and programs have saved."""

import datetime as dt
import math

import openpyxl
import pytest

from kpi_xl.error_values import error_name
from kpi_xl.workbook import Template, read


@pytest.fixture
def one(small, with_data):
    """The value read from one cell, B2, written as given."""

    def value(cell: str, data: str = "<sheetData><row r='2'>{}</row></sheetData>"):
        path = with_data(small({"x": "表!$B$2"}), data.format(cell))
        return read(path)["x"]

    return value


@pytest.mark.parametrize(
    "data",
    [
        '<sheetData><row r="2">{}</row></sheetData>',
        "<sheetData><row r='2'>{}</row></sheetData>",
        '<sheetData><!-- <c r="B2"><v>99</v></c> --><row r="2">{}</row></sheetData>',
        '<sheetData>\n<row spans="1:2" r="2">\n{}\n</row>\n</sheetData >',
    ],
)
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="B2"><v>12</v></c>', 12),
        ('<c r="B2" t="n"><v>12.0</v></c>', 12.0),
        ('<c r="B2" s="0"><v>-1.5E-3</v></c>', -0.0015),
        ('<c r="B2"><f>A1</f><v>3</v></c>', 3),
        ('<c r="B2" t="str"><f>A1</f><v>a&amp;b_x000D_</v></c>', "a&b\r"),
        ('<c r="B2" t="str"><f>A1</f><v/></c>', ""),
        ('<c r="B2" t="b"><v>1</v></c>', True),
        ('<c r="B2" t="b"><v>0</v></c>', False),
        ('<c r="B2" t="inlineStr"><is><t xml:space="preserve"> 甲 </t></is></c>', " 甲 "),
        (
            '<c r="B2" t="inlineStr"><is><r><rPr><b/><color rgb="FF000000"/></rPr><t>粗</t></r>'
            '<r><t>细</t></r><rPh sb="0" eb="1"><t>cu</t></rPh></is></c>',
            "粗细",
        ),
        ('<c r="B2" t="inlineStr"><is/></c>', ""),
        ('<c r="B2" t="d"><v>2026-11-21T08:00:00</v></c>', dt.datetime(2026, 11, 21, 8)),
        ('<c r="B2"/>', None),
        ('<c r="B2"></c>', None),
        ('<c r="B2"><f>A1</f></c>', None),
        ('<c r="B2"><v></v></c>', None),
        ('<c r="A2"><v>1</v></c>', None),
        ("<c><v>1</v></c><c><v>2</v></c>", 2),
        ("<c r='B2' ><v >7</v ></c >", 7),
        ('<c s="0" r="B2"><v>7</v></c>', 7),
        ('<c r="A2"/><c r="B2"><v>7</v></c><c r="C2"/>', 7),
    ],
)
def test_every_way_to_write_a_cell(one, data, cell, expected):
    found = one(cell, data)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "name"), [("#N/A", "#N/A"), ("#DIV/0!", "#DIV/0!"), ("#REF!", "#VALUE!")]
)
def test_errors(one, text, name):
    found = one(f'<c r="B2" t="e"><v>{text}</v></c>')
    assert math.isnan(found)
    assert error_name(found) == name


@pytest.mark.parametrize(
    ("number_format", "value", "expected"),
    [
        ("yyyy-mm-dd", 46347, dt.date(2026, 11, 21)),
        ("yyyy-mm-dd", 46347.75, dt.datetime(2026, 11, 21, 18)),
        ("yyyy-mm-dd", 1, dt.date(1900, 1, 1)),
        ("yyyy-mm-dd", 59, dt.date(1900, 2, 28)),
        ("yyyy-mm-dd", 60, 60),
        ("yyyy-mm-dd", 61, dt.date(1900, 3, 1)),
        ("yyyy-mm-dd", 0, 0),
        ("yyyy-mm-dd", -5, -5),
        ("yyyy-mm-dd", 1e9, 10**9),
        ("yyyy-mm-dd", 2958465, dt.date(9999, 12, 31)),
        ("yyyy-mm-dd", 2958465.9999999999, 2958466),
        ("[$-804]aaaa", 46347, dt.date(2026, 11, 21)),
        ('m"月"d"日"', 46347, dt.date(2026, 11, 21)),
        ("mm-dd-yy", 46347, dt.date(2026, 11, 21)),
        ("h:mm", 0.5, 0.5),
        ("[h]:mm:ss", 1.5, 1.5),
        ("0.00E+00", 46347, 46347),
        ("General", 46347, 46347),
    ],
)
def test_dates_are_what_the_cell_shows(small, number_format, value, expected):
    def finish(book):
        book.active["B2"] = value
        book.active["B2"].number_format = number_format

    found = read(small({"x": "表!$B$2"}, finish=finish))["x"]
    assert found == expected
    assert isinstance(found, dt.date) is isinstance(expected, dt.date)


class TestNames:
    def test_names_that_are_no_slots(self, rich):
        assert not {"利率", "多区域", "断开", "整列"} & set(read(rich))
        assert not any(name.startswith("_xlnm") for name in Template(rich).slots)
        assert set(read(rich)) == set(Template(rich).slots)

    @pytest.mark.parametrize(
        "text",
        ["'[1]外部'!$A$1", "没有!$A$1", "表!$A$0", "表!$XFE$1", "表!$A$1048577", "SUM(表!$A$1)",
         "$A$1", "表:表2!$A$1", "表!R1C1", '"文字"', "表!$A$1 ", "表!$A:$B", "表!$1:$2"],
    )  # fmt: skip
    def test_more_names_that_are_no_slots(self, small, text):
        found = set(read(small({"x": text})))
        assert found == ({"x"} if text.endswith(" ") else set())

    def test_sheets_with_odd_names(self, tmp_path):
        book = openpyxl.Workbook()
        book.active.title = "第1季 'A'!（草稿）"
        book.create_sheet("MIXED case")
        define = openpyxl.workbook.defined_name.DefinedName
        book.defined_names["a"] = define("a", attr_text="'第1季 ''A''!（草稿）'!$B$2:$A$1")
        book.defined_names["b"] = define("b", attr_text="'mixed CASE'!C3")
        path = tmp_path / "x.xlsx"
        book.save(path)
        template = Template(path)
        assert template.slots["a"].reference == "A1:B2"
        path.write_bytes(template.fill({"a": [[1, 2], [3, 4]], "b": "x"}))
        assert read(path) == {"a": [[1, 2], [3, 4]], "b": "x"}

    def test_names_private_to_sheets(self, tmp_path):
        book = openpyxl.Workbook()
        define = openpyxl.workbook.defined_name.DefinedName
        for title in ("一", "二"):
            sheet = book.create_sheet(title)
            sheet.defined_names["twice"] = define("twice", attr_text=f"{title}!$A$1")
            sheet.defined_names["both"] = define("both", attr_text=f"{title}!$A$2")
        book.defined_names["both"] = define("both", attr_text="一!$A$3")
        book["二"].defined_names["once"] = define("once", attr_text="二!$A$4")
        path = tmp_path / "x.xlsx"
        book.save(path)
        template = Template(path)
        places = {name: (slot.sheet, slot.reference) for name, slot in template.slots.items()}
        assert places == {
            "both": ("一", "A3"),
            "一!twice": ("一", "A1"),
            "一!both": ("一", "A2"),
            "二!twice": ("二", "A1"),
            "二!both": ("二", "A2"),
            "once": ("二", "A4"),
        }
        values = {name: number for number, name in enumerate(places)}
        path.write_bytes(template.fill(values))
        assert read(path) == values


def test_shared_texts_with_phonetics(rich, edit):
    def change(xml: bytes) -> bytes:
        rich_text = '<si><r><t>第1</t></r><r><rPr/><t xml:space="preserve">事业部 </t></r>'
        phonetic = '<rPh sb="0" eb="1"><t>DI</t></rPh><phoneticPr fontId="1"/></si>'
        old = "<si><t>第1事业部</t></si>".encode()
        assert old in xml
        return xml.replace(old, (rich_text + phonetic).encode())

    path = edit(rich, {"xl/sharedStrings.xml": change})
    assert read(path)["单位列表"][:2] == [["第1事业部 "], ["第2事业部"]]


def test_reading_ordinary_numbers_needs_no_numpy(rich):
    import subprocess
    import sys

    code = (
        "import sys; from kpi_xl.workbook import Template, read;"
        "t = Template(sys.argv[1]); t.fill({'kpi.01.目标': 1.5}); read(sys.argv[1]);"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(rich)], check=True)
