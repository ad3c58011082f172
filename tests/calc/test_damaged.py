"""Damaged arguments by the thousand in the running program: it goes on, and so does kpi_xl."""

import struct

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc.cells import put
from udfs import functions

NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.17g}".replace("+", "")),
    st.sampled_from(["0", "-0", "1E308", "-1E308", "1E-320", "2958465", "2958466", "1/3"]),
)
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters='"'), max_size=12
)
WORDS = st.sampled_from(
    ["活动率", "2024-06", "2024年13月", "#N/A", "=1+1", "KPI_ACTIVITY", "1,234", "85%", "", " "]
)
REFERENCES = st.sampled_from(
    [
        "A1",
        "A1:C9",
        "A:A",
        "1:1",
        "A1:A9",
        "C1:C9",
        "D1:F1",
        "ZZ99",
        "XFD1048576",
        "#REF!",
        "A1:A9!B2:B7",
    ]
)
VALUES = st.sampled_from(
    ["TRUE()", "1/0", "NA()", "{1;2;3}", '{"a";"b"}', "A1:A9*2", "SQRT(-1)", "REPT(\"长\";40000)",
     "", "KPI_NAMES()", "KPI_HEADCOUNT(A:A;C:C;5)", "OFFSET(A1;1;1;3;3)", "Y1", "(A1:A3~B1:B3)"]
)  # fmt: skip
ARGUMENTS = st.one_of(
    NUMBERS, TEXTS.map('"{}"'.format), WORDS.map('"{}"'.format), REFERENCES, VALUES
)
CALLS = st.builds(
    lambda name, arguments: f"={name}({';'.join(arguments)})",
    st.sampled_from(functions.__all__),
    st.lists(ARGUMENTS, max_size=7),
)
BATCH = 100


def server(office):
    """The process that answers, by its number."""
    return [child for child in office.children() if "udfs.calc.server" in child[1]]


def test_nothing_brings_it_down(office, document):
    sheet = document.Sheets.getByIndex(0)
    put(sheet, 1, 1, [
        [1, "2024-06", 45000], [None, "x", None], ["#DIV/0!", -5, 45999], [1e308, "活动率", "甲"],
        [45001, 45100, "2024-02-30"], [0, None, "#N/A"], ["85%", "1,800", 2958465.5],
        [3.5, "城东营业部", -1], [None, None, None],
    ])  # fmt: skip
    sheet.getCellRangeByName("Y1").setFormula("=SUM(Y1;1)")
    sheet.getCellRangeByName("X1").setFormula("=KPI_NAMES()")
    assert sheet.getCellRangeByName("X1").String == "指标"
    before = server(office)
    assert len(before) == 1
    bad = set()

    @settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(st.lists(CALLS, min_size=BATCH, max_size=BATCH))
    def typed(formulas):
        cells = sheet.getCellRangeByName(f"AA1:AA{BATCH}")
        cells.setFormulaArray(tuple((formula,) for formula in formulas))
        for formula, (value,) in zip(formulas, cells.getDataArray(), strict=True):
            # A number that is none would spoil every sum it is in without a word.
            if isinstance(value, float) and not abs(value) < float("inf"):
                bad.add((formula, struct.pack(">d", value).hex()))
        array = sheet.getCellRangeByName("AC1:AE3")
        array.setArrayFormula(formulas[0])
        array.clearContents(1023)

    typed()
    assert bad == set()
    assert server(office) == before
    log = (office.home / ".kpi_xl" / "server.log").read_text(encoding="utf-8")
    assert "Traceback" not in log, log[-3000:]
    assert office.process.poll() is None
