"""留存: how long people stay, as a table for a terminal."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from kpi_xl import kinds
from kpi_xl.analysis.service_loss import FEWEST, worst_month
from kpi_xl.errors import InputError
from kpi_xl.findings.retention import BY, UNIT, Group, Groups, Retention
from kpi_xl.findings.shown import NOTHING
from kpi_xl.jobs.views import Figure, Rows, Scope, View

_SHOWN: Final = (3, 6, 13)
"""After so many months of service the share still there is shown of each group."""


def survival_view(of: Scope, by: str | None) -> View:
    """留存: of each unit or group, or of a single unit by month of service.

    Parameters
    ----------
    of : Scope
        The units, and the month up to which people are seen.
    by : str, optional
        One of `BY` but 单位.

    Raises
    ------
    InputError
        When people cannot be grouped so.
    """
    if by is not None and by not in BY[1:]:
        raise InputError(kinds.NO_GROUPING(known="、".join(BY[1:])), value=by)
    people = Retention(of.cube, of.store, of.project.settings, of.month, of.level)
    if by is not None and not people.tells(by):
        raise InputError(kinds.GROUPING_ABSENT(column=by))
    notes = people.about(of.units)
    headings: tuple[str, ...]
    if by is None and len(of.units) == 1:
        group = people.people(of.units[0])
        headings, rows = _OF_MONTHS, _by_month(group)
        notes.append(group.worst)
    else:
        groups = people.groups(by or UNIT, of.units)
        headings, rows = (by or UNIT, *_OF_GROUPS), _by_group(groups)
        notes += filter(None, [groups.verdict, _left_out(groups)])
    if not rows:
        notes.append("人太少，或还没有人离开过，看不出留存")
    return View(of.title(f"留存（按{by}）" if by else "留存"), headings, rows, [*notes, *of.notes])


_OF_MONTHS: Final = (
    "第几个月#", "看到的人#", "离开#", "流失率#", "流失率下限#", "流失率上限#",
    "满月留存率#", "留存率下限#", "留存率上限#",
)  # fmt: skip
_OF_GROUPS: Final = (
    "签约人数#", "已离开#", *(f"满{n}个月#" for n in _SHOWN), "13个月下限#", "13个月上限#",
    "走一半的月#", "流失特别多的月",
)  # fmt: skip


def _by_month(group: Group) -> Rows:
    """A row for each month of service with anybody in it."""
    found = group.survival()
    seen = np.flatnonzero(found.at_risk > 0)
    return [
        (
            *(Figure(f"{n:,}", n) for n in (place + 1, found.at_risk[place], found.left[place])),
            *(
                _share(float(column[place]))
                for column in (
                    found.hazard, found.hazard_low, found.hazard_high,
                    found.share, found.low, found.high,
                )
            ),
        )
        for place in range(int(seen[-1]) + 1 if seen.size else 0)
    ]  # fmt: skip


def _by_group(groups: Groups) -> Rows:
    """A row for each group."""
    rows = []
    for group in groups.shown:
        found = group.survival()
        worst, last = worst_month(found), _SHOWN[-1] - 1
        rows.append(
            (
                group.name,
                Figure(f"{group.signed:,}", group.signed),
                Figure(f"{group.left:,}", group.left),
                *(_share(float(found.share[n - 1])) for n in _SHOWN),
                _share(float(found.low[last])),
                _share(float(found.high[last])),
                Figure(str(found.median or NOTHING), found.median or math.nan),
                f"第 {worst.month} 个月，{worst.hazard:.1%}" if worst else "看不出",
            )
        )
    return rows


def _left_out(groups: Groups) -> str:
    """How many groups are not shown."""
    return f"另有 {groups.left_out} 组不到 {FEWEST} 人，没有列出" if groups.left_out else ""


def _share(ratio: float) -> Figure:
    return Figure(NOTHING if math.isnan(ratio) else f"{ratio:.1%}", ratio)
