"""Pivot tables over cells that are filled: what they had stored goes, and they are computed anew.

A pivot table keeps a copy of all rows that it was made of, and shows numbers of them. In a filled
workbook both would be those of the template: wrong, and perhaps of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import Place, area
from kpi_xl.workbook.stale_formulas import WorkbookFormulas


class PivotCache(NamedTuple):
    """What one or several pivot tables are made of.

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
    """

    part: str
    source: str
    places: tuple[Place, ...]
    shown: tuple[Place, ...]
    tables: tuple[str, ...]


def caches(package: Package, workbook: Workbook, formulas: WorkbookFormulas) -> list[PivotCache]:
    """Every pivot cache of a workbook.

    Parameters
    ----------
    package : Package
        The workbook.
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
    for part, tables in of_cache.items():
        source, places = _source(parts.xml(package, part), formulas)
        shown = []
        for table in tables:
            for one in markup.elements(parts.xml(package, table), {"location"}):
                cells = area(one.attributes.get("ref", ""))
                sheet = owners.get(table)
                if cells is not None and sheet is not None:
                    shown.append(Place(sheet, cells))
        found.append(PivotCache(part, source, places, tuple(shown), tuple(tables)))
    return found


def _source(content: bytes, formulas: WorkbookFormulas) -> tuple[str, tuple[Place, ...]]:
    """What a cache comes from, and the cells that this is."""
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


def without_records(package: Package, cache: PivotCache) -> Iterator[tuple[str, bytes]]:
    """The parts of a cache, without what it had stored, to be refreshed when it is opened.

    Of the fields by which a table is laid out the items stay: its formats refer to them.

    Parameters
    ----------
    package : Package
        The workbook.
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
    for number, field in enumerate(fields):
        inside = [one for one in found if field.holds(one)]
        if number not in listed and not any(one.name == "fieldGroup" for one in inside):
            edits += [_emptied(content, one) for one in inside if one.name == "sharedItems"]
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


def _emptied(content: bytes, one: Element) -> Edit:
    prefix = markup.prefix(content[one.start : one.tag_end]).decode()
    return Edit(one.start, one.end, f"<{prefix}sharedItems/>".encode())


def _listed(package: Package, tables: Sequence[str]) -> set[int]:
    """The fields, from 0, of which a pivot table lists the items."""
    found = set()
    for table in tables:
        elements = markup.elements(parts.xml(package, table), {"pivotField", "items"})
        fields = [one for one in elements if one.name == "pivotField"]
        for number, field in enumerate(fields):
            if any(one.name == "items" and field.holds(one) for one in elements):
                found.add(number)
    return found
