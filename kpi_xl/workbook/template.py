"""A template: a workbook whose slots can be filled any number of times."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar

from kpi_xl.errors import InputError
from kpi_xl.workbook import folds, identity_sheet, slot_program, slots, spans
from kpi_xl.workbook.calculated import NOTHING, Computed
from kpi_xl.workbook.filled_file import FilledFiles
from kpi_xl.workbook.growth import regions, sheet_copies, sizes
from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.growth.sizes import Sizes
from kpi_xl.workbook.identity import NOBODY, PREFIX, Identity
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.references import Place, column_letters
from kpi_xl.workbook.pivots import PivotCache
from kpi_xl.workbook.slot_program import SlotProgram
from kpi_xl.workbook.slots import Slot
from kpi_xl.workbook.template_file import TemplateFile

_KEPT: Final = 64
"""How many programs, sizes and foldings a template keeps."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


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
        self._prepare(package)

    @classmethod
    def _of(cls, package: Package, resized: Sequence[Place] = ()) -> Self:
        """Make it from a checked package."""
        found = cls.__new__(cls)
        found._prepare(package, resized)
        return found

    def _prepare(self, package: Package, resized: Sequence[Place] = ()) -> None:
        self.path = package.path
        with package.telling():
            self._file = TemplateFile(package, resized)
            self._suffix = parts.suffix(package, self._file.workbook.part)
            self._files = FilledFiles(self._file)
        self._growing = [slot for slot in self._file.slots.values() if slot.grows]
        self._sent: Template | None = None
        self._programs: dict[frozenset[str], SlotProgram] = {}
        self._resized: dict[Sizes, Template] = {}
        self._folded: dict[Hashable, Template] = {}
        self._narrowed: dict[Hashable, Template] = {}

    @property
    def suffix(self) -> str:
        """The suffix of a filled workbook: ``.xlsx``, or ``.xlsm`` with macros."""
        return self._suffix

    @property
    def slots(self) -> Mapping[str, Slot]:
        """The slots by name, in the workbook's order of names, those of Excel tables at the end.

        A name private to a sheet goes by its plain name, or by ``Sheet!name`` where there are
        several. Names that are not one plain area of cells are left out. A table is a slot of
        its own name, and each of its columns one, such as ``members.姓名``.
        """
        return MappingProxyType(self._file.slots)

    @property
    def workbook(self) -> parts.Workbook:
        """The workbook part: the sheets and all defined names."""
        return self._file.workbook

    @property
    def package(self) -> Package:
        """Its zip file."""
        return self._file.package

    @property
    def sheets_for_units(self) -> list[str]:
        """The sheets that are copied for each unit; see `sheet_copies`."""
        return sheet_copies.marked(self.workbook)

    def with_sheets(
        self, sheet: str, names: Sequence[str], keys: Sequence[str] = ()
    ) -> tuple[Template, list[dict[str, str]]]:
        """A template with copies of a sheet in its place.

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
        taken = {name.casefold() for name in self.workbook.sheets if name != sheet}
        written = []
        for name in names:
            written.append(sheet_copies.sheet_name(name, taken))
            taken.add(written[-1].casefold())
        with self.package.telling():
            package, tables = sheet_copies.copied(self.package, self.workbook, sheet, written, keys)
        found = self._of(package)
        own = {
            name: slot.plain_name for name, slot in self._file.slots.items() if slot.sheet == sheet
        }
        slots_of = []
        for copy, renamed in zip(written, tables, strict=True):
            by_name = {}
            for name, plain in own.items():
                table, dot, column = plain.partition(".")
                candidates = (f"{copy}!{plain}", f"{renamed.get(table, table)}{dot}{column}")
                by_name[name] = next(
                    one
                    for one in candidates
                    if one in found._file.slots and found._file.slots[one].sheet == copy
                )
            slots_of.append(by_name)
        return found, slots_of

    def style_of(self, sheet: str, row: int, column: int) -> str | None:
        """The index of a cell's style, where it has one."""
        found = self._file.sheets[sheet].cell(row, column)
        return self._file.sheets[sheet].default_style(row, column) if found is None else found.style

    def obstacle(self, name: str) -> InputError | None:
        """Why a slot cannot be filled, or cannot grow; None if it can."""
        slot = self._file.slots[name]
        try:
            self._file.hidden(slot)
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
            with self.package.telling():
                sent = self._with_identity_sheet()
            if sent is not self:
                return sent.fill(values, identity, computed)
        wanted = self._wanted(values) if self._file.regions else ()
        template = self._of_size(wanted) if wanted else self
        if any(region.is_block for region in self._file.regions):
            values = self._by_record(values, template, dict(wanted))
        if template._file.folds:
            template = template._without_empty_rows(values)
        if begins := spans.spans(template.workbook, template._file.slots.values(), values):
            with template.package.telling():
                template = template._begun(begins)
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
        """The caches of its pivot tables."""
        with self.package.telling():
            return self._file.consequences.pivots

    def _filled(
        self, values: Mapping[str, Any], identity: Identity | None, computed: Computed
    ) -> bytes:
        program = self._program(frozenset(values))
        found = slot_program.written(self._file, program, values)
        with self.package.telling():
            if program.calculation is not None:
                found += program.calculation.values(found, computed)
            return self._files.content(program, found, identity)

    def _program(self, names: frozenset[str]) -> SlotProgram:
        def compiled() -> SlotProgram:
            with self.package.telling():
                return slot_program.compiled(self._file, names)

        return _kept(self._programs, names, compiled)

    def _wanted(self, values: Mapping[str, Any]) -> Sizes:
        """The growing areas that need another number of rows, and the number."""
        rows: dict[str, int] = {}
        for slot in self._growing:
            if slot.name in values:
                with self._file.blaming(slot):
                    rows[slot.name] = slots.row_count(slot, values[slot.name])
        if not rows:
            return ()
        return sizes.wanted(self._file.slots, self._file.tables, rows)

    def _by_record(
        self, values: Mapping[str, Any], resized: Template, rows: Mapping[Region, int]
    ) -> dict[str, Any]:
        """The values under the names of records in the resized template."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            slot = self._file.slots.get(name)
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
        """The name of a slot here: the sheet is needed only where several have it."""
        return name if name in self._file.slots else name.removeprefix(f"{sheet}!")

    def _of_size(self, wanted: Sizes) -> Template:
        """The template with other numbers of rows in some areas."""

        def resized() -> Template:
            file = self._file
            with file.package.telling():
                package = sizes.resized(
                    file.package, file.workbook, file.sheets, file.tables, file.taken, wanted
                )
            return self._of(package, sizes.places(wanted))

        return _kept(self._resized, wanted, resized)

    def _without_empty_rows(self, values: Mapping[str, Any]) -> Template:
        """The template with empty rows hidden."""
        file = self._file
        rows = file.folds.empty_rows(file.slots.values(), values)
        pages = file.folds.empty_pages(file.slots.values(), values)
        charts = file.folds.empty_charts(file.slots.values(), values)

        def folded() -> Template:
            changed = {
                file.workbook.sheets[sheet].lower(): folds.hidden(file.sheets[sheet], hidden)
                for sheet, hidden in rows.items()
            }
            if pages:
                part = file.workbook.part
                content = parts.xml(file.package, part)
                changed[part.lower()] = folds.without_pages(content, pages)
            for sheet in file.workbook.sheets.values() if charts else ():
                for one in parts.relationships(file.package, sheet).values():
                    if one.kind == "drawing":
                        content = parts.xml(file.package, one.target)
                        changed[one.target.lower()] = folds.without_charts(content, charts)
            return self._of(file.package.changed(changed), file.resized)

        wanted = tuple(sorted(rows.items())), pages, charts
        return _kept(self._folded, wanted, folded) if rows or pages or charts else self

    def _begun(self, begins: spans.Spans) -> Template:
        """The template with charts that begin where there are values."""
        file = self._file

        def narrowed() -> Template:
            changed = {}
            for part, kind, _ in parts.related(file.package, file.workbook):
                if kind == "chart" and file.package.find(part) is not None:
                    content = parts.xml(file.package, part)
                    if (new := spans.begun(content, begins)) != content:
                        changed[part.lower()] = new
            for part in file.workbook.sheets.values():
                content = parts.xml(file.package, part)
                if (new := spans.begun_sparklines(content, begins)) != content:
                    changed[part.lower()] = new
            return self._of(file.package.changed(changed), file.resized) if changed else self

        return _kept(self._narrowed, tuple(sorted(begins.items())), narrowed)

    @property
    def is_somebodys(self) -> bool:
        """Whether it is a workbook that was sent to a recipient."""
        named = any(
            scope is None and name.startswith(PREFIX) for name, scope, _ in self.workbook.names
        )
        return named or identity_sheet.read(self.package, self.workbook)[0] is not None

    def _with_identity_sheet(self) -> Template:
        """The template with a hidden sheet for the identity."""
        if self._sent is None:
            package = identity_sheet.added(self.package, self.workbook)
            self._sent = self if package is self.package else self._of(package)
        return self._sent


def _kept(store: dict[_Key, _Value], key: _Key, made: Callable[[], _Value]) -> _Value:
    """The cached value of a key, made if it is missing; the oldest is dropped when there are
    many.
    """
    if key not in store:
        store[key] = made()
        while len(store) > _KEPT:
            del store[next(iter(store))]
    return store[key]
