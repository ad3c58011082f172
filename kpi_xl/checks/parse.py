"""Read columns of text as days, money or counts.

Each different text is read once, however often it stands in the column; plain amounts, of which
hardly two are alike, are read all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Column
from kpi_xl.catalogue.units import SEPARATOR, UNASSIGNED
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import ERRORS, FORMULA_AS_TEXT, NOTHING, plain
from kpi_xl.readers.date import DayReader
from kpi_xl.readers.month import read_month
from kpi_xl.readers.number import heading_scale, read_count, read_money, read_number
from kpi_xl.settings.project_settings import Settings

_TYPES: Final[dict[str, Any]] = {
    "id": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "money": pa.int64(),
    "count": pa.int64(),
    "number": pa.float64(),
    "month": pa.int32(),
}
_PLAIN_MONEY: Final = r"^-?(\d{1,12}|\d{1,3}(,\d{3}){1,3})(\.\d{1,2})?$"
_FLOAT_ID: Final = r"^\d+\.0+$"
_POWER_ID: Final = r"^\d(\.\d+)?[eE]\+\d+$"
_LONG_ID: Final = r"^\d{16,40}$"
_INSTEAD: Final = "／"
_MARKED_ID: Final = r"^['=]"
_ODD_ID: Final = "|".join((_FLOAT_ID, _POWER_ID, _LONG_ID, _MARKED_ID))
_NONE: Final = -1


@dataclass(frozen=True)
class Parsed:
    """A column after reading.

    Parameters
    ----------
    values : pyarrow array
        The values in the column's own type; null where a cell is empty or cannot be used.
    faults : list of (int, Fault)
        The cells that are at fault, by their place in the column.
    """

    values: Any
    faults: list[tuple[int, Fault]]


def stored_type(column: Column) -> Any:
    """The Arrow type a column is kept in: money as int64 分, a month as int32 ``year*12+month``."""
    if column.kind == "choice":
        flags = {stored for _, stored in column.choices} <= {"0", "1"}
        return pa.bool_() if flags else pa.string()
    return _TYPES[column.kind]


def parse_column(text: Any, column: Column, settings: Settings, heading: str = "") -> Parsed:
    """Read a column of text.

    Parameters
    ----------
    text : pyarrow string array
        The cells without spaces around them, null where empty.
    column : Column
        The declaration of the column that the texts are read as.
    settings : Settings
        The project's, for the order of dates and what stands for no date.
    heading : str
        The heading as written, which may say that amounts are in 万元.

    Returns
    -------
    Parsed
        Empty cells have the column's default; an empty cell is at fault in a required column.
    """
    text = _unmarked(text.cast(pa.string()), column.kind)
    # A unit called 未分配 would stand beside the one that has what belongs to nobody.
    nothing = NOTHING | {UNASSIGNED} if column.level else NOTHING
    text = pc.if_else(pc.is_in(text, pa.array(sorted(nothing))), None, text)
    if column.kind == "id":
        parsed = _ids(text)
    elif column.kind == "text":
        text = pc.replace_substring_regex(text, FORMULA_AS_TEXT, r"\1")
        faults = _errors(text, kinds.FAILED_TEXT())
        text = _without(text, faults)
        parsed = _unit_names(text, faults) if column.level else Parsed(text, faults)
    elif column.kind == "money" and heading_scale(heading) == 1:
        parsed = _plain_money(text)
    else:
        parsed = _distinct(text, _reader(column, settings, heading), stored_type(column))
    if column.required and column.instead is None:
        return required(parsed)
    if column.default is not None and parsed.values.null_count:
        default = absent_column(column, 1)[0]
        return Parsed(pc.fill_null(parsed.values, default), parsed.faults)
    return parsed


def _unit_names(text: Any, faults: list[tuple[int, Fault]]) -> Parsed:
    """The names of units: none has what stands between a unit and those above it.

    Two units, the first below 甲 and the second below 甲/乙, would be one otherwise.
    """
    divided = pc.fill_null(pc.match_substring(text, SEPARATOR), False)
    if not pc.any(divided).as_py():  # as of most files
        return Parsed(text, faults)
    names = pc.replace_substring(text, SEPARATOR, _INSTEAD)
    rows: dict[str, list[int]] = {}
    for place in np.flatnonzero(divided).tolist():
        rows.setdefault(names[place].as_py(), []).append(place)
    told = [
        (places[0], kinds.UNIT_WITH_SEPARATOR(name=name, count=len(places)))
        for name, places in rows.items()
    ]
    return Parsed(names, faults + told)


def _unmarked(text: Any, kind: str) -> Any:
    """Remove the apostrophe by which some programs mark text.

    A name may begin with one; where the whole column does, it is such a mark.
    """
    marked = pc.starts_with(text, "'")
    if not pc.any(marked).as_py() or (kind == "text" and not pc.all(marked).as_py()):
        return text
    return pc.replace_substring_regex(text, "^'", "")


def absent_column(column: Column, length: int) -> Any:
    """The values of a column that the file does not have: its default, or nothing."""
    kind = stored_type(column)
    if column.default is None:
        return pa.nulls(length, kind)
    if pa.types.is_boolean(kind):
        return pa.repeat(pa.scalar(column.default == "1"), length)
    scalar = pa.scalar(column.default).cast(kind)
    return pa.repeat(scalar, length)


def _reader(column: Column, settings: Settings, heading: str) -> Callable[[str], Any]:
    if column.kind == "date":
        return DayReader(settings.date_order, settings.no_date, not column.required)
    if column.kind == "month":
        return lambda text: read_month(text, settings.date_order)
    if column.kind == "money":
        scale = heading_scale(heading)
        return lambda text: read_money(text, scale)
    if column.kind == "choice":
        return _choice(column)
    return {"count": read_count, "number": read_number}[column.kind]


def _choice(column: Column) -> Callable[[str], Any]:
    known: dict[str, Any] = {plain(word).casefold(): stored for word, stored in column.choices}
    if pa.types.is_boolean(stored_type(column)):
        known = {word: stored == "1" for word, stored in known.items()}
    words = "、".join(dict.fromkeys(word for word, _ in column.choices if not word.isascii()))
    fault = kinds.UNKNOWN_WORD(words=words)
    also = [(re.compile(pattern, re.IGNORECASE), stored) for pattern, stored in column.also]

    def read(text: str) -> Any:
        word = "".join(plain(text).casefold().removesuffix(".0").split())
        if word in known:
            return known[word]
        return next((stored for pattern, stored in also if pattern.fullmatch(word)), fault)

    return read


def _distinct(text: Any, read: Callable[[str], Any], kind: Any) -> Parsed:
    """Read each distinct text once."""
    encoded = text.dictionary_encode()
    found: list[Any] = []
    faults: dict[int, Fault] = {}
    for place, cell in enumerate(encoded.dictionary.to_pylist()):
        value = kinds.FAILED_FORMULA() if cell in ERRORS else read(cell)
        if isinstance(value, Fault):
            faults[place] = value
            value = value.kept
        found.append(value)
    values = pa.array(found, kind).take(encoded.indices)
    if not faults:
        return Parsed(values, [])
    indices = pc.fill_null(encoded.indices, _NONE).to_numpy()
    at_fault = np.flatnonzero(np.isin(indices, list(faults)))
    return Parsed(values, [(int(i), faults[int(indices[i])]) for i in at_fault])


def _plain_money(text: Any) -> Parsed:
    """Read plain amounts in 元 and 分 all at once, and the rest one by one.

    With no more than 12 digits before the point and two behind, the nearest binary fraction times
    100 is within far less than half a 分 of the amount, so rounding gives it exactly.
    """
    fast = pc.match_substring_regex(text, _PLAIN_MONEY)
    digits = pc.replace_substring(pc.if_else(fast, text, None), ",", "")
    yuan = pc.fill_null(digits.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    cents = pa.array(np.rint(yuan * 100).astype(np.int64))
    slow = pc.invert(pc.fill_null(fast, True))
    if not pc.any(slow).as_py():
        return Parsed(pc.if_else(pc.is_valid(text), cents, None), [])
    rest = _distinct(pc.if_else(slow, text, None), read_money, pa.int64())
    return Parsed(pc.if_else(fast, cents, rest.values), rest.faults)


def _ids(text: Any) -> Parsed:
    """Read ids: they stay as written, without the marks that tell Excel they are text."""
    if not pc.any(pc.match_substring_regex(text, _ODD_ID)).as_py():  # as of most files
        faults = _errors(text, kinds.FAILED_FORMULA())
        return Parsed(_without(text, faults), faults)
    if pc.any(pc.match_substring_regex(text, _MARKED_ID)).as_py():
        text = pc.replace_substring_regex(text, r'^="(.*)"$', r"\1")
        text = pc.replace_substring_regex(text, r"^'(.)", r"\1")
    if pc.any(pc.match_substring_regex(text, _FLOAT_ID)).as_py():
        number = pc.match_substring_regex(text, _FLOAT_ID)
        text = pc.if_else(number, pc.replace_substring_regex(text, r"\.0+$", ""), text)
    faults = _errors(text, kinds.FAILED_FORMULA())
    text = _without(text, faults)
    return Parsed(text, faults + _lost_digits(text))


def _lost_digits(text: Any) -> list[tuple[int, Fault]]:
    """The ids that a spreadsheet turned into numbers, each reported once."""
    power = pc.fill_null(pc.match_substring_regex(text, _POWER_ID), False)
    seen: dict[str, list[int]] = {}
    for place in np.flatnonzero(power).tolist() if pc.any(power).as_py() else ():
        seen.setdefault(text[place].as_py(), []).append(place)
    faults = [(places[0], kinds.ID_LOST(count=len(places))) for places in seen.values()]
    return faults + _cut_short(text)


def _cut_short(text: Any) -> list[tuple[int, Fault]]:
    """The first of some ids longer than 15 digits that all end in zeros: a spreadsheet cut them
    off.

    A spreadsheet keeps 15 digits of a number. One id may end in zeros, but hardly all do; and few
    stand there again and again.
    """
    long = pc.fill_null(pc.match_substring_regex(text, _LONG_ID), False)
    if not pc.any(long).as_py():
        return []
    ids = {cell: float(cell) for cell in text.filter(long).unique().to_pylist()}
    cut = all(
        float(f"{n:.14e}") == n and (int(n) == int(cell) or not cell[15:].strip("0"))
        for cell, n in ids.items()
    )
    place = pc.index(long, True).as_py()
    again = pc.sum(long).as_py() > len(ids)
    return [(place, kinds.ID_CUT())] if cut and (again or len(ids) > 2) else []


def _errors(text: Any, fault: Fault) -> list[tuple[int, Fault]]:
    failed = pc.is_in(text, pa.array(sorted(ERRORS)))
    return [(int(i), fault) for i in np.flatnonzero(failed)] if pc.any(failed).as_py() else []


def _without(text: Any, faults: list[tuple[int, Fault]]) -> Any:
    """The cells without those that have a problem."""
    if not faults:
        return text
    good = np.ones(len(text), bool)
    good[[place for place, _ in faults]] = False
    return pc.if_else(pa.array(good), text, None)


def required(parsed: Parsed) -> Parsed:
    """Report the empty cells of a required column, too."""
    if parsed.values.null_count == 0:
        return parsed
    known = {place for place, _ in parsed.faults}
    empty = [int(i) for i in np.flatnonzero(parsed.values.is_null()) if int(i) not in known]
    return Parsed(parsed.values, parsed.faults + [(i, kinds.EMPTY()) for i in empty])
