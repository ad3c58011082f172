"""From files that nobody prepared to the first month: what is proposed, chosen, computed, written."""

import datetime as dt
import json
import shutil
from dataclasses import replace

import pytest
import xlsxwriter

from command_line import run
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.errors import InputError
from kpi_xl.jobs.first_month import project_of
from kpi_xl.jobs.load import load
from kpi_xl.jobs.mapping import Answer, MappingSession, sure_answer
from kpi_xl.jobs.outlook import outlook
from kpi_xl.jobs.start import init
from kpi_xl.project import Project
from kpi_xl.settings.sheets import NOT_READ
from manual.exports import NOTES, POLICIES, RIGHT, ROSTER, exports

ANSWERS = [
    # the roster: which table, 工号, 签约日期, 解约日期, status A, status T
    "1", "是", "是", "是", "1", "2",
    # the policies: which table, 工号, 险种, 首年保费, the unit of 规模保费
    "1", "是", "是", "是", "3",
    # the list that is none of ours; whether to write
    "", "是",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    exports(tmp_path / "导出")
    return tmp_path / "导出"


@pytest.fixture
def project(folder):
    return project_of(folder, name="测试分公司")


def answered(folder, *arguments, lines=()):
    """The command as somebody answers it."""
    return run(*arguments, folder=folder, typed="\n".join(lines) + "\n" if lines else "")


def content(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def book(file, *rows, sheet="表"):
    with xlsxwriter.Workbook(file) as made:
        page = made.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)


# --- the walk --------------------------------------------------------------------------------------


def test_from_a_folder_of_exports_to_the_first_month(folder):
    before = content(folder)
    done = answered(folder.parent, "start", "导出", "--name", "测试分公司", lines=ANSWERS)
    assert done.returncode == 0, done.stderr
    for unit, numbers in RIGHT.items():
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"│ {unit} "))
        assert [cell.strip() for cell in line.strip("│").split("│")] == [unit, *numbers]
    assert f"没有读 1 个文件或工作表（{NOTES}）" in done.stdout
    assert content(folder) == before  # people's files and folder are as they were
    made = folder.parent / "导出-KPI"
    books = sorted(file.name for file in (made / "output/2024-06/月度KPI表").iterdir())
    assert books == sorted(f"{unit}.xlsx" for unit in RIGHT)
    # Nothing is asked again, and next month's file is known by its name's pattern.
    again = answered(folder.parent, "start", "导出", "--yes")
    assert again.returncode == 0, again.stderr
    assert list(MappingSession(Project.open(made)).open_questions()) == [
        (NOTES, "文件名里没有表名，标题行也认不出是哪张表")
    ]
    (folder / POLICIES).rename(folder / "个险承保清单20240731.xls")
    cube = load(Project.open(made)).cube
    assert int(cube.measure("new_premium")[0, -1]) == 86_000_00


def test_nobody_there_to_answer(folder):
    done = answered(folder.parent, "start", "导出")
    assert done.returncode == 2
    assert "没有人回答" in done.stderr
    assert "--yes" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_questions_what_is_not_sure_is_told_and_nothing_is_made_up(folder):
    done = answered(folder.parent, "start", "导出", "--yes")
    assert done.returncode == 2  # the roster is not known
    assert f"没有把握，没有用：{ROSTER}" in done.stdout
    assert "首年保费" in done.stderr
    assert '[sheets."' not in (folder.parent / "导出-KPI/kpi.toml").read_text(encoding="utf-8")


# --- where the project goes ------------------------------------------------------------------------


def test_the_project_stands_beside_and_is_found_again(folder, project):
    assert project.folder == folder.with_name("导出-KPI")
    assert project.data.resolve() == folder
    assert project_of(folder) == project
    moved = folder.parent / "别处"
    moved.mkdir()
    shutil.move(folder, moved / "导出")
    shutil.move(project.folder, moved / "导出-KPI")
    assert Project.open(moved / "导出-KPI").data.resolve() == moved / "导出"


def test_a_project_is_itself(tmp_path):
    own = init(tmp_path / "p", "甲")
    assert project_of(own.folder) == own


