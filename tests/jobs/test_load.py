"""Up to date or rebuilt: after a change, after being killed anywhere, with two processes at once."""

import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kpi_xl.data import raw_file_cache
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.raw_files import content
from kpi_xl.raw_files.content import digest
from kpi_xl.system import sealed
from kpi_xl.system.holding import holding

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
    older = project.store.read_bytes()
    more = POLICIES + "P2,001,1,500,100,2024-06-01\n"
    (project.data / "保单.csv").write_text(more, encoding="utf-8")
    assert premium(project) == [100_000, 50_000]
    project.store.write_bytes(older)
    assert load(project).checked is not None
    assert load(project).checked is None


def test_a_file_is_known_by_what_is_in_it(project):
    load(project)
    file = project.data / "保单.csv"
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    file.write_text(POLICIES.replace("1000", "9000"), encoding="utf-8")
    os.utime(file, ns=times)
    assert premium(project) == [900_000]
    os.utime(file)
    assert load(project).checked is None


def test_a_file_is_known_by_what_is_in_it_however_often_it_changes(project):
    """Within one tick of the file system's clock, too."""
    file = project.data / "保单.csv"
    for number in range(1, 10):
        file.write_text(POLICIES.replace("1000", f"{number}000"), encoding="utf-8")
        os.utime(file, ns=(1, 1))
        assert premium(project) == [number * 100_000]


def test_what_has_not_changed_is_not_hashed_again(project, monkeypatch):
    hashed = []
    monkeypatch.setattr(content, "digest", lambda file: hashed.append(file.name) or digest(file))
    monkeypatch.setattr(content, "_SETTLED", 0)
    load(project)
    hashed.clear()
    assert load(project).checked is None
    assert hashed == []
    monkeypatch.setattr(content, "_TELLS_CHANGES", False)  # as on Windows
    assert load(project).checked is None
    assert hashed == ["人员.csv", "保单.csv", "kpi.duckdb"]


def test_a_file_that_changes_while_it_is_read_is_read_again(project, monkeypatch):
    """Whoever copies a file into the folder may not be done when it is read."""
    really = raw_file_cache.read_file

    def read(settings, source):
        found = really(settings, source)
        if source.code == "policies" and "P2" not in source.file.read_text(encoding="utf-8"):
            with source.file.open("a", encoding="utf-8") as more:
                more.write("P2,001,1,500,100,2024-06-01\n")
        return found

    monkeypatch.setattr(raw_file_cache, "read_file", read)
    monkeypatch.setattr(raw_file_cache, "SMALLEST", 10)
    assert premium(project) == [100_000, 50_000]
    assert load(project).checked is None


