"""From a folder of unprepared files to a project that reads them where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.tables_found import raw_files
from kpi_xl.settings.edit import edit, section
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.text import settings_text
from kpi_xl.system.files import is_new, make_own, write_whole

if TYPE_CHECKING:
    from tomlkit.toml_document import TOMLDocument

BESIDE: Final = "-KPI"
"""What is put behind the folder's name to make the project's."""

_MOST: Final = 1000
"""Whose whole home is chosen by mistake gets no project of everything in it."""


def project_of(folder: Path, wanted: Path | None = None, name: str = "分公司") -> Project:
    """The project that reads the files of a folder; it is made where there is none.

    The project stands beside the folder and refers to it, so that nothing is written among
    people's files, and a file that is put there next month is read without being copied.

    Parameters
    ----------
    folder : Path
        The folder with the files; a project's own folder is that project.
    wanted : Path, optional
        The project's folder; by default beside the other, with ``-KPI`` behind its name.
    name : str
        The branch's name, for a new project.

    Raises
    ------
    InputError
        When there is no such folder, nothing in it, or another project is in the way.
    """
    if not folder.is_dir():
        raise InputError(kinds.NO_FOLDER_OF_FILES(folder=folder))
    if wanted is None and (folder / "kpi.toml").is_file():
        return Project.open(folder)
    data = folder.resolve()
    place = (data.with_name(data.name + BESIDE) if wanted is None else wanted).resolve()
    if (place / "kpi.toml").is_file():
        project = Project.open(place)
        if project.data.resolve() != data:
            raise InputError(kinds.OTHER_PROJECT_THERE(place=place, data=project.data.resolve()))
        return project
    if place == data or data in place.parents:
        raise InputError(kinds.PROJECT_IN_DATA(data=data))
    if not is_new(place):
        raise InputError(kinds.FOLDER_NOT_NEW(place=place))
    files = len(raw_files(Project(place, Settings(data=str(data)))))
    if not files:
        raise InputError(kinds.FOLDER_EMPTY(data=data))
    if files > _MOST:
        raise InputError(kinds.FOLDER_OF_MANY(data=data, files=f"{files:,}"))
    make_own(place)
    write_whole(place / "kpi.toml", settings_text(name).encode())
    written = f"../{data.name}" if data.parent == place.parent else data.as_posix()

    def refer(document: TOMLDocument) -> None:
        section(document, "project")["data"] = written

    edit(place / "kpi.toml", refer)
    return Project.open(place)
