"""The common parts of the forms: the head of a page, the heads of a table, lists of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from xlsxwriter.utility import xl_col_to_name

from workbook_templates.style import (
    ACCENT,
    BOXED,
    CENTRE,
    EDITABLE,
    HAIRLINE,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    OPEN,
    PADDED,
    RIGHT,
    SIGNATURE,
    STATUS,
    TINT,
    WHITE,
    Page,
    Style,
)
from workbook_templates.validation import date_input

Kind = Literal["given", "editable", "input", "formula"]

UNIT: Final[dict[str, tuple[str, Style]]] = {
    "unit.name": ("单位", {}),
    "branch.name": ("机构", {}),
    "unit.manager": ("主管", {}),
    "unit.headcount": ("人数", {"num_format": '#,##0" 人"'}),
    "period.working_days": ("工作日", {"num_format": '0" 天"'}),
}
"""The facts about a unit and month that head its forms."""

PERSON: Final[dict[str, tuple[str, Style]]] = {
    "person.name": ("姓名", {}),
    "person.id": ("工号", {}),
    "person.team": ("所在团队", {}),
    "unit.name": ("单位", {}),
    "branch.name": ("机构", {}),
    "unit.manager": ("主管", {}),
    "period.working_days": ("工作日", {"num_format": '0" 天"'}),
}
"""The facts about a person that head his forms."""


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Parameters
    ----------
    head : str
        The heading of the column.
    slot : str
        The name of its cells; empty for plain ones.
    kind : str
        Whether it is given, given and to be changed, typed by people, or calculated.
    style : mapping
        How its cells look.
    """

    head: str
    slot: str
    kind: Kind = "given"
    style: Style = field(default_factory=dict)


def head(
    page: Page,
    title: str,
    facts: Mapping[int, tuple[str, str, Style]],
    *,
    filled: tuple[int, int] | None = None,
    signed: Mapping[str, tuple[int, int]] | None = None,
) -> None:
    """The first five rows: title and month, facts, the date it was filled in, signatures.

    Parameters
    ----------
    facts : mapping of int to (label, slot, style)
        The facts in the head, by column.
    filled : (int, int), optional
        The first and last column of the date.
    signed : mapping of str to (int, int), optional
        Who signs, and in which columns.
    """
    page.title(title)
    page.month()
    page.height(1, 6)
    page.fields(2, facts)
    bottom: Style = {"valign": "bottom"}
    if filled is not None:
        page.put(2, filled[0], "填写日期", LABEL, bottom)
        date_input(page, 3, *filled, "input.filled_on")
    for label, (first, last) in (signed or {}).items():
        page.put(2, first, label, LABEL, bottom)
        page.blanks(3, first, 3, last, SIGNATURE)
        page.put(3, last, None, SIGNATURE, {"right": 5, "right_color": WHITE})
    page.height(4, 8)


def facts(
    given: Mapping[str, tuple[str, Style]], columns: Sequence[int]
) -> dict[int, tuple[str, str, Style]]:
    """Facts laid over columns, as many as there are columns."""
    pairs = zip(columns, given.items(), strict=False)
    return {column: (label, slot, style) for column, (slot, (label, style)) in pairs}


def heads(
    page: Page,
    row: int,
    texts: Mapping[int, str],
    last: int,
    centred: Sequence[int],
    right: Sequence[int] = (),
) -> None:
    """A row of headings: those of days and counts in the middle, of numbers at the right."""
    page.blanks(row, 1, row, last, HEAD)
    for column, text in texts.items():
        middle = column in centred and column not in right
        place = CENTRE if middle else RIGHT if column in right else LEFT
        page.put(row, column, text, HEAD, place, PADDED if place == LEFT else {})


def box(page: Page, row: int, count: int, first: int, columns: Sequence[Column]) -> None:
    """A list of a fixed number of rows, every cell drawn."""
    styles: dict[Kind, Style] = {"editable": EDITABLE, "input": INPUT}
    for number, one in enumerate(columns, first):
        drawn = (BOXED, styles.get(one.kind, {}), one.style)
        page.column(row, number, count, *drawn, slot=one.slot)


class Roll:
    """A list of people that grows with them; rows without a name show nothing.

    Parameters
    ----------
    name : str
        What follows ``rows.`` in the name of its rows.
    first, count : int
        Its first row, and how many the form has.
    columns : sequence of Column
        From column B on.
    told_by : int
        The column, from B on, that a row has something in when it is used.
    flags : mapping of int to str, optional
        By column the formula, for its first cell, of what stands out in red.
    """

    def __init__(
        self,
        page: Page,
        name: str,
        first: int,
        count: int,
        columns: Sequence[Column],
        told_by: int = 0,
        flags: Mapping[int, str] | None = None,
    ) -> None:
        self.page = page
        self._name = name
        self.first = first
        self.last = first + count - 1
        self._used = xl_col_to_name(1 + told_by)
        page.name_rows(name, first, self.last)
        page.height(first, 19, self.last)
        used = f'${self._used}{first + 1}<>""'
        line = {"bottom": 1, "bottom_color": HAIRLINE}
        # Before the tints: some programs apply only the first rule that holds.
        red = {"bg_color": TINT, "font_color": STATUS["危险"]["font_color"], **line}
        for column, formula in (flags or {}).items():
            page.highlight(first, column, self.last, column, formula, red)
        for number, one in enumerate(columns, 1):
            ink: Style = {"font_color": ACCENT} if one.kind == "editable" else {}
            opened: Style = OPEN if one.kind in ("editable", "input") else {}
            if one.kind != "formula":
                page.column(first, number, count, one.style, ink, opened, slot=one.slot)
            if opened:
                tinted = {"bg_color": TINT, **line}
                page.highlight(first, number, self.last, number, used, tinted)
        page.highlight(first, 1, self.last, len(columns), used, line)

    def cells(self, column: int) -> str:
        """The cells of a column, for a formula on the same sheet."""
        letter = xl_col_to_name(column)
        return f"{letter}${self.first + 1}:{letter}${self.last + 1}"

    def formulas(self, column: int, formula: str, slot: str, *styles: Style) -> None:
        """A column of formulas; ``{row}`` in them is the row's number."""
        for row in range(self.first, self.last + 1):
            self.page.formula(row, column, formula.format(row=row + 1), "", *styles)
        self.page.name_slot(slot, self.first, column, self.last, column)

    def fold(self) -> None:
        """Hide the rows that nobody is in, once it is filled."""
        self.page.fold(self._name, self.first, self.last)

    def print_used(self, repeat: tuple[int, int]) -> None:
        """Print the rows that are used, and these rows of headings on every page.

        Without an area to print: LibreOffice prints a hidden sheet that has one.
        """
        self.fold()
        self.page.sheet.repeat_rows(*repeat)
