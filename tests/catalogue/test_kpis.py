"""One declaration, three ways to evaluate it: they agree, and with the printed numbers."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl import kpis
from kpi_xl.catalogue import MEASURES
from kpi_xl.error_values import DIV0, NOT_AVAILABLE, NUM, error_name
from kpi_xl.formula import Measure
from kpi_xl.kpi import Bands
from kpi_xl.kpi_registry import Registry
from udfs.by_counts import by_counts

FROM_001_AND_002 = """
KPI_FYP KPI_FYP_PER_CAPITA KPI_PIECES_PER_CAPITA KPI_PREMIUM_PER_PIECE KPI_PRODUCTIVITY
KPI_PIECES_PER_PRODUCER KPI_FYC KPI_FYC_PER_CAPITA KPI_PERSISTENCY KPI_PERSISTENCY_COMBINED
KPI_HEADCOUNT KPI_AVG_HEADCOUNT KPI_EFFECTIVE KPI_PRODUCERS KPI_ACTIVITY KPI_RECRUIT_RATE
KPI_RETENTION KPI_NET_GROWTH KPI_RETENTION13 KPI_ATTRITION KPI_AVG_ATTRITION KPI_CONFIRM_RATE
KPI_LICENSED KPI_EDUCATION_MIX KPI_RANK_MIX KPI_GENDER_RATIO KPI_PRODUCT_MIX KPI_REGULAR_PAY
KPI_PROMOTION KPI_ATTENDANCE KPI_YOY KPI_MOM KPI_ATTAINMENT KPI_OUTLET_ACTIVITY KPI_SIGN_RATE
""".split()

FROM_003_AND_004 = """
KPI_SALES KPI_NEW_CUSTOMERS KPI_CONVERSION KPI_REPURCHASE KPI_SATISFACTION KPI_CHURN
KPI_CUSTOMER_RETENTION KPI_GROSS_MARGIN KPI_NET_MARGIN KPI_ROA KPI_DEFECT_RATE KPI_TRAINING
KPI_STAFF_SATISFACTION KPI_DEVELOPMENT_CALL_RATE KPI_CALL_VISIT_RATE KPI_NEEDS_RATE
KPI_TEST_DRIVE_RATE KPI_QUOTE_RATE KPI_FOLLOW_UP_RATE KPI_CLOSE_RATE KPI_DELIVERY_RATE
KPI_AFTER_SALES_RATE KPI_TEST_DRIVE_INVITE KPI_TEST_DRIVE_SHOW KPI_TEST_DRIVE_SATISFACTION
KPI_VISITORS KPI_DEALS KPI_DEAL_RATE KPI_UNITS_PER_TICKET KPI_SALES_PER_TICKET
KPI_PRICE_PER_UNIT KPI_SALES_PER_HEAD
""".split()

# Worked by hand from the printed formulas: measures in order, and what comes out.
WORKED = {
    "KPI_FYP": ((100.0, 20.5), 120.5),
    "KPI_FYP_PER_CAPITA": ((3000.0, 20, 30), 120.0),
    "KPI_PIECES_PER_CAPITA": ((50, 20, 30), 2.0),
    "KPI_PREMIUM_PER_PIECE": ((3000.0, 40), 75.0),
    "KPI_PRODUCTIVITY": ((3000.0, 15), 200.0),
    "KPI_PIECES_PER_PRODUCER": ((45, 15), 3.0),
    "KPI_FYC": ((350.0,), 350.0),
    "KPI_FYC_PER_CAPITA": ((500.0, 20, 30), 20.0),
    "KPI_PERSISTENCY": ((88.0, 100.0), 0.88),
    "KPI_PERSISTENCY_PIECES": ((9, 10), 0.9),
    "KPI_PERSISTENCY_COMBINED": ((80.0, 100.0, 9, 10), 0.83),
    "KPI_AVG_HEADCOUNT": ((20, 31), 25.5),
    "KPI_ACTIVITY": ((1800, 1900, 2100), 0.9),
    "KPI_RECRUIT_RATE": ((6, 120), 0.05),
    "KPI_RETENTION": ((108, 100, 20), 0.9),
    "KPI_NET_GROWTH": ((108, 100), 0.08),
    "KPI_RETENTION13": ((40, 50), 0.8),
    "KPI_ATTRITION": ((12, 100, 20), 0.1),
    "KPI_ATTRITION6": ((200, 170), 0.15),
    "KPI_COOLING_OFF": ((3, 72), 0.04),
    "KPI_AVG_ATTRITION": ((12, 100, 140), 0.1),
    "KPI_CONFIRM_RATE": ((7, 20), 0.35),
    "KPI_CONFIRM_RATE3": ((3, 12), 0.25),
    "KPI_RETENTION3": ((9, 10), 0.9),
    "KPI_RETENTION6": ((30, 200), 0.15),
    "KPI_RETENTION7": ((8, 16), 0.5),
    "KPI_RETENTION12": ((9, 20), 0.45),
    "KPI_RETENTION25": ((6, 24), 0.25),
    "KPI_OPENING": ((195,), 195.0),
    "KPI_MARKET_SHARE": ((96.0, 640.0), 0.15),
    "KPI_ORDER_TIME": ((360, 80), 4.5),
    "KPI_EFFICIENCY": ((500, 2000), 0.25),
    "KPI_OUTLET_ACTIVITY": ((30, 40), 0.75),
    "KPI_SIGN_RATE": ((3, 12), 0.25),
    "KPI_ATTAINMENT": ((75.0, 100.0), 0.75),
    "KPI_YOY": ((120.0, 100.0), 0.2),
    "KPI_MOM": ((90.0, 100.0), -0.1),
    "KPI_CONVERSION": ((30, 120), 0.25),
    "KPI_REPURCHASE": ((12, 48), 0.25),
    "KPI_SATISFACTION": ((45, 50), 0.9),
    "KPI_CHURN": ((5, 200), 0.025),
    "KPI_CUSTOMER_RETENTION": ((200, 5), 0.975),
    "KPI_GROSS_MARGIN": ((800.0, 600.0), 0.25),
    "KPI_NET_MARGIN": ((40.0, 800.0), 0.05),
    "KPI_ROA": ((40.0, 300.0, 500.0), 0.1),
    "KPI_DEFECT_RATE": ((3, 60), 0.05),
    "KPI_TRAINING": ((27, 30), 0.9),
    "KPI_STAFF_SATISFACTION": ((18, 24), 0.75),
    "KPI_DEVELOPMENT_CALL_RATE": ((60, 150), 0.4),
    "KPI_CALL_VISIT_RATE": ((75, 60), 1.25),
    "KPI_NEEDS_RATE": ((60, 75), 0.8),
    "KPI_TEST_DRIVE_RATE": ((36, 60), 0.6),
    "KPI_QUOTE_RATE": ((27, 36), 0.75),
    "KPI_FOLLOW_UP_RATE": ((24, 32), 0.75),
    "KPI_CLOSE_RATE": ((15, 24), 0.625),
    "KPI_DELIVERY_RATE": ((12, 15), 0.8),
    "KPI_AFTER_SALES_RATE": ((9, 12), 0.75),
    "KPI_TEST_DRIVE_INVITE": ((45, 36), 1.25),  # as printed
    "KPI_TEST_DRIVE_SHOW": ((36, 45), 0.8),  # the usual way round
    "KPI_TEST_DRIVE_SATISFACTION": ((27, 36), 0.75),
    "KPI_DEAL_RATE": ((15, 75), 0.2),
    "KPI_UNITS_PER_TICKET": ((36, 15), 2.4),
    "KPI_SALES_PER_TICKET": ((3000.0, 15), 200.0),
    "KPI_PRICE_PER_UNIT": ((3000.0, 40), 75.0),
    "KPI_SALES_PER_HEAD": ((60000.0, 9, 11), 6000.0),
}


@pytest.mark.parametrize("code", FROM_001_AND_002 + FROM_003_AND_004)
def test_the_catalogue_has_every_kpi_of_the_courses(code):
    kpi = kpis[code]
    assert kpi.name and kpi.formula and kpi.source and kpi.meaning and kpi.number_format


@pytest.mark.parametrize("code", WORKED)
def test_worked_numbers(code):
    measures, expected = WORKED[code]
    assert kpis[code](*measures) == pytest.approx(expected, rel=1e-14)


def test_worked_numbers_of_the_handbook():
    # 1,800 active of 2,000 on average
    assert kpis["KPI_ACTIVITY"](producers=1800, opening=2000, closing=2000) == 0.9


def _excel_value(formula, cells):
    """Evaluate a native formula with Python's own arithmetic: an independent second opinion."""
    expression = re.sub(r"[A-Z]+\d+", lambda m: repr(float(cells[m[0]])), formula.removeprefix("="))
    expression = expression.replace("#NUM!", "NUM")
    known = {"__builtins__": {}, "NUM": NUM, "IF": lambda test, yes, no: yes if test else no}
    return eval(expression, known)


