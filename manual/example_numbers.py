"""One unit's month, with which the manual works out every KPI by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BRANCH: Final[Mapping[str, float]] = {
    # 195 人，新增 15 人，脱落 5 人
    "opening": 195, "closing": 205, "recruits": 15, "leavers": 5,
    "producers": 160, "effective": 140,
    "cohort_3": 12, "retained_3": 10, "confirmed_3": 4,
    "cohort_6": 24, "retained_6": 15, "confirmed_6": 9, "cohort_7": 16, "retained_7": 9,
    "cohort_12": 18, "retained_12": 9, "cohort_13": 20, "retained_13": 9,
    "cohort_25": 20, "retained_25": 6,
    "licensed": 200, "in_education": 82, "in_rank": 41, "men": 82,
    "promoted": 2, "opening_managers": 25, "days_present": 3610, "days_due": 3800,
    "pieces": 320, "withdrawn_pieces": 10, "new_premium": 1_920_000,
    "first_year_renewal": 80_000, "fyp": 2_000_000,
    "first_year_premium": 2_000_000, "commission_rate": 0.25, "fyc": 500_000,
    "regular_premium": 1_536_000, "product_premium": 600_000,
    "pay_mode_premium": 384_000,
    "due_premium": 900_000, "collected_premium": 828_000,
    "due_pieces": 300, "collected_pieces": 270, "premium_weight": 0.7,
    "issued_premium_13": 750_000, "kept_premium_13": 630_000,
    "issued_pieces_13": 125, "kept_pieces_13": 105,
    "issued_premium_25": 560_000, "kept_premium_25": 504_000,
    "issued_pieces_25": 96, "kept_pieces_25": 84,
    "outlets": 40, "active_outlets": 28, "appointments": 3900, "visits": 2600,
    "interviews": 960, "closings": 288, "prospects": 520, "recruiting_talks": 90,
    "actual": 1_840_000, "target": 2_000_000,
    "current": 1_840_000, "previous": 1_600_000, "last_year": 1_472_000,
}  # fmt: skip
"""A department of insurance agents; money in 元."""

STORE: Final[Mapping[str, float]] = {
    "opening": 12, "closing": 12,
    "developed": 1200, "callers": 480, "visitors": 400, "needs_analysed": 340, "invited": 250,
    "test_drives": 200, "drives_satisfied": 164, "quoted": 160, "followed_up": 136, "deals": 80,
    "delivered": 76, "after_sales": 70,
    "units_sold": 120, "sales": 96_000, "cost_of_sales": 57_600, "net_profit": 9_600,
    "customers": 75, "repeat_customers": 30, "leads": 500, "new_customers": 60,
    "surveyed": 50, "satisfied": 46, "opening_customers": 800, "lost_customers": 24,
    "opening_assets": 450_000, "closing_assets": 510_000, "outputs": 500, "defects": 6,
    "processed_orders": 80, "processing_hours": 360, "work_hours": 2000, "market_sales": 640_000,
    "trained": 27, "due_training": 30, "surveyed_staff": 12, "satisfied_staff": 9,
}  # fmt: skip
"""A shop or dealer of twelve people; money in 元."""

ROSTER: Final = (
    ("王芳", "2022-05-01", ""),
    ("李强", "2023-05-08", "2024-02-20"),
    ("赵敏", "2023-05-15", ""),
    ("陈杰", "2023-05-22", "2024-06-30"),
    ("刘洋", "2023-11-06", "2024-06-11"),
    ("周婷", "2024-06-03", ""),
)
"""A roster: name, 签约日期, 解约日期."""

MONTH: Final = "2024-06"
