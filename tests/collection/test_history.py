"""Nothing that was typed is lost: every version stays, with where it came from."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

import workbook_templates
from collection.conftest import edited
from collection.test_collect import saved_at
from collection.test_tokens import AS_IN_VERSION_2, known
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.project import Project
from kpi_xl.record import replay
from kpi_xl.record.circulation import circulation, file_of
from kpi_xl.record.collected import collected
from kpi_xl.record.history import changes, collections
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

TARGETS = "月度目标设定、达成表"
TARGET = "kpi.活动率.目标"


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Project:
    project = small_branch(tmp_path_factory.mktemp("history") / "p", TWO_DEPARTMENTS)
    distribute(project, TARGETS, MONTH)
    return project


@pytest.fixture
def project(sent, tmp_path) -> Project:
    folder = tmp_path / "p"
    shutil.copytree(sent.folder, folder)
    return Project.open(folder)


def handed_out(project):
    return sorted((project.output / MONTH / "下发" / TARGETS).rglob("*.xlsx"))


def answer(project, number, hour, cells):
    """A workbook comes back with values typed into its names; None blanks one."""
    file = project.returned / f"{number}.xlsx"
    shutil.copy(handed_out(project)[number], file)

    def edit(book):
        for name, value in cells.items():
            ((sheet, place),) = book.defined_names[name].destinations
            book[sheet][place.replace("$", "").partition(":")[0]] = value

    edited(file, edit)
    saved_at(file, hour)
    return file


def target(project, number, hour, value, more=None):
    return answer(project, number, hour, {TARGET: value} | (more or {}))


def versions(project, slot=TARGET):
    return [one for one in changes(project) if one.slot == slot]


def state(project):
    with circulation(project) as connection:
        whose = replay.everybody(connection)
        return (
            {one: replay.counting(connection, one) for one in whose},
            {one: replay.replayed(connection, one) for one in whose},
        )


def test_every_version_stays_with_where_it_came_from(project):
    first = target(project, 0, 8, 0.7)
    collect(project)
    target(project, 0, 9, 0.85)
    collect(project)
    one, two = versions(project)
    assert (one.value, two.value) == (0.7, 0.85)
    assert one.change < two.change
    assert (two.replaces, two.before, two.was) == (one.change, 0.7, 0.7)
    assert (one.replaces, one.was) == (None, one.sent)
    assert (one.counts, two.counts) == (False, True)
    assert (two.file, two.cell) == (first.name, one.cell)
    assert two.saved.hour == 9 and two.by and two.rule == "覆盖"
    assert [each.workbooks for each in collections(project)] == [1, 1]
    (entry,) = [each for each in collected(project) if each.slot == TARGET]
    assert (entry.change, entry.sent, entry.is_changed) == (two.change, one.sent, True)


def test_a_second_return_the_same_day_is_a_version_not_a_double(project):
    target(project, 0, 8, 0.7)
    collect(project)
    before = collected(project)
    target(project, 0, 9, 0.7)
    collect(project)
    after = collected(project)
    places = [(one.unit, one.about, one.slot, one.row, one.key) for one in after]
    assert len(places) == len(set(places)) == len(before)
    assert [one.is_other for one in versions(project)] == [True, False]


def test_the_same_folder_again_adds_nothing(project):
    target(project, 0, 8, 0.7)
    target(project, 1, 8, 0.6)
    assert collect(project).collection == 1
    there = changes(project)
    for rule in ("覆盖", "增量", "清空"):
        done = collect(project, rule=rule)
        assert (done.collection, done.is_new) == (1, False)
        assert len(done.changes) == len(there)  # the report is the same
    assert changes(project) == there


def test_what_is_blanked_is_a_version(project):
    target(project, 0, 8, 0.7)
    collect(project)
    target(project, 0, 9, None)
    collect(project)
    one, two = versions(project)
    assert (two.value, two.before, two.replaces) == (None, 0.7, one.change)
    assert not any(each.slot == TARGET for each in collected(project))


def test_what_a_rule_that_adds_does_not_take_is_still_told(project):
    target(project, 0, 8, 0.7)
    collect(project)
    target(project, 0, 9, 0.85)
    collect(project, rule="增量")
    one, two = versions(project)
    assert (one.counts, two.counts, two.yields) == (True, False, one.change)


def test_emptying_leaves_the_versions(project):
    target(project, 0, 8, 0.7)
    target(project, 1, 8, 0.6)
    collect(project)
    (project.returned / "1.xlsx").unlink()
    done = collect(project, rule="清空")
    assert done.collection == 2
    assert {one.file for one in collected(project)} == {"0.xlsx"}
    assert [one.value for one in versions(project)] == [0.7, 0.6, None]
    counting, replayed = state(project)
    assert counting == replayed


@pytest.mark.parametrize("table", ["collections", "takings", "changes"])
@pytest.mark.parametrize("done", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 7"])
def test_the_history_is_only_added_to(project, table, done):
    target(project, 0, 8, 0.7)
    collect(project)
    refused = pytest.raises(sqlite3.IntegrityError, match=f"{table} is only added to")
    with closing(sqlite3.connect(file_of(project))) as connection, refused:
        connection.execute(done.format(table))


def test_a_record_of_version_2_is_brought_up_to_date(project):
    """Also one whose values are of several files, by the rule that only adds."""
    target(project, 0, 8, 0.7)
    collect(project)
    target(project, 0, 9, 0.85, {"input.kpi.活动率.说明": "再议"})
    collect(project, rule="增量")
    before = collected(project)
    assert len({one.saved for one in before}) == 2
    with sqlite3.connect(file_of(project)) as old:
        old.executescript(AS_IN_VERSION_2)
    old.close()
    assert [known(one) for one in collected(project)] == [known(one) for one in before]
    (first,) = collections(project)
    assert (first.kind, first.workbooks, first.values) == ("earlier", 2, len(before))
    counting, replayed = state(project)
    assert counting == replayed
    target(project, 0, 10, 0.9)
    collect(project)
    assert [one.value for one in versions(project)] == [0.7, 0.9]


class TestSent:
    def test_what_was_filled_in_and_left_is_known_of_every_template(self, project):
        """The workbooks come back as they were made, and saved by another program."""
        filled = 0
        for template in workbook_templates.NAMES:
            if template in ("销售漏斗月报", "门店月度KPI表"):
                continue  # of other trades
            done = distribute(project, template, MONTH)
            for number, one in enumerate(done.deliveries[:2]):
                file = project.returned / f"{template}{number}.xlsx"
                shutil.copy(one.file, file)
                if number:
                    edited(file, lambda book: None)
        collect(project)
        for entry in collected(project):
            assert not entry.is_changed, (entry.template, entry.slot, entry.value, entry.sent)
            filled += 1
        assert filled > 100


def test_is_changed_is_about_values_not_how_they_are_written():
    from kpi_xl.record.sent import is_same

    assert is_same(1 / 3, float(f"{1 / 3:.15g}"))
    assert not is_same(1000000.01, 1000000.02)
    assert not is_same(0, 1e-9)
    assert not is_same("1", 1)