@pytest.mark.parametrize("kpi", kpis.values(), ids=lambda kpi: kpi.code)
@given(data=st.data())
def test_the_three_ways_agree(kpi, data):
    counts = [data.draw(st.integers(0, 10**6)) for _ in kpi.measures]
    cells = {f"B{i + 2}": count for i, count in enumerate(counts)}
    try:
        expected = _excel_value(kpi.excel(list(cells)), cells)
    except ZeroDivisionError:
        assert error_name(kpi(*counts)) == "#DIV/0!"
    else:
        assert kpi(*counts) == pytest.approx(expected, rel=1e-12, abs=1e-12)
        money_in_fen = {
            m.code: np.array([c * 100 if m.is_money else c], dtype=np.int64)
            for m, c in zip(kpi.measures, counts, strict=True)
        }
        if not any(m.code == "commission_rate" for m in kpi.measures):
            assert kpi.compute(money_in_fen)[0] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "kpi", [kpi for kpi in kpis.values() if kpi.family == "比较"], ids=lambda kpi: kpi.code
)
@given(st.integers(-100, 100), st.integers(-100, 100))
def test_growth_from_less_than_nothing_is_a_number_nowhere(kpi, now, base):
    """Net growth may be negative: the native formula, the function and the core say alike."""
    cells = {"B2": now, "C2": base}
    function = by_counts(kpi)(float(now), float(base))
    if base <= 0:
        expected = "#NUM!" if base else "#DIV/0!"
        assert error_name(kpi(now, base)) == function == expected
        if base:
            assert error_name(_excel_value(kpi.excel(list(cells)), cells)) == "#NUM!"
    else:
        native = _excel_value(kpi.excel(list(cells)), cells)
        assert kpi(now, base) == function == pytest.approx(native, rel=1e-12, abs=1e-12)


