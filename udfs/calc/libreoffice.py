"""The LibreOffice on this machine, and the user's profile of it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl.system.libreoffice import soffice
from udfs.calc import EXTENSION

_LOADERS: Final = ("libpythonloaderlo.so", "pythonloader.uno.dll", "libpythonloaderlo.dylib")


@dataclass(frozen=True)
class LibreOffice:
    """An installed LibreOffice.

    Parameters
    ----------
    program : Path
        The folder with its programs.
    """

    program: Path

    @classmethod
    def found(cls) -> LibreOffice | None:
        """The one on this machine; None where there is none."""
        program = soffice()
        return None if program is None else cls(program.resolve().parent)

    @property
    def unopkg(self) -> Path:
        """The program that installs extensions; on Windows the one that writes to a console."""
        name = "unopkg.com" if sys.platform == "win32" else "unopkg"
        return self.program / name

    @property
    def version(self) -> str:
        """Its version, such as 25.2; empty where it is not known."""
        resources = self.program.parent / "Resources"
        for file in (
            self.program / "bootstraprc", self.program / "bootstrap.ini", resources / "bootstraprc"
        ):  # fmt: skip
            if file.is_file():
                text = file.read_text(encoding="utf-8", errors="replace")
                said = re.search(r"^ProductKey=\D*([\d.]+)", text, re.MULTILINE)
                if said:
                    return said[1]
        return ""

    @property
    def has_python(self) -> bool:
        """Whether it can run extensions in Python."""
        folders = (self.program, self.program.parent / "Frameworks")
        return any((folder / name).is_file() for folder in folders for name in _LOADERS)


def installed_extensions(home: Path, roaming: Path) -> list[Path]:
    """The unpacked extension in the user's profile.

    Parameters
    ----------
    home, roaming : Path
        His own folder, and on Windows %APPDATA%.
    """
    if sys.platform == "win32":
        base = roaming / "LibreOffice"
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support" / "LibreOffice"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "libreoffice"
    return extensions_in(base / "4" / "user" / "uno_packages")


def extensions_in(folder: Path) -> list[Path]:
    """The unpacked extensions in a folder of LibreOffice, without leftovers."""
    found = sorted((folder / "cache").glob(f"uno_packages/*/{EXTENSION}"))
    try:
        listed = (folder / "cache" / "uno_packages.pmap").read_bytes()
    except FileNotFoundError:  # there is none where it is installed for everybody
        return found
    return [path for path in found if path.parent.name.rstrip("_").encode() in listed]
