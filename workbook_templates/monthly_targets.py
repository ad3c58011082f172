"""月度目标设定、达成表: a unit's targets and its members', and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kpi_xl.kpi import Kpi
from kpi_xl.slots.member_values import MEMBERS as MEMBERS_SLOTS
from kpi_xl.slots.member_values import TOTALS
from workbook_templates import name_of, sources
from workbook_templates.guide import Guide
from workbook_templates.monthly_data import formula_of, kpi, number
from workbook_templates.style import (
    ACCENT,
    ACROSS,
    CENTRE,
    EDITABLE,
    GAP,
    HAIRLINE,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    OPEN,
    PADDED,
    POINTS,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    SIGNATURE,
    STRONG,
    SUBHEAD,
    TINT,
    TOTAL,
    WHITE,
    WHOLE,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import date_input, target_of, whole_numbers

NAME: Final = name_of(__name__)
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
MEMBERS: Final = 40
"""How many members have a row before more are put in."""
KPIS: Final = (
    "首年度保费",
    "主险件数",
    "新增人数",
    "举绩人数",
    "活动率",
    "人均件数",
    "网点活动率",
    "出勤率",
    "保费持续率",
)
_SHEET: Final = "目标与达成"
_WIDTHS: Final = (1.5, 11, 9, 10, 8.5, 11, 11, 12, 12, 9, 11, 8, 8, 9, 6, 11, 16)
_ID, _PERSON, _RANK, _SERVICE = 1, 2, 3, 4
_PREMIUM, _PIECES, _PRODUCED, _SIGNED, _REMARK = 5, 10, 14, 15, 16
_UNIT_HEADER: Final = 6
_MEMBER_HEADER: Final = _UNIT_HEADER + len(KPIS) + 3
_TOTAL: Final = _MEMBER_HEADER + 2
_FIRST: Final = _TOTAL + 1
_LAST: Final = _FIRST + MEMBERS - 1


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS)
    _top(page)
    _unit(page)
    _member_header(page)
    _members(page)
    _printing(page)
    sources.add(book)
    _guide(book)
    book.close()


def _top(page: Page) -> None:
    page.title("月度目标设定、达成表")
    page.month()
    page.height(1, 6)
    page.fields(
        2,
        {
            1: ("单位", "unit.name", {}),
            3: ("上级单位", "unit.parent", {}),
            5: ("机构", "branch.name", {}),
            6: ("层级", "unit.level", {}),
            7: ("主管", "unit.manager", {}),
            8: ("期末人数", "unit.headcount", {"num_format": '#,##0" 人"'}),
            9: ("工作日", "period.working_days", {"num_format": '0" 天"'}),
        },
    )
    page.put(2, 10, "填写日期", LABEL, {"valign": "bottom"})
    date_input(page, 3, 10, 11, "input.filled_on")
    for label, first, last in (("主管签字", 12, 13), ("上级签字", 15, 16)):
        page.put(2, first, label, LABEL, {"valign": "bottom"})
        page.blanks(3, first, 3, last, SIGNATURE)
    page.height(4, 8)


def _unit(page: Page) -> None:
    """The unit's targets."""
    page.height(_UNIT_HEADER - 1, 24)
    page.put(_UNIT_HEADER - 1, 1, "单位目标", SECTION)
    last_month: Style = {"num_format": '"上月为 "@'}
    page.put(_UNIT_HEADER - 1, 16, None, LABEL, RIGHT, last_month, slot="period.last_month")
    page.height(_UNIT_HEADER, 24)
    page.blanks(_UNIT_HEADER, 1, _UNIT_HEADER, _REMARK, HEAD)
    heads = {1: "指标", 2: "单位", 5: "上月实绩", 6: "去年同期", 7: "本月目标", 8: "本月达成"}
    heads |= {9: "达成率", 10: "差额", 11: "说明"}
    for column, text in heads.items():
        place = LEFT if column in (1, 11) else CENTRE if column == 2 else RIGHT
        page.put(_UNIT_HEADER, column, text, HEAD, place, PADDED if column in (7, 11) else {})
    for row, name in enumerate(KPIS, _UNIT_HEADER + 1):
        _unit_row(page, kpi(name), row)


