"""Cells of an .xlsx worksheet that are struck through, by style or in their text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl.raw_files.sheet_rows import elements, number

_CHUNK: Final = 4 << 20
_STRIKE: Final = b"strike"
_OFF: Final = ("0", "false", "off", "none")
_SHARED: Final = re.compile(
    rb'<(?:\w+:)?c\s(?=[^<>]*\bt="s")[^<>]*\br="([A-Z]+)(\d+)"[^<>]*>'
    rb"\s*<(?:\w+:)?v>\s*(\d+)\s*</"
)
_INLINE: Final = re.compile(
    rb'<(?:\w+:)?c\s(?=[^<>]*\bt="inlineStr")[^<>]*\br="([A-Z]+)(\d+)"[^<>]*>(.*?)</(?:\w+:)?c>',
    re.DOTALL,
)
_RUN: Final = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
_STRUCK_RUN: Final = re.compile(rb'<(?:\w+:)?strike(?:\s+val="(?:1|true|on)")?\s*/?>')
_RULE: Final = re.compile(rb'<(?:\w+:)?cfRule\s[^<>]*\bdxfId="(\d+)"')


@dataclass(frozen=True)
class Struck:
    """The styles and texts of a workbook that strike cells through.

    Parameters
    ----------
    styles : pattern or None
        Finds the cells with such a style.
    texts : set of int
        The shared texts all letters of which are struck through.
    rules : set of int
        The formats of conditional formatting that do.
    unseen : pattern or None
        Finds the cells that nobody sees: white letters on no ground, or a format of nothing.
    """

    styles: re.Pattern[bytes] | None = None
    unseen: re.Pattern[bytes] | None = None
    texts: frozenset[int] = frozenset()
    rules: frozenset[int] = frozenset()

    def cells(self, piece: bytes) -> Iterator[tuple[int, int]]:
        """Row and column of the struck cells in a piece of a worksheet."""
        if self.styles:
            for letters, row in self.styles.findall(piece):
                yield int(row), number(letters)
        if self.texts:
            for letters, row, text in _SHARED.findall(piece):
                if int(text) in self.texts:
                    yield int(row), number(letters)
        if b"k" in piece and _STRIKE in piece:  # one letter is found far faster than six
            for letters, row, inner in _INLINE.findall(piece):
                if (runs := _RUN.findall(inner)) and all(map(_STRUCK_RUN.search, runs)):
                    yield int(row), number(letters)

    def unseen_cells(self, piece: bytes) -> Iterator[tuple[int, int]]:
        """Row and column of the cells in a piece whose values are invisible."""
        for letters, row in self.unseen.findall(piece) if self.unseen else ():
            yield int(row), number(letters)

    def by_rule(self, piece: bytes) -> bool:
        """Whether a conditional format in a piece strikes cells through."""
        return bool(self.rules) and any(int(at) in self.rules for at in _RULE.findall(piece))


def struck_in(package: zipfile.ZipFile) -> Struck:
    """Find the styles and texts of an .xlsx workbook that strike cells through."""
    styles, unseen, rules = _styles(package)
    return Struck(_with_styles(styles), _with_styles(unseen), _texts(package), rules)


def _with_styles(styles: list[int]) -> re.Pattern[bytes] | None:
    named = b"|".join(b"%d" % style for style in styles)
    cell = rb'<(?:\w+:)?c\s(?=[^<>]*\bs="(?:%b)")[^<>]*\br="([A-Z]+)(\d+)"[^<>]*(?<!/)>'
    return re.compile(cell % named) if named else None


def _part(package: zipfile.ZipFile, name: str) -> str | None:
    """A part, if it mentions striking through; few do."""
    part = next((n for n in package.namelist() if n.lower().endswith(name)), None)
    if part is None:
        return None
    with package.open(part) as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            if _STRIKE in before + chunk:
                return part
            before = chunk[-len(_STRIKE) :]
    return None


def _styles(package: zipfile.ZipFile) -> tuple[list[int], list[int], frozenset[int]]:
    """The styles that strike through, those that show nothing, and the formats of rules that
    strike.
    """
    part = next((n for n in package.namelist() if n.lower().endswith("styles.xml")), None)
    struck: list[bool] = []
    white: list[bool] = []
    empty: set[str] = set()
    styles: list[int] = []
    unseen: list[int] = []
    rules: set[int] = set()
    if part is not None:
        with package.open(part) as stream:
            for element in elements(stream, "numFmts", "fonts", "cellXfs", "dxfs"):
                name = element.tag.rpartition("}")[2]
                if name == "numFmts":
                    empty = {
                        one.get("numFmtId", "")
                        for one in element
                        if one.get("formatCode", "").replace('"', "").strip() in (";;;", ";;")
                    }
                elif name == "fonts":
                    struck = [_strikes(font) for font in element]
                    white = [_is_white(font) for font in element]
                elif name == "dxfs":
                    rules = {place for place, one in enumerate(element) if _strikes(one)}
                else:
                    for at, one in enumerate(element):
                        font = one.get("fontId", "")
                        if _is_one(struck, font):
                            styles.append(at)
                        on_paper = one.get("fillId", "0") == "0"
                        if one.get("numFmtId") in empty or (on_paper and _is_one(white, font)):
                            unseen.append(at)
    return styles, unseen, frozenset(rules)


def _is_white(font: Any) -> bool:
    colour = next((one for one in font if one.tag.endswith("}color")), None)
    return colour is not None and (
        colour.get("rgb", "")[-6:].upper() == "FFFFFF"
        or (colour.get("theme") == "0" and float(colour.get("tint") or 0) >= 0)
    )


def _is_one(fonts: list[bool], place: str) -> bool:
    return place.isdecimal() and int(place) < len(fonts) and fonts[int(place)]


def _texts(package: zipfile.ZipFile) -> frozenset[int]:
    part = _part(package, "sharedstrings.xml")
    found = set()
    if part is not None:
        with package.open(part) as stream:
            for place, element in enumerate(elements(stream, "si")):
                runs = [
                    one
                    for one in element
                    if one.tag.endswith("}r") and "".join(one.itertext()).strip()
                ]
                if runs and all(map(_strikes, runs)):
                    found.add(place)
    return frozenset(found)


def _strikes(element: Any) -> bool:
    return any(
        one.tag.endswith("}strike") and one.get("val", "1") not in _OFF for one in element.iter()
    )
