"""What growing leaves alone, works out once, or refuses; and formulas of every kind."""

import io
import pickle
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from kpi_xl.errors import InputError
from kpi_xl.workbook import Template, read
from kpi_xl.workbook.growth.references_elsewhere import Rewriter
from kpi_xl.workbook.growth.shift import Change, Lost, Reach, SeveralSheetsError, Shift, formula
from kpi_xl.workbook.ooxml.formulas import moved

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = {"数": "表!$B$2:$B$4", "rows.数": "表!$2:$4"}


@pytest.fixture
def grow(small):
    """Fills a small workbook whose area B2:B4 grows."""

    def fill(values, cells=None, names=None, finish=None):
        template = Template(small(NAMES | (names or {}), cells, finish))
        return template.fill({"数": values})

    return fill


def formulas(content: bytes) -> dict[str, object]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


class TestReferences:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("A1+A10+$A$11", "A1+A10+$A$14"),
            ("SUM(A5:A11)+SUM(A5:A10)+SUM(A11:A12)", "SUM(A5:A14)+SUM(A5:A10)+SUM(A14:A15)"),
            ("SUM(A12:A5)", "SUM(A15:A5)"),
            ("SUM(A:A,B:C,5:12,$11:$11)", "SUM(A:A,B:C,5:15,$14:$14)"),
            ("甲!A11+'甲'!A11+乙!A11+'[书.xlsx]甲'!A11+[1]甲!A11", None),
            ("\"A11\"&A11&\"\"\"A11\"", "\"A11\"&A14&\"\"\"A11\""),
            ("表1[[#This Row],[A11]]+表1[A11]+A11", "表1[[#This Row],[A11]]+表1[A11]+A14"),
            ("表1['[A11']]+A11", "表1['[A11']]+A14"),
            ("LOG10(A11)+A11B+_A11+A11.x+x.A11+名A11+1E11", "LOG10(A14)+A11B+_A11+A11.x+x.A11+名A11+1E11"),
            ("ABCD11+XFE11+A1048577+XFD11", "ABCD11+XFE11+A1048577+XFD14"),
            ("SUM(A1:A1048576)", "SUM(A1:A1048576)"),
            ("OFFSET(A11,1,1):A12", "OFFSET(A14,1,1):A15"),
            ("A11:INDEX(B:B,12)", "A14:INDEX(B:B,12)"),
            ("_xlfn.ANCHORARRAY(A11)", "_xlfn.ANCHORARRAY(A14)"),
            ("#REF!+SUM(#REF!A11)", None),
            ("{1,2;3,11}+A11", "{1,2;3,11}+A14"),
        ],
    )  # fmt: skip
    def test_shifted(self, before, after):
        shifts = {"这张": Shift((Change(11, 3),))}
        if after is None:
            after = before
        assert formula(before, "这张", shifts) == after

    def test_of_another_sheet(self):
        shifts = {"it's 甲": Shift((Change(11, 3),))}
        text = "A11+'It''s 甲'!A11+SUM('It''s 甲'!A1:B11)"
        assert formula(text, "乙", shifts) == "A11+'It''s 甲'!A14+SUM('It''s 甲'!A1:B14)"

    def test_several_changes(self):
        shift = Shift((Change(5, 2), Change(8, -2), Change(20, 1)))
        assert [shift.row(row) for row in (4, 5, 7, 10, 19, 20)] == [4, 7, 9, 10, 19, 21]
        assert shift.span(1, 8, Reach.NONE) == (1, 9)
        assert shift.span(9, 30, Reach.NONE) == (10, 31)
        with pytest.raises(Lost):
            shift.span(8, 9, Reach.NONE)
        with pytest.raises(Lost):
            shift.row(9)

    @pytest.mark.parametrize(("text", "stays"), [("A1", True), ("A5:B9", False), ("B11", False)])
    def test_through_several_sheets(self, text, stays):
        shifts = {"乙": Shift((Change(6, 3),))}
        for prefix in ("甲:丙!", "'甲:丙'!"):
            whole = f"SUM({prefix}{text})"
            if stays:
                assert formula(whole, "总", shifts) == whole
            else:
                with pytest.raises(SeveralSheetsError):
                    formula(whole, "总", shifts)

    def test_an_area_of_one_row(self):
        shifts = {"": Shift((Change(6, 3, copied_rows=1),))}
        assert formula("A5+SUM(A5:A5)+A6+SUM(A4:A5)", "", shifts) == "A5+SUM(A5:A8)+A9+SUM(A4:A8)"

    def test_copied_to_the_last_row_and_on(self):
        assert moved("A1048576+A1", 1) == "A1+A2"


