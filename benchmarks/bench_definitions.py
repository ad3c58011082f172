"""The cost of a project's own KPIs: one more on the sample branch, and a hundred in a refresh.

Both are whole processes. The refresh is one of everything, reading included, with and without the
hundred in turns; its CPU time counts, as a busy machine slows both down alike.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kpi_xl.jobs import start

_MONTH = "2024-06"
_WHERE = ("首年保费 > {n}00", "险种 包含 年金 且 件数 >= {n}", "缴费方式 <> 趸交 且 FYC > {n}")
_TAKES = ("合计 首年保费", "计数", "去重人数", "平均 首年保费", "最大 FYC", "去重 险种")
_ONE = '\n[measures."再一个"]\ntable = "保单"\ntake = "合计 件数"\nwhere = "首年保费 > 5000"\n'


def figures(*, quick: bool) -> Iterator[tuple[str, float, str]]:
    """The time of a number of one more definition beside a hundred, and what the hundred cost."""
    times = 3 if quick else 7
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "branch"
        start.sample(folder)
        settings = folder / "kpi.toml"
        plain = settings.read_text(encoding="utf-8")
        hundred = plain + _hundred()
        without: list[float] = []
        beside: list[float] = []
        for _ in range(times):
            for text, taken in ((plain, without), (hundred, beside)):
                settings.write_text(text, encoding="utf-8")
                _forget(folder)
                taken.append(_run(folder)[1])
        more = []
        for number in range(times):
            one = _ONE.replace("再一个", f"再一个{number}").replace("5000", f"{number + 5}000")
            hundred += one
            settings.write_text(hundred, encoding="utf-8")
            more.append(_run(folder, "trace", "城东营业部", f"再一个{number}", _MONTH))
    yield "definitions_one_more_wall", statistics.median(wall for wall, _ in more), "s"
    yield "definitions_one_more_cpu", statistics.median(cpu for _, cpu in more), "s"
    yield "definitions_none_refresh_cpu", statistics.median(without), "s"
    ratios = [b / a for a, b in zip(without, beside, strict=True)]
    yield "definitions_hundred_refresh_ratio", statistics.median(ratios), "x"


def _hundred() -> str:
    """Sixty measures and forty formulas over them."""
    lines = []
    for n in range(60):
        where = _WHERE[n % len(_WHERE)].format(n=n % 7)
        lines += [
            f'[measures."量{n}"]', 'table = "保单"', f'take = "{_TAKES[n % len(_TAKES)]}"',
            f'where = "{where}"',
        ]  # fmt: skip
    lines.append("[kpis]")
    lines += [f'"率{n}" = "量{n + 1}/平均人数+上月(量{n + 1})*0"' for n in range(40)]
    return "\n" + "\n".join(lines) + "\n"


def _forget(folder: Path) -> None:
    for name in ("kpi.duckdb", "kpi.cube", "kpi.read", "output"):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _run(folder: Path, *words: str) -> tuple[float, float]:
    """Seconds of wall and CPU of a command on the project; by default all is refreshed."""
    command = ["-m", "kpi_xl.cli", "--project", str(folder), *(words or _REFRESH)]
    began, used = time.perf_counter(), _children()
    subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began, _children() - used


_REFRESH = ("refresh", "--month", _MONTH)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