def test_where_no_project_can_be(folder, tmp_path):
    with pytest.raises(InputError, match="没有文件夹"):
        project_of(tmp_path / "没有")
    with pytest.raises(InputError, match="不能建在"):
        project_of(folder, folder / "KPI")
    (tmp_path / "空").mkdir()
    with pytest.raises(InputError, match="没有文件"):
        project_of(tmp_path / "空")
    assert not (tmp_path / "空-KPI").exists()
    (tmp_path / "导出-KPI").mkdir()
    (tmp_path / "导出-KPI" / "我的.txt").write_text("x")
    with pytest.raises(InputError, match="已经有别的文件"):
        project_of(folder)
    other = init(tmp_path / "别的", "甲")
    with pytest.raises(InputError, match="已经有一个项目"):
        project_of(folder, other.folder)


# --- what is proposed ------------------------------------------------------------------------------


def how(proposal):
    return {one.column.name: (one.heading, one.how) for one in proposal.columns if one.heading}


def test_what_the_files_may_be(project):
    session = MappingSession(project)
    roster, policies, notes = (session.sheets[name] for name in (ROSTER, POLICIES, NOTES))
    assert (roster.code, policies.code, notes.code) == ("agents", "policies", "")
    assert how(roster) == {
        "工号": ("我司工号", "near"),
        "姓名": ("姓名", "heading"),
        "营业部": ("部门", "heading"),
        "营业组": ("小组", "heading"),
        "签约日期": ("何时进来", "content"),
        "解约日期": ("何时走的", "content"),
    }
    assert how(policies)["首年保费"] == ("规模保费", "near")
    likely = {one.column.code: one.heading for one in policies.columns if one.heading}
    assert [(one.heading, one.sure) for one in policies.money(likely)] == [
        ("规模保费", False),
        ("首佣", True),
    ]
    assert roster.statuses[0].strange == ["A", "T"]
    # Nobody chose anything: nothing is said, and everything is still open.
    assert session.settings == project.settings
    assert {name for name, _ in session.open_questions()} == {ROSTER, POLICIES, NOTES}


def test_a_birthday_is_no_day_of_signing(project):
    book(
        project.data / "花名册.xlsx",
        ("工号", "姓名", "出生年月日"),
        ("1", "甲", "1990-01-01"),
        ("2", "乙", "1991-01-01"),
        ("3", "丙", "1992-01-01"),
    )
    found = how(MappingSession(project).sheets["花名册.xlsx"])
    assert "签约日期" not in found


def test_what_is_known_needs_nobody(tmp_path):
    own = init(tmp_path / "p", "甲")
    (own.data / "原始数据.xlsx").unlink()
    book(own.data / "人员.xlsx", ("工号", "签约日期"), ("1", "2024-01-01"))
    session = MappingSession(own)
    assert not list(session.open_questions())
    assert not session.write()


def test_damaged_files_are_among_what_is_seen(project):
    (project.data / "花名册2.xlsx").write_bytes(b"PK\x03\x04 damaged")
    (project.data / "保单.xls").write_bytes(b"")
    session = MappingSession(project)
    assert session.sheets["花名册2.xlsx"].seen.reason
    assert session.sheets["保单.xls"].seen.reason
    assert session.sheets[ROSTER].code == "agents"


# --- what is chosen --------------------------------------------------------------------------------


def chosen(project):
    """A session in which everything was answered right."""
    session = MappingSession(project)
    roster = sure_answer(session.sheets[ROSTER], "agents")
    session.choose(
        ROSTER,
        replace(
            roster,
            columns={
                **roster.columns,
                "agent": "我司工号",
                "signed": "何时进来",
                "left": "何时走的",
            },
            statuses={"人员状态": {"A": "在职", "T": "离职"}},
        ),
    )
    policies = sure_answer(session.sheets[POLICIES], "policies")
    session.choose(
        POLICIES,
        replace(
            policies,
            columns={
                **policies.columns,
                "agent": "归属工号",
                "premium": "规模保费",
                "product": "险种全称",
            },
            units={**policies.units, "规模保费": "万元"},
        ),
    )
    session.choose(NOTES, Answer(NOT_READ))
    return session


def numbers(shown):
    return {unit.name: unit.values for unit in shown.units if unit.name in RIGHT}


def test_what_is_shown_is_what_comes_out(project):
    session = chosen(project)
    shown = outlook(project, session.settings)
    assert numbers(shown) == RIGHT
    policies = next(one for one in shown.tables if one.name == "保单")
    assert policies.sums == {"首年保费": "106,500", "FYC": "25,475"}
    assert (policies.read, policies.used, policies.set_aside) == (7, 7, 0)
    assert not project.cube.exists()  # looking changes nothing
    assert session.write()
    assert not list(session.open_questions())
    cube = load(session.project).cube
    assert int(cube.measure("new_premium")[0, -1]) == 86_000_00
    assert int(cube.measure("closing")[0, -1]) == 7
    assert not MappingSession(session.project).write()


