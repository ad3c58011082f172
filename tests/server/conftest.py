"""A server of a project of its own, with users who may see all, one department, and one team."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpi_xl.project import Project

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

KEYS = {name: f"kpi_{name}-key-of-the-tests" for name in ("all", "department", "team")}
ROLES = {
    "all": '"*"',
    "department": '["城东营业部"]',
    "team": '["城北营业部/城北二组"]',
}


def server_section(port: int = 8443, **more: str) -> str:
    """The lines of kpi.toml."""
    lines = ["[server]", f"port = {port}", "requests_per_minute = 1_000_000"]
    lines += [f"{name} = {value}" for name, value in more.items()]
    lines += ["[server.roles]", *(f"{name} = {units}" for name, units in ROLES.items())]
    lines.append("[server.keys]")
    for name, key in KEYS.items():
        sha256 = hashlib.sha256(key.encode()).hexdigest()
        lines.append(f'{name} = {{ sha256 = "{sha256}", role = "{name}" }}')
    return "\n".join(lines) + "\n"


def with_server(folder: Path, port: int = 8443, **more: str) -> Project:
    """A project with a server in its settings."""
    file = folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    before, mark, after = text.partition("\n[bands]")
    before = before.partition("\n[server]\n")[0]
    file.write_text(f"{before}\n{server_section(port, **more)}{mark}{after}", encoding="utf-8")
    return Project.open(folder)


@pytest.fixture(scope="session")
def department(branch, tmp_path_factory) -> Project:
    """A project that a server may write into, loaded."""
    folder = tmp_path_factory.mktemp("server") / "department"
    shutil.copytree(branch.project.folder, folder, ignore=shutil.ignore_patterns("output", "done"))
    project = with_server(folder)
    from kpi_xl.jobs.load import load

    load(project)
    return project


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    address: str
    project: Project
    log: Path
    process: subprocess.Popen


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def started(
    project: Project, port: int, log: Path, *, https: bool = False, **environment
) -> Served:
    """Start a server as ``kpi-xl serve`` does, and wait until it answers."""
    import ssl

    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "kpi_xl.cli", "--project", str(project.folder), "serve"],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={
                **os.environ,
                # These tests are a noncommercial use; a user has to say so, or buy, himself.
                "XLWINGS_LICENSE_KEY": "noncommercial",
                "PYTHONPATH": str(ROOT),
                **environment,
            },
        )
    address = f"http{'s' if https else ''}://127.0.0.1:{port}"
    context = ssl._create_unverified_context() if https else None
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8"))
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5, context=context):
                return Served(address, project, log, process)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise TimeoutError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def served(department, tmp_path_factory):
    """The server."""
    port = free_port()
    project = with_server(department.folder, port)
    running = started(project, port, tmp_path_factory.mktemp("log") / "server.log")
    yield running
    running.process.terminate()
    running.process.wait(20)
