"""One cell filled in each of many workbooks that different programs made: nothing else changes."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwings
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

import workbook_templates
from kpi_xl.workbook import Template, read
from tests.office import (
    convert,
    load,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)
from tests.workbook.conftest import picture, read_parts

VALUE = "填好的字"
RIBBON = (
    '<Relationship Id="ribbon" Type="http://schemas.microsoft.com/office/2007/relationships/'
    'ui/extensibility" Target="customUI/customUI14.xml"/></Relationships>'
)


def by_openpyxl(path):
    """A chart, a table, formats, a validation, a note, a link, names private to a sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "明细 表"
    for row in (["姓名", "数"], ["甲", 3], ["乙", 5], ["丙", "=B2+B3"]):
        sheet.append(row)
    sheet.add_table(Table(displayName="明细", ref="A1:B4"))
    sheet["D1"].hyperlink = "https://example.com/"
    sheet["D2"].comment = Comment("请填", "主管")
    rule = ColorScaleRule(
        start_type="min", start_color="FFFFFF", end_type="max", end_color="F00000"
    )
    sheet.conditional_formatting.add("B2:B4", rule)
    rule = DataValidation(type="list", formula1='"甲,乙"')
    rule.add("D3")
    sheet.add_data_validation(rule)
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "F2")
    sheet.defined_names["格"] = DefinedName("格", attr_text="'明细 表'!$D$3")
    sheet.print_title_rows = "1:1"
    book.save(path)


def with_macros(path, folder):
    """By XlsxWriter: a macro project, a ribbon, a picture, rich text, a link."""
    project = folder / "vbaProject.bin"
    project.write_bytes(bytes(range(256)) * 40)
    with xlsxwriter.Workbook(path) as book:
        book.add_vba_project(str(project))
        sheet = book.add_worksheet("表")
        bold = book.add_format({"bold": 1})
        sheet.write_rich_string("A1", "普通", bold, "加粗", "普通")
        sheet.write_url("A2", "https://example.com/")
        sheet.insert_image("C3", "logo.png", {"image_data": picture()})
        sheet.insert_textbox("C9", "文字框")
        book.define_name("格", "=表!$B$2")
    parts = read_parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            related = content.replace(b"</Relationships>", RIBBON.encode())
            archive.writestr(name, related if name == "_rels/.rels" else content)
        ribbon = '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"/>'
        archive.writestr("customUI/customUI14.xml", ribbon)


def by_excel(source, path):
    """As Excel saved it, with its macros, but for a name of a cell."""
    parts = read_parts(source)
    workbook = parts["xl/workbook.xml"].decode()
    sheet = re.search(r'<sheet [^>]*?name="([^"]*)"', workbook)[1]
    name = f"<definedName name=\"格\">'{sheet}'!$B$2</definedName>"
    if "<definedNames>" in workbook:
        workbook = workbook.replace("<definedNames>", f"<definedNames>{name}", 1)
    else:
        named = f"</sheets><definedNames>{name}</definedNames>"
        workbook = workbook.replace("</sheets>", named, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, workbook if part == "xl/workbook.xml" else content)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Pairs of a workbook and the same with one cell filled, by what made it; and that cell."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "filled").mkdir()
    by_openpyxl(folder / "openpyxl.xlsx")
    with_macros(folder / "macros.xlsm", folder)
    files = [folder / "openpyxl.xlsx", folder / "macros.xlsm"]
    for name in ("quickstart.xlsm", "quickstart_standalone.xlsm"):
        files.append(folder / name)
        by_excel(Path(xlwings.__path__[0]) / name, files[-1])
    for number, name in enumerate(workbook_templates.NAMES):
        files.append(folder / f"template{number}.xlsx")
        files[-1].write_bytes(workbook_templates.path(name).read_bytes())
    made = []
    for file in files:
        template = Template(file)
        slot = next(
            slot
            for slot in template.slots.values()
            if slot.rows == slot.columns == 1
            and not slot.has_formula
            and template.obstacle(slot.name) is None
        )
        filled = folder / "filled" / file.name
        filled.write_bytes(template.fill({slot.name: VALUE}))
        made.append((file, filled, slot))
    return made


def test_every_other_part_is_the_same(corpus):
    for file, filled, slot in corpus:
        before, after = read_parts(file), read_parts(io.BytesIO(filled.read_bytes()))
        assert list(before) == list(after)
        workbook = Template(file).workbook
        own = workbook.sheets[slot.sheet]
        for part in before:
            if part == own or before[part] == after[part]:
                continue
            # Values of formulas that depend on the cell, and the order to calculate them.
            if part in workbook.sheets.values():
                formula = rb"(<f[^>]*?(?:/>|>[^<]*</f>))<v>[^<]*</v>"
                typed = rb'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="\w+"(?=(?: [^>]*)?><f)'
                old, new = (
                    re.sub(typed, rb"\1", re.sub(formula, rb"\1", parts[part]))
                    for parts in (before, after)
                )
                assert old == new
            elif part == workbook.part:
                order = b' fullCalcOnLoad="1"'
                assert after[part].replace(order, b"") == before[part].replace(order, b"")
            else:
                assert part.startswith("xl/charts/chart")
                cache = rb"<(c:)?(?:str|num)Cache>.*?</(c:)?(?:str|num)Cache>"
                assert re.sub(cache, b"", before[part], flags=re.DOTALL) == re.sub(
                    cache, b"", after[part], flags=re.DOTALL
                )


def test_the_value_is_there(corpus):
    for _, filled, slot in corpus:
        assert read(filled)[slot.name] == VALUE
        sheet = load(filled)[slot.sheet]
        assert sheet.cell(slot.first_row, slot.first_column).value == VALUE


@needs_node_validator
def test_no_error_that_was_not_there(corpus):
    errors = open_xml_sdk_errors([path for file, filled, _ in corpus for path in (file, filled)])
    for file, filled, _ in corpus:
        assert len(errors[str(filled)]) <= len(errors[str(file)])
        # It also counts inline texts.
        before, after = (
            {re.sub(r"\d+ inline", "inline", error) for error in openxml_audit_errors(path)}
            for path in (file, filled)
        )
        assert after <= before


@needs_soffice
def test_libreoffice_opens_all(corpus, tmp_path):
    (tmp_path / "out").mkdir()
    files = [filled for _, filled, _ in corpus]
    saved = convert(files, "xlsx", tmp_path / "out")
    for (_, _, slot), file in zip(corpus, saved, strict=True):
        assert isinstance(file, Path)
        sheet = load(file)[slot.sheet]
        assert sheet.cell(slot.first_row, slot.first_column).value == VALUE


@needs_soffice
def test_saved_by_libreoffice_and_filled_again(corpus, tmp_path):
    """What LibreOffice writes is filled as faithfully, and opens in it again."""
    for folder in ("saved", "filled", "out"):
        (tmp_path / folder).mkdir()
    originals = [file for file, _, _ in corpus][:6]
    saved = convert(originals, "xlsx", tmp_path / "saved")
    filled = []
    for (_, _, slot), file in zip(corpus, saved, strict=False):
        template = Template(file)
        assert slot.name in template.slots
        filled.append(tmp_path / "filled" / file.name)
        filled[-1].write_bytes(template.fill({slot.name: VALUE}))
        before, after = read_parts(file), read_parts(io.BytesIO(filled[-1].read_bytes()))
        kept = {part for part in before if before[part] == after[part]}
        assert {
            part for part in before if not re.match(r"xl/(worksheets|charts|workbook)", part)
        } <= kept
        assert read(filled[-1])[slot.name] == VALUE
    convert(filled, "xlsx", tmp_path / "out")
