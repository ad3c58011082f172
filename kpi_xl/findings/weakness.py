"""A weakness of a unit, with its causes and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kpi_xl.analysis.diagnosis import Proposal, RankedCause, propose
from kpi_xl.analysis.knowledge import Topic
from kpi_xl.analysis.warnings import KpiWarning


@dataclass(frozen=True)
class Weakness:
    """A weakness of a unit, with its causes and what to do.

    Parameters
    ----------
    topic : Topic
        What is known about it.
    warning : KpiWarning
        The costliest KPI that shows it.
    causes : sequence of RankedCause
        The possible causes, the likeliest first.
    called : mapping of str to str
        What is said here for the units whose heads the measures name.
    """

    topic: Topic
    warning: KpiWarning
    causes: Sequence[RankedCause]
    called: Mapping[str, str] = field(default_factory=dict)

    def proposals(self, today: dt.date, most: int) -> list[Proposal]:
        """The actions with owner, tool and date, those for the likeliest cause first."""
        found = propose(self.topic, self.causes, today, most)
        if not self.called:
            return found
        return [
            replace(one, remedy=replace(one.remedy, owner=self._called(one.remedy.owner)))
            for one in found
        ]

    def _called(self, owner: str) -> str:
        """The responsible person, by the project's own names of units."""
        for unit, name in self.called.items():
            owner = owner.replace(unit, name)
        return owner
