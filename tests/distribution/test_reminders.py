"""Reminders: whoever has sent nothing back, once on each of the days, and the manager above him."""

import csv
import datetime as dt
import email
import email.policy
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections import Counter

import pytest

from distribution.conftest import every_file, with_mail
from kpi_xl.calendar import is_working_day
from kpi_xl.circulation import mail as mail_module
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.reminder_texts import LIST
from kpi_xl.circulation.reminders import remind
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation
from tests.small_branch import TWO_DEPARTMENTS, small_branch, write_table

TEMPLATE, MONTH = "周工作计划", "2024-06"


def on(number):
    """The day on which so many working days have passed since today."""
    day = dt.date.today()
    while number:
        day += dt.timedelta(days=1)
        number -= is_working_day(day)
    return day


@pytest.fixture
def sent(tmp_path, mailbox, monkeypatch):
    """Eight people, of whom two lead a team, with their weekly plans."""
    monkeypatch.setattr(mail_module, "_FIRST_PAUSE", 0.01)
    project = small_branch(tmp_path / "branch", TWO_DEPARTMENTS, more="[mail]\n")
    roster = project.folder / "data" / "人员.csv"
    lines = roster.read_text(encoding="utf-8").splitlines()
    lines = [f"{line},{'是' if line[:5] in LEADERS else '否'}" for line in lines]
    lines[0] = lines[0].replace(",否", ",主管标志")
    roster.write_text("\n".join(lines), encoding="utf-8")
    people = [(f"{one[0]}", f"a{one[0]}@example.com") for one in TWO_DEPARTMENTS]
    units = ["东城营业部", "西城营业部", "东城营业部/一组", "东城营业部/二组", "西城营业部/一组"]
    rows = [("", agent, address) for agent, address in people]
    rows += [(unit, "", f"u{number}@example.com") for number, unit in enumerate(units)]
    write_table(project, "通讯录.csv", [("单位", "工号", "邮箱"), *rows])
    project = with_mail(project, mailbox.port)
    distribute(project, TEMPLATE, MONTH)
    return project


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def to(mailbox):
    return Counter(address for address, _ in mailbox.mails)


def comes_back(project, agent):
    (file,) = (one for one in every_file(project.output) if one.stem.endswith(f"_{agent}"))
    (project.returned / file.name).write_bytes(file.read_bytes())
    assert len(collect(project).taken) >= 1


LEADERS = ("10000", "10110")
OWN = {f"a{one[0]}@example.com" for one in TWO_DEPARTMENTS[1:]}
ABOVE = {
    "u1@example.com",
    "u2@example.com",
    "u3@example.com",
    "u4@example.com",
    "a10110@example.com",
}
"""10110 leads 西城二组, which has no address of its own; of him 西城营业部 is told."""
EVERYBODY = Counter(OWN | {"a10000@example.com"}) + Counter(ABOVE | {"u0@example.com"})
"""And where 10000, who leads 东城一组, has sent nothing back either, 东城营业部 is told."""


def test_each_is_reminded_once_on_each_day_and_then_his_manager(sent, mailbox):
    comes_back(sent, "10000")
    days = {1: set(), 2: OWN, 3: set(), 4: OWN, 5: ABOVE, 6: set(), 8: ABOVE, 30: set()}
    for day, expected in days.items():
        mailbox.mails.clear()
        for _ in range(2):  # the same day once more: nobody is written to again
            done = remind(sent, TEMPLATE, mail=True, today=on(day))
            assert done.complete
            assert len(done.late) == 7
        assert to(mailbox) == Counter(expected), day
    ids = [parsed(content)["Message-ID"] for _, content in mailbox.mails]
    assert len(set(ids)) == len(ids)


def test_a_day_that_was_missed_is_made_up_for_once(sent, mailbox):
    remind(sent, TEMPLATE, mail=True, today=on(7))
    assert to(mailbox) == EVERYBODY


def test_the_mails_say_what_is_missing_and_of_nobody_else(sent, mailbox):
    comes_back(sent, "10000")
    remind(sent, TEMPLATE, mail=True, today=on(5))
    texts = {}
    for address, content in mailbox.mails:
        texts.setdefault(address, []).append(parsed(content).get_content())
    (own,) = texts["a10010@example.com"]
    assert "员010" in own and "2024年6月" in own and TEMPLATE in own and "5 个工作日" in own
    assert "员011" not in own
    (above,) = texts["u3@example.com"]  # 东城二组
    assert "员010（10010）" in above and "员011（10011）" in above and "2 人" in above
    assert not any(f"员{one[0][2:]}" in above for one in TWO_DEPARTMENTS if one[0][2:4] != "01")
    (above,) = texts["u2@example.com"]
    assert "员001" in above and "员000" not in above  # it came back


def test_who_sends_it_back_is_asked_no_more(sent, mailbox):
    remind(sent, TEMPLATE, mail=True, today=on(2))
    for one in TWO_DEPARTMENTS[:7]:
        comes_back(sent, one[0])
    mailbox.mails.clear()
    remind(sent, TEMPLATE, mail=True, today=on(5))
    assert to(mailbox) == {"a10111@example.com": 1, "a10110@example.com": 1}


