"""The cube: every measure of every unit in every month, as whole numbers; sums of money are 分."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.aggregation import OfRows, OverTime, Total
from kpi_xl.calendar import Month, Period
from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.catalogue.measures import measure as measure_of
from kpi_xl.catalogue.organisation import STANDARD, depth_of
from kpi_xl.catalogue.units import SavedUnits, Unit
from kpi_xl.checks.unit_names import answering, listed, written
from kpi_xl.data import cube_file
from kpi_xl.data.kept_measure import Kept, TooLarge
from kpi_xl.data.months_back import EQUAL_SPANS, Unripe, earlier, on_equal_spans, places
from kpi_xl.data.steps import STEPS
from kpi_xl.error_values import NOT_AVAILABLE, NUM
from kpi_xl.errors import InputError
from kpi_xl.formula import Lag, Measure
from kpi_xl.kpi import Kpi
from kpi_xl.raw_files.content import digest
from kpi_xl.readers.name import near

_NAMED: Final = 10
"""So many units are named to whoever asks for one that is not there."""


@dataclass(frozen=True)
class Mix:
    """A measure split by a category of its rows, such as rank or product.

    Parameters
    ----------
    categories : sequence of str
        What they are of.
    values : (categories, units, months) int64 array
        Counts, and money in 分.
    """

    categories: Sequence[str]
    values: NDArray[np.int64]


@dataclass(frozen=True)
class Cube:
    """Measures by unit and month.

    Parameters
    ----------
    units : sequence of Unit
        All units of the organisation, the branch first.
    measures : sequence of str
        Codes of the measures that the files told something about.
    values : (measures, units, months) int64 array
        Counts, and money in 分.
    stamp : str
        What it was made from; another stamp means that the raw files or settings have changed.
    store : str
        The hash of the store that it was computed with and saved beside.
    mixes : mapping of str to Mix
        The measures that are there apart by category only, by code.
    as_of : date or None
        The last day that there is data of, where the last month is not over; None where it is.
    unripe : mapping of int to Unripe
        The months some of whose facts are still to come, by their number.
    own : mapping of str to Kept
        Those of the measures that the project declares itself, by code.
    declared : str
        The hash of what was declared when they were counted; empty for nothing.
    too_large : mapping of str to TooLarge
        What of it is more than whole numbers hold, and is no measure of the cube, by code.
    main : str
        The main level of the project's `Organisation`.
    """

    units: Sequence[Unit]
    first: Month
    measures: Sequence[str]
    values: NDArray[np.int64]
    stamp: str
    store: str = ""
    mixes: Mapping[str, Mix] = field(default_factory=dict)
    as_of: dt.date | None = None
    unripe: Mapping[int, Unripe] = field(default_factory=dict)
    own: Mapping[str, Kept] = field(default_factory=dict)
    declared: str = ""
    too_large: Mapping[str, TooLarge] = field(default_factory=dict)
    main: str = STANDARD.main

    @property
    def months(self) -> list[Month]:
        """The months."""
        return [self.first + i for i in range(self.values.shape[2])]

    @property
    def last(self) -> Month:
        """The last month."""
        return self.first + (int(self.values.shape[2]) - 1)

    def measure(self, code: str) -> NDArray[np.int64]:
        """One measure as a (units, months) array."""
        numbers: NDArray[np.int64] = self.values[self.measures.index(code)]
        return numbers

    def measured(self, code: str) -> Measure:
        """The declaration of a measure of the cube."""
        return self.own[code].measure if code in self.own else measure_of(code)

    def over_time(self, code: str) -> OverTime:
        """How the months of a measure add up."""
        return self.own[code].source.over_time if code in self.own else COUNTED[code][1].over_time

    def has(self, kpi: Kpi) -> bool:
        """Whether the cube has all measures of a KPI, computed as they are declared now."""
        return all(
            self.own[measure.code].source == measure.source
            if measure.code in self.own
            else measure.code in self.measures
            for measure in (one.counted for one in kpi.measures)
        )

    def is_too_large(self, measure: Measure) -> bool:
        """Whether a measure, as it is declared now, exceeds the range of integers."""
        found, source = self.too_large.get(measure.code), measure.source
        return (
            found is not None and isinstance(source, OfRows) and found.declared == source.declared
        )

    def lacking(self, kpi: Kpi) -> float:
        """The error about a KPI whose measures the cube does not have."""
        return NUM if any(self.is_too_large(one.counted) for one in kpi.measures) else NOT_AVAILABLE

    def kpi(self, kpi: Kpi, settings: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """A KPI as a (units, months) array, money in 元.

        Parameters
        ----------
        kpi : Kpi
            Any KPI; all is an error, as `lacking` says, when the cube does not have what it is made
            of.
        settings : mapping of str to float, optional
            Values of its settings by code.

        Returns
        -------
        float64 array
            Errors as in `kpi_xl.error_values`.
        """
        if not self.has(kpi):
            return np.full(self.values.shape[1:], self.lacking(kpi))
        if not kpi.has_earlier:
            return self._computed(kpi, self.values, settings)
        return self._computed(kpi, self.values, {**(settings or {}), **self.earlier(kpi)})

    def earlier(self, kpi: Kpi) -> dict[str, NDArray[np.float64]]:
        """The measures of earlier months in a KPI's formula, by their codes."""
        found = earlier(kpi, self.measure, self._places)
        on_equal_spans(found, kpi, self.first, self.measures, self.unripe)
        return found

    def _places(self, lag: Lag) -> NDArray[np.int64]:
        return places([Period(month, month) for month in self.months], "月", lag)

    def ripe_on(self, kpi: Kpi, month: Month) -> dt.date | None:
        """The day up to which the files must go for a KPI of a month to be mature.

        Returns
        -------
        date or None
            None where it is. What is lacking above and below a ratio alike, as of a month that is
            not over, leaves it as it is.
        """
        if not self.unripe or not self.has(kpi):
            return None
        lacking: dict[dt.date, set[str]] = {}
        for measure in kpi.measures:
            of = month - measure.lag.periods - 12 * measure.lag.years
            # What is looked back to by as many days as the month has grows with it.
            looked_at = (month, of) if measure.lag in EQUAL_SPANS else (of,)
            for one in looked_at:
                until = self.unripe[one.number].until if one.number in self.unripe else {}
                if measure.counted.code in until:
                    lacking.setdefault(until[measure.counted.code], set()).add(measure.code)
        return max((day for day, codes in lacking.items() if kpi.depends_on(codes)), default=None)

    def compared(
        self, kpi: Kpi, month: Month, settings: Mapping[str, float] | None = None
    ) -> NDArray[np.float64]:
        """The values that a KPI of a month is compared with.

        Returns
        -------
        (units, 2) float64 array
            The KPI of the month before and of the same month a year ago, as it was when these were
            as old as the month is now; ``#N/A`` where there is no data of them, or where the KPI
            looks back itself and is not ripe: what it was then is not known.
        """
        at = [month.number - back - self.first.number for back in (1, 12)]
        there = [0 <= place < self.values.shape[2] for place in at]
        unripe = self.unripe.get(month.number)
        is_ripe = kpi.has_earlier and self.ripe_on(kpi, month) is None
        if unripe is None or is_ripe or not self.has(kpi):
            whole = self.kpi(kpi, settings)
            columns = [
                whole[:, i] if is_there else NOT_AVAILABLE
                for i, is_there in zip(at, there, strict=True)
            ]
            return np.stack(np.broadcast_arrays(*columns, whole[:, 0])[:2], axis=-1)
        if kpi.has_earlier:
            return np.full((len(self.units), 2), NOT_AVAILABLE)
        return np.where(there, self._computed(kpi, unripe.values, settings), NOT_AVAILABLE)

    def on_equal_spans(self, month: Month) -> Cube:
        """The cube with the month before and the month a year ago as they were at the same age as
        the month.

        What compares the month with these then compares like with like. Where the month is ripe it
        is the cube itself.
        """
        unripe = self.unripe.get(month.number)
        if unripe is None:
            return self
        values = np.array(self.values)
        for place, back in enumerate((1, 12)):
            at = month.number - back - self.first.number
            if at >= 0:
                values[:, :, at] = unripe.values[:, :, place]
        return replace(self, values=values)

    def mix(self, kpi: Kpi) -> tuple[Sequence[str], NDArray[np.float64]]:
        """A KPI by category, such as 险种FYP比率.

        Returns
        -------
        categories : sequence of str
            Such as the products; none where the files say nothing about them.
        values : (categories, units, months) float64 array
            The KPI of each.
        """
        code = self.mix_measure(kpi)
        empty = np.zeros((0, *self.values.shape[1:]))
        if code is None or code not in self.mixes or not self.mixes[code].categories:
            return (), empty
        mix = self.mixes[code]
        given = {m.code: self._given(m.code) for m in kpi.measures if m.code != code}
        return mix.categories, np.stack(
            [kpi.compute(given | {code: values}) for values in mix.values]
        )

    @staticmethod
    def mix_measure(kpi: Kpi) -> str | None:
        """The measure of a KPI that is split by category; None for most KPIs."""
        codes = [
            measure.code
            for measure in kpi.measures
            if measure.code in COUNTED and COUNTED[measure.code][1].apart
        ]
        return codes[0] if codes else None

    def _given(self, code: str) -> NDArray[np.int64]:
        source = measure_of(code).source
        if isinstance(source, Total):
            return np.asarray(sum(self.measure(part) for part in source.measures), np.int64)
        return self.measure(code)

    def _computed(
        self, kpi: Kpi, values: NDArray[np.int64], more: Mapping[str, Any] | None
    ) -> NDArray[np.float64]:
        given: dict[str, Any] = dict(more or {})
        given |= {
            m.code: values[self.measures.index(m.code)] for m in kpi.measures if m.code not in given
        }
        return kpi.compute(given)

    def month_index(self, month: Month) -> int:
        """The index of a month.

        Raises
        ------
        InputError
            When there is no data for it.
        """
        index = month.number - self.first.number
        if not 0 <= index < self.values.shape[2]:
            raise InputError(kinds.NO_SUCH_DATA(month=month, first=self.first, last=self.last))
        return index

    def unit_index(self, label: str, level: str | None = None) -> int:
        """The index of a unit.

        Parameters
        ----------
        label : str
            Its name, or its path where other units have the same name; see
            `kpi_xl.checks.unit_names`.
        level : str, optional
            Its level, where units of several levels have the same name.

        Raises
        ------
        InputError
            When there is none, or more than one.
        """
        found = answering(self.units, label, level)
        if len(found) == 1:
            return found[0]
        if found:
            paths = listed(self.units, found)
            raise InputError(kinds.UNIT_SEVERAL(count=len(found), label=label, paths=paths))
        # A department is meant before its teams, which begin like it.
        units = sorted(self.units, key=lambda unit: depth_of(unit.level))
        names = {u.path: u.path for u in units} | {u.name: u.path for u in reversed(units)}
        order = dict.fromkeys(name for unit in units for name in (unit.name, unit.path))
        like = dict.fromkeys(names[one] for one in near(label, order))
        named = [self.units[i].path for i in self.of_level(self.usual_level)]
        known = "、".join(named[:_NAMED]) + (" 等" if len(named) > _NAMED else "")
        raise InputError(kinds.UNIT_UNKNOWN(label=label, like="、".join(like), known=known))

    def of_level(self, level: str) -> list[int]:
        """The units of a level, without the unassigned one."""
        return [i for i, u in enumerate(self.units) if u.level == level and not u.is_unassigned]

    @functools.cached_property
    def levels(self) -> list[str]:
        """The levels that have units, from the top."""
        return list(dict.fromkeys(u.level for u in self.units if not u.is_unassigned))

    @property
    def lowest_level(self) -> str:
        """The level of the units without units below."""
        return self.levels[-1]

    @property
    def usual_level(self) -> str:
        """The default level."""
        return self.main if self.main in self.levels else self.levels[0]

    def level_below(self, level: str) -> str | None:
        """The level next below one; None below the lowest."""
        return next((one for one in self.levels if depth_of(one) > depth_of(level)), None)

    def only(self, paths: Collection[str]) -> Cube:
        """The part of the cube for somebody who may see some units only: these and all below them.

        It is as if there were no others: nothing is left of any other unit, nor of those above, nor
        a month before or after all that happened in these, nor a measure that these know nothing
        of.

        Parameters
        ----------
        paths : collection of str
            The units' paths, with the level before one that several have; what is not there, or
            may be several, is nobody's.
        """
        inside: list[int] = []
        for number, (unit, path) in enumerate(zip(self.units, written(self.units), strict=True)):
            # A unit stands after the one it belongs to.
            if path in paths or unit.parent in inside:
                inside.append(number)
        new = {number: place for place, number in enumerate(inside)}
        found = replace(
            self,
            units=[
                replace(unit, parent=None if unit.parent is None else new.get(unit.parent))
                for unit in (self.units[number] for number in inside)
            ],
            values=np.array(self.values[:, inside]),
            mixes={
                code: Mix(mix.categories, np.array(mix.values[:, inside]))
                for code, mix in self.mixes.items()
            },
            unripe={
                month: Unripe(one.until, np.array(one.values[:, inside]))
                for month, one in self.unripe.items()
            },
            too_large={code: TooLarge(one.declared, "", 0) for code, one in self.too_large.items()},
        )
        events = [
            found.values[number]
            for number, code in enumerate(self.measures)
            if code in self.own
            or not (measure_of(code).looks_back or STEPS[COUNTED[code][1].step].is_background)
        ]
        for block in (events, found.values):
            there = np.flatnonzero(np.any(np.reshape(block, (-1, len(self.months))), axis=0))
            if len(there):
                return found.during(int(there[0]), int(there[-1]) + 1)._known()
        return found.during(0, 0)

    def without_own(self) -> Cube:
        """The cube without the project's own measures."""
        number = len(self.measures) - len(self.own)
        return replace(
            self,
            measures=list(self.measures[:number]),
            values=self.values[:number],
            unripe={
                month: Unripe(
                    {code: day for code, day in one.until.items() if code not in self.own},
                    one.values[:number],
                )
                for month, one in self.unripe.items()
                if not one.until.keys() <= self.own.keys()
            },
            own={},
            too_large={},
        )

    def _known(self) -> Cube:
        """The cube without measures that have no data, as `kpi_xl.data.compute` leaves them out."""
        known = [
            number
            for number, code in enumerate(self.measures)
            if code in self.own or COUNTED[code][1].zeros or self.values[number].any()
        ]
        return replace(
            self,
            measures=[self.measures[number] for number in known],
            values=self.values[known],
            unripe={
                month: Unripe(one.until, one.values[known]) for month, one in self.unripe.items()
            },
        )

    def during(self, begin: int, end: int) -> Cube:
        """The cube of some months only.

        Parameters
        ----------
        begin, end : int
            Where the first of them stands, and the one after the last.
        """
        return replace(
            self,
            first=self.first + begin,
            values=self.values[:, :, begin:end],
            mixes={
                code: Mix(mix.categories, mix.values[:, :, begin:end])
                for code, mix in self.mixes.items()
            },
            as_of=self.as_of if end == self.values.shape[2] else None,
            unripe={
                month: one
                for month, one in self.unripe.items()
                if begin <= month - self.first.number < end
            },
        )

    def is_of(self, store: Path) -> bool:
        """Whether a store is the one that the cube was saved beside; not damaged, not of another
        run.
        """
        return self.store == digest(store)

    def save(self, file: Path, store: Path) -> None:
        """Write the cube beside its store, all or nothing."""
        about = {
            "first": self.first.number,
            "measures": list(self.measures),
            "stamp": self.stamp,
            "store": digest(store),
            "mixes": {code: list(mix.categories) for code, mix in self.mixes.items()},
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "unripe": {
                month: {code: day.isoformat() for code, day in one.until.items()}
                for month, one in self.unripe.items()
            },
            "own": {code: one.record() for code, one in self.own.items()},
            "declared": self.declared,
            "too_large": {code: astuple(one) for code, one in self.too_large.items()},
            "main": self.main,
        }
        units = [(unit.level, unit.name, unit.path, unit.parent) for unit in self.units]
        mixes = (mix.values for mix in self.mixes.values())
        unripe = (one.values for one in self.unripe.values())
        cube_file.save(file, about, units, [self.values, *mixes, *unripe])

    @classmethod
    def open(cls, file: Path) -> Cube:
        """Read a saved cube.

        Raises
        ------
        InputError
            When the file is damaged, or no cube of this version of kpi_xl.
        """
        about, units, blocks = cube_file.read(file)
        try:
            mixes, unripe = about["mixes"], about["unripe"]
            values, of_mixes = blocks[0], blocks[1 : 1 + len(mixes)]
            of_unripe = blocks[1 + len(mixes) :]
            return cls(
                units=SavedUnits(units, values.shape[1]),
                first=Month(about["first"]),
                measures=about["measures"],
                values=values,
                stamp=about["stamp"],
                store=about["store"],
                mixes={
                    code: Mix(categories, block)
                    for (code, categories), block in zip(mixes.items(), of_mixes, strict=True)
                },
                as_of=dt.date.fromisoformat(about["as_of"]) if about["as_of"] else None,
                unripe={
                    int(month): Unripe(
                        {code: dt.date.fromisoformat(day) for code, day in until.items()}, block
                    )
                    for (month, until), block in zip(unripe.items(), of_unripe, strict=True)
                },
                own={code: Kept.of_record(code, record) for code, record in about["own"].items()},
                declared=about["declared"],
                too_large={code: TooLarge(*one) for code, one in about["too_large"].items()},
                main=about["main"],
            )
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise cube_file.unreadable(file) from error


def is_money(measure: str) -> bool:
    """Whether a measure of the cube is a sum of money, in 分."""
    return measure_of(measure).is_money
