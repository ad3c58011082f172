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
