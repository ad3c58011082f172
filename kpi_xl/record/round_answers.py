"""Answers to a round of targets: the targets typed into returned workbooks."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.fault import Fault
from kpi_xl.record.sent import Place, SentBy, is_same
from kpi_xl.record.target_round import Round
from kpi_xl.record.typed_value import Typed, read_typed

_OF_UNIT: Final = "kpi.{}.目标"
_OF_MEMBER: Final = "members.{}.目标"
_OF_PERSON: Final = "month.target.{}"
"""The slots that targets are typed into: a unit's, a row's person's, the workbook's person's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A version of a cell with the target of a unit or person.

    Parameters
    ----------
    change : int
        Its number in the history.
    place : int
        Whose target it is, by place in the round.
    amount : int or None
        The target; None where the cell is empty now, or the answer was taken back.
    is_changed : bool
        Whether it is another value than the workbook was sent with.
    at : datetime
        When it was collected or taken back.
    by : str
        Who saved the workbook, by its own word.
    saved : datetime
        When he saved it, by its own word.
    where : str
        The workbook, worksheet and cell.
    origin : tuple
        Which cell of whose workbook it is, whatever the file is called.
    fault : Fault or None
        Why it is no amount of the KPI.
    """

    change: int
    place: int
    amount: int | None
    is_changed: bool
    at: dt.datetime
    by: str
    saved: dt.datetime
    where: str
    origin: tuple[object, ...]
    fault: Fault | None = None


_TYPED: Final = """
SELECT changes.*, takings.template, takings.level, takings.recipient, takings.unit,
    takings.person, at, source.saved AS source_saved,
    source.file AS source_file, source.saved_by AS source_saved_by,
    source.workbook AS source_workbook
FROM changes JOIN takings USING (taking) JOIN collections USING (collection)
LEFT JOIN changes AS again ON again.change = changes.restores
LEFT JOIN takings AS source ON source.taking = ifnull(again.taking, changes.taking)
WHERE takings.period = ? AND changes.change > ? AND changes.slot IN (?, ?, ?)
ORDER BY changes.change
"""


def last_change(connection: sqlite3.Connection) -> int:
    """The number of the last version of a cell; 0 where nothing came back."""
    found: int = connection.execute("SELECT ifnull(max(change), 0) FROM changes").fetchone()[0]
    return found


def answers_to(connection: sqlite3.Connection, round_: Round, after: int) -> deque[Answer]:
    """The targets typed since a round began, the earliest first.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the project's file.
    after : int
        The last change that had come when it was begun.
    """
    name = round_.kpi.name
    of_unit, of_member, of_person = (
        slot.format(name) for slot in (_OF_UNIT, _OF_MEMBER, _OF_PERSON)
    )
    slots = [of_unit, of_member, of_person]
    people = {one.unit: place for place, one in enumerate(round_.places) if one.level == PERSON}
    units = {
        (one.level, one.unit): place
        for place, one in enumerate(round_.places)
        if one.level != PERSON
    }
    by_path = {unit: place for (_, unit), place in reversed(units.items())}
    sent = SentBy(connection)
    found: deque[Answer] = deque()
    for row in connection.execute(_TYPED, [str(round_.month), after, *slots]).fetchall():
        if row["slot"] != of_unit:
            agent = row["key"].partition(" ")[0] if row["slot"] == of_member else row["person"]
            place = people.get(agent)
        elif row["about"]:
            place = by_path.get(row["about"])
        else:
            place = units.get((row["level"], row["unit"])) if not row["person"] else None
        if place is not None:
            found.append(_answer(row, round_, place, sent))
    return found


def _answer(row: sqlite3.Row, round_: Round, place: int, sent: SentBy) -> Answer:
    value = None if row["value"] is None else read_typed(row["kind"], row["value"])
    cell = Place.of(row["about"], row["slot"], row["key"], row["row"], row["column"])
    before = sent.of(row["source_workbook"]).get(cell)
    amount = None if value is None else as_amount(value, round_)
    fault = amount if isinstance(amount, Fault) else None
    return Answer(
        change=row["change"],
        place=place,
        amount=None if isinstance(amount, Fault) else amount,
        is_changed=value is not None and (before is None or not is_same(before, value)),
        at=dt.datetime.fromisoformat(row["at"]),
        by=row["source_saved_by"],
        saved=dt.datetime.fromisoformat(row["source_saved"]),
        origin=(row["template"], row["level"], row["recipient"], *cell),
        where=f"{row['source_file']}「{row['sheet']}」{row['cell']}",
        fault=fault,
    )


def as_amount(value: Typed, round_: Round) -> int | Fault:
    """A number in the KPI's unit as an integer amount, or the problem with it.

    Parameters
    ----------
    value : str, int, float, bool, date
        The value as it was typed.
    """
    wanted = "要写到分" if round_.scale == 100 else "要写整数" if round_.scale == 1 else "要写数字"
    example = "80%" if round_.kpi.unit == "%" else "240000"
    fault = kinds.ROUND_AMOUNT(value=value, kpi=round_.kpi.name, wanted=wanted, example=example)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return fault
    # Fifteen digits are what a spreadsheet keeps.
    exact = Decimal(f"{value:.15g}") * round_.scale
    if not exact.is_finite() or exact < 0 or exact >= _MOST:
        return fault
    whole = int(exact.to_integral_value())
    return whole if exact == whole else fault


_MOST: Final = 10**14
"""Money of so many 分 is a mistake."""
