"""Formulas, charts and pivot tables over cells that are filled show what they mean then."""

import io
import re

import openpyxl
import pytest
import xlsxwriter

from kpi_xl.slots.template_check import check_template, stored, stored_lines
from kpi_xl.workbook import Template
from tests.office import convert, load, needs_node_validator, needs_soffice, open_xml_sdk_errors
from tests.workbook.conftest import read_parts, write_parts
from tests.workbook.test_charts import caches

FORMULAS = {
    "B1/B2": 2.5,
    "IF(B2=0,0,B1/B2)": 2.5,
    'IFERROR(VLOOKUP("无",B1:C2,2,0),"没有")': "没有",
    "SUM(B1:B3)": 14,
    "SUMPRODUCT(B1:B2,B1:B2)": 116,
    'COUNTIF(B1:B3,">3")': 2,
    "ROUND(B1/3,1)": 3.3,
    'B1&"件"': "10件",
    'TEXT(B1/B2/10,"0.0%")': "25.0%",
    "B1/(B2-B2)": "#DIV/0!",
    "人力*2": 20,
    "D5+1": 3.5,
    "AND(B1>1,B2<9)": True,
    "RANK(B1,B1:B3)": 1,
    "MAX(B1:B3)-MIN(B1:B3)": 10,
    "INDEX(B1:B3,2)": 4,
}
UNTOLD = ["TODAY()", 'INDIRECT("B1")', "OFFSET(B1,1,0)", "KPI_ACTIVITY(B1,B2,B2)", "D30+1"]


@pytest.fixture
def form(tmp_path):
    """Two cells to fill and formulas of all kinds, each with the value of other days."""
    path = tmp_path / "式.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_column("B1", [1, 2, 0])
        sheet.write_formula("D5", "=B1/B2", None, 77)
        for row, formula in enumerate(FORMULAS, 6):
            sheet.write_formula(row, 3, f"={formula}", None, 77)
        for row, formula in enumerate(UNTOLD, 29):
            sheet.write_formula(row, 3, f"={formula}", None, 77)
        sheet.write_formula("F1", "=1+1", None, 2)
        sheet.write_formula("F2", "=KPI_RETENTION13(10,8)", None, 0.8)
        sheet.write_formula("F3", "=E1*3", None, 12)
        book.define_name("人力", "=表!$B$1")
        book.define_name("件", "=表!$B$2")
    return path


def shown(filled, cells):
    sheet = openpyxl.load_workbook(io.BytesIO(filled), data_only=True)["表"]
    return [sheet[cell].value for cell in cells]


