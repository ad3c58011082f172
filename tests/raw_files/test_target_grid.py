"""Targets with a column for each month or each KPI are those of a list, cell by cell."""

from __future__ import annotations

import itertools
import random

import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError

ROSTER = (
    "工号,姓名,营业部,营业组,签约日期\n"
    "A1,甲,城东营业部,一组,2020-01-05\nA2,乙,城西营业部,二组,2020-01-05\n"
)
MONTHS = range(1, 13)
WHOLE_YEAR = [f"{month}月" for month in MONTHS]
FYP, ACTIVITY = "KPI_FYP", "KPI_ACTIVITY"


def lines(*rows, above=""):
    return (f"{above}\n" if above else "") + "\n".join(",".join(map(str, row)) for row in rows)


def stored(checked):
    """The targets by month as text, level, unit and the KPI's code."""
    data = checked.tables["targets"].data.to_pylist()
    return {
        (f"{(row['month'] - 1) // 12}-{(row['month'] - 1) % 12 + 1:02d}", row["level"], row["unit"],
         row["kpi"]): row["target"]
        for row in data
    }  # fmt: skip


def check(make, text, name="2024年目标.csv"):
    return check_project(make({"人员.csv": ROSTER, name: text}))


@pytest.mark.parametrize(
    ("headings", "name", "above"),
    [
        (WHOLE_YEAR, "2024年目标.csv", ""),
        ([f"{month}月份目标" for month in MONTHS], "目标.csv", "2024 年度目标分解表"),
        ([f"2024年{month}月" for month in MONTHS], "目标.csv", ""),
        ([f"2024-{month:02d}" for month in MONTHS], "各单位目标.csv", ""),
        ([f"2024{month:02d}" for month in MONTHS], "计划.csv", ""),
        (["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月",
          "十二月"], "目标2024.csv", ""),
    ],
)  # fmt: skip
def test_a_column_for_each_month(make, headings, name, above):
    text = lines(
        ["层级", "单位", "指标", *headings, "全年"],
        ["营业部", "城东营业部", "首年度保费", *(1000 * m for m in MONTHS), 78_000],
        ["营业部", "城东营业部", "活动率", *["80%"] * 11, "", ""],
        above=above,
    )
    checked = check(make, text, name)
    found = stored(checked)
    assert {key: value for key, value in found.items() if key[3] == FYP} == {
        (f"2024-{m:02d}", "营业部", "城东营业部", FYP): 1000.0 * m for m in MONTHS
    }
    rates = [value for key, value in found.items() if key[3] == ACTIVITY]
    assert rates == [0.8] * 11
    (file,) = checked.tables["targets"].files
    assert file.unused == ("全年",)


def test_a_column_for_each_kpi_each_in_its_unit(make):
    text = lines(
        ["月份", "层级", "单位", "首年度保费(万元)", "活动率(%)", "新增人数", "备注"],
        ["2024-06", "营业部", "城东营业部", "80", "75", "6", "新开"],
        ["2024-06", "营业部", "城西营业部", "65.5", "—", "", ""],
        ["2024-07", "营业部", "城东营业部", "82万", "0.76%", "7", ""],
    )
    assert stored(check(make, text)) == {
        ("2024-06", "营业部", "城东营业部", FYP): 800_000,
        ("2024-06", "营业部", "城东营业部", ACTIVITY): 0.75,
        ("2024-06", "营业部", "城东营业部", "KPI_RECRUITS"): 6,
        ("2024-06", "营业部", "城西营业部", FYP): 655_000,
        ("2024-07", "营业部", "城东营业部", FYP): 820_000,
        ("2024-07", "营业部", "城东营业部", ACTIVITY): 0.0076,
        ("2024-07", "营业部", "城东营业部", "KPI_RECRUITS"): 7,
    }


def test_beside_what_was_done_only_the_targets_are_read(make):
    text = lines(
        ["月份", "营业部", "首年度保费目标", "首年度保费", "活动率目标", "活动率"],
        ["2024-06", "城东营业部", "800000", "1", "75%", "1%"],
    )
    assert stored(check(make, text, "目标达成.csv")) == {
        ("2024-06", "营业部", "城东营业部", FYP): 800_000,
        ("2024-06", "营业部", "城东营业部", ACTIVITY): 0.75,
    }


@pytest.mark.parametrize(
    ("heading", "cell", "level"),
    [
        ("营业部", "城东营业部", "营业部"),
        ("所属营业部", "城东营业部", "营业部"),
        ("营业组", "城东营业部/一组", "营业组"),
        ("工号", "A1", "业务员"),
    ],
)
def test_units_under_the_name_of_their_level(make, heading, cell, level):
    wide = lines([heading, "指标", "5月", "6月"], [cell, "首年度保费", 5, 6])
    long = lines(["月份", heading, "指标", "目标值"], ["2024-06", cell, "首年度保费", 6])
    assert stored(check(make, wide)) == {
        ("2024-05", level, cell, FYP): 5, ("2024-06", level, cell, FYP): 6,
    }  # fmt: skip
    assert stored(check(make, long)) == {("2024-06", level, cell, FYP): 6}


def test_people_beside_their_units(make):
    text = lines(
        ["营业部", "营业组", "工号", "姓名", "指标", "5月", "6月"],
        ["城东营业部", "一组", "A1", "甲", "首年度保费", 5, 6],
    )
    assert set(stored(check(make, text)).values()) == {5, 6}


