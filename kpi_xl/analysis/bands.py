"""健康, 异常 or 危险: what a KPI's bands, target, peers and trend say about each unit.

A small unit is judged by the interval that its ratio may lie in, so that one sale more or less in
a team of five raises no alarm; and what is short by no more than chance keeps the status that it
had, so that units near a bound do not change their colour every month (docs/calibration.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.peers import peers
from kpi_xl.analysis.signals import ABOVE, BELOW, RUN_ABOVE, RUN_BELOW, deviation, last_signal
from kpi_xl.error_values import DIV0, NUM
from kpi_xl.formula import divide
from kpi_xl.kpi import Bands, Direction, Status

Levels = NDArray[np.int8]

STATUSES: Final[tuple[Status, ...]] = ("健康", "异常", "危险")
"""The names of the levels 0, 1 and 2; -1 is "cannot be told"."""

STATED: Final = (
    "状态看健康界限和目标，取较差的；两样都没有的比率，看在同级单位里的位置；"
    "比自己平时的波动更差（信号），健康也算异常。",
    "预警就是状态为异常、危险的指标。数据还没有到齐的是“未成熟”：不判断状态，不预警，也不算影响。",
)
"""What a status and a warning are, for people: every page that tells it tells it so."""

HEALTHY: Final = 0
ABNORMAL: Final = 1
DANGER: Final = 2
UNKNOWN: Final = -1

UNRIPE: Final = "未成熟"
"""What is said in place of a status as long as facts are still to come."""

SMALL_UNIT: Final = 100
"""A ratio over fewer people or cases than this is judged by its interval.

Of 60 people within reach of a bound, a number alone changes its colour every second month.
"""

FEW_CASES: Final = 10
"""So is one with fewer cases than this on either side: 6 recruits by a team of 60."""

CONFIDENCE: Final = 0.8
"""The interval that small units are judged by: of ten healthy ones, one is warned of by chance.

