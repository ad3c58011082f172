"""Forecasts of the sample branch's own months, beside a straight line."""

import numpy as np
import pytest

from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue import kpis
from kpi_xl.data.store import reading
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.findings.peer_groups import PeerGroups
from kpi_xl.jobs.load import load

MONTHS = ["2024-01", "2024-02", "2024-04", "2024-06"]
"""The opening month, the one after it, and two others."""


@pytest.mark.parametrize("code", ["KPI_NEW_PREMIUM", "KPI_PIECES"])
def test_they_miss_by_less_and_their_interval_holds(branch, code):
    project, cube, kpi = branch.project, load(branch.project).cube, kpis[code]
    units = cube.of_level("营业部")
    missed, inside, all_peers = [], [], PeerGroups([""] * len(units))
    with reading(project, cube) as store:

        def seen(month, day=None):
            return day_sums(store, project.settings, cube, month, "营业部", day, kpi_measures(kpi))

        for month in map(Month.parse, MONTHS):
            end = seen(month).done(kpi, units)
            days = working_days(*month.span(None), project.settings.work)
            for number in (3, 10, 15):
                sums = seen(month, days[number - 1])
                found = sums.pace(kpi, units, np.full(len(units), np.nan), all_peers)
                line = sums.done(kpi, units) * len(days) / number
                missed.append([np.abs(one - end).sum() for one in (found.forecast, line)])
                inside.append(((found.low <= end) & (end <= found.high)).mean())
    mine, straight = np.sum(missed, axis=0)
    assert mine < 0.7 * straight
    assert 0.65 < np.mean(inside) < 0.95


def kpi_measures(kpi):
    return {measure.code for measure in kpi.measures}
