"""The KPIs that a project says are the main ones stand on top everywhere, its own as well."""

from __future__ import annotations

import pytest

from kpi_xl.findings.in_brief import headlines
from kpi_xl.jobs.views import scope
from kpi_xl.pages.make import make, words
from pages.reading import parsed
from small_branch import TWO_DEPARTMENTS, small_branch

OWN = """main_kpis = ["大单率", "大单保费", "活动率"]
[measures."大单保费"]
table = "保单"
take = "合计 首年保费"
where = "首年保费 >= 1000"
[measures."大单件数"]
table = "保单"
take = "计数"
where = "首年保费 >= 1000"
[kpis."大单率"]
formula = "=大单件数/主险件数"
unit = "%"
healthy = 0.5
"""


def project(folder, more=OWN):
    return small_branch(folder / "p", TWO_DEPARTMENTS, more=more)


@pytest.fixture(scope="module")
def branch(tmp_path_factory):
    return project(tmp_path_factory.mktemp("main"))


def test_the_result_is_the_first_that_adds_up(branch):
    first, second, *_ = (one.text for one in words(branch).sentences)
    people = len(TWO_DEPARTMENTS)
    assert "大单保费做了" in first
    assert f"{people * 1000:,}元" in first
    assert second.startswith("大单保费")


def test_the_page_shows_them_in_this_order(branch):
    (file,) = make(branch, None, "总公司").files
    shown = [one.text_content() for one in parsed(file).xpath("//section[@id='kpis']//h3")]
    assert [text.split()[0] for text in shown][:3] == ["大单率", "大单保费", "活动率"]


def test_a_monthly_workbook_has_them_in_front(branch):
    with scope(branch) as of:
        assert [kpi.name for kpi in headlines(of.findings)] == ["大单率", "大单保费", "活动率"]


def test_an_assistant_that_asks_for_none_gets_them(branch):
    assert [kpi.name for kpi in branch.settings.headlines] == ["大单率", "大单保费", "活动率"]


def test_without_such_a_setting_it_is_the_trade_s(tmp_path):
    plain = project(tmp_path, OWN.split("\n", 1)[1])
    assert "首年度保费做了" in words(plain).sentences[0].text
    assert "首年度保费" in [kpi.name for kpi in plain.settings.headlines]


def test_where_none_of_them_adds_up_the_result_is_the_trade_s(tmp_path):
    given = project(tmp_path, OWN.replace('"大单率", "大单保费", "活动率"', '"活动率", "大单率"'))
    assert "首年度保费做了" in words(given).sentences[0].text


def test_one_that_there_is_not_is_told_and_the_others_stand(tmp_path):
    given = project(tmp_path, OWN.replace('"大单率", "大单保费"', '"大单律", "大单保费"'))
    (note,) = given.settings.notes
    assert (note.kind, note.value, note.row) == ("settings.no-kpi", "大单律", 3)
    assert "大单率" in str(note)
    assert [kpi.name for kpi in given.settings.headlines] == ["大单保费", "活动率"]
