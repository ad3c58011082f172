"""The common parts of the monthly reports of other trades: counts, KPIs, trend, diagnosis.

The counts stand on the sheet itself, this month's, last month's and last year's in three columns;
the KPIs beside each other in the same columns are native formulas of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xlsxwriter.chart import Chart

from kpi_xl.analysis.bands import STATED
from kpi_xl.catalogue import MEASURES
from kpi_xl.findings.shown import meaning_text
from kpi_xl.formula import Measure
from kpi_xl.kpi import Kpi
from kpi_xl.slots.count_values import COUNT
from kpi_xl.slots.unit_values import SERIES
from workbook_templates import all_kpis, front, monthly_peers, sources
from workbook_templates.guide import Guide
from workbook_templates.monthly_data import formula_of, kpi, number
from workbook_templates.monthly_findings import diagnosis, pace
from workbook_templates.style import (
    ACCENT,
    ACCENT_LIGHT,
    ACCENT_MIDDLE,
    CENTRE,
    CHANGE,
    EDITABLE,
    FONT,
    GREY,
    GREY_LIGHT,
    GROUP,
    HAIRLINE,
    HEAD,
    INK,
    LABEL,
    LEFT,
    NOT_PRINTED,
    NOTE,
    POINTS,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    STATUS,
    STRONG,
    WHOLE,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import target_of

MONTHS: Final = 24
DIAGNOSED: Final = 4
_NONE: Final = "—"
_COLUMNS: Final = {
    "指标": 18.0,
    "单位": 5.5,
    "实际": 12.0,
    "目标": 12.0,
    "达成率": 9.5,
    "上月": 12.0,
    "环比": 10.0,
    "去年同期": 12.0,
    "同比": 10.0,
    "状态": 8.0,
    "依据": 25.0,
}
_AT: Final = {name: column for column, name in enumerate(_COLUMNS, 1)}
_LAST: Final = len(_COLUMNS)
_TREND: Final = "趋势"
_FINDINGS: Final = "进度、因素与同类"


@dataclass(frozen=True)
class Report:
    """A monthly report.

    Parameters
    ----------
    name : str
        The name of the template.
    purpose : str
        What it is for.
    steps : tuple of str
        How to use it.
    stages : tuple of str
        The measures, by code, that follow each other; they are drawn as a funnel. May be empty.
    counts : tuple of str
        The other measures, by code.
    families : mapping of str to tuple of str
        The KPIs by family.
    trends : tuple of str
        The KPIs whose months are drawn.
    paced : tuple of str
        The KPIs whose pace is followed.
    """

    name: str
    purpose: str
    steps: tuple[str, ...]
    stages: tuple[str, ...]
    counts: tuple[str, ...]
    families: Mapping[str, tuple[str, ...]]
    trends: tuple[str, ...]
    paced: tuple[str, ...]

    @property
    def kpis(self) -> list[Kpi]:
        """All KPIs."""
        return [kpi(name) for names in self.families.values() for name in names]


def build(path: Path, report: Report) -> None:
    """Write the template."""
    book = Book(path, report.name)
    first = front.place(book)
    page = Page(book, report.name, (1.5, *_COLUMNS.values()), landscape=False, larger=2)
    everything = all_kpis.place(book)
    findings = Page(
        book, _FINDINGS, monthly_peers.WIDTHS, landscape=False, larger=0.5, printed=False
    )
    trend = Page(book, _TREND, (14.0, 5.5, *(9.0 for _ in range(MONTHS))), printed=False)
    _top(page, report.name)
    # Below the KPIs come the counts; where they are has to be known before.
    stages = 5
    table = stages + (len(report.stages) + 2 if report.stages else 0)
    counts = table + 1 + len(report.families) + len(report.kpis)
    rows = {code: stages + 1 + n for n, code in enumerate(report.stages)}
    rows |= {code: counts + 1 + n for n, code in enumerate(report.counts)}
    if report.stages:
        _counts(page, stages, "各环节", report.stages)
        page.height(table - 1, 8)
    _kpis(page, table, report, rows)
    _counts(page, counts, "其他数据" if report.stages else "基础数据", report.counts)
    last = diagnosis(page, counts + len(report.counts) + 1, DIAGNOSED, _LAST)
    _notes(page, last + 1)
    page.sheet.print_area(0, 0, last + 3, _LAST)
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(5, 2)
    unit, month = page.at(3, 1, absolute=True), page.at(0, _LAST, absolute=True)
    heading = f'={unit}&"　"&{month}'
    all_kpis.write(everything, heading)
    _findings(findings, report, heading)
    _trend(trend, report, heading)
    charts = (
        [_funnel(page, stages, len(report.stages))]
        if report.stages
        else [_line(trend, 2 + n, kpi(name)) for n, name in enumerate(report.trends[:2])]
    )
    front.write(first, heading, f"{report.name} 首页", charts)
    sources.add(book)
    _guide(book, report)
    book.close()


def _top(page: Page, title: str) -> None:
    page.title(title)
    page.month()
    page.height(1, 6)
    page.fields(
        2,
        {
            _AT["指标"]: ("单位", "unit.name", {}),
            _AT["实际"]: ("上级", "branch.name", {}),
            _AT["达成率"]: ("主管", "unit.manager", {}),
            _AT["环比"]: ("工作日", "period.working_days", {"num_format": '0" 天"'}),
            _AT["同比"]: ("期末人数", "unit.headcount", {"num_format": '#,##0" 人"'}),
        },
    )
    page.height(4, 8)


def _head(page: Page, row: int, texts: Mapping[str, str]) -> None:
    page.height(row, 22)
    page.blanks(row, 1, row, _LAST, HEAD)
    for name, text in texts.items():
        place = LEFT if name == "指标" else CENTRE if name in ("单位", "状态", "依据") else RIGHT
        page.put(row, _AT[name], text, HEAD, place)


def _counts(page: Page, top: int, heading: str, codes: Sequence[str]) -> None:
    """The counts of this month, last month and a year ago."""
    texts = {"指标": heading, "单位": "单位", "实际": "本月"}
    same = ("上月", "环比", "去年同期", "同比")
    _head(page, top, texts | {name: name for name in same})
    for row, code in enumerate(codes, top + 1):
        measure = MEASURES[code]
        assert isinstance(measure, Measure)
        slot = f"count.{measure.name}"
        page.height(row, 19)
        page.blanks(row, 1, row, _LAST, RULED)
        page.put(row, _AT["指标"], measure.name, RULED, {"shrink": True})
        page.put(row, _AT["单位"], measure.unit, LABEL, CENTRE, RULED)
        page.put(row, _AT["实际"], None, WHOLE, STRONG, RULED, slot=slot)
        for name, change in (("上月", "环比"), ("去年同期", "同比")):
            page.put(row, _AT[name], None, WHOLE, RULED, slot=f"{slot}.{name}")
            moved = COUNT.slots[f".{change}"].formula_of().excel(_row(page, row))
            page.formula(row, _AT[change], moved, _NONE, CHANGE, RULED, slot=f"{slot}.{change}")


def _row(page: Page, row: int) -> dict[str, str]:
    """The cells of a row by how the names of their slots end."""
    cells = {f".{name}": _cell(page, row, name) for name in _COLUMNS}
    return cells | {"": cells[".实际"]}


def _kpis(page: Page, top: int, report: Report, rows: Mapping[str, int]) -> None:
    """The KPIs by family, as formulas of the counts."""
    _head(page, top, {name: name for name in _COLUMNS})
    row = top
    for family, names in report.families.items():
        row += 1
        page.height(row, 19)
        page.blanks(row, 1, row, _LAST, GROUP)
        page.put(row, 1, family, GROUP)
        for name in names:
            row += 1
            _kpi(page, kpi(name), row, rows)
    for status, style in STATUS.items():
        same = f'${_letter(page, "状态")}{top + 2}="{status}"'
        page.highlight(top + 1, _AT["状态"], row, _AT["状态"], same, style)


def _kpi(page: Page, one: Kpi, row: int, rows: Mapping[str, int]) -> None:
    slot, lower, shown = f"kpi.{one.name}", one.direction == "lower", number(one)
    page.height(row, 20)
    page.put(row, _AT["指标"], f"{one.name} ↓" if lower else one.name, RULED)
    page.put(row, _AT["单位"], one.unit, LABEL, CENTRE, RULED)
    for name, part in (("实际", ""), ("上月", ".上月"), ("去年同期", ".去年同期")):
        cells = {m.code: _cell(page, rows[m.code], name) for m in one.measures}
        value = formula_of(one, part, cells)
        # What divides by empty cells is a dash; what adds them up is nothing.
        nothing = one(**dict.fromkeys(cells, 0))
        empty = _NONE if math.isnan(nothing) else nothing or 0  # as Excel writes it, not 0.0
        strong = STRONG if name == "实际" else {}
        page.formula(row, _AT[name], value, empty, shown, strong, RULED, slot=slot + part)
    page.put(row, _AT["目标"], None, shown, EDITABLE, RULED, slot=f"{slot}.目标")
    target_of(page, row, _AT["目标"], one)
    if lower:
        page.put(row, _AT["达成率"], _NONE, RIGHT, RULED)
    else:
        attained = formula_of(one, ".达成率", _row(page, row))
        page.formula(row, _AT["达成率"], attained, "", RATE, RULED, slot=f"{slot}.达成率")
    style = POINTS if one.unit == "%" else CHANGE
    for change in ("环比", "同比"):
        moved = formula_of(one, f".{change}", _row(page, row))
        page.formula(row, _AT[change], moved, _NONE, style, RULED, slot=f"{slot}.{change}")
    page.put(row, _AT["状态"], None, CENTRE, RULED, slot=f"{slot}.状态")
    small: Style = {"font_color": GREY, "shrink": True}
    page.put(row, _AT["依据"], None, CENTRE, RULED, small, slot=f"{slot}.依据")


def _funnel(page: Page, top: int, count: int) -> Chart:
    """The stages of this month and the last, from the first down."""
    first, last = top + 1, top + count
    large = {**_font(), "size": 9}  # the page is printed smaller
    chart = page.book.workbook.add_chart({"type": "bar"})
    for name, colour in (("上月", ACCENT_LIGHT), ("实际", ACCENT)):
        values = page.range(first, _AT[name], last, _AT[name])
        chart.add_series(
            {
                "name": "本月" if name == "实际" else "上月",
                "categories": f"={page.range(first, _AT['指标'], last, _AT['指标'])}",
                "values": f"={values}",
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 35,
                "overlap": 0,
                "data_labels": {"value": True, "font": large, "num_format": "#,##0"},
            }
        )
    chart.set_title(_title("销售漏斗：各环节客户数"))
    # The first stage stands at the top.
    chart.set_y_axis(
        {
            "reverse": True,
            "interval_unit": 1,
            "num_font": large,
            "line": {"color": GREY, "width": 0.75},
            "major_tick_mark": "none",
        }
    )
    chart.set_x_axis({"visible": False, "min": 0, "major_gridlines": {"visible": False}})
    chart.set_legend({"position": "top", "font": large})
    chart.set_chartarea({"border": {"color": HAIRLINE, "width": 0.75}})
    return chart


def _notes(page: Page, row: int) -> None:
    texts = (
        "环比、同比：数量和金额为增减百分比；单位是 % 的指标为百分点之差，写作“点”。",
        "带 ↓ 的指标越低越好，不算达成率。“—”表示没有数据或不适用。诊断见上，依据在后面的括号里。",
        *STATED,
    )
    page.height(row, 16)
    page.put(row, 1, None, NOTE, {"text_wrap": False}, slot="period.same_days")
    for line, text in enumerate(texts, row + 1):
        page.height(line, 16)
        page.put(line, 1, text, NOTE, {"text_wrap": False, "font_color": GREY})


def _findings(page: Page, report: Report, heading: str) -> None:
    """The pace of the targets, the factors of the result, and the peers."""
    last = len(monthly_peers.WIDTHS) - 1
    page.title(_FINDINGS)
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(0, last, heading, "　", STRONG, RIGHT, line, slot="findings.heading")
    row = monthly_peers.factors(page, pace(page, 1, report.paced), last)
    row = monthly_peers.waterfalls(page, row)
    monthly_peers.peers(page, row, monthly_peers.compared(report.families))
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(1, 0)


def _trend(page: Page, report: Report, heading: str) -> None:
    """The months of some KPIs, drawn and as numbers."""
    page.put(0, 0, "近 24 个月", SECTION)
    page.formula(0, 2, heading, "　", STRONG, slot="trend.heading")
    page.put(0, 6, NOT_PRINTED, LABEL)
    page.put(1, 0, "月份", HEAD, LEFT)
    page.put(1, 1, "单位", HEAD, CENTRE)
    page.row(1, 2, MONTHS, HEAD, RIGHT, slot="data.months")
    shown = [kpi(name) for name in report.trends]
    counts = {measure.code: measure for one in shown for measure in one.measures}
    rows = dict(zip(counts, range(2 + len(shown), 2 + len(shown) + len(counts)), strict=True))
    for row, one in enumerate(shown, 2):
        _label(page, row, one.name, one.unit)
        for column in range(2, 2 + MONTHS):
            cells = {m.code: page.at(rows[m.code], column).partition("!")[2] for m in one.measures}
            formula = SERIES.excel("", cells, one)
            empty = 0 if len(cells) == 1 else "#N/A"
            page.formula(row, column, formula, empty, number(one), RULED)
        page.name_slot(f"series.{one.name}", row, 2, row, 1 + MONTHS)
    for code, measure in counts.items():
        _label(page, rows[code], measure.name, measure.unit)
        page.row(rows[code], 2, MONTHS, WHOLE, RULED, slot=f"data.{measure.name}")
    last = 1 + len(shown) + len(counts)
    page.span(2, 2, last, 1 + MONTHS)
    page.highlight(2, 2, last, 1 + MONTHS, "ISERROR(C3)", {"font_color": GREY_LIGHT})
    for place, one in enumerate(shown):
        row, side = last + 2 + place // 2 * 13, place % 2
        page.sheet.insert_chart(row, 13 * side, _line(page, place + 2, one), {"object_position": 2})
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(2, 2)


def _label(page: Page, row: int, name: str, unit: str) -> None:
    page.height(row, 18)
    page.put(row, 0, name, RULED)
    page.put(row, 1, unit, LABEL, CENTRE, RULED)


def _line(page: Page, row: int, one: Kpi) -> Chart:
    money = one.unit in ("元", "笔", "人")
    chart = page.book.workbook.add_chart({"type": "column" if money else "line"})
    look: dict[str, Any] = (
        {"fill": {"color": ACCENT_MIDDLE}, "border": {"none": True}, "gap": 60}
        if money
        else {"line": {"color": ACCENT, "width": 1.75}}
    )
    chart.add_series(
        {
            "name": one.name,
            "categories": f"={page.range(1, 2, 1, 1 + MONTHS)}",
            "values": f"={page.range(row, 2, row, 1 + MONTHS)}",
            **look,
        }
    )
    chart.set_title(_title(f"{one.name}（{one.unit}）"))
    chart.set_x_axis(
        {"num_font": {**_font(), "rotation": -90}, "interval_unit": 1, "line": {"color": GREY}}
    )
    chart.set_y_axis(
        {
            "num_format": str(number(one)["num_format"]),
            "num_font": _font(),
            "min": 0,
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.5}},
        }
    )
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"color": HAIRLINE, "width": 0.75}})
    chart.set_size({"width": 860, "height": 250})
    # Said aloud, as LibreOffice takes what is not said for zero.
    chart.show_blanks_as("span")
    return chart


def _title(text: str) -> dict[str, Any]:
    return {"name": text, "name_font": {"name": FONT, "size": 10, "bold": True, "color": INK}}


def _font() -> dict[str, Any]:
    return {"name": FONT, "size": 8, "color": GREY}


def _cell(page: Page, row: int, column: str) -> str:
    return page.at(row, _AT[column]).partition("!")[2]


def _letter(page: Page, column: str) -> str:
    return _cell(page, 0, column).rstrip("1")


def _guide(book: Book, report: Report) -> None:
    guide = Guide(book, report.purpose)
    guide.steps("怎样用", report.steps)
    guide.colours(status=True)
    rows = [(one.name, one.formula, meaning_text(one)) for one in report.kpis]
    guide.table(
        "指标怎么算、看什么",
        (("指标", "公式", "看什么；现在用的健康界限"), *rows),
        "健康界限在项目的“设置.xlsx”里改，或写在 kpi.toml 的 [bands] 里；状态怎么定见“依据”一列。",
        [f"kpi.{name}.说明" for name, _, _ in rows],
    )
    guide.slots()
