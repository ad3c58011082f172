"""The geometry of charts; the templates draw the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from markupsafe import Markup, escape

WIDTH: Final = 340
HEIGHT: Final = 150
_LEFT: Final = 44
_RIGHT: Final = 8
_TOP: Final = 10
_BOTTOM: Final = 20
_TICKS: Final = 4
_AROUND: Final = 0.6
"""A waterfall far from zero begins so much of its differences before the least of its levels."""


class Point(NamedTuple):
    """A month of a trend."""

    x: float
    y: float
    label: str
    text: str
    is_unripe: bool
    signal: str


class Tick(NamedTuple):
    """A line of the scale."""

    at: float
    text: str


@dataclass(frozen=True)
class Trend:
    """The months of a KPI.

    Parameters
    ----------
    points : list of Point
        The months that have a value.
    marks : Markup
        The points or columns, as they are drawn.
    line : str
        What joins neighbours, as a path; nothing where a month has no value between.
    band : str
        What is between the limits of the usual swing, as a path.
    ticks, months : list of Tick
        The ticks of both axes.
    target : float or None
        Where the target is.
    base : float
        The height from which the columns are drawn.
    is_columns : bool
        Whether columns are drawn, which stand on zero.
    """

    points: list[Point]
    marks: Markup
    line: str
    band: str
    ticks: list[Tick]
    months: list[Tick]
    target: float | None
    base: float
    is_columns: bool


def trend(
    labels: Sequence[str],
    names: Sequence[str],
    values: Sequence[float],
    unripe: Sequence[bool],
    limits: Sequence[tuple[float, float]],
    signals: Sequence[str],
    text: Callable[[float], str],
    scale: Callable[[float], str],
    target: float | None = None,
    *,
    is_columns: bool = False,
    ceiling: float = math.inf,
) -> Trend | None:
    """Lay out a trend.

    Parameters
    ----------
    labels, names : sequence of str
        What each month is called, and what stands on the axis: mostly nothing.
    values : sequence of float
        NaN where there is none.
    unripe : sequence of bool
        Whether facts of a month are to come.
    limits : sequence of (float, float)
        The usual swing of each month; NaN where nobody knows.
    signals : sequence of str
        What is said of a month beyond them.
    text, scale : callable
        How a value is written, and a number of the scale.
    target : float, optional
        Where a line is drawn.
    is_columns : bool
        Whether columns are drawn.
    ceiling : float
        What no value goes beyond, as 100 % of people: nor do its limits.

    Returns
    -------
    Trend or None
        None where no month has a value.
    """
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return None
    top = ceiling if max(known) <= ceiling else math.inf
    ends = [
        end
        for pair in limits
        if all(map(math.isfinite, pair))
        for end in (pair[0], min(pair[1], top))
    ]
    seen = [*known, *ends, *([] if target is None else [target])]
    if is_columns or min(known) >= 0 > min(seen):
        seen = [max(one, 0.0) if min(known) >= 0 else one for one in seen]
    if is_columns:
        seen.append(0.0)
    marks = nice(min(seen), max(seen))
    low, high = marks[0], marks[-1]
    step = (WIDTH - _LEFT - _RIGHT) / len(values)

    def x(place: int) -> float:
        return round(_LEFT + (place + 0.5) * step, 1)

    def y(value: float) -> float:
        inside = min(max(value, low), high)
        return round(_TOP + (high - inside) / (high - low) * (HEIGHT - _TOP - _BOTTOM), 1)

    points = [
        Point(x(i), y(value), labels[i], text(value), unripe[i], signals[i])
        for i, value in enumerate(values)
        if math.isfinite(value)
    ]
    at = {point.x: point for point in points}
    line = "".join(
        f"M{before.x} {before.y}L{after.x} {after.y}"
        for before, after in pairwise([at.get(x(i)) for i in range(len(values))])
        if before is not None and after is not None
    )
    band = "".join(
        f"M{x(i) - step / 2:.1f} {y(min(above, top))}h{step:.1f}V{y(below)}h{-step:.1f}z"
        for i, (below, above) in enumerate(limits)
        if math.isfinite(below) and math.isfinite(above)
    )
    base = y(max(low, 0.0) if low >= 0 or high > 0 else high)
    return Trend(
        points=points,
        marks=_marks(points, base, step * 0.66 if is_columns else 0.0),
        line=line,
        band=band,
        ticks=[Tick(y(mark), scale(mark)) for mark in marks],
        months=[Tick(x(i), name) for i, name in enumerate(names) if name],
        target=None if target is None else y(target),
        base=base,
        is_columns=is_columns,
    )


def _marks(points: Sequence[Point], base: float, wide: float) -> Markup:
    """The points or columns, each with its label; signals have a ring."""
    drawn = []
    for place, point in enumerate(points, 1):
        said = "未成熟" if point.is_unripe else point.signal
        title = f"<title>{escape(' '.join((point.label, point.text, said)).rstrip())}</title>"
        if wide:
            look = "c h" if point.is_unripe else "c last" if place == len(points) else "c"
            drawn.append(
                f'<rect class="{look}" x="{point.x - wide / 2:.1f}" y="{point.y}" '
                f'width="{wide:.1f}" height="{max(base - point.y, 0):.1f}">{title}</rect>'
            )
        else:
            look, size = ("h", 3.2) if point.is_unripe else ("p", 2.6)
            drawn.append(
                f'<circle class="{look}" cx="{point.x}" cy="{point.y}" r="{size}">{title}</circle>'
            )
        if point.signal and not point.is_unripe:
            drawn.append(f'<circle class="s" cx="{point.x}" cy="{point.y}" r="5.5"/>')
    return Markup("".join(drawn))


def nice(low: float, high: float) -> list[float]:
    """Round numbers for a scale, from below the smallest value to above the largest.

    Examples
    --------
    >>> nice(0.61, 0.78)
    [0.6, 0.65, 0.7, 0.75, 0.8]
    >>> nice(0, 6_501_059)
    [0, 2000000, 4000000, 6000000, 8000000]
    >>> nice(3, 3)
    [2, 2.5, 3, 3.5, 4]
    """
    if high <= low:
        apart = abs(low) / 3 or 1.0
        low, high = low - apart, high + apart
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    places = max(0, 2 - math.floor(math.log10(step)))
    marks = [round(place * step, places) for place in range(first, last + 1)]
    return [int(mark) if mark == int(mark) else mark for mark in marks]


def scale_text(unit: str) -> Callable[[float], str]:
    """A number on a scale, as text.

    Examples
    --------
    >>> scale_text("%")(0.65), scale_text("元")(2_000_000), scale_text("件")(1.5)
    ('65%', '200万', '1.5')
    """

    def text(value: float) -> str:
        if unit == "%":
            return f"{value * 100:.4g}%"
        if abs(value) >= 1e8:
            return f"{value / 1e8:.4g}亿"
        return f"{value / 1e4:.4g}万" if abs(value) >= 1e4 else f"{value:.4g}"

    return text


class Bar(NamedTuple):
    """A bar of a waterfall, in percent of its width."""

    start: float
    width: float
    kind: str


def waterfall(amounts: Sequence[float]) -> list[Bar]:
    """Lay out a waterfall from the first amount over the differences to the last.

    Where all of it is far from zero, the bars do not begin there: the differences are what counts.

    Parameters
    ----------
    amounts : sequence of float
        The start, each difference, and the end.

    Examples
    --------
    >>> for bar in waterfall([100, 50, -30, 120]):
    ...     print(*bar)
    0.0 37.5 whole
    37.5 62.5 more
    62.5 37.5 less
    0.0 62.5 whole
    """
    levels = [0.0, amounts[0]]
    for share in amounts[1:-1]:
        levels.append(levels[-1] + share)
    low, high = min(levels), max(levels)
    if (least := min(levels[1:])) > 0:
        low = max(0.0, least - _AROUND * (high - least))
    wide = (high - low) or 1.0

    def bar(one: float, other: float, kind: str) -> Bar:
        start, end = sorted((max(end, low) - low) / wide * 100 for end in (one, other))
        return Bar(round(start, 2), round(end - start, 2), kind)

    found = [bar(0.0, amounts[0], "whole")]
    for before, after in pairwise(levels[1:]):
        found.append(bar(before, after, "more" if after >= before else "less"))
    return [*found, bar(0.0, amounts[-1], "whole")]
