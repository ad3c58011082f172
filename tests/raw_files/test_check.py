"""Rows that are used, rows that are set aside, and what is said of them."""

from __future__ import annotations

import csv
import shutil
import string
import tempfile
import threading
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl import kinds
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.checks.check_file import read_file
from kpi_xl.checks.checked import Checked
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.sheets import SheetSettings

ROSTER = (
    "工号,姓名,营业部,签约日期,解约日期\n"
    "00123,张三,城西,2020-01-05,\n"
    "00124,李四,城东,2021-03-01,2023-06-30\n"
)
POLICIES = "保单号,工号,首年保费,承保日期\n"


def reconciled(checked: Checked) -> Checked:
    """Every row set aside has a problem, and only those have one that says so."""
    for table in checked.tables.values():
        assert table.read == table.used + table.set_aside
        for file in table.files:
            told = {
                p.row
                for p in checked.problems
                if p.set_aside
                and (p.table, p.file, p.sheet) == (table.table.name, file.name, file.sheet)
            }
            assert len(told) == file.set_aside
            rows = [
                row["source_row"]
                for row in table.data.select(["source_file", "source_row"]).to_pylist()
                if row["source_file"] in (file.name, f"{file.name}「{file.sheet}」")
            ]
            assert len(rows) == file.used
            assert not told & set(rows)
    return checked


def check(make, files, given=None) -> Checked:
    return reconciled(check_project(make({"人员.csv": ROSTER} | files, given)))


def found(checked: Checked, table: str) -> list[tuple[int | None, str | None, str, bool]]:
    return [(p.row, p.value, p.reason, p.set_aside) for p in checked.problems if p.table == table]


def test_columns_and_types(make):
    checked = check(make, {"保单.csv": POLICIES + 'P1,00123,"1,234.50",2024年1月5日\n'})
    table = checked.tables["policies"]
    assert table.data.column_names == [c.code for c in TABLES["policies"].columns] + [
        "source_file",
        "source_row",
    ]
    assert table.data.to_pylist() == [
        {
            "policy": "P1",
            "agent": "00123",
            "product": None,
            "is_main": True,
            "pieces": 1,
            "premium": 123450,
            "fyc": 0,
            "pay_mode": "期交",
            "outlet": None,
            "issued": date(2024, 1, 5),
            "withdrawn": None,
            "ended": None,
            "ended_by": None,
            "source_file": "保单.csv",
            "source_row": 2,
        }
    ]
    assert checked.problems == []


def test_a_row_with_several_bad_cells_is_set_aside_once(make):
    text = POLICIES + "P1,00123,一千,2024-02-30\nP2,00123,5,2024-02-01\n,,,2024-01-01\n"
    checked = check(make, {"保单.csv": text})
    table = checked.tables["policies"]
    assert (table.read, table.used, table.set_aside) == (3, 1, 2)
    assert found(checked, "保单") == [
        (2, "一千", "不是数字", True),
        (2, "2024-02-30", "没有这一天", True),
        (4, None, "必填的单元格是空的", True),
        (4, None, "必填的单元格是空的", True),
        (4, None, "必填的单元格是空的", True),
    ]
    assert {(p.file, p.sheet) for p in checked.problems} == {("保单.csv", None)}
    assert [p.column for p in checked.problems[:2]] == ["首年保费", "承保日期"]


def test_cells_used_with_a_warning(make):
    checked = check(make, {"保单.csv": POLICIES + "P1,00123,12.345,2024-01-05\n"})
    assert checked.tables["policies"].data["premium"].to_pylist() == [1235]
    assert found(checked, "保单") == [
        (2, "12.345", "金额不止两位小数，已四舍五入到分", False),
    ]


def test_duplicates(make):
    head = "保单号,工号,险种,主附险,首年保费,承保日期\n"
    one = "P1,00123,年金,主险,100,2024-01-05\n"
    january = head + one + one + one.replace("100", "200") + one.replace("主险", "附险")
    february = head + one.replace("100", "-100") + one.replace("100", "-100") + one + one
    checked = check(make, {"保单1.csv": january, "保单2.csv": february})
    assert checked.tables["policies"].data["premium"].to_pylist() == [10000, 10000, -10000]
    key = "保单号＋险种＋主附险"
    assert [f[:1] + f[2:] for f in found(checked, "保单") if f[3]] == [
        (3, "与第 2 行重复", True),
        (4, f"{key}与第 2 行相同，但首年保费不同；用了前一行", True),
        (3, "与第 2 行重复", True),
        (4, "与文件“保单1.csv”第 2 行重复", True),
        (5, "与文件“保单1.csv”第 2 行重复", True),
    ]
    assert [f for f in found(checked, "保单") if not f[3]] == [
        (2, "-100", "保费是负数而没有写件数的有 2 行，当作减 2 件", False),
        (2, "-100.00", "首年保费是负数，已照用", False),
    ]


