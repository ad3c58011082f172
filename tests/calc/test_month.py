"""A clerk's month in Calc: refresh, look, save, refresh again; plans made, typed, sent back."""

import datetime as dt
import itertools
import math
import shutil
import subprocess

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from calc.cells import content, same
from conftest import MONTH
from kpi_xl.circulation.collect import collect
from kpi_xl.error_values import error_name
from kpi_xl.jobs.live import live
from kpi_xl.jobs.review import review
from kpi_xl.project import Project
from kpi_xl.record.collected import collected
from kpi_xl.system.user import User, UserSettings
from kpi_xl.workbook import Template, read

EPOCH = dt.date(1899, 12, 30)


@pytest.fixture
def project(branch, tmp_path):
    """The sample with its data computed, for whoever writes into it."""
    folder = tmp_path / "项目"
    shutil.copytree(branch.project.data, folder / "data")
    for name in ("kpi.toml", "kpi.duckdb", "kpi.cube"):
        shutil.copy2(branch.project.folder / name, folder)
    return Project.open(folder)


@pytest.fixture
def clerk(office, project):
    """Whoever sits at the program: chooses a month, presses buttons, reads what is said."""
    clerk = Clerk(office, project)
    before = clerk.user.settings()
    clerk.month(None)
    yield clerk
    clerk.user.save(before)


class Clerk:
    def __init__(self, office, project):
        self.office, self.project = office, project
        self.user = User(office.home, office.home)

    def month(self, month):
        self.user.save(UserSettings(self.project.folder, month))

    def press(self, document, command):
        """Press a button of the menu; what is said."""
        self.office.dispatch(document, f"service:org.kpixl.calc.Buttons?{command}")
        return (self.office.home / ".kpi_xl" / "button.log").read_text(encoding="utf-8")

    def open(self, file):
        document = self.office.open(file)
        document.CurrentController.Frame.activate()
        return document


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Where the pictures of sheets before and after are kept."""
    return tmp_path_factory.mktemp("pictures")


def picture(office, document, folder, name):
    """The document's pages as PNG files."""
    pdf = folder / f"{name}.pdf"
    office.save(document, pdf, "calc_pdf_Export")
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "60", "-l", "4", "-png", pdf, folder / name], check=True)
    assert pdf.stat().st_size > 10_000


def cell(document, name, row=0, column=0):
    return document.NamedRanges.getByName(name).getReferredCells().getCellByPosition(column, row)


def shown(value):
    """A value of the core as a cell gives it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return error_name(value)
    if isinstance(value, dt.date):
        return float((value - EPOCH).days)
    return value


def assert_filled(document, expected):
    """Every slot shows its value, whether it was written or a formula gives it."""
    compared = 0
    for name, value in expected.items():
        cells = document.NamedRanges.getByName(name).getReferredCells()
        rows = [
            [one if one is not None else content(cells.getCellByPosition(c, r))
             for c, one in enumerate(row)]
            for r, row in enumerate(cells.getDataArray())
        ]  # fmt: skip
        flat = value if isinstance(value, (list, tuple, np.ndarray)) else [value]
        for place, one in enumerate(flat):
            ours = rows[place][0] if len(rows) > 1 else rows[0][place]
            theirs = shown(one[0] if isinstance(one, (list, tuple)) else one)
            if isinstance(theirs, float) and isinstance(ours, float):
                fine = ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)
            elif theirs in (None, ""):
                fine = ours in ("", 0.0)
            else:
                fine = same(ours, theirs)
            assert fine, (name, place, ours, theirs)
            compared += 1
    assert compared > 100


def expected(project, document, month=None):
    present = {}
    for name in ("unit.name", "unit.level", "unit.parent", "person.id", "period.month"):
        if document.NamedRanges.hasByName(name):
            present[name] = cell(document, name).String
    rows = {}
    for name in document.NamedRanges.ElementNames:
        cells = document.NamedRanges.getByName(name).getReferredCells()
        if cells is not None:
            rows[name] = 1 if cells.getIsMerged() else cells.Rows.Count
    return live(project, rows, present, month).values


NOT_AVAILABLE = 32767
"""What Calc calls #N/A."""


