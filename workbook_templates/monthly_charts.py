"""The sheet 趋势图 of 月度KPI表: six native charts over the sheet 数据."""

from __future__ import annotations

from typing import Any, Final

from xlsxwriter.chart import Chart

from workbook_templates.monthly_data import DRAWN, Data, hollow
from workbook_templates.style import (
    ACCENT,
    ACCENT_LIGHT,
    ACCENT_MIDDLE,
    FONT,
    GREY,
    HAIRLINE,
    INK,
    RIGHT,
    STRONG,
    Book,
    Page,
)

_IN_WAN: Final = r'0\.0,"万"'
"""Hundreds of thousands shown in 万: a thousandth with a point before its last digit."""
_WIDTH: Final = 564
_HEIGHT: Final = 246
_GAP: Final = 14
_ROW: Final = 20
"""The height of a row in pixels."""


def place(book: Book) -> Page:
    """Add the sheet, still empty: it stands before the one it shows."""
    # Sixteen columns of equal width hold two charts side by side.
    return Page(book, "趋势图", (1.5, *(9.4 for _ in range(16))), printed=False)


def write(page: Page, data: Data, heading: str) -> None:
    """Draw the charts.

    Parameters
    ----------
    data : Data
        Where the series are.
    heading : str
        The formula of whose numbers and which month these are.
    """
    book = page.book
    page.title("近 24 个月趋势")
    line = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(0, 16, heading, "　", STRONG, RIGHT, line, slot="trend.heading")
    page.sheet.set_row_pixels(1, 10)
    people, premium = _headline(book, data, data.labels)
    charts = [
        people,
        _chart(book, data, "column", "主险件数", "主险件数（件）", "#,##0"),
        premium,
        _chart(book, data, "line", "人均件数", "人均件数（件）", "0.0"),
        _chart(book, data, "line", "件均保费", "件均保费（元）", "#,##0"),
        _chart(book, data, "line", "人均FYP", "人均FYP（元）", "#,##0"),
    ]
    rows = (_HEIGHT + _GAP) // _ROW
    for number, chart in enumerate(charts):
        row, side = 2 + number // 2 * rows, number % 2
        page.sheet.insert_chart(row, 1 + 8 * side, chart, {"object_position": 2})
    for row in range(2, 2 + 3 * rows):
        page.sheet.set_row_pixels(row, _ROW)
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(1, 0)


def headline(book: Book, data: Data) -> tuple[Chart, Chart]:
    """The two charts that say most, people and premium, for the front page.

    They are small there: only January and July are named, turned a little, or LibreOffice breaks
    every label into single characters.
    """
    people, premium = _headline(book, data, data.years)
    for chart in (people, premium):
        chart.set_x_axis(_months_axis(-45))
    return people, premium


def _headline(book: Book, data: Data, months: str) -> tuple[Chart, Chart]:
    premium = _chart(
        book, data, "column", "首年新单保费", "首年新单保费（万元）", _IN_WAN, months=months
    )
    return _people(book, data, months), premium


def _people(book: Book, data: Data, months: str) -> Chart:
    """Agents and producing agents as columns, the share of the second in the first as a line."""
    chart = _chart(
        book, data, "column", "期末人数", "人数（人）与活动率", "#,##0", ACCENT_LIGHT, months
    )
    chart.add_series(_series(data, "举绩人数", months, fill=ACCENT_MIDDLE))
    rate = book.workbook.add_chart({"type": "line"})
    rate.add_series({**_series(data, "活动率", months, line=ACCENT), "y2_axis": True})
    for points in hollow(data, "活动率", months):
        rate.add_series({**points, "y2_axis": True})
    chart.combine(rate)
    rate.set_y2_axis(
        {
            **_axis("0%"),
            "major_gridlines": {"visible": False},
            "min": 0,
            "max": 1,
            "major_unit": 0.25,
        }
    )
    chart.set_legend(
        {
            "position": "top",
            "font": _font(),
            "layout": _layout(0.55, 0.03, 0.44, 0.1),
            "delete_series": [4],  # the white in the point
        }
    )
    chart.set_plotarea({"layout": _layout(0.1, 0.19, 0.82, 0.64)})
    return chart


def _chart(
    book: Book,
    data: Data,
    kind: str,
    name: str,
    title: str,
    number_format: str,
    colour: str = ACCENT_MIDDLE,
    months: str = "",
) -> Chart:
    months = months or data.labels
    chart: Chart = book.workbook.add_chart({"type": kind})
    look = {"line": ACCENT} if kind == "line" else {"fill": colour}
    chart.add_series(_series(data, name, months, **look))
    if name in DRAWN:
        for points in hollow(data, name, months):
            chart.add_series(points)
    chart.set_title(
        {
            "name": title,
            "name_font": {"name": FONT, "size": 10, "bold": True, "color": INK},
            "layout": {"x": 0.012, "y": 0.03},
            "overlay": True,
        }
    )
    chart.set_x_axis(_months_axis(0))
    # From zero on, so that a small change does not look great.
    chart.set_y_axis(_axis(number_format) | {"min": 0})
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"color": HAIRLINE, "width": 0.75}})
    chart.set_plotarea({"layout": _layout(0.1, 0.19, 0.87, 0.64)})
    chart.set_size({"width": _WIDTH, "height": _HEIGHT})
    chart.show_blanks_as("span")
    return chart


def _months_axis(rotation: int) -> dict[str, Any]:
    return {
        "num_font": {**_font(), "rotation": rotation},
        "line": {"color": GREY, "width": 0.75},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "interval_unit": 1,
        "text_axis": True,
        "label_position": "low",
    }


def _series(
    data: Data, name: str, months: str, *, fill: str = "", line: str = ""
) -> dict[str, Any]:
    series: dict[str, Any] = {"name": name, "categories": months, "values": data.range(name)}
    if fill:
        series |= {"fill": {"color": fill}, "border": {"none": True}, "gap": 60, "overlap": 0}
    if line:
        series |= {
            "line": {"color": line, "width": 1.75},
            "marker": {
                "type": "circle",
                "size": 4,
                "fill": {"color": line},
                "border": {"color": line},
            },
        }
    return series


def _axis(number_format: str) -> dict[str, Any]:
    return {
        "num_format": number_format,
        "num_font": _font(),
        "line": {"none": True},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
        "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.5}},
    }


def _font() -> dict[str, Any]:
    return {"name": FONT, "size": 10, "color": GREY}


def _layout(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}
