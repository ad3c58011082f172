"""销售漏斗月报: a car dealer's month, stage by stage, with what each stage loses."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbook_templates import name_of, trade_month

NAME: Final = name_of(__name__)

REPORT: Final = trade_month.Report(
    name=NAME,
    purpose="这张表让店面（或公司）看清当月的客户走到了哪一步：每个环节来了多少人、"
    "漏掉了多少、比上月和去年同期好还是差，以及最该补哪一个环节。",
    steps=(
        "从上往下看漏斗：哪一个环节比上月窄了，问题就从那里找起。",
        "看“环节转化率”的状态和环比；各环节用同一期的数相除，不追踪同一批客户，个别可以超过 100%。",
        "试乘试驾邀约率照原文的写法（邀约 ÷ 试驾）；看好坏用它下面的应邀率（试驾 ÷ 邀约）。",
        "“进度、因素与同类”看目标赶不赶得上，销售额的差额出在哪个环节，和别的店比站在哪里。",
        "按“诊断与建议”里的措施安排人和日期，下月对照。",
    ),
    stages=(
        "developed", "callers", "visitors", "needs_analysed", "test_drives", "quoted",
        "followed_up", "deals", "delivered", "after_sales",
    ),
    counts=("sales", "invited", "drives_satisfied", "days_present", "days_due"),
    families={
        "全程": ("销售额", "成交笔数", "成交率", "客单价"),
        "环节转化率": (
            "开发来电率", "来电进店率", "需求分析率", "试乘试驾率", "报价率", "客户跟踪率",
            "跟踪成交率", "交车率", "售后跟踪率",
        ),
        "试乘试驾与出勤": ("试乘试驾邀约率", "试乘试驾应邀率", "试乘试驾满意率", "出勤率"),
    },
    trends=("进店人数", "成交笔数", "成交率", "试乘试驾率"),
    paced=("销售额", "成交笔数", "进店人数", "试乘试驾客户数", "交车客户数", "成交率"),
)  # fmt: skip
"""What it holds."""


def build(path: Path) -> None:
    """Write the template."""
    trade_month.build(path, REPORT)
