"""Tables in HTML, and workbooks as XML (SpreadsheetML of 2003), which systems write as .xls.

Nothing in them is executed or fetched: lxml reads without network, entities and recovery of more
depth than a table has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import etree, html

from kpi_xl import kinds
from kpi_xl.data.encoding import to_utf8
from kpi_xl.errors import InputError
from kpi_xl.readers.number import read_number

LARGEST: Final = 300 << 20
"""A larger file is no export of a table."""

_WIDEST: Final = 2_000
_LONGEST_SPAN: Final = 1_000_000
_MOST_CELLS: Final = 24_000_000
_APART: Final = frozenset(("sup", "sub", "del", "s", "strike"))
"""What such an element holds is no part of the number beside it: 20000<sup>2</sup>."""

_CHARSET: Final = re.compile(
    rb"charset\s*=\s*[\"']?([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE
)
_SS: Final = "{urn:schemas-microsoft-com:office:spreadsheet}"
_SPACE: Final = re.compile(r"[ \t\r\n\xa0]+")


@dataclass(frozen=True)
class MarkupSheet:
    """A table of such a file.

    Parameters
    ----------
    name : str or None
        The worksheet's name; None for a table in HTML.
    hidden : bool
        Whether it is hidden.
    rows : list of list of str or None
        Its cells.
    merged : list of (int, int, int, int)
        Merged cells: first row and column, last row and column, from 0.
    hidden_rows : list of int
        The rows that nobody sees, from 1.
    """

    name: str | None
    hidden: bool
    rows: list[list[str | None]]
    merged: list[tuple[int, int, int, int]]
    hidden_rows: list[int]


def html_tables(file: Path) -> list[MarkupSheet]:
    """The tables of an HTML file; of those that hold others only what looks like rows of data.

    Raises
    ------
    InputError
        When it is no HTML with a table.
    """
    content = _content(file)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise _no_table(file) from error
    tables = [
        table
        for table in root.iter("table")
        if table.find(".//table") is None or len([r for r in _rows(table) if len(r) > 1]) > 1
    ]
    found = []
    for place, table in enumerate(tables, 1):
        rows, merged = _laid_out(
            [
                [
                    (_text(cell), _span(cell, "colspan"), _span(cell, "rowspan"))
                    for cell in row
                    if cell.tag in ("td", "th")
                ]
                for row in _rows(table)
            ],
            file,
        )
        if any(cell for row in rows for cell in row):
            name = f"表格{place}" if len(tables) > 1 else None
            unseen = [n for n, row in enumerate(_rows(table), 1) if _is_hidden(row)]
            found.append(MarkupSheet(name, False, rows, merged, unseen))
    if not found:
        raise _no_table(file)
    return found


def _rows(table: Any) -> list[Any]:
    """The rows of a table, not those of tables in its cells."""
    return [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]


def spreadsheetml(file: Path) -> list[MarkupSheet]:
    """The worksheets of an XML workbook of 2003.

    Raises
    ------
    InputError
        When it is damaged.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(_content(file), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(kinds.FILE_INCOMPLETE(), file=file) from error
    found = []
    for sheet in root.iter(f"{_SS}Worksheet"):
        cells: list[list[tuple[str | None, int, int]]] = []
        unseen = []
        for row in sheet.iter(f"{_SS}Row"):
            index = _whole(row.get(f"{_SS}Index"), len(cells) + 1)
            while len(cells) < min(index - 1, _LONGEST_SPAN):
                cells.append([])
            line: list[tuple[str | None, int, int]] = []
            at = 1
            for cell in row.iter(f"{_SS}Cell"):
                place = _whole(cell.get(f"{_SS}Index"), at)
                line += [(None, 1, 1)] * (min(place, _WIDEST) - at)
                data = cell.find(f"{_SS}Data")
                across = min(_whole(cell.get(f"{_SS}MergeAcross"), 0), _WIDEST)
                down = _whole(cell.get(f"{_SS}MergeDown"), 0)
                line.append(
                    (None if data is None else "".join(data.itertext()), across + 1, down + 1)
                )
                at = place + across + 1
            cells.append(line)
            if row.get(f"{_SS}Hidden") == "1":
                unseen.append(len(cells))
        rows, merged = _laid_out(cells, file)
        hidden = any(
            (e.text or "").startswith("SheetHidden") or (e.text or "").startswith("SheetVeryHidden")
            for e in sheet.iter("{urn:schemas-microsoft-com:office:excel}Visible")
        )
        found.append(MarkupSheet(sheet.get(f"{_SS}Name"), hidden, rows, merged, unseen))
    return found


def _content(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise InputError(kinds.MARKUP_TOO_LARGE(), file=file)
    content = file.read_bytes()
    named = _CHARSET.search(content[:4096])
    if named and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        label = (named[1] or named[2]).decode().lower()
        try:
            content = content.decode("gb18030" if label.startswith("gb") else label).encode()
        except (LookupError, UnicodeDecodeError):
            content = to_utf8(content, file)  # systems write one charset and say another
    else:
        content = to_utf8(content, file)
    content = content.replace(b"\0", b"")
    # What the file says of its encoding is not true any more.
    return re.sub(rb"^(\s*<\?xml[^>]*?)\sencoding\s*=\s*[\"'][^\"']*[\"']", rb"\1", content)


def _text(cell: Any) -> str | None:
    if _is_hidden(cell):
        return None
    for part in list(cell.iterdescendants()):
        if _is_hidden(part):  # what sorts a list, beside what it shows
            part.drop_tree()
        elif part.tag in _APART and cell.text_content().strip() != part.text_content().strip():
            part.text = f"^{part.text or ''}"
            part.tail = f" {part.tail or ''}"
    for line in cell.iter("br"):
        line.tail = "\n" + (line.tail or "")
    for script in list(cell.iter("script", "style")):
        script.text = ""
    text = "\n".join(_SPACE.sub(" ", line).strip() for line in cell.text_content().split("\n"))
    return _unrounded(text.strip(), cell.get("x:num") or cell.get("sdval")) or None


def _unrounded(shown: str, value: str | None) -> str:
    """What a cell says; the number it holds where it shows another, rounded one, as 1.2万."""
    if not value:
        return shown
    one, other = read_number(shown), read_number(value)
    numbers = isinstance(one, float) and isinstance(other, float)
    return value if numbers and one != other else shown


def _is_hidden(element: Any) -> bool:
    return "display:none" in (element.get("style") or "").replace(" ", "").lower()


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return max(int(text), 1) if text.isdecimal() and len(text) < 7 else 1


def _laid_out(
    lines: list[list[tuple[str | None, int, int]]], file: Path
) -> tuple[list[list[str | None]], list[tuple[int, int, int, int]]]:
    """The rows with every cell in its column, and what is merged."""
    rows: list[dict[int, str | None]] = []
    merged = []
    busy: dict[int, int] = {}  # until which row a column is covered by a cell above
    for number, line in enumerate(lines):
        row: dict[int, str | None] = {}
        at = 0
        for text, columns, down in line:
            while busy.get(at, -1) >= number:
                at += 1
            if at >= _WIDEST:
                break
            row[at] = text
            across = min(columns, _WIDEST)
            last = min(number + down, len(lines)) - 1
            if across > 1 or last > number:
                merged.append((number, at, last, at + across - 1))
                for column in range(at, at + across):
                    busy[column] = last
            at += across
        rows.append(row)
    width = max((max(row, default=-1) for row in rows), default=-1) + 1
    area = len(rows) * width
    if area > _MOST_CELLS and sum(map(len, rows)) < area // 8:
        raise InputError(kinds.CELLS_FAR_AWAY(), file=file)
    return [[row.get(place) for place in range(width)] for row in rows], merged


def _no_table(file: Path) -> InputError:
    return InputError(kinds.PAGE_WITHOUT_TABLE(), file=file)