def test_nothing_is_measured_by_less_than_nothing():
    for kpi in kpis.values():
        found = kpi(*[-3.0] * len(kpi.measures))
        _, below = kpi.expression.fraction({m.code: -3.0 for m in kpi.measures})
        assert (error_name(found) == "#NUM!") == (below < 0), kpi.code


def test_arrays_broadcast_and_errors_stay_in_their_place():
    activity = kpis["KPI_ACTIVITY"](np.array([[1], [2]]), np.array([2, 0, 4]), np.array([2, 0, 0]))
    assert activity.shape == (2, 3)
    assert [error_name(v) for v in activity[0]] == [None, "#DIV/0!", None]
    assert activity[1, 2] == 1.0


def test_errors_in_come_out_as_they_are():
    kpi = kpis["KPI_ACTIVITY"]
    assert error_name(kpi(NOT_AVAILABLE, 0, 0)) == "#N/A"
    assert error_name(kpi(1, NUM, 2)) == "#NUM!"
    assert error_name(DIV0 + 1) == "#DIV/0!"


@given(st.integers(0, 10**15), st.integers(1, 10**9))
def test_one_division_from_whole_numbers_is_correctly_rounded(fen, people):
    per_capita = kpis["KPI_FYP_PER_CAPITA"].compute(
        {"new_premium": np.array(fen), "opening": np.array(people), "closing": np.array(people)}
    )
    assert float(per_capita) == pytest.approx(fen / 100 / people, rel=1e-15)


def test_a_quarter_gives_its_own_average_headcount():
    kpi = kpis["KPI_ACTIVITY"]
    assert kpi.compute({"producers": np.array(30), "KPI_AVG_HEADCOUNT": (180, 3)}) == 0.5
    assert kpi.excel({"producers": "A1", "KPI_AVG_HEADCOUNT": "B1"}) == "=A1/B1"


