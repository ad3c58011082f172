"""Amounts that contradict their heading: another unit of money, or sums of other rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.raw_files import totals
from kpi_xl.raw_files.said import FileRead, Said, mask

LEAST: Final = {"premium": 100, "due_premium": 100, "fyc": 10}
"""元: a median below is likely in another unit."""

FEWEST: Final = 4
"""The median of fewer amounts says nothing."""

_IN_SEVERAL: Final = 2
"""A row that is the sum of the others in so many columns is hardly so by chance."""


def sum_of_others(file: FileRead) -> Iterator[Said]:
    """The last row, where it is a complete record whose amounts are the sums of the rows above."""
    raw, columns = file.raw, file.columns
    who = raw.columns.get("policy", raw.columns.get("agent"))
    if who is None or len(who) < FEWEST or raw.totals:
        return
    equal = 0
    for column in raw.table.columns:
        if column.kind in totals.AMOUNTS and column.code in raw.columns:
            amounts = np.asarray(pc.fill_null(columns[column.code], 0).to_numpy(), np.int64)
            if amounts[-1] and np.count_nonzero(amounts[:-1]) >= FEWEST - 1:
                equal += int(amounts[-1] == amounts[:-1].sum())
    if equal >= _IN_SEVERAL and pc.is_in(who[-1:], who[:-1]).to_pylist() != [True]:
        code = "policy" if "policy" in raw.columns else "agent"
        yield Said(raw.headings[code], kinds.SUM_OF_OTHERS(), len(who) - 1)


def small_premium(file: FileRead) -> Iterator[Said]:
    """Premiums so small that they are probably not in 元."""
    raw, columns = file.raw, file.columns
    for code, least in LEAST.items():
        if code in raw.columns and raw.headings[code].strip() not in raw.said.units:
            amounts = np.abs(np.asarray(pc.fill_null(columns[code], 0).to_numpy(), np.int64))
            amounts = amounts[amounts > 0]
            if len(amounts) >= FEWEST and (median := float(np.median(amounts)) / 100) < least:
                yield Said(raw.headings[code], kinds.SMALL_AMOUNTS(median=f"{median:g}"))


def pieces_taken_back(file: FileRead) -> Iterator[Said]:
    """Rows of negative premium that do not say how many pieces they are: these are taken back, too.

    Less premium of a policy whose row has another amount takes no piece away.
    """
    raw, columns = file.raw, file.columns
    written = raw.columns.get("pieces")
    below = mask(pc.less(columns["premium"], 0))
    if written is not None:
        below &= mask(pc.is_null(written))
    if not below.any():
        return
    premium = columns["premium"].to_pylist()
    keys = [*zip(*(columns[code].to_pylist() for code in raw.table.key), strict=True)]
    sold: dict[tuple[object, ...], set[int]] = {}
    for key, amount in zip(keys, premium, strict=True):
        if amount is not None and amount > 0:
            sold.setdefault(key, set()).add(amount)
    pieces = np.array(columns["pieces"].to_pylist(), object)
    places = np.flatnonzero(below).tolist()
    for place in places:
        amounts = sold.get(keys[place])
        pieces[place] = -1 if amounts is None or -premium[place] in amounts else 0
    columns["pieces"] = pa.array(pieces.tolist(), pa.int64())
    taken = -int(sum(pieces[place] for place in places))
    yield Said(
        raw.headings["premium"], kinds.PIECES_TAKEN_BACK(rows=len(places), count=taken), places[0]
    )


def riders_by_name(file: FileRead) -> Iterator[Said]:
    """Rows that count as main policies although their names say that they are riders."""
    raw = file.raw
    if "product" in raw.columns and "is_main" not in raw.columns:
        named = mask(pc.match_substring(raw.columns["product"], "附加"))
        if count := int(named.sum()):
            yield Said(raw.headings["product"], kinds.RIDERS_BY_NAME(count=count))
