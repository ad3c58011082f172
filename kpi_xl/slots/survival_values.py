"""The values of the slots of `kpi_xl.slots.survival_slots`."""

from __future__ import annotations

from kpi_xl.cached import kept
from kpi_xl.findings.retention import MONTHS, Retention
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.slot import Values
from kpi_xl.slots.survival_slots import COHORTS, EVERYBODY, HEADINGS, SURVIVAL, Stay


class SurvivalValues:
    """Computes these slots of any unit in a month.

    Parameters
    ----------
    filling : Filling
        The project, month and template that are filled.
    """

    def __init__(self, filling: Filling) -> None:
        self.cube = filling.cube
        self._store = filling.store
        self._settings = filling.settings
        self._month = filling.month
        self._is_asked = filling.asks(SURVIVAL.pattern) or filling.asks(COHORTS.pattern)

    @kept
    def _retention(self, level: str) -> Retention:
        return Retention(self.cube, self._store, self._settings, self._month, level)

    def unit(self, number: int, about: Values) -> Values:
        """The slots of a unit.

        Parameters
        ----------
        number : int
            Its index in the cube.
        about : dict
            The slots that say whose workbook of which month it is.
        """
        if not self._is_asked:
            return {}
        people = self._retention(self.cube.units[number].level)
        group = people.people(number)
        stay = Stay(group, group.survival(), "；".join(people.about([number])))
        return (
            SURVIVAL.values(stay)
            | EVERYBODY.values(stay)
            | COHORTS.values(people.cohorts(number, MONTHS))
            | HEADINGS.values(None, about)
        )
