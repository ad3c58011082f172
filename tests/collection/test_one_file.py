"""One file never stops the others: whatever goes wrong with it, it alone is set aside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import kpi_xl.circulation.collect
from collection.conftest import MONTH, TEMPLATE, Circulating, edited, of
from collection.damage import rewritten
from kpi_xl.circulation import forms, incoming, matching, versions
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.project import Project
from kpi_xl.record.collected import collected
from kpi_xl.workbook.answers import ReturnedWorkbook
from small_branch import TWO_DEPARTMENTS, small_branch


def saved_at(text: str):
    def change(parts):
        core = parts["docProps/core.xml"].decode()
        core, count = re.subn(
            r"(<dcterms:modified[^>]*>)[^<]*", lambda match: match[1] + text, core
        )
        assert count == 1
        parts["docProps/core.xml"] = core.encode()

    return lambda file: rewritten(file, change)


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Path:
    project = small_branch(tmp_path_factory.mktemp("one") / "p", TWO_DEPARTMENTS)
    distribute(project, TEMPLATE, MONTH)
    return project.folder


@pytest.fixture
def circulating(sent, tmp_path) -> Circulating:
    shutil.copytree(sent, tmp_path / "p")
    return of(Project.open(tmp_path / "p"), TEMPLATE)


@pytest.fixture
def three(circulating):
    """Three workbooks that came back; what is done to the second must not harm the others."""
    return [circulating.back(number, f"{number}.xlsx") for number in range(3)]


def others_are_taken(circulating) -> str:
    """Collect: the others are taken; the reason why the second is not."""
    done = collect(circulating.project)
    assert {str(one.file) for one in done.taken} == {"0.xlsx", "2.xlsx"}
    (aside,) = done.aside
    assert str(aside.file) == "1.xlsx"
    assert aside.advice
    stored = {entry.file for entry in collected(circulating.project)}
    assert stored == {"0.xlsx", "2.xlsx"}
    return f"{aside.reason}。{aside.advice}"


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00", "2999-01-01T00:00:00Z",
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_impossible_times(circulating, three, when, zone, monkeypatch):
    saved_at(when)(three[1])
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert "保存时间" in others_are_taken(circulating)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_file_changed_at_an_impossible_time(circulating, three):
    """When it was saved the workbook says itself; the disk's word is not needed."""
    os.utime(three[1], (2**33, 2**33))
    assert len(collect(circulating.project).taken) == 3


@pytest.mark.parametrize(
    "where",
    [
        (incoming, "_by_content"), (matching, "ReturnedWorkbook"), (kpi_xl.circulation.collect, "checked"),
        (versions, "note_returned"), (forms, "Validation"), (ReturnedWorkbook, "saved"),
    ],
    ids=lambda where: where[1],
)  # fmt: skip
@pytest.mark.parametrize(
    "fault", [OverflowError, IndexError, MemoryError, RecursionError, UnicodeError, OSError]
)
def test_any_fault_at_any_step(circulating, three, monkeypatch, where, fault):
    owner, name = where
    real = getattr(owner, name)
    second = three[1].read_bytes()

    def fails(*arguments, **named):
        for one in arguments:
            path = getattr(one, "file", None) or getattr(one, "path", None) or one
            if isinstance(path, Path) and path.name == "1.xlsx":
                raise fault("in this file alone")
            if isinstance(one, bytes) and one == second:
                raise fault("in this file alone")
            if isinstance(one, ReturnedWorkbook) and one.package.path.name == "1.xlsx":
                raise fault("in this file alone")
        return real(*arguments, **named)

    monkeypatch.setattr(owner, name, fails)
    told = others_are_taken(circulating)
    said = {MemoryError: "内存不够", OSError: "系统不让读写（in this file alone）"}
    assert said.get(fault, fault.__name__) in told
    monkeypatch.undo()
    assert len(collect(circulating.project).taken) == 3


def test_what_the_record_does_not_take(circulating, three, monkeypatch):
    """A value that SQLite cannot hold."""
    real = versions.stored
    monkeypatch.setattr(
        versions, "stored", lambda value: ("text", "\ud800") if value else real(value)
    )
    done = collect(circulating.project)
    assert len(done.aside) == 3
    assert not collected(circulating.project)
    monkeypatch.undo()
    assert len(collect(circulating.project).taken) == 3


def test_a_copy_that_cannot_be_marked_or_written(circulating, three, monkeypatch):
    for file in three[:2]:
        edited(file, lambda book: book["第1周"].__setitem__("L7", "不是数"))
    real = kpi_xl.circulation.collect.marked

    def fails(package, workbook, notes):
        if package.path.name == "1.xlsx":
            raise IndexError("swapped parts")
        return real(package, workbook, notes)

    monkeypatch.setattr(kpi_xl.circulation.collect, "marked", fails)
    done = collect(circulating.project)
    assert len(done.taken) == 3
    assert [file.name for file in done.marked] == ["0.xlsx"]
    notes = {one.file.name: one.note for one in done.taken}
    assert "标注的副本没有写成" in notes["1.xlsx"]
    monkeypatch.setattr(kpi_xl.circulation.collect, "write_whole", _full)
    done = collect(circulating.project)
    assert len(done.taken) == 3
    assert not done.marked


def _full(file, content):
    raise OSError(28, "No space left on device", str(file))


def test_content_types_swapped(circulating, three):
    """The parts are there, called what they are not."""
    edited(three[1], lambda book: book["第1周"].__setitem__("L7", "不是数"))

    def change(parts):
        text = parts["[Content_Types].xml"]
        text = text.replace(b"spreadsheetml.styles+xml", b"spreadsheetml.swap+xml")
        text = text.replace(b"spreadsheetml.worksheet+xml", b"spreadsheetml.styles+xml")
        parts["[Content_Types].xml"] = text

    rewritten(three[1], change)
    done = collect(circulating.project)
    assert {"0.xlsx", "2.xlsx"} <= {str(one.file) for one in done.taken}
    assert len(done.taken) + len(done.aside) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="such names are Linux's alone")
def test_names_that_are_no_text(circulating, three):
    three[1].rename(three[1].with_name(os.fsdecode(b"\xff\xfe.xlsx")))
    done = collect(circulating.project)
    assert len(done.taken) == 2
    assert [one.reason for one in done.aside] == ["文件名里有乱码"]
    assert done.report.is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_folder_that_is_closed_to_us_is_told(circulating, three, tmp_path):
    """As another user, who may not look into a folder of the returned ones."""
    closed = circulating.returned / "别人的"
    closed.mkdir()
    (closed / "3.xlsx").write_bytes(three[1].read_bytes())
    closed.chmod(0)
    try:
        found = subprocess.run(
            [
                sys.executable, "-c",
                "import os, sys; from pathlib import Path\n"
                "from kpi_xl.circulation.incoming import Aside, arrived\n"
                "os.setuid(65534)\n"
                "print([(one.file.name, one.reason) for one in arrived(Path(sys.argv[1]))"
                " if isinstance(one, Aside)])",
                str(_opened(circulating.returned)),
            ],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    finally:
        closed.chmod(0o700)
    assert "别人的" in found
    assert "打不开" in found


def _opened(folder: Path) -> Path:
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.geteuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
    return folder


def test_a_bomb_beside_others(circulating, three):
    with zipfile.ZipFile(three[1], "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (80 << 20))
    assert "恶意" in others_are_taken(circulating)