def test_without_mails_the_texts_are_in_a_folder(sent, mailbox):
    project = sent
    done = remind(project, TEMPLATE, today=on(5))
    assert not mailbox.mails
    assert done.folder == project.output / MONTH / "催交" / TEMPLATE / on(5).isoformat()
    files = every_file(done.folder)
    assert sorted(done.files) == sorted(file for file in files if file.name != LIST)
    assert len(done.files) == 8 + 6
    (text,) = (file for file in done.files if file.stem.endswith("10011"))
    assert "员011" in text.read_text(encoding="utf-8-sig")
    with (done.folder / LIST).open(encoding="utf-8-sig", newline="") as listed:
        rows = list(csv.DictReader(listed))
    assert [row["工号"] for row in rows] == [one[0] for one in TWO_DEPARTMENTS]
    assert {row["已过工作日"] for row in rows} == {"5"}
    assert all("提醒本人，已写成文字" in row["今天"] for row in rows)
    assert [row["主管所在单位"] for row in rows][-2:] == ["西城营业部", "西城营业部/二组"]
    # Made again the same day it is the same folder; another day nobody is asked twice.
    before = {file: file.read_bytes() for file in files}
    remind(project, TEMPLATE, today=on(5))
    assert {file: file.read_bytes() for file in every_file(done.folder)} == before
    assert remind(project, TEMPLATE, today=on(6)).files == []
    remind(project, TEMPLATE, mail=True, today=on(6))
    assert not mailbox.mails


def test_a_rehearsal_does_nothing(sent, mailbox):
    record = sent.folder / "circulation.sqlite"
    before = record.read_bytes(), every_file(sent.output)
    done = remind(sent, TEMPLATE, mail=True, dry_run=True, today=on(5))
    assert len(done.reminders) == 8 + 6
    assert (record.read_bytes(), every_file(sent.output)) == before
    assert not mailbox.mails


def test_whom_the_server_refuses_and_who_has_no_address(sent, mailbox):
    mailbox.at_recipient = lambda to: "550 no such user" if to == "a10001@example.com" else None
    rows = (sent.folder / "通讯录.csv").read_text(encoding="utf-8")
    (sent.folder / "通讯录.csv").write_text(rows.replace(",10010,a10010@", ",99999,a10010@"))
    done = remind(sent, TEMPLATE, mail=True, today=on(2))
    assert not done.complete
    assert (done.sent, done.failed, done.without_address) == (
        6,
        {"员001": "550 no such user"},
        ["员010"],
    )
    mailbox.at_recipient = lambda to: None
    (sent.folder / "通讯录.csv").write_text(rows)
    mailbox.mails.clear()
    assert remind(sent, TEMPLATE, mail=True, today=on(2)).sent == 2
    assert to(mailbox) == {"a10001@example.com": 1, "a10010@example.com": 1}


_PROGRAM = textwrap.dedent("""
    import datetime as dt
    import sys
    from kpi_xl.circulation import mail
    from kpi_xl.circulation.reminders import remind
    from kpi_xl.project import Project
    mail._FIRST_PAUSE = 0.02
    day = dt.date.fromisoformat(sys.argv[3])
    assert remind(Project.open(sys.argv[1]), sys.argv[2], mail=True, today=day).complete
""")


def test_killed_at_random_points_nobody_gets_another_mail(sent, mailbox):
    dice = random.Random(3)
    process: subprocess.Popen | None = None
    kills = Counter()

    def maybe_kill(point, chance):
        if dice.random() < chance and kills.total() < 6:
            kills[point] += 1
            os.kill(process.pid, signal.SIGKILL)
            process.wait()

    mailbox.at_recipient = lambda address: maybe_kill("begun", 0.15)
    mailbox.before_keeping = lambda count: maybe_kill("before the server has it", 0.1)
    mailbox.before_reply = lambda count: maybe_kill("before the sender hears of it", 0.3)
    for _ in range(20):
        command = [sys.executable, "-c", _PROGRAM, str(sent.folder), TEMPLATE, on(5).isoformat()]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        _, said = process.communicate(timeout=120)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, said.decode()
    assert process.returncode == 0
    assert kills["before the sender hears of it"] and kills.total() >= 3
    ids = {}
    for address, content in mailbox.mails:
        ids.setdefault((address, parsed(content)["Subject"]), set()).add(
            parsed(content)["Message-ID"]
        )
    # One to each for himself, one to each manager; a copy only under the same id.
    assert Counter(address for address, _ in ids) == EVERYBODY
    assert all(len(one) == 1 for one in ids.values())
    assert len(set.union(*ids.values())) == len(ids)
    with circulation(sent) as connection:
        states = [row["state"] for row in connection.execute("SELECT state FROM reminders")]
    assert states == ["sent"] * len(ids)


def test_on_the_command_line(sent, kpi):
    code, said = kpi(sent, "distribute", TEMPLATE, "--remind")
    assert code == 0
    assert "8 份没有交" in said and "没有要提醒的" in said
    code, said = kpi(sent, "distribute", TEMPLATE, "--remind", "--pdf", "--again")
    assert code == 2 and "--pdf、--again" in said
    code, said = kpi(sent, "distribute", "主管日程", "--remind")
    assert code == 2 and "没有下发过主管日程" in said
    code, said = kpi(sent, "distribute", TEMPLATE, "--month", "2024-05", "--remind")
    assert code == 2 and "2024年5月没有下发过" in said


@pytest.mark.parametrize("value", ["0", "61", '"两天"', "[2, true]", "{}", "2.5"])
def test_days_that_are_none_are_refused(tmp_path, value):
    (tmp_path / "kpi.toml").write_text(f'[reminders]\n"本人" = {value}\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Project.open(tmp_path)
    assert (caught.value.kind, caught.value.row) == ("settings.reminder-days", 2)


def test_days_of_the_project(sent, mailbox):
    text = (sent.folder / "kpi.toml").read_text(encoding="utf-8")
    text += '[reminders]\n"本人" = 1\n"主管" = []\n'
    (sent.folder / "kpi.toml").write_text(text, encoding="utf-8")
    project = Project.open(sent.folder)
    remind(project, TEMPLATE, mail=True, today=on(1))
    assert len(mailbox.mails) == 8
    remind(project, TEMPLATE, mail=True, today=on(20))
    assert len(mailbox.mails) == 8
