"""A branch where nothing changes: how often it gets false signals, and statuses that change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.study.diagnosis import finished, world
from kpi_xl.analysis.bands import ABNORMAL, UNKNOWN, judge, judged_share
from kpi_xl.analysis.signals import last_signal
from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.cube import Cube, is_money
from kpi_xl.findings.findings import Findings
from kpi_xl.kpi import Bands
from kpi_xl.settings.project_settings import Settings

UNITS, MONTHS, QUARTER = 8, 24, 3
LEVEL = "营业部"
SHARES = (0.7, 0.6, 0.55, 0.5, 0.4)


@dataclass(frozen=True)
class Told:
    """The signals and statuses of the units of stable branches.

    Parameters
    ----------
    kpis : int
        So many KPIs are judged.
    signals : float
        Warnings by a signal, a unit and quarter.
    either : float
        The same of signals of either side, good and bad.
    flips : float
        The share of statuses that change from one month to the next, to 健康 or from it.
    warnings : float
        Warnings a unit and month.
    """

    kpis: int
    signals: float
    either: float
    flips: float
    warnings: float


def branch(people: int, seed: int) -> Cube:
    """Units of so many people, each at a level of its own for two years."""
    made = finished(world(UNITS, MONTHS, seed, people))
    codes = [code for code in MEASURES if code in made]
    values = np.stack(
        [np.rint(made[code] * (100 if is_money(code) else 1)).astype(np.int64) for code in codes]
    )
    units = [Unit("分公司", "分公司", "", None)]
    units += [Unit(LEVEL, f"{n}部", f"{n}部", 0) for n in range(1, UNITS + 1)]
    whole = values.sum(axis=1, keepdims=True)
    values = np.concatenate([whole, values], axis=1)
    return Cube(units, Month.of(2022, 1), codes, values, "")


def told(people: int, rounds: int, seed: int) -> Told:
    """Count the signals and statuses in the last quarter of many stable branches."""
    found = [list(_of_quarter(branch(people, seed + n))) for n in range(rounds)]
    of = UNITS * rounds
    level = np.array([[one[0] for one in quarter] for quarter in found])
    signals = sum(int(one[1].sum()) for quarter in found for one in quarter) / of
    either = sum(one[2] for quarter in found for one in quarter) / of
    both = (level[:, 1:] != UNKNOWN) & (level[:, :-1] != UNKNOWN)
    red = level >= ABNORMAL
    flips = ((red[:, 1:] != red[:, :-1]) & both).sum() / both.sum()
    return Told(level.shape[2], signals, either, float(flips), float(red.sum() / of / QUARTER))


def _of_quarter(cube: Cube) -> Iterator[tuple[NDArray[np.int8], NDArray[np.bool_], int]]:
    """Levels, signals and signals of either side of the last three months."""
    for back in reversed(range(QUARTER)):
        findings = Findings(cube, Settings(), cube.last - back, LEVEL, {})
        judged = findings.judged
        known = [code for code in judged if np.isfinite(judged[code].values).any()]
        yield (
            np.array([judged[code].judgement.level for code in known]),
            np.array([judged[code].judgement.worsened for code in known]),
            sum(int((last_signal(findings.given[code]) > 0).sum()) for code in known),
        )


def status(people: int, share: float, units: int = 4000, seed: int = 5) -> tuple[float, float]:
    """How often units of one true share are short of 60 %, and change from or to 健康."""
    counts = np.random.default_rng(seed).binomial(people, share, (units, 14))
    ends = judged_share(counts, people, "higher")
    bands = Bands(0.6, source="")
    red = [
        judge(counts[:, :last] / people, "higher", bands=bands, judged=ends[:, :last]).level > 0
        for last in (13, 14)
    ]
    return float(red[1].mean()), float((red[0] != red[1]).mean())
