"""The workbook of the manual's page on formulas that need no add-in.

Run ``python -m manual.formulas_workbook``; a test looks that ``docs`` has what this makes.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from kpi_xl.system.files import write_whole
from udfs import by_roster
from udfs.functions import KPI_ACTIVITY  # type: ignore[attr-defined]
from udfs.lambdas.workbook import with_names

FILE: Final = Path(__file__).parents[1] / "docs" / "formulas.xlsx"

_TEAMS: Final = (("城东一组", 18, 20, 20), ("城东二组", 9, 12, 14), ("城西一组", 0, 0, 0))
_PEOPLE: Final = (
    ("王一", "2023-05-10", None),
    ("李二", "2023-05-10", None),
    ("张三", "2023-05-22", "2024-03-20"),
    ("陈四", "2023-05-31", None),
    ("刘五", "2024-02-29", None),
    ("赵六", "2024-03-01", "2024-06-01"),
)
_FIRST: Final = 12
_LAST: Final = _FIRST + len(_PEOPLE) - 1


def workbook() -> bytes:
    """The workbook, with the values that Excel computes.

    What a name gives may be of several cells: not written as such, Excel would put @ before it.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2024, 1, 1)})
    sheet = book.add_worksheet("公式名称")
    head = book.add_format({"bold": True, "bg_color": "#D9EAE8", "border": 1})
    share = book.add_format({"num_format": "0.0%"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 4, 12)
    sheet.set_column(5, 5, 46)
    sheet.write(0, 0, "不用加载项：公式 → 名称管理器里有全部名称；改左边的数，右边跟着变")
    sheet.write_row(2, 0, ["单位", "举绩人数", "期初人数", "期末人数", "活动率", "公式"], head)
    for row, (name, *numbers) in enumerate(_TEAMS, 3):
        sheet.write_row(row, 0, [name, *numbers])
        formula = f"=活动率(B{row + 1},C{row + 1},D{row + 1})"
        value = KPI_ACTIVITY(*map(float, numbers))
        sheet.write_dynamic_array_formula(row, 4, row, 4, formula, share, value)
        sheet.write_string(row, 5, formula)
    sheet.write_row(_FIRST - 2, 0, ["姓名", "签约日期", "解约日期"], head)
    for row, (name, *dates) in enumerate(_PEOPLE, _FIRST - 1):
        sheet.write(row, 0, name)
        for column, text in enumerate(dates, 1):
            if text is not None:
                sheet.write_datetime(row, column, dt.datetime.fromisoformat(text), day)
    signed, left = ([[dates[place]] for _, *dates in _PEOPLE] for place in (0, 1))
    columns = f"B{_FIRST}:B{_LAST},C{_FIRST}:C{_LAST}"
    calls: tuple[tuple[str, Any, Any], ...] = (
        (f'=_13个月留存率({columns},"2024-06")', by_roster.KPI_RETENTION13(signed, left, "2024-06"),
         share),
        (f'=在职人数({columns},"2024-06")', by_roster.KPI_HEADCOUNT(signed, left, "2024-06"), None),
        (f'=平均人数({columns},"2024-06")', by_roster.KPI_AVG_HEADCOUNT(signed, left, "2024-06"),
         None),
        (f'=满月留存率({columns},3,"2024-06")',
         by_roster.KPI_SURVIVAL(signed, left, 3, "2024-06"), share),
    )  # fmt: skip
    for row, (formula, value, look) in enumerate(calls, _FIRST - 1):
        sheet.write_dynamic_array_formula(row, 4, row, 4, formula, look, value)
        sheet.write_string(row, 5, formula)
    book.close()
    return with_names(FILE, out.getvalue()).content


if __name__ == "__main__":
    write_whole(FILE, workbook())
