"""我的月报.xlsx: a small report of one's own, the example of 自己的工作簿."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Final

import xlsxwriter

NAME: Final = "我的月报.xlsx"

_KPIS: Final = ("首年度保费", "活动率", "人均件数", "期末人数")
_CREATED: Final = datetime(2000, 1, 1)


def own_report() -> bytes:
    """The workbook: four KPIs with target and month before, and a formula that stays a formula."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        font = {"font_name": "微软雅黑", "font_size": 11}
        sheet = book.add_worksheet("月报")
        sheet.set_column(0, 4, 14, book.add_format(font))
        sheet.write_string(0, 0, "单位", book.add_format(font))
        sheet.write_string(1, 0, "月份", book.add_format(font))
        book.define_name("unit.name", "=月报!$B$1")
        book.define_name("period.month", "=月报!$B$2")
        heading = book.add_format(font | {"bold": True, "bottom": 1})
        sheet.write_row(3, 0, ("指标", "本月", "目标", "上月", "达成率"), heading)
        for row, kpi in enumerate(_KPIS, 5):
            look = "0.0%" if kpi.endswith("率") else "#,##0.0" if kpi == "人均件数" else "#,##0"
            number = book.add_format(font | {"num_format": look})
            sheet.write_string(row - 1, 0, kpi, book.add_format(font))
            for column, part in (("B", ""), ("C", ".目标"), ("D", ".上月")):
                sheet.write_blank(f"{column}{row}", None, number)
                book.define_name(f"kpi.{kpi}{part}", f"=月报!${column}${row}")
            share = book.add_format(font | {"num_format": "0.0%"})
            sheet.write_formula(f"E{row}", f'=IF(N(C{row})=0,"",B{row}/C{row})', share, "")
    return content.getvalue()
