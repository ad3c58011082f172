"""Parts that are repeated with a block besides its cells: names, and ranges of rules and
formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from kpi_xl.workbook.growth.formula_copies import Copier
from kpi_xl.workbook.growth.regions import BLOCK, MARK, of_record
from kpi_xl.workbook.growth.shift import Reach, Shift
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.formulas import Reference, joined, tokens
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.references import Area, area

_RULES: Final = ("conditionalFormatting", "dataValidation", "sparkline")
_NEVER_COPIED: Final = ("_xlnm.", MARK, BLOCK)


class NameTakenError(Exception):
    """A name for a record exists already."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class LooseRuleError(Exception):
    """A rule for several rows of a block refers, without ``$``, to a row outside it."""

    def __init__(self, cells: str, reference: str) -> None:
        self.cells = cells
        self.reference = reference
        super().__init__(cells)


class Rule(NamedTuple):
    """A conditional format, validation or sparkline in rows that are copied whole."""

    element: Element
    cells: Area
    copier: Copier

    def formula(self, text: str) -> str:
        """A formula of the rule; spreadsheets shift it for each cell.

        Raises
        ------
        LooseRuleError
            It cannot mean the same for all records.
        """
        new = self.copier.copied(text, frozenset(), 0)
        if not self.copier.region.is_block or self.element.name == "sparkline":
            return new
        own = self.copier.region.sheet.casefold()
        found = list(tokens(new))
        for number, (old, token) in enumerate(zip(tokens(text), tokens(new), strict=True)):
            if isinstance(old, str) or isinstance(token, str):
                continue
            ends = list(token.ends)
            for corner, end in enumerate(old.ends):
                inside = old.sheets in ((), (own,)) and end.row in self.copier.models
                if not end.row or end.row_fixed or inside:
                    continue
                if self.cells.rows > 1:
                    raise LooseRuleError(self.cells.reference, old.text)
                ends[corner] = ends[corner]._replace(row_fixed=True)
            found[number] = token._replace(ends=tuple(ends))
        return joined(tuple(found), text)


def rules_in_blocks(
    content: bytes, found: Sequence[Element], copiers: Sequence[Copier]
) -> list[Rule]:
    """The rules that apply to rows that are copied whole, each with the first of its areas there.

    Parameters
    ----------
    content : bytes
        The XML of the worksheet.
    copiers : sequence of Copier
        For every area that gets rows.
    """
    whole = [copier for copier in copiers if copier.change.copied_rows and copier.change.count > 0]
    rules = []
    for number, element in enumerate(found if whole else ()):
        if element.name not in _RULES:
            continue
        text = element.attributes.get("sqref", "")
        for other in found[number + 1 :]:
            if text or other.start >= element.end:
                break
            if other.name == "sqref":
                text = other.text(content)
        for cells in map(area, text.split()):
            copier = next((one for one in whole if cells is not None and one.copies(cells)), None)
            if cells is not None and copier is not None:
                rules.append(Rule(element, cells, copier))
                break
    return rules


def areas_in_blocks(references: str, shift: Shift, copiers: Sequence[Copier]) -> str:
    """References of formats or rules, extended by the copies of their cells.

    Parameters
    ----------
    references : str
        The references, with spaces between.
    shift : Shift
        The shift of their sheet.
    copiers : sequence of Copier
        For every area of it that gets rows.
    """
    blocks = [copier for copier in copiers if copier.repeats]
    if not blocks:
        return shift.areas(references, Reach.COPIED)
    originals: list[str] = []
    copies: list[str] = []
    for text in references.split():
        cells = area(text)
        if cells is None:
            originals.append(shift.areas(text, Reach.COPIED))
            continue
        for piece, copier in _pieces(cells, blocks):
            if copier is None:
                originals.append(shift.area(piece, Reach.COPIED).reference)
                continue
            originals.append(copier.copy(piece, 0).reference)
            copies += (copier.copy(piece, offset).reference for offset in copier.offsets)
    return " ".join(originals + copies)


def _pieces(cells: Area, blocks: Sequence[Copier]) -> Iterator[tuple[Area, Copier | None]]:
    """Cells, cut at the borders of blocks."""
    for copier in blocks:
        first, last = copier.models[0], copier.models[-1]
        meets = cells.first_row <= last and first <= cells.last_row
        if not meets or (cells.first_row <= first and last <= cells.last_row):
            continue
        if cells.first_row < first:
            yield from _pieces(cells._replace(last_row=first - 1), blocks)
        inside = max(cells.first_row, first), min(cells.last_row, last)
        yield cells._replace(first_row=inside[0], last_row=inside[1]), copier
        if cells.last_row > last:
            yield from _pieces(cells._replace(first_row=last + 1), blocks)
        return
    yield cells, None


class NameCopies:
    """The names of all records after the first.

    Parameters
    ----------
    content : bytes
        The XML of the workbook part.
    found : sequence of Element
        The elements of its defined names.
    copiers : sequence of Copier
        For every block that is repeated.
    """

    def __init__(self, content: bytes, found: Sequence[Element], copiers: Sequence[Copier]) -> None:
        self._content = content
        self._copiers = copiers
        self._taken = {_identity(element, _name(element)) for element in found}

    def copier(self, element: Element) -> Copier | None:
        """The copier of the block that a name leads into, if any."""
        only = tokens(element.text(self._content))
        if _name(element).startswith(_NEVER_COPIED) or len(only) != 1 or isinstance(only[0], str):
            return None
        for copier in self._copiers:
            inside = all(end.row in copier.models for end in only[0].ends)
            if inside and only[0].sheets == (copier.region.sheet.casefold(),):
                return copier
        return None

    def text(self, element: Element, copier: Copier, offset: int) -> str:
        """The reference of a name in the copy so many rows below."""
        (only,) = tokens(element.text(self._content))
        assert isinstance(only, Reference)
        more = copier.moved + offset
        return only._replace(ends=tuple(end._replace(row=end.row + more) for end in only.ends)).text

    def edit(self, element: Element, copier: Copier) -> Edit:
        """Add the names of the other records.

        Raises
        ------
        NameTakenError
            One is there already.
        """
        tag = self._content[element.start : element.tag_end]
        end = self._content[element.content_end : element.end]
        copies = []
        for record, offset in enumerate(copier.offsets, 2):
            name = of_record(_name(element), record)
            if _identity(element, name) in self._taken:
                raise NameTakenError(name)
            copies.append(markup.with_attribute(tag, "name", markup.escaped(name)))
            copies += markup.escaped(self.text(element, copier, offset)).encode(), end
        return Edit(element.end, element.end, b"".join(copies))


def _name(element: Element) -> str:
    return element.attributes.get("name", "")


def _identity(element: Element, name: str) -> tuple[str, str]:
    return name.casefold(), element.attributes.get("localSheetId", "")
