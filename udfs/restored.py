"""The messages about an undo: how much was put back, and each cell that was not."""

from __future__ import annotations

from typing import Final

from kpi_xl.workbook.ooxml.references import Area
from udfs.contents import shown
from udfs.restoring import Left, Plan

_HEADINGS: Final = ("单元格", "名称", "现在", "刷新以前", "为什么没有恢复")
_CHANGED: Final = "刷新以后改过"
_MOST: Final = 8
"""So many cells are told in a message; of more there is a table."""


def told(done: Plan) -> str:
    """The message.

    Parameters
    ----------
    done : Plan
        The undo as it was done.
    """
    lines = [f"已恢复 {done.slots} 处。"]
    if done.left:
        lines += ["", f"有 {len(done.left)} 个单元格没有动，请自己看要不要改："]
        lines += map(_line, done.left[:_MOST])
    if len(done.left) > _MOST:
        lines.append("……全部列在表里。")
    return "\n".join(lines)


def report(done: Plan) -> list[list[str]]:
    """A table of what was not put back, where that is too much for a message; else nothing."""
    if len(done.left) <= _MOST:
        return []
    rows = [
        [_where(one), one.slot, _now(one), shown(one.before), one.why or _CHANGED]
        for one in done.left
    ]
    return [list(_HEADINGS), *rows]


def _line(one: Left) -> str:
    now = one.why or f"{_CHANGED}，现在是 {_now(one)}"
    return f"{_where(one) or f'名称“{one.slot}”'}：{now}；刷新以前是 {shown(one.before)}"


def _now(one: Left) -> str:
    return "" if one.cell is None else shown(one.now)


def _where(one: Left) -> str:
    if one.cell is None:
        return ""
    sheet, row, column = one.cell
    return f"{sheet}!{Area(row, column, row, column).reference}"
