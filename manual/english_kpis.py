"""The English handbook of KPIs: a table a family, made of the catalogue and of names in English."""

from __future__ import annotations

from typing import Final

from kpi_xl.kpi import Kpi
from manual.kpis import FAMILIES, kpis_of, numbers_of, shown

NAMES: Final = {
    "KPI_HEADCOUNT": "headcount at the end of the period",
    "KPI_OPENING": "headcount at its beginning",
    "KPI_AVG_HEADCOUNT": "mean headcount",
    "KPI_RECRUITS": "recruits: agents who signed",
    "KPI_LEAVERS": "leavers: agents whose contract ended",
    "KPI_EFFECTIVE": "effective agents: first-year commission reaches the standard",
    "KPI_RECRUIT_RATE": "recruiting rate",
    "KPI_RETENTION": "retention: who is left of those there and those who came",
    "KPI_NET_GROWTH": "net growth of the headcount",
    "KPI_RETENTION3": "retention after 3 months",
    "KPI_RETENTION6": "retention after 6 months",
    "KPI_RETENTION7": "retention after 7 months",
    "KPI_RETENTION12": "retention after 12 months",
    "KPI_RETENTION13": "retention after 13 months",
    "KPI_RETENTION25": "retention after 25 months",
    "KPI_ATTRITION": "attrition",
    "KPI_ATTRITION6": "attrition within 6 months",
    "KPI_AVG_ATTRITION": "attrition of the mean headcount",
    "KPI_CONFIRM_RATE3": "confirmation rate after 3 months",
    "KPI_CONFIRM_RATE": "confirmation rate after 6 months",
    "KPI_LICENSED": "share with a licence",
    "KPI_EDUCATION_MIX": "mix of education: each level's share",
    "KPI_RANK_MIX": "mix of ranks: each rank's share",
    "KPI_GENDER_RATIO": "share of men",
    "KPI_PROMOTION": "promotion rate of managers",
    "KPI_PRODUCERS": "producing agents: at least one main policy",
    "KPI_ACTIVITY": "activity rate: producing agents of the mean headcount",
    "KPI_ATTENDANCE": "attendance rate",
    "KPI_SIGN_RATE": "signing rate: closings of interviews",
    "KPI_OUTLET_ACTIVITY": "outlet activity: outlets that sold",
    "KPI_APPOINTMENTS": "appointments made",
    "KPI_VISITS": "visits",
    "KPI_INTERVIEWS": "sales interviews",
    "KPI_CLOSINGS": "closings",
    "KPI_PROSPECTS": "prospects found",
    "KPI_RECRUITING_TALKS": "recruiting talks",
    "KPI_SALES": "sales",
    "KPI_NEW_CUSTOMERS": "new customers",
    "KPI_CONVERSION": "conversion of leads",
    "KPI_REPURCHASE": "repurchase rate",
    "KPI_SATISFACTION": "customer satisfaction",
    "KPI_CHURN": "customer churn",
    "KPI_CUSTOMER_RETENTION": "customer retention",
    "KPI_GROSS_MARGIN": "gross margin",
    "KPI_NET_MARGIN": "net margin",
    "KPI_ROA": "return on assets",
    "KPI_MARKET_SHARE": "market share",
    "KPI_ORDER_TIME": "time to process an order",
    "KPI_EFFICIENCY": "output an hour worked",
    "KPI_DEFECT_RATE": "defect rate",
    "KPI_TRAINING": "participation in training",
    "KPI_STAFF_SATISFACTION": "staff satisfaction",
    "KPI_DEVELOPMENT_CALL_RATE": "calls from customers approached",
    "KPI_CALL_VISIT_RATE": "visits from calls",
    "KPI_NEEDS_RATE": "needs analysed of visits",
    "KPI_TEST_DRIVE_RATE": "test drives of needs analysed",
    "KPI_QUOTE_RATE": "quotes of test drives",
    "KPI_FOLLOW_UP_RATE": "customers followed up of quotes",
    "KPI_CLOSE_RATE": "deals of customers followed up",
    "KPI_DELIVERY_RATE": "deliveries of deals",
    "KPI_AFTER_SALES_RATE": "after-sales follow-up of deliveries",
    "KPI_TEST_DRIVE_INVITE": "invitations a test drive",
    "KPI_TEST_DRIVE_SHOW": "test drives of invitations",
    "KPI_TEST_DRIVE_SATISFACTION": "satisfaction with test drives",
    "KPI_DEVELOPED": "customers approached",
    "KPI_CALLERS": "customers who called",
    "KPI_NEEDS_ANALYSED": "customers whose needs were analysed",
    "KPI_TEST_DRIVES": "customers on a test drive",
    "KPI_QUOTED": "customers with a quote",
    "KPI_FOLLOWED_UP": "customers followed up",
    "KPI_DELIVERED": "customers with their car delivered",
    "KPI_AFTER_SALES": "customers followed up after the sale",
    "KPI_ATTAINMENT": "attainment of a target",
    "KPI_YOY": "change on the year",
    "KPI_MOM": "change on the month before",
    "KPI_PERSISTENCY": "persistency of premium: renewal premium collected of due",
    "KPI_PERSISTENCY_PIECES": "persistency of policies",
    "KPI_PERSISTENCY_COMBINED": "persistency of premium and policies, weighted",
    "KPI_PERSISTENCY13": "13-month persistency of premium",
    "KPI_PERSISTENCY13_PIECES": "13-month persistency of policies",
    "KPI_PERSISTENCY25": "25-month persistency of premium",
    "KPI_PERSISTENCY25_PIECES": "25-month persistency of policies",
    "KPI_FYP": "first-year premium (FYP)",
    "KPI_NEW_PREMIUM": "premium of new policies",
    "KPI_PIECES": "main policies issued",
    "KPI_FYP_PER_CAPITA": "premium of new policies a head",
    "KPI_PIECES_PER_CAPITA": "main policies a head",
    "KPI_PREMIUM_PER_PIECE": "premium a main policy",
    "KPI_PRODUCTIVITY": "premium a producing agent",
    "KPI_PIECES_PER_PRODUCER": "main policies a producing agent",
    "KPI_FYC": "first-year commission (FYC)",
    "KPI_FYC_PER_CAPITA": "first-year commission a head",
    "KPI_PRODUCT_MIX": "mix of products: each one's share of FYP",
    "KPI_COOLING_OFF": "withdrawals within the cooling-off days",
    "KPI_REGULAR_PAY": "share of regular premium",
    "KPI_PAY_MODE_MIX": "mix of ways to pay: each one's share",
    "KPI_VISITORS": "visitors",
    "KPI_DEALS": "deals",
    "KPI_UNITS_SOLD": "units sold",
    "KPI_DEAL_RATE": "deals of visitors",
    "KPI_UNITS_PER_TICKET": "units a deal",
    "KPI_SALES_PER_TICKET": "sales a deal",
    "KPI_PRICE_PER_UNIT": "price a unit",
    "KPI_SALES_PER_HEAD": "sales a head",
}
"""What the KPIs are called in English, by code."""

