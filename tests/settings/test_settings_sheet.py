"""设置.xlsx says what kpi.toml says, and a wrong cell stops no other."""

import datetime as dt
import json
from dataclasses import replace

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from kpi_xl.cli.commands import app
from kpi_xl.errors import InputError
from kpi_xl.jobs.bounds import save_bounds
from kpi_xl.jobs.settings_form import settings_form
from kpi_xl.project import Project
from kpi_xl.settings.limits import LIMITS
from kpi_xl.settings.settings_sheet import ITEMS, WORKBOOK, settings_sheet, typed_cells
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch
from udfs import current, functions


@pytest.fixture
def project(tmp_path):
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS)


OVER = {("项目", "数据到哪一天", "值"): dt.datetime(2024, 6, 30)}
"""The last month is over, though nobody sold in its last days."""


def run(project, *words):
    return CliRunner().invoke(app, ["--project", str(project.folder), *words])


def fill_in(project, said):
    """Type into the workbook: by sheet, the row's label and the column, what stands there."""
    file = project.folder / WORKBOOK
    file.write_bytes(settings_form(project))
    book = openpyxl.load_workbook(file)
    for (sheet, label, column), value in said.items():
        page = book[sheet]
        headings = [cell.value for cell in page[1]]
        row = label
        if isinstance(label, str):
            labels = [page.cell(r, 1).value for r in range(1, page.max_row + 1)]
            row = labels.index(label) + 1 if label in labels else page.max_row + 1
            page.cell(row, 1, label)
        page.cell(row, headings.index(column) + 1, value)
    book.save(file)
    return Project.open(project.folder)


HEADINGS = {
    "界限": ("指标", "健康线", "危险线"),
    "目标": ("指标", "目标"),
    "项目": ("设置", "值"),
    "放假": ("从", "到", "算作"),
}


