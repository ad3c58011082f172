"""目标商定: targets proposed to units, their answers, and what is agreed and locked.

The rules alone, as a fold over moves: whatever is stored is replayed by what is here, and whatever
is done is first tried by it. Amounts are whole numbers: 分, 件, 人, 次. Of every unit with units
below it

    its value = the sum of theirs + what is not assigned

holds at every step, because the rest is computed, shown, and before locking either gone or carried
by name and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault

_NAMED: Final = 5
"""So many units are named in a message."""


class Step(StrEnum):
    """A step in the negotiation of a unit's target; the values are the words that people read."""

    PROPOSED = "建议"
    ANSWERED = "回复"
    COUNTERED = "还价"
    AGREED = "议定"
    CARRIED = "未分配"
    LOCKED = "锁定"
    CHANGED = "改定"
    CANCELLED = "取消"


class Move(NamedTuple):
    """One step of one unit.

    Attributes
    ----------
    place : int
        Which unit, by its place among all of the round.
    step : Step
        The kind of the step.
    amount : int or None
        The amount; None for locking, cancelling, and where an answer was taken back.
    """

    place: int
    step: Step
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """The state of a unit's target.

    Parameters
    ----------
    proposed, answered, countered, agreed : int or None
        The last amount of each step; None where there is none.
    late : int or None
        Another amount that came back after agreement: it is shown and counts for nothing until
        somebody decides on it.
    carried : int
        What the unit keeps unassigned, by name and reason.
    locked : bool
        Whether it is locked.
    status : Step
        The last step that counts.
    """

    proposed: int | None = None
    answered: int | None = None
    countered: int | None = None
    agreed: int | None = None
    late: int | None = None
    carried: int = 0
    locked: bool = False
    status: Step = Step.PROPOSED

    @property
    def offer(self) -> int | None:
        """The last amount that the level above asked for."""
        return self.proposed if self.countered is None else self.countered

    @property
    def value(self) -> int:
        """The amount that counts: the agreed one, else the last one that either side named."""
        by_status = {Step.ANSWERED: self.answered, Step.COUNTERED: self.countered}
        said = by_status.get(self.status, self.proposed) if self.agreed is None else self.agreed
        return said or 0


