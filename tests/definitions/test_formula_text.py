"""A typed formula means what it means in a spreadsheet, or says what is wrong with it."""

import formulon
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl.error_values import error_name
from random_definitions import define, fault_of, kpi_of

COUNTS = ("主险件数", "拜访数", "约访数", "新增人数", "脱落人数", "举绩人数")


# A tree of texts; every count is a number, so that all units go together.
_leaves = st.sampled_from(COUNTS) | st.integers(0, 9).map(str) | st.just("2.5") | st.just("30%")
_signs = st.sampled_from(["+", "-", "*", "/", "−", "×", "÷"])
_compared = st.sampled_from(["=", "<>", "<", ">", "<=", ">=", "≤", "≠"])


def _deeper(inside):
    pair = st.tuples(inside, _signs, inside).map(lambda p: f"({p[0]}{p[1]}{p[2]})")
    flat = st.tuples(inside, _signs, inside).map("".join)
    many = st.lists(inside, min_size=1, max_size=3).map(",".join)
    condition = st.tuples(inside, _compared, inside).map("".join)
    return (
        pair
        | flat
        | inside.map(lambda one: f"-{one}")
        | st.tuples(st.sampled_from(["MIN", "MAX", "SUM", "AVERAGE"]), many).map(
            lambda p: f"{p[0]}({p[1]})"
        )
        | inside.map(lambda one: f"ABS({one})")
        | st.tuples(inside, st.integers(-1, 3)).map(lambda p: f"ROUND({p[0]}，{p[1]})")
        | st.tuples(condition, inside, inside).map(lambda p: f"IF({p[0]},{p[1]},{p[2]})")
        | st.tuples(condition, _signs, inside).map(lambda p: f"(({p[0]}){p[1]}{p[2]})")
        | st.tuples(inside, _signs, condition).map(lambda p: f"({p[0]}{p[1]}({p[2]}))")
        | st.tuples(inside, inside).map(lambda p: f"IFERROR({p[0]},{p[1]})")
        | st.tuples(condition, condition, inside).map(
            lambda p: f"IF(AND({p[0]},NOT({p[1]})),{p[2]},1)"
        )
    )


FORMULAS = st.recursive(_leaves, _deeper, max_leaves=8)


@given(FORMULAS, st.lists(st.integers(0, 60), min_size=6, max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_another_engine_computes_the_same(text, numbers):
    made = define(text)
    if made.wrong:
        (error,) = made.wrong
        told = ("formula.no-name", "formula.by-zero", "formula.condition-compared")
        assert error.kind in told, (text, error)
        return
    kpi = made.kpis.find("试")
    cells = {name: f"{'ABCDEF'[place]}1" for place, name in enumerate(COUNTS)}
    mine = {m.code: numbers[COUNTS.index(m.name)] for m in kpi.measures}
    native = kpi.excel({m.code: cells[m.name] for m in kpi.measures})
    with formulon.Workbook.create_default() as book:
        for place, number in enumerate(numbers):
            book.set_number(0, 0, place, float(number))
        found = book.evaluate_formula_array(0, 5, 5, native)[0][0]
    expected = kpi(**mine)
    error = error_name(expected)
    if error is not None:
        assert formulon.error_display_name(found.error_code) == error, (text, native)
        return
    value = found.number if found.number is not None else float(found.boolean)
    if "ROUND" in text:  # what lies on a half within a float's last digit may go either way
        assert value == pytest.approx(expected, abs=10)
        if not _on_a_half(expected, value):
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), (text, native)
        return
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), (text, native)


def _on_a_half(one, other):
    return one != pytest.approx(other, rel=1e-9, abs=1e-9) and abs(one - other) <= 10


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [(2.675, 2, 2.68), (-2.5, 0, -3), (1.005, 2, 1.01), (1249, -2, 1200), (0.5, 0, 1)],
)
def test_halves_are_rounded_as_they_are_written(number, digits, rounded):
    kpi = kpi_of(f"ROUND(拜访数*{abs(number)}*{-1 if number < 0 else 1},{digits})")
    assert kpi(visits=1) == pytest.approx(rounded, abs=1e-12)


