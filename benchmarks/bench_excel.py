"""The worksheet functions as xlwings' own COM server calls them, on stand-ins for pywin32.

Run ``python benchmarks/bench_excel.py``; every ratio is measured side by side in the same run. The
usual way is what xlwings' documentation shows: its default converters, then pandas.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from unittest import mock

ROOT = Path(__file__).parents[1]
ROWS = 10_000
_OURS: Final = "udfs.excel.functions"


def usual_retention(signed: Any, left: Any, month: Any) -> Any:
    """13-month retention as one writes it with xlwings and pandas."""
    import pandas as pd

    people = pd.DataFrame({"signed": pd.to_datetime(signed), "left": pd.to_datetime(left)})
    end = pd.Timestamp(month) + pd.offsets.MonthEnd(0)
    cohort = people[people["signed"].dt.to_period("M") == end.to_period("M") - 13]
    stayed = cohort["left"].isna() | (cohort["left"] > end)
    return float(stayed.mean())


def nothing(a: Any, b: Any, c: Any) -> float:
    """A function that does nothing."""
    return 0.0


def nothing_raw(a: Any, b: Any, c: Any) -> list[list[float]]:
    """The same with raw arguments and a raw result."""
    return [[0.0]]


def cpu(tasks: dict[str, tuple[Callable[[], object], int]], rounds: int) -> dict[str, float]:
    """The median CPU seconds of each task; (task, how often in one measurement), in turns."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, (task, times) in tasks.items():
            start = time.process_time()
            for _ in range(times):
                task()
            taken[name].append((time.process_time() - start) / times)
    return {name: statistics.median(one) for name, one in taken.items()}


