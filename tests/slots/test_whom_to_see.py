"""Whom a manager should see and why, beside an own reading of the raw rows, for whole branches."""

import csv
import datetime as dt
import random
from collections import defaultdict

import pytest

from kpi_xl.calendar import Month
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.workbook import Template

TEAMS = ["一组", "二组", "三组", "四组"]
FIRST, LAST = Month.of(2023, 9), Month.of(2024, 6)
AS_OF = dt.date(2024, 6, 17)
PLANNED = [Month.of(2023, 10), *(Month.of(2024, month) for month in (1, 3, 5, 6, 7))]


def any_day(chance, first, last):
    return first + dt.timedelta(days=chance.randrange((last - first).days + 1))


def stints(chance):
    """When somebody came and left; who comes back has two rows."""
    came = any_day(chance, dt.date(2022, 6, 1), AS_OF)
    while True:
        left = any_day(chance, came + dt.timedelta(days=1), dt.date(2025, 3, 1))
        if chance.random() < 0.4:
            yield came, None
            return
        yield came, left
        came = left + dt.timedelta(days=chance.randrange(20, 200))
        if came > AS_OF or chance.random() < 0.5:
            return


class Branch:
    """A branch by chance: its rows, as somebody who counts by hand reads them."""

    def __init__(self, folder, seed):
        chance = random.Random(seed)
        self.people, self.policies = [], []
        for number in range(48):
            agent, team = f"{1000 + number}", TEAMS[number % len(TEAMS)]
            leads = "是" if number < len(TEAMS) else "否"
            own = [(dt.date(2021, 1, 5), None)] if leads == "是" else list(stints(chance))
            # Whose last row ends comes back by a row of its own only.
            for came, left in own:
                self.people.append(
                    (agent, f"员{agent}", "东城营业部", team, leads, came, left or "")
                )
            sells = chance.choice([0, 0.3, 1, 1, 2])
            for month in (FIRST + back for back in range(LAST.number - FIRST.number + 1)):
                for sold in range(int(chance.random() * 2 * sells + 0.4)):
                    day = any_day(chance, month.first, min(month.last, AS_OF))
                    if any(c <= day and (not e or day <= e) for c, e in own):
                        premium = chance.choice([500, 2000, 9000])
                        row = (f"P{agent}{month}{sold}", agent, "主险", 1, premium, day)
                        self.policies.append(row)
        (folder / "data").mkdir(parents=True)
        (folder / "kpi.toml").write_text(
            f'[project]\nname = "分公司"\n[rules]\nas_of = {AS_OF}\n', encoding="utf-8"
        )
        heads = {
            "人员": ("工号", "姓名", "营业部", "营业组", "是否主管", "签约日期", "离职日期"),
            "保单": ("保单号", "工号", "主附险", "件数", "首年保费", "承保日期"),
        }
        for name, rows in (("人员", self.people), ("保单", self.policies)):
            with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows([heads[name], *rows])
        self.project = Project.open(folder)

    def lists(self, month):
        """What the schedules of a month say, by team."""
        workbook, cube = Template(template_path("主管日程")), load(self.project).cube
        found = {}
        with recipients_of(self.project, cube, workbook, month) as to:
            for one in to.recipients.everybody():
                values = to.values(one)
                told = [values[f"attention.{end}"] for end in ("姓名", "原因", "方式")]
                found[one.unit.name] = [line for line in zip(*told, strict=True) if line[0]]
        return found, cube.first

    def by_hand(self, month, first):
        """The same, from the rows."""
        sold = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for _, agent, _, pieces, premium, day in self.policies:
            of_month = sold[agent][Month.of(day.year, day.month)]
            of_month[0], of_month[1] = of_month[0] + pieces, of_month[1] + premium
        seen = min(month, LAST)
        found = defaultdict(list)
        for agent, name, _, team, leads, came, left in self.people:
            signed = Month.of(came.year, came.month)
            is_there = signed <= seen and (not left or Month.of(left.year, left.month) > seen)
            if leads == "是" or not is_there or (left and left < month.last) or signed >= month:
                continue
            looked_at = [month - back for back in (4, 3, 2, 1) if month - back >= first]
            whole = [one for one in looked_at if one > signed]
            now = sold[agent]
            not_over = month - 1 == LAST  # the data end on the 17th
            if not_over and not now[LAST][0] and whole:
                whole.remove(LAST)
            nothing = 0
            while nothing < len(whole) and not now[whole[-1 - nothing]][0]:
                nothing += 1
            since = month.number - 1 - signed.number
            is_new = since < 3
            has_sold = any(now[one][0] for one in looked_at if one >= signed)
            usual = [now[one][1] for one in whole[:-1]]
            reached = now[month - 1][1]
            line = None
            if nothing >= 2:
                earlier = whole[0] - 1 > signed and nothing == len(whole)
                line = 0, f"连续 {nothing} 个月{'以上' if earlier else ''}零业绩", "陪同展业"
            elif is_new and not has_sold:
                line = 1, f"新人第 {since + 1} 个月，尚未开单", "陪同展业"
            elif nothing == 1 and whole[-1] == month - 1:
                line = 2, "上月零业绩", "单独面谈"
            elif nothing == 1:
                line = 2, "最近一个整月零业绩，其后也还没有开单", "单独面谈"
            elif not not_over and usual and reached * 2 * len(usual) < sum(usual):
                share = reached * len(usual) / sum(usual)
                part = f"只有平时的 {share:.0%}" if share >= 0.01 else "不到平时的 1%"
                line = 3, f"上月业绩{part}", "单独面谈"
            elif is_new:
                line = 4, f"新人第 {since + 1} 个月，巩固信心", "电话跟进"
            if line:
                amount = sum(now[one][1] for one in looked_at)
                found[team].append((line[0], amount, agent, name, *line[1:]))
        return {team: [line[3:] for line in sorted(lines)] for team, lines in found.items()}


