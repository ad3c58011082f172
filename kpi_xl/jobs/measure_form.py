"""The sheet 统计项 of 指标定义.xlsx: own measures, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.definitions.dimensions import UNITS
from kpi_xl.definitions.own_kpis import Definition
from kpi_xl.definitions.own_measures import (
    DAY,
    EACH,
    REACH,
    TABLE,
    TAKEN,
    UNTIL,
    WEIGHTED,
    WHERE,
)
from kpi_xl.kpi import DIRECTIONS
from kpi_xl.settings.definitions import COUNTED
from kpi_xl.settings.typed_workbook import MOST_ROWS
from kpi_xl.workbook.new_workbook import HEADING, NEEDED, TYPED, on_paper

_ROWS: Final = MOST_ROWS
_TAKES: Final = ("计数", "去重人数", "合计 ", "占比 ", "去重 ", "平均 ", "最大 ", "最小 ")
_COLUMNS: Final = (
    ("名称", 16, "叫什么；公式里也这样用"),
    (TABLE, 10, "数哪一张表：从下拉列表里选，或写自己的表"),
    (TAKEN, 18, "计数、去重人数，或 合计、占比、去重、平均、最大、最小 再写列名，如 合计 首年保费"),
    (WHERE, 46, "哪些行算：如 险种 属于 {年金, 终身寿} 且 首年保费 > 5000；不写就是全部"),
    (
        EACH,
        22,
        "一种一个指标：选项写列名，如 缴费方式；文字列写出有哪几种，如 险种 {年金, 终身寿, 其他}",
    ),
    (
        REACH,
        28,
        "一个人（或客户）合起来到多少才数：如 合计 首年保费 >= 3000 且 计数 >= 2；可以不写",
    ),
    (DAY, 12, "按哪一列日期算在哪个月；不写就是这张表自己的日期"),
    (
        UNTIL,
        12,
        "写了就数月末还在的：从日期列起，到这一天为止，如 关闭日期；不写是当月的",
    ),
    (WEIGHTED, 14, "折算表的名称，写在 kpi.toml 的 [weights] 里；不折算不写"),
    ("单位", 8, "从下拉列表里选；不写则由统计的列定"),
    ("方向", 14, "不写是越高越好"),
    ("健康线", 10, "到了这里是健康；可以不写"),
    ("危险线", 10, "不到这里是危险；可以不写"),
    ("说明", 36, "看什么"),
    ("分类", 14, "在“全部指标”里归到哪一类"),
    ("别名", 16, "别的叫法，用顿号分开"),
    ("代码", 20, "给程序用，KPI_ 开头的大写字母；可以不写"),
    ("格式", 14, "Excel 的数字格式；可以不写"),
    ("来源", 16, "定义从哪里来"),
    ("负责人", 12, "谁管这个定义"),
)


def measure_sheet(book: Any, definitions: Sequence[Definition]) -> None:
    """Add the sheet to the workbook of definitions.

    Parameters
    ----------
    definitions : sequence of Definition
        What is typed into it beforehand.
    """
    sheet = book.add_worksheet(COUNTED)
    sheet.set_tab_color("#E8A33D")
    sheet.set_row(0, 22)
    lists = {
        TABLE: [one.name for one in TABLES.values() if any(c.code == "agent" for c in one.columns)],
        TAKEN: list(_TAKES),
        "单位": list(UNITS),
        "方向": list(DIRECTIONS.values()),
    }
    for place, (field, width, hint) in enumerate(_COLUMNS):
        # As text, like the formulas of the first sheet.
        sheet.set_column(place, place, width, book.add_format(TYPED))
        sheet.write_string(
            0, place, field, book.add_format(NEEDED if place in (0, 1, 2) else HEADING)
        )
        rule: dict[str, Any] = {"validate": "any"}
        if field in lists:
            rule = {"validate": "list", "source": lists[field], "error_type": "information"}
        rule |= {"input_title": field, "input_message": hint}
        sheet.data_validation(1, place, _ROWS, place, rule)
    text = book.add_format(TYPED)
    for number, one in enumerate(definitions, 1):
        for place, (field, *_) in enumerate(_COLUMNS):
            if value := one.fields.get(field, ""):
                sheet.write_string(number, place, value, text)
    sheet.freeze_panes(1, 1)
    sheet.print_area(0, 0, max(len(definitions), 30), len(_COLUMNS) - 1)
    on_paper(sheet)
    sheet.repeat_rows(0)
