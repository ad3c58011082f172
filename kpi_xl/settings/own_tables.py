"""Own columns of the standard tables, and own tables, as a project declares them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import AGENT, Column, Kind, Table
from kpi_xl.catalogue.schema import LISTS, TABLES
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.name import form, near
from kpi_xl.settings.file import choices, row_of

KINDS: Final[Mapping[str, Kind]] = {
    "编号": "id", "文字": "text", "日期": "date", "金额": "money", "整数": "count", "数": "number",
    "选项": "choice",
}  # fmt: skip
"""What a column may hold, by what it is called in kpi.toml."""

PERSON: Final = "工号"
"""What the column of the person is called in kpi.toml."""

UNIT: Final = "单位"
"""What a column of units is called there, of a table whose rows are nobody's."""

_COLUMN_KEYS: Final = ("kind", "aliases", "choices", "level")
_TABLE_KEYS: Final = ("columns", "key", "day", "aliases", "meaning")
_NAME: Final = re.compile(r"[\w（）()·\-/% ]{1,40}")
_PLAIN: Final = re.compile(r"[^\W\d_]\w*")
_TAKEN: Final = ("agent", "month", "source_file", "source_row")
_PREFIX: Final = "table_"
"""How the names of the store's tables begin."""


def own_columns_in(
    section: Mapping[str, Any], file: Path, text: str
) -> tuple[dict[str, tuple[Column, ...]], list[InputError]]:
    """Read the section [own_columns] of kpi.toml: further columns of standard tables, by their
    codes.

    Parameters
    ----------
    section : mapping
        By the table's name, its further columns.
    file : Path
        The file kpi.toml, for the place of an error.
    text : str
        What is in it, for the lines.

    Returns
    -------
    dict and list of InputError
        What is wrong with some leaves the others as they are.
    """
    found: dict[str, tuple[Column, ...]] = {}
    wrong: list[InputError] = []

    def tell(fault: Fault, name: str, *path: str) -> None:
        wrong.append(
            InputError(fault, file=file, row=row_of(text, ("own_columns", *path)), column=name)
        )

    for name, said in section.items():
        table = next((one for one in TABLES.values() if one.name == name), None)
        if table is None or not isinstance(said, dict):
            like = "、".join(near(name, (one.name for one in TABLES.values())))
            known = "、".join(one.name for one in TABLES.values())
            tell(kinds.MEASURE_TABLE(name=name, like=like, known=known), name, name)
            continue
        columns: list[Column] = []
        for heading, how in said.items():
            try:
                column = _column(heading, how)
                if (other := _called(table, heading)) is not None:
                    raise InputError(kinds.OWN_COLUMN_TAKEN(name=heading, other=other.name))
                columns.append(column)
            except InputError as error:
                tell(error.fault, heading, name, heading)
        found[table.code] = tuple(columns)
    return found, wrong


def own_tables_in(
    section: Mapping[str, Any], file: Path, text: str, levels: Mapping[str, str]
) -> tuple[dict[str, Table], list[InputError]]:
    """Read the section [tables] of kpi.toml, by code; errors are as for `own_columns_in`.

    Parameters
    ----------
    levels : mapping of str to str
        The levels of the organisation below the top, by what they are called here, from the top.
    """
    found: dict[str, Table] = {}
    wrong: list[InputError] = []
    for name, said in section.items():
        try:
            table = _table(name, said, levels)
            found[table.code] = table
        except InputError as error:
            path = ("tables", name)
            wrong.append(
                InputError(
                    error.fault, file=file, row=row_of(text, path), column=error.column or name
                )
            )
    return found, wrong


def _table(name: str, said: object, levels: Mapping[str, str]) -> Table:
    if not _NAME.fullmatch(name):
        raise InputError(kinds.OWN_NAME(name=name))
    for other in LISTS.values():
        if name in (other.name, *other.aliases):
            raise InputError(kinds.OWN_TABLE_TAKEN(name=name, other=other.name))
    if not isinstance(said, dict) or not isinstance(said.get("columns"), dict):
        raise InputError(kinds.OWN_TABLE_COLUMNS(name=name))
    for key in said:
        if key not in _TABLE_KEYS:
            raise InputError(kinds.OWN_TABLE_KEY(name=name, key=key, **choices(_TABLE_KEYS, key)))
    columns = [_column(heading, how) for heading, how in said["columns"].items()]
    units = _units(name, said["columns"], columns, levels)
    if units:
        columns.append(_OF_UNIT)
    if sum(column.code == AGENT.code for column in columns) != 1:
        raise InputError(kinds.OWN_TABLE_PERSON(name=name))
    key = _texts(said.get("key"), "key")
    if not key:
        raise InputError(kinds.OWN_TABLE_NO_KEY(name=name))
    named = {column.name: column for column in columns}
    for one in key:
        if one not in named:
            raise _no_column(name, one, named)
    first = _first_day(name, said.get("day"), named)
    # The first day is the table's own: it stands before all other days.
    columns.sort(key=lambda column: column is not first)
    owner = units[-1][1] if units else AGENT.code
    needed = {owner, first.code, *(named[one].code for one in key)}
    return Table(
        code=_PREFIX + _digest(name),
        name=name,
        meaning=str(said.get("meaning", "")),
        columns=tuple(replace(one, required=one.code in needed) for one in columns),
        key=tuple(named[one].code for one in key),
        aliases=_texts(said.get("aliases"), "aliases"),
        of_agents=not units,
        unit_columns=units,
    )


