"""Which cells an undo puts back, on random lists with rows put in, taken out and typed over."""

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.error_values import error_value
from udfs.contents import of_cell, of_value, same, to_write
from udfs.restoring import Cell, Changed, Now, blocks, plan

CONTENT = st.sampled_from([None, 0.0, 1.0, 2.0, "甲", "乙"])
ROWS = st.lists(st.tuples(CONTENT, CONTENT, CONTENT, CONTENT), min_size=1, max_size=6)


def lists(rows):
    """Two slots side by side: what each cell held before, and what was written."""
    return {
        "一": Changed([[row[0]] for row in rows], [[row[1]] for row in rows]),
        "二": Changed([[row[2]] for row in rows], [[row[3]] for row in rows]),
    }


@given(rows=ROWS, more=st.integers(-5, 4), at=st.integers(0, 6), typed=st.integers(-1, 6))
def test_nothing_is_put_into_a_cell_that_it_was_not_taken_from(rows, more, at, typed):
    """One run of rows comes in or goes, and one cell is typed over: what becomes of every cell."""
    changed = lists(rows)
    kept = [(number, row[1], row[3]) for number, row in enumerate(rows)]
    at = min(at, len(kept))
    if more >= 0:
        kept[at:at] = [(None, None, None)] * more
    else:
        del kept[at : at - more]
    if not kept:
        return
    if 0 <= typed < len(kept):
        kept[typed] = (kept[typed][0], "手写", kept[typed][2])
    now = {
        "一": Now("表", 5, 1, [[row[1]] for row in kept]),
        "二": Now("表", 5, 2, [[row[2]] for row in kept]),
    }
    done = plan(changed, now)
    for (_, row, column), content in done.cells.items():
        number = kept[row - 5][0]
        assert kept[row - 5][column] != "手写"
        assert number is not None and content == rows[number][2 * (column - 1)]
    told = {(left.slot, left.before) for left in done.left}
    for number, row in enumerate(rows):
        for column, slot in enumerate(("一", "二"), 1):
            before, after = row[2 * column - 2], row[2 * column - 1]
            place = next((i for i, one in enumerate(kept) if one[0] == number), None)
            is_back = place is not None and Cell("表", 5 + place, column) in done.cells
            is_so = place is not None and kept[place][column] == before
            assert before == after or is_back or is_so or (slot, before) in told
    if more == 0 and not 0 <= typed < len(kept):
        assert done.left == [] and done.slots == 2


@given(cells=st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1))
def test_rectangles_have_each_cell_once(cells):
    wanted = {Cell("表", row, column): 10.0 * row + column for row, column in cells}
    found = {}
    for sheet, area, contents in blocks(wanted):
        for r, row in enumerate(contents):
            for c, content in enumerate(row):
                cell = Cell(sheet, area.first_row + r, area.first_column + c)
                assert cell not in found
                found[cell] = content
        assert (area.rows, area.columns) == (len(contents), len(contents[0]))
    assert found == wanted


def test_columns_that_came_in_and_cells_that_were_merged():
    changed = {"行": Changed([[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]])}
    done = plan(changed, {"行": Now("表", 1, 1, [[4.0, "新", 5.0, 6.0]])})
    assert done.cells == {Cell("表", 1, 1): 1.0, Cell("表", 1, 3): 2.0, Cell("表", 1, 4): 3.0}
    merged = plan(changed, {"行": Now("表", 1, 1, [[4.0]])})
    assert merged.cells == {Cell("表", 1, 1): 1.0}
    assert [(left.cell, left.before) for left in merged.left] == [(None, 2.0), (None, 3.0)]
    both = plan(changed, {"行": Now("表", 1, 1, [[4.0, 5.0], [6.0, None]])})
    assert both.cells == {} and len(both.left) == 3 and both.slots == 0


def test_what_is_written_is_known_again_in_every_dress():
    day = dt.date(2024, 6, 1)
    for written, value, typed in (
        (np.float64(0.1), 0.1, "0.1"), (np.int64(7), 7.0, "7"), (1 / 3, 1 / 3, "0.333333333333333"),
        (day, dt.datetime(2024, 6, 1), "45444"), (day, 45444.0, 45444), ("001", "001", "001"),
        (day, 43982.0, "43982"), (error_value("#N/A"), None, "#N/A"), (True, True, "TRUE"),
        (error_value("#DIV/0!"), None, "=#DIV/0!"), ("", None, ""), (None, None, None),
    ):  # fmt: skip
        assert same(of_value(written), of_cell(value, typed)), (written, value, typed)
    for content in (None, 1.5, "甲", True, {"error": "#REF!"}, {"date": "2024-06-01T00:00:00"}):
        written = to_write(content)
        is_error = isinstance(content, dict) and "error" in content
        assert (str(written) if is_error else of_value(written)) == (
            content["error"] if is_error else content
        )
    assert not same(of_value("1"), 1.0) and not same(None, 0.0) and not same(True, 1.0)
