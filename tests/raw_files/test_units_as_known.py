"""Units that are written in several ways are one unit, or are asked about; nothing in silence."""

from __future__ import annotations

import pyarrow as pa
import pytest

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.catalogue.units import SEPARATOR, path_of
from kpi_xl.checks.check import check_project
from kpi_xl.checks.parse import parse_column
from kpi_xl.checks.unit_names import written
from kpi_xl.jobs.load import load
from kpi_xl.settings.project_settings import Settings
from small_branch import small_branch

HEAD = "工号,营业区,营业部,营业组,签约日期\n"
USUAL = ("城东营业部", "城西营业部")


def roster(*rows: str) -> str:
    return HEAD + "".join(f"A{n},{row},2020-01-05\n" for n, row in enumerate(rows))


def told(checked, *kinds):
    return [(p.kind, p.row, p.column, p.value) for p in checked.problems if p.kind in kinds]


@pytest.mark.parametrize(
    "written",
    [
        "城东 营业部", "城东　营业部", "城東營業部", "城东营业部（筹）", "城东(筹备)营业部", "城东", "城东部",
        "城东\u200b营业部", "城东营业部 ", "【新】城东营业部", "城東",
    ],
)  # fmt: skip
def test_a_department_written_otherwise(make, written):
    text = roster(",城东营业部,一组", ",城东营业部,一组", f",{written},一组", ",城西营业部,一组")
    checked = check_project(make({"人员.csv": text}))
    assert set(checked.tables["agents"].data["department"].to_pylist()) == set(USUAL)
    if written.strip() == "城东营业部":
        assert checked.problems == []
    else:
        assert told(checked, "unit.written-otherwise") == [
            ("unit.written-otherwise", 4, "营业部", written)
        ]


@pytest.mark.parametrize(
    "names",
    [
        ("城东营业一部", "城东营业二部"), ("城东（一）", "城东（二）"), ("第1部", "第2部"), ("一部", "二部"),
        ("城东营业部", "城西营业部"), ("A部", "B部"), ("营业部", "营业一部"), ("一部", "一组", "一区"), ("城东(甲)", "城东(乙)", "城东"),
    ],
)  # fmt: skip
def test_departments_that_are_several(make, names):
    checked = check_project(make({"人员.csv": roster(*(f",{name},一组" for name in names))}))
    assert checked.tables["agents"].data["department"].to_pylist() == list(names)
    assert checked.problems == []


def test_nobody_guesses_between_two(make):
    text = roster(*(f",{name},一组" for name in ("城东部", "城东营业部", "城东")))
    checked = check_project(make({"人员.csv": text}))
    assert len(set(checked.tables["agents"].data["department"].to_pylist())) == 3
    assert {value for *_, value in told(checked, "unit.like-others")} == {
        "城东部", "城东营业部", "城东",
    }  # fmt: skip


def test_a_remark_behind_a_name_is_asked_about(make):
    text = roster(",城东营业部,一组", ",城东营业部（直营）,一组")
    checked = check_project(make({"人员.csv": text}))
    assert told(checked, "unit.like-others") == [
        ("unit.like-others", 3, "营业部", "城东营业部（直营）")
    ]


def test_teams_are_told_apart_by_their_department(make):
    text = roster(",城东,飞虎组", ",城东,飞虎", ",城西,飞虎", ",城西,飛 虎")
    checked = check_project(make({"人员.csv": text}))
    assert checked.tables["agents"].data["team"].to_pylist() == ["飞虎组", "飞虎组", "飞虎", "飞虎"]
    assert len(told(checked, "unit.written-otherwise")) == 2


