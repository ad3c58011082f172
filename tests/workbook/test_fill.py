"""What filling changes, and that it changes nothing else."""

import datetime as dt
import io
import pickle
import re
import zipfile
from decimal import Decimal

import numpy as np
import openpyxl
import pytest

from kpi_xl.error_values import DIV0, NOT_AVAILABLE, error_name
from kpi_xl.errors import InputError
from kpi_xl.workbook import Template, read

SHEET1, SHEET2 = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
CHART1 = "xl/charts/chart1.xml"  # of entries and formulas


def cell(xml: str, reference: str) -> str:
    """The bytes of one cell."""
    found = re.search(rf'<c r="{reference}"[^>]*?(?:/>|>.*?</c>)', xml, re.DOTALL)
    assert found, reference
    return found[0]


class TestFidelity:
    def test_only_sheets_and_charts_with_slots_or_formulas_change(
        self, rich, rich_values, changed_parts
    ):
        filled = Template(rich).fill(rich_values)
        assert changed_parts(rich, filled) == {SHEET1, SHEET2, CHART1}

    def test_nothing_else_changes_inside_the_sheet(self, rich, rich_values, sheet_xml):
        filled = sheet_xml(Template(rich).fill(rich_values))
        template = sheet_xml(rich.read_bytes())
        slots = {
            slot.reference for name, slot in Template(rich).slots.items() if name in rich_values
        }

        def without_filled(xml: str) -> str:
            for reference in slots:
                xml = xml.replace(cell(xml, reference), "")
            return xml

        def without_computed(xml: str) -> str:
            return re.sub(r"(<c r=[^>]*><f[^>]*>[^<]*</f>)(?:<v>[^<]*</v>)?", r"\1", xml)

        assert without_computed(without_filled(filled)) == without_computed(
            without_filled(template)
        )

    def test_unchanged_entries_are_the_same_compressed_bytes(self, rich, rich_values):
        before, after = rich.read_bytes(), Template(rich).fill(rich_values)
        with zipfile.ZipFile(rich) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
            for info in old.infolist():
                other = new.getinfo(info.filename)
                assert (other.date_time, other.external_attr) == (
                    info.date_time, info.external_attr,
                )  # fmt: skip
                if info.filename in {SHEET1, SHEET2, CHART1}:
                    continue
                name = len(info.filename.encode())
                at, to = info.header_offset + 30 + name, other.header_offset + 30 + name
                size = info.compress_size
                assert before[at : at + size] == after[to : to + size]

    def test_every_value_arrives(self, rich, rich_values, tmp_path, loaded):
        template = Template(rich)
        filled = template.fill(rich_values)
        book = loaded(filled)
        for name, value in rich_values.items():
            slot = template.slots[name]
            seen = book[slot.sheet][slot.reference].value
            assert (seen.date() if isinstance(seen, dt.datetime) else seen) == value
        path = tmp_path / "filled.xlsx"
        path.write_bytes(filled)
        assert {name: read(path)[name] for name in rich_values} == rich_values

    def test_same_values_same_bytes(self, rich, rich_values):
        template = Template(rich)
        first = template.fill(rich_values)
        template.fill({"单位": "别的"})
        assert template.fill(dict(reversed(rich_values.items()))) == first
        assert Template(rich).fill(rich_values) == first
        assert pickle.loads(pickle.dumps(template)).fill(rich_values) == first

    def test_many_sets_of_slots(self, rich, rich_values):
        template = Template(rich)
        names = list(rich_values)
        first = template.fill({names[0]: 1})
        for name in names[1:40]:
            template.fill({name: 1})
        assert template.fill({names[0]: 1}) == first

    def test_filled_workbooks_break_no_rule(self, rich, rich_values, tmp_path, audit):
        path = tmp_path / "filled.xlsx"
        rows = [["事项", "张三", dt.date(2026, 11, 2), dt.datetime(2026, 11, 6, 18), 8.5, None]]
        extra = {"单位": dt.date(2026, 1, 1), "缺行": 1, "缺格": "x", "周计划.行": rows}
        path.write_bytes(Template(rich).fill(rich_values | extra | {"kpi.01.完成率": DIV0}))
        assert audit(rich) == []
        assert audit(path) == []

    def test_filling_a_filled_workbook_again(self, rich, rich_values, tmp_path):
        path = tmp_path / "filled.xlsx"
        path.write_bytes(Template(rich).fill(dict.fromkeys(rich_values, 1)))
        assert Template(path).fill(rich_values) == Template(rich).fill(rich_values)


