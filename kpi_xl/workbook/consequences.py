"""The other parts of a workbook that change when cells are filled: formulas, pivots, charts."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kpi_xl.workbook.calculated import Calculation
from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import cells, chart_caches, parts
from kpi_xl.workbook.ooxml.calculation import calculated_on_load
from kpi_xl.workbook.ooxml.cells import Value
from kpi_xl.workbook.ooxml.chart_caches import ChartProgram, Point, Shown
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import Area, Place
from kpi_xl.workbook.ooxml.sheet import Sheet
from kpi_xl.workbook.ooxml.tables import Table
from kpi_xl.workbook.ooxml.zip_records import Framed, framed
from kpi_xl.workbook.pivots import PivotCache, caches, without_records
from kpi_xl.workbook.returned import Reader
from kpi_xl.workbook.shared_texts import without_unused
from kpi_xl.workbook.stale_formulas import Cells, WorkbookFormulas


class Follows(NamedTuple):
    """The parts that change when some cells are filled.

    Attributes
    ----------
    cells : mapping of str to mapping of (row, column) to int
        The cells that change, and which of the values each gets.
    calculation : Calculation or None
        Computes the values behind those of the slots.
    charts : dict of str to ChartProgram
        The charts that show cells which change.
    frames : dict of str to Framed
        The parts that are the same for all values.
    """

    cells: Mapping[str, Mapping[Position, int]]
    calculation: Calculation | None
    charts: dict[str, ChartProgram]
    frames: dict[str, Framed]


class Consequences:
    """Tells for a template what follows from filling cells of it.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    sheets : mapping of str to Sheet
        Its worksheets by name.
    resized : sequence of Place
        Rows that rows were inserted into or taken out of since it was computed.
    """

    def __init__(
        self,
        package: Package,
        workbook: Workbook,
        sheets: Mapping[str, Sheet],
        tables: Sequence[Table],
        resized: Sequence[Place],
    ) -> None:
        self._resized = resized
        self._package = package
        self._workbook = workbook
        self._sheets = sheets
        self._tables = tables

    def of(self, wanted: Mapping[str, Mapping[Position, int]], values: int) -> Follows:
        """Find the parts that change when some cells are filled.

        Parameters
        ----------
        wanted : mapping of str to mapping of (row, column) to int
            The cells, and which of the values each gets.
        values : int
            How many values there are.
        """
        frames: dict[str, Framed] = {}
        stale = self._formulas.stale(wanted, self._resized)
        pivots = [
            one
            for one in self.pivots
            if one.source and (not one.places or self._meet(one.places, wanted, stale))
        ]
        lost = self._shown_by(pivots, wanted)
        if lost:
            gone = {
                name: dict.fromkeys((*wanted.get(name, {}), *places), 0)
                for name, places in lost.items()
            }
            stale = self._formulas.stale({**wanted, **gone}, self._resized)
        changed = {
            name: [*wanted.get(name, ()), *stale.get(name, ())] for name in {**wanted, **stale}
        }
        for cache in pivots:
            for part, content in without_records(self._package, cache, changed):
                self._frame(frames, part, content)
        calculation = None
        if any(stale.values()) or any(lost.values()):
            reader = Reader(self._package, self._workbook)
            fixed = {name: reader.numbers(part) for name, part in self._workbook.sheets.items()}
            calculation = Calculation(
                self._formulas, stale, wanted, fixed, lost, computes=not self._workbook.date1904
            )
            more: dict[str, dict[Position, int]] = {
                name: dict(wanted.get(name, {})) for name in {**wanted, **stale, **lost}
            }
            for number, (name, place) in enumerate(calculation.places, values):
                more[name][place] = number
            wanted = more
        texts = without_unused(
            self._package, self._workbook, self._sheets, wanted, bool(self._resized)
        )
        if texts is not None:
            self._frame(frames, *texts)
        return Follows(wanted, calculation, self._charts(wanted, frames), frames)

    def _frame(self, frames: dict[str, Framed], part: str, content: bytes) -> None:
        entry = self._package.find(part)
        assert entry is not None
        frames[part.lower()] = framed(entry, content)

    @functools.cached_property
    def _formulas(self) -> WorkbookFormulas:
        content = self._package.read(self._workbook.part)
        return WorkbookFormulas(
            self._workbook, self._sheets, self._tables, calculated_on_load(content) != content
        )

    @functools.cached_property
    def pivots(self) -> list[PivotCache]:
        """The caches of the workbook's pivot tables."""
        return caches(self._package, self._workbook, self._formulas)

    def _meet(self, places: Iterable[Place], *cells_: Cells | Mapping[str, set[Position]]) -> bool:
        """Whether some places overlap with some cells."""
        return any(
            place.area.contains(*cell)
            for place in places
            for one in cells_
            for cell in one.get(place.sheet, ())
        )

    def _shown_by(
        self, pivots: Iterable[PivotCache], wanted: Mapping[str, Mapping[Position, int]]
    ) -> dict[str, set[Position]]:
        """The cells with values inside pivot tables."""
        found: dict[str, set[Position]] = {}
        for name, cells_ in (place for one in pivots for place in one.shown):
            there = {
                (row.number, cell.column)
                for row in self._sheets[name].rows_within(cells_.first_row, cells_.last_row)
                for cell in row.cells.values()
                if cells_.contains(row.number, cell.column) and cell.tag_end < cell.end
            }
            found.setdefault(name, set()).update(there - wanted.get(name, {}).keys())
        return found

    def _charts(
        self, wanted: Mapping[str, Mapping[Position, int]], frames: dict[str, Framed]
    ) -> dict[str, ChartProgram]:
        """The charts that show changing cells."""
        found_charts: dict[str, ChartProgram] = {}
        reader = Reader(self._package, self._workbook)
        names = {name.casefold(): name for name in self._workbook.sheets}
        date1904 = self._workbook.date1904

        @functools.cache
        def contents(sheet: str, shown: Area) -> list[Point] | None:
            name = names.get(sheet)
            if name is None:
                return None
            filled, found = wanted.get(name, {}), self._sheets[name]
            points: list[Point] = []
            fixed: dict[Position, Value] | None = None
            for place in shown.positions():
                cell = found.cell(*place)
                if place in filled:
                    points.append(filled[place])
                elif cell is None or cell.value_start == cell.value_end:
                    points.append(cells.written(None, date1904))
                else:
                    if fixed is None:
                        fixed = reader.area(self._workbook.sheets[name], shown)
                    points.append(cells.written(fixed[place], date1904))
            return points

        @functools.cache
        def changes(formula: str) -> bool:
            known = self._formulas.meaning(formula)
            reads = self._formulas.reads(formula if known is None else known, "")
            return reads.changes or self._meet(reads.places, wanted)

        shown = Shown(contents, self._formulas.meaning, changes)
        for part, kind, _ in parts.related(self._package, self._workbook):
            entry = self._package.find(part)
            if kind not in ("chart", "chartEx") or entry is None:
                continue
            content = parts.xml(self._package, part)
            if kind == "chartEx":
                new = chart_caches.emptied(content, shown)
                if new != content:
                    self._frame(frames, part, new)
                continue
            chart = chart_caches.compiled(content, shown)
            if chart is None:
                continue
            if chart.is_constant:
                self._frame(frames, part, chart.filled(()))
            else:
                found_charts[part.lower()] = chart
        return found_charts
