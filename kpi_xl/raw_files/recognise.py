"""Which raw table a file or worksheet holds.

Headings tell what a table is; names of files and worksheets decide between tables that the
headings would allow. What holds none is left out, and said to be, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.schema import LISTS, Table
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.project import Project
from kpi_xl.raw_files import csv_file, excel_file
from kpi_xl.raw_files.formats import WORKBOOKS, Format, format_of
from kpi_xl.raw_files.grid import empty_file, not_open
from kpi_xl.raw_files.heading_text import NamedRows, Rows, normalise
from kpi_xl.raw_files.headings import Header, Headings
from kpi_xl.raw_files.parquet_file import headings_of
from kpi_xl.raw_files.sources import LeftOut, Source
from kpi_xl.raw_files.target_grid import speaks_of_results, speaks_of_targets
from kpi_xl.settings.sheets import NOT_READ

_PUT_ASIDE: Final = (
    "备份",
    "作废",
    "旧",
    "模板",
    "样例",
    "示例",
    "废弃",
    "不用",
    "副本",
    "(2)",
    "old",
    "backup",
    "copy",
)
"""What people write into the name of a worksheet that does not count."""

GUIDE_HEADINGS: Final = ("工作表", "列", "必填", "怎样写", "是什么")
"""The headings of the sheet that tells how our form for raw files is filled in."""

_RENEWALS: Final = ("续期", "续收", "续保", "应收", "renewal")
_TELLING: Final = {
    "activities": ("appointments", "visits", "interviews", "closings"),
    "attendance": ("days_due", "days_present"),
    "promotions": ("rank", "from_rank"),
    "outlets": ("name", "opened", "closed"),
}
"""What must be there besides the required columns, which many a list has, where no name helps."""

_ARCHIVES: Final = {".zip", ".rar", ".7z", ".gz", ".tar"}


def _telling(table: Table) -> frozenset[str]:
    """What must be there besides the required columns; nothing for most tables."""
    is_moves = bool(table.of_units(before=True))
    units = [one.code for one in table.columns if one.level and is_moves]
    return frozenset((*_TELLING.get(table.code, ()), *units))


@dataclass(frozen=True)
class _Sheet:
    """The first rows of a worksheet; of a text, as each delimiter would have them."""

    name: str | None
    hidden: bool
    alternatives: Sequence[Rows]

    @property
    def filled(self) -> bool:
        return any(cell for rows in self.alternatives for row in rows for cell in row)

    @property
    def width(self) -> int:
        """In how many columns something stands."""
        rows = self.alternatives[0]
        return max((n for row in rows for n, cell in enumerate(row, 1) if cell), default=0)

    @property
    def is_guide(self) -> bool:
        """Whether it tells how a form is filled in: what it says of columns is no heading."""
        return any(tuple(row) == GUIDE_HEADINGS for row in self.alternatives[0])

    def continues(self, other: _Sheet) -> bool:
        """Whether it may be the rest of another, of which only the first has the headings."""
        first = next((row for row in self.alternatives[0] if any(row)), ())
        filled = sum(bool(cell) for cell in first)
        return self.width == other.width and filled > 2 and filled * 2 > self.width


@dataclass(frozen=True)
class _Fit:
    """A table that a worksheet may be, with the header found."""

    table: Table
    header: Header
    rows: Rows

    @property
    def code(self) -> str:
        return self.table.code

    @property
    def whole(self) -> bool:
        return not self.header.match.missing

    @property
    def strength(self) -> int:
        """How much speaks for it: required headings by their own name, then by another; others."""
        table, total = self.table, 0
        for code, place in self.header.match.positions.items():
            column = table.column(code)
            own = normalise(self.header.cells[place] or "") == normalise(column.name)
            total += (3 if own else 2) if column.required else 1
        return total


@dataclass(frozen=True)
class LookedAt:
    """A worksheet that was looked at, whatever became of it.

    Parameters
    ----------
    name : str or None
        The worksheet.
    rows : sequence of sequence of str or None
        Its first rows.
    headers : mapping of str to Header
        The header found, by the code of every table of which it has a required heading.
    """

    name: str | None
    rows: Rows
    headers: Mapping[str, Header]


class Finder:
    """Looks through one file."""

    def __init__(self, project: Project, file: Path, named: tuple[str, ...]) -> None:
        self.project = project
        self.settings = project.settings
        self.file = file
        self.name = file.relative_to(project.data).as_posix()
        self.named = named
        self.sources: list[Source] = []
        self.left_out: list[LeftOut] = []
        self.told: list[tuple[Source, Fault]] = []
        self.looked_at: list[LookedAt] = []
        self.unwanted = False  # by what kpi.toml says

    def find(self) -> None:
        hinted = self._hints(self.file.stem)
        try:
            if self.file.stat().st_size == 0:
                raise empty_file(self.file)
            kind = format_of(self.file)
            if kind is None:
                self._no_table(hinted)
                return
            sheets = list(_sheets(self.file, kind))
        except PermissionError as error:
            raise not_open(self.file) from error
        except InputError as error:
            if self.named or hinted:
                raise
            self._leave(None, kinds.UNREADABLE(reason=error.problem, advice=error.advice))
            return
        for sheet in sheets:
            self._sheet(kind, sheet, hinted, alone=len(sheets) == 1)
        self._tell_continued(sheets)
        if not self.sources and not self.unwanted:
            self._nothing_found(sheets, hinted)
        if len(sheets) > 1:
            self.sources = [replace(source, several=True) for source in self.sources]

    def _tell_continued(self, sheets: Sequence[_Sheet]) -> None:
        """Sheets that look like the rest of one that is read may hold what is missing now."""
        by_name = {sheet.name: sheet for sheet in sheets}
        read = [by_name[source.sheet] for source in self.sources]
        for place, left in enumerate(self.left_out):
            sheet = by_name.get(left.sheet)
            if sheet is None or left.fault.kind is not kinds.NO_HEADINGS:
                continue
            if any(sheet.continues(other) for other in read):
                self.left_out[place] = replace(left, fault=kinds.CONTINUED(), matters=True)

    def _no_table(self, hinted: Sequence[str]) -> None:
        suffix = self.file.suffix.lower() or "没有扩展名"
        if self.named:
            raise InputError(kinds.NOT_READ(suffix=suffix), file=self.file)
        if suffix in _ARCHIVES:
            self._leave(None, kinds.ARCHIVE())
        else:
            self._leave(None, kinds.NOT_A_TABLE(suffix=suffix), matters=bool(hinted))

    def _sheet(self, kind: Format, of: _Sheet, hinted: Sequence[str], alone: bool) -> None:
        sheet = of.name
        if not of.filled:
            if sheet is not None:
                self._leave(sheet, kinds.EMPTY_SHEET(), matters=False)
            return
        if of.is_guide:
            self._leave(sheet, kinds.GUIDE_SHEET(), matters=False)
            return
        said = self.settings.said_of(self.name, sheet).table
        fits = self._fits(of.alternatives, sheet)
        best = max(fits, key=lambda fit: (fit.whole, fit.strength), default=None)
        self.looked_at.append(
            LookedAt(
                sheet,
                of.alternatives[0] if best is None else best.rows,
                {fit.code: fit.header for fit in fits},
            )
        )
        whole = [fit for fit in fits if fit.whole]
        if said == NOT_READ:
            self.unwanted = True
            self._leave(sheet, kinds.SAID_NOT_TO_READ(), matters=False)
        elif said:
            if not whole:
                raise self._missing(said, [of])
            self.sources.append(Source(said, self.file, self.name, sheet, kind))
        elif of.hidden:
            self._leave(sheet, kinds.HIDDEN_SHEET(), matters=bool(whole))
        elif not whole:
            if sheet is not None and not alone:
                self._leave(sheet, self._why_not(fits, sheet), matters=bool(self._hints(sheet)))
        elif sheet is not None and not alone and _put_aside(sheet):
            self._leave(sheet, kinds.PUT_ASIDE())
        elif (fit := self._chosen(whole, sheet, hinted)) is not None:
            self._take(kind, fit, sheet, hinted)

    def _take(self, kind: Format, fit: _Fit, sheet: str | None, hinted: Sequence[str]) -> None:
        table = fit.table.name
        if not self.named and fit.code in self.settings.files:
            self.unwanted = True
            files = "、".join(self.settings.files[fit.code])
            self._leave(sheet, kinds.NOT_CHOSEN(table=table, files=files))
            return
        source = Source(fit.code, self.file, self.name, sheet, kind)
        self.sources.append(source)
        if not self.named and hinted and fit.code not in hinted and not self._hints(sheet or ""):
            named = self.settings.lists[hinted[0]].name
            fault = kinds.NAME_CONTRADICTED(named=named, table=table, file=self.file.name)
            self.told.append((source, fault))

    def _fits(self, alternatives: Iterable[Rows], sheet: str | None) -> list[_Fit]:
        fits: dict[str, _Fit] = {}
        said, lists = self.settings.said_of(self.name, sheet).table, self.settings.lists
        asked = (said,) if said in lists else self.named or lists
        headings = {code: self._headings(code, sheet) for code in asked}
        known = frozenset[str]().union(*(one.known for one in headings.values()))
        for rows in alternatives:
            named = NamedRows(rows, known)
            for code, of_table in headings.items():
                header = of_table.find(rows, named)
                if header is None or not (said or self._may_be_spread(code, header, sheet)):
                    continue
                fit = _Fit(self.settings.lists[code], header, rows)
                before = fits.get(code)
                if before is None or (fit.whole, fit.strength) > (before.whole, before.strength):
                    fits[code] = fit
        return list(fits.values())

    def _may_be_spread(self, code: str, header: Header, sheet: str | None) -> bool:
        """Whether a grid of targets says that it is one: results by month are laid out alike."""
        if self.settings.lists[code].grid != "targets" or self.named or not header.match.spread:
            return True
        return speaks_of_targets(*self._texts(header, sheet))

    def _texts(self, header: Header, sheet: str | None) -> list[str]:
        """What names, titles and headings say of a worksheet."""
        return [self.file.stem, sheet or "", header.above, *filter(None, header.cells)]

    def _hints(self, name: str) -> list[str]:
        return hints(name, self.settings.lists)

    def _headings(self, code: str, sheet: str | None) -> Headings:
        return Headings.of(self.settings.lists[code], self.settings, self.name, sheet)

    def _chosen(self, whole: list[_Fit], sheet: str | None, hinted: Sequence[str]) -> _Fit | None:
        """The table that the names and the headings together tell; None where they do not."""
        by_code = {fit.code: fit for fit in whole}
        if self.named:
            return max(whole, key=lambda fit: fit.strength)
        name = f"{self.file.stem} {sheet or ''}".casefold()
        renewals = any(word in name for word in _RENEWALS)
        if renewals and "dues" in by_code:
            return by_code["dues"]
        chosen = None
        for names in (self._hints(sheet or ""), hinted):
            # Where two tables are named, the headings tell: 网点活动 may be either.
            named = [by_code[code] for code in names if code in by_code]
            if named:
                best = max(named, key=lambda fit: (fit.strength, -names.index(fit.code)))
                if best.code == names[0] or all(best.strength >= fit.strength for fit in whole):
                    chosen = best
                    break
        if chosen is None and (chosen := self._by_headings(whole, sheet)) is None:
            return None
        if chosen.code == "policies" and renewals:
            self._leave(sheet, kinds.RENEWALS_OR_NOT(file=self.file.name))
            return None
        if chosen.table.grid == "targets" and chosen.header.match.spread:
            texts = self._texts(chosen.header, sheet)
            cells = [chosen.header.cells[place] or "" for place in chosen.header.match.spread]
            if speaks_of_results(cells, texts):
                self._leave(sheet, kinds.TARGETS_OR_RESULTS())
                return None
        return chosen

    def _by_headings(self, whole: list[_Fit], sheet: str | None) -> _Fit | None:
        """The table that only the headings tell; None where they would allow several."""
        telling = [
            fit
            for fit in whole
            if not (needed := _telling(fit.table))
            or fit.header.match.spread
            or fit.header.match.positions.keys() & needed
        ]
        if not telling:
            self._leave(sheet, kinds.NOT_TELLING())
            return None
        most = max(fit.strength for fit in telling)
        best = [fit for fit in telling if fit.strength == most]
        if len(best) > 1:
            tables = "、".join(fit.table.name for fit in best)
            self._leave(sheet, kinds.SEVERAL_TABLES(tables=tables))
            return None
        return best[0]

    def _leave(self, sheet: str | None, fault: Fault, matters: bool = True) -> None:
        self.left_out.append(LeftOut(self.file, self.name, sheet, fault, matters))

    def _why_not(self, fits: Sequence[_Fit], sheet: str) -> Fault:
        names = self._hints(sheet)
        fit = next((fit for fit in fits if fit.code in names), None)
        return kinds.NO_HEADINGS() if fit is None else self._lacking(fit, sheet)

    def _lacking(self, fit: _Fit, sheet: str | None) -> Fault:
        headings, match = self._headings(fit.code, sheet), fit.header.match
        return kinds.LACKING(
            table=headings.table.name,
            columns="、".join(column.name for column in match.missing),
            **headings.lacks(match, fit.header.cells),
        )

    def _nothing_found(self, sheets: Sequence[_Sheet], hinted: Sequence[str]) -> None:
        """A file none of whose worksheets is a table: refused where its name says it is one."""
        meant = (*self.named, *hinted)[:1]
        matter = [one for one in self.left_out if one.sheet is None or one.matters]
        if matter:
            if meant:
                first = matter[0]
                raise InputError(first.fault, file=self.file, sheet=first.sheet)
            return
        visible = [sheet for sheet in sheets if not sheet.hidden]
        if meant:
            raise self._missing(meant[0], visible)
        fits = [
            (fit, sheet.name)
            for sheet in visible
            for fit in self._fits(sheet.alternatives, sheet.name)
        ]
        fits = [one for one in fits if len(one[0].header.match.positions) > 2]
        self.left_out = []
        if fits:
            self._leave(None, self._lacking(*max(fits, key=lambda each: each[0].strength)))
        else:
            self._leave(None, kinds.UNRECOGNISED(headings=_headings_there(visible)))

    def _missing(self, code: str, sheets: Sequence[_Sheet]) -> InputError:
        headings = self._headings(code, None)
        best: tuple[Header, str | None] | None = None
        for sheet in sheets:
            headings = self._headings(code, sheet.name)
            for rows in sheet.alternatives:
                header = headings.find(rows)
                if header and (best is None or headings.better(header.match, best[0].match)):
                    best = header, sheet.name
        others = [sheet.name for sheet in sheets if sheet.name is not None]
        if best is None:
            there = _headings_there(sheets)
            return headings.absent(self.file, None, None, others=others, there=there)
        header, name = best
        others = [other for other in others if other != name]
        return headings.lacking(
            header.match, header.cells, self.file, name, header.last + 1, others
        )


def _sheets(file: Path, kind: Format) -> Iterator[_Sheet]:
    """The worksheets of a file; what has none is one."""
    if kind in WORKBOOKS:
        for top in excel_file.tops(file, kind):
            yield _Sheet(top.sheet, top.hidden, [top.rows])
    elif kind == "text":
        yield _Sheet(None, False, csv_file.first_rows(file))
    else:
        yield _Sheet(None, False, [[headings_of(file)]])


def _put_aside(sheet: str) -> bool:
    lower = sheet.casefold()
    return any(word in lower for word in _PUT_ASIDE)


def _headings_there(sheets: Sequence[_Sheet]) -> str:
    """The headings of a file in which none is known, for people."""
    rows = [row for sheet in sheets for top in sheet.alternatives for row in top]
    widest = max(rows, key=lambda row: sum(bool(cell) for cell in row), default=())
    cells = [cell.strip() for cell in widest if cell][:10]
    return "、".join(cells) if len(cells) > 1 else ""


def hints(name: str, lists: Mapping[str, Table] = LISTS) -> list[str]:
    """The tables that a name speaks of, the likeliest first.

    The longest name counts most, and of equally long ones the last: 人员目标 holds targets.
    """
    name = name.casefold()
    fits = {
        (len(label), name.rfind(label.casefold()), table.code)
        for table in lists.values()
        for label in (table.name, *table.aliases)
        if label.casefold() in name
    }
    return list(dict.fromkeys(code for *_, code in sorted(fits, reverse=True)))
