"""The content of a unit's page, put together from slots; nothing is computed again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kpi_xl.analysis.signals import SIGNALS, Limits, xmr
from kpi_xl.cached import kept
from kpi_xl.catalogue.units import Unit
from kpi_xl.findings.aggregation import adds_up
from kpi_xl.findings.drivers import BEFORE
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.retention import MONTHS
from kpi_xl.findings.shown import value_text
from kpi_xl.kpi import Kpi
from kpi_xl.pages.asked import COMPARED, watched
from kpi_xl.pages.charts import Bar, Trend, scale_text, trend, waterfall
from kpi_xl.slots import shown_value
from kpi_xl.slots.analysis_slots import BELOW, DIAGNOSIS, WARNINGS
from kpi_xl.slots.monthly_review_slots import PROGRESS, REVIEWED
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.review_words import NOT_RETURNED
from kpi_xl.slots.sentence import Sentence
from kpi_xl.slots.shown_value import Shown
from kpi_xl.slots.slot import Group, Values

SERVICE: Final = (1, 2, 3, 6, 9, 12, 13, 18, 24)
"""The months of service that are shown of each month of signing."""

_SHADES: Final = 5


@dataclass(frozen=True)
class Tile:
    """A KPI of the month.

    Parameters
    ----------
    kpi : Kpi
        The KPI that the tile shows.
    status, grounds : str
        状态, and what makes it so.
    actual, target, attained, before, moved, last_year, year_moved : Shown
        The figures of 月度KPI表.
    bar : float or None
        完成 ÷ 目标, up to 1; None where that misleads or is not known.
    pace : Shown or None
        完成 ÷ 应完成; None where nobody knows.
    forecast : tuple of Shown or None
        The forecast of the month's end with its interval, as long as it is not over.
    trend : Trend or None
        The chart of its months; None without one.
    months : list of (str, Shown, str)
        The same as numbers: the month, the value, what is said of it.
    signal : str
        What the last month is beyond its usual swing.
    """

    kpi: Kpi
    status: str
    grounds: str
    actual: Shown
    target: Shown
    attained: Shown
    before: Shown
    moved: Shown
    last_year: Shown
    year_moved: Shown
    bar: float | None
    pace: Shown | None
    forecast: tuple[Shown, Shown, Shown] | None
    trend: Trend | None
    months: list[tuple[str, Shown, str]]
    signal: str


@dataclass(frozen=True)
class Step:
    """A row of a waterfall."""

    name: str
    amount: Shown
    bar: Bar


@dataclass(frozen=True)
class Difference:
    """Where a difference came from.

    Parameters
    ----------
    comparison : str
        What it is compared with: 环比, 同比, 目标.
    total : Shown
        The whole difference, as it is shown.
    main : str
        The factor that made most of it.
    steps : list of Step
        From the start over the factors to the month.
    """

    comparison: str
    total: Shown
    main: str
    steps: list[Step]


@dataclass(frozen=True)
class Cohort:
    """The people who signed in a month: their number, and the share still there after each
    month.
    """

    month: str
    signed: Shown
    shares: list[tuple[Shown, int]]


@dataclass(frozen=True)
class UnitMonth:
    """The content of a unit's page that is about the unit alone.

    Parameters
    ----------
    unit : Unit
        Whose month it is.
    values : dict
        The values of all slots, by name.
    tiles : list of Tile
        The tiles of the KPIs on top.
    differences : list of Difference
        The waterfalls, one for each comparison.
    cohorts : list of Cohort
        Those in which anybody signed, the latest first.
    everybody : list of (Shown, int)
        The values of all units together.
    tables : mapping of str to list of mapping
        The lists of the slots, row by row.
    sentences : list of Sentence
        The sentences of 晨会稿.
    """

    unit: Unit
    values: Values
    tiles: list[Tile]
    differences: list[Difference]
    cohorts: list[Cohort]
    everybody: list[tuple[Shown, int]]
    tables: Mapping[str, list[dict[str, Any]]]
    sentences: list[Sentence]

    @property
    def said(self) -> dict[str, str]:
        """The manager's texts, by topic; empty where no workbook came back."""
        return {
            about: str(self.values[f"review.{about}"])
            for about in ("问题", "措施")
            if self.values[f"review.{about}"] != NOT_RETURNED
        }


