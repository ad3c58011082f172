"""Proposals for a worksheet: which table it may be, which heading which column. People choose.

What the headings say to the letter is sure. A heading that is merely like a column's name, or a
column whose cells are what the column holds, is proposed and asked about, never taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from rapidfuzz import fuzz

from kpi_xl.catalogue.schema import LISTS, Column, Table
from kpi_xl.checks.doubtful_amounts import FEWEST, LEAST
from kpi_xl.checks.seen import Seen
from kpi_xl.checks.statuses import MOST_WORDS, meaning_of
from kpi_xl.checks.unused_columns import speaks_of
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.raw_files.formats import format_of
from kpi_xl.raw_files.heading_text import HEADER_WITHIN, Rows, normalise
from kpi_xl.raw_files.headings import Header, Headings, column_names
from kpi_xl.raw_files.read import read_source
from kpi_xl.raw_files.sources import Source
from kpi_xl.raw_files.units_of_money import unit_of
from kpi_xl.readers.cell import is_nothing
from kpi_xl.readers.date import NoDay, read_day
from kpi_xl.readers.month import read_month
from kpi_xl.readers.number import read_count, read_money, read_number
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.sheets import STATUSES, UNITS

How = Literal["heading", "near", "content", ""]
"""By what a column is found: its heading, one that is like it, its cells; not at all."""

_BELOW_GRID: Final = {"days": "当天出勤", "targets": "目标值"}

_ALIKE: Final = 62.0
"""Percent: 销售员编码 and 业务员编码 are more alike, 保单号 and 投保单号码 as well."""

_MOSTLY: Final = 0.8
_FEWEST: Final = 3
_STATUS_WORDS: Final = re.compile(r"状态|是否在职|是否离职|标志|是否犹?撤|犹撤|犹退|是否退保|类型")

_TEXT_ID: Final = re.compile(r"[0-9A-Za-z\-_.]{3,12}")
_POLICY_ID: Final = re.compile(r"[0-9A-Za-z\-]{8,24}")
_PERSON: Final = re.compile(r"[\u4e00-\u9fff·]{2,6}")
_SERIAL: Final = re.compile(r"[2-6]\d{4}(\.\d+)?")
_TIME: Final = re.compile(r"日|时|期|天|年|date|time|day", re.IGNORECASE)
_OTHER_DAYS: Final = re.compile(r"生日|出生|毕业|合同到期|有效|打印|导出|更新|birth", re.IGNORECASE)
_AMOUNTS: Final = re.compile(r"费|佣|金额|[(（万千]元|fyc|fyp|premium|amount", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnProposal:
    """A heading that may be a column.

    Parameters
    ----------
    heading : str
        The heading proposed; empty where there is none.
    how : str
        By what the column was recognised: its heading or its cells.
    """

    column: Column
    heading: str
    how: How

    @property
    def sure(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.how == "heading" or (not self.heading and not self.column.required)


@dataclass(frozen=True)
class MoneyColumn:
    """A column of amounts.

    Parameters
    ----------
    unit : str
        The unit they are taken to be in, a key of `kpi_xl.settings.sheets.UNITS`.
    sure : bool
        Whether the file says so, or the amounts look it.
    """

    heading: str
    unit: str
    sure: bool


@dataclass(frozen=True)
class StatusColumn:
    """A column of a few words about the state of a person or policy.

    Parameters
    ----------
    values : tuple of str
        The different words below it.
    meanings: mapping of str to str
        What those are taken to mean that are understood.
    """

    heading: str
    values: tuple[str, ...]
    meanings: Mapping[str, str]

    @property
    def strange(self) -> list[str]:
        """The words that are not known."""
        return [word for word in self.values if word not in self.meanings]


@dataclass(frozen=True)
class SheetProposal:
    """The proposal for one worksheet.

    Parameters
    ----------
    seen : Seen
        The worksheet as it was looked at.
    tables : tuple of str
        The codes of the tables it may be, the likeliest first.
    header : Header or None
        The header of the first of them.
    columns : tuple of ColumnProposal
        All columns of the first of them.
    headings : tuple of str
        All headings of the file.
    statuses : tuple of StatusColumn
        The columns of statuses that are no column of the table.
    """

    seen: Seen
    tables: tuple[str, ...]
    header: Header | None
    columns: tuple[ColumnProposal, ...]
    headings: tuple[str, ...]
    statuses: tuple[StatusColumn, ...]

    @property
    def code(self) -> str:
        """The table it is proposed to be; empty for none."""
        return self.tables[0] if self.tables else ""

    @property
    def side_by_side(self) -> Mapping[str, str]:
        """The headings of a grid that are no column themselves, and what stands below them."""
        if self.header is None or not self.header.match.spread:
            return {}
        headings = ((self.header.cells[place] or "").strip() for place in self.header.match.spread)
        return dict.fromkeys(headings, _BELOW_GRID[LISTS[self.code].grid])

    def first_cells(self, place: int, most: int, code: str = "") -> list[str]:
        """The first cells below a heading.

        Parameters
        ----------
        place : int
            Where the heading stands.
        most : int
            How many, at most.
        code : str
            The column it is read as: a day that a workbook keeps as a number is shown as a day.
        """
        below = 0 if self.header is None else self.header.last
        cells = [cell or "" for cell in _below(self.seen.rows, below, place)[:most]]
        if code and LISTS[self.code].column(code).kind == "date":
            return [_as_day(cell) for cell in cells]
        return cells

    def money(self, columns: Mapping[str, str]) -> list[MoneyColumn]:
        """The columns of amounts, if these headings are these columns."""
        if self.header is None:
            return []
        table, found = LISTS[self.code], []
        for code, heading in columns.items():
            if table.column(code).kind == "money" and heading in self.headings:
                found.append(_amounts_below(code, heading, self.header, self.seen.rows))
        return [one for one in found if one.unit in UNITS]


def propose(seen: Seen, settings: Settings, code: str = "") -> SheetProposal:
    """Propose the table and the columns of a worksheet.

    Parameters
    ----------
    seen : Seen
        The worksheet as it was looked at.
    settings : Settings
        The project's tables, columns and earlier choices.
    code : str
        The table that somebody says it is.
    """
    if not seen.rows or not any(any(row) for row in seen.rows):
        return SheetProposal(seen, (), None, (), (), ())
    tables = _tables(seen, settings)
    if code:
        tables = (code, *(one for one in tables if one != code))
    if not tables:
        return SheetProposal(seen, (), None, (), _texts(_widest(seen.rows)), ())
    table = LISTS[tables[0]]
    header = seen.headers.get(table.code) or _header(table, seen, settings)
    columns = _columns(table, header, seen.rows)
    used = {one.heading for one in columns if one.heading}
    return SheetProposal(
        seen,
        tables,
        header,
        columns,
        _texts(header.cells),
        tuple(_statuses(table, header, seen.rows, used)),
    )


def with_all_words(proposal: SheetProposal, settings: Settings) -> SheetProposal:
    """The same proposal with the status words of all rows, where the sheet is long and readable.

    Parameters
    ----------
    proposal : SheetProposal
        What was proposed after the first rows.
    settings : Settings
        The project's tables, columns and earlier choices.
    """
    seen = proposal.seen
    if not proposal.statuses or len(seen.rows) < HEADER_WITHIN:
        return proposal
    kind = format_of(seen.file)
    if kind is None:
        return proposal
    try:
        raw = read_source(Source(proposal.code, seen.file, seen.name, seen.sheet, kind), settings)
    except InputError:  # a required column has yet to be chosen
        return proposal
    statuses = []
    for one in proposal.statuses:
        cells = raw.others.get(one.heading)
        words = one.values if cells is None else cells.unique().drop_null().to_pylist()
        if len(words) <= MOST_WORDS:
            statuses.append(_status(proposal.code, one.heading, words))
    return replace(proposal, statuses=tuple(statuses))


def _texts(cells: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.strip() for cell in cells if cell and cell.strip()))


def _widest(rows: Rows) -> Sequence[str | None]:
    return max(rows, key=lambda row: sum(bool(cell) for cell in row))


def _header(table: Table, seen: Seen, settings: Settings) -> Header:
    """The header where no required heading is known: the widest row of words."""
    row = _widest(seen.rows)
    index = next(place for place, one in enumerate(seen.rows) if one is row)
    match = Headings.of(table, settings).match(row)
    return Header(match, tuple(row), index, index, "")


def _tables(seen: Seen, settings: Settings) -> tuple[str, ...]:
    """The tables that it may be, the likeliest first: those most of whose columns it has."""
    if seen.code:
        first: tuple[str, ...] = (seen.code,)
    else:
        first = ()
    worth: dict[str, tuple[int, float]] = {}
    for table in LISTS.values():
        header = seen.headers.get(table.code) or _header(table, seen, settings)
        columns = _columns(table, header, seen.rows)
        required = [one for one in columns if one.column.required]
        lacking = sum(not one.heading for one in required)
        by_name = sum(one.how in ("heading", "near") for one in columns)
        sure = sum(one.how == "heading" for one in columns)
        if by_name and lacking * 2 <= len(required):
            worth[table.code] = (-lacking, sure + 0.6 * (by_name - sure))
    order = sorted(worth, key=lambda code: worth[code], reverse=True)
    return tuple(dict.fromkeys((*first, *order)))


def _columns(table: Table, header: Header, rows: Rows) -> tuple[ColumnProposal, ...]:
    positions = header.match.positions
    found: dict[str, tuple[str, How]] = {
        code: ((header.cells[place] or "").strip(), "heading") for code, place in positions.items()
    }
    taken = set(positions.values())
    free = [
        (place, cell.strip())
        for place, cell in enumerate(header.cells)
        if cell
        and cell.strip()
        and place not in taken
        # What became of somebody is no other column that happens to be called alike.
        and not (table.code in STATUSES and _STATUS_WORDS.search(cell))
    ]
    cells = {place: _below(rows, header.last, place) for place, _ in free}
    # A grid is counted day by day: a column beside it is at most the sum of it.
    wanted = [
        column for column in table.columns if column.code not in found and not header.match.spread
    ]
    alike = sorted(
        (
            (_likeness(table, column, heading), number, place, column.code, heading)
            for number, column in enumerate(wanted)
            for place, heading in free
            if _may_hold(column, cells[place])
        ),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    for score, _, place, code, heading in alike:
        if score >= _ALIKE and code not in found and place not in taken:
            found[code] = heading, "near"
            taken.add(place)
    for column in wanted:
        if column.code in found or column.code not in _BY_CONTENT.get(table.code, {}):
            continue
        looks = _BY_CONTENT[table.code][column.code]
        for place, heading in free:
            if place not in taken and looks(heading, cells[place]):
                found[column.code] = heading, "content"
                taken.add(place)
                break
    return tuple(
        ColumnProposal(
            replace(column, required=False) if column.instead in found else column,
            *found.get(column.code, ("", "")),
        )
        for column in table.columns
    )


def _below(rows: Rows, header: int, place: int) -> list[str | None]:
    return [row[place] if place < len(row) else None for row in rows[header + 1 :] if any(row)]


def _likeness(table: Table, column: Column, heading: str) -> float:
    """How similar a heading is to one of a column's names, in percent."""
    form = normalise(heading)
    best = _ALIKE if speaks_of(table, column.code, heading) else 0.0
    for name in column_names(column):
        known = normalise(name)
        if len(known) > 1 and known in form:
            best = max(best, 65.0 + 30.0 * len(known) / len(form))
        best = max(best, fuzz.ratio(form, known))
    return best


