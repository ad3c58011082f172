"""SQL that is read as a formula is worth what a database makes of it, NULL being an error."""

from __future__ import annotations

import math

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kpi_xl import kinds
from kpi_xl.definitions.other_languages import Sql
from kpi_xl.definitions.sql_text import Said, read_sql
from kpi_xl.errors import InputError
from random_definitions import DEFINITIONS, define

COLUMNS = {
    "visits": "拜访数",
    "appointments": "约访数",
    "pieces": "主险件数",
    "closing": "期末人数",
}
BEFORE = {f"{one}_b1y0": f"上月({name})" for one, name in COLUMNS.items()}


class Known:
    """The measures by their codes, and those of the month before, which may not be there."""

    def column(self, table, name):
        if name in BEFORE:
            return Said(BEFORE[name], may_be_null=True)
        if table or name not in COLUMNS:
            raise InputError(kinds.METRIC_SQL_PART(metric="试", part=name))
        return Said(COLUMNS[name])

    def summed(self, how, table, name):
        if how != "sum":
            raise InputError(kinds.METRIC_AGG(metric="试", name=name, agg=how))
        return self.column("", name)


def read(sql, dialect=""):
    return read_sql(sql, Known(), "试", dialect).text


def in_database(sql, values):
    columns = ", ".join(f"{'NULL' if v is None else v}::DOUBLE AS {n}" for n, v in values.items())
    (found,) = duckdb.execute(f"SELECT {sql} FROM (SELECT {columns})").fetchone()
    return math.nan if found is None else float(found)


def here(text, values):
    """What the formula is worth; a number of nothing but numbers is put beside a name."""
    made = define(f"IF(拜访数>=0,{text},{text})")
    assert made.wrong == (), (text, [str(one) for one in made.wrong])
    kpi = made.kpis.find("试")
    return kpi(
        **{m.code: math.nan if values[m.code] is None else values[m.code] for m in kpi.measures}
    )


_number = st.sampled_from(["0", "1", "2.5", "100", "1.0"])
_value = st.deferred(
    lambda: st.one_of(
        st.sampled_from([*COLUMNS, *BEFORE]),
        _number,
        st.builds("({} {} {})".format, _value, st.sampled_from("+-*"), _value),
        st.builds("{} / NULLIF({}, 0)".format, st.sampled_from([*COLUMNS]), _value),
        st.builds("-({})".format, _value),
        st.builds("ABS({})".format, _value),
        st.builds("COALESCE({}, {})".format, _value, _value),
        st.builds("CAST({} AS DOUBLE)".format, _value),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, _condition, _value, _value),
        st.builds(
            "CASE WHEN {} THEN {} WHEN {} THEN {} ELSE {} END".format,
            _condition, _value, _condition, _value, _value,
        ),
        st.builds("CASE {} WHEN 1 THEN {} ELSE {} END".format, _value, _value, _value),
        st.builds("CASE WHEN {0} = 0 THEN NULL ELSE {1} / {0} END".format,
                  st.sampled_from([*COLUMNS]), _value),
        st.builds("GREATEST({}, {})".format, st.sampled_from([*COLUMNS]), _number),
    )
)  # fmt: skip
_condition = st.deferred(
    lambda: st.one_of(
        st.builds("{} {} {}".format, _value, st.sampled_from(["<", ">", "=", "<>", ">=", "<=", "!="]), _value),
        st.builds("({} AND {})".format, _condition, _condition),
        st.builds("({} OR {})".format, _condition, _condition),
        st.builds("{} BETWEEN 1 AND {}".format, _value, _number),
        st.builds("{} IN (1, {})".format, _value, _number),
        st.builds("NOT {} > 1".format, st.sampled_from([*COLUMNS])),
    )
)  # fmt: skip


@given(sql=_value, numbers=st.lists(st.integers(0, 4) | st.none(), min_size=8, max_size=8))
@hypothesis_settings(suppress_health_check=list(HealthCheck))
def test_what_is_read_is_worth_what_a_database_makes_of_it(sql, numbers):
    values = dict(
        zip((*COLUMNS, *BEFORE), [n or 0 for n in numbers[:4]] + numbers[4:], strict=True)
    )
    text = read(sql)
    if len(text) > 400:
        return
    expected = in_database(sql, values)
    found = here(text, values)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (sql, text)


