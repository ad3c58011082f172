"""The cells that a returned workbook was made with, for the whole and for the sheets of units."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kpi_xl import kinds
from kpi_xl.circulation.matching import Matched
from kpi_xl.circulation.validation import Problem, Valid, Validation
from kpi_xl.errors import InputError
from kpi_xl.workbook import Template
from kpi_xl.workbook.answers import Answers, ReturnedWorkbook
from kpi_xl.workbook.inputs import InputSlot, input_slots


@dataclass(frozen=True)
class Form:
    """The input cells of a template.

    Parameters
    ----------
    inputs : sequence of InputSlot
        Those that a workbook has once.
    of_units : sequence of InputSlot
        Those on sheets that there are for each unit, under their plain names.
    sheets : int
        How many sheets each unit has.
    """

    inputs: Sequence[InputSlot]
    of_units: Sequence[InputSlot]
    sheets: int


def form_of(template: Template) -> Form:
    """The input cells of a template."""
    marked = template.sheets_for_units
    every = input_slots(template)
    on_marked = [one for one in every if one.slot.sheet in marked]
    return Form(
        [one for one in every if one.slot.sheet not in marked],
        [_plain(one) for one in on_marked],
        len(marked),
    )


def _plain(one: InputSlot) -> InputSlot:
    sheet = f"{one.slot.sheet}!"
    return replace(
        one,
        slot=replace(one.slot, name=one.slot.plain_name),
        columns=tuple(
            replace(column, source=column.source.removeprefix(sheet)) for column in one.columns
        ),
        agents=one.agents.removeprefix(sheet),
        days=one.days.removeprefix(sheet),
    )


def checked(
    one: Matched, workbook: ReturnedWorkbook, form: Form
) -> tuple[list[Valid], list[Problem]]:
    """The values of a workbook's input cells, and their problems.

    Parameters
    ----------
    one : Matched
        The workbook with its row of the manifest.
    workbook : ReturnedWorkbook
        The opened workbook.
    form : Form
        The input cells of its template.

    Raises
    ------
    InputError
        It is damaged, or shows that it is another's than it says inside.
    """
    sent: dict[str, dict[str, list[str]]] = json.loads(one.edition["keys"])
    shown: dict[str, dict[str, str]] = json.loads(one.edition["shown"])
    if (other := _other(workbook, shown[""], form.inputs)) is not None:
        raise InputError(kinds.SHOWN_OTHERWISE(shown=other.found, identity=other.sent))
    answers = _answers(workbook, form.inputs)
    whole = Validation(one.file, answers, sent.get("", {}))
    whole.check(form.inputs)
    valid, problems = whole.valid, whole.problems
    sheets = workbook.sheets_about
    for unit in sent if form.of_units else ():
        if not unit:
            continue
        found = sheets.get(unit, [])
        if len(found) != form.sheets:
            problems.append(_sheets_problem(one, unit, found))
            continue
        others = [_other(workbook, shown[unit], form.of_units, sheet) for sheet in found]
        if (other := next(filter(None, others), None)) is not None:
            problems.append(
                Problem(
                    one.file, found[0], "", unit, other.found,
                    kinds.SHEET_SHOWN_OTHERWISE(shown=other.found, unit=unit)
                )
            )  # fmt: skip
            continue
        own: dict[str, Answers] = {}
        for sheet in found:
            own |= _answers(workbook, form.of_units, sheet)
        of_unit = Validation(one.file, own, sent[unit])
        of_unit.check(form.of_units)
        valid += (replace(each, about=unit) for each in of_unit.valid)
        problems += of_unit.problems
    for unit in sheets.keys() - sent.keys() if form.of_units else ():
        for sheet in sheets[unit]:
            problems.append(
                Problem(
                    one.file, sheet, "", unit, "",
                    kinds.SHEET_NOT_SENT(unit=unit)
                )
            )  # fmt: skip
    return valid, problems


class _Other(NamedTuple):
    """A cell that names another recipient now than when it was sent."""

    sent: str
    found: str


def _other(
    workbook: ReturnedWorkbook,
    shown: Mapping[str, str],
    inputs: Sequence[InputSlot],
    sheet: str | None = None,
) -> _Other | None:
    """Find a cell that names another recipient; cells that people may change are ignored."""
    asked = {name for one in inputs for name in (one.slot.name, *(c.source for c in one.columns))}
    for name, answers in workbook.answers(shown.keys() - asked, (), sheet).items():
        value = answers.rows[0][0].value
        found = "" if value is None else str(value).strip()
        if found and found != shown[name].strip():
            return _Other(shown[name], found)
    return None


def _answers(
    workbook: ReturnedWorkbook, inputs: Sequence[InputSlot], sheet: str | None = None
) -> Mapping[str, Answers]:
    names = _of_rows(inputs) | {column.source for one in inputs for column in one.columns}
    of_records = _of_rows([one for one in inputs if one.slot.block is not None])
    return workbook.answers(names - {""}, of_records, sheet)


def _of_rows(inputs: Sequence[InputSlot]) -> set[str]:
    """The names of some slots and of those that identify their rows."""
    return {name for one in inputs for name in (one.slot.name, one.agents, one.days)}


def _sheets_problem(one: Matched, unit: str, found: Sequence[str]) -> Problem:
    if len(found) > 1:
        fault = kinds.SHEET_SEVERAL(unit=unit, count=len(found), sheets="、".join(found))
    else:
        fault = kinds.SHEET_GONE(unit=unit)
    return Problem(one.file, found[0] if found else "", "", unit, "", fault)
