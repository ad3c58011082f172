"""Two months of a small branch go round: every typed value is found again once, whatever is killed.

`make quarter` does three months of 640 people.
"""

import random

from benchmarks.quarter import FIRST, Quarter, people
from collection.test_round_trip import _HAS_UNO, edit
from office import SOFFICE
from small_branch import small_branch


def test_two_months_go_round(tmp_path):
    project = small_branch(tmp_path / "branch", people(2, 1, 4))

    def typed_in_libreoffice(source, target, cells):
        """As on the keyboard, cell by cell."""
        made = tmp_path / "desk" / target.name
        made.parent.mkdir(exist_ok=True)
        edit(source, made, *(["type", *one] for one in cells))
        made.rename(target)

    hands = typed_in_libreoffice if SOFFICE and _HAS_UNO else None
    quarter = Quarter(project, random.Random(2), kills=2, hands=hands)
    for month in (FIRST, FIRST + 1):
        quarter.month(month)
    account = quarter.account
    assert account.faults == []
    assert sum(account.becomes.values()) == len(account.typed) > 800
    assert {name.partition("（")[0] for name in account.becomes} >= {
        "目标", "活动", "拜访一次", "预收", "计划", "技能", "技能意愿框", "考核", "培训", "改善措施",
        "措施的进展", "主管的活动", "文字",
    }  # fmt: skip
    assert min(account.sums[name] for name in ("目标", "保费", "活动")) > 4
