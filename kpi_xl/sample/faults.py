"""Typical mistakes in raw files, planted for the check to find.

The files stay otherwise sound: each fault has a row of its own, to which nothing else refers.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Final

from kpi_xl.sample.branch import DEPARTMENTS, Unit
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.people import Agent

UNKNOWN_AGENTS: Final = ("00999017", "00999032", "00999032")
"""Agents that no roster names, one for each spoilt row."""
IMPOSSIBLE_DATE: Final = "2024-02-30"
GONE_BEFORE_COMING: Final = "00199001"
"""The agent who left before he signed."""
TOTAL: Final = "合计"

_EACH: Final = 3
"""How often each fault of the policy file occurs."""
_ODD_DATES: Final = 5
"""How often a date is written in each unusual way; these can be read."""
_ODD_SIGN_DATES: Final = 4

# The columns of a row of the policy file that matter here.
_POLICY, _AGENT, _PREMIUM, _FYC, _MODE, _ISSUED, _WITHDRAWN = 0, 1, 5, 6, 7, 9, 10

_Row = list[str]


def spoil_policies(dice: Chance, rows: list[_Row]) -> list[_Row]:
    """Spoil a few rows of the policy file, repeat a few, and put the total below.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    rows : list of list of str
        The sound rows; some are changed in place.

    Returns
    -------
    list of list of str
        All rows of the file.
    """
    victims = _victims(dice, rows)
    in_march = [row for row in victims if row[_ISSUED].startswith("2024-03-0")]
    for row in in_march[:_ODD_DATES]:
        row[_ISSUED] = chinese_date(dt.date.fromisoformat(row[_ISSUED]))
    for row in in_march[_ODD_DATES : 2 * _ODD_DATES]:
        row[_ISSUED] = slashed_date(dt.date.fromisoformat(row[_ISSUED]))
    for row in [row for row in victims if row[_ISSUED] == "2024-02-29"][:_EACH]:
        row[_ISSUED] = IMPOSSIBLE_DATE

    april = [row for row in victims if row[_ISSUED].startswith("2024-04")]
    unknown, negative, twice = (april[i * _EACH : (i + 1) * _EACH] for i in range(3))
    for row, agent in zip(unknown, UNKNOWN_AGENTS, strict=True):
        row[_AGENT] = agent
    for row in negative:
        row[_PREMIUM], row[_FYC] = f"-{row[_PREMIUM]}", f"-{row[_FYC]}"
    repeated = [row for row in rows for _ in range(2 if row in twice else 1)]
    total = [TOTAL, *[""] * (len(rows[0]) - 1)]
    for column in (_PREMIUM, _FYC):
        cents = sum(int(row[column].replace(".", "")) for row in repeated)
        total[column] = f"{cents // 100}.{cents % 100:02d}"

    # Whole thousands as people like to write them; last, because the total reads the plain ones.
    in_may = [row for row in victims if row[_ISSUED].startswith("2024-05")]
    for row in [row for row in in_may if row[_PREMIUM].endswith("000.00")][:_EACH]:
        row[_PREMIUM] = f"{int(row[_PREMIUM][:-6]) / 10:g}万"
    return [*repeated, total]


def _victims(dice: Chance, rows: list[_Row]) -> list[_Row]:
    """Policies of one row that no renewal of the sample refers to, in an order left to chance."""
    lines = Counter(row[_POLICY] for row in rows)
    plain = [
        row
        for row in rows
        if lines[row[_POLICY]] == 1
        and row[_ISSUED] >= "2024-02"
        and row[_MODE] != "月交"
        and not row[_WITHDRAWN]
    ]
    return sorted(plain, key=lambda row: dice.throw())


def odd_sign_dates(dice: Chance, people: list[Agent]) -> dict[str, str]:
    """A few agents' sign dates as text, as clerks type them; by 工号."""
    ways = (chinese_date, slashed_date)
    return {
        agent.number: ways[i % 2](agent.signed)
        for i, agent in enumerate(dice.pick(people) for _ in range(2 * _ODD_SIGN_DATES))
    }


def gone_before_coming() -> Agent:
    """Somebody who never came, and whose dates a clerk has mixed up."""
    return Agent(
        number=GONE_BEFORE_COMING,
        name="卢小云",
        home=Unit(DEPARTMENTS[3], DEPARTMENTS[3].teams[2]),
        gender="女",
        education="大专",
        talent=0.0,
        signed=dt.date(2023, 5, 18),
        left=dt.date(2023, 3, 2),
    )


def chinese_date(day: dt.date) -> str:
    """As people write a date: 2024年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def slashed_date(day: dt.date) -> str:
    """As Excel shows a date: 2024/3/5."""
    return f"{day.year}/{day.month}/{day.day}"
