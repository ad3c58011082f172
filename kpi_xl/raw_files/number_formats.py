"""Number formats that show an amount in another unit than the cell has, such as ``0!.0000``.

People show 元 as 万 by a format and write 万元 into the heading: what the heading says holds for
what is shown, and the cell holds ten thousand times as much.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.raw_files.sheet_rows import column_of, elements
from kpi_xl.raw_files.sheet_structure import sheet_names
from kpi_xl.raw_files.units_of_money import unit_in
from kpi_xl.raw_files.xlsx_package import opened
from kpi_xl.readers.number import heading_scale

AsShown = tuple[int, int, tuple[int, str]]
"""Row and column from 1, by how much what is shown is less than what is there, and its unit."""

PLAIN: Final = (1, "")
"""What most formats do: they show the number that is there."""

_LITERAL: Final = re.compile(r'"([^"]*)"|[\\!](.)|\[[^\]]*\]|[_*].|(.)', re.DOTALL)
_POWERS: Final[dict[float, str]] = {
    1: "", 10**3: "千", 10**4: "万", 10**5: "十万", 10**6: "百万", 10**7: "千万", 10**8: "亿",
}  # fmt: skip


def shown_by(number_format: str) -> tuple[int, str]:
    """The divisor of a format, and the unit that it appends.

    Parameters
    ----------
    number_format : str
        As Excel has it; the first of its sections counts, which is for positive numbers.

    Examples
    --------
    >>> shown_by('0!.0,'), shown_by('#,##0.00"万"'), shown_by('0"."0000"万元"'), shown_by("0.0,,")
    ((10000, ''), (1, '万'), (10000, '万'), (1000000, ''))
    """
    digits, behind_point, commas, words = 0, 0, 0, ""
    point = real_point = False
    for quoted, escaped, plain in _LITERAL.findall(number_format):
        if plain == ";":
            break
        if plain and plain in "0#?":
            digits, commas = digits + 1, 0
            behind_point += point and not real_point
        elif plain == ",":
            commas += digits > 0
        elif plain == ".":
            real_point = True
        else:
            literal = quoted or escaped or plain
            point = point or (literal == "." and digits > 0)
            words += literal
    return 1000**commas * 10**behind_point, unit_in(words)


def units_shown(
    numbers: Iterable[AsShown],
    file: Path,
    sheet: str,
    header: int,
    columns: Mapping[int, tuple[str, str]],
) -> dict[int, str]:
    """The unit of a column's numbers, where a format shows them in another.

    Parameters
    ----------
    numbers : iterable of (int, int, (int, str))
        The numbers of the worksheet, 0 left out: row and column, and what their format does.
    file : Path
        The file of the workbook.
    sheet : str
        The name of the worksheet.
    header : int
        The last row of the headings; what stands above it counts for nothing.
    columns : mapping of int to (str, str)
        The headings and the units they say, by column, from 1.

    Raises
    ------
    InputError
        When the cells of a column hold numbers in several units, or in one that has no name.
    """
    found: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
    for row, column, shown in numbers:
        if row > header and column in columns:
            found[column].add(shown)
    units = {}
    for column, ways in found.items():
        heading, said = columns[column]
        if ways == {PLAIN}:
            continue
        # Where no unit is named, what the cell holds is 元, however it is shown.
        scales = {
            heading_scale(f"（{unit or said}元）") / power if unit or said else 1
            for power, unit in ways
        }
        name = _POWERS.get(scales.pop()) if len(scales) == 1 else None
        if name is None:
            raise InputError(kinds.UNITS_BY_FORMAT(), file=file, sheet=sheet, column=heading)
        units[column] = name
    return units


def numbers(file: Path, sheet: str) -> Iterator[AsShown]:
    """The numbers of an .xlsx worksheet, where some format changes the unit."""
    with opened(file) as package:
        part = next((s.part for s in sheet_names(package) if s.name == sheet), None)
        formats = {style: shown for style, shown in _styles(package).items() if shown != PLAIN}
        if part is None or not formats:
            return
        with package.open(part) as stream:
            for row, column, style in _numbers(stream):
                yield row, column, formats.get(style, PLAIN)


def _styles(package: zipfile.ZipFile) -> dict[str, tuple[int, str]]:
    """The effect of a workbook's own formats, by the number that cells refer to them by."""
    name = next((n for n in package.namelist() if n.lower().endswith("styles.xml")), None)
    if name is None:
        return {}
    own: dict[str | None, tuple[int, str]] = {}
    styles: dict[str, tuple[int, str]] = {}
    with package.open(name) as stream:
        for element in elements(stream, "numFmts", "cellXfs"):
            if element.tag.endswith("}numFmts"):
                own |= {e.get("numFmtId"): shown_by(e.get("formatCode", "")) for e in element}
            else:
                ids = (one.get("numFmtId") for one in element)
                styles |= {str(at): own.get(of, PLAIN) for at, of in enumerate(ids)}
    return styles


def _numbers(stream: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    """The rows, columns and styles of the cells with a number other than 0."""
    row = 0
    for element in elements(stream, "row"):
        row = int(element.get("r") or row + 1)
        column = 0
        for cell in element:
            column = column_of(cell, column)
            value = next((e.text for e in cell if e.tag.endswith("}v")), None)
            if cell.get("t", "n") == "n" and value and value.strip("0."):
                yield row, column, cell.get("s", "0")
