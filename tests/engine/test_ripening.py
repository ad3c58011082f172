"""Months some of whose facts are still to come: which, until when, and what they are beside."""

import datetime as dt
import tempfile
from copy import deepcopy
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.data import steps
from kpi_xl.data.computation import in_grace
from kpi_xl.data.ripening import equally_old
from kpi_xl.data.store import build
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.progress import silent
from oracle import Oracle, counted
from worlds import worlds

GRACE = 60
DUES = [one.code for one in steps.DUE.measures]
KEPT = in_grace(steps.PERSISTENCY)
OF_GRACE = {*in_grace(steps.DUE), *KEPT}
AGENT = {"agent": "1", "signed": dt.date(2020, 1, 1), "department": "甲部", "is_manager": False}


def cube_of(world, folder, **rules):
    return build(Project(Path(folder), Settings(**rules)), world.checked(), "", silent)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.booleans().flatmap(lambda years: worlds(years=years)),
    st.sampled_from([None, 25]),
    st.sampled_from([(), ("M00",)]),
)
def test_a_month_is_ripe_when_nothing_that_may_be_paid_changes_it(world, cut, uncounted):
    """Every open instalment is paid, one at a time, and all is counted again day by day."""
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder, month_cut=cut, uncounted_ranks=uncounted)
    end = cube.as_of or cube.last.span(cut)[1]
    told = max([end, *(due["paid"] for due in world.dues if due["paid"])])

    def of(one, **seen):
        return counted(Oracle(one, GRACE, 100_000, cut, uncounted, cube.as_of, **seen), cube)

    expected = {}
    now = of(world)
    for number, due in enumerate(world.dues):
        until = due["due"] + dt.timedelta(GRACE)
        if due["paid"] is not None or until <= told:
            continue
        paid = deepcopy(world)
        paid.dues[number] |= {"paid": due["due"], "paid_premium": due["paid_premium"] or 7}
        # What is still to fall due is not there, but the month waits for it as well.
        paid.as_of = None
        later = counted(Oracle(paid, GRACE, 100_000, cut, uncounted), cube)
        before = counted(Oracle(world, GRACE, 100_000, cut, uncounted), cube)
        for key in later.keys() | before.keys():
            if later.get(key) != before.get(key) and key[3] in OF_GRACE:
                at = Month.parse(key[2]).number, key[3]
                expected[at] = max(until, expected.get(at, until))
    found = {
        (month, code): day
        for month, unripe in cube.unripe.items()
        for code, day in unripe.until.items()
        if code in OF_GRACE and (day != Month(month).span(cut)[1] or (month, code) in expected)
    }
    assert found == {at: day for at, day in expected.items() if in_cube(cube, *at)}
    for month, unripe in cube.unripe.items():
        for place, back in enumerate((1, 12)):
            if month - back < cube.first.number:
                continue
            seen = of(world, seen=equally_old(told, back, cut))
            for code in (one for one in (*DUES, *KEPT) if one in cube.measures):
                step = DUES if code in DUES else KEPT
                waits = any(one in unripe.until for one in step)
                source = seen if waits else now
                expected_units = [
                    source.get((u.level, u.path, str(Month(month - back)), code), 0)
                    for u in cube.units
                ]
                at = cube.measures.index(code)
                assert unripe.values[at, :, place].tolist() == expected_units, (code, back)


def in_cube(cube, month, code):
    return cube.first.number <= month <= cube.last.number and code in cube.measures
