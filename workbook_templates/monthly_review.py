"""月度经营检讨: plan, done, gap, factors, causes, measures, next targets; and people to see to."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, Roll, box, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.monthly_findings import diagnosis, statuses
from workbook_templates.monthly_peers import factors
from workbook_templates.style import (
    ACCENT,
    BOXED,
    CENTRE,
    GROUP,
    INPUT,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    RIGHT,
    RULED,
    SECTION,
    STRONG,
    WRAP,
    Book,
    Page,
    Style,
)

NAME: Final = name_of(__name__)
TARGETS: Final = 12
PROGRESS: Final = 6
DIAGNOSED: Final = 6
PEOPLE: Final = 40
ABOUT: Final = 3

_SHEET: Final = "经营检讨"
_RULES: Final = "基本法名单"
_WIDTHS: Final = (1.5, 15, 11, 11, 11, 11, 11, 11, 11, 40)
_LAST: Final = len(_WIDTHS) - 1
_SMALL: Final[Style] = {**WRAP, "valign": "vcenter"}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS)
    head(page, NAME, facts(UNIT, (1, 3, 5, 7, 9)))
    row = _summary(page, 5)
    row = why = _targets(page, row)
    row = factors(page, row, _LAST)
    row = done = diagnosis(page, row, DIAGNOSED, _LAST) + 1
    row = _progress(page, row)
    row = _said(page, row)
    page.sheet.print_area(0, 0, row, _LAST)
    page.sheet.set_h_pagebreaks([why, done])  # on one page nobody could read it
    unit, month = page.at(3, 1, absolute=True), page.at(0, _LAST, absolute=True)
    _people(book, f'={unit}&"　"&{month}')
    _guide(book)
    book.close()


def _section(page: Page, row: int, text: str) -> None:
    page.height(row, 24)
    page.put(row, 1, text, SECTION, {"valign": "bottom"})


def _summary(page: Page, row: int) -> int:
    page.height(row, 22)
    page.merged(row, 1, row, _LAST, "", STRONG, LEFT, {"font_color": ACCENT}, slot="review.summary")
    return row + 1


def _targets(page: Page, row: int) -> int:
    """Plan, done, gap, and what is proposed for the next month."""
    _section(page, row, "目标达成和下月目标")
    row += 1
    page.height(row, 20)
    texts = ("指标", "目标", "实际", "差额", "达成率", "状态", "上月", "下月目标", "说明")
    heads(page, row, dict(enumerate(texts, 1)), _LAST, (6,))
    for column in (2, 3, 4, 5, 7, 8):
        page.put(row, column, texts[column - 1], {**_HEAD, **RIGHT})
    top = row + 1
    page.height(top, 26, top + TARGETS - 1)
    right: Style = {**RIGHT}
    for column, name in enumerate(texts, 1):
        style = {
            "指标": {**LEFT, **PADDED},
            "状态": CENTRE,
            "下月目标": {**RIGHT, "bold": True},
            "说明": _SMALL,
        }.get(name, right)
        page.column(top, column, TARGETS, style, RULED, slot=f"review.{name}")
    statuses(page, top, 6, top + TARGETS - 1)
    return top + TARGETS


_HEAD: Final[Style] = {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT}


def _progress(page: Page, row: int) -> int:
    """Lay out the results of last month's actions."""
    _section(page, row, "上月措施的进展")
    page.put(row, 4, None, NOTE, {"text_wrap": False, "valign": "bottom"}, slot="progress.note")
    row += 1
    page.height(row, 20)
    texts = {1: "指标", 2: "措施", 5: "完成情况", 6: "上月", 7: "本月", 8: "变化"}
    heads(page, row, {**texts, 9: "和没做的同类比；主管的说明"}, _LAST, (5,))
    for column, text in ((6, "上月"), (7, "本月"), (8, "变化")):
        page.put(row, column, text, {**_HEAD, **RIGHT})
    top = row + 1
    page.height(top, 40, top + PROGRESS - 1)
    for number in range(top, top + PROGRESS):
        page.put(number, 1, None, RULED)
        page.merged(number, 2, number, 4, "", _SMALL, RULED, {"indent": 0})
        page.put(number, 9, None, RULED)
    page.column(top, 1, PROGRESS, LEFT, PADDED, RULED, slot="progress.指标")
    page.name_slot("progress.改善措施", top, 2, top + PROGRESS - 1)
    for column, name in ((6, "上月"), (7, "本月"), (8, "变化")):
        page.column(top, column, PROGRESS, RIGHT, RULED, slot=f"progress.{name}")
    page.column(top, 5, PROGRESS, CENTRE, RULED, slot="progress.完成情况")
    page.column(top, 9, PROGRESS, _SMALL, RULED, slot="progress.检讨")
    return top + PROGRESS


