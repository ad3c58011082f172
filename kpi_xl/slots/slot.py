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
from kpi_xl.slots.cell_formula import CellFormula, meant

Values = dict[str, Any]
"""Values of slots by name."""

INPUT: Final = "input."
"""How the names of cells begin that people type into; they are read back, never filled."""

_PLACE: Final = re.compile("<(.+?)>")
_QUOTE: Final = '"'


@dataclass(frozen=True, eq=False)
class ByPlace:
    """A formula that is another one in each cell of its slot.

    Parameters
    ----------
    of : callable
        Gives the formula of the cell in a place, from 0; several where forms differ.
    """

    of: Callable[[int], CellFormula | tuple[CellFormula, ...]]

    @functools.cached_property
    def cells(self) -> Callable[[int], CellFormula | tuple[CellFormula, ...]]:
        """The same, each made once."""
        return functools.cache(self.of)


@dataclass(frozen=True)
class ByWord:
    """A formula that is another one by a word in the name of its slot.

    Parameters
    ----------
    of : callable
        Gives the formula from the words of the name, by the places where they stand.
    """

    of: Callable[[Mapping[str, str]], CellFormula]


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
    formula : CellFormula, ByPlace, ByWord, tuple of CellFormula, callable or None
        The formula that the sheet has, over other slots: those of the group by the ends of their
        names, others by their whole names. A callable tells it of a KPI. Of several, each is that
        of some forms, and the first whose cells are known gives the value.
    columns : int
        How many columns the cells stand in, where there are several of both rows and columns.
    becomes : Becomes, callable or None
        What is made of what people type into it. A callable tells it of the words of the name.
    """

    meaning: str
    kind: Kind = Kind.TEXT
    cells: int | None = 1
    value: Callable[[Any], Any] | None = None
    formula: (
        CellFormula
        | ByPlace
        | ByWord
        | tuple[CellFormula, ...]
        | Callable[[Kpi], CellFormula]
        | None
    ) = None
    columns: int = 1
    becomes: Becomes | Callable[[Mapping[str, str]], Becomes] | None = None

    def formulas(
        self, kpi: Kpi | None = None, place: int = 0, named: Mapping[str, str] | None = None
    ) -> tuple[CellFormula, ...]:
        """The formulas of some forms each; one where all have the same.

        Parameters
        ----------
        kpi : Kpi, optional
            Which KPI it is, for a pattern over KPIs.
        place : int
            Which of its cells, from 0.
        named : mapping of str to str, optional
            The words of its name.
        """
        found = self.formula
        if isinstance(found, ByPlace):
            found = found.cells(place)
        elif isinstance(found, ByWord):
            found = found.of(named or {})
        elif callable(found):
            assert kpi is not None
            found = found(kpi)
        assert found is not None
        return found if isinstance(found, tuple) else (found,)

    def formula_of(self, kpi: Kpi | None = None) -> CellFormula:
        """The formula of a slot of one cell, or of one record; where forms differ the first's."""
        return self.formulas(kpi)[0]

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

    def values(
        self, given: Any, beside: Values | None = None, rows: int = 0, **named: str
    ) -> Values:
        """The values of its slots.

        Parameters
        ----------
        given : object
            What the functions compute from; of slots with neither function nor formula their
            values, by how the names end.
        beside : dict, optional
            The values of slots of other groups that its formulas look at.
        rows : int
            How many rows the workbook has, of slots that have one for each record.
        named : str
            What stands in the places of the names, such as ``指标="活动率"``.

        Raises
        ------
        ValueError
            A value is missing, or is of none of the slots.
        """
        found = self._computed(given, beside or {}, named, rows)
        return {put(self.pattern + end, named): value for end, value in found.items()}

    def excel(
        self,
        end: str,
        cells: Mapping[str, str],
        kpi: Kpi | None = None,
        place: int = 0,
        **named: str,
    ) -> str:
        """The native Excel formula of one cell of a slot.

        Parameters
        ----------
        end : str
            How the name of the slot ends.
        cells : mapping of str to str
            The references of its cells and ranges, by the names that the formula has for them.
            Where forms differ, it is the first formula of which all are there.
        kpi, place, **named
            As in `Slot.formulas`.

        Raises
        ------
        KeyError
            A cell has no reference.
        """
        formulas = self.slots[end].formulas(kpi, place, named)
        form = next((one for one in formulas if one.names <= cells.keys()), formulas[0])
        return form.excel(cells)

    def again(self, values: Values, **named: str) -> Values:
        """The values of its formulas over others that were changed.

        Parameters
        ----------
        values : dict
            The values of the slots that they look at, its own among them.
        named : str
            The words in the slots' names, as for `values`.
        """
        own = {end: put(self.pattern + end, named) for end in self.slots}
        formulas = [end for end, slot in self.slots.items() if slot.formula is not None]
        found = {end: values[own[end]] for end in self.slots if end not in formulas}
        self._calculate(found, values, named)
        return {own[end]: found[end] for end in formulas}

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
        table = [self._computed(record, {}, named, None) for record in records]
        found: Values = {}
        for end, slot in self.slots.items():
            column = [row[end] for row in table]
            if slot.formula is not None:
                blank = slot.formula_of().value(lambda _: None)
                column += [blank] * (rows - len(records))
            found[put(self.pattern + end, named)] = column
        return found

    def _computed(
        self, given: Any, beside: Values, named: Mapping[str, str], rows: int | None
    ) -> Values:
        """The values by how the names end; of one record where there are no rows."""
        found: Values = {
            end: slot.value(given) for end, slot in self.slots.items() if slot.value is not None
        }
        if self._given:
            if not isinstance(given, Mapping) or given.keys() != self._given:
                raise ValueError(f"{self.pattern}: needs just the values of {sorted(self._given)}")
            found |= given
        self._calculate(found, beside, named, rows, getattr(given, "kpi", None))
        return {end: found[end] for end in self.slots if end in found}

    def _calculate(
        self,
        found: Values,
        beside: Values,
        named: Mapping[str, str],
        rows: int | None = 0,
        kpi: Kpi | None = None,
    ) -> None:
        """Add the values of the formulas."""

        def value(name: str) -> Any:
            if name in self.slots:
                return of_slot(name)
            if name.startswith(_QUOTE):
                return put(name, named).strip(_QUOTE)
            # What people type into is blank in a workbook that is made for them.
            return None if name.startswith(INPUT) else beside[put(name, named)]

        def known(formula: CellFormula) -> bool:
            return all(
                name in self.slots or name.startswith((INPUT, _QUOTE)) or put(name, named) in beside
                for name in (asked.partition("@")[0] for asked in formula.names)
            )

        def of_cells(slot: Slot, count: int) -> list[Any]:
            place = 0

            def around(name: str) -> Any:
                return meant(name, place, value)

            forms, cells = slot.formulas(kpi, 0, named), []
            own = 0 if len(forms) == 1 else next(at for at, one in enumerate(forms) if known(one))
            for place in range(count):
                if isinstance(slot.formula, ByPlace):
                    forms = slot.formulas(kpi, place, named)
                cells.append(forms[own].value(around))
            return cells if slot.columns == 1 else _in_rows(cells, slot.columns)

        def of_slot(end: str) -> Any:
            if end not in found:
                slot = self.slots[end]
                count = rows if slot.cells is None else slot.cells
                is_one = count is None or slot.cells == 1
                cells = of_cells(slot, 1 if count is None or is_one else count)
                found[end] = cells[0] if is_one else cells
            return found[end]

        for end, slot in self.slots.items():
            if slot.formula is not None:
                of_slot(end)


def _in_rows(cells: list[Any], columns: int) -> list[list[Any]]:
    return [cells[first : first + columns] for first in range(0, len(cells), columns)]


def put(text: str, named: Mapping[str, str]) -> str:
    """A text with words in place of ``<指标>`` and the like.

    Examples
    --------
    >>> put("week<周>.plan.<活动>", {"周": "2", "活动": "拜访数"})
    'week2.plan.拜访数'
    """
    if "<" in text:
        for place, word in named.items():
            text = text.replace(f"<{place}>", word)
    return text
