"""Files appear whole or not at all, are no more open than their folder, and what fails is told."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import time

import duckdb
import pytest

from kpi_xl.system import files
from kpi_xl.system.files import make_folder, put, remove, unfinished, write_whole
from kpi_xl.system.holding import holding
from kpi_xl.system.system_errors import FileError, database_error, file_error

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights and locks of POSIX")


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left(folder):
    return [one for one in folder.rglob("*") if ".tmp" in one.name]


@pytest.fixture
def umask():
    """Sets the umask; the old one comes back at the end."""
    old = os.umask(0o022)
    yield os.umask
    os.umask(old)


def test_it_is_written_whole_once(tmp_path):
    file = tmp_path / "a" / "b" / "表.xlsx"
    assert write_whole(file, b"one")
    before = file.stat()
    assert not write_whole(file, b"one")
    assert file.stat().st_ino == before.st_ino
    assert write_whole(file, b"two")
    assert file.read_bytes() == b"two"
    assert not left(tmp_path)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
@pytest.mark.parametrize("folder_mode", [0o700, 0o750, 0o755, 0o2770])
def test_nothing_is_more_open_than_its_folder(tmp_path, umask, mask, folder_mode):
    folder = tmp_path / "project"
    folder.mkdir()
    folder.chmod(folder_mode)
    umask(mask)
    write_whole(folder / "output" / "a.xlsx", b"x")
    with unfinished(folder / "kpi.duckdb") as draft:
        assert mode(draft.parent) & 0o777 == 0o700
        with duckdb.connect(str(draft)) as store:
            store.execute("CREATE TABLE a AS SELECT 1 AS x")
        put(draft, folder / "kpi.duckdb")
    if folder_mode & stat.S_ISGID:
        assert mode(folder / "output") == folder_mode
        assert mode(folder / "output" / "a.xlsx") == mode(folder / "kpi.duckdb") == 0o660
    else:
        assert mode(folder / "output") == folder_mode & ~mask
        assert mode(folder / "output" / "a.xlsx") == folder_mode & ~mask & 0o666
        assert mode(folder / "kpi.duckdb") == folder_mode & ~mask & 0o666
    assert not left(tmp_path)


def test_what_libraries_make_is_no_more_open_either(tmp_path, umask):
    umask(0)
    tmp_path.chmod(0o750)
    files.no_more_open_than(tmp_path)
    (tmp_path / "made").write_text("x")
    assert mode(tmp_path / "made") == 0o640


def test_a_planted_link_is_not_followed(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("mine")
    (tmp_path / ".a.xlsx.tmp").symlink_to(own)
    write_whole(tmp_path / "a.xlsx", b"new")
    assert own.read_text() == "mine"
    assert (tmp_path / "a.xlsx").read_bytes() == b"new"
    (tmp_path / ".b.tmp").symlink_to(tmp_path)
    with unfinished(tmp_path / "b") as draft:
        draft.write_bytes(b"b")
        put(draft, tmp_path / "b")
    assert own.read_text() == "mine"
    assert not left(tmp_path)


def test_what_a_killed_process_left_goes(tmp_path):
    program = (
        "import pathlib, time, kpi_xl.system.files as files\n"
        "files._sync = lambda number: (print('here', flush=True), time.sleep(60))\n"
        f"files.write_whole(pathlib.Path({str(tmp_path / 'a.xlsx')!r}), b'half')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert left(tmp_path)
    assert not (tmp_path / "a.xlsx").exists()
    write_whole(tmp_path / "a.xlsx", b"whole")
    assert not left(tmp_path)


def _write_often(file, letter, times):
    for number in range(times):
        write_whole(file, letter.encode() * (200_000 + number))


def test_several_processes_write_the_same_file(tmp_path):
    file = tmp_path / "a.xlsx"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_write_often, args=(file, letter, 40)) for letter in "abc"]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        if file.exists():
            content = file.read_bytes()
            assert len(content) >= 200_000
            assert len(set(content)) == 1
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert not left(tmp_path)


def test_a_file_that_is_being_written_for_too_long_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_PATIENCE", 0.1)
    number = files._begun(tmp_path / ".a.xlsx.tmp", tmp_path / "a.xlsx")
    with pytest.raises(FileError, match="另一个程序正在写这个文件"):
        write_whole(tmp_path / "a.xlsx", b"x")
    os.close(number)
    write_whole(tmp_path / "a.xlsx", b"x")


# ---------------------------------------------------------------------------------------------
# What the system has against it


def test_no_room(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    try:
        write_whole(disk / "a.xlsx", b"old")
        with pytest.raises(FileError, match=r"a\.xlsx：磁盘满了"):
            write_whole(disk / "a.xlsx", b"x" * (2 << 20))
        with (
            pytest.raises(FileError, match=r"kpi\.duckdb：磁盘满了"),
            unfinished(disk / "kpi.duckdb") as draft,
            duckdb.connect(str(draft)) as store,
        ):
            store.execute("CREATE TABLE a AS SELECT random() AS x FROM range(1000000)")
        with (
            pytest.raises(FileError, match=r"kpi\.cube：磁盘满了"),
            unfinished(disk / "kpi.cube") as draft,
        ):
            draft.write_bytes(b"x" * (2 << 20))
        assert (disk / "a.xlsx").read_bytes() == b"old"
        assert not left(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def nobody(tmp_path):
    """Does something in another process, as a user whom rights hold for; gives what was told."""

    def run(action: str) -> str:
        if os.geteuid():
            command = [sys.executable]
        elif shutil.which("setpriv"):
            command = [
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                sys.executable,
            ]
        else:
            pytest.skip("root may do everything, and setpriv is not there")
        program = (
            "import pathlib; from kpi_xl.system.files import *; from kpi_xl.errors import InputError\n"
            f"folder = pathlib.Path({str(tmp_path)!r})\n"
            f"try: {action}\nexcept InputError as error: print(error)\n"
        )
        done = subprocess.run(
            [*command, "-c", program], capture_output=True, encoding="utf-8", check=False
        )
        if "ModuleNotFoundError" in done.stderr or "Permission denied: '/" in done.stderr:
            pytest.skip("another user cannot read the program here")
        assert not done.stderr
        return done.stdout

    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not mode(folder) & 0o001:
            folder.chmod(mode(folder) | 0o011)
    return run


def test_a_folder_that_is_closed(tmp_path, nobody):
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "a.xlsx").write_bytes(b"old")
    closed.chmod(0o555)
    assert "没有在这个文件夹里写文件的权限" in nobody("write_whole(folder/'closed'/'a.xlsx', b'x')")
    assert "没有在这个文件夹里写文件的权限" in nobody("make_folder(folder/'closed'/'b')")
    assert "文件正在 Excel 或别的程序里打开" in nobody("remove(folder/'closed'/'a.xlsx')")
    closed.chmod(0o755)
    assert (closed / "a.xlsx").read_bytes() == b"old"
    assert [one.name for one in closed.iterdir()] == ["a.xlsx"]


def test_what_is_made_in_a_closed_folder_is_its_owners(tmp_path, nobody):
    """The system's own user writes there all the same; anybody else is told."""
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    import_it = "from kpi_xl.system.holding import holding"
    said = nobody(f"{import_it}; holding(folder/'closed').__enter__()")
    assert "没有在这个文件夹里写文件的权限" in said
    if os.geteuid() == 0:
        with holding(closed):
            write_whole(closed / "a.xlsx", b"x")
        assert {mode(one) & 0o600 for one in closed.iterdir()} == {0o600}
    closed.chmod(0o755)


