"""A workbook file as xlwings' remote engine sees it open, and what becomes of it.

The engine records actions; here they are applied to the cells as Excel would.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings

import openpyxl
import xlwings
from xlwings.pro import _xlremote

from kpi_xl.workbook.ooxml.references import Area, area


class RemoteBook:
    """A workbook in the remote engine, with what the engine itself cannot tell of its cells."""

    def __init__(self, file, monkeypatch, **typed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self.source = openpyxl.load_workbook(file)
            cached = openpyxl.load_workbook(file, data_only=True)
        sheets = self.source.sheetnames
        self.cells = {
            name: {
                (cell.row, cell.column): cell.value
                for row in cached[name].iter_rows()
                for cell in row
                if cell.value is not None
            }
            for name in sheets
        }
        for name, value in typed.items():
            sheet, cells = self.place(name.replace("_", "."))
            self.cells[sheet][cells.first_row, cells.first_column] = value
        self.before = {name: dict(cells) for name, cells in self.cells.items()}
        names = []
        for name, defined in self.source.defined_names.items():
            sheet, cells = self.place(name)
            if sheet is not None:
                names.append({
                    "name": name, "sheet_index": sheets.index(sheet), "address": cells.reference,
                    "book_scope": True, "scope_sheet_name": None, "scope_sheet_index": None,
                })  # fmt: skip
            assert defined
        self.name, self.names, self._patched = file.name, names, monkeypatch
        self.again()
        self.alerts = []
        self.status = []
        monkeypatch.setattr(_xlremote.App, "alert", self._alert)
        monkeypatch.setattr(
            _xlremote.App, "status_bar", property(None, lambda app, text: self.status.append(text))
        )
        monkeypatch.setattr(_xlremote.Range, "formula", property(self._formula, self._set_formula))
        monkeypatch.setattr(_xlremote.Range, "merge_cells", property(self._merge_cells))

    def again(self):
        """The button is pressed another time: the engine is told what is in the cells by now."""
        payload = {
            "client": "Microsoft Office Scripts",
            "version": xlwings.__version__,
            "book": {
                "name": self.name, "active_sheet_index": 0, "selection": "C3",
                "calculation": "Automatic",
            },
            "names": self.names,
            "sheets": [
                {"name": name, "values": self.values(name), "pictures": [], "tables": []}
                for name in self.source.sheetnames
            ],
        }  # fmt: skip
        self.book = xlwings.Book(json=payload)
        self._patched.setattr(xlwings.Book, "_mock_caller", self.book, raising=False)

    def insert_row(self, sheet, row):
        """A row comes in: what is below moves, and names move and grow along; formulas are not."""
        below = {place: value for place, value in self.cells[sheet].items() if place[0] >= row}
        for place in below:
            del self.cells[sheet][place]
        self.cells[sheet] |= {(r + 1, c): value for (r, c), value in below.items()}
        number = self.source.sheetnames.index(sheet)
        for name in self.names:
            if name["sheet_index"] == number:
                top, left, bottom, right = area(name["address"])
                moved = Area(top + (top >= row), left, bottom + (bottom >= row), right)
                name["address"] = moved.reference

    def place(self, name):
        sheet, _, reference = self.source.defined_names[name].attr_text.rpartition("!")
        sheet = sheet.strip("'")
        return (sheet, area(reference)) if area(reference) else (None, None)

    def values(self, sheet):
        cells = self.cells[sheet]
        rows = max((self.source[sheet].max_row, *(r for r, _ in cells)))
        columns = max((self.source[sheet].max_column, *(c for _, c in cells)))
        return [
            [_sent(cells.get((row, column))) for column in range(1, columns + 1)]
            for row in range(1, rows + 1)
        ]

    def formula(self, sheet, row, column):
        cell = self.source[sheet].cell(row, column)
        if cell.data_type == "f":
            return getattr(cell.value, "text", cell.value)
        value = self.cells[sheet].get((row, column))
        return "" if value is None else str(_sent(value))

    def _formula(self, range_):
        height, width = range_.shape
        return tuple(
            tuple(
                self.formula(range_.sheet.name, range_.row + r, range_.column + c)
                for c in range(width)
            )
            for r in range(height)
        )

    @staticmethod
    def _set_formula(range_, value):
        rows = value if isinstance(value, list) else [[value]]
        rows = [[_computed(cell) for cell in row] for row in rows]
        range_.append_json_action(func="setValues", values=rows)

    def _merge_cells(self, range_):
        first = range_.sheet.range(range_.arg1, range_.arg2)
        last = range_.arg2 or range_.arg1
        return any(
            merged.min_row <= first.row
            and merged.min_col <= first.column
            and last[0] <= merged.max_row
            and last[1] <= merged.max_col
            for merged in self.source[range_.sheet.name].merged_cells.ranges
        )

    def _alert(self, prompt, title, buttons, mode, callback):
        self.alerts.append((prompt, mode))
        return "yes"

    def actions(self, func="setValues"):
        return [action for action in self.book.json()["actions"] if action["func"] == func]

    def apply(self):
        """Do what was recorded; the areas that were written."""
        written = []
        for action in self.actions():
            sheet = self.source.sheetnames[action["sheet_position"]]
            for r, row in enumerate(action["values"]):
                for c, value in enumerate(row):
                    place = action["start_row"] + 1 + r, action["start_column"] + 1 + c
                    self.cells[sheet][place] = _taken(value)
                    written.append((sheet, *place))
        self.book.json()["actions"].clear()
        self.names = self.book.api["names"]
        self.again()
        return written


def _computed(typed):
    """What a cell holds after this was typed into it."""
    try:
        return float(typed)
    except ValueError:
        return typed


def _sent(value):
    """A cell's value as the engine's client sends it."""
    if isinstance(value, dt.datetime):
        return (value - dt.datetime(1899, 12, 30)).total_seconds() / 86400
    return "" if value is None else value


def _taken(value):
    """What Excel makes of a value that is written into a cell."""
    if value == "":
        return None
    if isinstance(value, str):
        if value.startswith("'"):
            return value[1:]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):  # how the engine sends a date
            return dt.datetime.fromisoformat(value)
        assert value.startswith("#") or not any(c.isdigit() for c in value), value
    return value
