"""月度KPI表: every KPI of a unit's month with target, last month, last year, status and trend."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kpi_xl.analysis.bands import STATED
from kpi_xl.findings.shown import meaning_text
from kpi_xl.kpi import Kpi
from workbook_templates import (
    all_kpis,
    front,
    monthly_charts,
    monthly_data,
    monthly_findings,
    monthly_peers,
    name_of,
    sources,
)
from workbook_templates.guide import Guide
from workbook_templates.monthly_data import FAMILIES, Data, formula_of, kpi, number
from workbook_templates.style import (
    ACCENT,
    ACCENT_MIDDLE,
    BOXED,
    CENTRE,
    CHANGE,
    EDITABLE,
    GREY,
    GROUP,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    NOTE,
    POINTS,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    STATUS,
    STRONG,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import target_of

NAME: Final = name_of(__name__)
_SHEET: Final = "月度KPI"
_NONE: Final = "—"
_COLUMNS: Final = {
    "指标": 14.0,
    "单位": 4.5,
    "实际": 11.0,
    "目标": 11.0,
    "达成率": 8.5,
    "上月": 10.5,
    "环比": 8.5,
    "去年同期": 10.5,
    "同比": 8.5,
    "状态": 8.0,
    "依据": 25.0,
    "趋势": 9.0,
}
_AT: Final = {name: column for column, name in enumerate(_COLUMNS, 1)}
_HEADER: Final = 5
_BODY: Final[Style] = {"font_size": 10.5}
"""Printed on one page, this is still larger than 8 points."""

_FIT: Final[Style] = {**_BODY, "shrink": True}
_ASIDE: Final[Style] = {**_FIT, "font_color": GREY}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    first = front.place(book)
    page = Page(book, _SHEET, (1.5, *_COLUMNS.values()), landscape=False, larger=1.2)
    everything = all_kpis.place(book)
    findings = monthly_findings.place(book)
    peers = monthly_peers.place(book)
    charts = monthly_charts.place(book)
    sources.add(book)
    guide = Guide(
        book,
        "这张表让营业部（或分公司）一眼看清当月全部 KPI：做到多少、离目标多远、"
        "比上月和去年同期好还是差、处在什么状态，以及两年来的走势。",
    )
    data = monthly_data.place(book)
    unit, month = page.at(3, 1, absolute=True), page.at(0, _AT["趋势"], absolute=True)
    heading = f'={unit}&"　"&{month}'
    _top(page)
    last = _table(page, data)
    _notes(page, last + 1)
    front.write(first, heading, "月度 KPI 首页", monthly_charts.headline(book, data))
    all_kpis.write(everything, heading)
    monthly_findings.write(findings, heading)
    monthly_peers.write(peers, data, heading)
    monthly_charts.write(charts, data, heading)
    monthly_data.write(data, heading)
    _guide(guide)
    book.close()


def _top(page: Page) -> None:
    """Lay out the head: the unit and the month."""
    page.title("月度 KPI 表")
    page.month()
    page.height(1, 6)
    page.fields(
        2,
        {
            _AT["指标"]: ("单位", "unit.name", {}),
            _AT["实际"]: ("机构", "branch.name", {}),
            _AT["达成率"]: ("层级", "unit.level", {}),
            _AT["环比"]: ("主管", "unit.manager", {}),
            _AT["同比"]: ("工作日", "period.working_days", {"num_format": '0" 天"'}),
            _AT["趋势"]: ("期末人数", "unit.headcount", {"num_format": '#,##0" 人"'}),
        },
    )
    page.height(4, 8)


def _table(page: Page, data: Data) -> int:
    """The table of KPIs; returns its last row."""
    page.height(_HEADER, 26)
    for name, column in _AT.items():
        place = (
            LEFT
            if name in ("指标", "依据")
            else CENTRE
            if name in ("单位", "状态", "趋势")
            else RIGHT
        )
        page.put(_HEADER, column, name, HEAD, place, _BODY)
    row = _HEADER
    for family, names in FAMILIES.items():
        row += 1
        page.height(row, 20)
        page.blanks(row, 1, row, _AT["趋势"], GROUP)
        page.put(row, 1, family, GROUP, _BODY)
        for name in names:
            row += 1
            _kpi_row(page, data, kpi(name), row)
    first = _HEADER + 1
    page.fold("kpi", first, row)
    for status, style in STATUS.items():
        page.sheet.conditional_format(
            first,
            _AT["状态"],
            row,
            _AT["状态"],
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{status}"',
                "format": page.book.changed(style),
            },
        )
    page.sheet.freeze_panes(_HEADER + 1, _AT["指标"] + 1)
    return row


def _kpi_row(page: Page, data: Data, one: Kpi, row: int) -> None:
    """One KPI."""
    page.height(row, 19.5)
    slot, lower = f"kpi.{one.name}", one.direction == "lower"
    at = {name: page.at(row, column).partition("!")[2] for name, column in _AT.items()}
    cells = {"": at["实际"]} | {f".{name}": cell for name, cell in at.items()}
    counted = one.unit != "%" and "/" not in one.formula and "÷" not in one.formula
    empty = 0 if counted or one.name == "平均人数" else _NONE
    shown = number(one)

    page.put(row, _AT["指标"], f"{one.name} ↓" if lower else one.name, RULED, _FIT)
    page.put(row, _AT["单位"], one.unit, LABEL, CENTRE, RULED, _BODY)
    actual = formula_of(one, "", data.references(one, monthly_data.LAST, prefix=True))
    page.formula(row, _AT["实际"], actual, empty, shown, STRONG, RULED, _FIT, slot=slot)
    page.put(row, _AT["目标"], None, shown, EDITABLE, RULED, _FIT, slot=f"{slot}.目标")
    target_of(page, row, _AT["目标"], one)
    if lower:
        # Reaching more than the target would be bad: such a rate misleads.
        page.put(row, _AT["达成率"], _NONE, RIGHT, RULED, _BODY)
    else:
        attained = formula_of(one, ".达成率", cells)
        page.formula(row, _AT["达成率"], attained, "", RATE, RULED, _FIT, slot=f"{slot}.达成率")
    style = POINTS if one.unit == "%" else CHANGE
    for name, change in (("上月", "环比"), ("去年同期", "同比")):
        before = formula_of(one, f".{name}", data.compared(one, name))
        page.formula(row, _AT[name], before, empty, shown, RULED, _FIT, slot=f"{slot}.{name}")
        moved = formula_of(one, f".{change}", cells)
        page.formula(row, _AT[change], moved, _NONE, style, RULED, _FIT, slot=f"{slot}.{change}")
    page.put(row, _AT["状态"], None, CENTRE, RULED, _BODY, slot=f"{slot}.状态")
    page.put(row, _AT["依据"], None, LEFT, RULED, _ASIDE, slot=f"{slot}.依据")
    page.put(row, _AT["趋势"], None, CENTRE, RULED)
    page.sheet.add_sparkline(
        row,
        _AT["趋势"],
        {
            "range": data.range(one.name)[1:],
            # Columns, as LibreOffice does not print lines.
            "type": "column",
            "series_color": ACCENT_MIDDLE,
            "last_point": True,
            "last_color": ACCENT,
        },
    )


_NOTE: Final[Style] = {"font_size": 10.5, "font_color": GREY, "valign": "vcenter"}


def _notes(page: Page, row: int) -> None:
    """Lay out the notes that a reader needs, and the cells for the manager's comments."""
    page.height(row, 6)
    texts = (
        "环比、同比：金额、人数、件数为增减百分比；单位是 % 的指标为百分点之差，写作“点”"
        "（80% 升到 82% 为 +2.0点）。",
        STATED[0],
        f"{STATED[1]}“依据”写的是哪一样、本月新出现还是几个月了；“人少”是差距可能只是偶然，沿用上月的状态。",
        "带 ↓ 的指标越低越好，不算达成率，请直接对照目标。没有目标则空着；“—”表示没有数据或不适用。"
        "趋势为最近 24 个月。",
    )
    for number_, text in enumerate(texts, row + 1):
        page.height(number_, 32 if len(text) > 80 else 17)
        page.merged(number_, 1, number_, _AT["趋势"], text, NOTE, _NOTE)
    row += len(texts) + 1
    for slot in ("period.same_days", "front.没有数据"):
        page.height(row, 32)
        page.merged(row, 1, row, _AT["趋势"], "", NOTE, _NOTE, slot=slot)
        row += 1
    page.fold("kpi.说明", row - 2, row - 1)
    boxes = (
        (1, _AT["上月"] - 1, "主要问题和原因", "input.problem"),
        (_AT["上月"], _AT["趋势"], "下一步改善措施（谁、做什么、何时完成）", "input.measures"),
    )
    page.height(row, 24)
    page.height(row + 1, 76)
    for first, last, label, slot in boxes:
        page.put(row, first, label, SECTION, {"valign": "bottom"})
        page.merged(row + 1, first, row + 1, last, "", WRAP, BOXED, INPUT, slot=slot)
    page.sheet.print_area(0, 0, row + 1, _AT["趋势"])
    page.sheet.repeat_rows(_HEADER)
    page.sheet.fit_to_pages(1, 1)


