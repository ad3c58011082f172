"""SLOTS.md: what the templates have of every slot, made from the declarations and the files."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import openpyxl
from openpyxl.utils import range_boundaries

from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import INPUT, Declared
from kpi_xl.workbook import Template
from kpi_xl.workbook.inputs import input_slots
from kpi_xl.workbook.slots import Slot
from workbook_templates import OFFICIAL, path

PAGE: Final = Path(__file__).parent / "SLOTS.md"
_MARK: Final = "<!-- from here on made by python -m workbook_templates.build -->\n"
_CELL: Final = r"\$?([A-Z]{1,3})\$?(\d+)"
_REFERENCE: Final = re.compile(rf"(?:([^\W\d]\w*|'[^']+')!)?{_CELL}(?::{_CELL})?")
_HEADS: Final = (
    "| slot | in | shape | kind | of | becomes | meaning |\n|---|---|---|---|---|---|---|"
)
_LONGEST: Final = 160


class _Row(NamedTuple):
    """The key by which lines of the page are put together."""

    pattern: str
    shape: str
    kind: str


def page(text: str) -> str:
    """The page anew: what is written by hand, and the tables as the templates are now.

    Parameters
    ----------
    text : str
        The page as it is.
    """
    written, mark, _ = text.partition(_MARK)
    return written + mark + "\n".join(_tables()) + "\n"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _tables() -> Iterator[str]:
    signs: dict[_Row, str] = {}
    becomes: dict[_Row, dict[str, None]] = {}
    first: dict[_Row, tuple[Declared, str]] = {}
    known = declared()
    for name, official in OFFICIAL.items():
        template = Template(path(name))
        formulas = Formulas(path(name), template)
        editable = {one.slot.name for one in input_slots(template)}
        for slot in template.slots.values():
            if slot.name.startswith("sheet."):
                continue
            one = known[slot.plain_name]
            row = _Row(one.pattern, _shape(one, slot), _kind(slot, editable))
            first.setdefault(row, (one, formulas.of(slot, lambda one: one.pattern)))
            if official.sign not in signs.setdefault(row, ""):
                signs[row] += official.sign
            if slot.name in editable and one.becomes is not None:
                becomes.setdefault(row, {})[one.becomes.name] = None
    yield "\n## Signs\n"
    yield "、".join(f"{official.sign} {name}" for name, official in OFFICIAL.items())
    section = None
    order = {pattern: place for place, pattern in enumerate(_patterns())}
    for row in sorted(signs, key=lambda row: (order[row.pattern], row.kind, row.shape)):
        one, formula = first[row]
        head = re.split(r"[.<]", row.pattern.removeprefix(INPUT))[0]
        if head != section:
            section = head
            yield f"\n## {section}\n\n{_HEADS}"
        meaning = one.pattern_meaning + (f"：`{formula}`" if 0 < len(formula) <= _LONGEST else "")
        yield (
            f"| `{row.pattern}` | {signs[row]} | {row.shape} | {row.kind} | {one.slot.kind} |"
            f" {'、'.join(becomes.get(row, ()))} | {meaning} |"
        )


def _patterns() -> dict[str, None]:
    return dict.fromkeys(one.pattern for one in declared().values())


def _shape(one: Declared, slot: Slot) -> str:
    """Rows × columns; of a list, which has a row for each record, n × 1."""
    return "n×1" if one.slot.cells is None else f"{slot.rows}×{slot.columns}"


def _kind(slot: Slot, editable: set[str]) -> str:
    if slot.plain_name.startswith(INPUT):
        return "input"
    if slot.has_formula:
        return "formula"
    return "editable" if slot.name in editable else "given"


class Formulas:
    """The formulas of a template, with the names of slots in place of their cells.

    Several cells of one slot are called like it, cells of several slots by what their names have
    in common.

    Parameters
    ----------
    file : Path
        The file of the template.
    template : Template
        What is known of it.
    """

    def __init__(self, file: Path, template: Template) -> None:
        with warnings.catch_warnings():  # of what openpyxl would lose if it saved the file
            warnings.simplefilter("ignore")
            self._book = openpyxl.load_workbook(file)
        self._slots: Mapping[tuple[str, int, int], Declared] = {
            (slot.sheet, row, column): declared()[slot.plain_name]
            for slot in template.slots.values()
            if not slot.name.startswith("sheet.")
            for row in range(slot.first_row, slot.first_row + slot.rows)
            for column in range(slot.first_column, slot.first_column + slot.columns)
        }

    def of(self, slot: Slot, called: Callable[[Declared], str], place: int = 0) -> str:
        """The formula of a slot's cell; empty where there is none.

        Parameters
        ----------
        called : callable
            What stands for the cells of a slot.
        place : int
            Which of its cells, row by row.
        """
        row, column = divmod(place, slot.columns)
        cell = self._book[slot.sheet].cell(slot.first_row + row, slot.first_column + column)
        if cell.data_type != "f":
            return ""

        def named(found: re.Match[str]) -> str:
            sheet = (found[1] or slot.sheet).strip("'")
            bounds = range_boundaries(found[0].rpartition("!")[2].replace("$", ""))
            first_column, first_row, last_column, last_row = bounds
            slots = {
                self._slots.get((sheet, row, column))
                for row in range(first_row, last_row + 1)
                for column in range(first_column, last_column + 1)
            }
            patterns = {one.pattern if one else None for one in slots}
            one = slots.pop()
            if one is None or len(patterns) > 1:
                return found[0]
            return one.pattern if slots else called(one)

        return _REFERENCE.sub(named, str(cell.value))
