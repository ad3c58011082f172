"""数据准备: the raw tables from the schema, and an example with what the check says of it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl

from kpi_xl.catalogue.schema import TABLES, Column, Table
from kpi_xl.jobs import start
from kpi_xl.jobs.check import check
from kpi_xl.jobs.data_form import NAME, choices_of, how_written
from kpi_xl.settings.project_settings import Settings

EXAMPLE: Final[dict[str, list[dict[str, Any]]]] = {
    "人员": [
        {"工号": "0012", "姓名": "王芳", "营业部": "城东营业部", "营业组": "一组", "是否主管": "是",
         "签约日期": dt.date(2022, 5, 1)},
        {"工号": "0031", "姓名": "李强", "营业部": "城东营业部", "营业组": "一组", "是否主管": "否",
         "签约日期": "2024-02-30"},
        {"工号": "0031", "姓名": "李强", "营业部": "城东营业部", "营业组": "一组", "是否主管": "否",
         "签约日期": dt.date(2024, 2, 28)},
    ],
    "保单": [
        {"保单号": "P1001", "工号": "0012", "险种": "安心两全", "主附险": "主险", "件数": 1,
         "首年保费": 12000.5, "FYC": 3600, "承保日期": dt.date(2024, 6, 12)},
        {"保单号": "P1001", "工号": "0012", "险种": "安心两全", "主附险": "主险", "件数": 1,
         "首年保费": 12000.5, "FYC": 3600, "承保日期": dt.date(2024, 6, 12)},
        {"保单号": "P1002", "工号": "0099", "险种": "安心两全", "主附险": "主险", "件数": 1,
         "首年保费": "八千", "FYC": 2400, "承保日期": dt.date(2024, 6, 18)},
        {"保单号": "P1003", "工号": "0099", "险种": "安心两全", "主附险": "主险", "件数": 1,
         "首年保费": 8000, "FYC": 2400, "承保日期": dt.date(2024, 6, 18)},
    ],
}  # fmt: skip
"""What a clerk might have typed, mistakes and all: rows by sheet."""


def every_table() -> str:
    """All raw tables with their columns."""
    return "\n".join(line for table in TABLES.values() for line in _table(table))


def _table(table: Table) -> Iterator[str]:
    needed = "（必需）" if table.required else ""
    yield from (f"### {table.name}{needed} {{#{table.code}}}", "", f"{table.meaning}。", "")
    yield f"文件名里有这些字之一就会认出：{'、'.join((table.name, *table.aliases))}。"
    if table.key:
        key = "、".join(table.column(code).name for code in table.key)
        yield f"同一个{key}只能有一行；重复的行会搁置。"
    yield from ("", "| 列 | 怎样写 | 是什么 | 也认得的标题 |", "|---|---|---|---|")
    for column in table.columns:
        name = f"**{column.name}**（必填）" if column.required else column.name
        also = "、".join(column.aliases)
        yield f"| {name} | {_how(table, column)} | {column.meaning} | {also} |"
    yield ""


def _how(table: Table, column: Column) -> str:
    chosen = choices_of(table, column, Settings())
    if not chosen:
        return how_written(column.kind)
    few = "、".join(chosen[:5])
    return f"{few} 等 {len(chosen)} 种" if len(chosen) > 5 else few


def example() -> str:
    """The example's rows, and its check report."""
    rows: list[str] = []
    for sheet, lines in EXAMPLE.items():
        headings = list(lines[0])
        rows += [
            f"**{sheet}**",
            "",
            f"| 行 | {' | '.join(headings)} |",
            "|---" * (len(headings) + 1) + "|",
        ]
        rows += [
            f"| {number} | {' | '.join(str(line[heading]) for heading in headings)} |"
            for number, line in enumerate(lines, 2)
        ]
        rows.append("")
    rows += [
        "校验报告里这样写：",
        "",
        "| 处理 | 表 | 行 | 列 | 内容 | 原因 | 怎么办 |",
        "|---|---|---|---|---|---|---|",
    ]
    for problem in checked_example():
        done = "搁置" if problem.set_aside else "提示"
        cells = (done, problem.table, problem.row, problem.column, problem.value)
        told = " | ".join("" if cell is None else str(cell) for cell in cells)
        rows.append(f"| {told} | {problem.reason} | {problem.advice} |")
    return "\n".join(rows)


def checked_example() -> list[Any]:
    """The problems that the check finds in the example, typed into the form of a new project."""
    with tempfile.TemporaryDirectory() as folder:
        project = start.init(Path(folder) / "例", "江北分公司")
        file = project.data / NAME
        book = openpyxl.load_workbook(file)
        for sheet, lines in EXAMPLE.items():
            columns = [cell.value for cell in book[sheet][1]]
            for row, line in enumerate(lines, 2):
                for heading, value in line.items():
                    book[sheet].cell(row, columns.index(heading) + 1).value = value
        book.save(file)
        checked, _ = check(project)
    return checked.problems
