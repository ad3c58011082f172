"""每日活动检查表: every member's activities of every working day, looked over by the manager."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpi_xl.slots.weekly_member_values import (
    DAILY,
    DAILY_PLAN,
    FILLED_IN,
    MONTH_CHECKS,
    PLANNED,
)
from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, Roll, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT_MIDDLE,
    ACROSS,
    BOXED,
    CENTRE,
    DAY,
    GREY,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RESTING,
    RIGHT,
    RULED,
    SECTION,
    STRONG,
    SUBHEAD,
    TOTAL,
    UNSEEN_ZERO,
    WHITE,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import amounts, choices, whole_numbers
from workbook_templates.week import ACTIVITIES, WEEKS, heading

NAME: Final = name_of(__name__)
TITLE: Final = "日报表：对客户经理每日活动检查表"
LINES: Final = 60
"""How many rows a week has: members times working days."""
LOGS: Final = ("已交", "未交", "请假")
CHECKS: Final = ("达到", "没达到，已谈", "没达到，待谈", "记录不实")
_WIDTHS: Final = (1, 8, 4, 8, 8.5, *(4.2 for _ in range(10)), 4.5, 7.5, 5.5, 9.5, 14)
"""A page stands upright: so most people fit on it, and their text is still large enough."""
_ROW: Final = 13.5
_DATE, _WEEKDAY, _PERSON, _AGENT, _FIRST_ACTIVITY = 1, 2, 3, 4, 5
_PIECES, _PREMIUM, _LOG, _CHECK, _ADVICE = range(15, 20)
_OTHERS: Final = tuple(name for name in ACTIVITIES if name not in PLANNED)
_MONTH: Final = "本月"
_DAYS: Final = 7
_SUMMARY: Final = 3
_SUMMED: Final = _SUMMARY + 2
_HEADER: Final = _SUMMED + _DAYS + 3
_FIRST: Final = _HEADER + 2
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_SMALL: Final[Style] = {"shrink": True, **LEFT}
_COUNT: Final[Style] = {"num_format": "#,##0", "align": "center", "shrink": True}
_MONEY: Final[Style] = {**WHOLE, "shrink": True}
_OR_BLANK: Final[Style] = UNSEEN_ZERO
"""Of days that nobody has filled in yet."""


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    month = Page(book, _MONTH, (1.5, 14, *(10.5 for _ in range(11))))
    weeks = [Page(book, f"第{week}周", _WIDTHS, landscape=False, larger=0.2) for week in WEEKS]
    whose = heading(month, ("team.name", "unit.manager"), (1, 5), 12)
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose)
    _overview(month, weeks)
    _guide(book)
    book.close()


def _overview(page: Page, weeks: list[Page]) -> None:
    """The month: each week's totals."""
    given = {"team.name": ("团队", {}), "unit.parent": ("上级单位", {}), **UNIT}
    del given["unit.name"]
    order = ("team.name", "unit.parent", "unit.manager", "unit.headcount", "branch.name")
    chosen = {slot: given[slot] for slot in (*order, "period.working_days")}
    signed = {"主管签字": (11, 12)}
    head(page, TITLE, facts(chosen, (1, 3, 5, 6, 7, 8)), filled=(9, 10), signed=signed)
    row = 5
    page.height(row, 34)
    names = (*ACTIVITIES, "预收件数", "预收保费", "应填", "已填")
    texts = {1: "周", **dict(enumerate(names, 2)), 12: "填写率"}
    heads(page, row, texts, 12, range(2, 13))
    first, last = row + 1, row + len(WEEKS)
    page.height(first, 26, last + 1)
    page.blanks(last + 1, 1, last + 1, 12, TOTAL)
    page.put(last + 1, 1, "本月合计", TOTAL, PADDED)
    for number, week in enumerate(WEEKS):
        page.put(first + number, 1, f"第{week}周", LEFT, PADDED, RULED)
    for column, name in enumerate(names, 2):
        source = _columns_summed()[name]
        for number, one in enumerate(weeks):
            of_week = {f"week{number + 1}.daily.<项目>.合计": one.at(_SUMMED + _DAYS, source)}
            total = MONTH_CHECKS.excel("各周.<项目>", of_week, place=number)
            page.formula(first + number, column, total, 0, _COUNT, _OR_BLANK, RULED)
        page.name_slot(f"checks.各周.{name}", first, column, last, column)
        letter = xl_col_to_name(column)
        all_ = f"{letter}{first + 1}:{letter}{last + 1}"
        total = MONTH_CHECKS.excel("合计.<项目>", {"各周.<项目>": all_})
        blank = (_COUNT, _OR_BLANK)
        page.formula(last + 1, column, total, 0, TOTAL, *blank, slot=f"checks.合计.{name}")
    share: Style = {"num_format": "0%;-0%;", "align": "center"}
    for at in range(first, last + 2):
        place = at - first
        due, filled = (
            f"checks.合计.{name}" if at > last else f"checks.各周.{name}@{place}"
            for name in ("应填", "已填")
        )
        cells = {due: f"K{at + 1}", filled: f"L{at + 1}"}
        rate = FILLED_IN.excel("填写率", cells, place=place)
        page.formula(at, 12, rate, "", share, TOTAL if at > last else RULED)
    page.name_slot("checks.填写率", first, 12, last + 1, 12)
    page.height(last + 2, 8)
    page.height(last + 3, 24)
    page.put(last + 3, 1, "月末小结：谁没有坚持，为什么，下月怎么办", SECTION)
    page.height(last + 4, 90)
    page.merged(last + 4, 1, last + 4, 12, "", WRAP, BOXED, INPUT, slot="input.summary")
    page.sheet.fit_to_pages(1, 1)


