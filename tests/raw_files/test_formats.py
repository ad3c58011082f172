"""Files of every format, under whatever name they come."""

from __future__ import annotations

import io
import re
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.raw_files.formats import format_of
from kpi_xl.raw_files.read import read_table
from tests.raw_files.conftest import ROSTER

AGENTS, POLICIES = TABLES["agents"], TABLES["policies"]
ROWS = [["保单号", "工号", "首年保费", "承保日期"], ["P1", "00123", "1000", "2024-06-05"]]
WANTED = {"policy": ["P1"], "agent": ["00123"], "premium": ["1000"], "issued": ["2024-06-05"]}


def cells(raw):
    return {code: column.to_pylist() for code, column in raw.columns.items()}


def html(rows, charset="utf-8", extra=""):
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    head = f'<html><head><meta charset="{charset}">{extra}</head>'
    return f"{head}<body><table border=1>{body}</table></body></html>".encode(charset)


def spreadsheetml(rows, name="清单"):
    data = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{c}</Data></Cell>' for c in row) + "</Row>"
        for row in rows
    )
    uri = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{uri}" xmlns:ss="{uri}">'
        f'<Worksheet ss:Name="{name}"><Table>{data}</Table></Worksheet></Workbook>'
    ).encode()


def biff(rows, hidden=()):
    book = xlwt.Workbook()
    for name in ("清单", *hidden):
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden)
        for row, line in enumerate(rows):
            for column, cell in enumerate(line):
                sheet.write(row, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(rows):
            sheet.write_row(row, 0, line)
    return out.getvalue()


def tsv(rows, charset="gb18030"):
    return "\n".join("\t".join(row) for row in rows).encode(charset)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (html(ROWS), "html"),
        (html(ROWS, "gbk"), "html"),
        (b"\xef\xbb\xbf\r\n" + html(ROWS), "html"),
        (spreadsheetml(ROWS), "xml"),
        (biff(ROWS, hidden=["藏"]), "xls"),
        (xlsx(ROWS), "xlsx"),
        (tsv(ROWS), "text"),
        (tsv(ROWS, "utf-16"), "text"),
    ],
    ids=["html", "html gbk", "html bom", "xml", "biff", "xlsx", "tsv", "tsv utf-16"],
)
@pytest.mark.parametrize("name", ["保单.xls", "保单.xlsx", "保单.csv", "保单.et"])
def test_a_file_is_what_is_in_it_not_what_it_is_called(tmp_path, content, kind, name):
    file = tmp_path / name
    file.write_bytes(content)
    assert format_of(file) == kind
    assert cells(read_table(file, POLICIES)) == WANTED


