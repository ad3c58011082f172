"""What a unit's KPIs are worth wherever they are shown: the same numbers by every way there is."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import formulon
import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from kpi_xl.data.cube import Cube
from kpi_xl.jobs.fill import fill
from kpi_xl.pages.asked import MOST
from kpi_xl.pages.make import make
from kpi_xl.workbook import read
from pages.reading import numbers, parsed
from udfs import functions
from udfs.explain import lines
from udfs.lambdas.workbook import with_names

ROWS = 400


def in_functions(project, names, unit, month, monkeypatch):
    """By the worksheet function."""
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    return {name: functions.KPI(name, unit, month) for name in names}


def in_a_workbook(project, names, unit, month, folder):
    """By the slot of each, and by the list of all of them, in one workbook that is filled."""
    book = openpyxl.Workbook()
    page = book.active
    for row, name in enumerate(("unit.name", "period.month", *(f"kpi.{n}" for n in names)), 1):
        book.defined_names[name] = DefinedName(name, attr_text=f"{page.title}!$B${row}")
    for column, name in enumerate(("all.指标", "all.本月"), 4):
        letter = get_column_letter(column)
        area = f"{page.title}!${letter}$1:${letter}${ROWS}"
        book.defined_names[name] = DefinedName(name, attr_text=area)
    book.save(folder / "表.xlsx")
    done = fill(project, str(folder / "表.xlsx"), month)
    values = read(next(one for one in done.files if one.stem == unit.rpartition("/")[2]))
    listed = {
        name[0]: value[0]
        for name, value in zip(values["all.指标"], values["all.本月"], strict=True)
    }
    return {name: values[f"kpi.{name}"] for name in names}, {name: listed[name] for name in names}


def on_pages(project, names, unit, month):
    """By the page of the month, which shows so many at once."""
    found = {}
    for first in range(0, len(names), MOST):
        some = tuple(names[first : first + MOST])
        settings = replace(project.settings, main_kpis=some)
        (file,) = make(replace(project, settings=settings), month, unit).files
        shown = {slot: value for slot, place, value in numbers(parsed(file)) if place is None}
        found |= {name: shown.get(f"kpi.{name}") for name in some}
    return found


def counted(project, kpi, unit, month):
    """What a KPI is made of, in the order of its measures, as it would stand in cells."""
    cube = Cube.open(project.cube)
    at = cube.month_index(month)
    return [
        float(
            cube.measure(m.counted.code)[
                cube.unit_index(unit), at - m.lag.periods - 12 * m.lag.years
            ]
            / m.to_unit
        )
        for m in kpi.measures
    ]


def by_formulas(kpis, given):
    """By the formula that explain tells over cells, and by the named formula, in a spreadsheet."""
    cells, named = {}, {}
    written = openpyxl.Workbook()
    for row, kpi in enumerate(kpis, 2):
        for column, value in enumerate(given[kpi.name], 1):
            written.active.cell(row, column, value)
    content = BytesIO()
    written.save(content)
    whole = with_names(Path("a.xlsx"), content.getvalue(), own=kpis).content
    with formulon.Workbook.load(whole) as book:
        for row, kpi in enumerate(kpis, 2):
            (told,) = (line for line in lines(kpi) if "Excel公式" in line)
            formula = told.split("Excel公式", 1)[1].split("    （")[0].strip()
            for column in range(len(given[kpi.name]), 0, -1):
                letter = get_column_letter(column)
                formula = _moved(formula, letter, row)
            cells[kpi.name] = _value(book, formula)
            arguments = ",".join(f"{one:.15g}" for one in given[kpi.name])
            named[kpi.name] = _value(book, f"={kpi.name}({arguments})")
    return cells, named


def _moved(formula, letter, row):
    """A formula over the second row as one over another."""
    return re.sub(rf"(?<![A-Z$]){letter}2(?!\d)", f"{letter}{row}", formula)


def _value(book, formula):
    found = book.evaluate_formula_array(0, 600, 60, formula)[0][0]
    return found.number if found.error_code is None else "#"