class TestFormulas:
    def test_values(self, form):
        filled = Template(form).fill({"人力": 10, "件": 4})
        cells = [f"D{row}" for row in range(7, 7 + len(FORMULAS))]
        assert shown(filled, cells) == [pytest.approx(one) for one in FORMULAS.values()]
        # Those that depend on nothing filled keep theirs, whoever can compute them.
        assert shown(filled, ["F1", "F2", "F3"]) == [2, 0.8, 12]
        untold = [f"D{row}" for row in range(30, 30 + len(UNTOLD))]
        assert shown(filled, untold) == [None] * len(UNTOLD)
        assert Template(form).uncalculated(["人力", "件"]) == [("表", cell) for cell in untold]
        assert Template(form).fill({"人力": 10, "件": 4}) == filled

    @needs_soffice
    def test_libreoffice_computes_the_same(self, form, tmp_path):
        path = tmp_path / "填好.xlsx"
        filled = Template(form).fill({"人力": 10, "件": 4})
        # Without any value, so that it has to compute them all.
        parts = read_parts(io.BytesIO(filled))
        part = "xl/worksheets/sheet1.xml"
        parts[part] = re.sub(rb"</f><v>[^<]*</v>", b"</f>", parts[part])
        parts[part] = re.sub(rb' t="(?:str|b|e)"(?=><f>)', b"", parts[part])
        write_parts(path, parts)
        (tmp_path / "out").mkdir()
        (saved,) = convert([path], "xlsx", tmp_path / "out")
        cells = [f"D{row}" for row in range(7, 7 + len(FORMULAS))]
        theirs = [load(saved, data_only=True)["表"][cell].value for cell in cells]
        assert theirs == [pytest.approx(one) for one in shown(filled, cells)]

    def test_a_zero_of_a_program_that_computes_nothing(self, tmp_path):
        """XlsxWriter writes 0 for every formula unless it is told a value."""
        path = tmp_path / "零.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            sheet.write("A1", 3)
            sheet.write_formula("A2", "=A1*2")
            book.define_name("x", "=表!$B$1")
        assert shown(Template(path).fill({"x": 1}), ["A2"]) == [6]

    def test_saved_without_values(self, small):
        path = small({"x": "表!$B$1"}, {"A1": 3, "A2": "=A1*2", "A3": "=B1+A2"})
        assert shown(Template(path).fill({"x": 1}), ["A2", "A3"]) == [6, 7]

    def test_tables(self, tmp_path):
        path = tmp_path / "表格.xlsx"
        columns = [{"header": "工号"}, {"header": "目标"}, {"header": "实际"},
                   {"header": "达成率", "formula": "=[@实际]/[@目标]"}]  # fmt: skip
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            sheet.add_table("A1:D3", {"name": "members", "columns": columns})
            sheet.write_formula("F1", "=SUM(members[实际])", None, 5)
        values = {"members.工号": list("abc"), "members.目标": [2, 4, 5], "members.实际": [1, 3, 5]}
        filled = Template(path).fill(values)
        assert shown(filled, ["D2", "D3", "D4", "F1"]) == [0.5, 0.75, 1, 9]

    def test_check_says_which_have_no_value(self, small):
        path = small(
            {"kpi.活动率": "表!$B$1", "unit.name": "表!$B$2", "period.month": "表!$B$3"},
            {"D1": "=TODAY()-B1", "D2": "=B1*2"},
        )
        said = "\n".join(stored_lines(stored(path, check_template(path))))
        assert "填好后要用表格软件打开才有值的公式：1 个（表!D1）" in said


