"""What each argument of each worksheet function is, with a call that is right.

The kinds say what has to become of an edge in the argument; `test_edge_kinds.py` puts every edge
into every argument. A function of which nothing is said here fails a test there.
"""

from __future__ import annotations

from typing import Any, Final

from kpi_xl.catalogue import kpis
from udfs import functions

KINDS: Final = {
    "each": "numbers, a result for each: an edge is seen in its own cell alone",
    "own": "numbers that are compared: an edge has an error or nothing in its own row",
    "number": "one number, which must be there",
    "number?": "one number, which may be left out",
    "all": "numbers that belong together: an edge is the whole result",
    "all?": "the same, and may be left out",
    "chain": "numbers of which none may be missing",
    "dates": "days of people: what is no day is the whole result",
    "leaves": "days that may be blank: who has not left",
    "days": "days or months, a result for each",
    "months": "months, a result for each",
    "day": "one day or month",
    "day?": "one day or month, which may be left out",
    "word": "one text",
    "word?": "one text, which may be left out",
    "words": "texts, one a row",
    "words?": "the same, and may be left out",
    "marks": "yes or no, one a row",
    "name": "a name, a result for each",
    "one name": "the name of a KPI",
    "names": "names of KPIs, a column for each",
    "one unit": "a unit's name",
    "units": "names of units, a row for each",
    "month": "one month",
    "months of rows": "months, a row for each",
}

Argument = tuple[str, Any]

_SIGNED: Final = ("dates", ["2024-01-05", "2024-02-06", "2024-03-07"])
_LEFT: Final = ("leaves", [None, "2024-05-01", None])
_MONTHS: Final = ("months", ["2024-03", "2024-05", "2024-06"])
_TIERS: Final = ("all", [[0, 0.02], [50000, 0.03]])
_KPI, _UNIT, _MONTH = ("one name", "活动率"), ("one unit", "城南营业部"), ("month", "2024-06")

