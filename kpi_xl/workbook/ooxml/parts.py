"""The parts of a workbook and how they are related.

Parts are found by relationships only, never by the names that Excel happens to give them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from xml.etree import ElementTree

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.package import Package

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_ENCODING: Final = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)[\"']")
# A document type can stand before the root element only.
_DOCUMENT_TYPE: Final = re.compile(rb"(?>\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*)<!", re.DOTALL)
# A name as all spreadsheet programs but LibreOffice write it; other ones are parsed.
_NAME: Final = re.compile(
    r'<(?:[\w.-]+:)?definedName name="([^"<&]*)"(?: localSheetId="(\d+)")?(?: hidden="[01]")?>'
    r"([^<&\r]*)</"
)
_NAMES: Final = re.compile(rb"<((?:[\w.-]+:)?)definedNames>")
_MOST_TAGS: Final = 3_000_000
_UTF8: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_TRUE: Final = frozenset({"1", "true", "on"})


class Relationship(NamedTuple):
    """A relationship of a part: its type's last word, such as ``worksheet``, and the target's
    name.
    """

    kind: str
    target: str


class DefinedName(NamedTuple):
    """A defined name: its text, and the sheet it is private to, if any."""

    name: str
    sheet: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """The content of the workbook part.

    Attributes
    ----------
    part : str
        The workbook part's own name.
    sheets : dict of str to str
        The part of each worksheet by the sheet's name, in the workbook's order.
    names : tuple of DefinedName
        All defined names of the workbook.
    styles, shared_strings : str or None
        The parts with the cell styles and with the shared texts.
    date1904 : bool
        Whether dates count from 1904.
    """

    part: str
    sheets: dict[str, str]
    names: tuple[DefinedName, ...]
    styles: str | None
    shared_strings: str | None
    date1904: bool


def is_true(value: str | None) -> bool:
    """Whether an XML attribute means true."""
    return value in _TRUE


def xml(package: Package, part: str) -> bytes:
    """The bytes of an XML part that is safe to parse.

    Raises
    ------
    InputError
        The part is missing or damaged, declares a document type (an entity could blow it up or
        draw in other files), is not UTF-8, or has so many elements that they would fill the memory.
    """
    content = package.read(part)
    start = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    encoding = _ENCODING.match(content, start)
    if b"\0" in content or (encoding and encoding[1].lower() not in _UTF8):
        raise package.refusal(kinds.PART_NOT_UTF8(part=part))
    if _DOCUMENT_TYPE.match(content, start):
        raise package.refusal(kinds.DOCTYPE(part=part))
    if content.count(b"<") > _MOST_TAGS:
        raise package.refusal(kinds.PART_TOO_LARGE(part=part))
    return content


def tree(package: Package, part: str) -> ElementTree.Element:
    """The parsed XML of a part.

    Raises
    ------
    InputError
        As `xml`; and the part is not well-formed.
    """
    return parsed(package, part, xml(package, part))


def parsed(package: Package, part: str, content: str | bytes) -> ElementTree.Element:
    """The parsed XML of a part, or of what was cut out of it.

    Raises
    ------
    InputError
        It is not well-formed.
    """
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError:
        raise damaged(package, part) from None


def relationships(package: Package, part: str) -> Mapping[str, Relationship]:
    """The relationships of a part by their ids, those that lead outside the file left out.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    part : str
        The part's name; empty for the package itself.
    """
    name = relationships_part(part)
    if package.find(name) is None:
        return {}
    try:
        found = _relationships(xml(package, name), posixpath.dirname(part))
    except ElementTree.ParseError:
        raise damaged(package, name) from None
    if found is None:
        raise _strict(package)
    return found


def suffix(package: Package, part: str) -> str:
    """The suffix that a file with this workbook part needs so that Excel opens it.

    Raises
    ------
    InputError
        It is a template or an add-in to Excel, which opens no file of such content as a workbook.
    """
    by_name: dict[str, str] = {}
    for element in tree(package, "[Content_Types].xml"):
        named = element.get("PartName", "") or element.get("Extension", "")
        by_name[named.lower()] = element.get("ContentType", "").lower()
    part = part.lower()
    kind = by_name.get(f"/{part}") or by_name.get(part.rpartition(".")[2], "")
    if ".template." in kind or ".addin." in kind:
        raise package.refusal(kinds.NO_PLAIN_WORKBOOK())
    return ".xlsm" if ".macroenabled." in kind else ".xlsx"


def relationships_part(part: str) -> str:
    """The name of the part with the relationships of a part."""
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


@lru_cache(maxsize=128)  # thousands of returned forms have the same relationships
def _relationships(content: bytes, folder: str) -> Mapping[str, Relationship] | None:
    """The relationships in such a part, relative to a folder; None for Strict ones."""
    found = {}
    for element in ElementTree.fromstring(content):
        if element.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
        kind = element.get("Type", "")
        if kind.startswith(_STRICT):
            return None
        found[element.get("Id", "")] = Relationship(kind.rsplit("/", 1)[-1], target[1:])
    return MappingProxyType(found)


class Part(NamedTuple):
    """A new part that the workbook part is related to.

    Attributes
    ----------
    name : str
        Its name, seen from the workbook part, with ``{}`` for a number if there is one already.
    first : str
        The number that is tried first.
    kind : str
        The last word of its relationship and of its content type.
    id : str
        The id of the relationship.
    """

    name: str
    first: str
    kind: str
    id: str


def with_part(package: Package, workbook: Workbook, part: Part, content: bytes) -> Package:
    """A workbook with one more part.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    content : bytes
        What is in it.
    """
    folder = posixpath.dirname(workbook.part)
    names = (part.name.format(number) for number in (part.first, *range(1, 1000)))
    name = next(one for one in names if package.find(posixpath.join(folder, one)) is None)
    new = posixpath.join(folder, name)
    rels, types = relationships_part(workbook.part), "[Content_Types].xml"
    changed = {
        rels.lower(): markup.appended(
            xml(package, rels),
            "Relationships",
            f'<Relationship xmlns="{_PACKAGE}/relationships" Id="{part.id}"'
            f' Type="{OFFICE}/{part.kind}" Target="{name}"/>'.encode(),
        ),
        types.lower(): markup.appended(
            xml(package, types),
            "Types",
            f'<Override xmlns="{_PACKAGE}/content-types" PartName="/{new}" ContentType="'
            f'application/vnd.openxmlformats-officedocument.spreadsheetml.{part.kind}+xml"/>'.encode(),
        ),
    }
    return package.changed(changed, added={new: content})


def related(package: Package, workbook: Workbook) -> Iterator[tuple[str, str, str | None]]:
    """Every part of the workbook, with its kind and its sheet."""
    owners = {part: name for name, part in workbook.sheets.items()}
    seen = {workbook.part}
    open_: list[tuple[str, str | None]] = [(workbook.part, None)]
    while open_:
        part, owner = open_.pop()
        for relationship in relationships(package, part).values():
            target = relationship.target
            if target in seen or package.find(target) is None:
                continue
            seen.add(target)
            sheet = owners.get(target, owner)
            open_.append((target, sheet))
            yield target, relationship.kind, sheet


def workbook(package: Package) -> Workbook:
    """Read the workbook part.

    Raises
    ------
    InputError
        There is no workbook part, a sheet's part is missing, or the workbook is of a kind that
        cannot be filled (.xlsb, Strict Open XML, another program's document).
    """
    related = relationships(package, "")
    part = next((r.target for r in related.values() if r.kind == "officeDocument"), None)
    if part is None or package.find(part) is None:
        raise package.refusal(kinds.NO_MAIN_PART())
    if part.endswith(".bin"):
        raise package.refusal(kinds.WORKBOOK_XLSB())
    content, written = _cut_names(xml(package, part))
    root = parsed(package, part, content)
    if root.tag != f"{{{MAIN}}}workbook":
        if root.tag.startswith(f"{{{_STRICT}"):
            raise _strict(package)
        raise package.refusal(kinds.OTHER_DOCUMENT())
    related = relationships(package, part)
    order: list[str] = []
    sheets: dict[str, str] = {}
    for element in root.iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet"):
        name = element.get("name", "")
        order.append(name)
        relationship = related.get(element.get(f"{{{OFFICE}}}id", ""))
        if not element.get(f"{{{OFFICE}}}id"):
            continue  # a module of macros of Excel 5, which has no part
        if relationship is None or package.find(relationship.target) is None:
            raise package.refusal(kinds.NO_SHEET_PART(sheet=name))
        if relationship.kind == "worksheet":
            sheets[name] = relationship.target
    settings = root.find(f"{{{MAIN}}}workbookPr")
    targets = {r.kind: r.target for r in related.values() if package.find(r.target)}
    return Workbook(
        part=part,
        sheets=sheets,
        names=tuple(_names(written or _parsed_names(root), order)),
        styles=targets.get("styles"),
        shared_strings=targets.get("sharedStrings"),
        date1904=settings is not None and is_true(settings.get("date1904")),
    )


def _cut_names(content: bytes) -> tuple[bytes, list[tuple[str, str, str]]]:
    """The workbook part without its names, and each name with scope and text.

    A form has hundreds of them, and parsing takes many times as long as cutting them out. The
    part is left whole, and the list empty, where a name is not written the usual way.
    """
    start = _NAMES.search(content)
    if start is None:
        return content, []
    end = content.find(b"</%bdefinedNames>" % start[1], start.end())
    # A comment or raw text may hold what looks like a name.
    if end < 0 or b"<!" in content:
        return content, []
    try:
        text = content[start.end() : end].decode()
    except UnicodeDecodeError:
        return content, []
    found = _NAME.findall(text)
    if len(found) * 2 != text.count("<"):
        return content, []
    return content[: start.end()] + content[end:], found


def _parsed_names(root: ElementTree.Element) -> list[tuple[str, str, str]]:
    """The name, the scope and the text of every defined name."""
    return [
        (element.get("name", ""), element.get("localSheetId", ""), element.text or "")
        for element in root.iterfind(f"{{{MAIN}}}definedNames/{{{MAIN}}}definedName")
    ]


def _names(found: list[tuple[str, str, str]], order: list[str]) -> Iterator[DefinedName]:
    """The defined names; one private to a missing sheet is dropped."""
    for name, scope, text in found:
        if not scope:
            yield DefinedName(name, None, text.strip())
        elif scope.isdecimal() and int(scope) < len(order):
            yield DefinedName(name, order[int(scope)], text.strip())


def damaged(package: Package, part: str) -> InputError:
    """The error to raise about a part that is not well-formed."""
    return package.refusal(kinds.PART_NOT_XML(part=part))


def _strict(package: Package) -> Exception:
    return package.refusal(kinds.STRICT())
