"""A template's file: its sheets, tables and slots, and cells that must not be filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.workbook import obstacles, slots
from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.consequences import Consequences
from kpi_xl.workbook.folds import Folds
from kpi_xl.workbook.growth import regions
from kpi_xl.workbook.ooxml import parts, sheet, styles
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.references import Place
from kpi_xl.workbook.ooxml.tables import tables
from kpi_xl.workbook.slots import Slot


class TemplateFile:
    """A template as it was read.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    resized : sequence of Place
        Rows that rows were inserted into or taken out of since it was computed.

    Attributes
    ----------
    workbook : Workbook
        What its workbook part says.
    sheets : dict of str to Sheet
        Its worksheets by name.
    tables : list of Table
        All Excel tables of the workbook.
    taken : dict of str to list of Taken
        For each sheet, the cells that no slot may fill.
    regions : list of Region
        The areas that grow.
    places : dict of str to Place
        Where each slot is.
    slots : dict of str to Slot
        The slots by name.
    folds : Folds
        Where rows and sheets are hidden that have nothing in them.
    date_styles : sequence of bool
        For each style, whether it shows a number as a date.
    consequences : Consequences
        Tells what else changes when cells are filled.
    """

    def __init__(self, package: Package, resized: Sequence[Place] = ()) -> None:
        self.package = package
        self.resized = resized
        self.workbook = parts.workbook(package)
        self.sheets = {
            name: sheet.read(package, part) for name, part in self.workbook.sheets.items()
        }
        self.tables = list(tables(package, self.workbook))
        self.taken = {
            name: obstacles.taken(package, part, (t for t in self.tables if t.sheet == name))
            for name, part in self.workbook.sheets.items()
        }
        self.regions = regions.regions(
            slots.marks(self.workbook, regions.MARK).values(),
            slots.marks(self.workbook, regions.BLOCK).values(),
            self.tables,
        )
        self.places = slots.places(self.workbook, self.tables)
        self.slots = {name: self._slot(name, place) for name, place in self.places.items()}
        self.folds = Folds.of(self.workbook)
        self.date_styles = styles.date_styles(package, self.workbook.styles)
        self.consequences = Consequences(package, self.workbook, self.sheets, self.tables, resized)

    @property
    def has_formulas(self) -> bool:
        """Whether any sheet has one."""
        return any(found.has_formulas for found in self.sheets.values())

    def _slot(self, name: str, place: Place) -> Slot:
        found, cells = self.sheets[place.sheet], place.area
        has_formula = found.has_formula_in(cells)
        return slots.slot(name, place, found.merges, has_formula, self.regions)

    def hidden(self, slot: Slot) -> set[Position]:
        """The cells of a slot that merged ranges hide.

        Raises
        ------
        InputError
            The slot cannot be filled.
        """
        with self.blaming(slot):
            return obstacles.hidden(
                self.places[slot.name].area,
                slot.rows == slot.columns == 1,
                self.taken[slot.sheet],
                self.sheets[slot.sheet].merges,
            )

    @contextmanager
    def blaming(self, slot: Slot) -> Iterator[None]:
        """A context that adds the slot to an error about its value."""
        try:
            yield
        except (UnwritableError, TypeError) as error:
            raise self.blamed(slot, error) from None

    def blamed(self, slot: Slot, error: UnwritableError | TypeError) -> Exception:
        """The error with the slot's name."""
        if isinstance(error, UnwritableError):
            return self.refusal(slot, error.fault)
        error.add_note(f"in slot {slot.name!r}")
        return error

    def refusal(self, slot: Slot, fault: Fault) -> InputError:
        """The error about a slot."""
        return InputError(
            fault, file=self.package.path, sheet=slot.sheet, slot=(slot.name, slot.reference)
        )
