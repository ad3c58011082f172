"""The stored rounds of targets: proposals, and every step since.

Nothing is ever changed or removed. How a round stands is worked out from its steps and from what
came back (`kpi_xl.record.round_answers`), in the order in which they came.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.analysis.negotiation import Move, Negotiation, Stand, Step
from kpi_xl.calendar import Month
from kpi_xl.errors import InputError
from kpi_xl.kpi import Kpi
from kpi_xl.record.circulation import FILE, now
from kpi_xl.record.round_answers import Answer, answers_to, last_change
from kpi_xl.record.target_round import Round, RoundPlace


class Event(NamedTuple):
    """A step of a round, as people read it.

    Attributes
    ----------
    place : int
        The index of the target in the round.
    step : Step
        The kind of the step.
    at : datetime
        The time of the step.
    by : str
        The user who took the step.
    reason : str
        The reason that was given.
    where : str
        The workbook, worksheet and cell; empty for a command.
    counts : bool
        Whether it changed anything: what comes back after locking does not.
    """

    place: int
    step: Step
    amount: int | None
    at: dt.datetime
    by: str
    reason: str
    where: str
    counts: bool


@dataclass
class Course:
    """The state of a round, and the steps that led to it.

    Parameters
    ----------
    negotiation : Negotiation
        How each unit's target stands.
    events : list of Event
        All steps so far, in order.
    unusable : list of Answer
        Answers that are no amount of the KPI: they count for nothing.
    touched : dict of int to (int, int)
        By place the last act and the last change that moved it.
    origins : dict of int to tuple
        By place the cell that the last answer came from.
    """

    round: Round
    negotiation: Negotiation
    events: list[Event] = field(default_factory=list)
    unusable: list[Answer] = field(default_factory=list)
    touched: dict[int, tuple[int, int]] = field(default_factory=dict)
    origins: dict[int, tuple[object, ...]] = field(default_factory=dict)

    @property
    def stands(self) -> Sequence[Stand]:
        """The state of each unit's target."""
        return self.negotiation.stands


_LATEST: Final = """
SELECT * FROM rounds
WHERE round IN (SELECT max(round) FROM rounds GROUP BY period, kpi)
    AND period = ifnull(?, period)
    AND (? OR round NOT IN
        (SELECT round FROM round_acts JOIN round_steps USING (act) WHERE step = ?))
ORDER BY period, round
"""


def latest(
    connection: sqlite3.Connection,
    kpis: Mapping[str, Kpi],
    month: Month | None = None,
    *,
    cancelled: bool = False,
) -> list[Round]:
    """The rounds that count: the last of each month and KPI, unless it was cancelled.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the project's file.
    kpis : mapping of str to Kpi
        The project's KPIs, by code; rounds of others count for nothing, see `undefined`.
    month : Month, optional
        The month; all of them without.
    cancelled : bool
        Whether cancelled ones are listed, too: they count for nothing, and stay.
    """
    asked = [None if month is None else str(month), cancelled, Step.CANCELLED.value]
    rows = connection.execute(_LATEST, asked).fetchall()
    return [
        Round(
            row["round"], Month.parse(row["period"]), kpis[row["kpi"]], row["scale"],
            bool(row["is_sum"]), _places(connection, row["round"]),
        )
        for row in rows
        if row["kpi"] in kpis
    ]  # fmt: skip


def undefined(connection: sqlite3.Connection, kpis: Mapping[str, Kpi]) -> list[tuple[int, str]]:
    """The rounds that do not count because their KPI is no longer defined: number and code."""
    rows = connection.execute(_LATEST, [None, False, Step.CANCELLED.value]).fetchall()
    return [(row["round"], row["kpi"]) for row in rows if row["kpi"] not in kpis]


def _places(connection: sqlite3.Connection, number: int) -> list[RoundPlace]:
    rows = connection.execute(
        "SELECT level, unit, name, above FROM round_places WHERE round = ? ORDER BY place", [number]
    )
    return [RoundPlace(*row) for row in rows]


def keep_round(connection: sqlite3.Connection, new: Round) -> int:
    """Store a new round and return its number."""
    number = connection.execute(
        "INSERT INTO rounds (period, kpi, scale, is_sum) VALUES (?, ?, ?, ?)",
        [str(new.month), new.kpi.code, new.scale, new.is_sum],
    ).lastrowid
    assert number is not None
    connection.executemany(
        "INSERT INTO round_places VALUES (?, ?, ?, ?, ?, ?)",
        [(number, place, *one) for place, one in enumerate(new.places)],
    )
    return number


