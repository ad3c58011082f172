"""The units of the organisation."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

UNASSIGNED: Final = "未分配"
"""The unit of what belongs to nobody known, so that totals reconcile."""

SEPARATOR: Final = "/"
"""What stands in a path between a unit and the one above it."""


@dataclass(frozen=True)
class Unit:
    """A unit of the organisation.

    Parameters
    ----------
    level : str
        One of those of the project's `Organisation`.
    name : str
        The unit's name without those above it.
    path : str
        Its name with those above it, below the branch: ``城东营业部/城东一组``.
    parent : int or None
        The index of the unit it belongs to; None for the branch.
    """

    level: str
    name: str
    path: str
    parent: int | None

    @property
    def is_unassigned(self) -> bool:
        """Whether it stands for everything that belongs to no unit of its level."""
        return self.name == UNASSIGNED


class SavedUnits(Sequence[Unit]):
    """The units of a saved cube, read on first use: there may be thousands.

    Parameters
    ----------
    text : bytes
        The JSON of the file with them.
    number : int
        How many there are.
    """

    def __init__(self, text: bytes, number: int) -> None:
        self._text = text
        self._number = number

    @functools.cached_property
    def _units(self) -> list[Unit]:
        return [Unit(*unit) for unit in json.loads(self._text)]

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units)

    @overload
    def __getitem__(self, at: int) -> Unit: ...
    @overload
    def __getitem__(self, at: slice) -> list[Unit]: ...
    def __getitem__(self, at: int | slice) -> Unit | list[Unit]:
        return self._units[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as that of a list


def path_of(names: Sequence[str | None]) -> str:
    """A unit's path: the names above it and its own."""
    return SEPARATOR.join(name for name in names if name)
