"""All references outside cells: the elements and attributes of each part that hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from kpi_xl.workbook.growth import shift, vml
from kpi_xl.workbook.growth.blocks import NameCopies, Rule, areas_in_blocks, rules_in_blocks
from kpi_xl.workbook.growth.formula_copies import Copier
from kpi_xl.workbook.growth.shift import Lost, Reach, Shift, Shifts
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.formulas import Reference, joined, tokens
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.references import area

# Attributes that hold references to the sheet they belong to.
_OWN: Final[Mapping[str, tuple[str, Reach]]] = {
    "dimension": ("ref", Reach.RANGE),
    "mergeCell": ("ref", Reach.NONE),
    "hyperlink": ("ref", Reach.NONE),
    "autoFilter": ("ref", Reach.RANGE),
    "sortState": ("ref", Reach.RANGE),
    "sortCondition": ("ref", Reach.RANGE),
    "dataValidation": ("sqref", Reach.COPIED),
    "conditionalFormatting": ("sqref", Reach.COPIED),
    "protectedRange": ("sqref", Reach.COPIED),
    "ignoredError": ("sqref", Reach.COPIED),
    "inputCells": ("r", Reach.NONE),
    "cellWatch": ("r", Reach.NONE),
    "table": ("ref", Reach.RANGE),
    "comment": ("ref", Reach.NONE),
    "threadedComment": ("ref", Reach.NONE),
    "location": ("ref", Reach.NONE),
    "singleXmlCell": ("r", Reach.NONE),
    "nsvFilter": ("ref", Reach.RANGE),
}
# Attributes that hold formulas; a link's "location" may be a mere name.
FORMULA_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "hyperlink": ("location",),
    "cfvo": ("val",),
    "sp": ("textlink",),
    "controlPr": ("linkedCell", "listFillRange"),
    "formControlPr": ("fmlaLink", "fmlaRange", "fmlaTxbx", "fmlaGroup"),
}
FORMULAS: Final = frozenset(
    {"f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"}
)
# Where pictures, charts and controls stand.
_ANCHORS: Final = frozenset({"twoCellAnchor", "oneCellAnchor", "anchor", "from", "to", "row"})

SHEET: Final = frozenset(_OWN) | FORMULA_ATTRIBUTES.keys() | FORMULAS | _ANCHORS | {
    "rowBreaks", "brk", "mergeCells", "sqref", "sparkline", "sparklineGroup",
}  # fmt: skip
_SMALL: Final = frozenset(_OWN) | FORMULA_ATTRIBUTES.keys() | FORMULAS
_DRAWING: Final = _ANCHORS | {"sp"}
_CHART: Final = frozenset({"f", "sqref", "sp"})


class Rewriter:
    """Rewrites the parts that belong to one sheet, or to none.

    Parameters
    ----------
    sheet : str
        The sheet's folded name; empty for none.
    shifts : Shifts
        The shifts of rows on all sheets.
    copiers : sequence of Copier
        For every area of this sheet that gets rows.
    """

    def __init__(self, sheet: str, shifts: Shifts, copiers: Sequence[Copier] = ()) -> None:
        self._sheet = sheet
        self._shifts = shifts
        self._shift = shifts.get(sheet, Shift(()))
        self._copiers = copiers
        self._rules: Sequence[Rule] = ()

    def sheet_edits(
        self, content: bytes, found: Sequence[Element], start: int, end: int
    ) -> Iterator[Edit]:
        """The edits to a worksheet outside its cells, which are between `start` and `end`."""
        outside = [one for one in found if not start <= one.start < end]
        gone = self._sparklines_gone(content, outside)
        yield from (Edit(one.start, one.end, b"") for one in gone)
        outside = [one for one in outside if not any(of.holds(one) or of is one for of in gone)]
        self._rules = rules_in_blocks(content, outside, self._copiers)
        yield from self._references(content, outside)
        yield from self._links(content, outside)
        yield from self._anchors(content, outside)
        yield from self._breaks(content, outside)
        yield from self._merges(content, outside)
        inside_sparkline = 0
        for element in outside:
            if element.name == "sparkline":
                inside_sparkline = element.end
                yield from self._sparkline(content, element, outside)
            elif element.name == "sqref" and element.start >= inside_sparkline:
                new = self._areas(element.text(content), Reach.COPIED)
                yield from self._text(content, element, new)

    def small(self, content: bytes) -> bytes:
        """A table, comments, a pivot table or another part that holds references."""
        found = markup.elements(content, _SMALL)
        return markup.spliced(content, self._references(content, found))

    def drawing(self, content: bytes) -> bytes:
        """A drawing."""
        found = markup.elements(content, _DRAWING)
        edits = [*self._references(content, found), *self._anchors(content, found)]
        return markup.spliced(content, edits)

    def chart(self, content: bytes) -> bytes:
        """A chart, whose references all name their sheet."""
        edits: list[Edit] = []
        for element in markup.elements(content, _CHART):
            if element.name == "sp":
                edits += self._attributes(content, element)
            else:
                shift.check_blocks(element.text(content), self._sheet, self._shifts)
                edits += self._text(content, element, self._series(element.text(content)))
        return markup.spliced(content, edits)

    def _series(self, text: str) -> str:
        """Rewrite the reference of a chart's series. Several cells side by side stay one row, which
        others follow.
        """
        found = tokens(text)
        return joined(
            tuple(
                token
                if isinstance(token, str)
                else shift.reference(
                    token,
                    self._sheet,
                    self._shifts,
                    Reach.NONE if _is_one_row(token) else Reach.RANGE,
                )
                for token in found
            ),
            text,
        )

    def pivot_source(self, content: bytes) -> bytes:
        """A pivot table's cache, for the cells it comes from."""
        edits: list[Edit] = []
        for element in markup.elements(content, {"worksheetSource"}):
            shifted = self._shifts.get(element.attributes.get("sheet", "").casefold())
            reference = element.attributes.get("ref")
            if shifted is not None and reference:
                new = shifted.areas(reference, Reach.RANGE)
                edits += _attribute(content, element, {"ref": new})
        return markup.spliced(content, edits)

    def legacy_drawing(self, content: bytes) -> bytes:
        """A VML drawing (notes, form controls), which need not be well-formed XML."""

        def row(text: str) -> str:
            return str(self._row(int(text))) if text.strip().isdecimal() else text

        def anchor(text: str) -> str:
            numbers = text.split(",")
            if len(numbers) != 8 or not all(number.strip().isdecimal() for number in numbers):
                return text
            moved = [row(number) if at in (2, 6) else number for at, number in enumerate(numbers)]
            changed = any(int(a) != int(b) for a, b in zip(numbers, moved, strict=True))
            return ", ".join(number.strip() for number in moved) if changed else text

        def formula(text: str) -> str:
            return self._formula(text, None)

        for texts, change in (vml.ROW, row), (vml.ANCHOR, anchor), (vml.FORMULA, formula):
            content = vml.changed(content, texts, change)
        return content

    def names(
        self, content: bytes, sheets: Sequence[str], copiers: Sequence[Copier]
    ) -> Iterator[Edit]:
        """The edits to the workbook part's defined names.

        Parameters
        ----------
        content : bytes
            The XML of the workbook part.
        sheets : sequence of str
            The folded names of all sheets.
        copiers : sequence of Copier
            For every block of any sheet that is repeated.

        Raises
        ------
        NameTakenError
            A name that a record would get is there already.
        """
        found = markup.elements(content, {"definedName"})
        copies = NameCopies(content, found, copiers)
        for element in found:
            scope = element.attributes.get("localSheetId", "")
            sheet = sheets[int(scope)] if scope.isdecimal() and int(scope) < len(sheets) else ""
            text = element.text(content)
            if (copier := copies.copier(element)) is not None:
                yield from self._text(content, element, copies.text(element, copier, 0))
                yield copies.edit(element, copier)
            else:
                yield from self._text(content, element, _name(text, sheet, self._shifts))

    def _areas(self, references: str, reach: Reach) -> str:
        if reach is Reach.COPIED:
            return areas_in_blocks(references, self._shift, self._copiers)
        return self._shift.areas(references, reach)

    def _formula(self, text: str, reach: Reach | None) -> str:
        return shift.formula(text, self._sheet, self._shifts, reach)

    def _row(self, row: int) -> int:
        """The new number of a row counted from 0; for a removed row, that of the next one."""
        return self._shift.kept(row + 1) - 1

    def _references(self, content: bytes, found: Sequence[Element]) -> Iterator[Edit]:
        for element in found:
            changed = {}
            own = _OWN.get(element.name)
            if own is not None and own[0] in element.attributes:
                changed[own[0]] = self._areas(element.attributes[own[0]], own[1])
            # Validations of Excel 2010 have their formula in another element inside.
            if element.name in FORMULAS and element.is_text(content):
                rule = next((one for one in self._rules if one.element.holds(element)), None)
                text = element.text(content)
                new = self._formula(text, None) if rule is None else rule.formula(text)
                yield from self._text(content, element, new)
            yield from self._attributes(content, element, changed)

    def _attributes(
        self, content: bytes, element: Element, changed: Mapping[str, str] | None = None
    ) -> Iterator[Edit]:
        """Changes some attributes, and those that hold formulas."""
        new = dict(changed or {})
        for name in FORMULA_ATTRIBUTES.get(element.name, ()):
            text = element.attributes.get(name)
            if text:
                new[name] = self._formula(text, None)
        return _attribute(content, element, new)

    def _text(self, content: bytes, element: Element, new: str) -> Iterator[Edit]:
        if new != element.text(content):
            yield Edit(element.tag_end, element.content_end, markup.escaped(new).encode())

    def _anchors(self, content: bytes, found: Sequence[Element]) -> Iterator[Edit]:
        """Move pictures, charts and shapes with their cells."""
        moves, sizes = True, True
        is_end, distance = False, 0
        for element in found:
            if element.name == "twoCellAnchor":
                kind = element.attributes.get("editAs", "twoCell")
                moves, sizes = kind != "absolute", kind == "twoCell"
            elif element.name == "oneCellAnchor":
                moves = sizes = True
            elif element.name == "anchor":
                moves = element.attributes.get("moveWithCells") in ("1", "true")
                sizes = element.attributes.get("sizeWithCells") in ("1", "true")
                moves = moves or sizes
            elif element.name in ("from", "to"):
                is_end = element.name == "to"
            elif element.name == "row" and moves:
                row = int(element.text(content))
                new = row + distance if is_end and not sizes else self._row(row)
                if not is_end:
                    distance = new - row
                yield from self._text(content, element, str(new))

    def _breaks(self, content: bytes, found: Sequence[Element]) -> Iterator[Edit]:
        """Moves page breaks between rows; each is known by the row above it.

        Those in a block or right behind it are repeated.
        """
        around = next((one for one in found if one.name == "rowBreaks"), None)
        if around is None:
            return
        rows: dict[int, bytes] = {}
        own = [one for one in found if one.name == "brk" and around.holds(one)]
        for element in own:
            above = int(element.attributes["id"])
            tag = content[element.start : element.end]
            places = [self._shift.kept(above + 1) - 1]
            for copier in self._copiers:
                if copier.repeats and above in copier.models:
                    places += (above + copier.moved + offset for offset in (0, *copier.offsets))
            rows |= {row: markup.with_attribute(tag, "id", row) for row in places}
        if list(rows) == [int(element.attributes["id"]) for element in own]:
            return
        yield Edit(around.tag_end, around.content_end, b"".join(rows[row] for row in sorted(rows)))
        counts: dict[str, str] = {
            name: str(int(around.attributes[name]) + len(rows) - len(own))
            for name in ("count", "manualBreakCount")
            if name in around.attributes
        }
        yield from _attribute(content, around, counts)

    def _links(self, content: bytes, found: Sequence[Element]) -> Iterator[Edit]:
        """Repeats links with the block that they are in."""
        for element in found:
            cells = area(element.attributes["ref"]) if element.name == "hyperlink" else None
            if cells is None:
                continue
            tag = markup.without_attribute(content[element.start : element.end], "xr:uid")
            copies = []
            for copier in self._copiers:
                if not (copier.repeats and copier.copies(cells)):
                    continue
                for offset in copier.offsets:
                    copy = markup.with_attribute(tag, "ref", copier.copy(cells, offset).reference)
                    if location := element.attributes.get("location"):
                        moved = markup.escaped(copier.copied(location, frozenset(), offset))
                        copy = markup.with_attribute(copy, "location", moved)
                    copies.append(copy)
            if copies:
                yield Edit(element.end, element.end, b"".join(copies))

    def _merges(self, content: bytes, found: Sequence[Element]) -> Iterator[Edit]:
        """Merges cells in the new rows as in the row that they are copies of."""
        new = 0
        for element in found:
            cells = area(element.attributes["ref"]) if element.name == "mergeCell" else None
            if cells is None:
                continue
            copies = [
                copier.copy(cells, offset)
                for copier in self._copiers
                if copier.copies(cells)
                for offset in copier.offsets
            ]
            if copies:
                new += len(copies)
                tag = content[element.start : element.end]
                yield Edit(
                    element.end,
                    element.end,
                    b"".join(markup.with_attribute(tag, "ref", one.reference) for one in copies),
                )
        for element in found:
            if element.name == "mergeCells" and "count" in element.attributes:
                count = int(element.attributes["count"]) + new
                yield from _attribute(content, element, {"count": str(count)})

    def _sparklines_gone(self, content: bytes, found: Sequence[Element]) -> list[Element]:
        """The sparklines in removed rows, and the groups that become empty."""
        gone: list[Element] = []
        if not self._shift.removes_rows:
            return gone
        groups = [one for one in found if one.name == "sparklineGroup"]
        for group in groups:
            inside = [one for one in found if group.holds(one)]
            own = [one for one in inside if one.name == "sparkline"]
            places = [one for one in inside if one.name == "sqref"]
            lost = [
                one
                for one in own
                if any(one.holds(at) and self._is_gone(at.text(content)) for at in places)
            ]
            gone += [group] if own and len(lost) == len(own) else lost
        if groups and all(group in gone for group in groups):
            raise Lost
        return gone

    def _is_gone(self, references: str) -> bool:
        try:
            self._shift.areas(references, Reach.NONE)
        except Lost:
            return True
        return False

    def _sparkline(
        self, content: bytes, element: Element, found: Sequence[Element]
    ) -> Iterator[Edit]:
        """Moves a sparkline, and copies it into the rows that are copies of its own."""
        inside = [one for one in found if element.start < one.start < element.end]
        place = next((one for one in inside if one.name == "sqref"), None)
        formula = next((one for one in inside if one.name == "f"), None)
        cells = area(place.text(content)) if place is not None else None
        if place is None or cells is None:
            return
        new = self._shift.area(cells, Reach.NONE)
        yield from self._text(content, place, new.reference)
        copies = []
        for copier in self._copiers:
            if not copier.copies(cells):
                continue
            for offset in copier.offsets:
                at = copier.copy(cells, offset).reference
                edits = [Edit(place.tag_end, place.content_end, at.encode())]
                if formula is not None:
                    text = copier.copied(formula.text(content), frozenset(), offset)
                    written = markup.escaped(text).encode()
                    edits.append(Edit(formula.tag_end, formula.content_end, written))
                edits = [Edit(a - element.start, b - element.start, new) for a, b, new in edits]
                copies.append(markup.spliced(content[element.start : element.end], edits))
        if copies:
            yield Edit(element.end, element.end, b"".join(copies))