def _columns_summed() -> dict[str, int]:
    """In which columns of a week everything is summed up."""
    columns = {name: done_column(name) for name in ACTIVITIES}
    columns |= {"预收件数": _PIECES, "预收保费": _PREMIUM}
    return columns | {"应填": _LOG, "已填": _CHECK}


def done_column(name: str) -> int:
    """The column of what was done of an activity."""
    if name in PLANNED:
        return _FIRST_ACTIVITY + 2 * PLANNED.index(name) + 1
    return _FIRST_ACTIVITY + 2 * len(PLANNED) + _OTHERS.index(name)


def _columns(slot: str) -> list[Column]:
    columns = [
        Column("日期", f"{slot}.checks.日期", style=DAY),
        Column("星期", f"{slot}.checks.星期", style={**LABEL, **CENTRE}),
        Column("姓名", f"{slot}.checks.姓名", style={**_SMALL, **STRONG}),
        Column("工号", f"{slot}.checks.工号", style={**LABEL, **CENTRE, "shrink": True}),
    ]
    for name in PLANNED:
        columns.append(Column("计划", f"{slot}.checks.{name}.计划", style=_COUNT))
        columns.append(Column("完成", f"{slot}.checks.{name}", "editable", _COUNT))
    columns += [Column("", f"{slot}.checks.{name}", "editable", _COUNT) for name in _OTHERS]
    typed = f"input.{slot}.checks"
    return [
        *columns,
        Column("件数", f"{typed}.预收件数", "input", _COUNT),
        Column("保费", f"{typed}.预收保费", "input", _MONEY),
        Column("日志", f"{typed}.日志", "input", {**_SMALL, **CENTRE}),
        Column("检查", f"{typed}.检查", "input", {**_SMALL, **PADDED}),
        Column("指导", f"{typed}.指导", "input", {**_SMALL, **PADDED}),
    ]


