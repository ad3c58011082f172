"""Forecast the sum at the month's end, from the course of earlier months.

The units of a level are looked at together: what a month does to all of them, such as an opening
month (开门红) or a holiday, is seen in their sum long before it is seen in each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR: Final = 12
"""The same month of last year stands so many months before."""

_AROUND: Final = np.linspace(-0.15, 0.15, 7)
"""Shares of the month around now: what is special may come so much earlier or later."""

_EVIDENCE: Final = (0.1, 0.3, 0.8)
"""What is done counts against so many usual months: the small ones trust this month's own pace."""

_NEVER: Final = 1e9
"""As many usual months as leave a pace without any say."""

_ODD: Final = 3.0
"""A month so many spreads from the middle says nothing of usual months."""

_SPECIAL: Final = 6.0
"""A month that is special by a factor is unsure by the sixth root of that factor..."""

_SHIFTED: Final = 12.0
"""... and one by whose days there is more or less than usual, by a twelfth of that."""

_TAKEN: Final = 0.5
"""What is taken for granted so counts as much as half of what years differ by."""

_LEAST_SHARE: Final = 0.01
"""A month has begun when there should be so much."""

_LEAST_SPREAD: Final = 0.05
"""Months that differ by less (5%), and shares by less than two points, differ by chance."""
_LEAST_SHARE_SPREAD: Final = 0.02

_OWN: Final = 3.0
"""A unit's own share by now counts against the group's in so many months of its own."""

_TO_DEVIATION: Final = 1.4826  # of the median absolute deviation, to a standard deviation

_TAIL: Final = 0.1
"""The interval leaves out so much at either end."""


