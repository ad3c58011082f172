"""The server for Excel on Mac and the web, asked over the network as Excel's page asks.

Run ``python -m benchmarks.bench_server``; ``--load MINUTES`` keeps it busy for so long. The usual
way is a function as the documentation of xlwings Server shows it, on a server of its own, asked in
turns with ours. Seconds are those that somebody waits; those of the server's processor stand beside
them, as this machine may have other things to do.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROSTER = 100_000
SPILL = 10_000
CELLS = 200
USERS = 8

_USUAL = """
import datetime as dt
import pandas as pd
from xlwings import arg, func

@func
@arg("signed", pd.Series, index=False, header=False)
@arg("left", pd.Series, index=False, header=False)
def usual(signed, left, month):
    origin = pd.Timestamp("1899-12-30")
    signed = origin + pd.to_timedelta(pd.to_numeric(signed), unit="D")
    left = origin + pd.to_timedelta(pd.to_numeric(left), unit="D")
    end = pd.Timestamp(month) + pd.offsets.MonthEnd(0)
    cohort = signed.dt.to_period("M") == end.to_period("M") - 13
    return float((left[cohort].isna() | (left[cohort] > end)).mean())
"""


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """The figures; none where the extra is not installed."""
    import importlib.util

    if importlib.util.find_spec("xlwings_server") is None:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = _project(folder / "project")
        with _served(["-m", "kpi_xl.cli", "--project", project, "serve"], project) as ours:
            yield from _spill(ours, 5 if quick else 15)
            yield from _cells(ours, 3 if quick else 9)
            yield from _shared(ours, 3 if quick else 9)
            with _usual(folder / "usual") as theirs:
                yield from _roster(ours, theirs, 2 if quick else 5)
            yield from _sheet(ours, folder)


def _spill(ours: int, rounds: int) -> Iterator[tuple[str, float, str]]:
    rows = [[float(i)] for i in range(SPILL)]
    body = _body("KPI_ATTAINMENT", rows, [[100.0]])
    answer = _asked(ours, "/kpi/calls", body)[1]["results"][0]["result"]
    assert len(answer) == SPILL and answer[50] == [0.5]
    began = _processor(ours)
    taken = [_asked(ours, "/kpi/calls", body)[0] for _ in range(rounds)]
    yield f"server_spill_{SPILL}_rows", statistics.median(taken), "s"
    yield f"server_spill_{SPILL}_rows_cpu", (_processor(ours) - began) / rounds, "s"


def _cells(ours: int, rounds: int) -> Iterator[tuple[str, float, str]]:
    """Single cells of the project's data in one request, and the same as a table."""
    units = ["城东营业部", "城北营业部", "城南营业部", "滨江营业部"]
    months = [f"2024-{1 + i % 6:02}" for i in range(SPILL // len(units))]
    calls = [
        {"func_name": "KPI", "args": [[["活动率"]], [[unit]], [[month]], None]}
        for month in months
        for unit in units
    ]
    single = json.dumps({"calls": calls}).encode()
    column = [[unit] for unit in units]
    table = _body("KPI_TABLE", [["活动率"]], column, [[month] for month in months])
    for name, body in (("cells", single), ("cells_as_a_table", table)):
        began = _processor(ours)
        taken = [_asked(ours, "/kpi/calls", body) for _ in range(rounds)]
        found = taken[0][1]["results"]
        assert len(found) == SPILL or len(found[0]["result"]) == 1 + len(column) * len(months)
        yield f"server_{SPILL}_{name}", statistics.median(one for one, _ in taken), "s"
        yield f"server_{SPILL}_{name}_cpu", (_processor(ours) - began) / rounds, "s"


def _shared(ours: int, rounds: int) -> Iterator[tuple[str, float, str]]:
    """A hundred cells over the same two columns: each column once, and with every cell."""
    signed, left = _people(SPILL // 5)
    months = [[[f"2024-{1 + i % 6:02}"]] for i in range(100)]

    def body(one: Any, other: Any, **more: Any) -> bytes:
        calls = [{"func_name": "KPI_RETENTION13", "args": [one, other, m]} for m in months]
        return json.dumps({"calls": calls, **more}).encode()

    once, each = body({"range": 0}, {"range": 1}, ranges=[signed, left]), body(signed, left)
    taken: dict[str, list[float]] = {"once": [], "each": []}
    for _ in range(rounds):
        answers = []
        for name, content in (("once", once), ("each", each)):
            waited, answer = _asked(ours, "/kpi/calls", content)
            taken[name].append(waited)
            answers.append(answer)
        assert answers[0] == answers[1] and 0 < answers[0]["results"][0]["result"][0][0] < 1
    yield "server_100_rosters_bytes_less", len(each) / len(once), "x"
    for name, seconds in taken.items():
        yield f"server_100_rosters_{name}", statistics.median(seconds), "s"


def _people(many: int) -> tuple[list[Any], list[Any]]:
    """Columns of sign and leave dates; a third of the people has left."""
    signed = [[44000 + i % 1500] for i in range(many)]
    left = [[44200.0 + i % 1500 + i % 400 if i % 3 == 0 else ""] for i in range(many)]
    return signed, left


def _roster(ours: int, theirs: int, rounds: int) -> Iterator[tuple[str, float, str]]:
    signed, left = _people(ROSTER)
    month = [["2024-06"]]
    body = _body("KPI_RETENTION13", signed, left, month)
    usual = json.dumps(
        {
            "client": "Office.js", "func_name": "usual", "args": [signed, left, month],
            "caller_address": "[a.xlsx]Sheet1!C3", "session_id": "s", "culture_info_name": "zh-CN",
            "date_format": "yyyy/m/d", "version": _xlwings(), "runtime": "1.4",
        }
    ).encode()  # fmt: skip
    own, other = [], []
    processor = 0.0
    for _ in range(rounds):
        began = _processor(ours)
        seconds, answer = _asked(ours, "/kpi/calls", body)
        own.append(seconds)
        processor += _processor(ours) - began
        seconds, stock = _asked(theirs, "/xlwings/custom-functions-call", usual)
        other.append(seconds)
        assert abs(answer["results"][0]["result"][0][0] - stock["result"][0][0]) < 1e-12
    yield f"server_roster_{ROSTER}_rows", statistics.median(own), "s"
    yield f"server_roster_{ROSTER}_rows_cpu", processor / rounds, "s"
    yield f"usual_server_roster_{ROSTER}_rows", statistics.median(other), "s"
    ratios = [b / a for a, b in zip(own, other, strict=True)]
    yield "server_roster_faster_than_usual", statistics.median(ratios), "x"


def _sheet(ours: int, folder: Path) -> Iterator[tuple[str, float, str]]:
    """A sheet of single cells in Chromium: how many requests, and how long until all are there."""
    sys.path.insert(0, str(ROOT / "tests"))
    from manual.chromium import PROGRAM, Chromium

    if PROGRAM is None:
        return
    office = {"/office.js": (ROOT / "tests" / "server" / "office.js").read_bytes()}
    page = Chromium(folder / "chromium", office)
    try:
        ready = "globalThis.test && Object.keys(test.told.actions).length > 10"
        page.open(f"http://127.0.0.1:{ours}/taskpane.html", ready)
        page.requests.clear()
        taken = page.run(
            """async (cells) => {
                const began = performance.now();
                const [kpi, unit] = [[["活动率"]], [["城东营业部"]]];
                const month = (i) => [[`2024-0${1 + (i % 6)}`]];
                const cell = (_, i) => test.call("KPI", kpi, unit, month(i), null);
                const found = await Promise.all(Array.from({ length: cells }, cell));
                if (!found.every((one) => one[0][0] > 0)) throw new Error("no numbers");
                return (performance.now() - began) / 1000;
            }""",
            CELLS,
        )
        posts = [one for one in page.requests if one.startswith("POST")]
    finally:
        page.close()
    yield f"server_requests_of_{CELLS}_cells", len(posts), "requests"
    yield f"server_{CELLS}_cells", float(str(taken)), "s"


# ---------------------------------------------------------------------------------------------


def load(minutes: float) -> None:
    """Keep the server busy and say how it went."""
    with tempfile.TemporaryDirectory() as name:
        project = _project(Path(name) / "project")
        with _served(["-m", "kpi_xl.cli", "--project", project, "serve"], project) as ours:
            process = _SERVERS[ours]
            print(
                f"users {USERS}, minutes {minutes:g}, load of the machine {os.getloadavg()[0]:.1f}"
            )
            before = _memory(process)
            taken, failed, most = asyncio.run(_busy(ours, process, minutes * 60))
            after = _memory(process)
    for kind, seconds in taken.items():
        seconds.sort()
        p50, p95, p99 = (1000 * seconds[int(len(seconds) * part)] for part in (0.5, 0.95, 0.99))
        print(f"{kind}: {len(seconds)} requests, p50 {p50:.1f} p95 {p95:.1f} p99 {p99:.1f} ms")
    requests = sum(map(len, taken.values()))
    print(f"together {requests} requests, {requests / minutes / 60:.0f}/s, errors {failed}")
    print(f"memory {before:.0f} MB before, {after:.0f} after, {most:.0f} at most")


async def _busy(
    port: int, process: subprocess.Popen[bytes], seconds: float
) -> tuple[dict[str, list[float]], int, float]:
    import httpx

    units = ["城东营业部", "城北营业部", "城南营业部", "滨江营业部"]
    month = [["2024-06"]]
    cells = [
        {
            "func_name": "KPI",
            "args": [[["活动率"]], [[units[i % 4]]], [[f"2024-0{1 + i % 6}"]], None],
        }
        for i in range(CELLS)
    ]
    names = [["活动率"], ["人均件数"], ["件均保费"], ["首年度保费"]]
    rows = [[float(i)] for i in range(1000)]
    kinds: dict[str, tuple[str, bytes]] = {
        "one cell": ("/kpi/calls", json.dumps({"calls": cells[:1]}).encode()),
        f"a sheet of {CELLS} cells": ("/kpi/calls", json.dumps({"calls": cells}).encode()),
        "KPI_TABLE": ("/kpi/calls", _body("KPI_TABLE", names, [[u] for u in units], month)),
        "KPI_WARNINGS": ("/kpi/calls", _body("KPI_WARNINGS", [[units[0]]], month)),
        "1,000 rows": ("/kpi/calls", _body("KPI_ATTAINMENT", rows, [[9.0]])),
        "refresh of a workbook": ("/kpi/commands/refresh", _workbook()),
    }  # fmt: skip
    order = [
        *["one cell"] * 6,
        f"a sheet of {CELLS} cells",
        "KPI_TABLE",
        "KPI_WARNINGS",
        "1,000 rows",
    ] * 3
    order.append("refresh of a workbook")
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    failed, most, until = 0, 0.0, time.monotonic() + seconds

    async def user(client: httpx.AsyncClient, number: int) -> None:
        nonlocal failed
        place = number * 7
        while time.monotonic() < until:
            place += 1
            kind = order[place % len(order)]
            path, body = kinds[kind]
            began = time.perf_counter()
            answer = await client.post(path, content=body)
            taken[kind].append(time.perf_counter() - began)
            failed += answer.status_code != 200 or b'"failed": true' in answer.content
            await asyncio.sleep(0.05)  # people read between two requests

    async def watch() -> None:
        nonlocal most
        while time.monotonic() < until:
            most = max(most, _memory(process))
            await asyncio.sleep(1)

    headers = {"Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=USERS)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, limits=limits, timeout=60
    ) as client:
        await asyncio.gather(watch(), *(user(client, number) for number in range(USERS)))
    return taken, failed, most


# ---------------------------------------------------------------------------------------------

_SERVERS: dict[int, subprocess.Popen[bytes]] = {}


def _project(folder: Path) -> Path:
    """The sample, loaded, with a server that lets everybody on this machine in."""
    from kpi_xl.jobs.load import load as load_project
    from kpi_xl.jobs.start import sample

    sample(folder)
    port = _free_port()
    file = folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    lines = f"[server]\nport = {port}\nrequests_per_minute = 1000000\n"
    file.write_text(text.replace("[server]\n", lines, 1), encoding="utf-8")
    from kpi_xl.project import Project

    load_project(Project.open(folder))
    return folder


@contextmanager
def _served(command: list[Any], project: Path, **environment: str) -> Iterator[int]:
    """A server of a project while it lasts; its port."""
    from kpi_xl.project import Project

    with _running(command, Project.open(project).settings.server.port, environment) as port:
        yield port


@contextmanager
def _usual(folder: Path) -> Iterator[int]:
    """A server as xlwings Server makes it, with one function."""
    functions = folder / "custom_functions"
    functions.mkdir(parents=True)
    (functions / "__init__.py").write_text(_USUAL)
    port = _free_port()
    command = [
        "-m",
        "uvicorn",
        "xlwings_server.main:main_app",
        "--port",
        str(port),
        "--no-access-log",
    ]
    environment = {"XLWINGS_PROJECT_DIR": str(folder), "XLWINGS_LOG_LEVEL": "WARNING"}
    with _running([*command, "--log-level", "warning"], port, environment) as running:
        yield running


@contextmanager
def _running(command: list[Any], port: int, environment: dict[str, str]) -> Iterator[int]:
    # A benchmark is a noncommercial use; whoever serves a company has a licence of his own.
    given = {**os.environ, "XLWINGS_LICENSE_KEY": "noncommercial", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        env=given | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _SERVERS[port] = process
    try:
        for _ in range(600):
            try:
                with socket.create_connection(("127.0.0.1", port), 1):
                    break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _workbook() -> bytes:
    """A workbook of a department with one KPI to fill."""
    cells = [["城东营业部", ""]]
    sheet = {"name": "表", "row": 1, "column": 1, "values": cells, "formulas": cells}
    names = {"unit.name": "=表!$A$1", "kpi.活动率": "=表!$B$1"}
    named = [{"name": name, "refers": place} for name, place in names.items()]
    book = {"name": "a.xlsx", "sheets": [sheet], "names": named}
    return json.dumps({"workbook": book}, ensure_ascii=False).encode()


def _body(name: str, *arguments: Any) -> bytes:
    return json.dumps({"calls": [{"func_name": name, "args": list(arguments)}]}).encode()


def _asked(port: int, path: str, body: bytes) -> tuple[float, Any]:
    """The seconds until an answer was there, and the answer."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=300) as answer:
        content = answer.read()
    return time.perf_counter() - began, json.loads(content)


def _memory(process: subprocess.Popen[bytes]) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _processor(port: int) -> float:
    """The processor's seconds that a server has taken."""
    numbers = Path(f"/proc/{_SERVERS[port].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _xlwings() -> str:
    from importlib.metadata import version

    return version("xlwings")


if __name__ == "__main__":
    if "--load" in sys.argv:
        load(float(sys.argv[sys.argv.index("--load") + 1]))
    else:
        for name, value, unit in figures("--quick" in sys.argv):
            print(f"{name} {value:.4g} {unit}", flush=True)
