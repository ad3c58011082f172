"""Blocks of several rows that are repeated for each record, with all that hangs on them."""

import pickle
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl.errors import InputError
from kpi_xl.slots.template_check import check_template, lines
from kpi_xl.workbook import Template, read
from office import (
    cached_values,
    convert,
    formulas_of,
    load,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)

SHEET = "成员卡"
MARK = "block.members"


def build(path: Path, change=None) -> Path:
    """A card of four rows for each member: rows 4 to 7."""
    with xlsxwriter.Workbook(path) as book:
        cell, bold = book.add_format({"border": 1}), book.add_format({"bold": 1, "border": 1})
        entry = book.add_format({"border": 1, "locked": 0, "bg_color": "#FFF2CC"})
        percent = book.add_format({"num_format": "0%", "border": 1})
        sheet = book.add_worksheet(SHEET)
        sheet.merge_range("A1:F1", "成员业绩卡", bold)
        sheet.write_row("A2", ["单位", "", "", "", "标准", 10], cell)
        sheet.set_row(3, 30)
        sheet.merge_range("A4:A7", "", bold)
        sheet.write_row("B4", ["姓名", "", "工号", ""], cell)
        sheet.write_row("B5", ["上月件数", "", "目标件数"], cell)
        sheet.write_blank("E5", None, entry)
        sheet.write("B6", "达成", cell)
        sheet.write_formula("C6", "=IF(E5=0,0,C5/E5)", percent, 0)
        sheet.write("D6", "占比", cell)
        sheet.write_formula("E6", "=C5/SUM($C$4:$C$7)", percent, 0)
        sheet.write("B7", "备注", cell)
        sheet.merge_range("C7:E7", "", entry)
        sheet.write_formula("F4", "=C5-F2", cell, 0)
        sheet.write_array_formula("F5:F6", "{=C5:C6*2}", cell, 0)
        sheet.write_formula("F7", "=SUM(C4:C7)", cell, 0)
        sheet.write_url("G4", f"internal:{SHEET}!C4", string="回")
        sheet.write_url("G5", "https://example.invalid/")
        sheet.write("B9", "合计", bold)
        sheet.write_formula("C9", '=SUMIF(B4:B7,"上月件数",C4:C7)', bold, 0)
        sheet.conditional_format(
            "C6", {"type": "cell", "criteria": "<", "value": 1, "format": bold}
        )
        sheet.conditional_format("E6", {"type": "formula", "criteria": "=C5>F2", "format": bold})
        sheet.conditional_format("C5", {"type": "data_bar", "data_bar_2010": True})
        whole = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 99}
        sheet.data_validation("E5", whole)
        sheet.data_validation(
            "B5:E9", {"validate": "any", "input_title": "看", "input_message": "这"}
        )
        sheet.add_sparkline("G6", {"range": f"{SHEET}!C4:C7"})
        sheet.set_h_pagebreaks([7])
        sheet.print_area("A1:G9")
        sheet.repeat_rows(0, 1)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": f"={SHEET}!$C$4:$C$7"})
        sheet.insert_chart("I12", chart)
        total = book.add_worksheet("总")
        total.write_formula("A1", f"=SUM({SHEET}!C4:C7)", None, 0)
        total.write_formula("A2", f"={SHEET}!C9", None, 0)
        names = {
            MARK: "$4:$7", "unit.name": "$B$2", "members.姓名": "$C$4", "members.工号": "$E$4",
            "members.上月": "$C$5", "members.目标": "$E$5", "input.members.备注": "$C$7:$E$7",
            "members.卡": "$C$5:$C$6",
        }  # fmt: skip
        for name, cells in names.items():
            book.define_name(name, f"={SHEET}!{cells}")
        if change is not None:
            change(book, sheet)
    return path


@pytest.fixture(scope="module")
def card(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("block") / "卡.xlsx")


def members(count: int) -> dict[str, object]:
    return {
        "unit.name": "一部",
        "members.姓名": [f"人{n}" for n in range(count)],
        "members.工号": [f"A{n:03}" for n in range(count)],
        "members.上月": list(range(count)),
        "members.目标": [n % 3 for n in range(count)],
    }


def filled(template: Path, count: int, folder: Path) -> Path:
    path = folder / f"{count}.xlsx"
    path.write_bytes(Template(template).fill(members(count)))
    return path