def test_regions_and_transfers(make):
    files = {
        "人员.csv": roster("东区,城东营业部,一组", "东區,城西营业部,一组", "东区,城西营业部,一组"),
        "异动.csv": "工号,生效日期,营业部,营业组,原营业部,原营业组\n"
        "A1,2024-01-05,城 东营业部,1组,城西营业部（筹）,一 组\n",
    }
    checked = check_project(make(files))
    assert set(checked.tables["agents"].data["region"].to_pylist()) == {"东区"}
    moves = checked.tables["transfers"].data.select(
        ["department", "team", "from_department", "from_team"]
    )
    assert moves.to_pylist() == [
        {
            "department": "城东营业部",
            "team": "1组",
            "from_department": "城西营业部",
            "from_team": "一组",
        }
    ]
    assert [p.column for p in checked.problems if p.table == "异动"] == [
        "营业部", "原营业部", "原营业组", "营业部",
    ]  # fmt: skip
    assert checked.problems[-1].kind == "transfer.not-as-roster"


def test_units_of_targets(make):
    goals = [
        ("营业部", "城東營業部"), ("营业部", "城西"), ("营业组", "城东/一 组"), ("分公司", "測試分公司"),
        ("分公司", "别的分公司"), ("营业部", "城南营业部"), ("营业组", "一组"), ("业务员", "A0"),
    ]  # fmt: skip
    text = "月份,层级,单位,指标,目标值\n" + "".join(
        f"2024-06,{level},{unit},活动率,0.5\n" for level, unit in goals
    )
    files = {"人员.csv": roster(",城东营业部,一组", ",城西营业部,一组"), "目标.csv": text}
    checked = check_project(make(files, Settings(name="测试分公司")))
    assert checked.tables["targets"].data["unit"].to_pylist() == [
        "城东营业部", "城西营业部", "城东营业部/一组", "测试分公司", "别的分公司", "城南营业部", "一组", "A0",
    ]  # fmt: skip
    assert [value for *_, value in told(checked, "target.unknown-unit")] == [
        "别的分公司", "城南营业部",
    ]  # fmt: skip
    assert len(told(checked, "unit.written-otherwise")) == 4


def test_a_unit_of_which_some_rows_lack_the_unit_above(make):
    text = roster("东区,城东营业部,一组", ",城东营业部,一组", ",城西营业部,一组")
    checked = check_project(make({"人员.csv": text}))
    assert [(p.row, p.column, p.reason) for p in checked.problems] == [
        (3, "营业区", "营业部“城东营业部”有 1 行没有写营业区，别的行写着“东区”，当作两个营业部")
    ]


@pytest.mark.parametrize(
    ("one", "other"), [(("甲/乙", "丙"), ("甲", "乙/丙")), (("甲/", "丙"), ("甲", "/丙"))]
)
def test_what_divides_units_is_in_no_name(make, one, other):
    checked = check_project(make({"人员.csv": roster(*(f",{d},{t}" for d, t in (one, other)))}))
    data = checked.tables["agents"].data
    places = list(zip(data["department"].to_pylist(), data["team"].to_pylist(), strict=True))
    assert len({path_of(place) for place in places}) == 2
    assert not any(SEPARATOR in name for place in places for name in place)
    assert told(checked, "unit.with-separator") == [
        ("unit.with-separator", 2, "营业部", one[0]),
        ("unit.with-separator", 3, "营业组", other[1]),
    ]


def test_a_unit_called_as_nobodys_is_none():
    columns = [one for table in TABLES.values() for one in table.columns if one.level]
    assert len(columns) > 6
    for column in columns:
        read = parse_column(pa.array(["未分配", "城东"]), column, Settings())
        assert read.values.to_pylist() == [None, "城东"]


def test_nobodys_is_one_unit(tmp_path):
    people = [("1", "甲", "未分配", "一组"), ("2", "乙", "城东", "未分配"), ("3", "丙", "", "")]
    units = load(small_branch(tmp_path / "p", people)).cube.units
    assert sorted((one.level, one.path) for one in units if one.is_unassigned) == [
        ("营业组", "未分配"),
        ("营业部", "未分配"),
    ]
    assert len(set(written(units))) == len(units)
