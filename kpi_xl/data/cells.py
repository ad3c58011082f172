"""What is common to reading cells of any kind."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

NOTHING: Final = frozenset(
    ("-", "--", "---", "—", "——", "/", "\\", "无", "nan", "NaN", "NaT", "N/A", "n/a")
) | {"NULL", "Null", "null", "None", "\\N"}
"""What people and programs write where there is nothing to write. 执业证号 无 is no licence."""

ERRORS: Final = frozenset(
    ("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
) | {"#GETTING_DATA"}
"""Cells whose formula failed."""


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be used as it is.

    Parameters
    ----------
    reason : str
        What is wrong, in Chinese.
    advice : str
        What to do about it, in Chinese.
    set_aside : bool
        Whether the row cannot be used because of it.
    kept : int, optional
        The value that is used, where it is.
    """

    reason: str
    advice: str
    set_aside: bool = True
    kept: int | None = None


FAILED_FORMULA: Final = Fault(
    "单元格是公式错误", "请在 Excel 里改正公式，或换成实际的值；没有就清空"
)


def plain(text: str) -> str:
    """A cell in half-width letters and digits, without spaces around it.

    Examples
    --------
    >>> plain(" ２０２４／１／５ ")
    '2024/1/5'
    """
    return unicodedata.normalize("NFKC", text).strip()
