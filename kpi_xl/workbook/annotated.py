"""A copy of a workbook with some cells coloured and a note on each; all else stays as it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.parsers import expat

from kpi_xl import kinds
from kpi_xl.workbook.ooxml import cells, markup, parts, sheet
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN, Workbook
from kpi_xl.workbook.ooxml.references import area

Notes = Mapping[str, str]
"""Texts by the references of cells."""

_AUTHOR: Final = "kpi_xl"
_COLOUR: Final = "FFFFB3A7"
_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_BEHIND: Final = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
"""What the schema wants behind a sheet's legacyDrawing."""

_SHAPE_ID: Final = re.compile(rb"_x0000_s(\d+)")
_VML: Final = b"""<xml xmlns:v="urn:schemas-microsoft-com:vml"\
 xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"\
 path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>
</xml>"""
_SHAPE: Final = """<v:shape id="_x0000_s{number}" type="#_x0000_t202"\
 style="position:absolute;width:180pt;height:75pt;z-index:{number};visibility:hidden"\
 fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>\
<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>\
<x:Anchor>{left}, 15, {top}, 2, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>\
<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>
"""
_SHAPES_PREFIXES: Final = (
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)


def marked(package: Package, workbook: Workbook, notes: Mapping[str, Notes]) -> bytes:
    """The workbook with notes.

    Parameters
    ----------
    package : Package
        The workbook's zip file.
    workbook : Workbook
        What its workbook part says.
    notes : mapping of str to mapping of str to str
        By sheet and cell, such as ``B5``, what is said about it. A note that a cell has already
        gives way.

    Raises
    ------
    InputError
        A part of the workbook is damaged.
    """
    try:
        return _Marking(package, workbook).with_(notes)
    except (expat.ExpatError, ValueError, KeyError, AssertionError, StopIteration):
        raise package.refusal(kinds.NOT_MARKED()) from None


