"""A wrong collection is taken back as a whole, and what the history says is what counts."""

from __future__ import annotations

import shutil

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection.test_history import (
    TARGET,
    project,
    sent,
    state,
    target,
    versions,
)
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.take_back import take_back
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.record.circulation import circulation
from kpi_xl.record.collected import collected
from kpi_xl.record.history import changes, collections

__all__ = ["project", "sent"]


def values(project, slot=TARGET):
    return {one.unit: one.value for one in collected(project) if one.slot == slot}


def returned(project):
    with circulation(project) as connection:
        rows = connection.execute("SELECT recipient FROM recipients WHERE returned IS NOT NULL")
        return {row["recipient"] for row in rows}


class TestTakeBack:
    def test_what_counted_before_counts_again(self, project):
        target(project, 0, 8, 0.7)
        collect(project)
        before = collected(project)
        target(project, 0, 9, 0.85)
        target(project, 1, 9, 0.6)
        collect(project)
        done = take_back(project, 2, "放错了")
        assert collected(project) == before
        ours = [one for one in done.changes if one.slot == TARGET]
        assert {(one.was, one.value) for one in ours} == {(0.85, 0.7), (0.6, None)}
        assert sorted(done.files) == ["0.xlsx", "1.xlsx"]
        last = collections(project)[-1]
        assert (last.withdraws, last.reason, last.is_withdrawal) == (2, "放错了", True)
        assert len(returned(project)) == 1  # of the other nothing came back
        (restored,) = [one for one in ours if one.value is not None]
        assert restored.restores == versions(project)[0].change

    def test_a_second_time_is_refused(self, project):
        target(project, 0, 8, 0.7)
        collect(project)
        take_back(project, 1)
        there = changes(project)
        for number, said in ((1, "已由"), (2, "是撤回"), (7, "没有第 7 次")):
            with pytest.raises(InputError, match=said):
                take_back(project, number)
        assert changes(project) == there

    def test_a_later_workbook_still_says_everything(self, project):
        """It repeats what the one before had: that is not lost with it."""
        target(project, 0, 8, 0.7)
        collect(project)
        target(project, 0, 9, 0.7, {"input.kpi.活动率.说明": "再议"})
        collect(project)
        before = collected(project)
        take_back(project, 1)
        assert [one.value for one in collected(project)] == [one.value for one in before]

    def test_what_was_taken_back_can_be_collected_again(self, project):
        target(project, 0, 8, 0.7)
        collect(project)
        before = [one.value for one in collected(project)]
        take_back(project, 1)
        assert not collected(project)
        assert collect(project).collection == 3
        assert [one.value for one in collected(project)] == before

    def test_the_commands(self, project):
        target(project, 0, 8, 0.7)
        run = CliRunner().invoke(app, ["-p", str(project.folder), "collect"])
        assert "第 1 次回收" in run.output and "history --undo 1" in run.output
        run = CliRunner().invoke(
            app, ["-p", str(project.folder), "history", "--undo", "1", "--reason", "放错了"]
        )
        assert run.exit_code == 0 and "已撤回" in run.output and "0.xlsx" in run.output
        book = openpyxl.load_workbook(project.output / "撤回报告.xlsx")
        assert book.sheetnames == ["值的变化"]
        run = CliRunner().invoke(app, ["-p", str(project.folder), "history"])
        assert "撤回第 1 次" in run.output and "放错了" in run.output
        run = CliRunner().invoke(app, ["-p", str(project.folder), "history", "--reason", "x"])
        assert isinstance(run.exception, InputError)

    def test_the_report_has_every_value_before_and_after(self, project):
        target(project, 0, 8, 0.7)
        collect(project)
        target(project, 0, 9, 0.85)
        done = collect(project)
        rows = list(openpyxl.load_workbook(done.report)["值的变化"].iter_rows(values_only=True))
        (row,) = [one for one in rows if one[4] == "活动率：本月目标"]
        assert row[6:9] == ("70.00%", "85.00%", "改了以前收的")
        assert row[11] == "0.xlsx" and row[13]


STEP = st.one_of(
    st.tuples(
        st.sampled_from(["覆盖", "增量", "清空"]),
        st.lists(
            st.tuples(
                st.integers(0, 1), st.integers(0, 23), st.sampled_from([None, 0.5, 0.6, 0.7])
            ),
            min_size=1,
            max_size=2,
        ),
    ),
    st.tuples(st.just("撤回"), st.integers(1, 6)),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=2, max_size=5))
def test_replaying_the_history_gives_what_counts(sent, tmp_path_factory, steps):
    """Whatever is collected, by whatever rules, and taken back, in whatever order."""
    folder = tmp_path_factory.mktemp("replay") / "p"
    shutil.copytree(sent.folder, folder)
    branch = type(sent).open(folder)
    for rule, what in steps:
        if rule == "撤回":
            try:
                take_back(branch, what)
            except InputError:
                continue
        else:
            shutil.rmtree(branch.returned, ignore_errors=True)
            branch.returned.mkdir()
            for number, hour, value in what:
                target(branch, number, hour, value)
            collect(branch, rule=rule)
        counting, replayed = state(branch)
        assert counting == replayed
        places = [(one.unit, one.about, one.slot, one.row, one.key) for one in collected(branch)]
        assert len(places) == len(set(places))
    shutil.rmtree(folder)
