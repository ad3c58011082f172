"""xlwings' own COM server calls the functions, with everything that Excel hands over."""

import decimal
import inspect

import pytest

from excel.com import MISSING, FakeRange, com_server, day
from kpi_xl.catalogue import kpis
from udfs import functions

MODULE = "udfs.excel.functions"
ERRORS = {"#N/A", "#DIV/0!", "#VALUE!", "#NUM!"}
CURRENCY = decimal.Decimal("1234.5600")
DIV0, NA, SPILL, CALC = -2146826281, -2146826246, -2146826243, -2146826238

# The table of ../shared/findings/excel.md, by what is in the sheet.
CELLS = {
    "empty": None,
    "omitted": MISSING,
    "number": 3.0,
    "date": day(2024, 6, 30),
    "serial": 45473.0,
    "#DIV/0!": DIV0,
    "#N/A": NA,
    "#SPILL!": SPILL,
    "#CALC!": CALC,
    "currency": CURRENCY,
    "number as text": "00123",
    "text": "某月",
    "truth": True,
    "huge": 1e308,
}
KINDS = {
    **CELLS,
    **{f"cell {name}": FakeRange(value) for name, value in CELLS.items() if value != MISSING},
    "row": FakeRange(((1.0, 2.0, None),)),
    "column": FakeRange(((1.0,), (None,), ("",), (CURRENCY,), (DIV0,))),
    "column of dates": FakeRange(((day(2024, 5, 1),), (None,), (day(2024, 6, 3),))),
    "rows": FakeRange(((1.0, day(2024, 6, 30)), (True, "a"))),
    "array constant": ((1.0, 2.0),),
    "row constant": (1.0, 2.0),
    "values": ((45473.0,), (None,), (NA,)),
}


@pytest.fixture(scope="module")
def server():
    with com_server() as server:
        yield server


def called(server, name, *args):
    return server.CallUDF(MODULE, name, args, None, None)


def arguments_of(name):
    return list(inspect.signature(getattr(functions, name)).parameters)


def flat(result):
    rows = result if isinstance(result, (list, tuple)) else [result]
    return [cell for row in rows for cell in (row if isinstance(row, (list, tuple)) else [row])]


@pytest.mark.parametrize("name", functions.__all__)
def test_every_function_takes_every_kind_of_argument(server, name):
    """Each kind at each place, the other arguments being ordinary: never an exception."""
    count = len(arguments_of(name))
    for kind in KINDS.values():
        for place in range(count):
            arguments = [FakeRange(2.0)] * count
            arguments[place] = kind
            for cell in flat(called(server, name, *arguments)):
                # What COM carries; whole numbers might go out as long ones, which Excel refuses.
                assert type(cell) in (float, str)
                assert not isinstance(cell, str) or cell[:1] != "#" or cell in ERRORS
                assert not isinstance(cell, float) or abs(cell) < float("inf")


@pytest.mark.parametrize("name", functions.__all__)
def test_every_argument_is_raw_and_described(server, name):
    import sys

    from xlwings.conversion import RawValueAccessor

    about = getattr(sys.modules.get(MODULE) or __import__(MODULE, fromlist=["x"]), name).__xlfunc__
    assert about["category"] == "KPI"
    assert about["volatile"] is False
    assert about["ret"]["options"] == {"convert": "raw"}
    assert 0 < len(about["ret"]["doc"].encode("utf-16-le")) <= 2 * 255
    for argument in about["args"]:
        assert issubclass(argument["options"]["convert"], RawValueAccessor)
        assert 0 < len(argument["doc"].encode("utf-16-le")) <= 2 * 255
        assert not argument["doc"].isascii()


def test_scalars_in_every_dress(server):
    for producers in (1800.0, FakeRange(1800.0), "1,800", decimal.Decimal(1800)):
        assert called(server, "KPI_ACTIVITY", producers, 2000.0, 2000.0) == 0.9
    assert called(server, "KPI_ACTIVITY", 1.0, 0.0, 0.0) == "#DIV/0!"
    assert called(server, "KPI_ACTIVITY", FakeRange(NA), 2.0, 2.0) == "#N/A"
    assert called(server, "KPI_ACTIVITY", SPILL, 2.0, 2.0) == "#VALUE!"


def test_a_quick_scalar_is_the_same_as_over_ranges(server):
    for kpi in (one.on_paper for one in kpis.values()):
        if kpi.code in {f.__name__ for f in (*functions.BY_ROSTER, *functions.BY_DATA)}:
            continue
        numbers = [7.0, 13.0, 11.0, 17.0, 5.0][: len(kpi.measures)]
        one = called(server, kpi.code, *numbers)
        spilled = called(server, kpi.code, *(FakeRange(((n,), (n,))) for n in numbers))
        assert flat(spilled) == [one, one]
        assert one == kpi(*numbers)


def test_shapes_in_and_out(server):
    column = FakeRange(((1.0,), (2.0,)))
    assert called(server, "KPI_ATTAINMENT", column, 4.0) == [[0.25], [0.5]]
    assert called(server, "KPI_ATTAINMENT", FakeRange(((1.0, 2.0),)), 4.0) == [0.25, 0.5]
    assert called(server, "KPI_ATTAINMENT", (1.0, 2.0), 4.0) == [0.25, 0.5]
    blank = FakeRange(((1.0,), (None,)))
    assert called(server, "KPI_ATTAINMENT", blank, blank) == [[1.0], [""]]


@pytest.mark.parametrize("as_value2", [False, True])
def test_a_roster_of_dates_or_serials(server, as_value2):
    import datetime as dt

    def column(*dates):
        def cell(date):
            if date is None or isinstance(date, str):
                return date
            return float((dt.date(*date) - dt.date(1899, 12, 30)).days) if as_value2 else day(*date)

        rows = tuple((cell(date),) for date in dates)
        return rows if as_value2 else FakeRange(rows)

    signed = column("签约日期", *[(2024, 3, 11)] * 50, None)
    left = column("解约日期", *[None] * 40, *[(2024, 5, 20)] * 10, None)
    month = FakeRange(day(2024, 6, 9))
    assert called(server, "KPI_RETENTION13", signed, left, month, 3.0) == 0.8
    assert called(server, "KPI_RETENTION13", signed, left, "2024-06", MISSING) == "#DIV/0!"
    assert called(server, "KPI_HEADCOUNT", signed, left, ("2024-03", "2024-05")) == [50.0, 40.0]
    assert called(server, "KPI_LEAVERS", signed, left, 45413.0) == 10.0


def test_whole_columns_of_sheets_of_different_length(server):
    signed = FakeRange(((45352.0,), (45352.0,), (None,), (None,)))
    left = FakeRange(((None,), (45413.0,)))
    assert called(server, "KPI_LEAVERS", signed, left, "2024-05") == 1.0
    longer = FakeRange(((45352.0,), (45352.0,), (45352.0,)))
    assert called(server, "KPI_LEAVERS", longer, left, "2024-05") == "#VALUE!"


@pytest.mark.parametrize("name", functions.__all__)
def test_an_area_of_several_parts_is_refused(server, name):
    """(A1:A3,C1:C3), which the wrappers of Import Functions hand over as it is."""
    count = len(arguments_of(name))
    for place in range(count):
        arguments = [FakeRange(2.0)] * count
        arguments[place] = FakeRange(((1.0,), (2.0,)), areas=2)
        assert ERRORS & set(flat(called(server, name, *arguments))), place
