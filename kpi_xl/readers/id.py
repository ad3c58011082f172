"""Ids of people and policies: spellings, and the known id that is meant."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kpi_xl.readers.cell import plain

_KEPT: Final = 15
"""A spreadsheet keeps so many digits of a number."""

_NAMED: Final = re.compile(
    r"([0-9A-Za-z]+)[\s\-_/(\[【（:,，、]*[一-鿿][一-鿿·\s]*[)\]】）]?|"
    r"[一-鿿][一-鿿·]*[\s\-_/(\[【（:,，、]*([0-9A-Za-z]+)[)\]】）]?"
)
_WHOLE: Final = re.compile(r"(\d+)\.0+")
_POWER: Final = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_MARKS: Final = re.compile(r'^(?:="(.*)"|\'(.*))$')


def canonical(text: str) -> str:
    """An id without differences of width, case, spaces, text marks and ``.0``.

    Examples
    --------
    >>> canonical(" Ａ００１０１\u200b "), canonical("a00101"), canonical('="00101"')
    ('A00101', 'A00101', '00101')
    """
    text = "".join(plain(text).split())
    if marked := _MARKS.match(text):
        text = marked[1] if marked[1] is not None else marked[2]
    whole = _WHOLE.fullmatch(text)
    return (whole[1] if whole else text).upper()


def may_be_cut(text: str) -> bool:
    """Whether an id may be the first 15 digits of a longer one, as a spreadsheet keeps them.

    Examples
    --------
    >>> may_be_cut("8820240600000110"), may_be_cut("8820240600000111"), may_be_cut("8.82024E+15")
    (True, False, True)
    """
    digits = canonical(text)
    if _POWER.fullmatch(digits):
        return True
    return digits.isdigit() and len(digits) > _KEPT and not digits[_KEPT:].strip("0")


@dataclass(frozen=True)
class Match:
    """The known id that another spelling means, and how the spelling differs.

    Parameters
    ----------
    id : str
        As it is known.
    how : str
        In what they differ, in Chinese.
    """

    id: str
    how: str


class Ids:
    """The known ids, indexed by every way in which they may be written.

    Parameters
    ----------
    known : iterable of str
        The ids as the roster writes them.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)

    @functools.cached_property
    def _by(self) -> list[tuple[str, Callable[[str], str | None], dict[str, set[str]]]]:
        """The index for each way of writing; made on first use."""
        by_canonical: dict[str, set[str]] = {}
        without_zeros: dict[str, set[str]] = {}
        cut_short: dict[str, set[str]] = {}
        for one in self._known:
            form = canonical(one)
            by_canonical.setdefault(form, set()).add(one)
            if (key := _zeros_off(form)) is not None:
                without_zeros.setdefault(key, set()).add(one)
            if (key := _cut_short(form)) is not None:
                cut_short.setdefault(key, set()).add(one)
        return [
            ("写法（全角、大小写、空格）", canonical, by_canonical),
            ("前面的 0", _without_zeros, without_zeros),
            ("带着姓名", _without_name, by_canonical),
            ("带着姓名和前面的 0", lambda text: _zeros_off(_without_name(text)), without_zeros),
            ("15 位以后的数字", _cut, cut_short),
        ]

    def meant(self, text: str) -> Match | None:
        """The known id that is meant, if there is exactly one; None for a known id.

        Examples
        --------
        >>> ids = Ids(["00101", "A7", "7", "123456789012345678"])
        >>> ids.meant("101"), ids.meant("00101 甲一").id, ids.meant("ａ７").id
        (Match(id='00101', how='前面的 0'), '00101', 'A7')
        >>> ids.meant("123456789012345000").id, ids.meant("00101"), ids.meant("102")
        ('123456789012345678', None, None)
        """
        if text in self._known:
            return None
        for how, given, forms in self._by:
            form = given(text)
            found = forms.get(form, ()) if form else ()
            if len(found) > 1:
                return None  # never a guess between two
            for one in found:
                return Match(one, how)
        return None

    def could_be(self, text: str) -> list[str]:
        """The known ids that an id may mean, for a message."""
        for _, given, forms in self._by:
            form = given(text)
            if form and len(found := forms.get(form, set())) > 1:
                return sorted(found)
        return []


def _zeros_off(text: str | None) -> str | None:
    return (text.lstrip("0") or None) if text else None


def _without_zeros(text: str) -> str | None:
    return _zeros_off(canonical(text))


def _without_name(text: str) -> str | None:
    """The id in a text that has a name before or behind it."""
    match = _NAMED.fullmatch(plain(text))
    return (match[1] or match[2]).upper() if match else None


def _cut_short(digits: str) -> str | None:
    """The first digits of a canonical id that a spreadsheet cannot keep as a number."""
    return f"{len(digits)}:{digits[:_KEPT]}" if digits.isdigit() and len(digits) > _KEPT else None


def _cut(text: str) -> str | None:
    """The first digits of an id that a spreadsheet did keep as a number."""
    digits = canonical(text)
    if _POWER.fullmatch(digits):
        # Shown with fewer digits than were kept, it may be anybody's.
        if len(digits.partition("E")[0].replace(".", "")) < _KEPT:
            return None
        digits = f"{Decimal(digits):f}"
    if not digits.isdigit() or len(digits) <= _KEPT or digits[_KEPT:].strip("0"):
        return None
    return f"{len(digits)}:{digits[:_KEPT]}"