FAMILY_NAMES: Final = {
    "production": "Production",
    "manpower": "Manpower",
    "activity": "Activity",
    "persistency": "Persistency",
    "general": "Comparison",
    "dealership": "Car dealers",
    "retail": "Shops",
    "business": "Business",
}
UNITS: Final = {
    "%": "%", "元": "yuan", "人": "people", "件": "pieces", "次": "times", "笔": "deals",
    "小时": "hours",
}  # fmt: skip
BETTER: Final = {"higher": "more", "lower": "less", "neutral": ""}
_BANDS: Final = {"健康": "healthy", "异常": "abnormal", "危险": "dangerous", "，": ", "}


def tables() -> str:
    """A heading and a table for each family."""
    parts = []
    for family in FAMILIES:
        parts += [
            f"## {FAMILY_NAMES[family]}",
            "",
            "| KPI | in Chinese | formula | unit | better | bounds |",
        ]
        parts += [f"{'|---' * 6}|", *(_row(family, kpi) for kpi in kpis_of(family)), ""]
    return "\n".join(parts)


def formula_of(kpi: Kpi) -> str:
    """The Excel formula of a KPI, its measures by their names in the code."""
    codes = [*(m.code for m in kpi.measures), *(s.code for s in kpi.settings)]
    return kpi.excel({code: code for code in codes})[1:]


def bands_of(kpi: Kpi) -> str:
    """The bounds of a KPI; empty where it has none."""
    bands = kpi.bands.text(kpi.direction, kpi.unit) if kpi.bands is not None else ""
    for chinese, english in _BANDS.items():
        bands = bands.replace(chinese, english)
    return bands


def _row(family: str, kpi: Kpi) -> str:
    numbers = numbers_of(family, kpi)
    example = shown(kpi(**numbers), kpi.number_format)
    cells = (
        f"`{kpi.code}` {NAMES[kpi.code]}",
        f"[{kpi.name}](kpis/{family}.md#{kpi.code})",
        f"`{formula_of(kpi)}`, such as {example}",
        UNITS[kpi.unit],
        BETTER[kpi.direction],
        bands_of(kpi),
    )
    return f"| {' | '.join(cells)} |"
