"""Make the pages, pictures and sentences of a month, for each unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.jobs.fill import Filled, month_meant
from kpi_xl.jobs.load import load
from kpi_xl.jobs.views import level_there
from kpi_xl.pages.asked import rows, shown_names
from kpi_xl.pages.below import Below
from kpi_xl.pages.html import Page, html
from kpi_xl.pages.picture import LAYOUTS, Layout, picture, ready
from kpi_xl.pages.unit_month import UnitMonths
from kpi_xl.project import Project
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.recipients import Recipient, files
from kpi_xl.slots.responses import responses_for
from kpi_xl.slots.sentence import Sentence
from kpi_xl.system.file_names import room_in
from kpi_xl.system.files import write_whole
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.undone import Undone, refuse_if_all

NAME: Final = "月报网页"
PICTURES: Final = "月报图片"


@dataclass(frozen=True)
class Pages:
    """The pages of a month.

    Parameters
    ----------
    cube : Cube
        The measures by unit and month.
    month : Month
        Which month they show.
    months : UnitMonths
        The content of each unit's page.
    below : Below
        What is below it.
    """

    cube: Cube
    month: Month
    months: UnitMonths
    below: Below

    def of(self, number: int) -> Page:
        """The page of a unit, by the unit's index in the cube."""
        columns = self.below.kpis(number)
        return Page(
            self.months.of(number),
            columns,
            self.below.units(number, columns),
            self.below.teams(number),
        )


@contextmanager
def pages_of(project: Project, cube: Cube, month: Month) -> Iterator[Pages]:
    """The pages of a month, while the store is open.

    Raises
    ------
    InputError
        When there is no data for the month.
    """
    cube.month_index(month)
    with reading(project, cube) as store:
        names = shown_names(cube, store, month, project.settings)
        asked = rows(names)
        said = responses_for(project, NAME, month, asked)
        filling = Filling(
            project.settings, cube, store, month, asked, responses=said, template=NAME, only=names
        )
        to = RecipientValues(filling)
        yield Pages(cube, month, UnitMonths(to), Below(to))


def make(
    project: Project,
    month: str | None = None,
    unit: str | None = None,
    level: str | None = None,
    progress: Progress = silent,
) -> Filled:
    """Make the pages of a month.

    Parameters
    ----------
    month : str, optional
        By default the last month with data.
    unit : str, optional
        A unit's name or path; by default all.
    level : str, optional
        Only the units of a level, or of which level the unit is.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When there is no such month, unit or level, or the raw files cannot be used.
    """

    def page(pages: Pages, number: int) -> dict[str, bytes]:
        return {".html": html(pages.of(number))}

    chosen = _chosen(project, unit, level)
    return write_each(project, NAME, ".html", page, month, chosen, progress).filled


def draw(
    project: Project,
    month: str | None = None,
    unit: str | None = None,
    level: str | None = None,
    progress: Progress = silent,
) -> Filled:
    """Make the pictures of a month: two for each unit, for paper and for a phone.

    Parameters
    ----------
    month, unit, level, progress
        As for `make`.

    Raises
    ------
    InputError
        As `make`; and when pictures cannot be drawn here.
    """
    ready()

    def pictures(pages: Pages, number: int) -> dict[str, bytes]:
        of_unit = pages.months.of(number)
        return {ending_of(layout): picture(of_unit, layout) for layout in LAYOUTS}

    chosen = _chosen(project, unit, level)
    return write_each(project, PICTURES, ".png", pictures, month, chosen, progress).filled


def ending_of(layout: Layout) -> str:
    """The end of a picture's file name."""
    return f"-{layout.name}.png"


class Written(NamedTuple):
    """The files that were written.

    Attributes
    ----------
    filled : Filled
        The files, and what could not be done.
    of : dict of int to dict of str to Path
        Each unit's files by what their names end in, by the unit's index in the cube.
    cube : Cube
        The measures that they were made of.
    """

    filled: Filled
    of: dict[int, dict[str, Path]]
    cube: Cube


def write_each(
    project: Project,
    name: str,
    suffix: str,
    contents: Callable[[Pages, int], dict[str, bytes]],
    month: str | None,
    chosen: Callable[[Cube], list[Recipient]],
    progress: Progress,
) -> Written:
    """Write the files of each chosen unit.

    Parameters
    ----------
    name : str
        What the files are called together: their folder.
    suffix : str
        An ending of the files: what room their names have goes by it.
    contents : callable
        The files of a unit, each by what its name ends in.
    month : str, optional
        By default the last month with data.
    chosen : callable
        The units, of those of the cube.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When there is no such month, the raw files cannot be used, or no file could be written.
    """
    loaded = load(project, progress)
    cube, wanted = loaded.cube, month_meant(loaded.cube, month)
    recipients = chosen(cube)
    folder = project.output / str(wanted) / name
    done: dict[int, dict[str, Path]] = {}
    undone: list[Undone] = []
    room = room_in(project.folder)
    with pages_of(project, cube, wanted) as pages:
        paths = files(recipients, suffix, project.settings, room)
        for place, (recipient, path) in enumerate(paths):
            progress(f"生成{name}", place, len(recipients))
            file, own = folder / path, done.setdefault(recipient.number, {})
            try:
                for ending, content in contents(pages, recipient.number).items():
                    file = folder / path.with_name(path.name.removesuffix(suffix) + ending)
                    write_whole(file, content)
                    own[ending] = file
            except Exception as error:
                undone.append(Undone.of(recipient.name, recipient.unit.path, file, error))
    progress(f"生成{name}", len(recipients), len(recipients))
    written = [file for own in done.values() for file in own.values()]
    refuse_if_all(undone, len(written))
    return Written(Filled(wanted, folder, written, loaded.undone + undone), done, cube)


def _chosen(
    project: Project, unit: str | None, level: str | None
) -> Callable[[Cube], list[Recipient]]:
    """A function that chooses the units to write."""

    def chosen(cube: Cube) -> list[Recipient]:
        wanted = None if level is None else level_there(project.settings, cube, level)
        if unit is not None:
            number = cube.unit_index(unit, wanted)
            return [Recipient(cube.units[number], number)]
        return every_unit(cube, wanted)

    return chosen


def every_unit(cube: Cube, level: str | None) -> list[Recipient]:
    """The units of a level, or of all levels, without the unassigned one."""
    return [
        Recipient(one, number)
        for number, one in enumerate(cube.units)
        if not one.is_unassigned and level in (None, one.level)
    ]


class Words(NamedTuple):
    """晨会稿 of a unit."""

    unit: str
    month: Month
    sentences: list[Sentence]


def words(
    project: Project, month: str | None = None, unit: str | None = None, progress: Progress = silent
) -> Words:
    """The sentences that a manager says of a month.

    Parameters
    ----------
    month : str, optional
        By default the last month with data.
    unit : str, optional
        A unit's name or path; by default the whole.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        As `make`.
    """
    cube = load(project, progress).cube
    wanted = month_meant(cube, month)
    number = 0 if unit is None else cube.unit_index(unit)
    with pages_of(project, cube, wanted) as pages:
        return Words(cube.units[number].path, wanted, pages.months.of(number).sentences)
