"""Which row of a file is its header, and which of its headings is which column."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.cached import kept_with
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.catalogue.schema import Column, Table
from kpi_xl.errors import InputError
from kpi_xl.kpi_registry import Registry
from kpi_xl.raw_files.day_grid import day_columns
from kpi_xl.raw_files.heading_text import (
    HEADER_WITHIN,
    MOST_LEVELS,
    NamedRows,
    Rows,
    Stack,
    normalise,
    without_remark,
)
from kpi_xl.raw_files.target_grid import spread_of, unit_heading
from kpi_xl.settings.project_settings import Settings

_AGAIN: Final = re.compile(r"(?<=\D)[._]\d{1,2}$")
"""What programs write behind a heading that they met twice."""


def column_names(column: Column) -> tuple[str, ...]:
    """All that a column may be called, what goes first in front."""
    return (*column.sooner, column.name, *column.aliases)


@dataclass(frozen=True)
class Match:
    """The columns of a table found among the headings of one row.

    Parameters
    ----------
    positions : mapping of str to int
        Where each column found stands, by code.
    missing : tuple of Column
        The required columns, and those that kpi.toml names a heading for, that were not found.
    spread : tuple of int
        Of a grid the columns that it is spread over: days of attendance; months or KPIs of targets.
    by : str
        The column, by code, that the headings of these are values of.
    level : str
        The level of all its units, where they stand under its name.
    """

    positions: Mapping[str, int]
    missing: tuple[Column, ...]
    spread: tuple[int, ...] = ()
    by: str = ""
    level: str = ""

    @property
    def used(self) -> frozenset[int]:
        """The places of all columns that are read."""
        return frozenset((*self.positions.values(), *self.spread))


@dataclass(frozen=True)
class Header:
    """The header of a file: one row, or two or three of which the upper ones hold groups.

    Parameters
    ----------
    match : Match
        Which of its cells is which column.
    cells : tuple of str or None
        The heading of each column; of several rows the lowest one, or all where that tells more.
    first, last : int
        Its first and last row, from 0.
    above : str
        What is written above it and in the groups: a title, the unit of the amounts.
    """

    match: Match
    cells: tuple[str | None, ...]
    first: int
    last: int
    above: str


@dataclass(frozen=True)
class Headings:
    """The headings a table goes by.

    Parameters
    ----------
    mapping : mapping of str to str
        Headings by column code that kpi.toml gives; they go before all others.
    unused : tuple of str
        Headings that kpi.toml says are no column.
    kpis : Registry, optional
        The KPIs that headings of targets may name.
    levels : mapping of str to str
        The levels by what their columns are called.
    """

    table: Table
    mapping: Mapping[str, str]
    unused: tuple[str, ...] = ()
    kpis: Registry | None = None
    levels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, table: Table, settings: Settings, name: str = "", sheet: str | None = None
    ) -> Headings:
        """The headings of a file or worksheet: what is said of it goes before what is said of all.

        Parameters
        ----------
        settings : Settings
            What kpi.toml says.
        name, sheet
            The file's path below the data folder, and the worksheet; by default any.
        """
        said = settings.said_of(name, sheet)
        own = said.columns if said.table == table.code else {}
        if not own and not said.unused and settings.lists.get(table.code) is table:
            return _usual(settings, table.code)
        columns = {**settings.columns.get(table.code, {}), **own}
        return cls(table, columns, said.unused, settings.kpis, _levels(settings.lists["agents"]))

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """All that its columns may be called, as headings are compared."""
        names = _names(self.table)
        if self.table.grid == "targets":
            names = names.union(self.levels)
        return names.union(map(normalise, self.mapping.values())) if self.mapping else names

    def match(self, row: Sequence[str | None]) -> Match:
        """The table's columns among the cells of a row.

        A column's own name goes before its aliases and those go in their order, whatever the order
        in the file: with both 承保日期 and 生效日期 in a file, 承保日期 is meant.
        """
        return self._matched(tuple(row))

    @functools.cached_property
    def _matched(self) -> Callable[[tuple[str | None, ...]], Match]:
        # Files of one table, such as a month's each, have the same headings.
        return functools.lru_cache(1 << 6)(self._match)

    def _match(self, row: tuple[str | None, ...]) -> Match:
        found: dict[str, int] = {}
        if self.unused:
            row = tuple(None if cell and cell.strip() in self.unused else cell for cell in row)
        normal, places, main, places_of_main = _compared(row)
        for code, heading in self.mapping.items():
            exact = [i for i, cell in enumerate(row) if cell and cell.strip() == heading.strip()]
            alike = exact or [i for i, cell in enumerate(normal) if cell == normalise(heading)]
            if alike:
                found[code] = alike[0]
        free = [column for column in self.table.columns if column.code not in self.mapping]
        # Most rows have no name of any column.
        if not self.known.isdisjoint(places):
            for column in free:
                _take(column, _own_names(column), places, found)
            for column in free:
                if column.code not in found:
                    _take(column, _aliases(column), places, found)
        if main != normal and not self.known.isdisjoint(places_of_main):
            for column in free:
                if column.code not in found:
                    names = (*_own_names(column), *_aliases(column))
                    _take(column, names, places_of_main, found)
        spread, by, level = self._spread(row, found)
        missing = tuple(
            column
            for column in self.table.columns
            if (column.required or column.code in self.mapping)
            and column.code not in found
            and column.instead not in found
        )
        return Match(found, missing, spread, by, level)

    def _spread(
        self, row: Sequence[str | None], found: dict[str, int]
    ) -> tuple[tuple[int, ...], str, str]:
        """The columns that a grid is spread over, whose headings say what, and the level of its
        units; `found` gets what is said by them.
        """
        if self.table.grid == "days" and "agent" in found and "day" not in found:
            days = day_columns(row)
            found |= {"day": days[0]} if days else {}
            return days, "day" if days else "", ""
        if self.table.grid != "targets":
            return (), "", ""
        of_level = None if "unit" in found or "level" in found else unit_heading(row, self.levels)
        named = {} if of_level is None else dict.fromkeys(("unit", "level"), of_level[0])
        grid = spread_of(row, found | named, self.kpis) if "unit" in found or named else None
        if grid is None and not {"kpi", "target"} <= found.keys():
            return (), "", ""  # many a table has units and months
        found |= named
        level = of_level[1] if of_level else ""
        if grid is None:
            return (), "", level
        found |= dict.fromkeys((grid.by, "target"), grid.places[0])
        return grid.places, grid.by, level

    def find(self, rows: Rows, named: NamedRows | None = None) -> Header | None:
        """The header among the first rows: the first that has all it needs, else the one nearest.

        Parameters
        ----------
        rows : sequence of sequence of str or None
            The first rows.
        named : NamedRows, optional
            The names in these rows, where several tables are looked for in them.

        Returns
        -------
        Header or None
            None when no row has any required heading.
        """
        named = named or NamedRows(rows, self.known)
        best: Header | None = None
        for index, names in named.rows_with_names():
            # Most files are of another table.
            if self.known.isdisjoint(names):
                continue
            header = self._at(rows, index, named)
            if not header.match.missing:
                return header
            if self._worth(header.match)[0] and (
                best is None or self.better(header.match, best.match)
            ):
                best = header
        return best

    def _at(self, rows: Rows, index: int, named: NamedRows) -> Header:
        """The header that begins in a row, with the rows below it that belong to it."""
        alone = self.match(rows[index])
        best = self._header(alone, rows[index], rows, index, index)
        # Of a grid the rows below may have more, which are no names.
        is_alone = not self.table.grid and self.known.isdisjoint(
            named.names(index) - named.of_row(index)
        )
        for depth in range(1, MOST_LEVELS):
            lower = rows[index + depth : index + depth + 1]
            if not lower or not any(lower[0]):
                break
            if depth == 1 and self._are_parts(alone, rows[index], lower[0]):
                cells = _joined(named.stack(index, 2), self.known)
                return self._header(self.match(cells), cells, rows, index, index + 1)
            if not alone.missing and any(lower[0][place] for place in alone.positions.values()):
                break  # a record
            if is_alone:
                break
            cells = _joined(named.stack(index, depth + 1), self.known)
            match = self.match(cells)
            if len(match.positions) > len(best.match.positions) and not _twice(match, cells):
                best = self._header(match, cells, rows, index, index + depth)
        return best

    def _are_parts(
        self, alone: Match, upper: Sequence[str | None], lower: Sequence[str | None]
    ) -> bool:
        """Whether the row below a whole header names the parts of one of its columns.

        首年保费 over 当月 and 累计: which of both is meant is not for the upper row to say.
        """
        if alone.missing or any(cell and any(map(str.isdigit, cell)) for cell in lower):
            return False
        amounts = [
            place
            for code, place in alone.positions.items()
            if self.table.column(code).kind in ("money", "count", "number")
        ]
        others = set(alone.positions.values()) - set(amounts)
        return not any(lower[place] for place in others) and any(
            lower[place] and place + 1 < len(upper) and lower[place + 1] and not upper[place + 1]
            for place in amounts
        )

    @staticmethod
    def _header(
        match: Match,
        cells: Sequence[str | None],
        rows: Rows,
        first: int,
        last: int,
    ) -> Header:
        above = (cell for row in rows[:last] for cell in row if cell)
        return Header(match, tuple(cells), first, last, "\n".join(above))

    def absent(
        self,
        file: Path,
        sheet: str | None,
        first: str | None = None,
        others: Sequence[str] = (),
        there: str = "",
    ) -> InputError:
        """The refusal of a sheet without a single required heading.

        Parameters
        ----------
        file, sheet
            Where it was looked for.
        first : str, optional
            What the first line is.
        others : sequence of str
            The worksheets of the file.
        there : str
            The headings that are there, for people.
        """
        names = "、".join(f"「{name}」" for name in others)
        kind = kinds.NO_SHEET_OF_TABLE if others else kinds.NO_HEADING_ROW
        return InputError(
            kind(
                table=self.table.name,
                sheets=names,
                within=HEADER_WITHIN,
                wanted=self.wanted,
                there=there,
            ),
            file=file,
            sheet=sheet,
            row=None if first is None else 1,
            value=first,
        )

    def _worth(self, match: Match) -> tuple[int, int]:
        """How much of a header a row is: required headings, all headings."""
        required = sum(self.table.column(code).required for code in match.positions)
        return required, len(match.positions)

    def better(self, one: Match, other: Match) -> bool:
        """Whether one row is more of a header than another."""
        return (not one.missing, self._worth(one)) > (not other.missing, self._worth(other))

    def label(self, column: Column) -> str:
        """A column for people, with the heading kpi.toml gives it if it does."""
        if heading := self.mapping.get(column.code):
            return f"{column.name}（kpi.toml 里写的标题“{heading}”）"
        return column.name

    @property
    def wanted(self) -> str:
        """The required headings for people."""
        return "、".join(
            self.mapping.get(column.code, column.name)
            for column in self.table.columns
            if column.required
        )

    def insist(
        self,
        match: Match,
        row: Sequence[str | None],
        file: Path,
        sheet: str | None,
        number: int,
        others: Sequence[str] = (),
    ) -> None:
        """Refuse a header that lacks a required heading, or has a needed one twice.

        Parameters
        ----------
        match : Match
            What was found in the header.
        row : sequence of str or None
            The header.
        file, sheet, number
            Where it is.
        others : sequence of str
            The other worksheets, where not even so much was found.

        Raises
        ------
        InputError
            Naming the headings missing and those in the file that are like them.
        """
        if match.missing:
            raise self.lacking(match, row, file, sheet, number, others)
        for code, position in match.positions.items():
            heading = row[position] or ""
            # A heading that equals one in kpi.toml goes before one that only resembles it.
            exact = self.mapping.get(code, "").strip() == heading.strip()
            form = str.strip if exact else normalise
            same = [
                cell
                for cell in row
                if cell and form(heading) in (form(cell), form(_AGAIN.sub("", cell.strip())))
            ]
            if len(same) > 1:
                names = "、".join(f"“{cell.strip()}”" for cell in same)
                raise InputError(
                    kinds.HEADINGS_ALIKE(count=len(same), names=names, table=self.table.name),
                    file=file,
                    sheet=sheet,
                    row=number,
                    column=heading.strip(),
                )

    def lacking(
        self,
        match: Match,
        row: Sequence[str | None],
        file: Path,
        sheet: str | None,
        number: int,
        others: Sequence[str] = (),
    ) -> InputError:
        """What is said of a header that lacks a required heading; parameters as for `insist`."""
        return InputError(
            kinds.COLUMNS_MISSING(
                table=self.table.name,
                columns="、".join(self.label(column) for column in match.missing),
                others="、".join(f"「{name}」" for name in others),
                **self.lacks(match, row),
            ),
            file=file,
            sheet=sheet,
            row=number,
        )

    def lacks(self, match: Match, row: Sequence[str | None]) -> dict[str, str]:
        """The advice for a missing column: the headings that are like its name."""
        taken = match.used
        free = [cell.strip() for i, cell in enumerate(row) if cell and i not in taken]
        like = [
            f"“{cell}”像是{column.name}"
            for column in match.missing
            for cell in _near(self._names(column), free)
        ]
        shown = "、".join(free[:10]) + ("等" if len(free) > 10 else "")
        return {
            "example": match.missing[0].name,
            "like": "；".join(like),
            "unused": "" if like else shown,
        }

    def _names(self, column: Column) -> tuple[str, ...]:
        mapped = self.mapping.get(column.code)
        return (mapped,) if mapped else column_names(column)


@kept_with
def _usual(settings: Settings, code: str) -> Headings:
    """The headings of a table in files of which nothing is said."""
    levels = _levels(settings.lists["agents"])
    own = settings.columns.get(code, {})
    return Headings(settings.lists[code], own, kpis=settings.kpis, levels=levels)


@kept_with
def _levels(agents: Table) -> dict[str, str]:
    """The levels by what their columns are called in lists of people, as headings are compared."""
    levels = {normalise(name): PERSON for name in column_names(agents.column("agent"))}
    for column in agents.columns:
        if column.level:
            levels |= dict.fromkeys(map(normalise, column_names(column)), column.level)
    return levels


@kept_with
def _names(table: Table) -> frozenset[str]:
    """All that a table's columns may be called by themselves, as headings are compared."""
    return frozenset(name for c in table.columns for name in (*_own_names(c), *_aliases(c)))