class TestCharts:
    @pytest.fixture
    def chart(self, tmp_path):
        def make(series, names=(), growing=False):
            path = tmp_path / "图.xlsx"
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet("表")
                for row, line in enumerate(
                    [["甲", "一", 1, 5], ["", "二", 2, 6], ["乙", "三", 3, 7]]
                ):
                    sheet.write_row(row, 0, line)
                book.define_name("x", "=表!$C$2")
                for name, text in names:
                    book.define_name(name, text)
                if growing:
                    book.define_name("rows.x", "=表!$2:$2")
                made = book.add_chart({"type": "column"})
                made.add_series(series)
                sheet.insert_chart("H2", made)
            return path

        return make

    def test_two_levels_of_categories(self, chart):
        path = chart({"categories": "=表!$A$1:$B$3", "values": "=表!$C$1:$C$3"},
                     names=[("y", "=表!$B$2")])  # fmt: skip
        parts = read_parts(path)
        part = "xl/charts/chart1.xml"
        old = '<c:pt idx="0"><c:v>旧</c:v></c:pt>'
        cache = f'<c:multiLvlStrCache><c:ptCount val="3"/><c:lvl>{old}</c:lvl><c:lvl>{old}</c:lvl>'
        levels = f"\\1</c:f>{cache}</c:multiLvlStrCache></c:multiLvlStrRef>"
        chart_xml = re.sub(
            r"(?<=<c:cat>)<c:numRef>(<c:f>[^<]*)</c:f>.*?</c:numRef>(?=</c:cat>)",
            f"<c:multiLvlStrRef>{levels}",
            parts[part].decode(),
        )
        assert "旧" in chart_xml
        parts[part] = chart_xml.encode()
        write_parts(path, parts)
        filled = Template(path).fill({"x": 9, "y": "新"})
        xml = read_parts(io.BytesIO(filled))["xl/charts/chart1.xml"].decode()
        levels = re.findall(r"<c:lvl>(.*?)</c:lvl>", xml)
        texts = [re.findall(r'<c:pt idx="(\d)"><c:v>([^<]*)', level) for level in levels]
        assert texts == [[("0", "一"), ("1", "新"), ("2", "三")], [("0", "甲"), ("2", "乙")]]

    def test_several_areas(self, chart):
        path = chart({"values": "=(表!$C$1:$C$2,表!$D$3)"})
        found = caches(Template(path).fill({"x": 9}))
        assert found["(表!$C$1:$C$2,表!$D$3)"] == ("num", 3, {0: "1", 1: "9", 2: "7"})

    def test_a_name(self, chart):
        path = chart({"values": "=表!数据"}, names=[("数据", "=表!$C$1:$C$3")])
        assert caches(Template(path).fill({"x": 9}))["表!数据"][2] == {0: "1", 1: "9", 2: "3"}

    def test_a_name_that_is_computed_has_no_values(self, chart):
        path = chart({"values": "=表!数据"}, names=[("数据", "=OFFSET(表!$C$1,0,0,3,1)")])
        xml = read_parts(io.BytesIO(Template(path).fill({"x": 9})))["xl/charts/chart1.xml"]
        assert b"<c:numRef><c:f>" + "表!数据".encode() + b"</c:f></c:numRef>" in xml

    def test_one_row_stays_one_row(self, chart):
        path = chart({"values": "=表!$C$2:$D$2"}, growing=True)
        xml = read_parts(io.BytesIO(Template(path).fill({"x": [7, 8, 9]})))["xl/charts/chart1.xml"]
        assert "<c:f>表!$C$2:$D$2</c:f>".encode() in xml
        one = chart({"values": "=表!$C$2"}, growing=True)
        xml = read_parts(io.BytesIO(Template(one).fill({"x": [7, 8, 9]})))["xl/charts/chart1.xml"]
        assert "<c:f>表!$C$2:$C$4</c:f>".encode() in xml


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def with_pivot(path, source):
    """A pivot table of 组 and the sum of 数, with the records of other days."""
    with xlsxwriter.Workbook(path) as book:
        data = book.add_worksheet("数据")
        for row, line in enumerate(
            [["姓名", "组", "数"], ["张三", "一组", 11], ["李四", "二组", 22]]
        ):
            data.write_row(row, 0, line)
        shown = book.add_worksheet("透视")
        for row, line in enumerate(
            [["行标签", "求和项:数"], ["一组", 11], ["二组", 22], ["总计", 33]]
        ):
            shown.write_row(row, 0, line)
        shown.write_formula("D1", "=B4*2", None, 66)
        book.define_name("members.姓名", "=数据!$A$2:$A$3")
        book.define_name("members.组", "=数据!$B$2:$B$3")
        book.define_name("members.数", "=数据!$C$2:$C$3")
        book.define_name("note", "=透视!$F$1")
    parts = read_parts(path)

    def add(part, content, kind):
        parts[part] = content.encode()
        types = parts["[Content_Types].xml"].decode()
        override = f'<Override PartName="/{part}" ContentType="{KIND}.{kind}+xml"/></Types>'
        parts["[Content_Types].xml"] = types.replace("</Types>", override).encode()

    def relate(part, kind, target, id_):
        old = parts.get(
            part, f'<Relationships xmlns="{PACKAGE}"></Relationships>'.encode()
        ).decode()
        new = (
            f'<Relationship Id="{id_}" Type="{RELATED}/{kind}" Target="{target}"/></Relationships>'
        )
        parts[part] = old.replace("</Relationships>", new).encode()

    cache, table = "xl/pivotCache/pivotCacheDefinition1", "xl/pivotTables/pivotTable1"
    add(
        f"{cache}.xml",
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{RELATED}" r:id="rId1" recordCount="2">'
        f'<cacheSource type="worksheet">{source}</cacheSource><cacheFields count="3">'
        '<cacheField name="姓名"><sharedItems count="2"><s v="张三"/><s v="李四"/></sharedItems>'
        '</cacheField><cacheField name="组"><sharedItems count="2"><s v="一组"/><s v="二组"/>'
        '</sharedItems></cacheField><cacheField name="数"><sharedItems containsSemiMixedTypes="0"'
        ' containsString="0" containsNumber="1" containsInteger="1" minValue="11" maxValue="22"/>'
        "</cacheField></cacheFields></pivotCacheDefinition>",
        "pivotCacheDefinition",
    )
    add(
        "xl/pivotCache/pivotCacheRecords1.xml",
        f'<pivotCacheRecords xmlns="{MAIN}" count="2"><r><x v="0"/><x v="0"/><n v="11"/></r>'
        '<r><x v="1"/><x v="1"/><n v="22"/></r></pivotCacheRecords>',
        "pivotCacheRecords",
    )
    add(
        f"{table}.xml",
        f'<pivotTableDefinition xmlns="{MAIN}" name="透视表1" cacheId="7" dataCaption="值"'
        ' updatedVersion="6" createdVersion="6"><location ref="A1:B4" firstHeaderRow="1"'
        ' firstDataRow="1" firstDataCol="1"/><pivotFields count="3"><pivotField showAll="0"/>'
        '<pivotField axis="axisRow" showAll="0"><items count="3"><item x="0"/><item x="1"/>'
        '<item t="default"/></items></pivotField><pivotField dataField="1" showAll="0"/>'
        '</pivotFields><rowFields count="1"><field x="1"/></rowFields><rowItems count="3"><i><x/>'
        '</i><i><x v="1"/></i><i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
        '<dataFields count="1"><dataField name="求和项:数" fld="2" baseField="0" baseItem="0"/>'
        "</dataFields></pivotTableDefinition>",
        "pivotTable",
    )
    relate("xl/_rels/workbook.xml.rels", "pivotCacheDefinition", f"/{cache}.xml", "rIdP")
    relate(
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels", "pivotCacheRecords",
        "pivotCacheRecords1.xml", "rId1",
    )  # fmt: skip
    relate("xl/worksheets/_rels/sheet2.xml.rels", "pivotTable", f"/{table}.xml", "rId1")
    relate(
        "xl/pivotTables/_rels/pivotTable1.xml.rels", "pivotCacheDefinition", f"/{cache}.xml", "rId1"
    )
    book = parts["xl/workbook.xml"].decode()
    calc = re.search(r"<calcPr[^>]*/>", book)[0]
    caches_ = '<pivotCaches><pivotCache cacheId="7" r:id="rIdP"/></pivotCaches>'
    parts["xl/workbook.xml"] = book.replace(calc, calc + caches_).encode()
    return write_parts(path, parts)