class UnitMonths:
    """Makes the contents of units' pages.

    Parameters
    ----------
    to : RecipientValues
        Whose slots these are.
    """

    def __init__(self, to: RecipientValues) -> None:
        self._to = to

    def of(self, number: int) -> UnitMonth:
        """The month of a unit, by its index in the cube."""
        unit = self._to.cube.units[number]
        values, findings = self._to.unit(number), self._to.findings(unit.level)
        everybody, cohorts = _cohorts(values)
        return UnitMonth(
            unit=unit,
            values=values,
            tiles=[self._tile(kpi, number, findings, values) for kpi in watched(findings, number)],
            differences=[
                found
                for one in COMPARED
                if not (self._to.is_open and one == "目标")  # half a month is no match for it
                and (found := _difference(one, values)) is not None
            ],
            cohorts=cohorts,
            everybody=everybody,
            tables={
                group.pattern.rstrip("."): _rows(group, values)
                for group in (WARNINGS, BELOW, DIAGNOSIS, PROGRESS, REVIEWED)
            },
            sentences=self._to.sentences(number, values),
        )

    # -- KPIs ------------------------------------------------------------------------------------

    def _tile(self, kpi: Kpi, number: int, findings: Findings, values: Values) -> Tile:
        slot = f"kpi.{kpi.name}"
        ends = ("", ".目标", ".上月", ".去年同期")
        actual, target, before, last_year = (
            shown_value.of_kpi(kpi, values[f"{slot}{end}"], f"{slot}{end}") for end in ends
        )
        attained = values[f"{slot}.达成率"] if kpi.direction != "lower" else None
        bar = None
        if isinstance(attained, (int, float)) and math.isfinite(attained):
            bar = min(max(float(attained), 0.0), 1.0)
        drawn, months, signal = self._trend(kpi, number, findings, values)
        return Tile(
            kpi=kpi,
            status=findings.status(kpi.code, number),
            grounds=findings.grounds(kpi.code, number),
            actual=actual,
            target=target,
            attained=shown_value.ratio(attained, f"{slot}.达成率"),
            before=before,
            moved=shown_value.change(kpi, values[f"{slot}.环比"], f"{slot}.环比"),
            last_year=last_year,
            year_moved=shown_value.change(kpi, values[f"{slot}.同比"], f"{slot}.同比"),
            bar=bar,
            pace=_pace(kpi, values),
            forecast=_forecast(kpi, values),
            trend=drawn,
            months=months,
            signal=signal,
        )

    def _trend(
        self, kpi: Kpi, number: int, findings: Findings, values: Values
    ) -> tuple[Trend | None, list[tuple[str, Shown, str]], str]:
        """A KPI's chart, its months as numbers, and the signal of the last one."""
        slot = f"series.{kpi.name}"
        # No month is drawn before the first that there is data of.
        there = findings.month.number - findings.cube.first.number + 1
        first = max(len(values[slot]) - there, 0)
        labels, names = (values[f"data.{which}"][first:] for which in ("months", "years"))
        series = values[slot][first:]
        unripe = np.isfinite(values[f"{slot}.未成熟"][first:]).tolist()
        limits, signals = self._limits(kpi, number, findings, unripe)
        target = values[f"kpi.{kpi.name}.目标"]
        drawn = trend(
            labels,
            names,
            series,
            unripe,
            limits,
            signals,
            lambda value: value_text(kpi, value),
            scale_text(kpi.unit),
            target if isinstance(target, (int, float)) else None,
            ceiling=1.0 if kpi.unit == "%" else math.inf,
            is_columns=adds_up(kpi) and min(filter(math.isfinite, series), default=0) >= 0,
        )
        months = [
            (
                month,
                shown_value.of_kpi(kpi, value, f"{slot}#{first + place + 1}"),
                "未成熟" if unripe[place] else signals[place],
            )
            for place, (month, value) in enumerate(zip(labels, series, strict=True))
            if math.isfinite(value)
        ]
        return drawn, months, "" if unripe[-1] else signals[-1]

    def _limits(
        self, kpi: Kpi, number: int, findings: Findings, unripe: Sequence[bool]
    ) -> tuple[list[tuple[float, float]], list[str]]:
        """The limits of each month shown, and the signals; of mature months only."""
        nothing = [(math.nan, math.nan)] * len(unripe), [""] * len(unripe)
        if kpi.code in findings.ripeness.until:
            return nothing
        found = self._swing(kpi.code, findings.level)
        place = findings.units.index(number)
        low, high, signal = (
            one[place, -len(unripe) :] for one in (found.low, found.high, found.signal)
        )
        missing = len(unripe) - len(low)
        limits = nothing[0][:missing] + list(zip(low.tolist(), high.tolist(), strict=True))
        told = [""] * missing + [SIGNALS[one] for one in signal.tolist()]
        return limits, told

    @kept
    def _swing(self, code: str, level: str) -> Limits:
        """The limits of a KPI for all units of a level."""
        return xmr(self._to.findings(level).given[code])