class _Marking:
    """The parts that change, and those that are new."""

    def __init__(self, package: Package, workbook: Workbook) -> None:
        self._package = package
        self._workbook = workbook
        self._changed: dict[str, bytes] = {}
        self._added: dict[str, bytes] = {}
        self._styles: dict[int, int] = {}
        self._first_style = 0
        self._new_types: list[str] = []

    def with_(self, notes: Mapping[str, Notes]) -> bytes:
        if self._workbook.styles is not None:
            self._first_style = len(self._style_elements()[1])
        for name, on_sheet in notes.items():
            self._mark(self._workbook.sheets[name], on_sheet)
        if self._styles and self._workbook.styles is not None:
            self._changed[self._workbook.styles.lower()] = self._coloured_styles()
        if self._new_types:
            self._declare()
        return self._package.changed(self._changed, added=self._added).written()

    def _mark(self, part: str, notes: Notes) -> None:
        found = sheet.read(self._package, part)
        edits = []
        for reference in notes:
            place = area(reference)
            assert place is not None
            cell = found.cell(place.first_row, place.first_column)
            if cell is not None and self._workbook.styles is not None:
                style = self._styles.setdefault(
                    int(cell.style or 0), self._first_style + len(self._styles)
                )
                tag = markup.with_attribute(found.xml[cell.start : cell.tag_end], "s", style)
                edits.append(Edit(cell.start, cell.tag_end, tag))
        related = parts.relationships(self._package, part)
        comments = next((r.target for r in related.values() if r.kind == "comments"), None)
        drawing = next((r.target for r in related.values() if r.kind == "vmlDrawing"), None)
        old: set[str] = set()
        new_related: dict[str, tuple[str, str]] = {}
        if comments is None:
            comments = self._free_name("xl/comments", ".xml")
            new_related["kpiXlNotes"] = "comments", comments
            self._new_types.append(f'<Override PartName="/{comments}" ContentType="{_TYPE}"/>')
            self._added[comments] = _new_comments(notes)
        else:
            content, old = _more_comments(parts.xml(self._package, comments), notes)
            self._changed[comments.lower()] = content
        legacy = next(iter(markup.elements(found.xml, {"legacyDrawing"})), None)
        without_shape = [reference for reference in notes if reference not in old]
        if legacy is not None and drawing is not None:
            content = self._package.read(drawing)
            self._changed[drawing.lower()] = _with_shapes(content, without_shape)
        else:
            drawing = self._free_name("xl/drawings/vmlDrawing", ".vml")
            new_related["kpiXlShapes"] = "vmlDrawing", drawing
            self._new_types.append(f'<Override PartName="/{drawing}" ContentType="{_VML_TYPE}"/>')
            self._added[drawing] = _with_shapes(_VML, list(notes))
            edits.append(_legacy_drawing(found.xml, found.prefix))
        if new_related:
            self._relate(part, new_related)
        self._changed[part.lower()] = markup.spliced(found.xml, edits)

    def _free_name(self, start: str, end: str) -> str:
        number = 1
        while self._package.find(f"{start}{number}{end}") or f"{start}{number}{end}" in self._added:
            number += 1
        return f"{start}{number}{end}"

    def _relate(self, part: str, new: Mapping[str, tuple[str, str]]) -> None:
        """Add relationships to a sheet's."""
        folder, file = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        elements = "".join(
            f'<Relationship xmlns="{_PACKAGE}/relationships" Id="{id_}"'
            f' Type="{_RELATIONSHIPS}/{kind}" Target="/{target}"/>'
            for id_, (kind, target) in new.items()
        ).encode()
        if self._package.find(name) is None:
            root = f'<Relationships xmlns="{_PACKAGE}/relationships">'.encode()
            self._added[name] = _DECLARATION + root + elements + b"</Relationships>"
        else:
            content = parts.xml(self._package, name)
            self._changed[name.lower()] = markup.appended(content, "Relationships", elements)

    def _declare(self) -> None:
        """Add the content types of the new parts."""
        name = "[Content_Types].xml"
        content = parts.xml(self._package, name)
        namespace = f' xmlns="{_PACKAGE}/content-types"'
        elements = "".join(one.replace(" ", f"{namespace} ", 1) for one in self._new_types)
        self._changed[name.lower()] = markup.appended(content, "Types", elements.encode())

    def _style_elements(self) -> tuple[list[Element], list[Element]]:
        """The style sheet's elements of fills and cell styles, and the cell styles themselves."""
        content = parts.xml(self._package, self._workbook.styles or "")
        found = markup.elements(content, {"fills", "fill", "cellXfs", "xf"})
        around = next(one for one in found if one.name == "cellXfs")
        return found, [
            one for one in found if one.name == "xf" and around.start < one.start < around.end
        ]

    def _coloured_styles(self) -> bytes:
        """The style sheet with a coloured copy of each style that is needed."""
        content = parts.xml(self._package, self._workbook.styles or "")
        found, styles = self._style_elements()
        fills = next(one for one in found if one.name == "fills")
        around = next(one for one in found if one.name == "cellXfs")
        count = sum(one.name == "fill" and fills.start < one.start < fills.end for one in found)
        prefix = markup.prefix(content[fills.start : fills.tag_end]).decode()
        fill = (
            f'<{prefix}fill><{prefix}patternFill patternType="solid">'
            f'<{prefix}fgColor rgb="{_COLOUR}"/><{prefix}bgColor indexed="64"/>'
            f"</{prefix}patternFill></{prefix}fill>"
        )
        copies = []
        for index in self._styles:
            one = styles[index]
            tag = markup.with_attribute(content[one.start : one.tag_end], "fillId", count)
            tag = markup.with_attribute(tag, "applyFill", 1)
            copies.append(tag + content[one.tag_end : one.end])
        total = len(styles) + len(copies)
        return markup.spliced(
            content,
            [
                _counted(content, fills, count + 1),
                Edit(fills.content_end, fills.content_end, fill.encode()),
                _counted(content, around, total),
                Edit(around.content_end, around.content_end, b"".join(copies)),
            ],
        )


