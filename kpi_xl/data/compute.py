"""Compute the cube: run the SQL steps on an engine and put their rows into a dense array.

`kpi_xl.data.computation` defines the steps, which give sparse rows of place, month and sums;
`kpi_xl.data.sums` sums them up. Nothing is divided or rounded on the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from kpi_xl import kinds
from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.data import steps
from kpi_xl.data.computation import Changed, Computation
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import Engine
from kpi_xl.data.months_back import Unripe
from kpi_xl.data.own_sums import with_own
from kpi_xl.data.ripening import Ripening, told_until
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.sums import MEASURES, Sums
from kpi_xl.errors import InputError
from kpi_xl.settings.project_settings import Settings


def compute(
    engine: Engine,
    settings: Settings,
    stamp: str = "",
    progress: Callable[[str, int, int], None] = lambda text, done, total: None,
    changed: Changed | None = None,
    told: Sequence[dt.date] = (),
    there: Collection[str] = (),
) -> Cube:
    """Compute every measure of every unit and month.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are.
    stamp : str
        What the tables were made from.
    progress : callable
        Told what is being done, as (text, done, total).
    changed : Changed, optional
        What has changed since the engine computed last, with the same settings; by default all.
    told : sequence of date
        The days of the last month that tell how far the data go; by default those of the tables.
    there : collection of str
        The tables of declared measures that the engine has kept.

    Raises
    ------
    InputError
        When there is nothing to compute.
    """
    calendar = Months(settings.month_cut)
    first, last = _span(engine, settings, calendar)
    progress("汇总到人、到月", 0, 2)
    as_of = _as_of(engine, settings, last, told)
    ripening = Ripening(engine, settings, last, as_of)
    computation = Computation(engine, settings, calendar, first.number, last.number, changed)
    computation.define()
    progress("汇总到各级单位", 1, 2)
    levels, units = computation.organisation()
    sums = Sums(computation, levels, len(units))
    sums.fill()
    sums.leave_out_dues_after(ripening.dues_told_until)
    unripe = ripening.months(computation, sums, units)
    known = [i for i, code in enumerate(MEASURES) if COUNTED[code][1].zeros or sums.cube[i].any()]
    progress("汇总到各级单位", 2, 2)
    cube = Cube(
        units=units,
        first=first,
        measures=[MEASURES[i] for i in known],
        values=sums.cube[known],
        stamp=stamp,
        mixes=sums.mixes(),
        as_of=ripening.as_of,
        main=settings.organisation.main,
        unripe={
            month: Unripe(
                {MEASURES[i]: one.until[MEASURES[i]] for i in known if MEASURES[i] in one.until},
                one.values[known],
            )
            for month, one in sorted(unripe.items())
        },
    )
    return with_own(engine, settings, cube, ripening.told, changed, there)


def compute_own(
    engine: Engine, settings: Settings, cube: Cube, stamp: str, there: Collection[str]
) -> Cube:
    """Compute the measures that a project declares itself, for a cube whose raw tables have not
    changed.

    Parameters
    ----------
    cube : Cube
        With what was declared before.
    there : collection of str
        The tables of what was declared before.
    """
    standard = cube.without_own()
    end = cube.as_of or cube.last.span(settings.month_cut)[1]
    told = told_until(engine, settings, end, settings.as_of is not None)
    nothing = Changed({}, roster=False)
    return with_own(engine, settings, replace(standard, stamp=stamp), told, nothing, there)


def _span(engine: Engine, settings: Settings, calendar: Months) -> tuple[Month, Month]:
    """The first and the last month with any rows, or those of the settings."""
    for query in (
        steps.SPAN.query(calendar, spans=steps.spans(settings.own_days)),
        steps.ROSTER_SPAN.query(calendar),
    ):
        row = engine.fetch(query)
        if row["first_month"].size and row["first_month"][0] > 0:  # not blank
            first, last = (Month(int(row[column][0])) for column in ("first_month", "last_month"))
            if settings.as_of is not None:
                last = max(last, Month.containing(settings.as_of, settings.month_cut))
            return first, last
    raise InputError(kinds.NOTHING_USABLE())


def _as_of(
    engine: Engine, settings: Settings, last: Month, told: Sequence[dt.date]
) -> dt.date | None:
    """The last day of data, where the last month is not over.

    Files with one row a month say nothing about days; and a month is over when no working day of it
    is left.
    """
    if settings.as_of is not None:
        return settings.as_of
    first, end = last.span(settings.month_cut)
    told = [day for day in told if day >= first]
    if len(told) == 1:
        return None
    day = told[-1] if told else _last_day(engine, settings, last)
    if day is None:
        return None
    over = day >= end or not working_days(day + dt.timedelta(days=1), end, settings.work)
    return None if over else day


def _last_day(engine: Engine, settings: Settings, last: Month) -> dt.date | None:
    """The last day in the tables; None where they have one day or none."""
    this_month = Months(settings.month_cut, [last.number])
    # Payments and attendance tell it only of months that nothing else tells about.
    for ahead in (False, True):
        row = engine.fetch(
            steps.LAST_DAYS.query(this_month, days=steps.days(settings.own_days, ahead=ahead))
        )
        if row["days"].size and row["days"][0] > 0:
            break
    else:
        return None
    if row["days"][0] == 1:
        return None
    number = int(row["last_day"][0])
    return dt.date(number // 10000, number // 100 % 100, number % 100)
