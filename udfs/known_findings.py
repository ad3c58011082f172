"""The findings about the units of the project, each computed once for as long as data last."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

from kpi_xl.calendar import Month
from udfs.arguments import BadArgumentError
from udfs.current import Data

if TYPE_CHECKING:
    from kpi_xl.findings.findings import Findings

_known: Final[weakref.WeakKeyDictionary[Data, dict[tuple[str, Month], Findings]]] = (
    weakref.WeakKeyDictionary()
)


def findings_beside(source: Data, unit: int, month: Month) -> Findings:
    """The findings about the units beside a unit.

    Parameters
    ----------
    source : Data
        The project's data.
    unit : int
        Its index in the cube.
    month : Month
        The month.

    Raises
    ------
    BadArgumentError
        #N/A for a month without data, and for a unit that holds what belongs to none.
    """
    from kpi_xl.findings.findings import Findings

    cube = source.cube
    level = cube.units[unit].level
    if not cube.first <= month <= cube.last or unit not in cube.of_level(level):
        raise BadArgumentError("#N/A")
    kept = _known.setdefault(source, {})
    if (level, month) not in kept:
        targets = source.targets(month)
        kept[level, month] = Findings(cube, source.project.settings, month, level, targets)
    return kept[level, month]
