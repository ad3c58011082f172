"""How a formula with parameters of its own is written in a workbook's file.

There a function that came after 2007 is written with `_xlfn.` in front, and a parameter with
`_xlpm.`; `shown` is what Excel shows of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_FUNCTION: Final = "_xlfn."
_SHEET_FUNCTION: Final = "_xlws."
_PARAMETER: Final = "_xlpm."
_UNFIT: Final = re.compile(r"[^\w.]")
_CELL: Final = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[RrCc]|[Rr][0-9]*[Cc][0-9]*")


def fit(name: str) -> str:
    """A name that Excel takes: it begins with a letter or ``_`` and is no cell's address.

    Examples
    --------
    >>> fit("13个月留存率"), fit("活动率"), fit("OPT1"), fit("每月/每人")
    ('_13个月留存率', '活动率', '_OPT1', '每月_每人')
    """
    found = _UNFIT.sub("_", name)
    return f"_{found}" if found[0].isdigit() or _CELL.fullmatch(found) else found


def parameter(name: str) -> str:
    """A parameter, or a name that `let` gives, inside a formula."""
    return _PARAMETER + fit(name)


def function(parameters: Sequence[str], body: str) -> str:
    """A function of some parameters."""
    return f"{_FUNCTION}LAMBDA({','.join([*map(parameter, parameters), body])})"


def let(named: Mapping[str, str], body: str) -> str:
    """A formula over others that have names; each may look at those before it."""
    pairs = [part for name, value in named.items() for part in (parameter(name), value)]
    return f"{_FUNCTION}LET({','.join([*pairs, body])})"


def each(cells: str, name: str, body: str) -> str:
    """A formula for each of some cells."""
    return f"{_FUNCTION}MAP({cells},{function([name], body)})"


def is_among(text: str, words: Sequence[str]) -> str:
    """Whether a text is one of some words, capitals aside, in each of some cells."""
    listed = ",".join('"{}"'.format(word.replace('"', '""')) for word in words)
    return f"ISNUMBER({_FUNCTION}XMATCH({text},{{{listed}}}))"


def shown(formula: str) -> str:
    """A formula as Excel shows it, and takes it when it is typed.

    Examples
    --------
    >>> shown(function(["人数"], f"{parameter('人数')}*2"))
    'LAMBDA(人数,人数*2)'
    """
    return formula.replace(_SHEET_FUNCTION, "").replace(_FUNCTION, "").replace(_PARAMETER, "")