def keep_act(
    connection: sqlite3.Connection,
    number: int,
    moves: Sequence[Move],
    *,
    by: str,
    reason: str,
    file: str = "",
) -> int:
    """Store an act in a round and return its number.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to circulation.sqlite, in a transaction.
    number : int
        The number of the round.
    moves : sequence of Move
        What he did, as `Negotiation.apply` gave it.
    by, reason : str
        Who he is, and why he did it.
    file : str
        The workbook he decided in.
    """
    act = connection.execute(
        "INSERT INTO round_acts (round, at, by, reason, file, after) VALUES (?, ?, ?, ?, ?, ?)",
        [number, now(), by, reason.strip(), file, last_change(connection)],
    ).lastrowid
    assert act is not None
    connection.executemany(
        "INSERT INTO round_steps VALUES (?, ?, ?, ?, ?)",
        [(act, n, one.place, one.step.value, one.amount) for n, one in enumerate(moves, 1)],
    )
    return act


def last_act(connection: sqlite3.Connection) -> int:
    """The number of the last act; 0 where there is none."""
    found: int = connection.execute("SELECT ifnull(max(act), 0) FROM round_acts").fetchone()[0]
    return found


def course_of(connection: sqlite3.Connection, round_: Round) -> Course:
    """The state of a round, replayed from its first step.

    Raises
    ------
    InputError
        Its steps are not those of a round: somebody else wrote in the file.
    """
    acts = connection.execute(
        "SELECT * FROM round_acts WHERE round = ? ORDER BY act", [round_.number]
    ).fetchall()
    course = Course(round_, round_.begun())
    if not acts:
        return course
    answers = answers_to(connection, round_, acts[0]["after"])
    for act in acts:
        while answers and answers[0].change <= act["after"]:
            _hear(course, answers.popleft())
        _replay(connection, course, act)
    for answer in answers:
        _hear(course, answer)
    return course


def _replay(connection: sqlite3.Connection, course: Course, act: sqlite3.Row) -> None:
    moves = [
        Move(row["place"], Step(row["step"]), row["amount"])
        for row in connection.execute(
            "SELECT * FROM round_steps WHERE act = ? ORDER BY number", [act["act"]]
        )
    ]
    try:
        course.negotiation.apply(moves, act["reason"])
    except InputError as error:
        fault = kinds.ROUND_DAMAGED(file=FILE, act=act["act"], reason=error.fault.reason)
        raise InputError(fault) from error
    at = dt.datetime.fromisoformat(act["at"])
    for move in moves:
        if move.step is Step.ANSWERED:
            course.origins.pop(move.place, None)
        course.events.append(Event(*move, at, act["by"], act["reason"], act["file"], counts=True))
        course.touched[move.place] = (act["act"], act["after"])


def _hear(course: Course, answer: Answer) -> None:
    """Apply a returned value, if it is an answer."""
    place, stand = answer.place, course.stands[answer.place]
    if answer.fault is not None:
        course.unusable.append(answer)
    if answer.fault is not None or not _is_answer(course, answer):
        return
    course.negotiation.apply([Move(place, Step.ANSWERED, answer.amount)])
    course.origins[place] = answer.origin
    course.events.append(
        Event(
            place, Step.ANSWERED, answer.amount, answer.at, answer.by, "", answer.where,
            counts=not stand.locked,
        )
    )  # fmt: skip
    act, _ = course.touched.get(place, (0, 0))
    course.touched[place] = (act, answer.change)


def _is_answer(course: Course, answer: Answer) -> bool:
    """Whether a value is a new answer; most values were only prefilled."""
    stand = course.stands[answer.place]
    is_own = course.origins.get(answer.place) == answer.origin
    if answer.amount is None:
        return is_own
    if not (answer.is_changed or is_own):
        return stand.status in (Step.PROPOSED, Step.COUNTERED) and answer.amount == stand.offer
    last = stand.answered if stand.late is None else stand.late
    if not is_own or answer.amount != last:
        return True
    # The same again: a word against what was asked meanwhile, if he saved it after that.
    countered = [one.at for one in course.events if one[:2] == (answer.place, Step.COUNTERED)]
    return stand.status is Step.COUNTERED and answer.saved > countered[-1]
