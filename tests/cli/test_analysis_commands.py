"""The commands that look into a month."""

import json
import re

import pytest

from command_line import run
from kpi_xl.data.cube import Cube


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")


def on(branch, *arguments):
    done = run("--project", branch.project.folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(text):
    """The cells of a table; what is too long for a line goes on in the next."""
    found = []
    for line in text.splitlines():
        if not line.startswith("│"):
            continue
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        if cells[0]:
            found.append(cells)
        else:
            found[-1] = [first + more for first, more in zip(found[-1], cells, strict=True)]
    return found


def number(text):
    return 0.0 if text == "—" else float(text.replace(",", ""))


def test_warnings_are_the_news_first_and_ordered_by_cost(branch, wide):
    told = on(branch, "warnings", "--month", "2024-06")
    found = rows(told)
    news = [
        "本月新出现" in row[7] or "是信号" in row[7] or "超出平时的波动" in row[6] for row in found
    ]
    assert sum(news) > 5 and len(found) > 10
    assert news == sorted(news, reverse=True)
    assert f"的 {sum(news)} 项，再列以前就有的 {len(found) - sum(news)} 项" in told
    for part in (True, False):
        costs = [number(row[5]) for row, new in zip(found, news, strict=True) if new == part]
        assert costs == sorted(costs, reverse=True)


def test_for_programs_numbers_are_numbers(branch, wide):
    shown = rows(on(branch, "warnings", "--month", "2024-06"))
    told = json.loads(on(branch, "--json", "warnings", "--month", "2024-06"))["rows"]
    assert len(told) == len(shown)
    for cells, row in zip(shown, told, strict=True):
        assert isinstance(row["实际"], float)
        assert cells[5] == ("—" if row["少收（元）"] is None else f"{row['少收（元）']:,.0f}")
        if cells[3].endswith("%"):
            assert cells[3] == f"{row['实际']:.1%}"
    pace = json.loads(on(branch, "--json", "pace", "--month", "2024-06"))["rows"]
    assert {type(row["完成"]) for row in pace} == {float}


def test_a_unit_that_is_not_there(branch):
    near = run("-p", branch.project.folder, "warnings", "--unit", "城西二")
    assert near.returncode == 2
    assert "是不是：城西营业部/城西二组" in near.stderr
    none = run("-p", branch.project.folder, "warnings", "--unit", "Paris")
    assert none.returncode == 2
    assert "有这些单位：城东营业部、城北营业部" in none.stderr


def test_drivers_add_up(branch, wide):
    found = rows(on(branch, "drivers", "--compare", "环比", "--month", "2024-06"))
    assert len(found) == 8
    for row in found:
        start, *shares, end, change = map(number, row[2:-1])
        assert abs(start + sum(shares) - end) <= 3  # shown without 角 and 分
        assert abs(end - start - change) <= 1


def test_diagnosis_of_a_unit(branch, wide):
    found = on(branch, "diagnose", "--unit", "城南营业部", "--month", "2024-06")
    assert "数据看不出" in found or "依据：" in found
    assert re.search(r"7月\d+日前", found)


def test_peers_are_ranked(branch, wide):
    found = rows(on(branch, "peers", "活动率", "--month", "2024-06"))
    assert [row[2] for row in found] == [str(n) for n in range(1, 9)]


def test_pace_of_a_day(branch, wide):
    text = on(branch, "pace", "--day", "2024-06-14", "--month", "2024-06")
    assert "截至 2024-06-14：19 个工作日已过 9 个" in text
    found = rows(text)
    names = {row[1] for row in found}
    assert {"首年度保费", "首年新单保费", "主险件数", "举绩人数", "新增人数", "活动率"} <= names
    assert len(found) == 8 * len(names)
    (visits,) = rows(on(branch, "pace", "拜访数", "--level", "分公司", "--month", "2024-06"))
    assert number(visits[3]) == number(visits[6])  # the month is over


def test_rules_name_only_the_units_own_people(branch, wide):
    found = rows(on(branch, "rules", "--unit", "城东一组", "--month", "2024-06"))
    assert found
    assert {row[0] for row in found} == {"城东营业部/城东一组"}


def test_targets_split_exactly(branch, wide, tmp_path):
    file = tmp_path / "目标.csv"
    on(branch, "targets", "split", "首年度保费", "90000000", "--year", "2025", "--file", file)
    lines = [line.split(",") for line in file.read_text("utf-8-sig").splitlines()[1:]]
    whole = sum(int(line[4]) for line in lines if line[1] == "分公司")
    assert whole == sum(int(line[4]) for line in lines if line[1] == "营业部") == 90_000_000
    assert len(lines) == 12 * (1 + len(Cube.open(branch.project.cube).of_level("营业部")))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("peers", "没有的"), "没有名为“没有的”的指标"),
        (("peers", "首年度保费"), "不能在单位之间比较"),
        (("warnings", "--level", "班"), "可以写的层级有"),
        (("drivers", "--compare", "别的"), "环比"),
        (("pace", "--day", "某日"), "2024-06-14"),
        (("pace", "保费持续率"), "可以看的有"),
        (("targets", "split", "活动率", "1", "--year", "2025"), "不能按月分解"),
        (("review", "--month", "2034-01"), "没有数据"),
    ],
)
def test_what_cannot_be_used_is_said_in_chinese(branch, arguments, told):
    done = run("--project", branch.project.folder, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