class TestFormulas:
    def test_chain_from_row_to_row(self, grow):
        cells = {"C2": "=B2", "C3": "=C2+B3", "C4": "=C3+B4", "D2": "=B3", "D3": "=B4", "D4": "=B5"}
        found = formulas(grow([1] * 6, cells))
        assert [found[f"表!C{row}"] for row in range(3, 8)] == [
            f"=C{row - 1}+B{row}" for row in range(3, 8)
        ]
        assert [found[f"表!D{row}"] for row in range(3, 8)] == [
            f"=B{row + 1}" for row in range(3, 8)
        ]

    def test_total_without_dollars(self, grow):
        cells = {f"C{row}": f"=B{row}/B6" for row in (2, 3, 4)} | {"B6": "=SUM(B2:B4)"}
        found = formulas(grow([1] * 5, cells))
        assert [found[f"表!C{row}"] for row in range(2, 7)] == [
            f"=B{row}/B8" for row in range(2, 7)
        ]
        assert found["表!B8"] == "=SUM(B2:B6)"

    def test_last_row_that_is_different_stays(self, grow):
        cells = {"C2": "=B2", "C3": "=B3", "C4": "=SUM(C2:C3)", "A3": "说明", "A4": "末行"}
        content = grow([1] * 5, cells)
        found = formulas(content)
        assert found["表!C4"] == "=B4"
        assert found["表!C5"] == "=B5"
        assert found["表!C6"] == "=SUM(C2:C3)"
        sheet = openpyxl.load_workbook(io.BytesIO(content))["表"]
        assert [sheet.cell(row, 1).value for row in range(3, 7)] == ["说明", None, None, "末行"]

    def test_shared_formulas(self, small, with_data, sheet_xml):
        path = with_data(
            small(NAMES),
            '<sheetData><row r="2"><c r="C2"><f t="shared" ref="C2:C5" si="0">B2*$B$9</f></c></row>'
            '<row r="3"><c r="C3"><f t="shared" si="0"/><v>1</v></c></row>'
            '<row r="4"><c r="C4"><f t="shared" si="0"/></c></row>'
            '<row r="5"><c r="C5"><f t="shared" si="0"/></c></row>'
            '<row r="7"><c r="D7"><f t="shared" ref="D7:E7" si="1">A$1</f></c>'
            '<c r="E7"><f t="shared" si="1"/></c></row></sheetData>',
        )
        content = Template(path).fill({"数": [1, 2, 3, 4]})
        found = formulas(content)
        assert [found[f"表!C{row}"] for row in range(2, 7)] == [f"=B{r}*$B$10" for r in range(2, 7)]
        assert (found["表!D8"], found["表!E8"]) == ("=A$1", "=B$1")
        assert "shared" not in sheet_xml(content)

    def test_shared_formulas_of_another_sheet(self, small, edit, sheet_xml):
        def two(book):
            book.create_sheet("乙")

        def change(xml):
            data = (
                '<sheetData><row r="1"><c r="A1"><f t="shared" ref="A1:A5" si="0">表!B1</f></c></row>'
                + "".join(
                    f'<row r="{r}"><c r="A{r}"><f t="shared" si="0"/></c></row>'
                    for r in range(2, 6)
                )
                + '<row r="9"><c r="A9"><f t="shared" ref="A9:B9" si="1">C9</f></c>'
                '<c r="B9"><f t="shared" si="1"/></c></row></sheetData>'
            )
            return re.sub(rb"<sheetData ?/>|<sheetData></sheetData>", data.encode(), xml)

        path = edit(small(NAMES, {"B1": 1}, two), {"xl/worksheets/sheet2.xml": change})
        content = Template(path).fill({"数": [1, 2, 3, 4]})
        found = formulas(content)
        assert [found[f"乙!A{row}"] for row in range(1, 6)] == [
            f"=表!B{r}" for r in (1, 2, 3, 5, 6)
        ]
        assert (
            "".join(re.findall("<f.*?>", sheet_xml(content, "xl/worksheets/sheet2.xml"))).count(
                "shared"
            )
            == 2
        )

    def test_array_of_one_row_is_copied(self, grow):
        def array(book):
            for row in (2, 3, 4):
                book.active[f"C{row}"] = ArrayFormula(f"C{row}:D{row}", f"=B{row}*{{1,2}}")

        found = formulas(grow([1] * 5, finish=array))
        assert {place: (one.ref, one.text) for place, one in found.items()} == {
            f"表!C{row}": (f"C{row}:D{row}", f"=B{row}*{{1,2}}") for row in range(2, 7)
        }

    def test_array_below_moves(self, grow):
        def array(book):
            book.active["C8"] = ArrayFormula("C8:C10", "=B2:B4*B8")
            book.active["E8"] = DataTableFormula("E8:E10", r1="B8", dt2D=False)

        found = formulas(grow([1] * 5, finish=array))
        assert (found["表!C10"].ref, found["表!C10"].text) == ("C10:C12", "=B2:B6*B10")
        assert found["表!E10"].ref == "E10:E12"

    def test_cached_values_are_never_stale(self, form_with_values):
        content = Template(form_with_values).fill({"数": [1, 2, 3, 4, 5]})
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        assert book["Sheet1"]["B8"].value == 15
        assert [book["Sheet1"].cell(row, 3).value for row in range(2, 7)] == [2, 4, 6, 8, 10]

    def test_what_depends_on_rows_alone_is_not_stale(self, tmp_path):
        """Nothing of it is filled, but rows came in."""
        path = tmp_path / "行.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_formula("C3", "=ROW()-1", None, 2)
            sheet.write_formula("B6", "=ROWS(C2:C3)", None, 2)
            sheet.write_formula("B7", "=C1+1", None, 1)
            book.define_name("数", "=Sheet1!$A$2:$A$3")
            book.define_name("rows.数", "=Sheet1!$A$2:$A$3")
        content = Template(path).fill({"数": [1, 2, 3, 4, 5]})
        found = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Sheet1"]
        assert [found[cell].value for cell in ("C6", "B9", "B10")] == [5, 5, 1]