CALLS: Final[dict[str, list[Argument]]] = {
    "KPI_HEADCOUNT": [_SIGNED, _LEFT, ("days", ["2024-03", "2024-04-30", "2024-06"])],
    "KPI_RECRUITS": [_SIGNED, _LEFT, _MONTHS],
    "KPI_LEAVERS": [_SIGNED, _LEFT, _MONTHS],
    "KPI_AVG_HEADCOUNT": [_SIGNED, _LEFT, _MONTHS],
    "KPI_RETENTION13": [
        _SIGNED, _LEFT, ("months", ["2024-05", "2024-06", "2024-07"]), ("number?", 4),
    ],
    "KPI_STAY_RATE": [_SIGNED, _LEFT, ("day", "2024-03"), ("day", "2024-06")],
    "KPI_SURVIVAL": [
        _SIGNED, _LEFT, ("each", [1, 2, 3]), ("day?", "2024-06-30"), ("day?", "2023-01-01"),
    ],
    "KPI_SURVIVAL_RANGE": [
        _SIGNED, _LEFT, ("number", 3), ("day?", "2024-06-30"), ("day?", "2023-01-01"),
    ],
    "KPI_DRIVERS": [
        ("chain", [100, 60, 90, 2700]), ("chain", [90, 54, 81, 2430]),
        ("words?", ["甲", "乙", "丙", "丁"]), ("word?", "Shapley"),
    ],
    "KPI_SOLVE": [("chain", [30, 10, 3, 15000]), ("number", 20000), ("number?", 2)],
    "KPI_WILSON": [("number", 81), ("number", 263), ("number?", 0.9)],
    "KPI_PEERS": [("own", [6, 9, 8]), ("word?", "越低越好")],
    "KPI_QUADRANT": [("own", [90, 80, 20, 10]), ("own", [80, 100, 15, 100]), ("word?", 1)],
    "KPI_BOX": [
        ("own", [4, 1, 3, 1]), ("own", [9, 8, 2, 1]),
        ("words?", [None, "高技能高意愿", None, None]),
    ],
    "KPI_PRODUCERS_SHORT": [("number", 7), ("number", 10), ("number", 9), ("number?", 0.9)],
    "KPI_SCORE": [
        ("all", [150, 40]), ("all", [100, 50]), ("all", [0.6, 0.4]), ("marks", [None, 1]),
        ("number?", 0.5), ("number?", 1.1),
    ],
    "KPI_SCREEN": [("all", [[5, 4, 4], [3, 5, 5]]), ("all", [0.3, 0.3, 0.4])],
    "KPI_SIGNAL": [("all", [70, 72, 69, 71, 70, 68, 71, 70, 69, 71, 55])],
    "KPI_360": [
        ("words", ["上级", "同级", "同级", "同级", "自评"]), ("all", [80, 90, 85, 88, 95]),
        ("all?", [50, 20, 20, 10]), ("number?", 2),
    ],
    "KPI_ABC": [("all", [5000, 1200, 600, 10])],
    "KPI_PACE": [
        ("number", 30), ("number", 100), ("number", 2), ("number", 4),
        ("all?", [[10, 10, 20, 60], [5, 10, 20, 30]]), ("all?", [4, 4]),
    ],
    "KPI_TARGETS": [
        ("number", 100), ("all", [1, 2, 1]), ("all?", [None, 60, None]), ("number?", 5),
    ],
    "KPI_PERIOD_TARGETS": [
        ("number", 100000), ("day", "2024-05-01"), ("day", "2024-06-30"), ("word", "月"),
    ],
    "KPI_REBALANCE": [("chain", [25000, 25000, 25000, 25000]), ("all", [17500, 20000])],
    "KPI_STEPPED": [("number", 100000), ("number", 50000), ("number", 40000)],
    "KPI_SMART": [
        ("word?", "主险件数"), ("word?", "王芳"), ("number?", 50), ("word?", "件"),
        ("day?", "2024-06-30"), ("word?", "营业部"), ("all?", [20, 25, 30]),
    ],
    "KPI_QUOTA": [("number", 7), ("number", 5)],
    "KPI_INCOME": [
        ("all", [40000, 50000, 60000]), ("number?", 2000), ("number?", 500), _TIERS,
    ],
    "KPI_INCOME_TARGET": [
        ("number", 5500), ("number?", 2000), ("number?", 500), _TIERS, ("chain", [100, 10, 80000]),
    ],
    "KPI_TASKS": [
        ("marks", [0, 1, 1]), ("all", [0, 9, 1]), ("number?", 3), ("all?", [900, 100, 50]),
    ],
    "KPI_STATUS": [("name", ["活动率", "举绩率", "增员率"]), ("each", [0.9, 0.5, 0.1])],
    "KPI_NAMES": [],
    "KPI_HELP": [("one name", "活动率")],
    "KPI": [("name", "活动率"), ("name", "城南营业部"), ("months", ["2024-04", "2024-05", "2024-06"]),
            ("name", "目标")],
    "KPI_TABLE": [
        ("names", ["活动率", "人均件数"]), ("units", ["城南营业部", "城东营业部"]),
        ("months of rows", ["2024-05", "2024-06"]),
    ],
    "KPI_UNITS": [],
    "KPI_UNIT_DRIVERS": [_UNIT, _MONTH, ("word?", "同比"), ("word?", "per_capita")],
    "KPI_WARNINGS": [_UNIT, _MONTH],
    "KPI_ADVICE": [_KPI, _UNIT, _MONTH],
    "KPI_UNIT_PEERS": [_KPI, _UNIT, _MONTH],
}  # fmt: skip

OF_PROJECT: Final = frozenset(
    ("KPI", "KPI_TABLE", "KPI_UNITS", *(one.__name__ for one in functions.BY_FINDINGS))
)
"""They answer from a project."""

for _code in functions.__all__:
    if _code in kpis and _code not in CALLS:
        _kpi = kpis[_code].on_paper
        CALLS[_code] = [
            *(("each", [200 - 7 * n, 190 - 6 * n, 180 - 5 * n]) for n in range(len(_kpi.measures))),
            *(("number?", 0.5) for _ in _kpi.settings),
        ]