def _week(page: Page, week: int, whose: str) -> None:
    slot = f"week{week}"
    page.title(TITLE)
    page.aside(f"{slot}.period")
    page.height(1, 18)
    page.put(1, 1, None, SECTION, slot=f"{slot}.name")
    page.formula(1, _ADVICE, whose, "　　", LABEL, STRONG, RIGHT, slot=f"{slot}.heading")
    flags = {done_column(name): _short(done_column(name)) for name in PLANNED}
    roll = Roll(page, slot, _FIRST, LINES, _columns(slot), told_by=2, flags=flags)
    page.height(roll.first, _ROW, roll.last)
    _summary(page, slot, roll)
    _heads(page)
    last = _FIRST_ACTIVITY + 2 * len(PLANNED) + len(_OTHERS) - 1
    whole_numbers(page, (roll.first, _FIRST_ACTIVITY, roll.last, last), "完成")
    whole_numbers(page, (roll.first, _PIECES, roll.last, _PIECES), "预收件数")
    amounts(page, (roll.first, _PREMIUM, roll.last, _PREMIUM), "预收保费（元）")
    choices(page, (roll.first, _LOG, roll.last, _LOG), "工作日志", LOGS)
    choices(page, (roll.first, _CHECK, roll.last, _CHECK), "检查结果", CHECKS)
    # A line above each new day.
    new = f'AND($B{roll.first + 1}<>"",$B{roll.first + 1}<>$B{roll.first})'
    page.highlight(roll.first, 1, roll.last, _ADVICE, new, {"top": 1, "top_color": ACCENT_MIDDLE})
    page.sheet.freeze_panes(_FIRST, _FIRST_ACTIVITY)
    page.sheet.autofilter(_HEADER + 1, 1, roll.last, _ADVICE)
    page.sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    roll.print_used((_HEADER, _HEADER + 1))


def _short(column: int) -> str:
    """Whether less was done than planned."""
    done, plan = (xl_rowcol_to_cell(_FIRST, at) for at in (column, column - 1))
    return f"AND(ISNUMBER({done}),{done}<{plan})"


def _heads(page: Page) -> None:
    row = _HEADER
    page.height(row - 1, 6)
    page.height(row, 18, row + 1)
    _activity_heads(page, row)
    for column, text in enumerate(("日期", "星期", "姓名", "工号"), _DATE):
        page.put(row, column, text, HEAD, LEFT if column == _PERSON else CENTRE)
    page.put(row, _LOG, "检查", HEAD, ACROSS, _GROUP)
    page.blanks(row, _CHECK, row, _ADVICE, HEAD, ACROSS)
    for column, text in ((_LOG, "日志"), (_CHECK, "检查结果"), (_ADVICE, "指导和要求")):
        page.put(row + 1, column, text, SUBHEAD, CENTRE if column == _LOG else LEFT, _GROUP)


def _activity_heads(page: Page, row: int) -> None:
    page.blanks(row, 1, row, _ADVICE, HEAD)
    page.blanks(row + 1, 1, row + 1, _ADVICE, SUBHEAD)
    one_line: Style = {"text_wrap": False}
    for number, name in enumerate(PLANNED):
        column = _FIRST_ACTIVITY + 2 * number
        page.put(row, column, name, HEAD, ACROSS, _GROUP, one_line)
        page.put(row, column + 1, None, HEAD, ACROSS, one_line)
        page.put(row + 1, column, "计划", SUBHEAD, CENTRE, _GROUP)
        page.put(row + 1, column + 1, "完成", SUBHEAD, CENTRE)
    for name in _OTHERS:
        column = done_column(name)
        page.put(row, column, name[:2], HEAD, CENTRE, _GROUP, one_line)
        page.put(row + 1, column, name[2:4], SUBHEAD, CENTRE, _GROUP)
    page.put(row, _PIECES, "预收", HEAD, ACROSS, _GROUP)
    page.put(row, _PREMIUM, None, HEAD, ACROSS)
    page.put(row + 1, _PIECES, "件数", SUBHEAD, CENTRE, _GROUP)
    page.put(row + 1, _PREMIUM, "保费/元", SUBHEAD, RIGHT)


