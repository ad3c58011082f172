"""Numbers stand right, words left, days and short marks in the middle, and a heading like its column."""

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import Kind
from kpi_xl.workbook import Template
from workbook_templates import NAMES, path
from workbook_templates.style import ACCENT, ACCENT_LIGHT, ACCENT_PALE

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
every = pytest.mark.parametrize("name", NAMES)
HEADS, BANDS = (ACCENT[1:], ACCENT_LIGHT[1:]), (ACCENT_PALE[1:],)
DRAWN = ("鱼骨图", "评估框")
"""Pages that are pictures: what is at the head of a box there is no heading of a column."""

AMOUNTS = (
    "数值", "上月", "本月", "实际", "目标", "应达", "达成率", "差额", "变化", "同比", "指标一", "指标二",
)  # fmt: skip
"""Numbers that are told with their units: words to a spreadsheet."""

ACROSS = "centerContinuous"
"""How a heading over several columns stands."""


def colour(cell):
    """The colour behind a cell; empty for none."""
    return cell.fill.fgColor.rgb[2:] if cell.fill.fill_type == "solid" else ""


def side(cell):
    """Where in it the cell's text stands; a number without a place stands right."""
    place = cell.alignment.horizontal
    if place in (None, "general"):
        return "left" if cell.number_format in ("General", "@") else "right"
    return place


def headings(sheet):
    """The lowest headings of tables, each with the first cell below it that is no band."""
    for row in sheet.iter_rows():
        for cell in row:
            if colour(cell) not in HEADS or not isinstance(cell.value, str):
                continue
            if side(cell) == ACROSS:
                continue
            below = sheet.cell(cell.row + 1, cell.column)
            while colour(below) in BANDS:
                below = sheet.cell(below.row + 1, below.column)
            if colour(below) not in HEADS and below.has_style:
                yield cell, below


@every
def test_a_heading_stands_like_its_column(name):
    other = [
        (sheet.title, head.coordinate, head.value, side(head), side(below))
        for sheet in openpyxl.load_workbook(path(name))
        if sheet.title not in DRAWN
        for head, below in headings(sheet)
        if side(head) != side(below)
    ]
    assert not other, "\n".join(map(str, other))


@every
def test_numbers_stand_right_or_in_the_middle_and_words_do_not(name):
    """A count in a narrow box of a form stands in its middle, where one writes it by hand."""
    book, wrong = openpyxl.load_workbook(path(name)), []
    for slot in Template(path(name)).slots.values():
        cell = book[slot.sheet][f"{get_column_letter(slot.first_column)}{slot.first_row}"]
        kind, place = declared()[slot.name].slot.kind, side(cell)
        words = kind == Kind.TEXT and cell.number_format in ("General", "@")
        if not words and place == "left" and kind != Kind.DATE and slot.rows > 1:
            wrong.append((slot.name, cell.coordinate, place))
        if words and place == "right" and slot.rows > 1 and not slot.name.endswith(AMOUNTS):
            wrong.append((slot.name, cell.coordinate, place))
    assert not wrong, "\n".join(map(str, wrong))
