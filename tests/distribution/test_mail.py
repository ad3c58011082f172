"""Mails: exactly one for everybody, whenever the sender is killed and however the server fails."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
from collections import Counter, defaultdict

import pytest

from distribution.conftest import with_mail, write_contacts
from kpi_xl.circulation import mail as mail_module
from kpi_xl.circulation.distribute import distribute
from kpi_xl.errors import InputError
from kpi_xl.record.circulation import circulation
from kpi_xl.settings.mail import mail_settings

TEMPLATE, MONTH = "主管日程", "2024-06"


@pytest.fixture
def addressed(project, mailbox, monkeypatch):
    """The branch with addresses for all its teams."""
    monkeypatch.setattr(mail_module, "_FIRST_PAUSE", 0.01)
    everybody = distribute(project, TEMPLATE, MONTH, dry_run=True).deliveries
    rows = [(one.recipient, "", f"u{number}@example.com") for number, one in enumerate(everybody)]
    write_contacts(project, rows)
    return with_mail(project, mailbox.port), {key: address for key, _, address in rows}


def parsed(content: bytes):
    return email.message_from_bytes(content, policy=email.policy.default)


def test_everybody_gets_his_own_workbook_once(addressed, mailbox):
    project, addresses = addressed
    done = distribute(project, TEMPLATE, MONTH, mail=True)
    assert done.mailed.sent == len(addresses) == len(mailbox.mails)
    with circulation(project) as connection:
        rows = connection.execute("SELECT * FROM recipients").fetchall()
    sha256 = {row["address"]: row["sha256"] for row in rows}
    for address, content in mailbox.mails:
        (attached,) = parsed(content).iter_attachments()
        assert hashlib.sha256(attached.get_content()).hexdigest() == sha256[address]
        assert attached.get_filename().endswith(".xlsx")
    assert {row["recipient"]: row["address"] for row in rows} == addresses
    assert all(row["mail"] == "sent" and row["sent"] and row["attempts"] == 1 for row in rows)
    again = distribute(project, TEMPLATE, MONTH, mail=True)
    assert (again.mailed.sent, again.mailed.already) == (0, len(addresses))
    assert len(mailbox.mails) == len(addresses)


def test_a_new_round_writes_to_everybody_anew(addressed, mailbox):
    project, addresses = addressed
    distribute(project, TEMPLATE, MONTH, mail=True)
    done = distribute(project, TEMPLATE, MONTH, mail=True, again=True)
    assert (done.number, done.mailed.sent) == (2, len(addresses))
    ids = Counter(parsed(content)["Message-ID"] for _, content in mailbox.mails)
    assert len(ids) == 2 * len(addresses)


def test_a_rehearsal_does_nothing(addressed, mailbox):
    project, addresses = addressed
    done = distribute(project, TEMPLATE, MONTH, mail=True, dry_run=True)
    assert {one.recipient: one.address for one in done.deliveries} == addresses
    assert not mailbox.mails
    assert not (project.folder / "circulation.sqlite").exists()
    assert not (project.output / MONTH / "下发").exists()


def test_who_has_no_address_and_whom_the_server_refuses(addressed, mailbox):
    project, addresses = addressed
    first, second, *_ = addresses
    rows = [(key, "", address) for key, address in addresses.items() if key != first]
    write_contacts(project, rows)
    mailbox.at_recipient = lambda to: "550 no such user" if to == addresses[second] else None
    done = distribute(project, TEMPLATE, MONTH, mail=True)
    assert done.mailed.without_address == [first.rpartition("/")[2]]
    assert list(done.mailed.failed.values()) == ["550 no such user"]
    assert done.mailed.sent == len(addresses) - 2
    # When the addresses have been put right, only these two get a mail.
    write_contacts(project, [(key, "", address) for key, address in addresses.items()])
    mailbox.at_recipient = lambda to: None
    before = len(mailbox.mails)
    assert distribute(project, TEMPLATE, MONTH, mail=True).mailed.sent == 2
    assert {to for to, _ in mailbox.mails[before:]} == {addresses[first], addresses[second]}


def test_temporary_failures_are_tried_again(addressed, mailbox):
    project, addresses = addressed
    dice = random.Random(1)
    mailbox.at_recipient = lambda to: "451 try later" if dice.random() < 0.2 else None
    mailbox.before_keeping = lambda count: "452 full" if dice.random() < 0.1 else None
    done = distribute(project, TEMPLATE, MONTH, mail=True)
    assert done.mailed.sent == len(addresses) == len(mailbox.mails)
    with circulation(project) as connection:
        events = Counter(row["event"] for row in connection.execute("SELECT event FROM mail_log"))
    assert events["retry"] > 0
    assert events["sending"] == events["sent"] == len(addresses)


def test_a_server_that_is_not_there_ends_with_what_to_do(addressed, mailbox, monkeypatch):
    project, _ = addressed
    project = with_mail_port_closed(project)
    with pytest.raises(InputError, match="会接着发完"):
        distribute(project, TEMPLATE, MONTH, mail=True)


def with_mail_port_closed(project):
    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    (project.folder / "kpi.toml").write_text(
        re.sub(r"port = \d+\nsecurity = \"none\"", 'port = 1\nsecurity = "none"', text),
        encoding="utf-8",
    )
    return type(project).open(project.folder)


_PROGRAM = textwrap.dedent("""
    import sys
    from kpi_xl.circulation import mail
    from kpi_xl.circulation.distribute import distribute
    from kpi_xl.project import Project
    mail._FIRST_PAUSE = 0.02
    done = distribute(Project.open(sys.argv[1]), sys.argv[2], sys.argv[3], mail=True)
    assert done.mailed.complete
