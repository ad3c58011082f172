"""The knowledge base, and planted causes that have to be found."""

import datetime as dt
import time

import numpy as np
import pytest

from benchmarks.study.diagnosis import (
    BASE,
    PLANTS,
    finished,
    found,
    loss_found,
    told_by_chance,
    world,
)
from benchmarks.study.diagnosis import planted as plant
from kpi_xl.analysis import factors
from kpi_xl.analysis.bands import judge, judged_share
from kpi_xl.analysis.diagnosis import diagnose, propose
from kpi_xl.analysis.evidence import measure
from kpi_xl.analysis.peers import peers
from kpi_xl.analysis.trees import trees
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.findings.retention import LOSS_MONTHS


def test_every_signal_of_every_evidence_exists_and_every_cause_has_a_remedy():
    used = set()
    for topic in BASE.topics:
        ids = [cause.id for cause in topic.causes]
        assert len(set(ids)) == len(ids)
        answered = {cause for remedy in topic.remedies for cause in remedy.causes}
        assert answered == set(ids), topic.name
        used |= {e.signal for cause in topic.causes for e in cause.evidence}
        assert all(cause.source.startswith("[") for cause in topic.causes)
        assert all(
            r.source.startswith("[") and r.owner and r.tool and r.days > 0 for r in topic.remedies
        )
    assert used == set(BASE.signals)


def test_everything_named_is_in_the_catalogue():
    known = set(MEASURES) | set(kpis)
    known |= {f"{what}_month_{n}" for what in ("left", "served") for n in range(1, LOSS_MONTHS + 1)}
    for signal in BASE.signals.values():
        assert {signal.numerator or signal.code, signal.denominator or signal.code} <= known
    for topic in BASE.topics:
        assert set(topic.kpis) <= known
    for tree in trees().values():
        for factor in tree.factors:
            assert set(factor.of) <= set(MEASURES)
            assert factor.kpi is None or factor.kpi in kpis
            assert factor.moved_by <= set(MEASURES)
            # What moves a factor is no part of the product itself.
            assert not factor.moved_by & tree.measures


@pytest.mark.parametrize(
    "code",
    [
        "KPI_RECRUIT_RATE", "KPI_ACTIVITY", "KPI_RETENTION", "KPI_ATTRITION", "KPI_CONFIRM_RATE",
        "KPI_PERSISTENCY", "KPI_PIECES_PER_CAPITA", "KPI_PREMIUM_PER_PIECE", "KPI_FYP_PER_CAPITA",
    ],
)  # fmt: skip
def test_the_knowledge_base_covers(code):
    topic = BASE.topic(code)
    assert len(topic.causes) >= 7
    assert len(topic.remedies) >= 6


def planted():
    """Recruiting dropped in unit 0, case size in unit 1, and people leave unit 2."""
    given = world(seed=3)
    given["recruiting_talks"][0, -1] = 12
    given["recruits"][0, -1] = 1
    given["size"][1, -1] = 2400
    given["regular"][1, -1] = 0.4
    given["days_present"][2, -1] = 700
    given["leavers"][2, -1] = 20
    given["closing"] = given["opening"] + given["recruits"] - given["leavers"]
    return finished(given)


@pytest.mark.parametrize(
    ("unit", "code", "cause"),
    [
        (0, "KPI_RECRUIT_RATE", "few_talks"),
        (1, "KPI_PREMIUM_PER_PIECE", "easy_products"),
        (2, "KPI_ATTRITION", "attendance"),
    ],
)
def test_a_planted_cause_is_ranked_first(unit, code, cause):
    given = planted()
    ranked = diagnose(code, unit, measure(BASE.signals, given), BASE)
    assert ranked[0].cause.id == cause
    assert ranked[0].verdict == "数据支持"
    assert ranked[0].strength > 2
    assert ranked[1].verdict != "数据支持"


def test_the_factor_that_dropped_carries_the_change():
    given = planted()
    tree = trees()["production"]
    quantities = tree.quantities(
        {c: np.asarray(v).astype(np.int64) for c, v in given.items() if c in MEASURES}
    )
    shares = factors.lmdi(quantities[:, 1, -2], quantities[:, 1, -1])
    assert tree.factors[int(np.argmin(shares))].name == "件均保费"


def test_causes_without_numbers_are_left_to_people():
    ranked = diagnose("KPI_ACTIVITY", 0, measure(BASE.signals, {}), BASE)
    assert {r.verdict for r in ranked} == {"请主管判断"}
    assert [r.cause for r in ranked] == list(BASE.topic("KPI_ACTIVITY").causes)


def test_a_kpi_is_no_evidence_of_itself():
    given = finished(world())
    given["KPI_PIECES_PER_PRODUCER"][0, -1] /= 3
    signals = measure(BASE.signals, given)
    (few_each,) = [
        r for r in diagnose("KPI_PIECES_PER_PRODUCER", 0, signals, BASE) if r.cause.id == "few_each"
    ]
    assert few_each.verdict == "请主管判断"
    assert diagnose("KPI_PIECES_PER_CAPITA", 0, signals, BASE)[0].cause.id == "few_each"


