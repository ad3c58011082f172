"""Where LibreOffice is on this machine, and where it keeps what belongs to the user."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from udfs.calc import EXTENSION

_REGISTRY: Final = r"SOFTWARE\LibreOffice\UNO\InstallPath"
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
        for folder in _folders():
            if any((folder / name).is_file() for name in ("unopkg", "unopkg.exe", "unopkg.com")):
                return cls(folder)
        return None

    @property
    def unopkg(self) -> Path:
        """The program that installs extensions; on Windows the one that writes to a console."""
        name = "unopkg.com" if sys.platform == "win32" else "unopkg"
        return self.program / name

    @property
    def version(self) -> str:
        """Its version, such as 25.2; empty where it does not say."""
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
    """The unpacked extension in the user's profile."""
    if sys.platform == "win32":
        base = roaming / "LibreOffice"
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support" / "LibreOffice"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "libreoffice"
    return sorted(base.glob(f"4/user/uno_packages/cache/uno_packages/*/{EXTENSION}"))


def _folders() -> Iterator[Path]:
    for name in ("soffice", "libreoffice"):
        command = shutil.which(name)
        if command is not None:
            yield Path(command).resolve().parent
    if sys.platform == "win32":
        yield from _windows_folders()
    yield Path("/Applications/LibreOffice.app/Contents/MacOS")
    yield from (Path("/usr/lib/libreoffice/program"), Path("/opt/libreoffice/program"))


def _windows_folders() -> Iterator[Path]:
    if sys.platform != "win32":
        return
    import winreg

    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        try:
            yield Path(winreg.QueryValue(root, _REGISTRY))
        except OSError:
            continue
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)"):
        if variable in os.environ:
            yield Path(os.environ[variable]) / "LibreOffice" / "program"
