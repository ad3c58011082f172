"""Compute formulas that the program which wrote a workbook did not compute.

The calculating library gets values and formulas that `plain_formulas` lets through, and nothing of
the file itself: no macro, no link, no name. A cell that depends on any other formula stays unknown.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kpi_xl.raw_files import sheet_structure
from kpi_xl.raw_files.formats import Format
from kpi_xl.raw_files.sheet_rows import column_of, elements, shared_texts
from kpi_xl.raw_files.xlsx_package import opened
from kpi_xl.readers import calculator
from kpi_xl.readers.formula_columns import Place, SheetCells, is_too_much, known_places
from kpi_xl.readers.plain_formulas import Reads, read_formula
from kpi_xl.system.libreoffice import converted, soffice

_MOST_CELLS: Final = 2_000_000
_MOST_FORMULAS: Final = 300_000
_ROW: Final = re.compile(r"(?<=[A-Za-z$])\d+(?![\w.!])")
_LARGEST_WHOLE: Final = 1e15
_PATIENCE: Final = 60.0
"""Seconds for LibreOffice; whoever has a larger workbook is told to save it in Excel."""


class _Failed(str):
    """A formula that gives the error in a cell."""


def computed(file: Path, sheet: str, places: Sequence[Place]) -> dict[Place, str]:
    """Compute cells with formulas that no program has computed.

    Parameters
    ----------
    file : Path
        The .xlsx file to read.
    sheet : str
        The name of the worksheet.
    places : sequence of (int, int)
        Cells whose formula has no value, by row and column from 1.

    Returns
    -------
    dict
        The texts of the cells that could be computed.
    """
    return _computed(file, sheet, set(places)) if calculator.IS_THERE else {}


def computed_as_xlsx(
    file: Path, kind: Format, sheet: str, places: Sequence[Place]
) -> dict[Place, str]:
    """Compute cells with formulas of a workbook in another format, through LibreOffice.

    LibreOffice, where it is installed, says what the formulas are; what it has computed is not
    taken: it computes what changes by itself, too.

    Parameters
    ----------
    file : Path
        An .xls or .ods file.
    kind : str
        The format of the workbook.
    sheet : str
        The name of the worksheet.
    places : sequence of (int, int)
        Cells whose formula has no value, by row and column from 1.
    """
    program = soffice()
    if program is None or not calculator.IS_THERE:
        return {}
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
        source = Path(folder, f"book.{kind}")
        shutil.copyfile(file, source)
        made = converted({"": source}, "xlsx", program, Path(folder), _PATIENCE).get("")
        found = {} if made is None else _computed(made, sheet, None)
    return {place: found[place] for place in places if place in found}


def _computed(file: Path, sheet: str, places: set[Place] | None) -> dict[Place, str]:
    with opened(file) as package, contextlib.suppress(ValueError):  # of a number that is none
        sheets = _sheets(package, sheet, places)
        if sheets is not None and not is_too_much(sheets):
            known = known_places(sheets, sheet)
            return _evaluated(sheets, sheet, known) if known else {}
    return {}


def _sheets(
    package: zipfile.ZipFile, first: str, places: set[Place] | None
) -> dict[str, SheetCells] | None:
    """The worksheet and those that its formulas read; None where they are too many to compute.

    Formulas are those without a value and those at the places, or all of them.
    """
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
                    if value is None or places is None or (name == first and place in places):
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
    """The cells of a worksheet: values and formulas."""
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
    "e": lambda written: _Failed(calculator.failing(written)),
    "n": float,
}
"""How what is written in a cell is read, by its type."""


def _evaluated(
    sheets: Mapping[str, SheetCells], sheet: str, places: list[Place]
) -> dict[Place, str]:
    values, formulas = {}, {}
    for name, one in sheets.items():
        values[name] = {p: v for p, v in one.values.items() if not isinstance(v, _Failed)}
        failed = {p: str(v) for p, v in one.values.items() if isinstance(v, _Failed)}
        formulas[name] = failed | {p: f"={formula}" for p, (formula, _) in one.formulas.items()}
    found = calculator.evaluated(values, formulas, [(sheet, place) for place in places])
    if found is None:
        return {}
    texts = zip(places, map(_text, found), strict=True)
    return {place: text for place, text in texts if text is not None}


def _text(value: Any) -> str | None:
    """A computed value as the text that the reader of worksheets gives; None for arrays and
    errors.
    """
    if not calculator.is_told(value):
        return calculator.error_given(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == int(value) and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    return "" if value is None else str(value)
