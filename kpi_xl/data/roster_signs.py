"""What a roster says beside its columns: who came again, who sells nothing, units in its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.data.read import RawTable
from kpi_xl.fault import Fault

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


def rejoined(raw: RawTable) -> Iterator[tuple[str, Fault]]:
    """Days on which people came again, beside those on which they came first and left."""
    for heading, cells in raw.others.items() if raw.table.code == "agents" else ():
        if (
            heading not in raw.said.unused
            and REJOINED.search(heading)
            and cells.null_count < len(cells)
        ):
            yield heading, kinds.REJOINED(count=len(cells) - cells.null_count)


def not_in_sales(raw: RawTable) -> Iterator[tuple[str, Fault]]:
    """People in a roster of agents who are said to be none."""
    for heading, cells in raw.others.items() if raw.table.code == "agents" else ():
        words = [one for one in pc.unique(cells).to_pylist() if one]
        strange = [one for one in words if _OFFICE.fullmatch(one)]
        if strange and len(words) <= MOST_WORDS and heading not in raw.said.unused:
            count = pc.sum(pc.is_in(cells, pa.array(strange))).as_py()
            yield heading, kinds.NOT_IN_SALES(words="、".join(strange), count=count)


def units_in_names(raw: RawTable) -> Iterator[Fault]:
    """Worksheets of a roster that are called like units, which its columns do not tell."""
    name = (raw.source.sheet or "").strip()
    for code, word in _UNITS.items():
        column = raw.table.column(code) if raw.table.code == "agents" else None
        if column and code not in raw.columns and re.search(word, name):
            yield kinds.UNIT_IN_SHEET_NAME(name=name, column=column.name)