def test_rows_alike_are_legitimate_where_a_table_has_no_key(make):
    row = "2024-01-05,00123,3\n"
    checked = check(make, {"活动.csv": "日期,工号,拜访数\n" + row + row})
    assert checked.tables["activities"].used == 2
    assert [one.kind for one in checked.problems] == ["rows.alike"]  # they count, and are told


def test_agents(make):
    text = (
        "工号,签约日期,解约日期\n"
        "1,2020-01-05,2019-12-31\n"
        "2,2020-01-05,\n"
        "2,2022-01-05,\n"
        "3,2020-01-05,2021-01-05\n"
        "3,2021-01-05,9999-12-31\n"
        "4,2020-01-05,2020-01-05\n"
    )
    checked = check(make, {"人员.csv": text})
    assert found(checked, "人员") == [
        (2, "2019-12-31", "解约日期早于签约日期（2020-01-05）", True),
        (4, "2022-01-05", "第 3 行的同一工号此时还没有解约", False),
    ]
    assert checked.tables["agents"].data["left"].null_count == 3


def test_a_forgotten_unit_is_told_and_a_level_that_many_lack_is_not(make):
    people = [f"{n},2020-01-05,城东,{'一组' if n % 2 else ''}" for n in range(20)]
    people[7] = "7,2020-01-05,,一组"
    checked = check(make, {"人员.csv": "\n".join(["工号,签约日期,营业部,营业组", *people])})
    assert checked.tables["agents"].used == 20
    assert found(checked, "人员") == [(9, None, "没有写营业部，他的业绩不会算进哪个营业部", False)]


def test_a_roster_of_which_nothing_can_be_used(make):
    agents = "工号,签约日期,营业部\n1,2024-02-30,甲部\n2,,乙部\n"
    checked = check(make, {"人员.csv": agents})
    roster = checked.tables["agents"]
    assert (roster.read, roster.used, roster.set_aside) == (2, 0, 2)


def test_who_seems_unknown_may_be_in_a_row_set_aside(make):
    agents = "工号,签约日期\n1,2024-02-30\n2,2020-01-05\n"
    text = POLICIES + "P1,1,1,2024-01-04\n"
    checked = check(make, {"人员.csv": agents, "保单.csv": text})
    [_, unknown] = checked.problems
    assert unknown.advice.endswith("人员表有 1 行搁置，他在其中的，先改好那一行")


def test_a_tick_is_a_yes(make):
    text = "工号,签约日期,是否主管\n1,2020-01-05,√\n2,2020-01-05,×\n3,2020-01-05,\n"
    checked = check(make, {"人员.csv": text})
    assert checked.tables["agents"].data["is_manager"].to_pylist() == [True, False, False]


def test_policies_and_their_agents(make):
    text = POLICIES + (
        "P1,00123,1000,2020-01-04\n"
        "P2,00123,1000,2020-01-05\n"
        "P3,00124,1000,2023-06-30\n"
        "P4,00124,1000,2023-07-01\n"
        "P5,123,1000,2024-01-01\n"
        "P6,9,1000,2024-01-01\n"
        "P7,123,1000,2024-01-01\n"
    )
    checked = check(make, {"保单.csv": text})
    assert checked.tables["policies"].used == 7
    assert found(checked, "保单") == [
        (2, "2020-01-04", "承保日期早于业务员签约日期（2020-01-05）", False),
        (5, "2023-07-01", "承保日期晚于业务员解约日期（2023-06-30）", False),
        (6, "123", "人员表里没有“123”，只能是“00123”，已按它使用，共 2 行（差在前面的 0）", False),
        (7, "9", "人员表里没有这个工号，共 1 行，归入“未分配”", False),
    ]
    agents = checked.tables["policies"].data["agent"].to_pylist()
    assert agents == ["00123", "00123", "00124", "00124", "00123", "9", "00123"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("续期", "保单号,工号,应收日期,应收保费\nP1,7,2024-01-05,100\n"),
        ("活动", "日期,工号,拜访数\n2024-01-05,7,1\n"),
        ("出勤", "日期,工号\n2024-01-05,7\n"),
        ("异动", "工号,生效日期,营业部\n7,2024-01-05,城南\n"),
        ("网点", "网点,工号\n0001,7\n"),
    ],
)
def test_unknown_agents_in_every_table(make, name, text):
    checked = check(make, {f"{name}.csv": text})
    [(row, value, reason, set_aside)] = found(checked, name)
    assert (row, value, set_aside) == (2, "7", False)
    assert reason.startswith("人员表里没有这个工号")


