"""校验报告.xlsx: what was read, what was set aside, and what to do about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl.checks.checked import Checked
from kpi_xl.raw_files.problem import Problem
from kpi_xl.system.files import write_whole
from kpi_xl.workbook.new_workbook import (
    CELL,
    HEADING,
    QUIET,
    TEXT,
    TITLE,
    new_workbook,
    report_sheet,
)

MOST: Final = 100_000
"""So many problems are written; whoever has more needs not the list but another export."""

MOST_ALIKE: Final = 1_000
"""So many rows that are used all the same are listed of each kind of remark; the summary has the
number of all."""

_LONGEST: Final = 200
_NUMBER: Final = {"num_format": "#,##0", "align": "right", "indent": 1}
_CENTRED: Final = {"align": "center"}

_SUMMARY: Final = (
    ("表", 8),
    ("文件", 30),
    ("工作表", 14),
    ("读入", 11),
    ("使用", 11),
    ("搁置", 11),
    ("核对", 9),
    ("提示", 9),
    ("未使用的列", 40),
)
_WIDE: Final = {"原因": (3, 6), "怎么办": (7, 8)}
"""The columns of the summary that a long text has, where a table has no counts."""

_LINE_HEIGHT: Final = 15
_COUNTS: Final = ("读入", "使用", "已有", "搁置", "提示", "行", "条数")
_RETURNED: Final = (
    ("表", 8),
    ("工作簿", 40),
    ("工作表", 18),
    ("读入", 9),
    ("使用", 9),
    ("已有", 9),
    ("搁置", 9),
    ("核对", 9),
)
_DEFINITIONS: Final = (
    ("文件", 20),
    ("工作表", 12),
    ("行", 8),
    ("列", 14),
    ("内容", 34),
    ("原因", 40),
    ("怎么办", 46),
)
_DETAILS: Final = (
    ("处理", 7),
    ("表", 7),
    ("文件", 20),
    ("工作表", 12),
    ("行", 8),
    ("列", 13),
    ("内容", 20),
    ("原因", 40),
    ("怎么办", 46),
)


def write_report(checked: Checked, path: Path, most: int = MOST) -> None:
    """Write the report.

    Parameters
    ----------
    checked : Checked
        What was read and found.
    path : Path
        Where it goes; the file appears whole or not at all.
    most : int
        So many problems are listed at most; how many more there are is said below.

    Raises
    ------
    FileError
        When it cannot be written, as when the old one is open in Excel.
    """
    content = new_workbook("数据校验报告", lambda book: _Report(book, checked, most).write())
    write_whole(path, content)


class _Report:
    """The sheets of the report."""

    def __init__(self, book: Any, checked: Checked, most: int) -> None:
        self.book = book
        self.checked = checked
        self.most = most
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, *parts: dict[str, Any]) -> Any:
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= part
        key = tuple(sorted(merged.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(merged)
        return self._formats[key]

    def write(self) -> None:
        self._summary()
        self._details()
        if self.checked.definitions:
            self._definitions()
        if self.checked.returned:
            self._returned()

    def _row(
        self, sheet: Any, row: int, cells: Sequence[Any], style: dict[str, Any] | None = None
    ) -> None:
        text, number = self.format(CELL, style or {}), self.format(CELL, _NUMBER, style or {})
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, place, cell, number)
            elif cell is None:
                sheet.write_blank(row, place, None, text)
            else:
                # Never as a formula, whatever it begins with: it is what stands in a raw file.
                sheet.write_string(row, place, str(cell)[:_LONGEST], text)

    def _headings(self, sheet: Any, row: int, names: Sequence[str]) -> None:
        for place, name in enumerate(names):
            style = _NUMBER if name in _COUNTS else _CENTRED if name == "核对" else {}
            sheet.write_string(row, place, name, self.format(HEADING, style))
        sheet.set_row(row, 20)

    def _summary(self) -> None:
        sheet = report_sheet(self.book, "汇总", _SUMMARY)
        problems = self.checked.problems
        sheet.write_string(0, 0, "数据校验报告", self.format(TITLE))
        sheet.set_row(0, 28)
        sheet.write_string(1, 0, self._verdict(), self.format(TEXT))
        sheet.write_string(
            2,
            0,
            "读入＝使用＋搁置。搁置的行不参与计算，要改正后重新校验；提示的行照常使用，请核对。",
            self.format(TEXT, {"font_color": "#595959"}),
        )
        self._headings(sheet, 4, [name for name, _ in _SUMMARY])
        row = 5
        warnings = Counter((p.table, p.file, p.sheet) for p in problems if not p.set_aside)
        for table in self.checked.tables.values():
            for file in table.files:
                name = table.table.name
                counts = (file.read, file.used, file.set_aside)
                told = warnings[name, file.name, file.sheet]
                cells = (name, file.name, file.sheet, *counts, None, told)
                self._row(sheet, row, (*cells, "、".join(file.unused) or None))
                self._proof(sheet, row, file.read == file.used + file.set_aside)
                row += 1
        self._totals(sheet, row)
        row = self._kinds(sheet, row + 2)
        self._unread(sheet, row + 1)
        sheet.freeze_panes(5, 0)

    def _verdict(self) -> str:
        tables = self.checked.tables.values()
        read, aside = sum(t.read for t in tables), sum(t.set_aside for t in tables)
        warnings = sum(not problem.set_aside for problem in self.checked.problems)
        left_out = sum(one.matters for one in self.checked.left_out)
        unread = f"没有读的有 {left_out:,} 个文件或工作表要看，见下面。" if left_out else ""
        if not aside and not warnings:
            fine = "" if unread else "，没有发现问题"
            return f"共读入 {read:,} 行，全部可用{fine}。{unread}"
        told = f"另有 {warnings:,} 条提示" if warnings else "没有提示"
        return f"共读入 {read:,} 行，使用 {read - aside:,} 行，搁置 {aside:,} 行；{told}。{unread}"

    def _proof(
        self, sheet: Any, row: int, holds: bool, style: dict[str, Any] | None = None
    ) -> None:
        n = row + 1
        formula = f'=IF(D{n}=E{n}+F{n},"相符","不符")'
        sheet.write_formula(
            row, 6, formula, self.format(CELL, _CENTRED, style or {}), "相符" if holds else "不符"
        )

    def _totals(self, sheet: Any, row: int) -> None:
        bold = {"bold": True, "bg_color": "#F5F5F5"}
        files = [file for table in self.checked.tables.values() for file in table.files]
        sums = [
            sum(file.read for file in files),
            sum(file.used for file in files),
            sum(file.set_aside for file in files),
        ]
        told = sum(not problem.set_aside for problem in self.checked.problems)
        self._row(sheet, row, ("合计", None, None, None, None, None, None, None, None), bold)
        number = self.format(CELL, _NUMBER, bold)
        for place, value in zip((3, 4, 5, 7), (*sums, told), strict=True):
            letter = "ABCDEFGH"[place]
            sheet.write_formula(row, place, f"=SUM({letter}6:{letter}{row})", number, value)
        self._proof(sheet, row, sums[0] == sums[1] + sums[2], bold)

    def _kinds(self, sheet: Any, row: int) -> int:
        """The problems by kind, the most frequent first."""
        kinds: dict[tuple[str, bool, str | None, str], list[Problem]] = {}
        for problem in self.checked.problems:
            kind = (problem.table, problem.set_aside, problem.column, problem.kind)
            kinds.setdefault(kind, []).append(problem)
        if not kinds:
            return row
        sheet.write_string(row, 0, "问题归类", self.format(TEXT, {"bold": True, "font_size": 12}))
        self._headings(sheet, row + 1, ["表", "问题", "列", "处理", "条数"])
        order = sorted(kinds.items(), key=lambda kind: (not kind[0][1], -len(kind[1])))
        for row_, ((table, aside, column, _), alike) in enumerate(order[:50], row + 2):
            cells = (table, _in_common(alike), column, _treatment(aside), len(alike))
            self._row(sheet, row_, cells, QUIET if aside else {})
        return row + 2 + min(len(order), 50)

    def _unread(self, sheet: Any, row: int) -> None:
        """Every file and worksheet there is: those read, and those left out with the reason."""
        left_out = self.checked.left_out
        if not left_out:
            return
        sheet.write_string(
            row, 0, "没有读的文件和工作表", self.format(TEXT, {"bold": True, "font_size": 12})
        )
        read = sum(len(table.files) for table in self.checked.tables.values())
        matter = sum(one.matters for one in left_out)
        to_see = f"，其中 {matter:,} 个要看" if 0 < matter < len(left_out) else ""
        sheet.write_string(
            row + 1,
            0,
            f"共有文件和工作表 {read + len(left_out):,} 个：读了 {read:,} 个，"
            f"没有读 {len(left_out):,} 个{to_see}。",
            self.format(TEXT, {"font_color": "#595959"}),
        )
        self._headings(sheet, row + 2, ["", "文件", "工作表"])
        heading = self.format(HEADING)
        for (first, last), text in zip(_WIDE.values(), _WIDE, strict=True):
            sheet.merge_range(row + 2, first, row + 2, last, text, heading)
        for place, one in enumerate(left_out, row + 3):
            style = QUIET if one.matters else {}
            self._row(sheet, place, (None, one.name, one.sheet), style)
            texts = {"原因": one.reason, "怎么办": one.advice}
            lines = [math.ceil(len(one.name) / _SUMMARY[1][1])]
            for name, (first, last) in _WIDE.items():
                text = texts[name][:_LONGEST]
                sheet.merge_range(place, first, place, last, "", self.format(CELL, style))
                sheet.write_string(place, first, text, self.format(CELL, style))
                wide = sum(width for _, width in _SUMMARY[first : last + 1])
                lines.append(math.ceil(2 * len(text) / wide))
            sheet.set_row(place, _LINE_HEIGHT * max(lines))  # merged cells do not fit themselves

    def _details(self) -> None:
        sheet = report_sheet(self.book, "问题明细", _DETAILS)
        self._headings(sheet, 0, [name for name, _ in _DETAILS])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        # What must be put right comes before what should be looked at.
        problems = sorted(self.checked.problems, key=lambda problem: not problem.set_aside)
        listed = _without_repetitions(problems)[: self.most]
        for row, problem in enumerate(listed, 1):
            self._row(sheet, row, _cells(problem), QUIET if problem.set_aside else {})
        shown = len(listed)
        if problems:
            sheet.autofilter(0, 0, shown, len(_DETAILS) - 1)
        if len(problems) > shown:
            more = (
                f"这里列出 {shown:,} 条（同一种提示最多 {MOST_ALIKE:,} 条），"
                f"另有 {len(problems) - shown:,} 条没有列出，请先改正这些"
            )
            sheet.write_string(shown + 1, 0, more, self.format(TEXT))
        if not problems:
            sheet.write_string(1, 0, "没有发现问题", self.format(TEXT))

    def _definitions(self) -> None:
        """What is wrong with the KPIs that the project declares itself."""
        sheet = report_sheet(self.book, "自定义指标", _DEFINITIONS)
        told = (
            f"校验的时候有 {len(self.checked.definitions):,} 个定义不能用，别的指标照常。"
            "改了以后看 kpi-xl definitions list。"
        )
        sheet.write_string(0, 0, told, self.format(TEXT, {"font_color": "#595959"}))
        self._headings(sheet, 2, [name for name, _ in _DEFINITIONS])
        sheet.freeze_panes(3, 0)
        for row, one in enumerate(self.checked.definitions, 3):
            file = one.file.name if one.file is not None else None
            value = None if one.value is None else str(one.value)
            cells = (file, one.sheet, one.row, one.column, value, one.problem, one.advice)
            self._row(sheet, row, cells, QUIET)

    def _returned(self) -> None:
        """The worksheets of returned workbooks that say something for the tables."""
        sheet = report_sheet(self.book, "回收的工作簿", _RETURNED)
        told = (
            "收回的表里填的、进入各表的格子：读入＝使用＋已有＋搁置。已有的和原始数据或另一张表相同，"
            "只算一次；搁置的原因在“问题明细”里。没有改过的预填数不算填写。"
        )
        sheet.write_string(0, 0, told, self.format(TEXT, {"font_color": "#595959"}))
        self._headings(sheet, 2, [name for name, _ in _RETURNED])
        sheet.freeze_panes(3, 0)
        for row, one in enumerate(self.checked.returned, 3):
            counts = (one.read, one.used, one.same, one.set_aside)
            self._row(sheet, row, (one.table, one.file, one.sheet, *counts, None))
            n = row + 1
            sheet.write_formula(
                row, 7, f'=IF(D{n}=E{n}+F{n}+G{n},"相符","不符")', self.format(CELL, _CENTRED),
                "相符" if one.read == sum(counts[1:]) else "不符",
            )  # fmt: skip


def _without_repetitions(problems: Sequence[Problem]) -> list[Problem]:
    """All that was set aside, and the first of each kind of remark."""
    alike: Counter[tuple[str, str]] = Counter()
    listed = []
    for problem in problems:
        if not problem.set_aside:
            kind = (problem.table, problem.kind)
            alike[kind] += 1
            if alike[kind] > MOST_ALIKE:
                continue
        listed.append(problem)
    return listed


def _cells(problem: Problem) -> tuple[Any, ...]:
    return (
        _treatment(problem.set_aside),
        problem.table,
        problem.file,
        problem.sheet,
        problem.row,
        problem.column,
        problem.value,
        problem.reason,
        problem.advice,
    )


def _in_common(alike: Sequence[Problem]) -> str:
    """What is said of all problems of one kind, with … for what differs."""
    about: dict[str, object] = dict(alike[0].fault.about)
    for problem in alike:
        for name, value in problem.fault.about.items():
            if about[name] != value:
                about[name] = "…"
    return alike[0].fault.kind.reason.format_map(about)


def _treatment(set_aside: bool) -> str:
    return "搁置" if set_aside else "提示"
