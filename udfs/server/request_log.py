"""One line a request: when, what, how it ended, how long it took, and a number for who.

Neither a name nor an address, nor anything that stands in a cell.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Final

LOGGER: Final = logging.getLogger("kpi_xl.server")


def record(
    method: str, path: str, status: int, seconds: float, who: str, received: int, calls: int
) -> None:
    """Write a line.

    Parameters
    ----------
    method, path : str
        What was asked for; the path without what is behind a question mark.
    status : int
        The HTTP status of the answer.
    seconds : float
        How long it took.
    who : str
        The number that stands for the identity.
    received : int
        Bytes of the request.
    calls : int
        How many calls of functions were in it.
    """
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "request": f"{method} {path}",
        "status": status,
        "ms": round(seconds * 1000, 1),
        "who": who,
        "bytes": received,
    }
    if calls:
        line["calls"] = calls
    LOGGER.info("%s", json.dumps(line, ensure_ascii=False))
