"""Returned facts beside the raw files: which counts, what is told, and what waits."""

from __future__ import annotations

import datetime as dt

import pytest

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.checks.check import check_project
from kpi_xl.checks.returned import DayFact, Returned, TargetFact, WeekFact, Where
from kpi_xl.project import Project
from small_branch import TWO_DEPARTMENTS, small_branch

WHERE = Where("员000.xlsx", "第1周", "H7", "5")
AGENT = "10000"
JUNE = Month.of(2024, 6)
FYP = kpis.find("首年度保费").code

DAYS = (
    "日期,工号,约访数,拜访数,洽谈人数,促成人数",
    *(f"2024-06-{day:02},{agent},4,3,2,1" for agent in ("10000", "10001") for day in (3, 4)),
)
TARGETS = (
    "月份,层级,单位,指标,目标值",
    "2024-06,营业部,东城营业部,首年度保费,243000",
    "2024-06,营业组,东城营业部/一组,首年度保费,100",
    "2024-06,业务员,10000,人均件数,3",
)


@pytest.fixture
def make(tmp_path):
    def made(more="", days=DAYS, targets=TARGETS) -> Project:
        project = small_branch(tmp_path / "branch", TWO_DEPARTMENTS, more=more)
        if days is None:
            (project.data / "活动.csv").unlink()
        else:
            (project.data / "活动.csv").write_text("\n".join(days), encoding="utf-8")
        (project.data / "目标.csv").write_text("\n".join(targets), encoding="utf-8")
        return Project.open(project.folder)

    return made


def put(project, **facts):
    """What a check makes of facts: it, and what is told of them."""
    returned = Returned(**facts)
    for kind in facts.values():
        for fact in kind:
            from kpi_xl.catalogue.schema import TARGETS as TARGET_TABLE
            from kpi_xl.checks.returned import table_of

            table = TARGET_TABLE if isinstance(fact, TargetFact) else table_of(fact.item)
            returned.account(table, fact.where).read += 1
    checked = check_project(project, returned=returned)
    told = [p for p in checked.problems if p.kind.startswith("typed.")]
    assert all(one.read == one.used + one.same + one.set_aside for one in checked.returned)
    assert all(one.used >= 0 for one in checked.returned)
    return checked, told


def targets_of(checked):
    data = checked.tables["targets"].data
    return {
        (level, unit, code): target
        for level, unit, code, target in zip(
            *(data[name].to_pylist() for name in ("level", "unit", "kpi", "target")), strict=True
        )
    }


def target(value=654321.0, unit="东城营业部", level="营业部", code=FYP):
    return TargetFact(JUNE.number, level, unit, code, value, WHERE)


def visits_of(checked, agent=AGENT, item="visits"):
    data = checked.tables["activities"].data
    return {
        day: sum(
            count
            for who, on, count in zip(
                *(data[name].to_pylist() for name in ("agent", "day", item)), strict=True
            )
            if (who, on) == (agent, day)
        )
        for day in sorted(set(data["day"].to_pylist()))
    }


def day(number, count=5, item="visits", outlet=None, agent=AGENT, month=6):
    return DayFact(agent, dt.date(2024, month, number), item, count, outlet, WHERE)


def test_a_returned_target_counts_and_the_file_s_row_is_told(make):
    checked, told = put(make(), targets=[target()])
    assert targets_of(checked)["营业部", "东城营业部", FYP] == 654321
    (one,) = told
    assert (one.kind, one.file, one.row, one.value) == (
        "typed.replaces-raw",
        "目标.csv",
        2,
        "243000",
    )
    assert (checked.tables["targets"].used, checked.tables["targets"].set_aside) == (2, 1)
    (sheet,) = checked.returned
    assert (sheet.file, sheet.read, sheet.used) == ("员000.xlsx", 1, 1)


def test_kpi_toml_says_that_the_files_count(make):
    checked, told = put(make('[returned]\n"目标" = "原始"\n'), targets=[target()])
    assert targets_of(checked)["营业部", "东城营业部", FYP] == 243000
    assert [(one.kind, one.column) for one in told] == [("typed.differs-from-raw", "H7")]
    assert "目标.csv 第 2 行" in told[0].reason


def test_a_target_that_the_file_has_as_well_is_no_new_fact(make):
    checked, told = put(make(), targets=[target(243000.0)])
    assert not told
    assert checked.returned[0].same == 1
    assert checked.tables["targets"].data.num_rows == 3


def test_a_team_s_target_is_known_by_its_path_or_sheet_and_an_agent_s_by_either_name(make):
    pieces = kpis.find("主险件数").code
    checked, told = put(
        make(),
        targets=[
            target(7.0, "东城营业部/一组", level=""),
            target(4.0, AGENT, "业务员", pieces),
            target(9.0, "没有的营业部"),
        ],
    )
    found = targets_of(checked)
    assert found["营业组", "东城营业部/一组", FYP] == 7
    assert found["业务员", AGENT, pieces] == 4
    assert ("业务员", AGENT, kpis.find("人均件数").code) not in found
    assert sorted(one.kind for one in told) == [
        "typed.replaces-raw",
        "typed.replaces-raw",
        "typed.unknown-unit",
    ]


