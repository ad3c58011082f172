"""Areas and tables that grow and shrink, with everything around them."""

import html
import re
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl.workbook import Template, read
from office import (
    convert,
    formulas_of,
    load,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
)

SHEET1, SHEET2, SHEET3, SHEET4 = (f"xl/worksheets/sheet{number}.xml" for number in range(1, 5))


def list_sheet(book: xlsxwriter.Workbook) -> xlsxwriter.worksheet.Worksheet:
    cell, bold = book.add_format({"border": 1}), book.add_format({"bold": 1, "top": 2})
    edge = book.add_format({"border": 1, "bottom": 5})
    percent = book.add_format({"num_format": "0.0%", "border": 1})
    sheet = book.add_worksheet("名单 1")
    sheet.merge_range("A1:H1", "名单", bold)
    for column, head in enumerate("序号 工号 姓名 姓名 数额 占比 累计 单位".split()):
        sheet.write(3, column, head, bold)
    for row in range(4, 9):
        line, shown = row + 1, edge if row == 8 else cell
        sheet.set_row(row, 21)
        sheet.write(row, 0, row - 3, shown)
        sheet.write_blank(row, 1, None, shown)
        sheet.merge_range(row, 2, row, 3, "", shown)
        sheet.write_blank(row, 4, None, shown)
        sheet.write_formula(row, 5, f"=IF(SUM(E5:E9)=0,0,E{line}/SUM(E$5:E$9))", percent, 0)
        before = "0" if row == 4 else f"G{row}"
        sheet.write_formula(row, 6, f"={before}+E{line}", shown, 0)
        sheet.write(row, 7, "万元", shown)
        sheet.add_sparkline(row, 8, {"range": f"'名单 1'!E{line}:G{line}"})
    sheet.write(9, 0, "合计", bold)
    sheet.write_formula("E10", "=SUM(E5:E9)", bold, 0)
    sheet.write_formula("F10", "=SUM(F5:F9)", bold, 0)
    sheet.write_array_formula("G10:G10", "{=MAX(E5:E9*1)}", bold, 0)
    sheet.write("A12", "补充", bold)
    for row in (13, 14):
        sheet.write_blank(row, 1, None, cell)
        sheet.write_blank(row, 4, None, cell)
    sheet.write_formula("E16", "=SUM(E14:E15)+E10", bold, 0)
    sheet.merge_range("A18:C19", "签字", bold)
    sheet.write_url("E18", "internal:'名单 1'!A10", string="合计在此")
    sheet.write_url("E19", "https://example.invalid/", string="外部")
    return sheet


def list_names(book: xlsxwriter.Workbook) -> None:
    for column, top in (("工号", "B"), ("姓名", "C"), ("数额", "E")):
        book.define_name(f"members.{column}", f"='名单 1'!${top}$5:${top}$9")
    book.define_name("rows.members", "='名单 1'!$5:$9")
    book.define_name("extra.工号", "='名单 1'!$B$14:$B$15")
    book.define_name("extra.数额", "='名单 1'!$E$14:$E$15")
    book.define_name("rows.extra", "='名单 1'!$A$14:$H$15")
    book.define_name("名单合计", "='名单 1'!$E$10")
    book.define_name("'名单 1'!签字", "='名单 1'!$A$18")
    book.define_name("比例", "='名单 1'!$E$10/'名单 1'!$E$16")
    book.define_name("单位", "='名单 1'!$B$2")


