"""Small projects that are alike in one department, and differ in everything else."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from server.conftest import with_server

MONTHS = range(1, 7)
MINE = "城东营业部"
OWN = [
    ("1001", "王一", MINE, "一组", "2022-03-05"), ("1002", "王二", MINE, "一组", "2022-04-05"),
    ("1003", "王三", MINE, "二组", "2022-05-05"), ("1004", "王四", MINE, "二组", "2022-06-05"),
    ("1005", "王五", MINE, "二组", "2023-06-05"),
]  # fmt: skip
"""The people of the department that is the same everywhere: 工号, name, units, signed."""


def people(units, number, signed="2022-01-05"):
    """So many people in each of some teams of others, written ``department/team``."""
    found = []
    for place, path in enumerate(units):
        for one in range(number):
            agent = f"{2000 + 100 * place + one}"
            found.append((agent, f"李{agent}", *path.split("/"), signed))
    return found


def world(folder: Path, others, *, earlier=False) -> Project:
    """A project of `OWN` and others with a server, loaded; as for `write`."""
    write(folder, others, earlier=earlier)
    project = with_server(folder)
    load(project)
    return project


def write(folder: Path, others, *, earlier=False) -> Project:
    """A project of `OWN` and others.

    Parameters
    ----------
    folder : Path
        Where.
    others : list of (工号, name, department, team, signed)
    earlier : bool
        Whether the others also have data of the year before last, when nobody of `OWN` was there.
    """
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text('[project]\nname = "江城分公司"\n', encoding="utf-8")
    everybody = [*OWN, *others]
    policies, days = [], []
    for agent, *_ in everybody:
        dice = random.Random(agent)
        months = [f"2024-{month:02}" for month in MONTHS]
        if earlier and agent not in {own[0] for own in OWN}:
            months = [*(f"2021-{month:02}" for month in MONTHS), *months]
        for month in months:
            for day in (3, 17, 28):
                premium = dice.randrange(100_000, 999_999) / 100
                number = f"P{agent}-{month}-{day}"
                policies.append(
                    (number, agent, "终身寿", "主险", 1, premium, premium / 4, "年交",
                     f"{month}-{day:02}")
                )  # fmt: skip
                counts = [dice.randrange(1, most) for most in (50, 40, 9, 4)]
                days.append((f"{month}-{day:02}", agent, *counts))
    rows = {
        "人员": (("工号", "姓名", "营业部", "营业组", "签约日期"), everybody),
        "保单": (
            ("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期"),
            policies,
        ),
        "活动": (("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数"), days),
    }
    for name, (heading, content) in rows.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *content])
    return Project.open(folder)
