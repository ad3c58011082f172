"""The measures in straightforward pandas, as a good analyst would write them.

It reads the same parquet files and gives the same numbers as `kpi_xl.data.compute`, for the levels
分公司, 营业部 and 营业组: a frame a level, indexed by the unit's path and the month.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

NEVER: Final = 999_999
NOBODY: Final = "未分配"
COHORTS: Final = (3, 6, 7, 12, 13, 25)
EFFECTIVE: Final = 80_000
GRACE: Final = pd.Timedelta(days=60)
POLICIES: Final = [
    "policy", "agent", "product", "is_main", "pieces", "premium", "fyc", "pay_mode", "issued",
    "withdrawn", "ended", "ended_by",
]  # fmt: skip
ACTIVITIES: Final = (
    "appointments", "visits", "interviews", "closings", "prospects", "recruiting_talks",
)  # fmt: skip


def compute(folder: Path) -> dict[str, pd.DataFrame]:
    """Compute every measure of every unit and month of a folder of parquet files."""

    def read(code: str, columns: list[str]) -> pd.DataFrame:
        return pd.read_parquet(folder / f"{code}.parquet", columns=columns)

    policies = read("policies", POLICIES)
    rows = read("dues", ["policy", "agent", "due", "due_premium", "paid", "paid_premium"])
    facts = {
        "production": production(policies),
        "dues": dues(rows),
        "persistency": persistency(policies, rows),
        "activities": by_month(read("activities", ["day", "agent", *ACTIVITIES]), "day"),
        "attendance": by_month(
            read("attendance", ["day", "agent", "days_due", "days_present"]), "day"
        ),
    }
    spanning = [facts[name]["month"] for name in ("production", "activities", "attendance")]
    first = min(int(months.min()) for months in spanning)
    last = max(int(months.max()) for months in spanning)
    agents = read(
        "agents",
        [
            "agent", "department", "team", "gender", "licence", "signed", "confirmed", "left",
            "rank", "is_manager", "education",
        ],
    )  # fmt: skip
    moves = movements(agents, pd.read_parquet(folder / "transfers.parquet"))
    stints = pd.DataFrame(
        {
            "agent": agents["agent"],
            "signed": month_of(agents["signed"]),
            "left": month_of(agents["left"]),
            "confirmed": month_of(agents["confirmed"]),
            "licensed": agents["licence"].notna().astype("int64"),
            "men": (agents["gender"] == "男").astype("int64"),
            "managers": agents["is_manager"].astype("int64"),
            **{
                f"in_{what}={value}": (agents[what] == value).astype("int64")
                for what in ("rank", "education")
                for value in agents[what].unique()
            },
        }
    )
    return {
        level: of_level(moves.assign(unit=unit), stints, facts, first, last)
        for level, unit in {
            "分公司": "",
            "营业部": moves["department"].replace("", NOBODY),
            "营业组": (moves["department"] + "/" + moves["team"]).replace("/", NOBODY),
        }.items()
    }


def month_of(days: pd.Series) -> pd.Series:
    """The number of the month a day lies in; a far month for none."""
    days = pd.to_datetime(days)
    return (days.dt.year * 12 + days.dt.month).fillna(NEVER).astype("int64")


def production(policies: pd.DataFrame) -> pd.DataFrame:
    """The production of each agent in each month; withdrawn policies are taken off."""
    withdrawn = policies[policies["withdrawn"].notna()].copy()
    withdrawn["issued"] = withdrawn["withdrawn"]
    for column in ("pieces", "premium", "fyc"):
        withdrawn[column] = -withdrawn[column]
    policies["withdrawn_pieces"] = 0
    withdrawn["withdrawn_pieces"] = (-withdrawn["pieces"]).where(withdrawn["is_main"], 0)
    events = pd.concat([policies, withdrawn])
    events["month"] = month_of(events["issued"])
    events["pieces"] = events["pieces"].where(events["is_main"], 0)
    events["regular_premium"] = events["premium"].where(events["pay_mode"] != "趸交", 0)
    modes = [f"pay_mode_premium={mode}" for mode in events["pay_mode"].unique()]
    for column in modes:
        events[column] = events["premium"].where(events["pay_mode"] == column.split("=")[1], 0)
    events = events.rename(columns={"premium": "new_premium"})
    sums = events.groupby(["agent", "month"], as_index=False)[
        ["pieces", "withdrawn_pieces", "new_premium", "fyc", "regular_premium", *modes]
    ].sum()
    products = events.pivot_table(
        index=["agent", "month"], columns="product", values="new_premium", aggfunc="sum",
        fill_value=0,
    ).add_prefix("product_premium=")  # fmt: skip
    sums = sums.merge(products.reset_index(), on=["agent", "month"])
    sums["producers"] = (sums["pieces"] > 0).astype("int64")
    sums["effective"] = (sums["fyc"] >= EFFECTIVE).astype("int64")
    return sums


def dues(rows: pd.DataFrame) -> pd.DataFrame:
    """The dues of each agent in each month, and those paid in time."""
    due = pd.to_datetime(rows["due"])
    in_time = pd.to_datetime(rows["paid"]) <= due + GRACE
    rows["month"] = month_of(due)
    rows["due_pieces"] = 1
    rows["collected_pieces"] = in_time.astype("int64")
    rows["collected_premium"] = rows["paid_premium"].where(in_time, 0)
    sums = ["due_pieces", "due_premium", "collected_pieces", "collected_premium"]
    return rows.groupby(["agent", "month"], as_index=False)[sums].sum()


def persistency(policies: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The policies issued 14 and 26 months before that are still paid, and first-year renewals."""
    excluded = policies["ended_by"].isin(["理赔终止", "迁出"])
    issued = policies[["policy", "agent", "premium", "pieces"]].assign(
        month=month_of(policies["issued"]),
        day=pd.to_datetime(policies["issued"]),
        excluded=month_of(policies["ended"]).where(excluded, NEVER),
        lasts=(policies["pay_mode"] != "趸交") & policies["withdrawn"].isna(),
    )
    issued["pieces"] = issued["pieces"].where(policies["is_main"] & issued["lasts"], 0)
    counted = issued[issued["lasts"] & (issued["excluded"] > issued["month"] + 14)]
    parts = [
        pd.DataFrame(
            {
                "agent": counted["agent"],
                "month": counted["month"] + 14,
                "issued_premium_13": counted["premium"],
                "issued_pieces_13": counted["pieces"],
            }
        )
    ]
    terms = issued[policies["is_main"]].groupby("policy", as_index=False).agg(
        sold_by=("agent", "min"), issued=("month", "min"), day=("day", "min"),
        pieces=("pieces", "sum"), excluded=("excluded", "min"),
    )  # fmt: skip
    fell = rows[["policy", "agent", "due", "paid", "paid_premium"]].merge(terms, on="policy")
    fell["due"] = pd.to_datetime(fell["due"])
    fell["year"] = (fell["due"] >= fell["day"]).astype("int64")
    for years in (1, 2, 3):
        fell["year"] += fell["due"] >= fell["day"] + pd.DateOffset(years=years)
    first_of_year = fell.groupby(["policy", "year"])["due"].transform("min") == fell["due"]
    paid = fell[fell["paid"].notna()]
    first = paid[paid["year"] == 1]
    parts.append(
        pd.DataFrame(
            {
                "agent": first["agent"],
                "month": month_of(first["paid"]),
                "first_year_renewal": first["paid_premium"],
            }
        )
    )
    in_time = first_of_year & (pd.to_datetime(fell["paid"]) <= fell["due"] + GRACE)
    for year, looked_at, what in (
        (2, 14, "kept_{}_13"),
        (2, 26, "issued_{}_25"),
        (3, 26, "kept_{}_25"),
    ):
        kept = fell[
            in_time
            & (fell["pieces"] > 0)
            & (fell["year"] == year)
            & (fell["excluded"] > fell["issued"] + looked_at)
        ]
        parts.append(
            pd.DataFrame(
                {
                    "agent": kept["sold_by"],
                    "month": kept["issued"] + looked_at,
                    what.format("premium"): kept["paid_premium"],
                    what.format("pieces"): kept["pieces"],
                }
            )
        )
    summed = [part.groupby(["agent", "month"]).sum() for part in parts]
    both = pd.concat(summed, axis=1).fillna(0).astype("int64")
    return both.reset_index()


