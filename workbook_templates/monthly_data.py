"""The sheet 数据 of 月度KPI表: measures and KPIs of twenty-four months, its own the last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.catalogue import MEASURES, activity, kpis, manpower, persistency, production
from kpi_xl.formula import Measure
from kpi_xl.kpi import Kpi
from kpi_xl.slots.analysis_slots import PAR
from kpi_xl.slots.unit_values import COUNTED_BY, KPI, SERIES, WINDOW
from workbook_templates.style import (
    ACCENT,
    CENTRE,
    GREY_LIGHT,
    GROUP,
    HEAD,
    LABEL,
    LEFT,
    NOT_PRINTED,
    NOTE,
    RATE,
    RIGHT,
    RULED,
    STRONG,
    WHOLE,
    Book,
    Page,
    Style,
)

SHEET: Final = "数据"
MONTHS: Final = 24
_FIRST: Final = 2
LAST: Final = _FIRST + MONTHS - 1
COMPARED: Final = {"上月": LAST + 1, "去年同期": LAST + 2}
"""The columns of what the month is compared with, after those of the months."""

"""The column of the workbook's own month: Z."""
_HEADER: Final = 3

_INSURANCE: Final = (production, manpower, activity, persistency)

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    family.FAMILY: tuple(
        one.name for one in kpis.values() if one.family == family.FAMILY and one.headline
    )
    for family in _INSURANCE
}
"""The KPIs of the first sheet by family: those that the catalogue says are its headlines."""

DRAWN: Final = ("保费持续率", "活动率", "留存率", "人均件数", "件均保费", "人均FYP")
"""The KPIs that are drawn as lines: what is not ripe of them is hollow."""


def kpi(name: str) -> Kpi:
    """The KPI with this Chinese name."""
    found = kpis.find(name)
    if found is None or found.name != name:
        raise KeyError(name)
    return found


def number(one: Kpi) -> Style:
    """How a KPI's value is shown on paper: money without 角 and 分."""
    shown = "#,##0" if one.unit == "元" else one.number_format
    return {"num_format": shown, "align": "right"}


def formula_of(one: Kpi, end: str, cells: Mapping[str, str]) -> str:
    """The formula of a slot of a KPI over the cells of its others, both by the ends of names."""
    return KPI.excel(end, cells, one)


def measures() -> list[Measure]:
    """The measures of the KPIs, each once, in the catalogue's order."""
    needed = {m.code for names in FAMILIES.values() for name in names for m in kpi(name).measures}
    return [m for m in kpis.measures.values() if isinstance(m, Measure) and m.code in needed]


class Data:
    """Where everything is on the sheet.

    Parameters
    ----------
    page : Page
        The sheet that the data is on.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        first = _HEADER + 2
        self.measures = {m.code: first + number for number, m in enumerate(measures())}
        names = [name for family in FAMILIES.values() for name in family]
        self._heading = first + len(self.measures)
        self.series = {name: self._heading + 1 + number for number, name in enumerate(names)}
        beside = [(name, part) for name in PAR for part in ("中位", "最好")]
        below = max(self.series.values()) + 2
        self.peer_rows = {one: below + number for number, one in enumerate(beside)}
        last = max(self.peer_rows.values()) + 2
        self.unripe_rows = {name: last + number for number, name in enumerate(DRAWN)}

    def references(self, one: Kpi, column: int, *, prefix: bool) -> dict[str, str]:
        """The cells of a KPI's measures and settings in one month's column, by code.

        Parameters
        ----------
        column : int
            The column of the month, from 0.
        prefix : bool
            Whether the references name the sheet.
        """

        def at(row: int, *, absolute: bool = False) -> str:
            full = self.page.at(row, column if not absolute else _FIRST, absolute=absolute)
            return full if prefix else full.partition("!")[2]

        refs = {m.code: at(self.measures[m.code]) for m in one.measures}
        if one.settings:
            refs["premium_weight"] = at(1, absolute=True)
        return refs

    def compared(self, one: Kpi, base: str) -> dict[str, str]:
        """The cell of what a KPI is compared with, by its code: 上月 or 去年同期, the same days
        where the month is not over.
        """
        return {one.code: self.page.at(self.series[one.name], COMPARED[base])}

    def range(self, name: str) -> str:
        """The whole series of a KPI."""
        return self._range(self.series[name])

    def peers(self, name: str, part: str) -> str:
        """The series of a KPI's best or median peer."""
        return self._range(self.peer_rows[name, part])

    def unripe(self, name: str) -> str:
        """The months of a KPI's series that are not ripe."""
        return self._range(self.unripe_rows[name])

    @property
    def last_row(self) -> int:
        """The last row; it and the one before hold names of the months for charts."""
        return max(self.unripe_rows.values()) + 2

    @property
    def labels(self) -> str:
        """Short names of the months, for the axis of a chart."""
        return self._range(self.last_row - 1)

    @property
    def years(self) -> str:
        """Names of every sixth month, for the axis of a small chart."""
        return self._range(self.last_row)

    def _range(self, row: int) -> str:
        return f"={self.page.range(row, _FIRST, row, LAST)}"


def hollow(data: Data, name: str, labels: str) -> list[dict[str, Any]]:
    """The series of a chart with hollow points where a KPI is not ripe.

    A white point on a greater dark one is hollow in every program: LibreOffice draws no border.
    """
    return [
        {
            "name": "未成熟",
            "categories": labels,
            "values": data.unripe(name),
            "line": {"none": True},
            "marker": {
                "type": "circle",
                "size": size,
                "fill": {"color": colour},
                "border": {"color": ACCENT},
            },
        }
        for size, colour in ((7, ACCENT), (5, "#FFFFFF"))
    ]


