"""The ribbon's macros on xlwings' remote engine, beside what the command line makes."""

import datetime as dt
import itertools
import math
import types
from collections import Counter

import pytest

import workbook_templates
from conftest import MONTH, TEMPLATES
from excel.remote_book import RemoteBook
from kpi_xl.error_values import error_name
from kpi_xl.jobs.load import load
from kpi_xl.system.user import User, UserSettings
from kpi_xl.workbook import Template, read
from udfs import current, macros


@pytest.fixture(autouse=True)
def user(branch, tmp_path, monkeypatch):
    home = tmp_path / "用户 一"
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
    monkeypatch.delenv("KPI_XL_PROJECT", raising=False)
    monkeypatch.setattr(current, "_watch", current._Watch())
    user = User.current()
    user.save(UserSettings(branch.project.folder, MONTH))
    return user


def same(ours, theirs):
    if isinstance(theirs, float) and not math.isfinite(theirs):
        return ours == error_name(theirs)
    if isinstance(theirs, dt.date):
        if isinstance(ours, str):
            ours = dt.datetime.fromisoformat(ours)
        return (ours.year, ours.month, ours.day) == (theirs.year, theirs.month, theirs.day)
    return ours == theirs or (ours in (None, "") and theirs in (None, ""))


def rows_of(value):
    return value if isinstance(value, list) else [[value]]


# Of which recipient a template is filled, and how a workbook of his tells so.
RECIPIENTS = {
    "月度KPI表": ("城东营业部.xlsx", ["unit.name"]),
    "月度目标设定、达成表": (None, ["unit.name", "unit.parent", "unit.level"]),
    "周工作计划": (None, ["person.id"]),
    "主管日程": (None, ["unit.name", "unit.parent"]),
}
# The others are taken as they were made, and emptied but for what says whose they are.
WHOSE = ["unit.name", "unit.level", "unit.parent", "department.name", "team.name", "person.id"]


def emptied(book, slots, identity):
    """Nothing but formulas, and what people type, is left in the slots."""
    for name, slot in slots.items():
        if name in identity or name.startswith("input."):
            continue
        for place in itertools.product(
            range(slot.first_row, slot.first_row + slot.rows),
            range(slot.first_column, slot.first_column + slot.columns),
        ):
            if book.source[slot.sheet].cell(*place).data_type != "f":
                book.cells[slot.sheet].pop(place, None)
    for number, name in enumerate(book.source.sheetnames):
        book.book.api["sheets"][number]["values"] = book.values(name)


@pytest.mark.parametrize("template", TEMPLATES)
def test_refresh_fills_as_the_command_line_does(branch, template, monkeypatch):
    slots = Template(workbook_templates.path(template)).slots
    wanted, identity = RECIPIENTS.get(template, (None, [name for name in WHOSE if name in slots]))
    files = branch.filled[template].files
    file = next(f for f in files if wanted in (None, f.name))
    expected = read(file)
    typed = {name.replace(".", "_"): expected[name] for name in identity}
    if template in RECIPIENTS:
        book = RemoteBook(workbook_templates.path(template), monkeypatch, **typed)
    else:  # some have grown, which an open workbook does not
        book = RemoteBook(file, monkeypatch, **typed)
        emptied(book, Template(file).slots, identity)
    macros.refresh()
    assert book.alerts[0][1] == "info", book.alerts
    written = book.apply()
    slots = Template(file).slots
    compared = 0
    for name, slot in slots.items():
        if name.startswith("input."):
            continue
        for r, row in enumerate(rows_of(expected[name])):
            for c, value in enumerate(row):
                place = slot.first_row + r, slot.first_column + c
                if book.source[slot.sheet].cell(*place).data_type == "f":
                    assert (slot.sheet, *place) not in written
                    continue
                assert same(book.cells[slot.sheet].get(place), value), (name, place)
                compared += 1
    assert compared > 30
    # Nothing but slots was written.
    inside = {
        (slot.sheet, slot.first_row + r, slot.first_column + c)
        for name, slot in slots.items()
        if not name.startswith("input.")
        for r in range(slot.rows)
        for c in range(slot.columns)
    }
    assert set(written) <= inside


def filled(branch, monkeypatch):
    file = next(f for f in branch.filled["月度KPI表"].files if f.name == "城东营业部.xlsx")
    return RemoteBook(file, monkeypatch)


