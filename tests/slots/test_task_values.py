"""本周要事: what is to be collected is in the right week, classed as the sheet classes it."""

import datetime as dt

import duckdb
import pytest

from kpi_xl.analysis.priorities import priorities
from kpi_xl.calendar import Month, planned_weeks
from kpi_xl.data.dues_to_collect import DueToCollect, dues_to_collect
from kpi_xl.slots.task_values import TASKS, task_values
from kpi_xl.workbook import Template
from office import cached_values, convert, needs_soffice
from workbook_templates import path

JUNE = Month.of(2024, 6)
FIRST, LAST = dt.date(2024, 6, 3), dt.date(2024, 6, 30)


@pytest.fixture
def store():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE dues (policy VARCHAR, agent VARCHAR, due DATE, due_premium BIGINT,"
            " paid DATE); CREATE TABLE policies (policy VARCHAR, withdrawn DATE, ended DATE)"
        )
        yield connection


def put(store, *dues):
    store.executemany("INSERT INTO dues VALUES (?, 'A1', ?, ?, ?)", dues)


def test_only_what_comes_up_and_is_not_paid_yet_is_to_be_collected(store):
    put(
        store,
        ("due", "2024-06-10", 100_00, None),
        ("grace ends", "2024-04-20", 200_00, None),
        ("paid in between", "2024-04-21", 300_00, "2024-06-12"),
        ("paid before", "2024-06-10", 400_00, "2024-06-01"),
        ("too late", "2024-03-01", 500_00, None),
        ("not yet", "2024-07-01", 600_00, None),
        ("given up", "2024-06-11", 700_00, None),
        ("given up later", "2024-06-11", 800_00, None),
        ("withdrawn", "2024-06-11", 900_00, None),
    )
    store.execute(
        "INSERT INTO policies VALUES ('given up', NULL, '2024-05-01'),"
        " ('given up later', NULL, '2024-06-20'), ('withdrawn', '2024-01-01', NULL)"
    )
    (own,) = dues_to_collect(store, FIRST, LAST, 60).values()
    assert {one.policy for one in own} == {
        "due", "grace ends", "paid in between", "given up later",
    }  # fmt: skip
    assert next(one for one in own if one.policy == "due").last == dt.date(2024, 8, 9)


def test_a_database_of_the_company_keeps_its_dues():
    with duckdb.connect() as empty:
        assert dues_to_collect(empty, FIRST, LAST, 60) == {}


def test_every_instalment_is_in_one_week_and_all_premium_is_shown():
    own = [
        DueToCollect(f"P{n}", day, day + dt.timedelta(60), (n + 1) * 1000)
        for n, day in enumerate(FIRST + dt.timedelta(n % 28) for n in range(60))
    ]
    found = task_values(own, JUNE)
    weeks = planned_weeks(JUNE)
    total = 0.0
    for number in range(1, 6):
        texts = found[f"week{number}.tasks.要事"]
        amounts = found[f"week{number}.tasks.影响"]
        total += sum(amounts)
        assert len(texts) == len(amounts) <= TASKS
        assert found[f"week{number}.tasks.级"][: len(texts)] == priorities(amounts)
        if number > len(weeks):
            assert not texts
        elif len(texts) == TASKS:
            assert texts[-1].startswith("收续期：其余 ")
            assert amounts[:-1] == sorted(amounts[:-1], reverse=True)
    assert total == sum(one.premium for one in own) / 100


@needs_soffice
@pytest.mark.parametrize(
    "typed",
    [
        [100, 500, 250, 100, 50],
        [70, 20, 10, None, None],
        [637.25, 62.1, None, 0, 0.3],
        [5000, 5000, None, None, None],
        [None] * 5,
    ],
)
def test_the_sheet_classes_what_people_type_as_we_do(tmp_path, typed):
    book = Template(path("周工作计划"))
    file = tmp_path / "typed.xlsx"
    file.write_bytes(book.fill({"week2.tasks.影响": typed}))
    (tmp_path / "out").mkdir()
    (again,) = convert([file], "xlsx", tmp_path / "out")
    cells = cached_values(again)
    slot = book.slots["week2.tasks.级"]
    shown = [cells.get((slot.sheet, f"Q{slot.first_row + row}")) for row in range(TASKS)]
    classes = iter(priorities([one for one in typed if one is not None]))
    assert shown == [None if one is None else next(classes) for one in typed]
