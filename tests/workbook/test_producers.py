"""Templates as other programs write them, and filled ones opened by another program."""

import csv
import datetime as dt
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
import xlsxwriter

from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.workbook import Template, read

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CHARTS = [f"xl/charts/chart{number}.xml" for number in (1, 2)]
SHEETS = [f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)]


def prefixed(xml: bytes) -> bytes:
    """The same part with a prefix on every element of the main namespace."""
    text = re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s/>])", r"<\1x:\2", xml.decode())
    return text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"', 1).encode()


@pytest.fixture
def libreoffice(tmp_path):
    """Convert a workbook with LibreOffice, with a profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed")

    def convert(path, to, *options):
        profile = (tmp_path / "profile").as_uri()
        out = tmp_path / "converted"
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
        command += ["--convert-to", to, "--outdir", str(out), str(path), *options]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return out

    return convert


class TestPrefixed:
    def test_same_as_without(self, rich, rich_values, edit, tmp_path, changed_parts, loaded):
        parts = [*SHEETS[:2], "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]
        path = edit(rich, dict.fromkeys(parts, prefixed))
        plain, other = Template(rich), Template(path)
        assert other.slots == plain.slots
        rows = [["事项", "张三", dt.date(2026, 11, 2)]]
        values = rich_values | {"周计划.行": rows, "单位": dt.date(2026, 1, 1), "缺行": True}
        values |= {"缺格": "甲", "kpi.02.完成率": 0.5}
        filled = other.fill(values)
        assert changed_parts(path, filled) == {*SHEETS[:2], *CHARTS, "xl/styles.xml"}
        path.write_bytes(filled)
        (tmp_path / "plain.xlsx").write_bytes(plain.fill(values))
        assert read(path) == read(tmp_path / "plain.xlsx")
        sheet = loaded(filled)["目标设定"]
        assert sheet["H6"].value == "=IF(D6=0,0,G6/D6)"
        assert (sheet["D70"].value, sheet["Z5"].value, sheet["D5"].value) == (True, "甲", 1000)

    def test_calculation_is_added_with_the_prefix(self, small, edit):
        def change(xml: bytes) -> bytes:
            return prefixed(re.sub(rb"<calcPr[^>]*/>", b"", xml))

        path = edit(small({"x": "表!$B$2"}, {"B2": "=1+1"}), {"xl/workbook.xml": change})
        path.write_bytes(Template(path).fill({"x": 2}))
        with zipfile.ZipFile(path) as archive:
            assert b'<x:calcPr fullCalcOnLoad="1"/>' in archive.read("xl/workbook.xml")
        assert read(path) == {"x": 2}


def test_parts_under_other_names(rich, rich_values, tmp_path):
    """Only relationships say where parts are; targets may be absolute."""
    path = tmp_path / "moved.xlsx"
    with zipfile.ZipFile(rich) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            moved = name.replace("xl/workbook.xml", "book/main.xml")
            moved = moved.replace("xl/_rels/workbook.xml.rels", "book/_rels/main.xml.rels")
            if moved == "_rels/.rels":
                content = content.replace(b'"xl/workbook.xml"', b'"/book/main.xml"')
            elif moved == "book/_rels/main.xml.rels":
                content = re.sub(rb'Target="(\.\./)?', rb'Target="/xl/', content)
                content = content.replace(b"/xl/customXml", b"/customXml")
            elif moved == "[Content_Types].xml":
                content = content.replace(b"/xl/workbook.xml", b"/book/main.xml")
            new.writestr(moved, content)
    assert Template(path).slots == Template(rich).slots
    path.write_bytes(Template(path).fill(rich_values))
    assert {name: read(path)[name] for name in rich_values} == rich_values


@pytest.mark.parametrize("maker", ["xlsxwriter", "openpyxl"])
def test_no_new_errors_by_microsofts_rules(maker, small, tmp_path, audit):
    path = tmp_path / "book.xlsx"
    if maker == "xlsxwriter":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("表")
            sheet.write_formula("C1", "=A1*2")
            book.define_name("a", "=表!$A$1")
            book.define_name("b", "=表!$E$3:$F$9")
    else:
        path = small({"a": "表!$A$1", "b": "表!$E$3:$F$9"}, {"C1": "=A1*2"})
    before = audit(path)
    assert before == [] or maker != "xlsxwriter"
    rows = [[dt.date(2026, 1, 1), "甲"], [dt.datetime(2026, 1, 1, 8), NOT_AVAILABLE], [True, 1.5]]
    path.write_bytes(Template(path).fill({"a": "x\x07 _x0041_", "b": rows}))
    assert audit(path) == before


def test_macro_workbook(rich, rich_values, edit, changed_parts, tmp_path):
    """A macro workbook's project and ribbon are copied like any other part."""
    path = edit(
        rich,
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            )
        },
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", bytes(range(256)) * 40)
        archive.writestr("customUI/customUI14.xml", "<customUI/>")
    macro = path.rename(tmp_path / "宏.xlsm")
    assert changed_parts(macro, Template(macro).fill(rich_values)) == {*SHEETS[:2], CHARTS[0]}


class TestLibreOffice:
    def test_opens_and_calculates_a_filled_workbook(self, rich, libreoffice, tmp_path):
        path = tmp_path / "填好.xlsx"
        values = {
            "kpi.01.目标": 200,
            "kpi.01.实际": 150,
            "kpi.02.完成率": 0.875,
            "kpi.01.备注": "=不是公式 & <甲>\n第二行",
            "kpi.01.截止": dt.date(2026, 11, 21),
        }
        path.write_bytes(Template(rich).fill(values))
        out = libreoffice(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true")
        with next(out.glob("*.csv")).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        # The formula without a value is calculated: what was in the template is not shown.
        assert rows[4][3:10] == [
            "200.00", "", "2026年11月21日", "150.00", "75.0%", "0.0", "=不是公式 & <甲>\n第二行",
        ]  # fmt: skip
        assert rows[44][3] == "200.0"

    def test_template_saved_by_libreoffice(self, rich, rich_values, libreoffice, changed_parts):
        (path,) = libreoffice(rich, "xlsx").glob("*.xlsx")
        template = Template(path)
        assert set(rich_values) <= set(template.slots)
        assert template.slots["签字"].rows == 1
        filled = template.fill(rich_values | {"签字": "张三", "单位": dt.date(2026, 1, 1)})
        assert changed_parts(path, filled) <= {
            *SHEETS, *CHARTS, "xl/workbook.xml", "xl/styles.xml",
        }  # fmt: skip
        path.write_bytes(filled)
        found = read(path)
        assert {name: found[name] for name in rich_values} == rich_values
        assert (found["签字"], found["单位"]) == ("张三", dt.date(2026, 1, 1))

    def test_filled_workbook_saved_by_libreoffice(self, rich, rich_values, libreoffice, tmp_path):
        path = tmp_path / "填好.xlsx"
        path.write_bytes(Template(rich).fill(rich_values))
        (saved,) = libreoffice(path, "xlsx").glob("*.xlsx")
        found = read(saved)
        assert {name: found[name] for name in rich_values} == rich_values
        assert found["kpi.01.完成率"] == pytest.approx(0.9)


def test_openpyxl_can_save_a_filled_workbook(rich, rich_values, loaded, tmp_path):
    book = loaded(Template(rich).fill(rich_values))
    assert isinstance(book, openpyxl.Workbook)
    path = tmp_path / "saved.xlsx"
    book.save(path)
    found = read(path)
    assert {name: found[name] for name in rich_values} == rich_values