def _counted(content: bytes, one: Element, count: int) -> Edit:
    tag = markup.with_attribute(content[one.start : one.tag_end], "count", count)
    return Edit(one.start, one.tag_end, tag)


def _comment(reference: str, author: int, text: str, prefix: str) -> str:
    return (
        f'<{prefix}comment ref="{reference}" authorId="{author}"><{prefix}text><{prefix}r>'
        f'<{prefix}t xml:space="preserve">{cells.escaped(text)}</{prefix}t>'
        f"</{prefix}r></{prefix}text></{prefix}comment>"
    )


def _new_comments(notes: Notes) -> bytes:
    listed = "".join(_comment(reference, 0, text, "") for reference, text in notes.items())
    return (
        _DECLARATION
        + (
            f'<comments xmlns="{MAIN}"><authors><author>{_AUTHOR}</author></authors>'
            f"<commentList>{listed}</commentList></comments>"
        ).encode()
    )


def _more_comments(content: bytes, notes: Notes) -> tuple[bytes, set[str]]:
    """The comments part with more notes, and the cells that already had one."""
    found = markup.elements(content, {"authors", "author", "commentList", "comment"})
    authors = next(one for one in found if one.name == "authors")
    around = next(one for one in found if one.name == "commentList")
    number = sum(one.name == "author" for one in found)
    prefix = markup.prefix(content[around.start : around.tag_end]).decode()
    old = {
        one.attributes.get("ref", ""): one
        for one in found
        if one.name == "comment" and one.attributes.get("ref") in notes
    }
    listed = "".join(_comment(reference, number, text, prefix) for reference, text in notes.items())
    author = f"<{prefix}author>{_AUTHOR}</{prefix}author>".encode()
    edits = [Edit(one.start, one.end, b"") for one in old.values()]
    for one, new in ((authors, author), (around, listed.encode())):
        tag = content[one.start : one.tag_end]
        if markup.is_empty(tag):
            closed = f"</{prefix}{one.name}>".encode()
            edits.append(Edit(one.start, one.tag_end, markup.opened(tag) + new + closed))
        else:
            edits.append(Edit(one.content_end, one.content_end, new))
    return markup.spliced(content, edits), set(old)


def _with_shapes(content: bytes, references: Sequence[str]) -> bytes:
    """A drawing with the boxes of notes added; notes without a box are not shown."""
    number = max((int(one) for one in _SHAPE_ID.findall(content)), default=1024)
    shapes = []
    for reference in references:
        place = area(reference)
        assert place is not None
        number += 1
        row, column = place.first_row - 1, place.first_column - 1
        shape = _SHAPE.format(
            number=number, row=row, column=column, top=max(row - 1, 0), bottom=row + 4,
            left=column + 1, right=column + 4,
        )  # fmt: skip
        shapes.append(shape.replace("<v:shape ", f"<v:shape{_SHAPES_PREFIXES} ", 1))
    end = content.rindex(b"</xml>")
    return content[:end] + "".join(shapes).encode() + content[end:]


def _legacy_drawing(content: bytes, prefix: str) -> Edit:
    """The element that shows a sheet's notes, at the place that the schema requires."""
    behind = [at for name, at in _children(content) if name in _BEHIND]
    root = next(iter(markup.elements(content, {"worksheet"})))
    at = min(behind, default=root.content_end)
    tag = f'<{prefix}legacyDrawing xmlns:r="{_RELATIONSHIPS}" r:id="kpiXlShapes"/>'.encode()
    return Edit(at, at, tag)


def _children(content: bytes) -> list[tuple[str, int]]:
    """The elements directly in a sheet after its cells, with names and offsets.

    What is wrapped for several versions of Excel goes by the name that is in the wrapping.
    """
    parser = expat.ParserCreate()
    found: list[tuple[str, int]] = []
    path: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if len(path) == 1:
            found.append((name, parser.CurrentByteIndex))
        elif len(path) == 3 and path[1] == "AlternateContent":
            found[-1] = name, found[-1][1]
        path.append(name)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.Parse(content, True)
    names = [name for name, _ in found]
    return found[names.index("sheetData") + 1 :]
