"""指标定义.xlsx: a workbook in which an analyst types KPIs of his own, a row each.

`kpi_xl.settings.definitions` reads it. Beside the empty sheet it has examples, every standard KPI,
and every name that may stand in a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.definitions.dimensions import UNITS
from kpi_xl.definitions.formula_text import LONGEST
from kpi_xl.definitions.functions import FUNCTIONS
from kpi_xl.definitions.own_kpis import FAMILY, FIELDS, LONGEST_NAME, Definition
from kpi_xl.definitions.own_measures import is_of_rows
from kpi_xl.formula import Measure
from kpi_xl.jobs.measure_form import measure_sheet
from kpi_xl.kpi import DIRECTIONS, Kpi
from kpi_xl.settings.definitions import SHEET, TO_LOOK_AT
from kpi_xl.settings.typed_workbook import MOST_ROWS
from kpi_xl.workbook.new_workbook import (
    FONT,
    FORM_SIZE,
    HEADING,
    NEEDED,
    TYPED,
    new_workbook,
    on_paper,
)
from kpi_xl.workbook.ooxml.references import column_letters

_ROWS: Final = MOST_ROWS
_WIDTHS: Final = {
    "名称": 16, "公式": 46, "单位": 8, "方向": 14, "健康线": 10, "危险线": 10, "说明": 36,
    "分类": 14, "别名": 16, "代码": 20, "格式": 14, "来源": 16, "负责人": 12,
}  # fmt: skip
_HINTS: Final = {
    "名称": "指标叫什么，不能和标准指标、项目同名",
    "公式": "像在 Excel 里一样写，用指标和项目的名称，如 =首年度佣金/主险件数",
    "单位": "从下拉列表里选；不写则由公式定",
    "方向": "从下拉列表里选；不写是越高越好",
    "健康线": "到了这里是健康，如 0.8 或 80%；可以不写",
    "危险线": "不到这里是危险；不写则为健康线的 90%（越低越好的为 110%）",
    "说明": "看什么",
    "分类": f"在“全部指标”里归到哪一类；不写则为“{FAMILY}”",
    "别名": "别的叫法，用顿号分开",
    "代码": "给程序用，KPI_ 开头的大写字母；可以不写",
    "格式": "Excel 的数字格式，如 0.0%；可以不写",
    "来源": "定义从哪里来，如 公司 2024 年考核办法",
    "负责人": "谁管这个定义",
}
_EXAMPLES: Final = (
    ("件均佣金", "=首年度佣金/主险件数", "元", "越高越好", "1500", "", "平均每件主险的佣金"),
    ("每访保费", "=IF(拜访数=0,0,首年新单保费/拜访数)", "元", "", "", "", "平均一次拜访带来的保费"),
    ("新单期交占比", "=期交新单保费/首年新单保费", "%", "", "60%", "", "新单里期交的比例"),
    ("净增员率", "=(新增人数-脱落人数)/期初人数", "%", "", "0.02", "0", "人力净增加的比例"),
    ("综合活动分", "=MIN(1,活动率/0.8)*60+MIN(1,出勤率/0.9)*40", "", "", "90", "", "满分 100"),
)


def definition_form(definitions: Sequence[Definition] = ()) -> bytes:
    """The workbook.

    Parameters
    ----------
    definitions : sequence of Definition
        What is typed into it beforehand.

    Returns
    -------
    bytes
        An .xlsx file; the same every time.
    """

    def write(book: Any) -> None:
        book.set_size(*FORM_SIZE)
        formulas = [one for one in definitions if not is_of_rows(one.fields)]
        _typed(book, [[one.fields.get(field, "") for field in FIELDS] for one in formulas])
        measure_sheet(book, [one for one in definitions if is_of_rows(one.fields)])
        examples, standard, names, how = TO_LOOK_AT
        listed(book, examples, FIELDS, _EXAMPLES)
        every = kpis.values()
        listed(
            book,
            standard,
            ("名称", "代码", "公式", "单位", "方向", "说明"),
            map(_standard, every),
        )
        listed(book, names, ("名称", "单位", "是什么"), _names())
        _functions(book, how)

    return new_workbook("指标定义", write)


def _standard(kpi: Kpi) -> tuple[str, ...]:
    direction = DIRECTIONS[kpi.direction]
    return kpi.name, kpi.code, kpi.on_paper.formula, kpi.unit, direction, kpi.meaning


def _names() -> Iterable[tuple[str, ...]]:
    """The measures that formulas may be made of."""
    for one in MEASURES.values():
        if not isinstance(one, Measure) or one.source is None:
            continue
        if one.code not in COUNTED or not COUNTED[one.code][1].apart:
            yield one.name, one.unit, one.meaning


def _typed(book: Any, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(SHEET)
    sheet.set_tab_color("#E8A33D")
    sheet.set_row(0, 22)
    for place, field in enumerate(FIELDS):
        # As text: what begins with = would be a formula of the sheet, and #NAME?.
        sheet.set_column(place, place, _WIDTHS[field], book.add_format(TYPED))
        heading = NEEDED if field in FIELDS[:2] else HEADING
        sheet.write_string(0, place, field, book.add_format(heading))
        # What is looked at is a help: the reader takes 越大越好 and the like, too.
        rule = _rule(field) | {"error_type": "warning", "error_title": field}
        rule |= {"input_title": field, "input_message": _HINTS[field]}
        rule |= {"error_message": _HINTS[field]}
        sheet.data_validation(1, place, _ROWS, place, rule)
    text = book.add_format(TYPED)
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if value:
                sheet.write_string(number, place, value, text)
    sheet.freeze_panes(1, 1)
    # The rest is for programs: with it nobody could read the page.
    sheet.print_area(0, 0, max(len(rows), 30), FIELDS.index("说明"))
    _printed(sheet)


def _rule(field: str) -> dict[str, Any]:
    """The rule for data validation in Excel of a field, written for its first row."""
    cell = f"{column_letters(FIELDS.index(field) + 1)}2"
    if choices := {"单位": list(UNITS), "方向": list(DIRECTIONS.values())}.get(field):
        return {"validate": "list", "source": choices}
    column = cell.replace("2", "$2") + ":" + cell.replace("2", f"${_ROWS + 1}")
    is_number = f'=ISNUMBER(VALUE(SUBSTITUTE(SUBSTITUTE({cell},"%",""),",","")))'
    looked_at = {
        "名称": f"=AND(LEN({cell})<={LONGEST_NAME},COUNTIF({column},{cell})=1)",
        "公式": f"=LEN({cell})<={LONGEST}",
        "健康线": is_number,
        "危险线": is_number,
        "代码": f'=EXACT(LEFT({cell},4),"KPI_")',
    }
    if field in looked_at:
        return {"validate": "custom", "value": looked_at[field]}
    return {"validate": "any"}


def listed(book: Any, name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a sheet to look at, not to type into.

    Parameters
    ----------
    book : xlsxwriter.Workbook
        Into which it goes.
    headings : sequence of str
        The headings in the first row.
    rows : iterable of sequence of str
        The texts of the rows below.
    """
    sheet = book.add_worksheet(name)
    cell = book.add_format(TYPED | {"text_wrap": True, "valign": "top"})
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, _WIDTHS.get(heading, 60))
        sheet.write_string(0, place, heading, book.add_format(HEADING))
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            sheet.write_string(number, place, value, cell)
    sheet.freeze_panes(1, 1)
    sheet.protect()
    _printed(sheet)


