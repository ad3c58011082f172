"""What analysts write, and do to the workbook: each is right, or told with its cell."""

import datetime as dt

import openpyxl
import pytest

from definition_book import type_row
from kpi_xl import api
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.load import check_source
from kpi_xl.project import Project
from kpi_xl.settings.definitions import COUNTED, WORKBOOK
from random_definitions import define
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table


@pytest.mark.parametrize(
    ("formula", "meant"),
    [
        ("＝（首年度佣金＋首年新单保费）×２÷主险件数", "（FYC + 首年新单保费） × 2 ÷ 主险件数"),
        ("首年度佣金×１．５％", "FYC × 1.5%"),
        ("'=首年度佣金*2", "FYC × 2"),
        ("=@首年度佣金*2", "FYC × 2"),
        ("首年度佣金\n/\n主险件数", "FYC ÷ 主险件数"),
        ("［首年度佣金］＊２", "FYC × 2"),
        ("max（首年度佣金；1）", "MAX（FYC，1）"),
        ("上月（ＦＹＣ）", "上月（FYC）"),
    ],
)
def test_a_formula_is_read(formula, meant):
    made = define(formula)
    assert made.wrong == ()
    assert made.kpis.find("试").formula == meant


@pytest.mark.parametrize(
    ("formula", "more", "kind"),
    [
        ("首年度佣金/2,000", {}, "formula.operator"),
        ("首年度佣金+#REF!*2", {}, "formula.not-expected"),
        ("首年度佣金 主险件数", {}, "formula.not-expected"),
        ("SUM({1,2,3})*首年度佣金", {}, "formula.not-expected"),
        ("Sheet1!A1+首年度佣金", {}, "formula.cell"),
        ('SUMIF(首年度佣金,">0")', {}, "formula.text"),
        ("首年度佣金+上月(试)", {}, "definition.circle"),
        ("首年度佣金/首年新单保费*100", {"单位": "%"}, "definition.percent-twice"),
        ("首年度佣金/首年新单保费", {"单位": "%", "健康线": "80"}, "definition.bound-percent"),
        ("FYC", {"名称": "TRUE"}, "definition.name-bad"),
        ("FYC", {"名称": "Max"}, "definition.taken"),
        ("FYC", {"名称": "甲", "别名": "上月"}, "definition.taken"),
        ("FYC", {"名称": "1E5"}, "definition.name-bad"),
        ("FYC", {"名称": "件均(元)"}, "definition.name-bad"),
    ],
)
def test_a_formula_is_refused(formula, more, kind):
    (error,) = define(formula, **more).wrong
    assert error.kind == kind


def test_a_share_above_all_is_one_when_it_says_so():
    for text in ("300%", "1.2", "9.5"):
        assert define("首年度佣金/首年新单保费", 单位="%", 健康线=text).wrong == ()


MEASURE = """
[measures."甲"]
table = "保单"
take = "合计 件数"
where = '''{where}'''
"""


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("承保日期 >= 2024/6/1", 8),
        ("承保日期 晚于 2024年6月4日", 8),
        ("承保日期 >= 45444", 8),
        ('承保日期 >= "2024-06-06"', 0),
        ("承保日期 >= 2024年6月", "condition.value"),
        ("承保日期 >= 1/6/2024", "condition.value"),
        ('险种 = ""', "condition.of-nothing"),
        ("险种 = 终身*", "condition.wildcard"),
        ('险种 = "终身*"', 0),
        ("网点 <> W1", 8),
        ("网点 为空", 8),
        ("险种 属于 {" + ",".join(f"P{n}" for n in range(300)) + ",终身寿}", 8),
        ("险种＝终身寿　且　首年保费≥１０００", 8),
        ("500 < 首年保费 < 2000", "measure.no-such-column"),
        ("险种 = 终身寿 或 年金", "measure.no-such-column"),
        ("首年保费 >= 50%", "condition.value"),
        ("保单号 > 5", "condition.no-order"),
        ("险种 = '); DROP TABLE policies; --'", 0),
    ],
)
def test_a_condition(tmp_path, where, found):
    more = MEASURE.format(where=where)
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    if isinstance(found, str):
        (error,) = project.settings.own.wrong
        assert (error.kind, error.row, error.column) == (found, 4, "条件")
    else:
        assert api.Project(project.folder).kpis(["甲"], months=MONTH).iloc[0, 0] == found


