"""Templates to fill: one with everything XlsxWriter and Excel put into a workbook, and variants."""

import datetime as dt
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openxml_audit import OpenXmlValidator, ValidationSeverity

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
INDICATORS = 40
TASKS = 12

Parts = dict[str, bytes]


def picture() -> io.BytesIO:
    """A small blue PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    pixels = b"".join(b"\0" + b"\x1f\x4e\x79" * 64 for _ in range(24))
    header = struct.pack(">IIBBBBB", 64, 24, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


class Formats:
    """The cell formats of the rich template."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        base = {"font_name": "微软雅黑", "font_size": 10, "border": 1, "valign": "vcenter"}
        entry = {**base, "locked": 0, "bg_color": "#FFF2CC"}
        self.title = book.add_format({**base, "bold": 1, "font_size": 16, "align": "center"})
        self.head = book.add_format({**base, "bold": 1, "align": "center", "bg_color": "#DDEBF7"})
        self.label = book.add_format({**base, "bold": 1, "bg_color": "#F2F2F2"})
        self.cell = book.add_format(base)
        self.number = book.add_format({**entry, "num_format": "#,##0.00"})
        self.percent = book.add_format({**entry, "num_format": "0%"})
        self.text = book.add_format({**entry, "text_wrap": 1})
        self.date = book.add_format({**entry, "num_format": 'yyyy"年"m"月"d"日"'})
        self.computed_percent = book.add_format({**base, "num_format": "0.0%"})
        self.computed = book.add_format({**base, "num_format": "#,##0.0"})
        self.red = book.add_format({"font_color": "#C00000", "bold": 1})
        self.italic = book.add_format({"italic": 1})


