"""留存分析表: who is still there, by month of signing and by month of service."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from xlsxwriter.chart import Chart

from kpi_xl.findings.retention import MONTHS
from workbook_templates import name_of
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT,
    ACCENT_MIDDLE,
    CENTRE,
    FONT,
    GREY,
    HAIRLINE,
    HEAD,
    INK,
    LABEL,
    LEFT,
    NOTE,
    RATE,
    RIGHT,
    RULED,
    STRONG,
    TOTAL,
    WHITE,
    WHOLE,
    Book,
    Page,
    Style,
)

NAME: Final = name_of(__name__)

_FIRST: Final = 8
"""The first row of the cohorts."""

_LOW: Final = "#F2B872"
_HIGH: Final = "#8DBBE0"
"""Orange and blue, which nobody takes for each other; dark figures can be read on both."""

_WHOLE_PERCENT: Final[Style] = {"num_format": "0%", "font_size": 10, "align": "center"}
_TEXT: Final[Style] = {**NOTE, "font_size": 10, "font_color": INK, "valign": "vcenter"}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    _cohorts(Page(book, "签约月留存", (1.5, 9.0, 6.5, *(4.9 for _ in range(MONTHS)))))
    _curve(Page(book, "留存曲线", (1.5, 8.0, *(10.0 for _ in range(8)), *(10.5 for _ in range(7)))))
    _guide(book)
    book.close()


def _cohorts(page: Page) -> None:
    """The heat map: a row for each month of signing, a column for each month of service."""
    last = _FIRST + MONTHS  # below all of them are together
    page.title("留存分析表")
    page.month()
    page.height(1, 6)
    page.fields(
        2,
        {
            1: ("单位", "unit.name", {}),
            5: ("机构", "branch.name", {}),
            9: ("层级", "unit.level", {}),
            12: ("主管", "unit.manager", {}),
        },
    )
    for column, label, slot, shown in (
        (15, "看得到的签约人数", "签约人数", '#,##0" 人"'),
        (19, "已离开", "已离开", '#,##0" 人"'),
        (22, "走了一半", "走一半的月", '"满 "0" 个月"'),
    ):
        page.put(2, column, label, LABEL, {"valign": "bottom"})
        number: Style = {**STRONG, **LEFT, "num_format": shown}
        page.merged(3, column, 3, column + 2, "", number, slot=f"survival.{slot}")
    page.height(4, 8)
    page.height(5, 30)
    page.merged(5, 1, 5, MONTHS + 2, "", _TEXT, STRONG, slot="survival.结论")
    page.height(6, 18)
    page.blanks(6, 1, 7, MONTHS + 2, HEAD)
    page.put(6, 3, "签约满几个月时，还有多少人在", HEAD, LEFT, {"text_wrap": False})
    page.height(7, 20)
    page.put(7, 1, "签约月", HEAD, LEFT)
    page.put(7, 2, "人数", HEAD, CENTRE)
    for n in range(1, MONTHS + 1):
        page.put(7, 2 + n, n, HEAD, CENTRE)
    page.height(_FIRST, 17, last)
    page.column(_FIRST, 1, MONTHS, LEFT, RULED, slot="cohorts.月份")
    page.column(_FIRST, 2, MONTHS, WHOLE, CENTRE, RULED, slot="cohorts.签约人数")
    page.blanks(_FIRST, 3, last - 1, MONTHS + 2, _WHOLE_PERCENT, RULED)
    page.name_slot("cohorts.留存率", _FIRST, 3, last - 1, MONTHS + 2)
    page.put(last, 1, "全部", TOTAL)
    page.put(last, 2, None, TOTAL)
    page.row(last, 3, MONTHS, _WHOLE_PERCENT, STRONG, slot="cohorts.全部")
    page.sheet.conditional_format(
        _FIRST,
        3,
        last,
        MONTHS + 2,
        {
            "type": "3_color_scale",
            **dict.fromkeys(("min_type", "mid_type", "max_type"), "num"),
            **{"min_value": 0, "mid_value": 0.5, "max_value": 1},
            **{"min_color": _LOW, "mid_color": WHITE, "max_color": _HIGH},
        },
    )
    page.height(last + 1, 18)
    page.put(
        last + 1,
        1,
        "越蓝留得越多，越橙走得越多，一半为白。空着的还没有满那么多个月，或名单可能缺早年离开的人。"
        "一个月只签了几个人的，一个人就是几十个百分点，要和“全部”一行对照着看。",
        NOTE,
        {"text_wrap": False, "valign": "vcenter"},
    )
    page.height(last + 2, 30)
    page.merged(last + 2, 1, last + 2, MONTHS + 2, "", NOTE, slot="survival.说明")
    page.sheet.freeze_panes(_FIRST, 3)
    page.sheet.print_area(0, 0, last + 2, MONTHS + 2)
    page.sheet.fit_to_pages(1, 1)


_COLUMNS: Final = (
    ("看到的人", WHOLE), ("离开", WHOLE),
    ("流失率", RATE), ("流失率下限", RATE), ("流失率上限", RATE),
    ("留存率", RATE), ("留存率下限", RATE), ("留存率上限", RATE),
)  # fmt: skip
_AT: Final = {name: column for column, (name, _) in enumerate(_COLUMNS, 2)}
_TOP: Final = 3
"""The first row of the months of service."""


def _curve(page: Page) -> None:
    """All people together, month by month of service, and two charts of it."""
    last, width = _TOP + MONTHS - 1, 16
    page.title("留存曲线")
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(
        0,
        width,
        '=签约月留存!$B$4&"　"&签约月留存!$AA$1',
        "　",
        STRONG,
        RIGHT,
        line,
        slot="survival.heading",
    )
    page.height(1, 6)
    page.height(2, 26)
    page.put(2, 1, "服务月", HEAD, CENTRE)
    page.height(_TOP, 19, last)
    for n in range(MONTHS):
        page.put(_TOP + n, 1, n + 1, LABEL, CENTRE, RULED)
    for name, style in _COLUMNS:
        page.put(2, _AT[name], name, HEAD, RIGHT)
        page.column(_TOP, _AT[name], MONTHS, style, RULED, slot=f"survival.{name}")
    page.sheet.insert_chart(2, 10, _lines(page), {"object_position": 2, "x_offset": 12})
    page.sheet.insert_chart(15, 10, _columns(page), {"object_position": 2, "x_offset": 12})
    page.height(last + 1, 30)
    page.merged(
        last + 1,
        1,
        last + 1,
        width,
        "流失率：做到这个月的人里，在这个月走的。留存率：签约满这么多个月还在的，还在职的人看到数据截至那天。"
        "上下限是 95% 的区间：人越少，越宽。",
        NOTE,
    )
    page.sheet.freeze_panes(_TOP, 2)
    page.sheet.print_area(0, 0, last + 1, width)
    page.sheet.fit_to_pages(1, 1)


def _lines(page: Page) -> Chart:
    """The share still there, between the ends of its interval."""
    chart = _chart(page, "line", "签约满几个月时还在的比例（虚线是 95% 区间）")
    for name, line in (
        ("留存率上限", {"color": ACCENT_MIDDLE, "width": 1, "dash_type": "dash"}),
        ("留存率", {"color": ACCENT, "width": 2.25}),
        ("留存率下限", {"color": ACCENT_MIDDLE, "width": 1, "dash_type": "dash"}),
    ):
        chart.add_series({**_series(page, name), "line": line})
    chart.set_y_axis({**_AXIS, "min": 0, "max": 1})
    return chart


def _columns(page: Page) -> Chart:
    """The share that leaves in each month."""
    chart = _chart(page, "column", "每个服务月的流失率")
    chart.add_series(
        {
            **_series(page, "流失率"),
            "fill": {"color": ACCENT_MIDDLE},
            "border": {"none": True},
            "gap": 60,
        }
    )
    chart.set_y_axis({**_AXIS, "min": 0})
    return chart


_FONT: Final = {"name": FONT, "size": 8, "color": GREY}
_AXIS: Final[Style] = {
    "num_format": "0%",
    "num_font": _FONT,
    "line": {"none": True},
    "major_tick_mark": "none",
    "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.5}},
}


def _chart(page: Page, kind: str, title: str) -> Chart:
    chart: Chart = page.book.workbook.add_chart({"type": kind})
    chart.set_title(
        {
            "name": title,
            "name_font": {"name": FONT, "size": 10, "bold": True, "color": INK},
            "layout": {"x": 0.012, "y": 0.03},
            "overlay": True,
        }
    )
    chart.set_x_axis(
        {
            "num_font": {**_FONT, "rotation": 0},
            "line": {"color": GREY, "width": 0.75},
            "major_tick_mark": "none",
            "interval_unit": 1,
            "text_axis": True,
        }
    )
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"color": HAIRLINE, "width": 0.75}})
    chart.set_plotarea({"layout": {"x": 0.09, "y": 0.16, "width": 0.88, "height": 0.7}})
    chart.set_size({"width": 500, "height": 290})
    chart.show_blanks_as("gap")
    return chart


def _series(page: Page, name: str) -> dict[str, Any]:
    last = _TOP + MONTHS - 1
    return {
        "name": name,
        "categories": "=" + page.range(_TOP, 1, last, 1),
        "values": "=" + page.range(_TOP, _AT[name], last, _AT[name]),
    }


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "签进来的人留不留得住，在第几个月走得最多，最近签的比以前签的好还是差。",
    )
    guide.steps(
        "怎样看",
        (
            "先看“签约月留存”上面的结论：哪个月流失特别多。偶然能解释的，这里会说看不出。",
            "再看热力图：一行是一个月签的人，往右看他们满几个月时还剩多少。某一行特别橙，查那个月是怎么签的；"
            "某一列从那里起变橙，查那个月做了什么。",
            "“留存曲线”把所有人放在一起：还没有做满的，看到数据截至那天为止，所以最近签的人也用上了。",
            "流失率最高的那个月之前一个月，主管和每个人谈一次。",
        ),
    )
    guide.table(
        "怎么算",
        (
            ("词", "意思", "说明"),
            (
                "服务月",
                "从签约那天数起",
                "1 月 15 日签约，2 月 15 日满一个月；满 n 个月那天解约的，算第 n 个月离开",
            ),
            (
                "和 13个月留存率的差别",
                "那里看到月末，这里看到做满的那天",
                "两个数会略有不同；月度KPI表里的是按日历月的",
            ),
            (
                "谁算在里面",
                "签过约的都算，不论职级",
                "人算在签约时所在的单位，调走以后也算那里；离开又回来的，另算一次签约",
            ),
            (
                "区间",
                "95%",
                "人少时区间很宽，不要只看中间的数",
            ),
        ),
    )
    guide.slots()