def test_other_files_are_none(tmp_path):
    for name, content in (
        ("x.pdf", b"%PDF-1.7"),
        ("x.png", b"\x89PNG\r\n"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1"),
        ("x.md", "工号".encode()),
    ):
        (tmp_path / name).write_bytes(content)
        assert format_of(tmp_path / name) is None


def test_html_with_spans_scripts_and_entities(tmp_path):
    file = tmp_path / "人员.xls"
    file.write_bytes(
        """<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>
        <html><head><script>x</script><link rel=stylesheet href="http://127.0.0.1:1/a.css"></head>
        <body><table><tr><td><table><tr><th colspan=4>花名册</th></tr>
        <tr><th>工号</th><th>营业部</th><th>签约<br>日期</th><th>姓名</th></tr>
        <tr><td>00123</td><td rowspan=2>城&#35199;&nbsp;</td><td>2020-01-05</td><td>张&x;</td></tr>
        <tr><td>00124</td><td>2020-01-06</td><td>李<script>alert(1)</script></td></tr>
        </table></td></tr></table></body></html>""".encode()
    )
    raw = read_table(file, AGENTS)
    found = cells(raw)
    assert found["department"] == ["城西", "城西"]
    assert found["signed"] == ["2020-01-05", "2020-01-06"]
    assert found["name"][1] == "李"
    assert "root:" not in str(found)
    assert raw.rows.to_pylist() == [3, 4]


@pytest.mark.parametrize(
    ("cell", "premium"),
    [
        ('<td><span style="display: none">0001</span>1,000</td>', "1,000"),
        ("<td>1000<sup>2</sup></td>", "1000^2"),
        ("<td><del>99</del>1000</td>", "^99 1000"),
        ("<td><s>1000</s></td>", "1000"),
        ('<td x:num="1234.56">1235</td>', "1234.56"),
        ('<td sdval="12345.67">1.23万</td>', "12345.67"),
        ('<td x:num="1000">1,000.00</td>', "1,000.00"),
        ("<td x:num>1000</td>", "1000"),
    ],
)
def test_html_cells_that_show_another_number_than_they_hold(tmp_path, cell, premium):
    file = tmp_path / "保单.xls"
    head = "".join(f"<th>{name}</th>" for name in ROWS[0])
    row = f"<td>P1</td><td x:num=123>00123</td>{cell}<td x:num=45448>2024-06-05</td>"
    file.write_text(f"<html><table><tr>{head}</tr><tr>{row}</tr></table></html>", "utf-8")
    assert cells(read_table(file, POLICIES)) == WANTED | {"premium": [premium]}


@pytest.mark.parametrize("index", ["x", "-1", "", "99999999999"])
def test_a_place_that_is_none_is_the_next_one(tmp_path, index):
    file = tmp_path / "保单.xls"
    content = spreadsheetml(ROWS, "保单").replace(
        b"<Cell>", f'<Cell ss:Index="{index}">'.encode(), 1
    )
    file.write_bytes(content)
    assert cells(read_table(file, POLICIES)) == WANTED


def test_a_stray_cell_of_an_xml_workbook_is_refused(tmp_path):
    file = tmp_path / "保单.xls"
    far = b'<Row ss:Index="900000"><Cell ss:Index="1999"><Data>1</Data></Cell></Row></Table>'
    file.write_bytes(spreadsheetml(ROWS, "保单").replace(b"</Table>", far))
    with pytest.raises(InputError, match="离表格太远"):
        read_table(file, POLICIES)


@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("write", ["html", "xlsx"])
def test_the_rest_of_a_table_without_headings_is_told(make, write, first):
    """Pages write headings into a table of their own; months follow without them."""
    rows = [*ROWS, ["P2", "00123", "20", "2024-06-06"], ["P3", "00123", "30", "2024-06-07"]]
    notes = [["说明"], ["制表", "王"]]
    parts = [rows[:first], rows[first:], notes]
    if write == "html":
        content = b"".join(html(part) for part in parts).replace(b"</body></html><html>", b"")
    else:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            for part in parts:
                sheet = book.add_worksheet()
                for row, line in enumerate(part):
                    sheet.write_row(row, 0, line)
        content = out.getvalue()
    name = {"html": "保单.xls", "xlsx": "保单.xlsx"}[write]
    checked = check_project(make({"人员.csv": ROSTER, name: content}))
    matter = [one.fault.kind.code for one in checked.left_out if one.matters]
    assert matter == ["sheet.continued"]


def test_a_page_without_a_table_is_refused(tmp_path):
    file = tmp_path / "人员.xls"
    file.write_bytes("<html><body>登录已过期，请重新登录</body></html>".encode())
    with pytest.raises(InputError, match="里面没有表格"):
        read_table(file, AGENTS)


def test_entities_of_a_damaged_xml_workbook_are_not_expanded(tmp_path):
    file = tmp_path / "保单.xml.xls"
    bomb = spreadsheetml(ROWS).replace(
        b'<?xml version="1.0"?>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    )
    file.write_bytes(bomb.replace(b">P1<", b">P1&b;<"))
    assert "aaaa" not in str(cells(read_table(file, POLICIES)))
    file.write_bytes(spreadsheetml(ROWS)[:-30])
    with pytest.raises(InputError, match="不完整或已损坏"):
        read_table(file, POLICIES)


def workbook_with(sheet_data, rows_after=""):
    """An .xlsx package whose first worksheet has these rows as XML."""
    book = openpyxl.Workbook()
    book.active.title = "清单"
    out = io.BytesIO()
    book.save(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                content = (
                    f'<worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData>'
                    f"{rows_after}</worksheet>"
                ).encode()
            new.writestr(name, content)
    return changed.getvalue()


def text_row(number, cells):
    inner = "".join(
        f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{c}</t></is></c>'
        for i, c in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'


TABLE = "".join(text_row(n, row) for n, row in enumerate(ROWS, 1))


@pytest.mark.parametrize("cell", ["XFD1048576", "AZ1048576", "Z1048576", "ZZ200000"])
def test_a_stray_cell_far_away_is_refused_in_words(tmp_path, cell):
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    file = tmp_path / "保单.xlsx"
    file.write_bytes(workbook_with(f'{TABLE}<row r="{row}"><c r="{cell}"><v>1</v></c></row>'))
    with pytest.raises(InputError, match=f"一直到 {cell}"):
        read_table(file, POLICIES)


@pytest.mark.parametrize("cell", ["E1048576", "XFD9"])
def test_a_stray_cell_that_can_be_borne_does_no_harm(tmp_path, cell):
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    file = tmp_path / "保单.xlsx"
    file.write_bytes(workbook_with(f'{TABLE}<row r="{row}"><c r="{cell}"><v>1</v></c></row>'))
    found = cells(read_table(file, POLICIES))
    assert {code: column[:1] for code, column in found.items()} == WANTED


def test_a_date_that_no_calendar_has_is_told_with_its_cell(tmp_path):
    file = tmp_path / "保单.xlsx"
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ROWS[0])
        sheet.write_row(1, 0, ROWS[1][:3])
        sheet.write_number(1, 3, -1e308, book.add_format({"num_format": "yyyy-mm-dd"}))
    file.write_bytes(out.getvalue())
    with pytest.raises(InputError, match="没有这一天") as caught:
        read_table(file, POLICIES)
    assert caught.value.value == "D2"


def test_old_binary_without_a_container(tmp_path):
    file = tmp_path / "保单.xls"
    file.write_bytes(b"\x09\x08" + struct.pack("<HHH", 8, 0x500, 0x10) + b"\0" * 40)
    with pytest.raises(InputError):
        read_table(file, POLICIES)


def merged(tmp_path, fill):
    file = tmp_path / "人员.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        fill(book.add_worksheet())
    return read_table(file, AGENTS)


def test_merged_cells_hold_for_all_their_rows_but_amounts_once(tmp_path):
    def fill(sheet):
        sheet.write_row(0, 0, ["营业部", "工号", "签约日期"])
        for row in range(1, 5):
            sheet.write_row(row, 1, [f"0{row}", "2020-01-05"])
        sheet.merge_range("A2:A4", "城西")
        sheet.write("A5", "城东")

    found = cells(merged(tmp_path, fill))
    assert found["department"] == ["城西", "城西", "城西", "城东"]
    file = tmp_path / "保单.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["保单号", "工号", "承保日期", "首年保费", "FYC"])
        for row in (1, 2):
            sheet.write_row(row, 0, [f"P{row}", "1", "2024-06-05", 100])
        sheet.merge_range("E2:E3", 30)
    assert cells(read_table(file, POLICIES))["fyc"] == ["30", None]


@pytest.mark.parametrize(
    "rows",
    [
        [["工号", "所属机构", None, "签约日期"], [None, "营业部", "营业组", None]],
        [["人员", None, "单位", None], ["工号", "签约日期", "营业部", "营业组"]],
        [
            ["花名册", None, None, None],
            ["人员", None, "所属", None],
            ["工号", "签约", "机构", None],
            [None, "日期", "营业部", "营业组"],
        ],
    ],
)
def test_headers_of_several_rows(tmp_path, rows):
    def fill(sheet):
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        at = {"工号": "00123", "签约日期": "2020-01-05", "营业部": "城西", "营业组": "一组"}
        last = [
            next((row[i] for row in reversed(rows) if row[i] in at), None) or "签约日期"
            for i in range(4)
        ]
        sheet.write_row(len(rows), 0, [at[name] for name in last])

    raw = merged(tmp_path, fill)
    found = cells(raw)
    assert found == {
        "agent": ["00123"], "department": ["城西"], "team": ["一组"], "signed": ["2020-01-05"],
    }  # fmt: skip
    assert raw.rows.to_pylist() == [len(rows) + 1]


def test_groups_tell_headings_of_one_name_apart(tmp_path):
    file = tmp_path / "异动.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["工号", "生效日期", "调出", None, "调入"])
        sheet.write_row(1, 2, ["营业部", "营业组", "营业部", "营业组"])
        sheet.write_row(2, 0, ["1", "2024-01-01", "甲", "乙", "丙", "丁"])
    found = cells(read_table(file, TABLES["transfers"]))
    assert found["from_department"] == ["甲"]
    assert found["department"] == ["丙"]
    assert found["team"] == ["丁"]


def test_a_record_below_the_header_is_no_part_of_it(make):
    text = "工号,营业部,签约日期\n营业部,,2020-01-01\n00123,甲,2020-01-01\n"
    checked = check_project(make({"人员.csv": text}))
    assert checked.tables["agents"].read == 2


@pytest.mark.parametrize("cached", [None, "0"])
def test_a_formula_nobody_has_computed_is_not_empty(make, tmp_path, cached):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["保单号", "工号", "首年保费", "FYC", "承保日期"])
    for number in (2, 3):
        sheet.append([f"P{number}", "00123", 1000, "=C2*TODAY()", "2024-06-05"])
    sheet.append(["P4", "00123", 1000, 300, "2024-06-05"])
    book.save(tmp_path / "x.xlsx")
    content = (tmp_path / "x.xlsx").read_bytes()
    if cached:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(
                    name,
                    old.read(name).replace(b"<v></v>", b"<v>0</v>").replace(b"<v />", b"<v>0</v>"),
                )
        content = out.getvalue()
    checked = check_project(make({"人员.csv": ROSTER, "保单.xlsx": content}))
    table = checked.tables["policies"]
    assert (table.read, table.used) == (3, 3)
    (told,) = [p for p in checked.problems if p.table == "保单"]
    assert (told.row, told.column, told.fault.about["count"]) == (2, "FYC", 2)
    assert "没有算过" in told.reason
    assert "在 Excel 中打开" in told.advice


@pytest.mark.parametrize("formula", ["TODAY()*2", 'IF(TODAY(),"x","y")'])
def test_a_formula_of_old_files_that_nobody_has_computed_is_not_empty(make, formula):
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("保单")
    for column, cell in enumerate([*ROWS[0], "撤单日期"]):
        sheet.write(0, column, cell)
    for column, cell in enumerate(ROWS[1]):
        sheet.write(1, column, cell)
    sheet.write(1, 4, xlwt.Formula(formula))
    book.save(out)
    checked = check_project(make({"人员.csv": ROSTER, "保单.xls": out.getvalue()}))
    (told,) = [p for p in checked.problems if p.table == "保单"]
    assert (told.kind, told.row, told.column) == ("cell.formula-not-computed", 2, "撤单日期")


def test_a_formula_of_open_documents_that_nobody_has_computed_is_not_empty(make):
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )

    def cell(of):
        return (
            f'<table:table-cell office:value-type="string"><text:p>{of}</text:p></table:table-cell>'
        )

    rows = [[cell(of) for of in [*ROWS[0], "撤单日期"]], [cell(of) for of in ROWS[1]]]
    rows[1].append('<table:table-cell table:formula="of:=TODAY()"/>')
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        package.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="保单">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    checked = check_project(make({"人员.csv": ROSTER, "保单.ods": out.getvalue()}))
    (told,) = [p for p in checked.problems if p.table == "保单"]
    assert (told.kind, told.row, told.column) == ("cell.formula-not-computed", 2, "撤单日期")


@pytest.mark.parametrize("write", ["singly quoted", "without references"])
@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ('<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "cell.formula-failed"),
        ('<c r="E2"><f>TODAY()</f></c>', "cell.formula-not-computed"),
    ],
)
def test_xml_that_programs_write_otherwise_hides_nothing(make, write, cell, kind):
    rows = text_row(1, [*ROWS[0], "撤单日期"]) + text_row(2, ROWS[1]).replace("</row>", cell)
    rows += "</row>"
    rows = rows.replace('"', "'") if write == "singly quoted" else re.sub(r' r="\w+"', "", rows)
    checked = check_project(make({"人员.csv": ROSTER, "保单.xlsx": workbook_with(rows)}))
    assert [(p.kind, p.row, p.column) for p in checked.problems if p.table == "保单"] == [
        (kind, 2, "撤单日期")
    ]
    assert checked.tables["policies"].used == 0


