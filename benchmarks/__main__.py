"""``make bench``: one line a figure, ``name value unit``, and a file in ``benchmarks/history``.

Every ratio is measured side by side in the same run; ``--full`` takes the large sizes.
`benchmarks.compare` sets two runs beside each other.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import traceback
from pathlib import Path

from benchmarks import (
    bench_analysis,
    bench_calc,
    bench_daily,
    bench_definitions,
    bench_distribution,
    bench_engine,
    bench_excel,
    bench_lambdas,
    bench_main_job,
    bench_second_judge,
    bench_server,
    bench_start,
    bench_workbook,
)

HISTORY = Path(__file__).parent / "history"


def main() -> None:
    quick = "--full" not in sys.argv
    # What is installed is compiled; without this, each start would compile all it imports anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    lines = [*head(quick=quick)]
    failed = []
    for part in (
        bench_start,
        bench_workbook,
        bench_distribution,
        bench_daily,
        bench_definitions,
        bench_excel,
        bench_lambdas,
        bench_second_judge,
        bench_calc,
        bench_server,
        bench_main_job,
        bench_engine,
        bench_analysis,
    ):
        try:
            for name, value, unit in part.figures(quick=quick):
                lines.append(f"{name} {value:.4g} {unit}")
                print(lines[-1], flush=True)
        except Exception:  # what the others measured stays
            traceback.print_exc()
            failed.append(part.__name__)
    print(keep(lines), file=sys.stderr)
    if failed:
        sys.exit(f"not measured to the end: {', '.join(failed)}")


def head(*, quick: bool) -> list[str]:
    """Where and of what the figures are; a load near the number of cores spoils wall times."""
    changed = bool(git("status", "--porcelain", "--untracked-files=no"))
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return [
        f"# commit {git('rev-parse', 'HEAD')}{' and changes' if changed else ''}",
        f"# {processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}",
        f"# load {load} before, sizes {'quick' if quick else 'full'}",
    ]


def processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2] for line in text.splitlines() if line.startswith("model name"))
    return " ".join(next(names, platform.machine()).split())


def keep(lines: list[str]) -> Path:
    """Write a run's figures; a second run of a day and commit stands beside the first."""
    day = datetime.datetime.now(datetime.UTC).date()
    name = f"{day.isoformat()}-{git('rev-parse', '--short', 'HEAD')}"
    HISTORY.mkdir(exist_ok=True)
    runs = len(list(HISTORY.glob(f"{name}*.txt")))
    file = HISTORY / f"{name}{f'-{runs + 1}' if runs else ''}.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=HISTORY.parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"  # not a clone
    return done.stdout.strip()


if __name__ == "__main__":
    main()
