"""The style sheet part: the cell styles that show dates, and new ones that do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree

from kpi_xl import kinds
from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN

DATE: Final = "yyyy-mm-dd"
DATE_TIME: Final = "yyyy-mm-dd hh:mm:ss"

# The built-in formats that show a date; 27 to 36 and 50 to 58 are those of Chinese and Japanese
# systems. 18 to 21 and 45 to 47 show a time only; so do 32 to 35 and 55 and 56 in Chinese.
_BUILT_IN: Final = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58})
_FIRST_CUSTOM: Final = 164
_FORMAT: Final = re.compile(
    r"""(?P<literal>"[^"]*"|\\.|[_*].)"""
    r"|(?P<elapsed>\[(?:h+|m+|s+)\])"
    r"|(?P<bracket>\[[^\]]*\])"
    r"|(?P<general>general|standard|G/\w+)"
    r"|(?P<half_day>AM/PM|A/P|上午/下午)"
    r"|(?P<exponent>E[+-])"
    # Weekdays, years of an era, quarters and weeks, as LibreOffice writes them, among them.
    r"|(?P<day>y+|d+|g+|e+|a{3,}|b{2,}|n{2,}|q+|w{2})"
    r"|(?P<month>m+)|(?P<time>h+|s+(?:\.0+)?)|(?P<digit>[0#?])|(?P<end>;)",
    re.DOTALL | re.IGNORECASE,
)


def shows_date(code: str) -> bool:
    """Whether a number format shows a date; one of times or durations does not.

    Examples
    --------
    >>> shows_date('yyyy"年"m"月"'), shows_date("aaaa"), shows_date("m")
    (True, True, True)
    >>> shows_date("h:mm"), shows_date("[h]:mm"), shows_date("0.00E+00"), shows_date("GENERAL")
    (False, False, False, False)
    """
    found: set[str | None] = set()
    for match in _FORMAT.finditer(f"{code};"):
        if match.lastgroup != "end":
            is_condition = match.lastgroup == "bracket" and match[0][1] in "<=>"
            found.add("condition" if is_condition else match.lastgroup)
            continue
        # Months and minutes share a letter: alone it means a month, beside a time a minute.
        is_day = "day" in found or ("month" in found and "time" not in found)
        if is_day and not found & {"elapsed", "digit", "general"}:
            return True
        # Dates are positive numbers, which the first section without a condition shows.
        if "condition" not in found:
            return False
        found.clear()
    return False


def date_styles(package: Package, part: str | None) -> tuple[bool, ...]:
    """For every cell style of a style sheet, by its index, whether it shows a date.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    part : str or None
        The style sheet part's name; None where the workbook has none.

    Raises
    ------
    InputError
        The part is damaged.
    """
    if part is None:
        return ()
    content = parts.xml(package, part)
    try:
        return _date_styles(content)
    except (ElementTree.ParseError, ValueError):
        raise package.refusal(kinds.PART_NOT_XML(part=part)) from None


@lru_cache(maxsize=16)  # thousands of returned forms have the same style sheet
def _date_styles(content: bytes) -> tuple[bool, ...]:
    root = ElementTree.fromstring(content)
    codes = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in root.iterfind(f"{{{MAIN}}}numFmts/{{{MAIN}}}numFmt")
    }
    known: dict[str, bool] = {}

    def is_date(format_id: str) -> bool:
        if format_id not in known:
            code = codes.get(format_id)
            known[format_id] = int(format_id) in _BUILT_IN if code is None else shows_date(code)
        return known[format_id]

    return tuple(
        is_date(element.get("numFmtId", "0"))
        for element in root.iterfind(f"{{{MAIN}}}cellXfs/{{{MAIN}}}xf")
    )


PLAIN: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    "</styleSheet>"
).encode()
"""A style sheet for a workbook that some program wrote without one."""

PART: Final = parts.Part("styles{}.xml", "", "styles", "kpiXlStyles")
"""Where it goes, beside the workbook part."""


