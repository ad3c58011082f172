"""The values of the slots about a team's members, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.data.people import Person
from kpi_xl.data.targets import Targets, pieces_target, premium_target
from kpi_xl.findings.shown import shown
from kpi_xl.slots.unit_values import Values, attainment

PREMIUM: Final = "首年新单保费"
PIECES: Final = "主险件数"


def member_values(
    people: Sequence[Person], targets: Targets, month: Month, last: Month, room: int
) -> Values:
    """One row a member: what he did, last month, last year, and his targets.

    Parameters
    ----------
    people : sequence of Person
        The members.
    targets : Targets
        The month's targets.
    month, last : Month
        The month, and the last one with data.
    room : int
        How many rows the workbook has for them, at least one for each.
    """
    closed = month <= last
    now, before, last_year = month.number, month.number - 1, month.number - 12
    premium = [p.premium.get(now, 0) / 100 if closed else None for p in people]
    pieces = [p.pieces.get(now, 0) if closed else None for p in people]
    of_agent = [targets.of_agent(p.agent) for p in people]
    premium_targets = [premium_target(own) for own in of_agent]
    pieces_targets = [pieces_target(own) for own in of_agent]
    premium_before = [p.premium.get(before, 0) / 100 for p in people]
    pieces_before = [p.pieces.get(before, 0) for p in people]
    produced = ["是" if (p.pieces.get(now, 0) > 0) else "否" for p in people] if closed else []
    values: Values = {
        "members.工号": [p.agent for p in people],
        "members.姓名": [p.name for p in people],
        "members.职级": [p.rank for p in people],
        "members.入司月数": [max(now - p.signed.number, 0) for p in people],
        f"members.{PREMIUM}": premium,
        f"members.{PREMIUM}.上月": premium_before,
        f"members.{PREMIUM}.去年同期": [p.premium.get(last_year, 0) / 100 for p in people],
        f"members.{PREMIUM}.目标": premium_targets,
        f"members.{PIECES}": pieces,
        f"members.{PIECES}.上月": pieces_before,
        f"members.{PIECES}.目标": pieces_targets,
        "members.举绩": produced,
        "members.合计.姓名": len(people),
        "members.合计.举绩": produced.count("是"),
    }
    for name, actual, target in (
        (PREMIUM, premium, premium_targets),
        (PIECES, pieces, pieces_targets),
    ):
        rates = [attainment(a, t) for a, t in zip(actual, target, strict=True)]
        values[f"members.{name}.达成率"] = rates + [""] * (room - len(people))
        for part in ("", ".上月", ".去年同期", ".目标"):
            if f"members.{name}{part}" in values:
                total = _sum(values[f"members.{name}{part}"])
                values[f"members.合计.{name}{part}"] = total
        values[f"members.合计.{name}.达成率"] = shown(
            kpis["KPI_ATTAINMENT"](_sum(actual), _sum(target))
        )
    return values


def _sum(column: Sequence[Any]) -> float:
    return float(sum(cell for cell in column if cell is not None))