def damages(content, dice):
    """Bytes as a bad disk, a bad copy or another program leaves them, by what was done."""
    place = dice.choice([at for at in range(0, len(content), 100) if content[at]])
    flipped = bytearray(content)
    for _ in range(dice.randint(1, 20)):
        flipped[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    page = place // 4096 * 4096
    return {
        "flipped": bytes(flipped),
        "a page of zeros": content[:page]
        + bytes(min(4096, len(content) - page))
        + content[page + 4096 :],
        "cut": content[:place],
        "empty": b"",
        "foreign": dice.randbytes(5000),
        "longer": content + b"x",
    }


@pytest.mark.parametrize(
    "kept", ["kpi.cube", "kpi.duckdb", "kpi.read/*.arrow", "kpi.read/contents.json"]
)
def test_what_is_damaged_is_made_anew(project, kept, monkeypatch, caplog):
    monkeypatch.setattr(raw_file_cache, "SMALLEST", 10)
    monkeypatch.setattr(content, "_SETTLED", 0)
    right = {
        code: load(project).cube.measure(code).tolist() for code in load(project).cube.measures
    }
    dice = random.Random(kept)
    for how in ("flipped", "a page of zeros", "cut", "empty", "foreign", "longer"):
        for file in project.folder.glob(kept):
            status = file.stat()
            file.write_bytes(damages(file.read_bytes(), dice)[how])
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        if kept == "kpi.read/*.arrow":
            project.cube.unlink()
        caplog.clear()
        cube = load(project).cube
        assert {code: cube.measure(code).tolist() for code in cube.measures} == right, how
        if not kept.endswith("json"):
            assert re.search(rf"{kept.replace('*', '.*')} 损坏.*，已重新生成", caplog.text), how
        caplog.clear()
        assert load(project).checked is None
        assert caplog.text == ""


def test_another_kind_of_derived_file_in_ones_place_is_no_cube(project, monkeypatch):
    monkeypatch.setattr(raw_file_cache, "SMALLEST", 10)
    load(project)
    one, other = sorted((project.folder / "kpi.read").glob("*.arrow"))
    cube = project.cube.read_bytes()
    project.cube.write_bytes(one.read_bytes())
    one.write_bytes(other.read_bytes())
    other.write_bytes(cube)
    assert premium(project) == [100_000]


def test_a_cube_of_another_version_is_made_anew(project):
    load(project)
    with sealed.sealing(project.cube) as out:
        out.write(b"kpi.cube" + bytes(16) + b"{}")
    assert premium(project) == [100_000]


def test_the_command_line_says_what_was_damaged(project):
    load(project)
    project.cube.write_bytes(project.cube.read_bytes()[:-1])
    command = [sys.executable, "-m", "kpi_xl.cli", "--project", str(project.folder), "warnings"]
    root = str(Path(__file__).parents[2])
    told = subprocess.run(
        command, check=False, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert told.returncode == 0
    (line,) = told.stderr.splitlines()
    assert re.fullmatch(r"kpi\.cube 损坏.*，已重新生成", line)


def test_the_old_stores_log_is_not_taken_for_the_new_ones(project):
    """A process was killed when it had changed the store, and the file was put back afterwards."""
    load(project)
    changed = """
import duckdb, os
store = duckdb.connect({!r})
store.execute("SET checkpoint_threshold = '1GB'")
store.execute("UPDATE policies SET premium = premium * 7")
os._exit(0)
"""
    command = [sys.executable, "-c", changed.format(str(project.store))]
    subprocess.run(command, check=True)
    assert Path(f"{project.store}.wal").exists()
    loaded = load(project)
    assert loaded.checked is not None
    with reading(project, loaded.cube) as store:
        assert store.execute("SELECT premium FROM policies").fetchall() == [(100_000,)]


def test_a_store_that_another_process_has_changed_is_not_read_with_this_cube(project):
    cube = load(project).cube
    (project.data / "保单.csv").write_text(POLICIES.replace("1000", "9000"), encoding="utf-8")
    load(project)
    with pytest.raises(InputError, match="再运行一次"), reading(project, cube):
        pass


def test_a_cube_is_opened_once(project):
    """While others replace it: head and numbers are of the same one."""
    cube = load(project).cube
    folder = project.folder
    for tag in (1, 2):
        values = np.full((len(cube.measures), len(cube.units), tag), tag)
        of_tag = replace(cube, values=values, stamp=str(tag), mixes={}, as_of=None, unripe={})
        of_tag.save(folder / f"{tag}.cube", project.store)
    storm = (
        "import os, shutil, time\nend = time.monotonic() + 2\nwhile time.monotonic() < end:\n"
        " for tag in '12':\n  shutil.copy(tag + '.cube', 'new'); os.replace('new', 'kpi.cube')"
    )
    shutil.copy(folder / "1.cube", project.cube)
    process = subprocess.Popen([sys.executable, "-c", storm], cwd=folder)
    opened = 0
    while process.poll() is None:
        found = Cube.open(project.cube)
        assert found.values.shape[2] == int(found.stamp) == found.values.min()
        opened += 1
    assert opened > 100


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_nothing_of_a_cube_stays_mapped_where_it_could_not_be_replaced(project, monkeypatch):
    """Windows lets nobody replace a file that somebody has open or mapped, such as Excel's Python."""

    def is_held(file):
        handles = Path("/proc/self/fd").iterdir()
        return str(file) in Path("/proc/self/maps").read_text(encoding="utf-8") or any(
            one.is_symlink() and str(one.readlink()) == str(file) for one in handles
        )

    file = project.cube
    load(project)
    small = Cube.open(file)
    assert small.mixes and not is_held(file)
    monkeypatch.setattr(sealed, "_MAPPED", 0)
    mapped = Cube.open(file)
    assert is_held(file)
    monkeypatch.setattr(sealed, "_MAPS", False)
    del mapped
    large = Cube.open(file)
    assert not is_held(file)
    assert (large.values == small.values).all()


def test_a_cube_that_cannot_be_read_is_made_anew(project):
    load(project)
    project.cube.write_bytes(b"{}\n")
    assert premium(project) == [100_000]


def test_a_second_process_waits_or_says_who_holds_it(project):
    told = pytest.raises(InputError, match=f"进程 {os.getpid()} .*正在更新")
    with holding(project.folder), told, holding(project.folder, patience=0.1):
        pass
    with holding(project.folder, patience=0.1):
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
    root = str(Path(__file__).parents[2])
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
