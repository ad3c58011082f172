"""The collected values that a new workbook shows: only those that it asks for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.project import Project
from kpi_xl.record.collected import Entry, collected

_PLANS: Final = ("week", "month.", "members.", "person.")
"""How the names begin of slots that start from what was planned and done."""

_REVIEWS: Final = ("progress.", "review.")

_LAST: Final = {
    "members.技能.": "团队技能培训计划",
    "score.": "营业部经理月度KPI设定表",
    "boxes.": "技能意愿评估框",
}
"""Of which form the last word of any month counts, by how the names begin that ask for it."""


def responses_for(
    project: Project, template: str, month: Month, slots: Collection[str]
) -> list[Entry]:
    """The collected values that a workbook shows.

    Parameters
    ----------
    template : str
        The template's name: what was changed in the same form stays when it is made again.
    month : Month
        The month of the workbook.
    slots : collection of str
        The names of its slots.
    """

    def asks(begins: tuple[str, ...]) -> bool:
        return any(name.startswith(begins) for name in slots)

    found: list[Entry] = []
    if asks(_PLANS) or asks(_REVIEWS):
        found += [*collected(project, month=month - 1), *collected(project, month=month)]
    else:
        found += collected(project, template, month)
    for begin, form in _LAST.items():
        if asks((begin,)):
            there = {entry.period for entry in found if entry.template == form}
            found += [
                entry
                for entry in collected(project, form)
                if entry.period <= month and entry.period not in there
            ]
    return found
