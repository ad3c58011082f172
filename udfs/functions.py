"""The KPI_* functions, as plain callables that any host can register.

Arguments are what a spreadsheet hands over: scalars, lists or rows of cells, see
`udfs.arguments`. A result is a scalar, or rows where rows were given. Errors come back as the
spreadsheet's names (``"#DIV/0!"``, ``"#N/A"``, ``"#VALUE!"``, ``"#NUM!"``), and no function ever
raises: the host turns the names into its own true errors.

- By counts (`udfs.by_counts`): one function for every KPI of the catalogue, generated from it.
- By roster (`udfs.by_roster`): people counted from a column of sign dates and one of leave dates.
- By data (`udfs.by_data`): the KPIs of the user's project.
- By analysis (`udfs.by_analysis`): what numbers in cells mean: factors, goals, peers, scores.
- By targets (`udfs.by_targets`): pace, targets and quotas from numbers in cells.
- By findings (`udfs.by_findings`): what the project's data say about a unit, and why.
"""

from __future__ import annotations

from kpi_xl.catalogue import kpis
from udfs.by_analysis import (
    KPI_BOX,
    KPI_DRIVERS,
    KPI_PEERS,
    KPI_PRODUCERS_SHORT,
    KPI_QUADRANT,
    KPI_SCORE,
    KPI_SCREEN,
    KPI_SOLVE,
    KPI_WILSON,
)
from udfs.by_counts import by_counts
from udfs.by_data import KPI, KPI_HELP, KPI_NAMES, KPI_STATUS, KPI_TABLE, KPI_UNITS
from udfs.by_findings import KPI_ADVICE, KPI_UNIT_DRIVERS, KPI_UNIT_PEERS, KPI_WARNINGS
from udfs.by_roster import (
    KPI_AVG_HEADCOUNT,
    KPI_HEADCOUNT,
    KPI_LEAVERS,
    KPI_RECRUITS,
    KPI_RETENTION13,
    KPI_STAY_RATE,
)
from udfs.by_targets import (
    KPI_INCOME,
    KPI_INCOME_TARGET,
    KPI_PACE,
    KPI_PERIOD_TARGETS,
    KPI_QUOTA,
    KPI_REBALANCE,
    KPI_SMART,
    KPI_STEPPED,
    KPI_TARGETS,
    KPI_TASKS,
)

BY_DATA = (KPI, KPI_TABLE, KPI_UNITS, KPI_NAMES, KPI_STATUS, KPI_HELP)
BY_ROSTER = (
    KPI_HEADCOUNT,
    KPI_AVG_HEADCOUNT,
    KPI_RECRUITS,
    KPI_LEAVERS,
    KPI_RETENTION13,
    KPI_STAY_RATE,
)

BY_ANALYSIS = (
    KPI_BOX,
    KPI_DRIVERS,
    KPI_PEERS,
    KPI_PRODUCERS_SHORT,
    KPI_QUADRANT,
    KPI_SCORE,
    KPI_SCREEN,
    KPI_SOLVE,
    KPI_WILSON,
)
BY_TARGETS = (
    KPI_INCOME,
    KPI_INCOME_TARGET,
    KPI_PACE,
    KPI_PERIOD_TARGETS,
    KPI_QUOTA,
    KPI_REBALANCE,
    KPI_SMART,
    KPI_STEPPED,
    KPI_TARGETS,
    KPI_TASKS,
)
BY_FINDINGS = (KPI_ADVICE, KPI_UNIT_DRIVERS, KPI_UNIT_PEERS, KPI_WARNINGS)

for _kpi in kpis.values():
    if _kpi.code not in globals():
        globals()[_kpi.code] = by_counts(_kpi)

__all__ = sorted(name for name in globals() if name.startswith("KPI"))  # noqa: PLE0605
