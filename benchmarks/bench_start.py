"""How long a command line takes to answer that has nothing to compute, as a whole process."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

_COMMANDS = {
    "start_python": ["-c", "pass"],
    "start_help": ["-m", "kpi_xl.cli", "--help"],
    "start_explain": ["-m", "kpi_xl.cli", "explain", "活动率"],
}


def figures(*, quick: bool) -> Iterator[tuple[str, float, str]]:
    """Wall time and CPU time, the median of runs in turns."""
    walls: dict[str, list[float]] = {name: [] for name in _COMMANDS}
    cpus: dict[str, list[float]] = {name: [] for name in _COMMANDS}
    for _ in range(7 if quick else 21):
        for name, command in _COMMANDS.items():
            start, used = time.perf_counter(), _children()
            subprocess.run(
                [sys.executable, *command],
                stdout=subprocess.DEVNULL,
                check=True,
                env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            )
            walls[name].append(time.perf_counter() - start)
            cpus[name].append(_children() - used)
    for name in _COMMANDS:
        yield f"{name}_wall", statistics.median(walls[name]), "s"
        yield f"{name}_cpu", statistics.median(cpus[name]), "s"


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
