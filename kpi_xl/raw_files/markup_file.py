"""Tables in HTML, and workbooks as XML (SpreadsheetML of 2003), which systems write as .xls.

Nothing in them is executed or fetched: lxml reads without network, entities and recovery of more
depth than a table has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from lxml import etree, html

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.raw_files.encoding import to_utf8
from kpi_xl.readers.number import read_number

LARGEST: Final = 300 << 20
"""A larger file is no export of a table."""

_WIDEST: Final = 2_000
_FEW: Final = 3
"""A table of no more rows is no list: it holds a title, or the unit of the amounts."""

_MOST_ABOVE: Final = 1_000
_LONGEST_SPAN: Final = 1_000_000
_MOST_CELLS: Final = 24_000_000
_APART: Final = frozenset(("sup", "sub", "del", "s", "strike"))
"""What such an element holds is no part of the number beside it: 20000<sup>2</sup>."""

_CHARSET: Final = re.compile(
    rb"charset\s*=\s*[\"']?([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE
)
_DECLARED: Final = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CLASS: Final = re.compile(r"\.([\w-]+)")
_SS: Final = "{urn:schemas-microsoft-com:office:spreadsheet}"
_SPACE: Final = re.compile(r"[ \t\r\n\xa0]+")


@dataclass(frozen=True)
class MarkupSheet:
    """A table in such a file.

    Parameters
    ----------
    name : str or None
        The worksheet's name; None for a table in HTML.
    hidden : bool
        Whether it is hidden.
    rows : list of list of str or None
        The cells as texts, None for an empty one.
    merged : list of (int, int, int, int)
        Merged cells: first row and column, last row and column, from 0.
    hidden_rows : list of int
        The rows that nobody sees, from 1.
    hidden_columns : set of int
        The columns that nobody sees, from 1.
    struck : list of (int, int)
        Row and column of the cells that are struck through, from 1.
    above : str
        What is written above it on the page.
    """

    name: str | None
    hidden: bool
    rows: list[list[str | None]]
    merged: list[tuple[int, int, int, int]]
    hidden_rows: list[int]
    hidden_columns: set[int]
    struck: list[tuple[int, int]]
    above: str = ""


@dataclass(frozen=True)
class _Cell:
    """A cell before its column is known: its text, and how many columns and rows it spans."""

    text: str | None = None
    across: int = 1
    down: int = 1
    struck: bool = False
    hidden: bool = False


def html_tables(file: Path) -> list[MarkupSheet]:
    """The tables of an HTML file; outer tables of a layout are left out.

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
    classes, above = _struck_classes(root), _texts_above(root, tables)
    for place, table in enumerate(tables, 1):
        cells = [
            [_cell(one, classes) for one in row if one.tag in ("td", "th")] for row in _rows(table)
        ]
        unseen_columns = _unseen_columns(table) | _all_hidden(cells)
        rows, merged, struck = _laid_out(
            [
                [
                    replace(cell, text=None) if cell.hidden and at not in unseen_columns else cell
                    for at, cell in enumerate(line, 1)
                ]
                for line in cells
            ],
            file,
        )
        if any(cell for row in rows for cell in row):
            name = f"表格{place}" if len(tables) > 1 else None
            unseen = [n for n, row in enumerate(_rows(table), 1) if _is_hidden(row)]
            found.append(
                MarkupSheet(
                    name, False, rows, merged, unseen, unseen_columns, struck, above[place - 1]
                )
            )
    if not found:
        raise _no_table(file)
    return found


def _texts_above(root: Any, tables: list[Any]) -> list[str]:
    """The text above each table on the page, from the table before it on; or its caption."""
    own = {table: place for place, table in enumerate(tables)}
    above = [""] * len(tables)
    texts: list[str] = []
    inside = 0  # of a list of records
    for event, element in etree.iterwalk(root, ("start", "end")):
        is_list = element in own and len(_rows(element)) > _FEW
        if event == "start":
            if element in own and not inside:
                caption = "".join(element.xpath("string(caption)"))
                above[own[element]] = "\n".join([*texts, caption])[-_MOST_ABOVE:]
            inside += is_list
        elif is_list:
            inside -= 1
            texts = []
        text = element.text if event == "start" else element.tail
        if text and not inside and element.tag not in ("script", "style"):
            texts.append(" ".join(text.split()))
    return above


