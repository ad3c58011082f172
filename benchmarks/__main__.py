"""``make bench``: one line a figure, ``name value unit``.

Every ratio is measured side by side in the same run; ``--full`` takes the large sizes.
"""

from __future__ import annotations

import sys

from benchmarks import (
    bench_analysis,
    bench_calc,
    bench_distribution,
    bench_engine,
    bench_excel,
    bench_main_job,
    bench_server,
    bench_start,
    bench_workbook,
)


def main() -> None:
    quick = "--full" not in sys.argv
    for part in (
        bench_start,
        bench_workbook,
        bench_distribution,
        bench_excel,
        bench_calc,
        bench_server,
        bench_main_job,
        bench_engine,
        bench_analysis,
    ):
        for name, value, unit in part.figures(quick=quick):
            print(f"{name} {value:.4g} {unit}", flush=True)


main()
