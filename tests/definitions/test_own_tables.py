"""Columns and tables of a project's own: read, checked, told and counted like the standard ones."""

import csv

import pytest
from click.testing import CliRunner

from kpi_xl import api
from kpi_xl.cli.commands import app
from kpi_xl.jobs.load import check_source, load
from kpi_xl.project import Project
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

FIRST, SECOND = TWO_DEPARTMENTS[0][0], TWO_DEPARTMENTS[1][0]

COLUMNS = """
[own_columns."保单"]
"缴费年期" = "整数"
"渠道" = { kind = "文字", aliases = ["销售渠道"] }

[measures."十年期件数"]
table = "保单"
take = "合计 件数"
where = "缴费年期 >= 10"
"""

TABLES = """
[tables."商机"]
key = "商机编号"
aliases = ["商机台账"]

[tables."商机".columns]
"商机编号" = "编号"
"负责人" = "工号"
"创建日期" = "日期"
"赢单日期" = "日期"
"阶段" = { kind = "选项", choices = ["线索", "方案", "赢单", "输单"] }
"预计金额" = "金额"
"赢率" = "数"

[measures."新增商机"]
table = "商机"
take = "计数"

[measures."赢单金额"]
table = "商机"
take = "合计 预计金额"
where = "阶段 = 赢单"
day = "赢单日期"

[measures."赢率合计"]
table = "商机"
take = "合计 赢率"

[kpis."平均赢率"]
formula = "=赢率合计/新增商机"
unit = "%"
"""

PIPELINE = [
    ("商机编号", "负责人", "创建日期", "赢单日期", "阶段", "预计金额（万元）", "赢率", "备注"),
    ("L1", FIRST, "2024-05-02", "2024-06-01", "赢单", "1.5", "100%", ""),
    ("L2", FIRST, "2024-06-02", "", "方案", "2", "0.3", ""),
    ("L3", SECOND, "2024-06-03", "2024-06-04", "赢单", "0.5", "1", "x"),
]


def write(file, rows):
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return file


def with_years(project, years, heading="缴费年期"):
    """The policies with a further column."""
    file = project.data / "保单.csv"
    with file.open(encoding="utf-8", newline="") as read:
        head, *rows = csv.reader(read)
    write(file, [[*head, heading], *([*row, years(place)] for place, row in enumerate(rows))])


def run(project, *words):
    return CliRunner().invoke(app, ["--project", str(project.folder), *words])


def told(project):
    return [(p.column, p.fault.kind.code, p.row) for p in check_source(project).problems]


@pytest.fixture
def columns(tmp_path):
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=COLUMNS)


@pytest.fixture
def pipeline(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=TABLES)
    write(project.data / "商机.csv", PIPELINE)
    return project


def numbers(project, *names, **more):
    found = api.Project(project.folder).kpis(list(names), months=MONTH, **more)
    return found.iloc[:, : len(names)].to_numpy().tolist()


