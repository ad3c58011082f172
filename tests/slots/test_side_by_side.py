"""What the front page puts side by side makes the whole, whatever units and numbers there are."""

import csv

import pytest

from kpi_xl.calendar import Month
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.pages.make import pages_of
from kpi_xl.project import Project
from kpi_xl.slots.recipients import Recipient
from kpi_xl.slots.registry import declared
from kpi_xl.workbook import Template
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table

LIST = [name for name in declared() if name.startswith("front.单位.")]


def front(project, path):
    """The slots of a unit's front page."""
    cube, month = load(project).cube, Month.parse(MONTH)
    with recipients_of(project, cube, Template(template_path("月度KPI表")), month) as to:
        number = next(n for n, unit in enumerate(cube.units) if unit.path == path)
        values = to.values(Recipient(cube.units[number], number))
    return {name: value for name, value in values.items() if name.startswith("front.")}


def lines(slots):
    """The lines, by name."""
    names = [name.rpartition(".")[2] for name in LIST]
    rows = [
        dict(zip(names, row, strict=True))
        for row in zip(*(slots[name] for name in LIST), strict=True)
    ]
    return {row["名称"]: row for row in rows if row["名称"]}


def with_targets(folder, targets, people=TWO_DEPARTMENTS):
    project = small_branch(folder / "p", people, more=f"[rules]\nas_of = {MONTH}-30\n")
    rows = [("月份", "层级", "单位", "指标", "目标值"), *((MONTH, *one) for one in targets)]
    write_table(project, "data/目标.csv", rows)
    return project


def test_units_of_two_levels_stand_side_by_side(tmp_path):
    """A department that belongs to no region is no less a unit of the branch than a region."""
    people = [
        ("1001", "甲", "城区", "东城营业部", "一组"),
        ("1002", "乙", "城区", "西城营业部", "一组"),
        ("1003", "丙", "", "直属营业部", "一组"),
        ("1004", "丁", "", "", ""),
    ]
    rows = lines(front(small_branch(tmp_path / "p", people), "总公司"))
    assert set(rows) == {"城区", "直属营业部", "未分配", "合计"}
    assert rows["直属营业部"]["完成"] == rows["未分配"]["完成"] == 1000
    assert rows["城区"]["完成"] == 2000
    assert rows["合计"]["完成"] == 4000


def test_a_department_without_teams_has_its_people(tmp_path):
    people = [*TWO_DEPARTMENTS, *((f"30{n}", f"员30{n}", "直属营业部", "") for n in range(3))]
    rows = lines(front(small_branch(tmp_path / "p", people), "直属营业部"))
    assert set(rows) == {"员300", "员301", "员302", "合计"}


def test_what_those_did_who_left_is_told_in_money_and_in_pieces(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=f"[rules]\nas_of = {MONTH}-30\n")
    file = project.data / "人员.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        head, *people = csv.reader(opened)
    rows = [[*row, f"{MONTH}-20" if row[0] == "10000" else ""] for row in people]
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([[*head, "离职日期"], *rows])
    rows = lines(front(project, "东城营业部/一组"))
    assert set(rows) == {"员001", "已离开的人", "合计"}
    assert (rows["已离开的人"]["完成"], rows["已离开的人"]["指标一"]) == (1000, "1")
    assert (rows["合计"]["完成"], rows["合计"]["指标一"]) == (2000, "2")


def test_a_ratio_is_not_added_up(tmp_path):
    """Where nothing is sold and only what is collected has a target."""
    project = small_branch(tmp_path / "p", [*TWO_DEPARTMENTS, ("9002", "无部", "", "")])
    (project.data / "保单.csv").unlink()
    dues = [
        (f"D{agent}", agent, f"{MONTH}-02", f"{MONTH}-0{3 + n % 2}" if n % 3 else "", 200, 200)
        for n, agent in enumerate([*(one[0] for one in TWO_DEPARTMENTS), "9002"])
    ]
    head = ("保单号", "工号", "应收日期", "实收日期", "应收保费", "实收保费")
    write_table(project, "data/续期.csv", [head, *dues])
    targets = [(MONTH, "分公司", "总公司", "保费持续率", 0.9)]
    targets.append((MONTH, "营业部", "东城营业部", "保费持续率", 0.9))
    write_table(project, "data/目标.csv", [("月份", "层级", "单位", "指标", "目标值"), *targets])
    slots = front(project, "总公司")
    rows = lines(slots)
    assert slots["front.1.名称"] == "保费持续率"
    assert slots["front.列名"][2] != "保费持续率"
    assert slots["front.金额单位"] is None
    assert sum(one["人数"] for name, one in rows.items() if name != "合计") == rows["合计"]["人数"]
    shown = slots["front.列名"]
    assert "保费持续率" in shown[7:9]
    done = [one["完成"] for name, one in rows.items() if name != "合计"]
    assert sum(done) == rows["合计"]["完成"]


