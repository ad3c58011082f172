"""What functions answer at the edges: blanks, text, zeros, errors, huge numbers, gaps, headings."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.catalogue import kpis
from udfs import arguments, dates, functions

LINES = [
    line
    for line in (Path(__file__).parent / "edges.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
NAMES = {name: getattr(functions, name) for name in functions.__all__}
OF_PROJECT = {"KPI", "KPI_TABLE", "KPI_UNITS", *(f.__name__ for f in functions.BY_FINDINGS)}
"""They answer from a project; test_functions.py and test_analysis_functions.py have theirs."""

BY_COUNTS = sorted(
    name for name in functions.__all__ if name in kpis and NAMES[name].__name__ == name
    and not any(NAMES[name] in group for group in (functions.BY_ROSTER, functions.BY_DATA))
)  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_the_table(line):
    call, _, answer = line.partition(" => ")
    found, expected = eval(call, dict(NAMES)), ast.literal_eval(answer)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected


def test_every_function_is_in_the_table_or_by_counts():
    in_table = {line.partition("(")[0] for line in LINES}
    assert set(functions.__all__) - in_table - set(BY_COUNTS) - OF_PROJECT == set()
    assert len(functions.__all__) == 139


@pytest.mark.parametrize("name", BY_COUNTS)
def test_a_function_by_counts(name):
    """The same laws for each: they follow from what a cell is, not from the KPI."""
    function, kpi = NAMES[name], kpis[name].on_paper
    wide = len(kpi.measures)

    def same(cell):
        return function(*[cell] * wide)

    ratio = isinstance(same(0), str)
    assert same(0) in (0, "#DIV/0!")
    assert same(None) is None and same("-") is None and same("无") is None
    assert same("abc") == "#VALUE!" and same("12 20") == "#VALUE!"
    for error in ("#N/A", "#DIV/0!", "#VALUE!", "#NUM!"):
        assert same(error) == error
    assert same(-2146826246) == "#N/A"
    assert same("￥1,200") == same("1200元") == same("0.12万") == same(1200)
    assert same([3, None, "x"]) == [same(3), None, "#VALUE!"]
    assert same([[3, 4]]) == [[same(3), same(4)]]
    assert same(float("inf")) == "#NUM!"
    if wide > 1:
        assert function([1, 2], *[[1, 2, 3]] * (wide - 1)) == "#VALUE!"
        blank_first = function(None, *[4] * (wide - 1))
        assert blank_first == function(0, *[4] * (wide - 1))
    if ratio and wide == 2:
        assert function(-5, -10) == "#NUM!"


@pytest.mark.parametrize(
    "kpi", [kpi for kpi in kpis.values() if kpi.settings], ids=lambda k: k.code
)
@pytest.mark.parametrize("setting", [70, -0.1, 1.5])
def test_a_share_is_not_above_one(kpi, setting):
    measures = [10] * len(kpi.measures)
    assert NAMES[kpi.code](*measures, *[setting] * len(kpi.settings)) == "#NUM!"


DAYS = st.one_of(
    st.none(), st.integers(-5, 80_000), st.floats(10_000, 73_000), st.just(2_958_465),
    st.dates(), st.datetimes(), st.sampled_from([0, 1, 2, 20240605, 99_999_999]),
)  # fmt: skip


@given(st.lists(DAYS, min_size=2, max_size=5))
def test_a_column_of_days_means_what_its_cells_mean(cells):
    """The fast ways over columns give what one cell after the other gives."""

    def one_by_one():
        return np.array([dates.dates([cell])[0] for cell in cells], dtype="datetime64[D]")

    def answer(read):
        try:
            return read().astype(str).tolist()
        except arguments.BadArgumentError as error:
            return error.name

    assert answer(lambda: dates.dates(cells)) == answer(one_by_one)


CELLS = st.one_of(
    st.none(), st.integers(-9, 9), st.floats(allow_nan=False), st.booleans(),
    st.sampled_from(["-", "", "1_000", "1e5", "inf", "nan", "(3)", "5%", "x", "#N/A", "￥2"]),
)  # fmt: skip


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_a_range_of_numbers_means_what_its_cells_mean(cells):
    values, blank, _ = arguments.numbers(cells)
    for place, cell in enumerate(cells):
        value, nothing, _ = arguments.numbers(cell)
        assert value.tobytes() == values[place].tobytes()
        assert nothing[0, 0] == blank[place, 0]
