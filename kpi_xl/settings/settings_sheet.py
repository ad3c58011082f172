"""设置.xlsx: a manager's settings, typed into a sheet in place of kpi.toml.

Each cell says what a key of kpi.toml says, and is read by the same rules; what is empty says
nothing. One wrong cell stops no other.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from kpi_xl import kinds
from kpi_xl.definitions.own_kpis import Place
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import is_nothing, plain
from kpi_xl.readers.number import read_number
from kpi_xl.settings.calendar import ANNOUNCED, OFF, ON
from kpi_xl.settings.file import SettingError, choices
from kpi_xl.settings.levels import MAIN, NAMES
from kpi_xl.settings.limits import LIMITS
from kpi_xl.settings.typed_workbook import HEADINGS_WITHIN, Worksheet, text_of, worksheets
from kpi_xl.system.system_errors import file_error

WORKBOOK: Final = "设置.xlsx"
"""The workbook's name; it lies in the project's folder."""

KPI: Final = "指标"
HEALTHY: Final = "健康线"
DANGER: Final = "危险线"
TARGET: Final = "目标"
SETTING: Final = "设置"
VALUE: Final = "值"
BEGIN: Final = "从"
END: Final = "到"
COUNTS_AS: Final = "算作"

_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    HEALTHY: (KPI, HEALTHY, DANGER),
    TARGET: (KPI, TARGET),
    VALUE: (SETTING, VALUE),
    COUNTS_AS: (BEGIN, END, COUNTS_AS),
}
"""The headings of each sheet, by the one that tells what it is about."""

_KEYS: Final = {HEALTHY: "healthy", DANGER: "danger"}
_DAYS: Final = (OFF, ON)
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Item:
    """A setting of the sheet 项目.

    Parameters
    ----------
    name : str
        What its row is called.
    path : (str, str)
        The section and the key in kpi.toml.
    kind : str
        What is typed: a number, a day, a word, or several with 、 between them.
    hint : str
        The meaning of the setting, in Chinese.
    known : tuple of str
        What may be chosen.
    """

    name: str
    path: tuple[str, str]
    kind: Literal["number", "day", "text", "texts", "numbers"]
    hint: str
    known: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[float, float]:
        """The limits of a number."""
        return LIMITS[self.path[1]]


ITEMS: Final = (
    Item("数据到哪一天", ("rules", "as_of"), "day",
         "最后一个月的数据到哪一天，如 2024-06-30；不写则从数据里看出"),
    Item("业务月截止到几号", ("rules", "month_cut"), "number",
         "1 到 28；写 25 则每月为上月 26 日至本月 25 日；不写是自然月"),
    Item("同类按什么分", ("rules", "peers_within"), "text",
         "只在同一渠道（或同一营业区、营业部）里比较名次和同类；不写则同一级的都比"),
    Item("各级单位", ("levels", NAMES), "texts",
         "从上到下 2 到 6 级，几个之间用顿号，如 集团、大区、门店；不写是分公司到营业组四级"),
    Item("主要看哪一级", ("levels", MAIN), "text",
         "月报、预警、目标默认看的一级，写了各级单位才写；不写则为最低一级的上一级"),
    Item("同级最少几个单位", ("rules", "fewest_peers"), "number",
         "少于几个时不显示同级的最好、四分位、中位"),
    Item("主要指标", ("project", "main_kpis"), "texts",
         "首页、月报网页、晨会稿先说的指标，几个之间用顿号，第一个是结果；不写则按行业"),
    Item("大的金额写成", ("project", "money"), "text", "首页上写万元还是元", ("万元", "元")),
    Item("有效人力的佣金", ("rules", "effective_fyc"), "number", "一个月 FYC 到多少元才算有效人力"),
    Item("续期宽限天数", ("rules", "grace_days"), "number", "过了应收日多少天以内收到仍算按期"),
    Item("保费持续率的权重", ("rules", "premium_weight"), "number",
         "综合持续率里保费持续率占多少，如 0.7 或 70%"),
    Item("不计入人力的职级", ("rules", "uncounted_ranks"), "texts", "几个之间用顿号"),
    Item("放假已公布的年份", ("calendar", ANNOUNCED), "numbers",
         "“放假”里写全了的年份，几个之间用顿号"),
)  # fmt: skip
"""The settings of the sheet on the project."""

_BY_NAME: Final = {one.name: one for one in ITEMS}


@dataclass(frozen=True)
class Typed:
    """A setting that was typed.

    Parameters
    ----------
    path : tuple of str
        Where kpi.toml would have it.
    value : object
        What stands there, as kpi.toml would have it.
    label : str
        What it is called.
    place : Place
        Its file, sheet and row.
    column : str
        The heading of its column.
    """

    path: tuple[str, ...]
    value: Any
    label: str
    place: Place
    column: str

    def error(self, fault: Fault) -> InputError:
        """The error about this cell."""
        at = self.place
        return InputError(
            fault,
            file=at.file,
            sheet=at.sheet,
            row=at.row,
            column=self.column,
            value=_shown(self.value),
        )


@dataclass(frozen=True)
class SettingsSheet:
    """The settings typed into 设置.xlsx.

    Parameters
    ----------
    bounds, targets, others : tuple of Typed
        The bounds and the default targets of KPIs, and all other settings.
    wrong : tuple of InputError
        The cells that mean nothing.
    """

    bounds: tuple[Typed, ...] = ()
    targets: tuple[Typed, ...] = ()
    others: tuple[Typed, ...] = ()
    wrong: tuple[InputError, ...] = ()


def settings_sheet(file: Path) -> SettingsSheet:
    """Read the workbook; empty where there is none. Its errors are in `wrong`."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return SettingsSheet()
    except OSError as error:
        return SettingsSheet(wrong=(file_error(error, file, "read"),))
    return _read(file, state.st_mtime_ns, state.st_size)


