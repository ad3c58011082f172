"""Fills every cell of a workbook that people fill in, each with what it takes and no other has."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
from pathlib import Path

import openpyxl

from kpi_xl.workbook import Template
from kpi_xl.workbook.inputs import Expected, day_of, input_slots

MONTH = dt.date(2024, 6, 10)


def fill_in_everything(file: Path) -> int:
    """Fill in every input cell of a workbook; how many there are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file)
    template = Template(file)
    numbers = itertools.count(1)
    of_kpis = itertools.count(1)
    written = 0
    for one in input_slots(template):
        slot = one.slot
        sheet = book[slot.sheet]
        for row in range(slot.first_row, slot.first_row + slot.rows):
            for offset, expected in enumerate(one.columns):
                cell = sheet.cell(row, slot.first_column + offset)
                if isinstance(cell, openpyxl.cell.cell.MergedCell):
                    continue
                before = cell.value
                while cell.value in (before, None):  # what was there already is not typed
                    cell.value = value_for(expected, next(numbers), template, book)
                    if isinstance(before, dt.datetime) and before.date() == cell.value:
                        cell.value = before
                if slot.name == "feedback.权重":  # weights that make 100%, as the form asks for
                    cell.value = (0.25, 0.35, 0.15, 0.25)[row - slot.first_row]
                elif slot.name.endswith(".权重"):
                    cell.value = next(of_kpis) / 66
                written += 1
            if one.is_one_cell:
                break
    book.save(file)
    return written


def value_for(expected: Expected, number: int, template: Template, book) -> object:
    """Something that a cell takes; where it can be, what no other cell has."""
    if expected.kind == "list":
        words = expected.choices
        if expected.source:
            source = template.slots[expected.source]
            rows = book[source.sheet].iter_rows(
                source.first_row,
                source.first_row + source.rows - 1,
                source.first_column,
                source.first_column + source.columns - 1,
                values_only=True,
            )
            words = [str(value) for row in rows for value in row if value is not None]
        if words:
            return words[number % len(words)]
        return f"词{number}"
    if expected.kind == "date":
        low = day_of(expected.bounds[0]) if expected.bounds else None
        high = day_of(expected.bounds[-1]) if expected.bounds else None
        day = MONTH + dt.timedelta(days=number % 10)
        return min(max(day, low or day), high or day)
    if expected.kind in ("whole", "number"):
        low, high = 0.0, 9e6
        if expected.operator == "between":
            low, high = expected.bounds
        elif expected.operator in ("greaterThan", "greaterThanOrEqual"):
            low = expected.bounds[0]
        elif expected.operator in ("lessThan", "lessThanOrEqual"):
            high = expected.bounds[0]
        width = high - low
        if expected.kind == "whole":
            return int(low) + number % (int(min(width, 9e6)) + 1)
        # In steps that are exact in binary, and of whole 分 where it is money.
        return low + (number / 4 if width > 1e5 else width * (number % 1024) / 1024)
    return f"词{number}"