class TestFormulas:
    def test_formula_stays_and_shows_the_value(self, rich, sheet_xml, loaded):
        template = Template(rich)
        assert template.slots["kpi.01.完成率"].has_formula
        assert not template.slots["kpi.01.目标"].has_formula
        filled = template.fill({"kpi.01.完成率": 0.9})
        formula = "<f>IF(D5=0,0,G5/D5)</f>"
        style = re.search(r's="\d+"', cell(sheet_xml(rich.read_bytes()), "H5"))[0]
        assert cell(sheet_xml(filled), "H5") == f'<c r="H5" {style}>{formula}<v>0.9</v></c>'
        assert loaded(filled, data_only=True)["目标设定"]["H5"].value == 0.9
        assert loaded(filled)["目标设定"]["H5"].value == "=IF(D5=0,0,G5/D5)"

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("红<灯", ' t="str"><f>1+1</f><v>红&lt;灯</v>'),
            (True, ' t="b"><f>1+1</f><v>1</v>'),
            (DIV0, ' t="e"><f>1+1</f><v>#DIV/0!</v>'),
            ("#N/A", ' t="e"><f>1+1</f><v>#N/A</v>'),
            ("#其他", ' t="str"><f>1+1</f><v>#其他</v>'),
            (None, "><f>1+1</f>"),
            (7, "><f>1+1</f><v>7</v>"),
        ],
    )
    def test_every_kind_of_cached_value(self, small, sheet_xml, value, shown):
        path = small({"x": "表!$B$2"}, {"B2": "=1+1"})
        assert cell(sheet_xml(Template(path).fill({"x": value})), "B2") == f'<c r="B2"{shown}</c>'

    def test_formulas_of_what_is_filled_have_its_values(self, rich, loaded):
        filled = Template(rich).fill({"kpi.01.目标": 200, "kpi.01.实际": 150, "kpi.01.权重": 0.5})
        sheet = loaded(filled, data_only=True)["目标设定"]
        assert [sheet[cell].value for cell in ("H5", "I5", "D45")] == [0.75, 37.5, 200]
        # XlsxWriter wrote 0 for what it reads, and had computed nothing.
        assert loaded(filled, data_only=True)["周工作计划"]["D20"].value == 0

    def test_array_and_shared_formulas(self, small, with_data, sheet_xml):
        path = small({"master": "表!$B$1", "member": "表!$B$2", "spilt": "表!$C$2"})
        rows = (
            "<sheetData>"
            '<row r="1"><c r="B1" t="str">'
            '<f t="shared" ref="B1:B3" si="0">A1&amp;"x"</f><v>x</v></c>'
            '<c r="C1" cm="1" vm="2"><f t="array" ref="C1:C3">A1:A3</f><v>1</v></c></row>'
            '<row r="2"><c r="B2" t="str"><f t="shared" si="0"/><v>y</v></c>'
            '<c r="C2" t="str"><v>2</v></c></row>'
            '<row r="3"><c r="B3" t="str"><f t="shared" si="0"/><v>z</v></c><c r="C3" s="0"/></row>'
            "</sheetData>"
        )
        path = with_data(path, rows)
        template = Template(path)
        assert all(slot.has_formula for slot in template.slots.values())
        xml = sheet_xml(template.fill({"master": "甲", "member": 2, "spilt": "丙"}))
        assert cell(xml, "B1") == (
            '<c r="B1" t="str"><f t="shared" ref="B1:B3" si="0">A1&amp;"x"</f><v>甲</v></c>'
        )
        assert cell(xml, "B2") == '<c r="B2"><f t="shared" si="0"/><v>2</v></c>'
        assert cell(xml, "B3") == '<c r="B3" t="str"><f t="shared" si="0"/><v>z</v></c>'
        kept = '<c r="C1" cm="1" vm="2"><f t="array" ref="C1:C3">A1:A3</f><v>1</v></c>'
        assert cell(xml, "C1") == kept
        assert cell(xml, "C2") == '<c r="C2" t="str"><v>丙</v></c>'
        assert cell(xml, "C3") == '<c r="C3" s="0"/>'
        xml = sheet_xml(template.fill({"master": None}))
        assert cell(xml, "C2") == '<c r="C2" t="str"><v>2</v></c>'

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"<calcPr/>", b'<calcPr fullCalcOnLoad="1"/>'),
            (
                b'<calcPr calcId="1" fullCalcOnLoad="0" />',
                b'<calcPr calcId="1" fullCalcOnLoad="1" />',
            ),
            (
                b'<calcPr fullCalcOnLoad="true"></calcPr>',
                b'<calcPr fullCalcOnLoad="true"></calcPr>',
            ),
            (b"", b'<calcPr fullCalcOnLoad="1"/>'),
        ],
    )
    def test_calculation_on_load_is_set(
        self, small, edit, sheet_xml, audit, tmp_path, before, after
    ):
        path = small({"x": "表!$B$2"}, {"B2": "=1+1"})
        part = "xl/workbook.xml"
        path = edit(path, {part: lambda xml: re.sub(rb"<calcPr[^>]*/>", before, xml)})
        filled = Template(path).fill({"x": 2})
        assert b"</definedNames>" + after in sheet_xml(filled, part).encode()

    def test_workbook_without_formulas_keeps_its_workbook_part(self, small, changed_parts):
        path = small({"x": "表!$B$2"}, {"B2": 1})
        assert changed_parts(path, Template(path).fill({"x": 2})) == {SHEET1}
        assert changed_parts(path, Template(path).fill({})) == set()


