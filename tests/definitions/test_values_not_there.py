"""A condition on a text that no row has, but nearly: told, as it makes a silent 0."""

import json

import pytest
from click.testing import CliRunner

from kpi_xl.cli.commands import app
from kpi_xl.data.own_faults import wrong_definitions
from kpi_xl.jobs.load import load
from kpi_xl.pages.kpi_list import html
from kpi_xl.project import Project
from small_branch import TWO_DEPARTMENTS, small_branch, write_table


def project_of(folder, condition, table="保单"):
    """A branch with two products, and a measure with a condition."""
    text = f'[measures."长险"]\ntable = "{table}"\ntake = "计数"\nwhere = "{condition}"\n'
    text += '[tables."回访"]\nkey = "单号"\n[tables."回访".columns]\n"单号" = "编号"\n'
    text += '"工号" = "工号"\n"回访日期" = "日期"\n"结果" = "文字"\n'
    project = small_branch(folder / "p", TWO_DEPARTMENTS, more=text)
    agent = TWO_DEPARTMENTS[0][0]
    heading = (
        "保单号",
        "工号",
        "险种",
        "主附险",
        "件数",
        "首年保费",
        "FYC",
        "缴费方式",
        "承保日期",
    )
    rows = [
        (f"L{n}", agent, product, "主险", 1, 900, 0, "年交", "2024-06-05")
        for n, product in enumerate(("终身寿险", "年金险"))
    ]
    write_table(project, "data/保单2.csv", [heading, *rows])
    called = [("单号", "工号", "回访日期", "结果"), ("C1", agent, "2024-06-05", "已接通")]
    write_table(project, "data/回访.csv", called)
    load(project)
    return project


def told(*given):
    """What is told of a measure with a condition."""
    project = project_of(*given)
    done = CliRunner().invoke(app, ["-p", str(project.folder), "--json", "definitions", "list"])
    return [(one["kind"], one["column"], one["about"]) for one in json.loads(done.stdout)["wrong"]]


@pytest.mark.parametrize(
    "condition",
    [
        "险种 = 终生寿险",
        "险种 属于 {年金险, 终身寿命}",
        "险种 <> 年金 且 首年保费 > 100",
        "非 (险种 = 终身)",
    ],
)
def test_a_text_that_is_nearly_there_is_told(tmp_path, condition):
    ((kind, column, about),) = told(tmp_path, condition)
    assert (kind, column) == ("condition.value-not-there", "条件")
    assert "终身寿险" in about["like"] or about["like"] == "年金险"


@pytest.mark.parametrize(
    "condition", ["险种 = 终身寿险", "险种 包含 终身", "险种 = 意外伤害", "首年保费 > 100"]
)
def test_what_is_there_or_like_nothing_is_not(tmp_path, condition):
    assert told(tmp_path, condition) == []


def test_tables_of_ones_own_are_looked_at_too(tmp_path):
    ((kind, _, about),) = told(tmp_path, "结果 = 接通", "回访")
    assert (kind, about["like"]) == ("condition.value-not-there", "已接通")


def test_a_table_declared_since_keeps_no_other_definition_back(tmp_path):
    project = project_of(tmp_path, "险种 = 终生寿险")
    more = '\n[measures."接通数"]\ntable = "外呼"\ntake = "计数"\nwhere = "结果 = 接通"\n'
    more += '[tables."外呼"]\nkey = "单号"\n[tables."外呼".columns]\n"单号" = "编号"\n'
    more += '"工号" = "工号"\n"日期" = "日期"\n"结果" = "文字"\n'
    file = project.folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('\n[measures."长险"]', f'{more}[measures."长险"]'), "utf-8")
    (wrong,) = wrong_definitions(Project.open(project.folder))
    assert wrong.kind == "condition.value-not-there"


def test_colleagues_are_not_told_what_stands_in_the_files(tmp_path):
    project = project_of(tmp_path, "险种 = 终生寿险")
    assert "终身寿险" in str(wrong_definitions(project)[0])
    assert "终身寿险" not in html(project).decode()


WEIGHTED = """[measures."标准保费"]
table = "保单"
take = "合计 首年保费"
weights = "折算"
[measures."标准件数"]
table = "保单"
take = "计数"
weights = "折算"
[weights."折算"]
table = "保单"
"""


@pytest.mark.parametrize(
    "lines",
    [
        'columns = ["险种", "系数"]\nrows = [["终生寿险", 0.3], ["年金险", 0.5], ["其他", 1]]',
        'columns = ["险种", "系数"]\nrows = [["{年金险, 终身寿命}", 0.3], ["其他", 1]]',
        'file = "折算.csv"',
    ],
)
def test_a_table_of_weights_is_looked_at_once(tmp_path, lines):
    project = project_of(tmp_path, "险种 = 终身寿险")
    (project.folder / "折算.csv").write_text(
        "险种,系数\n年金险,0.5\n终身寿命,0.3\n其他,1\n", "utf-8"
    )
    file = project.folder / "kpi.toml"
    file.write_text(file.read_text("utf-8") + "\n" + WEIGHTED + lines + "\n", "utf-8")
    project = Project.open(project.folder)
    load(project)
    (wrong,) = wrong_definitions(project)
    assert (wrong.kind, wrong.column) == ("condition.value-not-there", "折算")
    assert wrong.fault.about["like"].startswith("终身寿")
    if "file" in lines:
        assert (wrong.file.name, wrong.row) == ("折算.csv", 3)


def test_weights_of_texts_that_are_there_are_not_told(tmp_path):
    project = project_of(tmp_path, "险种 = 终身寿险")
    lines = 'columns = ["险种", "系数"]\nrows = [["终身寿险", 0.3], ["包含 年", 1], ["意外", 2], ["其他", 1]]'
    file = project.folder / "kpi.toml"
    file.write_text(file.read_text("utf-8") + "\n" + WEIGHTED + lines + "\n", "utf-8")
    project = Project.open(project.folder)
    load(project)
    assert wrong_definitions(project) == []
