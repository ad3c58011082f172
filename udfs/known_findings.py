"""The findings about the units of the project, each computed once for as long as data last."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

from kpi_xl.calendar import Month
from kpi_xl.errors import InputError
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
    unit : int
        Its index in the cube.

    Raises
    ------
    BadArgumentError
        #N/A for a month without data, for a unit that holds what belongs to none, and while the
        project is being refreshed.
    """
    from kpi_xl.data.store import reading
    from kpi_xl.findings.findings import Findings
    from kpi_xl.findings.peer_groups import peer_groups
    from kpi_xl.findings.retention import losses

    cube = source.cube
    level = cube.units[unit].level
    if not cube.first <= month <= cube.last or unit not in cube.of_level(level):
        raise BadArgumentError("#N/A")
    kept = _known.setdefault(source, {})
    if (level, month) not in kept:
        targets, settings = source.targets(month), source.project.settings
        try:
            with reading(source.project, cube, patience=0) as store:
                lost = losses(cube, store, settings, month, level)
                groups = peer_groups(cube, store, settings, month, level)
        except InputError:
            raise BadArgumentError("#N/A") from None
        earlier = list(source.targets_before(month))
        kept[level, month] = Findings(cube, settings, month, level, targets, lost, earlier, groups)
    return kept[level, month]
