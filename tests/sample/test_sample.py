from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import openpyxl
import pytest

import kpi_xl
from kpi_xl.calendar import Month, is_working_day
from kpi_xl.errors import InputError
from kpi_xl.sample import write_sample
from kpi_xl.sample.faults import GONE_BEFORE_COMING, IMPOSSIBLE_DATE, UNKNOWN_AGENTS
from kpi_xl.settings.kpi_toml import read_settings

FIRST, LAST = Month.of(2022, 7), Month.of(2024, 6)
MONTHS = [FIRST + i for i in range(24)]
ENCODINGS = {"保单.csv": "gb18030"}
STREET = ["城东营业部", "城西营业部", "城南营业部", "城北营业部", "高新营业部", "滨江营业部"]
BANKS = ["银保东区营业部", "银保西区营业部"]


def read_day(text):
    try:
        return dt.date(*map(int, re.fullmatch(r"(\d+)[-/年](\d+)[-/月](\d+)日?", text).groups()))
    except (ValueError, AttributeError):
        return None


def read_yuan(text):
    return float(text.removesuffix("万")) * 10_000 if text.endswith("万") else float(text)


class Agent:
    def __init__(self, row):
        self.number, self.department, self.team = row["工号"], row["营业部"], row["营业组"]
        self.signed, self.confirmed, self.left = (
            value.date() if isinstance(value, dt.datetime) else value and read_day(value)
            for value in (row["签约日期"], row["转正日期"], row["解约日期"])
        )
        self.is_manager = row["是否主管"] == "是"
        self.moves = []

    def serves_on(self, day):
        return self.signed <= day and (self.left is None or self.left > day)

    def unit_on(self, day):
        moves = [(since, *unit) for since, *unit in self.moves if since <= day]
        return tuple(max(moves)[1:]) if moves else (self.department, self.team)


