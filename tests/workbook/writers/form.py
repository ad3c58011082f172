"""A form that every writer of .xlsx makes in its own way: what is on it, and what it must show."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableColumn

SHEET, OTHER, LIST = "月报", "引用", "明细"
CELLS: dict[str, dict[str, Any]] = {
    SHEET: {
        "A1": "单位", "B1": "旧单位", "A2": "截至", "A3": "保费", "B3": 7.5, "A4": "翻倍",
        "A6": "序号", "B6": "姓名", "C6": "工号", "D6": "件数", "E6": "目标", "F6": "达成",
        "G6": "备注", "I6": "打算",
        "A7": 1, "B7": "旧人甲", "C7": "900001", "D7": 3, "E7": 4, "G7": "旧注",
        "A8": 2, "B8": "旧人乙", "C8": "900002", "D8": 5, "E8": 5, "G8": "旧注",
        "A9": "合计", "A11": "意见",
    },
    OTHER: {"A1": "件数", "A2": "平均"},
    LIST: {"A1": "单号", "B1": "件", "C1": "双倍", "A2": "旧单", "B2": 1, "A3": "旧单二", "B3": 2},
}  # fmt: skip
FORMULAS = {
    SHEET: {
        "B4": "B3*2", "C4": 'B1&"合计"',
        "F7": "IF(E7=0,0,D7/E7)", "F8": "IF(E8=0,0,D8/E8)",
        "D9": "SUM(D7:D8)", "E9": "SUM(E7:E8)", "F9": "D9/E9", "B9": "COUNTA(B7:B8)",
    },
    OTHER: {"B1": "月报!D9+SUM(月报!$D$7:$D$8)", "B2": "AVERAGE(月报!F7:F8)"},
    LIST: {"C2": "B2*2", "C3": "B3*2"},
}  # fmt: skip
FORMATS = {
    "B2": "yyyy-mm-dd", "B3": "#,##0.00", "F7": "0.0%", "F8": "0.0%", "F9": "0.0%",
}  # fmt: skip
MERGES = ["G7:H7", "G8:H8"]
NAMES = {
    "unit.name": "$B$1", "period.end": "$B$2", "kpi.首年度保费": "$B$3", "rows.members": "$7:$8",
    "members.姓名": "$B$7:$B$8", "members.工号": "$C$7:$C$8", "members.件数": "$D$7:$D$8",
    "members.目标": "$E$7:$E$8", "members.备注": "$G$7:$H$8", "input.members.打算": "$I$7:$I$8",
    "input.note": "$B$11",
}  # fmt: skip
DAY = dt.date(2026, 11, 21)


def spec() -> str:
    """All of it for writers in other languages."""
    return json.dumps(
        {
            "cells": CELLS, "formulas": FORMULAS, "formats": FORMATS, "merges": MERGES,
            "names": {name: f"{SHEET}!{place}" for name, place in NAMES.items()},
        },
        ensure_ascii=False,
    )  # fmt: skip


def values(rows: int) -> dict[str, Any]:
    """What it is filled with, for so many people."""
    return {
        "unit.name": "城东", "period.end": DAY, "kpi.首年度保费": 1200.5,
        "members.姓名": [f"员{number}" for number in range(1, rows + 1)],
        "members.工号": [f"00{number}" for number in range(1, rows + 1)],
        "members.件数": list(range(1, rows + 1)),
        "members.目标": [4] * rows,
        "members.备注": [f"注{number}" for number in range(1, rows + 1)],
    }  # fmt: skip


def shown(rows: int, lines: int) -> dict[tuple[str, str], Any]:
    """What cells show then, in a list that has so many lines; those that are too many stay."""
    total, below = rows * (rows + 1) // 2, 7 + lines
    found: dict[tuple[str, str], Any] = {
        (SHEET, "B1"): "城东", (SHEET, "B3"): 1200.5, (SHEET, "B4"): 2401, (SHEET, "C4"): "城东合计",
        (SHEET, f"A{below}"): "合计", (SHEET, f"B{below}"): rows, (SHEET, f"D{below}"): total,
        (SHEET, f"E{below}"): 4 * rows, (SHEET, f"F{below}"): total / (4 * rows),
        (SHEET, f"A{below + 2}"): "意见", (OTHER, "B1"): 2 * total, (OTHER, "B2"): total / lines / 4,
    }  # fmt: skip
    for number in range(1, rows + 1):
        line = 6 + number
        found |= {
            (SHEET, f"A{line}"): number, (SHEET, f"B{line}"): f"员{number}",
            (SHEET, f"C{line}"): f"00{number}", (SHEET, f"F{line}"): number / 4,
            (SHEET, f"G{line}"): f"注{number}",
        }  # fmt: skip
    return found


def by_openpyxl(path: Path) -> None:
    """With a table, a chart, a validation, a conditional format."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in CELLS.items():
        sheet = book.create_sheet(title)
        for reference, value in cells.items():
            sheet[reference] = value
        for reference, formula in FORMULAS[title].items():
            sheet[reference] = f"={formula}"
    sheet = book[SHEET]
    for reference, code in FORMATS.items():
        sheet[reference].number_format = code
    for area in MERGES:
        sheet.merge_cells(area)
    for name, place in NAMES.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"{SHEET}!{place}")
    rule = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0")
    rule.add("E7:E8")
    sheet.add_data_validation(rule)
    red = CellIsRule(operator="lessThan", formula=["1"], font=Font(color="FF0000"))
    sheet.conditional_formatting.add("F7:F8", red)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=7, max_row=8))
    chart.set_categories(Reference(sheet, min_col=2, min_row=7, max_row=8))
    sheet.add_chart(chart, "K2")
    table = Table(displayName="orders", ref="A1:C3")
    table._initialise_columns()
    for column, name in zip(table.tableColumns, ("单号", "件", "双倍"), strict=True):
        assert isinstance(column, TableColumn)
        column.name = name
    book[LIST].add_table(table)
    book.save(path)


