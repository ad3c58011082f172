"""The unit that a name means: exactly one, or none.

A unit answers to its path and, where no other has it, to its mere name. A path that units of two
levels have (a department called like the branch) is written with its level: ``营业部:城东``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kpi_xl.readers.unit import canonical

if TYPE_CHECKING:
    from kpi_xl.catalogue.units import Unit


def plain(text: str) -> str:
    """A label without differences of spelling that never matter."""
    return canonical(text.replace("\\", "/"))


def whole_name(unit: Unit) -> str:
    """A unit's unique name: its level and its path."""
    return f"{unit.level}:{unit.path}"


def answering(units: Sequence[Unit], label: str, level: str | None = None) -> list[int]:
    """The indices of the units that a label may mean: none, one, or several.

    Parameters
    ----------
    units : sequence of Unit
        All units of the organisation.
    label : str
        A name, a path, or a path with its level before it. A whole path is meant before a mere
        name.
    level : str, optional
        The level they are of.
    """
    for same in (str, plain):
        for called in (whole_name, _path, _name):
            found = [
                number
                for number, unit in enumerate(units)
                if same(called(unit)) == same(label) and level in (None, unit.level)
            ]
            if found:
                return found
    return []


def written(units: Sequence[Unit]) -> list[str]:
    """The label of each unit by which it alone is meant: its path, with its level if needed."""
    times = Counter(unit.path for unit in units)
    return [unit.path if times[unit.path] == 1 else whole_name(unit) for unit in units]


def listed(units: Sequence[Unit], numbers: Iterable[int]) -> str:
    """Labels of some units, for people to choose from."""
    full = written(units)
    return "、".join(full[number] for number in numbers)


def _path(unit: Unit) -> str:
    return unit.path


def _name(unit: Unit) -> str:
    return unit.name