HERE = '<worksheetSource ref="A1:C3" sheet="数据"/>'


class TestPivots:
    def test_old_records_do_not_leave(self, tmp_path):
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        filled = Template(path).fill({"members.姓名": ["王五", "赵六"], "members.数": [1, 2]})
        parts = read_parts(io.BytesIO(filled))
        whole = b"".join(parts.values()).decode("utf-8", "replace")
        assert "张三" not in "".join(
            content.decode() for name, content in parts.items() if "pivot" in name.lower()
        )
        definition = parts["xl/pivotCache/pivotCacheDefinition1.xml"].decode()
        assert 'refreshOnLoad="1"' in definition
        assert 'recordCount="0"' in definition
        assert 'minValue="11"' not in definition
        assert '<s v="一组"/>' in definition  # the table is laid out by it
        assert "<pivotCacheRecords" in whole
        assert "<r>" not in parts["xl/pivotCache/pivotCacheRecords1.xml"].decode()
        sheet = openpyxl.load_workbook(io.BytesIO(filled), data_only=True)["透视"]
        assert [cell.value for row in sheet["A1:D4"] for cell in row] == [None] * 16

    def test_old_items_do_not_leave(self, tmp_path):
        """The groups are those of other days: they go, with all that knows them by number."""
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        formats = (
            '<formats count="2"><format dxfId="0"><pivotArea><references count="1">'
            '<reference field="1" count="1"><x v="1"/></reference></references></pivotArea>'
            '</format><format dxfId="0"><pivotArea type="all"/></format></formats>'
        )
        parts = read_parts(path)
        table = "xl/pivotTables/pivotTable1.xml"
        parts[table] = parts[table].replace(b"</dataFields>", f"</dataFields>{formats}".encode())
        write_parts(path, parts)
        filled = Template(path).fill({"members.组": ["三组", "四组"], "members.数": [1, 2]})
        parts = read_parts(io.BytesIO(filled))
        assert "一组" not in "".join(
            content.decode("utf-8", "replace") for content in parts.values()
        )
        xml = parts[table].decode()
        assert '<items count="1"><item t="default"/></items>' in xml
        assert "rowItems" not in xml
        assert '<formats count="1"><format dxfId="0"><pivotArea type="all"/></format>' in xml

    @pytest.mark.parametrize("kind", ["slicer", "coloured"])
    def test_items_that_others_know_by_number_stay_and_are_told(self, tmp_path, kind):
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        parts = read_parts(path)
        if kind == "slicer":
            parts["xl/slicerCaches/slicerCache1.xml"] = b"<slicerCacheDefinition/>"
            parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
                b"</Relationships>",
                b'<Relationship Id="s" Type="http://schemas.microsoft.com/office/2007/'
                b'relationships/slicerCache" Target="slicerCaches/slicerCache1.xml"/>'
                b"</Relationships>",
            )
        else:
            table = "xl/pivotTables/pivotTable1.xml"
            parts[table] = parts[table].replace(
                b"</dataFields>", b'</dataFields><conditionalFormats count="0"/>'
            )
        write_parts(path, parts)
        filled = read_parts(io.BytesIO(Template(path).fill({"members.组": ["三组", "四组"]})))
        assert '<s v="一组"/>' in filled["xl/pivotCache/pivotCacheDefinition1.xml"].decode()
        said = "\n".join(stored_lines(stored(path, check_template(path))))
        assert "旧项目名还在表里" in said

    def test_what_is_not_filled_stays(self, tmp_path):
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        before, after = read_parts(path), read_parts(io.BytesIO(Template(path).fill({"note": 1})))
        assert {name for name in before if before[name] != after[name]} == {
            "xl/worksheets/sheet2.xml"
        }
        sheet = openpyxl.load_workbook(io.BytesIO(Template(path).fill({"note": 1})), data_only=True)
        assert sheet["透视"]["D1"].value == 66

    def test_check_says_so(self, tmp_path):
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        said = "\n".join(stored_lines(stored(path, check_template(path))))
        assert "旧记录和旧数字不随表发出" in said
        assert "数据!A1:C3" in said
        away = with_pivot(
            tmp_path / "外.xlsx", '<worksheetSource ref="A1:C3" sheet="别" r:id="rId9"/>'
        )
        said = "\n".join(stored_lines(stored(away, check_template(away))))
        assert "旧记录会随表发给每个人" in said

    @needs_node_validator
    def test_no_new_errors_by_microsofts_rules(self, tmp_path):
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        filled = tmp_path / "填好.xlsx"
        values = {"members.姓名": ["王五"], "members.组": ["三组"], "members.数": [1]}
        filled.write_bytes(Template(path).fill(values))
        errors = open_xml_sdk_errors([path, filled])
        assert errors[str(filled)] == errors[str(path)] == []

    @needs_soffice
    def test_libreoffice_opens_it(self, tmp_path):
        path = with_pivot(tmp_path / "透视.xlsx", HERE)
        values = {"members.姓名": ["王五"], "members.组": ["三组"], "members.数": [1]}
        path.write_bytes(Template(path).fill(values))
        (tmp_path / "out").mkdir()
        (saved,) = convert([path], "xlsx", tmp_path / "out")
        assert load(saved)["数据"]["C2"].value == 1


