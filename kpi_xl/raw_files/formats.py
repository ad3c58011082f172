"""The format of a raw file, told by its first bytes, since its name is often wrong.

Systems write HTML or tab-separated text and call it .xls; Excel says so when it opens them, and
reads them all the same.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final, Literal

from kpi_xl import kinds
from kpi_xl.errors import InputError

Format = Literal["xlsx", "xlsb", "xls", "ods", "html", "xml", "parquet", "text"]
"""xlsx: also .xlsm and .et in its newer form; xls: BIFF, also .et; xml: SpreadsheetML of 2003."""

WORKBOOKS: Final = frozenset(("xlsx", "xlsb", "xls", "ods", "html", "xml"))
"""The formats that have worksheets."""

_BY_SUFFIX: Final[dict[str, Format]] = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xlsb": "xlsb", ".xls": "xls", ".et": "xls", ".ods": "ods",
    ".html": "html", ".htm": "html", ".parquet": "parquet",
    ".csv": "text", ".txt": "text", ".tsv": "text", ".tab": "text", ".dat": "text", ".prn": "text",
}  # fmt: skip
_HEAD: Final = 1 << 14
_OLE: Final = b"\xd0\xcf\x11\xe0"
_OLD_BIFF: Final = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
_HTML: Final = re.compile(r"<\s*(?:!doctype\s+html|html|table|body)\b", re.IGNORECASE)
_SPREADSHEETML: Final = "urn:schemas-microsoft-com:office:spreadsheet"


def format_of(file: Path) -> Format | None:
    """The format of a file by its content; where that does not tell, by its name.

    Returns
    -------
    str or None
        None for what is no table, such as a picture or a letter.
    """
    named = _BY_SUFFIX.get(file.suffix.lower())
    with file.open("rb") as content:
        head = content.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _of_package(file, named)
    if head.startswith(_OLE):
        return "xls" if named else None  # a letter of old is such a file, too
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLD_BIFF) and named == "xls":
        return "xls"
    return None if named is None else _of_text(_text(head), named)


def _of_text(text: str, named: Format) -> Format:
    if _SPREADSHEETML in text and "<Workbook" in text:
        return "xml"
    if _HTML.search(text) and text.lstrip("\ufeff \t\r\n").startswith("<"):
        return "html"
    words = bool(text.strip("\0 \r\n\t")) and "\0" not in text
    return "text" if words and named not in ("parquet", "html") else named


def _of_package(file: Path, named: Format | None) -> Format | None:
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return "xlsx" if named in ("text", "html") else named  # half a file: its reader tells so
    names = set(parts)
    if len(names) < len(parts) and (named or any("workbook" in name for name in names)):
        twice = next(name for name in parts if parts.count(name) > 1)
        raise InputError(kinds.RAW_PART_TWICE(part=twice), file=file)
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    if "content.xml" in names:
        return "ods" if named else None
    return named if named in WORKBOOKS else None


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "ignore")
    return head.decode("utf-8", "ignore")
