"""The sheet 说明 that ends every template: how to fill it, what the colours mean, its slots."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import Declared
from workbook_templates.look import (
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
        self._book = book
        self._page = Page(book, "说明", _WIDTHS, landscape=False)
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
        """What each colour means."""
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

    def slots(self) -> None:
        """The names of cells: which people type into, which are filled; where, and what is there.

        One row for the names that are declared together, in the order they are declared.
        """
        for heading, unlocked in (("可以填写的单元格", True), ("填入数据的名称", False)):
            rows: dict[str, _Names] = {}
            for name, one in declared().items():
                where = self._book.slots.get(name)
                if where is not None and where.unlocked == unlocked:
                    begins = one.group.pattern or one.pattern.partition(".")[0]
                    rows.setdefault(begins, _Names(begins)).add(
                        one, where, (where.sheet, where.rows) in self._book.growing
                    )
            if rows:
                table = (("名称", "工作表", "内容"), *(one.row() for one in rows.values()))
                examples = (one.example for one in rows.values() if "<" in one.example[0])
                pattern, name = next(examples, ("", ""))
                note = f"尖括号里的字会变：{pattern} 如 {name}。" if pattern else ""
                self.table(heading, table, note)

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


class _Names:
    """The names in one row of the guide: those that begin alike.

    Parameters
    ----------
    begins : str
        How they begin, such as ``kpi.<指标>``.
    """

    def __init__(self, begins: str) -> None:
        self._begins = begins
        self._meanings: dict[str, str] = {}
        self._sheets: dict[str, None] = {}
        self._about = ""
        self._room = 0
        self.example = ("", "")

    def add(self, one: Declared, where: Named, grows: bool) -> None:
        """Take in a name."""
        self._meanings[one.pattern] = one.slot.meaning
        self._sheets[where.sheet] = None
        self._about = self._about or one.group.about
        if grows:
            self._room = where.rows[1] - where.rows[0] + 1
        if not self.example[0]:
            self.example = (one.pattern, one.name)

    def row(self) -> tuple[str, str, str]:
        """The names, their sheets, what stands in them."""
        first, *others = self._meanings
        begins = self._begins.removesuffix(".")
        names = "、".join((first, *(name.removeprefix(begins) for name in others)))
        meanings = "；".join(one.replace("；", "，") for one in self._meanings.values())
        about = f"{self._about}：" if self._about else ""
        room = f"；超过 {self._room} 行时自动加行" if self._room else ""
        return names, _sheets(list(self._sheets)), f"{about}{meanings}{room}"


def _sheets(names: list[str]) -> str:
    """The names of sheets, of the weeks only the first and the last."""
    weeks = [name for name in names if name[0] == "第" and name[-1] == "周"]
    others = [name for name in names if name not in weeks]
    return "、".join(others + ([f"{weeks[0]}—{weeks[-1]}"] if len(weeks) > 1 else weeks))


def _lines(text: str, fits: int) -> int:
    """How many lines a text takes; a Chinese character is as wide as two others."""
    width = sum(2 if ord(character) > 0x2E7F or character in "—“”…" else 1 for character in text)
    return max(1, -(-width // fits))
