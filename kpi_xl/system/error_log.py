"""Logs of faults of the program: in the user's own folder, one file for each."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Final

from platformdirs import user_log_path

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.system_errors import meant_by

_KEPT: Final = 20
"""Logs of earlier faults; older ones go."""

_BEGINNING: Final = "error-"


def told(error: Exception) -> InputError:
    """What an exception is told as; a fault of the program is written down."""
    if (meant := meant_by(error)) is not None:
        return meant
    log = log_fault("".join(traceback.format_exception(error)))
    return InputError(kinds.PROGRAM_FAULT(error=type(error).__name__, log=log))


def log_fault(text: str) -> str:
    """Write a traceback to a file that only its user may read.

    Parameters
    ----------
    text : str
        The text of the traceback.

    Returns
    -------
    str
        The file, to be named to the user. Where none can be written, the text is on the terminal,
        and this says so.
    """
    for folder in (_own, _temporary):
        try:
            return str(_written(folder(), text))
        except OSError:
            continue
    with contextlib.suppress(OSError, ValueError, AttributeError):  # pythonw.exe has no terminal
        sys.stderr.write(text)
    return "屏幕上的全部内容"


def _own() -> Path:
    folder: Path = user_log_path("kpi_xl", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "nt":
        about = folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            raise PermissionError
        folder.chmod(0o700)
    old = sorted(folder.glob(f"{_BEGINNING}*.log"))
    for file in old[: max(0, len(old) - _KEPT + 1)]:
        with contextlib.suppress(OSError):
            file.unlink()
    return folder


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="kpi_xl-"))


def _written(folder: Path, text: str) -> Path:
    now = time.strftime("%Y%m%d-%H%M%S")
    file = folder / f"{_BEGINNING}{now}-{os.urandom(4).hex()}.log"
    number = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
    except OSError:
        with contextlib.suppress(OSError):
            file.unlink()
        raise
    return file