@pytest.mark.parametrize("longest", [10, 40])
def test_texts_of_texts_do_not_fill_the_memory(tmp_path, longest):
    """Each formula doubles the one before: they get no value, and the others do."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    for row in range(2, longest + 2):
        sheet[f"A{row}"] = f"=A{row - 1}&A{row - 1}"
    sheet["B1"] = "=LEN(A1)"
    book.defined_names["unit.name"] = openpyxl.workbook.defined_name.DefinedName(
        "unit.name", attr_text="'表'!$A$1"
    )
    book.save(tmp_path / "表.xlsx")
    (tmp_path / "满.xlsx").write_bytes(Template(tmp_path / "表.xlsx").fill({"unit.name": "城东"}))
    filled = openpyxl.load_workbook(tmp_path / "满.xlsx", data_only=True).active
    assert filled["B1"].value == 2
    assert filled[f"A{longest + 1}"].value is None


def test_a_text_too_long_to_make_others_of_is_filled_all_the_same(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "表"
    book.active["B1"] = '=A1&"部"'
    book.defined_names["unit.name"] = openpyxl.workbook.defined_name.DefinedName(
        "unit.name", attr_text="'表'!$A$1"
    )
    book.save(tmp_path / "表.xlsx")
    template = Template(tmp_path / "表.xlsx")
    for text, joined in (("城东", "城东部"), ("长" * 1_001, None)):
        (tmp_path / "满.xlsx").write_bytes(template.fill({"unit.name": text}))
        filled = openpyxl.load_workbook(tmp_path / "满.xlsx", data_only=True).active
        assert (filled["A1"].value, filled["B1"].value) == (text, joined)
