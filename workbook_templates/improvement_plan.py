"""业务改善措施计划: problems, their causes, measures, who, with what, until when."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kpi_xl.slots.monthly_review_slots import PLAN_COUNT
from workbook_templates import name_of
from workbook_templates.fishbone import add_fishbone
from workbook_templates.form import UNIT, Column, box, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.monthly_data import FAMILIES, kpi
from workbook_templates.style import (
    BOXED,
    CENTRE,
    DAY,
    GROUP,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RIGHT,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import Area, dates

NAME: Final = name_of(__name__)
PROPOSED: Final = 8
OWN: Final = 4
DECISIONS: Final = ("采用", "不采用")
OWNERS: Final = ("营业部经理", "组主管", "组训", "业务员", "内勤")

_SHEET: Final = "改善措施计划"
_WIDTHS: Final = (1.5, 7.5, 14, 22, 40, 36, 12, 22, 10, 10)
_LAST: Final = len(_WIDTHS) - 1
_HEADER: Final = 5
_FIRST: Final = _HEADER + 2
_MIDDLE: Final[Style] = {**WRAP, "valign": "vcenter"}
_HEADS: Final = (
    "编号", "指标", "问题", "根源问题和依据", "改善措施",
    "责任对象", "工具/方法", "期限", "是否采用",
)  # fmt: skip


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS)
    head(
        page,
        NAME,
        facts(UNIT, (1, 3, 4, 5)),
        filled=(7, 8),
        signed={"主管签字": (9, 9)},
    )
    page.height(_HEADER, 26)
    centred = (1, 8, 9)
    heads(page, _HEADER, dict(enumerate(_HEADS, 1)), _LAST, centred)
    _band(page, _HEADER + 1, "系统建议：按数据里的证据排序，可以修改；不合适的在最后一列选“不采用”")
    page.height(_FIRST, 46, _FIRST + PROPOSED - 1)
    page.column(_FIRST, 1, PROPOSED, LABEL, CENTRE, BOXED, slot="plan.编号")
    columns = [
        Column("指标", "plan.指标", "editable", {**LEFT, **PADDED}),
        Column("问题", "plan.问题", "editable", _MIDDLE),
        Column("根源问题", "plan.根源问题", "editable", _MIDDLE),
        Column("改善措施", "plan.改善措施", "editable", {**_MIDDLE, "bold": True}),
        Column("责任对象", "plan.责任对象", "editable", {**LEFT, **PADDED}),
        Column("工具", "plan.工具", "editable", _MIDDLE),
        Column("期限", "plan.期限", "editable", DAY),
        Column("采用", "input.plan.采用", "input", CENTRE),
    ]
    box(page, _FIRST, PROPOSED, 2, columns)
    own = _FIRST + PROPOSED
    _band(page, own, "自己的措施：系统看不到、主管自己知道的问题")
    _rows(page, own + 1, OWN)
    columns = [
        Column(one.head, one.slot.replace("plan.", "input.own.", 1), "input", one.style)
        for one in columns[:-1]
    ]
    box(page, own + 1, OWN, 2, columns)
    page.blanks(own + 1, _LAST, own + OWN, _LAST, BOXED)
    last = own + OWN
    names = tuple(name for family in FAMILIES.values() for name in family if _watched(name))
    for first, end in ((_FIRST, _FIRST + PROPOSED - 1), (own + 1, last)):
        _listed(page, (first, 2, end, 2), "指标", names)
        _listed(page, (first, 6, end, 6), "责任对象", OWNERS, strict=False)
        dates(page, (first, 8, end, 8))
    _listed(page, (_FIRST, _LAST, _FIRST + PROPOSED - 1, _LAST), "是否采用", DECISIONS)
    _count(page, own, last)
    _below(page, last + 1)
    page.fold("plan", _FIRST, _FIRST + PROPOSED - 1)
    page.sheet.freeze_panes(_HEADER + 1, 3)
    page.sheet.repeat_rows(_HEADER)
    unit, month = page.at(3, 1, absolute=True), page.at(0, _LAST, absolute=True)
    add_fishbone(book, f'={unit}&"　"&{month}')
    _guide(book)
    book.close()


def _watched(name: str) -> bool:
    """Whether a measure can be held against the KPI: it can get better or worse."""
    return kpi(name).direction != "neutral"


def _band(page: Page, row: int, text: str) -> None:
    page.height(row, 20)
    page.blanks(row, 1, row, _LAST, GROUP)
    page.put(row, 1, text, GROUP, PADDED)


def _rows(page: Page, first: int, count: int) -> None:
    page.height(first, 46, first + count - 1)
    for row in range(count):
        page.put(first + row, 1, f"自定{row + 1}", LABEL, CENTRE, BOXED)


def _listed(
    page: Page, cells: Area, title: str, words: tuple[str, ...], *, strict: bool = True
) -> None:
    """Hold people to words, or only offer them."""
    joined = ",".join(words)
    # Excel takes 255 characters of words; more stand on a sheet.
    source: list[str] | str = list(words)
    if len(joined) > 255:
        source = _far_list(page, words)
    page.sheet.data_validation(
        *cells,
        {
            "validate": "list",
            "source": source,
            "input_title": title,
            "input_message": "点右侧箭头选一项" + ("。" if strict else "，也可以自己写。"),
            "error_type": "stop" if strict else "information",
            "error_title": "不在列表里",
            "error_message": "请从列表里选一项。" if strict else "点“确定”保留所写的内容。",
        },
    )


def _far_list(page: Page, words: tuple[str, ...]) -> str:
    """Words on the sheet's far right, for a list that is too long to stand in its rule."""
    column = _LAST + 3
    for row, word in enumerate(words, 1):
        page.put(row, column, word, LABEL)
    return f"={page.range(1, column, len(words), column)}"


def _count(page: Page, own: int, last: int) -> None:
    """How many measures are taken up: a plan of twenty is none."""
    texts, decided = (f"{c}{_FIRST + 1}:{c}{_FIRST + PROPOSED}" for c in "FJ")
    cells = {"plan.改善措施": texts, "input.plan.采用": decided}
    cells["input.own.改善措施"] = f"F{own + 2}:F{last + 1}"
    formula = PLAN_COUNT.slots["条数"].formula_of().excel(cells)
    page.formula(
        _HEADER + 1, _LAST, formula, "采用 0 条，自己的 0 条", GROUP, RIGHT, slot="plan.条数"
    )


def _below(page: Page, row: int) -> None:
    page.height(row, 8)
    _band(page, row + 1, "本月改善的总思路，需要上级支持的事")
    page.height(row + 2, 52)
    page.merged(row + 2, 1, row + 2, _LAST, "", WRAP, BOXED, INPUT, slot="input.summary")
    page.sheet.print_area(0, 0, row + 2, _LAST)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "月度KPI出来以后，主管用这张表定下个月改什么：从问题找到根源，定措施、责任对象、工具和期限。"
        "下个月用“上月改善措施进展检讨”逐条对照。",
    )
    guide.steps(
        "怎样填",
        (
            "先看系统建议：每条都写明依据的数据。写着“请主管判断”的，数据看不出，要到现场看。",
            "看“鱼骨图”：最要紧的弱项可能有哪些原因；● 数据支持，○ 要主管判断，× 数据不支持。",
            "逐条改成自己的话，选“采用”或“不采用”；一个月不要超过五条，做不完等于没有。"
            "编号不要改：措辞、次序怎么变，下月都凭它认出是哪一条。",
            "补上系统看不到的问题；“指标”一栏写明要改善哪个指标，下月才能对照。",
            "签字后交回。",
        ),
    )
    guide.colours()
    guide.slots()