def everything(document):
    """All formulas and values of all sheets."""
    found = {}
    for sheet in document.Sheets:
        used = sheet.createCursor()
        used.gotoEndOfUsedArea(False)
        at = used.getRangeAddress()
        cells = sheet.getCellRangeByPosition(0, 0, at.EndColumn, at.EndRow)
        rows = cells.getFormulaArray()
        # An error that was written reads #N/A; one that was loaded from a file, =#N/A.
        for row, column in itertools.product(range(len(rows)), range(len(rows[0]))):
            if rows[row][column] in ("#N/A", "=#N/A"):
                assert cells.getCellByPosition(column, row).getError() == NOT_AVAILABLE
        found[sheet.Name] = [["#N/A" if one == "=#N/A" else one for one in row] for row in rows]
    return found


def test_the_monthly_kpis(clerk, branch, tmp_path, pictures):
    office = clerk.office
    file = next(f for f in branch.filled["月度KPI表"].files if f.name == "城东营业部.xlsx")
    document = clerk.open(file)
    try:
        before = everything(document)
        picture(office, document, pictures, "月度KPI表-前")
        selected = document.Sheets.getByIndex(0).getCellRangeByName("D9")
        document.CurrentController.select(selected)
        clerk.month("2024-05")
        assert "已按 2024年5月 的数据填写 城东营业部" in clerk.press(document, "refresh")
        assert cell(document, "period.month").String == "2024年5月"
        values = expected(clerk.project, document, "2024-05")
        assert len(values) > 300
        assert_filled(document, values)
        assert document.CurrentController.Selection.AbsoluteName == selected.AbsoluteName
        assert all(sheet.isProtected() for sheet in document.Sheets)
        picture(office, document, pictures, "月度KPI表-后")
        assert_charts(document)
        after = everything(document)
        # Undone in one step, and done again: also where there are fewer rows than before.
        assert document.UndoManager.getAllUndoActionTitles() == ("刷新月度KPI",)
        document.UndoManager.undo()
        assert everything(document) == before
        document.UndoManager.redo()
        assert cell(document, "period.month").String == "2024年5月"
        assert everything(document) == after
        saved = tmp_path / "城东五月.xlsx"
        office.save(document, saved)
    finally:
        document.close(True)
    again = clerk.open(saved)
    try:
        opened = everything(again)
        assert_filled(again, values)
        clerk.press(again, "refresh")
        # Nothing has changed, formulas included.
        assert everything(again) == opened
        assert opened.keys() == after.keys()
        assert all(sheet.isProtected() for sheet in again.Sheets)
    finally:
        again.close(True)


def assert_charts(document):
    """The charts show what stands in their cells."""
    charts = series = 0
    for sheet in document.Sheets:
        for number in range(sheet.Charts.Count):
            charts += 1
            for sequence in sheet.Charts.getByIndex(number).EmbeddedObject.getDataSequences():
                drawn = sequence.getValues()
                where = drawn.getSourceRangeRepresentation().replace("$", "")
                owner, _, reference = where.rpartition(".")
                cells = document.Sheets.getByName(owner.strip("'")).getCellRangeByName(reference)
                numbers = [x for row in cells.getDataArray() for x in row if isinstance(x, float)]
                if drawn.Role == "values-y":
                    given = [x for x in drawn.getData() if isinstance(x, float)]
                    assert [x for x in given if not math.isnan(x)] == numbers, where
                    series += bool(numbers)
    assert charts >= 8
    assert series >= 8


def test_a_refresh_that_fails_leaves_everything(clerk, tmp_path):
    import workbook_templates

    own = tmp_path / "表.xlsx"
    shutil.copy2(workbook_templates.path("月度KPI表"), own)
    document = clerk.open(own)
    try:
        sheet = cell(document, "unit.name").getSpreadsheet()
        sheet.unprotect("")
        cell(document, "unit.name").setString("没有的营业部")
        sheet.protect("geheim")
        before = everything(document)
        assert "没有这个单位" in clerk.press(document, "refresh")
        cell_before = cell(document, "unit.name").String
        assert everything(document) == before
        sheet.unprotect("geheim")
        cell(document, "unit.name").setString("城东营业部")
        sheet.protect("geheim")
        before = everything(document)
        said = clerk.press(document, "refresh")
        assert "工作表有密码保护" in said
        assert sheet.Name in said
        assert everything(document) == before
        assert cell_before == "没有的营业部"
    finally:
        document.close(True)


