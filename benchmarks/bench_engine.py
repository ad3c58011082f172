"""The data engine on a made-up company: beside pandas, beside the bare scan, as it grows, lookups.

Every measurement is a process of its own, so that its peak memory is its own. What is compared
takes turns in one run, and the median counts. ``python -m benchmarks.bench_engine [--full]``.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.generate import FIRST, MONTHS, generate
from kpi_xl.data.schema import TABLES, Column

ROOT: Final = Path(__file__).parents[1]
GROWTH: Final = ((10_000, 1_000_000), (100_000, 10_000_000), (1_000_000, 100_000_000))
"""Agents and policies of the three companies that show how the cost grows."""

LIMIT: Final = "3GB"
"""What DuckDB may take of four gigabytes; the rest is for numpy and Python."""

BARE: Final = (
    (
        "policies",
        "issued",
        "SUM(pieces), SUM(premium), SUM(fyc), SUM(CASE WHEN is_regular THEN premium END)",
    ),
    (
        "dues",
        "due",
        "COUNT(*), SUM(due_premium), SUM(CASE WHEN paid <= due + 60 THEN 1 END),"
        " SUM(CASE WHEN paid <= due + 60 THEN paid_premium END)",
    ),
    (
        "activities",
        "day",
        "SUM(appointments), SUM(visits), SUM(interviews), SUM(closings), SUM(prospects),"
        " SUM(recruiting_talks)",
    ),
    ("attendance", "day", "SUM(days_due), SUM(days_present)"),
)
"""What the bare scan sums up by agent and month: table, day, sums."""


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """The figures: name, value, unit."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("KPI_XL_BENCH")) as folder:
        agents, policies = (2_000, 100_000) if quick else (100_000, 10_000_000)
        company = Path(folder) / "company"
        generate(company, agents, policies)
        yield from _beside(company, policies, rounds=3)
        yield from _lookups(company)
        if not quick:
            yield from _appended(company)
            yield from _growth(Path(folder))


def _beside(company: Path, policies: int, rounds: int) -> Iterator[tuple[str, float, str]]:
    """Ours, pandas and the bare scan, in turns."""
    taken: dict[str, list[dict[str, float]]] = {"ours": [], "pandas": [], "bare": []}
    for _ in range(rounds):
        for task, runs in taken.items():
            runs.append(_run(task, company))
    _assert_same(company)
    size = f"{policies // 1000}k_policies"
    median = {
        task: {what: statistics.median(run[what] for run in runs) for what in runs[0]}
        for task, runs in taken.items()
    }
    for task, found in median.items():
        yield f"engine_{task}_{size}", found["wall"], "s"
        yield f"engine_{task}_{size}_cpu", found["cpu"], "s"
        yield f"engine_{task}_{size}_peak", found["peak"], "MB"
    ours = median["ours"]
    yield "engine_pandas_vs_ours_wall", median["pandas"]["wall"] / ours["wall"], "x"
    yield "engine_pandas_vs_ours_cpu", median["pandas"]["cpu"] / ours["cpu"], "x"
    yield "engine_pandas_vs_ours_peak", median["pandas"]["peak"] / ours["peak"], "x"
    yield "engine_ours_vs_bare_wall", ours["wall"] / median["bare"]["wall"], "x"
    yield "engine_ours_vs_bare_cpu", ours["cpu"] / median["bare"]["cpu"], "x"


def _appended(company: Path) -> Iterator[tuple[str, float, str]]:
    """A project of monthly files in which the last month's arrive, beside reading all anew."""
    from kpi_xl.data.cube import Cube

    project = company / "project"
    last = as_files(company, project)
    for file in last:
        file.rename(project / file.name)
    _run("load", project)
    for file in last:
        (project / file.name).rename(file)
    found = {"appended_month": _run("load", project)}
    appended = Cube.open(project / "kpi.cube").values.tobytes()
    shutil.rmtree(project / "kpi.read")
    for made in ("kpi.duckdb", "kpi.cube"):
        (project / made).unlink()
    found["full_rebuild"] = _run("load", project)
    assert appended == Cube.open(project / "kpi.cube").values.tobytes()
    for name, run in found.items():
        for what, unit in (("wall", "s"), ("cpu", "s"), ("peak", "MB")):
            yield f"project_{name}_{what}", run[what], unit
    for what in ("wall", "cpu"):
        ratio = found["full_rebuild"][what] / found["appended_month"][what]
        yield f"project_full_vs_appended_{what}", ratio, "x"


def as_files(company: Path, project: Path) -> list[Path]:
    """Make a project of CSV files, the long tables by month; those of the last month come back."""
    import duckdb

    from kpi_xl.data.fingerprints import LONG

    (project / "data").mkdir(parents=True)
    (project / "kpi.toml").write_text("", encoding="utf-8")
    last = []
    for code, table in TABLES.items():
        columns = ", ".join(f'{_in_file(column)} AS "{column.name}"' for column in table.columns)
        rows = f"SELECT {columns} FROM '{company / code}.parquet'"
        months = [FIRST + number for number in range(MONTHS)] if code in LONG else [None]
        for month in months:
            part = rows
            if month is not None:
                part += f" WHERE {LONG[code]} BETWEEN DATE '{month.first}' AND DATE '{month.last}'"
            file = project / "data" / f"{table.name}{month or ''}.csv"
            if duckdb.execute(f"SELECT COUNT(*) FROM ({part})").fetchone() == (0,):
                continue  # nobody has a file without rows
            duckdb.execute(f"COPY ({part}) TO '{file}' (HEADER)")
            if month == FIRST + (MONTHS - 1):
                last.append(file)
    return last


