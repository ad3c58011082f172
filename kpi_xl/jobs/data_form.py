"""原始数据.xlsx: an empty workbook to type raw data into, a sheet a table, made from the schema.

`kpi_xl.raw_files.read` finds the tables in it by the names of the sheets; sheets left empty do no
harm.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.catalogue.schema import TABLES, Column, Kind, Table
from kpi_xl.raw_files.recognise import GUIDE_HEADINGS
from kpi_xl.settings.project_settings import Settings
from kpi_xl.workbook.new_workbook import (
    BORDER,
    FONT,
    FORM_SIZE,
    HEADING,
    NEEDED,
    TYPED,
    new_workbook,
    on_paper,
)

NAME: Final = "原始数据.xlsx"
"""What the file is called: no table's name is in it, so its sheets are looked at."""

_ROWS: Final = 20_000
"""So many rows have a cell's format and rule; more may be typed or pasted below."""

_CHOICES: Final = "可选项"
_MANUAL: Final = "说明"

_LOOK: Final[dict[Kind, dict[str, Any]]] = {
    "id": TYPED,
    "text": TYPED,
    "choice": TYPED,
    "month": TYPED,
    "date": FONT | {"num_format": "yyyy-mm-dd", "align": "center"},
    "money": FONT | {"num_format": "#,##0.00"},
    "count": FONT | {"num_format": "#,##0"},
    "number": FONT,
}
_HOW: Final[dict[Kind, str]] = {
    "id": "文字，前面的 0 会保留",
    "text": "文字",
    "choice": "从下拉列表里选",
    "month": "月份，如 2024-06",
    "date": "日期，如 2024-06-05",
    "money": "以元计，最多两位小数",
    "count": "整数",
    "number": "数字；比率写 0.8 或 80%",
}


def how_written(kind: Kind) -> str:
    """How to write a cell of this kind, in Chinese."""
    return _HOW[kind]


def choices_of(table: Table, column: Column, settings: Settings) -> tuple[str, ...]:
    """The words to choose from in a column, one for each value; empty where any text is allowed.

    Examples
    --------
    >>> choices_of(TABLES["agents"], TABLES["agents"].column("gender"), Settings())
    ('男', '女')
    """
    if table.code == "targets" and column.code == "level":
        return *settings.level_names, PERSON
    if table.code == "targets" and column.code == "kpi":
        return tuple(kpi.name for kpi in kpis.values())
    return tuple({stored: word for word, stored in reversed(column.choices)}.values())[::-1]


def data_form(settings: Settings) -> bytes:
    """The workbook.

    Parameters
    ----------
    settings : Settings
        The project's: its tables may have other levels.

    Returns
    -------
    bytes
        An .xlsx file: 说明, a sheet for each raw table with its headings, formats, rules and a hint
        at every cell, and the lists that are too long for a rule. The same every time.
    """
    return new_workbook("原始数据", lambda book: _Form(book, settings).write())


