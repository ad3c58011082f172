"""How long the people of a project stay: from raw files to the frame, the command, the worksheet."""

import csv
import datetime as dt
import json
import math
import random

import numpy as np
import openpyxl
import pytest

from command_line import run
from kpi_xl import Project
from kpi_xl.calendar import Month
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.retention import Retention
from kpi_xl.jobs.load import load
from kpi_xl.project import Project as Folder
from kpi_xl.workbook import read
from staying import after, by_hand, watched_from
from udfs import current
from udfs.functions import KPI_SURVIVAL
from udfs.known_findings import findings_beside

AS_OF = dt.date(2024, 6, 30)
FIRST = dt.date(2022, 1, 3)


def write(file, rows):
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


def project(folder, people, transfers=(), more="", last="2024-06-28"):
    """A project of a roster, transfers, and policies up to its last day."""
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text(f'[project]\nname = "总公司"\n{more}', encoding="utf-8")
    heading = (
        "工号",
        "姓名",
        "营业部",
        "营业组",
        "职级",
        "学历",
        "增员人工号",
        "签约日期",
        "解约日期",
    )
    write(folder / "data" / "人员.csv", [heading, *people])
    moved = ("工号", "生效日期", "原营业部", "原营业组", "营业部", "营业组")
    if transfers:
        write(folder / "data" / "异动.csv", [moved, *transfers])
    policy = ("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期")
    first = people[0][0]
    write(
        folder / "data" / "保单.csv",
        [
            policy,
            *(
                ("P" + d, first, "寿险", "主险", 1, 1000, 300, "年交", d)
                for d in ("2024-03-04", f"{last[:7]}-03", last)
            ),
        ],
    )
    return folder


def roster(seed, people=140):
    """A roster of three departments: who signed when, who came back, who was moved since."""
    dice = random.Random(seed)
    rows, transfers = [], []
    for number in range(people):
        signed = FIRST + dt.timedelta(dice.randrange(880))
        department = dice.choice(("东城营业部", "西城营业部", "南城营业部"))
        left = signed + dt.timedelta(int(dice.expovariate(1 / 200)))
        gone = left if left <= AS_OF else None
        agent = f"1{number:04d}"
        now = department
        if gone is None and dice.random() < 0.2 and signed < AS_OF - dt.timedelta(90):
            day = signed + dt.timedelta(dice.randrange(40, 80))
            now = "西城营业部" if department != "西城营业部" else "东城营业部"
            transfers.append((agent, str(day), department, "一组", now, "一组"))
        rows.append(
            [
                agent,
                f"员{number}",
                now,
                "一组",
                dice.choice(("业务员", "试用")),
                dice.choice(("本科", "大专", "")),
                dice.choice(("00017", "00018", "")),
                str(signed),
                str(gone or ""),
            ]
        )
        if gone and gone < AS_OF - dt.timedelta(200) and dice.random() < 0.3:
            again = gone + dt.timedelta(100)
            rows.append([*rows[-1][:7], str(again), ""])
    return rows, transfers


