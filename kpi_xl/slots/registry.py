"""The registry of all slots; names, documentation and checks follow it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final

from kpi_xl.slots import (
    agenda_values,
    all_kpis,
    analysis_slots,
    assessment_values,
    briefing,
    count_values,
    fishbone_values,
    front_slots,
    log_values,
    member_values,
    monthly_review_slots,
    plan_slots,
    skill_values,
    source_slots,
    survival_slots,
    task_values,
    time_values,
    topic_slots,
    unit_values,
    weekly_member_values,
    weekly_review_values,
)
from kpi_xl.slots.slot import INPUT, Declared, Group, put
from kpi_xl.slots.unit_values import KPI_NAMES

_KPI: Final = "指标"

_MODULES: Final = (
    unit_values,
    count_values,
    front_slots,
    all_kpis,
    source_slots,
    analysis_slots,
    survival_slots,
    monthly_review_slots,
    fishbone_values,
    briefing,
    member_values,
    plan_slots,
    weekly_review_values,
    agenda_values,
    time_values,
    task_values,
    weekly_member_values,
    log_values,
    assessment_values,
    topic_slots,
    skill_values,
)


def groups() -> list[Group]:
    """Every group, module by module, in the order they are declared."""
    found: list[Group] = []
    for module in _MODULES:
        for value in vars(module).values():
            listed = value if isinstance(value, tuple) else (value,)
            found += [one for one in listed if isinstance(one, Group) and one not in found]
    return found


@functools.cache
def declared() -> Mapping[str, Declared]:
    """Every slot by name.

    Raises
    ------
    ValueError
        Two groups declare the same name.
    """
    found: dict[str, Declared] = {}
    for group in groups():
        for one in group.declared():
            if one.name in found:
                raise ValueError(f"{one.name} is declared twice")
            found[one.name] = one
    return found


def declaration(slot: str) -> Declared | None:
    """The declaration of a slot by its name; None for a name of the user's own workbook.

    Names over every KPI are so for any name: which KPIs there are beside those of the catalogue
    only a project's settings say.
    """
    if (found := declared().get(slot)) is not None:
        return found
    for group, end, pattern in _over_kpis():
        match = pattern.fullmatch(slot)
        if match is not None and match[_KPI] not in KPI_NAMES:
            return Declared(slot, group.pattern + end, match.groupdict(), group.slots[end], group)
    return None


@functools.cache
def _over_kpis() -> list[tuple[Group, str, re.Pattern[str]]]:
    """The patterns of names in which any own KPI may stand."""
    return [
        (group, end, re.compile(f"{re.escape(before)}(?P<{_KPI}>[^.]+){re.escape(after + end)}"))
        for group in groups()
        if list(group.over) == [_KPI]
        and (group is analysis_slots.PACE or group.over[_KPI] is KPI_NAMES)
        for before, _, after in [group.pattern.partition(f"<{_KPI}>")]
        for end in group.slots
    ]


def slot_names(own: Iterable[str] = ()) -> dict[str, str]:
    """Every slot name that is filled, with its meaning in Chinese.

    Parameters
    ----------
    own : iterable of str
        The names of KPIs that a project declares itself.
    """
    found = {name: one.meaning for name, one in declared().items() if not name.startswith(INPUT)}
    for kpi in own:
        for group, end, _ in _over_kpis():
            name = put(group.pattern + end, {_KPI: kpi})
            if not name.startswith(INPUT) and (one := declaration(name)) is not None:
                found[name] = one.meaning
    return found
