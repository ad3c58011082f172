"""Amounts in 分 or another currency, told by the heading, the line above or a currency column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.raw_files.said import FileRead, Said
from kpi_xl.readers.cell import NOTHING, plain

_FOREIGN: Final = re.compile(
    r"美元|美金|港币|港元|港幣|欧元|英镑|日元|日圆|澳元|澳币|加元|加币|新元|新币|澳门元|葡币|台币|新台币|韩元|外币"
    r"|(?<![A-Z])(?:USD|US\$|HKD|HK\$|EUR|GBP|JPY|AUD|CAD|SGD|MOP|TWD|NTD|KRW)(?![A-Z])"
)
_OWN: Final = re.compile(r"人民币|本币|元|CNY|RMB|CNH|￥|¥|YUAN|156|0?1")
_HEADING: Final = re.compile(r"币种|币别|货币|币制|^currency", re.IGNORECASE)
_SMALL: Final = re.compile(
    r"[(\[【](?:单位:?)?(?:人民币)?([分角])[)\]】]|单位(?:为|是)?:?(?:人民币)?([分角])(?!公)"
)
_MOST: Final = 12
"""A column of more different words is no column of currencies."""


def not_in_yuan(file: FileRead) -> Iterator[Said]:
    """The rows whose amounts are in another currency."""
    raw = file.raw
    for column in raw.table.columns:
        heading = raw.headings.get(column.code, "")
        if column.kind != "money" or column.code not in raw.columns:
            continue
        if named := _named(heading, raw.above):
            cells = raw.columns[column.code]
            for place in np.flatnonzero(pc.is_valid(cells)).tolist():
                yield Said(heading, kinds.FOREIGN_MONEY(currency=named), place)
    amounts = any(
        column.kind == "money" and column.code in raw.columns for column in raw.table.columns
    )
    for heading, cells in file.others():
        if amounts and _HEADING.search(heading):
            yield from _by_currency(heading, cells)


def _named(heading: str, above: str) -> str:
    """The currency in a heading, or in the line above, if it is not 元."""
    text = plain(heading)
    if (found := _FOREIGN.search(text.upper())) and "人民币" not in text:
        return found[0]
    small = _SMALL.search("".join(text.split()))
    if small is None and not re.search(r"[元圆]", text):
        small = _SMALL.search("".join(plain(above).split()))
    return (small[1] or small[2]) if small else ""


def _by_currency(heading: str, cells: Any) -> Iterator[Said]:
    strange: dict[str, int] = {}
    words = pc.unique(cells).drop_null().to_pylist()
    foreign = {one: found[0] for one in words if (found := _FOREIGN.search(plain(one).upper()))}
    others = [
        one
        for one in words
        if one not in foreign and one not in NOTHING and not _OWN.fullmatch(plain(one).upper())
    ]
    for place, text in enumerate(cells.to_pylist() if foreign or others else ()):
        if text in foreign:
            yield Said(heading, kinds.FOREIGN_MONEY(currency=foreign[text]), place)
        elif text in others:
            strange.setdefault(text, place)
    if strange and len(words) <= _MOST:
        place = min(strange.values())
        yield Said(heading, kinds.CURRENCY_UNKNOWN(words="、".join(strange)), place)
