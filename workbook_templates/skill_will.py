"""技能意愿评估框: who can and who wants, in four boxes that lead to what the manager does."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.analysis.quadrants import SKILL_WILL, SKILL_WILL_LEADS_TO
from kpi_xl.slots.skill_values import (
    ABOUT_BOXES,
    BOX_COLUMNS,
    BOX_ROWS,
    BOXES,
    JUDGED,
    UNDECIDED,
)
from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, Roll, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT_MIDDLE,
    BOXED,
    CENTRE,
    GREY,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    RATE,
    RIGHT,
    STATUS,
    STRONG,
    TOTAL,
    WRAP,
    Book,
    Page,
    Style,
)

NAME: Final = name_of(__name__)
MEMBERS: Final = 28
"""How many members have a row before more are put in."""
_ROOM: Final = BOX_ROWS * BOX_COLUMNS
_FRAME: Final = "评估框"
_LIST: Final = "评估"
_FRAME_WIDTHS: Final = (1.5, 7, *(16 for _ in range(4)), 2, *(16 for _ in range(4)))
_LIST_WIDTHS: Final = (1.5, 11, 15, 12, 8, 10, 11, 15, 15, 15, 17, 36)
_PERSON, _RATE, _VISITS, _DATA, _JUDGED, _BOX, _PLACE, _DO = 2, 5, 6, 7, 8, 9, 10, 11
_HEADER: Final = 5
_FIRST: Final = _HEADER + 1
_SMALL: Final[Style] = {"shrink": True, **LEFT, **PADDED}
# High skill to the right, high will above.
_PLACES: Final = {0: (6, 7), 1: (6, 2), 2: (22, 7), 3: (22, 2)}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    frame = Page(book, _FRAME, _FRAME_WIDTHS, larger=0.5)
    members = Page(book, _LIST, _LIST_WIDTHS)
    unit, month = frame.at(3, 1, absolute=True), frame.at(0, 10, absolute=True)
    roll = _members(members, f'={unit}&"　"&{month}')
    _boxes(frame, roll)
    _guide(book)
    book.close()


def _members(page: Page, heading: str) -> Roll:
    page.title("技能意愿评估　成员")
    page.height(1, 6)
    page.height(2, 20)
    note = "近三个月的签单率看技能，日均拜访看意愿，与本组中位数比；主管的判断优先。"
    page.put(2, 1, note, NOTE, {"text_wrap": False, "valign": "vcenter"})
    page.formula(2, _DO, heading, "　", LABEL, STRONG, RIGHT, slot="members.heading")
    page.height(3, 4)
    page.height(4, 4)
    page.height(_HEADER, 28)
    texts: tuple[str, ...] = (
        "工号",
        "姓名",
        "职级",
        "入司\n月数",
        "签单率",
        "日均\n拜访",
        "数据判断",
        "主管判断",
    )
    texts += ("评估结果", "位次", "打算怎么做")
    heads(page, _HEADER, dict(enumerate(texts, 1)), _DO, (4, _RATE, _VISITS))
    columns = [
        Column("工号", "members.工号", style=_SMALL),
        Column("姓名", "members.姓名", style={**_SMALL, **STRONG}),
        Column("职级", "members.职级", style=_SMALL),
        Column("入司月数", "members.入司月数", style={"num_format": "0", **CENTRE}),
        Column("签单率", "members.签单率", style={**RATE, **CENTRE}),
        Column("日均拜访", "members.日均拜访", style={"num_format": "0.0", **CENTRE}),
        Column("数据判断", "members.数据判断", style=_SMALL),
        Column("主管判断", "input.members.主管判断", "input", _SMALL),
        Column("评估结果", "", "formula"),
        Column("位次", "", "formula"),
        Column("打算怎么做", "input.members.措施", "input", {**LEFT, **PADDED, "shrink": True}),
    ]
    roll = Roll(page, "members", _FIRST, MEMBERS, columns, told_by=1)
    page.sheet.data_validation(
        roll.first,
        _JUDGED,
        roll.last,
        _JUDGED,
        {
            "validate": "list",
            "source": list(SKILL_WILL),
            "input_title": "主管判断",
            "input_message": "同意数据的判断就不选；不同意就选一个框。",
            "error_title": "请从列表里选",
            "error_message": "这里只能选四个框之一，或清空。",
        },
    )
    cells = {
        "members.姓名@": "C{row}",
        "input.members.主管判断@": "I{row}",
        "members.数据判断@": "H{row}",
        "评估结果@": "J{row}",
        "评估结果@:": f"J${roll.first + 1}:J{{row}}",
    }
    roll.formulas(_BOX, JUDGED.excel("评估结果", cells), "members.评估结果", _SMALL, STRONG)
    roll.formulas(_PLACE, JUDGED.excel("位次", cells), "members.位次", LABEL, _SMALL)
    undecided = f'$J{roll.first + 1}="{UNDECIDED}"'
    page.highlight(roll.first, _BOX, roll.last, _BOX, undecided, STATUS["异常"])
    page.sheet.freeze_panes(_FIRST, 3)
    roll.print_used((_HEADER, _HEADER))
    return roll


def _boxes(page: Page, roll: Roll) -> None:
    given = {**UNIT, "unit.parent": ("上级单位", {})}
    del given["period.working_days"]
    given["boxes.period"] = ("看哪几个月", {})
    head(page, NAME, facts(given, (1, 3, 4, 5, 7, 8)), filled=(10, 10))
    page.height(5, 20)
    sheet = f"{roll.page.name}!"
    names, keys, results = (
        f"{sheet}${letter}${roll.first + 1}:${letter}${roll.last + 1}" for letter in "CKJ"
    )
    text = ABOUT_BOXES.excel("待判断", {"members.评估结果": results})
    page.formula(5, 2, text, "全部成员均已评估", LABEL, LEFT, slot="boxes.待判断")
    page.highlight(
        5, 2, 5, 2, 'ISNUMBER(SEARCH("待判断",$C$6))', {"font_color": "#855600", "bold": True}
    )
    for number, (row, column) in _PLACES.items():
        _box(page, number, row, column, names, keys, results)
    for row, text in ((6, "意\n愿\n高"), (22, "意\n愿\n低")):
        page.merged(
            row, 1, row + 14, 1, text, STRONG, CENTRE, {"text_wrap": True, "font_color": GREY}
        )
    page.height(21, 10)
    page.height(38, 20)
    page.put(38, 3, "技能低", STRONG, CENTRE, {"font_color": GREY})
    page.put(38, 8, "技能高", STRONG, CENTRE, {"font_color": GREY})
    page.height(37, 8)
    page.sheet.fit_to_pages(1, 1)


def _box(
    page: Page, number: int, row: int, column: int, names: str, keys: str, results: str
) -> None:
    box, last = SKILL_WILL[number], column + BOX_COLUMNS - 1
    slot = f"boxes.{box}"
    page.height(row, 22)
    page.blanks(row, column, row, last, HEAD)
    page.put(row, column, box, HEAD, LEFT, PADDED, {"text_wrap": False})
    counted: Style = {"num_format": '0" 人"'}
    cells = {"members.姓名": names, "members.位次": keys, "members.评估结果": results}
    cells |= {".人数": xl_rowcol_to_cell(row, last), '"<框>"': f'"{box}"'}
    people, more = (BOXES.excel(end, cells) for end in (".人数", ".其余"))
    page.formula(row, last, people, 0, HEAD, RIGHT, counted, slot=f"{slot}.人数")
    page.height(row + 1, 20)
    page.blanks(row + 1, column, row + 1, last, TOTAL)
    plain: Style = {"bold": False}
    page.put(row + 1, column, SKILL_WILL_LEADS_TO[number], TOTAL, plain, PADDED)
    first = row + 2
    page.height(first, 16, first + BOX_ROWS - 1)
    for place in range(_ROOM):
        at = (first + place // BOX_COLUMNS, column + place % BOX_COLUMNS)
        cells[f'"<框>{place + 1}"'] = f'"{box}{place + 1}"'
        edge: Style = {}
        if at[1] == column:
            edge = {**edge, "left": 1, "left_color": ACCENT_MIDDLE}
        if at[1] == last:
            edge = {**edge, "right": 1, "right_color": ACCENT_MIDDLE}
        page.formula(*at, BOXES.excel("", cells, place=place), "", _SMALL, edge)
    page.name_slot(slot, first, column, first + BOX_ROWS - 1, last)
    end = first + BOX_ROWS
    page.height(end, 14)
    page.blanks(end, column, end, last, {"bottom": 1, "bottom_color": ACCENT_MIDDLE})
    sides: Style = {"bottom": 1, "bottom_color": ACCENT_MIDDLE}
    left: Style = {**sides, "left": 1, "left_color": ACCENT_MIDDLE}
    right: Style = {**sides, "right": 1, "right_color": ACCENT_MIDDLE}
    page.put(end, column, None, left)
    page.formula(end, last, more, "", LABEL, RIGHT, right, slot=f"{slot}.其余")
    page.height(end + 1, 16)
    page.height(end + 2, 34)
    page.put(end + 1, column, "本月打算", LABEL)
    page.merged(end + 2, column, end + 2, last, "", WRAP, BOXED, INPUT, slot=f"input.{slot}.措施")


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "主管每月把每位成员放进技能、意愿的四个框里，不同的框用不同的办法：放手、培训、激励、指导。"
        "先由数据放一遍，主管不同意就改。",
    )
    guide.steps(
        "怎样填",
        (
            "在“评估”里看数据判断；不同意的，在“主管判断”里选一个框，姓名会自动换到那个框里。",
            "“待判断”的成员近三个月没有洽谈记录，必须由主管选。",
            "给每位成员写打算怎么做；在“评估框”里写每个框本月的打算。",
            "下个月再评，看谁换了框。",
        ),
    )
    guide.colours()
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("签单率", "促成人数 ÷ 洽谈人数", "近三个月；不低于本组中位数为技能高"),
            ("日均拜访", "拜访数 ÷ 工作日", "近三个月；不低于本组中位数为意愿高"),
            ("评估结果", "主管判断，没有就用数据判断", "两样都没有为“待判断”"),
            ("位次", "框的名称 & 第几位", "四个框按它取姓名"),
            ("人数", "评估结果是这个框的人数", f"每框显示 {_ROOM} 人，更多的写在框底"),
        ),
    )
    guide.table(
        "四个框怎么用",
        (
            ("框", "怎么做", "说明"),
            *((box, leads, "") for box, leads in zip(SKILL_WILL, SKILL_WILL_LEADS_TO, strict=True)),
        ),
    )
    guide.slots()
