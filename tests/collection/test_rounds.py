"""Targets from proposal to lock, with workbooks that go out and come back."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
import time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collection.conftest import edited
from collection.test_collect import saved_at
from kpi_xl.analysis.negotiation import Step
from kpi_xl.calendar import Month
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.round_decisions import take
from kpi_xl.circulation.round_workbook import make
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.jobs import rounds
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.jobs.round_views import log_view, round_view, rounds_view
from kpi_xl.jobs.rounds import Asked
from kpi_xl.project import Project
from kpi_xl.record.circulation import changing, circulation, file_of
from kpi_xl.record.round_targets import round_targets
from kpi_xl.record.rounds import course_of, latest
from kpi_xl.workbook import read
from office import (
    cached_values,
    convert,
    formulas_and_values,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

FORM = "月度目标设定、达成表"
PIECES = "主险件数"
PREMIUM = "首年度保费"
EAST, WEST = "东城营业部", "西城营业部"
TEAM = f"{EAST}/一组"


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Project:
    """A branch with a round of pieces and one of premium, and workbooks of targets sent out."""
    project = small_branch(tmp_path_factory.mktemp("rounds") / "p", TWO_DEPARTMENTS)
    rounds.propose(project, PIECES, 83, MONTH)
    rounds.propose(project, PREMIUM, 100_000.01, MONTH)
    distribute(project, FORM, MONTH)
    return project


@pytest.fixture
def project(begun, tmp_path) -> Project:
    folder = tmp_path / "p"
    shutil.copytree(begun.folder, folder)
    return Project.open(folder)


def stand(course, unit):
    return course.stands[rounds.place_meant(course.round, unit)]


def even(course):
    """Every sum, by hand, of what stands in the file."""
    for place, below in enumerate(course.negotiation.below):
        if below and course.round.is_sum:
            sums = sum(course.stands[one].value for one in below)
            assert course.stands[place].value == sums + course.negotiation.unassigned(place)
    return course


def returned(project, unit, hour, cells, members=()):
    """A team's workbook comes back with targets typed into it."""
    source = next(
        one
        for one in sorted((project.output / MONTH / "下发" / FORM).rglob("*.xlsx"))
        if one.relative_to(project.output / MONTH / "下发" / FORM).with_suffix("").as_posix()
        == unit
    )
    file = project.returned / f"{unit.replace('/', '_')}.xlsx"
    file.parent.mkdir(exist_ok=True)
    shutil.copy(source, file)

    def edit(book):
        def first(name):
            ((sheet, place),) = book.defined_names[name].destinations
            return book[sheet], place.replace("$", "").partition(":")[0]

        for name, value in cells.items():
            sheet, place = first(name)
            sheet[place] = value
        ids, amounts = first("members.工号"), first(f"members.{PIECES}.目标")
        for agent, value in dict(members).items():
            row = ids[0][ids[1]].row
            while str(ids[0].cell(row, ids[0][ids[1]].column).value) != agent:
                row += 1
            amounts[0].cell(row, amounts[0][amounts[1]].column).value = value

    edited(file, edit)
    saved_at(file, hour)
    return collect(project)


def test_what_is_proposed_adds_up_to_the_fen(begun):
    for label, total in ((PIECES, 83), (PREMIUM, 10_000_001)):
        course = even(rounds.course(begun, label))
        assert course.stands[0].value == total
        assert not any(map(course.negotiation.unassigned, range(len(course.stands))))
    assert [one.level for one in rounds.course(begun, PIECES).round.places].count("业务员") == 8
    assert len(rounds.course(begun, PREMIUM).stands) == 7  # no form asks people for it


