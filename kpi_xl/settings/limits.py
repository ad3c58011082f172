"""The limits of the numbers in [rules]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "effective_fyc": (0, 1e9),
    "grace_days": (0, 365),
    "premium_weight": (0, 1),
    "fewest_peers": (1, 1000),
    "fewest_raters": (2, 1000),
    "month_cut": (1, 28),
}
"""The smallest and the greatest number that each may be."""
