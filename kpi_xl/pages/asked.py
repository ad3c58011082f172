"""The slots that a page needs: it asks for them as a monthly workbook does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.findings.findings import Findings
from kpi_xl.kpi import Kpi
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.analysis_slots import BELOW, DIAGNOSIS, MONEY, PACE, WARNINGS
from kpi_xl.slots.briefing import results_of
from kpi_xl.slots.monthly_review_slots import PROGRESS, REVIEWED
from kpi_xl.slots.slot import Group, put
from kpi_xl.slots.survival_slots import COHORTS, EVERYBODY, SURVIVAL

FEWEST: Final = 6
"""So many KPIs a unit's page shows at least; those with targets, and the main ones."""

MOST: Final = 9

COMPARED: Final = ("环比", "同比", "目标")
"""With what a page compares the result: of the others' levels it tells nothing."""

_LISTS: Final[Mapping[Group, int]] = {
    WARNINGS: 8,
    BELOW: 12,
    DIAGNOSIS: 6,
    PROGRESS: 6,
    REVIEWED: 12,
}
"""The lists, and how many rows they have at most: as many as in the workbooks."""


def rows(names: Collection[str]) -> dict[str, int]:
    """The slots that a page needs, with their numbers of rows.

    Parameters
    ----------
    names : collection of str
        The KPIs that any unit's page may show.
    """
    found = {f"{group.pattern}{end}": most for group, most in _LISTS.items() for end in group.slots}
    for group in (MONEY, SURVIVAL, EVERYBODY, COHORTS):
        found |= {one.name: one.slot.cells or 1 for one in group.declared()}
    return found | {
        put(f"{PACE.pattern}{end}", {"指标": n}): 1 for n in names for end in PACE.slots
    }


def shown_names(
    cube: Cube, store: duckdb.DuckDBPyConnection, month: Month, settings: Settings
) -> frozenset[str]:
    """The names of the KPIs that some unit's page may show."""
    labels = store.execute("SELECT DISTINCT kpi FROM targets WHERE month = ?", [month.number])
    names = [*(label for (label,) in labels.fetchall()), *settings.targets]
    aimed = [kpi for kpi in map(settings.kpis.find, names) if kpi is not None]
    results = results_of(settings.kpis.values(), {kpi.name for kpi in aimed})
    return frozenset(kpi.name for kpi in (*aimed, *results, *headlines(cube, settings)))


def watched(findings: Findings, unit: int) -> tuple[Kpi, ...]:
    """The KPIs that a unit's page shows: those with targets, money first.

    Where the project says which KPIs are the main ones, these come before, in its order.

    Parameters
    ----------
    findings : Findings
        Of the unit's level.
    unit : int
        Its index in the cube.
    """
    targets = findings.of_unit(unit)
    main = [findings.kpis.get(one.code, one) for one in findings.main]
    aimed = [kpi for kpi in findings.kpis.values() if kpi.name in targets]
    if main:
        return tuple(dict.fromkeys((*main, *aimed)))[:MOST]
    found = aimed[:MOST]
    for kpi in findings.headlines:
        if len(found) >= FEWEST:
            break
        if kpi not in found and kpi.code in findings.kpis:
            found.append(findings.kpis[kpi.code])
    return tuple(sorted(dict.fromkeys(found), key=lambda kpi: kpi.unit != "元"))


def headlines(cube: Cube, settings: Settings) -> Iterator[Kpi]:
    """The KPIs on top that have data."""
    return (kpi for kpi in settings.headlines if cube.has(kpi))
