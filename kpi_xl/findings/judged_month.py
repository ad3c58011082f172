"""A month's numbers of every unit of a level: each KPI judged, its peers, its targets.

The bridge from the cube to `kpi_xl.analysis`, whose functions are pure and know no cube.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.aggregation import Aggregation
from kpi_xl.analysis.bands import (
    ABNORMAL,
    LOOKED_BACK,
    STATUSES,
    UNKNOWN,
    UNRIPE,
    Judgement,
    judge,
    judged_count,
    judged_share,
    together,
)
from kpi_xl.analysis.evidence import FEWEST_CASES, MONTHS
from kpi_xl.analysis.peers import Peers, median, peers
from kpi_xl.analysis.signals import ABOVE, BELOW, xmr
from kpi_xl.analysis.warnings import Judged, grounds
from kpi_xl.cached import kept, kept_with
from kpi_xl.calendar import Month
from kpi_xl.catalogue import manpower
from kpi_xl.data.cube import Cube
from kpi_xl.error_values import NUM
from kpi_xl.findings.peer_groups import PeerGroups
from kpi_xl.findings.ripeness import Ripeness, ripe_text
from kpi_xl.findings.shown import NOTHING, months_text, with_bands
from kpi_xl.formula import Lag, Measure, Operation
from kpi_xl.kpi import Kpi
from kpi_xl.settings.project_settings import Settings

Floats = NDArray[np.float64]

_CASES: Final = {
    "KPI_PERSISTENCY": "due_pieces",
    "KPI_PERSISTENCY_COMBINED": "due_pieces",
    "KPI_PERSISTENCY13": "issued_pieces_13",
    "KPI_PERSISTENCY25": "issued_pieces_25",
}
"""The counts that shares of money are made of: a unit with few of them is judged mildly."""


class JudgedMonth:
    """The numbers of all units of a level in a month.

    Parameters
    ----------
    cube : Cube
        The measures by unit and month.
    month : Month
        A month of the cube.
    level : str
        The level; its units are each other's peers, as far as the project compares all of them.
    targets : mapping of int to mapping of str to float
        The month's targets by unit index and KPI name.
    earlier : sequence of mappings, optional
        The same of the months before, the last first: they tell for how long a target was missed.
    groups : PeerGroups, optional
        Which units are peers; by default all.

    Raises
    ------
    InputError
        When there is no data for the month.
    """

    def __init__(
        self,
        cube: Cube,
        settings: Settings,
        month: Month,
        level: str,
        targets: Mapping[int, Mapping[str, float]],
        earlier: Sequence[Mapping[int, Mapping[str, float]]] = (),
        groups: PeerGroups | None = None,
    ) -> None:
        # A month that is not ripe stands beside others when these were as old.
        self.cube = cube.on_equal_spans(month)
        self._whole = cube
        self.ripeness = Ripeness(cube, month, settings.kpis)
        self.month = month
        self.level = level
        self.units = cube.of_level(level)
        self._settings = settings
        self._targets = targets
        self._earlier = earlier
        self.groups = groups or PeerGroups([""] * len(self.units))
        self._end = cube.month_index(month) + 1
        self._place = {unit: place for place, unit in enumerate(self.units)}

    def measure(self, code: str) -> NDArray[np.int64]:
        """A measure as (units, months), the month last."""
        return np.asarray(self.cube.measure(code)[self.units, : self._end])

    @functools.cached_property
    def kpis(self) -> Mapping[str, Kpi]:
        """The KPIs that can be judged, by code, with the project's own bands."""
        return {
            code: with_bands(kpi, self._settings)
            for code, kpi in self._settings.kpis.items()
            if kpi.direction != "neutral" and self.cube.has(kpi)
        }

    def measures_of(self, kpi: Kpi) -> dict[str, Floats]:
        """The measures of a KPI by code, as `given`, of earlier months too."""
        cube = self._whole if kpi.has_earlier else self.cube
        found: dict[str, Floats] = dict(cube.earlier(kpi)) if kpi.has_earlier else {}
        for one in kpi.measures:
            if one.lag == Lag():
                found[one.code] = cube.measure(one.code).astype(np.float64)
        return {
            one.code: found[one.code][self.units, : self._end] / (100 if one.is_money else 1)
            for one in kpi.measures
        }

    def find(self, label: str) -> Kpi | None:
        """The KPI with this code, name or alias, judged or not; None for an unknown one."""
        return self._settings.kpis.find(label)

    @functools.cached_property
    def given(self) -> Mapping[str, Floats]:
        """Every measure and KPI by code as (units, months), as shown: money in 元, an error as NaN.

        What is too great for a number is an error, too.
        """
        settings = self._settings.in_formulas
        found: dict[str, Floats] = {}
        for code in self.cube.measures:
            found[code] = self.measure(code) / self.cube.measured(code).to_unit
        for code, kpi in self._settings.kpis.items():
            if self.cube.has(kpi):
                # A formula that looks back itself sees to what it compares.
                cube = self._whole if kpi.has_earlier else self.cube
                values = cube.kpi(kpi, settings)[self.units, : self._end]
                found[code] = np.where(np.isinf(values), NUM, values)
        return found

    def targets(self, kpi: Kpi) -> Floats:
        """The targets of a KPI; NaN for none."""
        if kpi.name not in self._aimed:
            return np.full(len(self.units), math.nan)
        return np.array([self._targets.get(u, {}).get(kpi.name, math.nan) for u in self.units])

    @functools.cached_property
    def _aimed(self) -> frozenset[str]:
        """The names of the KPIs that have a target."""
        return frozenset(name for own in self._targets.values() for name in own)

    def of_unit(self, unit: int) -> Mapping[str, float]:
        """A unit's targets by KPI name."""
        return self._targets.get(unit, {})

    def goal(self, kpi: Kpi, unit: int) -> float:
        """A unit's target of a KPI, also one computed from other targets; NaN for none."""
        target = self.of_unit(unit).get(kpi.name)
        if target is None and isinstance(kpi.expression, Measure):
            target = self.quantity_target(kpi.expression.code, unit)
        return math.nan if target is None else target

    def quantity_target(self, code: str, unit: int) -> float | None:
        """The target of a measure, as shown (money in 元); None for none. See `planned`."""
        found = self.planned(code, unit)
        return None if found is None else found[0]

    def planned(self, code: str, unit: int) -> tuple[float, frozenset[str]] | None:
        """The target of a measure, and the measures that are taken as they are to come to it.

        That of the KPI that is the measure itself; of a sum that it is part of, in its present
        share; of a ratio that it is the numerator of, times the present denominator.

        Parameters
        ----------
        code : str
            The measure.
        unit : int
            The unit's index in the cube.

        Returns
        -------
        tuple of (float, frozenset of str) or None
            The target as shown (money in 元), and the codes of that denominator's measures. None
            for no target.
        """
        place = self._place[unit]
        found: list[tuple[float, frozenset[str]]] = []
        for name, target in self.of_unit(unit).items():
            kpi = self._settings.kpis.find(name)
            if kpi is None or kpi.has_earlier or not self.cube.has(kpi):
                continue
            whole = kpi.expression
            if isinstance(whole, Measure) and whole.code == code:
                return target, frozenset()
            if not isinstance(whole, Operation) or not isinstance(whole.left, Measure):
                continue
            if whole.left.code != code or whole.operator not in "+/":
                continue
            other = whole if whole.operator == "+" else whole.right
            now = {m.code: float(self.given[m.code][place, -1]) for m in kpi.measures}
            numerator, denominator = other.fraction(now)
            amount = numerator / denominator if denominator else math.nan
            if whole.operator == "+":
                amount = now[code] / amount if amount else math.nan
            if math.isfinite(amount):
                base = whole.right.measures() if whole.operator == "/" else ()
                found.append((target * amount, frozenset(one.code for one in base)))
        # That of a sum first: it takes nothing as it is.
        return min(found, key=lambda one: (bool(one[1]), one[0])) if found else None

    def peers(self, code: str, unit: int, fewest: int | None = None) -> Peers:
        """A KPI of the month among a unit's peers.

        Parameters
        ----------
        code : str
            The code of the KPI.
        unit : int
            Its index in the cube.
        fewest : int, optional
            Of fewer units no figure is told; by default as the project's settings say. 1 is for
            whoever sees every unit anyway.
        """
        fewest = self.fewest_peers if fewest is None else fewest
        return self._peers(code, self.groups.number(self._place[unit]), fewest)

    @kept
    def _peers(self, code: str, group: int, fewest: int) -> Peers:
        values = self.given[code][self.groups.places[group], -1]
        return peers(values, self.kpis[code].direction, fewest)

    def group_of(self, unit: int) -> str:
        """The name of the group of a unit's peers; empty where all units of the level are peers."""
        return self.groups.names[self._place[unit]]

    def beside(self, unit: int) -> NDArray[np.int64]:
        """The indices among `units` of a unit's peers and itself."""
        return self.groups.of(self._place[unit])

    @property
    def fewest_peers(self) -> int:
        """The fewest peers whose figures are shown."""
        return self._settings.fewest_peers

    @functools.cached_property
    def judged(self) -> Mapping[str, Judged]:
        """Every KPI judged, by code."""
        return {code: self._judged(code) for code in self.kpis}

    @kept
    def _judged(self, code: str) -> Judged:
        """One KPI judged."""
        kpi = self.kpis[code]
        history = self.given[kpi.code]
        values = history[:, -1]
        if kpi.code in self.ripeness.until:
            return Judged(kpi.code, values, Judgement.none(len(values)))
        target, lenient, swung = self._targets_back(kpi), self._lenient(kpi), self._swung(kpi)
        nothing = self._gone & np.isnan(target[:, -1])
        for measure in self.measures_of(kpi).values():
            nothing &= measure[:, -1] == 0
        history = np.where(nothing[:, None], math.nan, history)
        judgement = together(
            (
                places,
                judge(
                    history[places],
                    kpi.direction,
                    bands=kpi.bands,
                    target=target[places],
                    judged=None if lenient is None else lenient[places],
                    swung=None if swung is None else swung[places],
                    among_peers=kpi.is_comparable,
                ),
            )
            for places in self.groups.places
        )
        return Judged(kpi.code, values, judgement)

    @functools.cached_property
    def _gone(self) -> NDArray[np.bool_]:
        """Which units are no more: nobody was there all month, who had been before.

        A team that was renamed, merged or closed would be missed ever after.
        """
        if not {"opening", "closing"} <= set(self.cube.measures):
            return np.zeros(len(self.units), bool)
        people = self.measure("opening") + self.measure("closing")
        return np.asarray((people[:, -1] == 0) & people.any(axis=1))

    def _targets_back(self, kpi: Kpi) -> Floats:
        """The targets of a KPI in earlier months, the latest last; NaN for none."""
        of_months = [self._targets, *self._earlier][: min(self._end, LOOKED_BACK)]
        found = np.full((len(self.units), min(self._end, LOOKED_BACK)), math.nan)
        for back, of_units in enumerate(of_months, 1):
            found[:, -back] = [of_units.get(u, {}).get(kpi.name, math.nan) for u in self.units]
        return found

    def _lenient(self, kpi: Kpi) -> Floats | None:
        """The values that small units are judged by, as (units, months): the better end of the
        interval.
        """
        now = self.given
        if kpi.code in _CASES and _CASES[kpi.code] in now:
            cases = now[_CASES[kpi.code]]
            return judged_share(now[kpi.code] * cases, cases, kpi.direction)
        parts = _counted(kpi)
        if parts is None:
            return None
        events, base = (_count(part, now) for part in parts)
        if isinstance(parts[0], Operation):
            events = np.maximum(events, 0)  # more customers lost than there were is none kept
        if kpi.unit == "%":
            return judged_share(events, base, kpi.direction)
        return judged_count(events, base, kpi.direction)

    def _swung(self, kpi: Kpi) -> Floats | None:
        """What of a KPI is compared with its usual swing, as (units, months); None for what it is
        judged by.

        A share of a handful of cases swings by itself: one of one recruits who leaves is no news.
        So do rare events: nine months without a recruit are no run of a team that has four a year.
        """
        now = self.given
        if (lenient := self._lenient(kpi)) is not None:
            cases = now[_CASES[kpi.code]] if kpi.code in _CASES else self.sizes(kpi)
            return np.where(cases < FEWEST_CASES, math.nan, lenient)
        one = kpi.expression
        if isinstance(one, Measure) and isinstance(one.source, Aggregation):
            happens = one.source.over_time == "sum" and not one.source.looks_back
            if happens and not one.is_money:
                counts = now[kpi.code]
                usual = xmr(counts)
                # Limits are narrow where nearly every month is 0: chance is what it is of counts.
                chance = 2 * np.sqrt(np.maximum(usual.middle, 1))
                beyond = np.isin(usual.signal, (ABOVE, BELOW))
                beyond &= np.abs(counts - usual.middle) > chance
                return np.where(beyond, counts, judged_count(counts, 1, kpi.direction))
        return None

    def sizes(self, kpi: Kpi) -> Floats:
        """The number of people or cases behind a KPI's values, as (units, months).

        The denominator of a ratio; 平均人数 where there is none that can be counted.
        """
        cases = _CASES.get(kpi.code, "")
        if cases in self.given:
            return self.given[cases]
        whole = kpi.expression
        if isinstance(whole, Operation) and whole.operator == "/" and not kpi.has_earlier:
            below = list(whole.right.measures())
            if below and not any(one.is_money for one in below):
                return _count(whole.right, self.given)
        people = manpower.KPI_AVG_HEADCOUNT.code
        return self.given[people] if people in self.given else np.ones_like(self.given[kpi.code])

    def reference(self, kpi: Kpi) -> Floats:
        """The value that each unit should have reached.

        The better of band and target; the median of the peers where there is neither; the unit's
        own usual where the peers are too few, and for totals, as units of different sizes are no
        peers in them.
        """
        better = np.fmin if kpi.direction == "lower" else np.fmax
        healthy = kpi.bands.healthy if kpi.bands else math.nan
        known = better(self.targets(kpi), healthy)
        usual = median(self.given[kpi.code][:, -1 - MONTHS : -1])
        if kpi.is_comparable and len(self.units) > 1:
            middle = np.empty(len(self.units))
            for group, places in enumerate(self.groups.places):
                middle[places] = self._peers(kpi.code, group, self.fewest_peers).median
            usual = np.where(np.isfinite(middle), middle, usual)
        return np.asarray(np.where(np.isnan(known), usual, known))

    def lacked(self, kpi: Kpi, place: int) -> float:
        """The `reference` of a unit, by its place in `units`, that it falls short of; NaN for none.

        What is only worse than a unit's usual swing may be better than its peers.
        """
        reference, value = self.reference(kpi)[place], self.given[kpi.code][place, -1]
        is_short = value > reference if kpi.direction == "lower" else value < reference
        return float(reference) if is_short else math.nan

    def value(self, code: str, unit: int) -> float:
        """A KPI or measure of a unit in the month, as shown."""
        return float(self.given[code][self._place[unit], -1])

    def level_of(self, code: str, unit: int) -> int:
        """0 健康, 1 异常, 2 危险, -1 cannot be told."""
        return int(self._judged(code).judgement.level[self._place[unit]])

    def status(self, code: str, unit: int) -> str:
        """健康, 异常 or 危险; 未成熟 while data is to come; — where there is no judgement."""
        if code in self.kpis and self.ripe_on(code, unit) is not None:
            return UNRIPE
        level = self.level_of(code, unit) if code in self.kpis else UNKNOWN
        return NOTHING if level == UNKNOWN else STATUSES[level]

    def ripe_on(self, code: str, unit: int) -> dt.date | None:
        """The day up to which the files must go for a KPI to be mature; None where it is, or has no
        value.
        """
        day = self.ripeness.until.get(code)
        return day if day and math.isfinite(self.value(code, unit)) else None

    def grounds(self, code: str, unit: int) -> str:
        """The reasons for a status and since when, or why there is none: ``界限·目标·4个月``. Empty
        where there is nothing to say.
        """
        if code not in self.kpis:
            return ""
        if (day := self.ripe_on(code, unit)) is not None:
            return ripe_text(day)
        judged, place = self._judged(code), self._place[unit]
        found = grounds(judged.judgement, place)
        if judged.judgement.level[place] >= ABNORMAL:
            found = (*found, months_text(int(judged.judgement.months[place])))
        return "·".join(found)

    def rank(self, code: str, unit: int) -> int:
        """1 for the best among the peers; 0 without a value."""
        at = np.searchsorted(self.beside(unit), self._place[unit])
        return int(self.peers(code, unit).rank[at])


@kept_with
def _counted(kpi: Kpi) -> tuple[Any, Any] | None:
    """Numerator and denominator of a ratio of counts; None for any other KPI."""
    expression = kpi.expression
    if not isinstance(expression, Operation) or expression.operator != "/":
        return None
    above, below = expression.left, expression.right
    # Those who left are counted as well as those who stayed: (signed − still here) ÷ signed.
    is_rest = (
        isinstance(above, Operation)
        and above.operator == "-"
        and isinstance(above.left, Measure)
        and isinstance(below, Measure)
        and above.left.code == below.code
        and isinstance(above.right, Measure)
    )
    is_counted = (isinstance(above, Measure) or is_rest) and not kpi.has_earlier
    if not is_counted or any(m.is_money for m in kpi.measures):
        return None
    return above, below


def _count(part: Any, now: Mapping[str, Floats]) -> Floats:
    numerator, denominator = part.fraction(now)
    return np.asarray(numerator / denominator, dtype=np.float64)
