"""A month's sentences as a robot sends them: no markup, and no mention that calls anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kpi_xl.pages.html import plain
from kpi_xl.pages.unit_month import UnitMonth

_MEANT: Final = str.maketrans("<>*_`[]~\\#|@", "＜＞＊＿｀［］～＼＃｜＠")
"""What would be markup, or call people (@所有人, <at id=all>), looks alike and is neither."""


def title_of(month: UnitMonth) -> str:
    """The title of the message: the unit and the month."""
    return f"{as_text(month.unit.path)}　{month.values['period.month']}　晨会稿"


def lines_of(month: UnitMonth) -> list[str]:
    """The sentences, then the date of the numbers."""
    said = [f"{place}. {as_text(one.text)}" for place, one in enumerate(month.sentences, 1)]
    return [*said, *(as_text(str(one)) for one in (month.values["period.same_days"],) if one)]


def as_text(text: str) -> str:
    """A text in which nothing is markup for any platform.

    Examples
    --------
    >>> as_text("<at id=all></at>城东[部](x)*")
    '＜at id=all＞＜/at＞城东［部］(x)＊'
    """
    return plain(" ".join(text.split())).translate(_MEANT)


def fitting(title: str, lines: Sequence[str], most: int) -> str:
    """As many whole lines as fit.

    Parameters
    ----------
    title : str
        What stands above them.
    lines : sequence of str
        What is said, in order.
    most : int
        Bytes that both may take.
    """
    room = most - len(title.encode()) - 200  # what a platform puts around it
    shown = list(lines)
    while shown and len("\n\n".join(shown).encode()) > room:
        shown.pop()
    if len(shown) < len(lines):
        shown.append(f"（还有 {len(lines) - len(shown)} 行，这里放不下）")
    return "\n".join(shown)
