"""The sheet 鱼骨图: a weakness at the head, its possible causes along six bones.

Drawn of cells: their texts are slots, and borders open and print alike in every program.
"""

from __future__ import annotations

from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.analysis.knowledge import BONES
from kpi_xl.slots.fishbone_values import CAUSES, MARKS
from workbook_templates.style import (
    ACCENT,
    ACCENT_PALE,
    CENTRE,
    GREY,
    HAIRLINE,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    RIGHT,
    STATUS,
    STRONG,
    WHITE,
    Book,
    Page,
    Style,
)

NAME: Final = "鱼骨图"
_A_SIDE: Final = len(BONES) // 2
_STEPS: Final = CAUSES + 1
"""A bone goes a step to the right with each row: its name, then the causes."""

_TEXT: Final = 29.0
_ROW: Final = 40
_NAME_ROW: Final = 24
_STEP: Final = 2.4
_FIRST_STEP: Final = _STEP * _NAME_ROW / _ROW  # so that the bone is straight
_WIDTHS: Final = (1.5, *(_A_SIDE * (_TEXT, _FIRST_STEP, *[_STEP] * CAUSES)), 3.0, 20.0)
_HEAD: Final = len(_WIDTHS) - 1
_UPPER: Final = 3
_SPINE: Final = _UPPER + _STEPS
_LOWER: Final = _SPINE + 1
_END: Final = _LOWER + _STEPS - 1
_BONE: Final[Style] = {"diag_border": 2, "diag_color": ACCENT}
_TWIG: Final[Style] = {"bottom": 1, "bottom_color": HAIRLINE}
_CAUSE: Final[Style] = {"text_wrap": True, "valign": "bottom", **LEFT}
_NAMED: Final[Style] = {"bold": True, "font_color": WHITE, "bg_color": ACCENT, "font_size": 11}
_WORST: Final[Style] = {
    "bold": True, "font_size": 14, "text_wrap": True, "bg_color": STATUS["危险"]["bg_color"],
    "font_color": STATUS["危险"]["font_color"], "border": 2,
    "border_color": STATUS["危险"]["font_color"],
}  # fmt: skip


def add_fishbone(book: Book, heading: str) -> None:
    """Add the sheet.

    Parameters
    ----------
    book : Book
        The workbook of the template.
    heading : str
        The formula of which unit and month it is about.
    """
    page = Page(book, NAME, _WIDTHS)
    page.title("鱼骨图：最要紧的弱项，原因在哪里")
    page.formula(1, _HEAD, heading, "　", LABEL, STRONG, RIGHT, slot="fishbone.heading")
    page.height(1, 20)
    page.height(2, 8)
    for place, bone in enumerate(BONES):
        left = 1 + place % _A_SIDE * (1 + _STEPS)
        _bone(page, bone, left, upper=place < _A_SIDE)
    page.height(_SPINE, 9)
    page.blanks(_SPINE, 1, _SPINE, _HEAD - 1, {"bg_color": ACCENT})
    page.merged(_SPINE - 2, _HEAD, _SPINE + 2, _HEAD, "", _WORST, CENTRE, slot="fishbone.问题")
    page.height(_END + 1, 10)
    page.height(_END + 2, 20)
    marks = "　　".join(f"{mark} {verdict}" for verdict, mark in MARKS.items())
    page.merged(_END + 2, 1, _END + 2, _HEAD, marks, NOTE, {"valign": "vcenter"})
    page.height(_END + 3, 20)
    note: Style = {"font_size": 10, "valign": "vcenter", "bg_color": ACCENT_PALE}
    page.merged(_END + 3, 1, _END + 3, _HEAD, "", note, PADDED, slot="fishbone.说明")
    page.sheet.fit_to_pages(1, 1)
    page.sheet.print_area(0, 0, _END + 3, _HEAD)


def _bone(page: Page, bone: str, left: int, *, upper: bool) -> None:
    """A bone from its name down, or up, to the spine; each cause on a twig of its own."""
    rows = range(_UPPER, _SPINE) if upper else range(_END, _SPINE, -1)
    for step, row in enumerate(rows):
        at = left + 1 + step
        page.height(row, _ROW if step else _NAME_ROW)
        if step:
            page.merged(row, left, row, at - 1, "", _CAUSE, _TWIG)
        else:
            page.put(row, left, bone, _NAMED, CENTRE)
        twig = _TWIG if step and upper else {}
        page.put(row, at, None, _BONE, {"diag_type": 2 if upper else 1}, twig)
    first, last = sorted((rows[1], rows[-1]))
    page.name_slot(f"fishbone.{bone}", first, left, last, left)
    cell = f"LEFT({xl_rowcol_to_cell(first, left)},1)"
    red: Style = {"bold": True, "font_color": STATUS["危险"]["font_color"]}
    page.highlight(first, left, last, left, f'{cell}="{MARKS["数据支持"]}"', red)
    page.highlight(first, left, last, left, f'{cell}="{MARKS["数据不支持"]}"', {"font_color": GREY})
