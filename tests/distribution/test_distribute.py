"""A workbook for each: identity, manifest, levels, passwords, PDFs, resuming, injection."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msoffcrypto
import pytest
from click.testing import CliRunner

from distribution.conftest import every_file
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.production import Blank, Order, produced
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.record.circulation import circulation
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.recipients import files
from kpi_xl.system.file_names import ROOM
from kpi_xl.workbook import Identity, Template, read
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.package import Package
from office import (
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)

MONTH = "2024-06"
ROOT = Path(__file__).parents[2]


def identity_of(file: Path) -> Identity | None:
    return Identity.of(parts.workbook(Package(file)))


@pytest.fixture
def done(project):
    return distribute(project, "主管日程", MONTH)


def rows_of(project):
    with circulation(project) as connection:
        return connection.execute(
            "SELECT recipients.*, slots FROM recipients JOIN workbooks USING (sha256)"
            " ORDER BY recipients.rowid"
        ).fetchall()


def test_every_workbook_knows_whose_it_is(project, done):
    assert len(done.deliveries) == 32
    names = set()
    for one in done.deliveries:
        identity = identity_of(one.file)
        assert (identity.unit, identity.person, identity.period) == (one.unit, "", MONTH)
        assert identity.template == "主管日程"
        assert read(one.file)["unit.name"] == one.name
        names.add(identity.distribution)
    assert len(names) == 1


def test_the_manifest_tells_the_truth(project, done):
    rows = rows_of(project)
    assert [row["recipient"] for row in rows] == [one.recipient for one in done.deliveries]
    for row, one in zip(rows, done.deliveries, strict=True):
        assert project.folder / row["file"] == one.file
        assert hashlib.sha256(one.file.read_bytes()).hexdigest() == row["sha256"]
        assert row["slots"] > 50
        assert row["mail"] is None and row["returned"] is None


@needs_node_validator
def test_both_validators_find_nothing(project, done):
    some = [one.file for one in done.deliveries[:1]]
    some += [one.file for one in distribute(project, "月度目标设定、达成表", MONTH).deliveries[:1]]
    assert not any(open_xml_sdk_errors(some).values())
    assert not any(map(openxml_audit_errors, some))


def test_the_same_command_goes_on_with_the_same_round(project, done):
    before = {one.file: one.file.read_bytes() for one in done.deliveries}
    again = distribute(project, "主管日程", MONTH)
    assert again.number == 1
    assert {one.file: one.file.read_bytes() for one in again.deliveries} == before
    new = distribute(project, "主管日程", MONTH, again=True)
    assert new.number == 2
    assert new.folder.name == "主管日程（第2轮）"
    first, second = identity_of(done.deliveries[0].file), identity_of(new.deliveries[0].file)
    assert first.distribution != second.distribution


def test_a_level_may_be_chosen(project):
    done = distribute(project, "月度KPI表", MONTH, level="营业组")
    assert {one.unit.count("/") for one in done.deliveries} == {1}
    assert len(done.deliveries) == 32
    assert len(distribute(project, "月度KPI表", MONTH).deliveries) == 9
    with pytest.raises(InputError, match="每人一份"):
        distribute(project, "周工作计划", MONTH, level="营业部")
    with pytest.raises(InputError, match="可以写的层级有"):
        distribute(project, "月度KPI表", MONTH, level="大区")


def test_any_executor_makes_the_same(project, done):
    before = {one.file: one.file.read_bytes() for one in done.deliveries}
    with ThreadPoolExecutor(3) as executor:
        other = distribute(project, "主管日程", MONTH, executor=executor, workers=3)
    assert {one.file: one.file.read_bytes() for one in other.deliveries} == before


def test_other_processes_make_the_same_and_end_with_their_parent(project, tmp_path):
    """Killed while its processes work, it leaves none of them and no half file behind."""
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\n"
        "from kpi_xl.circulation.distribute import distribute\n"
        "from kpi_xl.project import Project\n"
        "if __name__ == '__main__':\n"
        "    distribute(Project.open(sys.argv[1]), '周工作计划', '2024-06')\n"
    )
    mark = f"KPI_TEST={tmp_path}"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "KPI_TEST": str(tmp_path)}
    process = subprocess.Popen([sys.executable, str(script), str(project.folder)], env=environment)
    folder = project.output / MONTH / "下发"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list(folder.rglob("*.xlsx"))) < 40:
        assert process.poll() is None
        time.sleep(0.02)
    assert len(_running(mark)) >= 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while (left := _running(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left
    made = list(folder.rglob("*.xlsx"))
    assert 40 <= len(made) < 600
    for file in made:
        assert zipfile.ZipFile(file).testzip() is None


def _running(mark: str) -> list[str]:
    """The processes that have a mark in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in environment.read_bytes():
                found.append(environment.parent.name)
    return found


def write_passwords(project, rows) -> Path:
    file = project.folder / "密码.csv"
    with file.open("w", encoding="gbk", newline="") as out:
        csv.writer(out).writerows([("单位", "密码"), *rows])
    return file


def test_with_passwords_each_opens_with_its_own(project):
    plain = distribute(project, "月度KPI表", MONTH)
    rows = [(one.recipient, f"密码-{number}") for number, one in enumerate(plain.deliveries)]
    content = {one.recipient: one.file.read_bytes() for one in plain.deliveries}
    done = distribute(project, "月度KPI表", MONTH, passwords=write_passwords(project, rows))
    for one, (_, password) in zip(done.deliveries[:2], rows[:2], strict=True):
        file = msoffcrypto.OfficeFile(io.BytesIO(one.file.read_bytes()))
        assert file.is_encrypted()
        file.load_key(password=password, verify_password=True)
        out = io.BytesIO()
        file.decrypt(out)
        assert out.getvalue() == content[one.recipient]
        with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
            file.load_key(password="密码-x", verify_password=True)


