"""The KPIs that a project declares: in [kpis] of kpi.toml, and in the workbook 指标定义.xlsx."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.definitions.own_kpis import FIELDS, Definition, Place
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain
from kpi_xl.settings.file import choices, row_of
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

_LARGEST: Final = 4 << 20
"""Bytes: hundreds of times what anybody types about KPIs."""

_LARGEST_UNPACKED: Final = 64 << 20

_MOST: Final = 2000
_HEADINGS_WITHIN: Final = 20


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
            fields[KEYS[key]] = "、".join(map(_text, words))
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
def _in_workbook(file: Path, _changed: int, size: int) -> tuple[Definition, ...]:
    if size > _LARGEST:
        raise InputError(kinds.DEFINITIONS_TOO_LARGE(megabytes=size >> 20), file=file)
    for name, rows in _sheets(file):
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
            if number - at > _MOST:
                raise InputError(kinds.DEFINITIONS_TOO_MANY(most=_MOST), file=file, sheet=sheet)
            yield Definition(Place(file, sheet, number), fields)


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]] | None:
    """The row of the headings, from 0, and which column has which field."""
    for at, row in enumerate(rows[:_HEADINGS_WITHIN]):
        columns: dict[int, str] = {
            place: field
            for place, text in enumerate(row)
            for field in FIELDS
            if plain(text).strip().rstrip("*＊").strip() == field
        }
        if {"名称", "公式"} <= set(columns.values()):
            return at, columns
    return None


def _sheets(file: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """The cells of each worksheet as texts, formulas as they are typed."""
    import openpyxl

    try:
        with zipfile.ZipFile(file) as package:
            size = sum(part.file_size for part in package.infolist())
        if size > _LARGEST_UNPACKED:  # made to fill the memory
            raise InputError(kinds.DEFINITIONS_TOO_LARGE(megabytes=size >> 20), file=file)
        book = openpyxl.load_workbook(file, read_only=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    sheet.reset_dimensions()
                    yield sheet.title, [_texts(row) for row in _values(sheet)]
        finally:
            book.close()
    except InputError:
        raise
    except OSError as error:
        raise file_error(error, file, "read") from error
    except Exception as error:  # whatever a damaged file does to the library
        raise InputError(kinds.DEFINITIONS_UNREADABLE(), file=file) from error


def _values(sheet: Any) -> Iterable[Sequence[Any]]:
    found: Iterable[Sequence[Any]] = sheet.iter_rows(
        max_row=_HEADINGS_WITHIN + _MOST + 1, max_col=60, values_only=True
    )
    return found


def _texts(row: Sequence[Any]) -> list[str]:
    return ["" if value is None else _text(value) for value in row]


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
