"""The slots about a unit: who it is, the month, its KPIs and their series."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kpi_xl.cached import kept
from kpi_xl.calendar import Month, WorkCalendar
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.cube import Cube, is_money
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.findings.ripeness import Ripeness, day_text
from kpi_xl.findings.shown import meaning_text, with_bands
from kpi_xl.kpi import Kpi
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.becomes import Target
from kpi_xl.slots.cell_formula import (
    CellFormula,
    any_of,
    call,
    cell,
    greatest,
    here,
    measured,
    numbers_in,
    of_kpi,
    unless_error,
    when,
)
from kpi_xl.slots.slot import Group, Kind, Slot, Values

SERIES_MONTHS: Final = 24
"""So many months, up to the workbook's own, are in its series."""

FEW_MONTHS: Final = 8
"""So many months fit below a small chart, each with its name."""

KPI_NAMES: Final = tuple(kpi.name for kpi in kpis.values())
"""The KPIs' Chinese names."""


class _About(NamedTuple):
    """A unit in a month: its name in the workbook, which may be another's, and who leads it."""

    values: UnitValues
    number: int
    name: str
    manager: str | None
    note: str | None

    @property
    def unit(self) -> Unit:
        return self.values.cube.units[self.number]

    @property
    def month(self) -> Month:
        return self.values.month

    @property
    def span(self) -> tuple[dt.date, dt.date]:
        return self.month.span(self.values.settings.month_cut)

    @property
    def dates(self) -> WorkCalendar:
        return self.values.settings.dates

    @property
    def working_days(self) -> int:
        return len(self.dates.working_days(self.month))

    @property
    def parent(self) -> str:
        above = self.unit.parent
        return "" if above is None else self.values.cube.units[above].name


ABOUT: Final = Group(
    "",
    "",
    {
        "branch.name": Slot("分公司名称", value=lambda at: at.values.cube.units[0].name),
        "unit.name": Slot("单位名称；个人的工作簿里是所在营业部", value=lambda at: at.name),
        "unit.level": Slot(
            "单位层级", value=lambda at: at.values.settings.level_name(at.unit.level)
        ),
        "unit.parent": Slot("上级单位", value=lambda at: at.parent),
        "unit.manager": Slot("主管姓名", value=lambda at: at.manager),
        "unit.headcount": Slot(
            "期末人数", Kind.NUMBER, value=lambda at: at.values.headcount(at.number)
        ),
        "team.name": Slot(
            "单位名称；有这个名称的工作簿每个营业组一份", value=lambda at: at.unit.name
        ),
        "department.name": Slot(
            "营业部名称；有这个名称的工作簿每个营业部一份",
            value=lambda at: at.values.department(at.unit),
        ),
        "period.month": Slot("月份，如 2024年6月", value=lambda at: at.month.chinese),
        "period.last_month": Slot("上月", value=lambda at: at.values.days_of(at.month - 1)),
        "period.same_days": Slot(
            "本月没有过完、数据没有到齐时，和什么比、哪天成熟",
            value=lambda at: at.values.same_days_note(),
        ),
        "period.year": Slot("年份", Kind.NUMBER, value=lambda at: at.month.year),
        "period.first_day": Slot("本月第一天", Kind.DATE, value=lambda at: at.span[0]),
        "period.last_day": Slot("本月最后一天", Kind.DATE, value=lambda at: at.span[1]),
        "period.working_days": Slot(
            "本月工作日数",
            Kind.NUMBER,
            value=lambda at: at.working_days,
        ),
        "period.calendar": Slot(
            "放假安排还没有公布、有活动不在表里的日子时的说明",
            value=lambda at: (
                "；".join(filter(None, (at.dates.work.told(*at.span), at.note))) or None
            ),
        ),
    },
)


class _Month(NamedTuple):
    """A KPI in a month, and its target; None for none."""

    kpi: Kpi
    target: float | None


class _Series(NamedTuple):
    """A KPI of a unit over the months, where it is not ripe."""

    kpi: Kpi
    unripe: list[float]


_ACTUAL, _TARGET = cell(""), cell(".目标")

ATTAINED: Final = when(
    any_of(_TARGET.equals(""), _ACTUAL.equals("")),
    "",
    unless_error(of_kpi(kpis["KPI_ATTAINMENT"], _ACTUAL, _TARGET)),
)
"""实际 ÷ 目标, empty as long as either is."""


def _gap(kpi: Kpi) -> CellFormula:
    gap = _ACTUAL - _TARGET
    either = any_of(_TARGET.equals(""), _ACTUAL.equals(""))
    return when(either, "", unless_error(gap * 100 if kpi.unit == "%" else gap))


