"""The rules of the check: between the cells of a row, between rows, and between tables.

A rule takes a checked table and returns its findings; whether a row is set aside or only warned of
is part of the finding.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.catalogue import kpis as standard
from kpi_xl.catalogue.measures import ITEMS
from kpi_xl.catalogue.names import like_kpi
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.catalogue.schema import Column, Table
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.checks import doubtful_sums, unit_rules
from kpi_xl.checks.finding import Finding
from kpi_xl.checks.hashes import key_columns
from kpi_xl.checks.outlets import NOBODY
from kpi_xl.checks.rows_alike import first_alike, rows_alike, where_of
from kpi_xl.checks.snapshots import winners
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.id import Ids, may_be_cut
from kpi_xl.settings.project_settings import Settings

_NEVER: Final = np.iinfo(np.int32).max

_FEW: Final = 1_000_000
"""Fewer rows are compared faster than their hashes are made."""


def of_rows(table: Table, data: pa.Table) -> list[Finding]:
    """The problems that make single rows unusable."""
    found = [found for rule in _OF_ROWS.get(table.code, ()) for found in rule(data)]
    return [*found, *_to_nowhere(table, data)]


def of_project(table: Table) -> tuple[_RuleOfProject, ...]:
    """The rules that set rows aside by what a project's settings say."""
    return _OF_PROJECT.get(table.code, ())


def names_kpis(table: Table) -> bool:
    """Whether its rows are of KPIs, which have several names."""
    return table.code in _OF_KPIS


def doubtful(table: Table, data: pa.Table) -> list[Finding]:
    """The doubts about rows that are used all the same: people should look at them."""
    found = list(_negative(table, data))
    found += [one for rule in _DOUBTFUL.get(table.code, ()) for one in rule(data)]
    found += rows_alike(table, data)
    for amounts in (doubtful_sums.sums_beside, doubtful_sums.more_than_all, doubtful_sums.huge):
        found += amounts(table, data)
    return [*found, *unit_rules.of_places(table, data)]


def unlike_others(table: Table, parts: Sequence[pa.Table]) -> Iterator[Finding]:
    """Files whose amounts differ from the others' by an order of magnitude: another unit of
    money.
    """
    code = table.scale
    if not code or len(parts) < 2:
        return
    medians: list[float] = []
    for data in parts:
        amounts = np.abs(np.asarray(data[code].to_numpy(), np.int64))
        many = np.count_nonzero(amounts) >= _ENOUGH
        medians.append(float(np.median(amounts[amounts > 0])) / 100 if many else 0.0)
    begin = 0
    for place, data in enumerate(parts):
        others = [m for other, m in enumerate(medians) if other != place and m]
        own, usual = medians[place], float(np.median(others)) if others else 0.0
        if own and usual and own * _OTHER_UNIT < usual:
            yield Finding(begin, code, kinds.AMOUNTS_DIFFER(median=f"{own:g}", others=f"{usual:g}"))
        begin += data.num_rows


_ENOUGH: Final = 4
_OTHER_UNIT: Final = 300
"""Amounts so many times smaller than those of the other files are not in the same unit."""


def _to_nowhere(table: Table, data: pa.Table) -> Iterator[Finding]:
    """Transfers without a unit to go to."""
    if not table.of_units(before=True):
        return
    units = [data[one.code] for one in table.of_units().values()]
    for row in _places(functools.reduce(pc.and_, map(pc.is_null, units))):
        yield Finding(row, "agent", kinds.NO_TARGET_UNIT())


