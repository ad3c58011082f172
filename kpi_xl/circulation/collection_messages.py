"""What is said of a collection, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.circulation.collect import Collected

_SHOWN: Final = 20


def lines(done: Collected) -> Iterator[str]:
    """The result for people."""
    files = len(done.taken) + len(done.passed_over) + len(done.aside)
    yield (
        f"共 {files:,} 个文件：收取 {len(done.taken):,}，不重复收取 {len(done.passed_over):,}，"
        f"搁置 {len(done.aside):,}"
    )
    if not files:
        yield f"{done.folder} 里还没有文件：把收回的工作簿放进去，再收一次"
    for template, period, sent, back in done.counts:
        month = Month.parse(period).chinese
        yield f"{month} {template}：下发 {sent} 份，收回 {back}，未收回 {sent - back}"
    if done.missing:
        names = "、".join(one.name for one in done.missing[:_SHOWN])
        yield f"还没有交：{names}" + (" 等" if len(done.missing) > _SHOWN else "")
    wrong = sum(not one.taken for one in done.problems)
    if wrong:
        yield f"没有收取的单元格：{wrong:,} 处"
    if done.marked:
        yield f"已标注、可以退回修改的工作簿 {len(done.marked)} 份，在 {done.marked[0].parent}"
    for one in done.aside[:_SHOWN]:
        yield f"搁置 {one.file}：{one.reason}。{one.advice}"
    if len(done.aside) > _SHOWN:
        yield f"另有 {len(done.aside) - _SHOWN} 个搁置的文件，见报告"
    yield f"回收报告：{done.report}"
