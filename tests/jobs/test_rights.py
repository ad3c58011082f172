"""Who may open what is made: nobody that the project's folder does not let in."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kpi_xl.system import error_log
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")

_PROGRAM = """
import contextlib, os, shutil, sys
from pathlib import Path
from kpi_xl.cli import app
folder, mask, *commands = sys.argv[1:]
os.umask(int(mask))
for command in commands:
    if command == "return":
        for file in Path(folder, "output").rglob("下发/**/*.xlsx"):
            shutil.copy(file, Path(folder, "returned"))
        continue
    with contextlib.suppress(SystemExit):
        app.main(["--quiet", "-p", folder, *command.split()], standalone_mode=False)
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def run(folder: Path, mask: int, *commands: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(folder), str(mask), *commands],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.stderr, done.stderr


def made(folder: Path) -> list[Path]:
    given = {"kpi.toml", "data", "returned"}
    return [
        one
        for one in folder.rglob("*")
        if one.relative_to(folder).parts[0] not in given and not one.is_symlink()
    ]


@pytest.mark.parametrize(
    ("mask", "open_to"), [(0, 0o700), (0, 0o750), (0o022, 0o755), (0o077, 0o755), (0o022, 0o2770)]
)
def test_jobs_leave_nothing_more_open_than_the_project(tmp_path, mask, open_to):
    project = small_branch(tmp_path / "项目", TWO_DEPARTMENTS)
    project.folder.chmod(open_to)
    run(
        project.folder, mask,
        f"refresh --month {MONTH}", f"fill 周工作计划 --month {MONTH}",
        f"distribute 周工作计划 --month {MONTH}", "return", "collect", "check",
    )  # fmt: skip
    found = made(project.folder)
    names = {one.name for one in found}
    assert {
        "kpi.duckdb",
        "kpi.cube",
        "circulation.sqlite",
        "回收报告.xlsx",
        "校验报告.xlsx",
    } <= names
    for one in found:
        allowed = open_to & (0o7777 if one.is_dir() else 0o666)
        assert mode(one) & ~allowed & 0o777 == 0, (one, oct(mode(one)))
        if one.suffix == ".lock":  # there is nothing in it
            continue
        if open_to & stat.S_ISGID:  # a group works in it
            assert mode(one) & 0o060 == 0o060, (
                one,
                oct(mode(one)),
            )
        else:
            assert mode(one) & mask == 0, (one, oct(mode(one)))


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_a_new_project_is_the_users_alone_or_his_groups(tmp_path, mask):
    for name in ("空", "有"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)  # whatever the umask of the tests' process is by now
    (tmp_path / "有" / "别的.txt").touch()
    for name in ("新", "空", "有"):
        run(tmp_path, mask, f"init {tmp_path / name}")
    run(
        tmp_path,
        mask,
        f"init {tmp_path / '组'} --shared",
        f"sample {tmp_path / '样例'} --trade dealer",
    )
    assert mode(tmp_path / "新") == mode(tmp_path / "空") == mode(tmp_path / "样例") == 0o700
    assert mode(tmp_path / "有") == 0o755
    assert mode(tmp_path / "组") & 0o2777 == 0o2770
    assert (
        mode(tmp_path / "组" / "kpi.toml")
        == mode(tmp_path / "组" / "data" / "原始数据.xlsx")
        == 0o660
    )
    assert mode(tmp_path / "组" / "data") & 0o2777 == 0o2770
    for file in (*(tmp_path / "新").rglob("*"), *(tmp_path / "样例").rglob("*")):
        assert mode(file) & 0o077 == 0, file


# ---------------------------------------------------------------------------------------------
# The log of faults


@pytest.fixture
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(error_log, "user_log_path", lambda *_, **__: tmp_path / "state" / "log")
    return tmp_path / "state" / "log"


def test_each_fault_has_a_file_of_its_own(logs):
    told = [Path(error_log.log_fault(f"fault {number}")) for number in range(30)]
    assert len(set(told)) == 30
    assert told[-1].read_text(encoding="utf-8") == "fault 29"
    assert mode(logs) == 0o700
    assert all(mode(file) == 0o600 for file in logs.iterdir())
    assert len(list(logs.iterdir())) == 20
    assert told[-1].exists()


def test_a_log_that_cannot_be_written_hides_nothing(tmp_path, monkeypatch, capsys, logs):
    logs.parent.mkdir()
    logs.symlink_to(tmp_path)  # planted
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(error_log.tempfile, "tempdir", str(tmp_path / "temporary"))
    told = Path(error_log.log_fault("first"))
    assert told.read_text(encoding="utf-8") == "first"
    assert not list(tmp_path.glob("error-*"))
    monkeypatch.setattr(error_log.tempfile, "mkdtemp", _refused)
    assert error_log.log_fault("second") == "屏幕上的全部内容"
    assert "second" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stderr", None)
    assert error_log.log_fault("third") == "屏幕上的全部内容"


def _refused(*_, **__):
    raise PermissionError
