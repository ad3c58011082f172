"""A condition takes the rows that a plain look at each of them takes, empty cells and all."""

import datetime as dt
import string

import duckdb
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from declarations import ITEMS, KINDS, ROWS, WORDS, code, comparisons, conditions
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.data.own_sql import condition_sql
from kpi_xl.data.store import sql_columns
from kpi_xl.definitions.condition_text import read_condition
from test_store import examples

_DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 6, 30))
_OF_KIND = {
    "count": st.integers(0, 9),
    "money": st.integers(-500, 10**6),
    "date": _DAYS,
    "flag": st.booleans(),
    "item": st.sampled_from(sorted(ITEMS.values())),
}


def rows_of(table):
    """Rows of a raw table; any cell may be empty."""
    cells = {
        code(name): st.none()
        | (_OF_KIND[kind] if kind in _OF_KIND else st.sampled_from(WORDS[name]))
        for name, kind in KINDS[table].items()
    }
    return st.lists(st.fixed_dictionaries(cells), min_size=5, max_size=12)


ASKED = st.sampled_from(sorted(KINDS)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        # Single ones above all: in one of many parts most differences do not show.
        st.lists(comparisons(name), min_size=6, max_size=12),
        conditions(name),
        rows_of(name),
    )
)


@examples(60)
@given(ASKED)
def test_row_by_row(asked):
    name, single, whole, rows = asked
    table, several = TABLES[ROWS[name]], [*single, whole]
    # Such texts are put into a step, where $ means something.
    columns = string.Template(
        ", ".join(condition_sql(read_condition(text, table)) for text, _ in several)
    ).substitute()
    with duckdb.connect() as store:
        store.execute(f"CREATE TABLE facts (number INTEGER, {sql_columns(table)})")
        frame = pa.Table.from_pylist([{"number": n, **row} for n, row in enumerate(rows)])
        store.register("given", frame)
        store.execute("INSERT INTO facts BY NAME SELECT * FROM given")
        found = store.execute(f"SELECT {columns} FROM facts ORDER BY number").fetchall()
    for row, taken in zip(rows, found, strict=True):
        for (text, meets), is_taken in zip(several, taken, strict=True):
            assert is_taken == bool(meets(row)), (text, row)
