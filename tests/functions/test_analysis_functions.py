"""The worksheet functions of analysis: printed examples, identities, and the project's findings."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl.calendar import working_days
from udfs import current, functions
from udfs.excel.descriptions import described

PEOPLE = st.lists(st.integers(1, 400), min_size=4, max_size=4)


def test_the_worked_example_of_the_shortfall():
    """10万 a month, 2.5万 a week, week one at 70%: 7,500 short, 2,500 more on each of three weeks."""
    weeks = functions.KPI_TARGETS(100000, [1, 1, 1, 1])
    assert weeks == [25000] * 4
    assert functions.KPI_REBALANCE(weeks, [25000 * 0.7]) == [17500, 27500, 27500, 27500]
    assert functions.KPI_REBALANCE([weeks], 17500) == [[17500, 27500, 27500, 27500]]
    assert functions.KPI_STEPPED(100000, 50000, 42500) == [[85000, 95000]]
    assert functions.KPI_STEPPED(100000, 50000, 50000) == [[100000, 110000]]


@settings(deadline=None, max_examples=60)
@given(PEOPLE, PEOPLE, st.sampled_from(["LMDI", "Shapley", None]))
def test_shares_of_factors_add_up_to_the_fen(before, after, method):
    before[-1], after[-1] = before[-1] + 0.37, after[-1] + 0.05
    rows = functions.KPI_DRIVERS(before, after, None, method)
    assert [row[0] for row in rows[1:-1]] == ["人力", "举绩率", "有效人均件数", "件均保费"]
    assert round(sum(row[3] for row in rows[1:-1]), 2) == round(after[-1] - before[-1], 2)
    product = rows[1][1] * rows[2][1] * rows[3][1] * rows[4][1]
    assert product == pytest.approx(before[-1])


def test_mean_headcounts_may_be_halves():
    rows = functions.KPI_DRIVERS(
        [107.5, 90, 167, 1046609.3], [108, 75, 133, 823964.0], "production"
    )
    assert rows[1][1:3] == [107.5, 108]
    assert functions.KPI_DRIVERS([1, 2], [1, 2, 3]) == "#VALUE!"
    assert functions.KPI_DRIVERS([1, 2], [1, 2], None, "别的") == "#VALUE!"


@given(st.integers(0, 10**9), st.lists(st.integers(1, 99), min_size=1, max_size=9))
def test_targets_add_up(total, weights):
    assert sum(functions.KPI_TARGETS(total, weights)) == total


def test_targets_are_whole_steps_to_the_last_digit():
    assert functions.KPI_TARGETS(922337205, [1]) == [922337205.0]
    assert functions.KPI_TARGETS(0.7, [3, 4], None, 0.1) == [0.3, 0.4]


def test_weights_that_are_none():
    assert functions.KPI_SCREEN([[5]], Decimal("997111081692207.5")) == "#NUM!"


def test_targets_with_locks_and_steps():
    assert functions.KPI_TARGETS(100, [[3, 1]], [[None, 40]]) == [[60, 40]]
    assert functions.KPI_TARGETS(100, [1, 1], [60, 60]) == "#NUM!"
    assert functions.KPI_TARGETS(1000, [1, 1, 1], None, 100) == [400, 300, 300]
    assert functions.KPI_TARGETS(10, [1, 1, 1], None, 0.01) == [3.34, 3.33, 3.33]
    assert functions.KPI_TARGETS(1050, [1, 1], None, 100) == "#NUM!"


@pytest.mark.parametrize("by", ["季度", "月", "周", "日"])
def test_a_year_by_working_days(by):
    rows = functions.KPI_PERIOD_TARGETS(1_200_000, "2024-01-01", "2024-12-31", by)[1:]
    days = len(working_days(dt.date(2024, 1, 1), dt.date(2024, 12, 31)))
    assert sum(row[1] for row in rows) == days
    assert sum(row[2] for row in rows) == 1_200_000
    for _, count, target in rows:
        assert abs(target - 1_200_000 * count / days) < 3


def test_what_a_goal_takes():
    assert functions.KPI_SOLVE([30, 10, 3, 15000], 20000, 1) == 40
    assert functions.KPI_SOLVE([30, 10, 0, 0], 20000) == [["#DIV/0!"]] * 3
    assert functions.KPI_SOLVE([30, 10], 20000, 2) == "#NUM!"


def test_scores_and_screening():
    assert functions.KPI_SCORE([90, 110], [100, 100], [0.5, 0.5]) == pytest.approx(100)
    assert functions.KPI_SCORE([90], [100], [0.9]) == "#NUM!"
    assert functions.KPI_SCREEN([[6, 1]], [0.5, 0.5]) == [["#NUM!", "#N/A"]]


def test_intervals_as_published():
    """Newcombe (1998), Statistics in Medicine 17, table I: Wilson without continuity correction."""
    for (x, n), printed in {
        (81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718),
    }.items():  # fmt: skip
        assert functions.KPI_WILSON(x, n)[0] == pytest.approx(printed, abs=5e-5)
    assert functions.KPI_WILSON(0, 0) == [["#DIV/0!", "#DIV/0!"]]


def test_the_managers_own_judgement_counts():
    words = functions.KPI_BOX([1, 2], [1, 2], ["高技能高意愿", None])
    assert words == ["高技能高意愿", "高技能高意愿"]
    assert functions.KPI_BOX([1, 2], [1, 2], ["别的", None]) == "#VALUE!"


@pytest.mark.parametrize(
    "function", [*functions.BY_ANALYSIS, *functions.BY_TARGETS, *functions.BY_FINDINGS]
)
def test_every_argument_is_described_in_chinese(function):
    about = described(function)
    assert about.text.endswith("。")
    for text in about.arguments.values():
        assert any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.fixture
def project(branch, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
    return branch.project


def test_findings_of_a_unit(project):
    warnings = functions.KPI_WARNINGS("城南营业部", "2024-06")
    assert warnings[0] == ["指标", "状态", "实际", "应达", "影响", "原因"]
    words = ("本月新出现", "超出平时的波动", "，首年度保费是信号")
    news = [any(word in row[5] for word in words) for row in warnings[1:]]
    assert any(news) and news == sorted(news, reverse=True)
    for part in (True, False):
        costs = [row[4] or 0 for row, new in zip(warnings[1:], news, strict=True) if new == part]
        assert costs == sorted(costs, reverse=True)
    for name, _, value, *_ in warnings[1:]:
        assert value == functions.KPI(name, "城南营业部", "2024-06")
    assert functions.KPI_WARNINGS("没有的", "2024-06") == "#N/A"
    assert functions.KPI_WARNINGS("城南营业部", "2030-06") == "#N/A"


def test_drivers_of_a_unit_are_its_change(project):
    unit = "城南营业部"
    now, last = (functions.KPI("首年新单保费", unit, month) for month in ("2024-06", "2023-06"))
    *rows, total = functions.KPI_UNIT_DRIVERS(unit, "2024-06", "同比")[1:]
    assert total[1:3] == [last, now]
    assert round(sum(row[3] for row in rows), 2) == round(now - last, 2) == total[3]
    assert rows[1][2] == pytest.approx(functions.KPI("活动率", unit, "2024-06"))
    assert rows[3][2] == pytest.approx(functions.KPI("件均保费", unit, "2024-06"))
    best = functions.KPI_UNIT_DRIVERS(unit, "2024-06", "标杆", "per_capita")
    peers = dict(functions.KPI_UNIT_PEERS("人均FYP", unit, "2024-06"))
    assert best[2][1] == pytest.approx(peers["最好"], rel=1e-6)
    assert functions.KPI_UNIT_DRIVERS(unit, "2022-07", "环比") == "#N/A"
    assert functions.KPI_UNIT_DRIVERS(unit, "2024-06", "别的") == "#VALUE!"


def test_peers_and_advice_of_a_unit(project):
    values = [
        functions.KPI("活动率", row[0], "2024-06")
        for row in functions.KPI_UNITS()[1:]
        if row[1] == "营业部" and "未分配" not in row[0]
    ]
    found = dict(functions.KPI_UNIT_PEERS("举绩率", "城南营业部", "2024-06"))
    assert (found["最好"], found["单位数"]) == (max(values), 8)
    assert found["名次"] == sorted(values, reverse=True).index(found["本单位"]) + 1
    advice = functions.KPI_ADVICE("增员率", "城南营业部", "2024-06")
    assert advice[0] == ["原因", "判断", "依据", "措施", "责任对象", "工具", "几天内"]
    verdicts = [row[1] for row in advice[1:]]
    order = ["数据支持", "请主管判断", "数据不支持"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert functions.KPI_ADVICE("持证率", "城南营业部", "2024-06") == "#N/A"
    assert functions.KPI_UNIT_PEERS("首年度保费", "城南营业部", "2024-06") == "#N/A"
