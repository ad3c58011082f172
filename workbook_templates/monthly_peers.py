"""The sheet 因素与同类 of 月度KPI表: factors of the premium, core abilities, peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.slots.analysis_slots import PAR, WATERFALL
from workbook_templates.monthly_data import DRAWN, FAMILIES, Data, hollow, kpi, number
from workbook_templates.style import (
    ACCENT,
    ACCENT_LIGHT,
    CENTRE,
    FONT,
    GAP,
    GREY,
    GREY_LIGHT,
    HAIRLINE,
    HEAD,
    INK,
    LABEL,
    LEFT,
    NOTE,
    RIGHT,
    RULED,
    SECTION,
    STRONG,
    WHOLE,
    Book,
    Page,
    Style,
)

SHEET: Final = "因素与同类"
_MORE: Final = "#8FB8DE"
_LESS: Final = "#E8A33D"
"""Blue and orange: everybody can tell them apart."""
COMPARISONS: Final = ("环比", "同比", "目标", "标杆", "全公司")
STARTS: Final = {
    "环比": "比上月",
    "同比": "比去年同期",
    "目标": "比目标",
    "标杆": "比最好的同类",
    "全公司": "比同类平均",
}
FACTORS: Final = ("人力", "举绩率", "有效人均件数", "件均保费")
_ONE_LINE: Final[Style] = {"shrink": True, "text_wrap": False}
WATERFALLS: Final = ("环比", "同比")
_BARS: Final = ("合计", "底", "增", "减")

WIDTHS: Final = (1.5, 15, 12, 12, 12, 12, 12, 12, 12, 14)
_LAST: Final = len(WIDTHS) - 1
_CHART: Final = (414, 240)
_SMALL: Final = (274, 220)
_ROW: Final = 20


def place(book: Book) -> Page:
    """Add the sheet, still empty."""
    return Page(book, SHEET, WIDTHS, landscape=False, larger=0.5, printed=False)


def compared(families: Mapping[str, Sequence[str]] = FAMILIES) -> list[str]:
    """The KPIs of the peers' table: those that units of different sizes can be compared by."""
    names = [name for names in families.values() for name in names]
    return [n for n in names if kpi(n).is_comparable and kpi(n).direction != "neutral"]


def write(page: Page, data: Data, heading: str) -> None:
    """Write the sheet.

    Parameters
    ----------
    data : Data
        Where the series are.
    heading : str
        The formula of whose numbers and which month these are.
    """
    page.title("因素与同类")
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(0, _LAST, heading, "　", STRONG, RIGHT, line, slot="peers.heading")
    row = waterfalls(page, factors(page, 1, _LAST))
    row = _par(page, data, row)
    peers(page, row, compared())
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(1, 0)


def factors(page: Page, row: int, last: int) -> int:
    """The table of the splits; returns the row below it.

    Which factors they are depends on the trade: their names are slots.
    """
    page.height(row, 24)
    page.put(row, 1, "因素分解（元）", SECTION, {"valign": "bottom"}, slot="drivers.title")
    note: Style = {"text_wrap": False, "valign": "bottom"}
    page.put(row, 4, "各因素之和等于差额。", NOTE, note, slot="drivers.formula")
    row += 1
    page.height(row, 20)
    page.blanks(row, 1, row, last, HEAD)
    for column, head in enumerate(("比较", "起点", *FACTORS, "本月", "差额", "主要因素"), 1):
        page.put(row, column, head, HEAD, LEFT if column in (1, 9) else RIGHT, _ONE_LINE)
    page.name_slot("drivers.因素", row, 3, row, 2 + len(FACTORS))
    for number_, comparison in enumerate(COMPARISONS, row + 1):
        page.height(number_, 20)
        page.blanks(number_, 1, number_, last, RULED)
        page.put(number_, 1, STARTS[comparison], RULED)
        slot = f"drivers.{comparison}"
        page.row(number_, 2, 6, WHOLE, RULED, slot=slot)
        for column in range(3, 7):
            page.put(number_, column, None, GAP, RULED)
        page.put(number_, 8, None, GAP, STRONG, RULED, slot=f"{slot}.差额")
        page.put(number_, 9, None, RULED, {"indent": 1}, slot=f"{slot}.主因")
    page.fold("drivers", row + 1, row + len(COMPARISONS))
    return row + 1 + len(COMPARISONS)


