"""A place to try what a page says: an empty folder, the command kpi-xl, and a sample project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from command_line import run
from kpi_xl.jobs import start
from kpi_xl.jobs.load import load
from kpi_xl.project import Project

ROOT = Path(__file__).parents[2]
_OF_A_SHELL = re.compile(r"[|&><;*`$~\\]")


@dataclass(frozen=True)
class Shell:
    """A terminal in a folder of its own."""

    folder: Path
    programs: Path

    def run(self, command: str, folder: Path | None = None) -> tuple[int, str]:
        """Run a line; its exit code and everything it says.

        A plain command of kpi-xl runs in this process: one of its own takes a second to begin.
        """
        environment = {
            "HOME": str(self.programs),
            "COLUMNS": "100",
            "LANG": "C.UTF-8",
            "PYTHONUTF8": "1",
        }
        if command.startswith("kpi-xl ") and not _OF_A_SHELL.search(command):
            with pytest.MonkeyPatch.context() as patch:
                for name, value in environment.items():
                    patch.setenv(name, value)
                here = run(*shlex.split(command)[1:], folder=folder or self.folder)
            return here.returncode, here.stdout + here.stderr
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder or self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
            env=environment | {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"},
        )
        return done.returncode, done.stdout


@pytest.fixture
def shell(tmp_path) -> Shell:
    """A terminal that has the command kpi-xl, in an empty folder."""
    programs = tmp_path / "programs"
    programs.mkdir()
    command = programs / "kpi-xl"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m kpi_xl.cli "$@"\n'
    )
    command.chmod(0o755)
    (tmp_path / "place").mkdir()
    return Shell(tmp_path / "place", programs)


@pytest.fixture(scope="session")
def sample(tmp_path_factory, worker_id) -> Path:
    """The sample branch with its data read, made once for all workers; nobody may change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "docs-sample"
    with FileLock(str(shared / "docs-sample.lock")):
        if not (folder / "output").exists():
            start.sample(folder)
            load(Project.open(folder))
    return folder


@pytest.fixture
def with_sample(shell, sample) -> Shell:
    """A terminal in a folder that has the sample branch in demo/."""
    shutil.copytree(sample, shell.folder / "demo")
    return shell