def _change(base: str, code: str) -> Callable[[Kpi], CellFormula]:
    """The change from another month: of ratios in percentage points, of all else relative."""
    before = cell(base)
    points, relative = (_ACTUAL - before) * 100, of_kpi(kpis[code], _ACTUAL, before)
    return lambda kpi: unless_error(points if kpi.unit == "%" else relative)


_CUBE: Final = "cube"
"""How the values begin that are computed from the cube, before the formulas of the sheet."""


def _of_cube(end: str) -> Callable[[Kpi], CellFormula]:
    """A KPI's own formula; — where it has no value."""
    return lambda kpi: unless_error(measured(kpi, f"{_CUBE}{end}"))


def _charted(end: str) -> Callable[[Kpi], CellFormula]:
    """A KPI's own formula; #N/A, which charts leave out, where it has no value."""
    return lambda kpi: unless_error(measured(kpi, f"{_CUBE}{end}@"), call("NA"))


KPI: Final = Group(
    "kpi.<指标>",
    "<指标>",
    {
        "": Slot("本月实际", Kind.OF_KPI, formula=_of_cube("")),
        ".目标": Slot(
            "本月目标",
            Kind.OF_KPI,
            value=lambda month: month.target,
            becomes=Target("单位", "<指标>"),
        ),
        ".达成率": Slot("实际 ÷ 目标", Kind.RATIO, formula=ATTAINED),
        ".差额": Slot("实际 − 目标，比率为百分点", Kind.OF_KPI, formula=_gap),
        ".上月": Slot("上月实际", Kind.OF_KPI, formula=_of_cube(".上月")),
        ".环比": Slot(
            "比上月的变化，比率为百分点", Kind.CHANGE, formula=_change(".上月", "KPI_MOM")
        ),
        ".去年同期": Slot("去年同月实际", Kind.OF_KPI, formula=_of_cube(".去年同期")),
        ".同比": Slot(
            "比去年同月的变化，比率为百分点", Kind.CHANGE, formula=_change(".去年同期", "KPI_YOY")
        ),
        ".说明": Slot("看什么，和现在用的健康界限", value=lambda month: meaning_text(month.kpi)),
    },
    {"指标": KPI_NAMES},
)

SERIES: Final = Group(
    "series.<指标>",
    "<指标>",
    {
        "": Slot("近 24 个月，一行", Kind.OF_KPI, SERIES_MONTHS, formula=_charted("")),
        ".同期": Slot("上月和去年同期，一行两格", Kind.OF_KPI, 2, formula=_charted(".同期")),
        ".未成熟": Slot(
            "近 24 个月里未成熟的，一行，其余为 #N/A",
            Kind.OF_KPI,
            SERIES_MONTHS,
            lambda series: series.unripe,
        ),
    },
    {"指标": KPI_NAMES},
)

DATA: Final = Group(
    "data.<项目>",
    "<项目>",
    {
        "": Slot("近 24 个月，一行", Kind.NUMBER, SERIES_MONTHS),
        ".同期": Slot("上月和去年同期，一行两格", Kind.NUMBER, 2),
    },
    {"项目": tuple(symbol.name for symbol in MEASURES.values())},
)

HEADING: Final = Slot("单位和月份", formula=cell("unit.name").then("　").then(cell("period.month")))

_MONTH: Final = here("data.months")
_NUMBER: Final = call("VALUE", call("RIGHT", _MONTH, 2))
_YEAR: Final = call("MID", _MONTH, 3, 2).then("年")
COUNTED_BY: Final = ("opening", "new_premium")
"""The measures that tell how many months there are: one of people, one of business."""

_KNOWN: Final = tuple(numbers_in(cell(f"data.{MEASURES[code].name}")) for code in COUNTED_BY)


def _label(other: CellFormula) -> CellFormula:
    """A month on a chart's axis: January as its year, 24年."""
    return unless_error(when(call("RIGHT", _MONTH, 2).equals("01"), _YEAR, other), "")


WINDOW: Final = Group(
    "",
    "",
    {
        "data.months": Slot("近 24 个月，一行", Kind.TEXT, SERIES_MONTHS),
        "data.labels": Slot(
            "近 24 个月的短标签，一行",
            cells=SERIES_MONTHS,
            formula=_label(_NUMBER.then("")),
        ),
        "data.years": Slot(
            "近 24 个月里一月和七月的标签，一行",
            cells=SERIES_MONTHS,
            formula=_label(
                when(
                    any_of(_NUMBER.equals(7), greatest(*_KNOWN) <= FEW_MONTHS),
                    _NUMBER.then("月"),
                    "",
                )
            ),
        ),
        "data.heading": HEADING,
        "trend.heading": HEADING,
        "setting.premium_weight": Slot("综合持续率中保费的权重", Kind.RATIO),
    },
)


