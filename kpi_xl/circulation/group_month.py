"""Send a month into groups: sentences, a picture, and optionally the page of each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.circulation import group_record
from kpi_xl.circulation.distribute import record
from kpi_xl.circulation.group_record import SENT, UNSURE, Part
from kpi_xl.circulation.robot_words import fitting, lines_of, title_of
from kpi_xl.circulation.robots import PAGE, PICTURE, PLATFORMS, WORDS
from kpi_xl.data.cube import Cube
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.jobs.fill import month_meant
from kpi_xl.jobs.load import load
from kpi_xl.jobs.views import level_there
from kpi_xl.pages.html import html
from kpi_xl.pages.make import Pages, ending_of, every_unit, write_each
from kpi_xl.pages.picture import LAYOUTS, PHONE, picture, ready
from kpi_xl.project import Project
from kpi_xl.record.circulation import was_begun
from kpi_xl.settings.groups import Groups, Robot
from kpi_xl.slots.recipients import Recipient
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.undone import Undone

FOLDER: Final = "folder"
PLACES: Final = (*PLATFORMS, FOLDER)

_FOLDER_NAME: Final = "发到群里"
_WORDS: Final = ".md"
_PAGE: Final = ".html"
_NOTHING: Final[Mapping[int, Mapping[str, Path]]] = {}


@dataclass(frozen=True)
class Group:
    """A unit's group, or its files.

    Parameters
    ----------
    unit : str
        The path of the group's unit.
    parts : list of str
        What is sent, or written.
    robot : str
        Where its robot is; empty for files.
    """

    unit: str
    parts: list[str]
    robot: str = ""


@dataclass(frozen=True)
class SentMonth:
    """The result of sending a month, or of a rehearsal.

    Parameters
    ----------
    place : str
        Where it was sent, one of `PLACES`.
    folder : Path
        Where the files are.
    groups : list of Group
        The result for each group.
    number : int
        Which sending it is: 1, and one more each time it is sent anew; 0 for files.
    sent, already : int
        How many parts were sent now, and how many had been before.
    unsure : list of str
        Of which units nobody knows whether a part came.
    failed, later : dict of str to Fault
        What the platform answered, by unit, where it would not have it, or not now.
    undone : list of Undone
        Whose files could not be made.
    """

    place: str
    month: Month
    folder: Path
    groups: list[Group]
    number: int = 0
    sent: int = 0
    already: int = 0
    unsure: list[str] = field(default_factory=list)
    failed: dict[str, Fault] = field(default_factory=dict)
    later: dict[str, Fault] = field(default_factory=dict)
    undone: list[Undone] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every part is known to have arrived."""
        return not (self.unsure or self.failed or self.later or self.undone)


def send_month(
    project: Project,
    place: str,
    month: str | None = None,
    *,
    level: str | None = None,
    page: bool = False,
    dry_run: bool = False,
    again: bool = False,
    unsure: bool = False,
    progress: Progress = silent,
) -> SentMonth:
    """Send a month's words and pictures into the groups that the user has robots in.

    Each part goes at most once: it can be killed anywhere and run again. What was handed over and
    not answered, so that nobody knows, is told and not sent again unless it is asked for.

    Parameters
    ----------
    place : str
        wecom, dingtalk or feishu; folder for files of all units, which nothing is sent of.
    month : str, optional
        By default the last month with data.
    level : str, optional
        Only the units of a level.
    page : bool
        Whether the page is sent as well, where files can be: it has people's names and numbers.
    dry_run : bool
        Only tell who would get what: nothing is made, noted or sent.
    again : bool
        Send everything once more.
    unsure : bool
        Send again what nobody knows of.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When there is no such place, month, level or group, or something is not installed.
    """
    if place not in PLACES:
        raise InputError(kinds.NO_PLATFORM(known="、".join(PLACES)), value=place)
    if place != FOLDER:
        try:
            import httpx  # noqa: F401
        except ModuleNotFoundError as error:
            raise InputError(kinds.GROUPS_NOT_INSTALLED(component=error.name)) from error
    kinds_of_parts = [
        one
        for one in (PLATFORMS[place].parts if place in PLATFORMS else (WORDS, PICTURE, PAGE))
        if one != PAGE or page or place == FOLDER
    ]
    if PICTURE in kinds_of_parts:
        ready()
    cube = load(project, progress).cube
    wanted = month_meant(cube, month)
    wished = None if level is None else level_there(project.settings, cube, level)
    robots = {} if place == FOLDER else _robots(project, cube, place, wished)
    recipients = [
        one for one in every_unit(cube, wished) if place == FOLDER or one.number in robots
    ]
    groups = [
        Group(
            one.unit.path,
            kinds_of_parts,
            robots[one.number].shown if one.number in robots else "",
        )
        for one in recipients
    ]
    folder = project.output / str(wanted) / _FOLDER_NAME
    told = SentMonth(place, wanted, folder, groups)
    if dry_run:
        return told

    layouts = LAYOUTS if place == FOLDER else (PHONE,)
    if place != FOLDER and not again:
        recipients = _lacking(project, told, recipients, kinds_of_parts, unsure=unsure)

    def contents(pages: Pages, number: int) -> dict[str, bytes]:
        of_unit = pages.months.of(number)
        text = "\n".join((title_of(of_unit), *lines_of(of_unit)))
        found = {_WORDS: text.encode()}
        if PICTURE in kinds_of_parts:
            found |= {ending_of(layout): picture(of_unit, layout) for layout in layouts}
        if PAGE in kinds_of_parts:
            found[_PAGE] = html(pages.of(number))
        return found

    made, undone = _NOTHING, list[Undone]()
    if recipients:
        written = write_each(
            project, _FOLDER_NAME, _PAGE, contents, str(wanted), lambda _: recipients, progress
        )
        made, undone = written.of, written.filled.undone
    if place == FOLDER:
        return SentMonth(place, wanted, folder, groups, undone=undone)
    del cube
    return _sent(
        project, told, recipients, made, robots, kinds_of_parts, undone,
        again=again, unsure=unsure, progress=progress,
    )  # fmt: skip


