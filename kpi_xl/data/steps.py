"""The named SQL steps, read from ``sql/``, with what varies put in.

A step is one SELECT in the common ground of DuckDB, PostgreSQL and Spark. What varies stands in it
as ``$name``. Three words are written out for the calendar in use:

BUSINESS_MONTH(day)
    The number of the month that a day counts in, ``year * 12 + month``; or, for spans of days, the
    number of the span.
MONTH_NUMBER(day)
    The number of the month, also where spans are counted: for how many months after another.
DURING(day)
    Whether a row is of a month that is wanted.

Only whole numbers, days, names of our own and the project's own settings are ever put in, never
anything from a raw file.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from kpi_xl.calendar import Month

_MACRO: Final = re.compile(r'(BUSINESS_MONTH|MONTH_NUMBER|DURING)\(((?:\w+\.)?"?\w+"?)\)')


@dataclass(frozen=True)
class Months:
    """Months as the calendar of the steps.

    Parameters
    ----------
    cut : int or None
        The last day of a business month; None for natural months.
    wanted : collection of int, optional
        The numbers of the months wanted; by default all.
    """

    cut: int | None = None
    wanted: Collection[int] | None = None

    def business_month(self, day: str) -> str:
        """The SQL of the number of the month that a day counts in."""
        month = f"EXTRACT(year FROM {day}) * 12 + EXTRACT(month FROM {day})"
        if self.cut is not None:
            # The days after the cut belong to the next month, but December ends with the year.
            month += (
                f" + CASE WHEN EXTRACT(day FROM {day}) > {self.cut}"
                f" AND EXTRACT(month FROM {day}) < 12 THEN 1 ELSE 0 END"
            )
        return f"CAST({month} AS INTEGER)"

    month_number = business_month

    def during(self, day: str) -> str:
        """The SQL of whether a day is in a month wanted."""
        if self.wanted is None:
            return "TRUE"
        # As spans of days, so that whole blocks of rows are passed over.
        spans: list[tuple[dt.date, dt.date]] = []
        for number in sorted(self.wanted):
            first, last = Month(number).span(self.cut)
            if spans and spans[-1][1] + dt.timedelta(days=1) == first:
                first = spans.pop()[0]
            spans.append((first, last))
        cases = (f"{day} BETWEEN DATE '{first}' AND DATE '{last}'" for first, last in spans)
        return f"({' OR '.join(cases) or 'FALSE'})"


@dataclass(frozen=True)
class Spans:
    """Spans of days as the calendar of the steps: the first is 1, the second 3, what lies before,
    between and after them 0, 2 and 4.

    Parameters
    ----------
    spans : sequence of (date, date)
        First and last days; one after the other, without overlaps.
    cut : int or None
        The last day of a business month, for the numbers of months.
    """

    spans: Sequence[tuple[dt.date, dt.date]]
    cut: int | None = None

    def business_month(self, day: str) -> str:
        """The SQL of the number of the span that a day lies in."""
        bounds = [
            bound for first, last in self.spans for bound in (first, last + dt.timedelta(days=1))
        ]
        cases = " ".join(
            f"WHEN {day} < DATE '{bound.isoformat()}' THEN {number}"
            for number, bound in enumerate(bounds)
        )
        # No day stays no day.
        return f"CASE WHEN {day} IS NULL THEN NULL {cases} ELSE {len(bounds)} END"

    def month_number(self, day: str) -> str:
        """The SQL of the number of the month that a day counts in."""
        return Months(self.cut).business_month(day)

    def during(self, day: str) -> str:
        """The SQL of whether a day is wanted: always."""
        del day
        return "TRUE"


Calendar = Months | Spans


@functools.cache
def _text(name: str) -> str:
    return (resources.files("kpi_xl.data") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def step(name: str, calendar: Calendar, **values: int | str) -> str:
    """The SQL of a step.

    Parameters
    ----------
    name : str
        The file name in ``sql/``, without its ending.
    calendar : Months or Spans
        What the months of the step are.
    **values
        What stands in it as ``$name``.

    Raises
    ------
    KeyError
        When a value is missing.
    """
    text = string.Template(_text(name)).substitute(values)
    write = {
        "BUSINESS_MONTH": calendar.business_month,
        "MONTH_NUMBER": calendar.month_number,
        "DURING": calendar.during,
    }
    return _MACRO.sub(lambda match: write[match[1]](match[2]), text)


def text_list(texts: tuple[str, ...]) -> str:
    """Texts from the settings as the inside of an SQL ``IN (…)``; nothing is in an empty one."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts) or "NULL"