@kept_with
def _own_names(column: Column) -> tuple[str, ...]:
    """A column's own name and what goes before it, as headings are compared."""
    return tuple(map(normalise, (*column.sooner, column.name)))


@kept_with
def _aliases(column: Column) -> tuple[str, ...]:
    return tuple(map(normalise, column.aliases))


def _take(
    column: Column, names: Sequence[str], places: dict[str, list[int]], found: dict[str, int]
) -> None:
    """Find a column by the first of its names that stands in a cell nobody has taken."""
    for name in names:
        for position in places.get(name, ()):
            if position not in found.values():
                found[column.code] = position
                return


@functools.lru_cache(1 << 6)
def _compared(
    row: tuple[str | None, ...],
) -> tuple[list[str], dict[str, list[int]], list[str], dict[str, list[int]]]:
    """The cells of a row as headings are compared, and where each stands: whole, then without the
    remarks behind them.

    All tables are looked for in the same rows.
    """
    whole = [normalise(cell) if cell else "" for cell in row]
    main = [without_remark(cell) if cell else "" for cell in row]
    return whole, _places(whole), main, _places(main)


def _places(cells: Sequence[str]) -> dict[str, list[int]]:
    """Where each text stands: a row with one cell in the last column has 16,384."""
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        if cell:
            places.setdefault(cell, []).append(position)
    return places


