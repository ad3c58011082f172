"""The slots about a team's members, one row each, and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.data.people import Person
from kpi_xl.data.targets import Targets, pieces_target, premium_target
from kpi_xl.slots.becomes import Target
from kpi_xl.slots.cell_formula import (
    CellFormula,
    any_of,
    cell,
    of_kpi,
    texts_in,
    total,
    unless_error,
    when,
)
from kpi_xl.slots.slot import Group, Kind, Slot, Values
from kpi_xl.slots.unit_values import HEADING

PREMIUM: Final = "首年新单保费"
PIECES: Final = "主险件数"


@dataclass(frozen=True)
class _Member:
    """A member in a month."""

    person: Person
    targets: Mapping[str, float]
    month: Month
    closed: bool

    def premium(self, back: int) -> float:
        """The premium of some months before, in 元."""
        return self.person.premium.get(self.month.number - back, 0) / 100

    def pieces(self, back: int) -> int:
        """The pieces of some months before."""
        return self.person.pieces.get(self.month.number - back, 0)


def _attained(name: str) -> CellFormula:
    target, actual = cell(f"{name}.目标"), cell(name)
    rate = unless_error(of_kpi(kpis["KPI_ATTAINMENT"], actual, target))
    return when(any_of(target.equals(""), actual.equals("")), "", rate)


MEMBERS: Final = Group(
    "members.",
    "每位成员一行",
    {
        "工号": Slot("工号", cells=None, value=lambda one: one.person.agent),
        "姓名": Slot("姓名", cells=None, value=lambda one: one.person.name),
        "职级": Slot("职级", cells=None, value=lambda one: one.person.rank),
        "入司月数": Slot(
            "入司月数",
            Kind.NUMBER,
            None,
            lambda one: max(one.month.number - one.person.signed.number, 0),
        ),
        PREMIUM: Slot(
            "本月首年新单保费",
            Kind.MONEY,
            None,
            lambda one: one.premium(0) if one.closed else None,
        ),
        f"{PREMIUM}.上月": Slot("上月首年新单保费", Kind.MONEY, None, lambda one: one.premium(1)),
        f"{PREMIUM}.去年同期": Slot(
            "去年同月首年新单保费", Kind.MONEY, None, lambda one: one.premium(12)
        ),
        f"{PREMIUM}.目标": Slot(
            "首年新单保费目标",
            Kind.MONEY,
            None,
            lambda one: premium_target(one.targets),
            becomes=Target("个人", PREMIUM),
        ),
        f"{PREMIUM}.达成率": Slot(
            "首年新单保费达成率", Kind.RATIO, None, formula=_attained(PREMIUM)
        ),
        PIECES: Slot(
            "本月主险件数", Kind.NUMBER, None, lambda one: one.pieces(0) if one.closed else None
        ),
        f"{PIECES}.上月": Slot("上月主险件数", Kind.NUMBER, None, lambda one: one.pieces(1)),
        f"{PIECES}.目标": Slot(
            "主险件数目标",
            Kind.NUMBER,
            None,
            lambda one: pieces_target(one.targets),
            becomes=Target("个人", PIECES),
        ),
        f"{PIECES}.达成率": Slot("主险件数达成率", Kind.RATIO, None, formula=_attained(PIECES)),
        "举绩": Slot(
            "本月有没有业绩：是或否",
            cells=None,
            value=lambda one: ("是" if one.pieces(0) > 0 else "否") if one.closed else None,
        ),
    },
)


_MONTHS: Final = ("", ".上月", ".目标")


MEMBERS_HEADING: Final = Group("members.", "", {"heading": HEADING})


def _total(name: str, kind: Kind) -> Slot:
    return Slot(MEMBERS.slots[name].meaning, kind, formula=total(cell(f"members.{name}")))


def _total_attained(name: str) -> Slot:
    rate = of_kpi(kpis["KPI_ATTAINMENT"], cell(name), cell(f"{name}.目标"))
    return Slot(MEMBERS.slots[f"{name}.达成率"].meaning, Kind.RATIO, formula=unless_error(rate))


TOTALS: Final = Group(
    "members.合计.",
    "成员合计",
    {
        "姓名": Slot("人数", Kind.NUMBER, formula=texts_in(cell("members.姓名"))),
        "举绩": Slot("举绩的人数", Kind.NUMBER, formula=texts_in(cell("members.举绩"), "是")),
        **{f"{PREMIUM}{part}": _total(f"{PREMIUM}{part}", Kind.MONEY) for part in _MONTHS},
        f"{PREMIUM}.去年同期": _total(f"{PREMIUM}.去年同期", Kind.MONEY),
        **{f"{PIECES}{part}": _total(f"{PIECES}{part}", Kind.NUMBER) for part in _MONTHS},
        f"{PREMIUM}.达成率": _total_attained(PREMIUM),
        f"{PIECES}.达成率": _total_attained(PIECES),
    },
)


def member_values(
    people: Sequence[Person], targets: Targets, month: Month, last: Month, room: int
) -> Values:
    """The values of members, a row each: this month, last month, last year, and targets.

    Parameters
    ----------
    people : sequence of Person
        The people of the team in the month.
    targets : Targets
        The targets of the month by unit and agent.
    month, last : Month
        The month, and the last one with data.
    room : int
        How many rows the workbook has for them, at least one for each.
    """
    members = [_Member(one, targets.of_agent(one.agent), month, month <= last) for one in people]
    columns = MEMBERS.columns(members, room)
    return columns | TOTALS.values(None, columns)
