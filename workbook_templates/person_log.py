"""客户经理工作日志: a person's days: plan, visits, talks, advance premium, and what he learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name

from kpi_xl.slots.log_values import LINES, LOGGED
from kpi_xl.slots.plan_slots import MONTH_DONE
from workbook_templates import daily_log, name_of
from workbook_templates.daily_log import FIRST, HEADER, LAST, SMALL, TOTALS
from workbook_templates.form import PERSON, facts, head
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT_MIDDLE,
    BOXED,
    CENTRE,
    EDITABLE,
    GAP,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    STRONG,
    SUBHEAD,
    TOTAL,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import amounts, choices, date_input, whole_numbers
from workbook_templates.week import WEEKS, heading, told_apart, top

NAME: Final = name_of(__name__)
OUTLETS: Final = 30
PRODUCTS: Final = 15
REASONS: Final = (
    "维护关系",
    "驻点销售",
    "客户邀约",
    "沙龙活动",
    "培训柜员",
    "送单、保全",
    "开拓新网点",
)
_MONTH: Final = "本月汇总"
_LISTS: Final = "列表"
_WIDTHS: Final = (1.5, 8.5, 21, 8, 17, 11, 18, 11, 9.5, 7, 14, 6, 10, 16, 20)
_PLAN, _TIME, _OUTLET, _REASON, _EFFECT, _PROSPECT = range(2, 8)
_LABEL, _COUNT, _PRODUCT, _PIECES, _PREMIUM, _SOLD_AT, _LEARNT = range(8, 15)
_COUNTED: Final = ("洽谈人数", "促成人数", "意向客户数")
_SUMMED: Final = {"洽谈人数": _REASON, "促成人数": _EFFECT, "意向客户数": _PROSPECT}
"""In which columns the week's counts stand."""
_EDGE: Final[Style] = {"left": 1, "left_color": ACCENT_MIDDLE}
_WHOLE: Final[Style] = {"num_format": "#,##0", "align": "center"}
_UNITS: Final = ("次", "人", "人", "人", "件", "元")


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    month = Page(book, _MONTH, (1.5, 14, 6, 11, 11, *(9 for _ in WEEKS), 11, 11, 10))
    weeks = [Page(book, f"第{week}周", _WIDTHS, larger=1.4) for week in WEEKS]
    lists = Page(book, _LISTS, (1.5, 30, 3, 30), landscape=False, printed=False)
    whose = heading(month, ("person.name", "person.team"), (1, 4), 12)
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose)
    _overview(month, weeks)
    _choices(lists)
    _guide(book)
    book.close()


def _week(page: Page, week: int, whose: str) -> None:
    slot = f"week{week}"
    top(page, week, NAME, _LEARNT, whose)
    _heads(page)
    page.height(FIRST, 19, LAST)
    daily_log.days(page, slot)
    left: Style = {**LEFT, **PADDED, "shrink": True}
    daily_log.lines(page, _PLAN, f"{slot}.log.计划", left, SMALL, EDITABLE)
    visits, sales = f"input.{slot}.visits", f"input.{slot}.sales"
    for column, name in (
        (_TIME, f"{visits}.时间"),
        (_OUTLET, f"{visits}.网点"),
        (_REASON, f"{visits}.原因"),
        (_EFFECT, f"{visits}.效果"),
        (_PROSPECT, f"{visits}.意向客户"),
        (_PRODUCT, f"{sales}.险种"),
        (_SOLD_AT, f"{sales}.网点"),
    ):
        edge = _EDGE if column in (_TIME, _PRODUCT) else {}
        daily_log.lines(page, column, name, left, SMALL, INPUT, edge)
    daily_log.lines(page, _PIECES, f"{sales}.件数", _WHOLE, INPUT)
    daily_log.lines(page, _PREMIUM, f"{sales}.保费", WHOLE, PADDED, INPUT)
    for day in range(1, daily_log.DAYS + 1):
        _counts(page, slot, day)
        daily_log.text_box(page, day, _LEARNT, f"input.{slot}.day{day}.心得")
    _validate(page)
    _totals(page, slot)
    daily_log.resting(page, _LEARNT)
    page.sheet.freeze_panes(FIRST, _PLAN)
    page.sheet.fit_to_pages(1, 1)