def test_targets(make):
    text = (
        "月份,层级,单位,指标,目标值\n"
        "2024-06,营业部,城西,活动率,80%\n"
        "2024年6月,营业部,城西,KPI_ACTIVITY,0.9\n"
        "202406,营业部,城西,活动绿,80%\n"
        "2024-06,部门,城西,活动率,80%\n"
        "2024-06,业务员,00123,活动率,八成\n"
    )
    checked = check(make, {"目标.csv": text})
    table = checked.tables["targets"]
    assert table.data.select(["month", "level", "unit", "kpi", "target"]).to_pylist() == [
        {
            "month": 2024 * 12 + 6,
            "level": "营业部",
            "unit": "城西",
            "kpi": "KPI_ACTIVITY",
            "target": 0.8,
        }
    ]
    assert [(p.row, p.reason[:6]) for p in checked.problems] == [
        (3, "月份＋层级＋"),
        (4, "没有这个指标"),
        (5, "没有这个层级"),
        (6, "不是数字"),
    ]
    assert "活动率" in checked.problems[1].advice
    assert checked.problems[0].value == "2024-06 / 营业部 / 城西 / 活动率"


def test_files_and_sheets_as_a_whole(make, workbook):
    rows = [["工号", "签约日期"], ["00123", "2020-01-05"]]
    book = workbook({"甲": rows, "乙": rows}).read_bytes()
    project = make({"人员.xlsx": book, "保单.csv": POLICIES, "说明.txt": "x"})
    calls = []
    checked = reconciled(check_project(project, lambda *call: calls.append(call)))
    assert calls == [("人员.xlsx", 1, 3), ("人员.xlsx", 2, 3), ("保单.csv", 3, 3)]
    assert [(p.sheet, p.row, p.set_aside) for p in checked.problems] == [
        ("乙", 2, True),
        (None, None, False),
    ]
    assert checked.problems[0].reason == "与文件“人员.xlsx「甲」”第 2 行重复"
    assert checked.problems[1].reason == "只有标题行，没有数据"
    assert [path.name for path in checked.unrecognised] == ["说明.txt"]
    assert checked.tables["policies"].read == 0


def test_of_several_bad_files_the_first_is_named_whichever_is_read_first(make):
    project = make({"人员.csv": ROSTER, "保单1.csv": POLICIES, "保单2.csv": f"{POLICIES}\n"})
    second_failed = threading.Event()

    def read(settings, source):
        if source.name == "保单1.csv":
            second_failed.wait(1)  # on one core it is not read yet
        if source.code == "policies":
            second_failed.set()
            raise InputError(kinds.FILE_INCOMPLETE(), file=source.file)
        return read_file(settings, source)

    with pytest.raises(InputError) as caught:
        check_project(project, read=read)
    assert Path(caught.value.file).name == "保单1.csv"


def test_error_values_set_rows_aside(make, tmp_path):
    import xlsxwriter

    file = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, ["工号", "营业部", "签约日期", "解约日期"])
        sheet.write_row(1, 0, ["1", "城西", "2020-01-05"])
        sheet.write_formula(1, 3, "=NA()", None, "#N/A")
        sheet.write_row(2, 0, ["2", None, "2020-01-05"])
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
    checked = reconciled(check_project(make({"人员.xlsx": file.read_bytes()})))
    assert found(checked, "人员") == [
        (2, "#N/A", "单元格是公式错误", True),
        (3, "#N/A", "单元格是公式错误，当作空白", False),
    ]
    assert checked.tables["agents"].data["agent"].to_pylist() == ["2"]


def test_no_roster(make):
    with pytest.raises(InputError) as caught:
        check_project(make({"保单.csv": POLICIES, "名单.csv": "x"}))
    assert "没有人员表" in caught.value.problem
    assert "名单.csv" in caught.value.advice


# Whatever is done to a file, every line of it is accounted for.

_LINES = [f"P{i},0012{3 + i % 2},{i}00.50,2022-01-{i % 28 + 1:02d}" for i in range(1, 30)]
_DAMAGE = st.lists(
    st.tuples(
        st.integers(0, len(_LINES) - 1),
        st.sampled_from(["drop", "insert", "repeat", "blank", "cut", "total"]),
        st.integers(0, 25),
        st.sampled_from([*'",;-=', "九", "x", "0", " ", "￥", "#N/A", *string.punctuation]),
    ),
    max_size=12,
)


def _damaged(damages) -> list[str]:
    lines = list(_LINES)
    for place, what, at, mark in damages:
        line = lines[place]
        lines[place] = {
            "drop": line[:at] + line[at + 1 :],
            "insert": line[:at] + mark + line[at:],
            "repeat": lines[(place + 7) % len(lines)],
            "blank": "",
            "cut": line[:at],
            "total": "合计,,100,",
        }[what]
    return lines


