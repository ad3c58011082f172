"""What other writers of .xlsx put into a file in their own ways, filled, grown and read."""

import datetime as dt
import io
import re
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter

from kpi_xl.workbook import Template, read
from kpi_xl.workbook.answers import ReturnedWorkbook
from kpi_xl.workbook.ooxml.styles import shows_date
from tests.office import convert, needs_soffice
from tests.workbook.conftest import read_parts, write_parts

SHEET = "xl/worksheets/sheet1.xml"


def rezipped(path, changes=None, name=lambda old: old, **how):
    """The same workbook zipped another way."""
    parts = read_parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part, content in parts.items():
            entry = zipfile.ZipInfo(part)
            entry.filename = name(part)  # ZipInfo itself would put the slashes right
            with new.open(entry, "w", **how) as file:
                file.write((changes or {}).get(part, lambda same: same)(content))
    return path


def values(filled, sheet="表"):
    """What openpyxl finds on a sheet, row by row."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(filled))[sheet].values]


class TestNumberFormats:
    @pytest.mark.parametrize(
        "code",
        ["yyyy-mm-dd", '[$-804]yyyy"年"m"月";@', "[DBNum1][$-804]yyyy年m月d日", "mmm-yy", "aaaa",
         "yyyy/m/d h:mm;@", "[$-404]e/m/d", "m/d", "YYYY-MM-DD", '[=0]"";yyyy-mm-dd',
         "[<1]0;yyyy-mm-dd", "NNNNYYYY", "m.d.", "[Red]yyyy"],
    )  # fmt: skip
    def test_dates(self, code):
        assert shows_date(code)

    @pytest.mark.parametrize(
        "code",
        ["General", "GENERAL", "general", "G/通用格式", "[DBNum1]G/通用格式", "Standard",
         "[h]:mm", "[hh]:mm:ss", "[mm]:ss", "[s]", "d [h]:mm", "h:mm", "mm:ss.0", "h:mm AM/PM",
         "上午/下午h时", '0"d"', "0.0\\d", "_d0", "*m0", "#,##0.00_);[Red](#,##0.00)", "0.00E+00",
         "[$¥-804]#,##0", "# ?/8", "@", ";;;yyyy", "0;0;yyyy", "[>=100]0;General", ""],
    )  # fmt: skip
    def test_others(self, code):
        assert not shows_date(code)

    def test_read_as_they_show(self, small):
        def finish(book):
            for row, code in enumerate(("G/通用格式", "[h]:mm", "GENERAL", "yyyy-mm-dd"), 1):
                book.active.cell(row, 1, 12345.5).number_format = code

        path = small({f"x{row}": f"表!$A${row}" for row in range(1, 5)}, finish=finish)
        assert list(read(path).values()) == [12345.5] * 3 + [dt.datetime(1933, 10, 18, 12)]


class TestCells:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2024-07-03T00:00:00.000Z", dt.date(2024, 7, 3)),
            ("2024-07-03", dt.date(2024, 7, 3)),
            ("2024-07-03T08:30:00", dt.datetime(2024, 7, 3, 8, 30)),
            ("2024-07-03T08:30:00+08:00", dt.datetime(2024, 7, 3, 8, 30)),
            ("20240703", dt.date(2024, 7, 3)),
            ("T06:00:00", 0.25),
            ("七月三日", "七月三日"),
        ],
    )
    def test_dates_as_texts(self, small, with_data, text, value):
        """As SheetJS writes them with cellDates."""
        data = f'<sheetData><row r="1"><c r="A1" t="d"><v>{text}</v></c></row></sheetData>'
        path = with_data(small({"x": "表!$A$1"}), data)
        assert read(path) == {"x": value}
        answer = ReturnedWorkbook(path).answers(["x"])["x"].rows[0][0]
        assert (answer.value, answer.error) == (value, "")

    def test_attributes_without_a_value(self, small, with_data, sheet_xml):
        data = (
            '<sheetData><row r="1" s="" spans=""><c r="A1" s="" t=""><v>5</v></c>'
            '<c r="B1" s="" t="s"><v></v></c></row></sheetData>'
        )
        path = with_data(small({"x": "表!$A$1", "y": "表!$B$1"}), data)
        assert read(path) == {"x": 5, "y": None}
        xml = sheet_xml(Template(path).fill({"x": 7, "y": "字"}))
        assert '<c r="A1"><v>7</v></c><c r="B1" t="inlineStr">' in xml

    def test_a_date_into_a_workbook_without_styles(self, small, edit, loaded, audit, tmp_path):
        def without(xml):
            return re.sub(rb"<(?:Relationship|Override)[^>]*styles[^>]*/>", b"", xml)

        path = edit(
            small({"a": "表!$A$1", "b": "表!$A$2"}),
            {"xl/_rels/workbook.xml.rels": without, "[Content_Types].xml": without},
        )
        parts = read_parts(path)
        del parts["xl/styles.xml"]
        write_parts(path, parts)
        day = dt.date(2026, 11, 21)
        filled = Template(path).fill({"a": day, "b": dt.datetime(2026, 11, 21, 8)})
        path.write_bytes(filled)
        assert read(path) == {"a": day, "b": dt.datetime(2026, 11, 21, 8)}
        assert loaded(filled)["表"]["A1"].number_format == "yyyy-mm-dd"
        assert audit(path) == []


class TestZips:
    def test_zip64(self, small, tmp_path):
        """As programs write that do not know how long a part will be."""
        path = rezipped(small({"x": "表!$B$2"}, {"A1": 1}), force_zip64=True)
        path.write_bytes(Template(path).fill({"x": 5}))
        assert read(path) == {"x": 5}
        with zipfile.ZipFile(path) as archive:
            assert {info.extract_version for info in archive.infolist()} == {20}
            assert archive.testzip() is None

    def test_zip64_directory(self, small):
        path = small({"x": "表!$B$2"}, {"A1": 1})
        content = path.read_bytes()
        end = content.rindex(b"PK\5\6")
        _, _, _, here, count, size, start, _ = struct.unpack_from("<4s4H2LH", content, end)
        record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, here, count, size, start)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
        path.write_bytes(content[:end] + record + locator + last)
        path.write_bytes(Template(path).fill({"x": 5}))
        assert read(path) == {"x": 5}

    @pytest.mark.parametrize("name", [lambda old: old.replace("/", "\\"), lambda old: f"/{old}"])
    def test_names_of_parts(self, small, name):
        path = rezipped(small({"x": "表!$B$2"}, {"A1": 1}), name=name)
        before = [info.orig_filename for info in zipfile.ZipFile(path).infolist()]
        path.write_bytes(Template(path).fill({"x": 5}))
        assert read(path) == {"x": 5}
        assert [info.orig_filename for info in zipfile.ZipFile(path).infolist()] == before

    def test_a_sheet_without_a_part(self, small, edit):
        """A module of macros of Excel 5, as Excel itself keeps it."""

        def module(xml):
            return xml.replace(
                b"</sheets>",
                b'<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
                b'relationships" name="Module1" sheetId="9" state="hidden" r:id=""/></sheets>',
            )

        path = edit(small({"x": "表!$B$2"}), {"xl/workbook.xml": module})
        path.write_bytes(Template(path).fill({"x": 5}))
        assert read(path) == {"x": 5}


class TestMovedFormulas:
    @pytest.fixture
    def grown(self, small, edit):
        """Two rows that grow to five; a formula below them is written another way."""

        def make(formula, change=lambda xml: xml):
            path = small(
                {"rows.members": "表!$2:$3", "members.工号": "表!$a$2:$A$3"},
                {"A1": "工号", "B2": 1, "B3": 2, "B5": "=1"},
            )
            path = edit(path, {SHEET: lambda xml: change(xml.replace(b"<f>1</f>", formula))})
            filled = Template(path).fill({"members.工号": list("abcde")})
            return read_parts(io.BytesIO(filled))[SHEET].decode()

        return make

    def test_lower_case(self, grown):
        assert "<f>SUM(B2:B6)" in grown(b"<f>SUM(b2:b3)</f>").replace("sum", "SUM")

    def test_what_does_not_move_stays_as_written(self, grown):
        assert "<f>sum(b1:$c$1)</f>" in grown(b"<f>sum(b1:$c$1)</f>")

    def test_raw_sections(self, grown):
        assert "<f>SUM(B2:B6)&amp;&quot;&lt;&quot;</f>" in grown(
            b'<f><![CDATA[SUM(B2:B3)&"<"]]></f>'
        )
        assert "<f><![CDATA[1<2]]></f>" in grown(b"<f><![CDATA[1<2]]></f>")

    def test_data_table(self, small, with_data, tmp_path):
        """What a data table puts its numbers into moves with the rows that grow above it."""
        names = {"rows.members": "表!$2:$3", "members.工号": "表!$A$2:$A$3"}
        data = (
            '<sheetData><row r="2"><c r="A2"/></row><row r="3"><c r="A3"/></row>'
            '<row r="7"><c r="B7"><v>3</v></c></row><row r="8"><c r="B8"><f>B7*5</f><v>15</v></c>'
            '<c r="D8"><f>B8</f><v>15</v></c></row>'
            '<row r="9"><c r="C9"><v>1</v></c><c r="D9"><f t="dataTable" ref="D9:D10" dt2D="1"'
            ' dtr="1" r1="B7" r2="B8"/><v>5</v></c></row>'
            '<row r="10"><c r="C10"><v>2</v></c><c r="D10"><v>10</v></c></row></sheetData>'
        )
        path = with_data(small(names), data)
        filled = Template(path).fill({"members.工号": list("abcde")})
        xml = read_parts(io.BytesIO(filled))[SHEET].decode()
        table = re.search(r'<f t="dataTable"[^>]*>', xml)[0]
        assert 'ref="D12:D13"' in table
        assert 'r1="B10" r2="B11"' in table

    def test_drawings_with_another_prefix(self, tmp_path):
        path = tmp_path / "注.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            sheet.write_comment("B9", "说明")
            book.define_name("rows.members", "=表!$2:$3")
            book.define_name("members.工号", "=表!$A$2:$A$3")
        drawing = "xl/drawings/vmlDrawing1.vml"
        rezipped(path, {drawing: lambda xml: xml.replace(b"x:", b"ex:").replace(b":x=", b":ex=")})
        filled = read_parts(io.BytesIO(Template(path).fill({"members.工号": list("abcde")})))
        assert b"<ex:Row>11</ex:Row>" in filled[drawing]

    def test_raw_sections_in_drawings(self, tmp_path):
        path = tmp_path / "控件.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            sheet.insert_button("B9", {"caption": "算"})
            book.define_name("rows.members", "=表!$2:$3")
            book.define_name("members.工号", "=表!$A$2:$A$3")
        drawing = "xl/drawings/vmlDrawing1.vml"
        old = "<x:FmlaLink><![CDATA[表!$C$5]]></x:FmlaLink><x:Row><![CDATA[7]]></x:Row>"
        rezipped(
            path,
            {
                drawing: lambda xml: xml.replace(
                    b"</x:ClientData>", f"{old}</x:ClientData>".encode()
                )
            },
        )
        filled = read_parts(io.BytesIO(Template(path).fill({"members.工号": list("abcde")})))
        new = filled[drawing].decode()
        assert "<x:FmlaLink>表!$C$8</x:FmlaLink>" in new
        assert "<x:Row>10</x:Row>" in new


class TestCountingRows:
    """序号 goes on, and nothing else does."""

    @pytest.fixture
    def grown(self, tmp_path):
        def make(rows, save=None):
            path = tmp_path / "序.xlsx"
            first = 2
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet("表")
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
                last = first + len(rows) - 2
                book.define_name("rows.members", f"=表!${first}:${last}")
                book.define_name("members.工号", f"=表!$B${first}:$B${last}")
            if save is not None:
                save(path)
            found = values(Template(path).fill({"members.工号": list("abcde")}))
            return [row[0] for row in found[first - 1 :]], [row[2] for row in found[first - 1 :]]

        return make

    @pytest.mark.parametrize("heading", ["序号", " 序 号 ", "No.", "#", "行次"])
    def test_by_heading(self, grown, heading):
        rows = [[heading, "工号", "件"], [1, "", 5], [2, "", 6]]
        assert grown(rows) == ([1, 2, 3, 4, 5], [5, None, None, None, 6])

    def test_one_row(self, grown):
        assert grown([["序号", "工号", "件"], [1, "", 5]]) == ([1, 2, 3, 4, 5], [5] * 5)

    def test_by_the_whole_first_column(self, grown):
        rows = [["", "工号", "件"], [1, "", 1], [2, "", 2], [3, "", 3]]
        assert grown(rows) == ([1, 2, 3, 4, 5], [1, 2, None, None, 3])

    @pytest.mark.parametrize(
        ("first", "kept"),
        [
            ([9, 3, 4], [9, 3, None, None, 4]),
            ([5, 6], [5, None, None, None, 6]),
            ([2022, 2023, 2024], [2022, 2023, None, None, 2024]),
        ],
    )
    def test_targets_are_not_continued(self, grown, first, kept):
        rows = [["目标件数", "工号", "注"], *([one, "", None] for one in first)]
        assert grown(rows)[0] == kept

    def test_merged_heading_of_two_rows(self, tmp_path):
        path = tmp_path / "序.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            sheet.merge_range("A1:A2", "序号")
            sheet.write_column("A3", [1, 2])
            book.define_name("rows.members", "=表!$3:$4")
            book.define_name("members.工号", "=表!$B$3:$B$4")
        found = values(Template(path).fill({"members.工号": list("abcd")}))
        assert [row[0] for row in found[2:]] == [1, 2, 3, 4]

    def test_saved_by_openpyxl(self, grown):
        rows = [["序号", "工号", "件"], [1, "", 5], [2, "", 6]]
        first, _ = grown(rows, lambda path: openpyxl.load_workbook(path).save(path))
        assert first == [1, 2, 3, 4, 5]

    @needs_soffice
    def test_saved_by_libreoffice(self, grown, tmp_path):
        def save(path):
            (tmp_path / "out").mkdir()
            (saved,) = convert([path], "xlsx", tmp_path / "out")
            path.write_bytes(saved.read_bytes())

        rows = [["序号", "工号", "件"], [1, "", 5], [2, "", 6]]
        assert grown(rows, save)[0] == [1, 2, 3, 4, 5]


class TestMergedLists:
    @pytest.mark.parametrize("named", ["$A$2", "$A$2:$C$2"])
    def test_one_row(self, tmp_path, named):
        self._check(tmp_path, named, 1)

    @pytest.mark.parametrize("named", ["$A$2:$A$3", "$A$2:$C$3"])
    def test_two_rows(self, tmp_path, named):
        self._check(tmp_path, named, 2)

    def _check(self, tmp_path, named, rows):
        """Selecting a merged cell names all of its cells."""
        path = tmp_path / "合并.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            for row in range(rows):
                sheet.merge_range(1 + row, 0, 1 + row, 2, "")
            book.define_name("rows.members", f"=表!$2:${1 + rows}")
            book.define_name("members.姓名", f"=表!{named}")
        template = Template(path)
        assert template.slots["members.姓名"].grows
        assert template.obstacle("members.姓名") is None
        filled = template.fill({"members.姓名": ["甲", "乙", "丙"]})
        assert [row[0] for row in values(filled)[1:]] == ["甲", "乙", "丙"]
        merged = openpyxl.load_workbook(io.BytesIO(filled))["表"].merged_cells.ranges
        assert {str(one) for one in merged} == {"A2:C2", "A3:C3", "A4:C4"}
        path.write_bytes(filled)
        assert read(path)["members.姓名"] == [["甲"], ["乙"], ["丙"]]
        answers = ReturnedWorkbook(path).answers(["members.姓名"])["members.姓名"].rows
        assert [[one.value for one in row] for row in answers] == [["甲"], ["乙"], ["丙"]]
        assert not any(one.merged for row in answers for one in row)
