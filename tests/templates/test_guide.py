"""The sheets 说明 tell of every slot of their template, in words and not in its code."""

import re

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from kpi_xl.slots.registry import declared
from kpi_xl.workbook import Template
from workbook_templates import NAMES, path
from workbook_templates.guide import in_words

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
CODE = re.compile(r"(?<![\w.\[])(?!kpi\.toml)[a-z]+\d?(?:<.+?>)?\.[^\W\d][\w.<>]*|<\w+>")
HEAD = ("工作表", "单元格", "里面是什么")
CELLS = re.compile(r"[A-Z]+\d+(:[A-Z]+\d+)?")


def rows(name):
    """All rows of a guide, three cells each."""
    book = openpyxl.load_workbook(path(name))
    return list(book["说明"].iter_rows(min_col=2, max_col=4, values_only=True))


def holds(cells, reference):
    """Whether an area has another in it."""
    left, top, right, bottom = range_boundaries(cells)
    first, up, last, down = range_boundaries(reference)
    return left <= first and top <= up and last <= right and down <= bottom


@pytest.mark.parametrize("name", NAMES)
def test_the_guide_tells_of_every_slot_of_the_template(name):
    told = [row for row in rows(name) if row[1] and CELLS.fullmatch(str(row[1]))]
    for slot in Template(path(name)).slots.values():
        sheet = "每一周的表" if re.fullmatch(r"第\d周", slot.sheet) else slot.sheet
        meaning = in_words(declared()[slot.plain_name].slot.meaning)
        assert [
            row
            for row in told
            if row[0] == sheet and holds(row[1], slot.reference) and meaning in row[2]
        ], (slot.name, sheet, slot.reference, meaning)


@pytest.mark.parametrize("name", NAMES)
def test_no_code_is_shown_to_who_fills_in_a_form(name):
    texts = [str(cell) for row in rows(name) for cell in row if cell is not None]
    assert HEAD in rows(name)
    assert not [text for text in texts if CODE.search(text)]