def _heads(page: Page) -> None:
    groups = (
        (_TIME, 5, "银行拜访工作记录"),
        (_LABEL, 2, "客户洽谈"),
        (_PRODUCT, 4, "当日保费预收"),
    )
    daily_log.heads(page, _LEARNT, "当日工作计划", groups, [(_LEARNT, "问题及心得")])
    texts = {_TIME: "时间", _OUTLET: "拜访网点", _REASON: "拜访原因", _EFFECT: "达成效果"}
    texts |= {_PROSPECT: "意向客户", _PRODUCT: "险种", _SOLD_AT: "出单网点"}
    for column, text in texts.items():
        page.put(HEADER + 1, column, text, SUBHEAD, LEFT, PADDED)
    page.put(HEADER + 1, _PIECES, "件数", SUBHEAD, CENTRE)
    page.put(HEADER + 1, _PREMIUM, "保费（元）", SUBHEAD, RIGHT, PADDED)


def _counts(page: Page, slot: str, day: int) -> None:
    """How many he talked to, and the day's premium."""
    row = FIRST + (day - 1) * LINES
    for line, name in enumerate(_COUNTED):
        style = daily_log.band(row + line)
        page.put(row + line, _LABEL, name, LABEL, LEFT, PADDED, BOXED, _EDGE, style)
        where = f"input.{slot}.day{day}.{name}"
        page.put(row + line, _COUNT, None, _WHOLE, BOXED, INPUT, style, slot=where)
    page.put(row + LINES - 1, _LABEL, "保费合计", LABEL, LEFT, PADDED, BOXED, _EDGE)
    letter = xl_col_to_name(_PREMIUM)
    total = f"=SUM({letter}{row + 1}:{letter}{row + LINES})"
    name = f"{slot}.day{day}.保费合计"
    page.formula(
        row + LINES - 1, _COUNT, total, 0, WHOLE, STRONG, BOXED, {"shrink": True}, slot=name
    )


def _validate(page: Page) -> None:
    for day in range(daily_log.DAYS):
        row = FIRST + day * LINES
        whole_numbers(page, (row, _COUNT, row + len(_COUNTED) - 1, _COUNT), "人数")
    whole_numbers(page, (FIRST, _PIECES, LAST, _PIECES), "件数")
    amounts(page, (FIRST, _PREMIUM, LAST, _PREMIUM), "保费（元）")
    choices(page, (FIRST, _REASON, LAST, _REASON), "拜访原因", REASONS)
    for column, title, letter, count in (
        (_OUTLET, "拜访网点", "B", OUTLETS),
        (_SOLD_AT, "出单网点", "B", OUTLETS),
        (_PRODUCT, "险种", "D", PRODUCTS),
    ):
        first = f"{_LISTS}!${letter}$4"
        cells = f"{first}:${letter}${3 + count}"
        page.sheet.data_validation(
            FIRST,
            column,
            LAST,
            column,
            {
                "validate": "list",
                "source": f"=OFFSET({first},0,0,MAX(1,COUNTA({cells})),1)",
                "input_title": title,
                "input_message": "点右侧箭头选，也可以自己写；列表在“列表”里增改。",
                "error_type": "information",
                "error_title": "不在列表里",
                "error_message": "这一项不在列表里。点“确定”保留所写的内容。",
            },
        )


