"""How large a request may be, and how many somebody may send a minute."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

_SPAN: Final = 60.0  # seconds


class Rate:
    """Counts the requests of the last minute.

    Parameters
    ----------
    most : int
        So many are let through, of each who asks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: dict[str, deque[float]] = {}
        self._swept = time.monotonic()

    def allows(self, who: str) -> bool:
        """Whether one more is let through now; it is counted then."""
        now = time.monotonic()
        if now - self._swept > _SPAN:
            self._swept = now
            self._times = {one: t for one, t in self._times.items() if t and now - t[-1] <= _SPAN}
        times = self._times.setdefault(who, deque())
        while times and now - times[0] > _SPAN:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True