class Files:
    """The sample read back from its files, by nothing of kpi_xl's own."""

    def __init__(self, folder):
        self.folder = folder
        self.rows = {}
        for file in sorted((folder / "data").iterdir()):
            self.rows[file.stem] = self.read(file)
        people = (Agent(row) for row in self.rows["人员"])
        self.agents = {a.number: a for a in people if a.number != GONE_BEFORE_COMING}
        for row in self.rows["异动"]:
            move = (read_day(row["生效日期"]), row["营业部"], row["营业组"])
            self.agents[row["工号"]].moves.append(move)

    def read(self, file):
        if file.suffix == ".csv":
            text = file.read_bytes().decode(ENCODINGS.get(file.name, "utf-8-sig"))
            header, *rows = csv.reader(text.splitlines())
        else:
            book = openpyxl.load_workbook(file, read_only=True)
            header, *rows = book.active.iter_rows(values_only=True)
            while header[1] is None:  # titles
                header, *rows = rows
            book.close()
        return [dict(zip(header, row, strict=True)) for row in rows]

    def sold(self):
        """(agent, month, department, premium, is_main) of every sound row."""
        for row in self.rows["保单"]:
            day = read_day(row["承保日期"])
            if day and row["工号"] in self.agents:
                agent = self.agents[row["工号"]]
                yield (
                    agent,
                    Month.containing(day),
                    agent.unit_on(day)[0],
                    read_yuan(row["首年保费"]),
                    row["主附险"] == "主险",
                )

    def headcount(self, day, department=None):
        return sum(
            a.serves_on(day) and department in (None, a.unit_on(day)[0])
            for a in self.agents.values()
        )


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def files(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("sample") / "示例"
    write_sample(folder, lambda *step: steps.append(step))
    return Files(folder)


@pytest.fixture(scope="module")
def sold(files):
    return list(files.sold())


def by_department(sold, months, take):
    sums = Counter()
    for row in sold:
        if row[1] in months:
            sums[row[2]] += take(row)
    return sums


def digests(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_is_the_same_byte_for_byte_in_another_process(files, tmp_path):
    """Another hash seed would show if a set's order decided anything."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    code = "import sys, pathlib, kpi_xl.sample as s; s.write_sample(pathlib.Path(sys.argv[1]))"
    root = str(Path(kpi_xl.__file__).parent.parent)
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
    )
    assert digests(tmp_path) == digests(files.folder)
    assert len(digests(tmp_path)) == 10  # and no temporary files


def test_progress_is_told_in_chinese_up_to_the_end(files, steps):
    assert [done for _, done, _ in steps] == list(range(7))
    assert {total for _, _, total in steps} == {6}
    assert steps[-1][0] == "完成"


def test_settings_are_those_of_the_branch(files):
    settings = read_settings(files.folder / "kpi.toml")
    assert settings.name == "江城分公司"
    assert settings.effective_fyc == 800
    known = {kpi.name for kpi in kpi_xl.kpis.values()}
    assert settings.bands.keys() <= known
    text = (files.folder / "kpi.toml").read_text(encoding="utf-8")
    for section in ("[project]", "[files]", "[columns.", "[dates]", "[rules]", "[bands]"):
        assert section in text


def test_other_data_is_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "人员.xlsx").write_bytes(b"mine")
    with pytest.raises(InputError, match="已有别的项目或数据"):
        write_sample(tmp_path)
    assert (tmp_path / "data" / "人员.xlsx").read_bytes() == b"mine"
    assert not (tmp_path / "kpi.toml").exists()

    other = tmp_path / "other"
    other.mkdir()
    (other / "kpi.toml").write_text('[project]\nname = "别家"\n', encoding="utf-8")
    with pytest.raises(InputError):
        write_sample(other)


# -- people ----------------------------------------------------------------------------------


def test_organisation(files):
    units = {(a.department, a.team) for a in files.agents.values()}
    assert {department for department, _ in units} == {*STREET, *BANKS}
    assert len(units) == len({team for _, team in units}) == 32
    managers = [a for a in files.agents.values() if a.is_manager]
    assert len(managers) == 40
    assert all(a.left is None for a in managers)
    assert {(a.department, a.team) for a in managers} == units


def test_headcount(files):
    assert len(files.rows["人员"]) > 1200
    for month in MONTHS:
        assert 600 <= files.headcount(month.last) <= 720, month


def test_numbers_are_text_with_leading_zeros_and_names_vary(files):
    rows = files.rows["人员"]
    assert all(isinstance(row["工号"], str) and len(row["工号"]) == 8 for row in rows)
    assert all(row["工号"].startswith("00") for row in rows)
    assert len({row["工号"] for row in rows}) == len(rows)
    assert len({row["姓名"] for row in rows}) > 0.9 * len(rows)
    assert sum(isinstance(row["签约日期"], dt.datetime) for row in rows) > 0.99 * len(rows)


def test_careers_are_in_order(files):
    wrong = [
        r["工号"] for r in files.rows["人员"] if r["解约日期"] and Agent(r).left < Agent(r).signed
    ]
    assert wrong == [GONE_BEFORE_COMING]
    for agent in files.agents.values():
        assert agent.signed <= LAST.last
        assert agent.left is None or agent.signed < agent.left <= LAST.last
        if agent.confirmed:
            assert agent.signed < agent.confirmed
            assert agent.serves_on(agent.confirmed)


def retention(files, department, months_served, cohorts):
    signed = [
        a
        for a in files.agents.values()
        if a.department == department and Month.containing(a.signed) in cohorts
    ]
    stayed = [a for a in signed if a.serves_on((Month.containing(a.signed) + months_served).last)]
    return len(stayed) / len(signed)


def test_retention_of_recruits(files):
    cohorts = [month - 13 for month in MONTHS]
    shares = {d: retention(files, d, 13, cohorts) for d in (*STREET, *BANKS)}
    assert all(0.20 <= share <= 0.45 for share in shares.values()), shares
    assert max(shares, key=shares.get) == "城东营业部"


def test_confirmation(files):
    cohorts = {month - 6 for month in MONTHS}
    signed = [a for a in files.agents.values() if Month.containing(a.signed) in cohorts]
    in_time = [
        a
        for a in signed
        if a.confirmed and Month.containing(a.confirmed) <= Month.containing(a.signed) + 6
    ]
    assert 0.30 <= len(in_time) / len(signed) <= 0.50


def test_moves(files):
    moves = files.rows["异动"]
    assert 24 <= len(moves) <= 60
    firsts = [row for row in moves if row["生效日期"].endswith("-01")]
    assert 0.7 < len(firsts) / len(moves) < 1
    crossing = 0
    for row in moves:
        agent = files.agents[row["工号"]]
        # Nobody moves twice, and the roster says where people are now.
        assert (agent.department, agent.team) == (row["营业部"], row["营业组"])
        assert (row["原营业部"], row["原营业组"]) != (row["营业部"], row["营业组"])
        assert agent.serves_on(read_day(row["生效日期"]))
        assert (row["原营业部"] in BANKS) == (row["营业部"] in BANKS)
        crossing += row["原营业部"] != row["营业部"]
    assert crossing >= 5


# -- production ------------------------------------------------------------------------------


def test_policies_are_sold_by_people_under_contract(files):
    for row in files.rows["保单"]:
        day = read_day(row["承保日期"])
        if day and row["工号"] not in UNKNOWN_AGENTS:
            assert files.agents[row["工号"]].serves_on(day)
            assert FIRST.first <= day <= LAST.last


def test_policies_look_like_policies(files):
    rows = files.rows["保单"][:-1]
    mains = [row for row in rows if row["主附险"] == "主险"]
    assert 0.1 < (len(rows) - len(mains)) / len(mains) < 0.5
    main_numbers = {row["保单号"] for row in mains}
    assert all(row["保单号"] in main_numbers for row in rows)
    assert {row["缴费方式"] for row in rows} == {"年交", "月交", "趸交"}
    withdrawn = [row for row in mains if row["撤单日期"]]
    assert 0.01 < len(withdrawn) / len(mains) < 0.03
    for row in withdrawn:
        days = (read_day(row["撤单日期"]) - read_day(row["承保日期"])).days
        assert 0 < days <= 15
    days = [read_day(row["承保日期"]) for row in mains]
    working = [day for day in days if day and is_working_day(day)]
    assert 0.9 < len(working) / len(days) < 1


def activity(files, sold, month, department=None):
    producers = {
        row[0].number for row in sold if row[1] == month and row[4] and department in (None, row[2])
    }
    heads = files.headcount((month - 1).last, department) + files.headcount(month.last, department)
    return len(producers) / (heads / 2)


def test_activity_and_its_seasons(files, sold):
    rates = {month: activity(files, sold, month) for month in MONTHS}
    assert all(0.40 < rate < 0.80 for rate in rates.values())
    for year in (2023, 2024):
        january, february, march, april = (rates[Month.of(year, m)] for m in (1, 2, 3, 4))
        assert february < april < min(january, march)
    for year in (2022, 2023):
        july, august, september = (rates[Month.of(year, m)] for m in (7, 8, 9))
        assert max(july, august) < september


def test_new_agents_ramp_up_and_then_fall(files, sold):
    active = {(row[0].number, row[1]) for row in sold if row[4]}
    at_age = defaultdict(list)
    for agent in files.agents.values():
        signed = Month.containing(agent.signed)
        for month in MONTHS:
            age = month.number - signed.number
            if 0 <= age <= 8 and agent.serves_on(month.last):
                at_age[age].append((agent.number, month) in active)
    rates = {age: statistics.mean(flags) for age, flags in at_age.items()}
    assert rates[0] < 0.6 * rates[2]
    assert rates[5] < 0.9 * rates[2]


# -- renewals, activity, attendance, targets, outlets ------------------------------------------


def test_renewals(files):
    rows = files.rows["续期"]
    assert len({(row["保单号"], row["应收日期"]) for row in rows}) == len(rows)
    issued = {row["保单号"]: read_day(row["承保日期"]) for row in files.rows["保单"][:-1]}
    old = [row for row in rows if row["保单号"] not in issued]
    assert 0.2 < len(old) / len(rows) < 0.8
    first_year = late = 0
    for row in rows:
        due, paid = read_day(row["应收日期"]), read_day(row["实收日期"])
        assert FIRST.first <= due <= LAST.last
        assert row["工号"] in files.agents
        assert bool(row["实收日期"]) == bool(row["实收保费"])
        if paid:
            assert due <= paid <= LAST.last
            assert row["实收保费"] == row["应收保费"]
            late += (paid - due).days > 60
        if row["保单号"] in issued:
            since = issued[row["保单号"]]
            first_year += (due - since).days < 360
    assert first_year > 1000
    assert 0.005 < late / len(rows) < 0.05


@pytest.fixture(scope="module")
def collected(files):
    """Collected within 60 days and due, by department and month."""
    sums = defaultdict(lambda: [0.0, 0.0])
    for row in files.rows["续期"]:
        due, paid = read_day(row["应收日期"]), read_day(row["实收日期"])
        department = files.agents[row["工号"]].unit_on(due)[0]
        cell = sums[department, Month.containing(due)]
        cell[0] += float(row["实收保费"]) if paid and (paid - due).days <= 60 else 0.0
        cell[1] += float(row["应收保费"])
    return sums


def persistency(collected, departments, months):
    cells = [collected[department, month] for department in departments for month in months]
    return sum(paid for paid, _ in cells) / sum(due for _, due in cells)


def test_persistency(collected):
    for month in MONTHS:
        assert 0.78 < persistency(collected, [*STREET, *BANKS], [month]) < 0.93, month


def test_activity_log_is_a_funnel(files):
    closings, policies, days = Counter(), Counter(), set()
    for row in files.rows["活动"]:
        calls, visits, talks, closed = (
            int(row[name]) for name in ("约访数", "拜访数", "洽谈人数", "促成人数")
        )
        assert calls >= visits >= talks >= closed >= 0
        assert 0 <= int(row["意向客户数"]) <= talks
        day = dt.date.fromisoformat(row["日期"])
        assert files.agents[row["工号"]].serves_on(day)
        days.add(day)
        closings[Month.containing(day)] += closed
    assert all(map(is_working_day, days))
    for row in files.rows["保单"][:-1]:
        day = read_day(row["承保日期"])
        if day and row["主附险"] == "主险":
            policies[Month.containing(day)] += 1
    for month in MONTHS:
        assert 0.85 < closings[month] / policies[month] < 1.15, month


def test_attendance(files):
    for row in files.rows["出勤"]:
        assert 0 <= int(row["实出勤"]) <= int(row["应出勤"]) <= 23
        assert files.agents[row["工号"]].serves_on(dt.date.fromisoformat(row["日期"]))
    june = [row for row in files.rows["出勤"] if row["日期"] == "2024-06-30"]
    assert max(int(row["应出勤"]) for row in june) == 19  # 端午节 is on the tenth
    assert len(june) == files.headcount(LAST.last)


def test_targets_name_units_and_kpis_that_there_are(files):
    names = {kpi.name for kpi in kpi_xl.kpis.values()}
    units = {
        "分公司": {"江城分公司"},
        "营业部": {a.department for a in files.agents.values()},
        "营业组": {f"{a.department}/{a.team}" for a in files.agents.values()},
        "业务员": set(files.agents),
    }
    seen = defaultdict(set)
    for row in files.rows["目标"]:
        assert row["指标"] in names
        assert row["单位"] in units[row["层级"]]
        assert row["目标值"] > 0
        seen[row["层级"]].add((row["单位"], row["月份"]))
    assert [len(seen[level]) for level in ("分公司", "营业部", "营业组")] == [24, 8 * 24, 32 * 24]
    assert {month for _, month in seen["业务员"]} == {"2024-04", "2024-05", "2024-06"}
    assert len(files.rows["目标"]) == len(
        {(r["月份"], r["层级"], r["单位"], r["指标"]) for r in files.rows["目标"]}
    )


def first_year_premium(files, sold):
    """By department and month: what is sold, and what is paid in the policy's first year."""
    sums = Counter()
    for row in sold:
        sums[row[2], row[1]] += row[3]
    issued = {row["保单号"]: read_day(row["承保日期"]) for row in files.rows["保单"][:-1]}
    for row in files.rows["续期"]:
        paid, since = read_day(row["实收日期"]), issued.get(row["保单号"])
        if paid and since and (read_day(row["应收日期"]) - since).days < 360:
            unit = files.agents[row["工号"]].unit_on(paid)
            sums[unit[0], Month.containing(paid)] += float(row["实收保费"])
    return sums


def test_targets_are_within_reach(files, sold):
    actual = first_year_premium(files, sold)
    attained = defaultdict(list)
    for row in files.rows["目标"]:
        if row["层级"] == "营业部" and row["指标"] == "首年度保费":
            value = actual[row["单位"], Month.of(*map(int, row["月份"].split("-")))] / row["目标值"]
            attained[row["单位"]].append(value)
    middles = {unit: statistics.median(values) for unit, values in attained.items()}
    assert all(0.75 < value < 1.10 for value in middles.values()), middles


def test_targets_add_up(files):
    """What teams plan is the department's, and what departments plan is the branch's."""
    sums = Counter()
    for row in files.rows["目标"]:
        if row["指标"] in ("首年度保费", "举绩人数", "新增人数") and row["层级"] != "业务员":
            sums[row["月份"], row["指标"], row["层级"]] += row["目标值"]
    levels = defaultdict(set)
    for (month, kpi, _), value in sums.items():
        levels[month, kpi].add(value)
    assert len(sums) == 24 * 3 * 3
    assert all(len(values) == 1 for values in levels.values())


def test_outlets(files):
    outlets = {row["网点"]: row for row in files.rows["网点"]}
    assert len(outlets) == 40
    for row in outlets.values():
        agent = files.agents[row["工号"]]
        assert agent.department in BANKS
        assert agent.serves_on(LAST.last)
    for row in files.rows["保单"][:-1]:
        if row["工号"] in files.agents and (day := read_day(row["承保日期"])):
            department = files.agents[row["工号"]].unit_on(day)[0]
            assert bool(row["网点"]) == (department in BANKS)
            if row["网点"]:
                outlet = outlets[row["网点"]]
                assert outlet["开通日期"] <= day.isoformat()
                assert not outlet["关闭日期"] or day.isoformat() < outlet["关闭日期"]


# -- the story -------------------------------------------------------------------------------


def change(values, department):
    """How a department's values changed, against the middle of the others' changes."""
    changes = {d: after / before for d, (before, after) in values.items()}
    return changes[department] / statistics.median(
        value for d, value in changes.items() if d != department
    )


def test_department_3_stops_recruiting(files):
    def recruits(department, first, months):
        wanted = [first + i for i in range(months)]
        return sum(
            a.department == department and Month.containing(a.signed) in wanted
            for a in files.agents.values()
        )

    values = {
        d: (recruits(d, Month.of(2023, 2), 5), recruits(d, Month.of(2024, 2), 5)) for d in STREET
    }
    assert change(values, "城南营业部") < 0.5

    talks = Counter()
    for row in files.rows["活动"]:
        if row["日期"][:7] in ("2023-05", "2024-05"):
            department = files.agents[row["工号"]].department
            talks[department, row["日期"][:4]] += int(row["增员面谈数"])
    values = {d: (talks[d, "2023"], talks[d, "2024"]) for d in STREET}
    assert change(values, "城南营业部") < 0.6


def test_department_5_sells_smaller_policies(sold):
    def case_size(first):
        months = [first + i for i in range(3)]
        premium = by_department(sold, months, lambda row: row[3])
        pieces = by_department(sold, months, lambda row: row[4])
        return {d: premium[d] / pieces[d] for d in STREET}

    before, after = case_size(Month.of(2023, 4)), case_size(Month.of(2024, 4))
    assert change({d: (before[d], after[d]) for d in STREET}, "高新营业部") < 0.85


def test_department_7_loses_people_and_renewals(files, collected):
    lapsed = {
        d: (
            1 - persistency(collected, [d], [Month.of(2023, m) for m in range(1, 7)]),
            1 - persistency(collected, [d], [Month.of(2024, m) for m in range(1, 7)]),
        )
        for d in STREET
    }
    assert change(lapsed, "滨江营业部") > 1.3
    left = Counter(
        (a.unit_on(a.left)[0], a.left.year)
        for a in files.agents.values()
        if a.left and a.left.month <= 6
    )
    assert change({d: (left[d, 2023], left[d, 2024]) for d in STREET}, "滨江营业部") > 1.3


def test_department_1_is_the_benchmark(files, sold, collected):
    year = MONTHS[-12:]
    rates = {d: statistics.mean(activity(files, sold, m, d) for m in year) for d in STREET}
    assert max(rates, key=rates.get) == "城东营业部"
    kept = {d: persistency(collected, [d], year) for d in STREET}
    assert max(kept, key=kept.get) == "城东营业部"


# -- the faults ------------------------------------------------------------------------------


def test_planted_faults(files):
    *rows, total = files.rows["保单"]
    assert total["保单号"] == "合计"
    assert sum(row["承保日期"] == IMPOSSIBLE_DATE for row in rows) == 3
    unknown = [row["工号"] for row in rows if row["工号"] not in files.agents]
    assert sorted(unknown) == sorted(UNKNOWN_AGENTS)
    assert sum(row["首年保费"].startswith("-") for row in rows) == 3
    assert sum(row["首年保费"].endswith("万") for row in rows) == 3
    assert sum("年" in row["承保日期"] for row in rows) == 5
    assert sum("/" in row["承保日期"] for row in rows) == 5
    times = Counter((row["保单号"], row["险种"]) for row in rows)
    assert sorted(times.values())[-4:] == [1, 2, 2, 2]
    premium = sum(round(read_yuan(row["首年保费"]) * 100) for row in rows)
    assert round(float(total["首年保费"]) * 100) == premium


def test_the_check_finds_the_planted_faults_and_nothing_else(files):
    check = pytest.importorskip("kpi_xl.checks.check")
    from kpi_xl.project import Project

    found = check.check_project(Project.open(files.folder))
    assert not found.unrecognised
    kinds = Counter((p.table, p.column or p.value) for p in found.problems)
    assert kinds == {
        ("人员", "解约日期"): 1,
        ("保单", "承保日期"): 3,
        ("保单", "工号"): 2,
        ("保单", "保单号"): 3,
        ("保单", "首年保费"): 4,  # the file's total has the rows that are set aside
        ("保单", "FYC"): 4,
        ("保单", "合计"): 1,
    }
