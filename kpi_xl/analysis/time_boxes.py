"""时间盒: every activity of a day gets its hours in advance, and the day is never overbooked.

Times are minutes from midnight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MINUTES: Final[Mapping[str, int]] = {
    "会议": 60, "例会": 120, "陪访": 120, "面谈": 30, "辅导": 60, "培训": 60, "银行": 60,
    "招募": 60, "管理": 60, "学习": 60,
}  # fmt: skip
"""How many minutes each kind of a manager's activities takes, until kpi.toml says otherwise."""

A_DAY: Final = 7 * 60
"""So many minutes of a day are planned at most; the rest is for what nobody planned."""

Period = tuple[int, int]
"""From and until."""


@dataclass(frozen=True)
class Activity:
    """Something that is to be done on a day.

    Parameters
    ----------
    text : str
        What is to be done, in Chinese.
    minutes : int
        How long its box is.
    start : int
        When it had best begin.
    """

    text: str
    minutes: int
    start: int


@dataclass(frozen=True)
class Box:
    """An activity with its hours.

    Parameters
    ----------
    text : str
        What is done in these hours, in Chinese.
    start, end : int
        The hours from and until.
    """

    text: str
    start: int
    end: int

    @property
    def hours(self) -> str:
        """The hours as a text, such as ``9:00—11:00``.

        Examples
        --------
        >>> Box("面谈", 14 * 60, 14 * 60 + 30).hours
        '14:00—14:30'
        """
        return "—".join(f"{time // 60}:{time % 60:02d}" for time in (self.start, self.end))


def time_boxes(
    activities: Sequence[Activity], periods: Sequence[Period], most: int
) -> tuple[list[Box], list[Activity]]:
    """Find the hours for a day's activities.

    Parameters
    ----------
    activities : sequence of Activity
        What matters most comes first: it is placed first.
    periods : sequence of (int, int)
        The working hours in their order, with breaks between them.
    most : int
        All boxes together take no more minutes.

    Returns
    -------
    boxes : list of Box
        In the order of the day; they do not overlap, and none goes across a break.
    left : list of Activity
        For what there is no room.

    Notes
    -----
    A box begins at the first free minute from its start on; where there is no room later, at the
    first free one of the day. Source: 时间盒 (Time-boxing), 《KPI工具》.

    Examples
    --------
    >>> day = [(9 * 60, 12 * 60), (13 * 60, 17 * 60)]
    >>> wanted = [Activity("例会", 60, 540), Activity("陪访", 180, 540), Activity("培训", 150, 780)]
    >>> boxes, left = time_boxes(wanted, day, most=300)
    >>> [(box.hours, box.text) for box in boxes], [one.text for one in left]
    ([('9:00—10:00', '例会'), ('13:00—16:00', '陪访')], ['培训'])
    """
    boxes: list[Box] = []
    left: list[Activity] = []
    for activity in activities:
        taken = sum(box.end - box.start for box in boxes)
        begins = sorted(_begins(activity, periods, boxes), key=lambda at: (at < activity.start, at))
        if begins and taken + activity.minutes <= most:
            start = begins[0]
            boxes.append(Box(activity.text, start, start + activity.minutes))
        else:
            left.append(activity)
    return sorted(boxes, key=lambda box: box.start), left


def _begins(activity: Activity, periods: Sequence[Period], boxes: Sequence[Box]) -> list[int]:
    """The possible starts of a box: with a period, after another box, or at its preferred time."""
    possible = {activity.start, *(first for first, _ in periods), *(box.end for box in boxes)}
    return [
        at
        for at in possible
        if any(first <= at and at + activity.minutes <= last for first, last in periods)
        and all(at + activity.minutes <= box.start or at >= box.end for box in boxes)
    ]