def test_what_comes_back_is_the_answer(project):
    returned(project, TEAM, 8, {f"kpi.{PIECES}.目标": 15}, {"10000": 9})
    course = even(rounds.course(project, PIECES))
    assert stand(course, TEAM).answered == 15 and stand(course, "10000").answered == 9
    assert stand(course, EAST).answered is None
    answers = [one for one in course.events if one.step is Step.ANSWERED]
    assert {one.amount for one in answers} >= {15, 9}
    assert all("东城营业部_一组.xlsx「目标与达成」" in one.where for one in answers)
    (target,) = (one for one in round_targets(project) if one[2:4] == ("10000", "KPI_PIECES"))
    assert (target.level, target.target) == ("业务员", 9)


def test_a_later_answer_replaces(project):
    returned(project, TEAM, 8, {f"kpi.{PIECES}.目标": 15})
    returned(project, TEAM, 9, {f"kpi.{PIECES}.目标": 17})
    course = rounds.course(project, PIECES)
    assert stand(course, TEAM).answered == 17
    mine = (rounds.place_meant(course.round, TEAM), Step.ANSWERED)
    assert [one.amount for one in course.events if one[:2] == mine] == [15, 17]


def test_the_same_again_after_a_counter_is_a_word(project):
    returned(project, TEAM, 8, {f"kpi.{PIECES}.目标": 15})
    rounds.counter(project, PIECES, None, [Asked(TEAM, "20")])
    collect(project)  # the same file once more says nothing new
    assert stand(rounds.course(project, PIECES), TEAM).value == 20


def test_parts_of_a_fen_are_no_answer_and_are_told(project):
    returned(project, TEAM, 8, {f"kpi.{PREMIUM}.目标": 1000.005})
    course = rounds.course(project, PREMIUM)
    assert stand(course, TEAM).answered is None
    view = round_view(course, project.settings)
    assert any("1000.005" in note and "要写到分" in note for note in view.notes)


def test_from_proposal_to_lock_and_a_change_with_its_reason(project):
    rounds.answer(project, PIECES, None, [Asked(EAST, "40"), Asked(WEST, "39")], "电话")
    rounds.counter(project, PIECES, None, [Asked(WEST, "41")])
    rounds.accept(project, PIECES, None, [Asked(EAST, None)])
    rounds.answer(project, PIECES, None, [Asked(WEST, "41")])
    rounds.accept(project, PIECES, None, [])  # what is as it was asked for
    with pytest.raises(InputError) as error:
        rounds.lock(project, PIECES, None)
    assert error.value.kind == "rounds.not-agreed"
    rounds.accept(project, PIECES, None, [Asked("总公司", None)], "按建议", below=True)
    with pytest.raises(InputError) as error:
        rounds.lock(project, PIECES, None)
    assert error.value.kind == "rounds.difference" and "差 2" in str(error.value)
    course = even(rounds.lock(project, PIECES, None, carry=True, reason="留给新设的组"))
    assert all(one.locked for one in course.stands) and course.stands[0].carried == 2
    with pytest.raises(InputError) as error:
        rounds.change(project, PIECES, None, [Asked(EAST, "42")], reason=" ", carry=True)
    assert error.value.kind == "rounds.reason"
    returned(project, TEAM, 8, {f"kpi.{PIECES}.目标": 5})
    assert stand(rounds.course(project, PIECES), TEAM).value != 5
    course = rounds.change(project, PIECES, None, [Asked(EAST, "42")], reason="换将", carry=True)
    assert stand(even(course), EAST).value == 42
    last = log_view(course).rows[-1]
    assert "换将" in last
    assert any("锁定后，没有用" in row[3] for row in log_view(course).rows)
    with pytest.raises(InputError) as error:
        rounds.propose(project, PIECES, 90, MONTH, reason="再来")
    assert error.value.kind == "rounds.propose-locked"


def test_a_second_proposal_needs_a_reason_and_begins_anew(project):
    rounds.answer(project, PIECES, None, [Asked(EAST, "40")])
    with pytest.raises(InputError) as error:
        rounds.propose(project, PIECES, 90, MONTH)
    assert error.value.kind == "rounds.there"
    course = rounds.propose(project, PIECES, 90, MONTH, reason="总公司加码")
    assert course.stands[0].value == 90 and stand(course, EAST).answered is None
    with circulation(project) as connection:
        assert connection.execute("SELECT count(*) FROM rounds").fetchone()[0] == 3