@functools.lru_cache(8)
def _read(file: Path, _changed: int, _size: int) -> SettingsSheet:
    reader = _Reader(file)
    try:
        known = 0
        for sheet in worksheets(
            file, kinds.SETTINGS_SHEET_TOO_LARGE, kinds.SETTINGS_SHEET_UNREADABLE()
        ):
            known += reader.sheet(sheet)
        if not known:
            raise InputError(kinds.SETTINGS_SHEET_NO_SHEET(), file=file)
    except InputError as error:
        return SettingsSheet(wrong=(error,))
    days = [one for one in reader.days if one.value is not None]
    return SettingsSheet(
        tuple(reader.bounds), tuple(reader.targets), (*reader.others, *days), tuple(reader.wrong)
    )


class _Reader:
    """Reads the sheets, which are known by their headings wherever these stand."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.bounds: list[Typed] = []
        self.targets: list[Typed] = []
        self.others: list[Typed] = []
        self.days: list[Typed] = []
        self.wrong: list[InputError] = []

    def sheet(self, sheet: Worksheet) -> bool:
        """Read a sheet; False if it is none of ours."""
        readers: Mapping[str, Callable[[_Row], None]] = {
            HEALTHY: self._bounds,
            TARGET: self._target,
            VALUE: self._item,
            COUNTS_AS: self._day,
        }
        found = _rows(self._file, sheet)
        for which, row in found or ():
            try:
                if row.aside is None:
                    readers[which](row)
                elif any(map(row.said, _HEADINGS[which][which != COUNTS_AS :])):
                    label = _HEADINGS[which][0]
                    raise row.error(row.aside, label, row.cells.get(label))
            except InputError as error:
                self.wrong.append(error)
        return found is not None

    def _bounds(self, row: _Row) -> None:
        name = row.label(KPI)
        for column, key in _KEYS.items():
            if row.said(column):
                try:
                    self._add(self.bounds, row.typed(("bands", name, key), column, name, _number))
                except InputError as error:
                    self.wrong.append(error)

    def _target(self, row: _Row) -> None:
        if row.said(TARGET):
            name = row.label(KPI)
            self._add(self.targets, row.typed(("targets", name), TARGET, name, _number))

    def _item(self, row: _Row) -> None:
        if not row.said(VALUE):
            return
        item = _BY_NAME.get(name := row.label(SETTING))
        if item is None:
            raise row.error(
                kinds.SETTINGS_SHEET_ROW(name=name, **choices(_BY_NAME, name)), SETTING, name
            )
        self._add(self.others, row.typed(item.path, VALUE, name, _READ[item.kind]))

    def _day(self, row: _Row) -> None:
        if not (row.said(BEGIN) or row.said(END)):
            return
        which = row.label(COUNTS_AS) or OFF
        if which not in _DAYS:
            fault = kinds.SETTINGS_SHEET_DAY(known="、".join(_DAYS))
            raise row.error(fault, COUNTS_AS, which)
        ends = [row.typed((), one, "", _day).value for one in (BEGIN, END) if row.said(one)]
        # One day alone is not a span; each is put beside those before it.
        value = [" 至 ".join(one.isoformat() if isinstance(one, dt.date) else one for one in ends)]
        self.days.append(Typed(("calendar", which), value, which, row.place, BEGIN))

    def _add(self, to: list[Typed], one: Typed) -> None:
        before = next((other for other in to if other.path == one.path), None)
        if before is not None:
            raise one.error(kinds.SETTINGS_SHEET_TWICE(name=one.label, row=before.place.row))
        to.append(one)


@dataclass(frozen=True)
class _Row:
    """A row of a sheet by its headings."""

    place: Place
    cells: Mapping[str, Any]
    aside: Fault | None

    def said(self, column: str) -> bool:
        """Whether a column of the row has a value."""
        return not is_nothing(self.cells.get(column))

    def label(self, column: str) -> str:
        """The text in a column."""
        return plain(text_of(self.cells.get(column)))

    def error(self, fault: Fault, column: str, value: object) -> InputError:
        return Typed((), value, "", self.place, column).error(fault)

    def typed(
        self, path: tuple[str, ...], column: str, label: str, read: Callable[[Any], Any]
    ) -> Typed:
        """Read a cell of the row as a setting.

        Raises
        ------
        InputError
            When it means nothing.
        """
        cell = self.cells[column]
        value = read(cell)
        if isinstance(value, Fault):
            raise self.error(value, column, cell)
        return Typed(path, value, label, self.place, column)


def _rows(file: Path, sheet: Worksheet) -> list[tuple[str, _Row]] | None:
    """The rows below a sheet's headings, with the heading of the subject; None where there are no
    such headings.
    """
    for at, row in enumerate(sheet.rows[:HEADINGS_WITHIN]):
        places = {plain(text_of(cell)): place for place, cell in enumerate(row)}
        for which, headings in _HEADINGS.items():
            if places.keys() >= set(headings):
                of = {heading: places[heading] for heading in headings}
                return [
                    (
                        which,
                        _Row(Place(file, sheet.title, n), _cells(of, cells), sheet.aside.get(n)),
                    )
                    for n, cells in enumerate(sheet.rows[at + 1 :], at + 2)
                ]
    return None


def _cells(places: Mapping[str, int], cells: Sequence[Any]) -> dict[str, Any]:
    return {heading: cells[place] for heading, place in places.items() if place < len(cells)}


def typed_cells(file: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The values typed into the workbook, unread.

    Parameters
    ----------
    file : Path
        The workbook; nothing is typed where there is none.

    Returns
    -------
    dict
        By the heading that tells what a sheet is about, the label of the row (of days off the row
        itself), and the column.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    if not file.exists():
        return found
    for sheet in worksheets(
        file, kinds.SETTINGS_SHEET_TOO_LARGE, kinds.SETTINGS_SHEET_UNREADABLE()
    ):
        for which, row in _rows(file, sheet) or ():
            if row.aside is not None:
                continue
            label, *columns = _HEADINGS[which]
            key = str(row.place.row) if which == COUNTS_AS else row.label(label)
            columns = list(_HEADINGS[which]) if which == COUNTS_AS else columns
            said = {column: row.cells[column] for column in columns if row.said(column)}
            if said:
                found.setdefault(which, {}).setdefault(key, {}).update(said)
    return found


def _number(cell: Any) -> float | Fault:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return kinds.SETTINGS_SHEET_NUMBER()
    found = read_number(cell) if isinstance(cell, str) else float(cell)
    return kinds.SETTINGS_SHEET_NUMBER() if isinstance(found, Fault) else found


def _day(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.date()
    return cell if isinstance(cell, dt.date) else plain(text_of(cell))


def words_of(cell: Any) -> list[str]:
    """The words of a list, which people type with 、 between them."""
    words = plain(text_of(cell)).replace(",", "、").replace(";", "、").split("、")
    return [word.strip() for word in words if word.strip()]


def _numbers(cell: Any) -> list[int] | Fault:
    found = [_number(word) for word in words_of(cell)]
    if any(isinstance(one, Fault) or one % 1 for one in found):
        return kinds.SETTINGS_SHEET_NUMBER()
    return [int(one) for one in found if not isinstance(one, Fault)]


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "number": _number,
    "day": _day,
    "text": lambda cell: plain(text_of(cell)),
    "texts": words_of,
    "numbers": _numbers,
}


def with_typed(
    content: dict[str, Any], typed: Sequence[Typed], read: Callable[[dict[str, Any]], _Found]
) -> tuple[_Found, list[InputError]]:
    """The settings with the typed values in them, and messages about these.

    Parameters
    ----------
    content : dict
        The content of kpi.toml.
    typed : sequence of Typed
        What goes before that.
    read : callable
        Makes settings of content.

    Returns
    -------
    settings
        As `read` gives them.
    list of InputError
        What means nothing and does not count, and what kpi.toml says otherwise.

    Raises
    ------
    SettingError
        When kpi.toml itself cannot be used.
    """
    found, notes = read(content), []
    for one in typed:
        section, key = one.path
        before = content.get(section, {}).get(key)
        together = isinstance(one.value, list) and section == "calendar"
        value = [*_listed(before), *one.value] if together else one.value
        more = {**content, section: {**content.get(section, {}), key: value}}
        try:
            now = read(more)
        except SettingError as error:
            reason = error.fault.reason
            for word in (f"[{section}]", key):  # what only kpi.toml has
                reason = reason.replace(word, "")
            fault = kinds.SETTINGS_SHEET_VALUE(name=one.label, reason=reason.strip())
            notes.append(one.error(fault))
            continue
        if not together and before is not None and now != found:
            notes.append(one.error(differs(one.label, one.value, before)))
        content, found = more, now
    return found, notes


def differs(name: str, here: object, there: object) -> Fault:
    """The message about a setting that has another value in kpi.toml."""
    return kinds.SETTING_DIFFERS(name=name, here=_shown(here), there=_shown(there))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(_shown, value))
    if isinstance(value, dt.datetime):
        value = value.date()
    return text_of(value)