def _first_day(table: str, day: object, named: Mapping[str, Column]) -> Column:
    """The column of a table's day: the declared one, else the first column of days."""
    if day is not None and day not in named:
        raise _no_column(table, str(day), named)
    days = [column for column in named.values() if column.kind == "date"]
    first = named[str(day)] if day is not None else next(iter(days), None)
    if first is None or first.kind != "date":
        raise InputError(kinds.MEASURE_TABLE_WITHOUT_DAY(table=table))
    return first


_OF_UNIT: Final = Column(AGENT.code, "记在哪个单位", "id", "由单位的列认出，文件里没有")


def _units(
    name: str, said: Mapping[str, Any], columns: Sequence[Column], levels: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The levels whose units a table names, from the top, each with its column.

    Raises
    ------
    InputError
        When the level of a column is not there, or told twice.
    """
    found: dict[str, str] = {}
    for column in columns:
        how = said[column.name]
        if (how.get("kind") if isinstance(how, dict) else how) != UNIT:
            continue
        level = how.get("level", column.name) if isinstance(how, dict) else column.name
        if level not in levels:
            known = "、".join(levels)
            raise InputError(kinds.OWN_TABLE_LEVEL(name=name, column=column.name, known=known))
        if levels[level] in found:
            raise InputError(kinds.OWN_TABLE_LEVELS(name=name, level=level))
        found[levels[level]] = column.code
    return tuple((level, found[level]) for level in levels.values() if level in found)


def _no_column(table: str, name: str, known: Mapping[str, Column]) -> InputError:
    like = "、".join(near(name, known))
    return InputError(
        kinds.OWN_TABLE_NO_COLUMN(table=table, name=name, like=like, known="、".join(known))
    )


def _column(name: str, how: object) -> Column:
    if not _NAME.fullmatch(name):
        raise InputError(kinds.OWN_NAME(name=name))
    said: Mapping[str, Any] = how if isinstance(how, dict) else {"kind": how}
    for key in said:
        if key not in _COLUMN_KEYS:
            raise InputError(kinds.OWN_COLUMN_KEY(name=name, key=key, **choices(_COLUMN_KEYS, key)))
    kind, aliases = str(said.get("kind", "")), _texts(said.get("aliases"), "aliases")
    if kind == PERSON:
        return Column(
            AGENT.code, name, "id", "工号", aliases=(*aliases, *AGENT.aliases, AGENT.name)
        )
    if "level" in said and kind != UNIT:
        raise InputError(kinds.OWN_COLUMN_KEY(name=name, key="level", **choices((), "level")))
    if kind not in (*KINDS, UNIT):
        known = "、".join((*KINDS, PERSON, UNIT))
        raise InputError(kinds.OWN_COLUMN_KIND(name=name, kind=kind, known=known))
    words = _texts(said.get("choices"), "choices")
    if (kind == "选项") != bool(words):
        raise InputError(kinds.OWN_COLUMN_CHOICES(name=name))
    return Column(
        code=name if _PLAIN.fullmatch(name) and name.casefold() not in _TAKEN else _digest(name),
        name=name,
        kind=KINDS.get(kind, "text"),
        meaning="自定义的列",
        aliases=aliases,
        choices=tuple((word, word) for word in words),
    )


def _called(table: Table, name: str) -> Column | None:
    """The standard column with this name."""
    for column in table.columns:
        if form(name) in map(form, _labels(column)):
            return column
    return None


def _labels(column: Column) -> Iterator[str]:
    yield from (column.name, column.code, *column.aliases, *column.sooner)


def _texts(value: object, key: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if listed is None:
        return ()
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise InputError(kinds.DEFINITION_FIELD_TEXT(key=key))
    return tuple(listed)


def _digest(name: str) -> str:
    return f"c{hashlib.sha256(name.encode()).hexdigest()[:12]}"
