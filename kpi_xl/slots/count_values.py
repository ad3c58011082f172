"""The slots of counts: every measure of a month beside last month's and last year's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.findings.shown import shown
from kpi_xl.formula import Measure
from kpi_xl.slots.cell_formula import CellFormula, cell, of_kpi, unless_error
from kpi_xl.slots.slot import Group, Kind, Slot, Values

_COUNTED: Final = tuple(one.name for one in MEASURES.values() if isinstance(one, Measure))


def _change(code: str, base: str) -> CellFormula:
    return unless_error(of_kpi(kpis[code], cell(""), cell(base)))


COUNT: Final = Group(
    "count.<项目>",
    "<项目>",
    {
        "": Slot("本月", Kind.NUMBER, value=lambda months: shown(months[0])),
        ".上月": Slot("上月", Kind.NUMBER, value=lambda months: shown(months[1])),
        ".环比": Slot("比上月增减", Kind.RATIO, formula=_change("KPI_MOM", ".上月")),
        ".去年同期": Slot("去年同月", Kind.NUMBER, value=lambda months: shown(months[2])),
        ".同比": Slot("比去年同月增减", Kind.RATIO, formula=_change("KPI_YOY", ".去年同期")),
    },
    {"项目": _COUNTED},
)


def count_values(series: Mapping[str, Any]) -> Values:
    """The values of a month from the series of a unit.

    Parameters
    ----------
    series : mapping
        The slots ``data.<项目>`` and ``data.<项目>.同期``, as `UnitValues.series` gives them.

    Returns
    -------
    dict
        ``count.<项目>`` with ``.上月``, ``.去年同期``, ``.环比`` and ``.同比``: numbers, or — where
        there are none.
    """
    values: Values = {}
    for name in _COUNTED:
        months = (series[f"data.{name}"][-1], *series[f"data.{name}.同期"])
        values |= COUNT.values(months, 项目=name)
    return values
