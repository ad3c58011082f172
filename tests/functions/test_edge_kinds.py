"""Every kind of edge in every argument of every function: what has to become of it.

The laws follow from what an argument is (`edge_kinds.KINDS`), not from the function, so that the
next function and an input that nobody thought of are held by them, too. What single calls answer
is in ``edges.txt``.
"""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_kinds import CALLS, KINDS
from udfs import current, functions

ERRORS = {"#N/A": "#N/A", "#DIV/0!": "#DIV/0!", "#NUM!": "#NUM!", "#REF!": "#VALUE!",
          " #name? ": "#VALUE!", -2146826281: "#DIV/0!", -2146826246: "#N/A"}  # fmt: skip
NAMES = frozenset(ERRORS.values()) | {"#VALUE!"}
NO_NUMBER = [
    "abc", "12 20", "12,5月", "1２a", "2024-06-05", "1/2", "=1+1", dt.date(2024, 6, 5),
    dt.datetime(2024, 6, 5, 9, 30), object(), {1: 2},
]  # fmt: skip
NO_DAY = ["2024-02-30", "昨天", "3/4/2024", "2024-13", "abc", 2024.1, True, "12%", object(), b"5"]
BEYOND = [math.inf, -math.inf, 1e300, -1e300, decimal.Decimal("1e400"), "1e400", 10**400]
SINGLE = ("number", "number?", "day", "day?", "word", "word?", "one name", "one unit", "month")
NUMBERS = ("each", "own", "number", "number?", "all", "all?", "chain")
DAYS = ("dates", "leaves", "days", "months", "day", "day?", "month", "months of rows")
IN_ITS_CELL = ("each", "days", "months", "name")


