"""The examples' numbers, counted a second time from their raw files with plain Python."""

import csv
import datetime as dt
import io
import re
import shutil
import zipfile
from collections import defaultdict
from decimal import Decimal

import openpyxl
import pytest

import examples.make
from kpi_xl import Project
from manual.blocks import ROOT

MONTH = "2024-06"
END = dt.date(2024, 6, 30)


def rows(example, file):
    """The records of a raw file, as they stand in it."""
    path = ROOT / "examples" / example / "data" / file
    if path.suffix == ".xlsx":
        lines = [
            list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        ]
        lines = lines[next(n for n, line in enumerate(lines) if line[0] == "工号") :]
    else:
        content = path.read_bytes()
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
        lines = list(csv.reader(io.StringIO(content.decode(encoding))))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def told(example):
    """The table of numbers in an example's README: rows of cells by unit."""
    text = (ROOT / "examples" / example / "README.md").read_text(encoding="utf-8")
    table = text.partition("| 2024 年 6 月 |")[2]
    lines = re.findall(r"^\| (.*) \|$", table, re.M)
    return {
        cells[0]: cells[1:]
        for cells in (line.split(" | ") for line in lines)
        if "---" not in cells[0]
    }


def percent(part, whole):
    return f"{part / whole:.1%}"


def computed(example, tmp_path, level, names):
    """What kpi_xl says of the units of a level in the month."""
    folder = tmp_path / example
    shutil.copytree(ROOT / "examples" / example, folder)
    frame = Project(folder).kpis(names, level=level, months=f"{MONTH}:{MONTH}")
    return {unit: list(frame.loc[(unit, MONTH)]) for unit, _ in frame.index if unit != "未分配"}


def test_the_bank_teams_files_are_what_the_script_makes():
    data = ROOT / "examples" / "bank-team" / "data"
    made = examples.make.bank_team()
    assert sorted(made) == sorted(file.name for file in data.iterdir())
    for name, content in made.items():
        assert (data / name).read_bytes() == content, f"run python -m examples.make ({name})"


def parts(content):
    """What is in a workbook, part by part."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.parametrize("example", examples.make.RESULTS)
def test_the_workbooks_kept_with_an_example_are_what_comes_of_its_files(example):
    folder = ROOT / "examples" / example / "成品"
    made = examples.make.results(example)
    assert sorted(made) == sorted(file.name for file in folder.iterdir())
    for name, content in made.items():
        # Not the bytes: on another processor they are compressed otherwise.
        kept = (folder / name).read_bytes()
        assert parts(kept) == parts(content), f"run python -m examples.make ({name})"


def test_the_insurance_branch(tmp_path):
    people = rows("life-branch", "人员.xlsx")
    department = {row["工号"]: row["营业部"] for row in people}
    there = defaultdict(lambda: [0, 0])
    for row in people:
        signed, left = row["签约日期"].date(), row["解约日期"]
        for n, day in enumerate((dt.date(2024, 5, 31), END)):
            if signed <= day and (left is None or left.date() > day):
                there[row["营业部"]][n] += 1
    sold = defaultdict(lambda: [0, Decimal(0)])
    pieces_of = defaultdict(int)
    seen = set()
    for row in rows("life-branch", "保单.csv"):
        key = row["保单号"], row["险种"], row["主附险"]
        if key in seen:
            continue
        seen.add(key)
        # What is withdrawn is taken off the month it is withdrawn in.
        times = row["承保日期"].startswith(MONTH) - row["撤单日期"].startswith(MONTH)
        unit = department[row["工号"]]
        sold[unit][1] += times * Decimal(row["首年保费"])
        if row["主附险"] == "主险":
            sold[unit][0] += times * int(row["件数"])
            pieces_of[row["工号"]] += times * int(row["件数"])
    producers = defaultdict(set)
    for person, pieces in pieces_of.items():
        if pieces > 0:
            producers[department[person]].add(person)
    said = told("life-branch")
    kpi_xl = computed(
        "life-branch",
        tmp_path,
        "营业部",
        ["期末人数", "举绩人数", "活动率", "主险件数", "首年新单保费"],
    )
    assert said.keys() == kpi_xl.keys() == sold.keys()
    for unit, (pieces, premium) in sold.items():
        before, now = there[unit]
        producing = len(producers[unit])
        rate = producing / ((before + now) / 2)
        assert kpi_xl[unit] == [now, producing, pytest.approx(rate), pieces, float(premium)]
        assert said[unit] == [
            str(now),
            str(producing),
            f"{rate:.1%}",
            str(pieces),
            f"{premium:,.2f}",
        ]


def test_the_bank_team(tmp_path):
    people = rows("bank-team", "客户经理名单.csv")
    team = {row["客户经理编号"]: f"{row['部门']}/{row['团队']}" for row in people}
    outlets = defaultdict(set)
    for row in rows("bank-team", "网点.csv"):
        outlets[team[row["客户经理工号"]]].add(row["网点代码"])
    sold = defaultdict(lambda: [0, 0, set()])
    for row in rows("bank-team", "银保保单.csv"):
        if row["承保日期"].startswith(MONTH):
            of_team = sold[team[row["客户经理编号"]]]
            of_team[0] += int(row["件数"])
            of_team[1] += int(row["规模保费"])
            of_team[2].add(row["出单网点"])
    talks = defaultdict(lambda: [0, 0])
    for row in rows("bank-team", "工作日志汇总.csv"):
        if row["日期"].startswith(MONTH):
            talks[team[row["客户经理编号"]]][0] += int(row["洽谈"])
            talks[team[row["客户经理编号"]]][1] += int(row["促成"])
    said = told("bank-team")
    kpi_xl = computed(
        "bank-team", tmp_path, "营业组", ["网点活动率", "签单率", "主险件数", "首年新单保费"]
    )
    assert said.keys() == kpi_xl.keys() == sold.keys()
    for unit, (pieces, premium, selling) in sold.items():
        interviews, closings = talks[unit]
        active, all_of_them = len(selling), len(outlets[unit])
        assert kpi_xl[unit] == [
            active / all_of_them,
            pytest.approx(closings / interviews),
            pieces,
            premium,
        ]
        assert said[unit] == [
            str(all_of_them), str(active), percent(active, all_of_them),
            percent(closings, interviews), str(pieces), f"{premium:,.2f}",
        ]  # fmt: skip


def test_the_car_dealer(tmp_path):
    store = {row["工号"]: row["门店"] for row in rows("car-dealer", "人员.csv")}
    counted = defaultdict(lambda: defaultdict(int))
    for row in rows("car-dealer", "计数.csv"):
        if row["日期"].startswith(MONTH):
            counted[store[row["工号"]]][row["项目"]] += int(row["数量"])
    said = told("car-dealer")
    kpi_xl = computed(
        "car-dealer",
        tmp_path,
        "营业部",
        ["进店人数", "成交笔数", "成交率", "试乘试驾率", "试乘试驾满意率"],
    )
    assert said.keys() == kpi_xl.keys() == counted.keys()
    for unit, done in counted.items():
        visitors, deals, drives = done["进店人数"], done["成交笔数"], done["试乘试驾客户数"]
        needs, content = done["需求分析客户数"], done["试乘试驾满意客户数"]
        assert kpi_xl[unit] == pytest.approx(
            [visitors, deals, deals / visitors, drives / needs, content / drives]
        )
        assert said[unit] == [
            str(visitors), str(drives), str(deals), percent(deals, visitors),
            percent(drives, needs), percent(content, drives),
        ]  # fmt: skip
