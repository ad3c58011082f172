"""A file to double-click that opens the page, as each system wants it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

from kpi_xl.system.files import write_whole

NAME: Final = "KPI"


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
    words = [sys.executable, "-m", "kpi_xl.cli"]
    if project is not None:
        words += ["--project", str(project.resolve())]
    words.append("desk")
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


def _for_windows(words: list[str]) -> str:
    # cmd.exe reads % and its own code page; the second line makes it read UTF-8.
    line = " ".join(f'"{word.replace("%", "%%")}"' for word in words)
    return f"@echo off\r\nchcp 65001 >nul\r\n{line}\r\nif errorlevel 1 pause\r\n"


def _for_linux(words: list[str]) -> str:
    """A desktop entry; its quoting is its own: backslashes twice, % as %%."""
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
