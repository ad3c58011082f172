"""Something in a raw file that people should know of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding, with the place it was found in and what to do about it.

    Parameters
    ----------
    table : str
        The Chinese name of the table.
    file : str
        The file's name.
    sheet : str or None
        The worksheet, where the file has any.
    row : int or None
        The row as Excel counts; None where the whole file or column is meant.
    column : str or None
        The heading as it is written in the file.
    value : str or None
        What stands there.
    reason : str
        What is wrong with it, in Chinese.
    advice : str
        What to do about it, in Chinese.
    set_aside : bool
        Whether the row is not used because of it. Otherwise it is used, and this is a warning.
    """

    table: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    reason: str
    advice: str
    set_aside: bool