def test_a_column_is_kept_where_a_definition_needs_it_and_only_then(columns):
    with_years(columns, lambda place: "20" if place // 6 % 2 else "5")
    assert numbers(columns, "十年期件数") == [[4]]
    policies = check_source(columns).tables["policies"].data
    assert "缴费年期" in policies.column_names
    assert "渠道" not in policies.column_names


def test_a_column_may_be_called_otherwise_and_be_absent(columns):
    assert numbers(columns, "十年期件数") == [[0]]
    text = (columns.folder / "kpi.toml").read_text(encoding="utf-8")
    text = text.replace(
        '"缴费年期" = "整数"', '"缴费年期" = { kind = "整数", aliases = ["交费期间"] }'
    )
    (columns.folder / "kpi.toml").write_text(text, encoding="utf-8")
    with_years(columns, lambda _: "20", "交费期间")
    assert numbers(Project.open(columns.folder), "十年期件数") == [[8]]


def test_what_cannot_be_read_is_told_like_any_other(columns):
    with_years(columns, lambda place: "很久" if place == 3 else "20")
    assert ("缴费年期", "cell.read-as-empty", 5) in told(columns)
    months = api.Project(columns.folder).kpis(["十年期件数"])["十年期件数"].tolist()
    assert sum(months) == 47


def test_a_table_of_ones_own_is_counted(pipeline):
    assert numbers(pipeline, "新增商机", "赢单金额", "平均赢率") == [[2, 20000, 0.65]]
    of_people = numbers(pipeline, "新增商机", "赢单金额", level="业务员")
    assert [1, 15000] in of_people
    assert [1, 5000] in of_people
    listed = {one.table.name for one in check_source(pipeline).tables.values()}
    assert "商机" in listed


def test_it_is_recognised_by_its_headings(pipeline):
    (pipeline.data / "商机.csv").rename(pipeline.data / "导出0630.csv")
    assert numbers(pipeline, "新增商机") == [[2]]


def test_its_rows_are_checked(pipeline):
    wrong = [
        ("L3", SECOND, "2024-06-03", "", "赢单", "0.5", "1", ""),
        ("L5", SECOND, "2024-06-31", "", "方案", "1", "1", ""),
        ("L6", "没有", "2024-06-05", "", "方案", "1", "1", ""),
        ("L7", SECOND, "2024-06-05", "", "谈着", "1", "1", ""),
        ("", SECOND, "2024-06-05", "", "方案", "1", "1", ""),
    ]
    write(pipeline.data / "商机.csv", [*PIPELINE, *wrong])
    found = {(column, row) for column, _, row in told(pipeline) if row}
    assert {("商机编号", 5), ("创建日期", 6), ("负责人", 7), ("阶段", 8), ("商机编号", 9)} <= found
    done = run(pipeline, "check")
    assert "商机" in done.output


def test_month_two(pipeline):
    load(pipeline)
    write(
        pipeline.data / "商机2.csv",
        [PIPELINE[0], ("L9", FIRST, "2024-06-06", "", "方案", 1, 1, "")],
    )
    assert numbers(pipeline, "新增商机", "赢单金额") == [[3, 20000]]


def test_its_days_are_months_of_the_data(pipeline):
    write(
        pipeline.data / "商机2.csv",
        [PIPELINE[0], ("L9", FIRST, "2024-07-06", "", "方案", 1, 1, "")],
    )
    assert str(load(pipeline).cube.last) == "2024-07"


def test_the_month_and_the_questions_go_on_with_it(pipeline):
    done = run(pipeline, "refresh", "--month", MONTH)
    assert done.exit_code == 0, done.output
    asked = run(pipeline, "map", "--list")
    assert asked.exception is None or isinstance(asked.exception, SystemExit), asked.output


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[own_columns."保但"]\n"甲" = "整数"', "measure.table"),
        ('[own_columns."保单"]\n"险种" = "文字"', "own.column-taken"),
        ('[own_columns."保单"]\n"年期" = "数字"', "own.column-kind"),
        ('[own_columns."保单"]\n"年期" = { sort = "数" }', "own.column-key"),
        ('[own_columns."保单"]\n"年期\\"; DROP" = "数"', "own.name"),
        ('[tables."保单"]\nkey = "甲"\n[tables."保单".columns]\n"甲" = "编号"', "own.table-taken"),
        ('[tables."商机"]\nkey = "甲"', "own.table-columns"),
        ('[tables."商机"]\nkey = "甲"\n[tables."商机".columns]\n"甲" = "编号"', "own.table-person"),
        ('[tables."商机".columns]\n"甲" = "工号"\n"日" = "日期"', "own.table-no-key"),
        (
            '[tables."商机"]\nkey = "丙"\n[tables."商机".columns]\n"甲" = "工号"\n"日" = "日期"',
            "own.table-no-column",
        ),
        (
            '[tables."商机"]\nkey = "乙"\n[tables."商机".columns]\n"甲" = "工号"\n"乙" = "编号"',
            "measure.table-without-day",
        ),
        ('[tables."商机"]\nkeys = "乙"\n[tables."商机".columns]\n"甲" = "工号"', "own.table-key"),
        (
            '[tables."商机"]\nkey = "乙"\n[tables."商机".columns]\n"甲" = "选项"',
            "own.column-choices",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_stops_nothing(tmp_path, text, kind):
    project = small_branch(
        tmp_path / "p", TWO_DEPARTMENTS, more=f'{text}\n[kpis]\n"好" = "FYC*2"\n'
    )
    (error,) = project.settings.own.wrong
    assert error.kind == kind
    assert error.row is not None
    assert numbers(project, "好") == [[4800]]


def test_a_file_is_named_and_its_headings_are_its_own(pipeline):
    """As [files] and [columns] do for the standard tables."""
    (pipeline.data / "商机.csv").unlink()
    heading = ("单号", "跟进人", "建档", "赢单日期", "阶段", "金额", "赢率", "备注")
    write(pipeline.data / "crm_06.csv", [heading, *PIPELINE[1:2], *PIPELINE[3:]])
    file = pipeline.folder / "kpi.toml"
    said = """
[files]
"商机" = "crm_*.csv"

[columns."商机"]
"商机编号" = "单号"
"负责人" = "跟进人"
"创建日期" = "建档"
"预计金额" = "金额"
"""
    file.write_text(file.read_text("utf-8") + said, "utf-8")
    assert numbers(Project.open(pipeline.folder), "新增商机", "赢单金额") == [[1, 2]]


def test_what_is_said_of_a_table_that_is_wrong_stops_nothing(tmp_path):
    text = '[tables."商机"]\nkey = "甲"\n[files]\n"商机" = "x.csv"\n[kpis]\n"好" = "FYC*2"\n'
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=text)
    assert [one.kind for one in project.settings.own.wrong] == ["own.table-columns"]
    assert numbers(project, "好") == [[4800]]
