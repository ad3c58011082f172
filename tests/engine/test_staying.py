"""How long people stay in random worlds: transfers, returns, ranks that do not count, month cuts."""

import tempfile

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.findings.day_sums import as_of_day
from kpi_xl.findings.retention import LOSS_MONTHS, Retention, losses
from oracle import Oracle
from staying import after, by_hand, watched_from
from test_store import CUTS, UNCOUNTED, cube_of, examples, project_of
from worlds import worlds


@examples(25)
@given(st.booleans().flatmap(lambda years: worlds(years=years)), CUTS, UNCOUNTED)
def test_it_is_what_is_counted_by_hand(world, cut, uncounted):
    with tempfile.TemporaryDirectory() as folder:
        settings = {"month_cut": cut, "uncounted_ranks": uncounted}
        cube = cube_of(world, folder, **settings)
        project = project_of(folder, **settings)
        as_of = as_of_day(cube, project.settings, cube.last)
        oracle = Oracle(world, 60, 1000 * 100, cut, uncounted)
        stints = [one for one in world.agents if one["signed"] <= as_of]
        everybody = watched_from(
            [
                (
                    one["signed"],
                    max(one["left"], one["signed"])
                    if one["left"] and one["left"] <= as_of
                    else None,
                )
                for one in stints
            ]
        )
        with duckdb.connect(str(project.store), read_only=True) as store:
            for level in ("分公司", "营业部", "营业组"):
                units = cube.of_level(level)
                if not units:
                    continue
                people = Retention(cube, store, project.settings, cube.last, level)
                lost = losses(cube, store, project.settings, cube.last, level)
                for place, unit in enumerate(units):
                    path = level if level == "分公司" else cube.units[unit].path
                    own = [
                        days
                        for one, days in zip(stints, everybody, strict=True)
                        if oracle._unit(level, one["agent"], oracle.month_number(one["signed"]))
                        == path
                    ]
                    shares = people.people(unit).survival(15).share
                    assert shares == pytest.approx(by_hand(own, 15, as_of), nan_ok=True)
                    begin = (cube.last - 11).span(cut)[0]
                    for n in range(1, LOSS_MONTHS + 1):
                        left = [
                            (sign, leave)
                            for sign, leave, seniors in own
                            if leave and leave >= begin and seniors < leave
                            and (after(sign, n - 1) < leave or n == 1) and leave <= after(sign, n)
                        ]  # fmt: skip
                        assert lost.left[n][place] == len(left)