def test_the_users_own_sheet(clerk, office, tmp_path):
    """Names in any workbook make it a template; nothing else in it is touched."""
    own = openpyxl.Workbook()
    own.active.title = "我的 表"
    own.active["B1"], own.active["B3"] = "城东营业部", "不动"
    for name, place in {"unit.name": "$B$1", "kpi.活动率": "$B$2", "period.month": "$B$4"}.items():
        own.defined_names[name] = DefinedName(name, attr_text=f"'我的 表'!{place}")
    file = tmp_path / "自己的.xlsx"
    own.save(file)
    document = clerk.open(file)
    try:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("C2").setFormula('=KPI("活动率";B1;"2024-06")')
        assert "城东营业部：3 处" in clerk.press(document, "refresh")
        assert sheet.getCellRangeByName("B2").Value == sheet.getCellRangeByName("C2").Value > 0
        assert sheet.getCellRangeByName("B3").String == "不动"
        assert sheet.getCellRangeByName("B4").String == "2024年6月"
        # The button undoes it also in a file that was closed in between.
        office.save(document, file)
    finally:
        document.close(True)
    document = clerk.open(file)
    try:
        sheet = document.Sheets.getByIndex(0)
        assert sheet.getCellRangeByName("B2").Value > 0
        assert "已恢复 3 处" in clerk.press(document, "undo")
        assert sheet.getCellRangeByName("B2").Type.value == "EMPTY"
        assert sheet.getCellRangeByName("B1").String == "城东营业部"
        assert "没有可以撤销的刷新" in clerk.press(document, "undo")
    finally:
        document.close(True)


def test_other_buttons(clerk, office):
    document = office.new()
    try:
        document.CurrentController.Frame.activate()
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("B2").setString("举绩率")
        document.CurrentController.select(sheet.getCellRangeByName("B2"))
        clerk.press(document, "explain")  # asks, and nobody answers yes
        assert sheet.getCellRangeByName("C2").Type.value == "EMPTY"
        sheet.getCellRangeByName("C2").setString("已有")
        assert "举绩人数 ÷ 平均人数" in clerk.press(document, "explain")
        for command, first in (("help", "函数"), ("doctor", "检查项")):
            document.CurrentController.Frame.activate()
            clerk.press(document, command)
            shown = office.desktop.getCurrentComponent()
            assert shown.Sheets.getByIndex(0).getCellRangeByName("A1").String == first
            shown.close(True)
        document.CurrentController.Frame.activate()
        assert "读入" in clerk.press(document, "check")
        report = office.desktop.getCurrentComponent()
        assert report.getURL().endswith(".xlsx")
        report.close(True)
        document.CurrentController.Frame.activate()
        said = clerk.press(document, "diagnose")  # an empty table is nobody's: the branch
        assert "2024年6月 江城分公司 诊断" in said
        assert "条可能的原因，各有措施" in said
        shown = office.desktop.getCurrentComponent()
        assert shown.Sheets.getByIndex(0).getCellRangeByName("D1").String == "措施"
        shown.close(True)
        document.CurrentController.Frame.activate()
        clerk.press(document, "settings")  # without a screen nobody answers
        assert clerk.user.settings().project == clerk.project.folder
    finally:
        document.close(True)


def test_plans_are_made(clerk):
    office, project = clerk.office, clerk.project
    clerk.month(MONTH)
    start = office.new()
    try:
        start.CurrentController.Frame.activate()
        said = clerk.press(start, "fill/%E4%B8%BB%E7%AE%A1%E6%97%A5%E7%A8%8B")
        assert "2024年6月 主管日程：生成 32 份" in said
        said = clerk.press(start, "fill/月度目标设定、达成表")
        assert "生成 32 份" in said
    finally:
        start.close(True)
    assert len(list((project.output / MONTH / "主管日程").rglob("*.xlsx"))) == 32


