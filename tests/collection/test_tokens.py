"""A returned workbook proves whose it is; whatever does not is set aside and replaces nothing."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from dataclasses import replace

import pytest

from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.jobs.fill import fill
from kpi_xl.project import Project
from kpi_xl.record.circulation import FILE, circulation
from kpi_xl.record.collected import collected
from kpi_xl.workbook import Identity
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.package import Package
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

TEMPLATE = "周工作计划"
MINE, HIS = TWO_DEPARTMENTS[0][0], TWO_DEPARTMENTS[-1][0]
CHANGED = "与下发记录不一致"
_NAMES = re.compile(rb'<definedName name="kpi_xl\.(?!sheet)[^>]*>[^<]*</definedName>')


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Project:
    project = small_branch(tmp_path_factory.mktemp("tokens") / "p", TWO_DEPARTMENTS)
    distribute(project, TEMPLATE, MONTH)
    distribute(project, "主管日程", MONTH)
    return project


@pytest.fixture
def project(sent, tmp_path) -> Project:
    folder = tmp_path / "p"
    shutil.copytree(sent.folder, folder)
    return Project.open(folder)


def workbook_of(project, who, template=TEMPLATE, number=1) -> bytes:
    named = template if number == 1 else f"{template}（第{number}轮）"
    for file in (project.output / MONTH / "下发" / named).rglob("*.xlsx"):
        identity = Identity.of(parts.workbook(Package(file)))
        if who in (identity.person, identity.unit):
            return file.read_bytes()
    raise LookupError(who)


def changed(content: bytes, change, named: str = "xl/workbook.xml") -> bytes:
    """A workbook with a part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name == named else part)
    return out.getvalue()


def names_of(content: bytes) -> dict[bytes, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = _NAMES.findall(archive.read("xl/workbook.xml"))
    return {re.search(rb"kpi_xl\.(\w+)", one)[1]: one for one in found}


def with_names(content: bytes, names: dict[bytes, bytes]) -> bytes:
    """A workbook with these hidden names in place of its own of the same meaning."""
    own = names_of(content)

    def change(part):
        for field, name in names.items():
            part = part.replace(own[field], name)
        return part

    return changed(content, change)


def comes_back(project, **files: bytes):
    project.returned.mkdir(exist_ok=True)
    for name, content in files.items():
        (project.returned / f"{name}.xlsx").write_bytes(content)
    return collect(project)


def test_every_workbook_has_a_token_of_its_own_that_nobody_guesses(project):
    with circulation(project) as connection:
        tokens = [row["token"] for row in connection.execute("SELECT token FROM recipients")]
    assert len(set(tokens)) == len(tokens) == len(TWO_DEPARTMENTS) + 4
    assert all(len(token) >= 43 for token in tokens)
    before = workbook_of(project, MINE)
    distribute(project, TEMPLATE, MONTH)
    assert workbook_of(project, MINE) == before
    distribute(project, TEMPLATE, MONTH, again=True)
    assert names_of(workbook_of(project, MINE, number=2))[b"token"] != names_of(before)[b"token"]


def sheet_of(content: bytes) -> str:
    """The part of the hidden sheet."""
    return parts.workbook(Package("x.xlsx", content)).sheets["kpi_xl"]


def said_on_sheet(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(sheet_of(content)).decode()
    return json.loads(re.search(r'{"distribution".*?}', sheet)[0])


def without_names(content: bytes) -> bytes:
    """A workbook saved by a program that keeps only names of cells."""
    return changed(content, lambda part: _NAMES.sub(b"", part))


def test_what_drops_the_hidden_names_leaves_the_hidden_sheet(project):
    mine = without_names(workbook_of(project, MINE))
    assert not names_of(mine)
    done = comes_back(project, mine=mine)
    assert [one.person for one in done.taken] == [MINE]
    assert not done.aside


def test_names_that_are_broken_leave_the_hidden_sheet(project):
    """As a program writes names whose meaning it has lost."""

    def broken(part):
        return re.sub(rb'(<definedName name="kpi_xl[^>]*>)[^<]*', rb"\1#REF!", part)

    done = comes_back(project, mine=changed(workbook_of(project, MINE), broken))
    assert [one.person for one in done.taken] == [MINE]


@pytest.mark.parametrize("field", ["unit", "person", "period", "token"])
def test_the_hidden_sheet_proves_no_more_than_the_names(project, field):
    """His name beside my token, by hand, in the sheet."""
    content = workbook_of(project, MINE)
    said, his = said_on_sheet(content), said_on_sheet(workbook_of(project, HIS))
    other = "2024-05" if field == "period" else his[field]

    def change(part):
        return part.replace(f'"{said[field]}"'.encode(), f'"{other}"'.encode())

    forged = without_names(changed(content, change, sheet_of(content)))
    done = comes_back(project, forged=forged)
    assert not done.taken
    assert CHANGED in done.aside[0].reason


def test_used_as_a_template_the_sheet_says_nothing(project, tmp_path):
    """What was sent to one gives nobody his token."""
    path = tmp_path / "周工作计划.xlsx"
    path.write_bytes(without_names(workbook_of(project, MINE)))
    token = said_on_sheet(path.read_bytes())["token"].encode()
    done = fill(project, str(path), MONTH)
    assert done.files
    for file in done.files:
        with zipfile.ZipFile(file) as archive:
            assert not any(token in archive.read(name) for name in archive.namelist())


def test_made_out_to_be_anothers(project):
    """His name and unit beside my token, by hand."""
    his = workbook_of(project, HIS)
    assert len(comes_back(project, his=his).taken) == 1
    before = collected(project)
    names = names_of(his)
    for field in (b"unit", b"person"), (b"unit", b"person", b"edition"):
        forged = with_names(workbook_of(project, MINE), {name: names[name] for name in field})
        done = comes_back(project, forged=forged)
        assert [CHANGED in one.reason for one in done.aside] == [True]
        assert collected(project) == before


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, '""'])
def test_a_token_that_is_wrong(project, token):
    own = names_of(workbook_of(project, MINE))[b"token"]
    name = re.sub(rb"&quot;.*&quot;|\".*\"", f'"{token}"'.encode(), own)
    assert name != own
    done = comes_back(project, x=with_names(workbook_of(project, MINE), {b"token": name}))
    assert not done.taken
    assert len(done.aside) == 1
    assert not collected(project)


