"""指标说明 has every KPI of the project once, with all that a colleague asks."""

from __future__ import annotations

import html as entities
import re

import pytest
from python_calamine import CalamineWorkbook

from kpi_xl.catalogue import kpis
from kpi_xl.pages.kpi_list import html, make, workbook
from kpi_xl.project import Project

KPIS = """[project]
name = "江城<分>公司"
[bands]
"活动率" = { healthy = 0.77 }
[kpis."每访佣金"]
formula = "=FYC÷拜访数"
unit = "元"
healthy = 50
meaning = "一次拜访的佣金 <b>"
owner = "王芳"
source = "2024 年考核办法"
aliases = "访均佣金"
[kpis."增长"]
formula = "FYP/上月(FYP)-1"
[kpis."坏的"]
formula = "没有这个/2"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    (folder / "kpi.toml").write_text(KPIS, encoding="utf-8")
    return Project.open(folder)


def test_every_kpi_is_on_the_page_once(project):
    text = html(project).decode()
    named = re.findall(r'<h3 id="h-([^"]+)">', text)
    assert named == list(dict.fromkeys(named))
    assert set(named) == {*kpis, "KPI_每访佣金", "KPI_增长"}
    read = entities.unescape(re.sub(r"<[^>]+>", "", text))
    for told in (
        "FYC ÷ 拜访数", "一次拜访的佣金 <b>", "健康 ≥ 50", "王芳", "2024 年考核办法", "访均佣金",
        "上月（首年度保费）", "健康 ≥ 77%", "没有这个", "江城<分>公司",
    ):  # fmt: skip
        assert told in read or told.replace("FYC", "首年度佣金") in read, told
    assert "<b>" not in text.replace("<body>", "")
    assert "上月的" not in read  # what is counted is told once, whichever month is meant


def test_the_workbook_says_the_same(project, tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook(project.settings))
    book = CalamineWorkbook.from_path(str(file))
    heading, *rows = book.get_sheet_by_name("指标").to_python()
    by_code = {row[2]: dict(zip(heading, row, strict=True)) for row in rows}
    assert set(by_code) == {*kpis, "KPI_每访佣金", "KPI_增长"}
    mine = by_code["KPI_每访佣金"]
    assert (mine["负责人"], mine["来源"], mine["自定义"]) == ("王芳", "2024 年考核办法", "是")
    assert mine["健康界限"].startswith("健康 ≥ 50")
    assert mine["单位"] == "元"
    assert workbook(project.settings) == workbook(project.settings)


def test_it_lies_in_the_output(project):
    assert [one.name for one in make(project)] == ["指标说明.html", "指标说明.xlsx"]
    assert all(one.stat().st_size > 5000 for one in make(project))