def _may_hold(column: Column, cells: Sequence[str | None]) -> bool:
    """Whether most cells are valid in the column; empty cells are ignored."""
    filled = [cell for cell in cells if not is_nothing(cell)]
    reads = _READS.get(column.kind)
    if column.kind == "choice":
        words = {normalise(word) for word, _ in column.choices}
        return _mostly(normalise(cell or "") in words for cell in filled)
    return reads is None or _mostly(reads(cell) for cell in filled)


def _mostly(true: Iterable[bool]) -> bool:
    known = list(true)
    return not known or sum(known) >= _MOSTLY * len(known)


def _is_day(cell: object) -> bool:
    return isinstance(read_day(cell), (dt.date, NoDay))


def _as_day(cell: str) -> str:
    day = read_day(cell)
    return day.isoformat() if _SERIAL.fullmatch(cell) and isinstance(day, dt.date) else cell


def _days(heading: str, cells: Sequence[str]) -> bool:
    """Whether the cells are days: written as days, or as numbers below a heading about time."""
    if all(map(_written_day, cells)):
        return True
    return bool(_TIME.search(heading)) and all(
        _written_day(cell) or (_SERIAL.fullmatch(cell) and _is_day(cell)) for cell in cells
    )


def _written_day(cell: str | None) -> bool:
    """Whether a text is written as a day; a bare number is not."""
    return bool(cell and re.match(r"\d{4}[-/.年]\d{1,2}[-/.月]|(19|20)\d{6}$", cell)) and _is_day(
        cell
    )


