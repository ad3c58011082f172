"""The project that the data functions read; a refresh is noticed.

Nothing is loaded before a data function asks. Then the cube is opened once and kept; twice a
second at most its file is looked at, so a refreshed one is in use with the next calculation.
On a server, whoever asks may be allowed some units only: `seen`.
"""

from __future__ import annotations

import os
import time
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import USUAL, Month
from kpi_xl.errors import InputError
from kpi_xl.kpi import Kpi
from udfs.arguments import BadArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpi_xl.calendar import WorkCalendar
    from kpi_xl.catalogue.units import Unit
    from kpi_xl.data.cube import Cube
    from kpi_xl.project import Project

_INTERVAL: Final = 0.5
"""Seconds between two looks at the files."""

_SAME: Final = str.maketrans({"\\": "/", "／": "/", "：": ":"})

_Stamp = tuple[Path, tuple[tuple[int, int, int], ...]]

seen: Final[ContextVar[tuple[str, ...] | None]] = ContextVar("seen", default=None)
"""The paths of the units that whoever asks may see, with all below them; None for all."""


class Data:
    """The cube of a project, with everything that the functions look up.

    Parameters
    ----------
    cube : Cube
        Its cube, or a part of it.
    """

    def __init__(self, project: Project, cube: Cube) -> None:
        self.cube = cube
        self.project = project
        self._parts: dict[tuple[str, ...], Data] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._targets: dict[Month, Mapping[int, Mapping[str, float]]] = {}
        self._by_path: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        for index, unit in enumerate(cube.units):
            self._by_path.setdefault(_label(unit.path), []).append(index)
            self._by_path[_label(f"{unit.level}:{unit.path}")] = [index]
            self._by_name.setdefault(_label(unit.name), []).append(index)

    @classmethod
    def open(cls, project: Project) -> Data:
        """Open the data of a project; its cube must exist."""
        from kpi_xl.data.cube import Cube

        return cls(project, Cube.open(project.cube))

    def only(self, paths: tuple[str, ...]) -> Data:
        """The part of the data for a user who may see these units and those below them only."""
        if paths not in self._parts:
            self._parts[paths] = Data(self.project, self.cube.only(paths))
        return self._parts[paths]

    def units(self, name: str) -> list[int]:
        """The units with a name: several where only the path tells them apart."""
        label = _label(name)
        # A whole path is meant before a mere name.
        return self._by_path.get(label) or self._by_name.get(label, [])

    def unit(self, name: str) -> int:
        """The unit with this name or path; #N/A where there is none or several."""
        found = self.units(name)
        if len(found) != 1:
            raise BadArgumentError("#N/A")
        return found[0]

    def written(self, unit: Unit) -> str:
        """A unit as a formula writes it: its name where that is enough, else its path.

        What belongs to nobody has the same path on every level, so there the level comes first.
        """
        for label in (unit.name, unit.path):
            found = self.units(label)
            if len(found) == 1 and self.cube.units[found[0]] is unit:
                return label
        return f"{unit.level}:{unit.path}"

    def value(self, kpi: Kpi, unit: int, month: Month) -> float:
        """A KPI of a unit in a month; #N/A for a month without data."""
        numbers = self._numbers.get(kpi.code)
        if numbers is None:
            settings = self.project.settings.in_formulas
            numbers = self._numbers[kpi.code] = self.cube.kpi(kpi, settings)
        index = month.number - self.cube.first.number
        if not 0 <= index < numbers.shape[1]:
            raise BadArgumentError("#N/A")
        return float(numbers[unit, index])

    def compared(self, kpi: Kpi, unit: int, month: Month, back: int) -> float:
        """A KPI 1 or 12 months before a month; for a month that is not mature, at the same age."""
        if back and month.number in self.cube.unripe:
            settings = self.project.settings.in_formulas
            return float(self.cube.compared(kpi, month, settings)[unit, 0 if back == 1 else 1])
        return self.value(kpi, unit, month - back)

    def targets(self, month: Month) -> Mapping[int, Mapping[str, float]]:
        """The targets of a month by unit and KPI name."""
        if month not in self._targets:
            self._targets[month] = self._read_targets(month)
        return self._targets[month]

    def targets_before(self, month: Month) -> Iterator[Mapping[int, Mapping[str, float]]]:
        """The targets of the months of a year before a month, the latest first, as far as known."""
        from kpi_xl.analysis.evidence import MONTHS

        for back in range(1, MONTHS + 1):
            try:
                yield self.targets(month - back)
            except BadArgumentError:
                return

    def target(self, kpi: Kpi, unit: int, month: Month) -> float:
        """The target of a KPI; #N/A where none is set."""
        target = self.targets(month).get(unit, {}).get(kpi.name)
        if target is None:
            raise BadArgumentError("#N/A")
        return float(target)

    def _read_targets(self, month: Month) -> Mapping[int, Mapping[str, float]]:
        from kpi_xl.data.store import reading
        from kpi_xl.data.targets import targets_of

        try:
            with reading(self.project, self.cube, patience=0) as store:
                settings = self.project.settings
                targets = targets_of(store, month, settings.kpis, settings.targets)
        except InputError:  # being refreshed just now; or nobody knows whose they are
            raise BadArgumentError("#N/A") from None
        return {index: targets.of_unit(unit) for index, unit in enumerate(self.cube.units)}


def _label(name: str) -> str:
    """A unit's name or path without differences of spelling that never matter."""
    return name.translate(_SAME).replace(" ", "").casefold()


class _Watch:
    """Opens the project, and opens it again when its files have changed."""

    def __init__(self) -> None:
        self._looked = float("-inf")
        self._stamp: _Stamp | None = None
        self._data: Data | None = None
        self.version = 0

    def data(self) -> Data:
        self.refresh()
        if self._data is None:
            raise BadArgumentError("#N/A")
        return self._data

    def refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked >= _INTERVAL:
            self._looked = now
            before = self._data
            self._look()
            self.version += self._data is not before

    @property
    def is_asked(self) -> bool:
        return self._looked > float("-inf")

    def _look(self) -> None:
        from kpi_xl.project import Project
        from kpi_xl.system.user import User

        try:
            folder = User.current().project()
            project = Project.open(folder)
        except InputError:
            self._data, self._stamp = None, None
            return
        try:
            there = [file for file in project.settings_files if file.exists()]
            states = map(os.stat, (project.cube, *there))
            stamp = folder, tuple((s.st_mtime_ns, s.st_size, s.st_ino) for s in states)
            if stamp != self._stamp:
                self._data = Data.open(project)
                self._stamp = stamp
        except (OSError, InputError):
            # Never refreshed yet; or being written just now, when the old data serve on.
            if self._stamp is None or self._stamp[0] != folder:
                self._data, self._stamp = None, None


_watch: Final = _Watch()


def data() -> Data:
    """The data of the project in use, as far as the user may see them.

    Raises
    ------
    BadArgumentError
        #N/A when no project was chosen, or it was never refreshed.
    """
    whole = _watch.data()
    paths = seen.get()
    return whole if paths is None else whole.only(paths)


def dates_here() -> WorkCalendar:
    """The calendar of the project in use; without one, the general calendar."""
    try:
        return data().project.settings.dates
    except BadArgumentError:
        return USUAL


def version() -> int:
    """A number that changes whenever the project or its data has changed.

    It stays 0, and nothing is loaded, until a data function has asked for the first time.
    """
    if _watch.is_asked:
        _watch.refresh()
    return _watch.version
