"""Random projects as raw files, and what a loop over their rows gives each unit."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.project import Project

BRANCH = "总公司"
FIRST, LAST = Month.of(2024, 1), Month.of(2024, 4)
SIGNED = dt.date(2023, 11, 10)
STRANGER = "9999"
"""Somebody who is in no roster."""

USUAL = ["分公司", "营业区", "营业部", "营业组"]
OWN = ["集团", "大区", "城市", "门店", "班组"]
PRODUCTS = ("终身寿", "年金", "重疾")
PREMIUM, PIECES, PEOPLE, VISITS = "首年新单保费", "主险件数", "期末人数", "拜访数"
AIMED = (PREMIUM, PIECES, "活动率", "保费持续率")

Place = tuple[str, ...]
"""The names of the units that somebody is in, from below the top; empty for none."""


@dataclass
class Lines:
    """A project.

    Parameters
    ----------
    levels : list of str
        From the top.
    places : dict of str to list of (date, Place)
        Where each agent is from which day on; the first holds before it, too.
    left : dict of str to date
        Who has left, and when.
    sold : list of (agent, day, product, pieces, cents)
        The policies.
    visits : list of (agent, day, number)
        What was done.
    dues : list of (agent, day, pieces due, pieces paid)
        What was to be collected.
    targets : list of (level, unit, KPI, number)
        Those of the last month.
    """

    levels: list[str]
    places: dict[str, list[tuple[dt.date, Place]]]
    left: dict[str, dt.date]
    sold: list[tuple[str, dt.date, str, int, int]]
    visits: list[tuple[str, dt.date, int]]
    dues: list[tuple[str, dt.date, int, int]]
    targets: list[tuple[str, str, str, float]]

    def write(self, folder: Path) -> Project:
        """Its raw files and kpi.toml."""
        (folder / "data").mkdir(parents=True)
        text = f'[project]\nname = "{BRANCH}"\n[rules]\nas_of = 2024-04-30\n'
        text += 'peers_within = "渠道"\n'
        if self.levels[0] == OWN[0]:
            text += f"[levels]\nnames = {json.dumps(self.levels, ensure_ascii=False)}\n"
        (folder / "kpi.toml").write_text(text, encoding="utf-8")
        below = self.levels[1:]
        tables: dict[str, list[tuple[object, ...]]] = {
            "人员": [("工号", "姓名", "渠道", *below, "签约日期", "离职日期")],
            "异动": [("工号", "生效日期", *below, *(f"原{one}" for one in below))],
            "保单": [("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "承保日期")],
            "活动": [("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数")],
            "续期": [("保单号", "工号", "应收日期", "实收日期", "应收保费", "实收保费")],
            "目标": [("月份", "层级", "单位", "指标", "目标值")],
        }  # fmt: skip
        for number, (agent, places) in enumerate(self.places.items()):
            channel = ("个险", "银保")[number % 2]
            gone = self.left.get(agent, "")
            tables["人员"].append((agent, f"员{agent}", channel, *places[-1][1], SIGNED, gone))
            tables["异动"] += [
                (agent, day, *there, *before)
                for (_, before), (day, there) in itertools.pairwise(places)
            ]
        for n, (agent, day, product, pieces, cents) in enumerate(self.sold):
            row = (f"P{n}", agent, product, "主险", pieces, f"{cents / 100:.2f}", 1, day)
            tables["保单"].append(row)
        tables["活动"] += [(day, agent, 1, number, 1, 1) for agent, day, number in self.visits]
        tables["续期"] += [
            (f"D{n}", agent, day, day if paid else "", 100 * due, 100 * paid)
            for n, (agent, day, due, paid) in enumerate(self.dues)
        ]
        tables["目标"] += [(str(LAST), *one) for one in self.targets]
        for name, rows in tables.items():
            if len(rows) > 1:
                with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as f:
                    csv.writer(f).writerows(rows)
        return Project.open(folder)

    def place(self, agent: str, day: dt.date) -> Place:
        """Where somebody is on a day; nowhere, who is in no roster."""
        there = self.places.get(agent, [(SIGNED, ("",) * (len(self.levels) - 1))])
        return [place for since, place in there if since <= day or since == SIGNED][-1]

    def path(self, agent: str, day: dt.date, depth: int) -> str:
        """The unit of a level that somebody is in on a day."""
        names = self.place(agent, day)[:depth]
        if not depth:
            return BRANCH
        return "/".join(filter(None, names)) if names[-1] else UNASSIGNED

    def row_by_row(self) -> Counter[tuple[int, str, str, str]]:
        """What every unit has, by depth, path, month and measure; money in 分."""
        found: Counter[tuple[int, str, str, str]] = Counter()
        for depth in range(len(self.levels)):

            def add(agent: str, day: dt.date, what: str, number: int, depth: int = depth) -> None:
                month = Month.containing(day)
                unit = self.path(agent, month.last, depth)
                found[depth, unit, str(month), what] += number

            for agent, day, product, pieces, cents in self.sold:
                add(agent, day, PREMIUM, cents)
                add(agent, day, PIECES, pieces)
                add(agent, day, product, cents)
            for agent, day, number in self.visits:
                add(agent, day, VISITS, number)
            for agent in self.places:
                for month in (FIRST + n for n in range(4)):
                    gone = self.left.get(agent)
                    if gone is None or gone > month.last:
                        add(agent, month.last, PEOPLE, 1)
        return Counter({key: number for key, number in found.items() if number})


@st.composite
def worlds(draw):
    """A project of any shape."""
    own = draw(st.booleans())
    levels = OWN[: draw(st.integers(2, 4))] if own else list(USUAL)
    if not own and draw(st.booleans()):
        levels.remove("营业区")
    names = [["东", "西"], *([["甲", "乙", ""]] * (len(levels) - 2))]
    # A unit may have none above it, and somebody may be in no unit at all.
    place = st.tuples(*(st.sampled_from([*one, ""]) for one in names))
    days = st.dates(FIRST.first, LAST.last)
    known = place.filter(any) if own else place.filter(lambda one: one[levels.index("营业部") - 1])
    places, left = {}, {}
    for number in range(draw(st.integers(1, 6))):
        agent = f"{1000 + number}"
        places[agent] = [(SIGNED, draw(place))]
        if draw(st.booleans()):
            places[agent] = [(SIGNED, draw(known)), (draw(days.filter(_late)), draw(known))]
        if draw(st.integers(0, 3)) == 0:
            last = places[agent][-1][0]
            left[agent] = draw(st.dates(max(last, FIRST.first), LAST.last))
    agents = st.sampled_from([*places, STRANGER])
    cents = st.integers(1, 99_999_99)
    has_policies = draw(st.integers(0, 4)) > 0
    sold = [
        (draw(agents), draw(days), draw(st.sampled_from(PRODUCTS)), sign, sign * draw(cents))
        for _ in range(draw(st.integers(2, 9)) if has_policies else 0)
        for sign in [draw(st.sampled_from([1, 1, 1, -1]))]
    ]
    visits = [(draw(agents), draw(days), draw(st.integers(1, 30))) for _ in range(6)]
    visits += [("1000", day, 1) for day in (FIRST.first, LAST.last)]  # the span is known
    dues = []
    if not has_policies or draw(st.booleans()):
        dues = [
            (draw(agents), draw(days), due, draw(st.integers(0, due)))
            for due in draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
        ]
    units = {(0, BRANCH), (1, "没有的部")}  # one that only the targets know
    for own_places in places.values():
        for _, there in own_places:
            units |= {
                (depth, "/".join(filter(None, there[:depth])))
                for depth in range(1, len(levels))
                if there[depth - 1]
            }
    aims = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(units)), st.sampled_from(AIMED), st.integers(1, 90)),
            unique_by=lambda one: one[:2],
            max_size=8,
        )
    )
    aims += [
        ((0, agent), kpi, number)
        for agent, kpi, number in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(sorted(places)),
                    st.sampled_from([PREMIUM, PIECES]),
                    st.integers(1, 90),
                ),
                unique_by=lambda one: one[:2],
                max_size=3,
            )
        )
    ]
    targets = [
        (
            "业务员" if unit in places else levels[depth],
            unit,
            kpi,
            number / 100 if kpi.endswith("率") else number * (1000 if kpi == PREMIUM else 1),
        )
        for (depth, unit), kpi, number in aims
    ]
    return Lines(levels, places, left, sold, visits, dues, targets)


def _late(day: dt.date) -> bool:
    return day > FIRST.first
