"""Rounds of targets as tables for a terminal: the list, one round, its history."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kpi_xl.analysis.negotiation import Step
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.findings.shown import NOTHING
from kpi_xl.jobs.rounds import place_meant
from kpi_xl.jobs.views import Figure, View
from kpi_xl.record.rounds import Course
from kpi_xl.settings.project_settings import Settings

_INDENT = "　"


def rounds_view(courses: Sequence[Course]) -> View:
    """A table of rounds: a row for each KPI."""
    rows = []
    for one in courses:
        stands, round_ = one.stands, one.round
        first = one.events[0]
        answered = sum(stand.answered is not None for stand in stands)
        rows.append(
            (
                round_.kpi.name,
                str(round_.number),
                _amount(one, stands[0].proposed),
                _amount(one, stands[0].value),
                _amount(one, one.negotiation.unassigned(0)),
                *(
                    _count(count)
                    for count in (
                        len(stands) - 1,
                        answered,
                        sum(stand.agreed is not None for stand in stands[1:]),
                        sum(stand.locked for stand in stands[1:]),
                    )
                ),
                f"{first.at:%Y-%m-%d %H:%M}",
                first.by or NOTHING,
            )
        )
    month = courses[0].round.month.chinese if courses else ""
    headings = (
        "指标", "轮", "建议#", "目标#", "未分配#", "单位和人#", "已回复#", "已议定#", "已锁定#",
        "提出时间", "提出人",
    )  # fmt: skip
    note = "看一个指标的差额：kpi-xl rounds show 指标；谁在什么时候为什么改：kpi-xl rounds log 指标"
    return View(f"{month} 目标商定", headings, rows, (note,) if rows else ("还没有商定过目标",))


def round_view(course: Course, settings: Settings, unit: str | None = None) -> View:
    """A table of a unit and those below it: proposed, answered, countered, agreed."""
    round_, talks = course.round, course.negotiation
    top = 0 if unit is None else place_meant(round_, unit)
    rows = []
    for place, depth in listed(course, top):
        stand, one = course.stands[place], round_.places[place]
        is_person = one.level == PERSON
        has_below = bool(talks.below[place]) and round_.is_sum
        rest = talks.unassigned(place)
        rows.append(
            (
                _INDENT * depth + (f"{one.name} {one.unit}" if is_person else one.name),
                one.level if is_person else settings.level_name(one.level),
                _amount(course, stand.proposed),
                _amount(course, stand.answered),
                _amount(course, difference(course, place)),
                _amount(course, stand.countered),
                _amount(course, stand.agreed),
                _amount(course, stand.value),
                _amount(course, stand.value - rest if has_below else None),
                _amount(course, rest if has_below else None),
                status_text(course, place),
            )
        )
    headings = (
        "单位", "层级", "建议#", "回复#", "差额#", "还价#", "议定#", "目标#", "下级合计#",
        "未分配#", "状态",
    )  # fmt: skip
    about = f"第 {round_.number} 轮，{round_.kpi.unit}"
    title = f"{round_.month.chinese} {round_.kpi.name} 目标商定（{about}）"
    return View(title, headings, rows, notes(course, top))


def notes(course: Course, top: int = 0) -> tuple[str, ...]:
    """Notes on a unit and those below it: their sums, and answers that could not be used."""
    talks, round_ = course.negotiation, course.round
    under = talks.under(top)
    found = ["差额 ＝ 回复 − 建议。目标 ＝ 议定的数，没有议定的为最后说的那个数。"]
    if round_.is_sum:
        parents = [place for place in under if talks.below[place]]
        rest = [place for place in parents if talks.unassigned(place)]
        found.append(
            f"目标 ＝ 下级合计 ＋ 未分配：核对 {len(parents)} 个单位，都相等；"
            + (f"{len(rest)} 个有未分配（负数为下级超出）" if rest else "没有未分配")
        )
    else:
        found.append("这个指标不能相加，各单位各定各的，不核对合计。")
    for one in course.unusable:
        if one.place not in under or one.fault is None:
            continue
        name = round_.names[one.place]
        found.append(f"{name} 的回复没有用：{one.where}：{one.fault.reason}。{one.fault.advice}")
    return tuple(found)


def log_view(course: Course, unit: str | None = None) -> View:
    """The steps of a round, the earliest first: who, when, why."""
    round_ = course.round
    wanted = None if unit is None else place_meant(round_, unit)
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            one.by or NOTHING,
            round_.names[one.place],
            one.step if one.counts else f"{one.step}（锁定后，没有用）",
            _amount(course, one.amount),
            one.reason or NOTHING,
            one.where or NOTHING,
        )
        for one in course.events
        if wanted in (None, one.place)
    ]
    title = f"{round_.month.chinese} {round_.kpi.name} 目标商定的经过"
    return View(title, ("时间", "谁", "单位", "步骤", "金额#", "原因", "出处"), rows, ())


def listed(course: Course, top: int, *, people: bool = False) -> list[tuple[int, int]]:
    """A place and those below it, each with its depth.

    Parameters
    ----------
    course : Course
        The state of the round.
    top : int
        The place at the top.
    people : bool
        Whether people are listed below units that have units above them in the list; those
        directly below `top` always are.
    """
    found = []
    stack = [(top, 0)]
    while stack:
        place, depth = stack.pop()
        found.append((place, depth))
        below = course.negotiation.below[place]
        if not people and place != top:
            below = [one for one in below if course.round.places[one].level != PERSON]
        stack += [(one, depth + 1) for one in reversed(below)]
    return found


def difference(course: Course, place: int) -> int | None:
    """The difference between answer and proposal."""
    stand = course.stands[place]
    if stand.answered is None or stand.proposed is None:
        return None
    return stand.answered - stand.proposed


def status_text(course: Course, place: int) -> str:
    """The state of a target, in words."""
    stand = course.stands[place]
    text = str(Step.CANCELLED if course.negotiation.is_cancelled else stand.status)
    if stand.late is not None:
        then = "没有用" if stand.locked else "待定"
        text += f"；后来又回复 {course.round.shown(stand.late)}，{then}"
    if stand.carried and course.negotiation.below[place]:
        text += f"；留作未分配 {course.round.shown(stand.carried)}"
    return text


def _amount(course: Course, amount: int | None) -> Figure:
    if amount is None:
        return Figure(NOTHING, math.nan)
    return Figure(course.round.shown(amount), course.round.value(amount))


def _count(count: int) -> Figure:
    return Figure(f"{count:,}", count)
