"""Up to date or rebuilt: after a change, after being killed anywhere, with two processes at once."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kpi_xl.data.cube import Cube
from kpi_xl.errors import InputError
from kpi_xl.jobs.holding import holding
from kpi_xl.jobs.load import load
from kpi_xl.project import Project

ROSTER = "工号,姓名,营业部,营业组,签约日期,解约日期\n001,张三,东部,一组,2023-01-05,\n"
POLICIES = "保单号,工号,件数,首年保费,FYC,承保日期\nP1,001,1,1000,300,2024-05-06\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "kpi.toml").write_text("", encoding="utf-8")
    (tmp_path / "data" / "人员.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "data" / "保单.csv").write_text(POLICIES, encoding="utf-8")
    return Project.open(tmp_path)


def premium(project):
    return load(project).cube.measure("new_premium")[0].tolist()


def test_nothing_is_done_twice(project):
    assert load(project).checked is not None
    assert load(project).checked is None


def test_a_changed_file_or_setting_is_noticed(project):
    assert premium(project) == [100_000]
    more = POLICIES + "P2,001,1,500,100,2024-06-01\n"
    (project.data / "保单.csv").write_text(more, encoding="utf-8")
    assert premium(project) == [100_000, 50_000]
    (project.folder / "kpi.toml").write_text("[rules]\neffective_fyc = 200\n", encoding="utf-8")
    changed = Project.open(project.folder)
    assert load(changed).checked is not None
    assert load(changed).cube.measure("effective")[0].tolist() == [1, 0]


def test_a_store_of_another_run_is_not_taken_for_this_ones(project):
    load(project)
    shutil.copy(project.store, project.folder / "older.duckdb")
    shutil.move(project.folder / "older.duckdb", project.store)
    assert load(project).checked is not None


def test_a_cube_that_cannot_be_read_is_made_anew(project):
    load(project)
    project.cube.write_bytes(b"{}\n")
    assert premium(project) == [100_000]


def test_a_second_process_waits_or_says_who_holds_it(project):
    told = pytest.raises(InputError, match=f"进程 {os.getpid()} .*正在更新")
    with holding(project), told, holding(project, patience=0.1):
        pass
    with holding(project, patience=0.1):
        pass


def _load_in_another_process(folder, results):
    results.put(premium(Project.open(folder)))


def test_two_processes_at_once_give_one_result(project):
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    both = [
        spawn.Process(target=_load_in_another_process, args=(project.folder, results))
        for _ in range(2)
    ]
    for process in both:
        process.start()
    found = [results.get(timeout=60) for _ in both]
    for process in both:
        process.join(timeout=60)
    assert found == [[100_000], [100_000]]


def test_killed_anywhere_it_is_as_before_or_after(branch, tmp_path):
    """The sample is loaded again and again in a process that is killed at another moment each time."""
    folder = tmp_path / "branch"
    shutil.copytree(branch.project.folder, folder, ignore=shutil.ignore_patterns("output"))
    project = Project.open(folder)
    before = np.array(Cube.open(branch.project.cube).values)
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", f"from kpi_xl import Project; Project({str(folder)!r}).cube()"]
    for moment in (0.6, 1.0, 1.4, 1.8, 2.2, 2.6):
        os.utime(project.data / "保单.csv")  # a change, so that there is something to do
        process = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": root}, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if project.cube.is_file():
            assert (Cube.open(project.cube).values == before).all()
    loaded = load(project)
    assert (loaded.cube.values == before).all()
    assert loaded.cube.is_of(project.store)
    assert load(project).checked is None