class StyleSheet:
    """A style sheet part that new date styles can be added to.

    Parameters
    ----------
    content : bytes
        The part, which must be well-formed.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._formats: dict[str, int] = {}
        self._last_format = _FIRST_CUSTOM - 1
        self._tags: dict[str, tuple[int, int]] = {}
        self._ends: dict[str, int] = {}
        self._styles: list[tuple[int, int]] = []
        self._in_cell_styles = False
        markup.scan(
            content,
            {
                f"{MAIN} styleSheet": lambda _, at: self._tag("styleSheet", at),
                f"{MAIN} numFmts": lambda _, at: self._tag("numFmts", at),
                f"{MAIN} cellXfs": self._cell_styles_start,
                f"{MAIN} numFmt": self._format,
                f"{MAIN} xf": self._style_start,
            },
            {
                f"{MAIN} numFmts": lambda at: self._ends.__setitem__("numFmts", at),
                f"{MAIN} cellXfs": self._cell_styles_end,
                f"{MAIN} xf": self._style_end,
            },
        )

    @property
    def count(self) -> int:
        """The number of cell styles."""
        return len(self._styles)

    def with_dates(self, wanted: Sequence[tuple[int, str]]) -> bytes:
        """The part with copies of cell styles that show dates, appended in this order.

        Parameters
        ----------
        wanted : sequence of (int, str)
            The index of the style to copy, and the format its copy has: `DATE` or `DATE_TIME`.

        Returns
        -------
        bytes
            The whole part; the first copy's index is `count`.
        """
        ids = dict(self._formats)
        new: list[tuple[str, int]] = []
        for _, code in wanted:
            if code not in ids:
                ids[code] = self._last_format + len(new) + 1
                new.append((code, ids[code]))
        copies = [self._copy(index, ids[code]) for index, code in wanted]
        start, end = self._tags["cellXfs"]
        tag = self._content[start:end]
        edits = [
            Edit(start, end, markup.with_attribute(tag, "count", self.count + len(copies))),
            Edit(self._ends["cellXfs"], self._ends["cellXfs"], b"".join(copies)),
        ]
        if new:
            edits += self._new_formats(new)
        return markup.spliced(self._content, edits)

    def _copy(self, index: int, format_id: int) -> bytes:
        """A cell style's bytes with another number format."""
        start, end = self._styles[index]
        cut = markup.tag_end(self._content, start)
        tag = markup.with_attribute(self._content[start:cut], "numFmtId", format_id)
        return markup.with_attribute(tag, "applyNumberFormat", 1) + self._content[cut:end]

    def _new_formats(self, new: Sequence[tuple[str, int]]) -> list[Edit]:
        """The edits that add number formats; numFmts must come first in the style sheet."""
        root = self._content[slice(*self._tags["styleSheet"])]
        prefix = markup.prefix(root).decode()
        formats = "".join(
            f'<{prefix}numFmt numFmtId="{number}" formatCode="{code}"/>' for code, number in new
        ).encode()
        open_, close = f'<{prefix}numFmts count="{len(new)}">'.encode(), f"</{prefix}numFmts>"
        if "numFmts" not in self._tags:
            at = self._tags["styleSheet"][1]
            return [Edit(at, at, open_ + formats + close.encode())]
        start, end = self._tags["numFmts"]
        tag = self._content[start:end]
        if markup.is_empty(tag):
            return [Edit(start, end, open_ + formats + close.encode())]
        at = self._ends["numFmts"]
        count = len(self._formats) + len(new)
        return [Edit(start, end, markup.with_attribute(tag, "count", count)), Edit(at, at, formats)]

    def _tag(self, name: str, at: int) -> None:
        self._tags[name] = at, markup.tag_end(self._content, at)

    def _format(self, attributes: dict[str, str], _: int) -> None:
        # Differential styles have number formats too; sharing theirs is right.
        number = int(attributes["numFmtId"])
        self._formats[attributes["formatCode"]] = number
        self._last_format = max(self._last_format, number)

    def _cell_styles_start(self, _: dict[str, str], at: int) -> None:
        self._tag("cellXfs", at)
        self._in_cell_styles = True

    def _cell_styles_end(self, at: int) -> None:
        self._ends["cellXfs"] = at
        self._in_cell_styles = False

    def _style_start(self, _: dict[str, str], at: int) -> None:
        if self._in_cell_styles:
            self._styles.append((at, markup.tag_end(self._content, at)))

    def _style_end(self, at: int) -> None:
        if self._in_cell_styles:
            start, end = self._styles[-1]
            if not markup.is_empty(self._content[start:end]):
                self._styles[-1] = start, markup.tag_end(self._content, at)
