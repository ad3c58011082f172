"""The KPI_* functions, as plain callables that any host can register.

Arguments are what a spreadsheet hands over: scalars, lists or rows of cells, see
`udfs.arguments`. A result is a scalar, or rows where rows were given. Errors come back as the
spreadsheet's names (``"#DIV/0!"``, ``"#N/A"``, ``"#VALUE!"``, ``"#NUM!"``), and no function ever
raises: the host turns the names into its own true errors.

- By counts (`udfs.by_counts`): one function for every KPI of the catalogue, generated from it.
- By roster (`udfs.by_roster`): people counted from a column of sign dates and one of leave dates.
- By data (`udfs.by_data`): the KPIs of the user's project.
- By analysis (`udfs.by_analysis`): what numbers in cells mean: factors, goals, peers, scores.
  Methods of management (`udfs.by_methods`) are among them: 360 度评价, ABC 法则.
- By targets (`udfs.by_targets`): pace, targets and quotas from numbers in cells.
- By findings (`udfs.by_findings`): what the project's data say about a unit, and why.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from kpi_xl.catalogue import kpis
from udfs import by_analysis, by_data, by_findings, by_methods, by_roster, by_targets
from udfs.by_counts import by_counts


def _of(module: ModuleType) -> tuple[Callable[..., Any], ...]:
    """The functions that a module defines, in its order."""
    return tuple(
        value
        for name, value in vars(module).items()
        if name.startswith("KPI") and value.__module__ == module.__name__
    )


BY_DATA = _of(by_data)
BY_ROSTER = _of(by_roster)
BY_ANALYSIS = (*_of(by_analysis), *_of(by_methods))
BY_TARGETS = _of(by_targets)
BY_FINDINGS = _of(by_findings)

for _function in (*BY_DATA, *BY_ROSTER, *BY_ANALYSIS, *BY_TARGETS, *BY_FINDINGS):
    globals()[_function.__name__] = _function
for _kpi in kpis.values():
    if _kpi.code not in globals():
        globals()[_kpi.code] = by_counts(_kpi.on_paper)

__all__ = sorted(name for name in globals() if name.startswith("KPI"))  # noqa: PLE0605
