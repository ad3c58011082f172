"""The recipient of a workbook, in hidden defined names.

A name may stand for a constant, and Excel, WPS and LibreOffice keep hidden names through all that
people do to a workbook: rename sheets, move cells, save under another name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Final, Self

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook.ooxml import cells, markup
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.zip_records import Divided, Entry, Framed

PREFIX: Final = "kpi_xl."
"""How the names begin."""

SHEET: Final = "kpi_xl.sheet"
"""The name, private to a sheet, that says which unit it is about."""

_ADDED: Final = ("level", "edition", "token")
"""What workbooks of earlier versions do not say."""

_LONGEST: Final = 255  # what a text in a formula may have
_BEFORE: Final = ("sheets", "functionGroups", "externalReferences")
"""The schema wants the defined names directly behind the last of these."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a sent workbook: distribution, template, recipient.

    Parameters
    ----------
    distribution : str
        The id of the distribution.
    template : str
        The name of the template.
    version : str
        Which template of that name.
    period : str
        The month, such as ``2024-06``.
    unit : str
        The unit's path, such as ``城东营业部/城东一组``; the branch has its own name.
    person : str
        工号; empty for a unit's workbook.
    level : str
        The unit's level, or 个人.
    edition : str
        Which of a recipient's workbooks of this distribution, where they differ in what is asked.
    token : str
        What nobody can know who has not got the workbook; empty in those that were sent before
        there were tokens.

    Raises
    ------
    InputError
        A text is too long for a constant of a workbook.
    """

    distribution: str
    template: str
    version: str
    period: str
    unit: str
    person: str
    level: str = ""
    edition: str = ""
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for text in asdict(self).values():
            if len(text.encode("utf-16-le")) > 2 * _LONGEST:
                raise InputError(kinds.IDENTITY_TOO_LONG(), value=text)

    @classmethod
    def of(cls, workbook: Workbook) -> Self | None:
        """Read it from a workbook's names; None where it is missing, incomplete or ambiguous."""
        texts: dict[str, set[str | None]] = {}
        for name, scope, text in workbook.names:
            if scope is None and name.lower().startswith(PREFIX):
                said = texts.setdefault(name.lower().removeprefix(PREFIX), set())
                said.add(_constant(text))
        texts = {one.name: texts[one.name] for one in fields(cls) if one.name in texts}
        if any(len(said) != 1 or None in said for said in texts.values()):
            return None
        return cls.said({name: text for name, (text,) in texts.items() if text is not None})

    @classmethod
    def said(cls, texts: Mapping[str, str]) -> Self | None:
        """The identity in some texts, by attribute; None where they have none."""
        known: dict[str, str] = {}
        for one in fields(cls):
            text = texts.get(one.name)
            if text is None and one.name in _ADDED:
                continue
            if text is None or len(text) > _LONGEST:
                return None
            known[one.name] = text
        return cls(**known)

    def names(self, prefix: str) -> str:
        """The elements of the names; `prefix` is that of their namespace, with its colon."""
        return "".join(
            f'<{prefix}definedName name="{PREFIX}{field}" hidden="1">{_literal(text)}'
            f"</{prefix}definedName>"
            for field, text in asdict(self).items()
        )


NOBODY: Final = Identity("", "", "", "", "", "")
"""The identity of a workbook from which that of somebody is to be taken out."""


def is_told(workbook: Workbook) -> bool:
    """Whether any name tells the recipient of a workbook."""
    own = {f"{PREFIX}{one.name}" for one in fields(Identity)}
    return any(
        scope is None and name.lower() in own and _constant(text) is not None
        for name, scope, text in workbook.names
    )


def sheet_name(key: str, sheet: int, prefix: str) -> str:
    """The element of the name that tells a sheet's unit.

    Parameters
    ----------
    key : str
        What it is about.
    sheet : int
        The sheet's place in the workbook, from 0.
    prefix : str
        That of the namespace, with its colon.
    """
    return (
        f'<{prefix}definedName name="{SHEET}" localSheetId="{sheet}" hidden="1">{_literal(key)}'
        f"</{prefix}definedName>"
    )


def sheets(workbook: Workbook) -> dict[str, list[str]]:
    """The sheets of a workbook by their units, as far as they tell."""
    found: dict[str, list[str]] = {}
    for name, scope, text in workbook.names:
        key = _constant(text) if scope is not None and name.lower() == SHEET else None
        if scope is not None and key is not None:
            found.setdefault(key, []).append(scope)
    return found


def _literal(text: str) -> str:
    doubled = text.replace('"', '""')
    return cells.escaped(f'"{doubled}"')


def _constant(formula: str) -> str | None:
    """The text constant that a formula is."""
    if len(formula) < 2 or formula[0] != '"' or formula[-1] != '"':
        return None
    return cells.unescaped(formula[1:-1].replace('""', '"'))


class Identified:
    """A workbook part that an identity is put into.

    Parameters
    ----------
    entry : Entry
        The part's entry in the zip file.
    content : bytes
        The part as it is to be otherwise; it must be well-formed. An identity that it has already
        is taken out: workbooks that were sent are used as templates.
    """

    def __init__(self, entry: Entry, content: bytes) -> None:
        wanted = (*_BEFORE, "definedNames", "definedName")
        found = markup.elements(content, wanted)
        self._prefix = markup.prefix(content[found[0].start :]).decode()
        around = next((one for one in found if one.name == "definedNames"), None)
        old = [
            Edit(one.start, one.end, b"")
            for one in found
            if one.name == "definedName"
            and one.attributes.get("name", "").startswith(PREFIX)
            and "localSheetId" not in one.attributes
        ]
        self._is_new = around is None or around.content_end == around.tag_end == around.end
        if around is None:
            at = max(one.end for one in found if one.name in _BEFORE)
        elif self._is_new:
            at = around.end
            old = [Edit(around.start, around.end, b"")]
        else:
            at = around.content_end
        self._divided = Divided(entry, markup.spliced(content[:at], old), content[at:])

    def with_(self, identity: Identity) -> Framed:
        """The part's entry with an identity, or with `NOBODY` without any, ready to be written."""
        names = "" if identity == NOBODY else identity.names(self._prefix)
        if self._is_new and names:
            names = f"<{self._prefix}definedNames>{names}</{self._prefix}definedNames>"
        return self._divided.framed(names.encode())
