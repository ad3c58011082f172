"""A workbook file as Excel in the browser's test has it open."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings

import openpyxl

_EPOCH = dt.datetime(1899, 12, 30)


def opened(file, typed=None, emptied=()):
    """The sheets and names, as ``test.load`` in office.js takes them.

    ``typed`` has what stands in places (sheet, row, column) instead, ``emptied`` places that are empty.
    """
    source, cached = source_of(file), source_of(file, data_only=True)
    sheets = []
    for sheet in source:
        cells = []
        for cell in itertools.chain.from_iterable(sheet.iter_rows()):
            place = sheet.title, cell.row, cell.column
            value = serial(cached[sheet.title].cell(cell.row, cell.column).value)
            formula = getattr(cell.value, "text", cell.value)
            if place in emptied:
                continue
            if place in (typed or {}):
                value = typed[place]
            elif value in (None, "") and cell.data_type != "f":
                continue  # an empty text is an empty cell once it is typed again
            entry = [cell.row - 1, cell.column - 1, "" if value is None else value]
            if cell.data_type == "f":
                entry.append(formula)
            cells.append(entry)
        protection = sheet.protection
        sheets.append(
            {
                "name": sheet.title,
                "cells": cells,
                "merged": [str(one) for one in sheet.merged_cells.ranges],
                "protection": {"options": {"allowFormatCells": True}} if protection.sheet else None,
            }
        )
    names = [
        {"name": name, "refers": f"={one.attr_text}"} for name, one in source.defined_names.items()
    ]
    return sheets, names


def source_of(file, **options):
    """The workbook as openpyxl reads it, which says what of it it drops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(file, **options)


def serial(value):
    """A value as Excel holds it: a date is a number."""
    if isinstance(value, dt.datetime):
        return (value - _EPOCH).total_seconds() / 86400
    if isinstance(value, dt.date):
        return (dt.datetime(value.year, value.month, value.day) - _EPOCH).days
    return value
