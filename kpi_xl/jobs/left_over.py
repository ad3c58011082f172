"""The row 未分配: with it the units of a table add up to the whole."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from kpi_xl.catalogue.organisation import depth_of
from kpi_xl.data.cube import Cube
from kpi_xl.findings.aggregation import units_add_up
from kpi_xl.jobs.views import Scope
from kpi_xl.kpi import Kpi


def months_of(of: Scope, kpis: Sequence[Kpi]) -> NDArray[np.float64]:
    """The values of KPIs as (KPIs, units, months)."""
    settings = of.project.settings.in_formulas
    return np.array([of.cube.kpi(kpi, settings) for kpi in kpis])


def unassigned(
    of: Scope, kpis: Sequence[Kpi], numbers: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """The values that belong to no unit of the level.

    Whoever sees some units only has no unit of it: there it is what those above have more than
    those of the level.

    Parameters
    ----------
    numbers : (KPIs, units, months) array
        As `months_of` gives them.

    Returns
    -------
    (KPIs, months) array or None
        NaN where nobody knows; None where nothing is left.
    """
    units, depth = of.cube.units, depth_of(of.level)
    nobody = [n for n, unit in enumerate(units) if unit.level == of.level and unit.is_unassigned]
    if nobody:
        left = numbers[:, nobody[0]]
    else:
        tops = [n for n, u in enumerate(units) if u.parent is None and depth_of(u.level) < depth]
        within = [n for n in of.cube.of_level(of.level) if _is_below(of.cube, n, tops)]
        known = np.nan_to_num(numbers)
        left = np.round(known[:, tops].sum(axis=1) - known[:, within].sum(axis=1), 6)
        left[[not units_add_up(kpi) for kpi in kpis]] = np.nan
    return left if np.nan_to_num(left).any() else None


def _is_below(cube: Cube, unit: int, tops: Collection[int]) -> bool:
    above: int | None = unit
    while above is not None and above not in tops:
        above = cube.units[above].parent
    return above is not None