def test_a_token_that_is_missing_or_there_twice(project):
    content = workbook_of(project, MINE)
    name = names_of(content)[b"token"]
    done = comes_back(
        project,
        missing=with_names(content, {b"token": b""}),
        twice=with_names(content, {b"token": name + name.replace(b">", b">", 1)}),
        two=with_names(content, {b"token": name + names_of(workbook_of(project, HIS))[b"token"]}),
    )
    reasons = {one.file.stem: one.reason for one in done.aside}
    assert "防止冒用的暗号" in reasons["missing"]
    assert "没有下发时的标识" in reasons["two"]
    assert [one.file.stem for one in done.taken] == ["twice"]  # the same said twice


def test_hidden_names_swapped_between_two_workbooks(project):
    """What people see in it is then another's than what it says inside."""
    mine, his = workbook_of(project, MINE), workbook_of(project, HIS)
    done = comes_back(project, a=with_names(mine, names_of(his)), b=with_names(his, names_of(mine)))
    assert not done.taken
    assert ["表上写的是" in one.reason for one in done.aside] == [True, True]


def test_anothers_edition(project):
    """What I am asked in another template's workbook is not what I am asked here."""
    other = names_of(workbook_of(project, "东城营业部/一组", "主管日程"))
    for field in (b"edition", b"version", b"template", b"distribution"):
        done = comes_back(project, x=with_names(workbook_of(project, MINE), {field: other[field]}))
        assert not done.taken
        assert len(done.aside) == 1


def test_another_project(project, tmp_path):
    other = small_branch(tmp_path / "other", TWO_DEPARTMENTS)
    distribute(other, TEMPLATE, MONTH)
    done = comes_back(project, x=workbook_of(other, MINE))
    assert "不是这个项目下发的" in done.aside[0].reason


def test_an_older_round_is_taken_until_a_newer_one_came_back(project):
    first = workbook_of(project, MINE)
    distribute(project, TEMPLATE, MONTH, again=True)
    second = workbook_of(project, MINE, number=2)
    assert [one.file.stem for one in comes_back(project, first=first).taken] == ["first"]
    done = comes_back(project, second=second)
    assert [one.file.stem for one in done.taken] == ["second"]
    assert [one.file.stem for one in done.passed_over] == ["first"]
    (project.returned / "second.xlsx").unlink()
    late = changed(first, lambda part: part + b"\n")
    done = comes_back(project, late=late)
    assert {one.file.stem for one in done.passed_over} == {"first", "late"}
    assert "第 2 轮" in done.passed_over[0].reason
    mixed = with_names(second, {b"distribution": names_of(first)[b"distribution"]})
    done = comes_back(project, mixed=mixed)
    assert [CHANGED in one.reason for one in done.aside] == [True]


