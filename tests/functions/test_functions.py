"""The worksheet functions with everything a spreadsheet may hand over."""

import datetime as dt
import decimal
import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl import kpis
from udfs import by_roster, current, functions
from udfs.explain import FROM_DATES

CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False)
    | st.datetimes()
    | st.sampled_from(["#N/A", "#DIV/0!", "#REF!", "#SPILL!", -2146826281, -2146826246, "2024-06"])
)
ARGUMENTS = CELLS | st.lists(CELLS, max_size=4) | st.lists(st.lists(CELLS, max_size=3), max_size=3)
ERRORS = {"#N/A", "#DIV/0!", "#VALUE!", "#NUM!"}
NAMES = sorted(functions.__all__)
TEXTS = {
    "KPI", "KPI_360", "KPI_ABC", "KPI_TABLE", "KPI_UNITS", "KPI_NAMES", "KPI_STATUS", "KPI_HELP",
    "KPI_ADVICE",
    "KPI_BOX", "KPI_DRIVERS", "KPI_PACE", "KPI_PEERS", "KPI_PERIOD_TARGETS", "KPI_QUADRANT",
    "KPI_SIGNAL", "KPI_SMART", "KPI_TASKS", "KPI_UNIT_DRIVERS", "KPI_UNIT_PEERS", "KPI_WARNINGS",
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def no_project(tmp_path_factory):
    """Whoever runs the tests may have a project of his own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_XL_PROJECT", str(tmp_path_factory.mktemp("none")))
        patch.setattr(current, "_watch", current._Watch())
        yield


def arguments_of(name):
    return list(inspect.signature(getattr(functions, name)).parameters.values())


def test_there_is_a_function_for_every_kpi():
    assert set(kpis) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)  # how long it takes is a matter of the machine
@given(data=st.data())
def test_no_argument_makes_a_function_raise(name, data):
    arguments = [data.draw(ARGUMENTS) for _ in arguments_of(name)]
    result = getattr(functions, name)(*arguments)
    cells = result if isinstance(result, list) else [result]
    for row in cells:
        for cell in row if isinstance(row, list) else [row]:
            assert cell is None or cell in ERRORS or name in TEXTS or abs(cell) < float("inf")


def test_scalars_lists_and_rows():
    assert functions.KPI_ACTIVITY(1800, 2000, 2000) == 0.9
    assert functions.KPI_ACTIVITY([1, 2], [2, 2], [2, 2]) == [0.5, 1.0]
    assert functions.KPI_ACTIVITY([[1, 2]], [[2, 2]], 2) == [[0.5, 1.0]]
    assert functions.KPI_ACTIVITY(1800, opening=2000, closing=2000) == 0.9


def test_errors_blanks_and_text_in_ranges():
    result = functions.KPI_ACTIVITY(
        [[1], [None], [0], ["x"], ["#N/A"], ["1,800"]],
        [[2], [""], [0], [2], [2], [2000]],
        [[2], [None], [0], [2], [2], [2000]],
    )
    assert result == [[0.5], [None], ["#DIV/0!"], ["#VALUE!"], ["#N/A"], [0.9]]


def test_a_blank_among_counts_is_nothing_as_in_a_native_formula():
    assert functions.KPI_ACTIVITY(None, 2, 2) == 0.0
    assert functions.KPI_ACTIVITY(1, None, None) == "#DIV/0!"


@pytest.mark.parametrize(
    "one", [1, 1.0, "1", "１", decimal.Decimal(1), True, " 1 ", "100%", "1.00"], ids=repr
)
def test_numbers_in_every_dress(one):
    assert functions.KPI_SIGN_RATE(one, 2) == 0.5


@pytest.mark.parametrize("code", [-2146826281, "#DIV/0!", " #div/0! "])
def test_error_codes_and_names(code):
    assert functions.KPI_SIGN_RATE(code, 2) == "#DIV/0!"


def test_ranges_that_do_not_fit_together():
    assert functions.KPI_SIGN_RATE([1, 2, 3], [1, 2]) == "#VALUE!"
    assert functions.KPI_RETENTION13(["2024-01-01"] * 3, ["2024-02-01"] * 2, "2024-03") == "#VALUE!"


@pytest.mark.parametrize(
    "day",
    [
        dt.datetime(2024, 3, 11), dt.date(2024, 3, 11), 45362, 45362.0, "2024-03-11", "2024/3/11",
        "2024.03.11", "20240311", "2024年3月11日", "2024-03-11 00:00:00", "45362", decimal.Decimal(45362),
    ],
    ids=repr,
)  # fmt: skip
def test_dates_in_every_dress(day):
    assert functions.KPI_RETENTION13([day], [None], "2024-06", 3) == 1.0
    assert functions.KPI_HEADCOUNT([[day]], [[""]], "2024-03-11") == 1
    assert functions.KPI_HEADCOUNT([[day]], [[""]], "2024-03-10") == 0


@pytest.mark.parametrize(
    "month", ["2024-06", "202406", 202406, "2024年6月", "2024/6", dt.datetime(2024, 6, 9), 45473]
)
def test_months_in_every_dress(month):
    left = [None] * 40 + ["2024-05-20"] * 10
    assert functions.KPI_RETENTION13(["2024-03-11"] * 50, left, month, 3) == 0.8


def test_roster_over_whole_columns_with_headings():
    signed = [["签约日期"], [45362], ["2024-04-01"], [None]]
    left = [["解约日期"], [None], ["2024-05-20"], [None]]
    assert functions.KPI_HEADCOUNT(signed, left, ["2024-03", "2024-04", "2024-05"]) == [1, 2, 1]
    assert functions.KPI_RECRUITS(signed, left, [["2024-03", "2024-05"]]) == [[1, 0]]
    assert functions.KPI_LEAVERS(signed, left, "2024-05") == 1
    assert functions.KPI_AVG_HEADCOUNT(signed, left, "2024-05") == 1.5


def test_roster_errors():
    assert functions.KPI_RETENTION13(["2024-01-01"], [None], "2024-06") == "#DIV/0!"
    assert functions.KPI_RETENTION13(["2024-01-01", "#N/A"], [None] * 2, "2024-06") == "#N/A"
    assert functions.KPI_RETENTION13(["2024-01-01", "某日"], [None] * 2, "2024-06") == "#VALUE!"
    assert functions.KPI_RETENTION13(["2024-01-01"], [None], "某月") == "#VALUE!"
    assert functions.KPI_RETENTION13(["2024-01-01"], [None], "2024-06", -1) == "#NUM!"
    assert functions.KPI_HEADCOUNT([-4], [None], "2024-06") == "#NUM!"
    assert functions.KPI_STAY_RATE(["2024-01-01"], [None], "2024-06", "2024-05") == "#NUM!"


def test_roster_columns_of_one_kind_are_read_as_one_by_one():
    """The quick way of reading a column, and the slow one that a single odd cell leads to."""
    days = [dt.datetime(2024, 1 + i % 12, 1 + i % 28, 9, tzinfo=dt.UTC) for i in range(99)]
    serials = [float((day.date() - dt.date(1899, 12, 30)).days) for day in days]
    left = [[None]] * 99
    months = ["2024-03", "2024-12"]
    expected = functions.KPI_HEADCOUNT([[day.strftime("%Y-%m-%d")] for day in days], left, months)
    for column in (
        days,
        serials,
        [*days[:50], *serials[50:]],
        [serial + 0.4 for serial in serials],
    ):
        assert functions.KPI_HEADCOUNT([[cell] for cell in column], left, months) == expected
    for blank in (None, 0.0, 0):
        assert functions.KPI_HEADCOUNT([[45352.0], [blank], [45352.0]], None, "2024-03") == 2


def test_an_error_or_impossible_number_in_a_column_of_one_kind():
    assert functions.KPI_HEADCOUNT([[45352.0], [-2146826246]], None, "2024-03") == "#N/A"
    assert functions.KPI_HEADCOUNT([[45352.0], [-1.0]], None, "2024-03") == "#NUM!"
    assert functions.KPI_HEADCOUNT([[45352.0], [float("nan")]], None, "2024-03") == "#NUM!"
    assert functions.KPI_HEADCOUNT([[45352.0], [1e9]], None, "2024-03") == "#NUM!"


def test_without_a_project_the_data_functions_say_not_available():
    assert functions.KPI("活动率", "城东营业部", "2024-06") == "#N/A"
    assert functions.KPI_UNITS() == "#N/A"
    assert functions.KPI_TABLE("活动率", "城东营业部", "2024-06")[1][2] == "#N/A"
    assert functions.KPI_STATUS("活动率", 0.9) == "健康"
    assert functions.KPI_HELP("活动率").startswith("活动率")


def test_the_kpis_counted_from_dates_are_those_with_a_function_that_does():
    assert {code for code in kpis if hasattr(by_roster, code)} == FROM_DATES
