"""Pivot tables over filled cells: their stored records are removed, and they are refreshed.

A pivot table keeps a copy of all rows that it was made of, and shows numbers of them. In a filled
workbook both would be those of the template: wrong, and perhaps of somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import Place, area
from kpi_xl.workbook.stale_formulas import WorkbookFormulas

_SLICERS: Final = ("slicerCache", "timelineCache")
_COLOURED: Final = "conditionalFormats"
_FORMATS: Final = {"formats": "format", "chartFormats": "chartFormat"}


class PivotCache(NamedTuple):
    """The source of one or several pivot tables.

    Attributes
    ----------
    source : str
        The cells, table or name that it comes from, as people read it; empty where it comes from
        outside the workbook.
    places : tuple of Place
        These cells; none where it cannot be told which they are.
    shown : tuple of Place
        Where its tables stand.
    tables : tuple of str
        The parts of its tables.
    keeps_items : bool
        Whether old items stay though their cells are filled: slicers, groups of items that somebody
        made and conditional formats know them by their numbers.
    """

    part: str
    source: str
    places: tuple[Place, ...]
    shown: tuple[Place, ...]
    tables: tuple[str, ...]
    keeps_items: bool

    def is_filled(self, field: int, cells: Mapping[str, Iterable[Position]]) -> bool:
        """Whether a field, counted from 0, overlaps with some cells; True where that is unknown.

        Parameters
        ----------
        cells : mapping of str to iterable of (row, column)
            The cells by the names of their sheets.
        """
        if len(self.places) != 1 or field >= self.places[0].area.columns:
            return True
        sheet, area = self.places[0]
        own = area._replace(
            first_column=area.first_column + field, last_column=area.first_column + field
        )
        return any(own.contains(*cell) for cell in cells.get(sheet, ()))


def caches(package: Package, workbook: Workbook, formulas: WorkbookFormulas) -> list[PivotCache]:
    """Every pivot cache of a workbook.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    formulas : WorkbookFormulas
        Tells what names and tables mean.
    """
    related = list(parts.related(package, workbook))
    owners = {part: sheet for part, kind, sheet in related if kind == "pivotTable"}
    of_cache: dict[str, list[str]] = {
        part: [] for part, kind, _ in related if kind == "pivotCacheDefinition"
    }
    for part in owners:
        for link in parts.relationships(package, part).values():
            if link.kind == "pivotCacheDefinition":
                of_cache.setdefault(link.target, []).append(part)
    found = []
    sliced = any(kind in _SLICERS for _, kind, _ in related)
    for part, tables in of_cache.items():
        content = parts.xml(package, part)
        source, places = _source(content, formulas)
        kept = sliced or bool(markup.elements(content, {"discretePr"}))
        shown = []
        for table in tables:
            for one in markup.elements(parts.xml(package, table), {"location", _COLOURED}):
                kept = kept or one.name == _COLOURED
                cells = area(one.attributes.get("ref", ""))
                sheet = owners.get(table)
                if cells is not None and sheet is not None:
                    shown.append(Place(sheet, cells))
        found.append(PivotCache(part, source, places, tuple(shown), tuple(tables), kept))
    return found


def _source(content: bytes, formulas: WorkbookFormulas) -> tuple[str, tuple[Place, ...]]:
    """The source of a cache as a text, and as cells."""
    for one in markup.elements(content, {"worksheetSource"}):
        told = one.attributes
        if any(name.rpartition(":")[2] == "id" for name in told):
            return "", ()
        sheet, cells = told.get("sheet", ""), area(told.get("ref", ""))
        name = formulas.folded.get(sheet.casefold())
        if cells is not None and name is not None:
            return f"{name}!{cells.reference}", (Place(name, cells),)
        text = told.get("name") or f"{sheet}!{told.get('ref', '')}"
        return text, formulas.reads(text, name or "").places
    return "", ()


def without_records(
    package: Package, cache: PivotCache, cells: Mapping[str, Iterable[Position]]
) -> Iterator[tuple[str, bytes]]:
    """The parts of a cache without its stored records, to be refreshed on opening.

    Of the fields by which a table is laid out the items stay where no cell of theirs changes: its
    formats and filters refer to them, and they are in the workbook anyway.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    cells : mapping of str to iterable of (row, column)
        The cells that change.
    """
    content = parts.xml(package, cache.part)
    found = markup.elements(
        content, {"pivotCacheDefinition", "cacheField", "sharedItems", "fieldGroup"}
    )
    root = found[0]
    tag = markup.with_attribute(content[root.start : root.tag_end], "refreshOnLoad", 1)
    if "recordCount" in root.attributes:
        tag = markup.with_attribute(tag, "recordCount", 0)
    edits = [Edit(root.start, root.tag_end, tag)]
    fields = [one for one in found if one.name == "cacheField"]
    listed = _listed(package, cache.tables)
    gone = set()
    for number, field in enumerate(fields):
        inside = [one for one in found if field.holds(one)]
        if any(one.name == "fieldGroup" for one in inside):
            continue
        if number not in listed or (not cache.keeps_items and cache.is_filled(number, cells)):
            gone.add(number)
            edits += [_emptied(content, one) for one in inside if one.name == "sharedItems"]
    if gone & listed:
        for table in cache.tables:
            yield table.lower(), _without_items(parts.xml(package, table), gone)
    yield cache.part.lower(), markup.spliced(content, edits)
    for one in parts.relationships(package, cache.part).values():
        if one.kind == "pivotCacheRecords" and package.find(one.target) is not None:
            records = parts.xml(package, one.target)
            around = markup.elements(records, {"pivotCacheRecords"})[0]
            tag = markup.with_attribute(records[around.start : around.tag_end], "count", 0)
            yield (
                one.target.lower(),
                markup.spliced(
                    records,
                    [
                        Edit(around.start, around.tag_end, tag),
                        Edit(around.tag_end, around.content_end, b""),
                    ],
                ),
            )


def _without_items(content: bytes, gone: Collection[int]) -> bytes:
    """A pivot table without the items of some fields, and without references to them."""
    found = markup.elements(
        content,
        {"pivotField", "items", "item", "autoSortScope", "rowItems", "colItems", "pageField",
         *_FORMATS, *_FORMATS.values(), "reference", "x"},
    )  # fmt: skip
    edits = [Edit(one.start, one.end, b"") for one in found if one.name in ("rowItems", "colItems")]
    fields = [one for one in found if one.name == "pivotField"]
    for field in (fields[number] for number in sorted(gone) if number < len(fields)):
        for one in (one for one in found if field.holds(one)):
            if one.name == "autoSortScope":
                edits.append(Edit(one.start, one.end, b""))
            elif one.name == "items":
                own = [of for of in found if of.name == "item" and one.holds(of)]
                # Those of another kind are sums.
                edits.append(_keeping(content, one, [of for of in own if "t" in of.attributes]))
    for one in found:
        if one.name == "pageField" and int(one.attributes.get("fld", -1)) in gone:
            tag = markup.without_attribute(content[one.start : one.tag_end], "item")
            edits.append(Edit(one.start, one.tag_end, tag))
        elif one.name in _FORMATS:
            own = [of for of in found if of.name == _FORMATS[one.name] and one.holds(of)]
            kept = [of for of in own if not _refers(found, of, gone)]
            if len(kept) < len(own):
                edits.append(_keeping(content, one, kept))
    return markup.spliced(content, edits)


def _refers(found: Sequence[Element], format_: Element, gone: Collection[int]) -> bool:
    """Whether a format applies to items of a field."""
    return any(
        one.name == "reference"
        and format_.holds(one)
        and int(one.attributes.get("field", -1)) in gone
        and any(of.name == "x" and one.holds(of) for of in found)
        for one in found
    )


def _keeping(content: bytes, one: Element, kept: Sequence[Element]) -> Edit:
    """An element with some of its children; None without any."""
    if not kept:
        return Edit(one.start, one.end, b"")
    tag = markup.with_attribute(content[one.start : one.tag_end], "count", len(kept))
    inside = b"".join(content[of.start : of.end] for of in kept)
    return Edit(one.start, one.end, tag + inside + content[one.content_end : one.end])


def _emptied(content: bytes, one: Element) -> Edit:
    prefix = markup.prefix(content[one.start : one.tag_end]).decode()
    return Edit(one.start, one.end, f"<{prefix}sharedItems/>".encode())


def _listed(package: Package, tables: Sequence[str]) -> set[int]:
    """The fields, counted from 0, whose items a pivot table lists."""
    found = set()
    for table in tables:
        elements = markup.elements(parts.xml(package, table), {"pivotField", "items"})
        fields = [one for one in elements if one.name == "pivotField"]
        for number, field in enumerate(fields):
            if any(one.name == "items" and field.holds(one) for one in elements):
                found.add(number)
    return found
