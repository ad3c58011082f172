"""The money of a unit's warnings is of one chain of factors, on random worlds."""

import itertools
import math
import random
from fractions import Fraction

import numpy as np
import pytest

from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.cube import Cube
from kpi_xl.findings.drivers import BEFORE
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.in_brief import InBrief
from kpi_xl.settings.project_settings import Settings

FIRST, MONTHS = Month.of(2023, 3), 15
CODES = (
    "opening", "closing", "recruits", "leavers", "producers", "pieces", "new_premium",
    "first_year_renewal", "visits", "interviews", "days_due", "days_present",
)  # fmt: skip
LEVELS = ("分公司", "营业部", "营业组")
FACTORS = ("人力", "举绩率", "有效人均件数", "件均保费")


def team(chance, wild=0.1):
    """A team's measures, month by month; now and then nobody sells, or all is taken back."""
    people, rows = chance.randint(0, 9), []
    for _ in range(MONTHS):
        recruits = chance.randint(0, 2)
        leavers = min(people + recruits, chance.randint(0, 2))
        opening, people = people, people + recruits - leavers
        there = max(opening, people)
        producers = 0 if chance.random() < wild else chance.randint(0, there)
        pieces = sum(chance.choice([1, 1, 2, 3]) for _ in range(producers))
        premium = sum(chance.randint(50_000, 900_000) for _ in range(pieces))
        if chance.random() < wild:
            premium = -chance.randint(0, 500_000)
        due = 21 * there
        visits = chance.randint(0, 30) * there
        renewal = chance.choice([0, chance.randint(0, 90_000)])
        present = round(due * chance.uniform(0.5, 1))
        rows.append(
            (opening, people, recruits, leavers, producers, pieces, premium, renewal,
             visits, visits // 3, due, present)
        )  # fmt: skip
    return np.array(rows, dtype=np.int64).T


def world(seed, departments=3, teams=3, wild=0.1):
    """A cube of random teams, with its units and random targets by unit and KPI."""
    chance = random.Random(seed)
    units = [Unit("分公司", "分公司", "", None)]
    values = [np.zeros((len(CODES), MONTHS), dtype=np.int64)]
    for d in range(departments):
        units.append(Unit("营业部", f"{d}部", f"{d}部", 0))
        values.append(np.zeros_like(values[0]))
        at = len(units) - 1
        for t in range(teams):
            units.append(Unit("营业组", f"{t}组", f"{d}部/{t}组", at))
            own = team(chance, wild)
            values.append(own)
            values[at] = values[at] + own
            values[0] = values[0] + own
    stacked = np.stack(values, axis=1)
    targets = {
        number: {
            name: round(chance.uniform(low, high), 2)
            for name, low, high in (
                ("首年新单保费", 0, 90_000), ("首年度保费", 0, 90_000), ("活动率", 0.2, 1),
                ("主险件数", 0, 30), ("新增人数", 0, 4), ("期末人数", 0, 15), ("增员率", 0, 0.4),
            )
            if chance.random() < 0.3
        }
        for number in range(len(units))
    }  # fmt: skip
    return Cube(units, FIRST, list(CODES), stacked, ""), targets


def every(seeds, aimed=(True, False)):
    """Findings of every level and month of random worlds."""
    for seed in seeds:
        cube, targets = world(seed)
        for level, back in itertools.product(LEVELS, range(MONTHS)):
            given = targets if aimed[seed % len(aimed)] else {}
            yield Findings(cube, Settings(), cube.last - back, level, given)


def measured(of, unit, back=0):
    """A unit's chain of quantities, straight from the cube."""
    at = of.month.number - of.cube.first.number - back
    own = {code: int(of.cube.measure(code)[unit, at]) for code in CODES}
    return [own["opening"] + own["closing"], own["producers"], own["pieces"], own["new_premium"]]


def by_logarithms(before, after):
    """LMDI once more, one number at a time; of chains in which everything is above nothing."""
    first = [before[0], *(b / a for a, b in itertools.pairwise(before))]
    last = [after[0], *(b / a for a, b in itertools.pairwise(after))]
    v0, v1 = before[-1], after[-1]
    mean = v0 if v0 == v1 else (v1 - v0) / math.log(v1 / v0)
    return [mean * math.log(x1 / x0) for x0, x1 in zip(first, last, strict=True)]


def reference(of, unit, comparison):
    """What a unit is compared with, as far as no target of a part of the chain is needed."""
    own = measured(of, unit)
    if comparison in ("同比", "环比"):
        return measured(of, unit, 12 if comparison == "同比" else 1)
    if comparison == "全公司":
        whole = [sum(parts) for parts in zip(*(measured(of, u) for u in of.units), strict=True)]
        return [Fraction(one * own[0], whole[0]) for one in whole]
    return None


def test_the_factors_are_the_gap_on_every_unit_and_month():
    seen = dict.fromkeys(BEFORE, 0)
    apart = none = 0
    for of in every(range(12)):
        for unit in of.units:
            chain, own = of.chain(unit), measured(of, unit)
            if chain is None:
                none += 1
                continue
            seen[chain.comparison] += 1
            assert chain.after == own[-1] >= 0
            assert sum(chain.shares) == sum(chain.shapley) == chain.after - chain.before
            first = reference(of, unit, chain.comparison)
            if first is None:
                goal = of.quantity_target("new_premium", unit)
                assert chain.before == round(goal * 100)
                continue
            assert chain.before == pytest.approx(float(first[-1]), abs=0.51)
            if min(*first, *own) > 0:
                apart += 1
                shares = by_logarithms([float(one) for one in first], own)
                tolerance = 2 + 1e-5 * max(own[-1], float(first[-1]))
                assert chain.shares == pytest.approx(shares, abs=tolerance)
    assert all(seen[one] > 20 for one in ("目标", "同比", "环比", "全公司")), seen
    assert apart > 300 and none > 20


def test_no_warning_has_more_than_its_factors_lost():
    paid = told = 0
    for of in every(range(4)):
        for unit in of.units:
            chain, facts = of.chain(unit), of.warnings_of(unit)
            money = {one.kpi: one.cost for one in facts}
            if chain is None:
                assert not any(money.values())
                continue
            losses = [max(-share, 0) for share in chain.shares]
            assert 0 <= sum(money.values()) <= sum(losses)
            told += len(facts)
            paid += sum(map(bool, money.values()))
            people, activity, pieces, size = losses
            within = {
                "KPI_ACTIVITY": activity, "KPI_PREMIUM_PER_PIECE": size,
                "KPI_PIECES_PER_PRODUCER": pieces, "KPI_RECRUITS": people,
                "KPI_LEAVERS": people, "KPI_VISITS": activity, "KPI_ATTENDANCE": activity,
                "KPI_PIECES_PER_CAPITA": activity + pieces,
            }  # fmt: skip
            for code, most in within.items():
                assert money.get(code, 0) <= most, (code, chain)
            movers = ("KPI_VISITS", "KPI_ATTENDANCE", "KPI_ACTIVITY")
            assert sum(money.get(one, 0) for one in movers) <= activity
            if "KPI_PREMIUM_PER_PIECE" in money:
                assert money["KPI_PREMIUM_PER_PIECE"] == size  # the factor, which nobody moves
    assert paid > 100 and told > paid


def test_every_red_kpi_is_of_exactly_one_fact():
    merged = 0
    for of in every(range(2)):
        for unit in of.units:
            red = [c for c in of.kpis if of.status(c, unit) in ("异常", "危险")]
            shown = [one.kpi for fact in of.warnings_of(unit) for one in fact.shown_by]
            assert sorted(shown) == sorted(red)
            merged += len(shown) > len(of.warnings_of(unit))
    assert merged > 50


def test_the_order_of_the_kpis_does_not_matter():
    for of in itertools.islice(every(range(3)), 0, None, 4):
        for unit in of.units:
            own = list(of._by_unit.get(str(unit), []))
            told = of._facts.of(unit, own, of.chain(unit))
            random.Random(unit).shuffle(own)
            again = of._facts.of(unit, own, of.chain(unit))
            assert {one.kpi: one.also for one in told} == {one.kpi: one.also for one in again}
            costs = {one.kpi: one.cost for one in again}
            assert costs == pytest.approx({one.kpi: one.cost for one in told}, abs=4)


AIMS = {"首年新单保费": 80_000, "首年度保费": 81_000, "活动率": 0.7, "人均FYP": 4_000}


def only(months, wanted, aims=AIMS):
    """Findings of a department whose last month is told, after a year of usual ones."""
    usual = {
        "opening": 20, "closing": 20, "recruits": 1, "leavers": 1, "producers": 14, "pieces": 20,
        "new_premium": 8_000_000, "first_year_renewal": 100_000, "visits": 400,
        "interviews": 130, "days_due": 420, "days_present": 400,
    }  # fmt: skip
    chance = random.Random(3)
    rows = [
        {**usual, "new_premium": usual["new_premium"] + chance.randint(-300_000, 300_000)}
        for _ in range(months)
    ]
    rows.append({**usual, **wanted})
    own = np.array([[row[code] for row in rows] for code in CODES], dtype=np.int64)
    units = [Unit("分公司", "分公司", "", None), Unit("营业部", "一部", "一部", 0)]
    cube = Cube(units, FIRST, list(CODES), np.stack([own, own], axis=1), "")
    return Findings(cube, Settings(), cube.last, "营业部", {1: aims})


def test_smaller_policies_are_one_fact():
    """件均保费 explains; 首年新单保费, 首年度保费, 人均FYP and 人均产能 are named in it."""
    of = only(14, {"new_premium": 4_000_000})
    facts = {of.kpis[one.kpi].name: one for one in of.warnings_of(1)}
    first = facts["件均保费"]
    named = {of.kpis[one.kpi].name for one in first.also}
    assert named >= {"首年新单保费", "首年度保费", "人均FYP"}
    assert not named & facts.keys()
    assert first.cost == pytest.approx(4_000_000, rel=0.01)
    (told,) = (reason for reason in first.reasons if reason.startswith("同一件事"))
    assert all(name in told for name in named)


def test_fewer_who_sell_are_another():
    of = only(14, {"producers": 7, "pieces": 10, "new_premium": 4_000_000})
    facts = {of.kpis[one.kpi].name: one for one in of.warnings_of(1)}
    assert "首年新单保费" in {of.kpis[one.kpi].name for one in facts["活动率"].also}
    assert facts["活动率"].cost == pytest.approx(4_000_000, rel=0.02)
    assert "件均保费" not in facts


def test_two_causes_are_two_facts_and_their_money_is_the_gap():
    of = only(14, {"producers": 10, "pieces": 14, "new_premium": 3_000_000})
    facts = {of.kpis[one.kpi].name: one for one in of.warnings_of(1)}
    chain = of.chain(1)
    assert {"活动率", "件均保费"} <= facts.keys()
    assert facts["活动率"].cost == -chain.shares[1]
    assert facts["件均保费"].cost == -chain.shares[3]
    assert sum(one.cost for one in facts.values()) <= 5_000_000


def test_a_factor_that_grew_does_not_bring_the_whole_gap():
    """Half of those who usually sell did, larger policies than usual: who did not sell is why."""
    of = only(
        14, {"producers": 7, "pieces": 10, "new_premium": 4_700_000}, {"首年新单保费": 80_000}
    )
    chain = of.chain(1)
    assert chain.comparison == "目标" and chain.main.name == "举绩率"
    people, activity, pieces, size = chain.shares
    assert people == 0 and abs(pieces) < 20_000 and size > 0
    assert activity < -3_300_000
    before = chain.values[0]
    assert before == pytest.approx([20, 0.7, 20 / 14, 400_000], rel=0.02)


def test_a_targets_own_ratio_is_what_the_chain_starts_from():
    aims = {"首年新单保费": 96_000, "活动率": 0.6, "期末人数": 30}
    before = only(14, {}, aims).chain(1).values[0]
    # 期初 20 and 期末 30 are 25 on average, and the rest is brought by the other two alike.
    assert before[:2] == pytest.approx([25, 0.6])
    assert before[2] / (20 / 14) == pytest.approx(before[3] / 400_000, rel=0.02)
    assert np.prod(before) == pytest.approx(9_600_000)


def test_a_target_of_an_average_is_of_the_factor_alone():
    split = only(14, {"new_premium": 7_000_000}, {"件均保费": 4_000}).drivers.split(1, "目标")
    assert split.shares == (0, 0, 0, -1_000_000)


def test_with_nothing_usual_and_nothing_planned_the_gap_is_not_taken_apart():
    first = {"首年新单保费": 90_000}
    assert only(0, {}, first).chain(1) is None
    whole = {**first, "活动率": 0.7, "主险件数": 20}
    assert only(0, {}, whole).chain(1).shares == (0, 0, 0, -1_000_000)


def test_a_ratio_short_for_its_base_is_not_short_of_what_is_counted():
    """Twice as many people of whom as many came: not the fact that nobody came."""
    few = only(14, {"recruits": 0})._facts
    grown = only(14, {"opening": 60, "closing": 60})._facts
    for facts, base in ((few, False), (grown, True)):
        about = facts._about("KPI_RECRUIT_RATE")[0]
        assert about.is_base is base
        assert about.codes == frozenset(["opening"] if base else ["recruits"])


def test_a_team_is_priced_by_its_peers():
    """Nobody sold: not worth nothing, but what the peers' people sell."""
    for seed in range(6):
        cube, _ = world(seed, wild=0.0)
        of = Findings(cube, Settings(), cube.last, "营业组", {})
        values = cube.measure("producers")
        for unit in of.units:
            people = cube.measure("opening")[unit, -1] + cube.measure("closing")[unit, -1]
            if values[unit, -1] or not people:
                continue
            chain = of.chain(unit)
            assert chain.comparison == "全公司" and chain.after == 0 < chain.before
            assert chain.shares == (0, -chain.before, 0, 0)


def test_without_a_chain_there_is_no_money_and_that_is_said():
    cube, targets = world(3)
    codes = [code for code in CODES if code not in ("pieces", "new_premium", "visits")]
    places = [CODES.index(code) for code in codes]
    values = np.stack([cube.measure(CODES[place]) for place in places])
    less = Cube(list(cube.units), cube.first, codes, values, "")
    of = Findings(less, Settings(), less.last, "营业部", targets)
    assert of.drivers is None and of.warnings
    assert not any(one.cost for one in of.warnings)
    assert "没有金额" in InBrief(of, of.units[0], True).money_note()


def test_what_a_warning_should_have_reached_is_better_than_what_it_did():
    short = none = 0
    for of in every(range(4)):
        for warning in of.warnings:
            kpi, place = of.kpis[warning.kpi], of.units.index(int(warning.unit))
            due = of.lacked(kpi, place)
            if math.isnan(due):
                none += 1
                assert warning.is_signal
            else:
                short += 1
                assert (warning.value > due) if kpi.direction == "lower" else (warning.value < due)
    assert short > 100 and none