def test_one_write_an_area_and_undo_brings_everything_back(branch, monkeypatch, user):
    user.save(UserSettings(branch.project.folder, "2024-05"))
    book = filled(branch, monkeypatch)
    macros.refresh()
    slots = Template(branch.filled["月度KPI表"].files[0]).slots
    places = {(a["sheet_position"], a["start_row"], a["start_column"]) for a in book.actions()}
    assert len(places) == len(book.actions()) <= len(slots)
    book.apply()
    changed = {name: dict(cells) for name, cells in book.cells.items()}
    assert changed != book.before
    assert any("2024年5月" in str(v) for cells in changed.values() for v in cells.values())
    macros.undo()
    assert "没有动" not in book.alerts[-1][0]
    book.apply()
    for name, cells in book.cells.items():
        for place, value in cells.items():
            before = book.before[name].get(place)
            if isinstance(before, (int, float)):
                assert float(value) == before
            else:
                assert same(value, before) or str(before) == value, (name, place)
    macros.undo()
    assert "没有可以撤销的刷新" in book.alerts[-1][0]


def test_excel_is_left_as_it_was(branch, monkeypatch):
    book = filled(branch, monkeypatch)
    macros.refresh()
    assert book.status[-1] is False
    assert any("填写" in str(text) for text in book.status)
    modes = [action["args"][0] for action in book.actions("setCalculation")]
    assert [str(mode).lower() for mode in modes] == ["manual", "automatic"]
    functions = {action["func"] for action in book.book.json()["actions"]}
    assert not functions & {"rangeSelect", "activateSheet", "addSheet"}


def test_a_failure_is_told_and_nothing_is_half_done(branch, monkeypatch, user):
    book = RemoteBook(workbook_templates.path("月度KPI表"), monkeypatch, unit_name="没有的营业部")
    macros.refresh()
    text, mode = book.alerts[0]
    assert mode == "critical"
    assert "没有这个单位" in text and "没有的营业部" in text
    assert book.actions() == []
    user.save(UserSettings(branch.project.folder / "gone", None))
    macros.refresh()
    assert "不是 kpi_xl 项目" in book.alerts[1][0]
    user.settings_file.unlink()
    macros.refresh()
    assert "还没有选择项目文件夹" in book.alerts[2][0]


def test_a_fault_of_the_program_leaves_a_log(branch, monkeypatch, user, tmp_path):
    logs = tmp_path / "logs"
    monkeypatch.setattr("kpi_xl.system.error_log.user_log_path", lambda *_, **__: logs)
    book = filled(branch, monkeypatch)
    monkeypatch.setattr(
        "udfs.open_book.OpenBook.__init__", lambda *_: (_ for _ in ()).throw(ZeroDivisionError())
    )
    macros.refresh()
    assert "ZeroDivisionError" in book.alerts[0][0]
    (log,) = logs.rglob("error-*.log")
    assert str(log) in book.alerts[0][0]
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_a_workbook_without_slots(branch, monkeypatch, tmp_path):
    import openpyxl

    file = tmp_path / "自己的.xlsx"
    openpyxl.Workbook().save(file)
    book = RemoteBook(file, monkeypatch)
    macros.refresh()
    assert "没有 kpi_xl 认得的名称" in book.alerts[0][0]


def test_the_users_own_workbook(branch, monkeypatch, tmp_path):
    import openpyxl
    from openpyxl.workbook.defined_name import DefinedName

    own = openpyxl.Workbook()
    own.active.title = "我的 表"
    own.active["B1"] = "城东营业部"
    own.active["B3"] = "不动"
    for name, cell in {"unit.name": "B1", "kpi.活动率": "B2", "period.month": "B4"}.items():
        own.defined_names[name] = DefinedName(name, attr_text=f"'我的 表'!${cell[0]}${cell[1]}")
    file = tmp_path / "自己的.xlsx"
    own.save(file)
    book = RemoteBook(file, monkeypatch)
    macros.refresh()
    book.apply()
    cells = book.cells["我的 表"]
    assert 0 < cells[2, 2] < 1
    assert cells[3, 2] == "不动"
    assert cells[4, 2] == "2024年6月"


def hexed(text):
    return text.encode("utf-16-be").hex().upper()