def test_the_units_shown_are_the_branch(tmp_path):
    own = init(tmp_path / "分公司", "测试分公司")
    (own.data / "原始数据.xlsx").unlink()
    people = [("1", "城东", "2020-01-05"), ("2", "城西", "2020-01-05")]
    book(own.data / "人员.xlsx", ("工号", "营业部", "签约日期"), *people)
    sold = [(f"9{n}", str(n), 1000 * n, "2024-01-11") for n in (1, 2, 3)]  # nobody knows 3
    book(own.data / "保单.xlsx", ("保单号", "工号", "首年保费", "承保日期"), *sold)
    shown = outlook(own, own.settings)
    assert [unit.name for unit in shown.units] == ["测试分公司", "城东", "城西", "未分配"]
    place = shown.measures.index("首年新单保费")
    of_branch, *below = (int(one.values[place].replace(",", "")) for one in shown.units)
    assert of_branch == sum(below) == 6000


def test_what_is_not_to_be_read_is_left_out_and_said(project):
    session = chosen(project)
    session.choose(POLICIES, Answer(NOT_READ))
    session.write()
    (left,) = (one for one in load(session.project).checked.left_out if one.name == POLICIES)
    assert "不读" in left.reason
    # By its name to the letter: another month's file is asked about.
    assert POLICIES in session.project.settings.sheets


def test_a_status_that_means_gone_is_told_where_no_day_says_when(project):
    session = chosen(project)
    answer = session.answers[ROSTER]
    columns = {code: text for code, text in answer.columns.items() if code != "left"}
    session.choose(ROSTER, replace(answer, columns=columns))
    shown = outlook(project, session.settings)
    gone = [p for p in shown.problems if p.fault.kind.code == "agent.left-without-day"]
    assert [p.value for p in gone] == ["T", "T"]
    # Whoever says that the column says nothing is believed.
    session.choose(ROSTER, replace(answer, statuses={}, unused=("人员状态",)))
    shown = outlook(project, session.settings)
    assert not [p for p in shown.problems if p.column == "人员状态"]


def test_a_heading_that_was_taken_for_a_column_can_be_given_to_another(tmp_path):
    own = init(tmp_path / "p", "甲")
    (own.data / "原始数据.xlsx").unlink()
    book(
        own.data / "人员.xlsx",
        ("工号", "员工编号", "签约日期"),
        ("x", "E1", "2024-01-01"),
        ("x", "E2", "2024-01-01"),
    )
    session = MappingSession(own)
    session.choose("人员.xlsx", Answer("agents", {"agent": "员工编号", "signed": "签约日期"}))
    session.write()
    checked = load(session.project).checked
    assert checked.tables["agents"].data["agent"].to_pylist() == ["E1", "E2"]
    again = MappingSession(session.project)
    assert again.answers["人员.xlsx"].columns == {"agent": "员工编号", "signed": "签约日期"}
    # And back to what the headings say.
    again.choose("人员.xlsx", Answer("agents", {"agent": "工号", "signed": "签约日期"}))
    assert again.write()
    assert not again.project.settings.sheets


def test_two_files_of_one_pattern_that_mean_different_things(project):
    shutil.copy(project.data / POLICIES, project.data / "个险承保清单20240531.xls")
    session = chosen(project)
    session.choose("个险承保清单20240531.xls", Answer(NOT_READ))
    session.write()
    assert POLICIES in session.project.settings.sheets  # to the letter
    assert numbers(outlook(session.project, session.project.settings)) == RIGHT


def test_the_unit_of_one_file_is_that_file_s(project):
    session = chosen(project)
    answer = session.answers[POLICIES]
    session.choose(POLICIES, replace(answer, units={**answer.units, "规模保费": "元"}))
    shown = outlook(project, session.settings)
    assert numbers(shown)["测试分公司"][1] == "8.60"
    assert not [p for p in shown.problems if p.fault.kind.code == "money.too-small"]


def test_json_says_what_is_open_and_asks_nothing(folder, project):
    done = run("--json", "-p", project.folder, "map")
    assert done.returncode == 2  # no number comes out yet
    told = json.loads(done.stdout)
    assert {one["sheet"] for one in told["questions"]} == {ROSTER, POLICIES, NOTES}
    assert told["written"] is False
    chosen(project).write()
    done = run("--json", "-p", project.folder, "map")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["questions"] == []
    assert told["outlook"]["units"][0]["values"] == list(RIGHT["测试分公司"])


