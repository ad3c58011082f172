"""A template compiled for one set of slots: the place of each value, and all that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kpi_xl import kinds
from kpi_xl.workbook import compiled_sheet, slots
from kpi_xl.workbook.calculated import Calculation
from kpi_xl.workbook.compiled_sheet import Position, SheetProgram
from kpi_xl.workbook.ooxml import cells
from kpi_xl.workbook.ooxml.cells import UnwritableError, Written
from kpi_xl.workbook.ooxml.chart_caches import ChartProgram
from kpi_xl.workbook.ooxml.zip_records import Framed
from kpi_xl.workbook.slots import Slot, near_matches
from kpi_xl.workbook.template_file import TemplateFile


@dataclass(slots=True)
class SlotProgram:
    """A template compiled for one set of slots.

    Attributes
    ----------
    slots : list of (Slot, str, bool)
        Each slot with its name and whether it takes one value, which is asked for every workbook.
    sheets : dict of str to SheetProgram
        The sheets that change, by part.
    charts : dict of str to ChartProgram
        The charts that show filled cells, by part.
    frames : dict of str to Framed
        The parts that change and are the same for all values.
    same : list of (int, int)
        The pairs of values that go into one cell because two slots share it.
    hidden : list of int
        The values of cells that a merged range hides.
    owners : list of Slot
        The slot of every value.
    calculation : Calculation or None
        The formulas that depend on what is filled; their values come behind those of the slots.
    """

    slots: list[tuple[Slot, str, bool]]
    sheets: dict[str, SheetProgram] = field(default_factory=dict)
    charts: dict[str, ChartProgram] = field(default_factory=dict)
    frames: dict[str, Framed] = field(default_factory=dict)
    same: list[tuple[int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    owners: list[Slot] = field(default_factory=list)
    calculation: Calculation | None = None


def compiled(file: TemplateFile, names: frozenset[str]) -> SlotProgram:
    """Compile a template for a set of slots.

    Parameters
    ----------
    file : TemplateFile
        The template as it was read.
    names : frozenset of str
        The slots that are filled.

    Raises
    ------
    InputError
        There is no such slot, or it cannot be filled.
    """
    unknown = sorted(names - file.slots.keys())
    if unknown:
        like = "、".join(f"「{one}」" for one in near_matches(unknown[0], file.slots))
        raise file.package.refusal(kinds.SLOT_UNKNOWN(name=unknown[0], like=like))
    program = SlotProgram(
        [
            (slot, name, slot.rows == slot.columns == 1)
            for name, slot in file.slots.items()
            if name in names
        ]
    )
    wanted: dict[str, dict[Position, int]] = {}
    for slot, _, _ in program.slots:
        hidden = file.hidden(slot)
        on_sheet = wanted.setdefault(slot.sheet, {})
        for row in range(slot.first_row, slot.first_row + slot.rows):
            for column in range(slot.first_column, slot.first_column + slot.columns):
                number = len(program.owners)
                program.owners.append(slot)
                if (row, column) in hidden:
                    program.hidden.append(number)
                    continue
                first = on_sheet.setdefault((row, column), number)
                if first != number:
                    program.same.append((first, number))
    follows = file.consequences.of(wanted, len(program.owners))
    program.calculation = follows.calculation
    program.frames, program.charts = follows.frames, follows.charts
    for name, places in follows.cells.items():
        part = file.workbook.sheets[name].lower()
        program.sheets[part] = compiled_sheet.compiled(file.sheets[name], places, file.date_styles)
    return program


def written(file: TemplateFile, program: SlotProgram, values: Mapping[str, Any]) -> list[Written]:
    """The values as texts in the file, in the program's order.

    Parameters
    ----------
    values : mapping of str to object
        The value of each slot of the program, as `Template.fill` takes it.

    Raises
    ------
    InputError
        A value does not fit its slot.
    TypeError
        A value is of a type that a cell cannot hold.
    """
    found: list[Written] = []
    date1904, writers = file.workbook.date1904, cells.WRITERS
    for slot, name, takes_one in program.slots:
        value = values[name]
        try:
            writer = writers.get(type(value)) if takes_one else None
            if writer is not None:
                found.append(writer(value))
            elif takes_one and not isinstance(value, list | tuple):
                found.append(cells.written(_scalar(slot, value), date1904))
            else:
                laid = slots.laid_out(slot, value)
                found += [cells.written(one, date1904) for one in laid]
        except (UnwritableError, TypeError) as error:
            # Not `blaming`, which for each of hundreds of slots takes a third of the time.
            raise file.blamed(slot, error) from None
    for number in program.hidden:
        if found[number][0] != cells.BLANK:
            raise file.refusal(program.owners[number], kinds.VALUE_HIDDEN())
    for first, second in program.same:
        if found[first] != found[second]:
            other = program.owners[second].name
            raise file.refusal(program.owners[first], kinds.TWO_VALUES(other=other))
    return found


def _scalar(slot: Slot, value: Any) -> Any:
    """The value of a slot of one cell; an array of one element counts as one."""
    if getattr(value, "ndim", 0):
        (value,) = slots.laid_out(slot, value)
    return value