class TestPlaces:
    def test_missing_rows_and_cells(self, rich, sheet_xml, loaded):
        xml = sheet_xml(filled := Template(rich).fill({"缺行": 5, "缺格": 0.5}))
        assert loaded(filled)["目标设定"]["D70"].value == 5
        assert loaded(filled)["目标设定"]["Z5"].number_format == "0%"
        assert xml.index('<row r="70">') > xml.index('<row r="46"')
        assert 'ref="A1:Z70"' in xml
        row = re.search(r'<row r="5"[^>]*>', xml)[0]
        assert 'spans="1:26"' in row

    def test_blank_values_add_no_cells(self, rich, sheet_xml):
        xml = sheet_xml(Template(rich).fill({"缺格": None}))
        assert "Z5" not in xml.partition("<sheetData>")[2]

    @pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData></sheetData>"])
    def test_empty_sheet(self, small, with_data, loaded, data):
        path = with_data(small({"a": "表!$C$9", "b": "表!$A$9", "c": "表!$B$2"}), data)
        sheet = loaded(Template(path).fill({"a": 1, "b": 2, "c": 3}))["表"]
        assert [row for row in sheet.values if any(row)] == [(None, 3, None), (2, None, 1)]

    def test_rows_and_cells_without_references(self, small, with_data, loaded):
        path = small({"a": "表!$B$2", "b": "表!$C$2", "c": "表!$B$3", "d": "表!$A$5"})
        rows = "<sheetData><row/><row><c><v>1</v></c><c><v>2</v></c></row><row r='5'/></sheetData>"
        path = with_data(path, rows)
        assert read(path) == {"a": 2, "b": None, "c": None, "d": None}
        sheet = loaded(Template(path).fill({"a": 20, "b": 30, "c": 40, "d": 50}))["表"]
        assert list(sheet.values) == [
            (None, None, None), (1, 20, 30), (None, 40, None), (None,) * 3, (50, None, None),
        ]  # fmt: skip

    def test_style_of_a_missing_cell_is_its_rows(self, small, with_data, sheet_xml):
        path = small({"a": "表!$C$2"})
        rows = '<sheetData><row r="2" s="7" customFormat="1" spans="1:1 4:5"/></sheetData>'
        path = with_data(path, rows)
        xml = sheet_xml(Template(path).fill({"a": 1}))
        assert '<row r="2" s="7" customFormat="1"><c r="C2" s="7"><v>1</v></c></row>' in xml

    def test_merged_cells_take_one_value(self, rich, loaded, tmp_path):
        template = Template(rich)
        assert (template.slots["签字"].rows, template.slots["签字"].columns) == (1, 1)
        assert template.slots["签字"].reference == "D19:H19"
        filled = template.fill({"签字": "张三", "单位": "第1事业部"})
        assert loaded(filled)["周工作计划"]["D19"].value == "张三"
        path = tmp_path / "filled.xlsx"
        path.write_bytes(filled)
        assert read(path)["签字"] == "张三"
        assert read(path)["单位"] == "第1事业部"

    def test_two_names_for_one_cell(self, small):
        template = Template(small({"a": "表!$B$2", "b": "表!$B$2"}))
        assert template.fill({"a": 1, "b": 1})
        with pytest.raises(InputError, match="同一个单元格"):
            template.fill({"a": 1, "b": 2})


