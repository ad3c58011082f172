"""Workbooks whose days count from 1904: bare numbers mean the days that they mean there."""

import datetime as dt
import inspect
import random
import re

import pytest

from excel.com import com_server, day
from udfs import functions
from udfs.contents import BETWEEN_EPOCHS
from udfs.epochs import DAYS, MONTHS, counted
from udfs.excel import functions1904

MODULE = functions1904.__name__


def there(*of):
    """What DATE gives in such a workbook."""
    return float((dt.date(*of) - dt.date(1904, 1, 1)).days)


SIGNED = [dt.datetime(2024, 3, 11)] * 50
LEFT = [dt.datetime(2024, 5, 20) if row >= 40 else None for row in range(50)]


@pytest.fixture(scope="module")
def server():
    with com_server() as server:
        yield server


@pytest.mark.parametrize("month", [there(2024, 6, 1), day(2024, 6, 1), "2024-06", 202406.0])
def test_a_month_however_it_is_handed_over(server, month):
    cells = [
        [(cell and day(cell.year, cell.month, cell.day),) for cell in c] for c in (SIGNED, LEFT)
    ]
    found = server.CallUDF(MODULE, "KPI_RETENTION13", (*map(tuple, cells), month, 3.0), None, None)
    assert found == 0.8


def test_columns_that_are_not_shown_as_dates(server):
    signed = tuple((there(2024, 3, 11),) for _ in SIGNED)
    left = tuple((there(2024, 5, 20) if cell else None,) for cell in LEFT)
    for asked, expected in ((there(2024, 5, 1), 50), (there(2024, 6, 1), 40), (20240601.0, 40)):
        found = server.CallUDF(MODULE, "KPI_HEADCOUNT", (signed, left, asked), None, None)
        assert found == expected


def test_random_days_are_the_same_days():
    chance = random.Random(1904)
    for _ in range(200):
        signed = [dt.date(2020, 1, 1) + dt.timedelta(chance.randrange(2000)) for _ in range(30)]
        left = [
            one + dt.timedelta(chance.randrange(900)) if chance.random() < 0.6 else None
            for one in signed
        ]
        asked = dt.date(2021, 1, 1) + dt.timedelta(chance.randrange(1500))
        moved = [[one and there(one.year, one.month, one.day) for one in c] for c in (signed, left)]
        usual = functions.KPI_HEADCOUNT(signed, left, asked)
        when = there(asked.year, asked.month, asked.day)
        assert counted(functions.KPI_HEADCOUNT, BETWEEN_EPOCHS)(*moved, when) == usual


def test_every_parameter_that_is_a_day_or_a_month_is_known():
    """By what the functions' own documentation says of it."""
    for name in functions.__all__:
        function = getattr(functions, name)
        if function in functions.BY_ROSTER + functions.BY_DATA + functions.BY_TARGETS:
            text = inspect.getdoc(function) or ""
            for names, kind in re.findall(r"^([\w, ]+) : (.*)$", text, re.M):
                is_day = re.search(r"\bdates?\b|\bmonths?\b", kind) is not None
                for parameter in re.split(r", ", names):
                    known = parameter in DAYS or (name, parameter) in MONTHS
                    assert known == is_day, (name, parameter, kind)
        elif function not in functions.BY_ANALYSIS + functions.BY_FINDINGS:
            assert not DAYS & set(inspect.signature(function).parameters), name