def _unit_row(page: Page, one: Kpi, row: int) -> None:
    page.height(row, 20.5)
    slot, shown = f"kpi.{one.name}", number(one)
    page.blanks(row, 1, row, _REMARK, RULED)
    page.put(row, 1, one.name, RULED)
    page.put(row, 2, one.unit, LABEL, CENTRE, RULED)
    page.put(row, 5, None, shown, RULED, slot=f"{slot}.上月")
    page.put(row, 6, None, shown, RULED, slot=f"{slot}.去年同期")
    page.put(row, 7, None, shown, EDITABLE, PADDED, RULED, slot=f"{slot}.目标")
    target_of(page, row, 7, one)
    page.put(row, 8, None, shown, STRONG, RULED, slot=slot)
    target, actual = f"H{row + 1}", f"I{row + 1}"
    cells = {"": actual, ".目标": target}
    attained, gap = (formula_of(one, end, cells) for end in (".达成率", ".差额"))
    page.formula(row, 9, attained, "", RATE, RULED, slot=f"{slot}.达成率")
    decimals = {"num_format": "+0.00;-0.00;0.00"} if one.number_format == "0.00" else {}
    style = POINTS if one.unit == "%" else {**GAP, **decimals}
    page.formula(row, 10, gap, "", style, RULED, slot=f"{slot}.差额")
    page.merged(row, 11, row, _REMARK, "", LEFT, PADDED, RULED, INPUT, slot=f"input.{slot}.说明")


def _member_header(page: Page) -> None:
    row = _MEMBER_HEADER
    page.height(row - 2, 8)
    page.height(row - 1, 24)
    page.put(row - 1, 1, "成员目标", SECTION)
    page.height(row, 22)
    page.height(row + 1, 20)
    page.blanks(row, 1, row, _REMARK, HEAD)
    groups = {_PREMIUM: ("首年新单保费（元）", 5), _PIECES: ("主险件数（件）", 4)}
    for first, (text, count) in groups.items():
        page.blanks(row, first, row, first + count - 1, HEAD, ACROSS)
        page.put(row, first, text, HEAD, ACROSS, _GROUP)
        page.put(row, first + count, None, HEAD, _GROUP)
    page.blanks(row + 1, 1, row + 1, _REMARK, SUBHEAD)
    heads = {_ID: "工号", _PERSON: "姓名", _RANK: "职级", _SERVICE: "入司月数"}
    heads |= dict(enumerate(("上月实绩", "去年同期", "本月目标", "本月达成", "达成率"), _PREMIUM))
    heads |= dict(enumerate(("上月实绩", "本月目标", "本月达成", "达成率"), _PIECES))
    heads |= {_PRODUCED: "举绩", _SIGNED: "本人签字", _REMARK: "备注"}
    for column, text in heads.items():
        left = column in (_ID, _PERSON, _RANK, _SIGNED, _REMARK)
        place = LEFT if left else CENTRE if column == _PRODUCED else RIGHT
        padded: Style = PADDED if text in ("本月目标", "本人签字", "备注") else {}
        page.put(row + 1, column, text, SUBHEAD, place, padded)


def _members(page: Page) -> None:
    """The members' rows, empty ones invisible, with their totals above them.

    A team with more members than rows gets more: the name that begins with ``rows.`` asks for it.
    """
    page.name_rows("members", _FIRST, _LAST)
    page.height(_TOTAL, 22)
    page.height(_FIRST, 19, _LAST)
    page.blanks(_TOTAL, 1, _TOTAL, _REMARK, TOTAL)
    page.put(_TOTAL, _ID, "合计", TOTAL)
    people: Style = {"num_format": '0" 人"', "align": "left"}
    _total(page, _PERSON, people, "姓名")
    _total(page, _PRODUCED, {"num_format": "0", "align": "center"}, "举绩")
    texts = {_ID: "工号", _PERSON: "姓名", _RANK: "职级"}
    for column, name in texts.items():
        page.column(_FIRST, column, MEMBERS, LEFT, {"shrink": True}, slot=f"members.{name}")
    page.column(_FIRST, _SERVICE, MEMBERS, WHOLE, slot="members.入司月数")
    _quantity(page, _PREMIUM, "首年新单保费", (".上月", ".去年同期", ".目标", ""), 99_999_999)
    _quantity(page, _PIECES, "主险件数", (".上月", ".目标", ""), 999)
    page.column(_FIRST, _PRODUCED, MEMBERS, CENTRE, slot="members.举绩")
    page.column(_FIRST, _SIGNED, MEMBERS, LEFT, OPEN, PADDED, slot="input.members.签字")
    page.column(_FIRST, _REMARK, MEMBERS, LEFT, OPEN, PADDED, slot="input.members.备注")

    filled = f'$C{_FIRST + 1}<>""'
    tinted = {"bg_color": TINT, "bottom": 1, "bottom_color": HAIRLINE}
    for column in (_PREMIUM + 2, _PIECES + 1, _SIGNED, _REMARK):
        page.highlight(_FIRST, column, _LAST, column, filled, tinted)
    page.highlight(_FIRST, 1, _LAST, _REMARK, filled, {"bottom": 1, "bottom_color": HAIRLINE})


