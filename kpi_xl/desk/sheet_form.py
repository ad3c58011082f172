"""A worksheet as a form: a line for each heading, with sample cells and the column it is read
as.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.catalogue.schema import LISTS
from kpi_xl.checks.proposals import SheetProposal
from kpi_xl.errors import InputError
from kpi_xl.jobs.mapping import Answer, MappingSession
from kpi_xl.settings.sheets import NOT_READ, STATUSES, UNITS

_ROWS: Final = 5
_HOW: Final = {"heading": "标题就是它", "near": "标题像它", "content": "内容像它"}


def overview(name: str, proposal: SheetProposal, answer: Answer) -> dict[str, Any]:
    """A worksheet in a line."""
    table = LISTS.get(answer.table)
    likely = LISTS.get(proposal.code)
    return {
        "name": name,
        "table": table.name if table else "",
        "not_read": answer.table == NOT_READ,
        "likely": likely.name if likely and not table else "",
        "reason": proposal.seen.reason,
        "advice": proposal.seen.advice,
        "columns": len(answer.columns),
        "can_be_chosen": bool(proposal.seen.rows),
    }


def shown(session: MappingSession, name: str, wanted: str) -> dict[str, Any]:
    """The values of the form of a worksheet.

    Parameters
    ----------
    session : MappingSession
        The mapping with all worksheets.
    wanted : str
        The code of a table that it is to be shown as; empty for what was chosen or is proposed.
    """
    answer = session.answers[name]
    proposal = session.proposal(name, wanted or answer.table)
    same = answer.table == proposal.code
    chosen = {heading: code for code, heading in answer.columns.items()} if same else {}
    proposed = {one.heading: one for one in proposal.columns if one.heading}
    columns = {one.column.code: one.heading for one in proposal.columns if one.heading}
    if same:
        columns |= dict(answer.columns)
    money = {one.heading: one for one in proposal.money(columns)}
    statuses = {one.heading: one for one in proposal.statuses}
    rows, grid = [], proposal.side_by_side
    for place, heading in _headings(proposal):
        one = proposed.get(heading)
        decided = heading in chosen or (same and heading in answer.unused)
        unit = money.get(heading)
        column = chosen.get(heading, "") if decided else (one.column.code if one else "")
        rows.append(
            {
                "place": place,
                "heading": heading,
                "column": column,
                "grid": grid.get(heading, ""),
                "how": _HOW[one.how] if one and one.how else "",
                "doubtful": bool(one and not one.sure and not decided),
                "cells": proposal.first_cells(place, _ROWS, column),
                "unit": answer.units.get(heading, unit.unit if unit and unit.sure else ""),
                "asks_unit": unit is not None,
                "status": statuses.get(heading),
                "meanings": answer.statuses.get(heading, {}),
            }
        )
    return {
        "name": name,
        "tables": list(LISTS.values()),
        "code": proposal.code,
        "table": LISTS.get(proposal.code),
        "not_read": answer.table == NOT_READ,
        "rows": rows,
        "many": _ROWS,
        "units": list(UNITS),
        "words": STATUSES.get(proposal.code, ()),
        "reason": "" if answer.table else proposal.seen.reason,
        "header_row": proposal.header.last + 1 if proposal.header else 0,
    }


def chosen(session: MappingSession, name: str, given: Mapping[str, str]) -> Answer:
    """Read the choices that were made in the form.

    Parameters
    ----------
    session : MappingSession
        The mapping with all worksheets.
    given : mapping of str to str
        The fields: ``c3`` the column of the heading at place 3, ``u3`` its unit, ``s3.0`` what the
        first word below it means.

    Raises
    ------
    InputError
        When two headings are to be the same column, or a required column has none.
    """
    code = given.get("table", "")
    if code == NOT_READ:
        return Answer(NOT_READ)
    if code not in LISTS:
        return Answer("")
    table = LISTS[code]
    proposal = session.proposal(name, code)
    columns: dict[str, str] = {}
    unused: list[str] = []
    proposed = {one.heading for one in proposal.columns if one.heading and not one.sure}
    known = {column.code: column for column in table.columns}
    for place, heading in _headings(proposal):
        column = given.get(f"c{place}", "")
        if column in known:
            if column in columns:
                raise InputError(
                    kinds.COLUMN_CHOSEN_TWICE(
                        first=columns[column], second=heading, column=known[column].name
                    )
                )
            columns[column] = heading
        elif heading in proposed:
            unused.append(heading)
    # The headings of a grid stand for two columns and are not chosen: 1月 for 月份 and 目标值.
    taken = {*columns.values(), *proposal.side_by_side}
    for one in proposal.columns:
        if one.how == "heading" and one.heading in taken:
            columns.setdefault(one.column.code, one.heading)
    missing = [
        one.column.name
        for one in proposal.columns
        if one.column.required and one.column.code not in columns
    ]
    if missing:
        raise InputError(kinds.COLUMNS_NOT_CHOSEN(table=table.name, columns="、".join(missing)))
    at = {heading: place for place, heading in _headings(proposal)}
    units = {
        one.heading: unit
        for one in proposal.money(columns)
        if (unit := given.get(f"u{at[one.heading]}")) in UNITS
    }
    statuses: dict[str, dict[str, str]] = {}
    for status in proposal.statuses:
        place = at[status.heading]
        words = {
            word: meaning
            for number, word in enumerate(status.values)
            if (meaning := given.get(f"s{place}.{number}", "")) in STATUSES[code]
            and status.meanings.get(word) != meaning
        }
        if given.get(f"n{place}"):
            unused.append(status.heading)
        elif words:
            statuses[status.heading] = words
    return Answer(code, columns, {k: v for k, v in units.items() if v}, tuple(unused), statuses)


def _headings(proposal: SheetProposal) -> list[tuple[int, str]]:
    """The headings of a worksheet with their indices; of two equal ones the first."""
    found: dict[str, int] = {}
    for place, cell in enumerate(proposal.header.cells if proposal.header else ()):
        if cell and cell.strip():
            found.setdefault(cell.strip(), place)
    return [(place, heading) for heading, place in found.items()]
