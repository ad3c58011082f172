"""Number formats that show an amount in another unit than the cell holds, such as ``0!.0000``.

People show 元 as 万 by a format and write 万元 into the heading: what the heading says holds for
what is shown, and the cell holds ten thousand times as much.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree

from kpi_xl import kinds
from kpi_xl.data.units_of_money import unit_in
from kpi_xl.errors import InputError
from kpi_xl.readers.number import heading_scale

_LITERAL: Final = re.compile(r'"([^"]*)"|[\\!](.)|\[[^\]]*\]|[_*].|(.)', re.DOTALL)
_POWERS: Final[dict[float, str]] = {
    1: "", 10**3: "千", 10**4: "万", 10**5: "十万", 10**6: "百万", 10**7: "千万", 10**8: "亿",
}  # fmt: skip


def shown_by(number_format: str) -> tuple[int, str]:
    """By how much a format divides what it shows, and the unit it writes behind.

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
    package: zipfile.ZipFile,
    part: str,
    file: Path,
    sheet: str,
    columns: Mapping[int, tuple[str, str]],
) -> dict[int, str]:
    """The unit that the numbers of a column are in, where a format shows them in another.

    Parameters
    ----------
    package : zip file
        The workbook.
    part : str
        The worksheet's part.
    file : Path
        The workbook's file.
    sheet : str
        The worksheet's name.
    columns : mapping of int to (str, str)
        The headings and the units they say, by column, from 1.

    Raises
    ------
    InputError
        When the cells of a column hold numbers in several units, or in one that has no name.
    """
    formats = {style: shown for style, shown in _styles(package).items() if shown != (1, "")}
    if not formats:
        return {}
    found: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
    with package.open(part) as stream:
        for column, style in _numbers(stream):
            if column in columns:
                found[column].add(formats.get(style, (1, "")))
    units = {}
    for column, shown in found.items():
        heading, said = columns[column]
        if shown == {(1, "")}:
            continue
        # Where no unit is named, what the cell holds is 元, however it is shown.
        scales = {
            heading_scale(f"（{unit or said}元）") / power if unit or said else 1
            for power, unit in shown
        }
        name = _POWERS.get(scales.pop()) if len(scales) == 1 else None
        if name is None:
            raise InputError(kinds.UNITS_BY_FORMAT(), file=file, sheet=sheet, column=heading)
        units[column] = name
    return units


def _styles(package: zipfile.ZipFile) -> dict[str, tuple[int, str]]:
    """What the formats of a workbook's own do, by the number that cells have for them."""
    name = next((n for n in package.namelist() if n.lower().endswith("styles.xml")), None)
    if name is None:
        return {}
    tree = ElementTree.fromstring(package.read(name))
    own = {
        element.get("numFmtId"): shown_by(element.get("formatCode", ""))
        for element in tree.iter()
        if element.tag.endswith("}numFmt")
    }
    cells = next((element for element in tree if element.tag.endswith("}cellXfs")), ())
    return {str(number): own.get(one.get("numFmtId"), (1, "")) for number, one in enumerate(cells)}


def _numbers(stream: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The columns and styles of all cells that hold a number."""
    from kpi_xl.data.sheet_structure import number

    column = 0
    for _, element in ElementTree.iterparse(stream, ("end",)):
        kind = element.tag.rpartition("}")[2]
        if kind == "row":
            element.clear()
            column = 0
        elif kind == "c":
            reference = re.match(r"[A-Z]+", element.get("r", ""))
            column = number(reference[0].encode()) if reference else column + 1
            if element.get("t", "n") == "n" and any(child.text for child in element):
                yield column, element.get("s", "0")