def columns(com: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Sign dates and leave dates of ten thousand people; a third has left."""
    first = dt.datetime(2020, 1, 1)
    signed, left = [], []
    for i in range(ROWS):
        sign = first + dt.timedelta(days=i * 7 % 1500)
        leave = sign + dt.timedelta(days=30 + i * 11 % 700)
        signed.append((com.day(sign.year, sign.month, sign.day),))
        left.append((com.day(leave.year, leave.month, leave.day) if i % 3 == 0 else None,))
    return tuple(signed), tuple(left)


def serials(column: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same dates as the add-in's VBA hands them over."""
    epoch = dt.date(1899, 12, 30)
    return tuple(
        (None if cell is None else float((cell.date() - epoch).days),) for (cell,) in column
    )


def imported() -> float:
    """Seconds of CPU that importing the functions takes, in a process of its own."""
    code = (
        "import time; begun = time.process_time(); import udfs.functions;"
        "print(time.process_time() - begun)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """Name, value and unit of every figure."""
    yield "excel_import_functions", statistics.median(imported() for _ in range(5)), "s"
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        com = importlib.import_module("excel.com")
    finally:
        sys.path.remove(str(ROOT / "tests"))
    with com.com_server() as server:
        from xlwings.udfs import xlarg, xlfunc, xlret

        usual: Any = types.ModuleType("usual_udfs")
        usual.__file__ = __file__
        sys.modules["usual_udfs"] = usual
        for function in (usual_retention, nothing, nothing_raw):
            setattr(usual, function.__name__, xlfunc(function))
        for name in "abc":
            xlarg(name, "raw")(nothing_raw)
        xlret("raw")(nothing_raw)
        yield from _figures(server, com, rounds=5 if quick else 25)
    sys.modules.pop("usual_udfs", None)


def _figures(server: Any, com: Any, rounds: int) -> Iterator[tuple[str, float, str]]:
    def call(module: str, function: str, *args: Any) -> Callable[[], object]:
        return lambda: server.CallUDF(module, function, args, None, None)

    ours = _OURS
    numbers = (1800.0, 2000.0, 2000.0)
    signed, left = columns(com)
    dates = com.FakeRange(signed), com.FakeRange(left)
    month = dt.datetime(2023, 6, 1)
    expected = call("usual_udfs", "usual_retention", *dates, month)()
    given = [call(ours, "KPI_RETENTION13", *dates, month, 13.0)()]
    plain = serials(signed), serials(left)
    given.append(call(ours, "KPI_RETENTION13", *plain, 45078.0, 13.0)())
    assert given == [expected, expected], (given, expected)
    taken = cpu(
        {
            "nothing": (call("usual_udfs", "nothing", *numbers), 2000),
            "nothing raw": (call("usual_udfs", "nothing_raw", *numbers), 2000),
            "scalar": (call(ours, "KPI_ACTIVITY", *numbers), 2000),
            "usual": (call("usual_udfs", "usual_retention", *dates, month), 2),
            "dates": (call(ours, "KPI_RETENTION13", *dates, month, 13.0), 4),
            "serials": (call(ours, "KPI_RETENTION13", *plain, 45078.0, 13.0), 4),
        },
        rounds,
    )
    yield "excel_scalar_call", taken["scalar"] * 1e6, "us"
    yield "excel_scalar_vs_nothing", taken["scalar"] / taken["nothing"], "x"
    yield "excel_scalar_vs_nothing_raw", taken["scalar"] / taken["nothing raw"], "x"
    yield "excel_retention_2x10000_dates", taken["dates"] * 1000, "ms"
    yield "excel_retention_2x10000_serials", taken["serials"] * 1000, "ms"
    yield "excel_retention_dates_faster", taken["usual"] / taken["dates"], "x"
    yield "excel_retention_serials_faster", taken["usual"] / taken["serials"], "x"
    yield from _kept(server, plain, rounds)
    yield from _together(server, 2 if rounds < 10 else 5)


def _kept(server: Any, columns: Any, rounds: int) -> Iterator[tuple[str, float, str]]:
    """The same two columns when Python has them already, as `vba/KpiSent.bas` asks."""
    module, name = "udfs.excel.calls", "KPI_RETENTION13"

    def ask(*arguments: Any) -> Any:
        given = (session, _OURS, name, (1.0, 2.0, 0.0, 0.0), arguments)
        return server.CallUDF(module, "kept", given, None, None)

    session = server.CallUDF(module, "begun", (None,), None, None)
    first = ask(*columns, 45078.0, 13.0)
    assert ask(None, None, 45078.0, 13.0) == first
    taken = cpu({"kept": (lambda: ask(None, None, 45078.0, 13.0), 4)}, rounds)
    yield "excel_retention_2x10000_kept", taken["kept"] * 1000, "ms"


def _together(server: Any, rounds: int) -> Iterator[tuple[str, float, str]]:
    """Ten thousand cells of a project's data: a call each, one for all of them, and as a table.

    What it takes to cross to another process, which Excel does at each call, is not in it: beside
    the seconds stands how often that is.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {"KPI_XL_PROJECT": str(_sample(Path(folder)))}),
    ):
        units = [row[0] for row in server.CallUDF(_OURS, "KPI_UNITS", (), None, None)[1:]]
        months = [f"2024-{1 + i % 6:02}" for i in range(ROWS // len(units) + 1)]
        cells = [("活动率", unit, month, None) for month in months for unit in units][:ROWS]

        def one_by_one() -> list[Any]:
            return [server.CallUDF(_OURS, "KPI", cell, None, None) for cell in cells]

        def gathered() -> list[Any]:
            sent = ("活动率", *(tuple((cell[i],) for cell in cells) for i in (1, 2)), None)
            given = (_OURS, "KPI", float(ROWS), 1.0, sent)
            answers = server.CallUDF("udfs.excel.calls", "gathered", given, None, None)
            return [answer for (answer,) in answers]

        def table() -> list[Any]:
            given = (("活动率",), tuple((one,) for one in units), tuple((one,) for one in months))
            rows = server.CallUDF(_OURS, "KPI_TABLE", given, None, None)
            return [row[2] for row in rows[1:]]

        expected = one_by_one()
        assert gathered() == expected
        assert sorted(map(str, table()))[0] == sorted(map(str, expected))[0]
        taken = cpu(
            {name: (task, 1) for name, task in
             (("one", one_by_one), ("all", gathered), ("table", table))},
            rounds,
        )  # fmt: skip
    yield f"excel_{ROWS}_cells_one_by_one", taken["one"], "s"
    yield f"excel_{ROWS}_cells_gathered", taken["all"], "s"
    yield f"excel_{ROWS}_cells_table", taken["table"], "s"
    yield f"excel_{ROWS}_cells_gathered_crossings", 10, "calls"


def _sample(folder: Path) -> Path:
    from kpi_xl.jobs.load import load
    from kpi_xl.jobs.start import sample
    from kpi_xl.project import Project

    sample(folder / "sample")
    load(Project.open(folder / "sample"))
    return folder / "sample"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for name, value, unit in figures("--quick" in sys.argv):
        print(f"{name} {value:.3g} {unit}")