def waterfalls(page: Page, row: int) -> int:
    """The charts of the splits in the table right above; returns the row below them."""
    first_split, drawn = row - len(COMPARISONS), list[str]()
    for place_, (comparison, first) in enumerate(_columns(page, first_split).items()):
        chart = _waterfall(page, comparison, first)
        source = first_split + COMPARISONS.index(comparison)
        cells = page.range(source, 2, source, 7)
        text = f"{STARTS[comparison]}的瀑布图"
        page.chart(row, 1, chart, text, cells, place_ * (_CHART[0] + 8), 6)
        drawn.append(cells)
    last = row + _CHART[1] // _ROW
    page.fold_drawn("waterfalls", row, last, *drawn)
    return last + 1


def _columns(page: Page, first_split: int) -> dict[str, int]:
    """The columns that the charts are drawn from, beside the page, hidden; their first rows.

    Parameters
    ----------
    first_split : int
        The row of the first comparison in the table of the splits.
    """
    found = {}
    column = _LAST + 2
    top = first_split + len(COMPARISONS) + 1  # beside the charts, whose rows are never hidden
    page.put(top - 1, column, "瀑布图的数据", LABEL)
    page.sheet.set_column(column, column + 6, None, None, {"hidden": True})
    for comparison in WATERFALLS:
        source = first_split + COMPARISONS.index(comparison)
        found[comparison] = top
        for place_, text in ((1, "起点"), (2 + len(FACTORS), "本月")):
            page.put(top, column + place_, text, LABEL)
        for place_, text in enumerate(FACTORS):
            head = xl_rowcol_to_cell(first_split - 1, 3 + place_, True, True)
            named = WATERFALL.excel("因素", {"drivers.因素@": head})
            page.formula(top, column + 2 + place_, named, text, LABEL)
        slot = f"waterfall.{comparison}.因素"
        page.name_slot(slot, top, column + 2, top, column + 1 + len(FACTORS))
        for number_, name in enumerate(_BARS, top + 1):
            page.put(number_, column, name, LABEL)
            for place_ in range(6):
                own, first, before = (
                    xl_rowcol_to_cell(source, at, False, True)
                    for at in (2 + place_, 2, max(1 + place_, 2))
                )
                cells = {f"drivers.<比较>@{which}": cell for which, cell in (
                    ("", own), (":", f"{first}:{own}"), (":-", f"{first}:{before}"),
                )}  # fmt: skip
                formula = WATERFALL.excel(name, cells, place=place_)
                look: Style = {**LABEL, **WHOLE, "font_size": 9}
                page.formula(number_, column + 1 + place_, formula, 0, look)
            page.name_slot(
                f"waterfall.{comparison}.{name}", number_, column + 1, number_, column + 6
            )
        top += 6
    return found


def _waterfall(page: Page, comparison: str, first: int) -> Chart:
    chart: Chart = page.book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    column = _LAST + 3
    categories = f"={page.range(first, column, first, column + 5)}"
    looks: dict[str, dict[str, Any]] = {
        "底": {"fill": {"none": True}, "border": {"none": True}},
        "合计": {"fill": {"color": ACCENT}, "border": {"none": True}, **_labelled("")},
        "增": {"fill": {"color": _MORE}, "border": {"none": True}, **_labelled("+")},
        "减": {"fill": {"color": _LESS}, "border": {"none": True}, **_labelled("−")},
    }
    for name, look in looks.items():
        row = first + 1 + _BARS.index(name)
        values = f"={page.range(row, column, row, column + 5)}"
        chart.add_series(
            {"name": name, "categories": categories, "values": values, "gap": 45, **look}
        )
    _dress(chart, f"{STARTS[comparison]}（万元）", r"0\.0,", _CHART)
    chart.set_legend({"none": True})
    chart.show_hidden_data()
    return chart


def _labelled(sign: str) -> dict[str, Any]:
    """Labels in 万 with a sign, none on what is nothing."""
    font = {"name": FONT, "size": 10, "color": INK if sign else "#FFFFFF"}
    shown = rf"{sign}0\.0,;{sign}0\.0,;"
    place = {} if not sign else {"position": "inside_base"}
    return {"data_labels": {"value": True, "num_format": f'{shown}""', "font": font, **place}}


