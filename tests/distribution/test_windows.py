"""All jobs under Windows' rules: what is open or mapped cannot be replaced or removed.

Simulated on Linux, see `windows_rules`.
"""

from __future__ import annotations

import csv
import mmap
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import duckdb
import openpyxl
import pytest

from kpi_xl.project import Project
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table
from udfs.current import Data
from windows_rules import windows_rules

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked in /proc")

CLOSE = "请关闭这些文件后再运行"


@pytest.fixture
def project(tmp_path) -> Project:
    return small_branch(tmp_path / "项目", TWO_DEPARTMENTS)


@pytest.fixture
def windows():
    with windows_rules():
        yield


@contextmanager
def open_in_excel(file: Path):
    with file.open("rb"):
        yield


def sell(project: Project, premium: int) -> None:
    """Change the raw data so that every workbook changes."""
    file = project.data / "保单.csv"
    with file.open(encoding="utf-8", newline="") as content:
        rows = list(csv.reader(content))
    rows[1:] = [[*row[:5], str(premium), *row[6:]] for row in rows[1:]]
    with file.open("w", encoding="utf-8", newline="") as content:
        csv.writer(content).writerows(rows)


def left_over(project: Project) -> list[str]:
    return [str(one) for one in project.folder.rglob("*") if ".tmp" in one.name]


def test_the_rules_hold(tmp_path, windows):
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"a" * 5000)
    other.write_bytes(b"b")
    with file.open("rb") as held:
        for move in (lambda: other.replace(file), lambda: file.rename(other), file.unlink):
            with pytest.raises(PermissionError):
                move()
        mapped = mmap.mmap(held.fileno(), 0, access=mmap.ACCESS_READ)
    with pytest.raises(PermissionError):
        other.replace(file)
    mapped.close()
    with duckdb.connect(str(tmp_path / "c.duckdb")), pytest.raises(PermissionError):
        (tmp_path / "c.duckdb").unlink()
    with file.open("rb"):
        shutil.rmtree(tmp_path, ignore_errors=True)
        assert file.exists()
    other.write_bytes(b"b")
    other.replace(file)
    assert file.read_bytes() == b"b"


def test_every_job_runs_while_formulas_use_the_project(project, mailbox, windows, kpi):
    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    text += (
        f'\n[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\n'
        'security = "none"\nsender = "kpi@example.com"\n'
    )
    (project.folder / "kpi.toml").write_text(text, encoding="utf-8")
    people = [("", agent, f"{agent}@example.com") for agent, *_ in TWO_DEPARTMENTS]
    units = [
        (f"{place}城营业部/{team}组", "", f"{number}@example.com")
        for number, (place, team) in enumerate((p, t) for p in "东西" for t in "一二")
    ]
    write_table(project, "通讯录.csv", [("单位", "工号", "邮箱"), *people, *units])
    assert kpi(project, "refresh")[0] == 0
    used = [Data.open(project)]  # Excel's Python, and another user's
    for premium in (2000, 3000):
        sell(project, premium)
        code, told = kpi(project, "refresh")
        assert code == 0, told
        used.append(Data.open(project))
    first, *_, last = (int(one.cube.measure("new_premium").sum()) for one in used)
    assert last == 3 * first
    for command in (
        ("fill", "周工作计划"), ("fill", "月度经营检讨"), ("distribute", "周工作计划", "--mail"),
        ("distribute", "周工作计划", "--mail"), ("check",), ("warnings",), ("doctor",),
    ):  # fmt: skip
        code, told = kpi(project, *command)
        assert code == 0 or command == ("doctor",), told
    assert len(mailbox.mails) == len({address for address, _ in mailbox.mails}) > 0
    sent = sorted((project.output / MONTH / "下发").rglob("*.xlsx"))
    for number, file in enumerate(sent):
        shutil.copy(file, project.returned / f"{number}.xlsx")
    assert kpi(project, "collect")[0] == 0
    assert kpi(project, "collect")[0] == 0
    sell(project, 4000)
    assert kpi(project, "fill", "月度经营检讨")[0] == 0
    assert not left_over(project)