class Negotiation:
    """A round: units in a tree, with the state of each target.

    Parameters
    ----------
    names : sequence of str
        How each unit is called in messages.
    above : sequence of int or None
        The place of the unit each belongs to; None for the first, the whole. A unit comes after
        the one above it.
    is_sum : bool
        Whether targets add up: those of a ratio do not.
    shown : callable
        An amount as people read it.

    Examples
    --------
    >>> done = Negotiation(["全部", "一部", "二部"], [None, 0, 0])
    >>> amounts = (100, 60, 40)
    >>> _ = done.apply([Move(i, Step.PROPOSED, each) for i, each in enumerate(amounts)])
    >>> _ = done.apply([Move(1, Step.ANSWERED, 50)])
    >>> done.stands[1].value, done.unassigned(0)
    (50, 10)
    """

    def __init__(
        self,
        names: Sequence[str],
        above: Sequence[int | None],
        is_sum: bool = True,
        shown: Callable[[int], str] = "{:,}".format,
    ) -> None:
        self._names = names
        self._shown = shown
        self.above = above
        self.is_sum = is_sum
        self.below: list[list[int]] = [[] for _ in above]
        for place, parent in enumerate(above):
            if parent is not None:
                self.below[parent].append(place)
        self.stands = [Stand() for _ in above]
        self.is_cancelled = False

    def unassigned(self, place: int) -> int:
        """The part of a unit's value that no unit below it has; below 0 where they have more."""
        return self._rest(place, [stand.value for stand in self.stands])

    def under(self, place: int) -> list[int]:
        """A unit and all below it."""
        found = [place]
        for one in found:
            found += self.below[one]
        return found

    def apply(self, moves: Iterable[Move], reason: str = "", carry: bool = False) -> list[Move]:
        """Make some moves, all or none.

        Parameters
        ----------
        reason : str
            The reason that the record shows beside the moves.
        carry : bool
            Whether what is left unassigned by locking, or by a change of what is locked, is
            carried.

        Returns
        -------
        list of Move
            Those that were made: with what was carried.

        Raises
        ------
        InputError
            A move is not allowed; nothing has changed.
        """
        before = list(self.stands)
        made: list[Move] = []
        try:
            for move in moves:
                if carry and move.step is Step.LOCKED:
                    made += self._carried(self.under(move.place), reason)
                self._make(move, reason.strip())
                made.append(move)
            if any(move.step is not Step.ANSWERED for move in made):  # which move nothing locked
                locked = [place for place, stand in enumerate(self.stands) if stand.locked]
                if carry:
                    made += self._carried(locked, reason)
                self._even(locked)
        except InputError:
            self.stands = before
            raise
        return made

    def _rest(self, place: int, values: Sequence[int]) -> int:
        below = self.below[place]
        return values[place] - sum(values[one] for one in below) if self.is_sum and below else 0

    def _make(self, move: Move, reason: str) -> None:
        place, step, amount = move
        stand = self.stands[place]
        match step:
            case Step.PROPOSED:
                is_whole = self.above[place] is None
                new = Stand(amount, agreed=amount if is_whole else None)
                new = replace(new, status=Step.AGREED if is_whole else step)
            case Step.ANSWERED:
                new = _answered(stand, amount)
            case Step.COUNTERED:
                if self.above[place] is None:
                    raise InputError(kinds.ROUND_ROOT_COUNTER(unit=self._names[place]))
                self._open(place)
                new = replace(stand, countered=amount, agreed=None, late=None, status=step)
            case Step.AGREED:
                self._open(place)
                if amount not in (stand.answered, stand.agreed):
                    self._with_reason(place, reason)
                new = replace(stand, agreed=amount, late=None, status=step)
            case Step.CARRIED:
                self._with_reason(place, reason)
                if not self.below[place]:
                    raise InputError(kinds.ROUND_LEAF(unit=self._names[place]))
                if amount != self.unassigned(place):
                    raise InputError(self._differences([place]))
                new = replace(stand, carried=amount or 0)
            case Step.LOCKED | Step.CANCELLED:
                self._end(move, reason)
                return
            case Step.CHANGED:
                if not stand.locked:
                    raise InputError(kinds.ROUND_NOT_LOCKED(unit=self._names[place]))
                self._with_reason(place, reason)
                new = replace(stand, agreed=amount, late=None)
        self.stands[place] = new

    def _end(self, move: Move, reason: str) -> None:
        if move.step is Step.LOCKED:
            self._lock(move.place)
        else:
            self._with_reason(move.place, reason)
            self.is_cancelled = True

    def _lock(self, place: int) -> None:
        under = self.under(place)
        waiting = [one for one in under if self.stands[one].agreed is None]
        if waiting:
            fault = kinds.ROUND_NOT_AGREED(count=len(waiting), units=self._listed(waiting))
            raise InputError(fault)
        self._even(under)
        for one in under:
            self.stands[one] = replace(self.stands[one], locked=True, status=Step.LOCKED)

    def _even(self, places: Iterable[int]) -> None:
        """Refuse to lock a target while a part is unassigned without a reason."""
        odd = [one for one in places if self.unassigned(one) != self._kept(one)]
        if odd:
            raise InputError(self._differences(odd))

    def _kept(self, place: int) -> int:
        return self.stands[place].carried if self.below[place] else 0

    def _carried(self, places: Iterable[int], reason: str) -> list[Move]:
        found = []
        for one in places:
            if (rest := self.unassigned(one)) != self._kept(one):
                move = Move(one, Step.CARRIED, rest)
                self._make(move, reason.strip())
                found.append(move)
        return found

    def _open(self, place: int) -> None:
        if self.stands[place].locked:
            raise InputError(kinds.ROUND_LOCKED(unit=self._names[place]))

    def _with_reason(self, place: int, reason: str) -> None:
        if not reason:
            raise InputError(kinds.ROUND_REASON(unit=self._names[place]))

    def _differences(self, places: Sequence[int]) -> Fault:
        each = []
        for one in places[:_NAMED]:
            value, rest = self.stands[one].value, self.unassigned(one)
            amounts = map(self._shown, (value, value - rest, rest))
            each.append("{} 目标 {}，下级合计 {}，差 {}".format(self._names[one], *amounts))
        more = f"；另有 {len(places) - _NAMED} 个" if len(places) > _NAMED else ""
        return kinds.ROUND_DIFFERENCE(differences="；".join(each) + more)

    def _listed(self, places: Sequence[int]) -> str:
        names = [self._names[one] for one in places[:_NAMED]]
        return "、".join(names) + ("等" if len(places) > _NAMED else "")


def _answered(stand: Stand, amount: int | None) -> Stand:
    """Apply an answer to a stand. An agreed or locked amount does not change."""
    if stand.locked:
        return replace(stand, late=amount)
    if stand.agreed is not None:
        return replace(stand, answered=amount, late=None if amount == stand.agreed else amount)
    if amount is None:
        back = Step.PROPOSED if stand.countered is None else Step.COUNTERED
        return replace(stand, answered=None, status=back)
    return replace(stand, answered=amount, status=Step.ANSWERED)