def signed_in(rows, transfers):
    """Where everybody signed: before a transfer he was where it took him from."""
    before = {agent: (day, unit) for agent, day, unit, *_ in transfers}
    return [
        before[row[0]][1] if row[0] in before and row[7] < before[row[0]][0] else row[2]
        for row in rows
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_what_is_counted_by_hand(tmp_path, seed):
    rows, transfers = roster(seed)
    folder = project(tmp_path / "p", rows, transfers, '[rules]\nuncounted_ranks = ["试用"]\n')
    home = signed_in(rows, transfers)
    everybody = watched_from(
        [
            (dt.date.fromisoformat(row[7]), dt.date.fromisoformat(row[8]) if row[8] else None)
            for row in rows
        ]
    )
    frame = Project(folder).survival(level="营业部", months=12)
    told = frame["留存率"].unstack()
    assert set(told.index) == {"东城营业部", "西城营业部", "南城营业部"}
    for unit in told.index:
        expected = by_hand(
            [who for who, at in zip(everybody, home, strict=True) if at == unit], 12, AS_OF
        )
        assert told.loc[unit].to_numpy() == pytest.approx(expected, nan_ok=True)
    for by, column in (("学历", 5), ("推荐人", 6)):
        told = Project(folder).survival(by, months=6)["留存率"].unstack()
        for label in told.index:
            chosen = [
                who
                for who, row in zip(everybody, rows, strict=True)
                if (row[column] or "未填") == label
            ]
            assert told.loc[label].to_numpy() == pytest.approx(
                by_hand(chosen, 6, AS_OF), nan_ok=True
            )
    told = Project(folder).survival("签约季度", months=6)["留存率"].unstack()
    for label in told.index:
        year, quarter = label.split("Q")
        chosen = [
            who
            for who in everybody
            if who[0].year == int(year) and (who[0].month - 1) // 3 + 1 == int(quarter)
        ]
        assert told.loc[label].to_numpy() == pytest.approx(by_hand(chosen, 6, AS_OF), nan_ok=True)


def test_the_cohorts_are_plain_shares(tmp_path):
    rows, transfers = roster(4, 300)
    folder = project(tmp_path / "p", rows, transfers)
    home = signed_in(rows, transfers)
    opened = Folder.open(folder)
    cube = load(opened).cube
    with reading(opened, cube) as store:
        found = Retention(cube, store, opened.settings, Month.of(2024, 6), "营业部").cohorts(
            cube.unit_index("西城营业部"), 12, 12
        )
    assert str(found.months[0]) == "2023-07"
    for month, signed, shares in zip(found.months, found.signed, found.share, strict=True):
        of = [
            (dt.date.fromisoformat(row[7]), dt.date.fromisoformat(row[8]) if row[8] else None)
            for row, at in zip(rows, home, strict=True)
            if at == "西城营业部" and row[7].startswith(str(month))
        ]
        assert signed == len(of)
        for n, share in enumerate(shares.tolist(), 1):
            if not of or after(month.last, n) > AS_OF:
                assert np.isnan(share)
            else:
                there = [leave is None or leave > after(sign, n) for sign, leave in of]
                assert share == pytest.approx(sum(there) / len(of))


def test_a_month_before_is_seen_as_it_was_then(tmp_path):
    rows, transfers = roster(5)
    whole = Project(project(tmp_path / "p", rows, transfers))
    then = [
        [*row[:8], row[8] if row[8] <= "2024-05-31" else ""]
        for row in rows
        if row[7] <= "2024-05-31"
    ]
    assert then != rows
    earlier = Project(project(tmp_path / "q", then, transfers, last="2024-05-31"))
    assert whole.survival(months=6, month="2024-05").equals(earlier.survival(months=6))
    assert not whole.survival(months=6).equals(earlier.survival(months=6))
    part = "[rules]\nas_of = 2024-05-31\n"
    again = Project(project(tmp_path / "r", rows, transfers, part, last="2024-05-31"))
    assert again.survival(months=6).equals(earlier.survival(months=6))


def test_a_worksheet_of_a_whole_roster_says_the_same(tmp_path):
    """Somebody who left in the first days makes everybody known from the day he signed."""
    rows, _ = roster(6)
    rows = [
        [f"0000{n}", f"元{n}", "东城营业部", "一组", "业务员", "", "", "2021-12-01", day]
        for n, day in ((1, "2021-12-02"), (2, ""))
    ] + rows
    folder = project(tmp_path / "p", rows)
    signed, left = [row[7] for row in rows[2:]], [row[8] or None for row in rows[2:]]
    frame = Project(folder).survival("签约季度", months=9)["留存率"]
    quarter = [
        (s, leave) for s, leave in zip(signed, left, strict=True) if "2022-04" <= s < "2022-07"
    ]
    told = KPI_SURVIVAL(
        [s for s, _ in quarter], [leave for _, leave in quarter], list(range(1, 10)), "2024-06-30"
    )
    assert frame["2022Q2"].to_numpy() == pytest.approx(told)


def test_groups_of_a_few_people_are_not_shown(tmp_path):
    rows, transfers = roster(7)
    for row in rows[:9]:
        row[5] = "博士"
    found = Project(project(tmp_path / "p", rows, transfers)).survival("学历")
    assert "博士" not in found.index.get_level_values(0)
    told = run("--project", tmp_path / "p", "survival", "--by", "学历", "--month", "2024-06")
    assert "另有 1 组不到 10 人，没有列出" in told.stdout


def test_a_roster_that_nobody_has_left_tells_nothing(tmp_path):
    rows, _ = roster(8)
    stay = [[*row[:8], ""] for row in rows]
    assert Project(project(tmp_path / "p", stay)).survival().empty
    told = run("--project", tmp_path / "p", "survival")
    assert told.returncode == 0
    assert "还没有人离开过，看不出留存" in told.stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"by": "星座"}, "推荐人、签约季度、学历"),
        ({"level": "班"}, "没有“班”这一级"),
        ({"unit": "北京"}, "东城营业部"),
        ({"month": "某月"}, "月份写法看不懂"),
        ({"month": "2031-01"}, "没有数据"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, given, told):
    rows, transfers = roster(9, 40)
    with pytest.raises(InputError) as said:
        Project(project(tmp_path / "p", rows, transfers)).survival(**given)
    assert told in str(said.value)