def place(book: Book) -> Data:
    """Add the sheet, still empty, so that others can refer to it."""
    return Data(
        Page(
            book, SHEET, (22.0, 5.5, *(10.6 for _ in range(MONTHS + len(COMPARED)))), printed=False
        )
    )


def write(data: Data, heading: str) -> None:
    """Write the sheet.

    Parameters
    ----------
    heading : str
        The formula of whose numbers and which month these are.
    """
    page = data.page
    page.height(0, 28)
    page.put(0, 0, "数据", {"font_size": 14, "bold": True, "font_color": "#1F4E5F"})
    page.put(0, _FIRST + 4, NOT_PRINTED, LABEL)
    page.formula(0, _FIRST, heading, "　", STRONG, slot="data.heading")
    page.height(1, 20)
    page.put(1, 0, "综合持续率中保费的权重", LABEL)
    page.put(1, _FIRST, None, STRONG, RATE, {"num_format": "0%"}, slot="setting.premium_weight")
    note = (
        "基础数据由系统填入；下方各指标由公式从基础数据算出。#N/A 表示该月没有数据。"
        "最后两列是本月的比较对象：本月没有过完时，只算上月和去年的同样这些天。"
    )
    page.put(1, _FIRST + 1, note, NOTE, {"text_wrap": False, "valign": "vcenter"})
    page.height(2, 6)

    page.height(_HEADER, 24)
    page.put(_HEADER, 0, "项目", HEAD, LEFT)
    page.put(_HEADER, 1, "单位", HEAD, CENTRE)
    page.row(_HEADER, _FIRST, MONTHS, HEAD, RIGHT, slot="data.months")
    for base, column in COMPARED.items():
        page.put(_HEADER, column, base, HEAD, RIGHT)
    _band(page, _HEADER + 1, "基础数据")
    for measure in measures():
        row = data.measures[measure.code]
        _label(page, row, measure.name, measure.unit)
        page.row(row, _FIRST, MONTHS, WHOLE, RULED, slot=f"data.{measure.name}")
        page.row(row, LAST + 1, len(COMPARED), WHOLE, RULED, slot=f"data.{measure.name}.同期")
    page.span(min(data.measures.values()), _FIRST, max(data.measures.values()), LAST)
    _band(page, min(data.series.values()) - 1, "指标")
    for name, row in data.series.items():
        _series(data, kpi(name), row)
    _band(page, min(data.peer_rows.values()) - 1, "同类单位")
    for (name, part), row in data.peer_rows.items():
        _label(page, row, f"{name} {part}", kpi(name).unit)
        page.row(row, _FIRST, MONTHS, number(kpi(name)), RULED, slot=f"peers.{name}.{part}系列")
    _band(page, min(data.unripe_rows.values()) - 1, "未成熟")
    for name, row in data.unripe_rows.items():
        _label(page, row, name, kpi(name).unit)
        page.row(row, _FIRST, MONTHS, number(kpi(name)), RULED, slot=f"series.{name}.未成熟")
    _labels(data)
    last = data.last_row
    page.highlight(
        _HEADER + 2,
        _FIRST,
        last,
        max(COMPARED.values()),
        f"=ISERROR(C{_HEADER + 3})",
        {"font_color": GREY_LIGHT},
    )
    page.sheet.freeze_panes(_HEADER + 1, _FIRST)


def _band(page: Page, row: int, text: str) -> None:
    page.height(row, 20)
    page.blanks(row, 0, row, max(COMPARED.values()), GROUP)
    page.put(row, 0, text, GROUP)


def _label(page: Page, row: int, name: str, unit: str) -> None:
    page.height(row, 18)
    page.put(row, 0, name, RULED, {"shrink": True})
    page.put(row, 1, unit, LABEL, CENTRE, RULED)


def _series(data: Data, one: Kpi, row: int) -> None:
    """One KPI's row of formulas."""
    page = data.page
    _label(page, row, one.name, one.unit)
    counted = len(one.measures) == 1 or one.name in ("首年度保费", "平均人数")
    for column in range(_FIRST, max(COMPARED.values()) + 1):
        formula = SERIES.excel("", data.references(one, column, prefix=False), one)
        page.formula(row, column, formula, 0 if counted else "#N/A", number(one), RULED)
    page.name_slot(f"series.{one.name}", row, _FIRST, row, LAST)
    page.name_slot(f"series.{one.name}.同期", row, LAST + 1, row, max(COMPARED.values()))


def _labels(data: Data) -> None:
    """The months so short that all fit below a chart: their numbers, January as its year.

    For small charts only January and July, as long as there are many.
    """
    page = data.page
    cells = {
        f"data.{MEASURES[code].name}": page.range(row, _FIRST, row, LAST).rpartition("!")[2]
        for code, row in data.measures.items()
        if code in COUNTED_BY
    }
    rows = {data.last_row - 1: "data.labels", data.last_row: "data.years"}
    for row, slot in rows.items():
        page.height(row, 18)
        page.put(row, 0, "图的横坐标", LABEL, RULED)
        page.put(row, 1, None, RULED)
        for column in range(_FIRST, LAST + 1):
            cells["data.months@"] = xl_rowcol_to_cell(_HEADER, column)
            page.formula(row, column, WINDOW.excel(slot, cells), "", LABEL, RIGHT, RULED)
        page.name_slot(slot, row, _FIRST, row, LAST)
