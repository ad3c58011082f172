"""The raw tables of a company's own database, as the steps need them.

They have the codes of the schema as their names, and so have their columns. What may be left out of
a file may be left out here as well: a table, a column, a cell. Nothing is created in the database:
each raw table is one SELECT that the steps read instead of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Column, Kind, Table
from kpi_xl.data.engines.engine import Database, Sort
from kpi_xl.data.engines.query import Query
from kpi_xl.errors import InputError

_TYPES: Final[dict[Kind, str]] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "date": "DATE",
    "money": "BIGINT",
    "count": "BIGINT",
    "number": "DOUBLE PRECISION",
    "month": "INTEGER",
}

_WANTED: Final[dict[Kind, tuple[frozenset[Sort], str]]] = {
    "id": (frozenset(("text", "whole", "other")), "文字（text、varchar）"),
    "text": (frozenset(("text", "whole", "other")), "文字（text、varchar）"),
    "choice": (frozenset(("text", "whole", "other")), "文字（text、varchar）"),
    "date": (frozenset(("date", "moment")), "日期（date）"),
    "money": (frozenset(("whole",)), "以分计的整数（bigint）"),
    "count": (frozenset(("whole",)), "整数（bigint）"),
    "number": (frozenset(("whole", "number")), "数（double precision、numeric）"),
    "month": (frozenset(("date", "moment", "whole")), "日期（date），或 202406 这样的整数"),
}
"""What a column of each kind may hold, and how to say so."""


def raw_tables(database: Database) -> dict[str, Query]:
    """A SELECT for every raw table of a database, by its code.

    Raises
    ------
    InputError
        When a required table or column is not there, or a column holds something else.
    """
    return {code: Query(_checked(table, database)) for code, table in database.tables.items()}


def select(table: Table, source: str, sorts: Mapping[str, Sort], *, usable: bool = True) -> str:
    """One raw table as the steps want it.

    Parameters
    ----------
    source : str
        What it is called in the database.
    sorts : mapping of str to str
        What its columns hold there.
    usable : bool
        Leave out the rows that the check sets aside, those with an empty required cell.
    """
    columns = ",\n    ".join(
        f'{_value(column, sorts)} AS "{column.code}"' for column in table.columns
    )
    text = f"SELECT\n    {columns}\nFROM {source}"
    needed = [_read(c, sorts[c.code]) for c in table.columns if c.required]
    if usable and needed:
        text += "\nWHERE " + " AND ".join(f"{value} IS NOT NULL" for value in needed)
    return text


def is_flag(column: Column) -> bool:
    """Whether a choice is between yes and no."""
    return bool(column.choices) and {stored for _, stored in column.choices} <= {"0", "1"}


def _checked(table: Table, database: Database) -> str:
    raw = database.raw(table.code)
    if raw is None:
        if table.required:
            raise InputError(
                kinds.NO_TABLE(title=database.title, code=table.code, table=table.name)
            )
        nothing = ", ".join(f'{_value(column, {})} AS "{column.code}"' for column in table.columns)
        return f"SELECT {nothing} WHERE FALSE"
    source, sorts = raw
    for column in table.columns:
        if column.code in sorts:
            _check(database, table, column, sorts[column.code])
        elif column.required:
            raise InputError(
                kinds.NO_COLUMN(
                    title=database.title,
                    code=table.code,
                    table=table.name,
                    column_code=column.code,
                    column=column.name,
                    meaning=column.meaning,
                )
            )
    return select(table, source, sorts)


def _check(database: Database, table: Table, column: Column, sort: Sort) -> None:
    accepted, named = _WANTED[column.kind]
    if is_flag(column):
        accepted, named = frozenset(("flag",)), "是否（boolean）"
    if sort not in accepted:
        raise InputError(
            kinds.COLUMN_TYPE(
                title=database.title,
                table=table.code,
                code=column.code,
                column=column.name,
                named=named,
            )
        )


def _value(column: Column, sorts: Mapping[str, Sort]) -> str:
    """The SQL for a column's value, with the default for a missing one."""
    value = _read(column, sorts[column.code]) if column.code in sorts else None
    if column.default is None:
        return value or f"CAST(NULL AS {_TYPES[column.kind]})"
    default = column.default
    if is_flag(column):
        default = "TRUE" if default == "1" else "FALSE"
    else:
        default = f"CAST('{default}' AS {_TYPES[column.kind]})"
    return f"COALESCE({value}, {default})" if value else default


def _read(column: Column, sort: Sort) -> str:
    """The SQL for a column's value as kpi_xl stores it; a text without characters is NULL."""
    name = f'"{column.code}"'
    if is_flag(column) or (column.kind == "date" and sort == "date"):
        return name
    if column.kind in ("id", "text", "choice"):
        return f"NULLIF({name if sort == 'text' else f'CAST({name} AS VARCHAR)'}, '')"
    if column.kind == "month":
        if sort == "whole":  # 202406
            month = f"({name} - {name} % 100) / 100 * 12 + {name} % 100"
            month = f"CASE WHEN {name} % 100 BETWEEN 1 AND 12 THEN {month} END"  # else is no month
        else:
            month = f"EXTRACT(year FROM {name}) * 12 + EXTRACT(month FROM {name})"
        return f"CAST({month} AS INTEGER)"
    return f"CAST({name} AS {_TYPES[column.kind]})"
