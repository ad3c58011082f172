"""Whom a manager should see next, and why: from each member's months so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NEWCOMER_MONTHS: Final = 3
"""For so many months after signing somebody is a newcomer."""

_DROP: Final = 0.5
"""Less than this share of his own usual sales is a drop worth a talk."""


@dataclass(frozen=True)
class Member:
    """A member's recent months.

    Parameters
    ----------
    agent, name, rank : str
        工号, 姓名, 职级.
    months_since_signing : int
        Whole months since the month of signing; -1 for who signs in the month that is planned.
    pieces, sales : sequence of int
        Pieces sold, and sales in 分, of the last months that there is data of, the latest last.
    is_open : bool
        Whether the last of them is not over: who has not sold in it may still do.
    """

    agent: str
    name: str
    rank: str
    months_since_signing: int
    pieces: Sequence[int]
    sales: Sequence[int]
    is_open: bool = False


@dataclass(frozen=True)
class Attention:
    """A person whom a manager should see, with the reason.

    Parameters
    ----------
    member : Member
        The person whom a manager should see.
    reason : str
        Why the manager should see them, in Chinese.
    manner : str
        How: 陪同展业, 单独面谈 or 电话跟进.
    """

    member: Member
    reason: str
    manner: str


def attention(members: Sequence[Member], most: int) -> list[Attention]:
    """Whom to see first.

    The order is that of urgency: no business for two months running, newcomers without any,
    no business last month, sales far below the member's own usual, other newcomers; of alike ones
    who sold least is first. A member's usual is the mean of his whole months before the last.

    Parameters
    ----------
    members : sequence of Member
        The members of a team.
    most : int
        How many at the most.

    Returns
    -------
    list of Attention
    """
    found: list[tuple[int, int, str, Attention]] = []
    for member in members:
        # Of who comes in the month that is planned there is nothing to judge yet.
        judged = _judge(member) if member.months_since_signing >= 0 else None
        if judged is not None:
            urgency, reason, manner = judged
            found.append(
                (urgency, sum(member.sales), member.agent, Attention(member, reason, manner))
            )
    return [item[3] for item in sorted(found, key=lambda item: item[:3])[:most]]


def _judge(member: Member) -> tuple[int, str, str] | None:
    since, count = member.months_since_signing, len(member.pieces)
    # Whole months only, as in `kpi_xl.analysis.rules`: nobody is without business for the days
    # before he came, so the month of signing is no month without business. Nor is an open one.
    waits = member.is_open and count > 0 and member.pieces[-1] <= 0
    whole = range(max(count - since, 0), count - waits)
    zero = 0
    for pieces in reversed([member.pieces[place] for place in whole]):
        if pieces > 0:
            break
        zero += 1
    newcomer = since < NEWCOMER_MONTHS
    nothing_yet = newcomer and not any(pieces > 0 for pieces in member.pieces[-since - 1 :])
    if zero >= 2:
        more = "以上" if zero == len(whole) < since - waits else ""
        return 0, f"连续 {zero} 个月{more}零业绩", "陪同展业"
    if nothing_yet:
        return 1, f"新人第 {since + 1} 个月，尚未开单", "陪同展业"
    if zero:
        return 2, "最近一个整月零业绩，其后也还没有开单" if waits else "上月零业绩", "单独面谈"
    before = [member.sales[place] for place in whole[:-1]]
    usual = sum(before) / len(before) if before else 0
    if not member.is_open and member.sales[-1:] and member.sales[-1] < _DROP * usual:
        share = member.sales[-1] / usual
        text = f"只有平时的 {share:.0%}" if share >= 0.01 else "不到平时的 1%"
        return 3, f"上月业绩{text}", "单独面谈"
    if newcomer:
        return 4, f"新人第 {since + 1} 个月，巩固信心", "电话跟进"
    return None
