"""Who signed when and where, and when he left, from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.catalogue.organisation import TOP
from kpi_xl.data.cube import Cube
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.steps import SIGNINGS
from kpi_xl.settings.project_settings import Settings

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Signings:
    """Everybody who ever signed, by sign date; who comes back signs once more.

    Parameters
    ----------
    signed, left : (n,) datetime64[D] arrays
        NaT for who has not left.
    month : (n,) int64 array
        The number of the (business) month of signing.
    unit : (n,) int64 array
        The unit of one level he signed in, by its place in the cube; -1 for none that is there.
        Moves later on change nothing: whoever signed him answers for how long he stays.
    education, recruiter, channel : (n,) object arrays
        Empty where the roster does not tell.
    """

    signed: Days
    left: Days
    month: NDArray[np.int64]
    unit: NDArray[np.int64]
    education: NDArray[Any]
    recruiter: NDArray[Any]
    channel: NDArray[Any]

    def of(self, meant: NDArray[np.bool_]) -> Signings:
        """The signings of some of them."""
        return Signings(*(values[meant] for values in vars(self).values()))


def signings(
    store: duckdb.DuckDBPyConnection, settings: Settings, cube: Cube, level: str
) -> Signings:
    """Everybody who ever signed.

    Parameters
    ----------
    cube : Cube
        Whose units are meant.
    level : str
        The level of the units, one that the cube has.
    """
    membership = membership_table(level)
    query = SIGNINGS.query(Months(settings.month_cut), membership=membership)
    found = store.execute(query.sql).fetchnumpy()
    units = np.ma.filled(found["unit"], 0).astype(np.int64)
    # Nobody is told of the units that a part of a cube leaves out.
    at = {cube.units[number].path: number for number in cube.of_level(level)}
    if level == TOP:
        place = np.full(int(units.max(initial=0)) + 1, next(iter(at.values()), -1))
    else:
        place = np.full(int(units.max(initial=0)) + 1, -1)
        for number, path in unit_paths(store, level).items():
            if number < len(place):
                place[number] = at.get(path, -1)
    return Signings(
        signed=_days(found["signed"]),
        left=_days(found["left"]),
        month=np.asarray(found["signed_month"], dtype=np.int64),
        unit=place[units],
        education=np.asarray(found["education"], dtype=object),
        recruiter=np.asarray(found["recruiter"], dtype=object),
        channel=np.asarray(found["channel"], dtype=object),
    )


def _days(column: Any) -> Days:
    """A column of dates; blanks are NaT."""
    return np.ma.filled(
        np.ma.asarray(column).astype("datetime64[D]"), np.datetime64("NaT", "D")
    ).astype("datetime64[D]")
