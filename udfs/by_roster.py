"""Functions by roster: they count people from a column of sign dates and one of leave dates."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.survival import Survival, spells, survival
from kpi_xl.roster import Roster
from udfs.arguments import BadArgumentError, left_out, months, only, rows_of
from udfs.dates import dates, days
from udfs.quantities import count
from udfs.results import Result, cells, never_raises, shaped

_LONGEST: Final = 1200
"""So many months are a hundred years."""

_kept: Final[deque[tuple[Any, Any, Roster]]] = deque(maxlen=8)


def _each(grid: list[list[Any]], dimensions: int, compute: Callable[[list[Any]], Any]) -> Result:
    """Compute for all readable arguments, in the given shape; the others are error values."""
    wanted = [cell for row in grid for cell in row if not isinstance(cell, str)]
    computed = iter(compute(wanted).tolist() if wanted else ())
    return shaped(
        [[cell if isinstance(cell, str) else next(computed) for cell in row] for row in grid],
        dimensions,
    )


def _per_month(month: Any, compute: Callable[[NDArray[np.datetime64]], NDArray[Any]]) -> Result:
    return _each(
        *months(month),
        lambda wanted: compute(np.array([str(m) for m in wanted], dtype="datetime64[M]")),
    )


def _roster(signed: Any, left: Any) -> Roster:
    """The roster of two columns.

    A host that reads columns once for many formulas hands over the same arrays of dates each time;
    they are then sorted once, too.
    """
    read = isinstance(signed, np.ndarray) and isinstance(left, np.ndarray)
    if read:
        for sign, leave, known in _kept:
            if sign is signed and leave is left:
                return known
    found = Roster(*_columns(signed, left))
    if read:
        _kept.append((signed, left, found))
    return found


def _columns(signed: Any, left: Any) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    sign, leave = dates(signed), dates(left)
    if leave.size == 1 and np.isnat(leave).all():
        leave = np.full(sign.size, leave[0])  # nobody has left: the column may be left out
    # Whole columns of two sheets are cut where each sheet ends; what is beyond is blank.
    size = max(_filled(sign), _filled(leave))
    if sign.size < size or leave.size < size:
        raise BadArgumentError("#VALUE!")
    if (leave[:size] < sign[:size]).any():
        raise BadArgumentError("#NUM!")  # nobody leaves before he signs
    return sign[:size], leave[:size]


def _filled(dates: NDArray[np.datetime64]) -> int:
    """The number of cells up to the last that is not blank."""
    known = np.flatnonzero(~np.isnat(dates))
    return int(known[-1]) + 1 if known.size else 0


def _first(month: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return month.astype("datetime64[D]")


def _last(month: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return (
        (month + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    ).astype("datetime64[D]")


@never_raises
def KPI_HEADCOUNT(signed: Any, left: Any, day: Any) -> Result:
    """在职人数：某一天（写月份则为月末）合同有效的人数。

    Parameters
    ----------
    signed : column of dates
        签约日期列。
    left : column of dates
        解约日期列，在职的留空。
    day : date or month, or a range of them
        日期或月份。

    Returns
    -------
    int, or rows of int
        人。

    Examples
    --------
    >>> KPI_HEADCOUNT(["2024-01-05", "2024-02-01"], ["2024-02-10", None], "2024-02")
    1
    """
    people = _roster(signed, left)
    return _each(
        *days(day), lambda wanted: people.headcount(np.array(wanted, dtype="datetime64[D]"))
    )


@never_raises
def KPI_RECRUITS(signed: Any, left: Any, month: Any) -> Result:
    """新增人数：某月签约的人数。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份，如 2024-06。

    Returns
    -------
    int, or rows of int
        人。

    Examples
    --------
    >>> KPI_RECRUITS(["2024-01-05", "2024-02-01"], None, ["2024-01", "2024-02", "2024-03"])
    [1, 1, 0]
    """
    people = _roster(signed, left)
    return _per_month(month, lambda m: people.recruits(_first(m), _last(m)))


@never_raises
def KPI_LEAVERS(signed: Any, left: Any, month: Any) -> Result:
    """脱落人数：某月解约的人数。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份。

    Returns
    -------
    int, or rows of int
        人。

    Examples
    --------
    >>> KPI_LEAVERS(["2024-01-05", "2024-02-01"], ["2024-02-10", None], "2024年2月")
    1
    """
    people = _roster(signed, left)
    return _per_month(month, lambda m: people.leavers(_first(m), _last(m)))


@never_raises
def KPI_AVG_HEADCOUNT(signed: Any, left: Any, month: Any) -> Result:
    """平均人数：某月期初与期末人数的平均。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份。

    Returns
    -------
    float, or rows of float
        人。

    Examples
    --------
    >>> KPI_AVG_HEADCOUNT(["2024-01-05", "2024-02-01"], [None, None], 202402)
    1.5
    """
    people = _roster(signed, left)
    return _per_month(month, lambda m: people.average_headcount(_first(m), _last(m)))


@never_raises
def KPI_RETENTION13(signed: Any, left: Any, month: Any, months: Any = 13) -> Result:
    """13个月留存率：本月之前第 13 个月签约的人，到本月末仍在职的比例。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份。
    months : int, optional
        看第几个月的留存，默认 13，也可为 3、6、7、12、25 等。

    Returns
    -------
    float, or rows of float
        比率；那个月没有人签约则为 #DIV/0!。

    Examples
    --------
    >>> left = [None] * 40 + ["2024-05-20"] * 10
    >>> KPI_RETENTION13(["2024-03-11"] * 50, left, "2024-06", 3)
    0.8
    """
    people = _roster(signed, left)
    back = count(months, 13)
    if back > _LONGEST:
        return "#NUM!"

    def compute(month: NDArray[np.datetime64]) -> NDArray[Any]:
        rates = people.retention(month, back)
        return np.array(cells(rates.reshape(1, -1))[0], dtype=object)

    return _per_month(month, compute)


@never_raises
def KPI_STAY_RATE(signed: Any, left: Any, first: Any, last: Any) -> Result:
    """期间留存率：开始那天在职的人，到结束那天仍在职的比例。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    first, last : date or month
        开始与结束的日期；写月份则为月末。

    Returns
    -------
    float
        比率；开始那天没有人在职则为 #DIV/0!。

    Examples
    --------
    >>> left = [None] * 170 + ["2024-04-01"] * 30
    >>> KPI_STAY_RATE(["2023-01-01"] * 200, left, "2024-02", "2024-05")
    0.85
    """
    people = _roster(signed, left)
    start, end = _day(first), _day(last)
    if start > end:
        return "#NUM!"
    rate = people.stay_rate(start, end)
    return shaped(cells(rate.reshape(1, 1)), 0)


@never_raises
def KPI_SURVIVAL(
    signed: Any, left: Any, months: Any, as_of: Any = None, since: Any = None
) -> Result:
    """满月留存率：签约满几个月时仍在职的比例；还在职的人看到哪天就算到哪天（Kaplan-Meier）。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列，在职的留空。
    months : int, or a range of them
        签约满几个月，从 0 起；从签约那天数起，解约日不算在职。
    as_of : date or month, optional
        数据到哪一天为止（写月份则为月末）；省略则为两列里最后的日期。
    since : date, optional
        这一天以前离开的人不在名单里，如系统启用的日期；省略则认为都在。

    Returns
    -------
    float, or rows of float
        比率；还没有人满这么多月则为 #N/A，一个人也没有则为 #DIV/0!。

    Examples
    --------
    >>> left = [None] * 40 + ["2024-05-20"] * 10
    >>> KPI_SURVIVAL(["2024-03-11"] * 50, left, [2, 3], "2024-06-30")
    [1.0, 0.8]
    """
    grid, dimensions = rows_of(months)
    wanted = [[_months_served(cell) for cell in row] for row in grid]
    longest = max((n for row in wanted for n in row if isinstance(n, int)), default=0)
    share = _survival(signed, left, longest, as_of, since).share
    shares = [1.0, *cells(share.reshape(1, -1))[0]]
    return shaped(
        [[shares[n] if isinstance(n, int) else n for n in row] for row in wanted], dimensions
    )


@never_raises
def KPI_SURVIVAL_RANGE(
    signed: Any, left: Any, months: Any, as_of: Any = None, since: Any = None
) -> Result:
    """区间：满月留存率在人数这么少时可能落在哪里（95%），一行两格：下限、上限。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列，在职的留空。
    months : int
        签约满几个月，从 0 起。
    as_of : date or month, optional
        数据到哪一天为止（写月份则为月末）；省略则为两列里最后的日期。
    since : date, optional
        这一天以前离开的人不在名单里；省略则认为都在。

    Returns
    -------
    rows
        下限、上限；还没有人满这么多月则为 #N/A，一个人也没有则为 #DIV/0!。

    Examples
    --------
    >>> left = [None] * 40 + ["2024-05-20"] * 10
    >>> found = KPI_SURVIVAL_RANGE(["2024-03-11"] * 50, left, 3, "2024-06-30")
    >>> [[round(end, 3) for end in row] for row in found]
    [[0.66, 0.887]]
    """
    n = count(months)
    if n > _LONGEST:
        return "#NUM!"
    found = _survival(signed, left, n, as_of, since)
    return cells(np.array([[found.low[n - 1], found.high[n - 1]]])) if n else [[1.0, 1.0]]


def _survival(signed: Any, left: Any, months: int, as_of: Any, since: Any) -> Survival:
    """The share of a roster's people still there after each number of months."""
    sign, leave = _columns(signed, left)
    known = np.concatenate([sign, leave])
    known = known[~np.isnat(known)]
    if not known.size:
        raise BadArgumentError("#DIV/0!")
    last = known.max() if left_out(as_of) else _day(as_of)
    people, meant = spells(sign, leave, last, "NaT" if left_out(since) else _day(since))
    if not meant.any():
        raise BadArgumentError("#DIV/0!")
    return survival(people, months)


def _day(value: Any) -> np.datetime64:
    """Read a single day."""
    day = days(only(value))[0][0][0]
    if isinstance(day, str):
        raise BadArgumentError(day)
    return np.datetime64(day)


def _months_served(cell: Any) -> int | str:
    """Read a number of months, or its error."""
    try:
        n = count(cell)
    except BadArgumentError as error:
        return error.name
    return n if n <= _LONGEST else "#NUM!"