def kpi_values(
    kpi: Kpi,
    months: tuple[float, float, float],
    target: float | None = None,
    name: str | None = None,
) -> Values:
    """The slots of a KPI of a unit in a month.

    Parameters
    ----------
    months : (float, float, float)
        What it is in the month, the month before and a year ago, in the KPI's unit; an error where
        there is none.
    target : float, optional
        What was set as its target of the month, in the KPI's unit.
    name : str, optional
        What it is called in the names of the slots; by default its Chinese name.
    """
    cube = dict(zip((_CUBE, f"{_CUBE}.上月", f"{_CUBE}.去年同期"), months, strict=True))
    return KPI.values(_Month(kpi, target), cube, 指标=name or kpi.name)


class UnitValues:
    """Computes the slots of units.

    Parameters
    ----------
    cube : Cube
        The measures by unit and month.
    month : Month
        The month; at most the one after the cube's last, as people plan ahead.
    only : collection of str, optional
        The names of the KPIs that are wanted; by default all.
    """

    def __init__(
        self,
        cube: Cube,
        settings: Settings,
        month: Month,
        only: Collection[str] | None = None,
    ) -> None:
        self.cube = cube
        self.settings = settings
        self.month = month
        known = settings.kpis.values()
        self._kpis = [
            with_bands(kpi, settings) for kpi in known if only is None or kpi.name in only
        ]
        self._series: dict[str, NDArray[np.float64]] = {}

    def about(
        self, unit: int, manager: str | None, name: str | None = None, note: str | None = None
    ) -> Values:
        """Who and when.

        Parameters
        ----------
        unit : int
            Its index in the cube.
        manager : str or None
            The name of who leads it.
        name : str, optional
            The name that the workbook has for it; by default its own.
        note : str, optional
            What is to be said of the month's days in this workbook.
        """
        name = name or self.cube.units[unit].name
        return ABOUT.values(_About(self, unit, name, manager, note))

    def department(self, unit: Unit) -> str:
        """The department that a unit is, or is in."""
        one: Unit | None = unit
        while one is not None:
            if one.level == self.cube.main:
                return one.name
            one = None if one.parent is None else self.cube.units[one.parent]
        return ""

    def kpis(self, unit: int, targets: Mapping[str, float]) -> Values:
        """Each KPI with its target, the month before and the same month last year."""
        values: Values = {}
        open_month = self.month > self.cube.last
        for kpi in self._kpis:
            actual = float(self._window(kpi)[unit, -1])
            before, last_year = self._compared(kpi)[unit].tolist()
            months = (actual, before, last_year)
            values |= kpi_values(kpi, months, targets.get(kpi.name))
            if open_month:  # nothing has been attained yet: the cells are empty, not a dash
                ends = {"": None, ".达成率": "", ".差额": ""}
                values |= {f"kpi.{kpi.name}{end}": blank for end, blank in ends.items()}
        return values

    def series(self, unit: int) -> Values:
        """Each measure and each KPI over the months."""
        window, ripe = self._months_shown(), self._ripe()
        about = {"unit.name": self.cube.units[unit].name, "period.month": self.month.chinese}
        values: Values = {}
        for code, symbol in MEASURES.items():
            counts: list[float | int] = [NOT_AVAILABLE] * SERIES_MONTHS
            compared: list[float | int] = [NOT_AVAILABLE] * 2
            if code in self.cube.measures:
                counts = self._measure_window(code, unit)
                compared = self._compared_measure(code, unit, counts)
            values |= DATA.values({"": counts, ".同期": compared}, 项目=symbol.name)
        for kpi in self._kpis:
            months = self._window(kpi)[unit]
            unripe = np.where(ripe[kpi.code] | ~np.isfinite(months), NOT_AVAILABLE, months)
            cube = {
                _CUBE: months.tolist(),
                f"{_CUBE}.同期": self._compared(kpi)[unit].tolist(),
            }
            values |= SERIES.values(_Series(kpi, unripe.tolist()), cube, 指标=kpi.name)
        shown_window = {
            "data.months": [str(month) for month in window],
            **{f"setting.{code}": value for code, value in self.settings.in_formulas.items()},
        }
        return values | WINDOW.values(shown_window, values | about)

    def mix(self, kpi: Kpi, unit: int) -> dict[str, tuple[float, float, float]]:
        """A KPI apart by category: in the month, the month before, and a year ago.

        Where the month is not over, nobody knows what the same days of others were made of: these
        are #N/A.
        """
        categories, numbers = self.cube.mix(kpi)
        place = self.month.number - self.cube.first.number
        found = {}
        for category, months in zip(categories, numbers[:, unit], strict=True):
            before, last_year = (
                NOT_AVAILABLE if place < back or self._as_of else float(months[place - back])
                for back in (1, 12)
            )
            found[category] = (float(months[place]), before, last_year)
        return found

    def last_closed(self, kpi: Kpi, unit: int) -> float:
        """A KPI in the month before; an error where there is none."""
        return float(self._window(kpi)[unit, -2])

    def headcount(self, unit: int) -> int:
        """People at the end of the month, or as of now for a month still to come."""
        index = min(self.month.number, self.cube.last.number) - self.cube.first.number
        return int(self.cube.measure("closing")[unit, index])

    def _window(self, kpi: Kpi) -> NDArray[np.float64]:
        """A KPI as (units, months) of the series, #N/A for months without data."""
        if kpi.code not in self._series:
            numbers = self.cube.kpi(kpi, self.settings.in_formulas)
            self._series[kpi.code] = _windowed(self.cube, self.month, numbers, NOT_AVAILABLE)
        return self._series[kpi.code]

    def _months_shown(self) -> list[Month]:
        """The months of the series."""
        return [self.month - back for back in reversed(range(SERIES_MONTHS))]

    @kept
    def _ripe(self) -> dict[str, list[bool]]:
        """Whether each KPI is ripe, by month of the series."""
        return {
            kpi.code: [self.cube.ripe_on(kpi, month) is None for month in self._months_shown()]
            for kpi in self._kpis
        }

    def days_of(self, month: Month) -> str:
        """A month's name, with the days meant where this month is not over."""
        if self._as_of is None:
            return month.chinese
        begin, _ = self.settings.dates.span(self.month)
        first, last = self.settings.dates.span(month)
        until = min(first + (self._as_of - begin), last)
        return f"{month.chinese}（{first.month}月{first.day}日至{until.month}月{until.day}日）"

    def same_days_note(self) -> str | None:
        """A note where the month is not over, or its data is not complete yet."""
        found = []
        if self._as_of is not None:
            found.append(
                f"数据截至{day_text(self._as_of)}，本月还没有过完：上月、去年同期只算同样这些天，"
                "整月的数见 数据 表。"
            )
        found += [f"{note}。" for note in Ripeness(self.cube, self.month, self.settings.kpis).notes]
        return "".join(found) or None

    @property
    def _as_of(self) -> dt.date | None:
        """The last day of data, where the month is not over."""
        return self.cube.as_of if self.month == self.cube.last else None

    @kept
    def _compared(self, kpi: Kpi) -> NDArray[np.float64]:
        """A KPI of the month before and a year ago, as (units, 2): as it was when these were as
        old as the month is.
        """
        if self.month.number in self.cube.unripe:
            return self.cube.compared(kpi, self.month, self.settings.in_formulas)
        return self._window(kpi)[:, [-2, -13]]

    def _compared_measure(
        self, code: str, unit: int, window: list[float | int]
    ) -> list[float | int]:
        compared = [window[-2], window[-13]]
        unripe = self.cube.unripe.get(self.month.number)
        if unripe is None:
            return compared
        found = unripe.values[self.cube.measures.index(code), unit].tolist()
        return [
            (number / 100 if is_money(code) else number) if math.isfinite(whole) else whole
            for number, whole in zip(found, compared, strict=True)
        ]

    def _measure_window(self, code: str, unit: int) -> list[float | int]:
        numbers = self.cube.measure(code)[unit : unit + 1]
        whole = _windowed(self.cube, self.month, numbers.astype(np.float64), NOT_AVAILABLE)[0]
        if is_money(code):
            return (whole / 100).tolist()  # type: ignore[no-any-return]
        return [int(v) if math.isfinite(v) else v for v in whole.tolist()]


def _windowed(
    cube: Cube, month: Month, numbers: NDArray[np.float64], missing: float
) -> NDArray[np.float64]:
    """The months of the series cut out of all months."""
    result = np.full((numbers.shape[0], SERIES_MONTHS), missing)
    start = month.number - SERIES_MONTHS + 1 - cube.first.number
    first, last = max(start, 0), min(start + SERIES_MONTHS, numbers.shape[1])
    if first < last:
        result[:, first - start : last - start] = numbers[:, first:last]
    return result
