"""Cells of an .xlsx worksheet that are struck through, by their style or their letters."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl.data.sheet_rows import elements, number

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
    """What of a workbook strikes cells through.

    Parameters
    ----------
    styles : pattern or None
        Finds the cells with such a style.
    texts : set of int
        The shared texts all letters of which are struck through.
    rules : set of int
        The formats of conditional formatting that do.
    """

    styles: re.Pattern[bytes] | None = None
    texts: frozenset[int] = frozenset()
    rules: frozenset[int] = frozenset()

    def cells(self, piece: bytes) -> Iterator[tuple[int, int]]:
        """Row and column of the cells of a piece of a worksheet that are struck through."""
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

    def by_rule(self, piece: bytes) -> bool:
        """Whether a rule in a piece of a worksheet strikes cells through."""
        return bool(self.rules) and any(int(at) in self.rules for at in _RULE.findall(piece))


def struck_in(package: zipfile.ZipFile) -> Struck:
    """What of an .xlsx workbook strikes cells through."""
    styles, rules = _styles(package)
    named = b"|".join(b"%d" % style for style in styles)
    cell = rb'<(?:\w+:)?c\s(?=[^<>]*\bs="(?:%b)")[^<>]*\br="([A-Z]+)(\d+)"[^<>]*(?<!/)>'
    return Struck(re.compile(cell % named) if named else None, _texts(package), rules)


def _part(package: zipfile.ZipFile, name: str) -> str | None:
    """A part that speaks of striking through at all, which few do."""
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


def _styles(package: zipfile.ZipFile) -> tuple[list[int], frozenset[int]]:
    """The styles of cells that strike through, and the formats of rules that do."""
    part = _part(package, "styles.xml")
    fonts: list[bool] = []
    styles: list[int] = []
    rules: set[int] = set()
    if part is not None:
        with package.open(part) as stream:
            for element in elements(stream, "fonts", "cellXfs", "dxfs"):
                if element.tag.endswith("}fonts"):
                    fonts = [_strikes(font) for font in element]
                elif element.tag.endswith("}dxfs"):
                    rules = {place for place, one in enumerate(element) if _strikes(one)}
                else:
                    of = [one.get("fontId", "") for one in element]
                    styles = [at for at, font in enumerate(of) if _is_one(fonts, font)]
    return styles, frozenset(rules)


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