def _totals(page: Page, slot: str) -> None:
    page.height(TOTALS, 24)
    page.blanks(TOTALS, 1, TOTALS, _LEARNT, TOTAL)
    page.put(TOTALS, 1, "本周合计", TOTAL)
    outlets = f"{xl_col_to_name(_OUTLET)}{FIRST + 1}:{xl_col_to_name(_OUTLET)}{LAST + 1}"
    visited: Style = {"num_format": '"拜访 "0" 次"', "align": "left", "indent": 1}
    total = f'=COUNTIF({outlets},"?*")'
    page.formula(TOTALS, _OUTLET, total, 0, TOTAL, visited, slot=f"{slot}.done.拜访数.合计")
    for line, name in enumerate(_COUNTED):
        shown = f'"{name[:2]} "0" 人"'
        where = f"{slot}.done.{name}.合计"
        daily_log.day_total(page, _SUMMED[name], _COUNT, line, shown, where)
    for column, name, number in ((_PIECES, "预收件数", _WHOLE), (_PREMIUM, "预收保费", WHOLE)):
        letter = xl_col_to_name(column)
        total = f"=SUM({letter}{FIRST + 1}:{letter}{LAST + 1})"
        page.formula(TOTALS, column, total, 0, TOTAL, number, slot=f"{slot}.done.{name}.合计")
    page.put(TOTALS, _PRODUCT, "预收合计", TOTAL, PADDED)
    row = TOTALS + 2
    page.height(row - 1, 6)
    page.height(row, 60)
    page.put(row, 1, "主管批注", SECTION, {"valign": "top"})
    comment = f"input.{slot}.comment"
    page.merged(row, _PLAN, row, _SOLD_AT, "", WRAP, BOXED, INPUT, slot=comment)
    page.put(row, _LEARNT, None, INPUT, BOXED)
    date_input(page, row, _LEARNT, _LEARNT, f"input.{slot}.filled_on", CENTRE)
    page.put(row + 1, _LEARNT, "批注日期", LABEL, RIGHT)


def _overview(page: Page, weeks: list[Page]) -> None:
    head(
        page,
        NAME,
        facts(PERSON, (1, 3, 4, 6, 8, 10, 12)),
    )
    told_apart(page, NAME, 12)
    row = 5
    page.height(row, 24)
    page.put(row, 1, "填写日期", LABEL)
    date_input(page, row, 2, 3, "input.filled_on")
    row = 6
    page.height(row, 8)
    row = 7
    page.height(row, 24)
    page.blanks(row, 1, row, 12, HEAD)
    page.put(row, 1, "项目", HEAD, LEFT, PADDED)
    heads = {2: "单位", 3: "上月实绩", 4: "本月目标", 10: "本月合计", 11: "差额", 12: "完成率"}
    for column, text in heads.items():
        page.put(row, column, text, HEAD, CENTRE if column == 2 else RIGHT)
    for week in WEEKS:
        page.put(row, 4 + week, f"第{week}周", HEAD, RIGHT)
    for number, (name, unit) in enumerate(zip(LOGGED, _UNITS, strict=True)):
        _line(page, weeks, row + 1 + number, name, unit)
    row += len(LOGGED) + 2
    page.height(row - 1, 8)
    for offset, label, slot in ((0, "本月重点", "input.focus"), (2, "月末小结", "input.summary")):
        page.height(row + offset, 24)
        page.put(row + offset, 1, label, SECTION)
        page.height(row + offset + 1, 80)
        page.merged(row + offset + 1, 1, row + offset + 1, 12, "", WRAP, BOXED, INPUT, slot=slot)
    page.sheet.fit_to_pages(1, 1)


