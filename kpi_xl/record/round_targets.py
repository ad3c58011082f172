"""The targets that rounds have decided: they count before typed ones and those of raw files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.catalogue.schema import TARGETS
from kpi_xl.checks.returned import Returned, TargetFact, Where
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation, was_begun
from kpi_xl.record.rounds import course_of, last_act, latest, undefined


class RoundTarget(NamedTuple):
    """A target, as the raw table 目标 has it.

    Attributes
    ----------
    month : int
        The month as ``year * 12 + month``.
    level : str
        The unit's, or 业务员.
    unit : str
        The unit's path, or 工号.
    kpi : str
        The code of the KPI.
    target : float
        In the KPI's unit.
    said : str
        By which step of which round.
    """

    month: int
    level: str
    unit: str
    kpi: str
    target: float
    said: str


def round_targets(project: Project, month: Month | None = None) -> list[RoundTarget]:
    """The targets by the rounds: the agreed one, else the last answer, else the proposal.

    Parameters
    ----------
    month : Month, optional
        The month; all of them without.

    Raises
    ------
    InputError
        The file of rounds is damaged.
    """
    if not was_begun(project):
        return []
    found = []
    kpis = project.settings.kpis
    with circulation(project) as connection:
        for round_ in latest(connection, kpis, month):
            for one, stand in zip(round_.places, course_of(connection, round_).stands, strict=True):
                said = f"目标商定第 {round_.number} 轮：{stand.status}"
                found.append(
                    RoundTarget(
                        round_.month.number, one.level, one.unit, round_.kpi.code,
                        round_.value(stand.value), said,
                    )
                )  # fmt: skip
    return found


def rounds_undefined(project: Project) -> list[tuple[int, str]]:
    """The rounds whose KPI is no longer defined: number, and code of the KPI."""
    with circulation(project) as connection:
        return undefined(connection, project.settings.kpis)


def rounds_until(project: Project) -> int:
    """The number of the last step of any round; 0 where there never was one."""
    with circulation(project) as connection:
        return last_act(connection)


def put_over(returned: Returned, decided: Iterable[RoundTarget], kpis: Mapping[str, Kpi]) -> None:
    """Replace typed targets by those of rounds.

    Parameters
    ----------
    returned : Returned
        What returned workbooks say; the typed targets among it have been answers.
    decided : iterable of RoundTarget
        The targets that the rounds have decided.
    kpis : mapping of str to Kpi
        The project's KPIs, by code.
    """
    by_level = {(one.month, one.level, one.unit, one.kpi): one for one in decided}
    anywhere = {(month, unit, code) for month, _, unit, code in by_level}
    returned.targets = [
        fact
        for fact in returned.targets
        if (fact.month, fact.level, fact.unit, fact.kpi) not in by_level
        and (fact.level or (fact.month, fact.unit, fact.kpi) not in anywhere)
    ]
    for one in by_level.values():
        where = Where("目标商定", kpis[one.kpi].name, "", f"{one.target:.15g}")
        returned.account(TARGETS, where).read += 1
        returned.targets.append(
            TargetFact(one.month, one.level, one.unit, one.kpi, one.target, where, is_decided=True)
        )


def plans_of(project: Project, month: Month) -> dict[tuple[str, str], int]:
    """The planned counts of an activity in a month, by 工号 and the activity's name."""
    names, kpis = set(ACTIVITIES.values()), project.settings.kpis
    return {
        (one.unit, name): round(one.target)
        for one in round_targets(project, month)
        if one.level == PERSON and (name := kpis[one.kpi].name) in names
    }