def _said(page: Page, row: int) -> int:
    """Lay out the manager's texts in this month's 月度KPI表, and the decisions of the meeting."""
    _section(page, row, "主管在月度KPI表里写的")
    boxes: tuple[tuple[int, int, str, str, Style], ...] = (
        (1, 4, "主要问题和原因", "review.问题", {}),
        (5, _LAST, "下一步改善措施", "review.措施", {}),
    )
    page.height(row + 1, 16)
    page.height(row + 2, 44)
    for first, last, label, slot, style in boxes:
        page.put(row + 1, first, label, LABEL)
        page.merged(row + 2, first, row + 2, last, "", WRAP, BOXED, style, slot=slot)
    _section(page, row + 3, "检讨会的决定")
    page.height(row + 4, 56)
    page.merged(row + 4, 1, row + 4, _LAST, "", WRAP, BOXED, INPUT, slot="input.decision")
    return row + 4


def _people(book: Book, heading: str) -> None:
    """Who does not keep the rules, and what the unit lacks."""
    page = Page(book, _RULES, (1.5, 16, 12, 13, 14, 13, 60))
    page.title("基本法名单")
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(0, 6, heading, "　", STRONG, RIGHT, line, slot="review.heading")
    page.height(1, 8)
    page.put(2, 1, "本单位", SECTION)
    box(page, 3, ABOUT, 1, [])
    for row in range(3, 3 + ABOUT):
        page.height(row, 18)
        page.merged(row, 1, row, 6, "", LEFT, PADDED, RULED)
    page.name_slot("rules.单位", 3, 1, 2 + ABOUT)
    row = 3 + ABOUT
    page.height(row, 22)
    page.blanks(row, 1, row, 6, GROUP)
    page.put(row, 1, "需要处理的人：试用清退、维持差件、零业绩；名单只给本单位主管", GROUP, PADDED)
    row += 1
    page.height(row, 22)
    texts = ("团队", "姓名", "工号", "职级", "事项", "说明")
    heads(page, row, dict(enumerate(texts, 1)), 6, ())
    columns = [Column(text, f"rules.{text}", "given", {**LEFT, **PADDED}) for text in texts]
    roll = Roll(page, "rules", row + 1, PEOPLE, columns)
    roll.print_used((row, row))
    page.sheet.freeze_panes(row + 1, 3)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "月初开经营检讨会用的一张表：上月定了什么、做到多少、差在哪里、为什么、上月的措施有没有用、"
        "下月目标和措施是什么。",
    )
    guide.steps(
        "怎样开会",
        (
            "从“目标达成”看起：哪几项没达到，差多少。",
            "看“因素分解”：差额是人少了、开单的人少了、每人件数少了，还是件均小了。",
            "看“诊断与建议”：最可能的原因和依据；写着请主管判断的，当场问清楚。",
            "看“上月措施的进展”：做了没有，有没有用。",
            "定下月目标和措施，写进“检讨会的决定”，再填“业务改善措施计划”。",
            "“基本法名单”由主管会后逐人处理，不在会上公布。",
        ),
    )
    guide.colours(status=True)
    guide.table(
        "怎么算",
        (
            ("项目", "算法", "说明"),
            ("下月目标", "下月已定的目标，没有则沿用本月", "总量类加上本年欠数摊到年底各月的一份"),
            ("说明", "和近十二个月最好的比", "高出三成以上提示可能偏高"),
            ("维持差件", "近三个整月月均 2 件", "签约、转正当月不算"),
            ("试用清退", "连续两个整月没有 FYC", "签约当月不算"),
        ),
    )
    guide.slots()
