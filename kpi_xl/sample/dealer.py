"""A car dealer: eight stores, six consultants each, counted along the stages of the sale."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.stores import (
    LEVELS,
    WEAK_FROM,
    Attendance,
    Count,
    Goal,
    Store,
    attendance_of,
    day_by_day,
    files_of,
    months,
    passing,
    stores_of,
)
from kpi_xl.settings.text import settings_text

NAME: Final = "骏达汽车"
_SEED: Final = 20240611

STORES: Final = {
    "城东店": 1.15, "城西店": 1.0, "城南店": 0.95, "城北店": 1.1,
    "滨江店": 1.2, "高新店": 1.05, "机场店": 0.85, "新区店": 0.9,
}  # fmt: skip
NO_TRIALS: Final = "城西店"
"""Where few customers get to drive the car any more, so that fewer buy."""
BAD_TRIALS: Final = "机场店"
"""Where those who drove are no longer content, so that fewer buy."""

_CALLERS: Final = 14.0
"""Callers of a consultant in a month, in a store of size 1."""
_SHARES: Final = {
    "needs_analysed": 0.85, "test_drives": 0.65, "quoted": 0.80, "followed_up": 0.85,
    "deals": 0.60, "delivered": 0.92, "after_sales": 0.88,
}  # fmt: skip
"""The conversion rate from each stage to the next, beginning in the showroom."""

_PRICE: Final = 128_000
"""A car's usual price."""

_BANDS: Final = """\
"成交率" = { healthy = 0.19, danger = 0.15 }
"试乘试驾率" = { healthy = 0.58, danger = 0.50 }
"试乘试驾满意率" = { healthy = 0.82, danger = 0.72 }
"试乘试驾应邀率" = { healthy = 0.70, danger = 0.60 }
"出勤率" = { healthy = 0.93 }
# 小店的人不必每月都增加。
"纯增率" = { healthy = 0, danger = -0.10 }
"""

KPI_TOML: Final = settings_text(NAME, _BANDS, report="销售漏斗月报", levels=LEVELS)


def files(folder: Path) -> dict[Path, bytes]:
    """The project's files with what is in them."""
    dice, days, prices = Chance(_SEED), Chance(_SEED + 1), Chance(_SEED + 2)
    stores = stores_of(dice, STORES, 6, ("销售经理", "销售顾问"), "C")
    counts: list[Count] = []
    attendance: list[Attendance] = []
    goals: list[Goal] = []
    for month in months():
        for store in stores:
            attendance += attendance_of(dice, store, month)
            for consultant in store.staff[1:]:
                done = _stages(dice, store, month)
                paid = (int(_PRICE * (0.6 + 0.4 * prices.spread())) for _ in range(done["deals"]))
                done["sales"] = sum(paid)
                counts += day_by_day(days, month, consultant.number, done)
            deals = round(6 * _CALLERS * 1.25 * store.size * 0.22)
            goals.append(Goal(month, "门店", store.name, "成交笔数", deals))
            goals.append(Goal(month, "门店", store.name, "成交率", 0.19))
            goals.append(Goal(month, "门店", store.name, "销售额", deals * _PRICE))
        whole = sum(goal.target for goal in goals if goal[0] == month and goal.kpi == "成交笔数")
        goals.append(Goal(month, "公司", NAME, "成交笔数", whole))
        goals.append(Goal(month, "公司", NAME, "成交率", 0.19))
        goals.append(Goal(month, "公司", NAME, "销售额", whole * _PRICE))
    return files_of(folder, NAME, KPI_TOML.encode(), stores, counts, attendance, goals)


def _stages(dice: Chance, store: Store, month: Month) -> dict[str, int]:
    """The counts of a consultant in a month."""
    shares, content = dict(_SHARES), 0.88
    if month >= WEAK_FROM and store.name == NO_TRIALS:
        shares |= {"test_drives": 0.40, "deals": 0.52}
    if month >= WEAK_FROM and store.name == BAD_TRIALS:
        shares["deals"], content = 0.38, 0.60
    callers = dice.count(_CALLERS * store.size * _season(month))
    now = callers + dice.count(callers / 4)  # besides those who walk in
    done = {"developed": dice.count(3 * callers), "callers": callers, "visitors": now}
    for stage, share in shares.items():
        now = passing(dice, now, share)
        done[stage] = now
        if stage == "test_drives":
            done["invited"] = now + passing(dice, now, 0.3)
            done["drives_satisfied"] = passing(dice, now, content)
    return done


def _season(month: Month) -> float:
    return {1: 1.15, 2: 0.75, 7: 0.9, 8: 0.9, 9: 1.1, 12: 1.2}.get(month.month, 1.0)