_READS: Final[Mapping[str, Callable[[str | None], bool]]] = {
    "date": _is_day,
    "money": lambda cell: not isinstance(read_money(cell or ""), Fault),
    "count": lambda cell: not isinstance(read_count(cell or ""), Fault),
    "number": lambda cell: not isinstance(read_number(cell or ""), Fault),
    "month": lambda cell: not isinstance(read_month(cell), Fault),
}


def _days_below(heading: str, cells: Sequence[str | None]) -> bool:
    filled = [cell for cell in cells if cell]
    return (
        len(filled) >= _FEWEST
        and len(filled) == len(cells)
        and _days(heading, filled)
        and not _OTHER_DAYS.search(heading)
    )


def _some_days_below(heading: str, cells: Sequence[str | None]) -> bool:
    filled = [cell for cell in cells if cell]
    return (
        0 < len(filled) < len(cells) and _days(heading, filled) and not _OTHER_DAYS.search(heading)
    )


def _all_like(pattern: re.Pattern[str], different: bool) -> Callable[..., bool]:
    def looks(heading: str, cells: Sequence[str | None]) -> bool:
        filled = [cell for cell in cells if cell]
        return (
            len(filled) >= _FEWEST
            and all(pattern.fullmatch(cell) for cell in filled)
            and (not different or len(set(filled)) == len(filled))
            and not any(map(_written_day, filled))
            and not _AMOUNTS.search(heading)
        )

    return looks