def _line(page: Page, weeks: list[Page], row: int, name: str, unit: str) -> None:
    page.height(row, 28)
    page.put(row, 1, name, STRONG, LEFT, PADDED, RULED)
    page.put(row, 2, unit, LABEL, CENTRE, RULED)
    page.put(row, 3, None, WHOLE, RULED, slot=f"month.last.{name}")
    page.put(row, 4, None, WHOLE, EDITABLE, RULED, slot=f"month.target.{name}")
    whole_numbers(page, (row, 4, row, 4), f"{name}：本月目标", 99_999_999)
    for week, one in zip(WEEKS, weeks, strict=True):
        done = MONTH_DONE.excel("done.weekly.<项目>", _typed(one, week, name), place=week - 1)
        page.formula(row, 4 + week, done, "", WHOLE, RULED)
    page.name_slot(f"month.done.weekly.{name}", row, 5, row, 9)
    cells = f"F{row + 1}:J{row + 1}"
    slot = f"month.done.{name}"
    page.formula(row, 10, f"=SUM({cells})", 0, STRONG, WHOLE, RULED, slot=slot)
    refs = {"done.weekly.<项目>": cells}
    refs |= {"done.<项目>": f"K{row + 1}", "target.<项目>": f"E{row + 1}"}
    gap, rate = (MONTH_DONE.excel(f"{end}.<项目>", refs) for end in ("gap", "rate"))
    page.formula(row, 11, gap, "", GAP, RULED, slot=f"month.gap.{name}")
    page.formula(row, 12, rate, "", RATE, RULED, slot=f"month.rate.{name}")


def _typed(page: Page, week: int, name: str) -> dict[str, str]:
    """The cells of a week that somebody fills in, and what they come to."""
    done = f"week{week}.done.<项目>"
    column = {"拜访数": _OUTLET, "预收件数": _PIECES, "预收保费": _PREMIUM}.get(name)
    if column is None:
        line = _COUNTED.index(name)
        cells = ",".join(
            page.at(FIRST + day * LINES + line, _COUNT) for day in range(daily_log.DAYS)
        )
        return {f"input.{done}": cells, f"{done}.合计": page.at(TOTALS, _SUMMED[name])}
    letter = xl_col_to_name(column)
    cells = f"{page.name}!{letter}{FIRST + 1}:{letter}{LAST + 1}"
    typed = f"input.week{week}.visits.网点" if name == "拜访数" else f"input.{done}"
    return {typed: cells, f"{done}.合计": page.at(TOTALS, column)}


def _choices(page: Page) -> None:
    page.title("列表")
    page.height(1, 24)
    page.put(1, 1, "日志里的下拉列表取自这里，可以增改。", LABEL)
    page.height(2, 22)
    page.put(2, 1, "网点", HEAD, LEFT, PADDED)
    page.put(2, 3, "险种", HEAD, LEFT, PADDED)
    page.height(3, 19, 2 + OUTLETS)
    boxed = (LEFT, PADDED, BOXED, EDITABLE)
    page.column(3, 1, OUTLETS, *boxed, slot="lists.网点")
    page.column(3, 3, PRODUCTS, *boxed, slot="lists.险种")


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "一人一月一份，一周一页，一天一栏（四行）。每天填当日计划、银行拜访、客户洽谈、当日预收和问题心得；"
        "一周的内容在一张纸上，自己看得出规律，主管批注也方便；各天自动合计到周和月。",
    )
    guide.steps(
        "怎样填",
        (
            "早上看当日计划：第一、二行已按责任额预填，接着写今天要见谁、办什么。",
            "每拜访一个网点填一行：时间、网点、原因、效果、意向客户；网点可从列表选。",
            "下班前填洽谈人数、促成人数、意向客户数；每出一单填一行险种、件数、保费、出单网点。",
            "写当天的问题及心得。周末主管批注并填日期。",
            "“本月汇总”自动汇总，不用填；网点、险种的列表在“列表”里增改。",
        ),
    )
    guide.colours(resting="休息日、节假日；变灰的格子照样可以填")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("拜访数", "填了拜访网点的行数", "一行一次"),
            ("保费合计", "当天四行保费之和", "每天一格"),
            ("本周合计", "七天之和", "件数、保费、人数各自合计"),
            ("差额、完成率", "合计 − 目标、合计 ÷ 目标", "还没有填时为空"),
        ),
    )
    guide.slots()