class TestAreas:
    def filled(self, template, value, tmp_path):
        path = tmp_path / "filled.xlsx"
        path.write_bytes(template.fill({"区": value}))
        return read(path)["区"]

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ([[1, 2], [3, 4]], [[1, 2], [3, 4], [None, None]]),
            ([[1], (2, "二")], [[1, None], [2, "二"], [None, None]]),
            (np.arange(6).reshape(3, 2), [[0, 1], [2, 3], [4, 5]]),
            (np.array([[0.5], [1.5]]), [[0.5, None], [1.5, None], [None, None]]),
            ([], [[None, None]] * 3),
            (None, [[None, None]] * 3),
        ],
    )
    def test_rows(self, small, tmp_path, value, expected):
        template = Template(small({"区": "表!$B$2:$C$4"}, {"B2": 9, "C4": 9}))
        assert (template.slots["区"].rows, template.slots["区"].columns) == (3, 2)
        assert self.filled(template, value, tmp_path) == expected

    def test_one_row_or_one_column_takes_a_plain_list(self, small, tmp_path):
        column = Template(small({"区": "表!$B$2:$B$4"}))
        assert self.filled(column, [1, 2], tmp_path) == [[1], [2], [None]]
        row = Template(small({"区": "表!$B$2:$D$2"}))
        assert self.filled(row, np.array([1.5, 2.5]), tmp_path) == [[1.5, 2.5, None]]
        one = Template(small({"区": "表!$B$2"}))
        assert self.filled(one, [[5]], tmp_path) == self.filled(one, np.array([5]), tmp_path) == 5

    def test_dates_in_numpy_arrays(self, small, tmp_path):
        template = Template(small({"区": "表!$B$2:$B$4"}))
        dates = np.array(["2026-11-21", "NaT"], dtype="datetime64[ns]")
        assert self.filled(template, dates, tmp_path) == [[dt.date(2026, 11, 21)], [None], [None]]

    @pytest.mark.parametrize("value", [[[1, 2, 3]], [[1]] * 4, np.zeros((4, 2))])
    def test_too_much_is_refused(self, small, value):
        template = Template(small({"区": "表!$B$2:$C$4"}))
        with pytest.raises(InputError, match=r"「区」（B2:C4）放得下 3 行 2 列.*扩大") as caught:
            template.fill({"区": value})
        assert caught.value.sheet == "表"

    @pytest.mark.parametrize(("value", "why"), [(5, "只给了一个值"), ([1, 2], "一行一行")])
    def test_wrong_shape_is_refused(self, small, value, why):
        with pytest.raises(InputError, match=why):
            Template(small({"区": "表!$B$2:$C$4"})).fill({"区": value})
        with pytest.raises(TypeError, match="区"):
            Template(small({"区": "表!$B$2:$C$4"})).fill({"区": [[1, 2], 3]})

    def test_cells_hidden_by_a_merge_take_no_value(self, small, tmp_path):
        template = Template(
            small({"区": "表!$A$1:$C$2"}, finish=lambda book: book.active.merge_cells("B1:C1"))
        )
        rows = [[1, 2, None], [3, 4, 5]]
        assert self.filled(template, rows, tmp_path) == rows
        with pytest.raises(InputError, match="合并"):
            template.fill({"区": [[1, 2, 3]]})


