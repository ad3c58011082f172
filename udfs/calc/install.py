"""Install the extension into the user's LibreOffice, and uninstall it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import udfs
from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.system.files import write_whole
from kpi_xl.system.user import User, UserSettings
from udfs.calc import EXTENSION, IDENTIFIER
from udfs.calc.build import build
from udfs.calc.libreoffice import LibreOffice


@dataclass(frozen=True)
class Installed:
    """The installed parts.

    Parameters
    ----------
    libreoffice : LibreOffice
        Where it is installed.
    conf : Path
        The file that says which Python to start.
    interpreter : Path
        The Python that the add-in starts.
    """

    libreoffice: LibreOffice
    conf: Path
    interpreter: Path


def install(
    project: Path | None = None,
    addin: Path | None = None,
    user: User | None = None,
    options: Sequence[str] = (),
) -> Installed:
    """Install the extension for a user; running it again brings everything up to date.

    Parameters
    ----------
    project : Path, optional
        The project that the functions read; by default it stays as it is.
    addin : Path, optional
        A built extension; by default it is built.
    user : User, optional
        Whose; by default whoever runs this.
    options : sequence of str
        More options for LibreOffice's ``unopkg``, such as another profile.

    Returns
    -------
    Installed

    Raises
    ------
    InputError
        When there is no LibreOffice, it cannot run Python, or it refuses.
    """
    office = _libreoffice()
    if not office.has_python:
        raise InputError(kinds.NO_PYTHON_IN_OFFICE(), file=office.program)
    user = user or User.current()
    if project is not None:
        folder = Project.open(project).folder.resolve()
        user.save(UserSettings(folder, user.settings().month))
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / EXTENSION  # its name there becomes its name in LibreOffice
        file.write_bytes(build() if addin is None else addin.read_bytes())
        _unopkg(office, ["add", "--force", "--suppress-license", *_whose(), *options, str(file)])
    interpreter = Path(sys.executable)
    packages = Path(udfs.__file__).resolve().parents[1]
    write_whole(user.calc_conf, f"{interpreter}\n{packages}\n".encode())
    return Installed(office, user.calc_conf, interpreter)


def uninstall(user: User | None = None, options: Sequence[str] = ()) -> list[Path]:
    """Uninstall the extension, and the user's settings unless Excel's add-in needs them.

    Parameters
    ----------
    user : User, optional
        Whose; by default whoever runs this.
    options : sequence of str
        The same options as for `install`.

    Returns
    -------
    list of Path
        The files that were removed, besides the extension.

    Raises
    ------
    InputError
        When LibreOffice refuses.
    """
    _unopkg(_libreoffice(), ["remove", *_whose(), *options, IDENTIFIER])
    user = user or User.current()
    files = [user.calc_conf, user.folder / "server.log", user.folder / "button.log"]
    if not user.conf.exists():
        files += [user.settings_file, *sorted(user.undo.glob("*.json"))]
    removed = [file for file in files if file.is_file()]
    for file in removed:
        file.unlink()
    for folder in (user.undo, user.folder):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            removed.append(folder)
    return removed


def _libreoffice() -> LibreOffice:
    office = LibreOffice.found()
    if office is None:
        raise InputError(kinds.NO_OFFICE())
    return office


def _whose() -> list[str]:
    """The option of unopkg: none for a user; root installs for everybody, as LibreOffice
    requires.
    """
    return ["--shared"] if sys.platform != "win32" and os.geteuid() == 0 else []


def _unopkg(office: LibreOffice, arguments: Sequence[str]) -> None:
    # LibreOffice's Python must not take our environment for its own.
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(office.unopkg), *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        check=False,
    )
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())
        raise InputError(kinds.ADDIN_REFUSED(), value=said or done.returncode)
