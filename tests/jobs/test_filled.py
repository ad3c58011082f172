"""The filled workbooks: openable, right to the last formula, and the same every time."""

import math
import re
import zipfile

import pytest
import xlsxwriter

import workbook_templates
from conftest import MONTH, TEMPLATES
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import fill
from kpi_xl.project import Project
from kpi_xl.workbook import Template, read
from office import (
    cached_values,
    convert,
    formulas_and_values,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)


def some(filled, most):
    """A few workbooks spread over all of them."""
    files = filled.files
    return files[:: max(len(files) // most, 1)][:most]


@needs_soffice
@pytest.mark.parametrize("template", TEMPLATES)
def test_libreoffice_recalculates_every_formula_to_its_cached_value(branch, template, tmp_path):
    files = []
    for number, file in enumerate(some(branch.filled[template], 3)):
        files.append(tmp_path / f"{number}.xlsx")  # teams' workbooks may have the same name
        files[-1].write_bytes(file.read_bytes())
    (tmp_path / "out").mkdir()
    for file, made in zip(files, convert(files, "xlsx", tmp_path / "out"), strict=True):
        formulas, cached = formulas_and_values(file)
        recalculated = cached_values(made)
        assert formulas
        wrong = {
            cell: (formula, cached[cell], recalculated.get(cell))
            for cell, formula in formulas.items()
            if not same(cached[cell], recalculated.get(cell))
        }
        assert wrong == {}


def same(cached, recalculated):
    """Equal to 1e-9; an empty text has no value in a file that LibreOffice saved."""
    if isinstance(cached, (int, float)) and isinstance(recalculated, (int, float)):
        return math.isclose(cached, recalculated, rel_tol=1e-9, abs_tol=1e-9)
    return (cached or None) == (recalculated or None)


def test_a_workbook_with_macros_is_filled_under_a_name_that_excel_opens(branch, tmp_path):
    (tmp_path / "macros.bin").write_bytes(bytes(1000))
    template = tmp_path / "带宏.xlsm"
    with xlsxwriter.Workbook(template) as book:
        book.add_vba_project(str(tmp_path / "macros.bin"))
        book.add_worksheet("表")
        book.define_name("unit.name", "=表!$A$1")
    files = fill(branch.project, str(template), MONTH).files
    assert {file.suffix for file in files} == {".xlsm"}
    assert read(files[0])["unit.name"] == "江城分公司"


def named(path, names):
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("表")
        for name, cells in names.items():
            book.define_name(name, f"=表!{cells}")
    return path


def test_a_list_of_names_alone_is_filled_too(branch, tmp_path):
    """Nobody needs a column of 工号 to get names, nor a list to get a sum."""
    file = named(
        tmp_path / "名单.xlsx",
        {"members.姓名": "$A$2", "rows.名单": "$2:$2", "members.合计.姓名": "$B$1"},
    )
    found = read(fill(branch.project, str(file), MONTH).files[0])
    assert len(found["members.姓名"]) == found["members.合计.姓名"] > 1
    assert all(name for (name,) in found["members.姓名"])


def test_too_few_rows_for_some_are_refused_before_anything_is_written(branch, tmp_path):
    """Also where the first teams would have fitted."""
    file = named(tmp_path / "固定.xlsx", {"members.姓名": "$A$2:$A$23", "team.name": "$B$1"})
    with pytest.raises(InputError, match=r"营业组“.*”有 \d+ 人，模板的成员表只有 22 行"):
        fill(branch.project, str(file), MONTH)
    assert not (branch.project.output / MONTH / "固定").exists()


def test_a_workbook_without_names_is_not_copied_for_everybody(branch, tmp_path):
    file = named(tmp_path / "空.xlsx", {"unit.name": "$A$1,表!$B$3"})
    with pytest.raises(InputError, match="没有会填写的名称"):
        fill(branch.project, str(file), MONTH)
    assert not (branch.project.output / MONTH / "空").exists()


def begun(file, folder):
    """A raw workbook without its later rows: the SDK takes a minute for thousands that are alike."""
    made = folder / file.name
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(made, "w") as short:
        for part in whole.namelist():
            content = whole.read(part)
            if part == sheet:
                content, cut = re.subn(rb'(?s)<row r="201".*</row>', b"", content)
                assert cut == 1
            short.writestr(part, content)
    return made


@needs_node_validator
def test_no_error_by_microsofts_open_xml_sdk(branch, tmp_path):
    # The templates themselves are looked at in tests/templates.
    files = [file for name in TEMPLATES for file in some(branch.filled[name], 2)]
    files.append(branch.project.output / "校验报告.xlsx")
    files += [begun(file, tmp_path) for file in sorted(branch.project.data.glob("*.xlsx"))]
    errors = open_xml_sdk_errors(files)
    assert len(errors) == len(files)
    assert {file: found for file, found in errors.items() if found} == {}


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_error_by_openxml_audit(branch, template):
    (file,) = some(branch.filled[template], 1)
    assert openxml_audit_errors(file) == []


def test_no_error_by_openxml_audit_in_the_check_report(branch):
    assert openxml_audit_errors(branch.project.output / "校验报告.xlsx") == []


@pytest.mark.parametrize("template", ["月度KPI表", "主管日程"])
def test_running_twice_gives_the_same_files(branch, template, copied_branch):
    from kpi_xl.project import Project

    again = fill(Project.open(copied_branch), template, MONTH)
    for file in branch.filled[template].files:
        other = again.folder / file.relative_to(branch.filled[template].folder)
        assert other.read_bytes() == file.read_bytes()
    assert len(again.files) == len(branch.filled[template].files)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_slot_is_filled_or_an_input(branch, template):
    """Whatever a template asks for is given: a misspelt slot would stay as it was."""
    slots = Template(workbook_templates.path(template)).slots
    file = branch.filled[template].files[0]
    before, after = read(workbook_templates.path(template)), read(file)
    assert set(after) == set(slots)
    formulas = {name for name, slot in slots.items() if slot.has_formula}
    given = {n for n in slots if not n.startswith("input.")}
    assert formulas <= given
    typed = [name for name in slots if name.startswith("input.")]
    assert all(blank(after[name]) and blank(before[name]) for name in typed)


def blank(value):
    """Whether nothing stands in a slot; one that grew is longer, and as empty."""
    return not value if not isinstance(value, list) else all(not any(row) for row in value)


def test_one_workbook_a_recipient(branch):
    counts = {name: len(filled.files) for name, filled in branch.filled.items()}
    assert counts["月度KPI表"] == 9
    assert counts["月度目标设定、达成表"] == counts["主管日程"] == 32
    assert counts["周工作计划"] == 654
    assert counts["营业部经理行事历"] == counts["专题、培训计划表"] == 8
    assert counts["每日活动检查表"] == counts["技能意愿评估框"] == 32
    assert counts["周计划及检讨表"] == counts["客户经理工作日志"] == 14  # one in fifty


@needs_soffice
def test_a_team_larger_than_the_form_gets_more_rows(tmp_path):
    """101 members in a form of 60 rows: all are there, the totals are right, nothing is stale."""
    (tmp_path / "data").mkdir()
    (tmp_path / "kpi.toml").write_text("", encoding="utf-8")
    people = [f"{i:03d},成员{i},东部,大组,2023-01-05,\n" for i in range(101)]
    (tmp_path / "data" / "人员.csv").write_text(
        "工号,姓名,营业部,营业组,签约日期,解约日期\n" + "".join(people), encoding="utf-8"
    )
    sold = [f"P{i},{i:03d},1,{1000 + i},300,2024-06-03\n" for i in range(0, 101, 2)]
    (tmp_path / "data" / "保单.csv").write_text(
        "保单号,工号,件数,首年保费,FYC,承保日期\n" + "".join(sold), encoding="utf-8"
    )
    (file,) = fill(Project.open(tmp_path), "月度目标设定、达成表", MONTH).files
    values = read(file)
    assert [row[0] for row in values["members.姓名"]][:101] == [f"成员{i}" for i in range(101)]
    assert values["members.合计.首年新单保费"] == sum(1000 + i for i in range(0, 101, 2))
    assert openxml_audit_errors(file) == []
    (made,) = convert([file], "ods", tmp_path)
    (again,) = convert([made], "xlsx", tmp_path / "data")
    formulas, cached = formulas_and_values(file)
    recalculated = cached_values(again)
    assert {c for c in formulas if not same(cached[c], recalculated.get(c))} == set()