class TestValues:
    @pytest.mark.parametrize(
        ("value", "xml"),
        [
            (123456789012345, "<v>123456789012345</v>"),
            (np.int64(7), "<v>7</v>"),
            (np.float64(0.1), "<v>0.1</v>"),
            (np.float32(0.5), "<v>0.5</v>"),
            (Decimal("12.30"), "<v>12.30</v>"),
            (Decimal("1E+3"), "<v>1000</v>"),
        ],
    )
    def test_numbers(self, small, sheet_xml, value, xml):
        assert f'<c r="A1">{xml}</c>' in sheet_xml(
            Template(small({"a": "表!$A$1"})).fill({"a": value})
        )

    @pytest.mark.parametrize("value", [440101199001011234, -(10**15), Decimal(10**20)])
    def test_identifiers_keep_all_digits(self, small, loaded, value):
        filled = Template(small({"a": "表!$A$1"})).fill({"a": value})
        assert loaded(filled)["表"]["A1"].value == str(value)

    def test_truth_and_text(self, small, loaded):
        template = Template(small({"a": "表!$A$1", "b": "表!$A$2", "c": "表!$A$3", "d": "表!$A$4"}))
        values = {"a": True, "b": np.bool_(False), "c": "=1+1", "d": "#N/A"}
        cells = loaded(template.fill(values))["表"]
        assert [cells.cell(row, 1).value for row in (1, 2, 3)] == [True, False, "=1+1"]
        assert [cells.cell(row, 1).data_type for row in (1, 3)] == ["b", "s"]

    def test_error_name_as_text_stays_text(self, small, sheet_xml):
        xml = sheet_xml(Template(small({"a": "表!$A$1"})).fill({"a": "#N/A"}))
        assert 't="inlineStr"><is><t xml:space="preserve">#N/A</t>' in xml

    @pytest.mark.parametrize(
        ("value", "name"),
        [(DIV0, "#DIV/0!"), (np.float64(NOT_AVAILABLE), "#N/A"), (float("inf"), "#NUM!"),
         (Decimal("NaN"), "#NUM!")],
    )  # fmt: skip
    def test_errors(self, small, loaded, tmp_path, value, name):
        filled = Template(small({"a": "表!$A$1"})).fill({"a": value})
        seen = loaded(filled)["表"]["A1"]
        assert (seen.data_type, seen.value) == ("e", name)
        path = tmp_path / "filled.xlsx"
        path.write_bytes(filled)
        assert error_name(read(path)["a"]) == name

    def test_blank_keeps_the_style(self, rich, sheet_xml):
        filled = Template(rich).fill({"kpi.01.目标": None})
        assert cell(sheet_xml(filled), "D5") == cell(sheet_xml(rich.read_bytes()), "D5")

    @pytest.mark.parametrize("value", [object(), b"bytes", 1j, {}, dt.time(1)])
    def test_other_types_are_the_programmers_mistake(self, small, value):
        with pytest.raises(TypeError):
            Template(small({"a": "表!$A$1"})).fill({"a": value})

    def test_too_long_text(self, small):
        template = Template(small({"a": "表!$A$1"}))
        assert template.fill({"a": "字" * 32767})
        for text in ("字" * 32768, "😀" * 16384):
            with pytest.raises(InputError, match="文字太长"):
                template.fill({"a": text})


