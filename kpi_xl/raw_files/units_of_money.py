"""The unit of amounts, named in a heading or a line above the table."""

from __future__ import annotations

import re
from typing import Final

from kpi_xl.readers.cell import plain

_TOKEN: Final = r"([十百千]?[万亿]|千|百(?=[元圆]))"
_IN_HEADING: Final = re.compile(rf"{_TOKEN}(?:元|圆|(?=$|[)\]】〕>]))")
_YUAN: Final = re.compile(r"(?:^|[^十百千万亿])[元圆](?=$|[)\]】〕>])")
_ABOVE: Final = re.compile(rf"单位(?:[:为是]|\()?(?:人民币)?{_TOKEN}?[元圆]")
_NAMED: Final = re.compile(rf"[(\[【_-](?:单位:?)?(?:人民币)?{_TOKEN}元?[)\]】]|单位:?{_TOKEN}?元")
_PERCENT: Final = re.compile(r"[%‰]|百分比|百分数")


def unit_of(heading: str, above: str, names: str = "") -> str:
    """The unit of the amounts below a heading, such as ``万``; ``""`` for 元.

    Parameters
    ----------
    heading : str
        The heading, which goes before what is written above it.
    above : str
        What is written above the table.
    names : str
        The names of its worksheet and file, which say it in brackets.

    Examples
    --------
    >>> unit_of("首年保费（万）", ""), unit_of("FYC", "单位：万元"), unit_of("FYC(元)", "单位:万元")
    ('万', '万', '')
    """
    text = "".join(plain(heading).split())
    if found := _IN_HEADING.search(text):
        return found[1]
    if _YUAN.search(text):
        return ""
    found = _ABOVE.search("".join(plain(above).split())) or _NAMED.search(
        "".join(plain(names).split())
    )
    return found[found.lastindex] if found and found.lastindex else ""


def unit_in(words: str) -> str:
    """The unit that words such as ``万元`` name; ``""`` where they name none."""
    found = re.search(_TOKEN, words)
    return found[1] if found else ""


def in_percent(heading: str) -> bool:
    """Whether a heading says that the numbers below it are percents."""
    return bool(_PERCENT.search(plain(heading)))