HEADING = ("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期")
YEARS = '[own_columns."保单"]\n"年期" = "整数"\n' + MEASURE.format(where="年期 >= 10")


def policies(column, *cells):
    agent = TWO_DEPARTMENTS[0][0]
    row = (agent, "年金", "主险", 1, "100", "1", "年交", "2024-06-07")
    return [(*HEADING, column), *((f"{column}{n}", *row, cell) for n, cell in enumerate(cells))]


def test_a_column_renamed_in_a_later_file_is_told(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=YEARS)
    (project.data / "保单.csv").unlink()
    write_table(project, "data/保单5.csv", policies("年期", 20, "10年", "１５", "#N/A", ""))
    write_table(project, "data/保单6.csv", policies("缴费年期", 20))
    told = {(one.file, one.kind, one.row) for one in check_source(project).problems}
    assert ("保单6.csv", "own.column-absent", None) in told
    assert {("保单5.csv", "cell.read-as-empty", row) for row in (3, 5)} <= told
    (advice,) = {one.advice for one in check_source(project).problems if one.file == "保单6.csv"}
    assert "是不是“缴费年期”" in advice
    assert api.Project(project.folder).kpis(["甲"], months=MONTH).iloc[0, 0] == 2


def moved(book):
    book.move_sheet("指标定义", offset=4)


def renamed(book):
    book["指标定义"].title = "我的指标"
    type_row(book[COUNTED], 2, 名称="乙", 表="保单", 统计="计数")
    book[COUNTED].title = "我的统计"


def copied(book):
    book.copy_worksheet(book["指标定义"]).title = "备份"


def hidden_sheet(book):
    book["指标定义"].sheet_state = "hidden"


def hidden_row(book):
    book["指标定义"].row_dimensions[2].hidden = True


def two_columns(book):
    book["指标定义"].cell(1, 14, "公式")


def title_above(book):
    book["指标定义"].insert_rows(1)


def merged(book):
    type_row(book["指标定义"], 3, 公式="=首年新单保费")
    book["指标定义"].merge_cells("A2:A3")


def computed(book):
    type_row(book["指标定义"], 3, 名称="丙", 公式='="首年度"&"佣金"')


def error_value(book):
    type_row(book["指标定义"], 3, 名称="丙", 公式="#NAME?")


def bound_of_a_day(book):
    type_row(book["指标定义"], 3, 名称="丙", 公式="=FYC", 健康线=dt.date(2024, 1, 1))


@pytest.mark.parametrize(
    ("change", "there", "told"),
    [
        (moved, ["甲"], []),
        (renamed, ["乙", "甲"], []),
        (copied, ["甲"], [("definitions.sheet-not-read", "备份", None)]),
        (hidden_sheet, [], [("definitions.no-sheet", None, None)]),
        (hidden_row, [], [("typed-row.hidden", "指标定义", 2)]),
        (two_columns, [], [("definitions.column-twice", "指标定义", 1)]),
        (title_above, ["甲"], []),
        (merged, ["甲"], [("definition.name", "指标定义", 3)]),
        (computed, ["甲"], [("formula.text", "指标定义", 3)]),
        (error_value, ["甲"], [("formula.not-expected", "指标定义", 3)]),
        (bound_of_a_day, ["甲"], [("definition.bound", "指标定义", 3)]),
    ],
)
def test_what_is_done_to_the_workbook(tmp_path, change, there, told):
    (tmp_path / "kpi.toml").write_text('[project]\nname = "江城"\n', encoding="utf-8")
    file = tmp_path / WORKBOOK
    file.write_bytes(definition_form())
    book = openpyxl.load_workbook(file)
    type_row(book["指标定义"], 2, 名称="甲", 公式="=首年度佣金")
    change(book)
    book.save(file)
    own = Project.open(tmp_path).settings.own
    assert sorted(kpi.name for kpi in own.made) == sorted(there)
    assert [(one.kind, one.sheet, one.row) for one in own.wrong] == told
