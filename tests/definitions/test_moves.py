"""Between 指标定义.xlsx and kpi.toml nothing of a definition is lost, either way."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import openpyxl
import pytest
import tomlkit
from click.testing import CliRunner
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kpi_xl.cli.commands import app
from kpi_xl.definitions.own_kpis import FIELDS, Definition, Place
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.definition_moves import to_text, to_workbook
from kpi_xl.project import Project
from kpi_xl.settings.definitions import COUNTED, KEYS, MEASURE_KEYS, WORKBOOK, in_workbook

_word = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cs", "Cc"],
        exclude_characters="\ufffe\uffff",
        include_characters="\n",
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip() and text.split() != [])
_texts = st.one_of(
    st.fixed_dictionaries({"公式": _word}, optional=dict.fromkeys(FIELDS[2:], _word)),
    st.fixed_dictionaries(
        {"表": _word, "统计": _word},
        optional=dict.fromkeys(("条件", "日期列", "折算", *FIELDS[2:]), _word),
    ),
)
MOST = 100 if hypothesis_settings.default.max_examples >= 500 else 6
_names = st.text("活动率佣金件均ABab12_", min_size=1, max_size=8)
_definitions = st.dictionaries(_names, _texts, min_size=1, max_size=6)


def opened(folder, text="") -> Project:
    (folder / "kpi.toml").write_text('[project]\nname = "江城"\n' + text, encoding="utf-8")
    return Project.open(folder)


def fields(project):
    return {one.name: dict(one.fields) for one in project.settings.definitions}


def written(rows):
    """The definitions as kpi.toml has them."""
    document = tomlkit.document()
    for name, fields in rows.items():
        section, keys = ("measures", MEASURE_KEYS) if "统计" in fields else ("kpis", KEYS)
        said = {key: fields[field] for key, field in keys.items() if field in fields}
        document.setdefault(section, tomlkit.table())[name] = said
    return tomlkit.dumps(document)


@given(_definitions)
@hypothesis_settings(max_examples=MOST, phases=[Phase.generate])
def test_nothing_is_lost_either_way(rows):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        place = Place(folder / WORKBOOK)
        (folder / WORKBOOK).write_bytes(
            definition_form([Definition(place, {"名称": n} | more) for n, more in rows.items()])
        )
        project = opened(folder)
        before = fields(project)
        assert before == {name: {"名称": name} | more for name, more in rows.items()}
        assert set(to_text(project).names) == set(rows)
        assert in_workbook(folder / WORKBOOK) == ()
        project = Project.open(folder)
        assert {one.place.file.name for one in project.settings.definitions} == {"kpi.toml"}
        assert fields(project) == before
        assert set(to_workbook(project).names) == set(rows)
        assert "[kpis" not in (folder / "kpi.toml").read_text(encoding="utf-8")
        assert fields(Project.open(folder)) == before
        (folder / WORKBOOK).unlink()  # and into a workbook that is made for it
        project = opened(folder, written(rows))
        assert fields(project) == before
        to_workbook(project)
        to_text(Project.open(folder))
        again = Project.open(folder)
        assert fields(again) == before
        assert {one.place.file.name for one in again.settings.definitions} == {"kpi.toml"}


TOML = """
# 我的注释
[kpis]
"件均佣金" = "首年度佣金/主险件数"  # 一行

[kpis."活动分"]
formula = "=活动率*100"
healthy = 90
aliases = ["得分", "活动得分"]