def test_days_that_no_file_tells_of_count_and_others_are_told(make):
    checked, told = put(make(), days=[day(3), day(4, 3), day(5), day(5, 2, "interviews")])
    assert visits_of(checked) == {
        dt.date(2024, 6, 3): 3,
        dt.date(2024, 6, 4): 3,
        dt.date(2024, 6, 5): 5,
    }
    assert visits_of(checked, item="interviews")[dt.date(2024, 6, 5)] == 2
    assert [one.kind for one in told] == ["typed.differs-from-raw"]
    assert [(one.used, one.same, one.set_aside) for one in checked.returned] == [(2, 1, 1)]


def test_kpi_toml_says_that_what_came_back_counts(make):
    checked, told = put(make('[returned]\n"活动" = "回收"\n'), days=[day(3)])
    assert visits_of(checked)[dt.date(2024, 6, 3)] == 5
    assert visits_of(checked, item="appointments")[dt.date(2024, 6, 3)] == 4
    assert visits_of(checked, "10001")[dt.date(2024, 6, 3)] == 3
    assert [one.kind for one in told] == ["typed.replaces-day"]


def test_nothing_is_added_to_what_may_be_the_whole_month(make):
    totals = (DAYS[0], "2024-06-30,10000,90,60,20,9", "2024-06-30,10001,90,60,20,9")
    checked, told = put(make(days=totals), days=[day(5)])
    assert visits_of(checked) == {dt.date(2024, 6, 30): 60}
    assert [one.kind for one in told] == ["typed.beside-month-total"]


def test_months_that_no_file_tells_of_wait_and_the_data_end_where_they_did(make):
    project = make()
    checked, told = put(project, days=[day(1, month=7), day(2, month=7), day(28)])
    assert dt.date(2024, 7, 1) not in visits_of(checked)
    assert visits_of(checked)[dt.date(2024, 6, 28)] == 5
    (one,) = told
    assert (one.kind, one.fault.about["count"]) == ("typed.after-data", 2)
    assert checked.told[-1] == dt.date(2024, 6, 5)  # the last policy


def week(count, number=10):
    days = tuple(dt.date(2024, 6, number + n) for n in range(7))
    return WeekFact(AGENT, days, "visits", count, WHERE)


def test_a_week_s_sum_counts_where_no_day_is_known(make):
    checked, told = put(make(), weeks=[week(12)])
    assert visits_of(checked)[dt.date(2024, 6, 16)] == 12
    assert not told


def test_a_week_s_sum_beside_days_is_compared(make):
    checked, told = put(make(), days=[day(11)], weeks=[week(12)])
    assert visits_of(checked)[dt.date(2024, 6, 11)] == 5
    assert dt.date(2024, 6, 16) not in visits_of(checked)
    assert [one.kind for one in told] == ["typed.week-beside-days"]


def test_what_is_received_ahead_is_a_count_and_no_policy(make):
    project = make(days=None)
    checked, told = put(
        project, days=[day(5, 1234567, "advance_premium"), day(5, 200, "advance_pieces")]
    )
    counts = checked.tables["counts"].data
    assert dict(zip(counts["item"].to_pylist(), counts["quantity"].to_pylist(), strict=True)) == {
        "advance_premium": 1234567,
        "advance_pieces": 200,
    }
    assert not told
    policies = checked.tables["policies"].data.num_rows
    assert policies == check_project(project).tables["policies"].data.num_rows


def test_somebody_whom_the_roster_does_not_have_is_told(make):
    _, told = put(make(), days=[day(5, agent="77777")])
    assert [one.kind for one in told] == ["typed.unknown-agent"]


def test_a_bare_name_that_two_teams_have_is_no_raw_row_of_either(make):
    """It may be the other's: the row stays, and whatever uses the month asks which is meant."""
    bare = (TARGETS[0], "2024-06,营业组,一组,首年度保费,100")
    project = make(targets=bare)
    fact = TargetFact(JUNE.number, "营业组", "西城营业部/一组", FYP, 700.0, WHERE)
    checked, told = put(project, targets=[fact])
    assert told == []
    rows = checked.tables["targets"].data
    assert sorted(rows["target"].to_pylist()) == [100.0, 700.0]
    # One team alone has the other name: it is its row.
    alone = (TARGETS[0], "2024-06,营业部,西城营业部,首年度保费,100")
    project = Project.open(project.folder)
    (project.data / "目标.csv").write_text("\n".join(alone), encoding="utf-8")
    fact = TargetFact(JUNE.number, "营业部", "西城营业部", FYP, 700.0, WHERE)
    checked, told = put(project, targets=[fact])
    assert checked.tables["targets"].data["target"].to_pylist() == [700.0]
