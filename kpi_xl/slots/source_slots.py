"""The slots of 来源: the origin of each number, a row for each raw file or typed cell."""

from __future__ import annotations

from typing import Final, NamedTuple

from kpi_xl.slots.slot import Group, Kind, Slot


class SourceLine(NamedTuple):
    """A row of 来源.

    Attributes
    ----------
    number, value, how : str or None
        Which number, what it is, how it is counted or who typed it; None in its further rows.
    table, file : str
        The raw table and the file.
    rows : int or None
        How many rows of it.
    place : str
        Which rows, or which cell.
    """

    number: str | None
    value: str | None
    how: str | None
    table: str
    file: str
    rows: int | None
    place: str


SOURCES: Final = Group(
    "source.",
    "数字的来源，每个文件或填写的单元格一行",
    {
        "数字": Slot("哪个数字", cells=None, value=lambda line: line.number),
        "数值": Slot("它的值，带单位", cells=None, value=lambda line: line.value),
        "怎样来的": Slot(
            "公式和其中的数；填写的是谁、什么时候填的，以前是多少",
            cells=None,
            value=lambda line: line.how,
        ),
        "表": Slot("原始数据的表", cells=None, value=lambda line: line.table),
        "文件": Slot("原始文件，或收回的工作簿", cells=None, value=lambda line: line.file),
        "行数": Slot("几行", Kind.NUMBER, cells=None, value=lambda line: line.rows),
        "位置": Slot("哪几行，或哪一格", cells=None, value=lambda line: line.place),
    },
)

ABOUT_SOURCES: Final = Group(
    "source.",
    "",
    {
        "heading": Slot(
            "单位和月份", value=lambda about: f"{about['unit.name']}　{about['period.month']}"
        )
    },
)
