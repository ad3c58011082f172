"""Formulas copied down a growing area."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.growth.shift import Change, Shift, Shifts, TooLongError, reference
from kpi_xl.workbook.ooxml.formulas import Token, joined, tokens
from kpi_xl.workbook.ooxml.references import LAST_ROW, Area

Fixed: TypeAlias = frozenset[tuple[int, int]]
"""Corners of references, by the numbers of token and corner, that stay the same in all rows."""


class Copier(NamedTuple):
    """Copies the formulas of one growing area.

    Attributes
    ----------
    region : Region
        The area, as the template has it.
    change : Change
        How many rows the area has and will have.
    shifts : Shifts
        The shifts of rows on all sheets.
    """

    region: Region
    change: Change
    shifts: Shifts

    @property
    def models(self) -> range:
        """The rows that are copied, as numbered in the template."""
        return range(self.change.at - max(self.change.copied_rows, 1), self.change.at)

    @property
    def offsets(self) -> range:
        """The distances of their copies."""
        return range(len(self.models), self.change.count + 1, len(self.models))

    @property
    def moved(self) -> int:
        """How far they move themselves."""
        return self._shift.row(self.models[-1]) - self.models[-1]

    @property
    def repeats(self) -> bool:
        """Whether it repeats a block."""
        return self.region.is_block and self.change.count > 0

    def copies(self, cells: Area) -> bool:
        """Whether cells are copied: all of them are in copied rows."""
        inside = cells.first_row in self.models and cells.last_row in self.models
        return self.change.count > 0 and inside

    def copy(self, cells: Area, offset: int) -> Area:
        """The copy of cells so many rows below; for 0 their own new place."""
        more = self.moved + offset
        return cells._replace(first_row=cells.first_row + more, last_row=cells.last_row + more)

    @property
    def _shift(self) -> Shift:
        return self.shifts[self.region.sheet.casefold()]

    def copied(self, formula: str, fixed: Fixed, offset: int) -> str:
        """A formula of a copied row, for the copy so many rows below.

        Of a block, what is inside it and has no ``$`` means the same record; everything else is
        the same for all records.

        Parameters
        ----------
        formula : str
            The formula as the template has it.
        fixed : Fixed
            The corners that stay though they have no ``$``.
        offset : int
            How far below; 0 for those rows themselves.
        """
        sheet = self.region.sheet.casefold()
        moved = self.moved
        out: list[Token] = []
        for number, token in enumerate(tokens(formula)):
            if isinstance(token, str):
                out.append(token)
                continue
            # What has a $ moves with the cells it means; the rest keeps its distance, which
            # inside the area is counted before rows came in between.
            shifted = reference(token, sheet, self.shifts, None)
            ends = list(shifted.ends)
            for corner, end in enumerate(token.ends):
                if not end.row or end.row_fixed or (number, corner) in fixed:
                    continue
                is_own = token.sheets in ((), (sheet,))
                inside = is_own and self.region.first <= end.row <= self.region.last
                if self.region.is_block and not inside:
                    continue
                row = (end.row + moved if inside else ends[corner].row) + offset
                if row > LAST_ROW:
                    raise TooLongError
                ends[corner] = ends[corner]._replace(row=row)
            out.append(shifted._replace(ends=tuple(ends)))
        return joined(tuple(out), formula)


def fixed_corners(formula: str, other: str, distance: int) -> Fixed | None:
    """The references that stay the same in two formulas that are so many rows apart.

    None when the one is not the other copied down. Programs often write formulas without ``$``
    that mean the same cells in every row.
    """
    ours, theirs = tokens(formula), tokens(other)
    if len(ours) != len(theirs):
        return None
    fixed = set()
    for number, (one, two) in enumerate(zip(ours, theirs, strict=True)):
        if isinstance(one, str) or isinstance(two, str):
            if one != two:
                return None
            continue
        if one.prefix != two.prefix or len(one.ends) != len(two.ends):
            return None
        for corner, (end, its) in enumerate(zip(one.ends, two.ends, strict=True)):
            if end._replace(row=0) != its._replace(row=0):
                return None
            if end.row == its.row:
                if not end.row_fixed:
                    fixed.add((number, corner))
            elif end.row_fixed or its.row - end.row != distance:
                return None
    return frozenset(fixed)
