"""A made-up company as typed parquet files, the way the store keeps the checked tables.

``python -m benchmarks.generate FOLDER AGENTS POLICIES``. The same numbers give the same rows. The
policies come month by month, so 100 million of them need no more memory than one month's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import TABLES, Table

Ints = NDArray[np.int64]

FIRST: Final = Month.of(2022, 1)
MONTHS: Final = 36
FOUNDED: Final = int(np.datetime64("2015-01-01", "D").astype(int))
END: Final = int(np.datetime64("2024-12-31", "D").astype(int))
NEVER: Final = 10**6
"""A day that never comes."""

PAY_MODES: Final = {0: "趸交", 1: "月交", 3: "季交", 12: "年交"}
"""By the months from one instalment to the next."""

PRODUCTS: Final = [f"险种{i:02d}" for i in range(12)]
RANKS: Final = ["M00", "M01", "M02", "M03", "S01"]
EDUCATION: Final = ["高中", "大专", "本科", "研究生"]
ROW_GROUP: Final = 1_000_000
TYPES: Final[dict[str, pa.DataType]] = {
    "id": pa.string(), "text": pa.string(), "date": pa.date32(), "money": pa.int64(),
    "count": pa.int64(), "number": pa.float64(), "month": pa.int32(), "choice": pa.string(),
}  # fmt: skip
"""What the columns of each kind are in the files."""


@dataclass
class People:
    """Everybody who ever signed, with the day of it and of leaving; rows, not persons."""

    ids: pa.Array
    signed: Ints
    left: Ints
    zeal: NDArray[np.float64]


def generate(folder: Path, agents: int, policies: int, seed: int = 7) -> None:
    """Write one file a table.

    Parameters
    ----------
    folder : Path
        Where the files go.
    agents : int
        How many people there are.
    policies : int
        How many rows of policies there are, riders and withdrawn ones included.
    seed : int
        Another seed gives another company of the same size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    people = _people(folder, agents, np.random.default_rng([seed, 0]))
    present = [_present(people, k) for k in range(MONTHS)]
    weights = np.array([float(people.zeal[rows].sum()) for rows in present])
    shares = np.diff(np.rint(np.cumsum(np.append(0, weights)) * (policies / weights.sum())))
    names = ("policies", "dues", "activities", "attendance")
    with _Writer(folder, *names) as out:
        first_policy = 0
        for k in range(MONTHS):
            rng = np.random.default_rng([seed, 1, k])
            share = int(shares[k])
            first_policy += _policies(out, people, present[k], k, share, first_policy, rng)
            _activities(out, people, present[k], k, share // 10, rng)
    for code, table in TABLES.items():
        if not (file := folder / f"{code}.parquet").exists():
            pq.write_table(_schema(table).empty_table(), file)


def multiply(company: Path, folder: Path, times: int) -> None:
    """Write a company of several copies of another, each with people of its own.

    Parameters
    ----------
    company : Path
        Where `generate` has written a company of at most 100,000 people.
    folder : Path
        Where the files go.
    times : int
        How many copies, at most 99.
    """
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    of_branch = {
        "agent": "CASE WHEN agent = '99999999' THEN agent"
        " ELSE lpad(CAST(CAST(agent AS BIGINT) + 100000 * k AS VARCHAR), 8, '0') END",
        "policy": "'88' || lpad(CAST(k AS VARCHAR), 2, '0') || substr(policy, 5)",
        **{
            name: f"lpad(CAST(k AS VARCHAR), 2, '0') || {name}"
            for name in ("department", "from_department")
        },
    }
    for code, table in TABLES.items():
        columns = ", ".join(
            f'{of_branch.get(column.code, chr(34) + column.code + chr(34))} AS "{column.code}"'
            for column in table.columns
        )
        rows = " UNION ALL ".join(
            f"SELECT {columns} FROM '{company / code}.parquet', (SELECT {k} AS k) AS branch"
            for k in range(times)
        )
        duckdb.execute(
            f"COPY ({rows}) TO '{folder / code}.parquet'"
            f" (COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )


def _people(folder: Path, count: int, rng: np.random.Generator) -> People:
    signed = END - (rng.beta(1, 2.2, count) * (END - FOUNDED)).astype(np.int64)
    left = signed + np.maximum(0, rng.exponential(620, count)).astype(np.int64)
    left = np.where(left <= END, left, NEVER)
    number = np.arange(count)
    # A few of those who left signed again.
    again = np.flatnonzero((rng.random(count) < 0.04) & (left < END - 200))
    signed = np.append(signed, left[again] + rng.integers(1, 200, again.size))
    left = np.append(left, np.full(again.size, NEVER))
    number = np.append(number, again)
    rows = number.size

    teams = max(4, count // 50)
    team = rng.integers(0, teams, rows)
    team[rng.random(rows) < 0.001] = -1  # who is in no team
    moves: list[tuple[Any, ...]] = []
    day = signed.copy()
    for share in (0.15, 0.3, 0.3):
        who = np.flatnonzero((team >= 0) & (rng.random(rows) < share))
        if moves:
            who = np.intersect1d(who, moves[-1][0])
        room = np.minimum(left[who], END + 1) - day[who]
        who, room = who[room > 2], room[room > 2]
        when = day[who] + 1 + (rng.random(who.size) * (room - 2)).astype(np.int64)
        begin = when.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
        to_first = (rng.random(who.size) < 0.8) & (begin > day[who])
        when = np.where(to_first, begin, when)
        to = rng.integers(0, teams, who.size)
        moves.append((who, when, team[who], to))
        team = team.copy()
        team[who], day[who] = to, when
    ids = _numbered("", number, 8)
    who, when, before, after = (np.concatenate(part) for part in zip(*moves, strict=True))
    order = np.lexsort((when, who))
    who, when, before, after = who[order], when[order], before[order], after[order]
    _write(
        folder,
        "transfers",
        agent=ids.take(pa.array(who)),
        valid_from=_days(when),
        department=_department(after, teams),
        team=_team(after),
        from_department=_department(before, teams),
        from_team=_team(before),
    )
    confirmed = signed + rng.integers(60, 400, rows)
    sure = (rng.random(rows) < 0.6) & (confirmed < np.minimum(left, END))
    _write(
        folder,
        "agents",
        agent=ids,
        name=_numbered("业务员", number, 1),
        department=_department(team, teams),
        team=_team(team),
        rank=_pick(RANKS, rng.integers(0, len(RANKS), rows)),
        is_manager=pa.array(rng.random(rows) < 0.02),
        gender=_pick(["男", "女"], rng.integers(0, 2, rows)),
        education=_pick(EDUCATION, rng.integers(0, len(EDUCATION), rows)),
        licence=pc.if_else(
            pa.array(rng.random(rows) < 0.9), _numbered("Z", number, 10), pa.scalar(None)
        ),
        signed=_days(signed),
        confirmed=_days(np.where(sure, confirmed, NEVER)),
        left=_days(left),
    )
    return People(ids, signed, left, rng.lognormal(0, 1.1, rows))


def _present(people: People, k: int) -> NDArray[np.intp]:
    """Who is there at some time in a month."""
    month = FIRST + k
    begin, end = (int(np.datetime64(day, "D").astype(int)) for day in (month.first, month.last))
    return np.flatnonzero((people.signed <= end) & (people.left > begin))


def _policies(
    out: _Writer,
    people: People,
    present: NDArray[np.intp],
    k: int,
    rows: int,
    first_policy: int,
    rng: np.random.Generator,
) -> int:
    """Write a month's policies, in the order of their days, and all their dues."""
    is_main = rng.random(rows) < 0.75
    is_main[:1] = True
    policy = np.cumsum(is_main) - 1  # a rider has the number of the main policy before it
    count = int(policy[-1]) + 1 if rows else 0
    agent = present[_weighted(people.zeal[present], count, rng)]
    month = FIRST + k
    begin = int(np.datetime64(month.first, "D").astype(int))
    issued = np.sort(rng.integers(begin, begin + month.last.day, count))
    # Nobody sells before he has come or after he has gone, but for a few strangers.
    signed, left = people.signed[agent], people.left[agent]
    issued = np.clip(issued, signed, np.maximum(left - 1, signed))
    withdrawn = issued + rng.integers(1, 15, count)
    withdrawn[(rng.random(count) >= 0.02) | (withdrawn > END)] = NEVER
    every = rng.choice([*PAY_MODES], count, p=[0.06, 0.025, 0.025, 0.89])
    premium = np.rint(np.exp(rng.normal(8.3, 0.9, rows)) * 100).astype(np.int64)
    ids = _numbered("8800", first_policy + np.arange(count), 11)
    names = people.ids.take(pa.array(agent))
    stranger = rng.random(count) < 0.0001
    names = pc.if_else(pa.array(stranger), pa.scalar("99999999"), names)
    of = pa.array(policy)
    # No policy has the same product twice, which would be a duplicate.
    product = rng.integers(0, len(PRODUCTS), count)[policy] + np.arange(rows)
    out.write(
        "policies",
        policy=ids.take(of),
        agent=names.take(of),
        product=_pick(PRODUCTS, product % len(PRODUCTS)),
        is_main=pa.array(is_main),
        pieces=pa.array(np.ones(rows, np.int64)),
        premium=pa.array(premium),
        fyc=pa.array(premium * rng.integers(4, 36, rows) // 100),
        pay_mode=_pick([*PAY_MODES.values()], np.searchsorted([*PAY_MODES], every[policy])),
        issued=_days(issued[policy]),
        withdrawn=_days(withdrawn[policy]),
    )
    main = premium[is_main]
    dues = []
    for which, months, due in _due_days(issued, every, withdrawn):
        paid = due - 20 + (rng.random(which.size) ** 2 * 110).astype(np.int64)
        paid[(rng.random(which.size) < (0.14 if months < 24 else 0.07)) | (paid > END)] = NEVER
        asked = main[which]
        dues.append(
            _table(
                "dues",
                {
                    "policy": ids.take(pa.array(which)),
                    "agent": names.take(pa.array(which)),
                    "due": _days(due),
                    "due_premium": pa.array(asked),
                    "paid": _days(paid),
                    "paid_premium": pa.array(np.where(paid < NEVER, asked, 0)),
                },
            )
        )
    if dues:
        out.add("dues", pa.concat_tables(dues))
    return count


def _due_days(issued: Ints, every: Ints, withdrawn: Ints) -> Iterator[tuple[Any, int, Ints]]:
    """Which policies have an instalment due so many months after they were issued, and the days."""
    begun = issued.astype("M8[D]").astype("M8[M]")
    day = issued - begun.astype("M8[D]").astype(np.int64)
    for months in range(1, MONTHS):
        payers = (every == 12) if months > 12 else (every > 0)
        payers &= (months % np.maximum(every, 1) == 0) & (withdrawn == NEVER)
        due = (begun + np.timedelta64(months, "M")).astype("M8[D]").astype(np.int64) + np.minimum(
            day, 27
        )
        which = np.flatnonzero(payers & (due <= END))
        if which.size:
            yield which, months, due[which]


def _activities(
    out: _Writer,
    people: People,
    present: NDArray[np.intp],
    k: int,
    rows: int,
    rng: np.random.Generator,
) -> None:
    """Write a month's activities, and the attendance of some."""
    month = FIRST + k
    begin = int(np.datetime64(month.first, "D").astype(int))
    agent = present[_weighted(people.zeal[present], rows, rng)]
    counted = ("appointments", "visits", "interviews", "closings", "prospects", "recruiting_talks")
    out.write(
        "activities",
        day=_days(np.sort(rng.integers(begin, begin + month.last.day, rows))),
        agent=people.ids.take(pa.array(agent)),
        **{name: pa.array(rng.integers(0, 9, rows)) for name in counted},
    )
    attending = np.unique(people.ids.take(pa.array(present[::20])).to_numpy(zero_copy_only=False))
    out.write(
        "attendance",
        day=_days(np.full(attending.size, begin)),
        agent=pa.array(attending, pa.string()),
        days_due=pa.array(np.full(attending.size, 21)),
        days_present=pa.array(rng.integers(10, 22, attending.size)),
    )


def _weighted(
    weights: NDArray[np.float64], count: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    heap = np.cumsum(weights)
    return np.asarray(np.searchsorted(heap, rng.random(count) * heap[-1], side="right"))


def _numbered(prefix: str, numbers: Ints, digits: int) -> pa.Array:
    texts = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), texts, "") if prefix else texts


def _pick(words: list[str], numbers: Ints) -> pa.Array:
    return pa.array(words).take(pa.array(numbers))


def _department(team: Ints, teams: int) -> pa.Array:
    """Twenty teams make a department."""
    names = pa.array([f"第{i:04d}营业部" for i in range(-(-teams // 20))])
    return names.take(pa.array(team // 20, mask=team < 0))


def _team(team: Ints) -> pa.Array:
    names = pa.array([f"营业{i:02d}组" for i in range(20)])
    return names.take(pa.array(team % 20, mask=team < 0))


def _days(numbers: Ints) -> pa.Array:
    return pa.array(numbers.astype(np.int32), pa.int32(), mask=numbers >= NEVER).cast(pa.date32())


def _schema(table: Table) -> pa.Schema:
    fields = []
    for column in table.columns:
        flag = column.choices and {stored for _, stored in column.choices} <= {"0", "1"}
        fields.append((column.code, pa.bool_() if flag else TYPES[column.kind]))
    return pa.schema(fields)


def _table(code: str, columns: dict[str, pa.Array]) -> pa.Table:
    """A table with all columns of the store, those not given empty."""
    schema = _schema(TABLES[code])
    rows = len(next(iter(columns.values())))
    arrays = [
        columns[field.name].cast(field.type)
        if field.name in columns
        else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _write(folder: Path, code: str, **columns: pa.Array) -> None:
    table = _table(code, columns)
    pq.write_table(table, folder / f"{code}.parquet", compression="zstd", row_group_size=ROW_GROUP)


class _Writer:
    """Files that grow month by month."""

    def __init__(self, folder: Path, *codes: str) -> None:
        self.files = {
            code: pq.ParquetWriter(
                folder / f"{code}.parquet", _schema(TABLES[code]), compression="zstd"
            )
            for code in codes
        }

    def write(self, code: str, **columns: pa.Array) -> None:
        self.add(code, _table(code, columns))

    def add(self, code: str, table: pa.Table) -> None:
        self.files[code].write_table(table, row_group_size=ROW_GROUP)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files.values():
            file.close()


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
