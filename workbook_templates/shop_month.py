"""门店月度KPI表: a shop's month, from those who came in to those who came again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbook_templates import name_of, trade_month

NAME: Final = name_of(__name__)

REPORT: Final = trade_month.Report(
    name=NAME,
    purpose="这张表让门店（或公司）看清当月卖了多少、为什么：来了多少人、多少人买了、每笔买几件、"
    "每件多少钱、多少人是回头客，以及最该改善的一项。",
    steps=(
        "先看销售额离目标多远，再看它由什么构成：进店人数 × 成交率 × 连带率 × 件单价。",
        "哪一项的状态是异常或危险，或者比上月、去年同期掉得多，问题就在那里。",
        "“进度、因素与同类”看目标赶不赶得上，差额出在哪个因素，和别的店比站在哪里。",
        "看“诊断与建议”里的原因和依据，把措施定到人和日期。",
        "目标可以直接修改，达成率随之重算。",
    ),
    stages=(),
    counts=(
        "visitors", "deals", "units_sold", "sales", "new_customers", "repeat_customers",
        "customers", "opening", "closing", "days_present", "days_due",
    ),
    families={
        "业绩": ("销售额", "人均单产"),
        "客流与成交": ("进店人数", "成交笔数", "成交率"),
        "客单": ("连带率", "件单价", "客单价"),
        "顾客": ("新客户数", "回购率"),
        "人员": ("平均人数", "出勤率"),
    },
    trends=("销售额", "进店人数", "成交率", "连带率"),
    paced=("销售额", "进店人数", "成交笔数", "成交率", "连带率", "客单价"),
)  # fmt: skip
"""What it holds."""


def build(path: Path) -> None:
    """Write the template."""
    trade_month.build(path, REPORT)
