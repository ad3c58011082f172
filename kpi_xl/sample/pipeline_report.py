"""商机月报.xlsx: the monthly report of the B2B sample, a workbook of one's own with slots."""

from __future__ import annotations

from typing import Any, Final

from kpi_xl.workbook.new_workbook import FONT, new_workbook

REPORT: Final = "商机月报.xlsx"

_SHEET: Final = "商机月报"

_PARTS: Final[dict[str, dict[str, str]]] = {
    "线索": {
        "新线索数": "#,##0", "转化线索数": "#,##0", "线索转化率": "0.0%", "转介绍占比": "0.0%",
        "每条线索费用": "#,##0",
    },
    "管道": {
        "新商机数": "#,##0", "人均新商机": "0.00", "在手商机金额": "#,##0", "加权商机金额": "#,##0",
        "管道覆盖率": "0.00", "加权覆盖率": "0.00", "谈判占比": "0.0%",
    },
    "成交": {
        "赢单金额": "#,##0", "配额达成率": "0.0%", "赢单数": "#,##0", "赢单率": "0.0%",
        "平均单值": "#,##0", "折扣率": "0.0%", "销售周期": "0.0", "价格输单占比": "0.0%",
        "销售速度": "#,##0", "签约客户数": "#,##0",
    },
    "续约": {
        "到期合同数": "#,##0", "续约率": "0.0%", "到期金额": "#,##0", "金额续约率": "0.0%",
    },
}  # fmt: skip
_COLUMNS: Final = (("本月", ""), ("上月", ".上月"), ("去年同期", ".去年同期"), ("状态", ".状态"))

_LINE: Final = {"bottom": 1, "bottom_color": "#D9D9D9"}
_STATES: Final = {"健康": "#2E7D32", "异常": "#B26A00", "危险": "#C62828"}


def pipeline_report() -> bytes:
    """The workbook: every KPI of the pack beside the month before and last year, what is weak
    below, why, and what to do.
    """
    return new_workbook(_SHEET, lambda book: _Report(book).write())


class _Report:
    """The sheet, row by row."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.sheet = book.add_worksheet(_SHEET)
        self.row = 0

    def write(self) -> None:
        sheet = self.sheet
        sheet.hide_gridlines(2)
        for place, width in enumerate((18, 15, 15, 15, 11, 34)):
            sheet.set_column(place, place, width, self._look())
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, _SHEET, self._look(font_size=18, bold=True))
        self._slot("B1", "unit.name", self._look(font_size=14, bold=True))
        self._slot("F1", "period.month", self._look(font_size=12, align="right"))
        self.row = 2
        for part, kpis in _PARTS.items():
            self._part(part, kpis)
        self._list(
            "预警", {"指标": "A", "状态": "B", "实际": "C", "应达": "D", "原因": "F"}, "warnings", 8
        )
        self._list("诊断和措施", {"问题": "A", "原因": "B", "措施": "F"}, "diagnosis", 6)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, self.row, 5)
        sheet.set_footer("&C&8第 &P 页，共 &N 页")

    def _look(self, **more: Any) -> Any:
        return self.book.add_format(FONT | more)

    def _slot(self, cell: str, name: str, look: Any) -> None:
        self.sheet.write_blank(cell, None, look)
        letter, number = cell[0], cell[1:]
        self.book.define_name(name, f"={_SHEET}!${letter}${number}")

    def _heading(self, words: dict[str, str]) -> None:
        look = self._look(bold=True, font_color="#FFFFFF", bg_color="#34495E")
        right = self._look(bold=True, font_color="#FFFFFF", bg_color="#34495E", align="right")
        centred = self._look(bold=True, font_color="#FFFFFF", bg_color="#34495E", align="center")
        for letter in "ABCDEF":
            word = words.get(letter, "")
            is_number = letter in "BCD" and words.get("E", "") == "状态"
            chosen = right if is_number else centred if letter == "E" else look
            self.sheet.write_string(f"{letter}{self.row + 1}", word, chosen)
        self.row += 1

    def _part(self, part: str, kpis: dict[str, str]) -> None:
        headings = dict(zip("BCDE", (name for name, _ in _COLUMNS), strict=True))
        self._heading({"A": part, **headings, "F": "怎样看"})
        for kpi, number in kpis.items():
            line = self.row + 1
            self.sheet.write_string(f"A{line}", kpi, self._look(**_LINE))
            for letter, (_, end) in zip("BCDE", _COLUMNS, strict=True):
                shown = {"align": "center"}
                if letter != "E":
                    shown = {"num_format": number, "align": "right"}
                self._slot(f"{letter}{line}", f"kpi.{kpi}{end}", self._look(**_LINE, **shown))
            small = self._look(**_LINE, font_size=8, font_color="#7F8C8D", text_wrap=True)
            self._slot(f"F{line}", f"kpi.{kpi}.说明", small)
            self._colours(f"E{line}")
            self.row += 1
        self.row += 1

    def _list(self, title: str, columns: dict[str, str], group: str, rows: int) -> None:
        self._heading({"A": title} | {at: word for word, at in columns.items() if at != "A"})
        first = self.row + 1
        last = first + rows - 1
        for letter in "ABCDEF":
            for line in range(first, last + 1):
                look = self._look(**_LINE, text_wrap=True, font_size=9)
                self.sheet.write_blank(f"{letter}{line}", None, look)
        for line in range(first, last + 1):
            self.sheet.set_row(line - 1, 42 if group == "diagnosis" else 28)
            if group == "diagnosis":
                look = self._look(**_LINE, text_wrap=True, font_size=9)
                self.sheet.merge_range(f"B{line}:E{line}", "", look)
        for word, letter in columns.items():
            place = f"={_SHEET}!${letter}${first}:${letter}${last}"
            self.book.define_name(f"{group}.{word}", place)
            if word == "状态":
                for line in range(first, last + 1):
                    self._colours(f"{letter}{line}")
        # Rows in which nothing stands are hidden once they are filled.
        self.book.define_name(f"folds.{group}", f"={_SHEET}!${first}:${last}")
        self.row += rows + 1

    def _colours(self, cell: str) -> None:
        for word, colour in _STATES.items():
            look = self.book.add_format({"font_color": colour, "bold": True})
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
            self.sheet.conditional_format(cell, rule)
