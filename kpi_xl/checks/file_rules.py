"""The rules of the check about one file, each declared once with the tables it applies to.

What holds between rows and between tables is in `kpi_xl.checks.rules`.
"""

from __future__ import annotations

from typing import Final

from kpi_xl.checks import (
    currencies,
    doubtful_amounts,
    doubtful_days,
    dues_paid,
    other_business,
    roster_signs,
    statuses,
    targets_meant,
    unused_columns,
)
from kpi_xl.raw_files.said import FileRule
from kpi_xl.settings.sheets import STATUSES

OF_HEADINGS: Final = (
    FileRule(unused_columns.speaking_of_columns),
    FileRule(unused_columns.of_ones_own_absent),
    FileRule(unused_columns.days_of_leaving, ("agents",)),
    FileRule(unused_columns.without_heading),
    FileRule(unused_columns.no_amounts, ("activities",)),
    FileRule(dues_paid.half_told, ("dues",)),
    FileRule(roster_signs.rejoined, ("agents",)),
    FileRule(roster_signs.not_in_sales, ("agents",)),
    FileRule(roster_signs.units_in_names, ("agents",)),
    FileRule(statuses.strange, tuple(STATUSES)),
)
"""About a file before its cells are read."""

OF_CELLS: Final = (
    FileRule(statuses.of_agents, ("agents",)),
    FileRule(statuses.of_policies, ("policies",)),
    FileRule(statuses.of_transfers, ("transfers",)),
    FileRule(doubtful_days.withdrawals, ("policies",)),
    FileRule(doubtful_amounts.pieces_taken_back, ("policies",)),
    FileRule(targets_meant.as_meant, ("targets",)),
    FileRule(doubtful_days.in_future),
    FileRule(doubtful_amounts.sum_of_others),
    FileRule(statuses.not_to_count),
    FileRule(currencies.not_in_yuan),
    FileRule(dues_paid.payments, ("dues",)),
    FileRule(doubtful_days.perhaps_expiry, ("policies",)),
    FileRule(doubtful_days.perhaps_contract_end, ("agents",)),
    FileRule(other_business.only_planned, ("activities", "attendance")),
    FileRule(other_business.premium_elsewhere, ("policies",)),
    FileRule(other_business.no_new_business, ("policies",)),
    FileRule(doubtful_amounts.riders_by_name, ("policies",)),
    FileRule(doubtful_amounts.small_premium),
)
"""About what stands in its cells, in this order: the first correct what the others look at."""
