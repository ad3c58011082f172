"""A month without a row between others may be a file that was forgotten: it is told."""

import datetime as dt
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import AGENTS, DUES, POLICIES
from kpi_xl.checks.check import check_project
from kpi_xl.checks.month_gaps import month_gaps

HEAD = "保单号,工号,首年保费,FYC,承保日期\n"


def policies(months):
    """A file with so many policies of each month of 2024, from its tenth day."""
    lines = [
        f"P{month}-{number},A1,9000,100,2024-{month:02}-{10 + number:02}"
        for month, count in months.items()
        for number in range(count)
    ]
    return HEAD + "\n".join(lines)


def told(make, months):
    files = {"人员.csv": "工号,签约日期\nA1,2020-01-05\n", "保单.csv": policies(months)}
    return [p for p in check_project(make(files)).problems if p.kind == "date.months-without-rows"]


def test_it_is_told_with_the_row_after_it(make):
    (one,) = told(make, {1: 6, 2: 8, 4: 7})
    assert (one.table, one.row, one.column) == ("保单", 16, "承保日期")
    assert one.fault.reason == "2024-02、2024-04都有，2024-03却一行也没有，算作 0"
    assert not one.set_aside


@pytest.mark.parametrize(
    "months",
    [
        {1: 6, 2: 8, 3: 7},
        {1: 6, 6: 8},  # nobody forgets four months
        {1: 2, 3: 9, 4: 9},  # few at one end: nobody sold anything, perhaps
        {1: 1, 3: 1, 5: 1},
    ],
)
def test_what_is_usual_is_not_told(make, months):
    assert told(make, months) == []


def test_tables_without_months_have_no_gaps():
    data = pa.table({"signed": pa.array([dt.date(2024, 1, 1), dt.date(2024, 3, 1)])})
    assert list(month_gaps(AGENTS, data, None)) == []
    nothing = pa.table({"issued": pa.array([], pa.date32())})
    assert list(month_gaps(POLICIES, nothing, None)) == []


@given(
    st.lists(st.none() | st.dates(dt.date(2023, 11, 1), dt.date(2024, 5, 31)), max_size=60),
    st.none() | st.integers(1, 28),
)
def test_gaps_are_those_that_a_calendar_shows(days, cut):
    found = list(month_gaps(DUES, pa.table({"due": pa.array(days, pa.date32())}), cut))
    rows = Counter(Month.containing(day, cut) for day in days if day)
    many = max(5, np.median(list(rows.values()) or [0]) / 5)
    expected = []
    months = sorted(rows)
    for before, after in pairwise(months):
        if 1 < after.number - before.number <= 4 and min(rows[before], rows[after]) >= many:
            first = next(
                n for n, day in enumerate(days) if day and Month.containing(day, cut) == after
            )
            expected.append(first)
    assert [one.row for one in found] == expected
