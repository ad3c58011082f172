"""Formulas that the program which wrote a workbook has not computed, computed here.

The calculating library gets values and formulas that `plain_formulas` lets through, and nothing of
the file itself: no macro, no link, no name. A cell that depends on any other formula stays unknown.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kpi_xl.data import sheet_structure
from kpi_xl.data.formula_columns import Place, SheetCells, known_places, most_letters, too_many
from kpi_xl.data.sheet_rows import column_of, elements, shared_texts
from kpi_xl.data.xlsx_package import opened
from kpi_xl.readers.plain_formulas import Reads, read_formula

try:
    import formualizer
except ImportError:  # there is none for every kind of computer
    formualizer = None  # type: ignore[assignment]

BY: Final = "formualizer"
"""What computes them."""

_MOST_CELLS: Final = 2_000_000
_MOST_FORMULAS: Final = 300_000
_MOST_LETTERS: Final = 64 << 20
"""Of all texts together; formulas can make texts of texts until the memory is full."""

_PATIENCE: Final = 60_000  # milliseconds

_ROW: Final = re.compile(r"(?<=[A-Za-z$])\d+(?![\w.!])")
_ERRORS: Final[Mapping[str, str]] = {
    "#N/A": "=NA()", "#DIV/0!": "=1/0", "#NUM!": "=SQRT(-1)", "#VALUE!": '=VALUE("a")',
}  # fmt: skip
"""Formulas that give the errors that cells hold, which then spread as they should."""

_LARGEST_WHOLE: Final = 1e15
_KINDS: Final[Mapping[str, str]] = {"Div": "#DIV/0!", "Na": "#N/A"}
"""Errors that are the same in every spreadsheet; what others would give is not known."""


class _Failed(str):
    """A formula that gives the error that a cell holds."""


def computed(file: Path, sheet: str, places: Sequence[Place]) -> dict[Place, str]:
    """What cells with formulas hold.

    Parameters
    ----------
    file : Path
        An .xlsx file.
    sheet : str
        The worksheet.
    places : sequence of (int, int)
        Cells whose formula has no value, by row and column from 1.

    Returns
    -------
    dict
        The texts of the cells that could be computed.
    """
    if formualizer is None:
        return {}
    with opened(file) as package, contextlib.suppress(ValueError):  # of a number that is none
        sheets = _sheets(package, sheet, set(places))
        if sheets is not None and not too_many(sheets) and most_letters(sheets) <= _MOST_LETTERS:
            known = known_places(sheets, sheet)
            return _evaluated(sheets, sheet, known) if known else {}
    return {}


def _sheets(
    package: zipfile.ZipFile, first: str, places: set[Place]
) -> dict[str, SheetCells] | None:
    """The worksheet and those that it reads; None where they are more than can be computed."""
    if sheet_structure.counts_from_1904(package):
        return None
    parts = {one.name: one.part for one in sheet_structure.sheet_names(package)}
    names = {name.casefold(): name for name in parts}
    texts = shared_texts(package, None)
    sheets: dict[str, SheetCells] = {}
    wanted, cells, formulas = [first], 0, 0
    while wanted:
        name = wanted.pop()
        if name in sheets:
            continue
        sheets[name] = found = SheetCells()
        known: dict[str, Reads | None] = {}
        for place, value, formula in _cells(package, parts[name], texts):
            cells, formulas = cells + 1, formulas + (formula is not None)
            if cells > _MOST_CELLS or formulas > _MOST_FORMULAS:
                return None
            column = place[1]
            if formula is not None:
                # Formulas differ in rows only, of which there are many.
                alike = formula if "'" in formula else _ROW.sub("#", formula)
                if alike not in known:
                    known[alike] = _reads(formula, names, name)
                reads = known[alike]
                if reads is None:
                    found.unknown.add(column)
                else:
                    found.reads.setdefault(column, set()).add(reads)
                    wanted += [of for of, _, _ in reads.columns if of]
                    if value is None or (name == first and place in places):
                        found.formulas[place] = formula, reads
                        continue
            found.values[place] = value
            if isinstance(value, str) and len(value) > found.longest.get(column, 0):
                found.longest[column] = len(value)
    return sheets


def _reads(formula: str, names: Mapping[str, str], own: str) -> Reads | None:
    found = read_formula(formula)
    if found is None:
        return None
    columns = []
    for sheet, first, last in found.columns:
        name = own if sheet is None else names.get(sheet.casefold())
        if name is None:
            return None
        columns.append((name, first, last))
    return replace(found, columns=tuple(columns))


def _cells(
    package: zipfile.ZipFile, part: str | None, texts: Mapping[int, str]
) -> Iterator[tuple[Place, Any, str | None]]:
    """The cells of a worksheet with what they hold and their formulas."""
    if part is None:
        return
    row = 0
    with package.open(part) as stream:
        for element in elements(stream, "row"):
            row = int(element.get("r") or row + 1)
            column = 0
            for cell in element:
                column = column_of(cell, column)
                written = formula = None
                for one in cell:
                    if one.tag.endswith("}v"):
                        written = one.text or ""
                    elif one.tag.endswith("}f"):
                        plain = one.get("t", "normal") == "normal"
                        formula = (one.text or "") if plain else ""
                value = _value(cell, written, texts)
                if value is not None or formula is not None:
                    yield (row, column), value, formula


def _value(cell: Any, written: str | None, texts: Mapping[int, str]) -> Any:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(one.text or "" for one in cell.iter() if one.tag.endswith("}t"))
    if written is None or (kind != "str" and not written.strip()):
        return None
    read = _READ.get(kind)
    return (
        texts.get(int(written), "") if kind == "s" else written if read is None else read(written)
    )


def _day(written: str) -> dt.date:
    day = dt.datetime.fromisoformat(written)
    return day.date() if day.time() == dt.time() else day


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "b": lambda written: written == "1",
    "d": _day,
    "e": lambda written: _Failed(_ERRORS.get(written, _ERRORS["#VALUE!"])),
    "n": float,
}
"""How what is written in a cell is read, by its type."""


def _evaluated(
    sheets: Mapping[str, SheetCells], sheet: str, places: list[Place]
) -> dict[Place, str]:
    try:
        found = _book(sheets).evaluate_cells([(sheet, *place) for place in places])
    except BaseException as error:
        # It took too long, or the library is at fault, which may end so: they stay unknown.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return {}
        raise
    texts = zip(places, map(_text, found), strict=True)
    return {place: text for place, text in texts if text is not None}


def _book(sheets: Mapping[str, SheetCells]) -> Any:
    settings = formualizer.EvaluationConfig()
    settings.max_eval_time_ms = _PATIENCE
    settings.enable_parallel = False
    book = formualizer.Workbook(config=formualizer.WorkbookConfig(eval_config=settings))
    for name in sheets:
        book.add_sheet(name)
    for name, one in sheets.items():
        formulas = {place: f"={formula}" for place, (formula, _) in one.formulas.items()}
        formulas |= {p: str(v) for p, v in one.values.items() if isinstance(v, _Failed)}
        values = {
            p: v for p, v in one.values.items() if v is not None and not isinstance(v, _Failed)
        }
        for row, column, line in _lines(values):
            book.set_values_batch(name, row, column, [line])
        for row, column, line in _lines(formulas):
            book.set_formulas_batch(name, row, column, [line])
    return book


def _lines(cells: Mapping[Place, Any]) -> Iterator[tuple[int, int, list[Any]]]:
    """Cells side by side, with the row and column of the first."""
    row, column, line = 0, 0, list[Any]()
    for place in sorted(cells):
        if line and place != (row, column + len(line)):
            yield row, column, line
            line = []
        if not line:
            row, column = place
        line.append(cells[place])
    if line:
        yield row, column, line


def _text(value: Any) -> str | None:
    """What a cell holds as the reader of worksheets has it; None for what is no single value."""
    if isinstance(value, dict):
        return _KINDS.get(str(value.get("kind")))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == int(value) and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    return "" if value is None else str(value)