With 95% it would be one in forty, but a unit of 60 with one recruit instead of six would pass too.
"""

LOOKED_BACK: Final = 13
"""A status knows those of so many periods, the last included: a year and the month before it."""

_FEWEST_PEERS: Final = 4  # quartiles of fewer units say nothing


def wilson(
    successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The interval of a share, as wide as its few cases make it.

    Parameters
    ----------
    successes, trials : array_like
        Counts (人, 件), of any shapes that broadcast. Successes beyond the trials count as all of
        them: more people may produce in a month than the mean of its two ends.
    confidence : float
        How often the interval holds the true share.

    Returns
    -------
    low, high : float64 arrays
        From 0 to 1; ``#DIV/0!`` without a trial, ``#NUM!`` for a negative count.

    Notes
    -----
    Wilson's score interval, p = x/n: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n); z = 1.96
    for 95%. Source: E. B. Wilson (1927); Brown, Cai and DasGupta (2001) recommend it for n up
    to 40.

    Examples
    --------
    >>> low, high = wilson(81, 263)
    >>> round(low.item(), 4), round(high.item(), 4)
    (0.2553, 0.3662)
    """
    x, n = np.broadcast_arrays(
        np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = divide(np.minimum(x, n), n)
    size = np.where(n > 0, n, 1.0)
    inside = np.clip(np.where(np.isnan(share), 0.0, share), 0, 1)
    square = z * z / size
    middle = (inside + square / 2) / (1 + square)
    half = z * np.sqrt(inside * (1 - inside) / size + square / size / 4) / (1 + square)
    # With none or all the bound is exactly 0 or 1, which the square root misses by a hair.
    low = np.where(inside == 0, 0.0, middle - half)
    high = np.where(inside == 1, 1.0, middle + half)
    wrong = np.where((x < 0) | (n < 0), NUM, np.where(n == 0, DIV0, share))
    usable = (x >= 0) & (n > 0)
    return np.where(usable, low, wrong), np.where(usable, high, wrong)


def judged_share(
    successes: ArrayLike, trials: ArrayLike, direction: Direction
) -> NDArray[np.float64]:
    """The value that a ratio is judged by.

    Parameters
    ----------
    successes, trials : array_like
        Numerator and denominator (人, 件), of any shapes that broadcast.
    direction : str
        ``"higher"`` or ``"lower"`` is better.

    Returns
    -------
    float64 array
        The ratio itself, from `SMALL_UNIT` trials on with `FEW_CASES` successes and as many
        failures; else the better end of its `wilson` interval, or the ratio where that is better
        still.

    Examples
    --------
    Three of five is 60%, which may well be an 80% team with one sale short; 240 of 400 may not.

    >>> judged_share([3, 240], [5, 400], "higher").round(3).tolist()
    [0.82, 0.6]
    """
    ratio = divide(successes, trials)
    low, high = wilson(successes, trials, CONFIDENCE)
    better = np.minimum(low, ratio) if direction == "lower" else np.maximum(high, ratio)
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    few = (n < SMALL_UNIT) | (x < FEW_CASES) | (n - x < FEW_CASES)
    judged: NDArray[np.float64] = np.where(few & np.isfinite(ratio), better, ratio)
    return judged


def judged_count(events: ArrayLike, base: ArrayLike, direction: Direction) -> NDArray[np.float64]:
    """The value that a count by head, such as 人均件数, is judged by.

    Parameters
    ----------
    events, base : array_like
        Numerator and denominator (件 by 人), of any shapes that broadcast.
    direction : str
        ``"higher"`` or ``"lower"`` is better.

    Returns
    -------
    float64 array
        The ratio itself from `SMALL_UNIT` events on; else the better end of the interval that
        Poisson counts of this size leave open.

    Notes
    -----
    The score interval of a Poisson mean, x + z²/2 ± z √(x + z²/4), of `CONFIDENCE`.

    Examples
    --------
    Five pieces of five people may be those of a team that usually sells 1.7 a head:

    >>> judged_count([5, 100], [5, 100], "higher").round(2).tolist()
    [1.76, 1.0]
    """
    x, n = np.broadcast_arrays(
        np.asarray(events, dtype=np.float64), np.asarray(base, dtype=np.float64)
    )
    ratio = divide(x, n)
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    seen = np.maximum(x, 0)
    half = z * np.sqrt(seen + z * z / 4)
    end = seen + z * z / 2 + (-half if direction == "lower" else half)
    few = (x >= 0) & (x < SMALL_UNIT) & np.isfinite(ratio)
    return np.where(few, divide(end, n), ratio)


def levels(
    values: ArrayLike, healthy: ArrayLike, danger: ArrayLike, direction: Direction
) -> Levels:
    """健康, 异常 or 危险 by two bounds.

    Parameters
    ----------
    values, healthy, danger : array_like
        The KPI and its bounds in its unit, of any shapes that broadcast. A value at a bound is on
        the better side of it.
    direction : str
        ``"higher"`` or ``"lower"`` is better; nothing can be told of a neutral KPI.

    Returns
    -------
    int8 array
        0 健康, 1 异常, 2 危险; -1 where the value or a bound is an error.

    Examples
    --------
    >>> levels([0.8, 0.72, 0.71, float("nan")], 0.8, 0.72, "higher").tolist()
    [0, 1, 2, -1]
    """
    sign = -1.0 if direction == "lower" else 1.0
    value = np.asarray(values, dtype=np.float64) * sign
    upper = np.asarray(healthy, dtype=np.float64) * sign
    lower = np.asarray(danger, dtype=np.float64) * sign
    found = np.where(value >= upper, HEALTHY, np.where(value >= lower, ABNORMAL, DANGER))
    unknown = ~np.isfinite(value + upper + lower) | (direction == "neutral")
    return np.where(unknown, UNKNOWN, found).astype(np.int8)


def worsened(history: ArrayLike, direction: Direction) -> NDArray[np.bool_]:
    """Whether the last value of a KPI is worse than its usual swing.

    Parameters
    ----------
    history : (..., periods) array_like
        The KPI, the latest period last.
    direction : str
        ``"higher"`` or ``"lower"`` is better.

    Returns
    -------
    (...) bool array
        By `kpi_xl.analysis.signals`; False where there are too few periods.

    Examples
    --------
    >>> steady = [0.9, 0.88, 0.91, 0.9, 0.89, 0.9, 0.91, 0.9, 0.89]
    >>> worsened([[*steady, 0.6], [*steady, 0.87]], "higher").tolist()
    [True, False]
    """
    found = last_signal(history)
    if direction == "neutral":
        return np.zeros(found.shape, dtype=bool)
    return np.isin(found, (ABOVE, RUN_ABOVE) if direction == "lower" else (BELOW, RUN_BELOW))


@dataclass(frozen=True)
class Judgement:
    """The judgement of one KPI for every unit, in the last period.

    Parameters
    ----------
    level : (units,) int8 array
        All taken together: 0 健康, 1 异常, 2 危险, -1 cannot be told.
    band, target, peers : (units,) int8 array
        By the KPI's bands, by its target, and among the peers.
    worsened : (units,) bool array
        Worse than the unit's usual swing.
    uncertain : (units,) bool array
        The raw number alone would be judged worse, but that may be chance.
    months : (units,) int64 array
        For how many periods in a row, the last included, it has been 异常 or 危险; 0 where it is
        not. No more than `LOOKED_BACK`.
    """

    level: Levels
    band: Levels
    target: Levels
    peers: Levels
    worsened: NDArray[np.bool_]
    uncertain: NDArray[np.bool_]
    months: NDArray[np.int64]

    @classmethod
    def none(cls, units: int) -> Judgement:
        """No judgement of any unit: the data of the period is not complete yet."""
        unknown, no = np.full(units, UNKNOWN, np.int8), np.zeros(units, dtype=bool)
        return cls(unknown, unknown, unknown, unknown, no, no, np.zeros(units, dtype=np.int64))


def together(parts: Iterable[tuple[NDArray[np.int64], Judgement]]) -> Judgement:
    """Put together the judgements of units that were judged in groups of peers.

    Parameters
    ----------
    parts : iterable of (int64 array, Judgement)
        The places of the units of each group among all, and what is said of them.

    Examples
    --------
    >>> apart = [(np.array([1]), Judgement.none(1)), (np.array([0, 2]), Judgement.none(2))]
    >>> together(apart).level.tolist()
    [-1, -1, -1]
    """
    found = list(parts)
    order = np.argsort(np.concatenate([places for places, _ in found])) if found else np.arange(0)

    def of(name: str) -> Any:
        return np.concatenate([getattr(one, name) for _, one in found])[order]

    return (
        Judgement(**{one.name: of(one.name) for one in fields(Judgement)})
        if found
        else (Judgement.none(0))
    )


def judge(
    history: ArrayLike,
    direction: Direction,
    *,
    bands: Bands | None = None,
    target: ArrayLike | None = None,
    judged: ArrayLike | None = None,
    swung: ArrayLike | None = None,
    among_peers: bool = True,
) -> Judgement:
    """Judge a KPI of the units of a group.

    Parameters
    ----------
    history : (units, periods) array_like
        The KPI in its unit, the latest period last.
    direction : str
        ``"higher"`` or ``"lower"`` is better.
    target : (units,) or (units, some periods) array_like, optional
        The targets of the last period or periods, in the same unit; NaN for none.
    judged : (units,) or (units, some periods) array_like, optional
        What the last period or periods are judged by, such as `judged_share`; by default the value.
    swung : (units,) or (units, some periods) array_like, optional
        What of them is compared with the usual swing, NaN where that tells nothing; by default what
        they are judged by.
    among_peers : bool
        False for totals: units of different sizes are no peers in them.

    Returns
    -------
    Judgement

    Notes
    -----
    The worse of band and target decides; short of a target by more than a tenth is 危险. Among
    peers, which decide where there is neither, 异常 is short of the lower quartile and of the
    median by more than a tenth, 危险 is below Tukey's fence, lower quartile − 1.5 × the distance of
    the quartiles. Worse than a unit's usual swing (`worsened`) makes 健康
    an 异常.

    A value that is short, but not when judged by the better end of what chance leaves open, keeps
    the status of the period before: nobody can tell that it got better or worse. That end is
    `judged`; among peers, where nothing is `judged`, the value and 1.28 of its own standard
    deviations.

    Examples
    --------
    >>> usual = [0.9, 0.88, 0.91, 0.9, 0.89, 0.9, 0.91, 0.9, 0.89]
    >>> activity = [[*usual, 0.9], [*usual, 0.81], [*usual, 0.7]]
    >>> judge(activity, "higher", bands=Bands(0.8, source="")).level.tolist()
    [0, 1, 2]

    Ten people's 70% may well be 80%, but not two months after 30% has told that they are below:

    >>> share = [[0.8, 0.9, 0.7], [0.8, 0.3, 0.7]]
    >>> ends = judged_share(np.multiply(share, 10), 10, "higher")
    >>> judge(share, "higher", bands=Bands(0.8, source=""), judged=ends).level.tolist()
    [0, 2]
    """
    whole = np.asarray(history, dtype=np.float64)
    array = whole[:, -LOOKED_BACK:]
    value = array if judged is None else _of_last(judged, array)
    group = array.T if among_peers else array.T[..., :0]
    goal = _of_last(np.nan if target is None else target, np.full(array.shape, np.nan))
    near = value
    if judged is None:
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * (-1 if direction == "lower" else 1)
        near = array + z * np.nan_to_num(deviation(whole, array.shape[1]))
    bounds = _bounds(group, direction, bands, goal.T)
    raw_by = [levels(array.T, healthy, danger, direction) for healthy, danger in bounds]
    by = [
        _steady(raw, levels(one.T, healthy, danger, direction))
        for raw, one, (healthy, danger) in zip(raw_by, (value, value, near), bounds, strict=True)
    ]
    every = _together(*by)
    # A small unit has worsened only if even its better end has.
    moved = value if swung is None else _of_last(swung, array)
    down = worsened(np.concatenate([whole[:, :-1], moved[:, -1:]], axis=1), direction)
    level = every[-1]
    return Judgement(
        level=np.where(down & (level < ABNORMAL), ABNORMAL, level).astype(np.int8),
        band=by[0][-1],
        target=by[1][-1],
        peers=by[2][-1],
        worsened=down,
        uncertain=_together(*raw_by)[-1] > level,
        months=_months(every, whole, moved, direction),
    )


def _months(
    every: Levels,
    whole: NDArray[np.float64],
    value: NDArray[np.float64],
    direction: Direction,
) -> NDArray[np.int64]:
    """How many periods in a row the status has not been 健康, by its levels or by a signal."""
    found = np.zeros(whole.shape[0], dtype=np.int64)
    going = np.arange(whole.shape[0])
    for back in range(every.shape[0]):
        short = every[-1 - back, going] >= ABNORMAL
        # Only where nothing else is short, a month is asked whether it was a signal.
        asked, month = going[~short], whole.shape[1] - 1 - back
        seen = np.concatenate([whole[asked, :month], value[asked, -1 - back, None]], axis=1)
        short[~short] = worsened(seen, direction)
        going = going[short]
        found[going] += 1
        if not going.size:
            break
    return found


def _of_last(given: ArrayLike, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Append the values given for the last periods to those of the earlier ones."""
    found = np.array(otherwise)
    last = np.asarray(given, dtype=np.float64)
    if last.ndim < 2:
        last = np.broadcast_to(last, found.shape[:1])[:, None]
    last = last[:, -found.shape[1] :]
    found[:, found.shape[1] - last.shape[1] :] = last
    return found


def _steady(raw: Levels, lenient: Levels) -> Levels:
    """The levels by period: between `lenient` and `raw`, and the level of the period before where
    both allow it.
    """
    found = np.array(np.broadcast_to(lenient, np.broadcast_shapes(raw.shape, lenient.shape)))
    for period in range(1, len(found)):
        kept = np.maximum(found[period - 1], found[period])
        found[period] = np.where(lenient[period] == UNKNOWN, UNKNOWN, np.minimum(kept, raw[period]))
    return found


def _bounds(
    raw: NDArray[np.float64], direction: Direction, bands: Bands | None, goal: NDArray[np.float64]
) -> list[tuple[ArrayLike, ArrayLike]]:
    """The healthy and the danger bound by band, by target and among peers; NaN for none."""
    group = peers(raw, direction)
    tenth = 11 / 10 if direction == "lower" else 9 / 10
    nearer = np.fmax if direction == "lower" else np.fmin
    healthy = np.where(
        group.count >= _FEWEST_PEERS, nearer(group.lower, group.median * tenth), np.nan
    )
    fence = nearer(group.lower + 1.5 * (group.lower - group.upper), healthy)
    return [
        (bands.healthy, bands.danger_bound(direction)) if bands else (np.nan, np.nan),
        (goal, goal * tenth),
        (healthy[..., None], fence[..., None]),
    ]


def _together(band: Levels, target: Levels, among_peers: Levels) -> Levels:
    decided = np.maximum(band, target)
    return np.where(decided == UNKNOWN, among_peers, decided)