@pytest.mark.parametrize("write", ["singly quoted", "without references"])
def test_merged_cells_however_they_are_written(tmp_path, write):
    lines = [
        ["", *ROWS[0]],
        ["", "P1", "00123", "1000", "2024-06-05"],
        ["", "P2", "", "5", "2024-06-05"],
    ]
    rows = "".join(text_row(n, line) for n, line in enumerate(lines, 1))
    rows = rows.replace(' t="inlineStr"><is><t></t></is></c>', "/>")
    after = '<mergeCells count="1"><mergeCell ref="C2:C3"/></mergeCells>'
    if write == "singly quoted":
        rows, after = rows.replace('"', "'"), after.replace('"', "'")
    else:
        rows = re.sub(r' r="\w+"', "", rows)
    file = tmp_path / "保单.xlsx"
    file.write_bytes(workbook_with(rows, after))
    assert cells(read_table(file, POLICIES))["agent"] == ["00123", "00123"]


def test_formulas_with_a_value_are_read(tmp_path):
    file = tmp_path / "保单.xlsx"
    head = text_row(1, [*ROWS[0], "撤单日期"])
    row = text_row(2, ["P1", "00123", "", "2024-06-05"]).replace(
        '<c r="C2" t="inlineStr"><is><t></t></is></c>', '<c r="C2"><f>1000+1</f><v>1001</v></c>'
    )
    empty = '<c r="E2" t="str"><f>IF(1=1,"","x")</f><v></v></c></row>'
    file.write_bytes(workbook_with(head + row.replace("</row>", empty)))
    found = cells(read_table(file, POLICIES))
    assert found["premium"] == ["1001"]
    assert found["withdrawn"] == [None]


@pytest.mark.parametrize("cut", [700, 1500, 2500, 4000])
def test_a_workbook_without_its_beginning_is_told_by_its_name(tmp_path, cut):
    """Places in it then lie before the beginning of the file, which the system calls no place."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["工号", "日期", "拜访数"])
    for row in range(3000):
        book.active.append([f"{row * 7919 % 99991:05}", "2024-06-01", row * 1.1])
    book.save(content)
    file = tmp_path / "活动.xlsx"
    file.write_bytes(content.getvalue()[cut:])
    with pytest.raises(InputError) as refused:
        read_table(file, TABLES["activities"], {})
    assert refused.value.file == file and "磁盘" not in refused.value.problem