def _pace(kpi: Kpi, values: Values) -> Shown | None:
    slot = f"pace.{kpi.name}.进度"
    found = shown_value.ratio(values.get(slot), slot)
    return found if found.value else None


def _forecast(kpi: Kpi, values: Values) -> tuple[Shown, Shown, Shown] | None:
    """The forecast and its interval; None when the month is over or there is none."""
    slot = f"pace.{kpi.name}"
    if f"{slot}.预测" not in values:
        return None
    ends = ("预测", "下限", "上限")
    found, low, high = (
        shown_value.of_kpi(kpi, values[f"{slot}.{end}"], f"{slot}.{end}") for end in ends
    )
    return (found, low, high) if found.value and low.value != high.value else None


def _difference(comparison: str, values: Values) -> Difference | None:
    slot = f"drivers.{comparison}"
    amounts = values[slot]
    if amounts[0] is None or not all(map(math.isfinite, amounts)):
        return None
    names = [BEFORE[comparison], *values["drivers.因素"], "本月"]
    ends = (0, len(amounts) - 1)
    return Difference(
        comparison,
        shown_value.money(values[f"{slot}.差额"], f"{slot}.差额", "+"),
        values[f"{slot}.主因"],
        [
            Step(name, shown_value.money(amount, f"{slot}#{i + 1}", "" if i in ends else "+"), bar)
            for i, (name, amount, bar) in enumerate(
                zip(names, amounts, waterfall(amounts), strict=True)
            )
        ],
    )


def _cohorts(values: Values) -> tuple[list[tuple[Shown, int]], list[Cohort]]:
    """All cohorts together, and each of them, the latest first."""

    def row(shares: Sequence[float | None], slot: str, first: int) -> list[tuple[Shown, int]]:
        return [
            (shown_value.ratio(shares[n - 1], f"{slot}#{first + n}"), _shade(shares[n - 1]))
            for n in SERVICE
        ]

    found = [
        Cohort(
            month,
            shown_value.count(signed, f"cohorts.签约人数#{place + 1}"),
            row(shares, "cohorts.留存率", place * MONTHS),
        )
        for place, (month, signed, shares) in enumerate(
            zip(
                values["cohorts.月份"],
                values["cohorts.签约人数"],
                values["cohorts.留存率"],
                strict=True,
            )
        )
        if signed
    ]
    return row(values["cohorts.全部"], "cohorts.全部", 0), found[::-1]


def _shade(share: float | None) -> int:
    """The darkness of a share: 0 for none, 1 for the least."""
    if share is None or not math.isfinite(share):
        return 0
    return 1 + min(int(share * _SHADES), _SHADES - 1)


def _rows(group: Group, values: Values) -> list[dict[str, Any]]:
    """The lists of a group, row by row, each with its number."""
    ends = [end for end in group.slots if f"{group.pattern}{end}" in values]
    columns = [values[f"{group.pattern}{end}"] for end in ends]
    return [
        {**dict(zip(ends, row, strict=True)), "#": number}
        for number, row in enumerate(zip(*columns, strict=True), 1)
    ]
