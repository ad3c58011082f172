"""What happens seldom, or to a handful of people, is no news before it is more than chance."""

import numpy as np

from kpi_xl.analysis.signals import BELOW, RUN_BELOW, last_signal
from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.cube import Cube
from kpi_xl.findings.findings import Findings
from kpi_xl.settings.project_settings import Settings

FIRST, MONTHS = Month.of(2023, 1), 24
RECRUITS, TALKS, LEFT6 = "KPI_RECRUITS", "KPI_RECRUITING_TALKS", "KPI_ATTRITION6"


def findings(**measures):
    """Of as many departments as there are rows, months in columns."""
    units = len(next(iter(measures.values())))
    all_units = [Unit("分公司", "分公司", "", None)]
    all_units += [Unit("营业部", f"{n}部", f"{n}部", 0) for n in range(units)]
    codes = list(measures)
    own = np.stack([np.asarray(measures[code], np.int64) for code in codes])
    values = np.concatenate([own.sum(axis=1, keepdims=True), own], axis=1)
    cube = Cube(all_units, FIRST, codes, values, "")
    return Findings(cube, Settings(), cube.last, "营业部", {})


def signals(found, code):
    """Whether each department's last month is told as worse than its usual swing."""
    return found.judged[code].judgement.worsened


def test_months_without_a_rare_event_are_no_run():
    chance = np.random.default_rng(5)
    for usual in (0.1, 0.3, 0.6, 1.0):
        recruits = chance.poisson(usual, (2000, MONTHS))
        told = signals(findings(recruits=recruits), RECRUITS)
        assert told.mean() < 0.01, usual
        assert not told[recruits[:, -1] >= usual].any()


def test_what_is_no_chance_is_still_told():
    chance = np.random.default_rng(6)
    talks = chance.poisson(40, (500, MONTHS))
    talks[:, -1] = chance.poisson(11, 500)
    dried_up = chance.poisson(8, (500, MONTHS))
    dried_up[:, -9:] = chance.poisson(1, (500, 9))
    for counts, fewest in ((talks, 0.9), (dried_up, 0.4)):  # of some the run ended a month ago
        told = signals(findings(recruiting_talks=counts), TALKS)
        by_limits = np.isin(last_signal(counts), (BELOW, RUN_BELOW))
        assert (told == by_limits).mean() > 0.9 and told.mean() > fewest


def test_one_of_one_who_leaves_is_no_danger():
    signed, stayed = np.ones((2, MONTHS)), np.ones((2, MONTHS))
    stayed[0, -1] = 0
    signed[1, -1], stayed[1, -1] = 40, 4
    found = findings(cohort_6=signed, retained_6=stayed)
    judgement = found.judged[LEFT6].judgement
    assert found.value(LEFT6, 1) == 1.0
    assert judgement.level.tolist() == [0, 2]
    assert judgement.uncertain.tolist() == [True, False]
    assert judgement.worsened.tolist() == [False, True]
