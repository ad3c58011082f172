"""The slots of survival: by month of service, and by month of signing."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from kpi_xl.analysis.survival import Survival
from kpi_xl.findings.retention import MONTHS, Group
from kpi_xl.slots.slot import Group as SlotGroup
from kpi_xl.slots.slot import Kind, Slot
from kpi_xl.slots.unit_values import HEADING


class Stay(NamedTuple):
    """The survival of a unit's people."""

    people: Group
    found: Survival
    about: str


def _known(value: float) -> float | None:
    """A value, or a blank where it is not known: charts then leave a gap."""
    return None if math.isnan(value) else value


def _of_months(meaning: str, code: str) -> Slot:
    """The share after each month of service; blank where it is not known."""
    return Slot(
        meaning, Kind.RATIO, MONTHS, lambda of: list(map(_known, getattr(of.found, code).tolist()))
    )


_SHARES: Final = {
    "流失率": ("做到这个月的人在这个月里走的比例", "hazard"),
    "流失率下限": ("流失率 95% 区间的下限", "hazard_low"),
    "流失率上限": ("流失率 95% 区间的上限", "hazard_high"),
    "留存率": ("满这么多个月还在的比例", "share"),
    "留存率下限": ("留存率 95% 区间的下限", "low"),
    "留存率上限": ("留存率 95% 区间的上限", "high"),
}

HEADINGS: Final = SlotGroup("", "", {"survival.heading": HEADING})

SURVIVAL: Final = SlotGroup(
    "survival.",
    "",
    {
        "结论": Slot("哪几个月流失特别多，或看不出", value=lambda of: of.people.worst),
        "说明": Slot("数据截至哪一天，谁算在里面", value=lambda of: of.about),
        "签约人数": Slot("看得到的签约人数", Kind.NUMBER, value=lambda of: of.people.signed),
        "已离开": Slot("其中已经离开的", Kind.NUMBER, value=lambda of: of.people.left),
        "走一半的月": Slot("满几个月时走了一半", Kind.NUMBER, value=lambda of: of.found.median),
        "看到的人": Slot(
            "第 1 到 24 个服务月看到的人", Kind.NUMBER, MONTHS,
            lambda of: [n or None for n in of.found.at_risk.tolist()],
        ),
        "离开": Slot(
            "其中在这个月离开的", Kind.NUMBER, MONTHS,
            lambda of: [
                n if seen else None
                for n, seen in zip(of.found.left.tolist(), of.found.at_risk, strict=True)
            ],
        ),
        **{name: _of_months(*about) for name, about in _SHARES.items()},
    },
)  # fmt: skip

COHORTS: Final = SlotGroup(
    "cohorts.",
    "",
    {
        "月份": Slot(
            "最近 24 个签约月，最近的在下面",
            cells=MONTHS,
            value=lambda of: [str(month) for month in of.months],
        ),
        "签约人数": Slot("那个月签约的人数", Kind.NUMBER, MONTHS, lambda of: of.signed.tolist()),
        "留存率": Slot(
            "满 1 到 24 个月还在的比例，每个签约月一行；还没有满的空着",
            Kind.RATIO,
            MONTHS * MONTHS,
            lambda of: [[_known(share) for share in row] for row in of.share.tolist()],
        ),
    },
)


EVERYBODY: Final = SlotGroup(
    "cohorts.",
    "",
    {
        "全部": Slot(
            "所有人满 1 到 24 个月还在的比例，一行",
            Kind.RATIO,
            MONTHS,
            lambda of: list(map(_known, of.found.share.tolist())),
        )
    },
)