def test_a_file_that_nobody_may_change(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"old")
    done = subprocess.run(["chattr", "+i", str(file)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no file can be made immutable here: {done.stderr.decode().strip()}")
    try:
        with pytest.raises(
            FileError, match=r"a\.xlsx：文件正在 Excel .* 请关闭这些文件后再运行|打开"
        ):
            write_whole(file, b"new")
        with pytest.raises(FileError, match="打开"):
            remove(file)
        with pytest.raises(FileError, match="打开"), unfinished(file) as draft:
            draft.write_bytes(b"new")
            put(draft, file)
    finally:
        subprocess.run(["chattr", "-i", str(file)], check=True)
    assert file.read_bytes() == b"old"
    assert not left(tmp_path)


def test_things_that_are_in_the_way(tmp_path):
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="同名的文件夹"):
        write_whole(tmp_path / "folder.xlsx", b"x")
    with pytest.raises(FileError, match="不是文件夹"):
        write_whole(tmp_path / "file" / "a.xlsx", b"x")
    with pytest.raises(FileError, match="太长"):
        write_whole(tmp_path / ("长" * 100), b"x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="设备或管道"):
        write_whole(tmp_path / "pipe", b"x")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(FileError, match="链接"):
        write_whole(tmp_path / "circle" / "a.xlsx", b"x")
    assert not left(tmp_path)


def test_too_many_open_files(tmp_path):
    program = (
        "import pathlib, resource\nfrom kpi_xl.system.files import write_whole\n"
        "from kpi_xl.errors import InputError\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))\n"
        "held = []\n"
        "try:\n  while True: held.append(open('/dev/null'))\nexcept OSError: pass\n"
        f"try: write_whole(pathlib.Path({str(tmp_path / 'a.xlsx')!r}), b'x')\n"
        "except InputError as error: held.clear(); print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "打开的文件太多" in done.stdout
    assert not left(tmp_path)


def test_every_error_of_the_system_has_words():
    for number in errno.errorcode:
        error = OSError(number, os.strerror(number), "/p/output/a.xlsx")
        told = file_error(error)
        assert told.problem
        assert told.advice
        assert str(told).startswith("a.xlsx：")
    for number in (32, 33, 5, 112, 206, 53, 1224):
        error = PermissionError(errno.EACCES, "…")
        error.winerror = number  # type: ignore[attr-defined]
        assert file_error(error, None, "replace").advice


def test_what_databases_say_of_the_system():
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect("/proc/kpi.duckdb")
    assert database_error(caught.value) is not None
    assert database_error(ValueError("no space left")) is None
    with pytest.raises(duckdb.Error) as other:
        duckdb.sql("SELECT nothing")
    assert database_error(other.value) is None


def test_another_error_stays_what_it_is(tmp_path):
    with pytest.raises(ZeroDivisionError), unfinished(tmp_path / "a") as draft:
        draft.write_bytes(b"half")
        raise ZeroDivisionError
    with (
        pytest.raises(FileError, match=r"other\.csv：文件或它所在的文件夹不在了"),
        unfinished(tmp_path / "a"),
    ):
        (tmp_path / "other.csv").read_bytes()
    assert not list(tmp_path.iterdir())
    make_folder(tmp_path / "a")
    make_folder(tmp_path / "a")


def test_writing_is_quick(tmp_path):
    start = time.perf_counter()
    for number in range(50):
        write_whole(tmp_path / f"{number}.xlsx", b"x" * 60_000)
    assert time.perf_counter() - start < 5
