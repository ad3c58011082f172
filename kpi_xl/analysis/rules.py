"""基本法: people and units that do not keep the rules of their contract.

Every number is a company's own; the defaults are those of 《如何运用KPI解决问题》. The functions
say who; a list of names goes to the manager concerned and to nobody else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.formula import divide

MONTHLY_PIECES: Final = 2.0
"""A full agent keeps at least so many pieces a month on average."""

ZERO_MONTHS: Final = 2
"""So many months running without commission clear a trainee."""

NOTICE_DAYS: Final = 5
"""So many working days before the month's end those without business are called together."""

UNIT_ACTIVITY: Final = 0.8
"""活动率 that a unit is held to."""

ATTENDANCE: Final = (
    "相符",
    "出勤低，先抓差勤管理",
    "出勤够，活动率低，查拜访量和技能",
    "出勤低，活动率高",
)
"""What attendance says of activity: 0 to 3; -1 is "cannot be told"."""

_APART: Final = 0.1  # 活动率 is about 出勤率: further apart is worth a look


def pieces_short(
    pieces: ArrayLike, months: ArrayLike, monthly: float = MONTHLY_PIECES
) -> NDArray[np.int64]:
    """The pieces that full agents lack to keep their contract.

    Parameters
    ----------
    pieces : (agents, months) array_like of int64
        件 in each month of the period that is judged, the latest last.
    months : (agents,) array_like of int
        For how many whole months of it each has been a full agent; 0 for who is none.
    monthly : float
        The pieces to be kept a month, on average.

    Returns
    -------
    (agents,) int64 array
        件; 0 for who keeps it.

    Examples
    --------
    >>> pieces_short([[3, 1, 1], [0, 0, 2], [0, 0, 0]], [3, 1, 0]).tolist()
    [1, 0, 0]
    """
    counts = np.asarray(pieces, dtype=np.int64)
    whole = np.minimum(np.asarray(months, dtype=np.int64), counts.shape[-1])
    counted = np.arange(counts.shape[-1]) >= counts.shape[-1] - whole[:, None]
    missing = whole * monthly - (counts * counted).sum(axis=-1)
    short: NDArray[np.float64] = np.ceil(missing - 1e-9)
    return np.maximum(short, 0).astype(np.int64)


def trainees_to_clear(
    commission: ArrayLike, months: ArrayLike, trainee: ArrayLike, running: int = ZERO_MONTHS
) -> NDArray[np.bool_]:
    """Trainees without any commission for two months running.

    Parameters
    ----------
    commission : (agents, months) array_like of int64
        分, the latest month last.
    months : (agents,) array_like of int
        Whole months since signing; the month of signing itself is none, since nobody can be
        cleared for the days before he came.
    trainee : (agents,) array_like of bool
        Who is a trainee.
    running : int
        How many months without commission in a row are too many.

    Returns
    -------
    (agents,) bool array

    Examples
    --------
    >>> commission = [[500, 0, 0], [0, 0, 900], [0, 0, 0], [0, 0, 0]]
    >>> trainees_to_clear(commission, [9, 9, 1, 9], [True, True, True, False]).tolist()
    [True, False, False, False]
    """
    amounts = np.asarray(commission, dtype=np.int64)[:, -running:]
    long_enough = np.asarray(months, dtype=np.int64) >= running
    nothing = (amounts <= 0).all(axis=-1) & (amounts.shape[-1] == running)
    return np.asarray(nothing & long_enough & np.asarray(trainee, dtype=bool))


def zero_production(
    pieces: ArrayLike, days_left: int, notice: int = NOTICE_DAYS
) -> NDArray[np.bool_]:
    """The people without business this month, once its end is near.

    Parameters
    ----------
    pieces : (agents,) array_like of int64
        件 so far this month.
    days_left : int
        Working days left in the month, today included.
    notice : int
        From how many working days before the end the list is drawn up.

    Returns
    -------
    (agents,) bool array
        Nobody before that day: early in the month most have no business yet.

    Examples
    --------
    >>> zero_production([0, 2, 0], 5).tolist(), zero_production([0, 2, 0], 6).tolist()
    ([True, False, True], [False, False, False])
    """
    nothing = np.asarray(pieces, dtype=np.int64) <= 0
    return np.asarray(nothing & (days_left <= notice))


def producers_short(
    producers: ArrayLike, opening: ArrayLike, closing: ArrayLike, activity: float = UNIT_ACTIVITY
) -> NDArray[np.int64]:
    """The number of further producers that a unit needs to reach its 活动率.

    Parameters
    ----------
    producers, opening, closing : array_like of int64
        举绩人数, 期初人数 and 期末人数, of any shapes that broadcast.
    activity : float
        The rate to be reached, to four decimals.

    Returns
    -------
    int64 array
        人; 0 for a unit that reaches it.

    Examples
    --------
    80% of 9.5 people are 7.6: eight have to produce.

    >>> producers_short([7, 8], [10, 10], [9, 9]).tolist()
    [1, 0]
    """
    people = np.asarray(opening, dtype=np.int64) + np.asarray(closing, dtype=np.int64)
    needed = -(-people * round(activity * 10_000) // 20_000)
    return np.maximum(needed - np.asarray(producers, dtype=np.int64), 0)


def attendance_and_activity(
    present: ArrayLike, due: ArrayLike, producers: ArrayLike, people: ArrayLike
) -> NDArray[np.int8]:
    """Compare a unit's attendance with its activity.

    Parameters
    ----------
    present, due : array_like of int64
        实际出勤人次 and 应出勤人次.
    producers, people : array_like
        举绩人数 and 平均人数; all broadcast.

    Returns
    -------
    int8 array
        Places in `ATTENDANCE`; -1 without anybody due or employed.

    Notes
    -----
    活动率 is about 出勤率 (《如何运用KPI解决问题》第 15 页). Where both are within ten points, the
    low one is explained by the other: attendance is low below 80%.

    Examples
    --------
    >>> found = attendance_and_activity([95, 50, 95, 50], [100] * 4, [90, 45, 50, 90], [100] * 4)
    >>> found.tolist()
    [0, 1, 2, 3]
    """
    attendance, activity = divide(present, due), divide(producers, people)
    low = attendance < UNIT_ACTIVITY
    found = np.where(
        activity < attendance - _APART,
        2,
        np.where(activity > attendance + _APART, np.where(low, 3, 0), np.where(low, 1, 0)),
    )
    return np.where(np.isfinite(attendance + activity), found, -1).astype(np.int8)
