"""The sheet 说明 that ends every template: how to fill it, what the colours mean, its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import Declared
from workbook_templates.style import (
    ACCENT,
    BOXED,
    EDITABLE,
    HEAD,
    LEFT,
    NOTE,
    PADDED,
    RULED,
    SECTION,
    STATUS,
    STRONG,
    TINT,
    WRAP,
    Book,
    Named,
    Page,
    Style,
)

Table = tuple[tuple[str, str, str], ...]
"""A heading row and its rows, three columns each."""

_WIDTHS: Final = (1.5, 30.0, 34.0, 56.0)
_LINE: Final = 18.0
_WEEK: Final = re.compile(r"第\d周")
_WEEKS: Final = "每一周的表"
_WORDS: Final = {
    "第 <周> 周第 <日> 天": "每周每天",
    "第 <周> 周": "每周",
    "第 <数> 个数": "每个数",
    "<指标>": "各项指标",
    "<活动>": "各项活动",
    "<项目>.": "各项",
    "<项目>": "各项",
    "<比较>": "各种比较",
    "<技能>": "各项技能",
    "<框>": "每一框",
}
"""What the places in names are called on the sheet."""

# What fits on one line of each column, a Chinese character counting two; the first is bold.
_FITS: Final = {1: 26, 2: 34, 3: 56}


class Guide:
    """The sheet 说明.

    Parameters
    ----------
    purpose : str
        What the template is for.
    """

    def __init__(self, book: Book, purpose: str) -> None:
        self._book = book
        self._page = Page(book, "说明", _WIDTHS, landscape=False, printed=False)
        self._page.title("说明")
        self._page.height(1, 8)
        self._row = 2
        self._paragraph(purpose)

    def steps(self, heading: str, steps: tuple[str, ...]) -> None:
        """Numbered steps."""
        self._heading(heading)
        for number, step in enumerate(steps, 1):
            self._paragraph(f"{number}．{step}")

    def colours(self, *, status: bool = False, resting: str = "") -> None:
        """The legend of the colours."""
        page = self._page
        self._heading("颜色")
        swatches: list[tuple[str, Style, str]] = [
            ("填写", {"bg_color": TINT}, "要您填写的单元格"),
            ("1,234", {**EDITABLE, "locked": True}, "已预先填好、可以修改的单元格"),
            ("1,234", {}, "由系统填入或由公式算出，已锁定，防止误改"),
        ]
        if resting:
            swatches.append(("休", {"bg_color": "#EFF1F2", "font_color": "#68727A"}, resting))
        if status:
            meanings = (
                "界限、目标都达到，也没有比平时的波动更差",
                "有一样没有达到，或比平时的波动更差",
                "越过危险界限，或比目标差一成以上",
                "数据还没有到齐，先不判断",
            )
            swatches += [
                (word, STATUS[word], meaning)
                for word, meaning in zip(STATUS, meanings, strict=True)
            ]
        for text, style, meaning in swatches:
            page.height(self._row, 20)
            page.put(self._row, 1, text, {"align": "center"}, BOXED, style)
            page.put(self._row, 2, meaning, {"indent": 1})
            self._row += 1
        page.height(self._row, 6)
        self._row += 1
        self._paragraph(
            "工作表的保护没有密码：需要改版式时，点“审阅 → 撤销工作表保护”即可。"
            "行高、列宽不用撤销保护就能调整。"
        )
        self._paragraph(
            "上方写着“平时不打印”的页，打印整个工作簿、转成 PDF 时不出来。要打印其中一页："
            "Excel 在“打印 → 设置”里选“忽略打印区域”；没有这一项的程序，先取消这一页的打印区域。"
        )

    def slots(self) -> None:
        """The cells with a name: which people type into, which are filled; where, and what it is.

        In the order in which they stand, those of one sheet that are declared together in one row.
        """
        order = {sheet.name: n for n, sheet in enumerate(self._book.workbook.worksheets())}
        for heading, unlocked in (("可以填写的单元格", True), ("由系统填入的单元格", False)):
            rows: dict[tuple[str, str], _Cells] = {}
            for name, one in declared().items():
                where = self._book.slots.get(name)
                if where is not None and where.unlocked == unlocked:
                    begins = one.group.pattern or one.pattern.partition(".")[0]
                    sheet = _WEEKS if _WEEK.fullmatch(where.sheet) else where.sheet
                    found = rows.setdefault((begins, sheet), _Cells(sheet))
                    found.add(one, where, (where.sheet, where.rows) in self._book.growing)
            if rows:
                listed = sorted(rows.values(), key=lambda one: (order[one.sheets[0]], one.place))
                table = (("工作表", "单元格", "里面是什么"), *(one.row() for one in listed))
                self.table(heading, table)
        self._paragraph(
            "做自己的模板时，单元格要起同样的名称：点开上面的单元格，左上角的名称框里就是；全部名称见手册的“官方模板”。"
        )

    def table(self, heading: str, table: Table, note: str = "", slots: Sequence[str] = ()) -> None:
        """A table of three columns; the last column of its rows may be slots."""
        page = self._page
        self._heading(heading)
        if note:
            self._paragraph(note)
        page.height(self._row, 20)
        for column, text in enumerate(table[0], 1):
            page.put(self._row, column, text, HEAD, LEFT, PADDED)
        self._row += 1
        for row, slot in zip_longest(table[1:], slots, fillvalue=""):
            assert not isinstance(row, str)
            lines = max(_lines(text, _FITS[column]) for column, text in enumerate(row, 1))
            page.height(self._row, 4 + 16 * lines)
            for column, text in enumerate(row, 1):
                emphasis = STRONG if column == 1 else {}
                page.put(
                    self._row,
                    column,
                    text,
                    WRAP,
                    {"valign": "vcenter"},
                    PADDED,
                    RULED,
                    emphasis,
                    slot=slot if column == len(row) else "",
                )
            self._row += 1

    def _heading(self, text: str) -> None:
        page = self._page
        page.height(self._row, 8)
        page.height(self._row + 1, 22)
        page.put(self._row + 1, 1, text, SECTION, {"font_color": ACCENT})
        self._row += 2

    def _paragraph(self, text: str) -> None:
        page = self._page
        lines = _lines(text, sum(_FITS.values()) - 4)
        page.height(self._row, 4 + 16 * lines)
        page.merged(
            self._row, 1, self._row, 3, text, NOTE, {"font_size": 10, "font_color": "#262B2F"}
        )
        self._row += 1


class _Cells:
    """The cells in one row of the guide: those on one sheet, or on each week's, declared together.

    Parameters
    ----------
    sheet : str
        The sheet as it is written there.
    """

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self.sheets: list[str] = []
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._meanings: dict[str, None] = {}
        self._about = ""
        self._room = 0

    @property
    def place(self) -> tuple[int, int]:
        """Its first row and column."""
        return min(self._rows), min(self._columns)

    def add(self, one: Declared, where: Named, grows: bool) -> None:
        """Take in the cells of a slot."""
        self.sheets.append(where.sheet)
        self._meanings[in_words(one.slot.meaning)] = None
        self._about = self._about or in_words(one.group.about)
        self._rows += where.rows
        self._columns += where.columns
        if grows:
            self._room = where.rows[1] - where.rows[0] + 1

    def row(self) -> tuple[str, str, str]:
        """The sheet, the cells, what stands in them."""
        about = f"{self._about}：" if self._about else ""
        room = f"；超过 {self._room} 行时自动加行" if self._room else ""
        first = xl_rowcol_to_cell(*self.place)
        last = xl_rowcol_to_cell(max(self._rows), max(self._columns))
        cells = first if first == last else f"{first}:{last}"
        return self._sheet, cells, f"{about}{'；'.join(self._meanings)}{room}"


def in_words(meaning: str) -> str:
    """The meaning of a slot, in words for people who fill in forms and make no templates.

    Examples
    --------
    >>> in_words("第 <周> 周：<活动>计划")
    '每周：各项活动计划'
    >>> in_words("营业部名称；有这个名称的工作簿每个营业部一份")
    '营业部名称'
    """
    text, _, _ = meaning.partition("；有这个名称")
    for place, word in _WORDS.items():
        text = text.replace(place, word)
    return text.replace("；", "，")


def _lines(text: str, fits: int) -> int:
    """How many lines a text takes; a Chinese character is as wide as two others."""
    width = sum(2 if ord(character) > 0x2E7F or character in "—“”…" else 1 for character in text)
    return max(1, -(-width // fits))
