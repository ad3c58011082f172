"""The months of a step in SQL: months of the calendar, or spans of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kpi_xl.calendar import Month


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
