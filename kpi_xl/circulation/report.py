"""回收报告.xlsx: what came back, what did not, and what has to be put right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl.calendar import Month
from kpi_xl.circulation.collected_workbooks import Collected
from kpi_xl.kpi_registry import Registry
from kpi_xl.record.history import Change
from kpi_xl.slots.changes_told import changed, meaning, shown_value, what_became
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

CHANGES: Final = "值的变化"
_MOST_CHANGES: Final = 20_000
"""So many lines of changes people may still look through; writing more takes long."""

_Row = Sequence[str | int]
_Columns = Sequence[tuple[str, int]]


def write_report(collected: Collected, kpis: Registry) -> None:
    """Write the report where `collected` says.

    Raises
    ------
    FileError
        When it cannot be written, as when the old one is open in Excel.
    """
    content = new_workbook("回收报告", lambda book: _Report(book, collected, kpis).write())
    write_whole(collected.report, content)


def write_changes(file: Path, title: str, changes: Sequence[Change], kpis: Registry) -> None:
    """Write what became of cells, such as when a collection was taken back.

    Raises
    ------
    FileError
        As `write_report`.
    """
    write_whole(file, new_workbook(title, lambda book: Sheets(book, kpis).changes(changes)))


class Sheets:
    """The looks of reports, and the sheet of what was changed."""

    def __init__(self, book: Any, kpis: Registry) -> None:
        self._book = book
        self._kpis = kpis
        self._plain = book.add_format(TEXT)
        self._title = book.add_format(TITLE)
        self._heading = book.add_format(HEADING)
        self._number_heading = book.add_format(HEADING | {"align": "right"})
        self._cell = book.add_format(CELL)
        self._number = book.add_format(CELL | {"num_format": "#,##0", "align": "right"})
        self._quiet = book.add_format(CELL | QUIET)

    def changes(self, changes: Sequence[Change]) -> None:
        """The sheet 值的变化: every value that is another than before."""
        shown = changed(changes)
        self._table(
            CHANGES,
            (
                ("单位", 17), ("工号", 9), ("模板", 13), ("月份", 10), ("填的是什么", 20),
                ("哪一行", 10), ("以前", 12), ("现在", 12), ("说明", 14), ("谁", 9),
                ("保存时间", 11), ("文件", 17), ("工作表", 9), ("单元格", 8),
            ),
            (
                (
                    one.about or one.unit, one.person, one.template, one.period.chinese,
                    meaning(one), one.key or (str(one.row) if one.row > 1 else ""),
                    shown_value(one, one.was, self._kpis),
                    shown_value(one, one.value, self._kpis), what_became(one),
                    one.saved_by, f"{one.saved.astimezone():%Y-%m-%d %H:%M}", one.file,
                    one.sheet, one.cell,
                )
                for one in shown[:_MOST_CHANGES]
            ),
            "没有变化",
            f"另有 {len(shown) - _MOST_CHANGES:,} 处，见 --json 或 kpi-xl trace"
            if len(shown) > _MOST_CHANGES
            else "",
        )  # fmt: skip

    def _table(
        self,
        name: str,
        columns: _Columns,
        rows: Iterable[_Row],
        nothing: str,
        more: str = "",
    ) -> None:
        sheet = report_sheet(self._book, name, columns)
        for place, (heading, _) in enumerate(columns):
            sheet.write_string(0, place, heading, self._heading)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        last = 0
        for last, row in enumerate(rows, 1):
            self._row(sheet, last, row)
        if last:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        else:
            sheet.write_string(1, 0, nothing, self._plain)
        if more:
            sheet.write_string(last + 1, 0, more, self._plain)

    def _row(self, sheet: Any, row: int, cells: _Row) -> None:
        first = cells[0] in ("搁置", "没有收取")
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, place, cell, self._number)
            else:
                # Never as a formula: it is what somebody typed.
                sheet.write_string(row, place, cell[:500], self._quiet if first else self._cell)


class _Report(Sheets):
    """The sheets of the report."""

    def __init__(self, book: Any, collected: Collected, kpis: Registry) -> None:
        super().__init__(book, kpis)
        self._collected = collected

    def write(self) -> None:
        self._summary()
        done = self._collected
        self._table(
            "未收回",
            (("模板", 22), ("月份", 12), ("单位", 30), ("工号", 14), ("姓名", 14), ("文件", 60)),
            (
                (one.template, _month(one.period), one.unit, one.person, one.name, str(one.file))
                for one in done.missing
            ),
            "都收回了",
        )
        self._table(
            "问题单元格",
            (
                ("处理", 9), ("文件", 28), ("工作表", 12), ("单元格", 8), ("名称", 22),
                ("内容", 22), ("原因", 36), ("怎么办", 40),
            ),
            (
                (
                    "已收取" if one.taken else "没有收取", one.file.as_posix(), one.sheet,
                    one.cell, one.slot, one.value, one.reason, one.advice,
                )
                for one in sorted(done.problems, key=lambda one: one.taken)
            ),
            "没有问题",
        )  # fmt: skip
        self._table(
            "已收取",
            (
                ("模板", 18), ("月份", 11), ("单位", 22), ("工号", 11), ("姓名", 10), ("文件", 28),
                ("保存时间", 12), ("保存人", 10), ("存入的值", 9), ("问题", 7), ("说明", 34),
            ),
            (
                (
                    one.template, _month(one.period), one.unit, one.person, one.name,
                    one.file.as_posix(), one.saved, one.saved_by, one.values, one.problems,
                    one.note,
                )
                for one in done.taken
            ),
            "没有收取任何文件",
        )  # fmt: skip
        self.changes(done.changes)
        self._table(
            "没有收取的文件",
            (("处理", 10), ("文件", 46), ("原因", 54), ("怎么办", 54)),
            (
                (what, one.file.as_posix(), one.reason, one.advice)
                for what, listed in (("搁置", done.aside), ("不重复收取", done.passed_over))
                for one in listed
            ),
            "没有",
        )

    def _summary(self) -> None:
        done = self._collected
        sheet = report_sheet(self._book, "汇总", (("", 26), ("", 14), ("", 12), ("", 12), ("", 12)))
        sheet.write_string(0, 0, "回收报告", self._title)
        sheet.set_row(0, 28)
        files = len(done.taken) + len(done.aside) + len(done.passed_over)
        wrong = sum(not one.taken for one in done.problems)
        lines = (
            f"共 {files:,} 个文件 ＝ 收取 {len(done.taken):,} ＋ 不重复收取"
            f" {len(done.passed_over):,} ＋ 搁置 {len(done.aside):,}",
            f"没有收取的单元格 {wrong:,} 处；标注好、可以退回修改的工作簿 {len(done.marked):,} 份"
            + (f"，在“{done.marked[0].parent.name}”文件夹里" if done.marked else ""),
            "“搁置”的文件请按“怎么办”处理后再收一次；收过的不会重复计算。",
            _numbered(done.collection),
        )
        for row, line in enumerate(lines, 1):
            sheet.write_string(row, 0, line, self._plain)
        for column, heading in enumerate(("模板", "月份", "下发", "收回", "未收回")):
            style = self._heading if column < 2 else self._number_heading
            sheet.write_string(5, column, heading, style)
        for row, (template, period, sent, back) in enumerate(done.counts, 6):
            self._row(sheet, row, (template, _month(period), sent, back, sent - back))


def _numbered(collection: int | None) -> str:
    if collection is None:
        return "没有新的内容"
    return f"第 {collection} 次回收；收错了可以整次撤回：kpi-xl history --undo {collection}"


def _month(period: str) -> str:
    return Month.parse(period).chinese
