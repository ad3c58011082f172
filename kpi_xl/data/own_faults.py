"""What is wrong with a project's definitions: as they are written, and as they came out."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.definitions.own_measures import TAKEN, is_of_rows
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings


def wrong_definitions(project: Project, cube: Cube | None = None) -> list[InputError]:
    """All that is wrong with a project's definitions, each with its place.

    Parameters
    ----------
    cube : Cube, optional
        What was computed by them; by default what was saved last.
    """
    if cube is None:
        try:
            cube = Cube.open(project.cube)
        except (FileNotFoundError, InputError):  # never computed, or to be computed anew
            return [*project.settings.own.wrong]
    return [*project.settings.own.wrong, *_too_large(project.settings, cube)]


def _too_large(settings: Settings, cube: Cube) -> Iterator[InputError]:
    """The definitions whose numbers are more than whole numbers hold."""
    for code, definition in settings.own.own.items() if cube.too_large else ():
        for measure in settings.kpis[code].measures if is_of_rows(definition.fields) else ():
            if cube.is_too_large(measure):
                largest = cube.too_large[measure.code]
                month = str(Month(largest.month)) if largest.month else None
                fault = kinds.MEASURE_TOO_LARGE(month=month, agent=largest.agent or None)
                yield definition.wrong(fault, TAKEN)
