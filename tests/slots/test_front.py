"""The front page: what it says is what the other sheets say, and its lines add up."""

import dataclasses

import openpyxl
import pytest

from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.errors import InputError
from kpi_xl.findings.in_brief import RESULTS, SIGNS
from kpi_xl.jobs.fill import fill, recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.slots.registry import declared
from kpi_xl.workbook import Template, read
from small_branch import TWO_DEPARTMENTS, small_branch, write_table

# What openpyxl leaves out of a workbook that it reads is not what is looked at here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

LIST = [name for name in declared() if name.startswith("front.单位.")]


def rows_of(slots):
    """The lines of the units, by name."""
    names = [name.rpartition(".")[2] for name in LIST]
    columns = [column(slots[name]) for name in LIST]
    lines = [dict(zip(names, line, strict=True)) for line in zip(*columns, strict=True)]
    return {line["名称"]: line for line in lines if line["名称"]}


def column(value):
    return [row[0] if isinstance(row, (list, tuple)) else row for row in value]


@pytest.fixture(scope="module")
def fronts(branch):
    return {file.stem: read(file) for file in branch.filled["月度KPI表"].files}


def test_units_side_by_side_add_up_and_who_lacks_most_is_first(fronts):
    for path, slots in fronts.items():
        rows = rows_of(slots)
        *units, total = rows.values()
        assert total["名称"] == "合计", path
        assert sum(one["完成"] for one in units) == pytest.approx(total["完成"], abs=0.005)
        assert sum(one["人数"] for one in units) == total["人数"]
        result = next(name for name in RESULTS if slots["front.列名"][0][2] == name)
        assert total["完成"] == slots[f"kpi.{result}"]
        gaps = [one["差额"] for one in units if one["差额"] is not None]
        assert gaps == sorted(gaps)
        for one in units:
            if one["目标"] is not None:
                assert one["差额"] == pytest.approx(one["完成"] - one["目标"], abs=0.005)


def test_the_numbers_on_top_are_those_of_the_table_with_the_same_status(fronts):
    for path, slots in fronts.items():
        for place in range(1, 6):
            name = slots[f"front.{place}.名称"].removesuffix(" ↓")
            kpi, value = kpis.find(name), slots[f"kpi.{name}"]
            shown = slots[f"front.{place}.值"]
            number = float(shown.split(" ")[0].rstrip("%").replace(",", ""))
            scale = 10_000 if "万元" in shown else 0.01 if kpi.unit == "%" else 1
            assert number * scale == pytest.approx(value, rel=2e-2, abs=0.05 * scale), (path, name)
            status = slots[f"kpi.{name}.状态"]
            told = slots[f"front.{place}.状态"] or ""
            assert told.startswith(f"{SIGNS[status]} {status}" if status in SIGNS else "")
            told = slots[f"front.{place}.目标"]
            assert told == "没有目标" or told.startswith("目标 ")
            if slots[f"kpi.{name}.目标"] is not None:
                assert told != "没有目标"


def test_three_things_to_do_each_with_owner_and_day(fronts):
    for slots in fronts.values():
        parts = [column(slots[f"front.措施.{part}"]) for part in ("做什么", "为什么", "谁", "何时")]
        for what, why, who, until in zip(*parts, strict=True):
            assert bool(what) == bool(why) == bool(who) == bool(until)
            assert not until or until.endswith("日前")
    assert sum(map(bool, column(fronts["江城分公司"]["front.措施.谁"]))) == 3


def test_the_reason_is_one_chain_whose_parts_are_those_of_the_split(fronts):
    slots = fronts["江城分公司"]
    told, (row,) = slots["front.原因"], slots["drivers.目标"]
    gap = row[-1] - row[0]
    assert f"比目标少 {-gap / 10_000:.1f} 万元" in told
    for name, share in zip(slots["drivers.因素"][0], row[1:-1], strict=True):
        if name in told:
            sign = "+" if share > 0 else "−"
            assert f"{name}（{sign}{abs(share) / 10_000:.1f} 万元）" in told


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    """A project with people, policies and visits only, one person in no team."""
    people = [*TWO_DEPARTMENTS, ("9001", "无组", "东城营业部", ""), ("9002", "无部", "", "")]
    return small_branch(tmp_path_factory.mktemp("little") / "p", people)


