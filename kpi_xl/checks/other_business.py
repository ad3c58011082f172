"""What 保单 may hold besides new business, and premium that stands in a second column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.checks import statuses
from kpi_xl.fault import Kind
from kpi_xl.raw_files.heading_text import normalise
from kpi_xl.raw_files.said import FileRead, Said, mask
from kpi_xl.readers.cell import plain
from kpi_xl.readers.number import read_count, read_money

_REGULAR: Final = re.compile(r"期[交缴]|regular", re.IGNORECASE)
_SINGLE: Final = re.compile(
    r"(?!.*(标准|折算|折标|率|占比)).*(趸[交缴].*(保费|保险费|金额)|single.?premium)", re.IGNORECASE
)

_YEAR: Final = re.compile(
    r"(保单|保费|[缴交]费|缴付)(年度|年次|期次|次数)|[缴交]次|第几(年|期)|policyyear"
)
"""Headings of which year or instalment of a policy a row is."""

_OTHER: Final = re.compile(
    r"(续期|续保|续收|续年度?|续缴|续交)(业务|保单|保费|件|单)?|退保|减保|加保|保全|批改|批减|复效|理赔"
    r"|拒保|延期(承保)?|拒绝承保|不予承保|未承保|未生效|renewal|declined|postponed",
    re.IGNORECASE,
)
"""What a row is called that is no new business."""

_PLANNED: Final = re.compile(
    r"(计划|目标|预计|预约|拟)(数|值|量|拜访|完成)?|未(完成|拜访|执行|到访)|改期|爽约|planned?",
    re.IGNORECASE,
)
"""What a row is called of something that was not done."""

_TOLD: Final = 5
"""Words that a message names."""


def premium_elsewhere(file: FileRead) -> Iterator[Said]:
    """Rows with single premium in a column of its own, where that of instalments is read.

    The premium of new business is both; a row of which one only is read is not used.
    """
    heading = file.raw.headings.get("premium", "")
    for other, cells in file.others() if _REGULAR.search(heading) else ():
        if not _SINGLE.match(other):
            continue
        read = {text: read_money(text) for text in pc.unique(cells).drop_null().to_pylist()}
        paid = [text for text, amount in read.items() if isinstance(amount, int) and amount]
        for place in np.flatnonzero(_are(cells, paid)).tolist():
            yield Said(other, kinds.PREMIUM_ELSEWHERE(column=heading), place)


def no_new_business(file: FileRead) -> Iterator[Said]:
    """Rows of later years of a policy, of surrenders, of what was declined, as a column says."""
    for heading, cells in file.others():
        words = pc.unique(cells).drop_null().to_pylist()
        if _YEAR.search(normalise(heading)):
            numbers = {word: read_count(word.strip("第年度期次")) for word in words}
            found = [word for word, one in numbers.items() if isinstance(one, int) and one > 1]
        elif len(words) <= statuses.MOST_WORDS and not statuses.is_status("policies", heading):
            found = [word for word in words if _OTHER.fullmatch(plain(word))]
        else:
            continue
        if found:
            yield _told(kinds.NO_NEW_BUSINESS, heading, cells, found)


def only_planned(file: FileRead) -> Iterator[Said]:
    """Rows of what was planned, beside those of what was done, as a column says."""
    for heading, cells in file.others():
        words = pc.unique(cells).drop_null().to_pylist()
        found = [word for word in words if _PLANNED.fullmatch(plain(word))]
        if len(words) <= statuses.MOST_WORDS and found:
            yield _told(kinds.PERHAPS_NOT_TO_COUNT, heading, cells, found)


def _told(kind: Kind, heading: str, cells: pa.Array, found: list[str]) -> Said:
    """One message for all rows that have one of some words."""
    rows = np.flatnonzero(_are(cells, found))
    words = "、".join(sorted(found)[:_TOLD])
    return Said(heading, kind(words=words, count=len(rows)), int(rows[0]))


def _are(cells: pa.Array, texts: list[str]) -> np.ndarray:
    return mask(pc.is_in(cells, pa.array(texts, pa.string())))
