"""The KPIs that a project declares: in [kpis] of kpi.toml, and in the workbook 指标定义.xlsx."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.definitions.own_kpis import FIELDS, Definition, Place
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain
from kpi_xl.settings.file import choices, row_of
from kpi_xl.settings.typed_workbook import HEADINGS_WITHIN, MOST_ROWS, text_of, worksheets
from kpi_xl.system.system_errors import file_error

WORKBOOK: Final = "指标定义.xlsx"
"""The workbook's name; it lies in the project's folder."""

KEYS: Final[Mapping[str, str]] = {
    "formula": "公式",
    "unit": "单位",
    "direction": "方向",
    "healthy": "健康线",
    "danger": "危险线",
    "meaning": "说明",
    "family": "分类",
    "aliases": "别名",
    "code": "代码",
    "format": "格式",
    "source": "来源",
    "owner": "负责人",
}
"""The fields of a definition by their keys in kpi.toml."""


def in_settings(
    section: Mapping[str, Any], file: Path, text: str
) -> tuple[list[Definition], list[InputError]]:
    """What [kpis] of kpi.toml says.

    Parameters
    ----------
    section : mapping
        By KPI name, what stands under it.
    file : Path
        kpi.toml.
    text : str
        What is in it, for the lines.

    Returns
    -------
    list of Definition, list of InputError
        The definitions, and what cannot be one.
    """
    found: list[Definition] = []
    wrong: list[InputError] = []
    for name, said in section.items():
        place = Place(file, None, row_of(text, ("kpis", name)))
        fields = {"名称": name}
        one = Definition(place, fields)
        content = {"formula": said} if isinstance(said, str) else said
        if not isinstance(content, dict):
            wrong.append(one.wrong(kinds.FORMULA_EMPTY(), "公式"))
            continue
        for key, value in content.items():
            if key not in KEYS:
                fault = kinds.DEFINITION_FIELD(name=name, key=key, **choices(KEYS, key))
                wrong.append(one.wrong(fault, key))
                break
            listed = isinstance(value, list) and key == "aliases"
            words = value if listed else [value]
            if not all(isinstance(word, (str, int, float)) for word in words):
                wrong.append(one.wrong(kinds.DEFINITION_FIELD_TEXT(key=key), key, str(value)))
                break
            fields[KEYS[key]] = "、".join(map(text_of, words))
        else:
            found.append(one)
    return found, wrong


def in_workbook(file: Path) -> tuple[Definition, ...]:
    """What the workbook of definitions says; nothing where there is none.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    try:
        state = file.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise file_error(error, file, "read") from error
    return _in_workbook(file, state.st_mtime_ns, state.st_size)


@functools.lru_cache(8)
def _in_workbook(file: Path, _changed: int, _size: int) -> tuple[Definition, ...]:
    for name, cells in worksheets(
        file, kinds.DEFINITIONS_TOO_LARGE, kinds.DEFINITIONS_UNREADABLE()
    ):
        rows = [list(map(text_of, row)) for row in cells]
        headings = _headings(rows)
        if headings is None:
            continue
        at, columns = headings
        return tuple(_definitions(file, name, at, columns, rows))
    raise InputError(kinds.DEFINITIONS_NO_SHEET(), file=file)


def _definitions(
    file: Path, sheet: str, at: int, columns: Mapping[int, str], rows: Sequence[Sequence[str]]
) -> Iterator[Definition]:
    for number, row in enumerate(rows[at + 1 :], at + 2):
        fields = {
            columns[place]: text
            for place, text in enumerate(row)
            if place in columns and text.strip()
        }
        if fields:
            if number - at > MOST_ROWS:
                raise InputError(kinds.DEFINITIONS_TOO_MANY(most=MOST_ROWS), file=file, sheet=sheet)
            yield Definition(Place(file, sheet, number), fields)


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]] | None:
    """The row of the headings, from 0, and which column has which field."""
    for at, row in enumerate(rows[:HEADINGS_WITHIN]):
        columns: dict[int, str] = {
            place: field
            for place, text in enumerate(row)
            for field in FIELDS
            if plain(text).strip().rstrip("*＊").strip() == field
        }
        if {"名称", "公式"} <= set(columns.values()):
            return at, columns
    return None