def test_what_belongs_to_no_unit_has_a_line_of_its_own(little):
    files = {file.stem: read(file) for file in fill(little, "月度KPI表", MONTH).files}
    branch = rows_of(files["总公司"])
    assert branch["未分配"]["完成"] == 1000
    assert branch["合计"]["完成"] == 10_000
    assert sum(one["完成"] for name, one in branch.items() if name != "合计") == 10_000
    east = rows_of(files["东城营业部"])
    assert east["未分配"]["完成"] == 1000
    assert east["合计"]["完成"] == 5000


def test_what_there_is_no_data_of_is_told_in_one_line_and_takes_no_row(little):
    done = fill(little, "月度KPI表", MONTH)
    file = next(one for one in done.files if one.stem == "总公司")
    told = read(file)["front.没有数据"]
    assert told.startswith("没有数据：")
    assert "保费持续率" in told
    assert "补上 " in told
    assert "续期" in told.partition("补上 ")[2]
    assert "活动" not in told.partition("补上 ")[2]  # they are there
    sheet = openpyxl.load_workbook(file)["月度KPI"]
    rows = {sheet.cell(row, 2).value: row for row in range(1, sheet.max_row + 1)}
    for name in ("保费持续率", "出勤率", "持续"):
        assert sheet.row_dimensions[rows[name]].hidden, name
    for name in ("首年新单保费", "活动率", "业绩"):
        assert not sheet.row_dimensions[rows[name]].hidden, name


def test_a_team_has_its_people_side_by_side(branch):
    month, cube = Month.parse(MONTH), load(branch.project).cube
    template = Template(template_path("月度KPI表"))
    with recipients_of(branch.project, cube, template, month) as to:
        team = next(
            one
            for one in to.recipients.everybody("营业组")
            if one.unit.path == "高新营业部/高新二组"
        )
        values = to.values(team)
        people = to.filling.people("营业组").of(team.unit)
    *members, total = zip(values["front.单位.名称"], values["front.单位.完成"], strict=True)
    assert {one.name for one in people} <= {name for name, _ in members}
    assert total == ("合计", pytest.approx(values["kpi.首年新单保费"]))
    assert sum(done for _, done in members) == pytest.approx(total[1], abs=0.005)


def test_amounts_are_told_in_yuan_where_the_project_says_so(branch):
    project = branch.project
    plain = Project(project.folder, dataclasses.replace(project.settings, money="元"))
    template, month = Template(template_path("月度KPI表")), Month.parse(MONTH)
    with recipients_of(plain, load(project).cube, template, month) as to:
        values = to.values(next(iter(to.recipients.everybody())))
    assert values["front.金额单位"] == "元"
    assert "万" not in values["front.1.值"] + values["front.结果"] + values["front.原因"]


def test_another_word_for_money_is_refused(tmp_path):
    (tmp_path / "kpi.toml").write_text('[project]\nmoney = "千元"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"\[project\] money"):
        Project.open(tmp_path)


def test_a_month_that_is_not_over_says_until_when_and_why(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    file = next(one for one in fill(project, "月度KPI表", MONTH).files if one.stem == "总公司")
    told = read(file)["front.截至"]
    assert "6月5日" in told
    assert "as_of" in told
    write_table(project, "data/出勤.csv", [("日期", "工号", "应出勤", "实出勤")])
    (project.folder / "kpi.toml").write_text(
        '[project]\nname = "总公司"\n[rules]\nas_of = 2024-06-30\n', encoding="utf-8"
    )
    closed = fill(Project.open(project.folder), "月度KPI表", MONTH)
    slots = read(next(one for one in closed.files if one.stem == "总公司"))
    assert "已经过完" in slots["front.截至"]
    assert slots["pace.首年新单保费.预测"] is None
    assert slots["pace.列名"] == [[None] * 5]
