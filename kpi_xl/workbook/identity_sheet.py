"""A hidden sheet with the same content as the hidden names.

Some programs keep only names of cells and drop those of constants, such as exceljs and editors in a
browser. All of them keep what stands in cells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from kpi_xl.workbook import identity as hidden_names
from kpi_xl.workbook.identity import NOBODY, Identity
from kpi_xl.workbook.ooxml import cells, markup, parts
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN, Workbook
from kpi_xl.workbook.ooxml.references import Area
from kpi_xl.workbook.ooxml.zip_records import Framed, framed
from kpi_xl.workbook.returned import Reader

NAME: Final = "kpi_xl"
"""What the sheet is called."""

NOTE: Final = "收回时靠这张隐藏的表认出是哪一份，请不要改动"
"""What stands in its first cell; below it are the identity, and what each sheet is about."""

_ABOUT: Final = ("sheet", "about")


def added(package: Package, workbook: Workbook) -> Package:
    """A workbook with the sheet after all others; unchanged where the name is taken."""
    content = parts.xml(package, workbook.part)
    around, *sheets = markup.elements(content, {"sheets", "sheet"})
    if any(one.attributes.get("name", "").casefold() == NAME for one in sheets):
        return package
    number = max(int(one.attributes.get("sheetId") or 0) for one in sheets) + 1
    prefix = markup.prefix(content[around.start : around.tag_end]).decode()
    sheet = (
        f'<{prefix}sheet xmlns:r="{parts.OFFICE}" name="{NAME}" sheetId="{number}"'
        ' state="veryHidden" r:id="kpiXlIdentity"/>'
    )
    at = around.content_end
    listed = markup.spliced(content, [Edit(at, at, sheet.encode())])
    return parts.with_part(
        package.changed({workbook.part.lower(): listed}),
        workbook,
        parts.Part("worksheets/sheet{}.xml", "1", "worksheet", "kpiXlIdentity"),
        _written([]),
    )


class IdentitySheet:
    """The sheet in a workbook, to be filled.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    """

    def __init__(self, package: Package, workbook: Workbook) -> None:
        # Another sheet of that name is nobody's but its owner's.
        self._entry = package.find(workbook.sheets[NAME]) if _lines(package, workbook) else None
        self._about: list[Mapping[str, str]] = [
            dict(zip(_ABOUT, (name, about), strict=True))
            for about, names in hidden_names.sheets(workbook).items()
            for name in names
        ]

    def with_(self, identity: Identity) -> dict[str, Framed]:
        """The sheet's entry with an identity, or with `NOBODY`; none where there is no sheet."""
        if self._entry is None:
            return {}
        said = [] if identity == NOBODY else [asdict(identity), *self._about]
        return {self._entry.name.lower(): framed(self._entry, _written(said))}


def read(package: Package, workbook: Workbook) -> tuple[Identity | None, dict[str, list[str]]]:
    """Read the hidden sheet: the workbook's identity, and its sheets by their subjects."""
    found: Identity | None = None
    sheets: dict[str, list[str]] = {}
    for line in _lines(package, workbook)[1:]:
        said = _said(line)
        if said.keys() == set(_ABOUT):
            name, about = (said[key] for key in _ABOUT)
            sheets.setdefault(about, []).append(name)
        elif said:
            found = Identity.said(said)
    return found, sheets


def _lines(package: Package, workbook: Workbook) -> list[object]:
    """The lines of the sheet; empty where it is another sheet of that name."""
    part = workbook.sheets.get(NAME)
    if part is None:
        return []
    column = Area(1, 1, len(workbook.sheets) + 2, 1)
    found: list[object] = [*Reader(package, workbook).area(part, column).values()]
    return found if found[0] == NOTE else []


def _said(line: object) -> dict[str, str]:
    """The fields in a cell; empty where somebody changed it to something else."""
    try:
        found = json.loads(line) if isinstance(line, str) else None
    except ValueError:
        return {}
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        return {}
    return found


def _written(said: Sequence[Mapping[str, str]]) -> bytes:
    """The sheet's part."""
    rows = "".join(_rows([NOTE, *(json.dumps(one, ensure_ascii=False) for one in said)]))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def _rows(texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(texts, 1):
        string = f"<is><t>{cells.escaped(text)}</t></is>"
        yield f'<row r="{number}"><c r="A{number}" t="inlineStr">{string}</c></row>'
