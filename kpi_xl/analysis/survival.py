"""留存: how long people stay, by month of service; people who are still here count, too.

Kaplan and Meier's estimate, so that who signed last month counts for the month that is known of
him. Service is counted in months from the sign date; a part of a month counts by its days. Somebody
who leaves on the day he has served n months is not there any more after n months, as
`kpi_xl.roster` has it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.bands import wilson
from kpi_xl.error_values import NOT_AVAILABLE

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Days = NDArray[np.datetime64]

CONFIDENCE: Final = 0.95
"""So often an interval holds the true share (docs/calibration.md)."""

NEVER: Final = np.datetime64("9999-12-31")
"""A day that no roster is known from."""

_A_DAY: Final = np.timedelta64(1, "D")

_FROM_THE_START: Final = -1.0
"""Somebody who is known from the day he signed was at risk before that day's end, too."""


@dataclass(frozen=True)
class Spells:
    """For how long each person was watched, in months of service.

    Parameters
    ----------
    entry : (n,) float64 array
        From when on he is known of; below 0 for who is known from the day he signed.
    end : (n,) float64 array
        The month of service in which the watching ended.
    left : (n,) bool array
        Whether he left then; else he was still here on the last day of data.
    """

    entry: Floats
    end: Floats
    left: NDArray[np.bool_]

    def of(self, meant: NDArray[np.bool_]) -> Spells:
        """The spells of some people only."""
        return Spells(self.entry[meant], self.end[meant], self.left[meant])


def together(groups: Sequence[Spells]) -> Spells:
    """Put together the people of several groups."""
    return Spells(
        np.concatenate([group.entry for group in groups]),
        np.concatenate([group.end for group in groups]),
        np.concatenate([group.left for group in groups]),
    )


def months_served(signed: ArrayLike, day: ArrayLike) -> Floats:
    """How many months somebody has served on a day.

    Parameters
    ----------
    signed, day : array_like of datetime64[D]
        Days that broadcast; NaT for none.

    Returns
    -------
    float64 array
        Whole months by the calendar (31 January to 28 February is one), and the part of the next
        one that is over; NaN without a day.

    Examples
    --------
    >>> months_served("2024-01-15", ["2024-01-15", "2024-02-15", "2024-04-30"]).tolist()
    [0.0, 1.0, 3.5]
    >>> months_served("2024-01-31", ["2024-02-29", "2024-03-30"]).round(3).tolist()
    [1.0, 1.968]
    """
    first = np.asarray(signed, dtype="datetime64[D]")
    last = np.asarray(day, dtype="datetime64[D]")
    first, last = np.broadcast_arrays(first, last)
    known = ~(np.isnat(first) | np.isnat(last))
    begin = np.where(known, first, np.datetime64("2000-01-01"))
    end = np.where(known, last, np.datetime64("2000-01-01"))
    whole = (end.astype("datetime64[M]") - begin.astype("datetime64[M]")).astype(np.int64)
    whole = whole - (anniversary(begin, whole) > end)
    since = anniversary(begin, whole)
    length = (anniversary(begin, whole + 1) - since).astype(np.int64)
    return np.where(known, whole + (end - since).astype(np.int64) / length, np.nan)