def test_settings_fill_check_doctor_help(branch, monkeypatch, user, copied_branch):
    book = filled(branch, monkeypatch)
    macros.settings(hexed(str(copied_branch)), hexed(" 2024年6月 "))
    assert user.settings() == UserSettings(copied_branch.resolve(), "2024-06")
    for name in (hexed("月度KPI表"), "月度KPI表"):  # the ribbon's, and a button of one's own
        macros.fill(name)
        assert "2024年6月 月度KPI表：生成 9 份" in book.alerts[-1][0]
    assert len(list((copied_branch / "output" / "2024-06" / "月度KPI表").glob("*.xlsx"))) == 9
    opened = []
    monkeypatch.setattr(type(book.book.app.books), "open", lambda _, name: opened.append(name))
    macros.check()
    assert opened == [str(copied_branch / "output" / "校验报告.xlsx")]
    assert "读入" in book.alerts[-1][0]
    shown = []
    monkeypatch.setattr(macros, "_show", lambda app, rows: shown.append(rows))
    macros.doctor()
    macros.help()
    assert shown[0][0] == ["检查项", "结果", "情况", "怎么办"]
    assert any("KPI_RETENTION13(签约日期列" in row[0] for row in shown[1])
    macros.settings(hexed(str(copied_branch)), hexed("某月"))
    assert book.alerts[-1][1] == "critical"
    macros.settings(hexed("/没有"), hexed(""))
    assert "不是 kpi_xl 项目" in book.alerts[-1][0]
    assert user.settings().month == "2024-06"


def test_distribute_and_collect(branch, monkeypatch, user, copied_branch):
    user.save(UserSettings(copied_branch, MONTH))
    book = filled(branch, monkeypatch)
    macros.distribute(hexed("周工作计划"), hexed("营业部"))
    assert book.alerts[-1][1] == "critical"
    assert "每人一份" in book.alerts[-1][0]
    assert not (copied_branch / "output" / MONTH).exists()
    macros.distribute(hexed("月度KPI表"), hexed("营业部"))
    folder = copied_branch / "output" / MONTH / "下发" / "月度KPI表"
    files = sorted(folder.rglob("*.xlsx"))
    departments = [unit for unit in load(branch.project).cube.units if unit.level == "营业部"]
    said, mode = book.alerts[-1]
    assert mode == "info"
    assert f"2024年6月 月度KPI表：下发 {len(files)} 份" in said
    assert len(files) == sum(not unit.is_unassigned for unit in departments)
    assert f"位置：{folder}" in said
    assert f"下发记录：{copied_branch / 'circulation.sqlite'}" in said
    assert "邮件" not in said
    macros.distribute(hexed("主管日程"), hexed("通常"))
    files = sorted((folder.parent / "主管日程").rglob("*.xlsx"))
    assert f"下发 {len(files)} 份" in book.alerts[-1][0]
    # One comes back well filled in, one with a word for a number, and something else.
    macros.collect()
    returned = copied_branch / "returned"
    assert f"{returned} 里还没有文件" in book.alerts[-1][0]
    for file, accompanied in zip(files[:2], (2, "很多"), strict=True):
        template = Template(file)
        (returned / file.name).write_bytes(
            template.fill({"input.week1.accompany": [accompanied], "input.week1.summary": "出单"})
        )
    (returned / "别的.xlsx").write_bytes(b"no workbook")
    macros.collect()
    said, mode = book.alerts[-1]
    assert mode == "info"
    assert "共 3 个文件：收取 2，不重复收取 0，搁置 1" in said
    assert f"主管日程：下发 {len(files)} 份，收回 2，未收回 {len(files) - 2}" in said
    assert "还没有交：" in said
    assert "没有收取的单元格：1 处" in said
    report = copied_branch / "output" / "回收报告.xlsx"
    assert f"回收报告：{report}" in said
    assert report.is_file()
    assert book.actions() == []


