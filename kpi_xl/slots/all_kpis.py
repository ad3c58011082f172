"""The slots of 全部指标: every KPI with data, by family, and mixes by category."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from kpi_xl.catalogue import FAMILIES
from kpi_xl.findings.shown import NOTHING
from kpi_xl.kpi import Kpi
from kpi_xl.slots.slot import Group, Kind, Slot, Values
from kpi_xl.slots.unit_values import HEADING, UnitValues, kpi_values

_OTHER: Final = "其他"
"""The family of KPIs that somebody declared beside the catalogue."""


class _Line(NamedTuple):
    """A line of the list; one without a KPI is the heading of a family."""

    name: str
    kpi: Kpi | None
    values: Values
    status: str | None
    meaning: str | None


def _of(end: str, meaning: str, kind: Kind) -> Slot:
    """A column that repeats the KPI's own slot with this suffix."""
    return Slot(meaning, kind, None, lambda line: line.values.get(f"kpi.{line.name}{end}"))


ALL: Final = Group(
    "all.",
    "全部指标，每项一行",
    {
        "指标": Slot(
            "指标，构成的指标每类一行；单位空着的一行是类别的标题",
            cells=None,
            value=lambda line: line.name,
        ),
        "单位": Slot("指标的单位", cells=None, value=lambda line: line.kpi and line.kpi.unit),
        "本月": _of("", "本月实际", Kind.OF_KPI),
        "目标": _of(".目标", "本月目标", Kind.OF_KPI),
        "上月": _of(".上月", "上月实际", Kind.OF_KPI),
        "环比": _of(".环比", "比上月的变化，比率为百分点", Kind.CHANGE),
        "同期": _of(".去年同期", "去年同月实际", Kind.OF_KPI),
        "同比": _of(".同比", "比去年同月的变化，比率为百分点", Kind.CHANGE),
        "状态": Slot("健康、异常或危险", cells=None, value=lambda line: line.status),
        "含义": Slot("看什么", cells=None, value=lambda line: line.meaning),
    },
)

ABOUT_ALL: Final = Group(
    "all.",
    "",
    {
        "heading": HEADING,
        "same_days": Slot("本月没有过完时，说明和哪些天比"),
        "没有数据": Slot("没有数据的指标，一句话"),
    },
)


def all_kpi_values(
    values: UnitValues, unit: int, about: Values, status: Callable[[str], str]
) -> Values:
    """The values of every KPI of a unit, for the families that have data.

    Parameters
    ----------
    values : UnitValues
        The KPIs of the month.
    about : dict
        The slots of the unit and of its KPIs.
    status : callable
        Tells the 状态 of a KPI by code.
    """
    lines: list[_Line] = []
    missing: list[str] = []
    known = values.settings.kpis.values()
    families = dict.fromkeys((*FAMILIES, *(kpi.family or _OTHER for kpi in known)))
    for family in families:
        own = [kpi for kpi in known if (kpi.family or _OTHER) == family]
        found = {kpi: list(_lines(values, unit, kpi, about, status)) for kpi in own}
        if any(found.values()):  # else it is another trade's
            lines.append(_Line(family, None, {}, None, None))
            lines += [line for those in found.values() for line in those]
            missing += [kpi.name for kpi, those in found.items() if not those]
    told = f"没有数据：{'、'.join(missing)}。" if missing else None
    return ALL.columns(lines) | ABOUT_ALL.values(
        {"没有数据": told, "same_days": about["period.same_days"]}, about
    )


def _lines(
    values: UnitValues, unit: int, kpi: Kpi, about: Values, status: Callable[[str], str]
) -> Iterator[_Line]:
    """The line of a KPI, or of each of its categories; none where there is no data."""
    if values.cube.has(kpi):
        yield _Line(kpi.name, kpi, about, status(kpi.code), kpi.meaning)
        return
    meaning: str | None = kpi.meaning
    for category, months in values.mix(kpi, unit).items():
        name = f"{kpi.name}：{category}"
        yield _Line(name, kpi, kpi_values(kpi, months, name=name), NOTHING, meaning)
        meaning = None  # once is enough
