"""Working days of 2023 to 2026 against the State Council's notices, written out by hand."""

import datetime as dt

import pytest

from kpi_xl.calendar import is_working_day, working_days

# 国务院办公厅关于部分节假日安排的通知: the days off of each holiday, and the weekend days worked.
NOTICES = {
    2023: (
        "01-01/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06 12-30/12-31",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-10/06-10 09-15/09-17 10-01/10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def days_of(year, text):
    for part in text.split():
        first, _, last = part.partition("/")
        day, end = (dt.date.fromisoformat(f"{year}-{one}") for one in (first, last or first))
        while day <= end:
            yield day
            day += dt.timedelta(days=1)


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_the_year(year):
    off, worked = (set(days_of(year, text)) for text in NOTICES[year])
    day, expected = dt.date(year, 1, 1), []
    while day.year == year:
        working = day in worked or (day.weekday() < 5 and day not in off)
        assert is_working_day(day) == working, day
        if working:
            expected.append(day)
        day += dt.timedelta(days=1)
    assert working_days(dt.date(year, 1, 1), dt.date(year, 12, 31)) == expected
