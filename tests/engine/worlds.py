"""Small random branches: who was where, and what everybody did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pyarrow as pa
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.checked import Checked, CheckedTable

FIRST, LAST = Month.of(2024, 1), Month.of(2024, 6)
TEAMS = [("", "甲部", "一组"), ("", "甲部", "二组"), ("", "乙部", "一组"), ("", "", "")]
DAYS = st.dates(dt.date(2023, 10, 1), dt.date(2024, 6, 30))
IN_SPAN = st.dates(FIRST.first, LAST.last)
TYPES = {
    "id": pa.string(), "text": pa.string(), "date": pa.date32(), "money": pa.int64(),
    "count": pa.int64(), "number": pa.float64(), "month": pa.int32(),
}  # fmt: skip


@dataclass
class World:
    agents: list[dict] = field(default_factory=list)
    transfers: list[dict] = field(default_factory=list)
    policies: list[dict] = field(default_factory=list)
    dues: list[dict] = field(default_factory=list)
    activities: list[dict] = field(default_factory=list)
    outlets: list[dict] = field(default_factory=list)
    counts: list[dict] = field(default_factory=list)
    promotions: list[dict] = field(default_factory=list)
    attendance: list[dict] = field(default_factory=list)

    @property
    def days(self) -> list[dt.date]:
        """The days that anything happened on; a list of what is due tells up to the last payment."""
        days = [p["issued"] for p in self.policies]
        days += [row["day"] for row in (*self.activities, *self.counts, *self.attendance)]
        payments = [due["paid"] for due in self.dues if due["paid"]]
        return days + [d["due"] for d in self.dues if payments and d["due"] <= max(payments)]

    def checked(self) -> Checked:
        tables = {}
        for code in (
            "agents", "transfers", "promotions", "policies", "dues", "activities", "attendance",
            "outlets", "counts",
        ):  # fmt: skip
            table = TABLES[code]
            rows = getattr(self, code)
            columns = {}
            for column in table.columns:
                flag = column.choices and {v for _, v in column.choices} <= {"0", "1"}
                kind = pa.bool_() if flag else TYPES.get(column.kind, pa.string())
                columns[column.code] = pa.array([r.get(column.code) for r in rows], kind)
            tables[code] = CheckedTable(table, pa.table(columns), ())
        return Checked(tables, [], [])


def _place(team):
    region, department, team_name = team
    return {"region": region or None, "department": department or None, "team": team_name or None}


OLD_DAYS = [
    dt.date.fromisoformat(day)
    for day in (
        "2022-02-28", "2022-03-31", "2022-04-01", "2023-01-31", "2022-12-26", "2022-12-31",
        "2022-08-31", "2023-02-28", "2022-10-26", "2020-02-29",
    )
]  # fmt: skip
INTERVALS = {"年交": 12, "半年交": 6, "季交": 3, "月交": 1}
RANKS = st.sampled_from([None, "M00", "M01", "S01"])


@st.composite
def instalments(draw, policy, next_day):
    """The days on which instalments of a policy fall due, some of them; as companies do, on the day
    of the month it came into force on, or on the month's last where there is no such day.
    """
    begun = policy["issued"] + dt.timedelta(days=next_day)
    months = INTERVALS.get(policy["pay_mode"]) or draw(st.sampled_from([1, 3, 6, 12]))
    numbers = [*range(months, 37, months)]
    # Those about the anniversaries matter most, and a world has to stay small.
    near = [n for n in numbers if min(n % 12, -n % 12) <= months]
    days = []
    for number in draw(st.sets(st.sampled_from(near), max_size=5)):
        month = Month.containing(begun) + number
        days.append(month.first.replace(day=min(begun.day, month.last.day)))
    odd = st.dates(policy["issued"] - dt.timedelta(days=40), dt.date(2024, 9, 30))
    return days + draw(st.lists(odd, max_size=1))


@st.composite
def dues(draw, world, known, years):
    """What falls due, on random days or by the policies' terms."""
    next_day = draw(st.booleans())  # in force at 0:00 of the day after the issue
    if years:
        days = [
            (policy["policy"], day)
            for policy in world.policies
            for day in draw(instalments(policy, next_day))
        ]
    else:
        days = [(f"P{n % 7}", draw(IN_SPAN)) for n in range(draw(st.integers(0, 8)))]
    found = []
    for number, due in days:
        paid = draw(st.none() | st.dates(due - dt.timedelta(days=20), due + dt.timedelta(days=80)))
        found.append(
            {
                "policy": number, "agent": draw(known), "due": due, "paid": paid,
                "due_premium": draw(st.integers(0, 10**6)),
                "paid_premium": draw(st.integers(0, 10**6)) if paid else 0,
            }
        )  # fmt: skip
    return found


