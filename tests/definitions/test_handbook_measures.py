"""The ten measures of the handbook example, each worth the same as by loops over the file's rows."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "examples" / "own-kpis" / "kpi.toml"

from kpi_xl import api
from small_branch import TWO_DEPARTMENTS, small_branch, write_table

PLACES = {agent: (department, team) for agent, _, department, team in TWO_DEPARTMENTS}
MODES, PRODUCTS = ("年交", "月交", "趸交"), ("终身寿", "年金", "重疾", "")
HEADING = (
    "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期", "网点",
    "撤单日期",
)  # fmt: skip


def reaching(rows, by, reaches):
    """How many of those that rows are of reach something; nobody is none."""
    apart = defaultdict(list)
    for row in rows:
        if row[by]:
            apart[row[by]].append(row)
    return sum(map(reaches, apart.values()))


def total(rows, column):
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def share(rows, meets):
    whole = total(rows, "首年保费")
    return total(filter(meets, rows), "首年保费") / whole if whole else None


BY_HAND = {
    "合格人力": lambda rows, months: reaching(
        rows,
        "工号",
        lambda his: total(his, "FYC") >= 1000 * months and total(his, "件数") > 0,
    ),
    "钻石人力": lambda rows, months: reaching(
        rows,
        "工号",
        lambda his: total(his, "FYC") >= 10_000 * months and total(his, "件数") >= 3 * months,
    ),
    "绩优人力": lambda rows, months: reaching(
        [row for row in rows if not row["撤单日期"]],
        "工号",
        lambda his: (
            (total(his, "首年保费") >= 30_000 * months or total(his, "件数") >= 5 * months)
            and len(his) >= 2 * months
        ),
    ),
    "出单人力": lambda rows, months: reaching(
        [row for row in rows if row["主附险"] == "主险"], "工号", lambda his: total(his, "件数") > 0
    ),
    "长期绩优": lambda rows, months: reaching(
        rows, "工号", lambda his: total(his, "首年保费") >= 100_000
    ),
    "活跃网点": lambda rows, months: reaching(rows, "网点", lambda its: total(its, "件数") >= 2),
    "趸交份额": lambda rows, months: share(rows, lambda row: row["缴费方式"] == "趸交"),
    "险种份额_终身寿": lambda rows, months: share(rows, lambda row: row["险种"] == "终身寿"),
    "险种份额_年金": lambda rows, months: share(rows, lambda row: row["险种"] == "年金"),
    "险种份额_其他": lambda rows, months: share(
        rows, lambda row: row["险种"] not in ("终身寿", "年金")
    ),
    **{
        f"方式件数_{mode}": lambda rows, months, mode=mode: total(
            [row for row in rows if row["缴费方式"] == mode], "件数"
        )
        for mode in MODES
    },
    "折算保费": lambda rows, months: sum(
        Decimal(row["首年保费"]) * (Decimal("0.1") if row["缴费方式"] == "趸交" else 1)
        for row in rows
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    more = FILE.read_text(encoding="utf-8").partition("[measures")
    text = "[measures" + more[2].partition("[kpis]")[0]
    made = small_branch(tmp_path_factory.mktemp("m") / "p", TWO_DEPARTMENTS, more=text)
    assert made.settings.own.wrong == ()
    dice = random.Random(11)
    rows = []
    for number in range(400):
        month, day = dice.randint(1, 6), dice.randint(1, 30)
        issued = f"2024-{month:02}-{min(day, 29):02}"
        rows.append(
            (
                f"H{number}", dice.choice([*PLACES]), dice.choice(PRODUCTS),
                dice.choice(("主险", "主险", "附加险")), dice.choice((1, 1, 2, 3)),
                dice.randint(100_000, 2_500_000) / 100, dice.randint(5_000, 400_000) / 100,
                dice.choice(MODES), issued, dice.choice(("W1", "W2", "W3", "")),
                issued if dice.random() < 0.1 else "",
            )
        )  # fmt: skip
    write_table(made, "data/保单.csv", [HEADING, *rows])
    return made


def test_they_are_ten():
    text = FILE.read_text(encoding="utf-8")
    assert text.count("\n[measures.") == 10
    assert {name.partition("_")[0] for name in BY_HAND} == {
        line.split('"')[1] for line in text.splitlines() if line.startswith("[measures.")
    }


@pytest.mark.parametrize(("period", "months"), [("月", 1), ("季度", 3), ("半年", 6)])
def test_every_unit_and_period_is_what_loops_give(project, period, months):
    with (project.data / "保单.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = defaultdict(set)
    for level, of in (
        ("分公司", lambda agent: "总公司"),
        ("营业部", lambda agent: PLACES[agent][0]),
        ("营业组", lambda agent: "/".join(PLACES[agent])),
        ("业务员", lambda agent: agent),
    ):
        frame = api.Project(project.folder).kpis(list(BY_HAND), level=level, period=period)
        for (unit, label, *_), found in zip(frame.index, frame.to_dict("records"), strict=True):
            if unit == "未分配":
                continue
            mine = [
                row for row in rows if of(row["工号"]) == unit and _label(row, months) == str(label)
            ]
            for name, by_hand in BY_HAND.items():
                if level == "业务员" and "份额" in name:
                    continue  # a person who sold nothing has no shares
                expected = by_hand(mine, months)
                if expected is None:
                    assert found[name] != found[name], (name, unit, label)
                    continue
                assert found[name] == pytest.approx(float(expected)), (name, unit, label)
                seen[name].add(found[name])
    assert sum(len(values) > 1 for values in seen.values()) > len(BY_HAND) // 2


def _label(row, months):
    year, month = row["承保日期"][:4], int(row["承保日期"][5:7])
    if months == 1:
        return row["承保日期"][:7]
    return f"{year}Q{(month - 1) // 3 + 1}" if months == 3 else f"{year}-01~06"