def by_xlsxwriter(path: Path, **options: Any) -> None:
    """The same, with a sparkline and a table with a computed column, as Excel writes them."""
    with xlsxwriter.Workbook(path, options) as book:
        formats = {code: book.add_format({"num_format": code}) for code in FORMATS.values()}
        for title, cells in CELLS.items():
            sheet = book.add_worksheet(title)
            if title == LIST:
                columns = [{"header": "单号"}, {"header": "件"},
                           {"header": "双倍", "formula": "=[@件]*2"}]  # fmt: skip
                sheet.add_table("A1:C3", {"name": "orders", "columns": columns})
            for reference, value in cells.items():
                shown_as = formats.get(FORMATS.get(reference, "")) if title == SHEET else None
                if reference[1:] not in ("7", "8") or reference[0] != "G":
                    sheet.write(reference, value, shown_as)
            if title != LIST:
                for reference, formula in FORMULAS[title].items():
                    shown_as = formats.get(FORMATS.get(reference, "")) if title == SHEET else None
                    sheet.write_formula(reference, f"={formula}", shown_as)
            if title != SHEET:
                continue
            sheet.write_blank("B2", None, formats["yyyy-mm-dd"])
            for area in MERGES:
                sheet.merge_range(area, "旧注")
            at_least = {"validate": "decimal", "criteria": ">=", "value": 0}
            sheet.data_validation("E7:E8", at_least)
            red = book.add_format({"font_color": "red"})
            rule = {"type": "cell", "criteria": "<", "value": 1, "format": red}
            sheet.conditional_format("F7:F8", rule)
            sheet.conditional_format("D7:D8", {"type": "data_bar", "data_bar_2010": True})
            sheet.add_sparkline("J7", {"range": f"{SHEET}!D7:E7"})
            chart = book.add_chart({"type": "column"})
            chart.add_series({"categories": f"={SHEET}!$B$7:$B$8", "values": f"={SHEET}!$D$7:$D$8"})
            sheet.insert_chart("K2", chart)
        for name, place in NAMES.items():
            book.define_name(name, f"={SHEET}!{place}")
