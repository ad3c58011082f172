"""Workbooks on paper: which pages come out, and that what stands on them can be read.

How large text is on paper is its size times the scale at which the page fits, as Excel works it
out: whole percents, of columns that are whole pixels wide. Calibrated with what LibreOffice prints.
"""

import math
import unicodedata
import warnings

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from pypdf import PdfReader

from kpi_xl.jobs import start
from kpi_xl.jobs.fill import refresh
from kpi_xl.project import Project
from office import convert, needs_soffice
from workbook_templates import NAMES, path
from workbook_templates.style import GREY, NOT_PRINTED

READ, EXPLAINING, SHRUNK = 8, 7, 6
"""How many points text has at least: what is read, what explains it, and that where it is long."""

PAPER = {"landscape": (842, 595), "portrait": (595, 842)}
MONTHLY = ("月度KPI表", "销售漏斗月报", "门店月度KPI表")
TRADES = {"销售漏斗月报": "汽车经销商", "门店月度KPI表": "零售门店"}


def opened(file):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(file, data_only=True)


@pytest.fixture(scope="module")
def reports(branch, tmp_path_factory):
    """The monthly reports of a branch, of a dealer and of shops, of the whole and of one unit."""
    files = {"月度KPI表": branch.filled["月度KPI表"].files}
    for template, trade in TRADES.items():
        folder = tmp_path_factory.mktemp("trade") / "p"
        start.sample(folder, trade=trade)
        files[template] = refresh(Project.open(folder), "2024-06").files
    return files


def filled(name, branch, reports):
    """Workbooks of a template: the first, and of the monthly reports every one."""
    files = branch.filled[name].files
    return reports[name] if name in reports else files[:1] + files[-1:]


def printed_area(sheet):
    """The columns and rows that are printed; None of a page that is there to be looked at."""
    if not sheet.print_area:
        return 1, 1, sheet.max_column, sheet.max_row
    left, top, right, bottom = range_boundaries(sheet.print_area.replace("$", "").split("!")[-1])
    return None if (left, top) == (right, bottom) else (left, top, right, bottom)


def widths(sheet):
    """The columns' widths in points."""
    found = {}
    for one in sheet.column_dimensions.values():
        for column in range(one.min, one.max + 1):
            found[column] = 0 if one.hidden else one.width * 7 * 0.75
    return found


def scale(sheet, area):
    """The share of its size at which a page is printed."""
    left, top, right, bottom = area
    wide = widths(sheet)
    width = sum(wide.get(column, 48) for column in range(left, right + 1))
    rows = [sheet.row_dimensions[row] for row in range(top, bottom + 1)]
    height = sum(0 if row.hidden else (row.height or 16.5) for row in rows)
    paper, margins = PAPER[sheet.page_setup.orientation], sheet.page_margins
    found = (paper[0] - (margins.left + margins.right) * 72) / width
    if sheet.page_setup.fitToHeight != 0:  # on one page
        found = min(found, (paper[1] - (margins.top + margins.bottom) * 72) / height)
    return min(1, math.floor(found * 100) / 100)


def width_of(text, size):
    """About how wide a text is in points."""
    wide = sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.56 for c in text)
    return wide * size


def room(sheet, cell, wide):
    """How wide a cell is, or the cells that it is merged with."""
    last = cell.column
    for area in sheet.merged_cells.ranges:
        if cell.coordinate in area:
            last = area.max_col
    whole = sum(wide.get(column, 48) for column in range(cell.column, last + 1))
    return whole - 3 - 7 * cell.alignment.indent


def too_small(file):
    """What on a workbook's printed pages is smaller than it may be: sheet, cell, text, points."""
    for sheet in opened(file):
        area = printed_area(sheet)
        if sheet.sheet_state != "visible" or area is None:
            continue
        at, wide = scale(sheet, area), widths(sheet)
        left, top, right, bottom = area
        for row in sheet.iter_rows(top, bottom, left, right):
            if sheet.row_dimensions[row[0].row].hidden:
                continue
            for cell in row:
                if cell.value in (None, ""):
                    continue
                explains = cell.font.color is not None and str(cell.font.color.rgb)[2:] == GREY[1:]
                size, least = cell.font.sz, EXPLAINING if explains else READ
                if cell.alignment.shrink_to_fit and isinstance(cell.value, str):
                    taken = width_of(cell.value, size)
                    if taken > room(sheet, cell, wide):
                        size *= room(sheet, cell, wide) / taken
                        least = SHRUNK if explains else EXPLAINING
                if size * at < least - 0.01:
                    yield sheet.title, cell.coordinate, cell.value, round(size * at, 1)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_can_be_read(name, branch, reports):
    for file in filled(name, branch, reports):
        found = list(too_small(file))
        assert not found, f"{file.name}:\n" + "\n".join(map(str, found[:20]))


def test_the_check_report_can_be_read(branch):
    """On paper its tables are one page wide, and every page has their headings."""
    report = branch.project.folder / "output" / "校验报告.xlsx"
    assert not list(too_small(report))
    details = opened(report)["问题明细"]
    assert details.print_title_rows == "$1:$1"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_is_not_printed_says_so_and_has_an_empty_cell_to_print(name, branch, reports):
    """Excel leaves out a page on which there is nothing, and so does LibreOffice."""
    for file in (path(name), *filled(name, branch, reports)):
        book = opened(file)
        aside = [sheet for sheet in book if printed_area(sheet) is None]
        assert "说明" in [sheet.title for sheet in aside]
        for sheet in aside:
            coordinate = sheet.print_area.replace("$", "").split("!")[-1].partition(":")[0]
            cell = sheet[coordinate]
            assert cell.value is None and not cell.has_style, (sheet.title, coordinate)
            assert NOT_PRINTED in [one.value for one in sheet[1]], sheet.title


@needs_soffice
def test_a_monthly_report_is_two_pages_on_paper(reports, tmp_path):
    files = [file for name in MONTHLY for file in (reports[name][0], reports[name][-1])]
    for file, printed in zip(files, convert(files, "pdf", tmp_path), strict=True):
        assert len(PdfReader(printed).pages) == 2, file.name


@needs_soffice
def test_forms_are_as_short_as_their_weeks_and_no_number_lacks_room(branch, tmp_path):
    """A month of four weeks: a page a week and one of the month."""
    expected = {
        "周工作计划": 5,
        "周计划及检讨表": 5,
        "客户经理工作日志": 5,
        "销售主管工作日志": 5,
        "主管日程": 5,
        "营业部经理行事历": 5,
    }
    files = []
    for name in NAMES:
        files.append(tmp_path / f"{name}.xlsx")
        files[-1].write_bytes(branch.filled[name].files[0].read_bytes())
    printed = dict(zip(NAMES, convert(files, "pdf", tmp_path), strict=True))
    read = {name: PdfReader(file).pages for name, file in printed.items()}
    assert {name: len(read[name]) for name in expected} == expected
    lacking = [name for name, pages in read.items() if any("##" in p.extract_text() for p in pages)]
    assert not lacking
