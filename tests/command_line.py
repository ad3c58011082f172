"""`kpi-xl` as somebody types it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kpi_xl.cli import main

ROOT = Path(__file__).parents[1]


def run(*arguments, folder=None, encoding="utf-8", typed=""):
    """Run a command in this process: one of its own takes a second to begin.

    Parameters
    ----------
    folder : Path, optional
        The current folder.
    encoding : str
        That of the terminal.
    typed : str
        What somebody answers.

    Returns
    -------
    subprocess.CompletedProcess
        As `run_alone`.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding, newline="") for _ in range(2))
    line = ["kpi-xl", *map(str, arguments)]
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", line)
        patch.setattr(sys, "stdin", io.StringIO(typed))
        if folder is not None:
            patch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main()
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode(encoding))
    return subprocess.CompletedProcess(line, int(ended.value.code or 0), *said)


def run_alone(*arguments, folder=None, encoding="utf-8"):
    """Run a command in a process of its own, as it is where it is installed."""
    return subprocess.run(
        [sys.executable, "-m", "kpi_xl.cli", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding=encoding,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)},
        check=False,
    )
