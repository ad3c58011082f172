"""Small projects that are odd: one team, policies only, two channels, a gap, all new, refunds."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

from kpi_xl.calendar import Month
from kpi_xl.project import Project

MONTH = "2024-06"
LAST = Month.parse(MONTH)
HEADS = {
    "人员": ("工号", "姓名", "渠道", "营业部", "营业组", "职级", "是否主管", "签约日期", "离职日期"),
    "保单": ("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期"),
    "续期": ("保单号", "工号", "应收日期", "应收件数", "实收件数", "应收保费", "实收保费"),
    "活动": ("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数"),
    "出勤": ("日期", "工号", "应出勤天数", "实际出勤天数"),
    "目标": ("月份", "层级", "单位", "指标", "目标值"),
}  # fmt: skip

UNITS = {
    "一个组": [("东城部", "一组", 5)],
    "一个部": [("东城部", "一组", 4), ("东城部", "二组", 5), ("东城部", "三组", 3)],
    "只有保单": [("东城部", "一组", 3), ("西城部", "一组", 4)],
    "两个渠道": [
        *((f"个险{n}部", "一组", 4) for n in "一二三四"),
        *((f"银保{n}部", "一组", 3) for n in "一二三四"),
    ],
    "中间缺一个月": [("东城部", "一组", 4), ("东城部", "二组", 4), ("西城部", "一组", 4)],
    "都是新人": [("东城部", "一组", 4), ("西城部", "一组", 3)],
    "退保多": [("东城部", "一组", 4), ("西城部", "一组", 4)],
    "有人没有单位": [("东城部", "一组", 3), ("东城部", "", 2), ("", "", 2), ("西城部", "二组", 3)],
}
"""Department, team and number of people, by kind of project."""

ODD = tuple(UNITS)


def odd_project(folder: Path, kind: str, months: int = 14) -> Project:
    """A project of a kind."""
    chance, rows = random.Random(kind), {name: [] for name in HEADS}
    every = [LAST - back for back in reversed(range(months))]
    number = 0
    for place, (department, team, count) in enumerate(UNITS[kind]):
        for one in range(count):
            number += 1
            agent, signed = f"{1000 + number}", dt.date(2022, 1 + number % 9, 5)
            if kind == "都是新人":
                signed = dt.date(2024, 6, 3 + number)
            left = dt.date(2024, 3, 9) if one == 3 and kind != "都是新人" else None
            channel = "银保" if department.startswith("银保") else "个险"
            rows["人员"].append(
                (agent, f"员{agent}", channel, department, team, "主管" if one == 0 else "业务员",
                 "是" if one == 0 else "否", signed, left or "")
            )  # fmt: skip
            for month in every:
                there = signed <= month.last and (left is None or left > month.last)
                gap = kind == "中间缺一个月" and month == LAST - 4
                if not there or gap:
                    continue
                _month_of(rows, chance, kind, agent, month, max(signed, month.first), place)
    for month in every[-3:]:
        for department in dict.fromkeys(unit[0] for unit in UNITS[kind] if unit[0]):
            rows["目标"].append((str(month), "营业部", department, "首年度保费", 30_000))
            rows["目标"].append((str(month), "营业部", department, "活动率", 0.7))
    if kind == "只有保单":
        rows = {name: own for name, own in rows.items() if name in ("人员", "保单")}
    within = 'peers_within = "渠道"\n' if kind == "两个渠道" else ""
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text(
        f'[project]\nname = "分公司"\n[rules]\nas_of = {LAST.last}\n{within}', encoding="utf-8"
    )
    for name, own in rows.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEADS[name], *own])
    return Project.open(folder)


def _month_of(
    rows: dict[str, list[tuple[object, ...]]],
    chance: random.Random,
    kind: str,
    agent: str,
    month: Month,
    first: dt.date,
    place: int,
) -> None:
    """What somebody did in a month."""
    days = range(first.day, 29 if first.day < 29 else 31)
    for sold in range(chance.choice([0, 1, 1, 2])):
        day = dt.date(month.year, month.month, chance.choice(days))
        premium = chance.randrange(50_000, 900_000) * (8 if place > 3 else 1) / 100
        policy = (f"P{agent}{month}{sold}", agent, "终身寿险", "主险", 1, premium)
        rows["保单"].append((*policy, premium / 5, "年交", day))
        if kind == "退保多" and month in (LAST, LAST - 2):
            back = (f"R{agent}{month}{sold}", agent, "终身寿险", "主险", -1, -2 * premium)
            rows["保单"].append((*back, -premium / 2, "年交", day))
    done = [chance.randrange(1, 12) for _ in range(4)]
    rows["活动"].append((dt.date(month.year, month.month, days[-1]), agent, *done))
    rows["出勤"].append((month.first, agent, 21, chance.randint(15, 21)))
    due = chance.randint(1, 4)
    paid = chance.randint(0, due)
    if kind != "都是新人":
        rows["续期"].append(
            (f"D{agent}{month}", agent, month.first, due, paid, due * 900, paid * 900)
        )
