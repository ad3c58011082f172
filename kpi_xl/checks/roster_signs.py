"""Doubts about a roster: people who came back, people who do not sell, units in its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.raw_files.said import FileRead, Said

_UNITS: Final = {"department": r"(?<!全)部$", "team": r"组$", "region": r"区$"}
"""How the name of a unit ends, by the column that should hold it."""

REJOINED: Final = re.compile(
    r"(二次|再次|重新|第二次|二度|再)(入|签|上岗|加盟)|复职|复工|返岗|返聘|回流|rejoin|rehire",
    re.IGNORECASE,
)
"""Headings of days on which people came again."""

_OFFICE: Final = re.compile(
    r"(.*内勤.*|行政|后勤|外包|劳务派遣|派遣|编外|实习生?|职能)(人员|岗位?|员工)?"
)

MOST_WORDS: Final = 12
"""A column of more different words is no kind of people."""


def rejoined(file: FileRead) -> Iterator[Said]:
    """Columns with days on which people came back."""
    for heading, cells in file.others():
        if REJOINED.search(heading) and cells.null_count < len(cells):
            yield Said(heading, kinds.REJOINED(count=len(cells) - cells.null_count))


def not_in_sales(file: FileRead) -> Iterator[Said]:
    """People in a roster of agents who have a post in the office, such as 内勤."""
    for heading, cells in file.others():
        words = [one for one in pc.unique(cells).to_pylist() if one]
        strange = [one for one in words if _OFFICE.fullmatch(one)]
        if strange and len(words) <= MOST_WORDS:
            count = pc.sum(pc.is_in(cells, pa.array(strange))).as_py()
            yield Said(heading, kinds.NOT_IN_SALES(words="、".join(strange), count=count))


def units_in_names(file: FileRead) -> Iterator[Said]:
    """Worksheets of a roster that are named after units that no column gives."""
    raw = file.raw
    name = (raw.source.sheet or "").strip()
    for column in raw.table.of_units().values():
        word = _UNITS.get(column.code, f"{re.escape(column.name)}$")
        if column.code not in raw.columns and re.search(word, name):
            yield Said(None, kinds.UNIT_IN_SHEET_NAME(name=name, column=column.name))
