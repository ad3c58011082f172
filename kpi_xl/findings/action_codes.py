"""编号 of actions: they identify an action however its text is spelt."""

from __future__ import annotations

import difflib
import functools
import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Final

from kpi_xl.analysis.knowledge import Knowledge, knowledge

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No figures, which Excel might take a code for a number by, and no letters that look like them."""

_LENGTH: Final = 5
_ANOTHER: Final = 0.25
"""A text that has less than this in common with a proposal is another action in its place."""

_THE_SAME: Final = 0.75
"""A text that has more than this in common with a proposal is the proposal."""


def code_of(text: str, topic: str = "") -> str:
    """The code of an action: the same for texts that differ in spaces, marks and widths only.

    Parameters
    ----------
    text : str
        The text of the action, 改善措施.
    topic : str
        The topic of the knowledge base that it is proposed for; empty for one that somebody wrote.

    Examples
    --------
    >>> code_of("每天早会，先看昨日拜访。") == code_of("每天早会 先看昨日拜访")
    True
    """
    number = int.from_bytes(hashlib.sha256((topic + _plain(text)).encode()).digest()[:8], "big")
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def code_meant(text: str, given: str = "", base: Knowledge | None = None) -> str:
    """The code of an action in a plan that came back.

    Parameters
    ----------
    text : str
        改善措施 as it is now.
    given : str
        The code that stands in its row; empty for a row of the unit's own.
    base : Knowledge, optional
        What proposals there are; by default the program's.

    Returns
    -------
    str
        That of the proposal that it is, however it was put into other words or moved to another
        row; else its own.
    """
    known, plain = _known(base or knowledge()), _plain(text)
    there = known.get(given)
    likeness = {code: _alike(plain, other) for code, other in known.items()}
    best = max(likeness, key=lambda code: likeness[code])
    if likeness[best] >= _THE_SAME and (there is None or likeness[given] < likeness[best]):
        return best
    if there is not None and likeness[given] >= _ANOTHER:
        return given
    return code_of(text)


@functools.lru_cache(8)
def _known(base: Knowledge) -> Mapping[str, str]:
    """The actions of the knowledge base: their texts by code."""
    return {
        code_of(remedy.text, topic.name): _plain(remedy.text)
        for topic in base.topics
        for remedy in topic.remedies
    }


def _alike(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() > _ANOTHER else 0.0


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