@settings(max_examples=200, deadline=None)
@given(_DAMAGE, st.sampled_from(["utf-8", "gbk"]))
def test_every_line_is_used_or_set_aside(damages, encoding):
    lines = _damaged(damages)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        (data / "人员.csv").write_text(ROSTER, encoding="utf-8")
        text = POLICIES + "\n".join(lines) + "\n"
        (data / "保单.csv").write_bytes(text.encode(encoding))
        checked = reconciled(check_project(Project(Path(folder), Settings())))
    table = checked.tables["policies"]
    # A line of nothing but empty cells is no row; every other line is one.
    assert table.read == sum(
        bool(line.replace(",", "").replace('""', "").strip()) for line in lines
    )
    untouched = {p.split(",")[0] for p in lines if p in _LINES}
    assert untouched <= set(table.data["policy"].to_pylist())


# Public data that nobody here made.


def real_project(folder: Path, source: Path, *names: str, given: Settings | None = None) -> Project:
    (folder / "data").mkdir()
    for name in names:
        shutil.copy(source / name, folder / "data")
    return Project(folder, given or Settings())


def test_real_branch(real, tmp_path):
    names = ("花名册.xlsx", "保单.csv", "活动.csv")
    checked = reconciled(check_project(real_project(tmp_path, real, *names)))
    used = {code: (t.read, t.used) for code, t in checked.tables.items()}
    assert used == {
        "agents": (905, 905),
        "policies": (13778, 13778),
        "activities": (15308, 15308),
    }
    with (real / "保单.csv").open(encoding="gbk", newline="") as content:
        rows = list(csv.DictReader(content))
    policies = checked.tables["policies"].data
    for heading, code in (("首年保费", "premium"), ("FYC", "fyc")):
        exact = sum(Decimal(row[heading].replace(",", "")) for row in rows)
        assert sum(policies[code].to_pylist()) == exact * 100
    assert sum(policies["pieces"].to_pylist()) == sum(int(row["件数"]) for row in rows)
    with (real / "活动.csv").open(encoding="utf-8-sig", newline="") as content:
        visits = sum(int(row["拜访客户数"]) for row in csv.DictReader(content))
    assert sum(checked.tables["activities"].data["visits"].to_pylist()) == visits
    # The ids that a spreadsheet spoilt before the data were published, and nothing else.
    assert {p.value for p in checked.problems} == {
        row["工号"] for row in rows if "E+" in row["工号"]
    }
    assert not any(p.set_aside for p in checked.problems)
    assert checked.tables["agents"].data["signed"].null_count == 0


def test_real_employees(real, tmp_path):
    columns = {"agent": "EmployeeID", "signed": "OrigHireDate", "left": "TerminationDate"}
    given = Settings(date_order="mdy", no_date=("1/1/1900",), columns={"agents": columns})
    project = real_project(tmp_path, real, "员工名册.csv", given=given)
    table = reconciled(check_project(project)).tables["agents"]
    assert (table.read, table.used) == (6284, 6284)
    left = [day for day in table.data["left"].to_pylist() if day]
    assert len(left) == 1485
    assert (min(left).year, max(left).year) == (2006, 2015)
    hired = Counter(day.year for day in table.data["signed"].to_pylist())
    assert (min(hired), max(hired)) == (1989, 2013)


def test_a_roster_that_lost_its_heading_is_named(make):
    """It looks like a list of leavers; whoever looks for the roster has to hear of it."""
    lost = "工号,姓名,营业部,备考,解约日期\n00123,张三,城西,2020-01-05,\n"
    with pytest.raises(InputError, match=r"没有人员表.*“人员.csv”没有签约日期"):
        check_project(make({"人员.csv": lost}))


def test_a_section_of_kpi_toml_that_no_file_is_meant_by_is_told(make):
    sheets = {
        "保单*.csv": SheetSettings("policies"),
        "人员.csv": SheetSettings(unused=("备注",)),
        "人员.csv「六月」": SheetSettings("agents"),
        "保单六月.xlsx": SheetSettings("policies"),
        "另一个*.xlsx「六月」": SheetSettings(),
    }
    checked = check_project(make({"人员.csv": ROSTER}, Settings(sheets=sheets)))
    told = [p for p in checked.problems if p.kind == "sheets.of-no-file"]
    assert [p.value for p in told] == ["保单*.csv", "保单六月.xlsx", "另一个*.xlsx「六月」"]
    assert {p.file for p in told} == {"kpi.toml"}
    assert checked.tables["agents"].set_aside == 0
