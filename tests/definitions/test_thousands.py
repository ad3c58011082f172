"""Any definition is worth the same to the core, to a spreadsheet's engine and to a plain loop.

``pytest --hypothesis-profile=thorough`` tries two thousand.
"""

from __future__ import annotations

import functools
import math

import formulon
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpi_xl.calendar import Month, Period
from kpi_xl.catalogue import MEASURES
from kpi_xl.data.months_back import earlier, places
from kpi_xl.error_values import error_name
from kpi_xl.formula import Lag, Measure
from random_definitions import COUNTS, DEFINITIONS, define, value

MONTHS = 15
MOST = 2000 if settings.default.max_examples >= 500 else 60
COUNTED = {
    one.name: one.code
    for one in MEASURES.values()
    if isinstance(one, Measure) and one.name in (*COUNTS, "举绩人数", "期初人数")
}
_ERRORS = {
    formulon.ErrorCode.DIV0: "#DIV/0!",
    formulon.ErrorCode.NUM: "#NUM!",
    formulon.ErrorCode.NA: "#N/A",
    formulon.ErrorCode.VALUE: "#VALUE!",
}
_numbers = st.dictionaries(
    st.sampled_from(sorted(COUNTED)), st.lists(st.integers(0, 60), min_size=MONTHS, max_size=MONTHS)
).map(lambda some: {name: some.get(name, [3, 0, 7] * 5) for name in COUNTED})


@pytest.fixture(scope="module")
def engine():
    with formulon.Workbook.create_default() as book:
        yield book


_USUAL = {name: [3, 0, 7] * 5 for name in COUNTED}


@example(  # of the errors in a sum the first is told
    one=("移动平均(活动率,3)", ("移动平均", ("name", "活动率"), ("number", 3.0))), numbers=_USUAL
)
@given(one=DEFINITIONS, numbers=_numbers)
@settings(max_examples=MOST, suppress_health_check=list(HealthCheck))
def test_three_ways_to_compute_any_definition(one, numbers, engine):
    text, tree = one
    made = define(text)
    if made.wrong:
        assert made.wrong[0].kind in ("formula.by-zero", "formula.too-much"), text
        return
    kpi = made.kpis.find("试")
    core = computed(kpi, numbers)
    for at in (0, 1, 13, 14):
        by_hand = value(tree, functools.partial(known, numbers, at))
        same(core[at], by_hand, text, at, "by hand")
        native = kpi.excel({m.code: cell(numbers, m, at) for m in kpi.measures})
        if len(native) < 8192:  # longer ones Excel does not take
            found = engine.evaluate_formula_array(0, 5, 5, native)[0][0]
            same(core[at], of_engine(found), text, at, "native")


def computed(kpi, numbers):
    """As the cube does it."""
    arrays = {COUNTED[name]: np.array([series], np.int64) for name, series in numbers.items()}
    months = [Period(Month.of(2023, 1) + n, Month.of(2023, 1) + n) for n in range(MONTHS)]
    given_ = {m.code: arrays[m.code] for m in kpi.measures if m.lag == Lag()}
    given_ |= earlier(kpi, arrays.__getitem__, lambda lag: places(months, "月", lag))
    return np.broadcast_to(kpi.compute(given_), (1, MONTHS))[0]


def cell(numbers, measure, at):
    """What stands in the cell of a measure: that of a month before the first is no number."""
    place = at - measure.lag.periods - 12 * measure.lag.years
    return "NA()" if place < 0 else str(numbers[measure.counted.name][place])


def known(numbers, at, name, back):
    place = at - back[0] - 12 * back[1]
    if place < 0:
        return "#N/A"
    of = {one: float(series[place]) for one, series in numbers.items()}
    mean = (of["期初人数"] + of["期末人数"]) / 2
    if name == "平均人数":
        return mean
    if name in ("活动率", "人均件数"):
        above = of["举绩人数" if name == "活动率" else "主险件数"]
        return above / mean if mean else "#DIV/0!"
    return of[name]


def of_engine(found):
    if found.error_code is not None:
        return _ERRORS[formulon.ErrorCode(found.error_code)]
    return found.number if found.number is not None else float(found.boolean)


def same(mine, other, text, at, whose):
    about = (text, at, whose)
    if isinstance(other, str) or not math.isfinite(mine):
        assert error_name(float(mine)) == other, about
        return
    if mine == pytest.approx(other, rel=1e-9, abs=1e-7):
        return
    # What lies on a half within a float's last digit may be rounded either way.
    assert "ROUND" in text, (*about, mine, other)
    assert mine == pytest.approx(other, rel=0.2, abs=50), (*about, mine, other)