def test_formulas_for_people():
    assert kpis["KPI_ACTIVITY"].formula == "举绩人数 ÷ 平均人数"
    assert kpis["KPI_RETENTION"].formula == "期末人数 ÷ （期初人数 + 新增人数）"
    assert kpis["KPI_PERSISTENCY_COMBINED"].formula == "保费持续率 × 70% + 件数持续率 × 30%"


def test_native_formulas():
    assert kpis["KPI_ACTIVITY"].excel(["B2", "C2", "D2"]) == "=B2/((C2+D2)/2)"
    assert kpis["KPI_ACTIVITY"].excel({"举绩人数": "B2", "期初人数": "C2", "closing": "D2"}) == (
        "=B2/((C2+D2)/2)"
    )
    combined = kpis["KPI_PERSISTENCY_COMBINED"]
    names = [m.code for m in combined.measures]
    assert combined.excel(list("ABCD")) == "=A/B*0.7+C/D*0.3"
    refs = dict(zip(names, "ABCD", strict=True), premium_weight="$Z$1")
    assert combined.excel(refs) == "=A/B*$Z$1+C/D*(1-$Z$1)"


def test_settings_may_be_set():
    combined = kpis["KPI_PERSISTENCY_COMBINED"]
    assert combined(80, 100, 9, 10, premium_weight=0.5) == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("args", "named"), [((1,), {}), ((1, 2, 3, 4), {}), ((1, 2), {"producers": 3, "closing": 1})]
)
def test_wrong_measures_are_told(args, named):
    with pytest.raises(TypeError, match="KPI_ACTIVITY"):
        kpis["KPI_ACTIVITY"](*args, **named)


def test_names_and_aliases_find_a_kpi():
    assert kpis.find("举绩率") is kpis.find("kpi_activity") is kpis["KPI_ACTIVITY"]
    assert kpis.find("没有这个指标") is None


def test_every_label_belongs_to_one_kpi():
    labels = [label for kpi in kpis.values() for label in kpi.labels]
    assert len(labels) == len(set(labels))


def test_a_declaration_that_cannot_be_right_is_refused():
    registry = Registry(MEASURES)
    declare = {"meaning": "", "unit": "%", "source": ""}

    @registry.kpi("甲", **declare)
    def FIRST(producers):
        return producers / 2

    with pytest.raises(ValueError, match="甲 is FIRST already"):

        @registry.kpi("甲", **declare)
        def SECOND(producers):
            return producers / 2

    with pytest.raises(ValueError, match="differ"):

        @registry.kpi("乙", **declare)
        def THIRD(producers, opening):
            return producers / 2

    with pytest.raises(KeyError):

        @registry.kpi("丙", **declare)
        def FOURTH(no_such_measure):
            return no_such_measure


BANDS_OF_THE_HANDBOOK = [
    ("KPI_PIECES_PER_CAPITA", 3, 2.7),
    ("KPI_RETENTION13", 0.30, 0.27),
    ("KPI_CONFIRM_RATE", 0.35, 0.30),
    ("KPI_NET_GROWTH", 0.03, 0.027),
    ("KPI_ACTIVITY", 0.80, 0.72),
]


@pytest.mark.parametrize(("code", "healthy", "danger"), BANDS_OF_THE_HANDBOOK)
def test_bands(code, healthy, danger):
    kpi = kpis[code]
    assert kpi.status(healthy) == "健康"
    assert kpi.status(healthy - 1e-9) == "异常"
    assert kpi.status(danger) == "异常"
    assert kpi.status(danger - 1e-9) == "危险"
    assert kpi.status(DIV0) is None


def test_bands_where_lower_is_better():
    bands = Bands(0.65, danger=0.72, source="")
    assert [bands.status(v, "lower") for v in (0.65, 0.70, 0.72, 0.73)] == [
        "健康", "异常", "异常", "危险",
    ]  # fmt: skip
    assert Bands(0.5, source="").danger_bound("lower") == pytest.approx(0.55)


def test_measures_have_different_names():
    names = [m.name for m in MEASURES.values() if isinstance(m, Measure)]
    assert len(names) == len(set(names))