def test_a_level_that_the_unit_alone_tells(make):
    roster = ROSTER + "A3,丙,城西营业部,城东营业部,2020-01-05\n"
    units = ["城西", "一组", "城西营业部/二组", "A2", "分公司", "城东营业部", "没有"]
    text = lines(["机构", "指标", "5月", "6月"], *([unit, "首年度保费", 5, 6] for unit in units))
    checked = check_project(make({"人员.csv": roster, "2024年目标.csv": text}))
    assert {(level, unit) for _, level, unit, _ in stored(checked)} == {
        ("营业部", "城西营业部"), ("营业组", "一组"), ("营业组", "城西营业部/二组"),
        ("业务员", "A2"), ("分公司", "分公司"),
    }  # fmt: skip
    # 城东营业部 is a department and, oddly, a team.
    told = [one for one in checked.problems if one.kind == "target.no-level"]
    assert [(one.row, one.fault.about["unit"]) for one in told] == [(7, "城东营业部"), (8, "没有")]


def test_a_level_is_told_where_nothing_else_is_to_say(make):
    text = lines(["机构", "指标", "5月", "6月"], ["城西营业部", "首年度保费", 5, 6])
    checked = check(make, text)
    assert {level for _, level, *_ in stored(checked)} == {"营业部"}
    assert not checked.problems


@pytest.mark.parametrize(
    ("headings", "name", "above"),
    [
        (WHOLE_YEAR, "目标.csv", ""),
        (WHOLE_YEAR, "目标.csv", "2023、2024年目标"),
        ([*WHOLE_YEAR[3:], *WHOLE_YEAR[:3]], "2024年目标.csv", ""),
    ],
)
def test_months_of_no_certain_year_are_refused(make, headings, name, above):
    text = lines(
        ["营业部", "指标", *headings], ["城东营业部", "首年度保费", *range(12)], above=above
    )
    with pytest.raises(InputError, match="不知道是哪一年"):
        check(make, text, name)


def test_a_year_that_goes_on_is_said_in_its_months(make):
    headings = [*(f"2024年{m}月" for m in range(4, 13)), *(f"2025年{m}月" for m in range(1, 4))]
    text = lines(["营业部", "指标", *headings], ["城东营业部", "首年度保费", *range(12)])
    found = stored(check(make, text, "目标.csv"))
    assert found[("2024-04", "营业部", "城东营业部", FYP)] == 0
    assert found[("2025-03", "营业部", "城东营业部", FYP)] == 11


def test_what_cannot_be_read_is_told_with_its_own_heading(make):
    text = lines(
        ["营业部", "指标", "5月", "6月(万元)", "7月"],
        ["城东营业部", "首年度保费", "八十", 6, "#REF!"],
        ["城东营业部", "活动率", 75, "", ""],
        ["城东营业部", "没有的指标", 1, "", ""],
    )
    checked = check(make, text)
    assert stored(checked) == {("2024-06", "营业部", "城东营业部", FYP): 60_000}
    places = {(one.row, one.column, one.value) for one in checked.problems if one.row}
    assert {(2, "5月", "八十"), (2, "7月", "#REF!"), (3, "5月", "75")} <= places


def test_results_laid_out_alike_are_no_targets(make):
    wide = lines(["营业部", "指标", "5月", "6月"], ["城东营业部", "首年度保费", 5, 6])
    by_kpi = lines(["月份", "营业部", "首年度保费", "活动率"], ["2024-06", "城东营业部", 5, "80%"])
    for text in (wide, by_kpi):
        checked = check(make, text, "2024年业绩.csv")
        assert "targets" not in checked.tables or not checked.tables["targets"].data.num_rows
        assert any("业绩" in one.name for one in checked.left_out)


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("2024年目标达成.csv", ["月份", "营业部", "首年度保费", "活动率"]),
        ("2024年目标.csv", ["月份", "营业部", "首年度保费", "活动率", "达成率"]),
        ("2024年目标完成情况.csv", ["营业部", "指标", "5月", "6月"]),
    ],
)
def test_what_may_be_results_is_not_taken_for_targets(make, name, headings):
    cells = {"月份": "2024-06", "营业部": "城东营业部", "指标": "首年度保费"}
    with pytest.raises(InputError, match="看不出哪几列是目标"):
        check(make, lines(headings, [cells.get(one, "0.5") for one in headings]), name)


def test_two_columns_for_a_month_are_no_grid(make):
    text = lines(["营业部", "指标", "5月", "5月", "6月"], ["城东营业部", "首年度保费", 5, 1, 6])
    with pytest.raises(InputError, match="目标"):
        check(make, text)


def test_a_grid_is_the_list_of_its_cells(make):
    """Random grids of either kind, and the same as a list."""
    for seed in range(12):
        chance = random.Random(seed)
        units = ["城东营业部", "城西营业部"]
        names = {"首年度保费": FYP, "活动率": ACTIVITY, "新增人数": "KPI_RECRUITS"}
        months = sorted(chance.sample(MONTHS, chance.randint(2, 12)))
        cells = {
            one: chance.choice(["", "0.5", "12", "7%", "1.5"])
            for one in itertools.product(units, names, months)
        }
        by_month = lines(
            ["营业部", "指标", *(f"{m}月" for m in months)],
            *([u, k, *(cells[u, k, m] for m in months)] for u in units for k in names),
        )
        by_kpi = lines(
            ["月份", "营业部", *names],
            *(
                [f"2024-{m:02d}", u, *(cells[u, k, m] for k in names)]
                for u in units
                for m in months
            ),
        )
        as_list = lines(
            ["月份", "层级", "单位", "指标", "目标值"],
            *([f"2024-{m:02d}", "营业部", u, k, cell] for (u, k, m), cell in cells.items() if cell),
        )
        wanted = check(make, as_list)
        for text in (by_month, by_kpi):
            found = check(make, text)
            assert stored(found) == stored(wanted)
            kinds = sorted(one.kind for one in found.problems if one.kind != "file.unused-column")
            assert kinds == sorted(one.kind for one in wanted.problems)
