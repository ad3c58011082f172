"""Install the add-in for the user, and uninstall it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.system.files import write_whole
from kpi_xl.system.system_errors import FileError
from kpi_xl.system.user import User, UserSettings
from udfs.excel.build import build
from udfs.excel.doctor import ansi
from udfs.excel.sources import check_version


@dataclass(frozen=True)
class Installed:
    """The paths of the installed parts.

    Parameters
    ----------
    addin : Path
        The add-in, in Excel's start folder.
    conf : Path
        The file that says which Python to start.
    interpreter : Path
        The Python that the add-in starts.
    """

    addin: Path
    conf: Path
    interpreter: Path


def install(
    project: Path | None = None,
    addin: Path | None = None,
    user: User | None = None,
    interpreter: Path | None = None,
) -> Installed:
    """Install the add-in for a user; running it again brings everything up to date.

    Parameters
    ----------
    project : Path, optional
        The project that the functions read; by default it stays as it is.
    addin : Path, optional
        A built add-in, as when one is handed out to a department; by default it is built.
    user : User, optional
        Whose Excel; by default whoever runs this.
    interpreter : Path, optional
        The Python to start; by default the one that runs this, without its console window.

    Returns
    -------
    Installed

    Raises
    ------
    InputError
        When Excel is open, a path cannot be written the way VBA reads it, or this is not Windows.
    VersionError
        When the installed xlwings is not the one the add-in is made for.
    """
    check_version()
    user = user or _windows_user()
    interpreter = interpreter or _windowless(Path(sys.executable))
    if project is not None:
        folder = Project.open(project).folder.resolve()
        user.save(UserSettings(folder, user.settings().month))
    line = f'"INTERPRETER_WIN","{_writable(interpreter)}"\r\n'.encode(ansi())
    content = build() if addin is None else addin.read_bytes()
    try:
        write_whole(user.addin, content)
    except FileError as error:
        if error.is_open:
            raise InputError(kinds.ADDIN_IN_USE(), file=user.addin) from None
        raise
    write_whole(user.conf, line)
    return Installed(user.addin, user.conf, interpreter)


def uninstall(user: User | None = None) -> list[Path]:
    """Remove everything that was installed, and the user's settings.

    Parameters
    ----------
    user : User, optional
        Whose Excel; by default whoever runs this.

    Returns
    -------
    list of Path
        What was removed.

    Raises
    ------
    InputError
        When Excel is open.
    """
    user = user or _windows_user()
    removed = []
    files = [
        user.addin,
        user.conf,
        user.settings_file,
        *sorted(user.undo.glob("*.json")),
    ]
    for file in files:
        try:
            file.unlink()
        except FileNotFoundError:
            continue
        except PermissionError:
            raise InputError(kinds.ADDIN_NOT_REMOVED(), file=file) from None
        removed.append(file)
    for folder in (user.undo, user.folder):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            removed.append(folder)
    return removed


def _windows_user() -> User:
    if sys.platform != "win32":
        raise InputError(kinds.ONLY_ON_WINDOWS())
    return User.current()


def _windowless(python: Path) -> Path:
    """pythonw.exe beside python.exe, where there is one."""
    windowless = python.with_name("pythonw.exe")
    return windowless if windowless.is_file() else python


def _writable(path: Path) -> str:
    """A path in the code page of Windows, in which VBA reads the file.

    Raises
    ------
    InputError
        When it has characters that are not in the code page and no short name either.
    """
    for candidate in (str(path), _short_name(str(path))):
        try:
            if candidate.encode(ansi()).decode(ansi()) == candidate and '"' not in candidate:
                return candidate
        except UnicodeError:
            continue
    raise InputError(kinds.PYTHON_PATH(), value=path)


def _short_name(path: str) -> str:
    """Windows' short name of a path, which is ASCII; the path itself where it has none."""
    if sys.platform != "win32":
        return path
    import ctypes

    buffer = ctypes.create_unicode_buffer(32768)
    found = ctypes.windll.kernel32.GetShortPathNameW(path, buffer, len(buffer))
    return buffer.value if found else path