@given(one=DEFINITIONS, numbers=st.lists(st.integers(0, 30), min_size=40, max_size=40))
@hypothesis_settings(suppress_health_check=list(HealthCheck))
def test_what_is_written_here_is_read_with_the_same_worth(one, numbers):
    made = define(one[0])
    if made.wrong or made.kpis.find("试").expression.size > 60:
        return
    kpi = made.kpis.find("试")

    class Every(Known):
        def column(self, table, name):
            measure = next(one for one in kpi.measures if one.code == name)
            months = measure.lag.periods + 12 * measure.lag.years
            text = f"[{measure.counted.name}]"
            for _ in range(months):
                text = f"上月({text})"
            return Said(text, may_be_null=months > 0)

    try:
        text = read_sql(Sql(lambda m: m.code, {}).text(kpi.expression), Every(), "试").text
    except InputError as error:
        assert error.kind in ("metric.sql-no-else", "metric.sql-null"), (one[0], str(error))
        return
    read_again = define(text)
    if [error.kind for error in read_again.wrong] == ["formula.too-long"]:
        return
    assert not read_again.wrong, (one[0], text, read_again.wrong)
    again = read_again.kpis.find("试")
    by_lag = {}
    for n, m in enumerate(kpi.measures):
        by_lag[m.counted.code, m.lag.periods + 12 * m.lag.years] = numbers[n % 40]
    of = lambda which: which(  # noqa: E731
        **{m.code: by_lag[m.counted.code, m.lag.periods + 12 * m.lag.years] for m in which.measures}
    )
    assert of(again) == pytest.approx(of(kpi), rel=1e-9, abs=1e-7, nan_ok=True), (one[0], text)


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("1.0 * visits / NULLIF(appointments, 0)", "拜访数/约访数"),
        ("visits * 1.0 / appointments", "拜访数/约访数"),
        ("visits::float / appointments", "拜访数/约访数"),
        ("100.0 * visits / appointments", "100*拜访数/约访数"),
        ("visits - (pieces - closing)", "拜访数-(主险件数-期末人数)"),
        ("visits / (pieces * closing)", "拜访数/(主险件数*期末人数)"),
        ("visits - -pieces", "拜访数-(-主险件数)"),
        ("COALESCE(visits / NULLIF(pieces, 0), 0)", "IFERROR(拜访数/主险件数,0)"),
        ("CASE WHEN pieces = 0 THEN NULL ELSE visits / pieces END", "拜访数/主险件数"),
        ("CASE WHEN pieces <> 0 THEN visits / pieces END", "拜访数/主险件数"),
        ("CASE WHEN pieces > 0 THEN visits / pieces ELSE 0 END", "IF(主险件数>0,拜访数/主险件数,0)"),
        ("CASE WHEN visits / pieces >= 0.8 THEN 1 ELSE 0 END", "IF(IFERROR(拜访数/主险件数>=0.8,FALSE),1,0)"),
        ("SUM(visits) / SUM(pieces)", "拜访数/主险件数"),
        ("IF(visits > 1, 2, 3)", "IF(拜访数>1,2,3)"),
        ("ROUND(visits / pieces, 2)", "ROUND(拜访数/主险件数,2)"),
        ("ROUND(visits, -2)", "ROUND(拜访数,-2)"),
        ("0.50 * visits", "0.5*拜访数"),
        ("LEAST(visits, pieces)", "MIN(拜访数,主险件数)"),
    ],
)  # fmt: skip
def test_as_a_data_team_writes_it(sql, text):
    assert read(sql) == text
    assert define(text).wrong == ()


@pytest.mark.parametrize(
    ("sql", "dialect", "text"),
    [
        ("SAFE_DIVIDE(visits, pieces)", "BIGQUERY", "拜访数/主险件数"),
        ("DIV0(visits, pieces)", "SNOWFLAKE", "IF(AND(主险件数=0,NOT(FALSE)),0,拜访数/主险件数)"),
        ("DIV0(visits, pieces)", "", "IF(主险件数=0,0,拜访数/主险件数)"),
        ("IFF(visits > 1, 1, 0)", "SNOWFLAKE", "IF(拜访数>1,1,0)"),
        ("NVL(visits / pieces, 0)", "DATABRICKS", "IFERROR(拜访数/主险件数,0)"),
    ],
)
def test_in_a_database_s_own_words(sql, dialect, text):
    assert read(sql, dialect) == text


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("visits +", "metric.sql"),
        ("visits; DROP TABLE x", "metric.sql-part"),
        ("SELECT visits FROM t", "metric.sql-part"),
        ("{{ metric('x') }}", "metric.sql-part"),
        ("visits pieces", "metric.sql-part"),
        ("visits % 2", "metric.sql-part"),
        ("visits || pieces", "metric.sql-part"),
        ("POWER(visits, 2)", "metric.sql-part"),
        ("'3'", "metric.sql-part"),
        ("visits > 2", "metric.sql-part"),
        ("CAST(visits AS INT)", "metric.sql-part"),
        ("CAST(visits AS DECIMAL(9, 2))", "metric.sql-part"),
        ("FLOOR(visits / 2)", "metric.sql-part"),
        ("ROUND(visits, pieces)", "metric.sql-part"),
        ("ROUND(visits, 1.5)", "metric.sql-part"),
        ("ROUND(visits, 100)", "metric.sql-part"),
        ("NULLIF(visits, 0)", "metric.sql-part"),
        ("NULLIF(visits, 0) / pieces", "metric.sql-part"),
        ("CASE WHEN visits > 2 THEN 1 END", "metric.sql-no-else"),
        ("CASE WHEN visits > 2 THEN NULL ELSE 1 END", "metric.sql-no-else"),
        ("CASE WHEN pieces = 0 THEN NULL ELSE visits / closing END", "metric.sql-no-else"),
        ("CASE WHEN NOT visits / pieces > 1 THEN 1 ELSE 0 END", "metric.sql-null"),
        ("LEAST(visits / pieces, 1)", "metric.sql-null"),
        ("SUM(visits * pieces)", "metric.rows"),
        ("SUM(CASE WHEN visits > 1 THEN pieces ELSE 0 END)", "metric.rows"),
        ("SUM(DISTINCT visits)", "metric.rows"),
        ("COUNT(*)", "metric.rows"),
        ("SUM(visits) FILTER (WHERE pieces > 1)", "metric.filter"),
        ("SUM(visits) OVER (ORDER BY pieces)", "metric.sql-part"),
        ("AVG(visits)", "metric.agg"),
        ("COUNT(DISTINCT visits)", "metric.agg"),
        ("MEDIAN(visits)", "metric.sql-part"),
        ("1e99999999 * visits", "metric.sql-part"),
        ("(" * 400 + "visits" + ")" * 400, "metric.sql"),
        ("visits + " * 4000 + "1", "metric.sql"),
    ],
)  # fmt: skip
def test_what_a_formula_does_not_say_is_refused(sql, kind):
    with pytest.raises(InputError) as found:
        read(sql)
    assert found.value.kind == kind
    assert "试" in str(found.value)