def targets_sheet(book: xlsxwriter.Workbook, formats: Formats) -> None:
    """目标设定: entry cells, formulas, merges, validations, formats, sparklines, charts, shapes."""
    sheet = book.add_worksheet("目标设定")
    last = 4 + INDICATORS
    sheet.merge_range("A1:T1", "月度KPI目标设定表", formats.title)
    sheet.write_rich_string("A2", formats.red, "单", formats.italic, "位", formats.label)
    for column, name in ((1, "单位"), (6, "主管"), (11, "月份"), (16, "编号")):
        shown = formats.date if name == "月份" else formats.text
        sheet.merge_range(1, column, 1, column + 3, "", shown)
        book.define_name(name, f"=目标设定!${chr(65 + column)}$2")
    for column in range(20):
        sheet.write(3, column, f"列{column}", formats.head)
    for row in range(4, last):
        line = row + 1
        sheet.write(row, 0, row - 3, formats.cell)
        sheet.merge_range(row, 1, row, 2, f"指标{row - 3:02d}", formats.label)
        entries = (
            (3, "目标", formats.number),
            (4, "权重", formats.percent),
            (5, "截止", formats.date),
            (6, "实际", formats.number),
            (9, "备注", formats.text),
        )
        for column, name, shown in entries:
            sheet.write_blank(row, column, None, shown)
            book.define_name(f"kpi.{row - 3:02d}.{name}", f"=目标设定!${chr(65 + column)}${line}")
        sheet.write_formula(
            row, 7, f"=IF(D{line}=0,0,G{line}/D{line})", formats.computed_percent, 0
        )
        sheet.write_formula(row, 8, f"=ROUND(H{line}*E{line}*100,1)", formats.computed, 0)
        book.define_name(f"kpi.{row - 3:02d}.完成率", f"=目标设定!$H${line}")
        for column in range(11, 20):
            sheet.write(row, column, 50 + (row * 7 + column * 13) % 60, formats.computed)
        sheet.add_sparkline(row, 10, {"range": f"目标设定!$L${line}:$T${line}", "markers": True})
    sheet.write_formula(last, 3, f"=SUM(D5:D{last})", formats.computed, 0)
    sheet.write_dynamic_array_formula(
        last + 1, 11, last + 1, 11, f"=_xlfn._xlws.SORT(L5:L{last},1,-1)", formats.computed, 0
    )
    book.define_name("合计", f"=目标设定!$D${last + 1}")
    book.define_name("缺行", "=目标设定!$D$70")
    book.define_name("缺格", "=目标设定!$Z$5")
    sheet.conditional_format(4, 7, last, 7, {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format(4, 8, last, 8, {"type": "icon_set", "icon_style": "3_traffic_lights"})
    sheet.conditional_format(
        4, 6, last, 6, {"type": "formula", "criteria": "=$G5<$D5", "format": formats.red}
    )
    decimal = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    sheet.data_validation(4, 4, last, 4, decimal)
    sheet.data_validation("B2", {"validate": "list", "source": "=参数!$A$2:$A$21"})
    chart, line_chart = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    chart.add_series({"name": "目标", "values": f"=目标设定!$D$5:$D${last}"})
    line_chart.add_series(
        {"name": "完成率", "values": f"=目标设定!$H$5:$H${last}", "y2_axis": True}
    )
    chart.combine(line_chart)
    sheet.insert_chart("V3", chart)
    sheet.insert_image("V1", "logo.png", {"image_data": picture()})
    sheet.insert_textbox("V20", "填写须知：\n1. 黄色格可填\n2. 其他锁定")
    sheet.insert_button("V27", {"caption": "提交"})
    sheet.write_comment("D4", "目标值由部门主管填写", {"author": "人力资源"})
    sheet.freeze_panes(4, 3)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last + 14, 19)
    sheet.repeat_rows(0, 3)
    sheet.set_header('&C&"微软雅黑,加粗"&14月度KPI')
    sheet.set_column("D:J", 12)
    sheet.set_column("Z:Z", 12, formats.percent)
    sheet.protect("kpi", {"autofilter": True})


def plan_sheet(book: xlsxwriter.Workbook, formats: Formats) -> None:
    """周工作计划: a table with a computed column and totals, and an area to fill."""
    sheet = book.add_worksheet("周工作计划")
    sheet.merge_range("A1:H1", "周工作计划", formats.title)
    shown = {
        "序号": formats.cell,
        "事项": formats.text,
        "负责人": formats.text,
        "开始": formats.date,
        "结束": formats.date,
        "计划工时": formats.number,
        "完成工时": formats.number,
        "完成率": formats.computed_percent,
    }
    columns = [{"header": header, "format": cell} for header, cell in shown.items()]
    columns[0]["total_string"] = "合计"
    columns[5]["total_function"] = "sum"
    columns[7]["formula"] = "=IF([@计划工时]=0,0,[@完成工时]/[@计划工时])"
    options = {"name": "周计划", "total_row": True, "columns": columns}
    sheet.add_table(2, 0, 3 + TASKS, 7, options)
    for row in range(3, 3 + TASKS):
        for column, cell in enumerate(list(shown.values())[:7]):
            sheet.write_blank(row, column, None, cell)
    book.define_name("周计划.行", f"=周工作计划!$B$4:$G${3 + TASKS}")
    book.define_name("周计划.标题", "=周工作计划!$B$3")
    book.define_name("签字", f"=周工作计划!$D${TASKS + 7}:$H${TASKS + 7}")
    sheet.merge_range(TASKS + 6, 3, TASKS + 6, 7, "", formats.text)
    sheet.write_formula(TASKS + 7, 3, "=AVERAGE(周计划[完成率])", formats.computed_percent, 0.5)
    people = {"validate": "list", "source": ["张三", "李四", "王五"]}
    sheet.data_validation(3, 2, 2 + TASKS, 2, people)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": f"=周工作计划!$F$4:$F${3 + TASKS}"})
    sheet.insert_chart("J3", chart)


def parameters_sheet(book: xlsxwriter.Workbook, formats: Formats) -> None:
    """参数: hidden, with a list, a checkbox and a link; names that are no slots."""
    sheet = book.add_worksheet("参数")
    for row in range(20):
        sheet.write(1 + row, 0, f"第{row + 1}事业部", formats.cell)
    sheet.insert_checkbox(1, 1, True)
    sheet.write_url("C1", "https://example.invalid/kpi", string="制度链接")
    book.define_name("单位列表", "=参数!$A$2:$A$21")
    book.define_name("利率", "=0.05")
    book.define_name("多区域", "=参数!$A$1,参数!$B$1")
    book.define_name("断开", "=#REF!")
    book.define_name("整列", "=参数!$A:$A")
    sheet.hide()


def excel_touch(parts: Parts) -> None:
    """What Excel adds and XlsxWriter does not: calcChain, printer settings, custom XML and more."""

    def replace(part: str, old: str, new: str) -> None:
        assert old.encode() in parts[part], (part, old)
        parts[part] = parts[part].replace(old.encode(), new.encode(), 1)

    def add(part: str, content: str | bytes, content_type: str = "") -> None:
        parts[part] = content if isinstance(content, bytes) else content.encode()
        if content_type:
            override = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
            replace("[Content_Types].xml", "</Types>", override)

    def relate(part: str, identity: str, kind: str, target: str) -> None:
        new = f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/></Relationships>'
        replace(part, "</Relationships>", new)

    book, first = "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet1.xml.rels"
    sheet1 = "xl/worksheets/sheet1.xml"
    excel = "application/vnd.openxmlformats-officedocument"
    microsoft = "http://schemas.microsoft.com/office"
    chain = "".join(
        f'<c r="{found[1].decode()}" i="{number}"/>'
        for number in (1, 2)
        for found in re.finditer(
            rb'<c r="([A-Z]+\d+)"[^>]*><f', parts[f"xl/worksheets/sheet{number}.xml"]
        )
    )
    add(
        "xl/calcChain.xml",
        f'<calcChain xmlns="{MAIN}">{chain}</calcChain>',
        f"{excel}.spreadsheetml.calcChain+xml",
    )
    relate(book, "rIdCC", f"{OFFICE}/calcChain", "calcChain.xml")
    settings = "xl/printerSettings/printerSettings1.bin"
    add(settings, b"\0P\0r\0i\0n\0t" * 40, f"{excel}.spreadsheetml.printerSettings")
    relate(first, "rIdPS", f"{OFFICE}/printerSettings", "../printerSettings/printerSettings1.bin")
    parts[sheet1] = re.sub(
        rb"<pageSetup ([^>]*)/>", rb'<pageSetup \1 r:id="rIdPS"/>', parts[sheet1]
    )
    add("customXml/item1.xml", '<kpi xmlns="urn:kpi-xl"><id>KPI-2026-11</id></kpi>')
    add(
        "customXml/itemProps1.xml",
        '<ds:datastoreItem ds:itemID="{11111111-2222-3333-4444-555555555555}" xmlns:ds='
        '"http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs/>'
        "</ds:datastoreItem>",
        f"{excel}.customXmlProperties+xml",
    )
    add(
        "customXml/_rels/item1.xml.rels",
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/customXmlProps" Target="itemProps1.xml"/>'
        "</Relationships>",
    )
    relate(book, "rIdCX", f"{OFFICE}/customXml", "../customXml/item1.xml")
    main14 = f"{microsoft}/spreadsheetml/2009/9/main"
    replace(
        sheet1,
        "</extLst>",
        f'<ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{main14}">'
        f'<x14:dataValidations count="1" xmlns:xm="{microsoft}/excel/2006/main">'
        '<x14:dataValidation type="list" allowBlank="1"><x14:formula1>'
        "<xm:f>参数!$A$2:$A$21</xm:f></x14:formula1><xm:sqref>G2</xm:sqref>"
        "</x14:dataValidation></x14:dataValidations></ext></extLst>",
    )
    threaded = f"{microsoft}/spreadsheetml/2018/threadedcomments"
    person = "{AAAAAAAA-0000-0000-0000-000000000001}"
    add(
        "xl/persons/person.xml",
        f'<personList xmlns="{threaded}"><person displayName="张三" id="{person}" userId="zs" '
        'providerId="None"/></personList>',
        "application/vnd.ms-excel.person+xml",
    )
    relations = "http://schemas.microsoft.com/office/2017/10/relationships"
    relate(book, "rIdPP", f"{relations}/person", "persons/person.xml")
    add(
        "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{threaded}"><threadedComment ref="D4" '
        f'dT="2026-11-01T00:00:00.00" personId="{person}" '
        'id="{BBBBBBBB-0000-0000-0000-000000000001}"><text>请核对</text></threadedComment>'
        "</ThreadedComments>",
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    target = "../threadedComments/threadedComment1.xml"
    relate(first, "rIdTC", f"{relations}/threadedComment", target)


def read_parts(path: Path | io.BytesIO) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def write_parts(path: Path, parts: Parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with everything in it."""
    path = tmp_path_factory.mktemp("templates") / "月度.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "月度KPI目标设定表", "created": dt.datetime(2026, 11, 1)})
        book.set_custom_property("模板版本", "2026.11")
        formats = Formats(book)
        targets_sheet(book, formats)
        plan_sheet(book, formats)
        parameters_sheet(book, formats)
    parts = read_parts(path)
    excel_touch(parts)
    return write_parts(path, parts)


@pytest.fixture(scope="session")
def rich_values() -> dict[str, object]:
    """Two hundred values for the rich template."""
    values: dict[str, object] = {}
    for index in range(INDICATORS):
        name = f"kpi.{index + 1:02d}"
        values[f"{name}.目标"] = 1000 + index * 3.5
        values[f"{name}.权重"] = 0.025
        values[f"{name}.截止"] = dt.date(2026, 11, 1 + index % 28)
        values[f"{name}.实际"] = 900 + index
        values[f"{name}.备注"] = f"备注 & <{index}>"
    return values


@pytest.fixture
def changed_parts() -> Callable[[Path, bytes], set[str]]:
    """The names of the parts that are not byte-identical; all entries must be there in order."""

    def compare(template: Path, filled: bytes) -> set[str]:
        before, after = read_parts(template), read_parts(io.BytesIO(filled))
        assert list(before) == list(after)
        return {name for name in before if before[name] != after[name]}

    return compare


@pytest.fixture
def edit(tmp_path: Path) -> Callable[..., Path]:
    """A copy of a workbook with some parts passed through a function."""

    def make(template: Path, changes: dict[str, Callable[[bytes], bytes]]) -> Path:
        parts = read_parts(template)
        for name, change in changes.items():
            parts[name] = change(parts[name])
        return write_parts(tmp_path / "改.xlsx", parts)

    return make


@pytest.fixture
def with_data(edit: Callable[..., Path]) -> Callable[[Path, str], Path]:
    """A copy of a workbook made by openpyxl with another ``sheetData`` in its first sheet."""

    def make(template: Path, data: str) -> Path:
        def change(xml: bytes) -> bytes:
            changed, count = re.subn(rb"<sheetData>.*</sheetData>", data.encode(), xml)
            assert count == 1
            return changed

        return edit(template, {"xl/worksheets/sheet1.xml": change})

    return make


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """A small workbook made by openpyxl: cells, names, and whatever else is wanted."""

    def make(
        names: dict[str, str],
        cells: dict[str, object] | None = None,
        finish: Callable[[openpyxl.Workbook], None] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        book.active.title = "表"
        for reference, value in (cells or {}).items():
            book.active[reference] = value
        for name, text in names.items():
            book.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(
                name, attr_text=text
            )
        if finish is not None:
            finish(book)
        path = tmp_path / "小.xlsx"
        book.save(path)
        return path

    return make


@pytest.fixture
def loaded() -> Callable[..., openpyxl.Workbook]:
    """A filled workbook as openpyxl, the independent reader, sees it."""

    def load(filled: bytes, data_only: bool = False) -> openpyxl.Workbook:
        with warnings.catch_warnings():
            # What it cannot keep when saving does not matter for reading.
            warnings.simplefilter("ignore", UserWarning)
            return openpyxl.load_workbook(io.BytesIO(filled), data_only=data_only)

    return load


@pytest.fixture
def sheet_xml() -> Callable[..., str]:
    """The text of a part of a filled workbook; the first sheet unless told otherwise."""

    def text(filled: bytes, part: str = "xl/worksheets/sheet1.xml") -> str:
        return read_parts(io.BytesIO(filled))[part].decode()

    return text


@pytest.fixture(scope="session")
def audit() -> Callable[[Path], list[str]]:
    """What Microsoft's rules have against a file; empty when nothing."""

    def errors(path: Path) -> list[str]:
        found = OpenXmlValidator().validate(path).errors
        # A warning says that Excel would write something another way, not that it is wrong.
        return sorted(str(one) for one in found if one.severity != ValidationSeverity.WARNING)

    return errors
