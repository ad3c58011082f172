"""Read only the wanted cells of a worksheet part.

Of the thousands of elements in a returned form a few hundred are wanted, and parsing takes most
of the time. So the wanted cells are cut out of the text; those that are a plain number or a
shared text are read from it as they are, the others are parsed. A part that is not written the
way all spreadsheet programs write it is parsed as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from kpi_xl import kinds
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.cells import Raw, raw, unescaped
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN
from kpi_xl.workbook.ooxml.references import Area, area, column_letters

_ROOT: Final = re.compile(r"<((?:[\w.-]+:)?)worksheet(?=\s)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
# Beginning with plain text makes the search several times as fast.
_MERGE: Final = re.compile(r"mergeCell(?<=[<:]mergeCell)\s[^>]*?\bref=[\"']([^\"']+)")
# What stands behind the reference of a cell without a formula: a value, or a text of its own.
_PLAIN: Final = (
    '"(?: s="([0-9]+)")?(?: t="([a-z]+|inlineStr)")?>'
    "(?:<{prefix}v>([^<&\\r]*)</{prefix}v>"
    '|<{prefix}is><{prefix}t(?: xml:space="preserve")?>([^<&\\r]*)</{prefix}t></{prefix}is>)'
    "</{prefix}c>"
)


def excerpt(
    package: Package, part: str, wanted: Mapping[str, Sequence[str]], with_merges: bool
) -> tuple[dict[str, Raw], list[Area]]:
    """The wanted cells of a sheet, and its merged ranges.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    part : str
        The worksheet part's name.
    wanted : mapping of str to sequence of str
        References of cells, such as ``B2``, by their rows, such as ``2``.
    with_merges : bool
        Whether the merged ranges are wanted too; without it there are none.

    Returns
    -------
    dict of str to Raw, list of Area
        The cells by their references, others than those wanted perhaps among them and blank ones
        perhaps not; the merged ranges.

    Raises
    ------
    InputError
        The part is missing, damaged or not safe to parse.
    """
    content = parts.xml(package, part)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise package.refusal(kinds.PART_NOT_UTF8(part=part)) from None
    root = _ROOT.search(text)
    prefix = root[1] if root else ""
    end = max(text.find(f"</{prefix}sheetData>"), 0)
    merges = _merges(text, end) if with_merges else []
    start = text.find(f"<{prefix}sheetData>", 0, end)
    # A comment or raw text may hold what looks like a cell.
    if root is not None and start >= 0 and text.find("<!", 0, end) < 0:
        cut = _wanted(text[start:end], prefix, wanted)
        if cut is not None:
            found, others = cut
            if others:
                document = f"{root[0]}{others}</{prefix}worksheet>"
                parsed = parts.parsed(package, part, document)
                found.update((cell.get("r", ""), raw(cell)) for cell in parsed)
            return found, merges
    return _all(parts.parsed(package, part, content)), merges


def every_cell(package: Package, part: str) -> dict[str, Raw]:
    """All cells of a sheet by their references."""
    return _all(parts.tree(package, part))


def _merges(text: str, start: int) -> list[Area]:
    """The merged ranges, which stand behind the cells."""
    return [cells for found in _MERGE.findall(text, start) if (cells := area(found)) is not None]


def _wanted(
    data: str, prefix: str, wanted: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Raw], str] | None:
    """The wanted cells that are not blank: the plain ones, and the text of the others.

    None when they cannot be told from the text.
    """
    head, tail = f'<{prefix}c r="', f"</{prefix}c>"
    _, *rows = data.split(f'<{prefix}row r="')
    plain = _plain(prefix)
    found: dict[str, Raw] = {}
    others: list[str] = []
    seen = 0
    for row in rows:
        references = wanted.get(row[: row.index('"')])
        if references is None:
            continue
        seen += 1
        for reference in references:
            start = row.find(f'{head}{reference}"')
            if start < 0:
                if row.count(f"<{prefix}c") != row.count(head):
                    # A cell whose reference does not come first, or is left out.
                    return None
                continue
            match = plain.match(row, start + len(head) + len(reference))
            if match is not None:
                style, kind, value, text = match.groups()
                if value is None:
                    kind, value = "inlineStr", unescaped(text)
                found[reference] = kind or "n", int(style or 0), value
                continue
            tag_end = row.index(">", start)
            if row[tag_end - 1] != "/":
                others += row[start : row.index(tail, tag_end)], tail
    if seen < len(wanted) and data.count(f"<{prefix}row") != len(rows):
        return None
    return found, "".join(others)


@lru_cache(maxsize=8)
def _plain(prefix: str) -> re.Pattern[str]:
    return re.compile(_PLAIN.format(prefix=prefix))


def _all(root: Element) -> dict[str, Raw]:
    """All cells of a sheet, with references where the file leaves them out."""
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