def _in_file(column: Column) -> str:
    """A column of the store as it stands in people's files."""
    words = {stored: word for word, stored in reversed(column.choices)}
    if words.keys() == {"0", "1"}:
        return f"CASE WHEN {column.code} THEN '{words['1']}' ELSE '{words['0']}' END"
    if column.kind == "money":
        return f"CAST({column.code} AS DECIMAL(18, 2)) / 100"
    return f'"{column.code}"'


def _growth(folder: Path) -> Iterator[tuple[str, float, str]]:
    """The cost at one, ten and a hundred million policies, within four gigabytes."""
    for agents, policies in GROWTH:
        company = folder / f"company_{policies}"
        generate(company, agents, policies)
        found = _run("limited", company)
        size = f"{policies // 1_000_000}m_policies"
        yield f"engine_{size}", found["wall"], "s"
        yield f"engine_{size}_cpu", found["cpu"], "s"
        yield f"engine_{size}_peak", found["peak"], "MB"
        yield f"engine_{size}_cpu_per_million", found["cpu"] / policies * 1e6, "s"
        for file in company.iterdir():
            file.unlink()


def _lookups(company: Path) -> Iterator[tuple[str, float, str]]:
    """Ten thousand values of a saved cube by measure, unit and month, in no order."""
    from kpi_xl.data.cube import Cube

    file = company / "kpi.cube"
    opening = []
    for _ in range(5):
        begun = time.perf_counter()
        cube = Cube.open(file)
        opening.append(time.perf_counter() - begun)
    yield "cube_open", 1000 * statistics.median(opening), "ms"
    rng = random.Random(7)
    parts = (cube.measures, [unit.path for unit in cube.units], [str(m) for m in cube.months])
    wanted = [tuple(map(rng.choice, parts)) for _ in range(10_000)]
    spent = []
    for _ in range(5):
        begun = time.process_time()
        measures, units, months = ({name: i for i, name in enumerate(part)} for part in parts)
        values = cube.values
        for measure, unit, month in wanted:
            values.item(measures[measure], units[unit], months[month])
        spent.append(time.process_time() - begun)
    yield "cube_10000_lookups", 1000 * statistics.median(spent), "ms"


def _run(task: str, company: Path) -> dict[str, float]:
    """A measurement in a process of its own: seconds of wall and CPU, peak MB."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_engine", task, str(company)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(task: str, company: Path) -> dict[str, float]:
    """Run a task here; only its own time counts, not that of importing what it needs."""
    tasks = {
        "ours": _ours, "limited": _limited, "pandas": _pandas, "bare": _bare, "load": _load,
    }  # fmt: skip
    begun, cpu = time.perf_counter(), time.process_time()
    keep = tasks[task](company)
    spent = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if keep is not None:
        (company / f"{task}.pickle").write_bytes(pickle.dumps(keep))
    return {"wall": spent[0], "cpu": spent[1], "peak": peak}


def _connect(company: Path) -> Any:
    """A new database with the company's tables, which stay the parquet files they are."""
    import duckdb

    file = company / "kpi.duckdb"
    for leftover in (file, Path(f"{file}.wal")):
        leftover.unlink(missing_ok=True)
    connection = duckdb.connect(str(file))
    connection.execute("SET threads = 2")
    for table in company.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {table.stem} AS SELECT * FROM '{table}'")
    return connection


def _ours(company: Path) -> Any:
    return _compute(_connect(company))


def _limited(company: Path) -> None:
    connection = _connect(company)
    connection.execute(f"SET memory_limit = '{LIMIT}'")
    _compute(connection)


def _compute(connection: Any) -> Any:
    from kpi_xl.data.compute import compute
    from kpi_xl.data.engines import DuckDb
    from kpi_xl.project import Settings

    return compute(DuckDb(connection), Settings())


def _pandas(company: Path) -> Any:
    from benchmarks import pandas_peer

    return pandas_peer.compute(company)


def _load(project: Path) -> None:
    from kpi_xl.jobs.load import load
    from kpi_xl.project import Project

    load(Project.open(project))


def _bare(company: Path) -> None:
    """Each long table summed up by agent and month, without anything else."""
    connection = _connect(company)
    for table, day, sums in BARE:
        connection.execute(
            f"CREATE TABLE {table}_sums AS SELECT agent, year({day}) * 12 + month({day}), {sums}"
            f" FROM {table} GROUP BY ALL"
        )


def _assert_same(company: Path) -> None:
    """Stop unless pandas and ours gave the same numbers."""
    import numpy as np

    from kpi_xl.data.compute import FIRST_YEAR_RENEWAL

    cube, frames = (
        pickle.loads((company / f"{task}.pickle").read_bytes()) for task in ("ours", "pandas")
    )
    measures = {code: cube.measure(code) for code in cube.measures}
    for code, mix in cube.mixes.items():
        measures |= {
            f"{code}={category}": values
            for category, values in zip(mix.categories, mix.values, strict=True)
            if category != FIRST_YEAR_RENEWAL  # that is a measure
        }
    compared = 0
    for level, frame in frames.items():
        of_level = [unit for unit in cube.units if unit.level == level]
        paths = ["" if level == "分公司" else unit.path for unit in of_level]
        at = [cube.units.index(unit) for unit in of_level]
        for code, values in measures.items():
            theirs = frame[code].unstack().loc[paths, [m.number for m in cube.months]]
            assert np.array_equal(values[at], theirs.to_numpy()), (level, code)
            compared += theirs.size
    of_unit = cube.values[0].size
    assert compared == len(measures) * of_unit, "every value of the cube has been compared"
    cube.save(company / "kpi.cube", company / "kpi.duckdb")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        for name, value, unit in figures("--full" not in sys.argv):
            print(f"{name} {value:.4g} {unit}", flush=True)