def test_pieces_are_told_as_pieces(tmp_path):
    """Of a project without premium the result is in pieces, not in 万元."""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    (project.data / "保单.csv").unlink()
    slots = front(project, "总公司")
    assert slots["front.金额单位"] is None
    assert "元" not in slots["front.问题"]


@pytest.mark.parametrize(
    ("targets", "told", "not_anybodys"),
    [
        ([("分公司", "总公司", 9000)], None, None),
        ([("分公司", "总公司", 9000), ("营业部", "东城营业部", 4000)],
         "；1 个没有目标；目标合计 4,000 元，比本单位的少 5,000 元", 5000),
        ([("分公司", "总公司", 9000), ("营业部", "东城营业部", 5000), ("营业部", "西城营业部", 4000)],
         "", None),
        ([("分公司", "总公司", 9000), ("营业部", "东城营业部", 9000), ("营业部", "西城营业部", 4000)],
         "；目标合计 1.3 万元，比本单位的多 4,000 元", -4000),
        ([("营业部", "东城营业部", 9000), ("营业部", "西城营业部", 4000)],
         "；目标合计 1.3 万元，本单位没有定目标", None),
    ],
)  # fmt: skip
def test_targets_that_do_not_make_that_of_the_whole_are_told(tmp_path, targets, told, not_anybodys):
    set_for = [(level, unit, "首年新单保费", number) for level, unit, number in targets]
    slots = front(with_targets(tmp_path, set_for), "总公司")
    rows = lines(slots)
    if told is None:
        assert slots["front.单位标题"] == "各营业部：没有目标，比上月少得多的在前"
        return
    assert slots["front.单位标题"] == f"各营业部：离目标差得多的在前{told}"
    assert rows.get("未分配", {}).get("目标") == not_anybodys
    assert "未分配" not in slots["front.问题"]
    if rows["合计"]["目标"] is not None:
        listed = [one["目标"] or 0 for name, one in rows.items() if name != "合计"]
        assert sum(listed) == rows["合计"]["目标"]


DISTINCT = """
[measures]
"卖出险种" = { table = "保单", take = "去重 险种" }
[kpis."险种数"]
formula = "卖出险种"
direction = "higher"
[kpis."调动人数"]
formula = "调入人数 + 调出人数"
direction = "lower"
"""


def test_what_two_units_have_in_common_belongs_to_both(tmp_path):
    """One product that two departments sell is one product of the branch, and none is nobody's."""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=DISTINCT)
    targets = [
        (MONTH, "营业部", f"{name}城营业部", kpi, 1)
        for name in "东西"
        for kpi in ("险种数", "调动人数")
    ]
    write_table(project, "data/目标.csv", [("月份", "层级", "单位", "指标", "目标值"), *targets])
    moved = [("工号", "生效日期", "营业部", "营业组", "原营业部", "原营业组")]
    moved.append(("10000", f"{MONTH}-03", "东城营业部", "一组", "西城营业部", "一组"))
    write_table(project, "data/异动.csv", moved)
    project = Project.open(project.folder)
    cube = load(project).cube
    with pages_of(project, cube, cube.last) as pages:
        page = pages.of(0)
    names = [kpi.name for kpi in page.columns]
    assert {"险种数", "调动人数"} <= set(names)
    place = names.index("险种数")
    assert [row.cells[place][0].value for row in page.units] == ["1.0", "1.0"]
    assert [row.unit.name for row in page.units] == ["东城营业部", "西城营业部"]


def test_amounts_beside_those_in_wan_tell_their_unit(tmp_path):
    """Of a shop 客单价 stands beside 销售额, over which 万元 is written."""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    (project.data / "保单.csv").unlink()
    counts = [("日期", "工号", "项目", "数量")]
    for agent, *_ in TWO_DEPARTMENTS:
        counts += [(f"{MONTH}-05", agent, "销售额", 40_000), (f"{MONTH}-05", agent, "成交笔数", 2)]
    write_table(project, "data/计数.csv", counts)
    slots = front(project, "总公司")
    assert slots["front.金额单位"] == "万元"
    place = slots["front.列名"].index("客单价")
    names = [name.rpartition(".")[2] for name in LIST]
    assert lines(slots)["东城营业部"][names[place]] == "2.0 万元"
