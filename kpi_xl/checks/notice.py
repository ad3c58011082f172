"""The notice of one line about raw data that is not in the numbers; it is kept with the store.

Whoever refreshes or hands out workbooks is told every time, also when nothing was read anew.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import duckdb

from kpi_xl import kinds
from kpi_xl.checks.checked import Checked
from kpi_xl.fault import Fault
from kpi_xl.project import Project

_SHOWN = 3


@dataclass(frozen=True)
class Notice:
    """The raw data that is not in the numbers.

    Parameters
    ----------
    set_aside : int
        How many rows are set aside.
    remarks : int
        Things to look at in the rows that are used.
    left_out : tuple of str
        Files and worksheets that were not read and may hold data.
    """

    set_aside: int = 0
    remarks: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def faults(self) -> list[Fault]:
        """The notice as messages, each with its kind."""
        more = "等" if len(self.left_out) > _SHOWN else ""
        names = "、".join(self.left_out[:_SHOWN]) + more
        told = (
            (self.set_aside, kinds.ROWS_SET_ASIDE(rows=self.set_aside)),
            (self.left_out, kinds.FILES_LEFT_OUT(files=len(self.left_out), names=names)),
            (self.remarks, kinds.REMARKS(remarks=self.remarks)),
        )
        return [fault for there, fault in told if there]

    @property
    def line(self) -> str:
        """The notice as one line; empty where there is nothing to report."""
        told = "，".join(fault.reason for fault in self.faults)
        return f"原始数据：{told}，详见校验报告" if told else ""

    def record(self) -> dict[str, object]:
        """All of it as plain values, for programs."""
        codes = [fault.kind.code for fault in self.faults]
        return {**asdict(self), "kinds": codes, "line": self.line}


def notice_of(checked: Checked) -> Notice:
    """Make the notice from the result of a check."""
    left_out = [
        f"{one.name}「{one.sheet}」" if one.sheet else one.name
        for one in checked.left_out
        if one.matters
    ]
    return Notice(
        sum(table.set_aside for table in checked.tables.values()),
        sum(not problem.set_aside for problem in checked.problems),
        tuple(left_out),
    )


def keep_notice(store: duckdb.DuckDBPyConnection, checked: Checked) -> None:
    """Keep the notice in the store that the checked data went into."""
    store.execute("CREATE OR REPLACE TABLE notice (text VARCHAR)")
    store.execute("INSERT INTO notice VALUES (?)", [json.dumps(asdict(notice_of(checked)))])


def kept_notice(project: Project) -> Notice:
    """The notice that was kept; an empty one where the numbers come from a company's own
    database.
    """
    if project.settings.in_database or not project.store.is_file():
        return Notice()
    try:
        with duckdb.connect(str(project.store), read_only=True) as store:
            found = store.execute("SELECT text FROM notice").fetchone()
    except duckdb.Error:
        return Notice()  # written just now, or made by an older version
    if found is None:
        return Notice()
    kept = json.loads(found[0])
    return Notice(kept["set_aside"], kept["remarks"], tuple(kept["left_out"]))