def test_a_ratio_is_agreed_without_sums(project):
    course = rounds.propose(project, "活动率", 0.8, MONTH)
    assert {one.proposed for one in course.stands} == {800_000}
    rounds.answer(project, "活动率", None, [Asked(EAST, "75%")])
    course = rounds.course(project, "活动率")
    assert course.round.shown(stand(course, EAST).value) == "75%"
    assert "不核对合计" in "".join(round_view(course, project.settings).notes)


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ([Asked("北城", "1")], "rounds.no-unit"),
        ([Asked("一组", "1")], "rounds.several"),
        ([Asked(EAST, "1"), Asked("东城营业部", "2")], "rounds.twice"),
        ([Asked(EAST, "1.5")], "rounds.amount"),
        ([Asked(EAST, "-1")], "rounds.amount"),
        ([Asked(EAST, "几件")], "number.unreadable"),
        ([Asked("总公司", "1")], "rounds.root-counter"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(project, pairs, kind):
    before = rounds.course(project, PIECES)
    with pytest.raises(InputError) as error:
        rounds.counter(project, PIECES, None, pairs)
    assert error.value.kind == kind
    after = rounds.course(project, PIECES)
    assert (after.stands, len(after.events)) == (before.stands, len(before.events))


def test_nothing_kept_can_be_changed(project):
    tables = ("rounds", "round_places", "round_acts", "round_steps")
    with circulation(project) as connection:
        for table in tables:
            for change in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid + 1"):
                with pytest.raises(sqlite3.IntegrityError, match=f"{table} is only added to"):
                    connection.execute(change)


# -- the workbook of the level above


def decided(file, rows, sheet=PIECES):
    """The manager types his decisions: by unit, decision, amount and reason."""

    def edit(book):
        page = book[sheet]
        keys = {page.cell(row, 4).value: row for row in range(6, page.max_row + 1)}
        for unit, cells in rows.items():
            for column, value in zip((14, 15, 16), cells, strict=True):
                page.cell(keys[unit], column).value = value

    edited(file, edit)
    return file


def test_decisions_come_back_once_each_with_who_and_where(project):
    rounds.answer(project, PIECES, None, [Asked(EAST, "40"), Asked(WEST, "30")])
    file = make(project)
    decided(file, {EAST: ("接受", None, None), WEST: ("还价", 38, "去年同期 41")})
    done = take(project, file)
    assert (done.taken, done.known, done.problems) == (2, 0, [])
    course = even(rounds.course(project, PIECES))
    assert stand(course, EAST).agreed == 40 and stand(course, WEST).countered == 38
    countered = course.events[-1]
    assert countered.reason == "去年同期 41" and "总公司.xlsx「主险件数」N" in countered.where
    again = take(project, file)
    assert (again.taken, again.known, again.problems) == (0, 2, [])


def test_decisions_in_doubt_are_not_taken_and_the_others_are(project):
    rounds.answer(project, PIECES, None, [Asked(EAST, "40"), Asked(WEST, "30")])
    file = make(project)
    rounds.answer(project, PIECES, None, [Asked(EAST, "39")])  # meanwhile
    decided(
        file,
        {EAST: ("接受", None, None), WEST: ("还价", None, "多些"), "总公司": ("接受", 70, "少些")},
    )
    done = take(project, file)
    assert done.taken == 1
    assert [one.fault.kind.code for one in done.problems] == [
        "rounds.stale",
        "rounds.counter-empty",
    ]
    assert [one.cell for one in done.problems] == ["N7", "O10"]
    assert rounds.course(project, PIECES).stands[0].value == 70


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("同意", None, None), "rounds.decision"),
        ((None, 38, None), "rounds.decision-missing"),
        ((None, None, "为什么"), "rounds.decision-missing"),
        (("还价", "很多", None), "number.unreadable"),
        (("还价", 38.5, None), "rounds.amount"),
        (("还价", -3, None), "rounds.amount"),
        (("接受", None, None), "rounds.reason"),  # nobody answered
        (("接受", 30, None), "rounds.reason"),
        (("还价", "=1+1", None), "rounds.uncalculated"),
    ],
)
def test_what_a_manager_may_get_wrong_is_told_with_its_cell(project, cells, kind):
    file = decided(make(project), {EAST: cells})
    done = take(project, file)
    assert done.taken == 0
    assert [one.fault.kind.code for one in done.problems] == [kind]
    assert done.problems[0].cell and done.problems[0].advice


