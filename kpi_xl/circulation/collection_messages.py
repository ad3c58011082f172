"""The Chinese messages of a collection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.circulation.collected_workbooks import Collected
from kpi_xl.circulation.report import CHANGES
from kpi_xl.circulation.take_back import TakenBack
from kpi_xl.record.circulation_schema import EARLIER
from kpi_xl.record.history import Collection
from kpi_xl.slots.changes_told import changed

_SHOWN: Final = 20


def lines(done: Collected) -> Iterator[str]:
    """The lines about a collection's result."""
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
    if done.uncounted:
        yield (
            f"原始数据在公司的数据库里：填的目标和活动有 {done.uncounted:,} 个值不计入指标，"
            "要计入请录入数据库；计划、措施、技能、考核和文字照常使用"
        )
    if done.marked:
        yield f"已标注、可以退回修改的工作簿 {len(done.marked)} 份，在 {done.marked[0].parent}"
    for one in done.aside[:_SHOWN]:
        yield f"搁置 {one.file}：{one.reason}。{one.advice}"
    if len(done.aside) > _SHOWN:
        yield f"另有 {len(done.aside) - _SHOWN} 个搁置的文件，见报告"
    if done.collection is not None:
        yield (
            ("" if done.is_new else "没有新的内容，和上一次一样。")
            + f"第 {done.collection} 次回收：{len(changed(done.changes)):,} 个值有变化，"
            f"在报告的“{CHANGES}”里；收错了可以整次撤回：kpi-xl history --undo {done.collection}"
        )
    yield f"回收报告：{done.report}"


def history_lines(listed: Sequence[Collection]) -> Iterator[str]:
    """A line for each collection: when it was, and its result."""
    if not listed:
        yield "还没有回收过"
    for one in listed:
        what = f"第 {one.collection} 次，{one.at.astimezone():%Y-%m-%d %H:%M}"
        by = f"，{one.by}" if one.by else ""
        if one.is_withdrawal:
            reason = f"，原因：{one.reason}" if one.reason else ""
            yield f"{what}{by}：撤回第 {one.withdraws} 次{reason}"
            continue
        gone = f"（已由第 {one.withdrawn_by} 次撤回）" if one.withdrawn_by else ""
        kind = "升级以前收的全部内容" if one.kind == EARLIER else f"按“{one.rule}”规则"
        yield f"{what}{by}：{kind}，{one.workbooks:,} 份工作簿，{one.values:,} 个值{gone}"


def taken_back_lines(done: TakenBack) -> Iterator[str]:
    """The lines that tell how a collection was taken back."""
    back = sum(one.value is not None for one in done.changes)
    gone = len(done.changes) - back
    yield (
        f"第 {done.of.collection} 次回收已撤回（记为第 {done.collection} 次）："
        f"{back:,} 个值回到以前的，{gone:,} 个值不再有"
    )
    if done.files:
        some = "、".join(done.files[:_SHOWN]) + (" 等" if len(done.files) > _SHOWN else "")
        yield f"这次收的文件还在原处，不要的请先移走，不然下次回收又会收进来：{some}"
    yield f"撤回报告：{done.report}"
