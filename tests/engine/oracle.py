"""An oracle that counts a world of `worlds` day by day.

It is written from the definitions (who is here on a day, where he is on a day, what falls into a
month), not from the SQL.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict

from kpi_xl.calendar import Month
from worlds import World


def anniversary(day: dt.date, years: int) -> dt.date:
    """So many years after a day; where there is no such day, the last of that month."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def natural_end(month: Month) -> dt.date:
    return dt.date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


class Oracle:
    """Counts a world; results by (level, path, month, measure).

    `cut` is the last day of a business month, `uncounted` the ranks that no count of people has,
    `as_of` the last day of data in a month that is not over, `seen` the day on which dues are
    looked at: what falls due or is paid later is not there yet.
    """

    def __init__(
        self,
        world: World,
        grace_days: int,
        effective_fyc: int,
        cut: int | None = None,
        uncounted=(),
        as_of: dt.date | None = None,
        seen: dt.date = dt.date.max,
    ) -> None:
        self.world = world
        self.seen = seen
        self.as_of = as_of
        self.cut = cut
        months = [Oracle.month_number(self, day) for day in world.days]
        self.first, self.last = min(months), max(months)
        self.uncounted = uncounted
        self.counts: dict[tuple[str, str, str, str], int] = defaultdict(int)
        for level in ("分公司", "营业部", "营业组"):
            self._people(level)
            self._cohorts(level)
            self._ranks(level)
            self._production(level, effective_fyc)
            self._dues(level, grace_days)
            self._persistency(level, grace_days)
            self._rest(level)

    def month_end(self, month: Month) -> dt.date:
        if self.cut is None or month.month == 12:
            return natural_end(month)
        return dt.date(month.year, month.month, self.cut)

    def first_month_end(self, signed: dt.date) -> dt.date:
        """The day whose place and rank somebody has all the time before it."""
        return self.month_end(self.month_of(signed))

    def month_of(self, day: dt.date) -> Month:
        """The month that a day counts in."""
        return self.month_number(day)

    def month_number(self, day: dt.date) -> Month:
        """The month that a day lies in."""
        month = Month.of(day.year, day.month)
        return month if day <= Oracle.month_end(self, month) else month + 1

    def rank_counts(self, agent: str, month: Month) -> bool:
        """Whether the rank that somebody on the roster has at a month's end counts.

        Before his first month's end he has the rank that he has then.
        """
        first = min(a["signed"] for a in self.world.agents if a["agent"] == agent)
        day = max(self.month_end(month), self.first_month_end(first))
        return self._rank(agent, day)[0] not in self.uncounted

    def counts_producing(self, agent: str, month: Month) -> bool:
        """Somebody on the roster does not produce while his rank does not count."""
        known = any(a["agent"] == agent for a in self.world.agents)
        return not known or self.rank_counts(agent, month)

    def _spells(self):
        """Every stint, cut into the time in which the rank counts: stint, first day, day of going.

        Who gets a rank that counts later comes at that month's end, and who loses it goes then.
        """
        for stint in self.world.agents:
            agent, signed, left = stint["agent"], stint["signed"], stint["left"]
            if not self.uncounted:
                yield stint, signed, left
                continue
            first = month = self.month_of(signed)
            last = self.last + 3 if left is None else max(first, self.month_of(left) - 1)
            begun = None
            while month <= last:
                if self.rank_counts(agent, month):
                    begun = begun or (signed if month == first else self.month_end(month))
                elif begun:
                    yield stint, begun, self.month_end(month)
                    begun = None
                month = month + 1
            if begun:
                yield stint, begun, left

    def _team(self, agent: str, day: dt.date):
        """Where somebody is on a day; before his first day, where he begins."""
        stints = [a for a in self.world.agents if a["agent"] == agent]
        if not stints:
            return None
        events = []
        for stint in stints:
            moves = sorted(
                (t for t in self.world.transfers
                 if t["agent"] == agent and t["valid_from"] > stint["signed"]
                 and (stint["left"] is None or t["valid_from"] <= stint["left"])),
                key=lambda t: t["valid_from"],
            )  # fmt: skip
            if moves:
                begin = (
                    moves[0]["from_region"],
                    moves[0]["from_department"],
                    moves[0]["from_team"],
                )
            else:
                begin = (stint["region"], stint["department"], stint["team"])
            events.append((stint["signed"], 0, begin))
            events += [
                (m["valid_from"], 1, (m["region"], m["department"], m["team"])) for m in moves
            ]
        events.sort(key=lambda e: e[:2])
        past = [place for when, _, place in events if when <= day]
        # In his first month somebody is where that month's end finds him, and so before it.
        first_end = self.first_month_end(events[0][0])
        return past[-1] if day >= first_end else [p for w, _, p in events if w <= first_end][-1]

    def _unit(self, level: str, agent: str, month: Month) -> str:
        if level == "分公司":
            return "分公司"
        place = self._team(agent, self.month_end(month))
        _, department, team = place or (None, None, None)
        if level == "营业部":
            return department or "未分配"
        if not team:
            return "未分配"
        return f"{department}/{team}" if department else team

    def _add(self, level: str, unit: str, month: Month, measure: str, amount: int = 1) -> None:
        if self.first <= month <= self.last:
            self.counts[level, unit, str(month), measure] += int(amount)

    def _people(self, level: str) -> None:
        for stint, signed, left in self._spells():
            agent = stint["agent"]

            def here(day, signed=signed, left=left):
                return signed <= day and (left is None or left > day)

            month = self.first
            while month <= self.last:
                end, before = self.month_end(month), self.month_end(month - 1)
                now_in = self._unit(level, agent, month)
                was_in = self._unit(level, agent, month - 1)
                if here(end):
                    self._add(level, now_in, month, "closing")
                    self._add(level, now_in, month, "licensed", stint["licence"] is not None)
                    self._add(level, now_in, month, "men", stint["gender"] == "男")
                if here(before):
                    self._add(level, was_in, month, "opening")
                if here(before) and here(end) and was_in != now_in:
                    self._add(level, now_in, month, "transfers_in")
                    self._add(level, was_in, month, "transfers_out")
                month = month + 1
            sign_month = self.month_of(signed)
            home = self._unit(level, agent, sign_month)
            self._add(level, home, sign_month, "recruits")
            if left is not None:
                leave_month = self.month_of(left)
                last_counted = max(leave_month - 1, sign_month)
                self._add(level, self._unit(level, agent, last_counted), leave_month, "leavers")

    def _cohorts(self, level: str) -> None:
        """What became of all who signed, whatever their ranks."""
        for stint in self.world.agents:
            sign_month = self.month_of(stint["signed"])
            home = self._unit(level, stint["agent"], sign_month)
            for n in (3, 6, 7, 12, 13, 25):
                end = self.month_end(sign_month + n)
                here = stint["left"] is None or stint["left"] > end
                self._add(level, home, sign_month + n, f"cohort_{n}")
                self._add(level, home, sign_month + n, f"retained_{n}", here)
                if n in (3, 6):
                    done = stint["confirmed"] is not None and stint["confirmed"] <= end
                    self._add(level, home, sign_month + n, f"confirmed_{n}", done)

    def _rank(self, agent: str, day: dt.date) -> tuple[str, bool]:
        """Which rank somebody has on a day, and whether it is a manager's."""
        events = []
        for stint in (a for a in self.world.agents if a["agent"] == agent):
            changes = sorted(
                (p for p in self.world.promotions
                 if p["agent"] == agent and p["valid_from"] > stint["signed"]
                 and (stint["left"] is None or p["valid_from"] <= stint["left"])),
                key=lambda p: p["valid_from"],
            )  # fmt: skip
            now = (stint["rank"], stint["is_manager"])
            begin = (changes[0]["from_rank"], changes[0]["was_manager"]) if changes else now
            events.append((stint["signed"], 0, begin))
            events += [(c["valid_from"], 1, (c["rank"], c["is_manager"])) for c in changes]
        events.sort(key=lambda e: e[:2])
        return [what for when, _, what in events if when <= day][-1]

    def _ranks(self, level: str) -> None:
        for stint, signed, left in self._spells():
            agent = stint["agent"]
            month = self.first
            while month <= self.last:
                ends = self.month_end(month - 1), self.month_end(month)
                before, now = (
                    self._rank(agent, end)
                    if signed <= end and (left is None or left > end)
                    else None
                    for end in ends
                )
                if before and before[1]:
                    unit = self._unit(level, agent, month - 1)
                    self._add(level, unit, month, "opening_managers")
                if now:
                    unit = self._unit(level, agent, month)
                    self._add(level, unit, month, f"in_rank={now[0] or '未填'}")
                    education = stint["education"] or "未填"
                    self._add(level, unit, month, f"in_education={education}")
                    if before and not before[1] and now[1]:
                        self._add(level, unit, month, "promoted")
                month = month + 1

    def _persistency(self, level: str, grace_days: int) -> None:
        """Of the policies of a month, what was kept 14 and 26 months later."""
        for number in {p["policy"] for p in self.world.policies}:
            rows = [p for p in self.world.policies if p["policy"] == number]
            lasting = [p for p in rows if p["pay_mode"] != "趸交" and p["withdrawn"] is None]

            def out(row, month):
                excluded = row["ended_by"] == "理赔终止"
                return excluded and self.month_of(row["ended"]) <= month

            for row in lasting:
                at = self.month_of(row["issued"]) + 14
                if not out(row, at):
                    unit = self._unit(level, row["agent"], at)
                    self._add(level, unit, at, "issued_premium_13", row["premium"])
                    self._add(level, unit, at, "issued_pieces_13", row["is_main"] * row["pieces"])
            if not lasting:
                continue
            if not any(p["is_main"] and p["pieces"] for p in lasting):
                continue
            main = [p for p in rows if p["is_main"]]  # they tell what the policy is
            begun = min(p["issued"] for p in main)
            sold_by = min(p["agent"] for p in main)
            pieces = sum(p["pieces"] for p in lasting if p["is_main"])
            for years, looks in (
                (1, ((14, "kept_{}_13"), (26, "issued_{}_25"))), (2, ((26, "kept_{}_25"),)),
            ):  # fmt: skip
                year = [
                    d for d in self.world.dues
                    if d["policy"] == number
                    and anniversary(begun, years) <= d["due"] < anniversary(begun, years + 1)
                ]  # fmt: skip
                for due in year:
                    if not self._is_paid(due) or (due["paid"] - due["due"]).days > grace_days:
                        continue
                    if due["due"] > min(d["due"] for d in year):
                        continue  # the year's first was before
                    for looked_at, measure in looks:
                        at = self.month_of(begun) + looked_at
                        if not any(out(row, at) for row in main):
                            unit = self._unit(level, sold_by, at)
                            paid = due["paid_premium"]
                            self._add(level, unit, at, measure.format("premium"), paid)
                            self._add(level, unit, at, measure.format("pieces"), pieces)

    def _production(self, level: str, effective_fyc: int) -> None:
        sums: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for policy in self.world.policies:
            for day, sign in ((policy["issued"], 1), (policy["withdrawn"], -1)):
                if day is None:
                    continue
                month = sums[policy["agent"], self.month_of(day).number]
                month["pieces"] += sign * policy["pieces"] * policy["is_main"]
                month["withdrawn_pieces"] += (sign < 0) * policy["pieces"] * policy["is_main"]
                month["new_premium"] += sign * policy["premium"]
                month["fyc"] += sign * policy["fyc"]
                mode = policy["pay_mode"]
                month["regular_premium"] += sign * policy["premium"] * (mode != "趸交")
                month[f"pay_mode_premium={mode}"] += sign * policy["premium"]
                product = policy["product"] or "其他"
                month[f"product_premium={product}"] += sign * policy["premium"]
        for (agent, number), done in sums.items():
            unit = self._unit(level, agent, Month(number))
            for measure, amount in done.items():
                self._add(level, unit, Month(number), measure, amount)
            if self.counts_producing(agent, Month(number)):
                self._add(level, unit, Month(number), "producers", done["pieces"] > 0)
                self._add(level, unit, Month(number), "effective", done["fyc"] >= effective_fyc)

    def _dues(self, level: str, grace_days: int) -> None:
        issued = {}
        for policy in (p for p in self.world.policies if p["is_main"]):
            day = policy["issued"]
            issued[policy["policy"]] = min(day, issued.get(policy["policy"], day))
        for due in self.world.dues:
            month = self.month_of(due["due"])
            unit = self._unit(level, due["agent"], month)
            in_time = self._is_paid(due) and (due["paid"] - due["due"]).days <= grace_days
            if due["due"] <= self.seen and not self._to_come(due["due"]):
                self._add(level, unit, month, "due_pieces")
                self._add(level, unit, month, "due_premium", due["due_premium"])
                self._add(level, unit, month, "collected_pieces", in_time)
                self._add(level, unit, month, "collected_premium", in_time * due["paid_premium"])
            begun = issued.get(due["policy"])
            first_year = begun is not None and begun <= due["due"] < anniversary(begun, 1)
            if due["paid"] is not None and first_year:
                paid_month = self.month_of(due["paid"])
                unit = self._unit(level, due["agent"], paid_month)
                self._add(level, unit, paid_month, "first_year_renewal", due["paid_premium"])
                renewal = "product_premium=首年续期（不分险种）"
                self._add(level, unit, paid_month, renewal, due["paid_premium"])

    def _is_paid(self, due) -> bool:
        return due["paid"] is not None and due["paid"] <= self.seen

    def _to_come(self, due: dt.date) -> bool:
        """Whether the last month is not over, and nobody can have failed to pay this yet."""
        if self.as_of is None or self.month_of(due) != self.last:
            return False
        payments = [d["paid"] for d in self.world.dues if d["paid"]]
        return due > max([self.as_of, *payments])

    def _rest(self, level: str) -> None:
        for done in (*self.world.activities, *self.world.attendance):
            month = self.month_of(done["day"])
            unit = self._unit(level, done["agent"], month)
            for measure, amount in done.items():
                if measure not in ("day", "agent"):
                    self._add(level, unit, month, measure, amount)
        for done in self.world.counts:
            month = self.month_of(done["day"])
            unit = self._unit(level, done["agent"], month)
            quantity = done["quantity"] if done["item"] == "sales" else done["quantity"] // 100
            self._add(level, unit, month, done["item"], quantity)
        for outlet in self.world.outlets:
            month = self.first
            while month <= self.last:
                opened = outlet["opened"] is None or outlet["opened"] <= self.month_end(month)
                closed = outlet["closed"] is not None and outlet["closed"] <= self.month_end(month)
                if opened and not closed:
                    unit = self._unit(level, outlet["agent"], month)
                    self._add(level, unit, month, "outlets")
                    sold = self._sold_at(outlet["outlet"], month, month)
                    self._add(level, unit, month, "active_outlets", sold > 0)
                month = month + 1

    def _sold_at(self, outlet: str, first: Month, last: Month) -> int:
        """The main policies sold at an outlet in some months, less those withdrawn in them."""
        return sum(
            sign * p["pieces"]
            for p in self.world.policies
            if p["outlet"] == outlet and p["is_main"]
            for day, sign in ((p["issued"], 1), (p["withdrawn"], -1))
            if day is not None and first <= self.month_of(day) <= last
        )

    def period_outlets(self, level: str, periods) -> dict[tuple, int]:
        """Different outlets that sold in each period, by (path, period, measure)."""
        counts: dict[tuple[str, str, str], int] = defaultdict(int)
        for period in periods:
            end = self.month_end(period.last)
            for outlet in self.world.outlets:
                opened = outlet["opened"] is None or outlet["opened"] <= end
                closed = outlet["closed"] is not None and outlet["closed"] <= end
                begin = self.month_of(outlet["opened"]) if outlet["opened"] else period.first
                sold = self._sold_at(outlet["outlet"], max(begin, period.first), period.last)
                if opened and not closed and sold > 0:
                    unit = self._unit(level, outlet["agent"], period.last)
                    counts[unit, str(period), "active_outlets"] += 1
        return counts

    def period_people(self, level: str, periods, effective_fyc: int) -> dict[tuple, int]:
        """Different producing and effective agents of each period, by (path, period, measure)."""
        counts: dict[tuple[str, str, str], int] = defaultdict(int)
        for period in periods:
            pieces: dict[str, int] = defaultdict(int)
            fyc: dict[str, int] = defaultdict(int)
            for policy in self.world.policies:
                for day, sign in ((policy["issued"], 1), (policy["withdrawn"], -1)):
                    if day is not None and period.first <= self.month_of(day) <= period.last:
                        pieces[policy["agent"]] += sign * policy["pieces"] * policy["is_main"]
                        fyc[policy["agent"]] += sign * policy["fyc"]
            for agent, count in pieces.items():
                if self.counts_producing(agent, period.last):
                    unit = self._unit(level, agent, period.last)
                    counts[unit, str(period), "producers"] += count > 0
                    reached = fyc[agent] >= effective_fyc * period.months
                    counts[unit, str(period), "effective"] += reached
        return counts


