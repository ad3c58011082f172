"""What single policies, people, outlets and tables come to, worked out by hand."""

import datetime as dt

import pytest

from kpi_xl import kpis
from kpi_xl.calendar import Month
from kpi_xl.data.store import build
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.progress import silent
from worlds import World

AGENT = {"agent": "1", "signed": dt.date(2019, 1, 1), "department": "甲部", "is_manager": False}


def cube_of(world, folder, **settings):
    return build(Project(folder, Settings(**settings)), world.checked(), "", silent)


def policy(number, issued, mode="年交", **more):
    return {
        "policy": number, "agent": "1", "issued": dt.date.fromisoformat(issued), "is_main": True,
        "pieces": 1, "premium": 100_000, "fyc": 0, "pay_mode": mode, **more,
    }  # fmt: skip


def due(number, day, paid=True):
    day = dt.date.fromisoformat(day)
    return {
        "policy": number, "agent": "1", "due": day, "paid": day if paid else None,
        "due_premium": 100_000, "paid_premium": 100_000 if paid else 0,
    }  # fmt: skip


def until(day):
    """Somebody did something on a day, so that the data go on until then."""
    return [{"day": dt.date.fromisoformat(day), "agent": "1", "visits": 1}]


def rate(cube, code, month):
    return cube.kpi(kpis[code])[0, cube.month_index(Month.parse(month))]


def test_a_year_of_a_policy_is_told_by_its_own_dates_whatever_the_months(tmp_path):
    """Paid monthly since 28 December: business December is longer than the months around it."""
    policies, dues = [], []
    for number in "1234":
        policies.append(policy(number, "2022-12-28", "月交"))
        for k in range(1, 18):
            month = Month.of(2022, 12) + k
            kept = number in "12" or k <= 11
            dues.append(due(number, month.first.replace(day=28).isoformat(), kept))
    world = World([AGENT], policies=policies, dues=dues, activities=until("2024-06-20"))
    cube = cube_of(world, tmp_path, month_cut=25)
    assert rate(cube, "KPI_PERSISTENCY13", "2024-02") == 0.5
    assert rate(cube, "KPI_PERSISTENCY13_PIECES", "2024-02") == 0.5
    assert cube.measure("first_year_renewal")[0].sum() == 4 * 11 * 100_000


@pytest.mark.parametrize("cut", [None, 1, 15, 25, 28])
@pytest.mark.parametrize(
    ("issued", "second", "third"),
    [
        ("2021-01-31", "2022-02-01", "2023-02-01"),  # in force the day after
        ("2021-02-28", "2022-03-01", "2023-03-01"),
        ("2020-02-29", "2021-02-28", "2022-02-28"),  # no such day: the month's last
        ("2020-02-29", "2021-03-01", "2022-03-01"),
        ("2020-12-31", "2022-01-01", "2023-01-01"),
        ("2020-12-26", "2021-12-26", "2022-12-26"),
    ],
)
def test_an_anniversary_in_the_next_month_is_an_anniversary(tmp_path, issued, second, third, cut):
    policies = [policy(number, issued) for number in "123"]
    dues = [due(number, second, number != "1") for number in "123"]
    dues += [due(number, third, number == "3") for number in "23"]
    world = World([AGENT], policies=policies, dues=dues, activities=until("2023-12-31"))
    cube = cube_of(world, tmp_path, month_cut=cut)
    begun = Month.containing(dt.date.fromisoformat(issued), cut)
    assert rate(cube, "KPI_PERSISTENCY13", begun + 14) == 2 / 3
    assert rate(cube, "KPI_PERSISTENCY25", begun + 26) == 1 / 2
    assert cube.measure("first_year_renewal").sum() == 0


