"""Conditions as people type them: what they mean, and what is told of those that mean nothing."""

import datetime as dt

import pytest

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.data.own_sql import condition_sql
from kpi_xl.definitions.condition_text import read_condition
from kpi_xl.definitions.conditions import Compared, Empty, Holds, Not, OneOf, Together
from kpi_xl.errors import InputError

POLICIES = TABLES["policies"]
COLUMN = {column.name: column for column in POLICIES.columns}
PRODUCT, PREMIUM, ISSUED = COLUMN["险种"], COLUMN["首年保费"], COLUMN["承保日期"]
LONG = Compared(PREMIUM, ">", 500000)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("首年保费 > 5000", LONG),
        ("首年保费＞5,000元", LONG),
        ("首年保费大于 0.5万", LONG),
        ("FYP > 5000", LONG),
        ("[首年保费] > 5000", LONG),
        ("险种 属于 {年金, 终身寿}", OneOf(PRODUCT, ("年金", "终身寿"))),
        ("险种属于（年金、终身寿）", OneOf(PRODUCT, ("年金", "终身寿"))),
        ("险种 不属于 {年金}", Not(OneOf(PRODUCT, ("年金",)))),
        ("险种名称 = 年金", Compared(PRODUCT, "=", "年金")),
        ("险种 = '年金 或 其他(A)'", Compared(PRODUCT, "=", "年金 或 其他(A)")),
        ("险种 包含 年金", Holds(PRODUCT, "年金", "anywhere")),
        ("险种 开头不是 年", Not(Holds(PRODUCT, "年", "begin"))),
        ("撤单日期为空", Empty(COLUMN["撤单日期"])),
        ("主附险 = 附加险", Compared(COLUMN["主附险"], "=", False)),
        ("缴费方式 ≠ 一次交清", Compared(COLUMN["缴费方式"], "<>", "趸交")),
        ("承保日期 不早于 2024年3月1日", Compared(ISSUED, ">=", dt.date(2024, 3, 1))),
        ("终止日期 < 承保日期", Compared(COLUMN["终止日期"], "<", ISSUED)),
        (
            "险种=年金且首年保费>5000 或 件数 >= 2",
            Together(
                "or",
                (
                    Together("and", (Compared(PRODUCT, "=", "年金"), LONG)),
                    Compared(COLUMN["件数"], ">=", 2),
                ),
            ),
        ),
        (
            "险种 = 年金 AND NOT (首年保费 > 5000)",
            Together("and", (Compared(PRODUCT, "=", "年金"), Not(LONG))),
        ),
    ],
)
def test_what_people_type(text, meant):
    assert read_condition(text, POLICIES) == meant


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("首年保废 > 5000", "measure.no-such-column"),
        ("缴费年期 >= 10", "measure.no-such-column"),
        ("首年保费", "condition.unfinished"),
        ("首年保费 >", "condition.unfinished"),
        ("(首年保费 > 5000", "condition.unfinished"),
        ("首年保费 > 5000 且", "condition.unfinished"),
        ("", "condition.unfinished"),
        ("首年保费 > 5000) 且 件数 > 1", "condition.not-expected"),
        ("首年保费 > 5000; DROP TABLE policies", "condition.not-expected"),
        ("首年保费 大概 5000", "condition.asks-nothing"),
        ("首年保费 > 很多", "condition.value"),
        ("首年保费 > 0.001", "condition.value"),
        ("件数 > 1.5", "condition.value"),
        ("承保日期 > 2024-02-30", "condition.value"),
        ("缴费方式 = 日交", "condition.word"),
        ("险种 > 年金", "condition.no-order"),
        ("主附险 > 主险", "condition.no-order"),
        ("首年保费 包含 5", "condition.no-text"),
        ("非" * 40 + "件数 > 1", "condition.too-deep"),
        ("险种 = " + "年" * 3000, "condition.too-long"),
    ],
)
def test_what_means_nothing_is_told(text, kind):
    with pytest.raises(InputError) as told:
        read_condition(text, POLICIES)
    assert told.value.kind == kind
    assert "{" not in told.value.fault.advice.replace("{年金, 终身寿}", "").replace("{…}", "")


def test_near_columns_are_named():
    with pytest.raises(InputError) as told:
        read_condition("首年保废大于5000", POLICIES)
    assert "“首年保废”" in told.value.fault.reason
    assert "是不是：首年保费" in told.value.fault.advice


@pytest.mark.parametrize(
    "text", ["'); DROP TABLE policies; --", "x' OR '1'='1", "a\\", "DURING(issued)", "$first", "$$"]
)
def test_what_is_typed_is_never_sql(text):
    """It is a literal whatever stands in it, for the steps' templates, too."""
    import duckdb

    from kpi_xl.data import steps
    from kpi_xl.data.sql_calendar import Months

    quote = '"' if "'" in text else "'"
    condition = read_condition(f"险种 = {quote}{text}{quote}", POLICIES)
    columns = f"SUM(CASE WHEN {condition_sql(condition)} THEN 1 ELSE 0 END) AS m0"
    query = steps.OWN_ROWS.query(
        Months(), facts="policies", day='"issued"', only="TRUE", columns=columns
    )
    with duckdb.connect() as store:
        store.execute("CREATE TABLE policies (agent VARCHAR, product VARCHAR, issued DATE)")
        rows = "INSERT INTO policies VALUES ('1', ?, '2024-01-01'), ('1', 'b', '2024-01-02')"
        store.execute(rows, [text])
        assert store.execute(query.sql).fetchall() == [("1", 2024 * 12 + 1, 1)]