def xml(path: Path, part: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(part).decode()


def rows_of(count: int) -> range:
    """The first row of each record's card."""
    return range(4, 4 + 4 * max(count, 1), 4)


class TestRecords:
    @pytest.mark.parametrize("count", [0, 1, 2, 3, 40])
    def test_every_number_comes_back(self, card, tmp_path, count):
        found = read(filled(card, count, tmp_path))
        for name, value in members(count).items():
            assert found[name] == (value or [None])
        assert found["input.members.备注"] == [None] * max(count, 1)
        assert not [name for name in found if name.endswith(".2")]

    def test_everything_is_repeated(self, card, tmp_path):
        path = filled(card, 3, tmp_path)
        sheet = load(path)[SHEET]
        formulas = formulas_of(path)
        for top in rows_of(3):
            assert [sheet.cell(top + n, 2).value for n in range(4)] == [
                "姓名", "上月件数", "达成", "备注",
            ]  # fmt: skip
            assert sheet.row_dimensions[top].height == 30
            assert sheet.cell(top + 1, 5).protection.locked is False
            assert formulas[SHEET, f"C{top + 2}"] == f"=IF(E{top + 1}=0,0,C{top + 1}/E{top + 1})"
            # What has a $ is that of all records; what is outside is the same for all.
            assert formulas[SHEET, f"E{top + 2}"] == f"=C{top + 1}/SUM($C$4:$C$15)"
            assert formulas[SHEET, f"F{top}"] == f"=C{top + 1}-F2"
            assert formulas[SHEET, f"F{top + 3}"] == f"=SUM(C{top}:C{top + 3})"
            array = sheet.cell(top + 1, 6).value
            assert (array.ref, array.text) == (
                f"F{top + 1}:F{top + 2}", f"=C{top + 1}:C{top + 2}*2",
            )  # fmt: skip
        merges = {str(one) for one in sheet.merged_cells.ranges}
        assert merges == {
            "A1:F1", *(f"A{top}:A{top + 3}" for top in rows_of(3)),
            *(f"C{top + 3}:E{top + 3}" for top in rows_of(3)),
        }  # fmt: skip
        assert formulas[SHEET, "C17"] == '=SUMIF(B4:B15,"上月件数",C4:C15)'
        assert (formulas["总", "A1"], formulas["总", "A2"]) == (
            f"=SUM({SHEET}!C4:C15)", f"={SHEET}!C17",
        )  # fmt: skip
        assert [one.id for one in sheet.row_breaks.brk] == [7, 11, 15]
        assert sheet.print_area == f"'{SHEET}'!$A$1:$G$17"

    def test_rules_links_sparklines_and_charts(self, card, tmp_path):
        path = filled(card, 3, tmp_path)
        part = xml(path, "xl/worksheets/sheet1.xml")
        ranges = re.findall(r'<conditionalFormatting sqref="([^"]*)"', part)
        assert ranges == ["C6 C10 C14", "E6 E10 E14", "C5 C9 C13"]
        assert "<formula>C5&gt;F$2</formula>" in part
        assert "<xm:sqref>C5 C9 C13</xm:sqref></x14:conditionalFormatting>" in part
        assert re.findall(r'<dataValidation [^>]*sqref="([^"]*)"', part) == [
            "E5 E9 E13", "B5:E7 B16:E17 B9:E11 B13:E15",
        ]  # fmt: skip
        assert re.findall(r'<hyperlink ref="(\w+)"', part) == ["G4", "G8", "G12", "G5", "G9", "G13"]
        assert re.findall(r'location="([^"]*)"', part) == [f"{SHEET}!C{row}" for row in (4, 8, 12)]
        assert re.findall(r"<xm:f>([^<]*)</xm:f><xm:sqref>(\w+)<", part) == [
            (f"{SHEET}!C{top}:C{top + 3}", f"G{top + 2}") for top in rows_of(3)
        ]
        assert f"<c:f>{SHEET}!$C$4:$C$15</c:f>" in xml(path, "xl/charts/chart1.xml")
        book = xml(path, "xl/workbook.xml")
        assert f'<definedName name="members.卡.3">{SHEET}!$C$13:$C$14<' in book

    def test_one_value_is_that_of_all_records(self, card, tmp_path):
        path = tmp_path / "x.xlsx"
        path.write_bytes(Template(card).fill({"members.工号": ["a", "b"], "members.姓名": "同"}))
        assert read(path)["members.姓名"] == ["同", "同"]

    def test_several_cells_of_each_record(self, card, tmp_path):
        path = tmp_path / "x.xlsx"
        cells = [[[1], [2]], [[3], [4]]]
        path.write_bytes(Template(card).fill({"members.卡": cells}))
        assert read(path)["members.卡"] == cells

    def test_compiled_once_for_each_number(self, card):
        template = Template(card)
        for count in (3, 2, 3, 3, 2):
            template.fill(members(count))
        assert len(template._resized) == 2
        assert pickle.loads(pickle.dumps(template)).fill(members(3)) == template.fill(members(3))

    @given(
        height=st.integers(1, 5),
        above=st.integers(0, 3),
        count=st.integers(0, 9),
        rows=st.integers(0, 6),
        data=st.data(),
    )
    @settings(max_examples=30, deadline=None)
    def test_whatever_there_is_around(self, height, above, count, rows, data):
        """Cells of a block below and above growing rows are where they would be by hand."""
        first = 3 + above
        names = [f"数{k}" for k in range(height)]
        inner = data.draw(st.integers(0, height - 1))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "t.xlsx")
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet("s")
                sheet.write("B1", 7)
                sheet.write_formula("C2", "=SUM(B2:B2)", None, 0)
                for k in range(height):
                    sheet.write(first + k - 1, 0, f"label{k}")
                    book.define_name(names[k], f"=s!$B${first + k}")
                    sheet.write_formula(
                        first + k - 1, 2, f"=B{first + inner}*$B$1+B{first + k}", None, 0
                    )
                below = first + height
                sheet.write_formula(below, 1, f"=SUM(B{first}:B{below - 1})", None, 0)
                book.define_name("block.one", f"=s!${first}:${below - 1}")
                book.define_name("list", "=s!$B$2")
                book.define_name("rows.list", "=s!$2:$2")
            values = {
                name: [100 * record + k for record in range(count)] for k, name in enumerate(names)
            } | {"list": list(range(rows))}
            out = Path(folder, "o.xlsx")
            out.write_bytes(Template(path).fill(values))
            found, formulas = read(out), formulas_of(out)
            cells = load(out)["s"]
        more = max(rows - 1, 0)
        assert found["list"] == [[one] for one in range(rows)] or (rows == 0)
        for name in names:
            assert found[name] == (values[name] or [None])
        for record in range(max(count, 1)):
            top = first + more + record * height
            for k in range(height):
                assert cells.cell(top + k, 1).value == f"label{k}"
                assert formulas["s", f"C{top + k}"] == f"=B{top + inner}*$B$1+B{top + k}"
        start, end = first + more, first + more + max(count, 1) * height
        assert formulas["s", f"B{end + 1}"] == f"=SUM(B{start}:B{end - 1})"
        assert formulas["s", "C2"] == "=SUM(B2:B2)"