@st.composite
def worlds(draw, years=False):
    """A branch; with `years` its policies are old enough to have had a second and a third year."""
    world = World()
    for number in range(draw(st.integers(1, 5))):
        agent = f"{number:03d}"
        signed = draw(DAYS)
        team = draw(st.sampled_from(TEAMS))
        for _ in range(draw(st.integers(1, 2))):  # one stint or two
            left = draw(st.none() | st.dates(signed, LAST.last + dt.timedelta(days=60)))
            end = left or LAST.last
            days = sorted(
                draw(
                    st.sets(
                        st.dates(signed, max(end, signed)).filter(lambda d, s=signed: d > s),
                        max_size=2,
                    )
                )
                if end > signed
                else []
            )
            for day in days:
                to = draw(st.sampled_from(TEAMS))
                moved = {f"from_{k}": v for k, v in _place(team).items()}
                if team[1] and to[1]:  # a transfer names the departments
                    world.transfers.append(
                        {"agent": agent, "valid_from": day, **_place(to), **moved}
                    )
                    team = to
            rank, manager = draw(RANKS), draw(st.booleans())
            promoted = draw(st.sets(st.dates(signed, end), max_size=2)) - {signed}
            for day in sorted(promoted):
                change = {"from_rank": rank, "was_manager": manager}
                rank, manager = draw(RANKS), draw(st.booleans())
                world.promotions.append(
                    {
                        "agent": agent, "valid_from": day, "rank": rank, "is_manager": manager,
                        **change,
                    }
                )  # fmt: skip
            world.agents.append(
                {
                    "agent": agent, "signed": signed, "left": left, **_place(team),
                    "rank": rank, "is_manager": manager,
                    "education": draw(st.sampled_from(["本科", "大专", None])),
                    "licence": draw(st.none() | st.just("L")),
                    "gender": draw(st.sampled_from(["男", "女", None])),
                    "confirmed": draw(st.none() | st.dates(signed, LAST.last + dt.timedelta(days=90))),
                }
            )  # fmt: skip
            if left is None or left >= LAST.last:
                break
            signed = min(left + dt.timedelta(days=draw(st.integers(1, 90))), LAST.last)
            team = draw(st.sampled_from(TEAMS))
    known = st.sampled_from([a["agent"] for a in world.agents] + ["不在册"])
    for number in range(draw(st.integers(1, 12))):
        issued = draw(st.sampled_from(OLD_DAYS) if years else IN_SPAN)
        ended = draw(st.none() | st.dates(issued, LAST.last))
        world.policies.append(
            {
                "policy": f"P{number % 7}", "agent": draw(known), "issued": issued,
                "product": draw(st.sampled_from(["年金险", "重疾险", None])), "ended": ended,
                "ended_by": draw(st.sampled_from(["理赔终止", "失效"])) if ended else None,
                "is_main": draw(st.booleans()), "pieces": draw(st.integers(1, 3)),
                "premium": draw(st.integers(-500, 10**6)), "fyc": draw(st.integers(0, 2 * 10**5)),
                "pay_mode": draw(st.sampled_from(["年交", "半年交", "季交", "月交", "期交", "趸交"])),
                "outlet": draw(st.sampled_from(["W1", "W2", None])),
                "withdrawn": draw(st.none() | st.none() | st.dates(issued, LAST.last)),
            }
        )  # fmt: skip
    world.dues += draw(dues(world, known, years))
    counts = ("appointments", "visits", "interviews", "closings", "prospects", "recruiting_talks")
    # The first and the last month are always there, so that the span of months is known.
    for day in [FIRST.first, LAST.last, *draw(st.lists(IN_SPAN, max_size=4))]:
        counted = {name: draw(st.integers(0, 9)) for name in counts}
        world.activities.append({"day": day, "agent": draw(known), **counted})
    for day in draw(st.lists(IN_SPAN, max_size=6)):
        item = draw(st.sampled_from(["visitors", "deals", "sales"]))
        # Money has 分, all else are whole numbers kept in hundredths.
        quantity = draw(st.integers(-50, 10**6)) * (1 if item == "sales" else 100)
        row = {"day": day, "agent": draw(known), "item": item, "quantity": quantity}
        world.counts.append(row)
    for day in draw(st.lists(IN_SPAN, max_size=3)):
        due_days = draw(st.integers(1, 9))
        row = {"day": day, "agent": draw(known), "days_due": due_days}
        world.attendance.append(row | {"days_present": draw(st.integers(0, due_days))})
    for outlet in ("W1", "W2"):
        opened = draw(st.none() | IN_SPAN)
        closed = draw(st.none() | st.dates(opened or FIRST.first, LAST.last))
        world.outlets.append(
            {"outlet": outlet, "agent": draw(known), "opened": opened, "closed": closed}
        )
    return world
