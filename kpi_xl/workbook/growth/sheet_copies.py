"""Copy a sheet with all its parts, under a new name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from string import digits
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook import identity
from kpi_xl.workbook.growth import vml
from kpi_xl.workbook.growth.references_elsewhere import FORMULA_ATTRIBUTES, FORMULAS
from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.formulas import tokens
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook

MARK: Final = "sheet."
"""How a name begins that makes its sheet one for each unit."""

_LONGEST: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TYPES: Final = "[Content_Types].xml"
_SHARED: Final = frozenset({"image", "hyperlink", "theme"})
_REFUSED: Final = {
    "pivotTable": "数据透视表", "slicer": "切片器", "timeline": "日程表", "queryTable": "查询表",
}  # fmt: skip
_ELEMENTS: Final = FORMULAS | FORMULA_ATTRIBUTES.keys() | {
    "worksheetSource", "table", "sheetView", "sheetPr",
}  # fmt: skip


def sheet_name(text: str, taken: Collection[str] = ()) -> str:
    """A valid name for a sheet, different from those taken.

    Parameters
    ----------
    text : str
        The wished name of the sheet.
    taken : collection of str
        The names that others have, case folded.

    Examples
    --------
    >>> sheet_name("城东/一部"), sheet_name("甲", {"甲", "甲_2"}), sheet_name("'[]'")
    ('城东_一部', '甲_3', '__')
    """
    bare = _FORBIDDEN.sub("_", text).strip("' ") or "_"
    if bare.casefold() == "history":
        bare += "_"
    number = 1
    while True:
        end = "" if number == 1 else f"_{number}"
        name = bare
        while len((name + end).encode("utf-16-le")) > 2 * _LONGEST:
            name = name[:-1]
        name += end
        if name.casefold() not in taken:
            return name
        number += 1


def marked(workbook: Workbook) -> list[str]:
    """The sheets to copy for each unit."""
    folded = {name.casefold(): name for name in workbook.sheets}
    found = []
    for name, _, text in workbook.names:
        only = tokens(text)
        if name.startswith(MARK) and len(only) == 1 and not isinstance(only[0], str):
            sheet = folded.get(next(iter(only[0].sheets), ""))
            if sheet is not None and sheet not in found:
                found.append(sheet)
    return found


def copied(
    package: Package,
    workbook: Workbook,
    sheet: str,
    names: Sequence[str],
    keys: Sequence[str] = (),
) -> tuple[Package, list[dict[str, str]]]:
    """The workbook with several sheets in the place of one.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    sheet : str
        The sheet; it gets the first name itself, so that what refers to it from elsewhere means
        the first.
    names : sequence of str
        The names of the sheets, as Excel takes them; at least one.
    keys : sequence of str
        By what each is known when the workbook comes back; see `kpi_xl.workbook.identity.sheets`.

    Returns
    -------
    Package, list of dict
        The workbook; and for each sheet, the names that the tables got by those they had.

    Raises
    ------
    InputError
        Something on the sheet cannot be copied, or a formula goes through several sheets.
    """
    return _Copier(package, workbook, sheet, keys).copied(names)


class _Copier:
    def __init__(
        self, package: Package, workbook: Workbook, sheet: str, keys: Sequence[str]
    ) -> None:
        self._package = package
        self._workbook = workbook
        self._sheet = sheet
        self._keys = keys
        self._part = workbook.sheets[sheet]
        self._names = {entry.name.lower() for entry in package.entries}
        self._added: dict[str, bytes] = {}
        self._types: list[tuple[str, str]] = []
        ids, names = [0], set()
        for part, kind, _ in parts.related(package, workbook):
            if kind == "table":
                root = parts.tree(package, part)
                ids.append(int(root.get("id", "0")))
                names.add(root.get("displayName", "").casefold())
        self._last_table = max(ids)
        self._first = sheet
        self._taken_names = names | {one.name.casefold() for one in workbook.names}

    def copied(self, names: Sequence[str]) -> tuple[Package, list[dict[str, str]]]:
        """The workbook with the copies, and the names of their tables."""
        self._first = names[0]
        changed: dict[str, bytes] = {}
        for part, kind, _ in parts.related(self._package, self._workbook):
            if kind == "vmlDrawing" or part.lower().endswith(".xml"):
                content = self._package.read(part)
                new = self._rewritten(content, kind, names[0], {})
                if new != content:
                    changed[part.lower()] = new
        copies, tables = [self._part], [{name: name for name in self._own_tables()}]
        for name in names[1:]:
            renamed = {table: self._new_table(table) for table in self._own_tables()}
            copies.append(self._copy(self._part, "worksheet", name, renamed))
            tables.append(renamed)
        related = parts.relationships_part(self._workbook.part)
        ids, changed[related.lower()] = self._linked(related, copies[1:])
        changed[self._workbook.part.lower()] = self._listed(names, ids, tables)
        changed[_TYPES.lower()] = self._typed()
        return self._package.changed(changed, added=self._added), tables

    def _own_tables(self) -> list[str]:
        return [
            parts.tree(self._package, one.target).get("displayName", "")
            for one in parts.relationships(self._package, self._part).values()
            if one.kind == "table"
        ]

    def _new_table(self, name: str) -> str:
        number = 2
        while f"{name}_{number}".casefold() in self._taken_names:
            number += 1
        self._taken_names.add(f"{name}_{number}".casefold())
        return f"{name}_{number}"

    def _copy(self, part: str, kind: str, name: str, tables: Mapping[str, str]) -> str:
        """A copy of a part and of those that belong to it; the copy's own name."""
        if kind in _REFUSED:
            raise InputError(
                kinds.SHEET_NOT_COPIED(what=_REFUSED[kind]),
                file=self._package.path,
                sheet=self._sheet,
            )
        new = self._free(part)
        content = self._package.read(part)
        if kind == "vmlDrawing" or part.lower().endswith(".xml"):
            content = self._rewritten(content, kind, name, tables)
        self._added[new] = content
        self._types.append((part, new))
        related = parts.relationships_part(part)
        if self._package.find(related) is not None:
            targets = {
                id_: self._copy(one.target, one.kind, name, tables)
                for id_, one in parts.relationships(self._package, part).items()
                if one.kind not in _SHARED and self._package.find(one.target) is not None
            }
            xml = parts.xml(self._package, related)
            edits = []
            for one in markup.elements(xml, {"Relationship"}):
                target = targets.get(one.attributes.get("Id", ""))
                if target is not None:
                    written = posixpath.relpath(target, posixpath.dirname(new))
                    edits.append(_attribute(xml, one, "Target", written))
            self._added[parts.relationships_part(new)] = markup.spliced(xml, edits)
        return new

    def _free(self, part: str) -> str:
        stem, dot, ending = part.rpartition(".")
        stem, extension = (stem.rstrip(digits), dot + ending) if dot else (part, "")
        number = 1
        while f"{stem}{number}{extension}".lower() in self._names:
            number += 1
        self._names.add(f"{stem}{number}{extension}".lower())
        return f"{stem}{number}{extension}"

    def _rewritten(self, content: bytes, kind: str, name: str, tables: Mapping[str, str]) -> bytes:
        """A part whose formulas refer to the new sheet and its tables."""
        if kind == "vmlDrawing":
            return vml.changed(content, vml.FORMULA, lambda text: self._formula(text, name, tables))
        edits = []
        for one in markup.elements(content, _ELEMENTS):
            if one.name in FORMULAS and one.is_text(content):
                text = one.text(content)
                new = self._formula(text, name, tables)
                if new != text:
                    edits.append(Edit(one.tag_end, one.content_end, markup.escaped(new).encode()))
            tag = content[one.start : one.tag_end]
            for attribute, value in self._attributes(one, kind, name, tables):
                tag = (
                    markup.without_attribute(tag, attribute)
                    if value is None
                    else markup.with_attribute(tag, attribute, markup.escaped(value))
                )
            if tag != content[one.start : one.tag_end]:
                edits.append(Edit(one.start, one.tag_end, tag))
        return markup.spliced(content, edits)

    def _attributes(
        self, one: Element, kind: str, name: str, tables: Mapping[str, str]
    ) -> Iterator[tuple[str, str | None]]:
        """The attributes that change; None for those to remove."""
        for attribute in FORMULA_ATTRIBUTES.get(one.name, ()):
            text = one.attributes.get(attribute)
            if text:
                new = self._formula(text, name, tables)
                if new != text:
                    yield attribute, new
        is_source = one.name == "worksheetSource"
        if is_source and one.attributes.get("sheet", "").casefold() == self._sheet.casefold():
            yield "sheet", name
        new_table = tables.get(one.attributes.get("displayName", ""))
        if one.name == "table" and kind == "table" and new_table is not None:
            self._last_table += 1
            yield "id", str(self._last_table)
            yield "name", new_table
            yield "displayName", new_table
            if "xr:uid" in one.attributes:
                yield "xr:uid", None
        if name != self._first:
            # Only one sheet is in front, and macros know each by another name.
            for attribute in {"sheetView": ["tabSelected"], "sheetPr": ["codeName"]}.get(
                one.name, ()
            ):
                if attribute in one.attributes:
                    yield attribute, None

    def _formula(self, text: str, name: str, tables: Mapping[str, str]) -> str:
        """A formula with the new names of sheet and tables."""
        pieces = []
        for token in tokens(text):
            if isinstance(token, str):
                piece = token
                for old, new in tables.items():
                    piece = re.sub(rf"(?<![\w.\\]){re.escape(old)}(?=\[)", new, piece)
                pieces.append(piece)
            elif token.sheets == (self._sheet.casefold(),):
                pieces.append(token._replace(prefix=f"{_quoted(name)}!").text)
            elif len(token.sheets) > 1 and self._sheet.casefold() in token.sheets:
                raise InputError(
                    kinds.SHEETS_OF_FORMULA(), file=self._package.path, sheet=self._sheet
                )
            else:
                pieces.append(token.text)
        return "".join(pieces)

    def _means(self, text: str) -> bool:
        """Whether a formula refers to the sheet."""
        own = (self._sheet.casefold(),)
        return any(not isinstance(one, str) and one.sheets == own for one in tokens(text))

    def _linked(self, related: str, copies: Sequence[str]) -> tuple[list[str], bytes]:
        """The new ids of the relationships, and the part that holds them."""
        content = parts.xml(self._package, related)
        found = markup.elements(content, {"Relationships", "Relationship"})
        taken = {one.attributes.get("Id") for one in found}
        prefix = markup.prefix(content[found[0].start :]).decode()
        kind = next(
            one.attributes["Type"]
            for one in found
            if one.attributes.get("Type", "").endswith("/worksheet")
        )
        ids, elements = [], []
        for copy in copies:
            number = len(taken) + 1
            while f"rId{number}" in taken:
                number += 1
            taken.add(f"rId{number}")
            ids.append(f"rId{number}")
            target = markup.escaped(f"/{copy}")
            elements.append(
                f'<{prefix}Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
            )
        at = found[0].content_end
        return ids, markup.spliced(content, [Edit(at, at, "".join(elements).encode())])

    def _listed(
        self, names: Sequence[str], ids: Sequence[str], tables: Sequence[Mapping[str, str]]
    ) -> bytes:
        """The workbook part with the new sheets and their private names."""
        content = parts.xml(self._package, self._workbook.part)
        found = markup.elements(content, {"sheet", "definedNames", "definedName", "workbookView"})
        sheets = [one for one in found if one.name == "sheet"]
        index = [one.attributes["name"].casefold() for one in sheets].index(self._sheet.casefold())
        old, more = sheets[index], len(names) - 1
        edits = [self._sheets(content, old, names, ids, sheets)]
        new: list[str] = []
        for one in found:
            if one.name == "workbookView":
                tag = content[one.start : one.tag_end]
                for attribute in ("activeTab", "firstSheet"):
                    value = int(one.attributes.get(attribute, "0"))
                    if value > index:
                        tag = markup.with_attribute(tag, attribute, value + more)
                edits.append(Edit(one.start, one.tag_end, tag))
            elif one.name == "definedName":
                name, scope = one.attributes.get("name", ""), one.attributes.get("localSheetId")
                if name == identity.SHEET and scope == str(index):
                    # It was sent, and is used as a template.
                    edits.append(Edit(one.start, one.end, b""))
                    continue
                tag = content[one.start : one.tag_end]
                if scope is not None and int(scope) > index:
                    tag = markup.with_attribute(tag, "localSheetId", int(scope) + more)
                    edits.append(Edit(one.start, one.tag_end, tag))
                text = one.text(content)
                renamed = self._formula(text, names[0], {})
                if renamed != text:
                    edits.append(
                        Edit(one.tag_end, one.content_end, markup.escaped(renamed).encode())
                    )
                if scope == str(index) or (
                    scope is None and self._means(text) and not name.startswith(MARK)
                ):
                    end = content[one.content_end : one.end].decode()
                    for offset in range(1, len(names)):
                        own = markup.with_attribute(tag, "localSheetId", index + offset).decode()
                        own_text = self._formula(text, names[offset], tables[offset])
                        new.append(f"{own}{markup.escaped(own_text)}{end}")
        prefix = markup.prefix(content[old.start : old.tag_end]).decode()
        new += (
            identity.sheet_name(key, index + offset, prefix)
            for offset, key in enumerate(self._keys)
        )
        around = next((one for one in found if one.name == "definedNames"), None)
        if around is not None:
            at = around.content_end
            edits.append(Edit(at, at, "".join(new).encode()))
        return markup.spliced(content, edits)

    def _sheets(
        self,
        content: bytes,
        old: Element,
        names: Sequence[str],
        ids: Sequence[str],
        sheets: Sequence[Element],
    ) -> Edit:
        """The sheet's element for each name."""
        number = max(int(one.attributes.get("sheetId", "0")) for one in sheets)
        tag = content[old.start : old.end]
        related = next(key for key in old.attributes if key.rpartition(":")[2] == "id")
        elements = [markup.with_attribute(tag, "name", markup.escaped(names[0]))]
        for offset, (name, id_) in enumerate(zip(names[1:], ids, strict=True), 1):
            own = markup.with_attribute(tag, "name", markup.escaped(name))
            own = markup.with_attribute(own, "sheetId", number + offset)
            elements.append(markup.with_attribute(own, related, id_))
        return Edit(old.start, old.end, b"".join(elements))

    def _typed(self) -> bytes:
        """The content types with those of the new parts."""
        content = parts.xml(self._package, _TYPES)
        found = markup.elements(content, {"Types", "Override"})
        known = {one.attributes.get("PartName", "").lower(): one for one in found}
        elements = []
        for part, new in self._types:
            one = known.get(f"/{part.lower()}")
            if one is not None:
                tag = content[one.start : one.end]
                elements.append(markup.with_attribute(tag, "PartName", markup.escaped(f"/{new}")))
        at = found[0].content_end
        return markup.spliced(content, [Edit(at, at, b"".join(elements))])


def _quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"


def _attribute(content: bytes, one: Element, name: str, value: str) -> Edit:
    tag = content[one.start : one.tag_end]
    return Edit(one.start, one.tag_end, markup.with_attribute(tag, name, markup.escaped(value)))
