"""Files as a clerk has them who prepared nothing: the inputs of the walk in docs/start.md.

An export that is HTML under the name of .xls, with amounts in 万元 that no heading tells of; a
roster kept by hand with merged cells and headings of its own; a list that is none of ours.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

import xlsxwriter

POLICIES: Final = "个险承保清单20240630.xls"
ROSTER: Final = "业务员台账2024.xlsx"
NOTES: Final = "月会签到.xlsx"

_PEOPLE: Final = [
    # department, team, id, name, signed, left, status
    ("城东营业部", "城东一组", "E10001", "高磊", "2021-03-01", "", "A"),
    ("城东营业部", "城东一组", "E10002", "林芳", "2022-05-16", "", "A"),
    ("城东营业部", "城东一组", "E10003", "郑洁", "2023-02-08", "2024-06-12", "T"),
    ("城东营业部", "城东二组", "E10004", "何军", "2020-09-21", "", "A"),
    ("城东营业部", "城东二组", "E10005", "罗敏", "2024-06-03", "", "A"),
    ("城西营业部", "城西一组", "E10006", "梁涛", "2019-07-01", "", "A"),
    ("城西营业部", "城西一组", "E10007", "宋佳", "2023-11-13", "", "A"),
    ("城西营业部", "城西二组", "E10008", "唐文", "2022-01-10", "2024-05-20", "T"),
    ("城西营业部", "城西二组", "E10009", "许静", "2021-12-06", "", "A"),
]
_SALES: Final = [
    # policy, id, product, premium in 万元, commission in 元, issued
    ("P20240500017", "E10001", "终身寿险", "1.2", "3600.00", "2024-05-09"),
    ("P20240500032", "E10006", "重疾险", "0.85", "2125.00", "2024-05-21"),
    ("P20240600004", "E10001", "终身寿险", "2", "6000.00", "2024-06-04"),
    ("P20240600009", "E10004", "年金险", "3.5", "5250.00", "2024-06-11"),
    ("P20240600013", "E10006", "重疾险", "0.96", "2400.00", "2024-06-14"),
    ("P20240600021", "E10009", "终身寿险", "1.5", "4500.00", "2024-06-20"),
    ("P20240600026", "E10002", "重疾险", "0.64", "1600.00", "2024-06-26"),
]

RIGHT: Final = {
    "测试分公司": ("7", "86,000", "19,750", "5"),
    "城东营业部": ("4", "61,400", "12,850", "3"),
    "城西营业部": ("3", "24,600", "6,900", "2"),
}
"""In June 2024: people at the end, premium of new business, FYC, pieces; counted by hand."""


def exports(folder: str | Path) -> None:
    """Write the files into a folder."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    _policies(place / POLICIES)
    _roster(place / ROSTER)
    with xlsxwriter.Workbook(place / NOTES) as book:
        sheet = book.add_worksheet("签到")
        for row, line in enumerate(
            (("会议", "签到人"), ("6月启动会", "林芳"), ("6月启动会", "何军"))
        ):
            sheet.write_row(row, 0, line)


def _policies(file: Path) -> None:
    headings = ("保单号码", "归属工号", "险种全称", "规模保费", "首佣", "生效日期")
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in (headings, *_SALES)
    )
    text = f'<html><head><meta charset="gbk"></head><body><table>{rows}</table></body></html>'
    file.write_bytes(text.encode("gbk"))


def _roster(file: Path) -> None:
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("在册")
        middle = book.add_format({"valign": "vcenter"})
        sheet.merge_range(0, 0, 0, 6, "业务员台账（2024年6月）")
        headings = ("部门", "小组", "我司工号", "姓名", "何时进来", "何时走的", "人员状态")
        sheet.write_row(1, 0, headings)
        for column in (0, 1):
            _merged(sheet, column, [person[column] for person in _PEOPLE], middle)
        for row, person in enumerate(_PEOPLE, 2):
            sheet.write_row(row, 2, person[2:])
        sheet.set_column(0, 6, 13)


def _merged(
    sheet: xlsxwriter.worksheet.Worksheet, column: int, names: list[str], how: object
) -> None:
    """A column in which a name stands once over all its rows."""
    first = 0
    for row in range(1, len(names) + 1):
        if row == len(names) or names[row] != names[first]:
            if row - first > 1:
                sheet.merge_range(first + 2, column, row + 1, column, names[first], how)
            else:
                sheet.write(first + 2, column, names[first])
            first = row