def test_a_week_is_planned(clerk, branch, pictures):
    """Refreshed, then another plan typed in."""
    document = clerk.open(branch.filled["周工作计划"].files[0])
    try:
        assert "2024年6月" in clerk.press(document, "refresh")
        assert_filled(document, expected(clerk.project, document))
        plan, total = "week1.plan.拜访数", "week1.plan.拜访数.合计"
        was = cell(document, total).Value - cell(document, plan, 2).Value
        cell(document, plan, 2).setValue(9)
        assert cell(document, total).Value == was + 9
        cell(document, "input.week1.done.拜访数", 2).setValue(4)
        assert cell(document, "week1.done.拜访数.合计").Value == 4
        assert cell(document, "person.name").CellProtection.IsLocked
        assert not cell(document, plan, 2).CellProtection.IsLocked
        picture(clerk.office, document, pictures, "周工作计划-后")
    finally:
        document.close(True)


def test_a_schedule_goes_out_and_comes_back(clerk, pictures):
    """Filled in by hand in Calc, saved by it, collected."""
    office, project = clerk.office, clerk.project
    clerk.month(MONTH)
    start = office.new()
    try:
        start.CurrentController.Frame.activate()
        clerk.press(start, "distribute/主管日程")  # asks for the level, and nobody answers
        assert not (project.output / MONTH).exists()
        said = clerk.press(start, "distribute/主管日程/通常")
    finally:
        start.close(True)
    folder = project.output / MONTH / "下发" / "主管日程"
    files = sorted(folder.rglob("*.xlsx"))
    assert f"2024年6月 主管日程：下发 {len(files)} 份\n位置：{folder}" in said
    assert f"下发记录：{project.folder / 'circulation.sqlite'}" in said
    with_plan = files[0]
    document = clerk.open(with_plan)
    try:
        cell(document, "week1.morning", 1).setString("陪同展业：王芳")
        cell(document, "input.week1.accompany", 1).setValue(2)
        cell(document, "input.week1.summary").setString("两人出单")
        cell(document, "input.filled_on").setFormula("2024-06-07")
        assert cell(document, "week1.accompany.合计").Value == 2
        picture(office, document, pictures, "主管日程-后")
        back = project.folder / "returned" / "回收.xlsx"
        back.parent.mkdir(exist_ok=True)
        office.save(document, back)
        said = clerk.press(document, "collect")
    finally:
        document.close(True)
    assert "共 1 个文件：收取 1，不重复收取 0，搁置 0" in said
    assert f"收回 1，未收回 {len(files) - 1}" in said
    assert f"回收报告：{project.output / '回收报告.xlsx'}" in said
    done = collect(project)
    assert [aside.reason for aside in done.aside] == []
    assert len(done.taken) == 1
    entries = {(entry.slot, entry.row): entry.value for entry in collected(project)}
    assert entries["input.week1.accompany", 2] == 2
    assert entries["input.week1.summary", 1] == "两人出单"
    assert entries["week1.morning", 2] == "陪同展业：王芳"
    assert Template(back).slots.keys() >= {"input.week1.summary", "week1.morning"}


def test_the_review_shows_what_came_back(clerk):
    """What the manager typed into his 月度KPI表 in Calc stands in the month's review."""
    office, project = clerk.office, clerk.project
    clerk.month(MONTH)
    start = office.new()
    try:
        start.CurrentController.Frame.activate()
        clerk.press(start, "distribute/月度KPI表/通常")
    finally:
        start.close(True)
    sent = project.output / MONTH / "下发" / "月度KPI表"
    document = clerk.open(next(sent.rglob("城东营业部.xlsx")))
    try:
        cell(document, "input.problem").setString("新人出单少，主管没有陪同")
        cell(document, "input.measures").setString("每周陪同三次，6月20日前见效")
        back = project.folder / "returned" / "城东.xlsx"
        back.parent.mkdir(exist_ok=True)
        office.save(document, back)
        clerk.press(document, "collect")
    finally:
        document.close(True)
    files = {file.stem: file for file in review(project, MONTH).files}
    mine, other = (read(files[name]) for name in ("城东营业部", "城西营业部"))
    assert mine["review.问题"] == "新人出单少，主管没有陪同"
    assert mine["review.措施"] == "每周陪同三次，6月20日前见效"
    assert other["review.问题"] == "（没有交回）"