def _summary(page: Page, slot: str, roll: Roll) -> None:
    """Each day summed up, above the list."""
    row = _SUMMARY
    page.height(row - 1, 4)
    page.height(row, 18, row + 1)
    _activity_heads(page, row)
    page.put(row, 1, "每天合计", HEAD, LEFT)
    for column, text in ((_LOG, "应填"), (_CHECK, "已填")):
        page.put(row, column, text, HEAD, CENTRE, _GROUP)
    page.height(_SUMMED, _ROW, _SUMMED + _DAYS)
    page.column(_SUMMED, _DATE, _DAYS, DAY, RULED, slot=f"{slot}.dates")
    page.column(_SUMMED, _WEEKDAY, _DAYS, LABEL, CENTRE, RULED, slot=f"{slot}.weekday")
    note: Style = {"shrink": True}
    page.column(_SUMMED, _PERSON, _DAYS, LABEL, LEFT, RULED, note, slot=f"{slot}.note")
    total = _SUMMED + _DAYS
    page.blanks(total, 1, total, _ADVICE, TOTAL)
    page.blanks(_SUMMED, _FIRST_ACTIVITY, total - 1, _ADVICE, RULED)
    off = f"${xl_col_to_name(_LOG)}{_SUMMED + 1}=0"
    page.highlight(_SUMMED, 1, total - 1, _ADVICE, off, {"bg_color": RESTING, "font_color": GREY})
    page.put(total, 1, "本周合计", TOTAL)
    columns = _columns_summed()
    for name in (*ACTIVITIES, "预收件数", "预收保费"):
        style = _MONEY if name == "预收保费" else _COUNT
        _daily(page, slot, roll, name, columns[name], style)
    for name in PLANNED:
        _daily(page, slot, roll, name, columns[name] - 1, _COUNT, ".计划")
    for name in ("应填", "已填"):
        _daily(page, slot, roll, name, columns[name], _COUNT)


def _daily(
    page: Page, slot: str, roll: Roll, name: str, column: int, style: Style, part: str = ""
) -> None:
    """A column of what is summed up by day, and the week.

    Parameters
    ----------
    name, part : str
        What is summed up, and whether it is what was planned of it.
    """
    group, own = (DAILY_PLAN if part else DAILY), f"<项目>{part}"
    lines = f"week<周>.checks.<项目>{part}"
    cells = {
        "week<周>.checks.日期": _absolute(roll, _DATE),
        "week<周>.checks.拜访数": _absolute(roll, done_column("拜访数")),
        **dict.fromkeys((lines, f"input.{lines}"), _absolute(roll, column)),
    }
    for row in range(_SUMMED, _SUMMED + _DAYS):
        cells["week<周>.dates@"] = f"$B{row + 1}"
        day = group.excel(own, cells, 项目=name)
        page.formula(row, column, day, "", style, _OR_BLANK, RULED)
    where = f"{slot}.daily.{name}{part}"
    page.name_slot(where, _SUMMED, column, _SUMMED + _DAYS - 1, column)
    letter = xl_col_to_name(column)
    total = group.excel(f"{own}.合计", {own: f"{letter}{_SUMMED + 1}:{letter}{_SUMMED + _DAYS}"})
    blank = (style, _OR_BLANK)
    page.formula(_SUMMED + _DAYS, column, total, 0, TOTAL, *blank, slot=f"{where}.合计")


def _absolute(roll: Roll, column: int) -> str:
    letter = xl_col_to_name(column)
    return f"${letter}${roll.first + 1}:${letter}${roll.last + 1}"


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "主管每天下班前检查每位客户经理当天的活动：计划多少、做了多少、日志交了没有、该怎么指导。"
        "一周一页，只列工作日（调休上班日在内）；点“日期”旁的箭头筛选，只看今天或只看一个人。",
    )
    guide.steps(
        "怎样填",
        (
            "打开当周的表，在标题行的箭头里筛选今天；“计划”已按责任额和工作日预填。",
            "按客户经理的日志填完成、预收；有活动记录的已由系统填入。完成少于计划的显示为红色。",
            "选日志有没有交、检查结果，写一句指导和要求；没达到的当天谈。",
            "上面“每天合计”自动算出：填了几个人、做了多少。",
        ),
    )
    guide.colours(resting="没有人要填的一天：休息日、节假日")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("计划", "本月责任额按工作日摊到各天", "见“周工作计划”"),
            ("每天合计", "日期相同的各行之和", "本周合计是七天之和"),
            ("应填、已填", "当天的人数、填了拜访数的人数", "没有做也要填 0"),
        ),
    )
    guide.slots()
