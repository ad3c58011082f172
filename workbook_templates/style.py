"""The look that the templates share: colours, type, page set-up, and how a slot is named.

One deep accent, greys, one pale tint for cells that people fill in. Colour never carries meaning
alone: a status is a word, an input cell is listed on the sheet 说明.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kpi_xl.workbook.slots import CHART, FOLD, PAGE, SPAN, TOLD

Style: TypeAlias = Mapping[str, Any]

ACCENT: Final = "#1F4E5F"
ACCENT_MIDDLE: Final = "#7D9FAB"
ACCENT_LIGHT: Final = "#C3D3D9"
ACCENT_PALE: Final = "#EAF0F2"
INK: Final = "#262B2F"
GREY: Final = "#68727A"
GREY_LIGHT: Final = "#AEB6BC"
HAIRLINE: Final = "#D3D9DD"
RESTING: Final = "#EFF1F2"
TINT: Final = "#FDF8E7"
WHITE: Final = "#FFFFFF"

FONT: Final = "微软雅黑"

# -- type: 18 the title, 11 headings, 10 everything else, 9 what explains it
TITLE: Final[Style] = {"font_size": 18, "bold": True, "font_color": ACCENT}
ASIDE: Final[Style] = {"font_size": 11, "bold": True, "align": "right"}
SECTION: Final[Style] = {"font_size": 11, "bold": True, "font_color": ACCENT}
LABEL: Final[Style] = {"font_size": 9, "font_color": GREY}
STRONG: Final[Style] = {"bold": True}
NOTE: Final[Style] = {"font_size": 9, "font_color": GREY, "text_wrap": True, "valign": "top"}

# -- places
LEFT: Final[Style] = {"align": "left"}
RIGHT: Final[Style] = {"align": "right"}
CENTRE: Final[Style] = {"align": "center"}
ACROSS: Final[Style] = {"align": "center_across"}
WRAP: Final[Style] = {"text_wrap": True, "valign": "top", "align": "left", "indent": 1}
PADDED: Final[Style] = {"indent": 1}

# -- cells
HEAD: Final[Style] = {
    "bold": True,
    "font_color": WHITE,
    "bg_color": ACCENT,
    "text_wrap": True,
}
SUBHEAD: Final[Style] = {"font_color": ACCENT, "bg_color": ACCENT_LIGHT}
GROUP: Final[Style] = {"bold": True, "font_color": ACCENT, "bg_color": ACCENT_PALE}
TOTAL: Final[Style] = {"bold": True, "bg_color": ACCENT_PALE}
RULED: Final[Style] = {"bottom": 1, "bottom_color": HAIRLINE}
BOXED: Final[Style] = {"border": 1, "border_color": HAIRLINE}
SIGNATURE: Final[Style] = {"bottom": 1, "bottom_color": GREY}
OPEN: Final[Style] = {"locked": False}
INPUT: Final[Style] = {"bg_color": TINT, "locked": False}
EDITABLE: Final[Style] = {"bg_color": TINT, "font_color": ACCENT, "locked": False}
"""Prefilled and still to be changed: the tint of an input, the accent's ink."""

# -- numbers
WHOLE: Final[Style] = {"num_format": "#,##0", "align": "right"}
RATE: Final[Style] = {"num_format": "0.0%", "align": "right"}
CHANGE: Final[Style] = {"num_format": "+0.0%;-0.0%;0.0%", "align": "right"}
POINTS: Final[Style] = {"num_format": '+0.0"点";-0.0"点";0.0"点"', "align": "right"}
GAP: Final[Style] = {"num_format": "+#,##0;-#,##0;0", "align": "right"}
DAY: Final[Style] = {"num_format": 'm"月"d"日"', "align": "center"}
DATE: Final[Style] = {"num_format": 'yyyy"年"m"月"d"日"', "align": "left", "indent": 1}

STATUS: Final[Mapping[str, Style]] = {
    "健康": {"bg_color": "#E3EFE6", "font_color": "#2B6240"},
    "异常": {"bg_color": "#FBEED2", "font_color": "#855600"},
    "危险": {"bg_color": "#F6DEDA", "font_color": "#9A2F24"},
    "未成熟": {"bg_color": "#EEF0F2", "font_color": "#5B6670", "italic": True},
}