def _flags_below(heading: str, cells: Sequence[str | None]) -> bool:
    return {cell for cell in cells if cell} == {"男", "女"}


_BY_CONTENT: Final[Mapping[str, Mapping[str, Callable[[str, Sequence[str | None]], bool]]]] = {
    "agents": {
        "agent": _all_like(_TEXT_ID, different=True),
        "gender": _flags_below,
        "name": _all_like(_PERSON, different=True),
        "signed": _days_below,
        "left": _some_days_below,
    },
    "policies": {
        "policy": _all_like(_POLICY_ID, different=True),
        "agent": _all_like(_TEXT_ID, different=False),
        "issued": _days_below,
    },
}
"""Columns that can be told by what stands in them."""


def _amounts_below(code: str, heading: str, header: Header, rows: Rows) -> MoneyColumn:
    unit = unit_of(heading, header.above)
    place = next(i for i, cell in enumerate(header.cells) if (cell or "").strip() == heading)
    amounts = [read_money(cell) for cell in _below(rows, header.last, place) if cell]
    sizes = sorted(abs(fen) for fen in amounts if isinstance(fen, int) and fen)
    small = len(sizes) >= FEWEST and sizes[len(sizes) // 2] < LEAST.get(code, 0) * 100
    return MoneyColumn(heading, f"{unit}元", bool(unit) or "元" in heading or not small)


def _statuses(table: Table, header: Header, rows: Rows, used: set[str]) -> Sequence[StatusColumn]:
    if table.code not in STATUSES:
        return ()
    found = []
    for place, cell in enumerate(header.cells):
        heading = (cell or "").strip()
        if heading and heading not in used and _STATUS_WORDS.search(heading):
            values = dict.fromkeys(text for text in _below(rows, header.last, place) if text)
            if 0 < len(values) <= MOST_WORDS:
                found.append(_status(table.code, heading, list(values)))
    return found


def _status(code: str, heading: str, words: Sequence[str]) -> StatusColumn:
    told = {word: meaning_of(code, heading, word) for word in words}
    meanings = {word: meaning for word, meaning in told.items() if meaning}
    return StatusColumn(heading, tuple(words), meanings)
