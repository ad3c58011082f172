"""The raw tables: their columns, the kind of values, and other headings that are understood.

Headings are compared without spaces, brackets' contents and capitals, so ``首年保费（元）`` is
``首年保费``. A heading that none of these names knows is mapped in kpi.toml under ``[columns]``.
"""

from __future__ import annotations

from typing import Final

from kpi_xl.catalogue.people_tables import AGENTS, LEAVERS, PROMOTIONS, TRANSFERS
from kpi_xl.catalogue.raw_table import Column, Events, Kind, Table
from kpi_xl.catalogue.sales_tables import DUES, OUTLETS, POLICIES
from kpi_xl.catalogue.work_tables import ACTIVITIES, ATTENDANCE, COUNTS, RATINGS, TARGETS

__all__ = [
    "ACTIVITIES",
    "AGENTS",
    "ATTENDANCE",
    "COUNTS",
    "DUES",
    "LEAVERS",
    "LISTS",
    "LONG",
    "OUTLETS",
    "POLICIES",
    "PROMOTIONS",
    "RATINGS",
    "TABLES",
    "TARGETS",
    "TRANSFERS",
    "Column",
    "Events",
    "Kind",
    "Table",
]

TABLES: Final[dict[str, Table]] = {
    table.code: table
    for table in (
        AGENTS, TRANSFERS, PROMOTIONS, POLICIES, DUES, ACTIVITIES, ATTENDANCE, TARGETS, OUTLETS,
        COUNTS, RATINGS,
    )
}  # fmt: skip
"""The raw tables by code."""

LISTS: Final[dict[str, Table]] = {**TABLES, LEAVERS.code: LEAVERS}
"""What a file or worksheet may be: the raw tables, and lists that go into one of them."""

LONG: Final[dict[str, Events]] = {
    code: table.events for code, table in TABLES.items() if table.events
}
"""The raw tables whose rows happen on days, by code."""
