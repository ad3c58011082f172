"""A small project whose numbers differ from month to month, over two and a half years."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from kpi_xl.calendar import Month
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from small_branch import TWO_DEPARTMENTS, small_branch

FIRST, LAST = Month.of(2022, 1), Month.of(2024, 6)


def varied_branch(folder: Path, more: str = "", seed: int = 7) -> Project:
    """Two departments of two teams: some months nobody sells in a team, some people come late."""
    project = small_branch(folder, TWO_DEPARTMENTS, more=more)
    dice = random.Random(seed)
    months = [Month(number) for number in range(FIRST.number, LAST.number + 1)]
    policies, days = [], []
    for agent, *_ in TWO_DEPARTMENTS:
        for month in months:
            for number in range(dice.choice([0, 0, 1, 2])):
                premium, fyc = dice.randrange(1, 90_000) / 100, dice.randrange(1, 20_000) / 100
                row = (f"P{agent}{month}{number}", agent, "终身寿", "主险", dice.choice([1, 1, 2]))
                policies.append((*row, premium, fyc, "年交", f"{month}-{dice.randrange(1, 28):02}"))
            if dice.random() < 0.8:
                row = tuple(dice.randrange(12) for _ in range(4))
                days.append((f"{month}-{dice.randrange(1, 28):02}", agent, *row))
    people = [
        (
            agent,
            name,
            "",
            department,
            team,
            "业务员",
            f"202{dice.choice([1, 2, 3])}-0{n % 9 + 1}-05",
        )
        for n, (agent, name, department, team) in enumerate(TWO_DEPARTMENTS)
    ]
    heads = {
        "保单": (
            "保单号",
            "工号",
            "险种",
            "主附险",
            "件数",
            "首年保费",
            "FYC",
            "缴费方式",
            "承保日期",
        ),
        "活动": ("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数"),
        "人员": ("工号", "姓名", "营业区", "营业部", "营业组", "职级", "签约日期"),
    }
    for name, rows in {"保单": policies, "活动": days, "人员": people}.items():
        with (project.data / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([heads[name], *rows])
    load(project)
    return project
