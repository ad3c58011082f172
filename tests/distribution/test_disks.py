"""A disk that is full, and one that may not be written to: what is said, and that nothing stays."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi_xl.project import Project
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

SIZES = (1, 2, 3, 4, 6, 9)
"""Megabytes: the store, the cube, workbooks, the record and the report each find no room in one."""


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def again(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def commands(project: Project) -> Iterator[tuple[str, ...]]:
    yield ("refresh",)
    yield ("fill", "周工作计划")
    yield ("distribute", "周工作计划")
    for number, file in enumerate(sorted((project.output / MONTH / "下发").rglob("*.xlsx"))):
        shutil.copy(file, project.folder.parents[1] / "returned" / f"{number}.xlsx")
    yield ("collect", str(project.folder.parents[1] / "returned"))
    yield ("check",)


def left_over(project: Project) -> list[Path]:
    return [one for one in project.folder.rglob("*") if ".tmp" in one.name]


@pytest.mark.parametrize("size", SIZES)
def test_a_disk_that_is_full(disk, kpi, size):
    (disk.parent / "returned").mkdir()
    project = small_branch(disk / "项目", TWO_DEPARTMENTS)
    again(disk, f"size={size}m")
    for command in commands(project):
        code, told = kpi(project, *command)
        assert code in (0, 2), told
        assert code == 0 or "磁盘满了" in told or "还没有下发过" in told, told
        assert not left_over(project)
    again(disk, "size=200m")
    for command in commands(project):
        code, told = kpi(project, *command)
        assert code == 0, told
    assert not left_over(project)


def test_a_disk_that_may_not_be_written_to(disk, kpi):
    (disk.parent / "returned").mkdir()
    again(disk, "size=200m")
    project = small_branch(disk / "项目", TWO_DEPARTMENTS)
    for number in range(2):  # with nothing made yet, and with all that was made before
        again(disk, "ro")
        for command in (("refresh",), ("fill", "周工作计划"), ("distribute", "周工作计划")):
            code, told = kpi(project, *command)
            assert code == 2, told
            assert "只读" in told
        again(disk, "rw")
        for command in commands(project):
            assert kpi(project, *command)[0] == 0
        roster = project.data / "人员.csv"
        roster.write_text(roster.read_text(encoding="utf-8").replace("员", f"张{number}"), "utf-8")
