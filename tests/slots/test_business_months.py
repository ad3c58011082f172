"""Where a month ends on another day than the calendar's, the forms have that month's days."""

import datetime as dt

import pytest

from kpi_xl.jobs.fill import fill
from kpi_xl.workbook import read
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table

FIRST, LAST = dt.date(2024, 5, 26), dt.date(2024, 6, 25)


@pytest.fixture(scope="module")
def branch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("business_months") / "p"
    project = small_branch(folder, TWO_DEPARTMENTS, more="[rules]\nmonth_cut = 25\n")
    opened = dt.date(2024, 6, 28)
    write_table(
        project,
        "data/网点.csv",
        [
            ("网点编号", "网点名称", "工号", "开通日期"),
            ("W1", "人民路支行", "10000", "2020-01-01"),
            ("W2", "解放路支行", "10000", opened.isoformat()),
        ],
    )
    return project


def test_topics_are_proposed_for_days_of_the_month(branch):
    filled = fill(branch, "专题、培训计划表", MONTH)
    days = [
        (day.date() if isinstance(day, dt.datetime) else day)
        for file in filled.files
        for (day,) in read(file)["topics.日期"]
        if day is not None
    ]
    assert days
    assert all(FIRST <= day <= LAST for day in days)


def test_an_outlet_that_opens_after_the_month_is_nobodys_yet(branch):
    filled = fill(branch, "客户经理工作日志", MONTH)
    texts = [
        str(value)
        for file in filled.files
        for values in read(file).values()
        for value in (values if isinstance(values, list) else [values])
    ]
    assert any("人民路支行" in text for text in texts)
    assert not any("解放路支行" in text for text in texts)


def test_what_is_done_on_days_without_a_week_is_told(branch):
    """2024-05-26 is a Sunday, alone at the month's beginning."""
    filled = fill(branch, "营业部每周活动情况统计表", MONTH)
    notes = {read(file)["period.calendar"] for file in filled.files}
    assert notes == {None}
    with (branch.folder / "data" / "活动.csv").open("a", encoding="utf-8") as rows:
        rows.write("2024-05-26,10000,2,7,0,0\n2024-06-01,10000,0,5,0,0\n")
    told = {}
    for template in ("营业部每周活动情况统计表", "每日活动检查表"):
        for file in fill(branch, template, MONTH).files:
            told[template, file.parent.name, file.stem] = read(file)["period.calendar"]
    assert told["营业部每周活动情况统计表", "营业部每周活动情况统计表", "东城营业部"] == (
        "5月26日不在表里，那时做的 9 次没有列入"
    )
    assert told["营业部每周活动情况统计表", "营业部每周活动情况统计表", "西城营业部"] is None
    # The daily check has working days only: Saturday 1 June is in a week, and not on it.
    (of_team,) = (note for (name, *_), note in told.items() if name == "每日活动检查表" and note)
    assert of_team == "5月26日、6月1日不在表里，那时做的 14 次没有列入"
