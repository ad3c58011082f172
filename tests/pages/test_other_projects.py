"""Pages, words and pictures of projects that are not the sample branch: half a month, own KPIs, shops."""

import csv

import pytest

from kpi_xl.errors import InputError
from kpi_xl.jobs import start
from kpi_xl.pages.make import draw, make, words
from kpi_xl.project import Project
from pages.reading import parsed
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

OWN = """
[kpis."每单保费"]
formula = "首年新单保费 / 主险件数"
unit = "元"
direction = "higher"
"""


def with_targets(project, rows):
    with (project.folder / "data" / "目标.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("月份", "层级", "单位", "指标", "目标值"), *rows])
    return Project.open(project.folder)


@pytest.fixture
def project(tmp_path):
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=OWN)


def test_a_kpi_of_the_projects_own_is_on_the_page_of_who_has_a_target(project):
    project = with_targets(
        project,
        [
            (MONTH, "营业部", "东城营业部", "每单保费", 900),
            (MONTH, "营业部", "东城营业部", "首年度保费", 5000),
        ],
    )
    made = make(project, MONTH)
    assert len(made.files) == 7 and not made.undone
    (east,) = [file for file in made.files if file.name == "东城营业部.html"]
    root = parsed(east)
    assert "每单保费" in root.xpath("//ul[@class='tiles']")[0].text_content()
    assert root.xpath("//data[@data-slot='kpi.每单保费.目标']/@value") == ["900.0"]
    found = words(project, MONTH, "东城营业部").sentences
    assert "做了4,000元" in found[0].text and "目标5,000元" in found[0].text


def test_half_a_month_is_held_against_no_months_target(project):
    """Nobody is told that he is short of a whole month's target on the fourteenth."""
    for name, day in (("保单.csv", 8), ("活动.csv", 0)):
        file = project.folder / "data" / name
        with file.open(encoding="utf-8", newline="") as text:
            heading, *rows = csv.reader(text)
        for place, row in enumerate(rows):
            is_now = row[day].startswith(MONTH)
            row[day] = f"{row[day][:8]}{(3 + place % 9) if is_now else (5 + place % 23):02}"
        with file.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows([heading, *rows])
    with (project.folder / "kpi.toml").open("a", encoding="utf-8") as settings:
        settings.writelines(["[rules]\n", "as_of = 2024-06-14\n"])
    project = with_targets(project, [(MONTH, "分公司", "总公司", "首年度保费", 80_000)])
    said = words(project, MONTH)
    text = "".join(one.text for one in said.sentences)
    assert "截至 6月" in said.sentences[0].text
    assert "还差" not in text and "比目标少" not in text
    (whole,) = make(project, MONTH, "总公司").files
    page = parsed(whole)
    assert not page.xpath("//data[starts-with(@data-slot, 'drivers.目标')]")


def test_shops_have_pages_and_words_of_their_own(tmp_path):
    start.sample(tmp_path / "p", trade="retail")
    project = Project.open(tmp_path / "p")
    made = make(project)
    assert not made.undone and len(made.files) == 13
    for file in made.files[:3]:
        text = file.read_text(encoding="utf-8")
        assert "保费" not in parsed(file).xpath("//section[@id='talk']")[0].text_content()
        assert "销售额" in text
    assert words(project).sentences[0].text.startswith("6月销售额")
    assert len(draw(project, unit="大学城店").files) == 2


def test_what_is_not_there_is_refused_in_chinese(project):
    for given in ({"unit": "没有的部"}, {"level": "营业区"}, {"month": "2031-01"}):
        with pytest.raises(InputError):
            make(project, **{"month": MONTH, **given})
    assert not list(project.output.rglob("*.html"))