def test_forwarded_and_sent_again(project):
    """Whoever sends it, it is his to whom it was sent; the one saved last counts."""
    content = workbook_of(project, HIS)
    done = comes_back(project, forwarded=content, again=changed(content, lambda part: part + b" "))
    assert [one.person for one in done.taken] == [HIS]
    assert len(done.passed_over) == 1


def test_workbooks_of_an_earlier_version_say_that_they_must_be_sent_again(project):
    content = workbook_of(project, MINE)
    for field in (b"token", b"level", b"edition"):
        content = with_names(content, {field: b""})
    (reason,) = [(one.reason, one.advice) for one in comes_back(project, old=content).aside]
    assert "旧版本的程序下发的" in reason[0]
    assert "--again" in reason[1]


def test_a_sent_workbook_as_a_template_gives_nobody_its_token(project, tmp_path):
    form = tmp_path / "自己的.xlsx"
    form.write_bytes(workbook_of(project, MINE))
    token = names_of(form.read_bytes())[b"token"]
    for file in fill(project, str(form), MONTH).files:
        assert not names_of(file.read_bytes())
    for one in distribute(project, str(form), MONTH).deliveries:
        assert names_of(one.file.read_bytes())[b"token"] != token


def test_a_record_of_version_1_is_brought_up_to_date(project):
    """Nothing that was collected is lost; who was mailed is not mailed again."""
    comes_back(project, his=workbook_of(project, HIS))
    before = collected(project)
    file = project.folder / FILE
    with sqlite3.connect(file) as old:
        old.executescript(AS_IN_VERSION_2 + _AS_IN_VERSION_1)
    old.close()
    assert [known(one) for one in collected(project)] == [known(one) for one in before]
    with circulation(project) as connection:
        rows = connection.execute("SELECT level, recipient, mail, token FROM recipients").fetchall()
    assert {row["level"] for row in rows} == {"个人", "营业组"}
    assert not any(row["token"] for row in rows)
    done = distribute(project, TEMPLATE, MONTH)
    assert [one.recipient for one in done.deliveries if one.already] == [HIS]
    back = comes_back(project, mine=workbook_of(project, MINE))
    assert MINE in [one.person for one in back.taken]


def known(entry):
    """What earlier versions knew of an entry."""
    return replace(entry, change=0, sent=None)


AS_IN_VERSION_2 = """
CREATE TABLE old AS SELECT distribution, template, period, unit, person, slot, row, "column", key,
    kind, value, file, sheet, cell, saved, saved_by, collected, sha256, about, level, recipient
    FROM entries;
DROP VIEW entries;
DROP TABLE round_workbooks;
DROP TABLE round_steps;
DROP TABLE round_acts;
DROP TABLE round_places;
DROP TABLE rounds;
DROP TABLE counting;
DROP TABLE changes;
DROP TABLE takings;
DROP TABLE collections;
ALTER TABLE old RENAME TO entries;
CREATE INDEX entries_of ON entries (template, period, level, recipient);
ALTER TABLE workbooks DROP COLUMN sent;
PRAGMA user_version = 2;
"""

_AS_IN_VERSION_1 = """
UPDATE recipients SET mail = 'sent' WHERE returned IS NOT NULL;
CREATE TABLE old (
    distribution TEXT NOT NULL, recipient TEXT NOT NULL, unit TEXT NOT NULL,
    unit_name TEXT NOT NULL, person TEXT NOT NULL, person_name TEXT NOT NULL, file TEXT NOT NULL,
    sha256 TEXT, slots INTEGER, keys TEXT, made TEXT, pdf TEXT, address TEXT, message_id TEXT,
    mail TEXT, attempts INTEGER NOT NULL DEFAULT 0, sent TEXT, returned TEXT,
    PRIMARY KEY (distribution, recipient)
);
INSERT INTO old SELECT distribution, recipient, unit, unit_name, person, person_name, file, sha256,
    NULL, NULL, NULL, pdf, address, message_id, mail, attempts, sent, returned FROM recipients;
DROP TABLE recipients;
ALTER TABLE old RENAME TO recipients;
DROP TABLE workbooks;
DROP TABLE written;
DROP INDEX entries_of;
ALTER TABLE mail_log DROP COLUMN level;
ALTER TABLE returns DROP COLUMN level;
ALTER TABLE entries DROP COLUMN level;
ALTER TABLE entries DROP COLUMN recipient;
CREATE INDEX entries_of ON entries (template, period, unit, person);
PRAGMA application_id = 0;
PRAGMA user_version = 0;
"""
