"""The slots of a template: those that can be filled, and the others with the reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.workbook import slots
from kpi_xl.workbook.growth.regions import BLOCK, MARK, Region
from kpi_xl.workbook.ooxml.formulas import Reference, tokens
from kpi_xl.workbook.ooxml.references import Place
from kpi_xl.workbook.slots import Slot, near_matches
from kpi_xl.workbook.template import Template


@dataclass(frozen=True, slots=True)
class Unusable:
    """A name that cannot be filled.

    Attributes
    ----------
    text : str
        What it refers to, as the name manager shows it.
    fault : Fault
        What is wrong, and what to do about it.
    """

    name: str
    text: str
    fault: Fault

    @property
    def problem(self) -> str:
        """The problem, in Chinese."""
        return self.fault.reason

    @property
    def advice(self) -> str:
        """The advice, in Chinese."""
        return self.fault.advice

    def record(self) -> dict[str, Any]:
        """The name as plain values, for JSON."""
        return {
            "name": self.name,
            "text": self.text,
            "kind": self.fault.kind.code,
            "about": dict(self.fault.about),
            "problem": self.problem,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True)
class Unknown:
    """A slot that nothing fills.

    Attributes
    ----------
    near : tuple of str
        The known names that may have been meant, the likeliest first.
    """

    slot: Slot
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The slots found in a template.

    Attributes
    ----------
    slots : tuple of Slot
        The slots that can be filled, in the workbook's order; with known names given, only
        those with one.
    unusable : tuple of Unusable
        The names that look like slots but cannot be used.
    unknown : tuple of Unknown
        The slots whose names are not known.
    for_units : tuple of str
        The sheets that are wanted once for each unit.
    """

    slots: tuple[Slot, ...]
    unusable: tuple[Unusable, ...]
    unknown: tuple[Unknown, ...]
    for_units: tuple[str, ...] = ()


def explain(template: Template, known: Collection[str] | None = None) -> Explanation:
    """Find the slots of a template: those that can be filled, and the others with the reason.

    Parameters
    ----------
    known : collection of str, optional
        The names that can be filled; without them every name will do.

    Returns
    -------
    Explanation
        What was found. The columns of a table none of whose slots is known are not unknown: it
        is a table like any other; nor are those that it calculates, or that have another name.

    Raises
    ------
    InputError
        A part of the workbook is damaged.
    """
    with template.package.telling():
        return _explained(template, known)


def _explained(template: Template, known: Collection[str] | None) -> Explanation:
    names = _names(template)
    unusable, usable = [], []
    for name, slot in template.slots.items():
        error = template.obstacle(name)
        if error is None:
            usable.append(slot)
        else:
            shown = names.get(name, slot.reference)
            unusable.append(Unusable(name, shown, error.fault))
    expected = known or ()
    for name, text in names.items():
        if name not in template.slots:
            unusable += _unusable(template, name, text, name in expected)
    unusable += _useless_marks(template)
    for_units = tuple(template.sheets_for_units)
    if known is None:
        return Explanation(tuple(usable), tuple(unusable), (), for_units)
    found = [slot for slot in usable if slot.name in known]
    tables = {slot.name.split(".")[0] for slot in found}
    named = {(slot.sheet, slot.reference) for slot in usable if slot.name in names}

    def is_meant(slot: Slot) -> bool:
        """Whether people gave the name; headings inside a filled table are no slots."""
        if slot.name in names:
            return True
        table, _, heading = slot.name.partition(".")
        elsewhere = slot.has_formula or (slot.sheet, slot.reference) in named
        return table in tables and bool(heading) and not elsewhere

    unknown = [
        Unknown(slot, tuple(near_matches(slot.plain_name, known)))
        for slot in usable
        if slot.name not in known and is_meant(slot)
    ]
    return Explanation(tuple(found), tuple(unusable), tuple(unknown), for_units)


def _names(template: Template) -> dict[str, str]:
    """The reference of every name that people gave, by the name that its slot would have."""
    found: dict[str, str] = {}
    for name, scope, text in template.workbook.names:
        private = f"{scope}!{name}"
        if not name.startswith(slots.MARKS):
            found[private if private in template.slots or name in found else name] = text
    return found


def _unusable(template: Template, name: str, text: str, is_known: bool) -> Iterator[Unusable]:
    """Why a name is no slot, if it may have been meant to be one."""
    found = tokens(text)
    references = [token for token in found if isinstance(token, Reference)]
    sheets = {sheet.casefold() for sheet in template.workbook.sheets}
    between = "".join(token for token in found if isinstance(token, str))
    if "#REF!" in text:
        kind = kinds.CELLS_GONE
    elif any("[" in sheet for one in references for sheet in one.sheets):
        kind = kinds.ANOTHER_WORKBOOK
    elif any(sheet not in sheets for one in references for sheet in one.sheets):
        kind = kinds.NO_SUCH_SHEET
    elif len(references) > 1 and re.fullmatch(r"[\s,]*", between):
        kind = kinds.SEVERAL_AREAS
    elif not is_known:
        # A constant or a list to choose from is a name with a purpose of its own.
        return
    elif len(found) == len(references) == 1:
        kind = kinds.AREA_TOO_LARGE
    else:
        kind = kinds.NO_CELLS
    yield Unusable(name, text, kind())


def _useless_marks(template: Template) -> Iterator[Unusable]:
    """The marks of growing areas that no slot uses, and marks of rows that lead nowhere."""
    growing = {slot.growing for slot in template.slots.values() if slot.grows}
    marks = dict[str, Place]()
    for beginning in (MARK, BLOCK, slots.FOLD, slots.SPAN):
        marks |= slots.marks(template.workbook, beginning)
    for name, scope, text in template.workbook.names:
        if not name.startswith((MARK, BLOCK, slots.FOLD, slots.SPAN)):
            continue
        place = marks.get(name if scope is None else f"{scope}!{name}")
        if place is None:
            yield Unusable(name, text, kinds.NO_ROWS())
        elif name.startswith((slots.FOLD, slots.SPAN)):
            continue
        elif name.startswith(BLOCK):
            if Region(place.sheet, place.area.first_row, place.area.last_row, True) not in growing:
                yield Unusable(
                    name,
                    text,
                    kinds.BLOCK_WITHOUT_NAMES(first=place.area.first_row, last=place.area.last_row),
                )
        elif Region(place.sheet, place.area.first_row, place.area.last_row) not in growing:
            yield Unusable(
                name,
                text,
                kinds.NOTHING_GROWS(first=place.area.first_row, last=place.area.last_row),
            )
