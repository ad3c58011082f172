"""Distributing again: after transfers, refused mails, cleared folders, half-done runs.

What was handed out can be collected as long as its round lives; what is mailed is what is noted.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import random
import shutil

import pytest
from click.testing import CliRunner

from distribution.conftest import every_file, with_mail
from kpi_xl import kinds
from kpi_xl.circulation import production
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation
from kpi_xl.slots import unit_sheets
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_people, write_table

TEMPLATE = "周工作计划"
WHO = TWO_DEPARTMENTS[0][0]
ELSEWHERE = ("西城营业部", "二组")


def moved(people=TWO_DEPARTMENTS, who=WHO, where=ELSEWHERE):
    return [(agent, name, *(where if agent == who else place)) for agent, name, *place in people]


@pytest.fixture
def branch(tmp_path, mailbox) -> Project:
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more="[mail]\n")
    rows = [("", agent, f"{agent}@example.com") for agent, *_ in TWO_DEPARTMENTS]
    write_table(project, "通讯录.csv", [("单位", "工号", "邮箱"), *rows])
    return with_mail(project, mailbox.port)


def of(done, who=WHO):
    return next(one for one in done.deliveries if one.recipient == who)


def noted(project, who=WHO):
    with circulation(project) as connection:
        return connection.execute("SELECT * FROM recipients WHERE recipient = ?", [who]).fetchone()


def sent_to(mailbox, who=WHO):
    return [
        attached.get_content()
        for address, content in mailbox.mails
        if address.startswith(who)
        for attached in email.message_from_bytes(
            content, policy=email.policy.default
        ).iter_attachments()
    ]


def comes_back(project, content: bytes, name="收回.xlsx"):
    shutil.rmtree(project.returned, ignore_errors=True)
    project.returned.mkdir()
    (project.returned / name).write_bytes(content)
    return collect(project)


def test_after_a_transfer_the_first_workbook_still_comes_back(branch):
    first = of(distribute(branch, TEMPLATE, MONTH)).file
    handed_out = first.read_bytes()
    write_people(branch.folder, moved())
    done = distribute(branch, TEMPLATE, MONTH)
    second = of(done).file
    assert second != first
    assert "西城营业部" in str(second)
    assert not first.exists()  # it is no longer in the old team's folder
    assert done.removed == [first]
    taken = comes_back(branch, handed_out)
    assert [(one.unit, one.person) for one in taken.taken] == [("东城营业部/一组", WHO)]
    taken = comes_back(branch, second.read_bytes())
    assert [(one.unit, one.person) for one in taken.taken] == [("西城营业部/二组", WHO)]
    with circulation(branch) as connection:  # and his entries are one person's, not two
        rows = connection.execute("SELECT DISTINCT unit FROM entries WHERE person = ?", [WHO])
        assert [row["unit"] for row in rows] == ["西城营业部/二组"]


def test_what_somebody_wrote_into_the_old_file_is_not_removed(branch):
    first = of(distribute(branch, TEMPLATE, MONTH)).file
    first.write_bytes(first.read_bytes() + b" ")
    write_people(branch.folder, moved())
    assert not distribute(branch, TEMPLATE, MONTH).removed
    assert first.exists()


def test_what_somebody_wrote_into_a_file_is_not_replaced(branch):
    done = distribute(branch, TEMPLATE, MONTH)
    mine, other = done.deliveries[0].file, done.deliveries[1].file
    mine.write_bytes(b"filled in")
    before = other.stat().st_mtime_ns
    again = distribute(branch, TEMPLATE, MONTH)
    assert mine.read_bytes() == b"filled in"
    (undone,) = again.undone
    assert (undone.name, undone.file) == (done.deliveries[0].name, mine)
    assert "没有动它" in undone.reason
    assert len(again.deliveries) == len(done.deliveries) - 1
    assert other.stat().st_mtime_ns >= before
    run = CliRunner().invoke(app, ["-p", str(branch.folder), "distribute", TEMPLATE, "-m", MONTH])
    assert run.exit_code == 2
    assert f"没有生成：{undone.name}（{undone.unit}）" in run.output


def test_who_left_is_withdrawn_and_what_he_has_still_comes_back(branch):
    done = distribute(branch, TEMPLATE, MONTH)
    handed_out = of(done).file.read_bytes()
    write_people(branch.folder, TWO_DEPARTMENTS[1:])
    again = distribute(branch, TEMPLATE, MONTH, mail=True)
    assert again.mailed.sent == len(TWO_DEPARTMENTS) - 1
    assert noted(branch)["withdrawn"]
    back = comes_back(branch, handed_out)
    assert [one.person for one in back.taken] == [WHO]
    # He is back among them: nothing of his was lost.
    write_people(branch.folder, TWO_DEPARTMENTS)
    distribute(branch, TEMPLATE, MONTH)
    assert noted(branch)["withdrawn"] is None


def test_after_a_refused_mail_and_a_transfer_the_new_workbook_is_mailed(branch, mailbox):
    mailbox.at_recipient = lambda to: "550 no such user" if to.startswith(WHO) else None
    first = of(distribute(branch, TEMPLATE, MONTH, mail=True)).file.read_bytes()
    mailbox.at_recipient = lambda to: None
    write_people(branch.folder, moved())
    done = distribute(branch, TEMPLATE, MONTH, mail=True)
    assert done.mailed.sent == 1
    (content,) = sent_to(mailbox)
    row = noted(branch)
    assert row["unit"] == "西城营业部/二组"
    assert branch.folder / row["file"] == of(done).file
    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    assert of(done).file.read_bytes() == content
    for workbook in (content, first):
        assert len(comes_back(branch, workbook).taken) == 1


def test_after_the_output_was_cleared(branch, mailbox):
    mailbox.at_recipient = lambda to: "550 no such user" if to.startswith(WHO) else None
    distribute(branch, TEMPLATE, MONTH, mail=True)
    mailbox.at_recipient = lambda to: None
    write_people(branch.folder, moved())
    shutil.rmtree(branch.output)
    done = distribute(branch, TEMPLATE, MONTH, mail=True)
    assert done.complete
    assert done.mailed.sent == 1
    (content,) = sent_to(mailbox)
    assert len(comes_back(branch, content).taken) == 1


def test_who_was_mailed_stays_as_he_was(branch, mailbox):
    distribute(branch, TEMPLATE, MONTH, mail=True)
    (content,) = sent_to(mailbox)
    write_people(branch.folder, moved())
    done = distribute(branch, TEMPLATE, MONTH, mail=True)
    assert done.mailed.sent == 0
    assert of(done).unit == "东城营业部/一组"
    assert of(done).file.read_bytes() == content


def test_a_department_called_like_the_branch_and_teams_like_others(tmp_path):
    people = [
        ("1", "甲", "城东", "城东"), ("2", "乙", "城西", "城东"), ("3", "丙", "城西", "城西"),
    ]  # fmt: skip
    project = small_branch(tmp_path / "p", people, name="城东")
    for template, count in (("月度KPI表", 3), ("主管日程", 3), (TEMPLATE, 3)):
        done = distribute(project, template, MONTH)
        assert len({one.file for one in done.deliveries}) == count
        for number, one in enumerate(done.deliveries):
            back = comes_back(project, one.file.read_bytes(), f"{number}.xlsx")
            assert [(each.unit, each.person) for each in back.taken] == [
                (one.unit, one.recipient if template == TEMPLATE else "")
            ]
    with circulation(project) as connection:
        rows = connection.execute(
            "SELECT level, recipient FROM recipients WHERE returned IS NOT NULL AND recipient = ?"
            " ORDER BY level",
            ["城东"],
        ).fetchall()
    assert [row["level"] for row in rows] == ["分公司", "营业部"]


def test_one_who_cannot_be_made_stops_no_other(branch, monkeypatch):
    real = unit_sheets.values

    def values(template, to, recipient):
        if recipient.key == WHO:
            raise ZeroDivisionError("a fault")
        return real(template, to, recipient)

    monkeypatch.setattr(unit_sheets, "values", values)
    done = distribute(branch, TEMPLATE, MONTH)
    (undone,) = done.undone
    assert "ZeroDivisionError" in undone.reason
    assert undone.unit == "东城营业部/一组"
    assert len(done.deliveries) == len(TWO_DEPARTMENTS) - 1
    assert all(one.file.is_file() for one in done.deliveries)
    run = CliRunner().invoke(
        app, ["-p", str(branch.folder), "distribute", TEMPLATE, "-m", MONTH, "--mail"]
    )
    assert run.exit_code == 2
    assert "Traceback" not in run.output
    assert noted(branch)["mail"] is None
    monkeypatch.undo()
    assert distribute(branch, TEMPLATE, MONTH, mail=True).mailed.sent == 1


def test_one_that_cannot_be_filled_or_written_stops_no_other(branch, monkeypatch):
    real = production.filled

    def filled(template, values, sheets, identity):
        if identity.person == WHO:
            raise MemoryError
        return real(template, values, sheets, identity)

    monkeypatch.setattr(production, "filled", filled)
    blocked = branch.output / MONTH / "下发" / TEMPLATE / "西城营业部" / "二组"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file where a folder belongs")
    done = distribute(branch, TEMPLATE, MONTH)
    assert {one.unit for one in done.undone} == {"东城营业部/一组", "西城营业部/二组"}
    assert len(done.undone) == 3
    assert len(done.deliveries) == len(TWO_DEPARTMENTS) - 3


def test_what_is_wrong_with_all_is_said_once(branch, monkeypatch):
    def values(template, to, recipient):
        raise InputError(kinds.NOTHING_TO_FILL())

    monkeypatch.setattr(unit_sheets, "values", values)
    with pytest.raises(InputError, match="没有会填写的名称"):
        distribute(branch, TEMPLATE, MONTH)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_what_was_handed_out_comes_back(branch, mailbox, seed):
    """Transfers, refusals, cleared folders and runs, by the dice."""
    dice = random.Random(seed)
    people = list(TWO_DEPARTMENTS)
    places = sorted({tuple(place) for _, _, *place in people})
    handed_out: list[tuple[str, bytes]] = []
    counted = 0
    for _ in range(9):
        deed = dice.choice(["distribute", "mail", "move", "leave", "join", "clear", "fail"])
        if deed == "move":
            people = moved(people, dice.choice(people)[0], dice.choice(places))
        elif deed == "leave" and len(people) > 4:
            people.remove(dice.choice(people))
        elif deed == "join":
            people = sorted({*map(tuple, people), tuple(dice.choice(TWO_DEPARTMENTS))})
            people = list({agent: (agent, *rest) for agent, *rest in people}.values())
        elif deed == "clear":
            shutil.rmtree(branch.output, ignore_errors=True)
        elif deed == "fail":
            unlucky = dice.choice(people)[0]
            mailbox.at_recipient = lambda to, who=unlucky: "550" if to.startswith(who) else None
        else:
            done = distribute(branch, TEMPLATE, MONTH, mail=deed == "mail")
            assert not done.undone
            there = set(every_file(done.folder)) if done.folder.exists() else set()
            assert there <= {one.file for one in done.deliveries} | {
                branch.folder / row["file"] for row in everybody(branch) if row["mail"] == "sent"
            }
            for one in done.deliveries:
                if not one.already:
                    handed_out.append((one.recipient, one.file.read_bytes()))
            for address, _ in mailbox.mails[counted:]:
                who = address.partition("@")[0]
                row = noted(branch, who)
                content = sent_to(mailbox, who)[-1]
                assert row["sha256"] == hashlib.sha256(content).hexdigest()
                handed_out.append((who, content))
            counted = len(mailbox.mails)
        write_people(branch.folder, people)
    for number, (who, content) in enumerate(dict.fromkeys(handed_out)):
        back = comes_back(branch, content, f"{number}.xlsx")
        assert [one.person for one in back.taken] == [who], back.aside


def everybody(project):
    with circulation(project) as connection:
        return connection.execute("SELECT * FROM recipients").fetchall()
