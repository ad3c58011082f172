"""The part of a project that a user may see: all of it, or some units with those below.

Whoever sees a part only is answered from that part: what is not there and what is not his are the
same to him, in words and in what is done to find out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kpi_xl import kinds
from kpi_xl.data.cube import Cube
from kpi_xl.errors import InputError
from kpi_xl.fault import Kind
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.system.progress import Progress, silent


@contextmanager
def told_to(paths: Collection[str] | None) -> Iterator[None]:
    """The message for a user: faults of the whole project go only to those who may see all of it.

    Raises
    ------
    InputError
        As it is, or, to whoever sees a part, without a word on the others' files.
    """
    try:
        yield
    except InputError:
        if paths is None:
            raise
        raise InputError(kinds.DATA_UNUSABLE()) from None


@dataclass(frozen=True)
class Sight:
    """A project's measures, limited to what the user may see.

    Parameters
    ----------
    whole : Cube
        The measures of all units, in the same months: a workbook has figures of its unit's peers.
    cube : Cube
        Those of the units he sees, in the months these have data of.
    paths : collection of str or None
        The paths of the units he may see; None for all.
    """

    whole: Cube
    cube: Cube
    paths: Collection[str] | None = None

    @classmethod
    def of(
        cls, project: Project, paths: Collection[str] | None, progress: Progress = silent
    ) -> Sight:
        """Bring a project up to date and open it.

        Raises
        ------
        InputError
            When its raw files cannot be used; which file and why is said to whoever sees all.
        """
        with told_to(paths):
            whole = load(project, progress).cube
        return cls._part(whole, paths)

    @classmethod
    def kept(cls, project: Project, paths: Collection[str] | None) -> Sight:
        """Open the last computed state; nothing is read, computed or written.

        Raises
        ------
        InputError
            When nothing was computed yet, or it cannot be read.
        """
        with told_to(paths):
            if not project.cube.is_file():
                raise InputError(kinds.NOTHING_COMPUTED())
            whole = Cube.open(project.cube)
        return cls._part(whole, paths)

    @classmethod
    def _part(cls, whole: Cube, paths: Collection[str] | None) -> Sight:
        if paths is None:
            return cls(whole, whole)
        cube = whole.only(paths)
        begin = cube.first.number - whole.first.number
        return cls(whole.during(begin, begin + len(cube.months)), cube, paths)

    def numbers(self) -> list[int]:
        """The indices of the user's units among all units."""
        if self.paths is None:
            return list(range(len(self.whole.units)))
        seen = {(unit.level, unit.path) for unit in self.cube.units}
        return [
            number
            for number, unit in enumerate(self.whole.units)
            if (unit.level, unit.path) in seen
        ]

    def missing(self, here: Kind, seen: Kind, value: str, **about: object) -> InputError:
        """The refusal of something that does not exist, or that the user may not see.

        Parameters
        ----------
        here, seen : Kind
            What is missing, for whoever sees all of the project, and for whoever sees a part.
        value : str
            What was asked for.
        about
            The parameters of both.
        """
        if self.paths is None:
            return InputError(here(**about), value=value)
        return InputError(seen(paths="、".join(self.paths), **about), value=value)