@pytest.fixture
def form_with_values(tmp_path):
    path = tmp_path / "值.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in (2, 3, 4):
            sheet.write_formula(f"C{row}", f"=B{row}*2", None, 77)
        sheet.write_formula("B6", "=SUM(B2:B4)", None, 77)
        book.define_name("数", "=Sheet1!$B$2:$B$4")
        book.define_name("rows.数", "=Sheet1!$A$2:$C$4")
    return path


class TestFidelity:
    def test_parts_without_a_moved_reference_are_the_same(self, rich, changed_parts):
        rows = [["事", "谁", None, None, number, 1] for number in range(20)]
        before, after = _parts(rich.read_bytes()), _parts(Template(rich).fill({"周计划.行": rows}))
        assert set(before) - set(after) == {"xl/calcChain.xml"}
        assert {name for name in after if after[name] != before[name]} == {
            "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml",
            "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/tables/table1.xml",
            "xl/charts/chart2.xml", "xl/drawings/drawing2.xml",
        }  # fmt: skip
        types = b"".join((after["[Content_Types].xml"], after["xl/_rels/workbook.xml.rels"]))
        assert b"calcChain" not in types

    def test_grown_rich_template_breaks_no_rule(self, rich, rich_values, tmp_path, audit):
        rows = [["事", "谁", None, None, number, 1] for number in range(20)]
        path = tmp_path / "长.xlsx"
        path.write_bytes(Template(rich).fill(rich_values | {"周计划.行": rows}))
        assert audit(path) == []
        found = read(path)
        assert found["周计划.行"] == rows
        assert found["签字"] is None
        assert {name: found[name] for name in rich_values} == rich_values

    def test_same_bytes_again_and_after_pickling(self, rich):
        template = Template(rich)
        rows = [["事", "谁", None, None, number, 1] for number in range(20)]
        first = template.fill({"周计划.行": rows})
        template.fill({"周计划.行": rows[:14]})
        assert (
            template.fill({"周计划.行": rows}) == first == Template(rich).fill({"周计划.行": rows})
        )
        assert pickle.loads(pickle.dumps(template)).fill({"周计划.行": rows}) == first

    def test_names_over_a_table_blank_and_its_own_name_removes(self, rich):
        template = Template(rich)
        blanked = _parts(template.fill({"周计划.行": [["事"] + [None] * 5]}))
        assert b'ref="A3:H16"' in blanked["xl/tables/table1.xml"]
        removed = _parts(template.fill({"周计划.事项": ["一", "二"]}))
        assert b'ref="A3:H6"' in removed["xl/tables/table1.xml"]

    def test_sparklines_go_with_their_rows(self, tmp_path):
        """Each with its group, where it has one of its own; of a common one some stay."""
        path = tmp_path / "趋势.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            columns = [{"header": "名"}, {"header": "数"}, {"header": "图"}, {"header": "组"}]
            sheet.add_table("A1:D6", {"name": "members", "columns": columns})
            for row in range(2, 7):
                sheet.add_sparkline(f"C{row}", {"range": f"表!A{row}:B{row}"})
            places = [f"D{row}" for row in range(2, 7)]
            ranges = [f"表!A{row}:B{row}" for row in range(2, 7)]
            sheet.add_sparkline("D2", {"location": places, "range": ranges})
        xml = _parts(Template(path).fill({"members.名": ["甲", "乙"]}))[
            "xl/worksheets/sheet1.xml"
        ].decode()
        found = re.findall(r"<xm:f>表!A(\d):B\1</xm:f><xm:sqref>([CD]\1)<", xml)
        assert sorted(place for _, place in found) == ["C2", "C3", "D2", "D3"]
        assert xml.count("<x14:sparklineGroup ") == 3

    def test_rows_that_something_refers_to_are_blanked(self, small):
        def table(book):
            sheet = book.active
            sheet.append(["甲", "乙"])
            for number in range(5):
                sheet.append([number, number])
            sheet.add_table(openpyxl.worksheet.table.Table(displayName="t", ref="A1:B6"))
            sheet["D9"] = "=A5"

        content = Template(small({}, finish=table)).fill({"t": [[7, 7]]})
        sheet = openpyxl.load_workbook(io.BytesIO(content))["表"]
        assert sheet.tables["t"].ref == "A1:B6"
        assert sheet["A2"].value == 7
        assert sheet["A3"].value is None
        assert sheet["D9"].value == "=A5"

    def test_rows_with_something_beside_a_table_are_blanked(self, small):
        def table(book):
            sheet = book.active
            sheet.append(["甲"])
            for number in range(5):
                sheet.append([number])
            sheet.add_table(openpyxl.worksheet.table.Table(displayName="t", ref="A1:A6"))
            sheet["D5"] = "旁边"

        content = Template(small({}, finish=table)).fill({"t": [7]})
        sheet = openpyxl.load_workbook(io.BytesIO(content))["表"]
        assert (sheet.tables["t"].ref, sheet["D5"].value) == ("A1:A6", "旁边")


