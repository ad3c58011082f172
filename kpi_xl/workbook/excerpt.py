"""Only the cells wanted out of a worksheet part.

Of the thousands of elements in a returned form a few hundred are wanted, and parsing takes most
of the time. So the wanted cells are cut out of the text; those that are a plain number or a
shared text are read from it as they are, the others are parsed. A part that is not written the
way all spreadsheet programs write it is parsed as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from kpi_xl.workbook import parts
from kpi_xl.workbook.cells import Raw, raw
from kpi_xl.workbook.package import Package
from kpi_xl.workbook.parts import MAIN
from kpi_xl.workbook.references import Area, area, column_letters

_ROOT: Final = re.compile(r"<((?:[\w.-]+:)?)worksheet(?=\s)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
# Beginning with plain text makes the search several times as fast.
_MERGE: Final = re.compile(r"mergeCell(?<=[<:]mergeCell)\s[^>]*?\bref=[\"']([^\"']+)")
# A number, shared text, truth value or error behind its reference.
_PLAIN: Final = (
    '"(?: s="([0-9]+)")?(?: t="(n|s|b|e)")?><{prefix}v>([0-9A-Z.#!?/+-]*)</{prefix}v></{prefix}c>'
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some cells of a sheet by their references, and its merged ranges."""

    cells: dict[str, Raw]
    merges: list[Area]


def excerpt(package: Package, part: str, wanted: Mapping[str, Iterable[str]]) -> Excerpt:
    """The wanted cells of a sheet.

    Parameters
    ----------
    package : Package
        The workbook.
    part : str
        The worksheet part's name.
    wanted : mapping of str to iterable of str
        References of cells, such as ``B2``, by their rows, such as ``2``. Others may be in the
        answer too; blank ones need not be.

    Raises
    ------
    InputError
        The part is missing, damaged or not safe to parse.
    """
    content = parts.xml(package, part)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise package.refusal(f"部件 {part} 不是 UTF-8 编码") from None
    root = _ROOT.search(text)
    prefix = root[1] if root else ""
    end = text.find(f"</{prefix}sheetData>")
    merges = [
        cells for found in _MERGE.findall(text, max(end, 0)) if (cells := area(found)) is not None
    ]
    start = text.find(f"<{prefix}sheetData>", 0, max(end, 0))
    # A comment or raw text may hold what looks like a cell.
    if root is not None and start >= 0 and text.find("<!", 0, end) < 0:
        cut = _wanted(text[start:end], prefix, wanted)
        if cut is not None:
            found, others = cut
            if others:
                document = f"{root[0]}{others}</{prefix}worksheet>"
                parsed = parts.parsed(package, part, document)
                found.update((cell.get("r", ""), raw(cell)) for cell in parsed)
            return Excerpt(found, merges)
    return Excerpt(_all(parts.parsed(package, part, content)), merges)


def _wanted(
    data: str, prefix: str, wanted: Mapping[str, Iterable[str]]
) -> tuple[dict[str, Raw], str] | None:
    """The wanted cells that are not blank: the plain ones, and the text of the others.

    None when they cannot be told from the text.
    """
    row_head, head, tail = f'<{prefix}row r="', f'<{prefix}c r="', f"</{prefix}c>"
    _, *rows = data.split(row_head)
    # Rows or cells without a reference, or other elements with such a name.
    if data.count(f"<{prefix}row") != len(rows) or data.count(f"<{prefix}c") != data.count(head):
        return None
    plain = re.compile(_PLAIN.format(prefix=prefix))
    found: dict[str, Raw] = {}
    others: list[str] = []
    for row in rows:
        for reference in wanted.get(row[: row.index('"')], ()):
            start = row.find(f'{head}{reference}"')
            if start < 0:
                continue
            match = plain.match(row, start + len(head) + len(reference))
            if match is not None:
                style, kind, value = match.groups()
                found[reference] = Raw(kind or "n", int(style or 0), value)
                continue
            tag_end = row.index(">", start)
            if row[tag_end - 1] != "/":
                others += row[start : row.index(tail, tag_end)], tail
    return found, "".join(others)


def _all(root: Element) -> dict[str, Raw]:
    """All cells of a sheet, their references worked out where the file leaves them out."""
    found = {}
    number = 0
    for row in root.iterfind(f"{{{MAIN}}}sheetData/{{{MAIN}}}row"):
        number = int(row.get("r") or number + 1)
        column = 0
        for cell in row.iterfind(f"{{{MAIN}}}c"):
            place = area(cell.get("r", ""))
            column = column + 1 if place is None else place.first_column
            found[f"{column_letters(column)}{number}"] = raw(cell)
    return found
