"""Whose address and whose password: a name that several units have is nobody's."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from distribution.conftest import with_mail
from kpi_xl.circulation.distribute import distribute
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table

TEMPLATE = "主管日程"
FULL = [f"{d}城营业部/{t}组" for d in "东西" for t in "一二"]


@pytest.fixture
def branch(tmp_path) -> Project:
    """Two departments, both with a first and a second team."""
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS, more="[mail]\n")


def contacts(project, rows):
    write_table(project, "通讯录.csv", [("单位", "工号", "邮箱"), *rows])


def test_a_name_of_two_units_is_refused_before_anything_is_made_or_sent(branch, mailbox):
    project = with_mail(branch, mailbox.port)
    contacts(project, [("一组", "", "east@example.com"), *((one, "", "x@x.cn") for one in FULL)])
    with pytest.raises(InputError) as refused:
        distribute(project, TEMPLATE, MONTH, mail=True)
    assert "2 个单位叫“一组”" in refused.value.problem
    assert "东城营业部/一组、西城营业部/一组" in refused.value.advice
    assert refused.value.file.name == "通讯录.csv"
    assert refused.value.row == 2
    assert not mailbox.mails
    assert not project.output.joinpath(MONTH, "下发").exists()
    run = CliRunner().invoke(
        app, ["-p", str(project.folder), "distribute", TEMPLATE, "-m", MONTH, "--mail", "--dry-run"]
    )
    assert isinstance(run.exception, InputError)


def test_a_password_of_two_units_is_refused(branch):
    rows = [("单位", "密码"), ("二组", "geheim"), *((one, "x") for one in FULL[::2])]
    file = write_table(branch, "密码.csv", rows)
    with pytest.raises(InputError, match="2 个单位叫“二组”"):
        distribute(branch, TEMPLATE, MONTH, passwords=file)
    assert not branch.output.joinpath(MONTH, "下发").exists()


def test_paths_and_names_of_one_unit_are_enough(branch, mailbox):
    project = with_mail(branch, mailbox.port)
    contacts(project, [(one, "", f"{n}@example.com") for n, one in enumerate(FULL)])
    done = distribute(project, TEMPLATE, MONTH, mail=True, dry_run=True)
    assert {one.unit: one.address for one in done.deliveries} == {
        unit: f"{number}@example.com" for number, unit in enumerate(FULL)
    }
    # A department's name is one unit's, and its path goes before the name.
    contacts(project, [("总公司", "", "0@x.cn"), ("东城营业部", "", "1@x.cn")])
    done = distribute(project, "月度KPI表", MONTH, mail=True, dry_run=True)
    assert [one.address for one in done.deliveries] == ["0@x.cn", "1@x.cn", None]


def test_a_team_called_like_a_person_is_not_he(tmp_path, mailbox):
    people = [("1001", "甲", "东部", "1001"), ("1002", "乙", "东部", "1002")]
    project = with_mail(small_branch(tmp_path / "p", people, more="[mail]\n"), mailbox.port)
    contacts(project, [("", "1001", "person@x.cn"), ("东部/1002", "", "team@x.cn")])
    teams = distribute(project, TEMPLATE, MONTH, mail=True, dry_run=True)
    assert [one.address for one in teams.deliveries] == [None, "team@x.cn"]
    persons = distribute(project, "周工作计划", MONTH, mail=True, dry_run=True)
    assert [one.address for one in persons.deliveries] == ["person@x.cn", None]


def test_a_department_called_like_the_branch_has_its_own(tmp_path, mailbox):
    people = [("1001", "甲", "城东", "城东"), ("1002", "乙", "城西", "城东")]
    project = small_branch(tmp_path / "p", people, name="城东", more="[mail]\n")
    project = with_mail(project, mailbox.port)
    contacts(project, [("城东", "", "who@x.cn")])
    with pytest.raises(InputError) as refused:
        distribute(project, "月度KPI表", MONTH, mail=True)
    assert "分公司:城东、营业部:城东" in refused.value.advice
    contacts(project, [("分公司:城东", "", "all@x.cn"), ("营业部：城东", "", "east@x.cn")])
    done = distribute(project, "月度KPI表", MONTH, mail=True)
    assert [(one.unit, one.address) for one in done.deliveries] == [
        ("城东", "all@x.cn"), ("城东", "east@x.cn"), ("城西", None),
    ]  # fmt: skip
    assert len({one.file for one in done.deliveries}) == 3
    assert sorted(address for address, _ in mailbox.mails) == ["all@x.cn", "east@x.cn"]


def test_a_unit_with_two_addresses_is_refused(branch, mailbox):
    project = with_mail(branch, mailbox.port)
    contacts(project, [("东城营业部/一组", "", "a@x.cn"), ("东城营业部／一组", "", "b@x.cn")])
    with pytest.raises(InputError, match="写了两次，内容不同"):
        distribute(project, TEMPLATE, MONTH, mail=True)
