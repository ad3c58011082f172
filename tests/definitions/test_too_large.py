"""What is more than whole numbers hold is no number, and is told with its definition."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

from kpi_xl import api
from kpi_xl.cli.commands import app
from kpi_xl.jobs.load import REPORT, load
from kpi_xl.project import Project
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table
from udfs import functions

WEIGHTS = """
[measures."折算保费"]
table = "保单"
take = "合计 首年保费"
weights = "折算"

[measures."几单"]
table = "保单"
take = "计数"

[weights."折算"]
table = "保单"
columns = ["险种", "系数"]
rows = [["年金", 0.0001], ["其他", 1]]

[kpis]
"折算件均" = "折算保费/几单"
"""

POINTS = """
[own_columns."保单"]
"积分" = "数"

[measures."积分合计"]
table = "保单"
take = "合计 积分"

[measures."最高积分"]
table = "保单"
take = "最大 积分"

[measures."最低积分"]
table = "保单"
take = "最小 积分"
"""

FIRST = TWO_DEPARTMENTS[0][0]


def run(project, *words):
    return CliRunner().invoke(app, ["--project", str(project.folder), *words])


def project_of(folder, text, rows, columns=()):
    """A branch with one more file of policies: 工号, 首年保费, 承保日期 and what else each has."""
    project = small_branch(folder / "p", TWO_DEPARTMENTS, more=text)
    heading = (
        "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期",
    )  # fmt: skip
    write_table(
        project,
        "data/保单2.csv",
        [
            (*heading, *columns),
            *(
                (f"L{n}", agent, "终身寿", "主险", 1, premium, 0, "年交", day, *more)
                for n, (agent, premium, day, *more) in enumerate(rows)
            ),
        ],
    )
    return project


def told(project):
    done = run(project, "--json", "definitions", "list")
    return [
        (one["kind"], one["row"], one["column"], one["about"])
        for one in json.loads(done.stdout)["wrong"]
    ]


def values(project, *names, **more):
    found = api.Project(project.folder).kpis(list(names), **{"months": MONTH} | more)
    return found.iloc[0, : len(names)].tolist()


@pytest.fixture
def weighted(tmp_path):
    rows = [(FIRST, "9999亿", "2024-06-09")] * 10 + [(FIRST, "9999亿", "2024-05-09")]
    return project_of(tmp_path, WEIGHTS, rows)


def test_it_is_told_everywhere_and_stops_nothing_else(weighted, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(weighted.folder))
    done = run(weighted, "refresh", "--month", MONTH)
    assert done.exit_code == 0, done.output
    assert "1 个定义不能用" in done.output
    assert values(weighted, "几单") == [18]
    for name in ("折算保费", "折算件均"):
        assert functions.KPI(name, "东城营业部", MONTH) == "#NUM!"
        assert functions.KPI(name, "东城营业部", MONTH) == functions.KPI(name, "西城营业部", MONTH)
    (fault,) = told(weighted)
    kind, row, column, about = fault
    text = (weighted.folder / "kpi.toml").read_text(encoding="utf-8")
    assert text.splitlines()[row - 1] == '[measures."折算保费"]'
    assert (kind, column) == ("measure.too-large", "统计")
    assert about == {"month": MONTH, "agent": FIRST}
    page = openpyxl.load_workbook(weighted.output / REPORT)["自定义指标"]
    (line,) = page.iter_rows(min_row=4, values_only=True)
    assert (line[0], line[2], line[3], line[4]) == ("kpi.toml", row, "统计", "合计 首年保费")
    assert "整数放不下" in line[5]
    done = run(weighted, "definitions", "page")
    for_colleagues = (weighted.output / "指标说明.html").read_text(encoding="utf-8")
    assert "整数放不下" in for_colleagues
    assert f"工号 {FIRST}" not in for_colleagues
    assert run(weighted, "check").exit_code == 0
    assert "自定义指标" in openpyxl.load_workbook(weighted.output / REPORT).sheetnames


def test_it_goes_when_the_definition_is_mended(weighted):
    assert load(weighted).cube.too_large
    file = weighted.folder / "kpi.toml"
    file.write_text(file.read_text("utf-8").replace("0.0001", "0.1"), "utf-8")
    mended = Project.open(weighted.folder)
    assert told(mended) == []  # what was computed is of the other declaration
    assert not load(mended).cube.too_large
    (total,) = values(mended, "折算保费")
    assert total == 10 * 9999 * 10**8 + 8 * 1000
    run(mended, "check")
    assert "自定义指标" not in openpyxl.load_workbook(mended.output / REPORT).sheetnames


def test_months_may_hold_what_a_year_does_not(tmp_path):
    """A sum of months that whole numbers do not hold would wrap to another number."""
    rows = [(FIRST, "5000亿", f"2024-0{n}-09") for n in (1, 2, 3)]
    text = WEIGHTS.replace('["其他", 1]', '["其他", 6]')
    project = project_of(tmp_path, text, rows)
    assert {one for one, *_ in map(tuple, told(project))} == set()
    load(project)
    ((kind, *_),) = told(project)
    assert kind == "measure.too-large"
    half = api.Project(project.folder).kpis(["折算保费", "几单"], period="半年")
    assert half["几单"].tolist() == [51]
    assert half["折算保费"].isna().all()


def test_a_single_number_that_is_too_large(tmp_path):
    """Of numbers with decimals four are held: what is larger than these was cut off."""
    rows = [(FIRST, 100, "2024-06-09", "950000000000000"), (FIRST, 100, "2024-06-10", "2.5")]
    project = project_of(tmp_path, POINTS, rows, ["积分"])
    load(project)
    assert [kind for kind, *_ in told(project)] == ["measure.too-large"] * 2
    assert values(project, "最低积分") == [2.5]
    assert api.Project(project.folder).kpis(["最高积分"])["最高积分"].isna().all()


def test_what_was_too_large_when_it_was_as_old(tmp_path):
    """A part month is compared with as many days: those may hold what their month does not."""
    rows = [
        (FIRST, "9999亿", "2024-05-02"),
        (FIRST, "-9999亿", "2024-05-20"),
        (FIRST, 100, "2024-06-05"),
    ]
    text = WEIGHTS.replace('["其他", 1]', '["其他", 10]') + '\n[rules]\nas_of = "2024-06-06"\n'
    project = project_of(tmp_path, text, rows)
    load(project)
    assert [kind for kind, *_ in told(project)] == ["measure.too-large"]


def test_an_empty_cell_is_no_number(tmp_path):
    rows = [(FIRST, 100, "2024-06-09", ""), (FIRST, 100, "2024-06-10", "2.5")]
    project = project_of(tmp_path, POINTS, rows, ["积分"])
    assert values(project, "积分合计", "最高积分", "最低积分") == [2.5, 2.5, 2.5]
    assert told(project) == []
