"""Days that contradict their heading: in the future, of expiry, of withdrawal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.raw_files.said import FileRead, Said, mask

_COOLING_OFF: Final = 15
"""Days after the issue within which giving up a policy is certainly a withdrawal."""

_PERHAPS: Final = 30
"""Days within which it may still be one: the days count from the receipt."""
_HAPPENED: Final = {
    "policies": ("issued", "withdrawn"), "activities": ("day",), "attendance": ("day",),
    "counts": ("day",), "dues": ("paid",), "agents": ("signed",),
}  # fmt: skip
"""Days of what has happened: none of them can be in the future."""

_PLANNED: Final = {
    "agents": ("left",), "leavers": ("left",),
    "transfers": ("valid_from",), "promotions": ("valid_from",),
}  # fmt: skip
"""Days of what may be known before it happens, not years before."""

_FAR: Final = dt.timedelta(366)
_A_YEAR: Final = 364
_NEARLY_ALL: Final = 0.9
_SEVERAL: Final = 3
_YEAR: Final = 365.25
_AROUND: Final = 2
"""Days by which whole years may differ: leap years, and the day before the anniversary."""


def withdrawals(file: FileRead) -> Iterator[Said]:
    """Surrenders so soon after issue that they are withdrawals, and those that may be."""
    raw, columns = file.raw, file.columns
    heading = raw.headings.get("ended", "")
    if "退保" not in heading or any("犹" in other or "撤" in other for other in raw.others):
        return
    issued, ended = columns["issued"].cast(pa.int32()), columns["ended"].cast(pa.int32())
    days = pc.subtract(ended, issued)
    soon = pc.fill_null(
        pc.and_(pc.greater_equal(days, 0), pc.less_equal(days, _COOLING_OFF)), False
    )
    perhaps = pc.and_(pc.greater(days, _COOLING_OFF), pc.less_equal(days, _PERHAPS))
    if pc.any(soon).as_py():
        columns["withdrawn"] = pc.if_else(soon, columns["ended"], columns["withdrawn"])
        columns["ended"] = pc.if_else(soon, None, columns["ended"])
    for place in np.flatnonzero(mask(soon)).tolist():
        yield Said(heading, kinds.TAKEN_FOR_WITHDRAWAL(days=_COOLING_OFF), place)
    for place in np.flatnonzero(mask(perhaps)).tolist():
        yield Said(heading, kinds.PERHAPS_WITHDRAWAL(days=days[place].as_py()), place)


def in_future(file: FileRead) -> Iterator[Said]:
    """Days in the future."""
    raw, columns, today = file.raw, file.columns, dt.date.today()
    for code in _HAPPENED.get(raw.table.code, ()):
        if code not in raw.columns:
            continue
        # Monthly sums are put under any day of the month.
        last = (today.replace(day=1) + dt.timedelta(31)).replace(day=1)
        late = mask(pc.greater_equal(columns[code], pa.scalar(last, pa.date32())))
        for place in np.flatnonzero(late).tolist():
            fault = kinds.SIGNED_IN_FUTURE if code == "signed" else kinds.DAY_IN_FUTURE
            yield Said(raw.headings[code], fault(today=today.isoformat()), place)
    for code in _PLANNED.get(raw.table.code, ()):
        if code in raw.columns:
            late = pc.greater(columns[code], pa.scalar(today + _FAR, pa.date32()))
            for place in np.flatnonzero(mask(late)).tolist():
                fault = kinds.DAY_FAR_AHEAD
                yield Said(raw.headings[code], fault(today=today.isoformat()), place)


def perhaps_contract_end(file: FileRead) -> Iterator[Said]:
    """Days of leaving that nearly everybody has, whole years after he signed: of his contract."""
    raw, columns = file.raw, file.columns
    if "left" not in raw.columns or "signed" not in raw.columns or len(raw.rows) < _SEVERAL:
        return
    days = pc.subtract(columns["left"].cast(pa.int32()), columns["signed"].cast(pa.int32()))
    lasted = np.asarray(pc.fill_null(days, 0).to_numpy(zero_copy_only=False), np.int64)
    years = np.rint(lasted / _YEAR)
    whole = (years >= 1) & (np.abs(lasted - years * _YEAR) <= _AROUND)
    if np.count_nonzero(whole) >= _NEARLY_ALL * len(whole):
        heading = raw.headings["left"]
        yield Said(heading, kinds.PERHAPS_CONTRACT_END(column=heading))


def perhaps_expiry(file: FileRead) -> Iterator[Said]:
    """Days of ending that are probably days of expiry: nearly every policy has one, long after
    issue.
    """
    raw, columns = file.raw, file.columns
    if "ended" not in raw.columns or not len(raw.rows):
        return
    days = pc.subtract(columns["ended"].cast(pa.int32()), columns["issued"].cast(pa.int32()))
    late = pc.sum(pc.greater_equal(days, _A_YEAR)).as_py() or 0
    if late > 1 and late >= _NEARLY_ALL * len(days):
        heading = raw.headings["ended"]
        yield Said(heading, kinds.PERHAPS_EXPIRY(column=heading))
