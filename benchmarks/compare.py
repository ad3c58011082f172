"""Two runs of ``make bench`` side by side: ``python -m benchmarks.compare BEFORE AFTER``.

Each is a file of ``benchmarks/history``, or whatever ``python -m benchmarks`` of an older commit
printed. What takes more than `WORSE` as much as before is marked. Figures of a ratio have no
better side that their name tells, and are not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

WORSE: Final = 1.05
"""From so many times as much on a figure is worse, and below one part of it better."""

_COSTS: Final = ("s", "ms", "us", "MB", "bytes", "calls", "requests")
"""The units of what there had better be less of."""


class Run(NamedTuple):
    """One run: the lines about it, and value and unit of each figure."""

    about: list[str]
    figures: dict[str, tuple[float, str]]


def read(file: Path) -> Run:
    """Read the figures of a run; lines that are none are passed over."""
    run = Run([], {})
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            run.about.append(line.lstrip("# "))
            continue
        name, _, rest = line.partition(" ")
        value, _, unit = rest.partition(" ")
        try:
            run.figures[name] = float(value), unit.strip()
        except ValueError:
            continue
    return run


def compared(before: Run, after: Run) -> Iterator[str]:
    """The lines of the table: name, before, after, how many times as much."""
    for about in (before.about, after.about):
        yield from (f"# {line}" for line in about)
    for name, (was, unit) in before.figures.items():
        if name not in after.figures:
            continue
        now = after.figures[name][0]
        times = now / was if was else float("nan")
        mark = ""
        if unit.partition("/")[0] in _COSTS and was:
            mark = " worse" if times > WORSE else " better" if times < 1 / WORSE else ""
        yield f"{name:48} {was:10.4g} {now:10.4g} {unit:8} {times:6.2f}{mark}".rstrip()
    for told, one, other in (("before", before, after), ("after", after, before)):
        if only := [name for name in one.figures if name not in other.figures]:
            yield f"# only {told}: {', '.join(only)}"


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python -m benchmarks.compare BEFORE AFTER")
    print("\n".join(compared(*(read(Path(name)) for name in sys.argv[1:]))))


if __name__ == "__main__":
    main()
