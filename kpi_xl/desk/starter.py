"""Files to double-click that start the local page, one for each system."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.files import write_whole

NAME: Final = "KPI"

_NEEDED: Final = ("jinja2", "python_multipart", "starlette", "uvicorn")


def starter(folder: Path, project: Path | None, system: str = sys.platform) -> Path:
    """Write the file.

    Parameters
    ----------
    folder : Path
        Where, such as the desktop.
    project : Path or None
        The project that it opens.
    system : str
        For which system, as `sys.platform` calls it.

    Returns
    -------
    Path
        The file.
    """
    words = _words(project)
    if system == "win32":
        file, text = folder / f"{NAME}.cmd", _for_windows(words)
    elif system == "darwin":
        file, text = folder / f"{NAME}.command", f"#!/bin/sh\nexec {shlex.join(words)}\n"
    else:
        file, text = folder / f"{NAME}.desktop", _for_linux(words)
    write_whole(file, text.encode())
    if system != "win32":
        file.chmod(0o755)
    return file


def open_page(project: Path | None) -> None:
    """Open the page in a process of its own, which goes on when this one ends.

    Raises
    ------
    InputError
        When what it needs is not installed.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise InputError(kinds.DESK_NOT_INSTALLED())
    flags = 0
    if sys.platform == "win32":
        # No window of a command line, and no end with the program that started it.
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    process = subprocess.Popen(
        _words(project),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        creationflags=flags,
    )
    threading.Thread(target=process.wait, daemon=True).start()  # nothing is left of it


def _words(project: Path | None) -> list[str]:
    named = [] if project is None else ["--project", str(project.resolve())]
    return [sys.executable, "-m", "kpi_xl.cli", *named, "desk"]


def _for_windows(words: list[str]) -> str:
    # cmd.exe reads % and its own code page; the second line makes it read UTF-8.
    line = " ".join(f'"{word.replace("%", "%%")}"' for word in words)
    return f"@echo off\r\nchcp 65001 >nul\r\n{line}\r\nif errorlevel 1 pause\r\n"


def _for_linux(words: list[str]) -> str:
    """A desktop entry. It has quoting rules of its own: backslashes twice, % as %%."""
    quoted = " ".join(
        '"'
        + "".join(f"\\\\{c}" if c in '"`$' else "\\\\\\\\" if c == "\\" else c for c in word)
        + '"'
        for word in words
    ).replace("%", "%%")
    return (
        "[Desktop Entry]\nType=Application\nName=KPI\nComment=KPI：文件、月度KPI表\n"
        f"Exec={quoted}\nTerminal=false\nCategories=Office;\n"
    )