PartRewriter: TypeAlias = Callable[[Rewriter, bytes], bytes]

KINDS: Final[Mapping[str, PartRewriter]] = {
    "table": Rewriter.small,
    "comments": Rewriter.small,
    "threadedComment": Rewriter.small,
    "pivotTable": Rewriter.small,
    "tableSingleCells": Rewriter.small,
    "namedSheetView": Rewriter.small,
    "ctrlProp": Rewriter.small,
    "drawing": Rewriter.drawing,
    "chart": Rewriter.chart,
    "chartEx": Rewriter.chart,
    "chartUserShapes": Rewriter.chart,
    "vmlDrawing": Rewriter.legacy_drawing,
    "pivotCacheDefinition": Rewriter.pivot_source,
}
"""How the parts of each kind of relationship are rewritten."""


def _attribute(content: bytes, element: Element, changed: Mapping[str, str]) -> Iterator[Edit]:
    tag = content[element.start : element.tag_end]
    for name, value in changed.items():
        if value != element.attributes[name]:
            tag = markup.with_attribute(tag, name, markup.escaped(value))
    if tag != content[element.start : element.tag_end]:
        yield Edit(element.start, element.tag_end, tag)


def _name(text: str, sheet: str, shifts: Shifts) -> str:
    """A defined name's formula after the shift.

    What has no ``$`` in it is counted from wherever the name is used, and so does not move;
    unless it is all there is, which some programs write for a plain place.
    """
    found = tokens(text)
    if len(found) == 1:
        return shift.formula(text, sheet, shifts, Reach.RANGE)
    return "".join(
        token
        if isinstance(token, str)
        else token.text
        if any(end.row and not end.row_fixed for end in token.ends)
        else _moved(token, sheet, shifts)
        for token in found
    )


def _is_one_row(token: Reference) -> bool:
    """Whether a reference is of several cells in one row."""
    first, last = token.ends[0], token.ends[-1]
    return first.row == last.row > 0 and first.column != last.column


def _moved(token: Reference, sheet: str, shifts: Shifts) -> str:
    return shift.reference(token, sheet, shifts, Reach.RANGE).text