_BASE: Final[Style] = {
    "font_name": FONT,
    "font_scheme": False,  # or the theme's font would win
    "font_size": 10,
    "font_color": INK,
    "valign": "vcenter",
}
UNSEEN: Final[Style] = {"num_format": ";;;"}
"""Nothing is shown, whatever the value."""

UNSEEN_ZERO: Final[Style] = {"num_format": "#,##0;-#,##0;"}
"""A whole number, and nothing for zero."""

NOT_PRINTED: Final = "平时不打印；要打印这一页，打印时选“忽略打印区域”"
"""Said on the pages that are there to be looked at."""

_TITLE_CHARACTER: Final = 3.6
"""How wide a character of a title is, in characters of the usual size."""

_SUM: Final = re.compile(r"=SUM\(([^!()]+)\)")
_OF_FORMS: Final = re.compile(r"=(COUNTIFS?\(|第\d周![A-Z]+\d+$)")
"""What is counted in a form, and what a month takes of one of its weeks."""

_WEEK: Final = re.compile(r"week\d\.period")
_FOOTER_STYLE: Final = f'&"{FONT},常规"&8&K{GREY[1:]}'


class Named(NamedTuple):
    """Where a slot is.

    Attributes
    ----------
    sheet : str
        The name of the sheet.
    rows, columns : (int, int)
        Its first and its last row and column, counted from 0.
    unlocked : bool
        Whether people may type into it.
    """

    sheet: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    unlocked: bool