def test_the_workbook_is_known_wherever_it_comes(project, tmp_path):
    file = make(project)
    project.returned.mkdir(exist_ok=True)
    shutil.copy(file, project.returned)
    assert [one.error.kind for one in collect(project).aside] == ["rounds.workbook"]
    other = tmp_path / "x.xlsx"
    openpyxl.Workbook().save(other)
    with pytest.raises(InputError) as error:
        take(project, other)
    assert error.value.kind == "rounds.no-workbook"


def test_a_department_sees_its_own_units_only(project):
    file = make(project, unit=EAST)
    for sheet in openpyxl.load_workbook(file):
        text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert "西城" not in text and "总公司" not in text
        assert TEAM in text


@needs_soffice
@needs_node_validator
def test_the_workbook_is_valid_and_its_values_are_those_of_its_formulas(project, tmp_path):
    rounds.answer(project, PIECES, None, [Asked(EAST, "40"), Asked(TEAM, "22")])
    rounds.answer(project, PREMIUM, None, [Asked(EAST, "40000.55")])
    files = [make(project), make(project, unit=EAST)]
    assert not any(open_xml_sdk_errors(files).values())
    for file in files:
        assert openxml_audit_errors(file) == []
        (again,) = convert([file], "xlsx", tmp_path)
        formulas, written = formulas_and_values(file)
        calculated = cached_values(again)
        assert formulas
        for cell in formulas:
            mine, theirs = written[cell], calculated[cell]
            assert (
                (mine or 0) == pytest.approx(theirs or 0)
                if not isinstance(mine, str)
                else mine == (theirs or "")
            )


@pytest.mark.parametrize("amount", ["1", "999999.99", "123456789.01"])
def test_every_amount_has_room_in_its_column(project, amount):
    rounds.answer(project, PREMIUM, None, [Asked(EAST, amount)])
    sheet = openpyxl.load_workbook(make(project), data_only=True)[PREMIUM]
    widths = {
        column: one.width
        for one in sheet.column_dimensions.values()
        for column in range(one.min, one.max + 1)
    }
    amounts = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float)]
    assert len(amounts) > 10
    for cell in amounts:
        # One more for the sign of a difference, two for bold type.
        needed = len(f"{abs(cell.value):,.2f}") + 3
        assert widths[cell.column] >= needed, cell.coordinate


# -- whatever happens


ACTS = st.sampled_from(["answer", "counter", "accept", "lock", "change"])


