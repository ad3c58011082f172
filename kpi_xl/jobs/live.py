"""The values for a workbook that is open in a spreadsheet program, which itself names its unit.

The same values as `kpi_xl.jobs.fill` gives, for one recipient instead of all: the unit or person
that the workbook names in its own slots, the branch where it names none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.cube import Cube
from kpi_xl.data.people import Person
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import month_meant
from kpi_xl.jobs.sight import Sight
from kpi_xl.project import Project
from kpi_xl.record.round_targets import plans_of
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.recipients import Recipients
from kpi_xl.slots.responses import responses_for
from kpi_xl.slots.slot import Values
from kpi_xl.system.progress import Progress, silent

IDENTITY: Final = (
    "unit.name", "department.name", "team.name", "unit.level", "unit.parent", "person.id",
    "period.month",
)  # fmt: skip
"""The slots whose present content tells whose workbook it is, and of which month."""

_UNIT: Final = ("department.name", "team.name", "unit.name")
"""The slots that name the unit; which of them there is says of which level it is."""

_PLANS: Final = ("person.", "members.", "attention.", "week")


@dataclass(frozen=True)
class Live:
    """The values for an open workbook.

    Parameters
    ----------
    recipient : str
        The unit or person.
    values : mapping of str to object
        The value of each of its slots that kpi_xl knows, as `Template.fill` takes them.
    """

    month: Month
    recipient: str
    values: Values


def live(
    project: Project,
    slots: Mapping[str, int],
    present: Mapping[str, object],
    month: str | None = None,
    progress: Progress = silent,
    seen: Collection[str] | None = None,
) -> Live:
    """The values of the slots of an open workbook.

    Parameters
    ----------
    project : Project
        The project; it is brought up to date first.
    slots : mapping of str to int
        The workbook's slots, and how many rows each has.
    present : mapping of str to object
        What stands in the slots of `IDENTITY` now.
    month : str, optional
        The month; by default a plan stays in its own month, and everything else gets the last one
        with data.
    progress : callable
        Told what is being done.
    seen : collection of str, optional
        The paths of the units that whoever asks may see, with those below them; by default all.

    Raises
    ------
    InputError
        When there is no such unit, person or month that he may see, or no slot that kpi_xl knows.
    """
    sight = Sight.of(project, seen, progress)
    cube = sight.whole
    texts = {name: _text(value) for name, value in present.items()}
    is_plan = any(name.startswith(_PLANS) for name in slots)
    own = texts.get("period.month", "") if is_plan else ""
    wanted = _month(sight, month or own or None)
    with reading(project, cube) as store:
        said = responses_for(project, "", wanted, slots)
        decided = plans_of(project, wanted)
        to = RecipientValues(
            Filling(project.settings, cube, store, wanted, slots, responses=said, decided=decided)
        )
        if to.recipients.is_for_persons:
            unit, person = _find(to.recipients, sight, texts.get("person.id", ""))
            recipient, values = f"{person.name}（{person.agent}）", to.person(unit, person)
        else:
            unit = _unit(sight, project.settings, texts)
            recipient = cube.units[unit].path or cube.units[unit].name
            values = to.team(unit) if to.recipients.is_for_teams else to.unit(unit)
    known = {name: value for name, value in values.items() if name in slots}
    if not known:
        raise InputError(kinds.NO_NAMES_HERE())
    return Live(wanted, recipient, known)


def whose(
    project: Project,
    present: Mapping[str, object],
    month: str | None = None,
    progress: Progress = silent,
    seen: Collection[str] | None = None,
) -> tuple[Month, Unit]:
    """The unit that an open workbook is about (of a person the team), and the month with data.

    A plan for the month to come is about what the last one was like.

    Parameters
    ----------
    project : Project
        The project; it is brought up to date first.
    present : mapping of str to object
        What stands in the slots of `IDENTITY` now.
    month : str, optional
        The month of a workbook that names none; by default the last one with data.
    progress : callable
        Told what is being done.
    seen : collection of str, optional
        The paths of the units that whoever asks may see, with those below them; by default all.

    Raises
    ------
    InputError
        When there is no such unit, person or month that he may see.
    """
    sight = Sight.of(project, seen, progress)
    cube = sight.whole
    texts = {name: _text(value) for name, value in present.items()}
    wanted = min(_month(sight, texts.get("period.month") or month or None), sight.cube.last)
    if not texts.get("person.id"):
        return wanted, cube.units[_unit(sight, project.settings, texts)]
    with reading(project, cube) as store:
        to = Recipients(Filling(project.settings, cube, store, wanted, {}))
        team, _ = _find(to, sight, texts["person.id"])
    return wanted, cube.units[team]


def _month(sight: Sight, text: str | None) -> Month:
    """The month asked for, among those that the user may see."""
    if not sight.cube.months:
        raise InputError(kinds.NOTHING_TO_SEE())
    return month_meant(sight.cube, text)


def _find(to: Recipients, sight: Sight, agent: str) -> tuple[int, Person]:
    """The person with an agent number and the team, among the units that the user may see."""
    teams = to.people(to.lowest_level)
    of_level = set(to.cube.of_level(to.lowest_level))
    for number in sight.numbers():
        for person in teams.of(to.cube.units[number]) if number in of_level else ():
            if person.agent == agent:
                return number, person
    raise sight.missing(
        kinds.AGENT_NOT_HERE, kinds.AGENT_NOT_SEEN, agent or "空白", month=str(to.month)
    )


def _text(value: object) -> str:
    """A cell's content as text; the number 1001.0 is the agent 1001."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _unit(sight: Sight, settings: Settings, present: Mapping[str, str]) -> int:
    """The unit that a workbook names, among those the user may see; by default the branch."""
    cube = sight.whole
    name = next(filter(None, map(present.get, _UNIT)), "")
    seen = sight.numbers()
    found = [i for i in seen if name in (cube.units[i].name, cube.units[i].path)]
    if not name:
        found = [i for i in seen if i == 0]
    for slot in ("unit.level", "unit.parent"):
        said = present.get(slot)
        if said and len(found) > 1:
            found = [i for i in found if said == _said(cube, settings, i, slot)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise sight.missing(kinds.UNIT_NOT_HERE, kinds.UNIT_NOT_SEEN, name or "空白")
    paths = "、".join(cube.units[i].path for i in found)
    raise InputError(kinds.UNIT_SEVERAL_HERE(count=len(found), name=name, paths=paths))


def _said(cube: Cube, settings: Settings, index: int, slot: str) -> str:
    unit = cube.units[index]
    if slot == "unit.level":
        return settings.level_name(unit.level)
    return cube.units[unit.parent].name if unit.parent is not None else ""