def test_looking_at_it_as_another_table_chooses_nothing(project):
    session = chosen(project)
    wanted = session.settings
    assert session.proposal(ROSTER, "policies").code == "policies"
    assert session.settings == wanted
    # Whoever chooses it as another table gets the columns of that one.
    session.choose(ROSTER, sure_answer(session.proposal(ROSTER, "outlets"), "outlets"))
    (said,) = (one for one in session.settings.sheets.values() if one.table == "outlets")
    assert set(said.columns) <= {column.code for column in TABLES["outlets"].columns}


def test_a_folder_with_everything_in_it_is_no_folder_of_exports(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for number in range(1001):
        (home / f"{number}.txt").touch()
    with pytest.raises(InputError, match="1,001 个文件"):
        project_of(home)
    assert not (tmp_path / "home-KPI").exists()


def test_start_for_a_program(folder, project):
    chosen(project).write()
    done = run("--json", "start", folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["files"]) == 3
    assert told["questions"] == []
    assert told["month"] == "2024-06"


def test_tables_of_a_database_are_not_asked_about(tmp_path):
    own = init(tmp_path / "p", "甲")
    elsewhere = replace(own.settings, engine="postgresql://reader@127.0.0.1/sales")
    with pytest.raises(InputError, match="数据库"):
        MappingSession(Project(own.folder, elsewhere))


def test_a_new_export_with_other_headings_is_asked_about(folder, project):
    chosen(project).write()
    new = folder / "个险承保清单20240731.xls"
    text = (folder / POLICIES).read_text(encoding="gbk")
    text = text.replace("P2024", "P2025").replace("规模保费", "折算值")
    new.write_text(text, encoding="gbk")
    session = MappingSession(Project.open(project.folder))
    asked = [question for name, question in session.open_questions() if name == new.name]
    assert asked == ["哪一列是首年保费"]
    with pytest.raises(InputError, match="首年保费"):
        outlook(session.project, session.settings)
    lines = ["1", "3", "是"]  # which column, its unit, whether to write
    done = answered(folder.parent, "-p", project.folder, "map", lines=lines)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    settings = Project.open(project.folder).settings
    assert settings.said_of(new.name, None).columns["premium"] == "折算值"
    assert settings.said_of(POLICIES, None).columns["premium"] == "规模保费"
    sums = outlook(session.project, settings).tables
    assert next(one.sums["首年保费"] for one in sums if one.name == "保单") == "213,000"


def test_what_the_check_only_remarks_on_is_asked(tmp_path):
    """Its advice says that map asks: so it does."""
    own = init(tmp_path / "p", "甲")
    (own.data / "原始数据.xlsx").unlink()
    days = ("2024-06-03", "2024-06-04", "2024-06-05", "2024-06-06")
    people = [(f"E{n}", "2024-01-01", "城东", day) for n, day in enumerate(("", *days[:3]))]
    book(own.data / "人员.xlsx", ("工号", "签约日期", "归属机构", "走人的那天"), *people)
    sales = [(f"P{n}", "E0", day, "1.5") for n, day in enumerate(days)]
    book(own.data / "保单.xlsx", ("保单号", "工号", "承保日期", "首年保费"), *sales)
    checked = load(own).checked
    told = {(p.column, p.kind) for p in checked.problems}
    assert told == {
        ("归属机构", "column.not-used"),
        ("走人的那天", "column.days-not-used"),
        ("首年保费", "money.too-small"),
    }
    asked = [question for _, question in MappingSession(own).open_questions()]
    assert all(any(f"“{column}”" in question for question in asked) for column, _ in told), asked


def test_days_that_a_workbook_keeps_as_numbers(tmp_path):
    own = init(tmp_path / "p", "甲")
    (own.data / "原始数据.xlsx").unlink()
    rows = [
        ("E10", dt.date(2024, 1, 5), 45000),
        ("E11", dt.date(2023, 4, 6), 45001),
        ("E12", dt.date(2022, 7, 8), 45002),
    ]
    with xlsxwriter.Workbook(own.data / "台账.xlsx", {"default_date_format": "yyyy/m/d"}) as made:
        page = made.add_worksheet()
        for number, row in enumerate([("工号", "何时进来", "房间"), *rows]):
            page.write_row(number, 0, row)
    proposal = MappingSession(own).proposal("台账.xlsx", "agents")
    assert how(proposal)["签约日期"] == ("何时进来", "content")  # the room's numbers are no days
    assert proposal.first_cells(1, 2, "signed") == ["2024-01-05", "2023-04-06"]
    assert proposal.first_cells(2, 2) == ["45000", "45001"]


def test_a_status_far_down_that_nobody_knows_is_told(tmp_path):
    own = init(tmp_path / "p", "甲")
    (own.data / "原始数据.xlsx").unlink()
    rows = [(f"E{n}", "2024-01-01", "在职" if n < 100 else "Q") for n in range(101)]
    book(own.data / "人员.xlsx", ("工号", "签约日期", "人员状态"), *rows)
    (told,) = load(own).checked.problems
    assert (told.kind, told.column) == ("column.status-unknown", "人员状态")
    assert "“Q”" in told.reason
    assert "当作在职" in told.reason
    asked = list(MappingSession(own).open_questions())
    assert asked == [("人员.xlsx", "“人员状态”里的“Q”是什么意思")]
    (own.folder / "kpi.toml").write_text(
        '[sheets."人员.xlsx"]\ntable = "人员"\nstatuses = { "人员状态" = { "Q" = "在职" } }\n',
        encoding="utf-8",
    )
    assert not load(Project.open(own.folder)).checked.problems


# --- many files of one form ------------------------------------------------------------------------


def months_of_activities(data):
    """A workbook a month, a worksheet a department, and the attendance as a grid."""
    data.mkdir(parents=True)
    book(data / "人员.xlsx", ["工号", "签约日期"], *([f"0{n}", "2020-01-05"] for n in range(3)))
    for month in range(1, 5):
        with xlsxwriter.Workbook(data / f"活动量2024年{month:02d}月.xlsx") as made:
            for more, unit in enumerate(("城东", "城西")):
                page = made.add_worksheet(unit)
                page.write_row(0, 0, ["日期", "工号", "拜访数", "接洽人数"])
                for n in range(3):
                    page.write_row(
                        n + 1, 0, [f"2024-{month:02d}-0{n + 1}", f"0{n}", n + 2 + more, n]
                    )
        days = [f"{day}" for day in range(1, 29)]
        marks = [[f"0{n}", *["√"] * 27, "事假" if n < month - 1 else "√", 28] for n in range(3)]
        book(data / f"考勤2024-{month:02d}.xlsx", ["工号", *days, "出勤天数"], *marks)


def test_what_is_asked_of_one_month_is_asked_once(tmp_path):
    project = init(tmp_path / "分公司", "测试分公司")
    shutil.rmtree(project.folder / "data")
    months_of_activities(project.folder / "data")
    result = answered(project.folder, "map", lines=["是"] * 20)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("接洽人数”是不是") == 1
    assert "同样的标题也这样读：" in result.stdout and " 等 7 个" in result.stdout
    assert "出勤天数”" not in result.stdout
    assert result.stdout.count("│ 接洽人数") == 1, "of what is of one form one is shown"
    session = MappingSession(Project.open(project.folder))
    assert not list(session.open_questions())
    tables = outlook(session.project, session.settings).tables
    sums = {one.name: one.sums for one in tables}
    assert sums["活动"]["洽谈人数"] == f"{4 * 2 * (0 + 1 + 2)}"


def test_the_unit_of_small_amounts_is_asked_once_and_no_other_file_s(tmp_path):
    own = init(tmp_path / "分公司", "测试分公司")
    (own.data / "原始数据.xlsx").unlink()
    book(own.data / "人员.xlsx", ("工号", "签约日期"), ("0012", "2020-01-05"))
    for month, amount in ((1, 0.35), (2, 0.42), (3, 4200)):
        rows = [(f"9{month}{n}", "0012", amount, f"2024-0{month}-11") for n in range(9)]
        heads = ("保单号", "工号", "首年保费", "承保日期")
        book(own.data / f"承保2024-0{month}.xlsx", heads, *rows)
    session = MappingSession(own)
    asked = [name for name, _ in session.open_questions()]
    assert asked == ["承保2024-01.xlsx", "承保2024-02.xlsx"]
    answer = replace(session.answers[asked[0]], units={"首年保费": "万元"})
    assert asked[1] in session.choose_for_all(asked[0], answer)
    assert not list(session.open_questions())
    session.write()
    shown = outlook(session.project, session.project.settings)
    assert {t.name: t.sums for t in shown.tables}["保单"]["首年保费"] == "107,100"
