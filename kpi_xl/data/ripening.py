"""Which facts of the newest months are still to come, and what such months are compared with.

A month that is not over lacks its last days; a table that ends early lacks some of a month that is
over; what falls due may be paid until the days of grace are over. Of a month that is not ripe,
measures are what is there; they are compared with those of other months as they were when these
were as old.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month, WorkDays, working_days
from kpi_xl.catalogue.measures import COUNTED, measure
from kpi_xl.catalogue.schema import LONG
from kpi_xl.catalogue.units import Unit
from kpi_xl.data import steps
from kpi_xl.data.computation import Computation, in_grace, whole
from kpi_xl.data.engines import Engine
from kpi_xl.data.months_back import Unripe
from kpi_xl.data.sql_calendar import Months, Spans
from kpi_xl.data.step import table
from kpi_xl.data.sums import MEASURES, Sums
from kpi_xl.settings.project_settings import Settings

BACK: Final = (1, 12)
"""A month is compared with the one before and with that of a year ago."""

_LOOKED_AT: Final = 400
"""So many days before the end of the data tell how long a table is silent at times."""

_FEWEST_DAYS: Final = 20
"""A table that tells of fewer days may be silent for long."""

_SILENT: Final = 2
"""So many working days without a row are no sign that a table ends early."""

Waiting = Mapping[str, dt.date]
"""Until which day the files must go for measures to be ripe, by code."""


def told_until(
    engine: Engine, settings: Settings, end: dt.date, is_given: bool
) -> dict[str, dt.date]:
    """The last day that each raw table of days tells of.

    That is the last day of data, unless the table has been silent for more working days than it
    ever was before: then it ends early, as a file does that was exported sooner than the others.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are.
    end : date
        The last day of data.
    is_given : bool
        Whether the settings say so; then no table ends early.
    """
    begin = end - dt.timedelta(_LOOKED_AT)
    found = {}
    for code, events in LONG.items():
        rows = engine.fetch(
            steps.TOLD_DAYS.query(
                Months(settings.month_cut),
                table=table(code),
                day=events.happened or events.day,
                begin=begin.isoformat(),
            )
        )
        days = sorted(
            dt.date(number // 10000, number // 100 % 100, number % 100)
            for number in whole(rows["day"]).tolist()
        )
        if days:
            early = not is_given and _ends_early(days, end, settings.work)
            found[code] = days[-1] if early else max(days[-1], end)
        elif code == steps.DUE.reads[0]:
            found[code] = end  # nothing was paid so far
    return found


def _ends_early(days: Sequence[dt.date], end: dt.date, work: WorkDays) -> bool:
    """Whether a table is silent at the end for longer than it was between its other days."""
    if len(days) < _FEWEST_DAYS:
        return False
    if days[-1] >= end:
        return False
    working = np.array(working_days(days[0], end, work), "datetime64[D]")
    before = np.searchsorted(working, np.array(days, "datetime64[D]"), side="right")
    silent = len(working) - int(before[-1])
    return silent > max(_SILENT, int(np.diff(before).max()) - 1)


def equally_old(day: dt.date, back: int, cut: int | None) -> dt.date:
    """The day on which a month some months back was as old as a month is on a day.

    Examples
    --------
    >>> [equally_old(dt.date(2024, 6, day), 1, None).isoformat() for day in (14, 30)]
    ['2024-05-14', '2024-05-31']
    """
    month = Month.containing(day, cut)
    (begin, end), (first, last) = month.span(cut), (month - back).span(cut)
    return last if day == end else min(first + (day - begin), last)


class Ripening:
    """Finds the months that are not ripe.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are.
    as_of : date or None
        The day up to which its data goes, where it is not over.
    """

    def __init__(
        self, engine: Engine, settings: Settings, last: Month, as_of: dt.date | None
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._cut = settings.month_cut
        self._last = last
        begin, end = last.span(self._cut)
        self.as_of = as_of if as_of is not None and begin <= as_of < end else None
        self._end = self.as_of or end
        self.told = told_until(engine, settings, self._end, settings.as_of is not None)
        self._parts = self._part_months()

    @property
    def dues_told_until(self) -> dt.date:
        """The last day that the dues tell of."""
        return self.told[steps.DUE.reads[0]]

    def _part_months(self) -> dict[tuple[Month, dt.date], NDArray[np.int64]]:
        """The measures of the same days of other months, for months that lack some days.

        The steps are the same as for months, for other spans.
        """
        found = {}
        self._units: list[Unit] | None = None
        for month, day in dict.fromkeys((month, day) for _, month, day in self._lacking()):
            begin = month.span(self._cut)[0]
            if day < begin:  # nothing is there of this month, nor was there of others
                found[month, day] = np.zeros((len(MEASURES), 1, 1), np.int64)
                continue
            spans = []
            for back in reversed(BACK):
                first_day, last_day = (month - back).span(self._cut)
                spans.append((first_day, min(first_day + (day - begin), last_day)))
            computation = Computation(self._engine, self._settings, Spans(spans, self._cut), 1, 3)
            with self._engine.aside():
                computation.define()
                levels, self._units = computation.organisation()
                sums = Sums(computation, levels, len(self._units))
                sums.fill(ages=False)
            found[month, day] = sums.cube[:, :, [2, 0]]  # the month before, a year ago
        return found

    def _lacking(self) -> Iterator[tuple[Collection[str], Month, dt.date]]:
        """The measures that tell of a part of a month only, and the last day that they tell of."""
        if self.as_of is not None:
            yield _OF_A_MONTH, self._last, self._end
        for code, day in self.told.items():
            if day < self._end:
                for number in range(Month.containing(day, self._cut).number, self._last.number + 1):
                    if Month(number).span(self._cut)[1] > day:
                        yield _of_table(code), Month(number), day

    def months(self, computation: Computation, sums: Sums, units: list[Unit]) -> dict[int, Unripe]:
        """The months that are not ripe, by their number."""
        assert self._units is None or self._units == units
        until: dict[int, dict[str, dt.date]] = {}
        for codes, month, _ in self._lacking():
            end = month.span(self._cut)[1]
            flows = [code for code in codes if COUNTED[code][1].over_time not in ("first", "last")]
            until.setdefault(month.number, {}).update(dict.fromkeys(flows, end))
        for number, waiting in computation.open_instalments(self.dues_told_until).items():
            if computation.first <= number <= computation.last:
                until.setdefault(number, {}).update(waiting)
        seen = dict(self._seen(computation, sums, until))
        return {
            number: Unripe(waiting, self._compared(computation, sums, number, seen))
            for number, waiting in sorted(until.items())
        }

    def _seen(
        self, computation: Computation, sums: Sums, until: Mapping[int, Waiting]
    ) -> Iterator[tuple[tuple[int, int, str], NDArray[np.int64]]]:
        """What had come of other months when these were as old, by month, months back, measure."""
        for codes, seen_on in (
            (_OF_DUES, computation.dues_seen),
            (_OF_YEARS, computation.kept_seen),
        ):
            months = [one for one, waiting in until.items() if not waiting.keys().isdisjoint(codes)]
            for back in BACK if months else ():
                day = equally_old(self.dues_told_until, back, self._cut)
                rows = seen_on([month - back for month in months], day)
                for month in months:
                    mine = whole(rows["month"]) == month - back
                    of_month = {name: column[mine] for name, column in rows.items()}
                    for code, of_units in sums.of_units(of_month, codes).items():
                        yield (month, back, code), of_units

    def _compared(
        self,
        computation: Computation,
        sums: Sums,
        month: int,
        seen: Mapping[tuple[int, int, str], NDArray[np.int64]],
    ) -> NDArray[np.int64]:
        """The measures of the month before and of a year ago, when these were as old."""
        values = np.zeros((*sums.cube.shape[:2], len(BACK)), np.int64)
        for place, back in enumerate(BACK):
            if month - back >= computation.first:
                values[:, :, place] = sums.cube[:, :, month - back - computation.first]
        for codes, of_month, day in self._lacking():
            if of_month.number == month:
                places = [MEASURES.index(code) for code in codes]
                values[places] = self._parts[of_month, day][places]
        for place, back in enumerate(BACK):
            for code in (*_OF_DUES, *_OF_YEARS):
                if (month, back, code) in seen:
                    values[MEASURES.index(code), :, place] = seen[month, back, code]
        return values


_OF_A_MONTH: Final = tuple(code for code in MEASURES if not measure(code).looks_back)
"""The measures that tell of one month only."""

_OF_DUES: Final = [one.code for one in steps.DUE.measures]
_OF_YEARS: Final = in_grace(steps.PERSISTENCY)


def _of_table(code: str) -> tuple[str, ...]:
    """The measures of the facts of a raw table."""
    return tuple(one for one in _OF_A_MONTH if steps.source(one) == code)