class PartOracle(Oracle):
    """Counts a world in which a month ends on some day, what comes later being of no month."""

    def __init__(
        self, world: World, month: Month, end: dt.date, cut: int | None = None, uncounted=()
    ) -> None:
        self.part, self.end = month, end
        super().__init__(
            world, grace_days=60, effective_fyc=1000 * 100, cut=cut, uncounted=uncounted
        )

    def month_end(self, month: Month) -> dt.date:
        return self.end if month == self.part else super().month_end(month)

    def first_month_end(self, signed: dt.date) -> dt.date:
        end = self.month_end(self.month_number(signed))
        return end if signed <= end else Oracle.month_end(self, self.month_number(signed))

    def month_of(self, day: dt.date) -> Month:
        month = self.month_number(day)
        # The rest of the month is neither in it nor in the next.
        return Month.of(2100, 1) if month == self.part and day > self.end else month


def numbers_of(cube) -> dict[tuple[str, str, str, str], int]:
    """Every number of a cube that is not zero, those of its mixes as in_rank=M01."""
    measures = {code: cube.measure(code) for code in cube.measures}
    for code, mix in cube.mixes.items():
        named = zip(mix.categories, mix.values, strict=True)
        measures |= {f"{code}={category}": values for category, values in named}
    return {
        (unit.level, unit.path, str(month), code): int(value)
        for code, values in measures.items()
        for unit, row in zip(cube.units, values, strict=True)
        for month, value in zip(cube.months, row, strict=True)
        if value
    }


