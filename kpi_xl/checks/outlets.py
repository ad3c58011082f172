"""Policies of outlets: which outlet, and which agent where the row names none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.checks.finding import Finding
from kpi_xl.readers.id import Ids
from kpi_xl.readers.unit import SPELLING, canonical

NOBODY: Final = "网点:"
"""Before the code of an outlet that is in the place of an agent: nobody has an id like that."""


class Outlets:
    """All outlets.

    Parameters
    ----------
    parts : sequence of pyarrow.Table
        网点 by file; none where there is no such table.
    """

    def __init__(self, parts: Sequence[pa.Table]) -> None:
        self._keepers: dict[str, str] = {}
        self._by_name: dict[str, set[str]] = {}
        for data in parts:
            for code, name, agent in zip(
                *(data[column].to_pylist() for column in ("outlet", "name", "agent")), strict=True
            ):
                self._keepers.setdefault(code, agent)
                if name:
                    self._by_name.setdefault(canonical(name), set()).add(code)
        self._ids = Ids(self._keepers)

    def as_known(self, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """Replace names of outlets by their codes, and report other names; without 网点 nothing
        changes.
        """
        findings = []
        changes: dict[str, str] = {}
        for given, rows in self._strange(data):
            code, how, like = self._meant(given)
            about = {"count": pc.sum(rows).as_py(), "given": given, "outlet": code, "how": how}
            fault = (
                kinds.OUTLET_MEANT(**about)
                if code
                else kinds.UNKNOWN_OUTLET(count=about["count"], like=like)
            )
            findings.append(Finding(pc.index(rows, True).as_py(), "outlet", fault, given))
            if code:
                changes[given] = code
        if changes:
            data = _put(data, "outlet", _replaced(data["outlet"], changes))
        return data, findings

    def code_meant(self, given: str) -> str | None:
        """The code of the outlet with this name; None for an unknown one.

        Where there is no 网点 table, what is written is its code.
        """
        if not self._keepers or given in self._keepers:
            return given
        return self._meant(given)[0] or None

    def _strange(self, data: pa.Table) -> list[tuple[str, Any]]:
        if not self._keepers:
            return []
        named = pc.unique(data["outlet"]).to_pylist()
        return [
            (name, pc.fill_null(pc.equal(data["outlet"], name), False))
            for name in named
            if name and name not in self._keepers
        ]

    def _meant(self, given: str) -> tuple[str, str, str]:
        """The code that is meant and how its spelling differs, or the codes that are all
        possible.
        """
        if match := self._ids.meant(given):
            return match.id, match.how, ""
        named = self._by_name.get(canonical(given), set())
        if len(named) == 1:
            return next(iter(named)), "写的是网点名称", ""
        return "", SPELLING, "、".join(sorted(named) or self._ids.could_be(given))

    def with_agents(self, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """Fill in the agent who keeps the outlet where a row has none; else the outlet itself."""
        lacking = pc.is_null(data["agent"])
        if not pc.any(lacking).as_py():
            return data, []
        outlets = pc.unique(data["outlet"].filter(lacking)).to_pylist()
        agents = {code: self._keepers.get(code, NOBODY + code) for code in outlets if code}
        known = pc.and_(
            lacking, pc.is_in(data["outlet"], pa.array(list(self._keepers), pa.string()))
        )
        found = []
        if pc.any(known).as_py():
            fault = kinds.BY_OUTLET(count=pc.sum(known).as_py())
            found.append(Finding(pc.index(known, True).as_py(), "outlet", fault))
        by_outlet = _replaced(data["outlet"], agents)
        return _put(data, "agent", pc.if_else(lacking, by_outlet, data["agent"])), found


def _replaced(column: Any, changes: dict[str, str]) -> Any:
    if not changes:
        return column
    place = pc.index_in(column, pa.array(list(changes), pa.string()))
    return pc.coalesce(pa.array(list(changes.values()), pa.string()).take(place), column)


def _put(data: pa.Table, code: str, column: Any) -> pa.Table:
    return data.set_column(data.column_names.index(code), code, column)
