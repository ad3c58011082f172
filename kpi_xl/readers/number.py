"""Read numbers: money, counts and others."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import plain

LARGEST: Final = 10**14
"""Money of so many 分 (一万亿元) is a mistake, such as a policy number in the wrong column."""

_NUMBER: Final = re.compile(
    r"'?(?P<open>\()?\s*(?P<sign>[+-]?)\s*(?:[¥$]|RMB|CNY|人民币)?\s*(?P<inner>[+-]?)\s*"
    r"(?P<digits>(?:\d{1,3}(?:(?:,\s?|\s)\d{3})+|\d+)?)(?P<decimals>\.\d*)?(?P<power>[eE][+-]?\d+)?\s*"
    r"(?P<unit>[十百千]?[万亿]|千)?\s*(?P<word>元|圆|[%‰]|[件人次户个位单天张名家])?\s*"
    r"(?P<behind>-)?\s*(?P<close>\))?"
)
_SEPARATORS: Final = re.compile(r"[,\s]")
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_MINUS: Final = str.maketrans({"−": "-", "–": "-", "﹣": "-"})
_SCALE: Final = re.compile(r"(?:单位[::]?)?([十百千]?[万亿]|千|百)元")
_NOISE: Final = Decimal("0.0001")


def heading_scale(heading: str) -> int:
    """The unit of money in a heading, in 元.

    Examples
    --------
    >>> heading_scale("首年保费（万元）"), heading_scale("首年保费(元)")
    (10000, 1)
    """
    match = _SCALE.search(plain(heading))
    return _unit(match[1]) if match else 1


def read_money(text: str, scale: int = 1) -> int | Fault:
    """Read money as integer 分.

    Parameters
    ----------
    text : str
        An amount in 元, with or without separators, ￥ and 万; in brackets or with a minus where
        negative.
    scale : int
        The unit of an amount that names none, in 元.

    Returns
    -------
    int or Fault
        Parts of a 分 are rounded half up, with a fault that keeps the value, unless they are no
        more than the noise of binary fractions.

    Examples
    --------
    >>> read_money("￥1,677,776.00"), read_money("1.5万"), read_money("(20)")
    (167777600, 1500000, -2000)
    """
    found = _number(text)
    if isinstance(found, Fault):
        return found
    value, parts = found
    if parts["word"] not in ("元", "圆", ""):
        return kinds.NO_MONEY()
    power = int(parts["power"][1:] or 0) if parts["power"] else 0
    if power > max(len(parts["decimals"]) - 1, 0):
        return kinds.DIGITS_LOST()
    exact = value * 100 * (1 if parts["unit"] or parts["word"] else scale)
    if abs(exact) >= LARGEST:
        return kinds.TOO_LARGE()
    whole = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if abs(exact - whole) >= _NOISE:
        return Fault(kinds.PARTS_OF_FEN, kept=whole)
    return whole


def read_count(text: str) -> int | Fault:
    """Read an integer.

    Examples
    --------
    >>> read_count("3件"), read_count("1,200"), read_count("3.0")
    (3, 1200, 3)
    """
    found = _number(text)
    if isinstance(found, Fault):
        return found
    value, parts = found
    if parts["word"] in ("元", "圆", "%", "‰"):
        return kinds.NO_COUNT()
    if value != value.to_integral_value():
        return kinds.NOT_WHOLE()
    if abs(value) >= 10**9:
        return kinds.TOO_LARGE()
    return int(value)


def read_number(text: str) -> float | Fault:
    """Read any number; 80% is 0.8.

    Examples
    --------
    >>> read_number("80%"), read_number("1,200.5"), read_number("2万"), read_number("1 200-")
    (0.8, 1200.5, 20000.0, -1200.0)
    >>> read_number("12 20").reason
    '不是数字'
    """
    found = _number(text)
    if isinstance(found, Fault):
        return found
    value, parts = found
    if abs(value) >= 10**15:
        return kinds.TOO_LARGE()
    return float(value / {"%": 100, "‰": 1000}.get(parts["word"], 1))


def _number(text: str) -> tuple[Decimal, dict[str, str]] | Fault:
    """The number in a cell with 万 and signs applied, and the parts of its notation."""
    match = _NUMBER.fullmatch(plain(text).translate(_MINUS))
    if match is None:
        return kinds.NO_NUMBER()
    parts = match.groupdict("")
    if not any(c.isdigit() for c in parts["digits"] + parts["decimals"]):
        return kinds.NO_NUMBER()
    signs = parts["sign"] + parts["inner"] + parts["behind"]
    if len(signs) > 1 or bool(parts["open"]) != bool(parts["close"]):
        return kinds.NO_NUMBER()
    if len(parts["power"]) > 4:
        return kinds.TOO_LARGE()
    whole = _SEPARATORS.sub("", parts["digits"]) or "0"
    number = Decimal(whole + parts["decimals"] + parts["power"])
    negative = "-" in signs or bool(parts["open"])
    return (-number if negative else number) * _unit(parts["unit"]), parts


def _unit(text: str) -> int:
    scale = 1
    for letter in text:
        scale *= _UNITS[letter]
    return scale
