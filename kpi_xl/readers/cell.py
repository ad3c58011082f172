"""The common part of reading cells of any kind."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NOTHING: Final = frozenset(
    ("-", "--", "---", "—", "——", "/", "\\", "无", "nan", "NaN", "NaT", "N/A", "n/a")
) | {"NULL", "Null", "null", "None", "\\N"}
"""What people and programs write where there is nothing to write. 执业证号 无 is no licence."""

YES: Final = ("是", "Y", "y", "1", "√", "true", "True", "TRUE", "yes", "Yes", "1.0")
NO: Final = ("否", "N", "n", "0", "×", "false", "False", "FALSE", "no", "No", "0.0")
"""What stands in a column that asks whether something is so."""

ERRORS: Final = frozenset(
    ("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
) | {"#GETTING_DATA"}
"""Cells whose formula failed."""

UNCOMPUTED: Final = "#未计算"
"""Stands for a cell with a formula that nobody has computed yet: what it is, is not known."""

# Spaces of no width, marks of direction (which Windows puts around a copied number), selectors.
_UNSEEN_SPANS: Final = ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F))
_UNSEEN: Final = dict.fromkeys((0xAD, 0x61C, 0x180E, 0x3164, 0xFEFF, *range(0xE0000, 0xE0080)))
for _first, _last in _UNSEEN_SPANS:
    _UNSEEN.update(dict.fromkeys(range(_first, _last + 1)))

_NOTES: Final = re.compile("(?<=[0-9０-９])([¹²³⁰⁴-⁹₀-₉①-⒛]+)")
"""Behind a number they are the mark of a footnote, never its last digit."""

FORMULA_AS_TEXT: Final = r"^'([=+\-@])"
"""A text that would be a formula, and is none for the mark in front of it."""


def as_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it opens a csv file.

    Examples
    --------
    >>> as_text("=1+1"), as_text("城东")
    ("'=1+1", '城东')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def plain(text: str) -> str:
    """A cell's text in half-width letters and digits, without outer spaces and invisible
    characters.

    Examples
    --------
    >>> plain(" ２０２４／１／５\u200b "), plain("18²")
    ('2024/1/5', '18²')
    """
    if text.isascii():
        return text.strip()
    pieces = _NOTES.split(text.translate(_UNSEEN))
    pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
    return "".join(pieces).strip()


def is_nothing(cell: object) -> bool:
    """Whether a cell is empty, or has a mark for "nothing" such as a dash.

    Examples
    --------
    >>> is_nothing(None), is_nothing(" "), is_nothing("无"), is_nothing(0)
    (True, True, True, False)
    """
    if cell is None:
        return True
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return not text or text in NOTHING
