"""专题、培训计划表: what a department trains in a month, whom, when, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, box, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.style import (
    BOXED,
    CENTRE,
    DAY,
    GROUP,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RATE,
    TOTAL,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import choices, dates, whole_numbers

NAME: Final = name_of(__name__)
TOPICS: Final = 12
KINDS: Final = ("专题", "培训", "演练", "早会课程")
_SHEET: Final = "专题培训计划"
_WIDTHS: Final = (1.5, 5, 9, 28, 30, 26, 12, 10, 13, 7.5, 7.5, 8.5, 24)
_NUMBER, _KIND, _TEXT, _REASON, _PEOPLE, _TRAINER, _DAY, _PLACE = range(1, 9)
_DUE, _CAME, _SHARE, _RESULT = range(9, 13)
_HEADER: Final = 5
_FIRST: Final = _HEADER + 1
_LAST: Final = _FIRST + TOPICS - 1
_MIDDLE: Final[Style] = {**WRAP, "valign": "vcenter"}
_COUNT: Final[Style] = {"num_format": "0", "align": "center"}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS, larger=0.4)
    given = {"department.name": ("单位", {}), **UNIT}
    del given["unit.name"]
    head(
        page,
        NAME,
        facts(given, (1, 3, 4, 5, 6)),
        filled=(8, 9),
        signed={"经理签字": (11, 12)},
    )
    texts: tuple[str, ...] = (
        "序号",
        "类别",
        "主题",
        "为什么办（要解决的问题）",
        "参加人员",
        "讲师",
        "日期",
        "地点",
    )
    texts += ("应到", "实到", "到训率", "结果和跟进")
    page.height(_HEADER, 28)
    centred = (_NUMBER, _DAY, _DUE, _CAME, _SHARE)
    heads(page, _HEADER, dict(enumerate(texts, 1)), _RESULT, centred)
    page.height(_FIRST, 36, _LAST)
    for number in range(TOPICS):
        page.put(_FIRST + number, _NUMBER, number + 1, LABEL, CENTRE, BOXED)
    columns = [
        Column("类别", "topics.类别", "editable", {**LEFT, **PADDED}),
        Column("主题", "topics.主题", "editable", {**_MIDDLE, "bold": True}),
        Column("为什么办", "topics.目的", "editable", _MIDDLE),
        Column("参加人员", "topics.对象", "editable", _MIDDLE),
        Column("讲师", "topics.讲师", "editable", _MIDDLE),
        Column("日期", "topics.日期", "editable", DAY),
        Column("地点", "input.topics.地点", "input", _MIDDLE),
        Column("应到", "input.topics.应到", "input", _COUNT),
        Column("实到", "input.topics.实到", "input", _COUNT),
    ]
    box(page, _FIRST, TOPICS, _KIND, columns)
    for row in range(_FIRST, _LAST + 1):
        due, came = f"J{row + 1}", f"K{row + 1}"
        rate = f'=IF(OR({due}="",{came}=""),"",IFERROR({came}/{due},"—"))'
        page.formula(row, _SHARE, rate, "", RATE, CENTRE, BOXED)
    page.name_slot("topics.到训率", _FIRST, _SHARE, _LAST, _SHARE)
    result = Column("结果", "input.topics.结果", "input", _MIDDLE)
    box(page, _FIRST, TOPICS, _RESULT, [result])
    choices(page, (_FIRST, _KIND, _LAST, _KIND), "类别", KINDS)
    dates(page, (_FIRST, _DAY, _LAST, _DAY))
    whole_numbers(page, (_FIRST, _DUE, _LAST, _CAME), "人数", 9999)
    _below(page)
    page.sheet.freeze_panes(_FIRST, _REASON)
    page.sheet.fit_to_pages(1, 1)
    _guide(book)
    book.close()


def _below(page: Page) -> None:
    row = _LAST + 1
    page.height(row, 22)
    page.blanks(row, 1, row, _RESULT, TOTAL)
    page.put(row, 1, "合计", TOTAL, PADDED)
    texts, results = (f"{letter}{_FIRST + 1}:{letter}{_LAST + 1}" for letter in "DM")
    items: Style = {"num_format": '"共 "0" 项"', "align": "left", "indent": 1}
    page.formula(row, _TEXT, f'=COUNTIF({texts},"?*")', 0, TOTAL, items, slot="topics.场次")
    done: Style = {"num_format": '"已办 "0" 项"', "align": "left", "indent": 1}
    page.formula(row, _RESULT, f'=COUNTIF({results},"?*")', 0, TOTAL, done, slot="topics.已办")
    page.height(row + 1, 8)
    page.height(row + 2, 22)
    page.blanks(row + 2, 1, row + 2, _RESULT, GROUP)
    page.put(row + 2, 1, "月末小结：哪些有效，下月再办什么", GROUP, PADDED)
    page.height(row + 3, 60)
    page.merged(row + 3, 1, row + 3, _RESULT, "", WRAP, BOXED, INPUT, slot="input.summary")


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "营业部经理每月排一次专题和培训：办什么、为什么办、谁参加、谁来讲、哪天、在哪里，"
        "办完记下到训人数和结果。培训要对着问题办，不是为办而办。",
    )
    guide.steps(
        "怎样填",
        (
            "先看预填的主题：来自上月偏弱的指标、成员最弱的技能和新人；不合适的清空，缺的补上。",
            "定下讲师、日期、地点和参加人员。预填的日期是本月各个星期三，可以改。",
            "办完当天填应到、实到，到训率自动算出。",
            "一周后在“结果和跟进”里写看到了什么变化、谁还要补课；月末写小结。",
        ),
    )
    guide.colours()
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("到训率", "实到 ÷ 应到", "两项都填了才有"),
            ("合计", "有主题的项数、有结果的项数", "看计划办了多少"),
        ),
    )
    guide.slots()
