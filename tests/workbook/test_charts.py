"""The values that charts keep, for programs that draw them without calculating."""

import datetime as dt
import html
import io
import re
import zipfile

import pytest
import xlsxwriter

import workbook_templates
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.workbook import Template
from tests.office import convert, load, needs_node_validator, needs_soffice, open_xml_sdk_errors

CHART = "xl/charts/chart1.xml"
REFERENCE = re.compile(r"<c:(num|str)Ref><c:f>([^<]*)</c:f>(.*?)</c:\1Ref>", re.DOTALL)
POINT = re.compile(r'<c:pt idx="(\d+)"[^>]*><c:v>([^<]*)</c:v>')


def caches(workbook: bytes, part: str = CHART) -> dict[str, tuple[str, int, dict[int, str]]]:
    """By formula: num or str, how many points, and the points."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        xml = archive.read(part).decode()
    found = {}
    for kind, formula, rest in REFERENCE.findall(xml):
        count = re.search(r'<c:ptCount val="(\d+)"', rest)
        assert f"<c:{kind}Cache>" in rest
        found[html.unescape(formula)] = (
            kind,
            int(count[1]),
            {int(at): text for at, text in POINT.findall(rest)},
        )
    return found


@pytest.fixture
def form(tmp_path):
    """Months and figures to fill, one fixed figure, formulas; a chart over a fixed area."""
    path = tmp_path / "图.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表 一")
        fixed = book.add_worksheet("固定")
        fixed.write_column("A1", [1, 2, 3])
        sheet.write("D5", 9)
        for row in range(1, 5):
            sheet.write_formula(row, 4, f"=D{row + 1}*2", None, 8)
        for name, column in {"月": "C", "数": "D", "倍": "E"}.items():
            last = 4 if name == "数" else 5
            book.define_name(name, f"='表 一'!${column}$2:${column}${last}")
        book.define_name("题", "='表 一'!$D$1")
        chart = book.add_chart({"type": "line"})
        for column in "DE":
            chart.add_series(
                {
                    "name": f"='表 一'!${column}$1",
                    "categories": "='表 一'!$C$2:$C$5",
                    "values": f"='表 一'!${column}$2:${column}$5",
                }
            )
        sheet.insert_chart("G2", chart)
        other = book.add_chart({"type": "column"})
        other.add_series({"values": "=固定!$A$1:$A$3"})
        fixed.insert_chart("C2", other)
    return path


VALUES = {"题": "保费 & <费>", "月": ["1月", "2月", None, "4月"], "数": [1.5, None, NOT_AVAILABLE]}


def test_filled_values_and_no_stale_ones(form):
    assert caches(form.read_bytes())["'表 一'!$E$2:$E$5"][2] == dict.fromkeys(range(4), "8")
    found = caches(Template(form).fill(VALUES))
    assert found == {
        "'表 一'!$D$1": ("str", 1, {0: "保费 &amp; &lt;费&gt;"}),
        "'表 一'!$E$1": ("str", 1, {}),
        "'表 一'!$C$2:$C$5": ("str", 4, {0: "1月", 1: "2月", 3: "4月"}),
        "'表 一'!$D$2:$D$5": ("num", 4, {0: "1.5", 3: "9"}),
        # The error has no point; what depends on nothing filled keeps its value.
        "'表 一'!$E$2:$E$5": ("num", 4, {0: "3", 1: "0", 3: "8"}),
    }
    found = caches(Template(form).fill(VALUES | {"数": [1, 2, 3], "倍": [2, 4, 6, 18]}))
    assert found["'表 一'!$D$2:$D$5"] == ("num", 4, {0: "1", 1: "2", 2: "3", 3: "9"})
    assert found["'表 一'!$E$2:$E$5"] == ("num", 4, {0: "2", 1: "4", 2: "6", 3: "18"})


def test_categories_that_are_numbers_or_dates(form):
    days = [dt.date(2026, 11, day) for day in (1, 2, 3, 4)]
    kind, count, points = caches(Template(form).fill({"月": days}))["'表 一'!$C$2:$C$5"]
    assert (kind, count, points[0]) == ("num", 4, "46327")


def test_nothing_but_the_caches_changes(form, changed_parts):
    filled = Template(form).fill(VALUES)
    assert changed_parts(form, filled) == {"xl/worksheets/sheet1.xml", CHART}
    with zipfile.ZipFile(form) as old, zipfile.ZipFile(io.BytesIO(filled)) as new:
        before, after = (REFERENCE.sub("", one.read(CHART).decode()) for one in (old, new))
    assert before == after
    assert Template(form).fill(VALUES) == filled


def test_as_many_points_as_rows_when_it_grows(rich):
    rows = [["事", "谁", None, None, number, 1] for number in range(20)]
    filled = Template(rich).fill({"周计划.行": rows})
    found = caches(filled, "xl/charts/chart2.xml")
    assert found == {
        "周工作计划!$F$4:$F$23": ("num", 20, {number: str(number) for number in range(20)})
    }


@needs_node_validator
def test_breaks_no_rule(form, tmp_path, audit):
    path = tmp_path / "填好.xlsx"
    path.write_bytes(Template(form).fill(VALUES))
    assert audit(path) == []
    assert open_xml_sdk_errors([path])[str(path)] == []


@needs_soffice
def test_libreoffice_keeps_the_same_values(form, tmp_path):
    """LibreOffice writes what it shows itself."""
    path = tmp_path / "填好.xlsx"
    path.write_bytes(Template(form).fill(VALUES | {"数": [1, 2, 3], "倍": [2, 4, 6, 18]}))
    (tmp_path / "out").mkdir()
    (saved,) = convert([path], "xlsx", tmp_path / "out")
    with zipfile.ZipFile(saved) as archive:
        chart = next(name for name in archive.namelist() if re.search(r"charts/chart\d+\.xml", name)
                     and "表 一".encode() in archive.read(name))  # fmt: skip
    theirs, mine = caches(saved.read_bytes(), chart), caches(path.read_bytes())
    for formula in ("'表 一'!$D$2:$D$5", "'表 一'!$E$2:$E$5"):
        points = {at: float(text) for at, text in theirs[formula][2].items()}
        assert points == {at: float(text) for at, text in mine[formula][2].items()}


def test_the_monthly_charts_show_what_was_filled():
    template = Template(workbook_templates.path("月度KPI表"))
    months = [f"2024-{month:02d}" for month in range(1, 13)] * 2
    values = {
        name: [[number / 8 for number in range(slot.columns)]]
        for name, slot in template.slots.items()
        if slot.columns in (6, 24) and slot.rows == 1
    }
    values |= {"data.months": [months], "data.labels": [[str(number) for number in range(24)]]}
    values["data.years"] = [[None] * 12 + ["24年"] + [None] * 11]
    filled = template.fill(values)
    book = load(io.BytesIO(filled), data_only=True)
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    seen = 0
    for part in charts:
        for formula, (kind, count, points) in caches(filled, part).items():
            sheet, _, area = formula.replace("'", "").rpartition("!")
            cells = [cell for row in book[sheet][area.replace("$", "")] for cell in row]
            assert count == len(cells)
            shown = {
                number: cell.value for number, cell in enumerate(cells) if cell.value is not None
            }
            if kind == "num":
                assert {at: float(text) for at, text in points.items()} == shown
            else:
                assert points == {at: str(value) for at, value in shown.items()}
            seen += len(shown)
    assert len(charts) == 13
    assert seen > 24 * 8
