"""The user's own folder for kpi_xl on a machine, and the folder in which Excel looks for add-ins.

::

    %USERPROFILE%/.kpi_xl/settings.toml    the project and month of the formulas and the ribbon
    %USERPROFILE%/.kpi_xl/kpi_xl.conf      which Python the add-in starts; written by the installer
    %USERPROFILE%/.kpi_xl/calc.conf        the same for LibreOffice's add-in
    %USERPROFILE%/.kpi_xl/undo/            what the last fill of a workbook overwrote
    %APPDATA%/Microsoft/Excel/XLSTART/     Excel opens the add-ins in there when it starts
"""

from __future__ import annotations

import getpass
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.files import make_own, write_whole

ADDIN: Final = "kpi_xl.xlam"
"""The file name of the Excel add-in."""

PROJECT_VARIABLE: Final = "KPI_XL_PROJECT"
"""The environment variable that names the project, before the user's settings."""


@dataclass(frozen=True)
class UserSettings:
    """The user's choices.

    Parameters
    ----------
    project : Path or None
        The folder of the project in use; None without one.
    month : str or None
        The month that the ribbon's buttons work on; None for the last one with data.
    """

    project: Path | None = None
    month: str | None = None


@dataclass(frozen=True)
class User:
    """The places of one user.

    Parameters
    ----------
    home : Path
        The user's home folder.
    roaming : Path
        Where programs keep his settings: %APPDATA%.
    """

    home: Path
    roaming: Path

    @classmethod
    def current(cls, environment: Mapping[str, str] = os.environ) -> User:
        """Whoever runs this program."""
        home = Path(environment.get("USERPROFILE") or Path.home())
        roaming = environment.get("APPDATA")
        return cls(home, Path(roaming) if roaming else home / "AppData" / "Roaming")

    @property
    def folder(self) -> Path:
        """The folder of kpi_xl's files for this user."""
        return self.home / ".kpi_xl"

    @property
    def settings_file(self) -> Path:
        """His choices."""
        return self.folder / "settings.toml"

    @property
    def conf(self) -> Path:
        """The settings file of the add-in's VBA: which Python to start."""
        return self.folder / "kpi_xl.conf"

    @property
    def calc_conf(self) -> Path:
        """The settings file of the LibreOffice add-in: which Python to start."""
        return self.folder / "calc.conf"

    @property
    def undo(self) -> Path:
        """The folder of the cells that fills of open workbooks overwrote."""
        return self.folder / "undo"

    @property
    def addin(self) -> Path:
        """The add-in in Excel's start folder."""
        return self.roaming / "Microsoft" / "Excel" / "XLSTART" / ADDIN

    def settings(self) -> UserSettings:
        """Read his choices; none when there is no file.

        Raises
        ------
        InputError
            When the file cannot be used.
        """
        try:
            content = tomllib.loads(self.settings_file.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return UserSettings()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(kinds.OWN_SETTINGS_UNREADABLE(), file=self.settings_file) from error
        project, month = content.get("project"), content.get("month")
        return UserSettings(
            Path(project) if isinstance(project, str) and project else None,
            month if isinstance(month, str) and month else None,
        )

    def save(self, settings: UserSettings) -> None:
        """Write his choices."""
        lines = ["# kpi_xl 的个人设置：表格里的公式和 KPI 选项卡用哪个项目、哪个月份。"]
        if settings.project is not None:
            # A TOML string is written as JSON writes one.
            lines.append(f"project = {json.dumps(str(settings.project), ensure_ascii=False)}")
        if settings.month is not None:
            lines.append(f"month = {json.dumps(settings.month, ensure_ascii=False)}")
        make_own(self.folder)
        write_whole(self.settings_file, ("\n".join(lines) + "\n").encode())

    def project(self, environment: Mapping[str, str] = os.environ) -> Path:
        """The project's folder.

        Raises
        ------
        InputError
            When none was chosen.
        """
        named = environment.get(PROJECT_VARIABLE)
        chosen = Path(named) if named else self.settings().project
        if chosen is None:
            raise InputError(kinds.NO_PROJECT_CHOSEN())
        return chosen


def login() -> str:
    """The name under which the computer knows who runs this program; empty where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return ""