def counted(oracle: Oracle, cube) -> dict[tuple[str, str, str, str], int]:
    """Every number of an oracle that is not zero; a level that nobody is in is not there."""
    levels = {unit.level for unit in cube.units}
    # Where nobody's rank or education is known, or no product, there is no mix to show.
    mixes = {code for code, mix in cube.mixes.items() if mix.categories}
    return {
        key: value
        for key, value in oracle.counts.items()
        if value and key[0] in levels and ("=" not in key[3] or key[3].split("=")[0] in mixes)
    }


def assert_same(one, other) -> None:
    """Two cubes are equal bit for bit."""
    assert one.units == other.units
    assert one.first == other.first
    assert list(one.measures) == list(other.measures)
    assert one.values.dtype == other.values.dtype
    assert one.values.tobytes() == other.values.tobytes()
    assert one.mixes.keys() == other.mixes.keys()
    for code, mix in one.mixes.items():
        assert list(mix.categories) == list(other.mixes[code].categories)
        assert mix.values.tobytes() == other.mixes[code].values.tobytes()
    assert one.as_of == other.as_of
    assert one.unripe.keys() == other.unripe.keys()
    for month, unripe in one.unripe.items():
        assert unripe.until == other.unripe[month].until
        assert unripe.values.tobytes() == other.unripe[month].values.tobytes()