@pytest.mark.parametrize(
    ("formula", "kind", "told"),
    [
        ("", "formula.empty", ""),
        ("=", "formula.empty", ""),
        ("首年保险费/主险件数", "formula.name-unknown", "首年保费"),
        ("主险件数+", "formula.unfinished", ""),
        ("(主险件数", "formula.unfinished", ""),
        ("主险件数)", "formula.unfinished", ""),
        ("MAX(主险件数", "formula.unfinished", ""),
        ("主险件数 拜访数", "formula.not-expected", "拜访数"),
        ("主险件数*/2", "formula.not-expected", "/"),
        ("主险件数^2", "formula.operator", "^"),
        ('主险件数&"件"', "formula.operator", "&"),
        ('IF(主险件数="好",1,2)', "formula.text", "好"),
        ("SUMIF(主险件数,1)", "formula.function-unknown", "ROUND"),
        ("WEBSERVICE(主险件数)", "formula.function-unknown", "MAX"),
        ("IF(主险件数,1)", "formula.arguments", "3"),
        ("ROUND(主险件数)", "formula.arguments", "2"),
        ("SUM()", "formula.arguments", "1"),
        ("FYC+拜访数", "formula.units", "元 和 次"),
        ("MIN(FYC,1,拜访数)", "formula.units", "比较"),
        ("IF(拜访数>0,FYC,拜访数)", "formula.units", "元"),
        ("FYC>拜访数", "formula.units", "比较"),
        ("IF((拜访数>1)=1,1,0)", "formula.condition-compared", "条件"),
        ("主险件数=(拜访数>1)", "formula.condition-compared", "条件"),
        ("IF(AND(拜访数>1)<>TRUE,1,主险件数)", "formula.condition-compared", "条件"),
        ("IF(IF(拜访数>1,拜访数>2,1)=1,1,0)", "formula.condition-compared", "条件"),
        ("主险件数/0", "formula.by-zero", ""),
        ("主险件数/(1-1)", "formula.by-zero", ""),
        ("1+2", "formula.no-name", ""),
        ("本期值/上期值", "formula.name-given", "本期值"),
        ("该险种FYP/首年新单保费", "formula.name-apart", "该险种FYP"),
        ("Sheet1!A1*主险件数", "formula.cell", "Sheet1!A1"),
        ("B2:B9*主险件数", "formula.cell", "B2:B9"),
        ("$C$3+主险件数", "formula.cell", "$C$3"),
        ("{1,2}*主险件数", "formula.not-expected", "{"),
        ("#N/A+主险件数", "formula.not-expected", "#N/A"),
        ("1e400*主险件数", "formula.number-too-large", ""),
        ("1e200*1e200*主险件数", "formula.number-too-large", ""),
        ("主险件数*(1e308/1e-308)", "formula.number-too-large", ""),
        ("(" * 60 + "主险件数" + ")" * 60, "formula.too-deep", ""),
        ("-" * 60 + "主险件数", "formula.too-deep", ""),
        ("主险件数+" * 400 + "1", "formula.too-long", ""),
        ("ABS(" * 40 + "主险件数" + ")" * 40, "formula.too-deep", ""),
    ],
)
def test_what_cannot_be_computed_is_told(formula, kind, told):
    error = fault_of(formula)
    assert error.kind == kind
    assert told in str(error)
    assert error.column == "公式"


@given(st.text(max_size=60) | st.text("=+-*/()（），,%<>&^!{}[]'\"#@ 主险件数FYC12.", max_size=40))
def test_whatever_is_typed_is_a_kpi_or_told(text):
    made = define(text)
    assert len(made.own) + len(made.wrong) == 1


@pytest.mark.parametrize(
    ("formula", "same"),
    [
        ("FYC÷主险件数", "=FYC/主险件数"),
        ("（新增人数－脱落人数）／期初人数", "=(新增人数-脱落人数)/期初人数"),
        ("主险件数×50％", "=主险件数*0.5"),
        ("if(拜访数≥1，1；0)", "=IF(拜访数>=1,1,0)"),
        ("[主险件数]*'拜访数'", "=主险件数*拜访数"),
        ("KPI_PIECES*visits", "=主险件数*拜访数"),
        ("举绩率", "=活动率"),
    ],
)
def test_signs_widths_and_other_names_mean_the_same(formula, same):
    one, other = kpi_of(formula), kpi_of(same)
    given_ = {m.code: n for n, m in enumerate(one.measures, 3)}
    assert one(**given_) == pytest.approx(other(**given_), rel=1e-15)


def test_errors_and_arrays_go_on_as_in_a_sheet():
    kpi = kpi_of("IFERROR(主险件数/拜访数,-1)")
    assert kpi([1, 4], [0, 2]).tolist() == [-1.0, 2.0]
    divided = kpi_of("MAX(主险件数/拜访数,1)")([1, 4], [0, 2])
    assert [error_name(one) for one in divided] == ["#DIV/0!", None]
    chosen = kpi_of("IF(拜访数=0,0,主险件数/拜访数)")(pieces=[1, 4], visits=[0, 2])
    assert chosen.tolist() == [0.0, 2.0]


def test_products_of_great_sums_do_not_wrap():
    kpi = kpi_of("FYC*FYC/FYC", 单位="元")
    cents = np.array([9_000_000_000_000], np.int64)
    assert kpi.compute({"fyc": cents})[0] == pytest.approx(90_000_000_000.0, rel=1e-12)
