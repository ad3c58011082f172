"""The slots of what is counted in a month: every measure beside last month's and last year's."""

from __future__ import annotations

import math
from typing import Any

from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.findings.shown import NOTHING, shown
from kpi_xl.formula import Measure
from kpi_xl.slots.unit_values import Values


def count_values(series: Values) -> Values:
    """The month out of the series of a unit.

    Parameters
    ----------
    series : dict
        The slots ``data.<项目>`` and ``data.<项目>.同期``, as `UnitValues.series` gives them.

    Returns
    -------
    dict
        ``count.<项目>`` with ``.上月``, ``.去年同期``, ``.环比`` and ``.同比``: numbers, or — where
        there are none.
    """
    values: Values = {}
    for measure in MEASURES.values():
        if not isinstance(measure, Measure):
            continue
        slot = f"count.{measure.name}"
        now = series[f"data.{measure.name}"][-1]
        before, last_year = series[f"data.{measure.name}.同期"]
        values |= {
            slot: _shown(now),
            f"{slot}.上月": _shown(before),
            f"{slot}.环比": shown(kpis["KPI_MOM"](float(now), float(before))),
            f"{slot}.去年同期": _shown(last_year),
            f"{slot}.同比": shown(kpis["KPI_YOY"](float(now), float(last_year))),
        }
    return values


def _shown(value: Any) -> Any:
    return value if math.isfinite(value) else NOTHING
