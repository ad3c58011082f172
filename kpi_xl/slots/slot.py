"""The declaration of a slot: a named place in a workbook.

A `Group` declares slots whose names begin alike, with what they mean, their kind, how many cells
they take, and what gives their values: a function, or the formula that also stands in the sheet.
The list of names, SLOTS.md, the tables of 说明 and `kpi-xl template` follow from the groups.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from kpi_xl.kpi import Kpi
from kpi_xl.slots.becomes import Becomes
from kpi_xl.slots.cell_formula import CellFormula

Values = dict[str, Any]
"""Values of slots by name."""

INPUT: Final = "input."
"""How the names of cells begin that people type into; they are read back, never filled."""

_PLACE: Final = re.compile("<(.+?)>")


class Kind(StrEnum):
    """The kind of value in a slot's cells."""

    TEXT = "文字"
    NUMBER = "数字"
    MONEY = "元"
    RATIO = "比率"
    POINTS = "百分点"
    DATE = "日期"
    OF_KPI = "按指标的单位"
    CHANGE = "变化率；比率的指标为百分点"


@dataclass(frozen=True)
class Slot:
    """One slot of a group.

    Parameters
    ----------
    meaning : str
        What stands in it, in Chinese; ``<活动>`` stands for the activity of the name.
    kind : Kind
        Of what kind that is.
    cells : int or None
        How many cells it takes; None where there is one for each record.
    value : callable or None
        Gives the value from what the group is given; None where a formula does, where people
        type, or where the group is given the values themselves, as they are computed together.
    formula : CellFormula, callable or None
        The formula that the sheet has, over other slots: those of the group by the ends of their
        names, others by their whole names. A callable tells it of a KPI.
    becomes : Becomes, callable or None
        What is made of what people type into it. A callable tells it of the words of the name.
    """

    meaning: str
    kind: Kind = Kind.TEXT
    cells: int | None = 1
    value: Callable[[Any], Any] | None = None
    formula: CellFormula | Callable[[Kpi], CellFormula] | None = None
    becomes: Becomes | Callable[[Mapping[str, str]], Becomes] | None = None

    def formula_of(self, kpi: Kpi | None = None) -> CellFormula:
        """The formula; for a pattern over KPIs, that of one KPI."""
        if isinstance(self.formula, CellFormula):
            return self.formula
        assert self.formula is not None
        assert kpi is not None
        return self.formula(kpi)

    @property
    def shape(self) -> str:
        """The number of cells, in words."""
        return "每条一格" if self.cells is None else f"{self.cells} 格"


@dataclass(frozen=True, eq=False)
class Declared:
    """A slot by its full name.

    Parameters
    ----------
    pattern : str
        The name with ``<指标>`` and the like in place of what varies.
    named : mapping of str to str
        What varies, such as ``{"指标": "活动率"}``.
    slot : Slot
        The declaration of the slot.
    group : Group
        The group it belongs to.
    """

    name: str
    pattern: str
    named: Mapping[str, str]
    slot: Slot
    group: Group

    @functools.cached_property
    def becomes(self) -> Becomes | None:
        """The use of the values that people type into it; None where nobody types."""
        found = self.slot.becomes
        if found is None or not callable(found):
            return found and found.named(self.named)
        return found(self.named)

    @property
    def meaning(self) -> str:
        """The meaning of its value, in Chinese."""
        return put(self.pattern_meaning, self.named)

    @property
    def pattern_meaning(self) -> str:
        """The meaning of all slots of its pattern, with ``<指标>`` and the like in it."""
        return f"{self.group.about}：{self.slot.meaning}" if self.group.about else self.slot.meaning


@dataclass(frozen=True, eq=False)
class Group:
    """Slots whose names begin alike.

    Parameters
    ----------
    pattern : str
        How the names begin, such as ``kpi.<指标>``.
    about : str
        What all of them are about, in Chinese, such as ``<指标>``.
    slots : mapping of str to Slot
        By how the name ends.
    over : mapping of str to collection of str
        What may stand in each place of the names, such as every KPI's name for ``指标``.
    """

    pattern: str
    about: str
    slots: Mapping[str, Slot]
    over: Mapping[str, Collection[str]] = field(default_factory=dict)

    @functools.cached_property
    def _given(self) -> frozenset[str]:
        """The suffixes of slots that have neither a function nor a formula."""
        return frozenset(
            end for end, slot in self.slots.items() if slot.value is None and slot.formula is None
        )

    def declared(self) -> Iterator[Declared]:
        """Every slot, in the order of the names."""
        for end, slot in self.slots.items():
            pattern = self.pattern + end
            places = list(dict.fromkeys(_PLACE.findall(pattern)))
            for words in itertools.product(*(self.over[place] for place in places)):
                named = dict(zip(places, words, strict=True))
                yield Declared(put(pattern, named), pattern, named, slot, self)

    def values(self, given: Any, beside: Values | None = None, **named: str) -> Values:
        """The values of its slots.

        Parameters
        ----------
        given : object
            What the functions compute from; of slots with neither function nor formula their
            values, by how the names end.
        beside : dict, optional
            The values of slots of other groups that its formulas look at.
        named : str
            What stands in the places of the names, such as ``指标="活动率"``.

        Raises
        ------
        ValueError
            A value is missing, or is of none of the slots.
        """
        found = self._computed(given, beside or {}, named)
        return {put(self.pattern + end, named): value for end, value in found.items()}

    def columns(self, records: Sequence[Any], rows: int = 0, **named: str) -> Values:
        """The values as a list for each slot, one value for each record.

        Parameters
        ----------
        records : sequence
            What the functions compute from.
        rows : int
            How many rows the workbook has: formulas stand in all of them.
        named : str
            The words in the slots' names, as for `values`.
        """
        table = [self._computed(record, {}, named) for record in records]
        found: Values = {}
        for end, slot in self.slots.items():
            column = [row[end] for row in table]
            if slot.formula is not None:
                blank = slot.formula_of().value(lambda _: None)
                column += [blank] * (rows - len(records))
            found[put(self.pattern + end, named)] = column
        return found

    def _computed(self, given: Any, beside: Values, named: Mapping[str, str]) -> Values:
        found: Values = {
            end: slot.value(given) for end, slot in self.slots.items() if slot.value is not None
        }
        if self._given:
            if not isinstance(given, Mapping) or given.keys() != self._given:
                raise ValueError(f"{self.pattern}: needs just the values of {sorted(self._given)}")
            found |= given

        def value(name: str) -> Any:
            if name in found:
                return found[name]
            # What people type into is blank in a workbook that is made for them.
            return None if name.startswith(INPUT) else beside[put(name, named)]

        kpi = getattr(given, "kpi", None)
        for end, slot in self.slots.items():
            if slot.formula is not None:
                found[end] = slot.formula_of(kpi).value(value)
        return {end: found[end] for end in self.slots if end in found}


def put(text: str, named: Mapping[str, str]) -> str:
    """A text with words in place of ``<指标>`` and the like.

    Examples
    --------
    >>> put("week<周>.plan.<活动>", {"周": "2", "活动": "拜访数"})
    'week2.plan.拜访数'
    """
    return _PLACE.sub(lambda place: named.get(place[1], place[0]), text)