@hypothesis_settings(max_examples=12)
@given(
    st.lists(st.tuples(ACTS, st.integers(0, 14), st.integers(0, 99), st.booleans()), max_size=12)
)
def test_random_rounds_add_up_and_the_file_says_what_was_done(begun, tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("random") / "p"
    shutil.copytree(begun.folder, folder)
    project = Project.open(folder)
    before = rounds.course(project, PIECES)
    for act, place, amount, why in steps:
        unit, reason = before.round.keys[place], "有原因" if why else ""
        pairs = [Asked(unit, str(amount))]
        try:
            match act:
                case "answer":
                    after = rounds.answer(project, PIECES, None, pairs, reason)
                case "counter":
                    after = rounds.counter(project, PIECES, None, pairs, reason)
                case "accept":
                    after = rounds.accept(
                        project, PIECES, None, [Asked(unit, None)], reason, below=why
                    )
                case "lock":
                    after = rounds.lock(project, PIECES, None, [unit], reason=reason, carry=why)
                case _:
                    after = rounds.change(project, PIECES, None, pairs, reason=reason, carry=why)
        except InputError:
            after = rounds.course(project, PIECES)
            assert after.stands == before.stands
        even(after)
        for old, new in zip(before.stands, after.stands, strict=True):
            assert not old.locked or old.value == new.value or why
        assert after.stands == rounds.course(project, PIECES).stands
        before = after
    targets = [one.target for one in round_targets(project) if one.kpi == "KPI_PIECES"]
    assert targets == [one.value for one in before.stands]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked")
@pytest.mark.filterwarnings("ignore")
def test_killed_anywhere_nothing_is_half(project):
    dice = random.Random(7)
    for _ in range(8):
        child = os.fork()
        if not child:
            try:
                while True:
                    unit = dice.choice([EAST, WEST])
                    rounds.counter(
                        project, PIECES, None, [Asked(unit, str(dice.randrange(99)))], "还"
                    )
            finally:
                os._exit(1)
        time.sleep(dice.uniform(0.02, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        even(rounds.course(project, PIECES))
    with changing(project) as connection:
        acts = connection.execute("SELECT count(*) FROM round_acts").fetchone()[0]
        with_steps = connection.execute("SELECT count(DISTINCT act) FROM round_steps").fetchone()[0]
        assert acts == with_steps > 2
        assert [one.kpi.name for one in latest(connection, project.settings.kpis)] == [
            PIECES,
            PREMIUM,
        ]
        assert course_of(connection, latest(connection, project.settings.kpis)[0]).stands


def test_all_rounds_of_a_month_in_one_table(project):
    view = rounds_view(rounds.courses(project))
    assert [row[0] for row in view.rows] == [PIECES, PREMIUM]
    assert [row[3] for row in view.rows] == ["83", "100,000.01"]


def test_a_record_without_rounds_is_given_their_tables(project):
    """Version 3 had the history and no rounds."""
    rounds.answer(project, PIECES, None, [Asked(EAST, "40")])
    with sqlite3.connect(file_of(project)) as old:
        for table in ("workbooks", "steps", "acts", "places"):
            old.execute(f"DROP TABLE round_{table}")
        old.executescript("DROP TABLE rounds; PRAGMA user_version = 3;")
    old.close()
    assert rounds.courses(project) == []
    course = rounds.propose(project, PIECES, 83, MONTH)
    assert stand(course, EAST).answered is None


# -- what was agreed is what is used


def used(project, kpi, month=MONTH):
    """The targets of a month as everything uses them, by unit and person."""
    cube = load(project).cube
    with reading(project, cube) as store:
        rows = store.execute(
            "SELECT unit, target FROM targets WHERE month = ? AND kpi = ?",
            [Month.parse(month).number, kpi],
        ).fetchall()
    assert len(rows) == len({unit for unit, _ in rows})  # none twice
    return dict(rows)


def test_what_a_round_says_is_the_target(project):
    """Before the raw file and the typed cell, at every step, once each."""
    (project.data / "目标.csv").write_text(
        f"月份,层级,单位,指标,目标值\n{MONTH},营业部,{EAST},{PIECES},77\n"
        f"{MONTH},营业部,{WEST},活动率,0.9\n",
        encoding="utf-8",
    )
    found = used(project, "KPI_PIECES")
    assert found == {
        one.unit: one.target for one in round_targets(project) if one.kpi == "KPI_PIECES"
    }
    assert found["总公司"] == 83
    returned(project, TEAM, 8, {f"kpi.{PIECES}.目标": 15, "kpi.活动率.目标": 0.85}, {"10000": 9})
    found = used(project, "KPI_PIECES")
    assert (found[TEAM], found["10000"]) == (15, 9)
    rounds.counter(project, PIECES, None, [Asked(TEAM, "18")])
    assert used(project, "KPI_PIECES")[TEAM] == 18
    rounds.accept(project, PIECES, None, [Asked(TEAM, "16")], "折中")
    assert used(project, "KPI_PIECES")[TEAM] == 16
    # What there is no round of is as it was.
    assert used(project, "KPI_ACTIVITY") == {WEST: 0.9, TEAM: 0.85}


def test_the_next_workbooks_show_what_counts(project):
    rounds.counter(project, PIECES, None, [Asked(TEAM, "18"), Asked("10000", "7")])
    filled = fill(project, FORM, MONTH)
    values = read(next(file for file in filled.files if file.parts[-2:] == (EAST, "一组.xlsx")))
    assert values[f"kpi.{PIECES}.目标"] == 18
    assert values[f"members.{PIECES}.目标"][0] == [7]


def test_a_round_of_visits_is_what_people_plan(project):
    """Plans go the same way: the month's plan of 周工作计划 is what was decided."""
    rounds.propose(project, "拜访数", 100, MONTH)
    rounds.counter(project, "拜访数", None, [Asked("10000", "21")])
    filled = fill(project, "周工作计划", MONTH)
    values = read(next(file for file in filled.files if "10000" in file.name))
    assert values["month.target.拜访数"] == 21
    planned = [values.get(f"week{week}.plan.拜访数") for week in range(1, 7)]
    assert sum(day or 0 for week in planned if week for row in week for day in row) == 21


def test_a_form_that_comes_back_as_it_was_agrees_with_what_was_asked(project):
    """It was filled in with the proposal; what was asked for meanwhile is another thing."""
    rounds.counter(project, PIECES, None, [Asked("10001", "30")])
    before = rounds.course(project, PIECES)
    returned(project, TEAM, 8, {})
    course = rounds.course(project, PIECES)
    for unit in (TEAM, "10000"):
        assert stand(course, unit).answered == stand(before, unit).proposed
    assert stand(course, "10001").answered is None
    accepted = rounds.accept(project, PIECES, None, [])
    assert stand(accepted, TEAM).status is Step.AGREED
    assert stand(accepted, "10001").status is Step.COUNTERED


def test_a_round_is_cancelled_with_a_reason_and_stays_in_the_record(project):
    with pytest.raises(InputError, match="原因"):
        rounds.cancel(project, PIECES, MONTH, reason=" ")
    rounds.accept(project, PIECES, MONTH, [Asked("总公司", None)], "到期", below=True)
    rounds.lock(project, PIECES, MONTH)
    done = rounds.cancel(project, PIECES, MONTH, reason="机构合并")
    assert round_view(done, project.settings).rows[0][-1] == "取消"
    # It counts for nothing: no target, not on the list; the other round is as it was.
    assert {one.kpi for one in round_targets(project)} == {"KPI_FYP"}
    assert [one.round.kpi.name for one in rounds.courses(project, MONTH)] == [PREMIUM]
    with pytest.raises(InputError):
        rounds.accept(project, PIECES, MONTH, [])
    # All of it can still be read, and a new one is begun like a first one, even after a lock.
    last = log_view(rounds.course(project, PIECES, MONTH)).rows[-1]
    assert (last[3], last[5]) == (Step.CANCELLED, "机构合并")
    again = rounds.propose(project, PIECES, 90, MONTH)
    assert again.round.number > done.round.number
    assert again.stands[0].value == 90
    assert PIECES in {one.round.kpi.name for one in rounds.courses(project, MONTH)}


def test_an_earlier_round_does_not_come_back_when_the_last_is_cancelled(project):
    rounds.propose(project, PIECES, 90, MONTH, reason="改了")
    rounds.cancel(project, PIECES, MONTH, reason="不要了")
    assert {one.kpi for one in round_targets(project)} == {"KPI_FYP"}
