"""The levels of an organisation: their names in the store and in records, and their columns.

A project that names none of its own has four. Of two to six of its own the first is the top; each
of the others is called in the store by its place, so that a level may get another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TOP: Final = "分公司"
"""The level of the whole; it has one unit, and no column."""

PERSON: Final = "业务员"
"""The level of targets of people."""


@dataclass(frozen=True)
class Organisation:
    """The levels of an organisation.

    Parameters
    ----------
    levels : tuple of str
        Their names in the store, in records and in the raw table of targets, from the top; what
        they are called here is in the settings.
    columns : tuple of str
        The column of each level below the top in the raw tables of people, by code.
    main : str
        The level whose units are reported, warned and given targets when no level is asked for.
    """

    levels: tuple[str, ...]
    columns: tuple[str, ...]
    main: str


STANDARD: Final = Organisation(
    (TOP, "营业区", "营业部", "营业组"), ("region", "department", "team"), "营业部"
)
"""The levels of a project that names none of its own."""

_BELOW: Final = ("二级", "三级", "四级", "五级", "六级")

MOST: Final = 1 + len(_BELOW)
"""So many levels a project may have."""

_DEPTHS: Final = {
    level: depth
    for levels in (STANDARD.levels, (TOP, *_BELOW))
    for depth, level in enumerate(levels)
}


def of_own(number: int, main: int | None = None) -> Organisation:
    """The levels of a project that names its own.

    Parameters
    ----------
    number : int
        How many levels there are, from 2 to 6.
    main : int, optional
        Which of them is the main one, the top being 0; by default the last but one, below the top.

    Examples
    --------
    >>> of_own(3)
    Organisation(levels=('分公司', '二级', '三级'), columns=('level_2', 'level_3'), main='二级')
    """
    levels = (TOP, *_BELOW[: number - 1])
    columns = tuple(f"level_{place}" for place in range(2, number + 1))
    return Organisation(levels, columns, levels[max(1, number - 2) if main is None else main])


def depth_of(level: str) -> int:
    """The depth of a level below the top."""
    return _DEPTHS[level]
