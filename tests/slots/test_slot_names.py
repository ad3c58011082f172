"""The list of slot names is what the jobs fill, no more and no less."""

import duckdb
import openpyxl
import xlsxwriter

import workbook_templates
from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.jobs.load import load
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.registry import slot_names
from kpi_xl.slots.slot import INPUT
from kpi_xl.slots.template_check import check_template, lines, missing, missing_lines


def test_every_name_that_is_listed_is_filled_and_every_one_filled_is_listed(branch):
    cube = load(branch.project).cube
    rows = dict.fromkeys(slot_names(), 60) | {"attention.姓名": 10}
    with duckdb.connect(str(branch.project.store), read_only=True) as store:
        to = RecipientValues(
            Filling(branch.project.settings, cube, store, Month.parse(MONTH), rows)
        )
        team = cube.unit_index("城东一组")
        person = to.filling.people("营业组").of(cube.units[team])[0]
        given = to.unit(0).keys() | to.team(team).keys() | to.person(team, person).keys()
    assert given == slot_names().keys()


def test_the_official_templates_ask_for_nothing_else():
    for name in workbook_templates.NAMES:
        found = check_template(workbook_templates.path(name))
        assert not found.unknown
        assert not found.unusable
        assert any(not slot.name.startswith(INPUT) for slot in found.slots)
        assert missing(workbook_templates.path(name)) == []


def test_a_misspelt_name_is_told_with_what_may_have_been_meant(tmp_path):
    book = openpyxl.Workbook()
    written = ("kpi.活动绿", "unit.name", "kpi.举绩率.目标", "series.KPI_FYP")
    for row, slot in enumerate(written, start=1):
        name = openpyxl.workbook.defined_name.DefinedName(slot, attr_text=f"Sheet!$B${row}")
        book.defined_names[slot] = name
    book.save(tmp_path / "表.xlsx")
    told = "\n".join(lines(check_template(tmp_path / "表.xlsx")))
    assert "会填写的名称：1 个" in told
    assert "不认识的名称：3 个" in told
    assert "kpi.活动率" in told
    assert "kpi.举绩率.目标：Sheet!B3；是不是：kpi.活动率.目标" in told
    assert "series.KPI_FYP：Sheet!B4；是不是：series.首年度保费" in told


def test_what_a_template_lacks_is_told_with_what_it_is_for(tmp_path):
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("表")
        for slot, column in (("members.姓名", "A"), ("input.members.备注", "B")):
            book.define_name(slot, f"=表!${column}$2:${column}$9")
    told = "\n".join(missing_lines(missing(path)))
    assert "缺少的名称：3 个" in told
    for name in ("unit.name", "period.month", "members.工号"):
        assert f"  {name}：" in told
    assert "input.members.备注 交回时" in told


def test_names_private_to_a_sheet_are_known_by_what_they_mean(tmp_path):
    """As `fill` does, which fills each of them."""
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for sheet in ("甲", "乙"):
            book.add_worksheet(sheet)
            for row, slot in enumerate(("kpi.活动率", "input.说明", "kpi.活动绿"), 1):
                book.define_name(f"{sheet}!{slot}", f"={sheet}!$A${row}")
    found = check_template(path)
    assert [slot.name for slot in found.slots if slot.name.endswith("率")] == [
        "乙!kpi.活动率",
        "甲!kpi.活动率",
    ]
    assert {one.slot.plain_name for one in found.unknown} == {"kpi.活动绿"}
    assert "由人填写的（input.…）：2 个" in next(lines(found))
