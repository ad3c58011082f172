"""The Chinese messages about a month that was sent into groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpi_xl import kinds
from kpi_xl.circulation.group_month import FOLDER, SentMonth
from kpi_xl.circulation.robots import PAGE, PICTURE, PLATFORMS, WORDS
from kpi_xl.system.undone import lines as undone_lines

_PARTS: Final = {WORDS: "晨会稿", PICTURE: "图片", PAGE: "网页"}


def lines(done: SentMonth, *, rehearsal: bool) -> Iterator[str]:
    """The lines about what was sent; of a rehearsal, what every group would get."""
    count, head = len(done.groups), f"{done.month.chinese} 月报"
    if rehearsal:
        doing = f"写 {count} 个单位的文件" if done.place == FOLDER else f"发到 {count} 个群"
        yield f"{head}：会{doing}；现在什么都没有做"
        for one in done.groups:
            where = f" → {one.robot}" if one.robot else ""
            yield f"  {one.unit}：{'、'.join(_PARTS[part] for part in one.parts)}{where}"
        return
    if done.place == FOLDER:
        yield f"{head}：写好 {count - len(done.undone)} 个单位的文件，可以自己转发"
        yield f"位置：{done.folder}"
        yield from undone_lines(done.undone, "没有生成")
        return
    which = "" if done.number <= 1 else f"（第 {done.number} 次）"
    before = f"，以前已发 {done.already} 条" if done.already else ""
    platform = PLATFORMS[done.place].name
    yield f"{head}{which}：{platform} {count} 个群，发出 {done.sent} 条{before}"
    yield from undone_lines(done.undone, "没有生成")
    for unit, fault in (done.failed | done.later).items():
        yield f"{unit}：{fault.reason}。{fault.advice}"
    if done.unsure:
        fault = kinds.ROBOT_UNSURE(units="、".join(done.unsure))
        yield f"{fault.reason}。{fault.advice}"
