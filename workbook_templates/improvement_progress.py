"""上月改善措施进展检讨: last month's measures, what their KPIs did since, and what follows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kpi_xl.analysis.follow_up import FEWEST_PEERS
from kpi_xl.slots.monthly_review_slots import PROGRESS_NOTE, STATES
from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, box, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.improvement_plan import OWN, PROPOSED
from workbook_templates.style import (
    BOXED,
    CENTRE,
    DAY,
    GROUP,
    INPUT,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    RIGHT,
    WRAP,
    Book,
    Page,
    Style,
)

NAME: Final = name_of(__name__)
MEASURES: Final = PROPOSED + OWN

_SHEET: Final = "措施进展检讨"
_WIDTHS: Final = (1.5, 7.5, 13, 34, 11, 10, 10, 10, 10, 10, 34, 11, 30)
_LAST: Final = len(_WIDTHS) - 1
_HEADER: Final = 6
_FIRST: Final = _HEADER + 1
_MIDDLE: Final[Style] = {**WRAP, "valign": "vcenter"}
_HEADS: Final = (
    "编号", "指标", "上月的措施", "责任对象", "期限", "上月", "本月", "变化", "同类变化",
    "和没做的同类比", "完成情况", "说明；下一步",
)  # fmt: skip


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS, larger=0.9)
    head(
        page,
        NAME,
        facts(UNIT, (1, 3, 4, 6, 8)),
        filled=(10, 10),
        signed={"主管签字": (12, 12)},
    )
    page.height(5, 18)
    page.put(5, 1, None, NOTE, {"text_wrap": False, "valign": "vcenter"}, slot="progress.note")
    texts, done = (f"{c}{_FIRST + 1}:{c}{_FIRST + MEASURES}" for c in "DL")
    cells = {"input.progress.完成": done, "progress.改善措施": texts}
    formula = PROGRESS_NOTE.slots["条数"].formula_of().excel(cells)
    page.formula(5, _LAST, formula, "已完成 0 条，共 0 条", NOTE, RIGHT, slot="progress.条数")
    page.height(_HEADER, 26)
    heads(page, _HEADER, dict(enumerate(_HEADS, 1)), _LAST, (1, 5, 11), range(6, 10))
    last = _FIRST + MEASURES - 1
    page.height(_FIRST, 46, last)
    page.column(_FIRST, 1, MEASURES, LABEL, CENTRE, BOXED, slot="progress.编号")
    number_: Style = {**RIGHT, "indent": 1}
    columns = [
        Column("指标", "progress.指标", "given", {**LEFT, **PADDED}),
        Column("措施", "progress.改善措施", "given", {**_MIDDLE, "bold": True}),
        Column("责任对象", "progress.责任对象", "given", {**LEFT, **PADDED}),
        Column("期限", "progress.期限", "given", DAY),
        Column("上月", "progress.上月", "given", number_),
        Column("本月", "progress.本月", "given", number_),
        Column("变化", "progress.变化", "given", number_),
        Column("同类变化", "progress.同类变化", "given", number_),
        Column("结论", "progress.结论", "given", _MIDDLE),
        Column("完成情况", "input.progress.完成", "input", CENTRE),
        Column("说明", "input.progress.说明", "input", _MIDDLE),
    ]
    box(page, _FIRST, MEASURES, 2, columns)
    page.sheet.data_validation(
        _FIRST,
        11,
        last,
        11,
        {
            "validate": "list",
            "source": list(STATES),
            "input_title": "完成情况",
            "input_message": "点右侧箭头选一项。",
            "error_title": "不在列表里",
            "error_message": "请选 已完成、进行中 或 没有做。",
        },
    )
    _below(page, last + 1)
    page.fold("progress", _FIRST, last)
    page.sheet.freeze_panes(_FIRST, 3)
    page.sheet.repeat_rows(_HEADER)
    _guide(book)
    book.close()


def _below(page: Page, row: int) -> None:
    page.height(row, 16)
    page.put(
        row,
        1,
        "同类变化：起点相同、没做这项措施的同级单位这一个月的变化。弱的单位自己也会回升，所以不能只看自己变好了没有。",
        NOTE,
        {"text_wrap": False},
    )
    page.height(row + 1, 22)
    page.blanks(row + 1, 1, row + 1, _LAST, GROUP)
    page.put(row + 1, 1, "检讨：哪些有效要坚持，哪些没做或没用要换，下月再做什么", GROUP, PADDED)
    page.height(row + 2, 60)
    page.merged(row + 2, 1, row + 2, _LAST, "", WRAP, BOXED, INPUT, slot="input.summary")
    page.sheet.print_area(0, 0, row + 2, _LAST)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "上个月定的改善措施，这个月逐条对照：做了没有，指标动了没有，是措施的作用还是大家都在变。",
    )
    guide.steps(
        "怎样看、怎样填",
        (
            "先填“完成情况”：没有做的，不谈效果，先说为什么没做。",
            "看“变化”和“同类变化”：比没做这项措施的同类好得多，才写“好于同类”。",
            f"没做这项措施的同类不到 {FEWEST_PEERS} 个，或指标是总量，系统会直说看不出来，"
            "由主管判断。",
            "写说明和下一步：坚持、改进，还是换一个办法。",
        ),
    )
    guide.colours()
    guide.slots()
