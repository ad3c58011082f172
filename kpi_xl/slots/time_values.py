"""时间盒 in a manager's forms: the time of each kind of activity, and the room of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.analysis.time_boxes import Activity, Box, Period, time_boxes
from kpi_xl.slots.becomes import WORDS
from kpi_xl.slots.plan_slots import OVER_WEEKS
from kpi_xl.slots.slot import Group, Kind, Slot

MORNING: Final[Period] = (9 * 60, 12 * 60)
AFTERNOON: Final[Period] = (13 * 60 + 30, 17 * 60 + 30)
"""The halves of a day in 主管日程."""

NO_ROOM: Final = "排不下"
"""The text in place of hours where an activity has no room."""

DAY_BOXES: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "morning.时间": Slot("周一到周五上午的时间盒，如 9:00—11:00", cells=5, becomes=WORDS),
        "afternoon.时间": Slot("周一到周五下午的时间盒", cells=5, becomes=WORDS),
        "时间.合计": Slot("周一到周五各排了几小时，超出上限多少", cells=5),
    },
    OVER_WEEKS,
)

MOST: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {"时间.上限": Slot("一天最多排几小时", Kind.NUMBER, value=lambda minutes: minutes / 60)},
    OVER_WEEKS,
)


def half_day(
    text: str | None, kind: str, half: Period, minutes: Mapping[str, int], most: int
) -> Box | None:
    """The box for an activity in a half of a day; None where there is no room or no activity.

    Parameters
    ----------
    text : str or None
        The activity of the half day.
    kind : str
        Of which kind, a key of `minutes`.
    half : (int, int)
        The half of the day.
    minutes : mapping of str to int
        How long each kind of activity takes.
    most : int
        So many minutes are left of the day.
    """
    if text is None:
        return None
    boxes, _ = time_boxes([Activity(text, minutes[kind], half[0])], [half], most)
    return boxes[0] if boxes else None


def sum_text(minutes: float, most: int) -> str:
    """How many hours a day has, as the sheets' formulas say it.

    Examples
    --------
    >>> sum_text(150, 420), sum_text(480, 420), sum_text(0, 420)
    ('2.5 小时', '8 小时，超出 1 小时', '')
    """
    if not minutes:
        return ""
    over = f"，超出 {_hours(minutes - most)} 小时" if minutes > most else ""
    return f"{_hours(minutes)} 小时{over}"


def _hours(minutes: float) -> str:
    return f"{round(minutes / 60 + 1e-9, 2):g}"


def rows_of(boxes: Sequence[Box], hours: Sequence[Period]) -> list[str | None]:
    """The activity in each hour of a day's plan."""
    return [
        next((box.text for box in boxes if box.start < end and start < box.end), None)
        for start, end in hours
    ]