def list_rules(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    bold = book.add_format({"bold": 1})
    sheet.data_validation("B5:B9", {"validate": "length", "criteria": "<", "value": 20})
    sheet.data_validation("E8", {"validate": "decimal", "criteria": ">=", "value": 0})
    sheet.data_validation("E10", {"validate": "decimal", "criteria": "<=", "value": "=E16"})
    sheet.conditional_format("E5:E9", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format(
        "F5:F9", {"type": "formula", "criteria": "=$E5>$E$10/2", "format": bold}
    )
    sheet.conditional_format(
        "E5:E9", {"type": "3_color_scale", "mid_type": "formula", "mid_value": "=$E$16"}
    )
    sheet.set_h_pagebreaks([3, 12, 22])
    sheet.print_area("A1:I20")
    sheet.repeat_rows(0, 3)
    sheet.autofilter("A4:H9")
    sheet.ignore_errors({"number_stored_as_text": "B5:B9"})
    sheet.freeze_panes(4, 0)
    sheet.protect("", {"insert_rows": False})
    sheet.unprotect_range("E5:E9", "数额")


def list_drawings(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "='名单 1'!$E$4",
            "categories": "='名单 1'!$B$5:$B$9",
            "values": "='名单 1'!$E$5:$E$9",
        }
    )
    sheet.insert_chart("K3", chart)
    moving = book.add_chart({"type": "line"})
    moving.add_series({"values": "='名单 1'!$E$14:$E$15"})
    sheet.insert_chart("A24", moving, {"object_position": 2})
    sheet.insert_textbox("A40", "说明", {"textlink": "='名单 1'!$E$10"})
    sheet.insert_button("E40", {"caption": "提交"})
    sheet.write_comment("E4", "单位万元")
    sheet.write_comment("E10", "合计")


def table_sheet(book: xlsxwriter.Workbook) -> None:
    table = book.add_worksheet("表格")
    columns = [
        {"header": "名称", "total_string": "合计"},
        {"header": "数额", "total_function": "sum"},
        {"header": "两倍", "formula": "=[@数额]*2", "total_function": "sum"},
    ]
    table.add_table("B3:D8", {"name": "items", "total_row": True, "columns": columns})
    table.write_formula("F10", "=SUM(items[数额])", None, 0)
    table.write_formula("F11", "=C8+D8", None, 0)
    table.add_table("B14:C15", {"name": "one", "columns": [{"header": "a"}, {"header": "b"}]})
    table.write_formula("F16", "=SUM(C15:C15)", None, 0)
    table.write_formula("F17", "=SUM(one[b])", None, 0)


def total_sheet(book: xlsxwriter.Workbook) -> None:
    total = book.add_worksheet("汇总")
    total.write_formula("A1", "=SUM('名单 1'!E5:E9)", None, 0)
    total.write_formula("A2", "='名单 1'!E10", None, 0)
    total.write_formula("A3", "=INDEX('名单 1'!E5:E9,COUNT('名单 1'!E5:E9))", None, 0)
    total.write_formula("A4", "=SUM('名单 1'!E:E)", None, 0)
    total.write_formula("A5", "=表格!F10&\"'名单 1'!E10\"", None, 0)
    total.write_formula("A6", "=SUMIF('名单 1'!$B$5:$B$9,\"A2\",'名单 1'!$E$5:$E$9)", None, 0)
    total.write_formula("A7", "=名单合计+SUM('名单 1'!14:15)", None, 0)
    total.write_formula("A8", "='名单 1'!E16*1", None, 0)
    chart = book.add_chart({"type": "pie"})
    chart.add_series({"values": "='名单 1'!$F$5:$F$9"})
    total.insert_chart("D2", chart)
    book.define_name("汇总!签字", "='名单 1'!$A$18")


def build(path: Path) -> Path:
    """An area of rows 5-9, another of rows 14-15, a table with totals, and what depends on them."""
    with xlsxwriter.Workbook(path) as book:
        sheet = list_sheet(book)
        list_names(book)
        list_rules(book, sheet)
        list_drawings(book, sheet)
        table_sheet(book)
        total_sheet(book)
        other = book.add_worksheet("无关")
        other.write_formula("A1", "=B5+E10", None, 0)
        other.write("E10", 3)
    return path


@pytest.fixture(scope="session")
def form(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("grow") / "名单.xlsx")


def members(count: int) -> dict[str, object]:
    return {
        "members.工号": [f"A{number}" for number in range(1, count + 1)],
        "members.姓名": [f"姓名{number}" for number in range(1, count + 1)],
        "members.数额": [number * 1.5 for number in range(1, count + 1)],
    }


def filled(template: Path, values: dict[str, object], folder: Path) -> Path:
    path = folder / f"{folder.name}{len(list(folder.iterdir()))}.xlsx"
    path.write_bytes(Template(template).fill(values))
    return path


def texts(path: Path, part: str, element: str) -> list[str]:
    """The texts of an element in a part, whatever its prefix."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(part).decode()
    return [html.unescape(one) for one in re.findall(rf"<(?:\w+:)?{element}>([^<]*)<", xml)]


def attributes(path: Path, part: str, element: str, name: str) -> list[str]:
    """The values of an attribute of an element in a part."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(part).decode()
    found = re.findall(rf"<(?:\w+:)?{element}\s[^>]*?\b{name}=\"([^\"]*)", xml)
    return [html.unescape(one) for one in found]


def names(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    return {
        f"{one.get('localSheetId', '')}{one.get('name')}": one.text or ""
        for one in root.iter() if one.tag.endswith("}definedName")
    }  # fmt: skip


EVERYTHING = {
    **members(8),
    "extra.工号": ["x", "y", "z"],
    "extra.数额": [1, 2, 3],
    "items": [["甲", 10, None], ["乙", 20, None]],
    "one": [[1, 2], [3, 4], [5, 6]],
    "单位": "一部",
}


class TestValues:
    @pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 7, 40, 505])
    def test_every_number_of_rows_comes_back(self, form, tmp_path, count):
        values = members(count)
        found = read(filled(form, values, tmp_path))
        blank = [[None]] * max(5 - count, 0)
        for name, value in values.items():
            assert found[name] == [[one] for one in value] + blank

    @given(
        st.integers(0, 30), st.integers(0, 12), st.integers(0, 9), st.integers(0, 5),
    )  # fmt: skip
    @settings(max_examples=25, deadline=None)
    def test_any_mix_of_sizes(self, form, many, extra, items, ones):
        values = members(many) | {
            "extra.工号": [f"x{n}" for n in range(extra)],
            "items.名称": [f"i{n}" for n in range(items)],
            "one.a": list(range(ones)),
        }
        with tempfile.TemporaryDirectory() as folder:
            path = filled(form, values, Path(folder))
            found = read(path)
            formulas = formulas_of(path)
        sizes = {"members": 5, "extra": 2, "items": 1, "one": 1}
        for name, value in values.items():
            least = sizes[name.split(".")[0]]
            assert found[name] == [[one] for one in value] + [[None]] * (least - len(value))
        end, more = 4 + max(many, 5), max(many - 5, 0)
        total = "名单 1", f"E{end + 1}"
        assert formulas[total] == f"=SUM(E5:E{end})"
        assert formulas["汇总", "A1"] == f"=SUM('名单 1'!E5:E{end})"
        first, last = 14 + more, 15 + more + max(extra - 2, 0)
        assert formulas["名单 1", f"E{last + 1}"] == f"=SUM(E{first}:E{last})+{total[1]}"
        for row in range(6, end + 1):
            assert formulas["名单 1", f"G{row}"] == f"=G{row - 1}+E{row}"
            share = f"=IF(SUM(E5:E{end})=0,0,E{row}/SUM(E$5:E${end}))"
            assert formulas["名单 1", f"F{row}"] == share

    def test_the_longest_of_a_group_decides(self, form, tmp_path):
        values = members(8) | {"members.姓名": ["只有一个"]}
        found = read(filled(form, values, tmp_path))
        assert found["members.姓名"] == [["只有一个"]] + [[None]] * 7
        assert len(found["members.工号"]) == 8

    def test_arrays_and_rows_count_as_well(self, form, tmp_path):
        found = read(filled(form, {"members.数额": np.arange(7.0)}, tmp_path))
        assert found["members.数额"] == [[float(number)] for number in range(7)]
        found = read(filled(form, {"members.数额": [[1], [2], [3], [4], [5], [6]]}, tmp_path))
        assert found["members.数额"] == [[number] for number in range(1, 7)]

    def test_no_values_no_change(self, form, changed_parts):
        changed = changed_parts(form, Template(form).fill({"单位": 1}))
        assert changed <= {SHEET1, SHEET2, SHEET3, SHEET4}

    def test_which_slots_grow(self, form):
        slots = Template(form).slots
        growing = {name for name, slot in slots.items() if slot.grows}
        assert growing == {
            "members.工号", "members.姓名", "members.数额", "extra.工号", "extra.数额",
            "items", "items.名称", "items.数额", "items.两倍", "one", "one.a", "one.b",
        }  # fmt: skip
        assert "rows.members" not in slots


