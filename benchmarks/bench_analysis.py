"""The whole analysis of a large company: 2,000 units × 36 months, one CPU.

Status of every KPI with intervals, peers, warnings by cost, every tree split four ways for every
unit, evidence, and the ranked causes and measures of every unit's three costliest weaknesses.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import numpy as np

from kpi_xl.analysis.trees import trees
from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.cube import Cube, is_money
from kpi_xl.data.sums import MEASURES
from kpi_xl.findings.drivers import Drivers
from kpi_xl.findings.findings import Findings
from kpi_xl.settings.project_settings import Settings

_FIRST = Month.of(2022, 1)


def cube(units: int, months: int) -> Cube:
    """Units that are alike but for chance."""
    dice = np.random.default_rng(7)
    values = np.zeros((len(MEASURES), units + 1, months), dtype=np.int64)
    for place, code in enumerate(MEASURES):
        mean = 4_000_00 * 100 if is_money(code) else 60
        values[place, 1:] = dice.poisson(mean, (units, months))
    at = {code: place for place, code in enumerate(MEASURES)}
    for part, whole in (("producers", "opening"), ("collected_pieces", "due_pieces")):
        values[at[part]] = values[at[whole]] * 4 // 5
    values[:, 0] = values[:, 1:].sum(axis=1)
    named = [Unit("营业部", f"第{i}营业部", f"第{i}营业部", 0) for i in range(units)]
    return Cube([Unit("分公司", "公司", "公司", None), *named], _FIRST, MEASURES, values, "")


def analyse(of: Cube) -> tuple[int, int]:
    """The whole analysis of the last month; how many warnings and measures there are."""
    targets = {number: {"活动率": 0.85} for number in range(1, len(of.units))}
    findings = Findings(of, Settings(), of.last, "营业部", targets)
    for code, kpi in findings.kpis.items():
        if kpi.is_comparable:
            findings.peers(code, findings.units[0])
    for tree in trees():
        drivers = Drivers(findings, tree)
        for comparison in ("环比", "同比", "标杆", "全公司"):
            drivers.shares(comparison)
    measures = 0
    for unit in findings.units:
        for weakness in findings.weaknesses(unit):
            measures += len(weakness.proposals(dt.date(2025, 1, 1), 2))
    return len(findings.warnings), measures


def figures(*, quick: bool) -> Iterator[tuple[str, float, str]]:
    """One line a figure."""
    units = 500 if quick else 2000
    of = cube(units, 36)
    begun = time.process_time()
    warnings, measures = analyse(of)
    yield f"analysis_{units}_units_36_months", time.process_time() - begun, "s"
    yield "analysis_warnings", warnings, ""
    yield "analysis_measures", measures, ""