@needs_soffice
def test_libreoffice_calculates_the_same(card, tmp_path):
    count = 4
    path = filled(card, count, tmp_path)
    folder = tmp_path / "lo"
    folder.mkdir()
    (made,) = convert([path], "xlsx", folder)
    values = cached_values(made)
    total = sum(range(count))
    for n, top in enumerate(rows_of(count)):
        goal = n % 3
        assert values[SHEET, f"C{top}"] == f"人{n}"
        assert values[SHEET, f"C{top + 2}"] == (n / goal if goal else 0)
        assert values[SHEET, f"F{top}"] == n - 10
        assert values[SHEET, f"F{top + 1}"] == 2 * n
    assert values[SHEET, "C21"] == total
    assert values["总", "A2"] == total


@needs_node_validator
def test_breaks_no_rule(card, tmp_path):
    made = [filled(card, count, tmp_path) for count in (0, 1, 7)]
    assert not any(open_xml_sdk_errors(made).values())
    before = set(openxml_audit_errors(card))
    assert set(openxml_audit_errors(made[-1])) <= before


def test_check_explains_them(card):
    said = "\n".join(lines(check_template(card)))
    assert "members.工号：成员卡!E4，每条记录重复第 4 到 7 行" in said


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda book, sheet: sheet.merge_range("H7:H8", "跨"), "合并单元格 H7:H8"),
            (lambda book, sheet: sheet.write_comment("C5", "看"), "有批注"),
            (lambda book, sheet: sheet.insert_textbox("H5", "看"), "有图表、图片或形状"),
            (lambda book, sheet: sheet.insert_button("H5", {"caption": "按"}), "有控件"),
            (lambda book, sheet: sheet.add_table("J3:K6"), "有Excel 表格"),
            (lambda book, sheet: sheet.write_formula("J1", "=C5*2"), "一部分（C5）"),
            (lambda book, sheet: sheet.write_formula("J1", "=SUM(C5:C7)"), "一部分（C5:C7）"),
            (
                lambda book, sheet: sheet.write_array_formula("J6:J9", "{=A6:A9}"),
                "数组公式或模拟运算表（J6:J9）",
            ),
            (
                lambda book, sheet: book.define_name("Members.工号.2", f"={SHEET}!$J$1"),
                "已经有名称「members.工号.2」",
            ),
            (
                lambda book, sheet: sheet.conditional_format(
                    "B5:B6", {"type": "formula", "criteria": "=B5>F2"}
                ),
                "B5:B6 的条件格式或数据验证引用了块外的 F2",
            ),
            (
                lambda book, sheet: [
                    book.define_name("rows.x", f"={SHEET}!$7:$8"),
                    book.define_name("x", f"={SHEET}!$J$7:$J$8"),
                ],
                "有共同的行",
            ),
        ],
    )  # fmt: skip
    def test_what_cannot_be_repeated(self, tmp_path, change, said):
        template = Template(build(tmp_path / "卡.xlsx", change))
        values = members(2) | ({"x": ["a", "b", "c"]} if "共同" in said else {})
        with pytest.raises(InputError, match=re.escape(said)):
            template.fill(values)
        # One record takes what is there.
        if "共同" not in said:
            assert template.fill(members(1))

    def test_check_says_so(self, tmp_path):
        path = build(tmp_path / "卡.xlsx", lambda book, sheet: sheet.write_comment("C5", "看"))
        assert "有批注，不能跟着重复" in "\n".join(lines(check_template(path)))

    def test_a_block_without_names(self, tmp_path):
        def change(book, sheet):
            book.define_name("block.空", f"={SHEET}!$12:$14")

        said = "\n".join(lines(check_template(build(tmp_path / "卡.xlsx", change))))
        assert "标出了要重复的块（第 12 到 14 行），里面却没有名称" in said