def _quantity(page: Page, column: int, name: str, kinds: tuple[str, ...], most: int) -> None:
    """A quantity's columns, 目标 and 达成 the last two before 达成率."""
    for kind in kinds:
        editable: Style = {"font_color": ACCENT, **OPEN, **PADDED} if kind == ".目标" else {}
        padded: Style = PADDED if kind == ".目标" else {}
        strong: Style = STRONG if kind == "" else {}
        slot = f"members.{name}{kind}"
        page.column(_FIRST, column, MEMBERS, WHOLE, editable, strong, slot=slot)
        if kind == ".目标":
            whole_numbers(page, (_FIRST, column, _LAST, column), f"{name}目标", most)
        _total(page, column, {**WHOLE, **padded}, f"{name}{kind}")
        column += 1
    letters = [chr(ord("A") + number_) for number_ in (column - 2, column - 1)]
    for row in range(_FIRST, _LAST + 1):
        target, actual = (f"{letter}{row + 1}" for letter in letters)
        attained = MEMBERS_SLOTS.slots[f"{name}.达成率"].formula_of()
        cells = {name: actual, f"{name}.目标": target}
        page.formula(row, column, attained.excel(cells), "", RATE)
    page.name_slot(f"members.{name}.达成率", _FIRST, column, _LAST, column)
    target, actual = (f"{letter}{_TOTAL + 1}" for letter in letters)
    page.formula(
        _TOTAL,
        column,
        TOTALS.slots[f"{name}.达成率"].formula_of().excel({name: actual, f"{name}.目标": target}),
        "—",
        TOTAL,
        RATE,
        slot=f"members.合计.{name}.达成率",
    )


def _total(page: Page, column: int, style: Style, name: str) -> None:
    letter = chr(ord("A") + column)
    cells = f"{letter}{_FIRST + 1}:{letter}{_LAST + 1}"
    formula = TOTALS.slots[name].formula_of().excel({f"members.{name}": cells})
    page.formula(_TOTAL, column, formula, 0, TOTAL, style, slot=f"members.合计.{name}")


def _printing(page: Page) -> None:
    """Print the rows that have a member."""
    sheet = page.sheet
    sheet.freeze_panes(4, 3)
    sheet.repeat_rows(_MEMBER_HEADER, _MEMBER_HEADER + 1)
    page.fold("members", _FIRST, _LAST)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "这张表一表两用：月初由主管和每位成员商定当月目标，月末对照实绩看达成。上半张是单位的目标，"
        "下半张是每位成员的目标。",
    )
    guide.steps(
        "怎样填",
        (
            "月初：看上月实绩和去年同期，逐项确认或修改“本月目标”；系统给出的目标只是建议。",
            "和成员面谈后修改各人的保费、件数目标；合计会立即重算，应当不低于单位目标。",
            "填写日期；主管、上级和成员本人签字（打印后手签，或在表中填姓名）。",
            "月末：系统填入“本月达成”，达成率和差额自动算出；没有达成的项目在“说明”里写原因。",
        ),
    )
    guide.colours()
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("达成率", "本月达成 ÷ 本月目标", "目标或达成还没有填时为空"),
            (
                "差额",
                "本月达成 − 本月目标",
                "负数是还差多少；单位是 % 的指标为百分点之差，写作“点”",
            ),
            ("合计", "各成员之和", "举绩一列是出单的人数"),
        ),
    )
    guide.slots()
