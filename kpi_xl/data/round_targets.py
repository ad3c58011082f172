"""The targets that rounds have come to."""

from __future__ import annotations

from typing import NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.data.circulation import circulation, was_begun
from kpi_xl.data.rounds import course_of, latest
from kpi_xl.project import Project


class RoundTarget(NamedTuple):
    """A target, as the raw table 目标 has it.

    Attributes
    ----------
    month : int
        The month's number.
    level : str
        The unit's, or 业务员.
    unit : str
        The unit's path, or 工号.
    kpi : str
        The KPI's code.
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
    """What rounds say the targets are: agreed, else answered last, else proposed.

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
    with circulation(project) as connection:
        for round_ in latest(connection, month):
            for one, stand in zip(round_.places, course_of(connection, round_).stands, strict=True):
                said = f"目标商定第 {round_.number} 轮：{stand.status}"
                found.append(
                    RoundTarget(
                        round_.month.number, one.level, one.unit, round_.kpi.code,
                        round_.value(stand.value), said,
                    )
                )  # fmt: skip
    return found