def anniversary(signed: ArrayLike, months: ArrayLike) -> Days:
    """The day on which so many months are served; the last day of the month where it is shorter.

    Parameters
    ----------
    signed : array_like of datetime64[D]
        The day on which each person signed.
    months : array_like of int
        The months served; broadcast with `signed`.

    Returns
    -------
    datetime64[D] array

    Examples
    --------
    >>> anniversary("2024-01-31", [1, 2]).astype(str).tolist()
    ['2024-02-29', '2024-03-31']
    """
    day = np.asarray(signed, dtype="datetime64[D]")
    month = day.astype("datetime64[M]")
    within = day - month.astype("datetime64[D]")
    then = month + np.asarray(months, dtype=np.int64).astype("timedelta64[M]")
    last = (then + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    found: Days = np.minimum(then.astype("datetime64[D]") + within, last)
    return found


def spells(
    signed: ArrayLike, left: ArrayLike, as_of: ArrayLike, since: ArrayLike = "NaT"
) -> tuple[Spells, NDArray[np.bool_]]:
    """The time in service of each person, as far as it is known at the end of a day.

    Parameters
    ----------
    signed, left : (n,) array_like of datetime64[D]
        Sign dates and leave dates; NaT for none. A leave date before the sign date counts as it.
    as_of : datetime64[D]
        The last day of data: who leaves later is still here.
    since : (n,) array_like of datetime64[D], optional
        From which day on each is sure to be on the roster, had he left, such as from `known_from`.
        By default from the day he signed.

    Returns
    -------
    Spells
        Of those who had signed by then and were here on `since` or later.
    (n,) bool array
        Who that is.

    Examples
    --------
    >>> found, _ = spells(["2024-01-10", "2024-02-10"], ["2024-03-10", "NaT"], "2024-05-10")
    >>> found.end.tolist(), found.left.tolist()
    ([2.0, 3.0], [True, False])
    """
    sign, leave = np.broadcast_arrays(
        np.asarray(signed, dtype="datetime64[D]"), np.asarray(left, dtype="datetime64[D]")
    )
    last = np.asarray(as_of, dtype="datetime64[D]")
    seen = np.broadcast_to(np.asarray(since, dtype="datetime64[D]"), sign.shape)
    leave = np.where(np.isnat(leave), leave, np.maximum(leave, sign))
    gone = leave <= last
    meant = (sign <= last) & ~(seen > np.where(gone, leave, last))
    sign, leave, gone, seen = sign[meant], leave[meant], gone[meant], seen[meant]
    before = months_served(sign, seen - _A_DAY)
    entry = np.where(seen > sign, before, _FROM_THE_START)
    return Spells(entry, months_served(sign, np.where(gone, leave, last)), gone), meant


def known_from(signed: ArrayLike, left: ArrayLike) -> Days:
    """The day from which a roster is sure to have every person, also those who left.

    A roster often lacks those who left long ago: of early signers it then has the steadfast only,
    and they make staying look easy.

    Parameters
    ----------
    signed, left : (n,) array_like of datetime64[D]
        Sign dates and leave dates; NaT for none.

    Returns
    -------
    (n,) datetime64[D] array
        The day after the first leave date of all who signed when he did or before, if it is after
        he signed; else the day he signed. `NEVER` where none of them has left.

    Notes
    -----
    What happens after a first event is no more or less likely for having waited for it, so this
    costs only what was seen before: no estimate is off, whether somebody is missing or not.

    Examples
    --------
    Before 2024 nobody seems to have left, but those who did may have been dropped:

    >>> found = known_from(["2019-03-01", "2020-05-01", "2024-02-01"], ["NaT", "2024-01-15", "NaT"])
    >>> found.astype(str).tolist()
    ['9999-12-31', '2024-01-16', '2024-02-01']
    """
    sign, leave = np.broadcast_arrays(
        np.asarray(signed, dtype="datetime64[D]"), np.asarray(left, dtype="datetime64[D]")
    )
    order = np.argsort(sign, kind="stable")
    leaves = np.where(np.isnat(leave), NEVER, np.maximum(leave, sign) + _A_DAY)[order]
    # Who signed on the same day is not after him.
    upto = np.searchsorted(sign[order], sign, side="right") - 1
    found: Days = np.maximum(np.minimum.accumulate(leaves)[upto], sign)
    return found


@dataclass(frozen=True)
class Survival:
    """Who stays how long; the place n - 1 is the n-th month of service.

    Parameters
    ----------
    at_risk, left : (months,) int64 arrays
        Who is seen in the month at all, and who of them leaves in it (人).
    exposed : (months,) float64 array
        For how many whole months they are seen in it; who leaves counts as one.
    share, low, high : (months,) float64 arrays
        The share still there after n months, and the interval it lies in.
    hazard, hazard_low, hazard_high : (months,) float64 arrays
        Of those who begin the month, the share that leaves in it, and its interval.

    Notes
    -----
    Shares are ``#N/A`` where nobody was watched for so long.
    """

    at_risk: Counts
    left: Counts
    exposed: Floats
    share: Floats
    low: Floats
    high: Floats
    hazard: Floats
    hazard_low: Floats
    hazard_high: Floats

    @property
    def median(self) -> int | None:
        """After how many months half of the people or fewer are left; None where more stay."""
        half = np.flatnonzero(self.share <= 0.5)
        return int(half[0]) + 1 if half.size else None


@dataclass(frozen=True)
class _Product:
    """The share that stays over a span of service.

    Parameters
    ----------
    share : float
        Π (1 − d/n).
    spread : float
        Greenwood's Σ d ÷ n(n − d).
    cases : int
        How many people it rests on where nobody or everybody leaves.
    """

    share: float
    spread: float
    cases: int

    def interval(self, confidence: float) -> tuple[float, float]:
        """The interval the share lies in."""
        if not 0 < self.share < 1:
            low, high = wilson(self.share * self.cases, self.cases, confidence)
            return low.item(), high.item()
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        bend = z * math.sqrt(self.spread) / math.log(self.share)
        return self.share ** math.exp(-bend), self.share ** math.exp(bend)


def survival(people: Spells, months: int, confidence: float = CONFIDENCE) -> Survival:
    """Estimate who stays how long.

    Parameters
    ----------
    people : Spells
        Such as from `spells`.
    months : int
        Up to which month of service.
    confidence : float
        How often an interval holds the true share.

    Returns
    -------
    Survival

    Notes
    -----
    S(t) = Π (1 − d/n) over the times of leaving up to t; n are those who came into view before and
    have neither left nor been lost from view before (E. L. Kaplan and P. Meier, 1958; with those
    who come into view late: D. R. Cox and D. Oakes, 1984). The interval is S^exp(± z √v ÷ ln S),
    v = Σ d ÷ n(n − d), which stays within 0 and 1 (J. D. Kalbfleisch and R. L. Prentice, 1980). As
    long as nobody or everybody has left there is none: then Wilson's is taken, of those at risk.
    The hazard of a month is 1 − S(n) ÷ S(n − 1), its interval that of the product over the month
    alone.

    Examples
    --------
    Four signed; one left in the second month, one in the fourth, one is seen for three months only.

    >>> seen = Spells(np.full(4, -1.0), np.array([1.5, 3.2, 3.0, 6.0]), np.array([1, 1, 0, 0]) > 0)
    >>> found = survival(seen, 4)
    >>> found.share.tolist(), found.hazard.tolist(), found.left.tolist()
    ([1.0, 0.75, 0.75, 0.375], [0.0, 0.25, 0.0, 0.5], [0, 1, 0, 1])
    """
    times, gone, here = leaving(people)
    until = _watched(people)
    ends = np.searchsorted(times, np.arange(months + 1.0), side="right")
    ends[0] = 0  # who leaves on the day he signed leaves in the first month
    rows = []
    for n in range(1, months + 1):
        still = int(np.count_nonzero((people.entry < n) & (people.end >= n)))
        whole = _product(gone[: ends[n]], here[: ends[n]], still)
        month = _product(gone[ends[n - 1] : ends[n]], here[ends[n - 1] : ends[n]], still)
        seen = (people.entry < n) & ((people.end > n - 1) | (n == 1))
        leaves = people.left & (people.end <= n)
        part = np.where(leaves, n, np.minimum(people.end, n)) - np.maximum(people.entry, n - 1)
        row = [seen.sum(), gone[ends[n - 1] : ends[n]].sum(), part[seen].sum()]
        told = n <= until or whole.share == 0
        begun = seen.any() and n - 1 <= until
        for product, is_known in ((whole, told), (month, told and begun)):
            known = (product.share, *product.interval(confidence))
            row.extend(known if is_known else (NOT_AVAILABLE,) * 3)
        rows.append(row)
    at_risk, left, exposed, share, low, high, kept, kept_low, kept_high = (
        np.array(rows).reshape(-1, 9).T
    )
    return Survival(
        at_risk=at_risk.astype(np.int64),
        left=left.astype(np.int64),
        exposed=exposed,
        share=share,
        low=low,
        high=high,
        hazard=1 - kept,
        hazard_low=1 - kept_high,
        hazard_high=1 - kept_low,
    )


def _product(gone: Counts, here: Counts, still: int) -> _Product:
    """The product-limit estimate: the share that stays after all times of leaving."""
    cases = int(here[-1]) if gone.size and gone[-1] == here[-1] else still
    with np.errstate(divide="ignore"):
        spread = float((gone / (here * (here - gone))).sum())
    return _Product(float(np.prod(1 - gone / here)), spread, cases)


def leaving(people: Spells) -> tuple[Floats, Counts, Counts]:
    """The times of leaving, with the number who left and the number at risk.

    Examples
    --------
    >>> seen = Spells(np.full(3, -1.0), np.array([2.0, 2.0, 3.5]), np.array([1, 0, 1]) > 0)
    >>> [column.tolist() for column in leaving(seen)]
    [[2.0, 3.5], [1, 1], [3, 1]]
    """
    times, gone = np.unique(people.end[people.left], return_counts=True)
    return times, gone.astype(np.int64), here_at(people, times)


def here_at(people: Spells, times: Floats) -> Counts:
    """The number at risk at each time."""
    came = np.searchsorted(np.sort(people.entry), times, side="left")
    lost = np.searchsorted(np.sort(people.end), times, side="left")
    return (came - lost).astype(np.int64)


def _watched(people: Spells) -> float:
    """The last month of service in which somebody is still watched."""
    order = np.argsort(people.entry)
    entry, end = people.entry[order], np.maximum.accumulate(people.end[order])
    reached = np.concatenate([[0.0], end])
    gaps = np.flatnonzero(entry > reached[:-1])
    return float(reached[gaps[0]] if gaps.size else reached[-1])
