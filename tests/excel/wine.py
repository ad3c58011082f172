"""Windows' cmd.exe as Wine has it, with a stand-in for Python that writes down how it is called.

The stand-in is pip's launcher for scripts on Windows, of distlib: what stands behind its program says what it
starts. It starts a batch file that writes its arguments down and fails where it is told to.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import distlib
import pytest

LAUNCHER = Path(distlib.__file__).parent / "t64.exe"
needs_wine = pytest.mark.skipif(shutil.which("wine") is None, reason="needs Wine")
STAND_IN = r"""@echo off
>>C:\calls.txt echo %*
set "WORD="
if exist C:\fail.txt set /p WORD=<C:\fail.txt
if not defined WORD exit 0
for %%A in (%*) do if "%%~A"=="%WORD%" exit 9
exit 0
"""


def stand_in() -> bytes:
    """A python.exe."""
    script = io.BytesIO()
    with zipfile.ZipFile(script, "w") as archive:
        archive.writestr("__main__.py", "pass")
    starts = b"#!C:\\windows\\system32\\cmd.exe /d /c C:\\standin.cmd\r\n"
    return LAUNCHER.read_bytes() + starts + script.getvalue()


class Pc:
    """A PC with a user's profile that is new."""

    def __init__(self, folder: Path) -> None:
        self._environment = os.environ | {
            "WINEPREFIX": str(folder),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=d",
            "LC_ALL": "C.UTF-8",
        }
        self._run("wineboot", "-i")
        self.said = b""
        self.drive = folder / "drive_c"
        (self.drive / "standin.cmd").write_bytes(STAND_IN.replace("\n", "\r\n").encode())
        (self.profile,) = (one for one in (self.drive / "users").iterdir() if one.name != "Public")
        self.local = self.profile / "AppData" / "Local" / "kpi_xl"
        self.addin = self.profile / "AppData/Roaming/Microsoft/Excel/XLSTART/kpi_xl.xlam"

    def _run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["wine", *command], env=self._environment, capture_output=True, check=False, timeout=240
        )

    def double_click(self, file: Path, *arguments: str) -> int:
        """Run a batch file; how it ended."""
        (self.drive / "calls.txt").unlink(missing_ok=True)
        done = self._run("cmd", "/c", str(file), *arguments)
        self.said = done.stdout
        return done.returncode

    @property
    def calls(self) -> list[str]:
        """How Python was called, without its own path."""
        file = self.drive / "calls.txt"
        if not file.is_file():
            return []
        lines = file.read_bytes().decode("latin-1").splitlines()
        return [line.partition('" ')[2].strip() for line in lines]

    def fail_at(self, word: str | None) -> None:
        """From now on Python fails where this is among its arguments."""
        file = self.drive / "fail.txt"
        file.unlink(missing_ok=True)
        if word is not None:
            file.write_bytes(f"{word}\r\n".encode())

    def end(self) -> None:
        """Nothing of it goes on running, nor is anything of it left."""
        for option in ("-k", "-w"):  # end it, wait until it has ended
            subprocess.run(["wineserver", option], env=self._environment, check=False)
        about = Path(self._environment["WINEPREFIX"]).stat()
        # Its socket is in a folder that is named after the prefix, in one made for it.
        mine = f"server-{about.st_dev:x}-{about.st_ino:x}"
        for folder in Path(tempfile.gettempdir()).glob(f"wine-*/{mine}"):
            shutil.rmtree(folder.parent, ignore_errors=True)
