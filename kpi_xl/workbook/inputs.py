"""The input cells of a template, and the values that each takes."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element

from kpi_xl.workbook.answers import Answers
from kpi_xl.workbook.fast_read import excerpt
from kpi_xl.workbook.ooxml import parts, serials
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN, Workbook, is_true
from kpi_xl.workbook.ooxml.references import Area, area
from kpi_xl.workbook.ooxml.styles import date_styles
from kpi_xl.workbook.returned import Reader, cell_references
from kpi_xl.workbook.slots import Slot
from kpi_xl.workbook.template import Template

INPUT: Final = "input."
"""How the names of cells begin that are left for people."""

_AGENTS: Final = (".工号", ".编号")
_DAYS: Final = (".dates", ".days", ".日期")
"""How the names end that tell the rows of a list."""

_LONGEST_LIST: Final = 10_000
_NUMERIC: Final = re.compile(r'(?:"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[^"\\_*\[0#?])*[0#?]')
_BUILT_IN_NUMBERS: Final = frozenset({*range(1, 14), *range(37, 45), 48})


@dataclass(frozen=True)
class Expected:
    """The values that a cell takes.

    Parameters
    ----------
    kind : str
        ``whole``, ``number``, ``date``, ``length`` (of a text), ``list``, or ``any``.
    operator : str
        How it is bound, as data validation says it; empty where it is not.
    bounds : tuple of float
        One or two bounds; of dates their serial numbers.
    choices : tuple of str
        The words of a list.
    source : str
        The name of the cells whose words a list offers, where they are filled anew each time.
    strict : bool
        Whether anything else is refused; a suggestion only otherwise.
    """

    kind: str
    operator: str = ""
    bounds: tuple[float, ...] = ()
    choices: tuple[str, ...] = ()
    source: str = ""
    strict: bool = True


ANYTHING: Final = Expected("any")


@dataclass(frozen=True)
class InputSlot:
    """A name whose cells people fill in.

    Parameters
    ----------
    slot : Slot
        The slot that people fill in.
    columns : tuple of Expected
        What the cells of each of its columns take.
    agents, days : str
        The names of the 工号 or other numbers, and of the days, that tell its rows; empty where
        there is none.
    """

    slot: Slot
    columns: tuple[Expected, ...]
    agents: str
    days: str

    @property
    def is_one_cell(self) -> bool:
        """Whether it is one cell, or several merged into one."""
        slot = self.slot
        return slot.rows == slot.columns == 1 and (not slot.grows or slot.block is not None)


def input_slots(template: Template) -> list[InputSlot]:
    """The names of a template that people fill in.

    Those that begin with ``input.``, and all others whose cells are not locked.

    Raises
    ------
    InputError
        A part of the workbook is damaged.
    """
    with template.package.telling():
        reading = _Reading(template)
        return [
            InputSlot(
                slot, reading.expected(slot), reading.key(slot, _AGENTS), reading.key(slot, _DAYS)
            )
            for slot in template.slots.values()
            if not slot.has_formula and (slot.name.startswith(INPUT) or reading.is_unlocked(slot))
        ]


class _Reading:
    """The rules of a template's input cells, while they are read."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._package: Package = template.package
        self._workbook: Workbook = template.workbook
        self._styles = list(_styles(self._package, self._workbook.styles))
        self._validations = {
            name: list(_validations(self._package, part))
            for name, part in self._workbook.sheets.items()
        }

    def is_unlocked(self, slot: Slot) -> bool:
        places = [(slot.first_row, slot.first_column)]
        if slot.rows > 1 or slot.columns > 1:
            places = [
                (row, column)
                for row in range(slot.first_row, slot.first_row + slot.rows)
                for column in range(slot.first_column, slot.first_column + slot.columns)
            ]
        return all(not self._style(slot.sheet, *place)[0] for place in places)

    def key(self, slot: Slot, ends: tuple[str, ...]) -> str:
        """The slot that identifies the rows of a list; never one that people may change."""
        beside = [
            other.name
            for other in self._template.slots.values()
            if other.name.endswith(ends)
            and other.columns == 1
            and (
                other.block == slot.block and other.rows == 1
                if slot.block
                else other.region == slot.region and other.rows > 1
            )
        ]
        told = (name for name in beside if name != slot.name and self._tells(name))
        return next(told, "")

    def _tells(self, name: str) -> bool:
        return not (name.startswith(INPUT) or self.is_unlocked(self._template.slots[name]))

    def expected(self, slot: Slot) -> tuple[Expected, ...]:
        columns = range(slot.first_column, slot.first_column + slot.columns)
        return tuple(self._expected(slot.sheet, slot.first_row, column) for column in columns)

    def _expected(self, sheet: str, row: int, column: int) -> Expected:
        for places, element in self._validations[sheet]:
            if any(place.contains(row, column) for place in places):
                found = self._of_validation(element, sheet)
                if found is not None:
                    return found
        _, kind = self._style(sheet, row, column)
        return Expected(kind)

    def _style(self, sheet: str, row: int, column: int) -> tuple[bool, str]:
        """Whether a cell is locked, and the kind of its number format."""
        style = int(self._template.style_of(sheet, row, column) or 0)
        return self._styles[style] if style < len(self._styles) else (True, "any")

    def _of_validation(self, element: Element, sheet: str) -> Expected | None:
        kind = _VALIDATED.get(element.get("type", "none"))
        if kind is None:
            return None
        strict = element.get("errorStyle", "stop") == "stop" and is_true(
            element.get("showErrorMessage")
        )
        formulas = [_formula(element, name) for name in ("formula1", "formula2")]
        if kind == "list":
            return self._of_list(formulas[0], sheet, strict)
        bounds = tuple(bound for text in formulas if (bound := _number(text)) is not None)
        operator = element.get("operator", "between")
        needed = 2 if operator in ("between", "notBetween") else 1
        if len(bounds) < needed or not strict:
            return Expected(kind, strict=strict)
        if kind == "date" and self._workbook.date1904:
            bounds = tuple(bound + 1462 for bound in bounds)
        return Expected(kind, operator, bounds[:needed])

    def _of_list(self, formula: str, sheet: str, strict: bool) -> Expected:
        """The words of a list: literal, or those in cells, which may be filled again."""
        if formula.startswith('"'):
            words = formula[1:-1].replace('""', '"').split(",")
            return Expected("list", choices=tuple(word.strip() for word in words), strict=strict)
        if formula in self._template.slots:
            return Expected("list", source=formula, strict=strict)
        on, _, reference = formula.rpartition("!")
        on = on.strip("'").replace("''", "'") or sheet
        cells = area(reference)
        part = self._workbook.sheets.get(on)
        if cells is None or part is None or cells.size > _LONGEST_LIST:
            return ANYTHING
        for slot in self._template.slots.values():
            if (slot.sheet, slot.reference) == (on, cells.reference):
                return Expected("list", source=slot.name, strict=strict)
        return Expected("list", choices=self._words(part, cells), strict=strict)

    def _words(self, part: str, cells: Area) -> tuple[str, ...]:
        references = cell_references(cells)
        wanted = dict(
            zip(map(str, range(cells.first_row, cells.last_row + 1)), references, strict=True)
        )
        found, _ = excerpt(self._package, part, wanted, with_merges=False)
        reader = Reader(self._package, self._workbook)
        values = [reader.value(found, one) for row in references for one in row]
        return tuple(str(value).strip() for value in values if value is not None)


