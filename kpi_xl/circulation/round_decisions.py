"""Read 目标商定表 back: the decisions of a manager, row by row."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.analysis.negotiation import Move, Step
from kpi_xl.calendar import Month
from kpi_xl.circulation.round_names import (
    ACCEPT,
    AMOUNTS,
    CODES,
    COUNTER,
    DECIDED,
    KEYS,
    REASONS,
    token_of,
)
from kpi_xl.circulation.validation import Problem
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.jobs.round_views import status_text
from kpi_xl.jobs.rounds import accepted, amount_meant
from kpi_xl.project import Project
from kpi_xl.record.circulation import changing, was_begun
from kpi_xl.record.round_answers import as_amount
from kpi_xl.record.rounds import Course, course_of, keep_act, latest
from kpi_xl.record.target_round import Round
from kpi_xl.system.user import login
from kpi_xl.workbook.answers import Answer, Answers, ReturnedWorkbook
from kpi_xl.workbook.ooxml.cells import UNCALCULATED


@dataclass
class Decided:
    """The result of the decisions in a workbook.

    Parameters
    ----------
    file : Path
        The workbook that was read.
    taken : int
        How many were taken.
    known : int
        How many had been taken before.
    problems : list of Problem
        What was not taken.
    """

    file: Path
    taken: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """A row with a decision."""

    sheet: str
    key: str
    decision: Answer
    amount: Answer
    reason: Answer

    @property
    def is_blank(self) -> bool:
        cells = (self.decision, self.amount, self.reason)
        return all(cell.value is None and not cell.error for cell in cells)


class _DoubtError(Exception):
    """A row that is not taken, with the cell and the reason."""

    def __init__(self, cell: Answer, fault: Fault) -> None:
        self.cell = cell
        self.fault = fault
        super().__init__(cell, fault)


def take(project: Project, file: Path) -> Decided:
    """Take the decisions in a workbook; doubtful ones are reported and not taken.

    A decision is in doubt where its unit has moved since the workbook was made: it was about
    another answer. One that was taken before is not taken twice.

    Parameters
    ----------
    project : Project
        The project whose workbook it is.
    file : Path
        The workbook with the decisions, 目标商定表.

    Raises
    ------
    InputError
        It cannot be read, or is none of the project's.
    """
    workbook = ReturnedWorkbook(file)
    token = token_of(workbook.workbook)
    if token is None or not was_begun(project):
        raise InputError(kinds.ROUND_NO_WORKBOOK(), file=file)
    done = Decided(file)
    with changing(project) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        made = connection.execute(
            "SELECT * FROM round_workbooks WHERE token = ?", [token]
        ).fetchone()
        if made is None:
            raise InputError(kinds.ROUND_NO_WORKBOOK(), file=file)
        by = workbook.saved()[1] or login()
        number = 1
        while (rows := _rows(workbook, number, done)) is not None:
            code, found = rows
            rounds = latest(connection, project.settings.kpis, Month.parse(made["period"]))
            rounds = [one for one in rounds if one.kpi.code == code]
            _take_sheet(connection, made, rounds, found, by, done)
            number += 1
        if number == 1:
            raise InputError(kinds.ROUND_NO_WORKBOOK(), file=file)
    return done


def _rows(workbook: ReturnedWorkbook, number: int, done: Decided) -> tuple[str, list[_Row]] | None:
    """The KPI of a sheet and its rows with decisions; None where there is no such sheet."""
    names = [name.format(number) for name in (CODES, KEYS, DECIDED, AMOUNTS, REASONS)]
    found = workbook.answers(names)
    if not found:
        return None
    columns = [found.get(name) for name in names]
    sheet = next(iter(found.values())).sheet
    code, *lists = columns
    if code is None or any(one is None for one in lists):
        return "", _lost(sheet, done)
    texts: list[Answers] = [one for one in lists if one is not None]
    spans = {(one.sheet, one.area.first_row, one.area.last_row) for one in texts}
    if len(spans) > 1:
        return "", _lost(sheet, done)
    rows = [
        _Row(sheet, str(cells[0][0].value or ""), *(cell[0] for cell in cells[1:]))
        for cells in zip(*(one.rows for one in texts), strict=True)
    ]
    return str(code.rows[0][0].value or ""), [row for row in rows if not row.is_blank]


def _lost(sheet: str, done: Decided) -> list[_Row]:
    fault = kinds.ROUND_ROWS_LOST(sheet=sheet)
    done.problems.append(Problem(done.file, sheet, "", "", "", fault))
    return []


def _take_sheet(
    connection: sqlite3.Connection,
    made: sqlite3.Row,
    rounds: list[Round],
    rows: list[_Row],
    by: str,
    done: Decided,
) -> None:
    if not rounds:
        if rows:
            _lost(rows[0].sheet, done)
        return
    course = course_of(connection, rounds[0])
    started = connection.execute(
        "SELECT min(act) FROM round_acts WHERE round = ?", [course.round.number]
    ).fetchone()[0]
    places = {key: place for place, key in enumerate(course.round.keys)}
    for row in rows:
        try:
            place = places.get(row.key)
            if place is None:
                raise _DoubtError(row.decision, kinds.ROUND_NO_UNIT(label=row.key, known=""))
            move = _move(row, course, place)
            if _is_known(course, move):
                done.known += 1
                continue
            act, change = course.touched.get(place, (0, 0))
            if max(act, started) > made["act"] or change > made["after"]:
                now = status_text(course, place)
                fault = kinds.ROUND_STALE(unit=course.round.names[place], now=now)
                raise _DoubtError(row.decision, fault)
            reason = "" if row.reason.value is None else str(row.reason.value)
            moves = course.negotiation.apply([move], reason)
        except _DoubtError as doubt:
            _tell(done, row, doubt.cell, doubt.fault)
        except InputError as error:
            _tell(done, row, row.decision, error.fault)
        else:
            where = f"{done.file.name}「{row.sheet}」{row.decision.reference}"
            keep_act(connection, course.round.number, moves, by=by, reason=reason, file=where)
            done.taken += 1


def _move(row: _Row, course: Course, place: int) -> Move:
    """The move that a row of the workbook decides.

    Raises
    ------
    _DoubtError
        Nobody can tell.
    """
    for cell in (row.decision, row.amount, row.reason):
        if cell.error == UNCALCULATED:
            raise _DoubtError(cell, kinds.ROUND_FORMULA())
        if cell.error:
            raise _DoubtError(cell, kinds.ROUND_DECISION(value=cell.error))
    said = str(row.decision.value or "").strip()
    if not said:
        raise _DoubtError(row.decision, kinds.ROUND_DECISION_MISSING())
    if said not in (ACCEPT, COUNTER):
        raise _DoubtError(row.decision, kinds.ROUND_DECISION(value=said))
    step = Step.AGREED if said == ACCEPT else Step.COUNTERED
    if row.amount.value is None:
        if said == COUNTER:
            raise _DoubtError(row.amount, kinds.ROUND_COUNTER_EMPTY())
        return Move(place, step, accepted(course, place))
    typed = row.amount.value
    if isinstance(typed, str):
        try:
            return Move(place, step, amount_meant(course.round, typed))
        except InputError as error:
            raise _DoubtError(row.amount, error.fault) from error
    found = as_amount(typed, course.round)
    if isinstance(found, Fault):
        raise _DoubtError(row.amount, found)
    return Move(place, step, found)


def _is_known(course: Course, move: Move) -> bool:
    stand = course.stands[move.place]
    if move.step is Step.AGREED:
        is_whole = course.round.places[move.place].above is None
        return stand.agreed == move.amount and (not is_whole or stand.status is Step.AGREED)
    return stand.status is Step.COUNTERED and stand.countered == move.amount


def _tell(done: Decided, row: _Row, cell: Answer, fault: Fault) -> None:
    value = "" if cell.value is None else str(cell.value)
    done.problems.append(Problem(done.file, row.sheet, cell.reference, "", value, fault))