@pytest.fixture(scope="module")
def grown(form, tmp_path_factory) -> Path:
    return filled(form, EVERYTHING, tmp_path_factory.mktemp("grown"))


class TestSurroundings:
    def test_names(self, grown):
        found = names(grown)
        assert found["rows.members"] == "'名单 1'!$5:$12"
        assert found["rows.extra"] == "'名单 1'!$A$17:$H$19"
        assert found["名单合计"] == "'名单 1'!$E$13"
        assert found["0签字"] == found["2签字"] == "'名单 1'!$A$22"
        assert found["比例"] == "'名单 1'!$E$13/'名单 1'!$E$20"
        assert found["单位"] == "'名单 1'!$B$2"
        assert found["0_xlnm.Print_Area"] == "'名单 1'!$A$1:$I$24"
        assert found["0_xlnm.Print_Titles"] == "'名单 1'!$1:$4"
        assert found["0_xlnm._FilterDatabase"] == "'名单 1'!$A$4:$H$12"

    def test_merges_links_breaks_filters(self, grown):
        merges = ["A1:H1", *(f"C{row}:D{row}" for row in range(5, 13)), "A22:C23"]
        assert sorted(attributes(grown, SHEET1, "mergeCell", "ref")) == sorted(merges)
        assert attributes(grown, SHEET1, "mergeCells", "count") == [str(len(merges))]
        assert attributes(grown, SHEET1, "hyperlink", "ref") == ["E22", "E23"]
        assert attributes(grown, SHEET1, "hyperlink", "location") == ["'名单 1'!A13"]
        assert attributes(grown, SHEET1, "brk", "id") == ["3", "15", "26"]
        assert attributes(grown, SHEET1, "autoFilter", "ref") == ["A4:H12"]
        assert attributes(grown, SHEET1, "protectedRange", "sqref") == ["E5:E12"]
        assert attributes(grown, SHEET1, "ignoredError", "sqref") == ["B5:B12"]
        assert attributes(grown, SHEET1, "dimension", "ref") == ["A1:H23"]

    def test_validations_and_formats(self, grown):
        assert attributes(grown, SHEET1, "dataValidation", "sqref") == ["B5:B12", "E8:E11", "E13"]
        assert texts(grown, SHEET1, "formula1") == ["20", "0", "E20"]
        assert attributes(grown, SHEET1, "conditionalFormatting", "sqref") == ["E5:E12", "F5:F12"]
        assert texts(grown, SHEET1, "formula") == ["$E5>$E$13/2"]
        assert "$E$20" in attributes(grown, SHEET1, "cfvo", "val")

    def test_sparklines(self, grown):
        places = texts(grown, SHEET1, "sqref")
        assert places[0] == "E5:E12"  # the data bar
        assert sorted(places[1:], key=lambda one: int(one[1:])) == [f"I{r}" for r in range(5, 13)]
        assert set(texts(grown, SHEET1, "f")) >= {f"'名单 1'!E{r}:G{r}" for r in range(5, 13)}

    def test_charts_and_drawings(self, grown):
        chart = texts(grown, "xl/charts/chart1.xml", "f")
        assert chart == ["'名单 1'!$E$4", "'名单 1'!$B$5:$B$12", "'名单 1'!$E$5:$E$12"]
        assert texts(grown, "xl/charts/chart2.xml", "f") == ["'名单 1'!$E$17:$E$19"]
        assert texts(grown, "xl/charts/chart3.xml", "f") == ["'名单 1'!$F$5:$F$12"]
        drawing = "xl/drawings/drawing1.xml"
        # The chart beside the area gets taller, the one below and the text box move.
        assert texts(grown, drawing, "row") == ["2", "18", "27", "41", "43", "49"]
        assert attributes(grown, drawing, "sp", "textlink") == ["'名单 1'!$E$13"]

    def test_comments(self, grown):
        assert attributes(grown, "xl/comments1.xml", "comment", "ref") == ["E4", "E13"]
        assert texts(grown, "xl/drawings/vmlDrawing1.vml", "Row") == ["3", "12"]

    def test_tables(self, grown):
        assert attributes(grown, "xl/tables/table1.xml", "table", "ref") == ["B3:D6"]
        assert attributes(grown, "xl/tables/table1.xml", "autoFilter", "ref") == ["B3:D5"]
        assert attributes(grown, "xl/tables/table2.xml", "table", "ref") == ["B12:C15"]

    def test_numbers_labels_styles_and_heights_go_on(self, grown):
        sheet = load(grown)["名单 1"]
        assert [sheet.cell(row, 1).value for row in range(5, 13)] == list(range(1, 9))
        assert {sheet.cell(row, 8).value for row in range(5, 13)} == {"万元"}
        assert {sheet.row_dimensions[row].height for row in range(5, 13)} == {21}
        assert [sheet.cell(row, 5).border.bottom.style for row in (10, 11, 12)] == [
            "thin", "thin", "thick",
        ]  # fmt: skip

    def test_breaks_no_rule(self, grown, form, tmp_path, audit):
        files = [grown, *(filled(form, members(n), tmp_path) for n in (0, 1, 6, 505))]
        for file in files:
            assert audit(file) == []

    @needs_node_validator
    def test_breaks_no_rule_of_the_open_xml_sdk(self, grown, form, tmp_path):
        files = [grown, *(filled(form, members(n), tmp_path) for n in (6, 505))]
        assert not {file: one for file, one in open_xml_sdk_errors(files).items() if one}

    @needs_soffice
    def test_calculates_to_the_right_values(self, grown, form, tmp_path):
        long = filled(form, members(505) | {"items": [["a", n, None] for n in range(30)]}, tmp_path)
        (tmp_path / "out").mkdir()
        made = convert([grown, long], "xlsx", tmp_path / "out")
        for file, count, extra, items in ((made[0], 8, 6, 30), (made[1], 505, 0, 435)):
            amounts = [number * 1.5 for number in range(1, count + 1)]
            book = load(file, data_only=True)
            total, sheet = book["汇总"], book["名单 1"]
            end = 4 + count
            assert sheet.cell(end + 1, 5).value == total["A1"].value == sum(amounts)
            assert total["A2"].value == sum(amounts)
            assert sheet.cell(end + 1, 6).value == pytest.approx(1)
            assert sheet.cell(end + 1, 7).value == max(amounts)
            assert sheet.cell(end, 7).value == sum(amounts)
            assert total["A3"].value == amounts[-1]
            assert total["A4"].value == 2 * sum(amounts) + 2 * extra + sum(amounts)
            assert total["A5"].value == f"{items}'名单 1'!E10"
            assert total["A6"].value == amounts[1]
            assert total["A8"].value == sum(amounts) + extra
            assert sheet.cell(6, 6).value == pytest.approx(amounts[1] / sum(amounts))
