"""营业部经理月度KPI设定表: a department manager's targets, their weights, and his score."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kpi_xl.analysis.feedback import RELATIONS
from kpi_xl.analysis.scorecard import Item
from kpi_xl.catalogue import kpis
from kpi_xl.slots.assessment_values import (
    CAP,
    FEEDBACK,
    FEEDBACK_SHARE,
    FLOOR,
    ITEM,
    ITEMS,
    SCORE,
    TOGETHER,
)
from workbook_templates import name_of, sources
from workbook_templates.form import UNIT, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.monthly_data import formula_of, number
from workbook_templates.style import (
    BOXED,
    CENTRE,
    EDITABLE,
    GROUP,
    INPUT,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    RATE,
    RULED,
    STATUS,
    STRONG,
    TOTAL,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import target_of

NAME: Final = name_of(__name__)
_SHEET: Final = "KPI设定"
_WIDTHS: Final = (1.5, 12.5, 15, 6, 11, 11, 10, 10, 12, 8.5, 12, 9.5, 8.5, 9.5, 8, 27.5)
_PERSPECTIVE, _KPI, _UNIT, _BEFORE, _YEAR, _HEALTHY, _DANGER, _TARGET = range(1, 9)
_WEIGHT, _ACTUAL, _RATE, _SCORE, _WEIGHTED, _STATUS, _HOW = range(9, 16)
_HEADER: Final = 6
_FIRST: Final = _HEADER + 1
_LAST: Final = _FIRST + len(ITEMS) - 1
_FEEDBACK: Final = _LAST + 3
_TOGETHER: Final = _FEEDBACK + len(RELATIONS) + 2
_POINTS: Final[Style] = {"num_format": "0.0", "align": "right"}
_PERCENT: Final[Style] = {"num_format": "0%", "align": "center"}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS, larger=1.7)
    _top(page)
    for row, item in enumerate(ITEMS, _FIRST):
        _line(page, item, row)
    _total(page)
    _feedback(page)
    _below(page)
    page.sheet.freeze_panes(_FIRST, _UNIT)
    page.sheet.fit_to_pages(1, 1)
    sources.add(book)
    _guide(book)
    book.close()


def _top(page: Page) -> None:
    given = {**UNIT, "department.name": ("单位", {})}
    del given["unit.name"]
    order = ("department.name", "branch.name", "unit.manager", "unit.headcount")
    chosen = {slot: given[slot] for slot in (*order, "period.working_days")}
    head(
        page,
        NAME,
        facts(chosen, (1, 4, 6, 8, 10)),
        filled=(11, 12),
        signed={"经理签字": (13, 14), "上级签字": (15, 15)},
    )
    page.height(5, 20)
    last_month: Style = {"num_format": '"上月为 "@'}
    page.put(5, _HOW, None, LABEL, {"align": "right"}, last_month, slot="period.last_month")
    page.put(5, 1, "得分规则", LABEL)
    for column, text, slot, value in (
        (2, "保底达成率", "score.floor", FLOOR),
        (4, "封顶达成率", "score.cap", CAP),
    ):
        page.put(5, column, text, LABEL, {"align": "right"})
        page.put(5, column + 1, value, _PERCENT, EDITABLE, slot=slot)
        _shares(page, (5, column + 1), text, 2)
    page.put(
        5,
        6,
        "达成率低于保底得 0 分；高于封顶按封顶算。",
        NOTE,
        {"text_wrap": False, "valign": "vcenter"},
    )
    page.height(_HEADER, 34)
    texts: tuple[str, ...] = (
        "维度",
        "指标",
        "单位",
        "上月实绩",
        "去年同期",
        "健康\n界限",
        "危险\n界限",
        "本月目标",
    )
    texts += ("权重", "本月达成", "达成率", "得分", "加权\n得分", "状态", "怎样达成")
    heads(
        page,
        _HEADER,
        dict(enumerate(texts, 1)),
        _HOW,
        (_UNIT, _WEIGHT, _STATUS),
        (*range(_BEFORE, _WEIGHT), *range(_ACTUAL, _STATUS)),
    )


def _line(page: Page, item: Item, row: int) -> None:
    one = kpis[item.kpi]
    slot, shown = f"kpi.{one.name}", number(one)
    lower = one.direction == "lower"
    page.height(row, 27)
    page.blanks(row, 1, row, _HOW, RULED)
    page.put(row, _PERSPECTIVE, item.perspective, LABEL, LEFT, PADDED, RULED)
    page.put(row, _KPI, one.name, STRONG, LEFT, PADDED, RULED)
    page.put(row, _UNIT, one.unit, LABEL, CENTRE, RULED)
    page.put(row, _BEFORE, None, shown, RULED, slot=f"{slot}.上月")
    page.put(row, _YEAR, None, shown, RULED, slot=f"{slot}.去年同期")
    sign = "≤ " if lower else "≥ "
    bound = {"num_format": f'"{sign}"{shown["num_format"]}'}
    page.put(row, _HEALTHY, None, shown, bound, LABEL, RULED, slot=f"{slot}.健康界限")
    page.put(row, _DANGER, None, shown, bound, LABEL, RULED, slot=f"{slot}.危险界限")
    page.put(row, _TARGET, None, shown, EDITABLE, RULED, slot=f"{slot}.目标")
    target_of(page, row, _TARGET, one)
    page.put(row, _WEIGHT, None, _PERCENT, EDITABLE, RULED, slot=f"{slot}.权重")
    _shares(page, (row, _WEIGHT), f"{one.name}：权重", 1)
    page.put(row, _ACTUAL, None, shown, STRONG, RULED, slot=slot)
    target, weight, actual = f"I{row + 1}", f"J{row + 1}", f"K{row + 1}"
    if lower:
        page.put(row, _RATE, "—", LABEL, {"align": "right"}, RULED)
    else:
        attained = formula_of(one, ".达成率", {"": actual, ".目标": target})
        page.formula(row, _RATE, attained, "", RATE, RULED, slot=f"{slot}.达成率")
    cells = {"kpi.<指标>": actual, "kpi.<指标>.目标": target, ".权重": weight}
    cells |= {".得分": f"M{row + 1}", "score.floor": "$D$6", "score.cap": "$F$6"}
    points, weighted = (
        ITEM.slots[end].formula_of(one).excel(cells) for end in (".得分", ".加权得分")
    )
    page.formula(row, _SCORE, points, "", _POINTS, RULED, slot=f"{slot}.得分")
    page.formula(row, _WEIGHTED, weighted, "", _POINTS, STRONG, RULED, slot=f"{slot}.加权得分")
    page.put(row, _STATUS, None, CENTRE, RULED, slot=f"{slot}.状态")
    page.put(row, _HOW, None, WRAP, {"valign": "vcenter"}, INPUT, RULED, slot=f"input.{slot}.说明")


def _shares(page: Page, cell: tuple[int, int], title: str, most: int) -> None:
    page.sheet.data_validation(
        *cell,
        *cell,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": most,
            "input_title": title[:32],
            "input_message": f"请填 0% 到 {most:.0%}，例如 25%。",
            "error_title": "请填百分比",
            "error_message": f"这里只能填 0% 到 {most:.0%}。",
        },
    )


def _total(page: Page) -> None:
    row = _LAST + 1
    page.height(row, 26)
    page.blanks(row, 1, row, _HOW, TOTAL)
    page.put(row, 1, "合计", TOTAL, PADDED)
    weights, scores = (f"{c}{_FIRST + 1}:{c}{_LAST + 1}" for c in "JN")
    cells = {"kpi.<指标>.权重": weights, "kpi.<指标>.加权得分": scores}
    both, total = (SCORE.slots[end].formula_of().excel(cells) for end in ("weights", "total"))
    page.formula(row, _WEIGHT, both, 0, TOTAL, _PERCENT, slot="score.weights")
    page.formula(row, _WEIGHTED, total, "", TOTAL, _POINTS, slot="score.total")
    cell = f"J{row + 1}"
    hint = SCORE.excel("提示", {"weights": cell})
    text = "权重合计应为 100%，现在是 0%"
    page.formula(row, _HOW, hint, text, TOTAL, PADDED, {"bold": False}, slot="score.提示")
    wrong = {"font_color": STATUS["危险"]["font_color"], "bold": True}
    page.highlight(row, _WEIGHT, row, _WEIGHT, f"ROUND($J{row + 1},6)<>1", wrong)
    page.highlight(row, _HOW, row, _HOW, f"ROUND($J{row + 1},6)<>1", wrong)
    for word, style in STATUS.items():
        same = f'$O{_FIRST + 1}="{word}"'
        page.highlight(_FIRST, _STATUS, _LAST, _STATUS, same, style)


def _feedback(page: Page) -> None:
    """Lay out the ratings that others gave the manager, and both scores together."""
    row = _FEEDBACK
    page.height(row - 1, 8)
    page.height(row, 22)
    page.blanks(row, 1, row, _HOW, GROUP)
    page.put(row, 1, "360 度评价", GROUP, PADDED)
    page.put(row, _BEFORE, None, GROUP, {"bold": False}, slot="feedback.period")
    for column, text in ((_KPI, "评分人数"), (_WEIGHT, "权重"), (_SCORE, "平均分")):
        page.put(row, column, text, GROUP, CENTRE)
    page.put(row, _WEIGHTED, "加权得分", GROUP, {"align": "right"})
    first, last = row + 1, row + len(RELATIONS)
    others = last - 1  # the last is what he thinks of himself
    page.height(first, 20, last)
    page.blanks(first, 1, last, _HOW, RULED)
    for at, relation in enumerate(RELATIONS, first):
        page.put(at, 1, relation, LABEL, LEFT, PADDED, RULED)
    people: Style = {"num_format": '0" 人"', "align": "center"}
    count = len(RELATIONS)
    page.column(first, _KPI, count, people, RULED, slot="feedback.人数")
    page.column(first, _SCORE, count, _POINTS, RULED, slot="feedback.平均分")
    page.column(first, _HOW, count, NOTE, PADDED, RULED, slot="feedback.说明")
    weights = (_PERCENT, EDITABLE, RULED)
    page.column(first, _WEIGHT, count - 1, *weights, slot="feedback.权重")
    shares = f"N{first + 1}:N{others + 1}"
    own, all_ = f"M{last + 1}", f"N{last + 2}"
    cells = {
        f"平均分@:{others - row}": f"$M${first + 1}:$M${others + 1}",
        "权重": f"$J${first + 1}:$J${others + 1}",
        "加权分": shares,
        f"平均分@{others - row}": own,
        "得分": all_,
    }
    for at in range(first, others + 1):
        _shares(page, (at, _WEIGHT), f"360 度评价：{RELATIONS[at - first]}的权重", 1)
        cells |= {"平均分@": f"M{at + 1}", "权重@": f"J{at + 1}"}
        page.formula(at, _WEIGHTED, FEEDBACK.excel("加权分", cells), "", _POINTS, RULED)
    page.name_slot("feedback.加权分", first, _WEIGHTED, others, _WEIGHTED)
    page.height(last + 1, 22)
    page.blanks(last + 1, 1, last + 1, _HOW, TOTAL)
    page.put(last + 1, 1, "360 得分", TOTAL, PADDED)
    total, gap = (FEEDBACK.excel(end, cells) for end in ("得分", "差距"))
    page.formula(last + 1, _WEIGHTED, total, "", TOTAL, _POINTS, slot="feedback.得分")
    plain: Style = {"bold": False}
    page.formula(last + 1, _HOW, gap, "", TOTAL, PADDED, plain, slot="feedback.差距")
    row = _TOGETHER
    page.height(row, 24)
    page.blanks(row, 1, row, _HOW, TOTAL)
    page.put(row, 1, "综合得分", TOTAL, PADDED)
    page.put(row, _TARGET, "360 占", TOTAL, {"align": "right"}, plain)
    page.put(row, _WEIGHT, FEEDBACK_SHARE, TOTAL, _PERCENT, EDITABLE, slot="feedback.占比")
    _shares(page, (row, _WEIGHT), "360 度评价占综合得分的比例", 1)
    both = {"score.total": f"N{_LAST + 2}", "feedback.得分": all_, "feedback.占比": f"J{row + 1}"}
    formula = TOGETHER.excel("综合", both)
    page.formula(row, _WEIGHTED, formula, "", TOTAL, _POINTS, slot="score.综合")


def _below(page: Page) -> None:
    row = _TOGETHER + 2
    page.height(row - 1, 8)
    page.height(row, 22)
    page.put(row, 1, "本月经营重点", GROUP, PADDED)
    page.blanks(row, 2, row, _TARGET, GROUP)
    page.put(row, _WEIGHT, "上级意见", GROUP, PADDED)
    page.blanks(row, _ACTUAL, row, _HOW, GROUP)
    page.height(row + 1, 80)
    page.merged(row + 1, 1, row + 1, _TARGET, "", WRAP, BOXED, INPUT, slot="input.focus")
    page.merged(row + 1, _WEIGHT, row + 1, _HOW, "", WRAP, BOXED, INPUT, slot="input.comment")


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "营业部经理每月一份：月初定下各项指标的目标和权重，同上级商定后签字；"
        "月末填入实绩，按达成率算出得分。权重说明这个月什么最要紧，合计必须是 100%。"
        "这就是目标管理（MBO）的一张目标书：目标由经理和上级商定，指标说怎样衡量，权重说轻重，"
        "期限是本月底，月末按得分和上级意见检讨。",
    )
    guide.steps(
        "怎样填",
        (
            "经理月初看上月实绩、去年同期和健康界限，确认或修改“本月目标”。",
            "经理分配权重：越要紧的越高，不考核的清空。合计不是 100% 时表尾变红提示。",
            "在“怎样达成”里写做法，写下本月经营重点；上级写意见，双方签字。",
            "月末由系统填入“本月达成”，得分自动算出。",
        ),
    )
    guide.colours(status=True)
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("达成率", "本月达成 ÷ 本月目标", "目标或达成还没有时为空"),
            ("得分", "达成率 × 100", "低于保底为 0 分，最高算到封顶"),
            (
                "得分 · 越低越好",
                "（2 − 达成 ÷ 目标）× 100",
                "多一成同别的指标少一成一样扣分",
            ),
            ("加权得分", "权重 × 得分", "合计为总分；有一项算不出，总分为“—”"),
            (
                "360 平均分",
                "同一方各人打分的平均，取整",
                "同级、下级、客户人太少的不显示，也不计入",
            ),
            (
                "360 得分",
                "各方平均分按权重加权",
                "自评不计入；没有显示的一方，权重按比例归其他各方",
            ),
            ("综合得分", "得分 ×（1 − 360 占比）＋ 360 得分 × 占比", "缺一样就不算"),
            ("预填的权重", "没有目标的指标不占权重", "它的权重按比例分给其他指标，取整到 1%"),
        ),
    )
    guide.slots()
