"""Retail: twelve shops, five sales assistants each, counted at the door and at the till."""

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

NAME: Final = "悦衣服饰"
_SEED: Final = 20240612

STORES: Final = {
    "人民路店": 1.2, "解放路店": 1.1, "步行街店": 1.4, "大学城店": 0.9, "火车站店": 1.0,
    "万象店": 1.3, "河西店": 0.85, "东湖店": 0.95, "南门店": 1.0, "西关店": 0.9, "北苑店": 0.8,
    "中山店": 1.05,
}  # fmt: skip
SINGLE_PIECES: Final = "大学城店"
"""Where whoever buys takes one piece and no more."""
SHORT_OF_STAFF: Final = "河西店"
"""Where so many of the staff are absent that visitors leave without having been served."""

_VISITORS: Final = 160.0
"""Visitors of a sales assistant in a month, in a shop of size 1."""
_DEAL_RATE: Final = 0.25
_MORE: Final = 0.45
"""How often another piece is taken, after each."""
_PRICE: Final = 238.0

_BANDS: Final = """\
"成交率" = { healthy = 0.23, danger = 0.19 }
"连带率" = { healthy = 1.6, danger = 1.4 }
"出勤率" = { healthy = 0.93 }
# 小店的人不必每月都增加。
"纯增率" = { healthy = 0, danger = -0.10 }
"""

KPI_TOML: Final = settings_text(NAME, _BANDS, report="门店月度KPI表", levels=LEVELS)


def files(folder: Path) -> dict[Path, bytes]:
    """The project's files with what is in them."""
    dice, days = Chance(_SEED), Chance(_SEED + 1)
    stores = stores_of(dice, STORES, 5, ("门店经理", "导购"), "R")
    counts: list[Count] = []
    attendance: list[Attendance] = []
    goals: list[Goal] = []
    for month in months():
        for store in stores:
            absent = month >= WEAK_FROM and store.name == SHORT_OF_STAFF
            attendance += attendance_of(dice, store, month, 0.78 if absent else 0.97)
            for assistant in store.staff[1:]:
                done = _till(dice, store, month)
                counts += day_by_day(days, month, assistant.number, done)
            sales = round(5 * _VISITORS * store.size * _DEAL_RATE * 1.82 * _PRICE / 1000) * 1000
            goals.append(Goal(month, "门店", store.name, "销售额", sales))
        whole = sum(goal.target for goal in goals if goal[0] == month)
        goals.append(Goal(month, "公司", NAME, "销售额", whole))
    return files_of(folder, NAME, KPI_TOML.encode(), stores, counts, attendance, goals)


def _till(dice: Chance, store: Store, month: Month) -> dict[str, int]:
    """The counts of a sales assistant in a month; money in 元."""
    weak = month >= WEAK_FROM
    deal_rate = 0.17 if weak and store.name == SHORT_OF_STAFF else _DEAL_RATE
    more = 0.18 if weak and store.name == SINGLE_PIECES else _MORE
    visitors = dice.count(_VISITORS * store.size * _season(month))
    deals = passing(dice, visitors, deal_rate)
    pieces = 0
    for _ in range(deals):
        pieces += 1
        while dice.chance(more):
            pieces += 1
    sales = sum(int(_PRICE * dice.spread()) for _ in range(pieces))
    customers = passing(dice, deals, 0.95)
    again = passing(dice, customers, 0.42)
    return {
        "visitors": visitors,
        "deals": deals,
        "units_sold": pieces,
        "sales": sales,
        "customers": customers,
        "repeat_customers": again,
        "new_customers": customers - again,
    }


def _season(month: Month) -> float:
    return {1: 1.3, 2: 1.1, 5: 1.1, 7: 0.85, 8: 0.85, 10: 1.15, 12: 1.2}.get(month.month, 1.0)