class TestDates:
    def test_a_date_in_a_cell_without_date_format_gets_one(
        self, rich, changed_parts, loaded, audit, tmp_path
    ):
        template = Template(rich)
        moment = dt.datetime(2026, 11, 21, 18, 30)
        values = {
            "kpi.01.备注": moment.date(),
            "kpi.02.备注": moment,
            "kpi.03.备注": moment,
            "kpi.01.截止": moment.date(),
        }
        filled = template.fill(values)
        assert changed_parts(rich, filled) == {SHEET1, SHEET2, "xl/styles.xml"}
        before, after = loaded(rich.read_bytes())["目标设定"], loaded(filled)["目标设定"]
        assert after["J5"].number_format == "yyyy-mm-dd"
        assert after["J6"].number_format == after["J7"].number_format == "yyyy-mm-dd hh:mm:ss"
        assert after["F5"].number_format == before["F5"].number_format
        for kept in ("fill", "border", "protection", "font", "alignment"):
            assert repr(getattr(after["J5"], kept)) == repr(getattr(before["J5"], kept))
        path = tmp_path / "filled.xlsx"
        path.write_bytes(filled)
        assert {name: read(path)[name] for name in values} == values
        assert audit(path) == []
        assert template.fill(values) == Template(rich).fill(values)
        assert changed_parts(rich, template.fill({"kpi.01.备注": 1})) <= {SHEET1, SHEET2}

    @pytest.mark.parametrize("formats", [b"", b'<numFmts count="0"/>'])
    def test_style_sheet_without_number_formats(self, small, edit, loaded, formats):
        path = small({"a": "表!$A$1", "b": "表!$A$2"}, {"A1": 1})
        old = rb"<numFmts[^>]*/>"
        path = edit(path, {"xl/styles.xml": lambda xml: re.sub(old, formats, xml)})
        day = dt.datetime(2026, 1, 2)
        filled = Template(path).fill({"a": day, "b": day})
        assert [loaded(filled)["表"].cell(row, 1).value for row in (1, 2)] == [day, day]

    def test_1904(self, small, loaded, tmp_path):
        def finish(book):
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

        template = Template(small({"a": "表!$A$1"}, finish=finish))
        filled = template.fill({"a": dt.date(2026, 11, 21)})
        assert loaded(filled)["表"]["A1"].value == dt.datetime(2026, 11, 21)
        path = tmp_path / "filled.xlsx"
        path.write_bytes(filled)
        assert read(path)["a"] == dt.date(2026, 11, 21)
        with pytest.raises(InputError, match="早于 1904 年"):
            template.fill({"a": dt.date(1903, 12, 31)})

    def test_impossible_dates(self, small):
        template = Template(small({"a": "表!$A$1"}))
        with pytest.raises(InputError, match="早于 1900 年"):
            template.fill({"a": dt.date(1899, 12, 31)})
        with pytest.raises(InputError, match="时区"):
            template.fill({"a": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})

    def test_pandas_scalars(self, small, loaded):
        pandas = pytest.importorskip("pandas")
        template = Template(small({"a": "表!$A$1", "b": "表!$A$2"}))
        filled = template.fill({"a": pandas.Timestamp("2026-11-21"), "b": pandas.NaT})
        assert loaded(filled)["表"]["A1"].value == dt.datetime(2026, 11, 21)
        assert loaded(filled)["表"]["A2"].value is None
