"""The record of what was sent: a damaged one is never replaced, and its copy takes its place."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.record.circulation import BACKUP, FILE, backup_of, circulation, file_of
from kpi_xl.record.collected import collected
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

TEMPLATE = "周工作计划"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Project:
    project = small_branch(tmp_path_factory.mktemp("record") / "p", TWO_DEPARTMENTS)
    done = distribute(project, TEMPLATE, MONTH)
    for number, one in enumerate(done.deliveries[:4]):
        shutil.copy(one.file, project.returned / f"{number}.xlsx")
    collect(project)
    return project


@pytest.fixture
def project(sent, tmp_path) -> Project:
    folder = tmp_path / "p"
    shutil.copytree(sent.folder, folder)
    return Project.open(folder)


def everything(project):
    with circulation(project) as connection:
        tables = (
            "templates", "distributions", "recipients", "workbooks", "returns", "collections",
            "takings", "changes", "counting",
        )  # fmt: skip
        return [
            [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            for table in tables
        ]


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


def zeroed(file):
    """All pages but the first two, as a power cut may leave them."""
    size = file.stat().st_size
    with file.open("r+b") as content:
        content.seek(8192)
        content.write(b"\0" * (size - 8192))


def another_program(file):
    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()


def without_a_column(file):
    with sqlite3.connect(file) as other:
        other.execute("ALTER TABLE recipients DROP COLUMN token")
    other.close()


def in_the_schema(file):
    """Bytes that are no text where the tables are described: SQLite quotes them in its message."""
    content = file.read_bytes()
    assert b"CREATE TABLE recipients" in content
    file.write_bytes(content.replace(b"CREATE TABLE recipients", b"CREATE TAB\xad\xff recipients"))


DAMAGES = {
    "表的定义": in_the_schema,
    "0 字节": lambda file: file.write_bytes(b""),
    "截断": cut,
    "清零": zeroed,
    "不是数据库": lambda file: file.write_bytes(b"not a database at all" * 500),
    "别的程序的": another_program,
    "缺列": without_a_column,
    "不见了": lambda file: file.unlink(),
}


@pytest.mark.parametrize("column", ["unit", "token"])
def test_bytes_that_are_no_text_are_told(project, column):
    """SQLite's own check of the file lets them pass."""
    with sqlite3.connect(file_of(project)) as other:
        other.execute(f"UPDATE recipients SET {column} = CAST(x'61ff' AS TEXT)")
    other.close()
    with pytest.raises(InputError, match="损坏") as refused:
        everything(project)
    assert str(backup_of(project)) in refused.value.advice


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_record_stays_as_it_is_and_its_copy_is_named(project, kind):
    before = everything(project)
    file = file_of(project)
    DAMAGES[kind](file)
    damaged = file.read_bytes() if file.exists() else None
    for deed in (
        lambda: distribute(project, TEMPLATE, MONTH),
        lambda: distribute(project, "主管日程", MONTH, dry_run=True),
        lambda: collect(project),
    ):
        with pytest.raises(InputError) as refused:
            deed()
        assert refused.value.file == file
        assert str(backup_of(project)) in refused.value.advice
        assert (file.read_bytes() if file.exists() else None) == damaged
    run = CliRunner().invoke(app, ["-p", str(project.folder), "collect"])
    assert isinstance(run.exception, InputError)
    # What the message says, done.
    file.unlink(missing_ok=True)
    shutil.copyfile(backup_of(project), file)
    assert everything(project) == before
    assert len(collect(project).taken) == 4
    assert not distribute(project, TEMPLATE, MONTH).undone


def test_without_a_copy_it_is_still_not_replaced(project):
    backup_of(project).unlink()
    file_of(project).write_bytes(b"")
    with pytest.raises(InputError, match="0 字节") as refused:
        distribute(project, TEMPLATE, MONTH)
    assert "没有找到" in refused.value.advice
    assert file_of(project).read_bytes() == b""


def test_a_record_of_a_later_version_is_left_alone(project):
    with sqlite3.connect(file_of(project)) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(InputError, match="更新的程序"):
        collected(project)


def test_the_copy_is_kept_after_every_distribution_and_collection(project, tmp_path):
    def copied():
        shutil.copyfile(backup_of(project), tmp_path / "copy.sqlite")
        with sqlite3.connect(tmp_path / "copy.sqlite") as copy:
            found = [
                copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("distributions", "returns")
            ]
        copy.close()
        return found

    assert copied() == [1, 4]
    done = distribute(project, "主管日程", MONTH)
    assert copied() == [2, 4]
    shutil.copy(done.deliveries[0].file, project.returned / "x.xlsx")
    collect(project)
    assert copied() == [2, 5]
    assert not [file.name for file in project.folder.glob(".*tmp*")]


def test_a_first_distribution_that_is_killed_leaves_no_empty_record(tmp_path):
    """Killed at random points, the next run goes on; the record is whole or not there."""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    program = (
        "import sys\n"
        "from kpi_xl.circulation.distribute import distribute\n"
        "from kpi_xl.project import Project\n"
        "print('begun', flush=True)\n"
        f"distribute(Project.open(sys.argv[1]), '{TEMPLATE}', '{MONTH}')\n"
    )
    distribute(project, TEMPLATE, MONTH, dry_run=True)  # the store is there
    dice = random.Random(3)
    killed = 0
    for number in range(5):
        folder = tmp_path / f"p{number}"
        shutil.copytree(project.folder, folder)
        branch = Project.open(folder)
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            _kill_at_random(process, branch, dice)
        killed += process.returncode != 0
        assert file_of(branch).stat().st_size > 0
        done = distribute(branch, TEMPLATE, MONTH)
        assert not done.undone
        for place, one in enumerate(done.deliveries):
            shutil.copy(one.file, branch.returned / f"{place}.xlsx")
        assert len(collect(branch).taken) == len(TWO_DEPARTMENTS)
        assert {file.name for file in folder.glob("circulation*")} == {FILE, BACKUP}
    assert killed


def _kill_at_random(process, branch, dice):
    process.stdout.readline()
    deadline = time.monotonic() + 60
    while not file_of(branch).exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    time.sleep(dice.random() * 0.15)
    process.send_signal(signal.SIGKILL)


def test_the_store_is_closed_while_mails_are_sent(project, mailbox):
    from distribution.conftest import with_mail
    from small_branch import write_table

    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    (project.folder / "kpi.toml").write_text(f"{text}\n[mail]\n", encoding="utf-8")
    rows = [("", agent, f"{agent}@example.com") for agent, *_ in TWO_DEPARTMENTS]
    write_table(project, "通讯录.csv", [("单位", "工号", "邮箱"), *rows])
    project = with_mail(project, mailbox.port)
    held = []

    def look(count):
        for each in Path("/proc/self/fd").iterdir():
            try:
                held.append(str(each.readlink()))
            except OSError:
                continue
        held.append(Path("/proc/self/maps").read_text())

    mailbox.before_keeping = look
    assert distribute(project, TEMPLATE, MONTH, mail=True).mailed.sent == len(TWO_DEPARTMENTS)
    seen = "\n".join(held)
    assert str(project.folder / FILE) in seen  # so that it would be seen
    assert str(project.store) not in seen
    assert str(project.cube) not in seen