def test_what_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        diagnose("KPI_GENDER_RATIO", 0, measure(BASE.signals, {}), BASE)


def test_proposals_go_round_the_likely_causes():
    given = planted()
    topic = BASE.topic("KPI_RECRUIT_RATE")
    ranked = diagnose("KPI_RECRUIT_RATE", 0, measure(BASE.signals, given), BASE)
    today = dt.date(2024, 6, 3)
    found = propose(topic, ranked, today, most=8)
    likely = [r.cause.id for r in ranked if r.verdict != "数据不支持"]
    assert [p.cause.cause.id for p in found][: len(likely)] == likely[:8]
    assert len({p.remedy.text for p in found}) == len(found) == 8
    assert all(p.cause.cause.id in p.remedy.causes for p in found)
    assert all((p.due - today).days == p.remedy.days for p in found)
    everything = propose(topic, ranked, today, most=99)
    wanted = {r.text for r in topic.remedies if set(r.causes) & set(likely)}
    assert {p.remedy.text for p in everything} == wanted


def test_errors_in_the_data_are_no_evidence():
    rates = np.full((5, 8), 0.8)
    rates[0, -1] = np.nan
    signals = measure(BASE.signals, {"KPI_ATTENDANCE": rates})
    assert np.isnan(signals.deviation[0, 0])
    few = measure(BASE.signals, {"KPI_ATTENDANCE": rates[:3, -3:]})
    assert np.isnan(few.deviation).all()


def test_2000_units_and_36_months_take_no_two_seconds():
    given = finished(world(2000, 36))
    counts = {c: np.asarray(v).astype(np.int64) for c, v in given.items() if c in MEASURES}
    start = time.process_time()
    mine = [tree for tree in trees().values() if tree.measures <= counts.keys()]
    assert len(mine) >= 5  # a company has one trade
    for tree in mine:
        quantities = tree.quantities(counts)
        factors.lmdi(quantities[..., :-1], quantities[..., 1:])
    share = judged_share(counts["producers"][:, -1], given["KPI_AVG_HEADCOUNT"][:, -1], "higher")
    for code in BASE.signals.keys() & given.keys():
        judge(given[code], "higher", judged=share if code == "KPI_ACTIVITY" else None)
        peers(given[code].T, "higher")
    signals = measure(BASE.signals, given)
    for topic in BASE.topics[:8]:
        weak = judge(given[topic.kpis[0]], kpis[topic.kpis[0]].direction).level > 0
        for unit in np.flatnonzero(weak).tolist():
            diagnose(topic.kpis[0], unit, signals, BASE)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(("units", "people"), [(8, 60), (32, 12)])
def test_chance_alone_supports_a_cause_in_one_of_ten_units_at_most(units, people):
    rounds = 240 // units
    told = told_by_chance(units, people, rounds, seed=50)
    assert told <= 0.1 + 2 * np.sqrt(0.09 / (rounds * units))


def test_the_greater_a_cause_the_oftener_it_comes_first():
    seen = [found(PLANTS, effect, 60, 4, 7) for effect in (0.0, 0.3, 0.8)]
    assert seen == sorted(seen) and seen[0] < 0.05


@pytest.mark.parametrize("one", PLANTS, ids=lambda one: f"{one.kpi}-{one.cause}")
def test_a_great_cause_comes_first_in_a_great_unit(one):
    assert found([one], 0.8, 600, 4, 8) >= 0.75


def test_two_causes_at_a_time_come_first_each_in_its_own_diagnosis():
    pairs = [(PLANTS[0], PLANTS[11]), (PLANTS[7], PLANTS[13]), (PLANTS[5], PLANTS[13])]
    for pair in pairs:
        assert found(pair, 0.8, 600, 4, 9) >= 0.75


def test_few_visits_show_where_appointments_are_as_many_as_ever():
    given = world(8, 14, 3, people=300)
    plant(given, PLANTS[4], 0.6, unit=0)
    causes = diagnose("KPI_ACTIVITY", 0, measure(BASE.signals, finished(given)), BASE)
    assert "few_visits" in [cause.cause.id for cause in causes[:3]]


def test_nobody_of_two_newcomers_is_no_evidence():
    given = world(8, 14, 4)
    given["cohort_3"][0, -1], given["retained_3"][0, -1] = 2, 0
    signals = measure(BASE.signals, finished(given))
    assert np.isnan(signals.deviation[signals.places["retained_3_rate"], 0])


@pytest.mark.parametrize("month", [1, 4, 9])
def test_the_month_of_service_that_loses_people_is_found(month):
    assert loss_found(month, 0.4, 200, 20, 3) >= 0.9
    assert loss_found(month, 0.0, 200, 20, 3) == 0
