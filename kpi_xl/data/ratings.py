"""The ratings of 360 度评价, from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb

from kpi_xl.analysis.feedback import Feedback, feedback
from kpi_xl.calendar import Month
from kpi_xl.settings.project_settings import Settings

_VALID: Final = 12
"""A round is shown in the month it is of and in the eleven after it."""


@dataclass(frozen=True)
class Round:
    """The last round of 360 度评价 that somebody was in.

    Parameters
    ----------
    month : Month
        The month it is of.
    feedback : Feedback
        The result of the round.
    """

    month: Month
    feedback: Feedback


def last_round(
    store: duckdb.DuckDBPyConnection, settings: Settings, agent: str, month: Month
) -> Round | None:
    """The last round that somebody was judged in.

    Parameters
    ----------
    agent : str
        The 工号 of the person who was rated.
    month : Month
        Later rounds do not count, nor those a year older.

    Returns
    -------
    Round or None
        None when nobody judged him.
    """
    rows = store.execute(
        "SELECT month, relation, points FROM ratings WHERE agent = ? AND month BETWEEN ? AND ?",
        [agent, month.number - _VALID + 1, month.number],
    ).fetchall()
    if not rows:
        return None
    last = max(number for number, _, _ in rows)
    own = [(relation, points) for number, relation, points in rows if number == last]
    found = feedback(
        [relation for relation, _ in own],
        [points for _, points in own],
        settings.rater_weights,
        settings.fewest_raters,
    )
    return Round(Month(last), found)
