"""Agents who have another id in a table of their work than in 人员."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Table
from kpi_xl.checks.finding import Finding
from kpi_xl.readers.id import Ids


def names_agents(table: Table) -> bool:
    """Whether the agents of a raw table are looked up in 人员."""
    return table.of_agents or table.unknown_agent is not None


def as_known(data: pa.Table, known: pa.Array, ids: Ids) -> tuple[pa.Table, list[Finding]]:
    """Replace ids by those of 人员 where only one can be meant.

    Parameters
    ----------
    data : pyarrow.Table
        The rows of a table of agents.
    known : pyarrow array
        The ids of 人员.
    ids : Ids
        Which id of 人员 each other spelling stands for.

    Returns
    -------
    pyarrow.Table
        The rows; the same table where every id is known, or means nobody or could mean several.
    list of Finding
        A remark for each id that was read otherwise, at its first row.
    """
    agents = data["agent"]
    named = pc.unique(agents)
    unknown = named.filter(pc.invert(pc.is_in(named, known))).to_pylist()
    meant = {given: match for given in unknown if given and (match := ids.meant(given))}
    if not meant:
        return data, []
    findings = []
    for given, match in meant.items():
        rows = pc.equal(agents, given)
        about = {"given": given, "id": match.id, "how": match.how, "count": pc.sum(rows).as_py()}
        findings.append(
            Finding(pc.index(agents, given).as_py(), "agent", kinds.AGENT_MEANT(**about))
        )
    place = pc.index_in(agents, pa.array(list(meant), agents.type))
    by_place = pa.array([match.id for match in meant.values()], agents.type)
    column = pc.coalesce(by_place.take(place), agents)
    return data.set_column(data.column_names.index("agent"), "agent", column), findings