""")


def test_killed_at_random_points_everybody_still_gets_exactly_one(addressed, mailbox):
    project, addresses = addressed
    dice = random.Random(0)
    process: subprocess.Popen | None = None
    kills = Counter()

    def maybe_kill(point: str, chance: float) -> None:
        if dice.random() < chance and kills.total() < 9:
            kills[point] += 1
            os.kill(process.pid, signal.SIGKILL)
            process.wait()

    def at_recipient(address):
        maybe_kill("while the mail is begun", 0.06)
        return "451 try later" if dice.random() < 0.05 else None

    def before_keeping(count):
        maybe_kill("before the server keeps it", 0.06)
        return "452 full" if dice.random() < 0.05 else None

    def before_reply(count):
        # The server has the mail, but the sender never hears of it.
        maybe_kill("before the sender hears of it", 0.12)

    mailbox.at_recipient = at_recipient
    mailbox.before_keeping = before_keeping
    mailbox.before_reply = before_reply
    for _ in range(40):
        command = [sys.executable, "-c", _PROGRAM, str(project.folder), TEMPLATE, MONTH]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        if kills["while the workbooks are made"] < 2:
            try:
                process.wait(dice.uniform(0.5, 1.6))
            except subprocess.TimeoutExpired:
                kills["while the workbooks are made"] += 1
                process.kill()
        _, said = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, said.decode()
    assert process.returncode == 0
    assert kills["before the sender hears of it"] and kills.total() >= 4
    ids = defaultdict(set)
    for address, content in mailbox.mails:
        ids[address].add(parsed(content)["Message-ID"])
    assert set(ids) == set(addresses.values())
    assert all(len(one) == 1 for one in ids.values())
    assert len(set.union(*ids.values())) == len(addresses)
    # A copy comes only where the sender was killed before it heard, and under the same id.
    assert len(mailbox.mails) - len(addresses) <= kills.total()
    with circulation(project) as connection:
        rows = connection.execute("SELECT mail, sha256, file FROM recipients").fetchall()
    for row in rows:
        assert row["mail"] == "sent"
        content = (project.folder / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]


def test_a_line_break_in_a_name_adds_no_header():
    settings = mail_settings({"host": "h", "sender": "a@example.com"}, None)
    mail = mail_module.message(settings, "b@example.com", "<1@x>", "王\r\nBcc: c@d.com", "文", {})
    assert mail["Bcc"] is None
    assert mail["Subject"] == "王 Bcc: c@d.com"


@pytest.mark.parametrize(
    "section",
    [
        {"security": "ssl3"},
        {"port": 0},
        {"port": True},
        {"host": "h"},
        {"sender": "nobody"},
        {"host": "a\nb"},
        {"user": 5},
    ],
)
def test_settings_that_mean_nothing_are_refused(section, tmp_path):
    with pytest.raises(InputError, match=r"\[mail\]"):
        mail_settings(section, tmp_path / "kpi.toml")


def test_the_password_comes_from_the_environment_only(monkeypatch):
    settings = mail_settings({"host": "h", "user": "a@example.com"}, None)
    assert mail_module.password_of(settings, {"KPI_XL_MAIL_PASSWORD": "geheim"}) == "geheim"
    import keyring
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        with pytest.raises(InputError, match="KPI_XL_MAIL_PASSWORD"):
            mail_module.password_of(settings, {})
    finally:
        keyring.set_keyring(before)
