"""A project: one folder with settings, raw files, the store, and the results.

::

    kpi.toml      settings, every one with a default
    设置.xlsx      the settings that a manager changes in a sheet, where there is one
    指标定义.xlsx  KPIs of one's own, where there are any
    data/         the raw files as they come
    kpi.duckdb    the checked tables
    kpi.cube      the measures of every unit and month
    kpi.read/     what was read of large raw files, which are not read again
    circulation.sqlite  what was sent to whom, and what came back
    通讯录.csv    mail addresses by unit or 工号 (or 通讯录.xlsx)
    output/       the workbooks that kpi_xl makes
    returned/     the workbooks that come back
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.settings.definitions import WORKBOOK as DEFINITIONS
from kpi_xl.settings.kpi_toml import of_project
from kpi_xl.settings.project_settings import FILE_ENGINE, Settings
from kpi_xl.settings.settings_sheet import WORKBOOK as SHEET


@dataclass(frozen=True)
class Project:
    """A project folder and its settings.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist yet.
    """

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: str | Path) -> Project:
        """Open an existing project.

        Raises
        ------
        InputError
            When the folder is no project, or kpi.toml cannot be used.
        """
        folder = Path(folder)
        file = folder / "kpi.toml"
        if not file.is_file():
            raise InputError(kinds.NO_PROJECT(folder=folder))
        return cls(folder, of_project(file, folder / SHEET, folder / DEFINITIONS))

    @property
    def settings_files(self) -> list[Path]:
        """The files of its settings; the optional ones may be missing."""
        names = ("kpi.toml", SHEET, DEFINITIONS)
        own = dict.fromkeys(one.file for one in self.settings.weights.values())
        return list(dict.fromkeys((*(self.folder / name for name in names), *own)))

    @property
    def data(self) -> Path:
        """The folder with the raw files."""
        return self.folder / self.settings.data

    @property
    def store(self) -> Path:
        """The database with the checked tables."""
        settings = self.settings
        return self.folder / (
            "kpi.duckdb" if settings.in_database else settings.engine.removeprefix(FILE_ENGINE)
        )

    @property
    def memory(self) -> Path:
        """The folder of the kept rows of large raw files."""
        return self.folder / "kpi.read"

    @property
    def cube(self) -> Path:
        """The measures of every unit and month."""
        return self.folder / "kpi.cube"

    @property
    def output(self) -> Path:
        """The folder of the workbooks that are made."""
        return self.folder / "output"

    @property
    def returned(self) -> Path:
        """The folder of the workbooks that come back."""
        return self.folder / "returned"