def _functions(book: Any, name: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100, book.add_format(FONT | {"text_wrap": True, "valign": "top"}))
    known = "、".join((*FUNCTIONS, "SUM", "AVERAGE"))
    lines = (
        "在“指标定义”里一行写一个指标，只有“名称”和“公式”是必填的；点到单元格会出现提示。",
        "公式里写标准指标、上面自己定义的指标，或“公式里的名称”里的项目；"
        "名称里有空格的用方括号括起来：[某 指标]。",
        "可以用 + − × ÷、括号、百分号、比较（= <> < > <= >=）和这些函数："
        f"{known}。金额以元计，比率写 0.8 或 80%。",
        "更早的月份：上月(活动率)、去年同期(FYP)、移动平均(FYP, 3)；数据开始以前是 #N/A。",
        "保存，放在项目的文件夹里（和 kpi.toml 在一起），运行 kpi-xl refresh："
        "新指标就在“全部指标”、预警、函数 KPI(…) 和 kpi-xl explain 里。",
        "写得不对的一行不影响别的：运行 kpi-xl definitions list，逐行说明怎么改。",
    )
    sheet.write_string(0, 0, "指标定义", book.add_format(FONT | {"font_size": 16}))
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line)
    _printed(sheet)


def _printed(sheet: Any) -> None:
    on_paper(sheet)
    sheet.repeat_rows(0)
