"""Rounds of targets: propose, answer, counter, accept, lock, change.

Each is tried on the round as it stands and then kept, in one transaction: what is refused leaves
nothing, and a process that is killed neither.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.analysis.negotiation import Move, Step
from kpi_xl.calendar import Month
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.catalogue.units import Unit
from kpi_xl.checks.unit_names import answering
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.jobs.propose import proposal
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.project import Project
from kpi_xl.readers.name import near
from kpi_xl.readers.number import read_money, read_number
from kpi_xl.record.circulation import changing, circulation, was_begun
from kpi_xl.record.round_answers import as_amount
from kpi_xl.record.rounds import Course, course_of, keep_act, keep_round, latest
from kpi_xl.record.target_round import Round
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.user import login

_NAMED: Final = 10


class Asked(NamedTuple):
    """A unit, and the amount given for it, if any."""

    unit: str
    amount: str | None


def asked(text: str, *, with_amount: bool = True) -> Asked:
    """Read an answer such as ``城东营业部=240000``.

    Raises
    ------
    InputError
        When there is no amount, and there has to be.
    """
    unit, sign, amount = text.replace("＝", "=").rpartition("=")
    if not sign and not with_amount:
        return Asked(text.strip(), None)
    if not unit.strip() or not amount.strip():
        raise InputError(kinds.ROUND_PAIR(value=text))
    return Asked(unit.strip(), amount.strip())


def propose(
    project: Project,
    label: str,
    total: float | None,
    month: str | None,
    *,
    level: str | None = None,
    reason: str = "",
    progress: Progress = silent,
) -> Course:
    """Begin a round: propose a month's target to all units.

    Raises
    ------
    InputError
        As `kpi_xl.jobs.propose.proposal`; or when there is a round of it already, and no reason
        for another, or something of it is locked.
    """
    new = proposal(project, label, total, month, level, progress)
    with changing(project) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        _refuse_second(connection, project.settings.kpis, new.round, reason)
        number = keep_round(connection, new.round)
        made = new.round.begun().apply(new.moves)
        keep_act(connection, number, made, by=login(), reason=reason)
        return course_of(connection, _of(connection, project, new.round.kpi, new.round.month))


def _refuse_second(connection: sqlite3.Connection, kpis: Registry, new: Round, reason: str) -> None:
    for old in latest(connection, kpis, new.month):
        if old.kpi.code != new.kpi.code:
            continue
        course = course_of(connection, old)
        locked = [name for name, one in zip(old.names, course.stands, strict=True) if one.locked]
        about = {"month": new.month.chinese, "kpi": new.kpi.name}
        if locked:
            raise InputError(kinds.ROUND_HAS_LOCKED(units="、".join(locked[:_NAMED]), **about))
        if not reason.strip():
            first = course.events[0]
            raise InputError(
                kinds.ROUND_THERE(
                    number=old.number, by=first.by, at=f"{first.at:%Y-%m-%d %H:%M}", **about
                )
            )


def answer(
    project: Project, label: str, month: str | None, pairs: Sequence[Asked], reason: str = ""
) -> Course:
    """Note the answers of units that sent no workbook back."""
    return _act(project, label, month, lambda on: _moves(on, Step.ANSWERED, pairs), reason)


def counter(
    project: Project, label: str, month: str | None, pairs: Sequence[Asked], reason: str = ""
) -> Course:
    """Ask units for an amount other than the one they answered."""
    return _act(project, label, month, lambda on: _moves(on, Step.COUNTERED, pairs), reason)


def accept(
    project: Project,
    label: str,
    month: str | None,
    units: Sequence[Asked],
    reason: str = "",
    *,
    below: bool = False,
) -> Course:
    """Accept the answers of units.

    Parameters
    ----------
    label : str
        The KPI's name, alias or code, as a user types it.
    month : str or None
        The month; the last there is a round of by default.
    units : sequence of Asked
        The units; each agrees on its last answer, or what stands behind it. Without any, all
        whose answer is what they were asked for.
    reason : str
        Why; needed where what is agreed is not what was answered.
    below : bool
        Whether all below them are agreed with, too, with whom nothing is agreed yet: on the last
        word of either side.
    """
    return _act(project, label, month, lambda on: _accepted(on, units, below=below), reason)


def lock(
    project: Project,
    label: str,
    month: str | None,
    units: Sequence[str] = (),
    *,
    reason: str = "",
    carry: bool = False,
) -> Course:
    """Lock units with all below them; by default all units.

    Parameters
    ----------
    label : str
        The KPI's name, alias or code, as a user types it.
    month : str or None
        The month; the last there is a round of by default.
    reason : str
        Why something is left unassigned, where it is.
    carry : bool
        Whether what is left is carried as unassigned.
    """

    def moves(on: Course) -> list[Move]:
        places = [place_meant(on.round, unit) for unit in units] or [0]
        return [Move(place, Step.LOCKED) for place in places]

    return _act(project, label, month, moves, reason, carry=carry)


def change(
    project: Project,
    label: str,
    month: str | None,
    pairs: Sequence[Asked],
    *,
    reason: str,
    carry: bool = False,
) -> Course:
    """Change a locked target, with a reason."""
    return _act(
        project, label, month, lambda on: _moves(on, Step.CHANGED, pairs), reason, carry=carry
    )


def cancel(project: Project, label: str, month: str | None, *, reason: str) -> Course:
    """Cancel a round, for a reason: its targets count no more, and all of it stays in the record.

    Raises
    ------
    InputError
        There is no such round, or no reason.
    """
    return _act(project, label, month, lambda _: [Move(0, Step.CANCELLED)], reason)


def course(project: Project, label: str, month: str | None = None) -> Course:
    """The state of a round.

    Parameters
    ----------
    label : str
        The KPI's name, alias or code, as a user types it.
    month : str, optional
        The month; the last there is a round of by default.

    Raises
    ------
    InputError
        There is none.
    """
    kpi = kpi_meant(label, project.settings.kpis)
    if not was_begun(project):
        raise InputError(kinds.NO_ROUNDS())
    with circulation(project) as connection:
        return course_of(connection, _of(connection, project, kpi, month_of(month), cancelled=True))


def courses(project: Project, month: str | None = None) -> list[Course]:
    """The states of a month's rounds; by default of the last month that has any."""
    if not was_begun(project):
        return []
    with circulation(project) as connection:
        rounds = latest(connection, project.settings.kpis, month_of(month))
        last = max((one.month for one in rounds), default=None)
        return [course_of(connection, one) for one in rounds if one.month == last]