@pytest.mark.parametrize(
    ("command", "held"),
    [
        (("refresh",), f"output/{MONTH}/月度KPI表/东城营业部.xlsx"),
        (("fill", "周工作计划"), None),
        (("distribute", "周工作计划"), None),
    ],
)
def test_a_workbook_is_open_in_excel(project, windows, kpi, command, held):
    assert kpi(project, *command)[0] == 0
    made = sorted((project.output / MONTH).rglob("*.xlsx"))
    file = project.folder / held if held else made[1]
    before = {one: one.read_bytes() for one in made}
    sell(project, 7777)
    with open_in_excel(file):
        code, told = kpi(project, *command)
        assert code == 2
        assert CLOSE in told
        assert file.name in told
        assert file.read_bytes() == before[file]
    changed = [one for one in made if one.read_bytes() != before[one]]
    times = {one: one.stat().st_mtime_ns for one in made}
    assert not left_over(project)
    code, told = kpi(project, *command)
    assert code == 0, told
    again = [one for one in made if one.stat().st_mtime_ns != times[one]]
    assert again == ([file] if file.read_bytes() != before[file] else [])
    if command == ("refresh",):
        assert set(changed) == set(made) - {file}


@pytest.mark.parametrize("name", ["kpi.cube", "kpi.duckdb"])
def test_another_program_has_the_store_or_the_cube_open(project, windows, kpi, name):
    assert kpi(project, "refresh")[0] == 0
    (project.folder / name).touch()
    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    (project.folder / "kpi.toml").write_text(text + "[rules]\ngrace_days = 30\n", encoding="utf-8")
    sell(project, 5000)
    with open_in_excel(project.folder / name):
        code, told = kpi(project, "refresh")
        assert code == 2, told
        assert name in told
        assert CLOSE in told
        assert not left_over(project)
        code, told = kpi(project, "warnings")
        assert code == 2, told  # never the old numbers as if they were the new ones
    code, told = kpi(project, "refresh")
    assert code == 0, told
    data = Data.open(project)
    assert int(data.cube.measure("new_premium").sum()) % 5000_00 == 0
    assert not left_over(project)


@pytest.mark.parametrize("command", ["refresh", "check", "distribute 周工作计划"])
def test_the_check_report_is_open(project, windows, kpi, command):
    command = command.split()
    assert kpi(project, *command)[0] == 0
    assert kpi(project, "check")[0] == 0
    report = project.output / "校验报告.xlsx"
    before = report.read_bytes()
    made = {one: one.read_bytes() for one in (project.output / MONTH).rglob("*.xlsx")}
    sell(project, 7777)
    with (project.data / "保单.csv").open("a", encoding="utf-8") as out:
        out.write("P0,没有这个人,终身寿,主险,1,1000,300,年交,2024-06-05\n")
    with open_in_excel(report):
        code, told = kpi(project, *command)
        assert code == 2
        assert report.name in told
        assert CLOSE in told
        assert report.read_bytes() == before
        if command == ["refresh"]:  # all else is made
            assert all(one.read_bytes() != content for one, content in made.items())
        assert kpi(project, "warnings")[0] == 0
    code, told = kpi(project, *command)
    assert code == 0, told
    assert report.read_bytes() != before
    assert not left_over(project)


def test_what_collect_makes_is_open(project, windows, kpi):
    assert kpi(project, "distribute", "周工作计划")[0] == 0
    sent = sorted((project.output / MONTH / "下发").rglob("*.xlsx"))
    for number, file in enumerate(sent):
        book = openpyxl.load_workbook(file)
        book["第1周"]["L7"] = "不是数"
        book.save(project.returned / f"{number}.xlsx")
    code, told = kpi(project, "collect")
    assert code == 0, told
    marked = sorted((project.output / "退回修改").iterdir())
    assert marked
    report = project.output / "回收报告.xlsx"
    shutil.copy(sent[0], project.returned / "又一份.xlsx")
    with open_in_excel(report):
        code, told = kpi(project, "collect")
        assert code == 2
        assert report.name in told
        assert CLOSE in told
    assert kpi(project, "collect")[0] == 0
    returned = project.returned / marked[0].name
    book = openpyxl.load_workbook(returned)
    book["第1周"]["L8"] = "也不是数"
    book.save(returned)
    with open_in_excel(marked[0]):
        code, told = kpi(project, "collect")
        assert code == 2
        assert marked[0].name in told
        assert CLOSE in told
        returned.unlink()
        code, told = kpi(project, "collect")  # the copy is nobody's now
        assert code == 2
        assert f"上次的副本 {marked[0].name}" in told
    assert kpi(project, "collect")[0] == 0
    assert not marked[0].exists()
    assert not left_over(project)
