"""Worksheet functions that formulas name as functions of one program's add-in.

Excel writes the name of a function without its add-in as long as the two are in place; otherwise
it writes where the function came from, and no other program knows it by that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import relationships, relationships_part, tree

_FORMULA: Final = re.compile(
    rb"(<(?:\w+:)?(?:f|definedName|calculatedColumnFormula)(?:\s[^>]*)?>)([^<]+)(?=</)"
)
_ADDIN: Final = r"kpi_xl\.xlam"
_LEADS: Final = re.compile(rf"(?i){_ADDIN}$")
_WORKBOOK: Final = "xl/workbook.xml"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FORMS: Final = re.compile(
    r"(?i)(?:"
    # An Office add-in, with a namespace or without: _xldudf_KPI_ACTIVITY, _xldudf_KPI_KPI_ACTIVITY.
    r"_xldudf_(?:KPI_(?=KPI))?"
    # The file of the classic add-in, with its folder, in quotation marks, or alone.
    rf"|(?:'|&apos;)(?:(?!'|&apos;).)*{_ADDIN}(?:'|&apos;)!"
    rf"|\[?{_ADDIN}\]?!"
    r"|\[(?P<link>\d+)\](?:[^!'()\s]*)!"
    r")(?P<name>KPI\w*)(?=\()"
)
_PARTS: Final = re.compile(r"xl/(worksheets/[^/]+|tables/[^/]+|workbook)\.xml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ForeignName:
    """A function under a name that only one add-in's program knows.

    Attributes
    ----------
    part : str
        The part of the workbook it was found in.
    written : str
        As it stands there, such as ``_xldudf_KPI_ACTIVITY``.
    name : str
        As every program knows it.
    count : int
        How many cells have it.
    """

    part: str
    written: str
    name: str
    count: int


def foreign_names(package: Package) -> list[ForeignName]:
    """The functions of kpi_xl under such names.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    """
    counted: dict[tuple[str, str, str], int] = {}
    with package.telling():
        links = _links(package)
        for part, content in _contents(package):
            for formula in _FORMULA.finditer(content):
                for match in _FORMS.finditer(formula[2].decode()):
                    if _is_ours(match, links):
                        written = match[0].replace("&apos;", "'")
                        place = part, written, match["name"].upper()
                        counted[place] = counted.get(place, 0) + 1
    return [ForeignName(*place, count) for place, count in counted.items()]


def with_own_names(package: Package) -> Package:
    """The workbook with these functions under their plain names; everything else is unchanged.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    """
    with package.telling():
        links = _links(package)

    def named(match: re.Match[str]) -> str:
        return match["name"] if _is_ours(match, links) else match[0]

    def rewritten(formula: re.Match[bytes]) -> bytes:
        return formula[1] + _FORMS.sub(named, formula[2].decode()).encode()

    changed = {}
    with package.telling():
        for part, content in _contents(package):
            new = _FORMULA.sub(rewritten, content)
            if new != content:
                changed[part.lower()] = new
    return package.changed(changed)


def _contents(package: Package) -> Iterator[tuple[str, bytes]]:
    for entry in package.entries:
        if _PARTS.fullmatch(entry.name):
            yield entry.name, package.read(entry.name)


def _is_ours(match: re.Match[str], links: frozenset[str]) -> bool:
    """Whether a link by number leads to the add-in; everything else names it."""
    return match["link"] is None or match["link"] in links


def _links(package: Package) -> frozenset[str]:
    """The numbers of the workbook's links to the add-in, by their order in the workbook."""
    targets = relationships(package, _WORKBOOK)
    found = set()
    references = tree(package, _WORKBOOK).iter(f"{{{_MAIN}}}externalReference")
    for number, reference in enumerate(references, 1):
        link = targets.get(reference.get(f"{{{_RELATIONSHIPS}}}id", ""))
        rels = "" if link is None else relationships_part(link.target)
        if package.find(rels) and any(
            _LEADS.search(one.get("Target", "")) for one in tree(package, rels)
        ):
            found.add(str(number))
    return frozenset(found)
