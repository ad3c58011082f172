"""填写内容.xlsx: the texts that people wrote in a month, each cell once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl.calendar import Month
from kpi_xl.project import Project
from kpi_xl.record.collected import Entry, collected
from kpi_xl.slots import becomes
from kpi_xl.slots.agreed import is_kept
from kpi_xl.slots.registry import declaration
from kpi_xl.system.files import write_whole
from kpi_xl.workbook.new_workbook import HEADING, TEXT, new_workbook, report_sheet

NAME: Final = "填写内容.xlsx"

_COUNTED: Final = (
    becomes.Target, becomes.Activity, becomes.Visit, becomes.Received, becomes.Plan, becomes.Skill,
    becomes.Scoring,
)  # fmt: skip
"""What is shown as numbers elsewhere: in the tables, and in the forms."""

_COLUMNS: Final = (
    ("单位", 24),
    ("工号", 12),
    ("表", 22),
    ("填的是什么", 34),
    ("哪一行", 20),
    ("内容", 60),
    ("变成什么", 22),
    ("保存的人", 14),
    ("保存时间", 16),
    ("工作簿", 30),
    ("工作表", 16),
    ("单元格", 8),
)
_LONGEST: Final = 32_000
"""A cell has no room for more characters."""


def write_words(project: Project, month: Month) -> Path | None:
    """Write the texts from the workbooks of a month.

    Returns
    -------
    Path or None
        The file; None where nobody wrote anything.

    Raises
    ------
    FileError
        When it cannot be written, as when the old one is open in Excel.
    """
    lines = list(_lines(collected(project, month=month)))
    if not lines:
        return None
    path = project.output / str(month) / NAME
    content = new_workbook(f"{month.chinese} 填写内容", lambda book: _write(book, lines))
    write_whole(path, content)
    return path


def _lines(entries: Sequence[Entry]) -> Iterator[tuple[Any, ...]]:
    for entry in entries:
        one = declaration(entry.slot)
        what = one.becomes if one else becomes.WORDS
        counted = isinstance(what, _COUNTED)
        if what is None or counted or is_kept(entry, what) or not entry.is_changed:
            continue
        yield (
            entry.about or entry.unit,
            entry.person,
            entry.template,
            one.meaning if one else entry.slot,
            entry.key or (f"第 {entry.row} 行" if entry.row > 1 else ""),
            entry.value,
            what.text,
            entry.saved_by,
            f"{entry.saved.astimezone():%Y-%m-%d %H:%M}",
            entry.file,
            entry.sheet,
            entry.cell,
        )


def _write(book: Any, lines: Sequence[tuple[Any, ...]]) -> None:
    sheet = report_sheet(book, "填写内容", _COLUMNS)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    heading, text = book.add_format(HEADING), book.add_format(TEXT | {"text_wrap": True})
    for place, (name, _) in enumerate(_COLUMNS):
        sheet.write_string(0, place, name, heading)
    for row, cells in enumerate(lines, 1):
        for place, cell in enumerate(cells):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                sheet.write_number(row, place, cell, text)
            else:
                # Never as a formula, whatever it begins with: it is what somebody wrote.
                sheet.write_string(row, place, str(cell)[:_LONGEST], text)
    sheet.autofilter(0, 0, len(lines), len(_COLUMNS) - 1)
