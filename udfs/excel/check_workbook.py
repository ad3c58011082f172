"""The workbook that opens after an installation: functions, expected values, and whether they
agree.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

_CALLS: Final[Sequence[tuple[str, str, float]]] = (
    ("活动率", "KPI_ACTIVITY(1800,2000,2000)", 0.9),
    ("13个月留存率", "KPI_RETENTION13(B14:B18,C14:C18,\"2024-06\")", 0.8),
    ("在职人数", "KPI_HEADCOUNT(B14:B18,C14:C18,DATE(2024,6,30))", 4.0),
    ("平均人数", "KPI_AVG_HEADCOUNT(B14:B18,C14:C18,\"2024-06\")", 4.0),
)  # fmt: skip
_PEOPLE: Final = (("王一", None), ("李二", None), ("张三", "2024-03-20"), ("陈四", None),
                  ("刘五", None))  # fmt: skip
_FIRST_ROW: Final = 5


def check_workbook() -> bytes:
    """The workbook; until Excel has computed it, it says that nothing is right yet."""
    import datetime as dt

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2024, 1, 1)})
    sheet = book.add_worksheet("示例")
    title, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 3, 14)
    sheet.set_column(4, 4, 52)
    sheet.write(0, 0, "KPI 加载项：装好了吗", title)
    sheet.write(1, 0, "四行都是“对”，就装好了。有 #NAME?：加载项没有打开；")
    sheet.write(2, 0, "有 #VALUE!：点 KPI 选项卡的“检查安装”。")
    sheet.write_row(3, 0, ["指标", "得到", "应得", "对吗", "公式"], head)
    for row, (name, formula, value) in enumerate(_CALLS, _FIRST_ROW):
        sheet.write(row - 1, 0, name)
        sheet.write_formula(row - 1, 1, f"={formula}")
        sheet.write(row - 1, 2, value)
        verdict = f'=IF(ISERROR(B{row}),"不对",IF(ABS(B{row}-C{row})<0.000001,"对","不对"))'
        sheet.write_formula(row - 1, 3, verdict, None, "不对")
        sheet.write_string(row - 1, 4, f"={formula}")
    sheet.write_row(12, 0, ["姓名", "签约日期", "解约日期"], head)
    for row, (name, left) in enumerate(_PEOPLE, 13):
        sheet.write(row, 0, name)
        sheet.write_datetime(row, 1, dt.datetime(2023, 5, 10), day)
        if left is not None:
            sheet.write_datetime(row, 2, dt.datetime.fromisoformat(left), day)
    book.close()
    return out.getvalue()