class _Form:
    """The sheets of the workbook."""

    def __init__(self, book: Any, settings: Settings) -> None:
        self.book = book
        self.settings = settings
        self.tables = [settings.tables[code] for code in TABLES]
        self.lists: dict[str, tuple[str, ...]] = {}

    def write(self) -> None:
        self.book.set_size(*FORM_SIZE)
        manual = self.book.add_worksheet(_MANUAL)
        for table in self.tables:
            self.table(table)
        self.choices()
        self.manual(manual)

    def table(self, table: Table) -> None:
        sheet = self.book.add_worksheet(table.name)
        sheet.set_tab_color("#E8A33D" if table.required else "#8FA3BF")
        sheet.set_row(0, 22)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, _width(column), self.book.add_format(_LOOK[column.kind]))
            heading = self.book.add_format(NEEDED if column.required else HEADING)
            sheet.write_string(0, place, column.name, heading)
            sheet.data_validation(1, place, _ROWS, place, self.rule(table, column))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, _ROWS, len(table.columns) - 1)
        on_paper(sheet)
        sheet.repeat_rows(0)

    def rule(self, table: Table, column: Column) -> dict[str, Any]:
        """The data validation of a column, with its hint."""
        hint = f"{'必填。' if column.required else ''}{column.meaning}。{_HOW[column.kind]}。"
        rule: dict[str, Any] = {"validate": "any", "input_title": column.name}
        chosen = choices_of(table, column, self.settings)
        if chosen:
            short = len(",".join(chosen)) <= 255
            source: Any = list(chosen) if short else self.long_list(column.name, chosen)
            rule |= {"validate": "list", "source": source}
            hint = hint.replace(_HOW[column.kind], _HOW["choice"])
        elif column.kind == "date":
            limits: dict[str, Any] = {"minimum": date(1950, 1, 1), "maximum": date(2099, 12, 31)}
            rule |= {"validate": "date", "criteria": "between"} | limits
        elif column.kind == "count":
            rule |= {"validate": "integer", "criteria": ">=", "value": 0}
        elif column.kind in ("money", "number"):
            limits = {"minimum": -1_000_000_000_000, "maximum": 1_000_000_000_000}
            rule |= {"validate": "decimal", "criteria": "between"} | limits
        if rule["validate"] != "any":
            asked = _HOW["choice" if chosen else column.kind]
            rule |= {"error_title": f"{column.name}写得不对", "error_message": f"{asked}。"}
        return rule | {"input_message": hint}

    def long_list(self, name: str, chosen: tuple[str, ...]) -> str:
        """A list on a sheet, because a rule holds at most 255 characters."""
        self.lists[name] = chosen
        letter = chr(ord("A") + len(self.lists) - 1)
        return f"={_CHOICES}!${letter}$2:${letter}${len(chosen) + 1}"

    def choices(self) -> None:
        sheet = self.book.add_worksheet(_CHOICES)
        sheet.set_column(0, len(self.lists) - 1, 26, self.book.add_format(TYPED))
        for place, (name, chosen) in enumerate(self.lists.items()):
            sheet.write_string(0, place, name, self.book.add_format(HEADING))
            sheet.write_column(1, place, chosen, self.book.add_format(TYPED))
        sheet.freeze_panes(1, 0)

    def manual(self, sheet: Any) -> None:
        sheet.hide_gridlines(2)
        for place, width in enumerate((10, 16, 8, 26, 60)):
            sheet.set_column(place, place, width, self.book.add_format(FONT))
        sheet.write_string(0, 0, "原始数据", self.book.add_format(FONT | {"font_size": 16}))
        sheet.set_row(0, 28)
        lines = (
            "一张工作表是一种数据，第一行是标题，从第二行起一行一条。只有“人员”是必需的，别的有多少填多少。",
            "橙色标题必填。点到单元格会出现提示；可以整列粘贴，不要改标题和工作表的名字。",
            "填好保存，放在项目的 data 文件夹里，运行 kpi-xl check：用不了的行会逐行说明怎么改。",
        )
        for row, line in enumerate(lines, 1):
            sheet.write_string(row, 0, line, self.book.add_format(FONT))
        row = len(lines) + 2
        heading = self.book.add_format(HEADING)
        for place, text in enumerate(GUIDE_HEADINGS):
            sheet.write_string(row, place, text, heading)
        cell = self.book.add_format(FONT | BORDER | {"text_wrap": True})
        link = self.book.add_format(FONT | BORDER | {"font_color": "#1F5FA8", "underline": 1})
        for table in self.tables:
            for column in table.columns:
                row += 1
                sheet.write_url(row, 0, f"internal:'{table.name}'!A2", link, table.name)
                chosen = choices_of(table, column, self.settings)
                how = _HOW["choice" if chosen else column.kind]
                needed = "必填" if column.required else ""
                for place, text in enumerate((column.name, needed, how, column.meaning), 1):
                    sheet.write_string(row, place, text, cell)
        on_paper(sheet)


def _width(column: Column) -> int:
    return {"date": 13, "money": 14, "id": 16, "text": 16}.get(column.kind, 12)
