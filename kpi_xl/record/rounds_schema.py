"""The tables of rounds in circulation.sqlite, beside the history of what came back."""

from __future__ import annotations

from typing import Final

_TABLES: Final = """
CREATE TABLE rounds (                   -- of a month's KPI the last one counts
    round  INTEGER PRIMARY KEY,
    period TEXT NOT NULL,               -- the month, 2024-06
    kpi    TEXT NOT NULL,               -- its code
    scale  INTEGER NOT NULL,            -- so many in the KPI's unit: 100 where amounts are 分
    is_sum INTEGER NOT NULL             -- whether targets add up
);
CREATE INDEX rounds_of ON rounds (period, kpi);
CREATE TABLE round_places (             -- the units as they were when it was proposed
    round INTEGER NOT NULL REFERENCES rounds,
    place INTEGER NOT NULL,             -- from 0, a unit behind the one above it
    level TEXT NOT NULL,                -- the unit's, or 业务员
    unit  TEXT NOT NULL,                -- the unit's path, or 工号
    name  TEXT NOT NULL,
    above INTEGER,                      -- the place of the unit it belongs to
    PRIMARY KEY (round, place)
);
CREATE TABLE round_acts (               -- who did what, when, and why
    act    INTEGER PRIMARY KEY AUTOINCREMENT,
    round  INTEGER NOT NULL REFERENCES rounds,
    at     TEXT NOT NULL,
    by     TEXT NOT NULL,
    reason TEXT NOT NULL,
    file   TEXT NOT NULL,               -- the workbook it was decided in; empty for a command
    after  INTEGER NOT NULL             -- the last of `changes` that had come by then
);
CREATE INDEX round_acts_of ON round_acts (round);
CREATE TABLE round_steps (
    act    INTEGER NOT NULL REFERENCES round_acts,
    number INTEGER NOT NULL,            -- in the act, from 1
    place  INTEGER NOT NULL,
    step   TEXT NOT NULL,               -- as in analysis/negotiation.py
    amount INTEGER,
    PRIMARY KEY (act, number)
);
CREATE TABLE round_workbooks (          -- the workbooks that were made to decide in
    token  TEXT PRIMARY KEY,            -- a random text in it
    period TEXT NOT NULL,
    level  TEXT NOT NULL,               -- of whose units are in it
    unit   TEXT NOT NULL,
    made   TEXT NOT NULL,
    by     TEXT NOT NULL,
    act    INTEGER NOT NULL,            -- the last act that it shows
    after  INTEGER NOT NULL             -- the last change that it shows
);
"""

ROUNDS: Final = _TABLES + "".join(
    f"CREATE TRIGGER {table}_{done}_refused BEFORE {done} ON {table}"
    f" BEGIN SELECT raise(ABORT, '{table} is only added to'); END;\n"
    for table in ("rounds", "round_places", "round_acts", "round_steps", "round_workbooks")
    for done in ("UPDATE", "DELETE")
)
"""Nothing of them is ever changed or removed, whoever writes."""
