"""A month's quota, spread over days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeAlias

from kpi_xl.analysis.spread import spread

ByDay: TypeAlias = Callable[[str, int, Sequence[dt.date]], dict[dt.date, int]]
"""The plan of an activity, by its Chinese name, for working days, from the quota of all of them."""


def evenly(_: str, quota: int, days: Sequence[dt.date]) -> dict[dt.date, int]:
    """Spread a quota over working days, as evenly as integers allow.

    Examples
    --------
    >>> days = [dt.date(2024, 6, 3), dt.date(2024, 6, 4), dt.date(2024, 6, 5)]
    >>> list(evenly("拜访数", 7, days).values())
    [2, 3, 2]
    """
    return dict(zip(days, spread(quota, len(days)), strict=True))