@pytest.fixture(scope="module", autouse=True)
def project(branch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
        patch.setattr(current, "_watch", current._Watch())
        yield


def called(name, changed=None):
    """What a function answers to the call that is right, with some arguments changed."""
    values = [copy.deepcopy(value) for _, value in CALLS[name]]
    for place, value in (changed or {}).items():
        values[place] = value
    return getattr(functions, name)(*values)


def flat(result):
    if not isinstance(result, list):
        return [result]
    return [cell for row in result for cell in (row if isinstance(row, list) else [row])]


def spots(value):
    """The places of all cells of an argument."""
    if not isinstance(value, list):
        return [()]
    return [(i, *rest) for i, one in enumerate(value) for rest in spots(one)]


def with_cell(value, spot, cell):
    if not spot:
        return cell
    changed = copy.deepcopy(value)
    inner = changed
    for index in spot[:-1]:
        inner = inner[index]
    inner[spot[-1]] = cell
    return changed


def cells(name, place):
    """The argument with each of its cells in turn changed by a function of the cell."""
    value = CALLS[name][place][1]
    return [(spot, value) for spot in spots(value)]


def is_sound(result):
    return all(
        cell is None or isinstance(cell, str)
        or (isinstance(cell, (int, float)) and math.isfinite(cell))
        for cell in flat(result)
    )  # fmt: skip


def is_told(name, place, spot, result, errors):
    """Whether an edge in a cell is seen in the result, and in nobody else's cell."""
    kind, base = CALLS[name][place][0], called(name)
    if isinstance(result, str) and result in errors:
        return True
    if not isinstance(result, list) or not isinstance(base, list):
        return False
    if kind in IN_ITS_CELL:
        others = [c for i, c in enumerate(result) if (i,) != spot]
        return len(result) == len(base) and (
            all(cell in errors for cell in flat(result))
            if not spot
            else result[spot[0]] in errors
            and others == [c for i, c in enumerate(base) if (i,) != spot]
        )
    # Compared numbers and tables: as many rows as before, and the error is in one of them.
    return len(result) == len(base) and any(cell in errors for cell in flat(result))


def places(name, *kinds):
    """The arguments of some kinds, or all."""
    return [n for n, (kind, _) in enumerate(CALLS[name]) if kind in kinds or not kinds]


EVERY = pytest.mark.parametrize("name", sorted(CALLS))


def test_every_function_is_declared_and_its_call_is_right():
    assert set(CALLS) == set(functions.__all__)
    for name, call in CALLS.items():
        assert {kind for kind, _ in call} <= set(KINDS)
        result = called(name)
        assert is_sound(result) and flat(result)[0] not in NAMES, (name, result)


@EVERY
def test_an_error_cell_is_the_result_or_stays_in_its_own_cell(name):
    for place in places(name):
        for error, shown in ERRORS.items():
            for spot, value in cells(name, place):
                result = called(name, {place: with_cell(value, spot, error)})
                assert is_told(name, place, spot, result, {shown, "#N/A"}), (error, spot, result)


@EVERY
@pytest.mark.parametrize("what", ["unreadable", "beyond"])
def test_what_is_no_number_is_never_computed_with(name, what):
    for place in places(name, *NUMBERS):
        for edge in NO_NUMBER if what == "unreadable" else BEYOND:
            for spot, value in cells(name, place):
                result = called(name, {place: with_cell(value, spot, edge)})
                told = is_told(name, place, spot, result, NAMES)
                # A huge number that can be computed with, as in Excel, is one.
                finite = isinstance(edge, float) and math.isfinite(edge) and is_sound(result)
                assert told or (what == "beyond" and finite), (edge, spot, result)


@EVERY
def test_what_is_no_day_is_never_counted(name):
    for place in places(name, *DAYS):
        for edge in [*NO_DAY, *BEYOND]:
            for spot, value in cells(name, place):
                result = called(name, {place: with_cell(value, spot, edge)})
                # The first cell of a column may be a heading, when it does not look like a day.
                heading = spot == (0,) and CALLS[name][place][0] in ("dates", "leaves")
                if heading and isinstance(edge, str) and not any(c.isdigit() for c in edge):
                    continue
                assert is_told(name, place, spot, result, NAMES), (edge, spot, result)


def dresses(cell):
    """The same number as it may be written otherwise."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return []
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    found = [str(cell), f" {cell} ", str(cell).translate(wide), np.float64(cell),
             decimal.Decimal(str(cell))]  # fmt: skip
    if cell == int(cell):
        found += [np.int64(cell), float(cell), f"{int(cell):,}", f"{int(cell)}.0"]
    if 0 < cell < 10:
        found.append(f"{decimal.Decimal(str(cell)) * 100}%")
    return found


@EVERY
def test_a_number_is_the_same_in_every_dress(name):
    for place in places(name, *NUMBERS):
        base = called(name)
        for spot, value in cells(name, place):
            cell = value
            for index in spot:
                cell = cell[index]
            for dress in dresses(cell):
                result = called(name, {place: with_cell(value, spot, dress)})
                assert result == base, (dress, spot)


def day_dresses(cell, kind):
    if not isinstance(cell, str):
        return []
    try:
        day = dt.date.fromisoformat(cell)
    except ValueError:
        year, month = cell.split("-")
        return [f"{year}{month}", int(f"{year}{month}"), f"{year}年{int(month)}月", f"{year}/{month}",
                f" {cell} "]  # fmt: skip
    serial = (day - dt.date(1899, 12, 30)).days
    return [day, dt.datetime(day.year, day.month, day.day, 18, 5), serial, float(serial), serial + 0.7,
            f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}.{day.month}.{day.day}", f" {cell} ", f"{cell} 00:00:00"]  # fmt: skip


@EVERY
def test_a_day_is_the_same_in_every_dress(name):
    for place in places(name, *DAYS):
        base, kind = called(name), CALLS[name][place][0]
        for spot, value in cells(name, place):
            cell = value[spot[0]] if spot else value
            for dress in day_dresses(cell, kind):
                result = called(name, {place: with_cell(value, spot, dress)})
                assert result == base or name == "KPI_TABLE", (dress, spot)


@EVERY
def test_a_range_of_one_cell_is_that_cell_and_of_several_is_none(name):
    for place in places(name, *SINGLE):
        base, value = called(name), CALLS[name][place][1]
        for one in ([value], [[value]], (value,), np.array([value], dtype=object)):
            assert called(name, {place: one}) == base, one
        for several in ([value, value], [[value, value]], [[value], [value]]):
            result = called(name, {place: several})
            assert result == "#VALUE!", several


@EVERY
def test_a_blank_cell_is_an_argument_left_out(name):
    for place in places(name, "number?", "day?", "word?", "all?", "words?"):
        call = [value for _, value in CALLS[name]]
        left_out = getattr(functions, name)(*call[:place], None, *call[place + 1 :])
        for blank in ("", "  ", [None], [[None]], [[""]]):
            assert called(name, {place: blank}) == left_out, blank


@EVERY
def test_where_something_must_be_a_blank_is_an_error(name):
    for place in places(name, "number", "day", "word", "chain", "month"):
        for spot, value in cells(name, place):
            for blank in (None, "", " "):
                assert called(name, {place: with_cell(value, spot, blank)}) in NAMES


@EVERY
def test_the_shape_of_a_range_is_not_its_meaning(name):
    """A column, a row, a tuple and an array hold the same cells."""
    base = called(name)
    ranges = [p for p, (_, v) in enumerate(CALLS[name]) if isinstance(v, list) and not nested(v)]
    for shape in (
        lambda cells: [[cell] for cell in cells], tuple,
        lambda cells: np.array(cells, dtype=object), lambda cells: [list(cells)],
    ):  # fmt: skip
        changed = {place: shape(CALLS[name][place][1]) for place in ranges}
        assert flat(called(name, changed)) == flat(base)


def nested(value):
    return bool(value) and isinstance(value[0], list)


ALIGNED = {
    "KPI_PEERS": (0,), "KPI_QUADRANT": (0, 1), "KPI_BOX": (0, 1, 2), "KPI_ABC": (0,),
    "KPI_INCOME": (0,), "KPI_TASKS": (0, 1, 3), "KPI_STATUS": (0, 1), "KPI_SCREEN": (0,),
    **{n: tuple(range(sum(k == "each" for k, _ in call))) for n, call in CALLS.items()
       if call and all(kind in ("each", "number?") for kind, _ in call)},
}  # fmt: skip
"""Functions that answer row by row, and the arguments whose rows these are."""

HEAD = {"KPI_PEERS": 4}
"""So many rows of the result stand before the first of them."""


@pytest.mark.parametrize("name", ALIGNED)
def test_a_blank_row_moves_nobody(name):
    base, head = called(name), HEAD.get(name, 0)
    if name == "KPI_BOX":
        base = called(name, {2: None})  # a judgement of one's own would be in another row
    for row in range(len(CALLS[name][ALIGNED[name][0]][1]) + 1):
        changed = {}
        for place in ALIGNED[name]:
            value = CALLS[name][place][1]
            blank = [None] * len(value[0]) if nested(value) else None
            changed[place] = [*value[:row], blank, *value[row:]]
        if name == "KPI_BOX":
            changed[2] = None
        result = called(name, changed)
        assert result[: head + row] + result[head + row + 1 :] == base, row
        empty = flat([result[head + row]])
        assert all(cell in (None, "—", "名次", "#N/A") for cell in empty), empty


@EVERY
def test_rows_that_do_not_fit_together_are_no_traceback(name):
    """Rows of different lengths, empty ranges, more cells than beside: an error, or a number."""
    for place in places(name):
        value = CALLS[name][place][1]
        for odd in ([], [[]], [[], [1]], [[1, 2], [3]], [[None]], [value, value, value], [[value]] * 2,
                    np.array([]), [[1, 2, 3], None, "x"]):  # fmt: skip
            result = called(name, {place: odd})
            assert is_sound(result), odd
            assert all(c in NAMES for c in flat(result) if isinstance(c, str) and c.startswith("#"))


MIXED = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 60000), st.floats(), st.decimals(allow_nan=True),
    st.dates(dt.date(1890, 1, 1)), st.sampled_from([*ERRORS, *BEYOND, *NO_NUMBER, *NO_DAY]),
    st.text(max_size=4), st.sampled_from(["５０％", "1.5万", "(20)", "－3", "12元", "2024年6月", "活动率"]),
)  # fmt: skip
RANGE = MIXED | st.lists(MIXED, max_size=4) | st.lists(st.lists(MIXED, max_size=3), max_size=3)


@EVERY
@settings(deadline=None, max_examples=8)
@given(data=st.data())
def test_whatever_stands_in_one_argument_the_answer_is_sound(name, data):
    if not CALLS[name]:
        return
    place = data.draw(st.integers(0, len(CALLS[name]) - 1))
    result = called(name, {place: data.draw(RANGE)})
    assert is_sound(result)
    for cell in flat(result):
        assert not isinstance(cell, str) or not cell.startswith("#") or cell in NAMES