def _par(page: Page, data: Data, row: int) -> int:
    page.height(row, 24)
    page.put(row, 1, "三项核心能力（PAR）：持续率、活动率、留存率", SECTION, {"valign": "bottom"})
    note = "空心点未成熟。分公司的同类是下属单位。"
    page.put(row, 5, note, NOTE, {"text_wrap": False, "valign": "bottom"})
    for place_, name in enumerate(PAR):
        chart: Chart = page.book.workbook.add_chart({"type": "line"})
        for label, values, colour, width in (
            ("同类最好", data.peers(name, "最好"), ACCENT_LIGHT, 1.25),
            ("同类中位", data.peers(name, "中位"), GREY_LIGHT, 1.25),
            ("本单位", data.range(name), ACCENT, 2.0),
        ):
            chart.add_series(
                {
                    "name": label,
                    "categories": data.years,
                    "values": values,
                    "line": {"color": colour, "width": width},
                }
            )
        for points in hollow(data, name, data.years):
            chart.add_series(points)
        # Turned a little, or LibreOffice breaks every label into single characters.
        _dress(chart, name, "0%", _SMALL, rotation=-45)
        chart.set_plotarea({"layout": {"x": 0.17, "y": 0.16, "width": 0.79, "height": 0.46}})
        white = [4] if name in DRAWN else []  # in the hollow points
        legend = {"position": "bottom", "font": {"name": FONT, "size": 9, "color": GREY}}
        chart.set_legend({**legend, "delete_series": white})
        cells = data.range(name)
        page.chart(row + 1, 1, chart, f"{name}的走势", cells, place_ * (_SMALL[0] + 6))
    last = row + 1 + _SMALL[1] // _ROW
    for number_ in range(row + 1, last + 1):
        page.sheet.set_row_pixels(number_, _ROW)
    page.fold_drawn("par", row, last, *map(data.range, PAR))
    return last + 1


def peers(page: Page, row: int, names: Sequence[str]) -> int:
    """KPIs beside the best, the quartiles and the median of the peers; returns the last row."""
    page.height(row, 24)
    page.put(row, 1, "与同类单位比", SECTION, {"valign": "bottom"})
    note: Style = {"text_wrap": False, "valign": "bottom"}
    page.put(row, 3, None, NOTE, note, slot="peers.note")
    row += 1
    page.height(row, 20)
    page.blanks(row, 1, row, _LAST, HEAD)
    heads = ("指标", "本单位", "最好", "上四分位", "中位", "下四分位", "名次", "位置")
    for column, head in enumerate(heads, 1):
        page.put(row, column, head, HEAD, LEFT if column == 1 else CENTRE if column > 6 else RIGHT)
    for name in names:
        row += 1
        one = kpi(name)
        page.height(row, 18)
        page.blanks(row, 1, row, _LAST, RULED)
        lower = one.direction == "lower"
        page.put(row, 1, f"{name} ↓" if lower else name, RULED)
        page.put(row, 2, None, number(one), STRONG, RULED, slot=f"peers.{name}.本单位")
        for column, part in enumerate(("最好", "上四分位", "中位", "下四分位"), 3):
            page.put(row, column, None, number(one), RULED, slot=f"peers.{name}.{part}")
        page.put(row, 7, None, CENTRE, RULED, slot=f"peers.{name}.名次")
        page.put(row, 8, None, CENTRE, RULED, slot=f"peers.{name}.评价")
    page.fold("peers", row - len(names) + 1, row)
    return row


def _dress(
    chart: Chart, title: str, number_format: str, size: tuple[int, int], rotation: int = 0
) -> None:
    """The look of this sheet's charts."""
    font = {"name": FONT, "size": 10, "color": GREY}
    chart.set_title(
        {
            "name": title,
            "name_font": {"name": FONT, "size": 10, "bold": True, "color": INK},
            "layout": {"x": 0.015, "y": 0.03},
            "overlay": True,
        }
    )
    chart.set_x_axis(
        {
            "num_font": {**font, "rotation": rotation},
            "line": {"color": GREY, "width": 0.75},
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
            "text_axis": True,
            "interval_unit": 1,
            "label_position": "low",
        }
    )
    chart.set_y_axis(
        {
            "num_format": number_format,
            "num_font": font,
            **({"min": 0, "max": 1} if number_format == "0%" else {}),
            "line": {"none": True},
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
            "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.5}},
        }
    )
    chart.set_chartarea({"border": {"color": HAIRLINE, "width": 0.75}})
    chart.set_plotarea({"layout": {"x": 0.13, "y": 0.19, "width": 0.84, "height": 0.58}})
    chart.set_size({"width": size[0], "height": size[1]})
    chart.show_blanks_as("span")