def bare(project, said):
    """The same in a workbook with nothing but the headings, made by another program."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, headings in HEADINGS.items():
        page = book.create_sheet(name)
        page.append(headings)
        rows = {}
        for (sheet, label, column), value in said.items():
            if sheet == name:
                row = rows.setdefault(label, len(rows) + 2)
                if isinstance(label, str):
                    page.cell(row, 1, label)
                page.cell(row, headings.index(column) + 1, value)
    book.save(project.folder / WORKBOOK)
    return Project.open(project.folder)


def test_an_empty_one_says_nothing(project):
    before = project.settings
    assert fill_in(project, {}).settings == before
    assert run(project, "settings", "list").exit_code == 0


def test_init_gives_one(tmp_path):
    assert CliRunner().invoke(app, ["init", str(tmp_path / "new")]).exit_code == 0
    opened = Project.open(tmp_path / "new")
    assert (opened.folder / WORKBOOK).exists()
    assert opened.settings.notes == ()


def test_its_bounds_are_those_of_every_page_explain_and_function(project, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    monkeypatch.setattr(current, "_INTERVAL", 0)
    fill_in(project, OVER)
    assert run(project, "refresh", "--month", MONTH).exit_code == 0
    assert functions.KPI("活动率", "东城营业部", MONTH, "状态") == "健康"
    fill_in(
        project,
        OVER | {("界限", "人均件数", "健康线"): 30, ("界限", "人均件数", "危险线"): "20"},
    )
    assert functions.KPI("人均件数", "东城营业部", MONTH, "状态") == "危险"
    told = run(project, "explain", "人均件数").output
    assert "健康 ≥ 30，异常 ≥ 20，危险 < 20（设置.xlsx）" in told
    assert "健康 ≥ 30" in functions.KPI_HELP("人均件数")
    done = run(project, "refresh", "--month", MONTH)
    assert done.exit_code == 0
    for file in project.output.rglob("月度KPI表/*.xlsx"):
        sheets = CalamineWorkbook.from_path(str(file))
        cells = [
            str(cell)
            for name in sheets.sheet_names
            for row in sheets.get_sheet_by_name(name).to_python()
            for cell in row
        ]
        bounds = {cell for cell in cells if "健康 ≥" in cell and "30" in cell}
        assert bounds, file
    listed = run(project, "settings", "list")
    assert "界限  人均件数：健康线 30，危险线 20（设置.xlsx）" in listed.output


def test_a_target_for_all_counts_where_a_unit_has_none(project, monkeypatch):
    (project.data / "目标.csv").write_text(
        f"月份,层级,单位,指标,目标\n{MONTH},营业部,东城营业部,人均件数,3\n", encoding="utf-8"
    )
    fill_in(project, OVER | {("目标", "人均件数", "目标"): 2, ("目标", "活动率", "目标"): "80%"})
    assert run(project, "refresh", "--month", MONTH).exit_code == 0
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    monkeypatch.setattr(current, "_INTERVAL", 0)
    assert functions.KPI("人均件数", "东城营业部", MONTH, "目标") == 3
    assert functions.KPI("人均件数", "西城营业部", MONTH, "目标") == 2
    assert functions.KPI("活动率", "西城营业部", MONTH, "目标") == 0.8
    assert functions.KPI("人均件数", "西城营业部", MONTH, "状态") == "危险"
    page = run(project, "--json", "warnings", "--month", MONTH, "--level", "营业部")
    assert "人均件数" in page.output


def test_what_both_say_otherwise_is_told_and_the_sheet_counts(tmp_path):
    more = '[rules]\ngrace_days = 30\n[bands]\n"活动率" = { healthy = 0.7 }\n'
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    opened = fill_in(
        project,
        {("界限", "活动率", "健康线"): 0.65, ("项目", "续期宽限天数", "值"): 45},
    )
    assert opened.settings.bands == {"活动率": (0.65, None)}
    assert opened.settings.grace_days == 45
    told = [(note.kind, note.sheet, note.column) for note in opened.settings.notes]
    assert told == [
        ("settings-sheet.differs", "项目", "值"),
        ("settings-sheet.differs", "界限", "健康线"),
    ]
    assert "这里是 健康线 65%，kpi.toml 里是 健康线 70%" in str(opened.settings.notes[1])
    done = run(project, "refresh", "--month", MONTH)
    assert "设置：2 处不能用或写得不一样" in done.output
    # The same in both is no difference, however it is written.
    same = fill_in(
        project,
        {("界限", "活动率", "健康线"): "70%", ("项目", "续期宽限天数", "值"): "30"},
    )
    assert same.settings.notes == ()


WRONG = [
    (("界限", "活动率", "健康线"), "八成", "settings-sheet.number"),
    (("界限", "活动率", "健康线"), "=0.8*0.9", "settings-sheet.number"),
    (("界限", "活动率", "健康线"), True, "settings-sheet.number"),
    (("界限", "活动率", "健康线"), dt.datetime(2024, 1, 1), "settings-sheet.number"),
    (("界限", "活动率", "健康线"), 80, "settings.no-percent"),
    (("界限", "活动律", "健康线"), 0.8, "settings.no-kpi"),
    (("界限", "活动率", "危险线"), 0.99, "definition.bounds-crossed"),
    (("目标", "首年度保费", "目标"), 5e6, "settings.target-of-total"),
    (("目标", "活动率", "目标"), 75, "settings.no-percent"),
    (("项目", "续期宽限天数", "值"), 400, "settings-sheet.value"),
    (("项目", "续期宽限天数", "值"), 30.5, "settings-sheet.value"),
    (("项目", "数据到哪一天", "值"), "月底", "settings-sheet.value"),
    (("项目", "同类按什么分", "值"), "部门", "settings-sheet.value"),
    (("项目", "大的金额写成", "值"), "亿元", "settings-sheet.value"),
    (("项目", "放假已公布的年份", "值"), "今年", "settings-sheet.number"),
    (("放假", 2, "从"), "春节", "settings-sheet.value"),
    (("放假", 2, "算作"), "放假", "settings-sheet.day"),
    (("项目", "续期宽限期", "设置"), "续期宽限期", "settings-sheet.row"),
]


@pytest.mark.parametrize(("cell", "value", "kind"), WRONG)
def test_a_wrong_cell_is_named_and_stops_no_other(project, cell, value, kind):
    said = {
        ("放假", 2, "从"): dt.datetime(2027, 2, 5),
        ("界限", "出勤率", "健康线"): 0.77,
        ("项目", "同级最少几个单位", "值"): 5,
        cell: value,
    }
    if kind == "settings-sheet.row":
        said[cell[0], cell[1], "值"] = 30
    opened = bare(project, said)
    (note,) = opened.settings.notes
    assert note.kind == kind
    assert (note.file.name, note.sheet, note.column) == (WORKBOOK, cell[0], cell[2])
    page = openpyxl.load_workbook(project.folder / WORKBOOK)[cell[0]]
    place = [one.value for one in page[1]].index(cell[2]) + 1
    assert page.cell(note.row, place).value == value
    assert opened.settings.bands["出勤率"] == (0.77, None)
    assert opened.settings.fewest_peers == 5
    assert "活动率" not in opened.settings.bands
    listed = run(project, "--json", "settings", "list")
    assert listed.exit_code == 2
    assert [one["kind"] for one in json.loads(listed.stdout)["notes"]] == [kind]


def test_twice_in_the_sheet_is_told_and_the_first_counts(project):
    file = project.folder / WORKBOOK
    file.write_bytes(settings_form(project))
    book = openpyxl.load_workbook(file)
    page = book["界限"]
    rows = {page.cell(row, 1).value: row for row in range(2, page.max_row + 1)}
    page.cell(rows["活动率"], 6, 0.6)
    page.append(["活动率", None, None, None, None, 0.7])
    book.save(file)
    opened = Project.open(project.folder)
    assert opened.settings.bands == {"活动率": (0.6, None)}
    assert [note.kind for note in opened.settings.notes] == ["settings-sheet.twice"]


@pytest.mark.parametrize("content", [b"PK no workbook", b""])
def test_one_that_cannot_be_read_stops_no_number(project, content):
    (project.folder / WORKBOOK).write_bytes(content)
    opened = Project.open(project.folder)
    assert [note.kind for note in opened.settings.notes] == ["settings-sheet.unreadable"]
    assert run(project, "refresh", "--month", MONTH).exit_code == 0
    # What may be in it is not written over.
    assert isinstance(run(project, "settings", "sheet").exception, InputError)
    assert (project.folder / WORKBOOK).read_bytes() == content


def test_what_is_typed_stays_when_it_is_written_again(project):
    said = {
        ("界限", "活动率", "健康线"): 0.65,
        ("界限", "活动律", "健康线"): "八成",
        ("目标", "活动率", "目标"): "75%",
        ("项目", "数据到哪一天", "值"): dt.datetime(2024, 6, 30),
        ("放假", 2, "从"): dt.datetime(2027, 2, 5),
        ("放假", 2, "到"): dt.datetime(2027, 2, 11),
        ("放假", 3, "从"): "2027-02-14",
        ("放假", 3, "算作"): "上班日",
    }
    before = fill_in(project, said).settings
    typed = typed_cells(project.folder / WORKBOOK)
    assert run(project, "settings", "sheet").exit_code == 0
    assert typed_cells(project.folder / WORKBOOK) == typed
    after = Project.open(project.folder).settings
    assert replace(after, notes=()) == replace(before, notes=())
    assert [n.kind for n in after.notes] == [n.kind for n in before.notes]
    assert dt.date(2027, 2, 8) in after.work.off
    assert dt.date(2027, 2, 14) in after.work.on


def test_days_of_both_go_together(tmp_path):
    more = '[calendar]\n"休息日" = "2027-05-06"\n'
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    opened = fill_in(
        project,
        {
            ("放假", 2, "从"): dt.datetime(2027, 2, 5),
            ("放假", 3, "从"): dt.datetime(2027, 5, 6),
            ("放假", 3, "算作"): "上班日",
        },
    )
    assert opened.settings.work.off == {dt.date(2027, 2, 5), dt.date(2027, 5, 6)}
    assert opened.settings.work.on == frozenset()
    (note,) = opened.settings.notes
    assert (note.sheet, note.row) == ("放假", 3)
    assert "同一天既休息又上班" in note.fault.reason


def test_a_bound_of_the_sheet_is_changed_there(project):
    opened = fill_in(project, {("界限", "活动率", "健康线"): 0.65})
    with pytest.raises(InputError) as refused:
        save_bounds(opened, {"活动率": ("70%", "")})
    assert refused.value.kind == "desk.bound-in-sheet"
    assert save_bounds(opened, {"纯增率": ("7%", "")}).settings.bands == {
        "纯增率": (0.07, None),
        "活动率": (0.65, None),
    }


@pytest.mark.parametrize(
    ("toml", "kind"),
    [
        ('[bands]\n"活动律" = { healthy = 0.7 }', "settings.no-kpi"),
        ('[bands]\n"活动率" = { healthy = 0.7, danger = 0.8 }', "definition.bounds-crossed"),
        ('[targets]\n"首年度保费" = 100', "settings.target-of-total"),
    ],
)
def test_what_kpi_toml_says_of_kpis_wrongly_is_told_with_the_line(tmp_path, toml, kind):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=toml)
    (note,) = project.settings.notes
    assert (note.kind, note.row) == (kind, 4)
    assert project.settings.bands == project.settings.targets == {}


VALUES = {
    "数据到哪一天": st.dates(dt.date(2001, 1, 1), dt.date(2030, 1, 1)),
    "业务月截止到几号": st.integers(1, 28),
    "同类按什么分": st.sampled_from(["渠道", "营业区", "营业部"]),
    "同级最少几个单位": st.integers(1, 1000),
    "大的金额写成": st.sampled_from(["万元", "元"]),
    "有效人力的佣金": st.integers(0, 100_000),
    "续期宽限天数": st.integers(0, 365),
    "保费持续率的权重": st.integers(0, 100).map(lambda share: share / 100),
    "不计入人力的职级": st.lists(st.sampled_from(["试用", "见习", "M00"]), min_size=1, unique=True),
    "放假已公布的年份": st.lists(st.integers(2000, 2030), min_size=1, unique=True),
}


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries({}, optional=VALUES))
def test_a_cell_says_what_the_key_says(tmp_path_factory, said):
    folder = tmp_path_factory.mktemp("p")
    (folder / "kpi.toml").write_text("", encoding="utf-8")
    plain = Project(folder, Project.open(folder).settings)
    in_sheet = bare(
        plain,
        {
            ("项目", name, "值"): "、".join(map(str, v)) if isinstance(v, list) else v
            for name, v in said.items()
        },
    ).settings
    (folder / WORKBOOK).unlink()
    sections: dict = {}
    for item in ITEMS:
        if item.name in said:
            section, key = item.path
            value = said[item.name]
            shown = value.isoformat() if isinstance(value, dt.date) else json.dumps(value)
            sections.setdefault(section, []).append(f'"{key}" = {shown}')
    text = "\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in sections.items())
    (folder / "kpi.toml").write_text(text, encoding="utf-8")
    assert in_sheet == Project.open(folder).settings


def test_every_cell_to_type_into_has_its_rule(project):
    """What may stand there is said on the sheet, as the reader takes it."""
    (project.folder / WORKBOOK).write_bytes(settings_form(project))
    book = openpyxl.load_workbook(project.folder / WORKBOOK)
    for page in book.worksheets[:4]:
        ruled = {
            place
            for rule in page.data_validations.dataValidation
            for cells in rule.sqref.ranges
            for place in cells.cells
        }
        open_cells = {
            (cell.row, cell.column)
            for line in page.iter_rows()
            for cell in line
            if not cell.protection.locked
        }
        assert open_cells, page.title
        assert open_cells <= ruled, page.title
    rules = {rule.promptTitle: rule for rule in book["项目"].data_validations.dataValidation}
    for item in ITEMS:
        if item.kind == "number":
            rule = rules[item.name]
            assert (float(rule.formula1), float(rule.formula2)) == LIMITS[item.path[1]]


def test_it_is_read_once(project):
    fill_in(project, {("界限", "活动率", "健康线"): 0.65})
    file = project.folder / WORKBOOK
    assert settings_sheet(file) is settings_sheet(file)
