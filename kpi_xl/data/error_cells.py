"""The cells of a worksheet whose formula failed.

The reader of worksheets leaves them empty, and an empty 解约日期 says something else than #N/A.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_ID: Final = re.compile(r"\{.*\}id")
_SIGN: Final = b't="e"'
_CHUNK: Final = 1 << 20

_CELL: Final = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_REFERENCE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FILLED: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+)\d+"[^>]*(?<!/)>')


@dataclass(frozen=True)
class ErrorCell:
    """A cell whose formula failed.

    Parameters
    ----------
    row : int
        Its row, from 1.
    column : int
        Its column, from 0 at the first column of the sheet that holds anything.
    text : str
        The error value, such as ``#N/A``.
    """

    row: int
    column: int
    text: str


def error_cells(file: Path, sheet: str) -> list[ErrorCell]:
    """The cells of a worksheet that hold an error value.

    Parameters
    ----------
    file : Path
        An .xlsx file.
    sheet : str
        The worksheet's name.
    """
    with zipfile.ZipFile(file) as package:
        part = _part(package, sheet)
        if part is None or not _has_errors(package, part):
            return []
        content = package.read(part)
    first = min(_number(letters) for letters in set(_FILLED.findall(content)))
    return [ErrorCell(row, column - first, text) for row, column, text in _cells(content)]


def _cells(content: bytes) -> Iterator[tuple[int, int, str]]:
    for attributes, inner in _CELL.findall(content):
        reference, value = _REFERENCE.search(attributes), _VALUE.search(inner)
        if reference and value:
            yield int(reference[2]), _number(reference[1]), value[1].decode()


def _part(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of the package that holds a worksheet."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= set(package.namelist()):
        return None
    workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    for element in workbook.iter():
        if element.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet") and element.get("name") == sheet:
            link = next(value for key, value in element.items() if _ID.fullmatch(key))
            target = next(e.get("Target", "") for e in links if e.get("Id") == link)
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in package.namelist() else None
    return None


def _has_errors(package: zipfile.ZipFile, part: str) -> bool:
    with package.open(part) as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            if _SIGN in tail + chunk[: len(_SIGN)] or _SIGN in chunk:
                return True
            tail = chunk[-len(_SIGN) :]
    return False


def _number(letters: bytes) -> int:
    """A column's number from its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