@pytest.mark.parametrize(("mode", "months"), [("半年交", 6), ("季交", 3), ("月交", 1), ("期交", 1)])
def test_only_the_years_first_instalment_tells_whether_it_was_kept(tmp_path, mode, months):
    """Three stop at the anniversary, after it, and never."""
    policies, dues = [], []
    for number, last in (("1", 12 - months), ("2", 12), ("3", 24)):
        policies.append(policy(number, "2022-01-31", mode))
        for k in range(months, 25, months):
            day = (Month.of(2022, 1) + k).last.isoformat()
            dues.append(due(number, day, k <= last))
    world = World([AGENT], policies=policies, dues=dues, activities=until("2024-06-30"))
    cube = cube_of(world, tmp_path)
    assert rate(cube, "KPI_PERSISTENCY13", "2023-03") == 2 / 3
    assert rate(cube, "KPI_PERSISTENCY25", "2024-03") == 1 / 2
    assert cube.measure("first_year_renewal")[0].sum() == 3 * (12 // months - 1) * 100_000


def test_what_became_of_those_who_signed_is_of_all_of_them(tmp_path):
    """Ten trainees: four were promoted and confirmed, two left; their rank does not count."""
    agents, promotions = [AGENT | {"rank": "M01"}], []
    for number in range(10):
        promoted, left = number < 4, number >= 8
        agents.append(
            AGENT | {
                "agent": f"N{number}", "signed": dt.date(2023, 12, 5),
                "rank": "M01" if promoted else "M00",
                "confirmed": dt.date(2024, 3, 5) if promoted else None,
                "left": dt.date(2024, 2, 10) if left else None,
            }
        )  # fmt: skip
        if promoted:
            promotions.append(
                {
                    "agent": f"N{number}", "valid_from": dt.date(2024, 3, 5), "rank": "M01",
                    "is_manager": False, "from_rank": "M00", "was_manager": False,
                }
            )  # fmt: skip
    world = World(agents, promotions=promotions, activities=until("2024-06-30"))
    world.activities += until("2023-12-01")
    cube = cube_of(world, tmp_path, uncounted_ranks=("M00",))
    now = cube.month_index(Month.of(2024, 6))
    found = {m: int(cube.measure(m)[0, now]) for m in ("cohort_6", "retained_6", "confirmed_6")}
    assert found == {"cohort_6": 10, "retained_6": 8, "confirmed_6": 4}
    assert cube.measure("closing")[0, now] == 5


def test_an_outlet_whose_policies_were_all_withdrawn_is_not_active(tmp_path):
    june = dt.date(2024, 6, 20)
    world = World(
        [AGENT],
        policies=[
            policy("1", "2024-06-05", outlet="W1", withdrawn=june),
            policy("2", "2024-06-05", outlet="W2", withdrawn=june),
            policy("3", "2024-06-06", outlet="W2"),
            policy("4", "2024-05-06", outlet="W3", withdrawn=june),
        ],
        outlets=[
            {"outlet": name, "agent": "1", "opened": None, "closed": None}
            for name in ("W1", "W2", "W3")
        ],
    )
    cube = cube_of(world, tmp_path)
    assert cube.measure("active_outlets")[0].tolist() == [1, 1]
    assert cube.measure("outlets")[0].tolist() == [3, 3]


DAY = dt.date(2024, 6, 3)
OF_JUNE = {
    "dues": {"dues": [due("1", "2024-06-03")]},
    "attendance": {"attendance": [{"day": DAY, "agent": "1", "days_due": 1, "days_present": 1}]},
    "activities": {"activities": until("2024-06-03")},
    "counts": {"counts": [{"day": DAY, "agent": "1", "item": "deals", "quantity": 100}]},
    "policies": {"policies": [policy("2", "2024-06-03")]},
}


@pytest.mark.parametrize("table", OF_JUNE)
@pytest.mark.parametrize("others", [True, False])
def test_every_table_tells_the_last_month(tmp_path, table, others):
    world = World([AGENT], **OF_JUNE[table])
    if others:
        world.policies = [*world.policies, policy("1", "2023-05-05")]
    cube = cube_of(world, tmp_path)
    assert cube.last == Month.of(2024, 6)
    assert cube.first == (Month.of(2023, 5) if others else Month.of(2024, 6))


def test_what_is_due_in_months_to_come_is_no_data_of_theirs(tmp_path):
    dues = [due("1", f"2024-{month:02d}-05", month < 6) for month in range(1, 13)]
    cube = cube_of(World([AGENT], dues=dues), tmp_path)
    assert (cube.first, cube.last) == (Month.of(2024, 1), Month.of(2024, 5))


def test_as_of_tells_a_later_month(tmp_path):
    """Nobody came or went after March, and the files are of June."""
    agents = [AGENT, AGENT | {"agent": "2", "signed": dt.date(2024, 3, 1)}]
    settings = {"as_of": dt.date(2024, 6, 30)}
    cube = cube_of(World(agents), tmp_path, **settings)
    assert cube.last == Month.of(2024, 6)
    assert rate(cube, "KPI_ACTIVITY", "2024-06") != 1  # there are no policies
    assert cube.measure("closing")[0, -1] == 2
    with pytest.raises(InputError):
        cube_of(World(agents), tmp_path).month_index(Month.of(2024, 6))


def test_what_falls_due_after_the_last_day_of_data_is_not_uncollected(tmp_path):
    """The list has all of June, the data end on the 14th: 2 of 2 due until then were paid."""
    dues = [due(str(day), f"2024-06-{day:02d}", day <= 14) for day in (3, 10, 17, 24)]
    dues += [due(str(day), f"2024-05-{day:02d}") for day in (3, 10, 17, 24)]
    world = World([AGENT], dues=dues, activities=until("2024-06-14") + until("2024-06-03"))
    cube = cube_of(world, tmp_path)
    assert cube.as_of == dt.date(2024, 6, 14)
    assert cube.measure("due_pieces")[0].tolist() == [4, 2]
    assert rate(cube, "KPI_PERSISTENCY", "2024-06") == 1
    equal = cube.on_equal_spans(cube.last)
    assert equal.measure("due_pieces")[0].tolist() == [2, 2]
    # More days of data, the same list: two weeks later one was not paid.
    world.activities = until("2024-06-20") + until("2024-06-03")
    cube = cube_of(world, tmp_path)
    assert cube.measure("due_pieces")[0].tolist() == [4, 3]
    assert rate(cube, "KPI_PERSISTENCY", "2024-06") == 2 / 3
