"""Find known names that are similar to a name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from kpi_xl.readers.cell import plain


def form(name: str) -> str:
    """What all spellings of a name have in common: no capitals, no full width, nothing unseen.

    Examples
    --------
    >>> form(" ＦＹＰ\u200b"), form("fyp")
    ('fyp', 'fyp')
    """
    return plain(name).casefold()


def near(name: str, known: Iterable[str], most: int = 3, cutoff: float = 0.3) -> list[str]:
    """The known names most similar to a name, the most similar first.

    Width of letters, capitals and spaces make no difference. Those that begin with what was given
    come before all others, in their own order: 高新 is short for 高新营业部.

    Parameters
    ----------
    name : str
        The name that a user gave.
    known : iterable of str
        The names there are.
    most : int
        How many at most.
    cutoff : float
        How alike they must be, from 0 to 1.

    Examples
    --------
    >>> near("活动绿", ["活动率", "网点活动率", "人均产能"])
    ['活动率', '网点活动率']
    >>> near("高新", ["高新营业部", "高新一组", "城西"])
    ['高新营业部', '高新一组']
    """
    forms: dict[str, str] = {}
    for one in known:
        forms.setdefault(_form(one), one)
    given = _form(name)
    begin = [form for form in forms if given and form.startswith(given)]
    like = difflib.get_close_matches(given, forms, most, cutoff)
    return [forms[form] for form in list(dict.fromkeys((*begin, *like)))[:most]]


def _form(name: str) -> str:
    return "".join(form(name).split())
