"""The data engine on a made-up company: beside pandas, beside the bare scan, as it grows, lookups.

Every measurement is a process of its own, so that its peak memory is its own. What is compared
takes turns in one run, and the median counts.

``python -m benchmarks.bench_engine [--policies N] [--rounds N] [--growth N ...] [--full]``; there
is an agent for every hundred policies. ``KPI_XL_BENCH`` names the folder for the made-up companies.
"""

from __future__ import annotations

import argparse
import importlib
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
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.generate import FIRST, MONTHS, generate, multiply
from kpi_xl.catalogue.schema import TABLES, Column

ROOT: Final = Path(__file__).parents[1]
SMALL: Final = 100_000
"""Policies of the company that is measured without options."""

FULL: Final = 10_000_000
"""Policies of the company that is measured at length."""

GROWTH: Final = (1_000_000, 10_000_000, 100_000_000)
"""Policies of the three companies that show how the cost grows."""

MULTIPLIED: Final = 10_000_000
"""A larger company is made up of so large ones, which is much faster."""

LIMIT: Final = "3GB"
"""What DuckDB may take of four gigabytes; the rest is for numpy and Python."""

BARE: Final = (
    (
        "policies",
        "issued",
        "SUM(pieces), SUM(premium), SUM(fyc), SUM(CASE WHEN pay_mode <> '趸交' THEN premium END)",
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


def figures(
    quick: bool = True,
    policies: int | None = None,
    rounds: int = 3,
    growth: tuple[int, ...] | None = None,
) -> Iterator[tuple[str, float, str]]:
    """The figures: name, value, unit."""
    policies = policies or (SMALL if quick else FULL)
    growth = growth if growth is not None else () if quick else GROWTH
    with tempfile.TemporaryDirectory(dir=os.environ.get("KPI_XL_BENCH")) as folder:
        company = Path(folder) / "company"
        make(company, policies)
        yield from _beside(company, policies, rounds)
        yield from _lookups(company)
        yield from _updated(company)
        yield from _appended(company)
        shutil.rmtree(company)
        yield from _growth(Path(folder), growth)


def make(company: Path, policies: int) -> None:
    """Make up a company with an agent for every hundred policies."""
    if policies <= MULTIPLIED:
        generate(company, policies // 100, policies)
        return
    one = company.with_name(f"{company.name}_one")
    generate(one, MULTIPLIED // 100, MULTIPLIED)
    multiply(one, company, policies // MULTIPLIED)
    shutil.rmtree(one)


def _beside(company: Path, policies: int, rounds: int) -> Iterator[tuple[str, float, str]]:
    """Ours, ours from the tables of a store, pandas and the bare scan, in turns."""
    taken: dict[str, list[dict[str, float]]] = {"ours": [], "kept": [], "pandas": [], "bare": []}
    _run("keep", company)
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
    for slower, faster in (("pandas", "ours"), ("pandas", "kept"), ("ours", "bare")):
        for what in ("wall", "cpu", "peak"):
            ratio = median[slower][what] / median[faster][what]
            yield f"engine_{slower}_vs_{faster}_{what}", ratio, "x"


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


def _updated(company: Path) -> Iterator[tuple[str, float, str]]:
    """The store alone: the rows of a month more, beside all of them anew."""
    _run("build_before", company)
    found = {"updated": _run("update_store", company), "rebuilt": _run("build_store", company)}
    for name, run in found.items():
        for what, unit in (("wall", "s"), ("cpu", "s"), ("peak", "MB")):
            yield f"store_{name}_{what}", run[what], unit
    for what in ("wall", "cpu"):
        yield (
            f"store_rebuilt_vs_updated_{what}",
            found["rebuilt"][what] / found["updated"][what],
            "x",
        )


def as_files(company: Path, project: Path) -> list[Path]:
    """Make a project of CSV files, the long tables by month; those of the last month come back."""
    import duckdb

    from kpi_xl.catalogue.schema import LONG

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
                day = LONG[code].day
                part += f" WHERE {day} BETWEEN DATE '{month.first}' AND DATE '{month.last}'"
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


def _growth(folder: Path, growth: tuple[int, ...]) -> Iterator[tuple[str, float, str]]:
    """How the cost grows with the policies, within four gigabytes."""
    for policies in growth:
        company = folder / f"company_{policies}"
        make(company, policies)
        found = _run("limited", company)
        size = f"{policies // 1000}k_policies"
        yield f"engine_limited_{size}", found["wall"], "s"
        yield f"engine_limited_{size}_cpu", found["cpu"], "s"
        yield f"engine_limited_{size}_peak", found["peak"], "MB"
        yield f"engine_limited_{size}_cpu_per_million", found["cpu"] / policies * 1e6, "s"
        shutil.rmtree(company)


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
    tasks: dict[str, Callable[[Path], object]] = {
        "ours": _ours, "limited": _limited, "pandas": _pandas, "bare": _bare, "load": _load,
        "keep": _keep,
    }  # fmt: skip
    prepared: dict[str, Callable[[Path], Callable[[], object]]] = {
        "kept": _kept,
        **{name: partial(_store, name) for name in _STORE},
    }
    work = prepared[task](company) if task in prepared else partial(tasks[task], company)
    for module in _IMPORTED.get(task, _IMPORTED["ours"]):
        importlib.import_module(module)
    begun, cpu = time.perf_counter(), time.process_time()
    keep = work()
    spent = time.perf_counter() - begun, time.process_time() - cpu
    peak = _peak()
    if keep is not None:
        (company / f"{task}.pickle").write_bytes(pickle.dumps(keep))
    return {"wall": spent[0], "cpu": spent[1], "peak": peak}


def _peak() -> float:
    """The most memory that this process took, in MB.

    What getrusage tells begins with what the process had that started this one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = status.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


_IMPORTED: Final = {
    "ours": ("kpi_xl.data.compute", "kpi_xl.settings.project_settings"),
    "pandas": ("benchmarks.pandas_peer",),
    "load": (
        "kpi_xl.jobs.load",
        "kpi_xl.data.raw_file_cache",
        "kpi_xl.data.engines.check",
        "kpi_xl.checks.report",
        "xlsxwriter",
        "pandas",
    ),
}
"""What a task needs, imported before it begins; all others need what ours does. Arrow imports
pandas at its first array.
"""


def _connect(company: Path) -> Any:
    """A new database with the company's tables, which stay the parquet files they are."""
    connection = _database(company)
    for table in company.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {table.stem} AS SELECT * FROM '{table}'")
    return connection


def _database(company: Path, begun: Path | None = None) -> Any:
    """A new database, or a copy of another, in place of the one of the run before."""
    import duckdb

    file = company / "kpi.duckdb"
    for leftover in (file, Path(f"{file}.wal")):
        leftover.unlink(missing_ok=True)
    if begun:
        shutil.copyfile(begun, file)
    connection = duckdb.connect(str(file))
    connection.execute("SET threads = 2")
    return connection


def _ours(company: Path) -> Any:
    return _compute(_connect(company))


def _limited(company: Path) -> None:
    connection = _connect(company)
    connection.execute(f"SET memory_limit = '{LIMIT}'")
    _compute(connection)


def _keep(company: Path) -> None:
    """Put the company's tables into a database as a store keeps them."""
    import duckdb

    file = company / "kept.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.begin()
        for table in company.glob("*.parquet"):
            connection.execute(f"CREATE TABLE {table.stem} AS SELECT * FROM '{table}'")
        connection.commit()


def _kept(company: Path) -> Callable[[], Any]:
    """A computation from the tables that a store keeps, as for a project that reads files."""
    return partial(_compute, _database(company, company / "kept.duckdb"))


def _compute(connection: Any) -> Any:
    from kpi_xl.data.compute import compute
    from kpi_xl.data.engines import DuckDb
    from kpi_xl.settings.project_settings import Settings

    connection.begin()  # as a store is built
    cube = compute(DuckDb(connection), Settings())
    connection.commit()
    return cube


def _pandas(company: Path) -> Any:
    from benchmarks import pandas_peer

    return pandas_peer.compute(company)


_STORE: Final = ("build_before", "update_store", "build_store")


def _store(task: str, company: Path) -> Callable[[], Any]:
    """The store of all rows, or of those before the last month, from tables read beforehand."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from kpi_xl.catalogue.schema import LONG
    from kpi_xl.checks.checked import Checked, CheckedTable
    from kpi_xl.data.store import build, update
    from kpi_xl.project import Project
    from kpi_xl.settings.project_settings import Settings
    from kpi_xl.system.progress import silent

    last = (FIRST + (MONTHS - 1)).first
    tables = {}
    for code, table in TABLES.items():
        rows = pq.read_table(company / f"{code}.parquet")
        if code in LONG and task == "build_before":
            rows = rows.filter(pc.less(rows[LONG[code].day], last))
        tables[code] = CheckedTable(table, rows, ())
    project = Project(company, Settings())
    if task != "update_store":
        for made in (project.store, project.cube):
            made.unlink(missing_ok=True)
    do = update if task == "update_store" else build
    return lambda: do(project, Checked(tables, [], []), "", silent) and None


def _load(project: Path) -> None:
    from kpi_xl.jobs.load import load
    from kpi_xl.project import Project

    load(Project.open(project))


def _bare(company: Path) -> None:
    """Each long table summed up by agent and month, without anything else."""
    connection = _connect(company)
    connection.begin()
    for table, day, sums in BARE:
        connection.execute(
            f"CREATE TABLE {table}_sums AS SELECT agent, year({day}) * 12 + month({day}), {sums}"
            f" FROM {table} GROUP BY ALL"
        )
    connection.commit()


def _assert_same(company: Path) -> None:
    """Stop unless pandas and ours gave the same numbers."""
    import numpy as np

    from kpi_xl.data.sums import FIRST_YEAR_RENEWAL

    cube, from_kept, frames = (
        pickle.loads((company / f"{task}.pickle").read_bytes())
        for task in ("ours", "kept", "pandas")
    )
    assert np.array_equal(cube.values, from_kept.values)
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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--policies", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", type=int, nargs="*")
    parser.add_argument("--full", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    if len(sys.argv) == 3 and not sys.argv[1].startswith("-"):
        print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        options = _options()
        growth = None if options.growth is None else tuple(options.growth)
        for name, value, unit in figures(
            not options.full, options.policies, options.rounds, growth
        ):
            print(f"{name} {value:.4g} {unit}", flush=True)