def test_diagnose_the_unit_and_month_of_the_workbook(branch, monkeypatch, user):
    from kpi_xl.jobs.views import diagnosis_view, scope

    shown = []
    monkeypatch.setattr(macros, "_show", lambda app, rows: shown.append(rows))
    # The workbook's own month is meant, whatever is set.
    user.save(UserSettings(branch.project.folder, "2024-05"))
    book = filled(branch, monkeypatch)
    macros.diagnose()
    with scope(branch.project, MONTH, "城东营业部") as of:
        view = diagnosis_view(of, None)
    assert view.rows
    assert shown == [[view.headings, *view.rows]]
    said, mode = book.alerts[-1]
    assert mode == "info"
    assert said.startswith("2024年6月 城东营业部 诊断")
    for topic, number in Counter(row[1] for row in view.rows).items():
        assert f"\n{topic}：{number} 条可能的原因，各有措施" in said
    assert len(said) <= macros._LONGEST
    assert book.actions() == []


def test_diagnose_whose_plan_it_is_and_what_names_nobody(branch, monkeypatch, user, tmp_path):
    import openpyxl

    monkeypatch.setattr(macros, "_show", lambda app, rows: None)
    file = branch.filled["周工作计划"].files[0]
    book = RemoteBook(file, monkeypatch)
    macros.diagnose()
    team = next(
        unit for unit in load(branch.project).cube.units if unit.path == "/".join(file.parts[-3:-1])
    )
    assert book.alerts[-1][0].startswith(f"2024年6月 {team.path} 诊断"), book.alerts
    own = tmp_path / "自己的.xlsx"
    openpyxl.Workbook().save(own)
    book = RemoteBook(own, monkeypatch)
    macros.diagnose()
    assert book.alerts[-1][0].startswith("2024年6月 江城分公司 诊断")
    book = RemoteBook(workbook_templates.path("月度KPI表"), monkeypatch, unit_name="没有的营业部")
    macros.diagnose()
    assert "没有这个单位" in book.alerts[-1][0]


def test_explain_the_selected_kpi_and_insert_a_formula(branch, monkeypatch):
    book = filled(branch, monkeypatch)
    sheet = book.source.sheetnames[0]
    book.book.api["sheets"][0]["values"] = [[""] * 4, [""] * 4, ["", "", "举绩率", ""]]
    macros.explain()
    assert "举绩人数 ÷ 平均人数" in book.alerts[0][0]
    assert "D3" in book.alerts[0][0]
    (action,) = book.actions()
    assert (action["start_row"], action["start_column"]) == (2, 3)
    ((formula,),) = action["values"]
    assert formula.startswith('=KPI("活动率","江城分公司","20')
    assert sheet
    shown = []
    monkeypatch.setattr(macros, "_show", lambda app, rows: shown.append(rows))
    book.book.api["sheets"][0]["values"] = [[""]]
    macros.explain()
    assert shown[0][0][0] == "指标"


class NativeSheet:
    """A protected sheet as COM shows it."""

    def __init__(self, password=""):
        self.password = password
        self.ProtectContents = self.ProtectDrawingObjects = True
        self.ProtectScenarios = False
        self.Protection = types.SimpleNamespace(
            **dict.fromkeys(macros_allowed(), False) | {"AllowFormattingColumns": True}
        )
        self.protected_with = None

    def Unprotect(self, password):
        if password != self.password:
            raise OSError("1004")
        self.ProtectContents = False

    def Protect(self, **options):
        self.ProtectContents = True
        self.protected_with = options


def macros_allowed():
    from udfs.protection import _ALLOWED

    return _ALLOWED


def test_protection_without_a_password_is_put_back_as_it_was():
    from udfs.protection import unprotected

    sheet = types.SimpleNamespace(name="A", api=NativeSheet())
    with pytest.raises(KeyError), unprotected([sheet, sheet]):
        assert not sheet.api.ProtectContents
        raise KeyError
    assert sheet.api.ProtectContents
    options = sheet.api.protected_with
    assert options["AllowFormattingColumns"] is True
    assert options["AllowSorting"] is False
    assert options["DrawingObjects"] is True
    assert options["Scenarios"] is False


def test_a_password_is_told_and_other_sheets_stay_protected():
    from kpi_xl.errors import InputError
    from udfs.protection import unprotected

    first = types.SimpleNamespace(name="A", api=NativeSheet())
    second = types.SimpleNamespace(name="B", api=NativeSheet("geheim"))
    with pytest.raises(InputError, match="密码"), unprotected([first, second]):
        pass
    assert first.api.ProtectContents
    assert second.api.ProtectContents
