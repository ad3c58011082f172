"""The pages of a project, made on demand and cached while nothing has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.checks.unit_names import written
from kpi_xl.data.cube import Cube
from kpi_xl.errors import InputError
from kpi_xl.jobs.sight import Sight
from kpi_xl.pages.html import html
from kpi_xl.pages.make import pages_of
from kpi_xl.project import Project
from kpi_xl.record.circulation import FILE

_MOST: Final = 400
"""So many pages are kept: some 60 MB."""

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Seen:
    """The units that one visitor may see.

    Parameters
    ----------
    months : list of Month
        The months in which his units have data, the last first.
    units : dict of str to int
        His units as they are written in an address, and where they stand among all.
    levels : dict of str to int
        How deep each is among his own: 0 for those that belong to none of them.
    """

    months: list[Month]
    units: dict[str, int]
    levels: dict[str, int]


class Shelf:
    """A cache of the pages.

    Parameters
    ----------
    project : Project
        The project; what it says now is read anew with each page that is made.
    """

    def __init__(self, project: Project) -> None:
        self._folder = project.folder
        self._kept: OrderedDict[tuple[_Stamp, str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def seen(self, paths: Collection[str] | None) -> Seen:
        """The view of the month for a visitor who may see these units; None for all.

        Raises
        ------
        InputError
            When nothing was computed, or there is nothing of his.
        """
        sight = Sight.kept(Project.open(self._folder), paths)
        if not sight.cube.months:
            raise InputError(kinds.NOTHING_TO_SEE())
        names, numbers, levels = written(sight.cube.units), sight.numbers(), dict[str, int]()
        units: dict[str, int] = {}
        depth: list[int] = []
        for place, unit in enumerate(sight.cube.units):
            depth.append(0 if unit.parent is None else depth[unit.parent] + 1)
            if not unit.is_unassigned:
                units[names[place]] = numbers[place]
                levels[names[place]] = depth[place]
        return Seen(sight.cube.months[::-1], units, levels)

    def page(self, month: Month, number: int) -> bytes:
        """The page of a unit, by its index among all units: the same as ``kpi-xl page`` writes.

        Raises
        ------
        InputError
            When there is no data for the month, or it is being refreshed just now.
        """
        project = Project.open(self._folder)
        key = self._stamp(project), str(month), number
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        cube = Cube.open(project.cube)
        with pages_of(project, cube, month) as pages:
            content = html(pages.of(number))
        with self._lock:
            self._kept[key] = content
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return content

    def _stamp(self, project: Project) -> _Stamp:
        """The state of everything that a page is made of."""
        found = []
        for file in (project.cube, *project.settings_files, project.folder / FILE):
            try:
                about = file.stat()
            except OSError:
                continue
            found.append((file.name, about.st_mtime_ns, about.st_size))
        return tuple(found)