def _formula(element: Element, name: str) -> str:
    for child in element:
        if child.tag.rpartition("}")[2] == name:
            return "".join(child.itertext()).strip()
    return ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


_VALIDATED: Final = {
    "whole": "whole",
    "decimal": "number",
    "date": "date",
    "list": "list",
    "textLength": "length",
}


def _validations(package: Package, part: str) -> Iterator[tuple[list[Area], Element]]:
    """The data validations of a sheet, those of Excel 2010 among them, and their cells."""
    for element in parts.tree(package, part).iter():
        if element.tag.rpartition("}")[2] != "dataValidation":
            continue
        references = element.get("sqref") or _formula(element, "sqref")
        yield [cells for text in references.split() if (cells := area(text)) is not None], element


def _styles(package: Package, part: str | None) -> Iterator[tuple[bool, str]]:
    """For every cell style whether it locks its cell, and what its number format shows."""
    if part is None:
        return
    root = parts.tree(package, part)
    codes = {
        one.get("numFmtId", ""): one.get("formatCode", "")
        for one in root.iterfind(f"{{{MAIN}}}numFmts/{{{MAIN}}}numFmt")
    }
    dates = date_styles(package, part)
    for xf, is_date in zip(root.iterfind(f"{{{MAIN}}}cellXfs/{{{MAIN}}}xf"), dates, strict=True):
        protection = xf.find(f"{{{MAIN}}}protection")
        locked = protection is None or is_true(protection.get("locked", "1"))
        number = xf.get("numFmtId", "0")
        code = codes.get(number)
        numeric = int(number) in _BUILT_IN_NUMBERS if code is None else bool(_NUMERIC.match(code))
        yield locked, "date" if is_date else "number" if numeric else "any"


def words_of(expected: Expected, answers: Mapping[str, Answers]) -> tuple[str, ...]:
    """The words of a list in a workbook."""
    if not expected.source:
        return expected.choices
    source = answers.get(expected.source)
    if source is None:
        return ()
    return tuple(
        str(one.value).strip() for row in source.rows for one in row if one.value is not None
    )


def day_of(bound: float) -> dt.date | None:
    """The day of a bound."""
    return serials.moment(bound, False)


def serial_of(value: Any) -> float:
    """The serial number of a date, to compare it with bounds."""
    return serials.serial(value, False) or 0.0