def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class TestRefusals:
    def refused(self, grow, *arguments, **more) -> str:
        with pytest.raises(InputError) as caught:
            grow([1] * 6, *arguments, **more)
        assert caught.value.sheet
        return str(caught.value)

    def test_array_in_the_way(self, grow):
        def array(book):
            book.active["C3"] = ArrayFormula("C3:C9", "=B3:B9")

        assert "C3:C9" in self.refused(grow, finish=array)

    def test_merged_cells_in_the_way(self, grow):
        assert "A3:A4" in self.refused(grow, finish=lambda book: book.active.merge_cells("A3:A4"))

    def test_merged_cells_around_all_grow(self, grow):
        content = grow([1] * 6, finish=lambda book: book.active.merge_cells("A2:A4"))
        (merge,) = openpyxl.load_workbook(io.BytesIO(content))["表"].merged_cells.ranges
        assert str(merge) == "A2:A7"

    def test_reference_through_sheets(self, grow):
        def three(book):
            book.create_sheet("乙")
            book.create_sheet("丙")["A1"] = "=SUM(表:乙!B2:B4)"

        assert "好几张工作表" in self.refused(grow, finish=three)

    def test_areas_with_common_rows(self, small):
        names = NAMES | {"另": "表!$C$4:$C$6", "rows.另": "表!$4:$6"}
        template = Template(small(names))
        with pytest.raises(InputError, match="共同的行"):
            template.fill({"数": [1] * 5, "另": [1] * 5})
        read_back = Template(small(names)).fill({"数": [1] * 5, "另": [1]})
        assert read_back

    def test_too_many_rows(self, small):
        template = Template(
            small({"x": "表!$A$2:$A$3", "rows.x": "表!$2:$3", "y": "表!$A$1048576"})
        )
        with pytest.raises(InputError, match="放不下"):
            template.fill({"x": [1, 2, 3]})

    def test_fixed_area_says_how_it_could_grow(self, small):
        template = Template(small({"x": "表!$A$2:$A$3"}))
        with pytest.raises(InputError, match=r"rows\."):
            template.fill({"x": [1, 2, 3]})

    @pytest.mark.parametrize(("at", "moved"), [("D3:F20", None), ("D9:F20", "D12:F23")])
    def test_pivot_tables(self, small, tmp_path, at, moved):
        path = small(NAMES)
        parts = _parts(path.read_bytes())
        parts["xl/pivotTables/pivotTable1.xml"] = (
            f'<pivotTableDefinition xmlns="{MAIN}" name="透视" cacheId="1"><location ref="{at}" '
            'firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/></pivotTableDefinition>'
        ).encode()
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/pivotTable" '
            'Target="../pivotTables/pivotTable1.xml"/></Relationships>'
        ).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        if moved is None:
            with pytest.raises(InputError, match="数据透视表"):
                Template(path).fill({"数": [1] * 6})
        else:
            made = _parts(Template(path).fill({"数": [1] * 6}))
            assert f'ref="{moved}"'.encode() in made["xl/pivotTables/pivotTable1.xml"]


