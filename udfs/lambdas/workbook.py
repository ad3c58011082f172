"""Named formulas put into a workbook's file, and taken out again; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpi_xl.kpi import Kpi
from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.package import Package
from udfs.lambdas.names import MARK, Name, names

_BEFORE = ("sheets", "functionGroups", "externalReferences")
"""Behind the last of these names stand."""


@dataclass(frozen=True)
class Named:
    """A workbook with its names changed.

    Parameters
    ----------
    content : bytes
        The bytes of the workbook.
    put, removed : sequence of str
        The names that were put in, and those of ours that were there before; without hidden ones.
    taken : sequence of str
        Names that the workbook has for something of its own: they are left alone.
    """

    content: bytes
    put: Sequence[str]
    removed: Sequence[str]
    taken: Sequence[str]


def with_names(file: Path, content: bytes | None = None, own: Iterable[Kpi] = ()) -> Named:
    """A workbook with all named formulas; those of an earlier version are replaced.

    Parameters
    ----------
    file : Path
        The workbook to add the names to.
    content : bytes, optional
        Its content, where it does not stand in the file as it is.
    own : iterable of Kpi
        KPIs that a project declares itself.

    Raises
    ------
    InputError
        When the file is no workbook.
    """
    return _changed(Package(file, content), names(own))


def without_names(file: Path) -> Named:
    """A workbook without any of them. Parameters and errors are those of `with_names`."""
    return _changed(Package(file), ())


def _changed(package: Package, wanted: Sequence[Name]) -> Named:
    with package.telling():
        part = parts.workbook(package).part
        content = parts.xml(package, part)
        found = markup.elements(content, (*_BEFORE, "definedNames", "definedName"))
        around = next((one for one in found if one.name == "definedNames"), None)
        all_names = [one for one in found if one.name == "definedName"]
        ours = [one for one in all_names if _is_ours(one)]
        others = {one.attributes.get("name", "").casefold() for one in all_names if one not in ours}
        new = [name for name in wanted if name.name.casefold() not in others]
        edits = [Edit(one.start, one.end, b"") for one in ours]
        edits += _inserted(content, found, around, new, len(all_names) - len(ours))
        changed = package.changed({part.lower(): markup.spliced(content, edits)})
    return Named(
        changed.written(),
        [name.name for name in new if not name.hidden],
        [one.attributes["name"] for one in ours if "hidden" not in one.attributes],
        [name.name for name in wanted if name.name.casefold() in others],
    )


def _is_ours(one: Element) -> bool:
    return one.attributes.get("comment", "").startswith(MARK)


def _inserted(
    content: bytes,
    found: Sequence[Element],
    around: Element | None,
    new: Sequence[Name],
    others: int,
) -> list[Edit]:
    """The edits that put names in, or take their empty list out."""
    prefix = markup.prefix(content[found[0].start :]).decode()
    elements = "".join(_element(name, prefix) for name in new)
    listed = f"<{prefix}definedNames>{elements}</{prefix}definedNames>" if new else ""
    if around is None:
        at = max(one.end for one in found if one.name in _BEFORE)
        return [Edit(at, at, listed.encode())] if new else []
    if around.content_end == around.tag_end == around.end:
        return [Edit(around.start, around.end, listed.encode())]
    if not new and not others:
        tag = Edit(around.start, around.tag_end, b"")
        return [tag, Edit(around.content_end, around.end, b"")]
    return [Edit(around.content_end, around.content_end, elements.encode())]


def _element(name: Name, prefix: str) -> str:
    hidden = ' hidden="1"' if name.hidden else ""
    return (
        f'<{prefix}definedName name="{markup.escaped(name.name)}"'
        f' comment="{markup.escaped(name.comment)}"{hidden}>'
        f"{markup.escaped(name.formula)}</{prefix}definedName>"
    )
