"""Which cells still hold what a refresh wrote, wherever their slots are by now.

A slot's name moves along with its cells. Where the slot has other rows than it had, somebody has
inserted some or taken some out in its middle; then the rows that are still the same, seen from the
top and from the bottom, are those that are known. What can be in two places is in none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from kpi_xl.workbook.ooxml.references import Area
from udfs.contents import Content, same

Contents = list[list[Content]]
"""What the cells of a slot hold, row by row."""

GONE: Final = "单元格已经不在了"
UNSURE: Final = "插入或删除过行列，不能确定是哪一格"


class Changed(NamedTuple):
    """The change that a refresh made to a slot.

    Attributes
    ----------
    before, after : rows of contents
        What its cells held, and what was written into them.
    """

    before: Contents
    after: Contents


class Now(NamedTuple):
    """Where a slot is now: sheet, first row and column, and what its cells hold."""

    sheet: str
    row: int
    column: int
    contents: Contents


class Cell(NamedTuple):
    """A cell: sheet, row and column."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class Left:
    """A cell that is not put back.

    Parameters
    ----------
    cell : Cell or None
        Where it is, if that is known.
    now, before : content
        What it holds, and held before the refresh.
    why : str
        Why it has no place; empty where it was changed after the refresh.
    """

    slot: str
    cell: Cell | None
    now: Content
    before: Content
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """The steps of an undo.

    Parameters
    ----------
    cells : mapping of Cell to content
        The content to write into each cell.
    left : list of Left
        What is not put back.
    slots : int
        How many slots are as before the refresh afterwards.
    """

    cells: Mapping[Cell, Content]
    left: list[Left]
    slots: int


def plan(changed: Mapping[str, Changed], now: Mapping[str, Now]) -> Plan:
    """Compare what a refresh wrote with what is there.

    Parameters
    ----------
    changed : mapping of str to Changed
        What it did, by slot.
    now : mapping of str to Now
        The slots of the workbook.
    """
    cells: dict[Cell, Content] = {}
    left: list[Left] = []
    places = _row_places(changed, now)
    slots = 0
    for name, one in changed.items():
        found = now.get(name)
        fine = True
        for (r, c), place in _cells(one, found, places.get(name)):
            before, after = one.before[r][c], one.after[r][c]
            if found is None or place is None:
                if not same(before, after):
                    left.append(Left(name, None, None, before, UNSURE if found else GONE))
                    fine = False
                continue
            at = Cell(found.sheet, found.row + place[0], found.column + place[1])
            held = found.contents[place[0]][place[1]]
            if same(held, after):
                if not same(before, after):
                    cells[at] = before
            elif not same(held, before):
                left.append(Left(name, at, held, before))
                fine = False
        slots += fine
    return Plan(cells, left, slots)


def _cells(
    one: Changed, found: Now | None, rows: dict[int, int] | None
) -> Iterator[tuple[tuple[int, int], tuple[int, int] | None]]:
    """Every cell that was written, and where in its slot it is now."""
    height, width = len(one.after), len(one.after[0])
    columns: dict[int, int] = dict(zip(range(width), range(width), strict=True))
    if found is not None and len(found.contents[0]) != width:
        # Rows and columns at a time: nobody can tell what is where.
        is_told = len(found.contents) == height
        columns = _alike(_turned(one.after), _turned(found.contents)) if is_told else {}
    for r in range(height):
        row = r if rows is None else rows.get(r)
        for c in range(width):
            column = columns.get(c)
            yield (r, c), None if row is None or column is None else (row, column)


def _row_places(
    changed: Mapping[str, Changed], now: Mapping[str, Now]
) -> dict[str, dict[int, int]]:
    """Where the rows are of slots that have more or fewer now; slots side by side tell together."""
    beside: dict[tuple[str, int, int, int], list[str]] = {}
    for name, one in changed.items():
        found = now.get(name)
        if found is not None and len(found.contents) != len(one.after):
            key = found.sheet, found.row, len(found.contents), len(one.after)
            if len(found.contents[0]) == len(one.after[0]):
                beside.setdefault(key, []).append(name)
    places: dict[str, dict[int, int]] = {}
    for names in beside.values():
        was = _side_by_side([changed[name].after for name in names])
        places |= dict.fromkeys(
            names, _alike(was, _side_by_side([now[name].contents for name in names]))
        )
    return places


def _side_by_side(many: list[Contents]) -> Contents:
    return [list(chain.from_iterable(rows)) for rows in zip(*many, strict=True)]


def _alike(was: Sequence[list[Content]], now: Sequence[list[Content]]) -> dict[int, int]:
    """Where lines are now, as far as there is one place only for each."""
    least, more = min(len(was), len(now)), len(now) - len(was)

    def equal(line: int, place: int) -> bool:
        return all(map(same, was[line], now[place]))

    top = next((i for i in range(least) if not equal(i, i)), least)
    bottom = next((i for i in range(least) if not equal(-1 - i, -1 - i)), least)
    found: dict[int, int] = {}
    for line in range(len(was)):
        candidates = {line} if line < top else set()
        candidates |= {line + more} if line >= len(was) - bottom else set()
        if len(candidates) == 1:
            found[line] = candidates.pop()
    taken = list(found.values())
    return {line: place for line, place in found.items() if taken.count(place) == 1}


def _turned(contents: Contents) -> Contents:
    return [list(column) for column in zip(*contents, strict=True)]


def blocks(cells: Mapping[Cell, Content]) -> Iterator[tuple[str, Area, Contents]]:
    """Cells in rectangles that are written at once: columns side by side, runs of rows."""
    runs: list[tuple[str, int, int, int, list[Content]]] = []
    for cell in sorted(cells, key=lambda one: (one.sheet, one.column, one.row)):
        if runs and runs[-1][:2] == (cell.sheet, cell.column) and runs[-1][3] == cell.row - 1:
            sheet, column, first, _, contents = runs[-1]
            runs[-1] = sheet, column, first, cell.row, [*contents, cells[cell]]
        else:
            runs.append((cell.sheet, cell.column, cell.row, cell.row, [cells[cell]]))
    runs.sort(key=lambda one: (one[0], one[2], one[3], one[1]))
    beside: list[tuple[str, int, int, int, list[Content]]] = []
    for run in runs:
        if beside and not _is_beside(beside[-1], run):
            yield _block(beside)
            beside = []
        beside.append(run)
    if beside:
        yield _block(beside)


def _is_beside(
    one: tuple[str, int, int, int, list[Content]], other: tuple[str, int, int, int, list[Content]]
) -> bool:
    return one[0] == other[0] and one[2:4] == other[2:4] and one[1] == other[1] - 1


def _block(
    columns: list[tuple[str, int, int, int, list[Content]]],
) -> tuple[str, Area, Contents]:
    sheet, first, top, bottom, _ = columns[0]
    contents = [list(row) for row in zip(*(one[4] for one in columns), strict=True)]
    return sheet, Area(top, first, bottom, columns[-1][1]), contents