class TestExcelParts:
    """What Excel writes and XlsxWriter does not, below an area that grows."""

    @pytest.fixture
    def grown(self, rich, edit):
        names = (
            '<definedName name="rows.目标">目标设定!$5:$44</definedName>'
            '<definedName name="目标">目标设定!$D$5:$D$44</definedName>'
        )
        control = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
            '2006"><mc:Choice Requires="x14" xmlns:x14="http://schemas.microsoft.com/office/'
            'spreadsheetml/2009/9/main"><controls><mc:AlternateContent><mc:Choice Requires="x14">'
            '<control shapeId="1025" name="框"><controlPr linkedCell="$D$45" listFillRange='
            '"参数!$A$2:$A$21"><anchor moveWithCells="1"><from><xdr:col xmlns:xdr="http://'
            'schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">1</xdr:col><xdr:row '
            'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">49'
            '</xdr:row></from><to><xdr:row xmlns:xdr="http://schemas.openxmlformats.org/drawingml/'
            '2006/spreadsheetDrawing">51</xdr:row></to></anchor></controlPr></control>'
            "</mc:Choice></mc:AlternateContent></controls></mc:Choice></mc:AlternateContent>"
        )
        path = edit(
            rich,
            {
                "xl/workbook.xml": lambda xml: xml.replace(
                    b"<definedNames>", f"<definedNames>{names}".encode()
                ),
                "xl/worksheets/sheet1.xml": lambda xml: xml.replace(
                    b"<xm:sqref>G2</xm:sqref>", b"<xm:sqref>G46 G5:G44</xm:sqref>"
                ).replace(b"<extLst>", control.encode() + b"<extLst>", 1),
                "xl/comments1.xml": lambda xml: xml.replace(b'"D4"', b'"D50"'),
                "xl/threadedComments/threadedComment1.xml": lambda xml: xml.replace(
                    b'"D4"', b'"D50"'
                ),
                "xl/drawings/vmlDrawing1.vml": lambda xml: xml.replace(
                    b"<x:Row>3<", b"<x:Row>49<"
                ).replace(
                    b"</x:ClientData>", b"<x:FmlaLink>$D$45</x:FmlaLink><br></x:ClientData>", 1
                ),
            },
        )
        return _parts(Template(path).fill({"目标": [1.5] * 45}))

    def test_comments(self, grown):
        assert b'"D55"' in grown["xl/comments1.xml"]
        assert b'"D55"' in grown["xl/threadedComments/threadedComment1.xml"]
        assert b"<x:Row>54<" in grown["xl/drawings/vmlDrawing1.vml"]

    def test_controls(self, grown):
        assert b"<x:FmlaLink>$D$50<" in grown["xl/drawings/vmlDrawing1.vml"]
        sheet = grown["xl/worksheets/sheet1.xml"].decode()
        assert 'linkedCell="$D$50" listFillRange="参数!$A$2:$A$21"' in sheet
        assert re.findall(r"<xdr:row [^>]*>(\d+)<", sheet) == ["54", "56"]

    def test_validations_and_arrays(self, grown):
        sheet = grown["xl/worksheets/sheet1.xml"].decode()
        assert "<xm:sqref>G51 G5:G49</xm:sqref>" in sheet
        assert re.search(r'<f t="array" ref="L51">_xlfn._xlws.SORT\(L5:L49,1,-1\)</f>', sheet)
        assert "<f>SUM(D5:D49)</f>" in sheet
        sparklines = re.findall(r"<xm:f>目标设定!L(\d+):T\1</xm:f><xm:sqref>K\1<", sheet)
        assert sorted(map(int, sparklines)) == list(range(5, 50))

    def test_validation_of_excel_2010(self, small, edit, sheet_xml):
        """Its formula is in an element inside the one that has it in older validations."""
        x14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
        xm = "http://schemas.microsoft.com/office/excel/2006/main"
        new = (
            f'<extLst><ext xmlns:x14="{x14}" uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}">'
            f'<x14:dataValidations xmlns:xm="{xm}" count="1"><x14:dataValidation type="list">'
            "<x14:formula1><xm:f>表!$A$10:$A$12</xm:f></x14:formula1><xm:sqref>C9</xm:sqref>"
            "</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
        ).encode()
        part = "xl/worksheets/sheet1.xml"
        path = edit(small(NAMES), {part: lambda xml: xml.replace(b"</worksheet>", new)})
        grown = sheet_xml(Template(path).fill({"数": [1, 2, 3, 4, 5]}))
        assert "<x14:formula1><xm:f>表!$A$12:$A$14</xm:f></x14:formula1>" in grown
        assert "<xm:sqref>C11</xm:sqref>" in grown

    def test_source_of_a_pivot_table(self):
        shifts = {"甲": Shift((Change(11, 3),))}
        source = b'<c><cacheSource type="worksheet"><worksheetSource ref="A1:C20" sheet="%s"/></cacheSource></c>'
        for sheet, reference in (("甲", b"A1:C23"), ("乙", b"A1:C20")):
            made = Rewriter("", shifts).pivot_source(source % sheet.encode())
            assert b'ref="%s"' % reference in made

    def test_names_of_single_rows(self, grown):
        book = grown["xl/workbook.xml"].decode()
        assert '"kpi.39.目标">目标设定!$D$43<' in book
        assert '"kpi.40.目标">目标设定!$D$49<' in book
        assert '"合计">目标设定!$D$50<' in book

    def test_other_programs_prefixes(self, small, edit, sheet_xml):
        cells = {"B6": "=SUM(B2:B4)", "C3": 5, "C4": 6}
        path = small(NAMES, cells)
        prefixed = edit(
            path,
            {
                "xl/worksheets/sheet1.xml": lambda xml: re.sub(
                    rb"<(/?)(?=\w)", rb"<\1x:", xml.replace(b"xmlns=", b"xmlns:x=")
                )
            },
        )
        ours, theirs = (
            sheet_xml(Template(one).fill({"数": [1, 2, 3, 4, 5]})) for one in (path, prefixed)
        )
        assert theirs.replace("x:", "").replace("xmlns:x", "xmlns") == ours.replace(
            "xmlns:x", "xmlns"
        )