def test_without_a_password_for_everybody_nothing_is_made(project):
    with pytest.raises(InputError, match="8 份没有密码"):
        distribute(
            project, "月度KPI表", MONTH, passwords=write_passwords(project, [("江城分公司", "1")])
        )
    assert not (project.output / MONTH / "下发").exists()


@needs_soffice
def test_pdfs_beside_the_workbooks(project):
    import pypdf

    passwords = write_passwords(project, [("江城分公司", "geheim")])
    done = distribute(project, "月度KPI表", MONTH, level="分公司", pdf=True, passwords=passwords)
    assert done.pdfs == 1
    (one,) = done.deliveries
    reader = pypdf.PdfReader(one.file.with_suffix(".pdf"))
    assert reader.is_encrypted
    assert reader.decrypt("geheim")
    assert one.name in reader.pages[0].extract_text()
    assert all(row["pdf"] for row in rows_of(project))


def test_without_libreoffice_a_pdf_is_refused_plainly(project, monkeypatch):
    monkeypatch.setattr("kpi_xl.system.libreoffice.soffice", lambda: None)
    with pytest.raises(InputError, match="LibreOffice"):
        distribute(project, "月度KPI表", MONTH, pdf=True)


def test_text_from_data_stays_text_and_leads_nowhere():
    """Formulas, links and paths in names come out as the text that they are."""
    template = Template(Path(__file__).parents[2] / "workbook_templates" / "主管日程.xlsx")
    nasty = ("=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(1)", '=HYPERLINK("http://x")', "\t=1")
    for text in nasty:
        identity = Identity("d", "主管日程", "v", MONTH, text, "")
        content = template.fill({"unit.name": text, "unit.manager": text}, identity)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheets = [archive.read(n).decode() for n in archive.namelist() if "sheet" in n]
            assert not any("externalLink" in name for name in archive.namelist())
            assert not any(
                b'TargetMode="External"' in archive.read(n)
                for n in archive.namelist()
                if n.endswith(".rels")
            )
            # Their values may well have the text: what a formula makes of a name is a text, too.
            formulas = "".join(re.findall(r"<f(?:\s[^>]*)?>([^<]*)</f>", "".join(sheets)))
            assert formulas
            assert "HYPERLINK" not in formulas and "cmd" not in formulas
        file = Path("x.xlsx")
        found = Identity.of(parts.workbook(Package(file, content)))
        assert found == identity


def test_names_cannot_leave_the_folder(branch):
    from kpi_xl.catalogue.units import Unit
    from kpi_xl.data.people import Person
    from kpi_xl.slots.recipients import Recipient

    nasty = (
        "../../x",
        "..",
        "/etc/passwd",
        "C:\\x",
        "a\0b",
        "CON",
        "x" * 300,
        "城东?组",
        "城东_组",
    )
    listed = []
    for number, name in enumerate(nasty):
        unit = Unit("营业组", name, f"{name}/{name}", 0)
        listed.append(Recipient(unit, number))
        person = Person(name, name, "", False, None, None)
        listed.append(Recipient(unit, number, person))
    placed = [file for _, file in files(listed, ".xlsx", Settings(), ROOM)]
    root = Path("/project/output")
    for file in placed:
        assert (root / file).resolve().is_relative_to(root)
        assert ".." not in file.parts
        assert len(file.name.encode("utf-16-le")) < 2 * 255
    assert len({str(file).casefold() for file in placed}) == len(listed)


def test_a_bomb_is_no_template(tmp_path):
    """A template that unpacks to gigabytes, or whose XML grows, is refused before it does."""
    source = Path(__file__).parents[2] / "workbook_templates" / "主管日程.xlsx"
    for name, part, content in (
        ("zip", "xl/bomb.xml", b"\0" * (20 << 20)),
        ("xml", "xl/workbook.xml", _BILLION),
    ):
        bomb = tmp_path / f"{name}.xlsx"
        with (
            zipfile.ZipFile(source) as old,
            zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.namelist():
                if entry != part:
                    new.writestr(entry, old.read(entry))
            new.writestr(part, content)
        with pytest.raises(InputError, match="恶意"):
            Template(bomb)


_BILLION = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><workbook>&c;</workbook>"""


def test_what_is_wrong_with_values_reaches_the_user_from_another_process():
    """An error of a worker is told as one of this process, and the others are made."""
    from concurrent.futures import ProcessPoolExecutor

    source = Path(__file__).parents[2] / "workbook_templates" / "主管日程.xlsx"
    blank = Blank("主管日程", source.read_bytes())
    identity = Identity("d", "t", "v", MONTH, "u", "")
    orders = [Order(identity, {"没有": 1}, None), Order(identity, {"unit.name": "甲"}, None)]
    with ProcessPoolExecutor(1) as pool:
        failure, made = produced(blank, orders, pool, 1)
    assert "没有名称「没有」" in failure.error.problem
    assert not failure.trace
    assert zipfile.is_zipfile(io.BytesIO(made.content))


def test_on_the_command_line(project):
    run = CliRunner().invoke(
        app, ["-p", str(project.folder), "distribute", "主管日程", "-m", MONTH, "--dry-run"]
    )
    assert run.exit_code == 0
    assert "会下发 32 份" in run.output
    assert not (project.output / MONTH / "下发").exists()
    assert not project.returned.exists()
    run = CliRunner().invoke(
        app, ["-p", str(project.folder), "distribute", "主管日程", "-m", MONTH]
    )
    assert run.exit_code == 0
    assert "下发 32 份" in run.output
    assert len(every_file(project.output / MONTH / "下发")) == 32
    assert f"收回的文件放进 {project.returned}" in run.output
    assert project.returned.is_dir()
