"""The state of the local page: the project, the choices for its files, the workbooks made."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO, Final

from kpi_xl import kinds
from kpi_xl.checks.checked import Checked
from kpi_xl.errors import InputError
from kpi_xl.jobs.check import check
from kpi_xl.jobs.fill import Filled, fill
from kpi_xl.jobs.first_month import project_of
from kpi_xl.jobs.load import report_path
from kpi_xl.jobs.mapping import MappingSession
from kpi_xl.jobs.outlook import Outlook, outlook
from kpi_xl.project import Project
from kpi_xl.system.files import put, unfinished

_RESULTS: Final = {".xlsx", ".xlsm", ".pdf", ".png"}
_PIECE: Final = 1 << 20
_MOST_FOLDERS: Final = 300


class Desk:
    """One user's work, the same in every window.

    Parameters
    ----------
    project : Project, optional
        The project that is open from the beginning.
    home : Path
        Folders are looked for in here.
    """

    def __init__(self, project: Project | None, home: Path) -> None:
        self.lock = threading.Lock()
        self.home = home.resolve()
        self.project = project
        self.ended = False
        self.seen = time.monotonic()
        self.edition = 0
        """Goes up with every change, so that a form of another window is known to be old."""
        self._mapping: MappingSession | None = None
        self.numbers: Outlook | None = None
        self.checked: Checked | None = None
        self.made: Filled | None = None

    @property
    def here(self) -> Project:
        """The project that is open.

        Raises
        ------
        InputError
            When there is none.
        """
        if self.project is None:
            raise InputError(kinds.DESK_NO_PROJECT())
        return self.project

    def open(self, folder: str, name: str) -> None:
        """Open a project, or make one that reads a folder's files."""
        given = folder.strip().strip('"')
        if not given:
            raise InputError(kinds.NO_FOLDER_TYPED())
        place = Path(given).expanduser()
        place = place if place.is_absolute() else self.home / place
        self._forget()
        self.project = project_of(place, name=name.strip() or "分公司")

    def folders(self, at: str) -> tuple[Path, list[Path]]:
        """A folder below the user's own, and the folders in it; names only, no files."""
        place = (self.home / at).resolve()
        if not place.is_dir() or not place.is_relative_to(self.home):
            place = self.home
        try:
            inside = sorted(
                each
                for each in place.iterdir()
                if each.is_dir() and not each.is_symlink() and not each.name.startswith((".", "~"))
            )
        except OSError:  # nobody may look into it
            inside = []
        return place, inside[:_MOST_FOLDERS]

    def mapping(self) -> MappingSession:
        """The mapping of the files to tables and columns; made once."""
        if self._mapping is None:
            self._mapping = MappingSession(self.here)
        return self._mapping

    def changed(self) -> None:
        """Note a choice: results shown before are out of date."""
        self.edition += 1
        self.numbers = None
        self.checked = None

    def look_again(self) -> None:
        """Forget how the files looked, and the choices since the last writing."""
        self._forget()
        self.project = Project.open(self.here.folder)

    def compute(self) -> Outlook:
        """Compute the numbers under the present choices."""
        if self.numbers is None:
            self.numbers = outlook(self.here, self.mapping().settings)
        return self.numbers

    def write(self) -> None:
        """Write the choices into kpi.toml."""
        session = self.mapping()
        session.write()
        numbers = self.numbers
        self.look_again()
        self.numbers = numbers

    def check(self) -> Checked:
        """The result of the check of the files."""
        if self.checked is None:
            self.checked, _ = check(self.here)
        return self.checked

    def fill(self, template: str, month: str) -> Filled:
        """Make workbooks."""
        self.made = fill(self.here, template or self.here.settings.report, month.strip() or None)
        self.checked = None
        return self.made

    def bring(self, name: str, content: BinaryIO) -> str:
        """Copy a file among the raw files; an existing one is never replaced.

        Returns
        -------
        str
            Its name.
        """
        plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
        plain = "".join(
            letter for letter in plain if letter.isprintable() and letter not in '<>:"|?*'
        )
        if plain.startswith(".") or not plain or len(plain.encode()) > 200:
            raise InputError(kinds.FILE_NAME_UNUSABLE(name=plain))
        file = self.here.data / plain
        if file.exists():
            raise InputError(kinds.FILE_THERE_ALREADY(name=plain))
        with unfinished(file) as draft:
            with draft.open("wb") as out:
                while piece := content.read(_PIECE):
                    out.write(piece)
            put(draft, file)
        self._forget()
        return plain

    def results(self) -> list[tuple[str, int]]:
        """The files that were made, newest month first: path below the output folder, and bytes."""
        folder = self.here.output
        found = [
            file
            for file in folder.rglob("*")
            if file.is_file() and file.suffix.lower() in _RESULTS and not file.name.startswith(".")
        ]
        made = sorted((file.relative_to(folder), file.stat().st_size) for file in found)
        made.sort(key=lambda one: (len(one[0].parts) > 1, one[0].parts[0]), reverse=True)
        return [(path.as_posix(), size) for path, size in made]

    def result(self, path: str) -> Path:
        """The path of a result.

        Raises
        ------
        InputError
            When there is none at this path.
        """
        folder = self.here.output.resolve()
        if path not in dict(self.results()):
            raise InputError(kinds.NO_SUCH_RESULT())
        file = (folder / path).resolve()
        if not file.is_relative_to(folder):  # a link that leads elsewhere
            raise InputError(kinds.NO_SUCH_RESULT())
        return file

    def show(self, path: str) -> None:
        """Open a result, or its folder, in the system's program for it."""
        target = self.result(path) if path else self.here.output
        if sys.platform == "win32":
            os.startfile(target)
            return
        program = "open" if sys.platform == "darwin" else "xdg-open"
        try:
            process = subprocess.Popen(
                [program, str(target)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise InputError(kinds.NOTHING_OPENS_IT(target=target)) from error
        threading.Thread(target=process.wait, daemon=True).start()  # nothing is left of it

    @property
    def report(self) -> str:
        """The check report among the results."""
        return report_path(self.here).name

    def _forget(self) -> None:
        self._mapping = None
        self.made = None
        self.changed()
