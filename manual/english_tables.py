"""The raw tables in English: their columns from the schema, named in English, and an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kpi_xl.catalogue.schema import TABLES, Column, Kind, Table
from kpi_xl.jobs.data_form import choices_of
from kpi_xl.settings.project_settings import Settings
from manual.english_words import WORDS
from manual.tables import EXAMPLE, checked_example

_HOW: Final[dict[Kind, str]] = {
    "id": "text, leading 0s stay",
    "text": "text",
    "date": "date, such as 2024-06-05",
    "month": "month, such as 2024-06",
    "count": "whole number",
    "money": "yuan, at most two decimals",
    "number": "number; ratios as 0.8 or 80%",
}


def every_table() -> str:
    """All raw tables with their columns."""
    return "\n".join(line for table in TABLES.values() for line in _table(table))


def _table(table: Table) -> Iterator[str]:
    needed = " (needed)" if table.required else ""
    words = ", ".join((table.name, *table.aliases))
    name, told = WORDS["tables"][table.code]
    yield from (f"### {table.name}: {name}{needed} {{#{table.code}}}", "", f"{told}.", "")
    yield f"A file is recognised by one of these words in its name: {words}."
    if table.key:
        key = ", ".join(table.column(code).name for code in table.key)
        yield f"Only one row may have the same {key}; repeated rows are set aside."
    also = f"(../data.md#{table.code})"
    yield f"Other headings that are recognised are listed [on the Chinese page]{also}."
    yield from ("", "| column | in English | how it is written |", "|---|---|---|")
    for column in table.columns:
        name = f"**{column.name}** (needed)" if column.required else column.name
        meaning = WORDS["columns"][f"{table.code}.{column.code}"]
        yield f"| {name} | {meaning} | {_how(table, column)} |"
    yield ""


def _how(table: Table, column: Column) -> str:
    chosen = choices_of(table, column, Settings())
    if not chosen:
        return _HOW[column.kind]
    few = ", ".join(
        f"{word} ({WORDS['choices'][word]})" if word in WORDS["choices"] else word
        for word in chosen[:6]
    )
    return few if len(chosen) <= 6 else f"one of {len(chosen)} names, such as {few}"


def example() -> str:
    """The example's rows, and its check report."""
    rows: list[str] = []
    for sheet, lines in EXAMPLE.items():
        table = next(table for table in TABLES.values() if table.name == sheet)
        named = {column.name: column.code for column in table.columns}
        headings = [_heading(table, named[heading]) for heading in lines[0]]
        rows += [f"**{sheet}**", "", f"| row | {' | '.join(headings)} |"]
        rows.append("|---" * (len(headings) + 1) + "|")
        rows += [
            f"| {number} | {' | '.join(map(str, line.values()))} |"
            for number, line in enumerate(lines, 2)
        ]
        rows.append("")
    rows += [
        "The check report says, in Chinese:",
        "",
        "| what is done | table | row | column | content | reason | what to do |",
        "|---|---|---|---|---|---|---|",
        *map(_told, checked_example()),
    ]
    return "\n".join(rows)


def _heading(table: Table, code: str) -> str:
    name = table.column(code).name
    short = WORDS["columns"][f"{table.code}.{code}"].partition(";")[0].partition(",")[0]
    return f"{name} ({short})"


def _told(problem: Any) -> str:
    done = "搁置 (set aside)" if problem.set_aside else "提示 (noted)"
    cells = (done, problem.table, problem.row, problem.column, problem.value)
    shown = ["" if cell is None else str(cell) for cell in (*cells, *WORDS["told"][problem.kind])]
    return f"| {' | '.join(shown)} |"