def _guide(guide: Guide) -> None:
    guide.steps(
        "怎样用",
        (
            "首页一分钟看完：五个数、为什么、各单位并排、先做的三件事；数据缺的指标、没有的行自动收起。"
            "打印整个工作簿、转成 PDF 只有前两页（首页、月度KPI），其余的页在屏幕上看。",
            "再看“月度KPI”里“状态”一列的危险和异常，再看“环比”和“趋势”：连着变差的指标要先查原因。",
            "目标可以直接修改，达成率随之重算；改过的目标交回后会被读出来。",
            "在表下写出主要问题和改善措施，交回后作为下个月检讨的起点。",
            "“全部指标”列出有数据的每一项指标，构成的指标（险种、缴费方式、职级、学历）每类一行。",
            "“预警与诊断”按业绩差额里的影响排出要先管的指标，给出最可能的原因和措施。",
            "“因素与同类”把保费的差额分到四个因素，再看和同级单位比站在哪里；只有同级的最好、中位、"
            "四分位的数，没有别的单位的名称；同级单位太少的不显示，页上写明少于几个。",
            "“趋势图”是同一批数据的六张图，横坐标是月份，一月写作年份；可直接打印或用于汇报。",
            "“来源”列出每个数字出自哪个文件、哪张表、哪几行；目标写明谁、什么时候、在哪一格填的。",
            "“数据”是计算的依据：上面的指标都由它算出，点开单元格就能看到公式。",
        ),
    )
    guide.colours(status=True)
    rows = [
        (one.name, one.formula, meaning_text(one))
        for names in FAMILIES.values()
        for one in map(kpi, names)
    ]
    guide.table(
        "指标怎么算、看什么",
        (("指标", "公式", "看什么；现在用的健康界限"), *rows),
        "健康界限在项目的“设置.xlsx”里改，或写在 kpi.toml 的 [bands] 里。",
        [f"kpi.{name}.说明" for name, _, _ in rows],
    )
    guide.slots()