def _joined(stack: Stack, known: frozenset[str]) -> list[str | None]:
    """Several rows as one: of each column the longest of its headings that is known, or the lowest.

    调出 above 营业部 is 调出营业部; 所属机构 above 营业部 is 营业部.
    """
    joined: list[str | None] = [None] * stack.width
    nothing = known.isdisjoint(stack.names)
    for place, cells in stack.cells.items():
        joined[place] = cells[-1]
        if nothing:
            continue
        named = next((form for form, name in stack.forms[place] if name in known), None)
        if named is None and len(cells) > 1 and normalise(cells[0]) in known:
            # One of several parts of a known column has no name but that of both.
            named = stack.forms[place][0][0] if place in stack.parts else cells[0]
        joined[place] = named or cells[-1]
    return joined


def _twice(match: Match, cells: Sequence[str | None]) -> bool:
    normal = [normalise(cell) if cell else "" for cell in cells]
    return any(normal.count(normal[place]) > 1 for place in match.positions.values())


def _near(names: Sequence[str], free: Sequence[str]) -> list[str]:
    """The headings that are like one of the names, at most two."""
    by_normal = {normalise(cell): cell for cell in free}
    near: dict[str, None] = {}
    for name in names:
        for like in difflib.get_close_matches(normalise(name), by_normal, n=2, cutoff=0.6):
            near[by_normal[like]] = None
        for normal, cell in by_normal.items():
            if len(name) > 1 and normalise(name) in normal:
                near[cell] = None
    return list(near)[:2]
