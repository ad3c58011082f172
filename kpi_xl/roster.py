"""Headcount, recruits, leavers and cohort retention from two columns of dates.

A roster is a column of sign dates and a column of leave dates of the same length; a blank leave
date (NaT) means "still here". An agent counts on a day when he signed on it or before, and has not
left, or leaves after it. A roster takes any array of days at once; it sorts once and looks up, so a
thousand days cost hardly more than one; a cohort or two are found without that.

Whoever signs and leaves on the same day counts on no day, but is a recruit and a leaver, so that
opening + recruits − leavers = closing always holds. A leave date before the sign date counts as
the sign date. A row without a sign date is no agent and is skipped.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.formula import divide

Days = NDArray[np.datetime64]
Counts = NDArray[np.int64]

_FEW: Final = 8
"""Of so many cohorts each is looked for among all agents, which is sooner done than sorting."""


def _days(values: ArrayLike) -> Days:
    return np.asarray(values, dtype="datetime64[D]")


def _known(dates: Days) -> Days:
    """The dates without blanks, in order."""
    return np.sort(dates[~np.isnat(dates)])


def _up_to(known: Days, days: Days) -> Counts:
    """The number of sorted dates on or before each day."""
    return np.searchsorted(known, days, side="right").astype(np.int64)


def _between(known: Days, first: ArrayLike, last: ArrayLike) -> Counts:
    return _up_to(known, _days(last)) - _up_to(known, _days(first) - np.timedelta64(1, "D"))


class Roster:
    """Two columns of dates, sorted when they are first looked up and kept so.

    Parameters
    ----------
    signed, left : (n,) array_like of datetime64[D]
        Sign dates and leave dates; NaT for none.
    """

    def __init__(self, signed: ArrayLike, left: ArrayLike) -> None:
        sign, leave = np.broadcast_arrays(_days(signed).ravel(), _days(left).ravel())
        here = ~np.isnat(sign)
        sign, leave = sign[here], leave[here]
        self._sign = sign
        self._leave = np.where(np.isnat(leave), leave, np.maximum(leave, sign))

    @functools.cached_property
    def _signs(self) -> Days:
        return _known(self._sign)

    @functools.cached_property
    def _leaves(self) -> Days:
        return _known(self._leave)

    @functools.cached_property
    def _cohorts(self) -> tuple[Counts, Counts]:
        """The month of signing and the month of leaving of every agent, sorted."""
        sign_month = self._sign.astype("datetime64[M]").astype(np.int64)
        leave_month = self._leave.astype("datetime64[M]").astype(np.int64)
        stay = np.where(np.isnat(self._leave), np.iinfo(np.int64).max, leave_month)
        order = np.lexsort((stay, sign_month))
        return sign_month[order], stay[order]

    def _one_cohort(self, month: np.datetime64, back: int) -> tuple[int, int]:
        """The agents who signed so many months before a month, and those still here at its end."""
        months = month + np.array([-back, 1 - back, 1])
        first, after, end = months.astype("datetime64[D]")
        left = self._leave[(self._sign >= first) & (self._sign < after)]
        return left.size, left.size - np.count_nonzero(left < end)

    def headcount(self, day: ArrayLike) -> Counts:
        """期初/期末人数: agents under contract on a day.

        Parameters
        ----------
        day : array_like of datetime64[D]
            The days, of any shape.

        Returns
        -------
        int64 array of the shape of `day`
            人.

        Notes
        -----
        Agents with sign <= day and (no leave date or leave > day). Opening headcount is that of
        the day before the period. Source: 《营销KPI指标说明》p. 14.

        Examples
        --------
        >>> people = Roster(["2024-01-05", "2024-02-01"], ["2024-02-10", "NaT"])
        >>> people.headcount(["2024-01-31", "2024-02-29"])
        array([1, 1])
        """
        days = _days(day)
        return _up_to(self._signs, days) - _up_to(self._leaves, days)

    def recruits(self, first: ArrayLike, last: ArrayLike) -> Counts:
        """新增人数: agents who signed from a first to a last day, both included.

        Parameters
        ----------
        first, last : array_like of datetime64[D]
            The periods, of any shapes that broadcast.

        Returns
        -------
        int64 array
            人.

        Examples
        --------
        >>> people = Roster(["2024-01-05", "2024-02-01"], "NaT")
        >>> int(people.recruits("2024-02-01", "2024-02-29"))
        1
        """
        return _between(self._signs, first, last)

    def leavers(self, first: ArrayLike, last: ArrayLike) -> Counts:
        """脱落人数: agents who left from a first to a last day, both included.

        Parameters
        ----------
        first, last : array_like of datetime64[D]

        Returns
        -------
        int64 array
            人.

        Examples
        --------
        >>> people = Roster(["2024-01-05"], ["2024-02-10"])
        >>> int(people.leavers("2024-02-01", "2024-02-29"))
        1
        """
        return _between(self._leaves, first, last)

    def average_headcount(self, first: ArrayLike, last: ArrayLike) -> NDArray[np.float64]:
        """平均人数: the mean of opening and closing headcount.

        Parameters
        ----------
        first, last : array_like of datetime64[D]
            First and last day of each period; of a quarter or a year take the mean over months.

        Returns
        -------
        float64 array
            人.

        Examples
        --------
        >>> float(Roster(["2024-02-05"], "NaT").average_headcount("2024-02-01", "2024-02-29"))
        0.5
        """
        opening = self.headcount(_days(first) - np.timedelta64(1, "D"))
        return (opening + self.headcount(last)) / 2

    def cohort(self, month: ArrayLike, months: ArrayLike = 13) -> tuple[Counts, Counts]:
        """The agents who signed some months before a month, and those still here at its end.

        Parameters
        ----------
        month : array_like of datetime64[M]
            The months looked at, of any shape.
        months : array_like of int
            How many months before; broadcast with `month`.

        Returns
        -------
        cohort, retained : int64 arrays
            人.
        """
        at = np.asarray(month, dtype="datetime64[M]")
        at, back = np.broadcast_arrays(at, np.asarray(months, dtype=np.int64))
        wanted = at.astype(np.int64) - back
        if wanted.size <= _FEW:
            found = [self._one_cohort(*pair) for pair in np.broadcast(at, back)]
            counts = np.array(found, dtype=np.int64).reshape(*wanted.shape, 2)
            return counts[..., 0], counts[..., 1]
        sign_month, stay = self._cohorts
        start = np.searchsorted(sign_month, wanted, side="left")
        end = np.searchsorted(sign_month, wanted, side="right")
        flat_start, flat_end = start.ravel(), end.ravel()
        looked_at = np.broadcast_to(at.astype(np.int64), wanted.shape).ravel()
        # Still here at the month's end is: leaves in a later month.
        retained = np.array(
            [
                e - s - np.searchsorted(stay[s:e], m, side="right")
                for s, e, m in zip(flat_start, flat_end, looked_at, strict=True)
            ],
            dtype=np.int64,
        )
        return (end - start).astype(np.int64), retained.reshape(wanted.shape)

    def retention(self, month: ArrayLike, months: ArrayLike = 13) -> NDArray[np.float64]:
        """n个月留存率: of those signed n months before, the share still here at the month's end.

        Parameters
        ----------
        month : array_like of datetime64[M]
        months : array_like of int

        Returns
        -------
        float64 array
            A ratio; ``#DIV/0!`` where nobody signed in that month.

        Notes
        -----
        Source: 《营销KPI指标说明》p. 15, no. 10.

        Examples
        --------
        Of 50 who signed in March, 40 are still here at the end of June:

        >>> left = ["NaT"] * 40 + ["2024-05-20"] * 10
        >>> float(Roster(["2024-03-11"] * 50, left).retention("2024-06", 3))
        0.8
        """
        total, stayed = self.cohort(month, months)
        return divide(stayed, total)

    def stay_rate(self, start: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
        """The share of the agents here on a first day who are still here on a later day.

        Unlike `retention` it looks at everybody, not at the recruits of one month.

        Parameters
        ----------
        start, end : array_like of datetime64[D]
            Days that broadcast; `start` on or before `end`.

        Returns
        -------
        float64 array
            A ratio; ``#DIV/0!`` where nobody was here.

        Examples
        --------
        Of 200 agents at the end of February 170 are left at the end of May:

        >>> left = ["NaT"] * 170 + ["2024-04-01"] * 30
        >>> float(Roster(["2023-01-01"] * 200, left).stay_rate("2024-02-29", "2024-05-31"))
        0.85
        """
        first, last = np.broadcast_arrays(_days(start), _days(end))

        def both(day: Any, later: Any) -> int:
            here = (self._sign <= day) & ~(self._leave <= day)
            return int(np.count_nonzero(here & ~(self._leave <= later)))

        stayed = np.array(
            [both(a, b) for a, b in zip(first.ravel(), last.ravel(), strict=True)], dtype=np.int64
        ).reshape(first.shape)
        return divide(stayed, self.headcount(first))
