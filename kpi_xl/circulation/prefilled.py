"""The values in the input cells of a workbook when it is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kpi_xl.circulation.row_keys import row_keys
from kpi_xl.record.sent import Place, as_text
from kpi_xl.record.typed_value import Typed
from kpi_xl.slots.unit_sheets import UnitSheet
from kpi_xl.workbook import Template
from kpi_xl.workbook.answers import ReturnedWorkbook
from kpi_xl.workbook.inputs import InputSlot, input_slots

_DIGITS: Final = 10**15
"""A longer whole number is an identifier, and stands there as text."""


class Prefilled:
    """The input cells of a template and their values.

    Parameters
    ----------
    content : bytes
        The bytes of the template's file.
    """

    def __init__(self, template: Template, content: bytes) -> None:
        self._marked = set(template.sheets_for_units)
        self._inputs = input_slots(template)
        blank = ReturnedWorkbook(template.path, content)
        self._blank = {one.slot.name: _in(blank, one) for one in self._inputs}

    def of(self, values: Mapping[str, Any], sheets: Sequence[UnitSheet]) -> str:
        """The values in the input cells of a workbook made with these values, as the text that is
        kept.
        """
        return as_text(
            [
                *self._cells("", values, on_marked=False),
                *(
                    cell
                    for sheet in sheets
                    for cell in self._cells(sheet.unit, sheet.values, on_marked=True)
                ),
            ]
        )

    def _cells(
        self, about: str, values: Mapping[str, Any], *, on_marked: bool
    ) -> Iterator[tuple[Place, Typed]]:
        for one in self._inputs:
            name = one.slot.name
            if (one.slot.sheet in self._marked) is not on_marked:
                continue
            rows = _rows(one, values[name]) if name in values else self._blank.get(name, ())
            if not rows:
                continue
            keys = row_keys(_column(values, one.agents), _column(values, one.days))
            for number, row in enumerate(rows, 1):
                key = keys[number].text if number in keys else ""
                for column, value in enumerate(row, 1):
                    if (typed := _typed(value)) is not None:
                        yield Place.of(about, one.slot.plain_name, key, number, column), typed


def _in(blank: ReturnedWorkbook, one: InputSlot) -> list[list[Any]]:
    """The values in a slot of the template itself."""
    found = blank.answers([one.slot.name], (), one.slot.sheet if "!" in one.slot.name else None)
    answers = found.get(one.slot.name) or found.get(one.slot.plain_name)
    if answers is None:
        return []
    return [[cell.value for cell in row] for row in answers.rows]


def _rows(one: InputSlot, value: Any) -> list[list[Any]]:
    """The rows of a slot's value, as `kpi_xl.workbook.Template.fill` takes it."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, list | tuple):
        return [[value]]
    if one.slot.block is None and one.slot.rows == 1 and not one.slot.grows:
        flat = value[0] if value and isinstance(value[0], list | tuple) else value
        return [list(flat)]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in value]


def _column(values: Mapping[str, Any], name: str) -> dict[int, Any]:
    """The key of each row of a list, by row number."""
    found = values.get(name)
    if found is None:
        return {}
    listed = list(found) if isinstance(found, list | tuple) or hasattr(found, "tolist") else [found]
    return dict(enumerate(listed, 1))


def _typed(value: Any) -> Typed | None:
    """A value as it will be read back; None for a blank cell or an error value."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - an error value
        return None
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _DIGITS:
        return str(value)
    if value is None or isinstance(value, int | float | dt.date):
        return value
    return float(value)