@dataclass(frozen=True)
class _Usual:
    """The usual course of a month, estimated from other months.

    Parameters
    ----------
    level : (units,) float64 array
        What the month brings.
    share : (units,) float64 array
        How much of it is there by now.
    spread : float, or (months,) float64 array
        The variance of the logarithm of the group's usual months.
    special : float, or (months,) float64 array
        The variance of the logarithm of a special month; 0 where other years' were not special.
    shift : float, or (months,) float64 array
        The variance of its share by now, likewise.
    """

    level: Floats
    share: Floats
    spread: float | Floats
    special: float | Floats = 0.0
    shift: float | Floats = 0.0

    @classmethod
    def of(cls, past: Past, others: NDArray[np.intp], same: NDArray[np.intp]) -> _Usual:
        """Estimate it from the months `others`, and from the `same` month of other years."""
        units = past.whole.shape[0]
        group, around = past.whole.sum(axis=0), past.around
        some, same = (months[group[months] > 0] for months in (others, same))
        if some.size == 0:
            return cls(np.zeros(units), np.zeros(units), _LEAST_SPREAD**2)
        logs = np.log(group[some])
        spread = _variance(logs, _LEAST_SPREAD)
        plain = some[np.abs(logs - np.median(logs)) <= _ODD * np.sqrt(spread)]
        size, shares = group[plain].mean(), around[:, plain].sum(axis=1) / group[plain].sum()
        share = shares[_AROUND.size // 2]
        season = special = shift = unsure = 0.0
        if same.size:
            levels = np.log(group[same] / size)[None]
            season, special = _seen(levels, spread, _SPECIAL)
            chance = _variance(
                past.by_now[:, plain].sum(axis=0) / group[plain], _LEAST_SHARE_SPREAD
            )
            off = around[:, same] / group[same] - shares[:, None]
            shift, unsure = _seen(off, chance, _SHIFTED)
        part = past.whole[:, some].sum(axis=1) / group[some].sum()
        usual = size * part
        own = (past.by_now[:, plain].sum(axis=1) + _OWN * usual * share) / np.where(
            usual > 0, past.whole[:, plain].sum(axis=1) + _OWN * usual, 1.0
        )
        level, by_now = usual * np.exp(season), np.clip(own + shift, 0, 1)
        return cls(level, by_now, spread, special, unsure)

    @property
    def of_group(self) -> float | Floats:
        """The share of the whole group's month that is usually there by now."""
        whole = self.level.sum(axis=0)
        return np.asarray((self.level * self.share).sum(axis=0) / np.where(whole > 0, whole, 1.0))


@dataclass(frozen=True)
class Past:
    """Earlier months, the latest last.

    Parameters
    ----------
    by_now, whole : (units, months) float64 array
        What there was by the same share of the days, and at their end.
    around : (shares, months) float64 array
        What there was of all units by shares of the days around it, it in the middle.
    """

    by_now: Floats
    whole: Floats
    around: Floats

    @classmethod
    def of(cls, days: Floats, lengths: NDArray[np.int64], share: float) -> Past:
        """Put the days of months into an array (units, months, days), days as shares of the
        month.
        """
        whole = lengths.astype(np.float64)
        # No nearer to either end than to the other side, so that nothing is special on day 0.
        near = share + _AROUND * min(1.0, share / _AROUND[-1], (1 - share) / _AROUND[-1])
        around = [done_by(days, whole * one).sum(axis=0) for one in near.tolist()]
        return cls(done_by(days, whole * share), days.sum(axis=-1), np.stack(around))


@dataclass(frozen=True)
class Course:
    """How the sums of a group of units grow over a month, beside earlier months.

    Parameters
    ----------
    now : (units,) float64 array
        What there is so far.
    past : Past
        Earlier months; the month before this one last.

    Notes
    -----
    A month is expected to bring the unit's usual, times what the same month of other years was to
    the months around it as far as that stands out (James and Stein's shrinkage: 1 − variance ÷
    square), and to have so much of it by now as usual months or, as far as it stands out, that
    month. What remains is then multiplied by what is done ÷ what is expected by now, first of the
    group, then of the unit beside its group, each drawn to 1 by a number of usual months that
    would have foretold the earlier months best; by more where a special month does not always
    come at the same pace, as what is done by now then says little.
    """

    now: Floats
    past: Past

    @cached_property
    def _usual(self) -> _Usual:
        months = np.arange(self.past.whole.shape[1])
        return _Usual.of(self.past, months, months[(months - months.size) % YEAR == 0])

    @cached_property
    def _earlier(self) -> _Usual:
        """The usual course of every earlier month, estimated from the other months; level and share
        as (units, months).
        """
        months = np.arange(self.past.whole.shape[1])
        if months.size == 0:
            nothing = np.zeros(self.past.whole.shape)
            return _Usual(nothing, nothing, _LEAST_SPREAD**2)
        each = []
        for month in months.tolist():
            others = months[months != month]
            each.append(_Usual.of(self.past, others, others[(others - month) % YEAR == 0]))
        return _Usual(
            np.stack([one.level for one in each], axis=1),
            np.stack([one.share for one in each], axis=1),
            np.array([one.spread for one in each]),
            np.array([one.special for one in each]),
            np.array([one.shift for one in each]),
        )

    @property
    def share(self) -> Floats:
        """The share of a month that is usually there by now, by unit."""
        return self._usual.share

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether a unit had anything in earlier months."""
        return np.asarray(self.past.whole.sum(axis=1) > 0)

    @cached_property
    def rest(self) -> Floats:
        """The expected rest until the month's end, by unit."""
        group, own = self._evidence
        return _rest(self.now[:, None], self._as_column(self._usual), group, own)[:, 0]

    @cached_property
    def earlier_rest(self) -> Floats:
        """The rest that each earlier month was to bring after the same day, as forecast from the
        other months.
        """
        return _rest(self.past.by_now, self._earlier, *self._evidence)

    @cached_property
    def special_variance(self) -> Floats:
        """The variance of the remaining sum due to a special month; 0 where the month is not
        special.
        """
        usual = self._as_column(self._usual)
        share, drawn = usual.of_group, _drawn(self._evidence[0], usual)
        unseen = usual.special * (drawn / (share + drawn)) ** 2
        unsure = usual.shift * (1 / np.maximum(1 - share, 0.1) + 1 / (share + drawn)) ** 2
        return np.asarray((unseen + unsure) * self.rest**2)

    @cached_property
    def _evidence(self) -> tuple[float, float]:
        """The numbers of usual months, for the group and for each unit, that give the best
        forecasts.
        """
        units, months = self.past.whole.shape
        if months < 2:
            return _EVIDENCE[1], _EVIDENCE[1] if units > 1 else _NEVER
        usual = self._earlier
        rest = self.past.whole - self.past.by_now
        expected = usual.level * (1 - usual.share)
        weight = 1 / np.sqrt(np.where(expected > 0, expected, np.inf))
        choices = [(g, o) for g in _EVIDENCE for o in (_EVIDENCE if units > 1 else (_NEVER,))]
        missed = [
            float((np.abs(rest - _rest(self.past.by_now, usual, *choice)) * weight).sum())
            for choice in choices
        ]
        return choices[int(np.argmin(missed))]

    @staticmethod
    def _as_column(usual: _Usual) -> _Usual:
        return replace(usual, level=usual.level[:, None], share=usual.share[:, None])


def interval(missed: Floats, sizes: Floats, size: Floats, special: Floats) -> tuple[Floats, Floats]:
    """The distance below and above a forecast that holds four month's ends of five.

    Parameters
    ----------
    missed : (units, months) float64 array
        By how much the same forecast would have missed each earlier month; NaN does not count.
    sizes : (units, months) float64 array
        How great what was foretold was.
    size : (units,) float64 array
        How great what is foretold is.
    special : (units,) float64 array
        The variance of what is foretold as far as it is special, which earlier months do not show.

    Returns
    -------
    low, high : (units,) float64 arrays
        To be added to the forecast.

    Notes
    -----
    The variance of what is missed is a × size + b × size², or what is special if that is more; the
    ranks are those of what was missed in its standard deviations, of all units together (split
    conformal).
    """
    known = np.isfinite(missed) & np.isfinite(sizes) & (sizes > 0)
    if not known.any():
        return np.zeros(size.shape), np.zeros(size.shape)
    off, great = missed[known], sizes[known]
    unit = great.mean()
    great = great / unit
    design = np.stack([great, great**2], axis=1)
    weight = great**-1.5
    by_size, by_square = np.linalg.lstsq(design * weight[:, None], off**2 * weight, rcond=None)[0]
    if by_size < 0:
        by_size, by_square = 0.0, (off**2 / great**2).mean()
    if by_square < 0:
        by_size, by_square = (off**2 / great).mean(), 0.0
    scores = np.sort(off / np.sqrt(np.maximum(by_size * great + by_square * great**2, 1e-300)))
    rank = max(int((len(scores) + 1) * _TAIL), 1)
    now = np.where(np.isfinite(size) & (size > 0), size, 0.0) / unit
    deviation = np.sqrt(by_size * now + np.maximum(by_square * now**2, special))
    return scores[rank - 1] * deviation, scores[-rank] * deviation


def _rest(done: Floats, usual: _Usual, group: float, own: float) -> Floats:
    """The expected rest, as an array (units, months)."""
    expected = usual.level * usual.share
    drawn = _drawn(group, usual) * usual.level.sum(axis=0)
    below = expected.sum(axis=0) + drawn
    pace = np.where(below > 0, (done.sum(axis=0) + drawn) / np.where(below > 0, below, 1.0), 1.0)
    alone = own * usual.level.mean(axis=0)
    below = expected + alone
    of_unit = np.where(below > 0, (done + alone * pace) / np.where(below > 0, below, 1.0), pace)
    return np.asarray(np.maximum(usual.level * (1 - usual.share) * of_unit, 0.0))


def _drawn(group: float, usual: _Usual) -> float | Floats:
    """The number of usual months that a group's pace is shrunk by.

    Fewer in a special month; more where it is not sure how much there should be by now.
    """
    unsure = usual.shift / np.maximum(usual.of_group, _LEAST_SHARE)
    return (group * usual.spread + unsure) / (usual.spread + usual.special)


def _seen(off: Floats, chance: float, steady: float) -> tuple[float, float]:
    """How far a month is off the usual beyond chance, and the variance of that.

    Parameters
    ----------
    off : (places, years) float64 array
        What the same month of other years was beside usual months; the middle place is meant.
    chance : float
        The variance of usual months.
    steady : float
        Of one year alone nobody knows how the next will differ: by a part of what it is itself.
    """
    years, middle = off.shape[1], off.mean(axis=1)
    here, most = float(middle[middle.size // 2]), float(np.abs(middle).max())
    between = float(((off - middle[:, None]) ** 2).sum(axis=1).max())
    variance = (_TAKEN * (most / steady) ** 2 + between) / (_TAKEN + years - 1)
    trust, doubt = (_trust(one, chance / years) for one in (here, most))
    return here * trust, doubt * variance * (1 + 1 / years)


def _trust(signal: float, variance: float) -> float:
    """The part of a deviation seen once that is not chance: 1 − variance ÷ square."""
    return max(0.0, 1 - variance / signal**2) if signal else 0.0


def _variance(values: Floats, least: float) -> float:
    """A robust variance around the median: single outliers do not change it."""
    spread = _TO_DEVIATION * float(np.median(np.abs(values - np.median(values))))
    return max(spread, least) ** 2


def done_by(past: Floats, position: Floats) -> Floats:
    """The sum of each month after a number of working days; a part of a day counts in proportion.

    Parameters
    ----------
    past : (units, months, days) float64 array
        Done on each working day.
    position : (months,) float64 array
        The number of working days in each month; it may be a fraction.

    Returns
    -------
    (units, months) float64 array

    Examples
    --------
    >>> done_by(np.array([[[4.0, 6.0]]]), np.array([1.5])).tolist()
    [[7.0]]
    """
    sums = np.concatenate([np.zeros((*past.shape[:-1], 1)), np.cumsum(past, axis=-1)], axis=-1)
    full = np.floor(position).astype(np.int64)
    after = np.minimum(full + 1, past.shape[-1])
    month = np.arange(past.shape[-2])
    below, above = sums[..., month, full], sums[..., month, after]
    reached: Floats = below + (above - below) * (position - full)
    return reached
