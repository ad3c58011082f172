"""A few kills and damaged files; `python -m benchmarks.kills` and `benchmarks.damage` do thousands."""

import os
import signal
import sys
from multiprocessing import forkserver

import pytest

from benchmarks import damage, group_kills, kills, mutations, trials

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked and watched")


@linux
@pytest.mark.filterwarnings("ignore")
def test_nothing_is_lost_doubled_or_left_over_by_kills():
    few = ("refresh", "refresh of changed files", "distribute with passwords by mail")
    with kills.undisturbed(3, [step for step in kills.STEPS if step.name in few]) as trials:
        for number in range(4):
            trials.one(number)
    assert trials.faults == []
    assert trials.counted["kills"] > 0


@linux
@pytest.mark.filterwarnings("ignore")
def test_nothing_comes_twice_into_a_group_by_kills():
    """Twenty kills; `make group-kills` does two hundred."""
    with group_kills.prepared(seed=3) as trials:
        for number in range(60):
            trials.one(number)
            if trials.counted["kills"] >= 20:
                break
    assert trials.faults == []
    assert trials.counted["kills"] >= 20


@linux
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_named():
    with damage.prepared(seed=3) as trials:
        for number in range(42):
            trials.one(number)
    assert trials.faults == []
    assert sum(trials.counted[kind] for kind in trials.kinds) == 42


def test_the_harness_sees_what_is_wrong(tmp_path):
    """A job that crashes, and one that takes too long, are faults."""
    worker = damage.Worker(tmp_path)
    try:
        ended = worker.run(tmp_path, "no such command")
        assert ended.code == 2 and not ended.is_fault
        assert worker.run(tmp_path, damage.NUMBERS).code == 1
        worker._process.kill()
        worker._process.join()
    finally:
        worker._begin()
        worker.close()
    assert damage.Ended(-signal.SIGSEGV, "", 0, 0).is_fault
    assert damage.Ended(0, "", 0, 0, "more than 20 s").is_fault


@linux
@pytest.mark.filterwarnings("ignore")
def test_an_end_that_nobody_knows_is_no_exit_code(tmp_path):
    """Where the process that jobs are forked from is killed, multiprocessing says 255."""
    project = tmp_path / "p"
    trials.make_project(project)
    job = trials.Job(project, ["refresh"], tmp_path / "scratch")
    server = vars(forkserver)["_forkserver"]
    os.kill(server._forkserver_pid, signal.SIGKILL)
    # Seen, and left for multiprocessing to see: one that is just ending is taken for one at work.
    os.waitid(os.P_PID, server._forkserver_pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(trials.LostError):
        job.end()
    # The job that was lost may still be at work in its project.
    trials.make_project(other := tmp_path / "other")
    assert trials.Job(other, ["refresh"], tmp_path / "scratch").end().code == 0


@pytest.mark.parametrize("number", range(40))
def test_damage_is_damage(number):
    """Hardly any mutation leaves a file as it was."""
    dice = mutations.Chance(number)
    content = b"a,b\n1,2\n3,4\n" * 20
    changed = [one(content, dice) != content for one in mutations.TEXT]
    assert sum(changed) > len(changed) * 0.7