def _lacking(
    project: Project,
    told: SentMonth,
    recipients: Sequence[Recipient],
    parts: Sequence[str],
    *,
    unsure: bool,
) -> list[Recipient]:
    """The groups that still lack a part: nothing is made for the others."""
    if not was_begun(project):
        return list(recipients)
    with record(project, dry_run=True) as copy:
        sending = group_record.begun(copy, told.place, str(told.month), again=False)
        states = group_record.states(copy, sending)
    skipped = _skipped(unsure)
    return [
        one
        for one in recipients
        if any(states.get(_part(one, part)) not in skipped for part in parts)
    ]


def _skipped(unsure: bool) -> tuple[str, ...]:
    """The states in which a part is not sent again."""
    return (SENT,) if unsure else (SENT, UNSURE)


def _part(recipient: Recipient, part: str) -> Part:
    return Part(recipient.unit.level, recipient.unit.path, part)


def _sent(
    project: Project,
    told: SentMonth,
    recipients: Sequence[Recipient],
    files: Mapping[int, Mapping[str, Path]],
    robots: Mapping[int, Robot],
    parts: Sequence[str],
    undone: list[Undone],
    *,
    again: bool,
    unsure: bool,
    progress: Progress,
) -> SentMonth:
    """Send the parts that were written and not yet sent."""
    from kpi_xl.circulation.group_sending import Ready, Robots

    platform, failed = PLATFORMS[told.place], {one.unit for one in undone}
    wanted = [
        (one, _part(one, part))
        for one in recipients
        for part in parts
        if one.number in files and one.unit.path not in failed
    ]
    with record(project, dry_run=False) as connection:
        sending = group_record.begun(connection, told.place, str(told.month), again=again)
        group_record.enlist(connection, sending, [part for _, part in wanted])
        states = group_record.states(connection, sending)
        skipped = _skipped(unsure)

        def ready_parts() -> Iterator[Ready]:
            for one, part in wanted:
                if states[part] in skipped:
                    continue
                title, content = _content(files[one.number], part.part, platform.most)
                yield Ready(part, one.unit.path, robots[one.number], title, content)

        done = Robots(platform, connection, sending).send(ready_parts(), len(wanted), progress)
    own = {group.unit for group in told.groups}
    before = {part: state for part, state in states.items() if part.unit in own}
    unknown = [part.unit for part, state in before.items() if state == UNSURE and not unsure]
    return SentMonth(
        told.place,
        told.month,
        told.folder,
        told.groups,
        sending.round,
        done.sent,
        list(before.values()).count(SENT),
        list(dict.fromkeys((*unknown, *done.unsure))),
        done.failed,
        done.later,
        undone,
    )


def _content(files: Mapping[str, Path], part: str, most: int) -> tuple[str, str | bytes]:
    """A part as it was written: its title or file name, and its content."""
    if part == WORDS:
        title, *lines = files[_WORDS].read_text(encoding="utf-8").split("\n")
        return title, fitting(title, lines, most)
    file = files[_PAGE if part == PAGE else ending_of(PHONE)]
    return file.name, file.read_bytes()


def _robots(project: Project, cube: Cube, place: str, level: str | None) -> dict[int, Robot]:
    """The robots of the units' groups, by the unit's index in the cube."""
    platform = PLATFORMS[place]
    kept = Groups(project.folder).of(place)
    if not kept:
        raise InputError(kinds.NO_GROUPS(platform=platform.name, word=place))
    found: dict[int, Robot] = {}
    for label, robot in kept.items():
        number = cube.unit_index(label)
        if number in found:
            raise InputError(kinds.GROUP_TWICE(unit=cube.units[number].path))
        found[number] = robot
    if level is not None:
        found = {n: robot for n, robot in found.items() if cube.units[n].level == level}
    if not found:
        raise InputError(kinds.NO_GROUP_OF(platform=platform.name, word=place))
    return found
