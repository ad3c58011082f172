"""Ten thousand named formulas recalculated by another engine, beside the same native formulas.

The engine is not Excel: what counts is how many times slower the names are, not the seconds.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import formulon
import openpyxl

from kpi_xl.catalogue import kpis
from udfs.lambdas.workbook import with_names

_CODE = "KPI_ACTIVITY"


def figures(*, quick: bool) -> Iterator[tuple[str, float, str]]:
    """Recalculation of the whole workbook, the median of runs in turns."""
    rows = 10_000
    books = {"lambda": _book(rows, named=True), "native": _book(rows, named=False)}
    times: dict[str, list[float]] = {name: [] for name in books}
    for _ in range(3 if quick else 9):
        for name, content in books.items():
            with formulon.Workbook.load(content) as book:
                start = time.perf_counter()
                book.recalc()
                times[name].append(time.perf_counter() - start)
                found = book.get_value(0, rows - 1, 3).number
                assert found is not None
                assert abs(found - rows / (rows + 2_000.5)) < 1e-12
    named, native = (statistics.median(times[name]) for name in ("lambda", "native"))
    yield "lambda_10000_cells", named, "s"
    yield "lambda_10000_cells_native", native, "s"
    yield "lambda_10000_cells_ratio", named / native, "x"


def _book(rows: int, *, named: bool) -> bytes:
    """A workbook with a KPI in every row, by its name or as a native formula."""
    book = openpyxl.Workbook()
    kpi = kpis[_CODE]
    for row in range(1, rows + 1):
        references = [f"{column}{row}" for column in "ABC"]
        formula = f"={_CODE}({','.join(references)})" if named else kpi.excel(references)
        book.active.append([row, row + 2_000, row + 2_001, formula])
    written = io.BytesIO()
    book.save(written)
    content = written.getvalue()
    return with_names(Path("rows.xlsx"), content).content if named else content