@pytest.fixture(scope="module", params=[2, 3, 5])
def branch(request, tmp_path_factory):
    return Branch(tmp_path_factory.mktemp("attention") / "p", request.param)


@pytest.mark.parametrize("month", PLANNED, ids=str)
def test_the_list_is_what_somebody_finds_by_hand(branch, month):
    found, first = branch.lists(month)
    by_hand = branch.by_hand(month, first)
    room = Template(template_path("主管日程")).slots["attention.姓名"].rows
    for team in TEAMS:
        told = found[team]
        assert told == by_hand.get(team, [])[:room]
        names = [name for name, *_ in told]
        assert len(set(names)) == len(names)
    assert any(found.values())


def test_it_is_the_same_every_time(branch):
    assert branch.lists(LAST) == branch.lists(LAST)


RANKS = {
    "whoever is called so": ("营业部经理", "业务经理"),
    "a team's head": ("组长", "客户经理"),
    "not to be told": ("业务经理", "业务经理"),
    "no rank at all": ("", ""),
}
"""The 职级 of who leads and of the others, where no column says who leads."""


@pytest.mark.parametrize("kind", RANKS)
def test_without_the_column_the_rank_tells_who_leads_or_the_page_says_so(branch, tmp_path, kind):
    """A manager is not on his own list because nobody wrote who he is."""
    leads, others = RANKS[kind]
    (tmp_path / "data").mkdir()
    for file in ("data/保单.csv", "kpi.toml"):
        (tmp_path / file).write_bytes((branch.project.folder / file).read_bytes())
    heads = ("工号", "姓名", "营业部", "营业组", "职级", "签约日期", "离职日期")
    rows = [(*row[:4], leads if row[4] == "是" else others, *row[5:]) for row in branch.people]
    with (tmp_path / "data" / "人员.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([heads, *rows])
    project = Project.open(tmp_path)
    workbook, cube = Template(template_path("主管日程")), load(project).cube
    listed, told = {}, set()
    with recipients_of(project, cube, workbook, LAST) as to:
        for one in to.recipients.everybody():
            values = to.values(one)
            names = [name for name in values["attention.姓名"] if name]
            listed[one.unit.name] = names
            told.add(values["attention.说明"])
    by_hand = branch.by_hand(LAST, cube.first)
    if kind in ("whoever is called so", "a team's head"):
        room = workbook.slots["attention.姓名"].rows
        for team in TEAMS:
            assert listed[team] == [name for name, *_ in by_hand.get(team, [])][:room]
        assert told == {None}
    else:
        (text,) = told
        assert "是否主管" in text and "主管自己" in text
