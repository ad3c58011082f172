"""Functions that only one program's add-in knows are found and given the names that all know."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest
import xlsxwriter

from kpi_xl.errors import InputError
from kpi_xl.slots.template_check import check_functions, function_lines, rewrite_functions
from office import needs_node_validator, open_xml_sdk_errors

FORMS = {
    "_xldudf_KPI_ACTIVITY(B1,B2,B2)": "KPI_ACTIVITY(B1,B2,B2)",
    "_xldudf_KPI_KPI_ACTIVITY(B1,B2,B2)": "KPI_ACTIVITY(B1,B2,B2)",
    "1+_xldudf_KPI(\"活动率\",A1,B1)*2": "1+KPI(\"活动率\",A1,B1)*2",
    r"'C:\Users\王\XLSTART\kpi_xl.xlam'!KPI_ATTAINMENT(B1,B2)": "KPI_ATTAINMENT(B1,B2)",
    "kpi_xl.xlam!KPI_UNITS()": "KPI_UNITS()",
    "SUM(_xldudf_KPI_MOM(B1,B2),kpi_xl.xlam!KPI_YOY(B1,B2))": "SUM(KPI_MOM(B1,B2),KPI_YOY(B1,B2))",
}  # fmt: skip
ALONE = [
    "KPI_ACTIVITY(B1,B2,B2)",
    "_xldudf_OTHER_ACTIVITY(B1)",
    "[1]!KPI_ACTIVITY(B1,B2,B2)",  # there is no such link, or it leads elsewhere
    r"'C:\别的.xlam'!KPI_ACTIVITY(B1)",
    '"_xldudf_KPI_ACTIVITY"',
    "_xldudf_KPI_ACTIVITY+1",
]


@pytest.fixture
def workbook(tmp_path):
    file = tmp_path / "月报.xlsx"
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("表")
    for row, formula in enumerate([*FORMS, *ALONE]):
        sheet.write_formula(row, 3, f"={formula}", value=0.5)
    sheet.write(0, 0, "文字 _xldudf_KPI_ACTIVITY(1)")
    book.define_name("活动", "=_xldudf_KPI_ACTIVITY(表!$B$1,表!$B$2,表!$B$2)")
    book.close()
    return file


def test_they_are_found_counted_and_explained(workbook):
    found = check_functions(workbook)
    assert {one.name for one in found} == {
        "KPI_ACTIVITY", "KPI", "KPI_ATTAINMENT", "KPI_UNITS", "KPI_MOM", "KPI_YOY",
    }  # fmt: skip
    assert sum(one.count for one in found) == 8
    said = "\n".join(function_lines(found, asks=True))
    assert "8 处" in said and "_xldudf_KPI_ACTIVITY：1 处" in said and "--rewrite" in said
    assert r"'C:\Users\王\XLSTART\kpi_xl.xlam'!KPI_ATTAINMENT" in said


def test_rewriting_changes_their_names_and_nothing_else(workbook, tmp_path):
    new = tmp_path / "改写.xlsx"
    before = workbook.read_bytes()
    rewrite_functions(workbook, new)
    assert workbook.read_bytes() == before
    sheet = openpyxl.load_workbook(new)["表"]
    formulas = [sheet.cell(row, 4).value for row in range(1, len(FORMS) + len(ALONE) + 1)]
    assert formulas == [f"={one}" for one in [*FORMS.values(), *ALONE]]
    assert sheet["A1"].value == "文字 _xldudf_KPI_ACTIVITY(1)"
    values = openpyxl.load_workbook(new, data_only=True)["表"]
    assert values["D1"].value == 0.5
    assert openpyxl.load_workbook(new).defined_names["活动"].attr_text.startswith("KPI_ACTIVITY(")
    assert check_functions(new) == []
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(new) as changed:
        names = old.namelist()
        assert changed.namelist() == names
        differ = {name for name in names if old.read(name) != changed.read(name)}
    assert differ == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    with pytest.raises(InputError, match="不能改写原文件"):
        rewrite_functions(new, new)


@needs_node_validator
def test_what_is_rewritten_is_still_a_workbook_to_microsoft(workbook, tmp_path):
    new = tmp_path / "改写.xlsx"
    rewrite_functions(workbook, new)
    assert not any(open_xml_sdk_errors([new]).values())


def test_a_link_by_number_that_leads_to_the_add_in(workbook, tmp_path):
    """As Excel writes it where the add-in is a file elsewhere."""
    linked = tmp_path / "链接.xlsx"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(linked, "w") as new:
        links = "".join(f'<externalReference r:id="link{n}"/>' for n in (1, 2)).encode()
        relations = "".join(
            f'<Relationship Id="link{n}" Type="{kind.replace("Path", "")}"'
            f' Target="externalLinks/externalLink{n}.xml"/>'
            for n in (1, 2)
        ).encode()
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                links = b"<externalReferences>" + links + b"</externalReferences>"
                content = content.replace(b"</sheets>", b"</sheets>" + links)
            if name == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"</Relationships>", relations + b"</Relationships>")
            new.writestr(name, content)
        for number, target in ((1, "file:///C:\\别的.xlsx"), (2, "file:///C:\\a%20b\\kpi_xl.xlam")):
            new.writestr(f"xl/externalLinks/externalLink{number}.xml", "<externalLink/>")
            new.writestr(
                f"xl/externalLinks/_rels/externalLink{number}.xml.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="rId1" Type="{kind}" Target="{target}" TargetMode="External"/>'
                "</Relationships>",
            )
        sheet = old.read("xl/worksheets/sheet1.xml")
    assert not any("[1]" in one.written for one in check_functions(linked))
    content = sheet.replace(b"[1]!KPI_ACTIVITY", b"[2]!KPI_ACTIVITY")
    with zipfile.ZipFile(linked) as old, zipfile.ZipFile(tmp_path / "2.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == "xl/worksheets/sheet1.xml" else old.read(name))
    found = check_functions(tmp_path / "2.xlsx")
    assert [one.name for one in found if one.written.startswith("[2]")] == ["KPI_ACTIVITY"]
