"""时间盒 in a manager's forms: the time of each kind of activity, and the room of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.analysis.time_boxes import Activity, Box, Period, time_boxes
from kpi_xl.slots.becomes import WORDS
from kpi_xl.slots.cell_formula import (
    CellFormula,
    call,
    cell,
    formula,
    here,
    in_brackets,
    unless_error,
    when,
)
from kpi_xl.slots.plan_slots import OVER_WEEKS
from kpi_xl.slots.slot import Group, Kind, Slot

MORNING: Final[Period] = (9 * 60, 12 * 60)
AFTERNOON: Final[Period] = (13 * 60 + 30, 17 * 60 + 30)
"""The halves of a day in 主管日程."""

NO_ROOM: Final = "排不下"
"""The text in place of hours where an activity has no room."""

MOST: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {"时间.上限": Slot("一天最多排几小时", Kind.NUMBER, value=lambda minutes: minutes / 60)},
    OVER_WEEKS,
)


def told_hours(hours: CellFormula) -> CellFormula:
    """How many hours a day has, and by how many they are too many; blank for none."""
    most = cell("week<周>.时间.上限")
    over = when(hours > most, formula("，超出 ").then(in_brackets(hours - most)).then(" 小时"), "")
    return when(hours.equals(0), "", hours.then(" 小时").then(over))


def _hours_of(box: CellFormula) -> CellFormula:
    """The hours of a box such as 9:00—11:00; 0 for anything else."""
    dash = call("FIND", "—", box)
    end, start = call("MID", box, dash + 1, 5), call("LEFT", box, dash - 1)
    return unless_error((call("TIMEVALUE", end) - call("TIMEVALUE", start)) * 24, 0)


_HALVES: Final = tuple(_hours_of(here(f"{half}.时间")) for half in ("morning", "afternoon"))

DAY_BOXES: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "morning.时间": Slot("周一到周五上午的时间盒，如 9:00—11:00", cells=5, becomes=WORDS),
        "afternoon.时间": Slot("周一到周五下午的时间盒", cells=5, becomes=WORDS),
        "时间.合计": Slot(
            "周一到周五各排了几小时，超出上限多少",
            cells=5,
            formula=told_hours(call("ROUND", _HALVES[0] + _HALVES[1], 2)),
        ),
    },
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


def rows_of(boxes: Sequence[Box], hours: Sequence[Period]) -> list[str | None]:
    """The activity in each hour of a day's plan."""
    return [
        next((box.text for box in boxes if box.start < end and start < box.end), None)
        for start, end in hours
    ]