def _negative(table: Table, data: pa.Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.kind in ("money", "count"):
            if (pc.min(data[column.code]).as_py() or 0) >= 0:
                continue
            below = pc.less(data[column.code], 0)
            if table.taken_back and column.kind == "count":
                # What takes money back takes the pieces back, as it should.
                below = pc.and_(below, pc.greater_equal(data[table.taken_back], 0))
            for row in _places(below):
                yield Finding(row, column.code, kinds.NEGATIVE(column=column.name))


def _below_nothing(targets: pa.Table) -> Iterator[Finding]:
    """Targets below 0."""
    for row in _places(pc.less(targets["target"], 0)):
        yield Finding(row, "target", kinds.TARGET_BELOW_NOTHING())


def _left_before_signed(data: pa.Table) -> Iterator[Finding]:
    for row in _places(pc.less(data["left"], data["signed"])):
        signed = str(data["signed"][row].as_py())
        yield Finding(row, "left", kinds.LEFT_BEFORE_SIGNED(signed=signed))


def _no_points(ratings: pa.Table) -> Iterator[Finding]:
    """Points outside the scale."""
    within = pc.and_(pc.greater_equal(ratings["points"], 0), pc.less_equal(ratings["points"], 100))
    for row in _places(pc.invert(within)):
        yield Finding(row, "points", kinds.POINTS_OUT_OF_RANGE())


def _parts_of_one(data: pa.Table) -> Iterator[Finding]:
    """Counts that are not integers; money may have 分."""
    money = pa.array([item.code for item in ITEMS if item.is_money])
    broken = np.asarray(data["quantity"].to_numpy()) % 100 != 0
    for row in _places(pc.and_(pa.array(broken), pc.invert(pc.is_in(data["item"], money)))):
        yield Finding(row, "quantity", kinds.PART_OF_ONE())


def _unknown_levels(data: pa.Table, settings: Settings) -> Iterator[Finding]:
    """Targets of an unknown level, or of none that their unit tells."""
    levels = (*settings.organisation.levels, PERSON)
    known = "、".join(map(settings.level_name, levels))
    for row in _places(pc.invert(pc.is_in(data["level"], pa.array(levels)))):
        if data["level"][row].is_valid:
            yield Finding(row, "level", kinds.NO_LEVEL(levels=known))
        else:
            unit = data["unit"][row].as_py()
            yield Finding(row, "level", kinds.LEVEL_NOT_TOLD(unit=unit, levels=known))


def _unknown_kpis(data: pa.Table, settings: Settings) -> Iterator[Finding]:
    """Targets of an unknown KPI."""
    kpis = settings.kpis
    for name in data["kpi"].unique().to_pylist():
        if kpis.find(name) is not None:
            continue
        like = "、".join(like_kpi(name, kpis))
        fault = kinds.LIKE_KPI(like=like) if like else kinds.NO_KPI()
        for row in _places(pc.equal(data["kpi"], name)):
            yield Finding(row, "kpi", fault)


def by_code(data: pa.Table, kpis: Registry) -> pa.Table:
    """Targets with the code of their KPI in place of its name."""
    known = {name: kpis.find(name) for name in data["kpi"].unique().to_pylist()}
    codes = [kpi.code if (kpi := known[name]) else None for name in data["kpi"].to_pylist()]
    position = data.column_names.index("kpi")
    return data.set_column(position, "kpi", pa.array(codes, pa.string()))


def duplicates(
    table: Table,
    data: pa.Table,
    hashes: Iterable[NDArray[np.uint64]],
    age: NDArray[np.int64] | None = None,
) -> list[Finding]:
    """Rows with the key of another row; all but one of them are set aside.

    What counts is the row of the newest file, and the first in it.

    Parameters
    ----------
    table : Table
        The declaration of the raw table, with its key.
    data : pyarrow.Table
        The typed rows of all files.
    hashes : iterable of uint64 arrays
        The hashes of their keys, in their order; asked for only where there are many.
    age : int array, optional
        How new the file of each row is.
    """
    if not table.key or data.num_rows < 2:
        return []
    parts = key_columns(table, data)
    if data.num_rows < _FEW:
        first = first_alike(parts)
    else:
        alike = _perhaps_alike(np.concatenate(list(hashes)))
        if not alike.size:
            return []
        first = np.arange(data.num_rows)
        first[alike] = alike[first_alike([part.take(pa.array(alike)) for part in parts])]
    names = "＋".join(
        table.column(code).name for code in table.key if data[code].null_count < data.num_rows
    )
    others = [column for column in table.columns if column.code not in table.key]
    findings = []
    if age is not None and (first != np.arange(data.num_rows)).any():
        first = winners(first, age)
    again = np.flatnonzero(first != np.arange(data.num_rows))
    differences = {c.name: _different(data[c.code], again, first[again]) for c in others}
    for number, row in enumerate(again.tolist()):
        before = int(first[row])
        where = where_of(data, before, row)
        differ = [name for name, rows in differences.items() if rows[number]]
        newer = age is not None and bool(age[before] > age[row])
        key = data[table.key[0]][row].as_py()
        if table.column(table.key[0]).kind == "id" and may_be_cut(key) and (differ or not newer):
            fault = kinds.CUT_ALIKE(where=where)
        elif differ and not newer and _perhaps_rider(table, data, row, differ):
            fault = kinds.RIDER_OR_REPEATED(where=where, columns="、".join(differ))
        elif differ and newer:
            fault = kinds.CHANGED_IN_NEWER(where=where, columns="、".join(differ))
        elif differ and _perhaps_shared(table, differ):
            about = {"key": names, "where": where, "columns": "、".join(differ)}
            fault = kinds.SHARED_OR_CONFLICTING(**about, mine=f"{key}A", his=f"{key}B")
        elif differ:
            fault = kinds.CONFLICTING(key=names, where=where, columns="、".join(differ))
        else:
            fault = kinds.REPEATED(where=where)
        value = " / ".join(
            shown(table.column(code), data[code][row].as_py())
            for code in table.key
            if data[code][row].is_valid and not pa.types.is_boolean(data[code].type)
        )
        findings.append(Finding(row, table.key[0], fault, value, listed=bool(differ) or not newer))
    return findings


def _perhaps_shared(table: Table, differ: Sequence[str]) -> bool:
    """Whether rows of one policy, which differ so, may be those of two agents who share it."""
    if table.code != "policies":
        return False
    return table.column("agent").name in differ and table.column("issued").name not in differ


def _perhaps_rider(table: Table, data: pa.Table, row: int, differ: Sequence[str]) -> bool:
    """Whether a row with the policy number of another may be its rider: no column gives the
    kind.
    """
    same = {table.column(code).name for code in table.as_main}
    return bool(same) and not data["product"][row].is_valid and not same & set(differ)


def shown(column: Column, value: Any) -> str:
    """A value for people: money in 元, a month as ``2024-06``, a KPI by its name."""
    if column.kind == "money":
        return f"{Decimal(value) / 100:.2f}"
    if column.kind == "month":
        return f"{(value - 1) // 12}-{(value - 1) % 12 + 1:02d}"
    if column.code == "kpi" and (kpi := standard.find(value)):
        return kpi.name
    return str(value)


def _different(
    column: Any, rows: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether the values of some rows differ from those of other rows."""
    one, other = column.take(pa.array(rows)), column.take(pa.array(others))
    blanks = pc.not_equal(pc.is_null(one), pc.is_null(other))
    return np.asarray(pc.or_(blanks, pc.fill_null(pc.not_equal(one, other), False)), bool)


def _perhaps_alike(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The rows that share their hash with another row, in order."""
    in_order = np.sort(hashes)
    shared = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    return np.flatnonzero(np.isin(hashes, shared)) if shared.size else np.empty(0, np.int64)


def _stints(agents: pa.Table) -> list[Finding]:
    """Agents who sign again before they have left."""
    order = pc.sort_indices(agents, sort_keys=[("agent", "ascending"), ("signed", "ascending")])
    sorted_ = agents.take(order)
    same = pc.equal(sorted_["agent"].slice(0, max(len(order) - 1, 0)), sorted_["agent"].slice(1))
    left, signed = _days(sorted_["left"], _NEVER), _days(sorted_["signed"], 0)
    hits = np.flatnonzero(np.asarray(same, bool) & (left[:-1] > signed[1:]))
    findings = []
    for hit in hits.tolist():
        before, row = order[hit].as_py(), order[hit + 1].as_py()
        where = where_of(agents, before, row)
        findings.append(Finding(row, "signed", kinds.SIGNED_TWICE(where=where)))
    return sorted(findings, key=lambda finding: finding.row)


def agents_in(data: pa.Table) -> pa.Table:
    """The agents in a table.

    Returns
    -------
    pyarrow.Table
        Each agent once, ``agent``; the first of his rows, ``row``, and how many he has, ``rows``;
        of policies the first and the last day that one was issued, ``first`` and ``last``.
    """
    rows = {"agent": data["agent"], "row": np.arange(data.num_rows)}
    sums = [("row", "min", "row"), ("row", "count", "rows")]
    if "issued" in data.column_names:
        rows["issued"] = data["issued"]
        sums += [("issued", "min", "first"), ("issued", "max", "last")]
    each = pa.table(rows).group_by("agent").aggregate([(of, what) for of, what, _ in sums])
    each = each.select(["agent", *(f"{of}_{what}" for of, what, _ in sums)])
    return each.rename_columns(["agent", *(name for *_, name in sums)])


def of_agents(
    table: Table,
    parts: Sequence[tuple[pa.Table, pa.Table | None]],
    agents: pa.Table,
    set_aside: int = 0,
) -> list[Finding]:
    """The problems between a table and 人员: unknown agents, policies outside their service.

    Parameters
    ----------
    table : Table
        The declaration of the raw table.
    parts : sequence of (pyarrow.Table, pyarrow.Table or None)
        Its rows file by file, each with who is in it, as far as that is known.
    agents : pyarrow.Table
        The typed rows of 人员.
    set_aside : int
        So many rows of 人员 are set aside: who seems unknown may be in one of these.
    """
    if table.unknown_agent is not None:
        named = pa.concat_tables([data for data, _ in parts])["agent"]
        return [
            Finding(row, "agent", table.unknown_agent(aside=set_aside))
            for row in _places(pc.invert(pc.is_in(named, agents["agent"])))
        ]
    if not table.of_agents:
        return []
    # Every agent of a file once: there are far fewer of them than rows.
    each, begin = [], 0
    for number, (data, known) in enumerate(parts):
        found = agents_in(data) if known is None else known
        position = found.column_names.index("row")
        found = found.set_column(position, "row", pc.add(found["row"], begin))
        each.append(found.append_column("part", pa.repeat(pa.scalar(number), found.num_rows)))
        begin += data.num_rows
    everybody = pa.concat_tables(each)
    findings = list(_unknown(everybody, agents, set_aside))
    if table.in_service:
        findings += _out_of_service([data for data, _ in parts], everybody, agents)
    return findings


def _unknown(everybody: pa.Table, agents: pa.Table, set_aside: int) -> Iterator[Finding]:
    strange = everybody.filter(pc.invert(pc.is_in(everybody["agent"], agents["agent"])))
    if not strange.num_rows:
        return
    each = strange.group_by("agent").aggregate([("row", "min"), ("rows", "sum")])
    known = Ids(agents["agent"].unique().to_pylist())
    for agent, row, count in sorted(
        zip(*(each[name].to_pylist() for name in ("agent", "row_min", "rows_sum")), strict=True),
        key=lambda found: found[1],
    ):
        if agent.startswith(NOBODY):
            about = {"outlet": agent.removeprefix(NOBODY), "count": count}
            yield Finding(row, "outlet", kinds.OUTLET_OF_NOBODY(**about, unassigned=UNASSIGNED))
            continue
        like = "、".join(known.could_be(agent))
        fault = kinds.UNKNOWN_AGENT(count=count, unassigned=UNASSIGNED, aside=set_aside, like=like)
        yield Finding(row, "agent", fault)


def _out_of_service(
    parts: Sequence[pa.Table], everybody: pa.Table, agents: pa.Table
) -> Iterator[Finding]:
    """Policies issued before the agent first signed, or after the agent left for good."""
    service = pa.table(
        {
            "agent": agents["agent"],
            "signed": _days(agents["signed"], 0),
            "left": _days(agents["left"], _NEVER),
        }
    )
    service = service.group_by("agent").aggregate([("signed", "min"), ("left", "max")])

    def days_of(named: Any) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        place = pc.index_in(named, service["agent"])
        return (
            _days(service["signed_min"].take(place), 0),
            _days(service["left_max"].take(place), _NEVER),
        )

    signed, left = days_of(everybody["agent"])
    outside = _days(everybody["first"], 0) < signed
    outside |= _days(everybody["last"], 0) > left
    suspected = everybody.filter(pa.array(outside))
    early: list[tuple[int, int]] = []
    late: list[tuple[int, int]] = []
    begin = 0
    for number, data in enumerate(parts):
        of_part = suspected.filter(pc.equal(suspected["part"], number))
        if of_part.num_rows:
            rows = np.flatnonzero(np.asarray(pc.is_in(data["agent"], of_part["agent"]), bool))
            signed, left = days_of(data["agent"].take(pa.array(rows)))
            issued = _days(data["issued"].take(pa.array(rows)), 0)
            before, after = issued < signed, issued > left
            rows += begin
            early += zip(rows[before].tolist(), signed[before].tolist(), strict=True)
            late += zip(rows[after].tolist(), left[after].tolist(), strict=True)
        begin += data.num_rows
    for row, first in early:
        yield Finding(row, "issued", kinds.ISSUED_EARLY(signed=_day(first)))
    for row, last in late:
        yield Finding(row, "issued", kinds.ISSUED_LATE(left=_day(last)))


def _days(column: Any, missing: int) -> NDArray[np.int32]:
    """Days since 1970 as numbers, with a stand-in for no day."""
    numbers = pc.fill_null(column.cast(pa.int32()), missing)
    return np.asarray(numbers.to_numpy(), np.int32)


def _day(number: int) -> str:
    return str(np.datetime64(int(number), "D"))


def _places(mask: Any) -> list[int]:
    """The indices at which a condition holds; null counts as false."""
    result: list[int] = np.flatnonzero(pc.fill_null(mask, False).to_numpy()).tolist()
    return result


_Rule = Callable[[pa.Table], Iterable[Finding]]
_RuleOfProject = Callable[[pa.Table, Settings], Iterable[Finding]]

_OF_ROWS: Final[Mapping[str, tuple[_Rule, ...]]] = {
    "agents": (_left_before_signed,),
    "counts": (_parts_of_one,),
    "ratings": (_no_points,),
}
"""The rules that set rows of a table aside, in the order in which they are told."""

_OF_PROJECT: Final[Mapping[str, tuple[_RuleOfProject, ...]]] = {
    "targets": (_unknown_levels, _unknown_kpis),
}
"""The rules that set rows aside by the settings, each looking at what the one before has left."""

_OF_KPIS: Final = frozenset(("targets",))

_DOUBTFUL: Final[Mapping[str, tuple[_Rule, ...]]] = {
    "agents": (_stints,),
    "targets": (_below_nothing,),
}
"""The rules that tell what to look at in rows that are used."""
