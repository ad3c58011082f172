"""The renewal premiums that each agent still has to collect, from the store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class DueToCollect:
    """An instalment that nobody has paid yet.

    Parameters
    ----------
    policy : str
        The number of the policy, 保单号.
    due : datetime.date
        The day on which it falls due, 应收日期.
    last : datetime.date
        The last day of grace.
    premium : int
        The premium that is due, in 分.
    """

    policy: str
    due: dt.date
    last: dt.date
    premium: int


def dues_to_collect(
    store: duckdb.DuckDBPyConnection, first: dt.date, last: dt.date, grace_days: int
) -> dict[str, list[DueToCollect]]:
    """The premiums that fall due, or whose grace ends, within some days, unpaid before.

    Parameters
    ----------
    first, last : datetime.date
        The first and the last of the days.
    grace_days : int
        So many days after it is due a premium still counts as paid in time.

    Returns
    -------
    dict of str to list of DueToCollect
        By agent, the earliest first. Policies that were withdrawn or have ended by the first day
        have nothing to collect. Nothing where a company's own database keeps the instalments.
    """
    grace = dt.timedelta(days=grace_days)
    try:
        rows = store.execute(
            "SELECT agent, policy, due, due_premium FROM dues"
            " WHERE (due BETWEEN $first AND $last OR due + $grace BETWEEN $first AND $last)"
            " AND (paid IS NULL OR paid >= $first) AND due_premium > 0"
            " AND policy NOT IN (SELECT policy FROM policies WHERE coalesce(withdrawn, ended)"
            " <= $first) ORDER BY agent, due, policy, due_premium",
            {"first": first, "last": last, "grace": grace_days},
        ).fetchall()
    except duckdb.CatalogException:
        return {}
    found: dict[str, list[DueToCollect]] = {}
    for agent, policy, due, premium in rows:
        found.setdefault(agent, []).append(DueToCollect(policy, due, due + grace, premium))
    return found