def _rows(table: Any) -> list[Any]:
    """The rows of a table, without those of tables inside its cells."""
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
    styles = _struck_styles(root)
    for sheet in root.iter(f"{_SS}Worksheet"):
        unseen_columns, of_columns = _columns(sheet)
        cells: list[list[_Cell]] = []
        unseen = []
        for row in sheet.iter(f"{_SS}Row"):
            index = _whole(row.get(f"{_SS}Index"), len(cells) + 1)
            while len(cells) < min(index - 1, _LONGEST_SPAN):
                cells.append([])
            line: list[_Cell] = []
            of_row = row.get(f"{_SS}StyleID")
            at = 1
            for cell in row.iter(f"{_SS}Cell"):
                place = _whole(cell.get(f"{_SS}Index"), at)
                line += [_Cell()] * (min(place, _WIDEST) - at)
                data = cell.find(f"{_SS}Data")
                across = min(_whole(cell.get(f"{_SS}MergeAcross"), 0), _WIDEST)
                down = _whole(cell.get(f"{_SS}MergeDown"), 0)
                text = None if data is None else "".join(data.itertext())
                style = cell.get(f"{_SS}StyleID") or of_row or of_columns.get(place)
                line.append(_Cell(text, across + 1, down + 1, style in styles))
                at = place + across + 1
            cells.append(line)
            if row.get(f"{_SS}Hidden") == "1":
                unseen.append(len(cells))
        rows, merged, struck = _laid_out(cells, file)
        hidden = any(
            (e.text or "").startswith("SheetHidden") or (e.text or "").startswith("SheetVeryHidden")
            for e in sheet.iter("{urn:schemas-microsoft-com:office:excel}Visible")
        )
        name = sheet.get(f"{_SS}Name")
        found.append(MarkupSheet(name, hidden, rows, merged, unseen, unseen_columns, struck))
    return found


def _struck_styles(root: Any) -> set[str | None]:
    """The styles of an XML workbook that strike cells through."""
    struck: set[str | None] = set()
    for style in root.iter(f"{_SS}Style"):  # one stands behind the one that it is made of
        font = style.find(f"{_SS}Font")
        said = None if font is None else font.get(f"{_SS}StrikeThrough")
        if said == "1" or (said is None and style.get(f"{_SS}Parent") in struck):
            struck.add(style.get(f"{_SS}ID"))
    return struck


def _columns(sheet: Any) -> tuple[set[int], dict[int, str]]:
    """The hidden columns of an XML worksheet, and the styles of columns."""
    unseen: set[int] = set()
    styles: dict[int, str] = {}
    at = 1
    for column in sheet.iter(f"{_SS}Column"):
        first = min(_whole(column.get(f"{_SS}Index"), at), _WIDEST)
        at = min(first + _whole(column.get(f"{_SS}Span"), 0) + 1, _WIDEST)
        if column.get(f"{_SS}Hidden") == "1":
            unseen |= set(range(first, at))
        if style := column.get(f"{_SS}StyleID"):
            styles |= dict.fromkeys(range(first, at), style)
    return unseen, styles


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


def _cell(cell: Any, classes: set[str]) -> _Cell:
    struck, hidden = _is_struck(cell, classes), _is_hidden(cell)
    return _Cell(_text(cell), _span(cell, "colspan"), _span(cell, "rowspan"), struck, hidden)


def _is_struck(cell: Any, classes: set[str]) -> bool:
    """Whether the whole text of a cell is struck through: by the cell, its row, or its parts."""
    if _strikes(cell, classes) or _strikes(cell.getparent(), classes):
        return True
    said = cell.text_content().split()
    return bool(said) and any(
        part.text_content().split() == said and _strikes(part, classes)
        for part in cell.iterdescendants()
        if isinstance(part.tag, str)
    )


def _strikes(element: Any, classes: set[str]) -> bool:
    return (
        element.tag in ("s", "strike", "del")
        or "line-through" in (element.get("style") or "").lower()
        or bool(classes and classes & set((element.get("class") or "").split()))
    )


def _struck_classes(root: Any) -> set[str]:
    """The classes of a page that strike through."""
    written = "".join(style.text_content() for style in root.iter("style"))
    return {
        name
        for selectors, declared in _DECLARED.findall(written)
        if "line-through" in declared.lower()
        for name in _CLASS.findall(selectors)
    }


def _unseen_columns(table: Any) -> set[int]:
    """The hidden columns of a table."""
    unseen: set[int] = set()
    at = 1
    for column in table.iter("col"):
        end = min(at + _span(column, "span"), _WIDEST)
        if _is_hidden(column):
            unseen |= set(range(at, end))
        at = end
    return unseen


def _all_hidden(lines: list[list[_Cell]]) -> set[int]:
    """The columns whose cells are all hidden one by one."""
    hidden = {at for line in lines for at, cell in enumerate(line, 1) if cell.hidden}
    return hidden - {at for line in lines for at, cell in enumerate(line, 1) if not cell.hidden}


def _text(cell: Any) -> str | None:
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
    """The text of a cell, or the number that it holds where it shows a rounded one such as
    1.2万.
    """
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
    lines: list[list[_Cell]], file: Path
) -> tuple[list[list[str | None]], list[tuple[int, int, int, int]], list[tuple[int, int]]]:
    """The rows with every cell in its column, the merged cells, and the struck ones."""
    rows: list[dict[int, str | None]] = []
    merged = []
    struck = []
    busy: dict[int, int] = {}  # until which row a column is covered by a cell above
    for number, line in enumerate(lines):
        row: dict[int, str | None] = {}
        at = 0
        for cell in line:
            while busy.get(at, -1) >= number:
                at += 1
            if at >= _WIDEST:
                break
            row[at] = cell.text
            if cell.struck:
                struck.append((number + 1, at + 1))
            across = min(cell.across, _WIDEST)
            last = min(number + cell.down, len(lines)) - 1
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
    return [[row.get(place) for place in range(width)] for row in rows], merged, struck


def _no_table(file: Path) -> InputError:
    return InputError(kinds.PAGE_WITHOUT_TABLE(), file=file)