def _act(
    project: Project,
    label: str,
    month: str | None,
    moves: Callable[[Course], Sequence[Move]],
    reason: str,
    *,
    carry: bool = False,
) -> Course:
    kpi = kpi_meant(label, project.settings.kpis)
    if not was_begun(project):
        raise InputError(kinds.NO_ROUNDS())
    with changing(project) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        course = course_of(connection, _of(connection, project, kpi, month_of(month)))
        made = course.negotiation.apply(moves(course), reason, carry)
        keep_act(connection, course.round.number, made, by=login(), reason=reason)
        return course_of(connection, course.round)


def _moves(on: Course, step: Step, pairs: Sequence[Asked]) -> list[Move]:
    found: dict[int, Move] = {}
    for unit, text in pairs:
        place = place_meant(on.round, unit)
        if place in found:
            raise InputError(kinds.ROUND_TWICE(unit=unit))
        found[place] = Move(place, step, amount_meant(on.round, text or ""))
    return list(found.values())


def _accepted(on: Course, units: Sequence[Asked], *, below: bool) -> list[Move]:
    if not units:
        same = [
            Move(place, Step.AGREED, stand.answered)
            for place, stand in enumerate(on.stands)
            if stand.status is Step.ANSWERED and stand.answered == stand.offer
        ]
        if not same:
            raise InputError(kinds.ROUND_NO_ANSWER())
        return same
    found: dict[int, Move] = {}
    for unit, text in units:
        place = place_meant(on.round, unit)
        if place in found:
            raise InputError(kinds.ROUND_TWICE(unit=unit))
        amount = accepted(on, place) if text is None else amount_meant(on.round, text)
        found[place] = Move(place, Step.AGREED, amount)
    for top in [*found] if below else ():
        for place in on.negotiation.under(top)[1:]:
            if place not in found and on.stands[place].agreed is None:
                found[place] = Move(place, Step.AGREED, on.stands[place].value)
    return list(found.values())


def accepted(on: Course, place: int) -> int | None:
    """The amount that is accepted where none is given.

    The last answer; else what is agreed already, or what was asked for.
    """
    stand = on.stands[place]
    known = (stand.answered, stand.agreed, stand.offer)
    return next((amount for amount in known if amount is not None), None)


def place_meant(round_: Round, label: str) -> int:
    """The index of the unit or person with this name, path or 工号.

    Raises
    ------
    InputError
        When it means none, or several.
    """
    units = [Unit(one.level, one.name, one.unit, one.above) for one in round_.places]
    found = answering(units, label)
    if len(found) == 1:
        return found[0]
    if found:
        known = "、".join(round_.names[place] for place in found[:_NAMED])
        raise InputError(kinds.ROUND_UNIT_SEVERAL(label=label, count=len(found), known=known))
    top = [
        name
        for name, one in zip(round_.names, round_.places, strict=True)
        if one.above in (0, None)
    ]
    like = "、".join(near(label, dict.fromkeys((*round_.names, *(one.name for one in units)))))
    known = "、".join(top[:_NAMED])
    raise InputError(kinds.ROUND_NO_UNIT(label=label, like=like, known=known))


def amount_meant(round_: Round, text: str) -> int:
    """Read an amount such as ``24万``.

    Raises
    ------
    InputError
        When it is none of the KPI.
    """
    read = (
        read_money(text) if round_.scale == 100 and round_.kpi.unit == "元" else read_number(text)
    )
    if isinstance(read, Fault):
        raise InputError(read, value=text)
    if round_.scale == 100 and round_.kpi.unit == "元":
        amount = as_amount(int(read) / 100, round_)
    else:
        amount = as_amount(read, round_)
    if isinstance(amount, Fault):
        raise InputError(amount)
    return amount


def month_of(text: str | None) -> Month | None:
    """The month in an option; None where it is not given."""
    return None if text is None else Month.meant(text)


def _of(
    connection: sqlite3.Connection,
    project: Project,
    kpi: Kpi,
    month: Month | None,
    *,
    cancelled: bool = False,
) -> Round:
    """The round of a KPI: the month's, or the last."""
    rounds = latest(connection, project.settings.kpis, month, cancelled=cancelled)
    found = [one for one in rounds if one.kpi.code == kpi.code]
    if found:
        return found[-1]
    if month is None and not rounds:
        raise InputError(kinds.NO_ROUNDS())
    asked_for = month or rounds[-1].month
    known = "、".join(f"{one.month.chinese} {one.kpi.name}" for one in rounds)
    raise InputError(kinds.NO_ROUND(month=asked_for.chinese, kpi=kpi.name, known=known))