def by_month(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Sums of all counts by agent and month."""
    rows["month"] = month_of(rows[day])
    return rows.drop(columns=day).groupby(["agent", "month"], as_index=False).sum()


def movements(agents: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """Where everybody was from which month on, the last place of a month counting."""
    place = ["department", "team"]
    pairs = agents[["agent", "signed", "left"]].merge(transfers, on="agent")
    pairs = pairs[
        (pairs["valid_from"] > pairs["signed"])
        & (pairs["left"].isna() | (pairs["valid_from"] <= pairs["left"]))
    ]
    begin = pairs.sort_values("valid_from").drop_duplicates(["agent", "signed"])
    begin = begin[["agent", "signed", "from_department", "from_team"]]
    start = agents[["agent", "signed", *place]].merge(begin, on=["agent", "signed"], how="left")
    moved = start["from_department"].notna()
    start["department"] = start["from_department"].where(moved, start["department"])
    start["team"] = start["from_team"].where(moved, start["team"])
    start = start.rename(columns={"signed": "valid_from"}).assign(sequence=0)
    moves = pd.concat([start, transfers.assign(sequence=1)])
    moves = moves[["agent", "valid_from", "sequence", *place]]
    moves = moves.sort_values(["agent", "valid_from", "sequence"])
    moves["from"] = month_of(moves["valid_from"])
    moves = moves.drop_duplicates(["agent", "from"], keep="last")
    moves[place] = moves[place].fillna("")
    return moves[["agent", "from", *place]]


def of_level(
    moves: pd.DataFrame,
    stints: pd.DataFrame,
    facts: dict[str, pd.DataFrame],
    first: int,
    last: int,
) -> pd.DataFrame:
    """Every measure of the units of one level."""
    same = moves["unit"] == moves.groupby("agent")["unit"].shift(1)
    spans = moves.loc[~same, ["agent", "unit", "from"]].copy()
    spans["next"] = spans.groupby("agent")["from"].shift(-1).fillna(NEVER).astype("int64")
    spans.loc[~spans["agent"].duplicated(), "from"] = 0
    units = pd.Index(sorted({*spans["unit"], NOBODY} if spans["unit"].iloc[0] else {""}))
    index = pd.MultiIndex.from_product([units, range(first, last + 1)], names=["unit", "month"])
    out = people(spans, stints, index)
    for rows in facts.values():
        placed = pd.merge_asof(
            rows.sort_values("month"),
            spans.rename(columns={"from": "month"}).sort_values("month"),
            on="month",
            by="agent",
        )
        placed["unit"] = placed["unit"].fillna(NOBODY if units[0] else "")
        sums = placed.drop(columns=["agent", "next"]).groupby(["unit", "month"]).sum()
        out = out.join(sums.reindex(index, fill_value=0))
    return out


def people(spans: pd.DataFrame, stints: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    """Headcounts, recruits, leavers, transfers and cohorts."""
    first, last = index.levels[1].min(), index.levels[1].max()
    all_months = pd.MultiIndex.from_product([index.levels[0], range(first - 1, last + 1)])

    def count(unit: pd.Series, month: pd.Series, weight: pd.Series | int = 1) -> pd.Series:
        rows = pd.DataFrame({"unit": unit, "month": month, "n": weight})
        return rows.groupby(["unit", "month"])["n"].sum().reindex(all_months, fill_value=0)

    out = pd.DataFrame(index=all_months)
    both = spans.merge(stints, on="agent")
    here = both.assign(
        begin=both[["from", "signed"]].max(axis=1), end=both[["next", "left"]].min(axis=1)
    )
    here = here[here["begin"] < here["end"]]
    shares = [name for name in stints if name.startswith(("in_", "licensed", "men", "managers"))]
    for code, weight in {"closing": 1, **{name: here[name] for name in shares}}.items():
        change = count(here["unit"], here["begin"].clip(lower=first - 1), weight) - count(
            here["unit"], here["end"].clip(lower=first - 1), weight
        )
        out[code] = change.groupby(level=0).cumsum()
    out["opening"] = out["closing"].groupby(level=0).shift(1).fillna(0).astype("int64")
    managers = out.pop("managers")
    out["opening_managers"] = managers.groupby(level=0).shift(1).fillna(0).astype("int64")
    arrived = here[here["begin"] > here["signed"]]
    gone = here[here["end"] < here["left"]]
    out["transfers_in"] = count(arrived["unit"], arrived["begin"])
    out["transfers_out"] = count(gone["unit"], gone["end"])
    home = both[(both["from"] <= both["signed"]) & (both["signed"] < both["next"])]
    out["recruits"] = count(home["unit"], home["signed"])
    counted = both[["signed"]].assign(last=both["left"] - 1).max(axis=1)
    leaving = both[(both["from"] <= counted) & (counted < both["next"]) & (both["left"] < NEVER)]
    out["leavers"] = count(leaving["unit"], leaving["left"])
    for n in COHORTS:
        month = home["signed"] + n
        out[f"cohort_{n}"] = count(home["unit"], month)
        out[f"retained_{n}"] = count(home["unit"], month, (home["left"] > month).astype("int64"))
        if n in (3, 6):
            confirmed = (home["confirmed"] <= month).astype("int64")
            out[f"confirmed_{n}"] = count(home["unit"], month, confirmed)
    return out.reindex(index)
