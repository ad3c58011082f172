"""A template: a workbook whose slots can be filled any number of times."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.workbook import compiled_sheet, folds, identity_sheet, obstacles, slots
from kpi_xl.workbook.calculated import NOTHING, Calculation, Computed
from kpi_xl.workbook.compiled_sheet import Position, SheetProgram
from kpi_xl.workbook.consequences import Consequences
from kpi_xl.workbook.growth import regions, sheet_copies, sizes
from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.growth.sizes import Sizes
from kpi_xl.workbook.identity import NOBODY, PREFIX, Identified, Identity
from kpi_xl.workbook.identity_sheet import IdentitySheet
from kpi_xl.workbook.ooxml import cells, parts, sheet, styles
from kpi_xl.workbook.ooxml.calculation import calculated_on_load
from kpi_xl.workbook.ooxml.cells import UnwritableError, Written
from kpi_xl.workbook.ooxml.chart_caches import ChartProgram
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.references import Place, column_letters
from kpi_xl.workbook.ooxml.tables import tables
from kpi_xl.workbook.ooxml.zip_records import Framed, framed, written
from kpi_xl.workbook.pivots import PivotCache
from kpi_xl.workbook.slots import Slot, near_matches

_PROGRAMS_KEPT: Final = 16
_SIZES_KEPT: Final = 64
_DATE_FORMATS: Final = {cells.DATE: styles.DATE, cells.DATE_TIME: styles.DATE_TIME}


@dataclass(slots=True)
class _Program:
    """A template compiled for one set of slots.

    `slots` has with each slot its name and whether it takes one value, which is asked for every
    workbook. `same` are the pairs of values that go into one cell because two slots share it;
    `hidden` are the values of cells that a merged range hides; `owners` is the slot of every value.
    `charts` show filled cells; `frames` are those charts that are the same for all values.
    `calculation` has the formulas that depend on what is filled, whose values come behind those of
    the slots.
    """

    slots: list[tuple[Slot, str, bool]]
    sheets: dict[str, SheetProgram] = field(default_factory=dict)
    charts: dict[str, ChartProgram] = field(default_factory=dict)
    frames: dict[str, Framed] = field(default_factory=dict)
    same: list[tuple[int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    owners: list[Slot] = field(default_factory=list)
    calculation: Calculation | None = None


class Template:
    """A workbook whose slots can be filled.

    Reading it checks it, so that a workbook that cannot be filled faithfully is refused before
    anything is produced. It can be pickled, and keeps what it compiled.

    Parameters
    ----------
    path : path
        The .xlsx or .xlsm file.
    content : bytes, optional
        Its content, where it does not stand in the file as it is.

    Raises
    ------
    InputError
        The file cannot be read or is of a kind that cannot be filled faithfully.
    """

    def __init__(self, path: str | Path, content: bytes | None = None) -> None:
        package = Package(path, content)
        package.check()
        with package.telling():
            self._prepare(package)

    def _prepare(self, package: Package, resized: Sequence[Place] = ()) -> None:
        self.path = package.path
        self._package = package
        self._workbook = parts.workbook(package)
        self._suffix = parts.suffix(package, self._workbook.part)
        self._sheets = {
            name: sheet.read(package, part) for name, part in self._workbook.sheets.items()
        }
        self._tables = list(tables(package, self._workbook))
        self._taken = {
            name: obstacles.taken(package, part, (t for t in self._tables if t.sheet == name))
            for name, part in self._workbook.sheets.items()
        }
        self._regions = regions.regions(
            slots.marks(self._workbook, regions.MARK).values(),
            slots.marks(self._workbook, regions.BLOCK).values(),
            self._tables,
        )
        self._places = slots.places(self._workbook, self._tables)
        self._slots = {name: self._slot(name, place) for name, place in self._places.items()}
        self._growing = [slot for slot in self._slots.values() if slot.grows]
        self._folds = list(slots.marks(self._workbook, slots.FOLD).values())
        self._styles: styles.StyleSheet | None = None
        self._date_styles = styles.date_styles(self._package, self._workbook.styles)
        self._for_identities: tuple[Identified, IdentitySheet] | None = None
        self._sent: Template | None = None
        self._frames = self._unfilled()
        self._consequences = Consequences(
            self._package, self._workbook, self._sheets, self._tables, resized
        )
        self._style_frames: dict[tuple[tuple[int, str], ...], dict[str, Framed]] = {}
        self._programs: dict[frozenset[str], _Program] = {}
        self._resized: dict[Sizes, Template] = {}
        self._resized_places = resized
        self._folded: dict[tuple[tuple[str, frozenset[int]], ...], Template] = {}

    @property
    def suffix(self) -> str:
        """What the name of a filled workbook must end with: ``.xlsx``, or ``.xlsm`` with macros."""
        return self._suffix

    @property
    def slots(self) -> Mapping[str, Slot]:
        """The slots by name, in the workbook's order of names, those of Excel tables at the end.

        A name private to a sheet goes by its plain name, or by ``Sheet!name`` where there are
        several. Names that are not one plain area of cells are left out. A table is a slot of
        its own name, and each of its columns one, such as ``members.姓名``.
        """
        return MappingProxyType(self._slots)

    @property
    def workbook(self) -> parts.Workbook:
        """What the workbook part says: the sheets and all defined names."""
        return self._workbook

    @property
    def package(self) -> Package:
        """Its zip file."""
        return self._package

    @property
    def sheets_for_units(self) -> list[str]:
        """The sheets that are wanted once for each unit; see `sheet_copies`."""
        return sheet_copies.marked(self._workbook)

    def with_sheets(
        self, sheet: str, names: Sequence[str], keys: Sequence[str] = ()
    ) -> tuple[Template, list[dict[str, str]]]:
        """A template with several sheets in the place of one.

        Parameters
        ----------
        names : sequence of str
            What the sheets are called, if Excel takes it.
        keys : sequence of str
            By what each is known when the workbook comes back.

        Returns
        -------
        Template, list of dict
            The template; and for each sheet, the names of its slots by those they have here.

        Raises
        ------
        InputError
            Something on the sheet cannot be copied.
        """
        taken = {name.casefold() for name in self._workbook.sheets if name != sheet}
        written = []
        for name in names:
            written.append(sheet_copies.sheet_name(name, taken))
            taken.add(written[-1].casefold())
        found = Template.__new__(Template)
        with self._package.telling():
            package, tables = sheet_copies.copied(
                self._package, self._workbook, sheet, written, keys
            )
            found._prepare(package)
        own = {name: slot.plain_name for name, slot in self._slots.items() if slot.sheet == sheet}
        slots_of = []
        for copy, renamed in zip(written, tables, strict=True):
            by_name = {}
            for name, plain in own.items():
                table, dot, column = plain.partition(".")
                candidates = (f"{copy}!{plain}", f"{renamed.get(table, table)}{dot}{column}")
                by_name[name] = next(
                    one
                    for one in candidates
                    if one in found._slots and found._slots[one].sheet == copy
                )
            slots_of.append(by_name)
        return found, slots_of

    def style_of(self, sheet: str, row: int, column: int) -> str | None:
        """The index of a cell's style, where it has one."""
        found = self._sheets[sheet].cell(row, column)
        return self._sheets[sheet].default_style(row, column) if found is None else found.style

    def obstacle(self, name: str) -> InputError | None:
        """Why a slot cannot be filled, or cannot get more rows though it should; None if it can."""
        slot = self._slots[name]
        try:
            self._hidden(slot)
            if slot.grows:
                region = slot.growing
                self._of_size(((region, region.rows + (region.rows if region.is_block else 1)),))
        except InputError as error:
            return error
        return None

    def fill(
        self,
        values: Mapping[str, Any],
        identity: Identity | None = None,
        computed: Computed = NOTHING,
    ) -> bytes:
        """A workbook like the template, with these values in its slots.

        Nothing else changes, byte for byte, but that formulas which depend on what is filled get
        the value that they have now, or none where it cannot be told (`uncalculated`), that charts
        of such cells get their new values, that rows are hidden which are to be where nothing
        stands in them (`kpi_xl.workbook.folds`), and that the workbook is marked to be calculated
        when it is opened. A formula in a slot stays; the value is what it shows until then. The
        same values give the same bytes.

        Parameters
        ----------
        values : mapping of str to object
            The value of each slot to fill: None (blank), text, a truth value, a number, a date,
            a date with a time, a numpy scalar; NaN and infinities are error values. For a slot of
            several cells a list of rows or a 2-D array, or a plain list where it is one row or
            one column; cells beyond it are blanked. A slot that grows (`Slot.grows`) takes more
            rows than it has: they are inserted, and everything that refers to cells moves along.
            A slot in a block (`Slot.block`) takes a list with what each record has there, or one
            value that is the same for all.
            That is worked out once for each number of rows.
        identity : Identity, optional
            Whom it is for, by which it is known when it comes back.
        computed : Computed
            What a spreadsheet program shows in the workbook filled with these values: taken for
            formulas that get no value otherwise.

        Returns
        -------
        bytes
            The whole file.

        Raises
        ------
        InputError
            There is no such slot, a value does not fit its slot, the slot cannot be filled, or
            something in the workbook cannot follow when rows are inserted.
        TypeError
            A value is of a type that a cell cannot hold.
        """
        if identity not in (None, NOBODY):
            with self._package.telling():
                sent = self._with_identity_sheet()
            if sent is not self:
                return sent.fill(values, identity, computed)
        wanted = self._wanted(values) if self._regions else ()
        template = self._of_size(wanted) if wanted else self
        if any(region.is_block for region in self._regions):
            values = self._by_record(values, template, dict(wanted))
        if template._folds:
            template = template._without_empty_rows(values)
        return template._filled(values, identity, computed)

    def uncalculated(self, names: Collection[str]) -> list[tuple[str, str]]:
        """The formulas that have no value until a spreadsheet opens the filled workbook.

        Parameters
        ----------
        names : collection of str
            The slots that are filled.

        Returns
        -------
        list of (str, str)
            Sheet and cell of each.

        Raises
        ------
        InputError
            There is no such slot, or it cannot be filled.
        """
        calculation = self._program(frozenset(names)).calculation
        unknown = [] if calculation is None else calculation.unknown
        return [(sheet, f"{column_letters(column)}{row}") for sheet, (row, column) in unknown]

    @property
    def pivots(self) -> list[PivotCache]:
        """What its pivot tables are made of."""
        with self._package.telling():
            return self._consequences.pivots

    def _filled(
        self, values: Mapping[str, Any], identity: Identity | None, computed: Computed
    ) -> bytes:
        compiled = self._program(frozenset(values))
        found = self._written(compiled, values)
        with self._package.telling():
            if compiled.calculation is not None:
                found += compiled.calculation.values(found, computed)
            return self._produced(compiled, found, identity)

    def _program(self, names: frozenset[str]) -> _Program:
        compiled = self._programs.get(names)
        if compiled is None:
            with self._package.telling():
                compiled = self._compiled(names)
            while len(self._programs) >= _PROGRAMS_KEPT:
                del self._programs[next(iter(self._programs))]
            self._programs[names] = compiled
        return compiled

    def _slot(self, name: str, place: Place) -> Slot:
        found, cells_ = self._sheets[place.sheet], place.area
        has_formula = found.has_formula_in(cells_)
        return slots.slot(name, place, found.merges, has_formula, self._regions)

    def _wanted(self, values: Mapping[str, Any]) -> Sizes:
        """The growing areas that need another number of rows for these values, and how many."""
        rows: dict[str, int] = {}
        for slot in self._growing:
            if slot.name in values:
                with self._blaming(slot):
                    rows[slot.name] = slots.row_count(slot, values[slot.name])
        if not rows:
            return ()
        return sizes.wanted(self._slots, self._tables, rows)

    def _by_record(
        self, values: Mapping[str, Any], resized: Template, rows: Mapping[Region, int]
    ) -> dict[str, Any]:
        """The values by the names that the slots of blocks have in the resized template."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            slot = self._slots.get(name)
            if slot is None or slot.block is None:
                found[name] = value
                continue
            records = slots.listed(value)
            for number in range(rows.get(slot.block, slot.block.rows) // slot.block.rows):
                own = resized._named(regions.of_record(name, number + 1), slot.sheet)
                if records is None:
                    found[own] = value
                else:
                    found[own] = records[number] if number < len(records) else None
        return found

    def _named(self, name: str, sheet: str) -> str:
        """A slot's name here: one private to a sheet needs the sheet only among several."""
        return name if name in self._slots else name.removeprefix(f"{sheet}!")

    def _of_size(self, wanted: Sizes) -> Template:
        """The template with other numbers of rows in some areas."""
        found = self._resized.get(wanted)
        if found is None:
            found = Template.__new__(Template)
            with self._package.telling():
                found._prepare(
                    sizes.resized(
                        self._package,
                        self._workbook,
                        self._sheets,
                        self._tables,
                        self._taken,
                        wanted,
                    ),
                    sizes.places(wanted),
                )
            while len(self._resized) >= _SIZES_KEPT:
                del self._resized[next(iter(self._resized))]
            self._resized[wanted] = found
        return found

    def _without_empty_rows(self, values: Mapping[str, Any]) -> Template:
        """The template with the rows hidden that are to be, as nothing stands in them."""
        rows = folds.empty_rows(self._folds, self._slots.values(), values)
        if not rows:
            return self
        key = tuple(sorted(rows.items()))
        found = self._folded.get(key)
        if found is None:
            found = Template.__new__(Template)
            changed = {
                self._workbook.sheets[sheet].lower(): folds.hidden(self._sheets[sheet], hidden)
                for sheet, hidden in rows.items()
            }
            with self._package.telling():
                found._prepare(self._package.changed(changed), self._resized_places)
            while len(self._folded) >= _PROGRAMS_KEPT:
                del self._folded[next(iter(self._folded))]
            self._folded[key] = found
        return found

    def _unfilled(self) -> dict[str, Framed]:
        """Every entry ready to be written, as it is in a workbook of which no cell is filled."""
        changed: dict[str, bytes] = {}
        if any(found.has_formulas for found in self._sheets.values()):
            part = self._workbook.part
            changed[part.lower()] = calculated_on_load(self._package.read(part))
        frames = {}
        for entry in self._package.entries:
            content = changed.get(entry.name.lower())
            if content is not None and content == self._package.read(entry.name):
                content = None
            frames[entry.name.lower()] = framed(entry, content)
        return frames

    def _compiled(self, names: frozenset[str]) -> _Program:
        unknown = sorted(names - self._slots.keys())
        if unknown:
            raise self._unknown(unknown[0])
        compiled = _Program(
            [
                (slot, name, slot.rows == slot.columns == 1)
                for name, slot in self._slots.items()
                if name in names
            ]
        )
        wanted: dict[str, dict[Position, int]] = {}
        for slot, _, _ in compiled.slots:
            hidden = self._hidden(slot)
            on_sheet = wanted.setdefault(slot.sheet, {})
            for row in range(slot.first_row, slot.first_row + slot.rows):
                for column in range(slot.first_column, slot.first_column + slot.columns):
                    number = len(compiled.owners)
                    compiled.owners.append(slot)
                    if (row, column) in hidden:
                        compiled.hidden.append(number)
                        continue
                    first = on_sheet.setdefault((row, column), number)
                    if first != number:
                        compiled.same.append((first, number))
        follows = self._consequences.of(wanted, len(compiled.owners))
        compiled.calculation = follows.calculation
        compiled.frames, compiled.charts = follows.frames, follows.charts
        for name, places in follows.cells.items():
            part = self._workbook.sheets[name].lower()
            compiled.sheets[part] = compiled_sheet.compiled(
                self._sheets[name], places, self._date_styles
            )
        return compiled

    def _hidden(self, slot: Slot) -> set[Position]:
        """The cells of a slot that merged ranges hide; refuses a slot that cannot be filled."""
        with self._blaming(slot):
            return obstacles.hidden(
                self._places[slot.name].area,
                slot.rows == slot.columns == 1,
                self._taken[slot.sheet],
                self._sheets[slot.sheet].merges,
            )

    def _written(self, compiled: _Program, values: Mapping[str, Any]) -> list[Written]:
        """The values as they stand in the file, in the order the program numbers them."""
        found: list[Written] = []
        date1904, writers = self._workbook.date1904, cells.WRITERS
        for slot, name, takes_one in compiled.slots:
            value = values[name]
            try:
                writer = writers.get(type(value)) if takes_one else None
                if writer is not None:
                    found.append(writer(value))
                elif takes_one and not isinstance(value, list | tuple):
                    found.append(cells.written(_scalar(slot, value), date1904))
                else:
                    laid = slots.laid_out(slot, value)
                    found += [cells.written(one, date1904) for one in laid]
            except (UnwritableError, TypeError) as error:
                # Not `_blaming`, which for each of hundreds of slots takes a third of the time.
                raise self._blamed(slot, error) from None
        for number in compiled.hidden:
            if found[number][0] != cells.BLANK:
                raise self._refusal(compiled.owners[number], kinds.VALUE_HIDDEN())
        for first, second in compiled.same:
            if found[first] != found[second]:
                other = compiled.owners[second].name
                raise self._refusal(compiled.owners[first], kinds.TWO_VALUES(other=other))
        return found

    def _produced(
        self, compiled: _Program, values: list[Written], identity: Identity | None
    ) -> bytes:
        dated: dict[tuple[int, str], int] = {}
        count = len(self._date_styles) if self._workbook.styles is not None else 1

        def restyle(style: str | None, kind: str) -> int:
            if not count:
                raise self._package.refusal(kinds.NO_STYLES())
            # A style that is not there is the first one to spreadsheets.
            old = int(style or 0) if int(style or 0) < count else 0
            return dated.setdefault((old, _DATE_FORMATS[kind]), count + len(dated))

        frames = self._frames | compiled.frames
        for part, sheet_program in compiled.sheets.items():
            entry = self._package.find(part)
            assert entry is not None
            frames[part] = framed(entry, sheet_program.filled(values, restyle))
        for part, chart in compiled.charts.items():
            entry = self._package.find(part)
            assert entry is not None
            frames[part] = framed(entry, chart.filled(values))
        if dated:
            frames |= self._styled(tuple(dated))
        if identity is not None:
            names, page = self._identified()
            frames[self._workbook.part.lower()] = names.with_(identity)
            frames |= page.with_(identity)
        return written(frames.values())

    @property
    def is_somebodys(self) -> bool:
        """Whether it is a workbook that was sent to somebody, and says so."""
        named = any(
            scope is None and name.startswith(PREFIX) for name, scope, _ in self._workbook.names
        )
        return named or identity_sheet.read(self._package, self._workbook)[0] is not None

    def _with_identity_sheet(self) -> Template:
        """The template with a hidden sheet for what the hidden names say."""
        if self._sent is None:
            package = identity_sheet.added(self._package, self._workbook)
            self._sent = self
            if package is not self._package:
                self._sent = Template.__new__(Template)
                self._sent._prepare(package)
        return self._sent

    def _identified(self) -> tuple[Identified, IdentitySheet]:
        """The workbook part and the hidden sheet, ready for identities."""
        if self._for_identities is None:
            part = self._workbook.part
            entry = self._package.find(part)
            assert entry is not None
            content = self._package.read(part)
            if any(found.has_formulas for found in self._sheets.values()):
                content = calculated_on_load(content)
            page = IdentitySheet(self._package, self._workbook)
            self._for_identities = Identified(entry, content), page
        return self._for_identities

    def _styled(self, wanted: tuple[tuple[int, str], ...]) -> dict[str, Framed]:
        """The style sheet with these date styles added, and what else changes for it."""
        found = self._style_frames.get(wanted)
        if found is None:
            part = self._workbook.styles
            if self._styles is None:
                self._styles = styles.StyleSheet(
                    styles.PLAIN if part is None else self._package.read(part)
                )
            content = self._styles.with_dates(wanted)
            if part is None:
                package = parts.with_part(self._package, self._workbook, styles.PART, content)
            else:
                package = self._package.changed({part.lower(): content})
            old = set(self._package.entries)
            found = {
                entry.name.lower(): framed(entry) for entry in package.entries if entry not in old
            }
            self._style_frames[wanted] = found
        return found

    def _unknown(self, name: str) -> InputError:
        like = "、".join(f"「{one}」" for one in near_matches(name, self._slots))
        return self._package.refusal(kinds.SLOT_UNKNOWN(name=name, like=like))

    @contextmanager
    def _blaming(self, slot: Slot) -> Iterator[None]:
        """Says which slot a value does not fit."""
        try:
            yield
        except (UnwritableError, TypeError) as error:
            raise self._blamed(slot, error) from None

    def _blamed(self, slot: Slot, error: UnwritableError | TypeError) -> Exception:
        """The error that says so."""
        if isinstance(error, UnwritableError):
            return self._refusal(slot, error.fault)
        error.add_note(f"in slot {slot.name!r}")
        return error

    def _refusal(self, slot: Slot, fault: Fault) -> InputError:
        return InputError(fault, file=self.path, sheet=slot.sheet, slot=(slot.name, slot.reference))


def _scalar(slot: Slot, value: Any) -> Any:
    """The one value of a one-cell slot; an array of one element counts as one."""
    if getattr(value, "ndim", 0):
        (value,) = slots.laid_out(slot, value)
    return value
