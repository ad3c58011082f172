"""The new places of rows after rows are inserted or removed, and references that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from kpi_xl.workbook.ooxml.formulas import End, Reference, joined, tokens
from kpi_xl.workbook.ooxml.references import LAST_ROW, Area, area


class Reach(Enum):
    """How a reference that ends where rows are inserted takes in the new rows."""

    NONE = 0
    """It means these very cells: a merged range, a link."""
    RANGE = 1
    """It takes them in when it ended with an area that is copied whole, as a sum does."""
    COPIED = 2
    """It takes them in when it ended with the row they are copies of, as a format does."""


class Lost(Exception):  # noqa: N818 - nothing went wrong
    """All cells of a reference are in removed rows."""


class TooLongError(Exception):
    """A row would end up below the last one."""


class SeveralSheetsError(Exception):
    """A reference spans several sheets, only one of which gets rows."""


class PartOfBlockError(Exception):
    """A reference from outside covers a part of a repeated block."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


@dataclass(frozen=True, slots=True)
class Change:
    """Rows inserted or removed.

    Attributes
    ----------
    at : int
        The row they come before, or the first that goes.
    count : int
        How many come; negative when they go.
    copied_rows : int
        How many rows above them they are copies of, together an area; 0 where they are inserted
        inside an area.
    """

    at: int
    count: int
    copied_rows: int = 0


class Shift:
    """All changes of one sheet's rows.

    Parameters
    ----------
    changes : iterable of Change
        In the order of their rows.
    """

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self.changes = changes

    @property
    def removes_rows(self) -> bool:
        """Whether rows are removed."""
        return any(change.count < 0 for change in self.changes)

    def row(self, row: int) -> int:
        """The new number of a row.

        Raises
        ------
        Lost, TooLongError
            It goes away, or would end up below the last row.
        """
        moved = row
        for change in self.changes:
            at, count = change.at, change.count
            if row >= at:
                if row < at - count:
                    raise Lost
                moved += count
        if moved > LAST_ROW:
            raise TooLongError
        return moved

    def span(self, first: int, last: int, reach: Reach) -> tuple[int, int]:
        """The new numbers of rows that are referred to together.

        Raises
        ------
        Lost, TooLongError
            As `row`.
        """
        if last == LAST_ROW:  # to the sheet's end, before and after
            return (self.kept(first) if first > 1 else first), last
        new_first, new_last = self.kept(first), self.kept(last, -1)
        if new_first > new_last:
            raise Lost
        for change in self.changes:
            at, count = change.at, change.count
            if count > 0 and last == at - 1:
                reaches = reach is Reach.COPIED or (change.copied_rows and reach is Reach.RANGE)
                if reaches and first <= at - change.copied_rows:
                    new_last += count
        return new_first, new_last

    def kept(self, row: int, step: int = 1) -> int:
        """The new number of a row; for a removed one, that of the next that stays (or, -1, the
        last).
        """
        for change in self.changes:
            at, count = change.at, change.count
            if at <= row < at - count:
                row = at - count if step > 0 else at - 1
        return self.row(row) if row else 0

    def area(self, cells: Area, reach: Reach) -> Area:
        """The new place of an area."""
        first, last = self.span(cells.first_row, cells.last_row, reach)
        return cells._replace(first_row=first, last_row=last)

    def areas(self, references: str, reach: Reach) -> str:
        """References without sheet names, with spaces between, after the shift.

        Raises
        ------
        Lost, TooLongError
            As `row`, of any of them.
        """
        return " ".join(self._one(text, reach) for text in references.split())

    def _one(self, text: str, reach: Reach) -> str:
        cells = area(text)
        if cells is None:
            return formula(text, "", {"": self}, reach)
        moved = self.area(cells, reach)
        return text if moved == cells else moved.reference


Shifts: TypeAlias = Mapping[str, Shift]
"""The shift of every sheet whose rows move, by its folded name."""


def formula(text: str, sheet: str, shifts: Shifts, reach: Reach | None = None) -> str:
    """A formula that means the same cells as before the shift.

    Parameters
    ----------
    text : str
        The formula, without ``=``.
    sheet : str
        The folded name of the sheet it is on, which references without a sheet mean.
    reach : Reach, optional
        Of all references; without it ranges are `Reach.RANGE` and single cells `Reach.NONE`.

    Raises
    ------
    Lost, TooLongError, SeveralSheetsError
        It cannot mean the same.
    """
    return joined(
        tuple(
            token if isinstance(token, str) else reference(token, sheet, shifts, reach)
            for token in tokens(text)
        ),
        text,
    )


def reference(found: Reference, sheet: str, shifts: Shifts, reach: Reach | None) -> Reference:
    """A reference of a formula that means the same cells as before the shift."""
    sheets = found.sheets or (sheet,)
    if len(sheets) > 1:
        return _through_sheets(found, shifts)
    shift = shifts.get(sheets[0])
    first, last = found.ends[0], found.ends[-1]
    if shift is None or not first.row:
        return found
    if reach is None:
        reach = Reach.NONE if len(found.ends) == 1 else Reach.RANGE
    upside_down = first.row > last.row
    if upside_down:
        first, last = last, first
    new_first, new_last = shift.span(first.row, last.row, reach)
    if len(found.ends) == 1 and new_first == new_last:
        ends: tuple[End, ...] = (first._replace(row=new_first),)
    else:
        ends = first._replace(row=new_first), last._replace(row=new_last)
    return found._replace(ends=ends[::-1] if upside_down else ends)


def check_blocks(text: str, sheet: str, shifts: Shifts) -> None:
    """Refuse a formula that refers to a part of a block: its copies have no such part.

    Raises
    ------
    PartOfBlockError
        It does.
    """
    for token in tokens(text):
        if isinstance(token, str) or len(token.sheets) > 1 or not token.ends[0].row:
            continue
        shift = shifts.get((token.sheets or (sheet,))[0])
        rows = sorted(end.row for end in token.ends)
        for change in shift.changes if shift is not None else ():
            first, last = change.at - change.copied_rows, change.at - 1
            meets = change.copied_rows > 1 and rows[0] <= last and first <= rows[-1]
            if meets and (first < rows[0] or rows[-1] < last):
                raise PartOfBlockError(token.text)


def _through_sheets(found: Reference, shifts: Shifts) -> Reference:
    """A reference through several sheets; it must not move.

    Which sheets lie between is not known here, so that all are taken to.
    """
    rows = [end.row for end in found.ends if end.row]
    for shift in shifts.values():
        if rows and shift.span(min(rows), max(rows), Reach.RANGE) != (min(rows), max(rows)):
            raise SeveralSheetsError
    return found