[rules]
grace_days = 30
"""


def run(project, *words):
    return CliRunner().invoke(app, ["--project", str(project.folder), *words])


def test_the_rest_of_both_files_stays(tmp_path):
    project = opened(tmp_path, TOML)
    done = run(project, "--json", "definitions", "import")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["moved"] == ["件均佣金", "活动分"]
    text = (tmp_path / "kpi.toml").read_text(encoding="utf-8")
    assert "grace_days = 30" in text
    assert "# 我的注释" in text
    book = openpyxl.load_workbook(tmp_path / WORKBOOK)
    book.create_sheet("我的笔记")["A1"] = "别动"
    book.save(tmp_path / WORKBOOK)
    kept = Project.open(tmp_path)
    assert kept.settings.kpis.find("得分").name == "活动分"
    assert kept.settings.kpis.find("活动分").bands.healthy == 90
    assert run(kept, "definitions", "export").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / WORKBOOK)
    assert book["我的笔记"]["A1"].value == "别动"
    assert len(book.worksheets[0].data_validations.dataValidation) >= len(FIELDS)
    again = Project.open(tmp_path)
    assert again.settings.kpis.find("得分").name == "活动分"
    assert again.settings.grace_days == 30


def test_what_cannot_be_moved_stays_and_is_told(tmp_path):
    project = opened(tmp_path, '[kpis]\n"甲" = "FYC"\n"乙" = "FYP"\n')
    rows = [{"名称": "甲", "公式": "FYP*2"}, {"公式": "FYC"}, {"名称": "乙", "公式": "FYP"}]
    place = Place(tmp_path / WORKBOOK)
    (tmp_path / WORKBOOK).write_bytes(definition_form([Definition(place, one) for one in rows]))
    project = Project.open(tmp_path)
    done = run(project, "--json", "definitions", "export")
    assert done.exit_code == 2
    answer = json.loads(done.stdout)
    assert answer["moved"] == ["乙"]
    assert [one["kind"] for one in answer["left"]] == ["definition.twice", "definition.name"]
    left = [dict(one.fields) for one in in_workbook(tmp_path / WORKBOOK)]
    assert left == [{"名称": "甲", "公式": "FYP*2"}, {"公式": "FYC"}]


def test_the_same_said_twice_is_once(tmp_path):
    """As it is when the program was killed between writing here and taking away there."""
    project = opened(tmp_path, '[kpis."甲"]\nformula = "FYC"\nunit = "元"\n')
    place = Place(tmp_path / WORKBOOK)
    one = Definition(place, {"名称": "甲", "公式": "FYC", "单位": "元"})
    (tmp_path / WORKBOOK).write_bytes(definition_form([one]))
    project = Project.open(tmp_path)
    assert project.settings.own.wrong == ()
    assert to_workbook(project).names == ["甲"]
    assert [one.name for one in Project.open(tmp_path).settings.definitions] == ["甲"]


def test_a_workbook_without_a_column_gets_it(tmp_path):
    opened(tmp_path, '[kpis."甲"]\nformula = "FYC"\nowner = "王芳"\n')
    book = openpyxl.Workbook()
    book.active.append(["公式", "名称"])
    book.active.append(["FYP", "乙"])
    book.save(tmp_path / WORKBOOK)
    assert to_workbook(Project.open(tmp_path)).names == ["甲"]
    assert fields(Project.open(tmp_path)) == {
        "乙": {"名称": "乙", "公式": "FYP"},
        "甲": {"名称": "甲", "公式": "FYC", "负责人": "王芳"},
    }


@pytest.mark.parametrize("field", ["名称", "公式", "单位", "方向", "健康线", "危险线", "代码"])
def test_the_sheet_looks_at_what_is_typed(tmp_path, field):
    file = tmp_path / WORKBOOK
    file.write_bytes(definition_form())
    page = openpyxl.load_workbook(file).worksheets[0]
    column = [cell.value for cell in page[1]].index(field) + 1
    (rule,) = [
        one for one in page.data_validations.dataValidation
        if page.cell(2, column).coordinate in one.sqref
    ]  # fmt: skip
    assert rule.type in ("list", "custom")
    assert rule.errorStyle == "warning"


COUNTS = """
[measures."大单件数"]
table = "保单"
take = "合计 件数"
where = "首年保费 >= 1万 且 主附险 = 主险"

[measures."大单人数"]
table = "保单"
take = "去重人数"
owner = "王芳"

[kpis."大单占比"]
formula = "=大单件数/主险件数"
unit = "%"
"""


BETWEEN = """
[kpis."甲"]
formula = "FYC"

[measures."几单"]
table = "保单"
take = "计数"

[kpis."乙"]
formula = "FYP"
owner = "王芳"

[rules]
grace_days = 30

[measures."几人"]
table = "保单"
take = "去重人数"
"""


@pytest.mark.parametrize("text", [COUNTS, BETWEEN])
def test_what_counts_rows_moves_too(tmp_path, text):
    project = opened(tmp_path, text)
    before = fields(project)
    assert project.settings.own.wrong == ()
    assert set(to_workbook(project).names) == before.keys()
    moved = Project.open(tmp_path)
    assert fields(moved) == before
    assert {one.place.sheet for one in moved.settings.definitions} == {"指标定义", "统计项"}
    text = (tmp_path / "kpi.toml").read_text(encoding="utf-8")
    assert "measures" not in text
    assert moved.settings.own.wrong == ()
    assert set(to_text(moved).names) == before.keys()
    again = Project.open(tmp_path)
    assert fields(again) == before
    assert {one.place.file.name for one in again.settings.definitions} == {"kpi.toml"}


def look(page):
    """What a sheet looks like, and what it looks at when somebody types."""
    rules = {
        (str(one.sqref), one.type, one.formula1, one.errorStyle, one.prompt)
        for one in page.data_validations.dataValidation
    }
    columns = {
        letter: (round(one.width, 2), one.font.name, one.number_format)
        for letter, one in page.column_dimensions.items()
    }
    headings = [
        (cell.value, cell.font.name, cell.font.b, cell.fill.fgColor.rgb, cell.border.left.style)
        for cell in page[1]
    ]
    setup = page.page_setup
    whole = (
        page.freeze_panes, page.row_dimensions[1].height, page.print_title_rows,
        page.sheet_properties.tabColor.rgb, setup.orientation, setup.fitToHeight, setup.paperSize,
    )  # fmt: skip
    return rules, columns, headings, whole


@pytest.mark.parametrize("before", ["none", "new", "without"])
def test_what_import_makes_looks_like_a_new_one(tmp_path, before):
    """Whether the workbook is made for it, was there, or lacked the sheet of measures."""
    project = opened(tmp_path, BETWEEN)
    file = tmp_path / WORKBOOK
    if before != "none":
        file.write_bytes(definition_form())
    if before == "without":
        book = openpyxl.load_workbook(file)
        del book[COUNTED]
        book.save(file)
    assert len(to_workbook(project).names) == 4
    found = openpyxl.load_workbook(file)
    new = openpyxl.load_workbook(io.BytesIO(definition_form()))
    assert found.sheetnames == new.sheetnames
    for name in ("指标定义", COUNTED):
        assert look(found[name]) == look(new[name]), name
        for row in found[name].iter_rows(min_row=2, max_row=3):
            shown = {(cell.font.name, cell.number_format) for cell in row if cell.value}
            assert shown == {("微软雅黑", "@")}
        assert (
            f"${found[name].max_row}" in found[name].print_area or "$31" in found[name].print_area
        )
