"""What is common to reading cells of any kind."""

from __future__ import annotations

import unicodedata
from typing import Final

NOTHING: Final = frozenset(
    ("-", "--", "---", "—", "——", "/", "\\", "无", "nan", "NaN", "NaT", "N/A", "n/a")
) | {"NULL", "Null", "null", "None", "\\N"}
"""What people and programs write where there is nothing to write. 执业证号 无 is no licence."""

ERRORS: Final = frozenset(
    ("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
) | {"#GETTING_DATA"}
"""Cells whose formula failed."""

UNCOMPUTED: Final = "#未计算"
"""Stands for a cell with a formula that nobody has computed yet: what it is, is not known."""


def plain(text: str) -> str:
    """A cell in half-width letters and digits, without spaces around it.

    Examples
    --------
    >>> plain(" ２０２４／１／５ ")
    '2024/1/5'
    """
    return unicodedata.normalize("NFKC", text).strip()
