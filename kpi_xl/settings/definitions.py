"""The KPIs that a project declares: in [kpis] of kpi.toml, and in the workbook 指标定义.xlsx."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.definitions.own_kpis import FIELDS, Definition, Place
from kpi_xl.definitions.own_measures import (
    DAY,
    EACH,
    MEASURE_FIELDS,
    REACH,
    TABLE,
    TAKEN,
    UNTIL,
    WEIGHTED,
    WHERE,
)
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

MEASURE_KEYS: Final[Mapping[str, str]] = {
    "table": TABLE,
    "take": TAKEN,
    "where": WHERE,
    "each": EACH,
    "reach": REACH,
    "day": DAY,
    "until": UNTIL,
    "weights": WEIGHTED,
    **{key: field for key, field in KEYS.items() if key != "formula"},
}
"""The fields of a definition that counts rows, by their keys in kpi.toml."""

SHEET: Final = "指标定义"
"""The sheet of the workbook in which the definitions with formulas stand."""

TO_LOOK_AT: Final = ("示例", "标准指标", "公式里的名称", "说明")
"""The sheets beside it that show what may be written."""

COUNTED: Final = "统计项"
"""The sheet of the workbook with the definitions that count rows."""


def in_settings(
    section: Mapping[str, Any], file: Path, text: str, name_of_section: str = "kpis"
) -> tuple[list[Definition], list[InputError]]:
    """Read the section [kpis] or [measures] of kpi.toml.

    Parameters
    ----------
    section : mapping
        By KPI name, what stands under it.
    name_of_section : str
        Which of the two it is.
    file : Path
        The file kpi.toml, for the place of an error.
    text : str
        What is in it, for the lines.

    Returns
    -------
    list of Definition, list of InputError
        The definitions, and what cannot be one.
    """
    found: list[Definition] = []
    wrong: list[InputError] = []
    counts = name_of_section == "measures"
    keys, short = (MEASURE_KEYS, "take") if counts else (KEYS, "formula")
    for name, said in section.items():
        place = Place(file, None, row_of(text, (name_of_section, name)))
        fields = {"名称": name}
        one = Definition(place, fields)
        content = {short: said} if isinstance(said, str) else said
        if not isinstance(content, dict):
            wrong.append(one.wrong(kinds.FORMULA_EMPTY(), "公式"))
            continue
        for key, value in content.items():
            if key not in keys:
                about = {"section": name_of_section, "name": name, "key": key}
                fault = kinds.DEFINITION_FIELD(**about, **choices(keys, key))
                wrong.append(one.wrong(fault, key))
                break
            listed = isinstance(value, list) and key == "aliases"
            words = value if listed else [value]
            if not all(isinstance(word, (str, int, float)) for word in words):
                wrong.append(one.wrong(kinds.DEFINITION_FIELD_TEXT(key=key), key, str(value)))
                break
            fields[keys[key]] = "、".join(map(text_of, words))
        else:
            found.append(one)
    return found, wrong


def in_workbook(file: Path) -> tuple[Definition, ...]:
    """Read the workbook of definitions; empty where there is none.

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
    return _in_workbook(file, state.st_mtime_ns, state.st_size)[0]


def not_read(file: Path) -> tuple[InputError, ...]:
    """Parts of a workbook that look like definitions but are not read: removed rows, a second
    sheet.
    """
    state = file.stat()
    return _in_workbook(file, state.st_mtime_ns, state.st_size)[1]


@functools.lru_cache(8)
def _in_workbook(
    file: Path, _changed: int, _size: int
) -> tuple[tuple[Definition, ...], tuple[InputError, ...]]:
    typed = {
        sheet.title: sheet
        for sheet in worksheets(file, kinds.DEFINITIONS_TOO_LARGE, kinds.DEFINITIONS_UNREADABLE())
    }
    sheets = {
        name: [list(map(text_of, row)) for row in sheet.rows] for name, sheet in typed.items()
    }
    formulas, counted = read_sheets(sheets)
    if not formulas:
        raise InputError(kinds.DEFINITIONS_NO_SHEET(), file=file)
    found: list[Definition] = []
    told: list[InputError] = []
    for names, needed in ((formulas, "公式"), (counted, TAKEN)):
        for name in names[:1]:
            at, columns = headings_of(sheets[name], needed) or (0, {})
            repeated = [one for one in columns.values() if list(columns.values()).count(one) > 1]
            if repeated:
                fault = kinds.DEFINITIONS_COLUMN_TWICE(name=repeated[0])
                raise InputError(fault, file=file, sheet=name, row=at + 1)
            for one in _definitions(file, name, at, columns, sheets[name]):
                aside = typed[name].aside.get(one.place.row or 0)
                if aside is None:
                    found.append(one)
                else:
                    told.append(one.wrong(aside, "名称"))
    told += (
        InputError(kinds.DEFINITIONS_SHEET_NOT_READ(read=names[0]), file=file, sheet=name)
        for names in (formulas, counted)
        for name in names[1:]
    )
    return tuple(found), tuple(told)


def read_sheets(sheets: Mapping[str, Sequence[Sequence[str]]]) -> tuple[list[str], list[str]]:
    """The worksheets with formulas, and those that count rows; the first of each is read.

    Parameters
    ----------
    sheets : mapping of str to rows
        The worksheets that are seen, by name.
    """
    own = [name for name in sheets if name not in TO_LOOK_AT]
    formulas = [
        name for name in own if name != COUNTED and headings_of(sheets[name], "公式") is not None
    ]
    counted = [
        name
        for name in own
        if name not in formulas and headings_of(sheets[name], TAKEN) is not None
    ]
    return (
        sorted(formulas, key=lambda name: name != SHEET),
        sorted(counted, key=lambda name: name != COUNTED),
    )


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


def headings_of(
    rows: Sequence[Sequence[str]], needed: str = "公式"
) -> tuple[int, dict[int, str]] | None:
    """The row of the headings, from 0, and the column of each field."""
    for at, row in enumerate(rows[:HEADINGS_WITHIN]):
        columns: dict[int, str] = {
            place: field
            for place, text in enumerate(row)
            for field in (*FIELDS, *MEASURE_FIELDS)
            if plain(text).strip().rstrip("*＊").strip() == field
        }
        if {"名称", needed} <= set(columns.values()):
            return at, columns
    return None