def test_the_command(branch, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")

    def told(*given):
        done = run("--project", branch.project.folder, *given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    rows = json.loads(told("--json", "survival", "--month", "2024-06"))["rows"]
    assert len(rows) == 8
    for row in rows:
        assert (
            row["13个月下限"]
            < row["满13个月"]
            < row["13个月上限"]
            < row["满6个月"]
            < row["满3个月"]
        )
    months = json.loads(told("--json", "survival", "--month", "2024-06", "--unit", "城东营业部"))[
        "rows"
    ]
    assert [row["第几个月"] for row in months] == list(range(1, 25))
    assert (
        months[12]["满月留存率"] == next(r for r in rows if r["单位"] == "城东营业部")["满13个月"]
    )
    text = told("survival", "--month", "2024-06", "--unit", "城东营业部")
    assert "个月流失特别多" in text and "数据截至 2024-06-30" in text
    assert "可能不在名单里" in text  # the sample's roster lacks who left long ago
    wrong = run("--project", branch.project.folder, "survival", "--by", "星座")
    assert wrong.returncode == 2 and "可以写的有：推荐人、签约季度、学历" in wrong.stderr


def leaving(dice, signed, extra):
    """The day of leaving of somebody who signed on a day: month by month, 4% or more."""
    for n in range(1, 40):
        if dice.random() < 0.04 + extra.get(n, 0):
            begin, end = after(signed, n - 1), after(signed, n)
            return begin + dt.timedelta(1 + dice.randrange((end - begin).days - 1))
    return None


@pytest.mark.parametrize(("month", "cause"), [(4, "leaves_in_half_a_year"), (None, None)])
def test_the_month_that_loses_people_is_diagnosed(tmp_path, month, cause, monkeypatch):
    """In one of six departments nearly half of those who get there leave in their fourth month."""
    dice, rows = random.Random(21), []
    for number, name in enumerate("甲乙丙丁戊己"):
        for one in range(130):
            signed = FIRST + dt.timedelta(dice.randrange(870))
            left = leaving(dice, signed, {month: 0.4} if name == "丙" and month else {})
            gone = str(left) if left and left <= AS_OF else ""
            agent = f"{number}{one:03d}"
            rows.append(
                [agent, f"员{agent}", f"{name}营业部", "一组", "业务员", "", "", str(signed), gone]
            )
    folder = project(tmp_path / "p", rows)
    opened = Folder.open(folder)
    cube = load(opened).cube
    with reading(opened, cube) as store:
        findings = Findings.read(cube, store, opened.settings, cube.last, "营业部")
    told = {
        cube.units[unit].name: [
            one for one in findings.causes("KPI_ATTRITION", unit)
            if one.cause.id.startswith("leaves_") and one.verdict == "数据支持"
        ]
        for unit in findings.units
    }  # fmt: skip
    if cause is None:
        assert not any(told.values())
        return
    assert [name for name, causes in told.items() if causes] == ["丙营业部"]
    (found,) = told["丙营业部"]
    assert found.cause.id == cause
    assert found.proof.startswith("依据：第 4 个月流失率 ")
    # The worksheet says the same.
    monkeypatch.setenv("KPI_XL_PROJECT", str(folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
    source = current.data()
    again = findings_beside(source, source.unit("丙营业部"), cube.last)
    unit = cube.unit_index("丙营业部")
    first, second = (
        [(one.cause.id, one.proof, one.strength) for one in of.causes("KPI_ATTRITION", unit)]
        for of in (findings, again)
    )
    assert first == second
    (number,) = (one for one in found.numbers if one.name == "第 4 个月流失率")
    assert 0.3 < number.value < 0.5 and number.peers < 0.08


def test_a_department_that_keeps_its_people_is_told(tmp_path):
    rows, _ = roster(10, 400)
    for row in rows:
        if row[2] == "南城营业部" and row[8] and int(row[0]) % 4:
            row[8] = ""
    project(tmp_path / "p", rows)
    told = run("--project", tmp_path / "p", "survival").stdout
    assert "南城营业部走得慢" in told


def test_the_workbook_has_what_the_command_says(branch):
    (file,) = (one for one in branch.filled["留存分析表"].files if one.stem == "高新营业部")
    frame = Project(branch.project.folder).survival(unit="高新营业部", month="2024-06")
    typed = read(file)
    for column in ("流失率", "流失率下限", "流失率上限", "留存率", "留存率下限", "留存率上限"):
        shown = [math.nan if cell is None else cell for (cell,) in typed[f"survival.{column}"]]
        assert shown == pytest.approx(frame[column].to_list(), nan_ok=True)
    assert typed["cohorts.全部"] == [pytest.approx(frame["留存率"].to_list())]
    assert typed["survival.heading"] == "高新营业部　2024年6月"
    assert typed["survival.结论"].startswith("高新营业部：")
    months = [month for (month,) in typed["cohorts.月份"]]
    assert (months[0], months[-1]) == ("2022-07", "2024-06")
    # No cell says anything of what is still to come: six months have not been over since February.
    assert [
        month
        for month, row in zip(months, typed["cohorts.留存率"], strict=True)
        if row[5] is not None
    ][-1] < "2024-01"
    shades = openpyxl.load_workbook(file)["签约月留存"].conditional_formatting
    assert [rule.type for area in shades for rule in area.rules] == ["colorScale"]


def test_a_unit_of_nobody_gets_a_workbook_that_says_so(tmp_path):
    rows, _ = roster(12, 30)
    stay = [[*row[:8], ""] for row in rows]
    folder = project(tmp_path / "p", stay)
    told = run("--project", folder, "fill", "留存分析表", "--month", "2024-06")
    assert told.returncode == 0, told.stderr
    typed = read(next((folder / "output").rglob("西城营业部.xlsx")))
    assert typed["survival.签约人数"] == 0
    assert typed["survival.结论"] == "西城营业部：看不出哪个月流失特别多"
    assert all(cell is None for row in typed["cohorts.留存率"] for cell in row)
