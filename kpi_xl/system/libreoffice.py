"""Convert workbooks to other formats with LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError

_AT_ONCE: Final = 50
"""So many workbooks are given to LibreOffice at a time: starting it takes longer than one."""

_PATIENCE: Final = 600.0
_WINDOWS: Final = (
    Path(r"C:\Program Files\LibreOffice\program\soffice.exe"),
    Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
)


def soffice() -> Path | None:
    """The program file of LibreOffice; None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found:
        return Path(found)
    return next((path for path in _WINDOWS if path.is_file()), None)


def needed_soffice(purpose: str) -> Path:
    """The program file of LibreOffice.

    Raises
    ------
    InputError
        When it is not installed.
    """
    program = soffice()
    if program is None:
        raise InputError(kinds.NO_LIBREOFFICE(purpose=purpose))
    return program


def converted(
    files: Mapping[str, Path], to: str, program: Path, folder: Path, patience: float = _PATIENCE
) -> dict[str, Path]:
    """Workbooks in another format; those that LibreOffice could not convert are missing.

    Parameters
    ----------
    files : mapping of str to Path
        The workbooks by any key; their file names must differ.
    to : str
        The ending of the format, ``pdf`` or ``xlsx``.
    program : Path
        The program file of LibreOffice.
    folder : Path
        Where the results go.
    patience : float
        Seconds that it may take for as many as are given to it at a time.
    """
    keys = list(files)
    made = {}
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as profile:
        for first in range(0, len(keys), _AT_ONCE):
            part = [files[key] for key in keys[first : first + _AT_ONCE]]
            command = [
                str(program), f"-env:UserInstallation={Path(profile).as_uri()}", "--headless",
                "--norestore", "--convert-to", to, "--outdir", str(folder), *map(str, part),
            ]  # fmt: skip
            try:
                subprocess.run(command, capture_output=True, timeout=patience, check=False)
            except subprocess.TimeoutExpired:
                continue
        for key in keys:
            result = folder / f"{files[key].stem}.{to}"
            if result.is_file() and result != files[key]:
                made[key] = result
    return made