class Book:
    """A workbook in the common look.

    Parameters
    ----------
    path : Path
        Where it is written.
    title : str
        Its title among the file's properties.
    """

    def __init__(self, path: Path, title: str) -> None:
        # The default font is what Excel measures the columns' widths in.
        default = {"font_name": FONT, "font_size": 10}
        self.workbook = xlsxwriter.Workbook(str(path), {"default_format_properties": default})
        # What has no font of its own, such as Chinese characters in charts, takes the theme's.
        self.workbook.theme_xml = self.workbook.theme_xml.replace(
            '<a:ea typeface=""/>', f'<a:ea typeface="{FONT}"/>'
        )
        # A fixed date keeps the bytes of a rebuilt template the same.
        self.workbook.set_properties({"title": title, "created": dt.datetime(2024, 1, 1)})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.slots: dict[str, Named] = {}
        self.growing: set[tuple[str, tuple[int, int]]] = set()
        self._weeks: dict[str, str] = {}

    def format(self, *styles: Style, larger: float = 0) -> Format:
        """The cell format of these styles together, the later ones winning.

        Parameters
        ----------
        larger : float
            So many points larger.
        """
        merged: dict[str, Any] = dict(_BASE)
        for style in styles:
            merged.update(style)
        merged["font_size"] += larger
        key = tuple(sorted(merged.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(merged)
        return self._formats[key]

    def week(self, slot: str, cells: str) -> None:
        """Note where the days of a week's sheet stand."""
        self._weeks[slot] = cells

    def changed(self, style: Style) -> Format:
        """A format for conditional formatting: only what differs."""
        return self.workbook.add_format(dict(style))

    def close(self) -> None:
        """Write the file; the sheet of a week is hidden in a month that has no such week."""
        for slot, cell in self._weeks.items():
            self.workbook.define_name(f"{PAGE}{slot.partition('.')[0]}", cell)
        self.workbook.close()


class Page:
    """A worksheet in the common look; rows and columns count from 0.

    Parameters
    ----------
    name : str
        The name of the sheet.
    widths : sequence of float
        The columns' widths in characters, from column A on.
    larger : float
        So many points is all text larger: a wide page is printed smaller.
    printed : bool
        Whether it is printed with the workbook; if not, it is there to be looked at.
    """

    def __init__(
        self,
        book: Book,
        name: str,
        widths: tuple[float, ...],
        *,
        landscape: bool = True,
        larger: float = 0,
        printed: bool = True,
    ) -> None:
        self.book = book
        self._larger = larger
        self.name = name
        self.sheet: Worksheet = book.workbook.add_worksheet(name)
        self._width = len(widths)
        self._widths = widths
        self._printed = printed
        self._unlocked: set[tuple[int, int]] = set()
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width, book.format())
        self._set_up(landscape)

    def _set_up(self, landscape: bool) -> None:
        sheet = self.sheet
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.45, bottom=0.6)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(
            f"&L{_FOOTER_STYLE}&A&R{_FOOTER_STYLE}第 &P 页，共 &N 页", {"scale_with_doc": False}
        )
        if not self._printed:
            # The area to print is an empty cell: of that Excel and LibreOffice print nothing.
            aside = self._width + 20  # no text flows over so far
            sheet.print_area(0, aside, 0, aside)
        # Nobody needs a password to lift it: it only guards against slips.
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def at(self, row: int, column: int, *, absolute: bool = False) -> str:
        """The cell's reference for use on another sheet, such as ``数据!Z5``."""
        return f"{self.name}!{xl_rowcol_to_cell(row, column, absolute, absolute)}"

    def height(self, row: int, points: float, last: int | None = None) -> None:
        """Set the height of a row, or of the rows up to `last`."""
        for number in range(row, (row if last is None else last) + 1):
            self.sheet.set_row(number, points)

    def range(self, row: int, column: int, last_row: int, last_column: int) -> str:
        """The cells' absolute reference for use on another sheet or in a chart."""
        last = xl_rowcol_to_cell(last_row, last_column, True, True)
        return f"{self.at(row, column, absolute=True)}:{last}"

    def name_slot(
        self, slot: str, row: int, column: int, last_row: int = -1, last_column: int = -1
    ) -> None:
        """Give cells the defined name by which they are filled or read."""
        last_row = max(row, last_row)
        first = xl_rowcol_to_cell(row, column, True, True)
        last_column = max(column, last_column)
        last = xl_rowcol_to_cell(last_row, last_column, True, True)
        cells = first if first == last else f"{first}:{last}"
        if self.book.workbook.define_name(slot, f"='{self.name}'!{cells}"):
            raise ValueError(f"Excel does not take the name {slot!r}")
        if _WEEK.fullmatch(slot):
            self.book.week(slot, f"='{self.name}'!{cells}")
        self.book.slots[slot] = Named(
            self.name, (row, last_row), (column, last_column), (row, column) in self._unlocked
        )

    def name_rows(self, name: str, row: int, last_row: int) -> None:
        """Let the slots that have exactly these rows have as many as there are values."""
        rows = f"='{self.name}'!${row + 1}:${last_row + 1}"
        self.book.workbook.define_name(f"rows.{name}", rows)
        self.book.growing.add((self.name, (row, last_row)))

    def fold(self, name: str, row: int, last_row: int) -> None:
        """Hide those of the rows in which nothing stands once they are filled."""
        rows = f"='{self.name}'!${row + 1}:${last_row + 1}"
        self.book.workbook.define_name(f"{FOLD}{name}", rows)

    def fold_drawn(self, name: str, row: int, last_row: int, *cells: str) -> None:
        """Hide rows that a chart lies over where there is no point in the cells it is drawn from.

        Parameters
        ----------
        *cells : str
            References such as `range` gives.
        """
        self.fold(name, row, last_row)
        for number, one in enumerate(cells, 1):
            more = "" if number == 1 else f".{number}"
            self.book.workbook.define_name(f"{TOLD}{name}{more}", f"={one.lstrip('=')}")

    def span(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Let charts of these columns begin with the first in which anything stands."""
        cells = self.range(row, column, last_row, last_column).lstrip("=")
        self.book.workbook.define_name(f"{SPAN}{self.name}", f"={cells}")

    def chart(
        self, row: int, column: int, chart: Chart, text: str, cells: str, x: int = 0, y: int = 0
    ) -> None:
        """Put a chart on the page that is left out where it would have no point.

        Parameters
        ----------
        text : str
            What a screen reader says of it.
        cells : str
            What it is drawn from, as `range` gives.
        x, y : int
            By how much it is moved, in pixels.
        """
        place = {"object_position": 2, "x_offset": x, "y_offset": y, "description": text}
        self.sheet.insert_chart(row, column, chart, place)
        self.book.workbook.define_name(f"{CHART}{text}", f"={cells.lstrip('=')}")

    def put(self, row: int, column: int, value: Any, *styles: Style, slot: str = "") -> None:
        """Write a value, or a blank cell for None, and name the cell if it is a slot."""
        cell_format = self.book.format(*styles, larger=self._larger)
        if value is None:
            self.sheet.write_blank(row, column, None, cell_format)
        else:
            self.sheet.write(row, column, value, cell_format)
        if not cell_format.locked:
            self._unlocked.add((row, column))
        if slot:
            self.name_slot(slot, row, column)

    def formula(
        self, row: int, column: int, formula: str, empty: Any, *styles: Style, slot: str = ""
    ) -> None:
        """Write a native formula with the value it has in the empty template.

        A sum shows nothing as long as nothing is typed: forms are filled in by hand as well.
        """
        cell_format = self.book.format(*styles, larger=self._larger)
        self.sheet.write_formula(row, column, formula, cell_format, empty)
        if empty == 0 and (summed := _SUM.fullmatch(formula)):
            self.highlight(row, column, row, column, f"=COUNT({summed[1]})=0", UNSEEN)
        elif empty == 0 and _OF_FORMS.match(formula):
            cell = xl_rowcol_to_cell(row, column)
            self.highlight(row, column, row, column, f"={cell}=0", UNSEEN)
        if slot:
            self.name_slot(slot, row, column)

    def blanks(
        self, row: int, column: int, last_row: int, last_column: int, *styles: Style
    ) -> None:
        """Give empty cells a format."""
        for r in range(row, last_row + 1):
            for c in range(column, last_column + 1):
                self.put(r, c, None, *styles)

    def column(self, row: int, column: int, count: int, *styles: Style, slot: str) -> None:
        """A slot of `count` rows."""
        self.blanks(row, column, row + count - 1, column, *styles)
        self.name_slot(slot, row, column, row + count - 1)

    def row(self, row: int, column: int, count: int, *styles: Style, slot: str) -> None:
        """A slot of `count` columns."""
        self.blanks(row, column, row, column + count - 1, *styles)
        self.name_slot(slot, row, column, row, column + count - 1)

    def merged(
        self,
        row: int,
        column: int,
        last_row: int,
        last_column: int,
        text: str,
        *styles: Style,
        slot: str = "",
    ) -> None:
        """Merge cells into one: for titles, signatures and boxes to write in."""
        cell_format = self.book.format(*styles, larger=self._larger)
        self.sheet.merge_range(row, column, last_row, last_column, text, cell_format)
        if not cell_format.locked:
            self._unlocked.add((row, column))
        if slot:
            self.name_slot(slot, row, column, last_row, last_column)

    def title(self, text: str) -> None:
        """The title in the first row, with the accent's line below it."""
        self.height(0, 34)
        line: Style = {"bottom": 5, "bottom_color": ACCENT}
        self.blanks(0, 1, 0, self._width - 1, line)
        self.put(0, 1, text, TITLE, line)
        if not self._printed:
            self.put(0, self._beside(text), NOT_PRINTED, LABEL, line)

    def _beside(self, title: str) -> int:
        """The first column that a title leaves free."""
        taken, column = _TITLE_CHARACTER * len(title), 1
        while taken > 0:
            taken -= self._widths[column]
            column += 1
        return column

    def aside(self, slot: str) -> None:
        """A slot at the title's right end."""
        line: Style = {"bottom": 5, "bottom_color": ACCENT}
        self.put(0, self._width - 1, None, ASIDE, line, slot=slot)

    def month(self) -> None:
        """The month at the title's right end; left of it, what is to be said of its days off."""
        self.aside("period.month")
        line: Style = {"bottom": 5, "bottom_color": ACCENT}
        # A cell stays free between them: a long month flows over it.
        self.put(0, self._width - 3, None, LABEL, RIGHT, line, slot="period.calendar")

    def fields(self, row: int, fields: Mapping[int, tuple[str, str, Style]]) -> None:
        """A strip of facts: small labels with their values below.

        Parameters
        ----------
        row : int
            The row of the labels.
        fields : mapping of int to (label, slot, style)
            The facts in the strip, by column.
        """
        self.height(row, 18)
        self.height(row + 1, 20)
        for column, (label, slot, style) in fields.items():
            self.put(row, column, label, LABEL, {"valign": "bottom"})
            # A number does not flow over into the next cells as words do.
            fitted: Style = {"shrink": True} if "num_format" in style else {}
            self.put(row + 1, column, None, STRONG, LEFT, style, fitted, slot=slot)

    def highlight(
        self, row: int, column: int, last_row: int, last_column: int, formula: str, style: Style
    ) -> None:
        """Change the look of cells where a formula, written for the first cell, is true."""
        self.sheet.conditional_format(
            row,
            column,
            last_row,
            last_column,
            {"type": "formula", "criteria": formula, "format": self.book.changed(style)},
        )
