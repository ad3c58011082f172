"""Insert and remove rows of a workbook, and update everything that refers to cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.workbook.growth.blocks import LooseRuleError, NameTakenError
from kpi_xl.workbook.growth.formula_copies import Copier
from kpi_xl.workbook.growth.references_elsewhere import KINDS, SHEET, Rewriter
from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.growth.rows import CrossedError, SheetRows
from kpi_xl.workbook.growth.shift import (
    PartOfBlockError,
    SeveralSheetsError,
    Shift,
    Shifts,
    TooLongError,
)
from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import Area
from kpi_xl.workbook.ooxml.sheet import Sheet
from kpi_xl.workbook.returned import Reader


def grown(
    package: Package, workbook: Workbook, sheets: Mapping[str, Sheet], wanted: Mapping[Region, int]
) -> Package:
    """The workbook with other numbers of rows in some areas.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    sheets : mapping of str to Sheet
        Its scanned worksheets by name.
    wanted : mapping of Region to int
        The areas that change, none of which has rows of another, and how many rows each gets.

    Returns
    -------
    Package
        Only the parts that mention a cell that moved differ; the order in which formulas were
        last calculated (calcChain) is left out, which every program makes anew.

    Raises
    ------
    InputError
        Something in the workbook cannot follow.
    Lost
        Something refers only to rows that would be removed.
    """
    return _Grower(package, workbook, sheets, wanted).grown()


_HEADING_ROWS: Final = 3
_MOST_MERGED: Final = 1_000


class _Grower:
    """Goes through all parts of a workbook."""

    def __init__(
        self,
        package: Package,
        workbook: Workbook,
        sheets: Mapping[str, Sheet],
        wanted: Mapping[Region, int],
    ) -> None:
        self._package = package
        self._workbook = workbook
        self._sheets = sheets
        self._wanted = wanted
        self._reader = Reader(package, workbook)
        changes: dict[str, list[Region]] = {}
        for region in sorted(wanted):
            changes.setdefault(region.sheet.casefold(), []).append(region)
        self._regions = changes
        self._shifts: Shifts = {
            sheet: Shift(tuple(region.change(wanted[region]) for region in regions))
            for sheet, regions in changes.items()
        }

    def grown(self) -> Package:
        """The workbook after the change."""
        at: str | None = None
        try:
            changed: dict[str, bytes] = {}
            for at, part in self._workbook.sheets.items():
                changed[part.lower()] = self._worksheet(at)
            dropped = set()
            for part, kind, at in parts.related(self._package, self._workbook):
                if kind == "calcChain":
                    dropped.add(part.lower())
                elif kind in KINDS and part.lower() not in changed:
                    rewriter = self._rewriter(at)
                    changed[part.lower()] = KINDS[kind](rewriter, self._read(part, kind))
            at = None
            changed[self._workbook.part.lower()] = self._names()
        except TooLongError:
            raise self._refusal(at, kinds.SHEET_FULL()) from None
        except SeveralSheetsError:
            raise self._refusal(at, kinds.SEVERAL_SHEETS()) from None
        except CrossedError as error:
            raise self._refusal(at, kinds.ARRAY_IN_ROWS(reference=error.cells.reference)) from None
        except PartOfBlockError as error:
            raise self._refusal(at, kinds.PART_OF_BLOCK(reference=error.reference)) from None
        except LooseRuleError as error:
            raise self._refusal(
                at, kinds.LOOSE_RULE(cells=error.cells, reference=error.reference)
            ) from None
        except NameTakenError as error:
            raise self._refusal(None, kinds.NAME_TAKEN(name=error.name)) from None
        if dropped:
            changed |= self._without(dropped)
        different = {
            part: content
            for part, content in changed.items()
            if content != self._package.read(part)
        }
        return self._package.changed(different, dropped)

    def _refusal(self, sheet: str | None, fault: Fault) -> InputError:
        return InputError(fault, file=self._package.path, sheet=sheet)

    def _read(self, part: str, kind: str) -> bytes:
        # Notes and controls are drawn in something that is not quite XML.
        return self._package.read(part) if kind == "vmlDrawing" else parts.xml(self._package, part)

    def _copiers(self, sheet: str) -> list[Copier]:
        shift = self._shifts.get(sheet, Shift(()))
        regions = self._regions.get(sheet, [])
        return [
            Copier(region, change, self._shifts)
            for region, change in zip(regions, shift.changes, strict=True)
        ]

    def _rewriter(self, sheet: str | None) -> Rewriter:
        name = (sheet or "").casefold()
        return Rewriter(name, self._shifts, self._copiers(name))

    def _worksheet(self, name: str) -> bytes:
        sheet = self._sheets[name]
        self._check_merges(name)
        folded = name.casefold()
        found = markup.elements(sheet.xml, SHEET)
        behind = max((row.end for row in sheet.rows.values()), default=sheet.data_tag_end)
        formulas = [
            one for one in found if one.name == "f" and sheet.data_start < one.start < behind
        ]
        copiers = self._copiers(folded)
        edits = [
            *SheetRows(
                sheet, folded, formulas, self._shifts, copiers, partial(self._headings, name)
            ).edits(),
            *self._rewriter(name).sheet_edits(sheet.xml, found, sheet.data_start, behind),
        ]
        return markup.spliced(sheet.xml, edits)

    def _headings(self, name: str, region: Region) -> dict[int, str]:
        """The headings of an area's columns: the lowest text above each."""
        first = max(region.first - _HEADING_ROWS, 1)
        sheet = self._sheets[name]
        columns = {column for row in sheet.rows_within(first, region.last) for column in row.cells}
        if region.first == 1 or not columns:
            return {}
        above = Area(first, min(columns), region.first - 1, max(columns))
        values = self._reader.area(self._workbook.sheets[name], above)
        for merge in sheet.merges:
            if merge.meets(above) and merge.size <= _MOST_MERGED:
                shown = values.get(merge[:2])
                values |= dict.fromkeys(merge.shared(above).positions(), shown)
        found: dict[int, str] = {}
        for (_, column), value in values.items():
            if value is not None:
                found[column] = str(value)
        return found

    def _check_merges(self, name: str) -> None:
        """Refuse merged cells of several rows of an area that are not all of its rows."""
        for copier in self._copiers(name.casefold()):
            region = copier.region
            for merge in self._sheets[name].merges:
                meets = merge.first_row <= region.last and region.first <= merge.last_row
                if not meets or merge.rows == 1:
                    continue
                if region.is_block:
                    if not copier.copies(merge) and not (
                        merge.first_row <= region.first and region.last < merge.last_row
                    ):
                        raise self._refusal(
                            name,
                            kinds.MERGE_OUT_OF_BLOCK(
                                reference=merge.reference, first=region.first, last=region.last
                            ),
                        )
                    continue
                covers = merge.first_row <= region.first and region.last <= merge.last_row
                if not covers:
                    raise self._refusal(
                        name,
                        kinds.MERGE_ACROSS_ROWS(
                            reference=merge.reference, first=region.first, last=region.last
                        ),
                    )

    def _names(self) -> bytes:
        part = self._workbook.part
        content = parts.xml(self._package, part)
        sheets = [
            element.attributes.get("name", "").casefold()
            for element in markup.elements(content, {"sheet"})
        ]
        blocks = [one for name in self._regions for one in self._copiers(name) if one.repeats]
        return markup.spliced(content, self._rewriter(None).names(content, sheets, blocks))

    def _without(self, dropped: Collection[str]) -> dict[str, bytes]:
        """The list of content types and the workbook's relationships without some parts."""
        types = "[Content_Types].xml"
        related = parts.relationships_part(self._workbook.part)
        return {
            types.lower(): self._without_elements(
                types, lambda one: one.get("PartName", "").lower().lstrip("/") in dropped
            ),
            related.lower(): self._without_elements(
                related, lambda one: one.get("Type", "").endswith("/calcChain")
            ),
        }

    def _without_elements(self, part: str, goes: Callable[[dict[str, str]], bool]) -> bytes:
        content = parts.xml(self._package, part)
        found = markup.elements(content, {"Override", "Relationship"})
        edits = [Edit(one.start, one.end, b"") for one in found if goes(one.attributes)]
        return markup.spliced(content, edits)
