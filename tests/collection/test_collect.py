"""What was typed comes back: whose, where, of what kind, and by which rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from click.testing import CliRunner

from collection.conftest import MONTH, TEMPLATE, edited, of
from kpi_xl.calendar import Month
from kpi_xl.circulation import matching
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.collection_messages import lines
from kpi_xl.circulation.encryption import encrypted
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.record.circulation import circulation
from kpi_xl.record.collected import collected
from kpi_xl.record.history import changes
from office import (
    load,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)
from templates.test_print import too_small

JUNE = Month.parse(MONTH)


def values(project, slot, template=TEMPLATE):
    return {
        (entry.unit, entry.key or entry.row): entry.value
        for entry in collected(project, template, JUNE)
        if entry.slot == slot
    }


def set_cells(**cells):
    """Types into the first week, or another sheet: ``week2_I7=3``."""

    def edit(book):
        for place, value in cells.items():
            sheet, _, cell = place.rpartition("_")
            name = {"": "第1周", "list": "关注名单"}.get(sheet, sheet.replace("week", "第") + "周")
            book[name][cell] = value

    return edit


def problem_of(done, cell):
    (found,) = [one for one in done.problems if one.cell == cell]
    return found


def test_an_entry_tells_who_what_where_and_when(circulating):
    file = circulating.typed(0, set_cells(L7=2, D4="　", list_I4=dt.datetime(2024, 6, 3)))
    done = collect(circulating.project)
    assert [one.file.name for one in done.taken] == [file.name]
    (entry,) = [
        one for one in collected(circulating.project) if one.slot == "input.week1.accompany"
    ]
    assert (entry.template, entry.period, entry.unit, entry.person) == (
        TEMPLATE, JUNE, circulating.deliveries[0].unit, "",
    )  # fmt: skip
    assert (entry.row, entry.column, entry.key, entry.value) == (1, 1, "2024-06-03", 2)
    assert (entry.file, entry.sheet, entry.cell) == (file.name, "第1周", "L7")
    assert abs(entry.saved - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    assert values(circulating.project, "input.filled_on") == {
        (circulating.deliveries[0].unit, 1): dt.date(2024, 6, 3)
    }
    with circulation(circulating.project) as connection:
        rows = connection.execute("SELECT returned FROM recipients").fetchall()
    assert sum(row["returned"] is not None for row in rows) == 1


def test_what_was_prefilled_and_left_is_collected_too(circulating):
    circulating.back(0)
    done = collect(circulating.project)
    assert done.taken[0].note.startswith("与下发时完全一样")
    plans = values(circulating.project, "week1.morning")
    assert len(plans) == 4 and "周例会；分解本周目标到人" in plans.values()
    assert not any(
        entry.slot.startswith(("attention.工号", "week1.days"))
        for entry in collected(circulating.project)
    )


def test_who_has_not_sent_it_back(circulating):
    for number in (0, 3, 31):
        circulating.back(number)
    done = collect(circulating.project)
    assert done.counts == [(TEMPLATE, MONTH, 32, 3)]
    assert len(done.missing) == 29
    back = {circulating.deliveries[number].unit for number in (0, 3, 31)}
    assert not back & {one.unit for one in done.missing}


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        ("L7", "两次", "填的是文字"),
        ("L7", -1, "在 0 到 20 之间"),
        ("L7", 21, "在 0 到 20 之间"),
        ("L7", 1.5, "要填整数"),
        ("L7", 1e18, "太大"),
        ("L7", True, "真"),
        ("L7", dt.datetime(2024, 6, 3), "填的是日期"),
        ("L7", "=1+1", "没有算出结果"),
        ("L7", "#N/A", "公式出错（#N/A）"),
        ("list_I4", "六月三日", "要填日期"),
        ("list_I4", dt.datetime(1999, 1, 1), "日期不能小于 2000-01-01"),
    ],
)
def test_what_a_cell_does_not_take_is_told_and_not_stored(circulating, cell, value, reason):
    circulating.typed(0, set_cells(**{cell: value, "L8": 1}))
    done = collect(circulating.project)
    (problem,) = done.problems
    assert reason in problem.reason
    assert problem.cell == cell.rpartition("_")[2]
    assert not problem.taken and problem.advice
    assert values(circulating.project, "input.week1.accompany") == {
        (circulating.deliveries[0].unit, "2024-06-04"): 1
    }
    assert not values(circulating.project, "input.filled_on")


@pytest.mark.parametrize(
    ("cell", "value", "slot", "taken"),
    [
        ("L7", "２", "input.week1.accompany", 2),
        ("L7", "2 ", "input.week1.accompany", 2),
        ("list_I4", "2024年6月3日", "input.filled_on", dt.date(2024, 6, 3)),
        ("list_I4", "2024.6.3", "input.filled_on", dt.date(2024, 6, 3)),
    ],
)
def test_what_is_clear_is_taken_with_a_word(circulating, cell, value, slot, taken):
    circulating.typed(0, set_cells(**{cell: value}))
    done = collect(circulating.project)
    (problem,) = done.problems
    assert problem.taken
    assert list(values(circulating.project, slot).values()) == [taken]
    assert not done.marked


def test_a_suggested_list_takes_other_words(circulating):
    circulating.typed(0, set_cells(list_G7="喝茶"))
    assert not collect(circulating.project).problems
    assert "喝茶" in values(circulating.project, "attention.方式").values()


class TestRules:
    def two_versions(self, circulating):
        older = circulating.typed(0, set_cells(L7=1, L8=1), "甲.xlsx")
        newer = circulating.typed(0, set_cells(L7=2, L9=2), "乙.xlsx")
        for file, hour in ((older, 8), (newer, 9)):
            edited(file, lambda book: None)
            saved_at(file, hour)

    def expected(self, circulating, **days):
        unit = circulating.deliveries[0].unit
        return {(unit, f"2024-06-0{day[1]}"): value for day, value in days.items()}

    def test_the_latest_replaces_all(self, circulating):
        self.two_versions(circulating)
        done = collect(circulating.project)
        assert [one.file.name for one in done.taken] == ["乙.xlsx"]
        assert [one.file.name for one in done.passed_over] == ["甲.xlsx"]
        found = values(circulating.project, "input.week1.accompany")
        assert found == self.expected(circulating, d3=2, d5=2)

    def test_only_what_is_new_is_added(self, circulating):
        self.two_versions(circulating)
        done = collect(circulating.project, rule="增量")
        assert len(done.taken) == 2
        found = values(circulating.project, "input.week1.accompany")
        assert found == self.expected(circulating, d3=1, d4=1, d5=2)

    def test_everything_is_collected_anew(self, circulating):
        self.two_versions(circulating)
        other = circulating.typed(1, set_cells(L7=5), "丙.xlsx")
        collect(circulating.project)
        assert len(values(circulating.project, "input.week1.accompany")) == 3
        other.unlink()
        collect(circulating.project)  # what was collected before stays
        assert len(values(circulating.project, "input.week1.accompany")) == 3
        collect(circulating.project, rule="清空")
        found = values(circulating.project, "input.week1.accompany")
        assert found == self.expected(circulating, d3=2, d5=2)

    def test_an_older_one_that_comes_later_changes_nothing(self, circulating):
        self.two_versions(circulating)
        older = circulating.returned / "甲.xlsx"
        late = older.read_bytes()
        older.unlink()
        collect(circulating.project)
        (circulating.returned / "乙.xlsx").unlink()
        older.write_bytes(late)
        done = collect(circulating.project)
        assert not done.taken and "以前收过更新的版本" in done.passed_over[0].reason
        found = values(circulating.project, "input.week1.accompany")
        assert found == self.expected(circulating, d3=2, d5=2)

    @pytest.mark.parametrize("rule", ["覆盖", "增量", "清空"])
    def test_twice_is_once(self, circulating, rule):
        self.two_versions(circulating)
        collect(circulating.project, rule=rule)
        first = collected(circulating.project)
        collect(circulating.project, rule=rule)
        assert collected(circulating.project) == first

    def test_copies_count_once(self, circulating):
        circulating.typed(0, set_cells(L7=1), "甲.xlsx")
        (circulating.returned / "副本.xlsx").write_bytes(
            (circulating.returned / "甲.xlsx").read_bytes()
        )
        done = collect(circulating.project)
        assert len(done.taken) == 1
        assert "完全相同" in done.passed_over[0].reason

    def test_what_was_taken_before_is_not_opened_to_be_known(self, circulating, monkeypatch):
        """All that ever came back stays in the folder: twice a day, for months."""
        self.two_versions(circulating)
        circulating.typed(1, set_cells(L7=5), "丙.xlsx")
        (circulating.returned / "甲.xlsx").unlink()
        first = collect(circulating.project)
        before = collected(circulating.project)
        opened = []

        class Counted(matching.ReturnedWorkbook):
            def __init__(self, path, content=None):
                opened.append(str(path))
                super().__init__(path, content)

        monkeypatch.setattr(matching, "ReturnedWorkbook", Counted)
        again = collect(circulating.project)
        # What counts is read again, once each: its problems are told every time.
        assert sorted(opened) == ["丙.xlsx", "乙.xlsx"]
        assert again.taken == first.taken and not again.aside
        assert collected(circulating.project) == before

    def test_a_second_return_of_a_day_is_a_version_not_a_double(self, circulating):
        for name, count, hour in (("早.xlsx", 1, 8), ("晚.xlsx", 3, 18)):
            file = circulating.typed(0, set_cells(L7=count), name)
            saved_at(file, hour)
            collect(circulating.project)
        found = values(circulating.project, "input.week1.accompany")
        assert found == self.expected(circulating, d3=3)
        kept = changes(circulating.project, template=TEMPLATE)
        assert [one.value for one in kept if one.slot == "input.week1.accompany"] == [1, 3]

    def test_an_unknown_rule(self, circulating):
        with pytest.raises(InputError, match="覆盖、增量、清空"):
            collect(circulating.project, rule="合并")


def saved_at(file, hour):
    """Set when a workbook says that it was saved."""
    import zipfile

    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    import re

    core = "docProps/core.xml"
    parts[core] = re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*",
        rb"\g<1>2024-06-30T%02d:00:00Z" % hour,
        parts[core],
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


class TestLists:
    """月度目标设定、达成表 has a row for each member."""

    @pytest.fixture
    def targets(self, circulating):
        return of(circulating.project, "月度目标设定、达成表")

    def test_rows_are_told_by_their_key_however_they_are_sorted(self, targets):
        def swap(book):
            sheet = book["目标与达成"] if "目标与达成" in book.sheetnames else book.worksheets[0]
            sheet["Q22"], sheet["Q23"] = "甲的备注", "乙的备注"
            for column in "BCDEFGHIJKLMNOPQ":
                one, other = sheet[f"{column}22"], sheet[f"{column}23"]
                one.value, other.value = other.value, one.value

        before = load(targets.deliveries[0].file).worksheets[0]
        first, second = before["B22"].value, before["B23"].value
        targets.typed(0, swap)
        collect(targets.project)
        found = values(targets.project, "input.members.备注", "月度目标设定、达成表")
        unit = targets.deliveries[0].unit
        assert found == {(unit, first): "甲的备注", (unit, second): "乙的备注"}

    def test_a_member_twice_a_stranger_and_a_missing_one(self, targets):
        def edit(book):
            sheet = book.worksheets[0]
            for row in (22, 23, 24):
                sheet[f"Q{row}"] = "备注"
            sheet["B23"] = sheet["B22"].value
            sheet["B24"] = "99999999"

        targets.typed(0, edit)
        done = collect(targets.project)
        reasons = " ".join(one.reason for one in done.problems)
        assert "有两行" in reasons and "不在下发的名单里" in reasons and "名单里少了工号" in reasons
        found = values(targets.project, "input.members.备注", "月度目标设定、达成表")
        assert len(found) == 1


class TestMarked:
    def test_problems_are_marked_in_a_copy_that_can_be_corrected_and_sent_again(self, circulating):
        file = circulating.typed(0, set_cells(L7="两次", M7=99, list_H7="不知道"))
        before = file.read_bytes()
        done = collect(circulating.project)
        assert file.read_bytes() == before
        (copy,) = done.marked
        book = load(copy)
        notes = {
            (sheet.title, cell.coordinate): cell.comment.text
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment
        }
        assert notes.keys() == {("第1周", "L7"), ("第1周", "M7"), ("关注名单", "H7")}
        assert all("。" in text for text in notes.values())
        assert book["第1周"]["L7"].fill.fgColor.rgb == "FFFFB3A7"
        assert book["第1周"]["L8"].fill.fgColor.rgb != "FFFFB3A7"
        file.write_bytes(copy.read_bytes())
        edited(file, set_cells(L7=2, M7=1, list_H7=dt.datetime(2024, 6, 5)))
        again = collect(circulating.project)
        assert not again.problems and not again.marked
        assert list(values(circulating.project, "input.week1.accompany").values()) == [2]
        assert not copy.exists()

    @needs_node_validator
    def test_the_copy_has_no_errors_that_the_returned_one_had_not(self, circulating):
        """Marked once in a workbook without notes, and once more in one that has some."""
        from kpi_xl.workbook.annotated import marked
        from kpi_xl.workbook.ooxml import parts
        from kpi_xl.workbook.ooxml.package import Package

        file = circulating.back(0)
        package = Package(file)
        notes = {"第1周": {"L7": "甲", "M8": "乙"}, "关注名单": {"I4": "<丙>&"}}
        once = circulating.returned / "一次.xlsx"
        once.write_bytes(marked(package, parts.workbook(package), notes))
        package = Package(once)
        more = {"第1周": {"L7": "丁", "E7": "戊"}, "第2周": {"L7": "己"}}
        twice = circulating.returned / "两次.xlsx"
        twice.write_bytes(marked(package, parts.workbook(package), more))
        assert not any(open_xml_sdk_errors([file, once, twice]).values())
        assert not openxml_audit_errors(twice)
        found = load(twice)["第1周"]
        assert {
            cell.coordinate: cell.comment.text
            for row in found.iter_rows()
            for cell in row
            if cell.comment
        } == {"L7": "丁", "M8": "乙", "E7": "戊"}

    def test_every_other_part_stays_byte_for_byte(self, circulating):
        import zipfile

        file = circulating.typed(0, set_cells(L7="两次"))
        (copy,) = collect(circulating.project).marked
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy) as new:
            changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
            assert changed == {
                "[Content_Types].xml", "xl/styles.xml", "xl/worksheets/sheet1.xml",
            } | {name for name in changed if name.endswith("sheet1.xml.rels")}  # fmt: skip


def test_encrypted_ones_open_with_the_known_password(circulating):
    file = circulating.typed(0, set_cells(L7=3, M7="x"), circulating.deliveries[0].file.name)
    file.write_bytes(encrypted(file.read_bytes(), "geheim"))
    done = collect(circulating.project)
    assert "设有打开密码" in done.aside[0].reason
    passwords = circulating.project.folder / "密码.csv"
    passwords.write_text(f"单位,密码\n{circulating.deliveries[0].unit},geheim\n", encoding="utf-8")
    done = collect(circulating.project, passwords=passwords)
    assert len(done.taken) == 1
    assert list(values(circulating.project, "input.week1.accompany").values()) == [3]
    assert done.marked[0].read_bytes()[:4] == bytes.fromhex("D0CF11E0")  # stays encrypted


@needs_soffice
def test_open_document_spreadsheets_are_converted(circulating, tmp_path):
    from office import convert

    file = circulating.typed(0, set_cells(L7=3))
    (ods,) = convert([file], "ods", tmp_path)
    file.unlink()
    (circulating.returned / "填好.ods").write_bytes(ods.read_bytes())
    done = collect(circulating.project)
    assert [one.file.name for one in done.taken] == ["填好.ods"]
    assert list(values(circulating.project, "input.week1.accompany").values()) == [3]


def test_a_killed_collection_has_stored_nothing(circulating, monkeypatch):
    circulating.typed(0, set_cells(L7=1))
    circulating.typed(1, set_cells(L7=1))
    from kpi_xl.circulation import versions

    real, calls = versions.note_returned, []

    def fails_at_the_second(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(versions, "note_returned", fails_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        collect(circulating.project)
    assert not collected(circulating.project)
    monkeypatch.undo()
    collect(circulating.project)
    assert len(values(circulating.project, "input.week1.accompany")) == 2


def test_rebuilding_the_store_loses_nothing(circulating):
    from kpi_xl.jobs.load import load as load_project

    circulating.typed(0, set_cells(L7=1))
    collect(circulating.project)
    before = collected(circulating.project)
    circulating.project.store.unlink()
    load_project(circulating.project)
    assert collected(circulating.project) == before


def test_the_report_tells_it_all(circulating):
    circulating.typed(0, set_cells(L7="=1+1", M7="x"))
    circulating.typed(1, set_cells(list_I4="2024.6.3"))
    (circulating.returned / "说明.txt").write_text("=1+1")
    done = collect(circulating.project)
    book = load(done.report)
    assert book.sheetnames == [
        "汇总",
        "未收回",
        "问题单元格",
        "已收取",
        "值的变化",
        "没有收取的文件",
    ]
    problems = [[cell.value for cell in row] for row in book["问题单元格"].iter_rows(min_row=2)]
    assert [row[0] for row in problems] == ["没有收取", "没有收取", "已收取"]
    assert book["没有收取的文件"]["B2"].value == "说明.txt"
    assert book["未收回"].max_row == 31
    summary = [cell.value for cell in book["汇总"][7]]
    assert summary == [TEMPLATE, "2024年6月", 32, 2, 30]
    assert not any(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )
    assert not list(too_small(done.report))  # on paper


def test_on_the_command_line(circulating):
    circulating.typed(0, set_cells(L7="x"))
    folder = str(circulating.project.folder)
    run = CliRunner().invoke(app, ["-p", folder, "collect"])
    assert run.exit_code == 0
    assert "收取 1" in run.output and "没有收取的单元格：1 处" in run.output
    assert CliRunner().invoke(app, ["-p", folder, "collect", folder + "/没有"]).exit_code


def test_nothing_was_ever_sent(branch, tmp_path):
    with pytest.raises(InputError, match="还没有下发过"):
        collect(branch.project, tmp_path)


def test_where_the_raw_tables_are_in_a_database_it_is_said_what_does_not_count(circulating):
    def type_in(book):
        ((sheet, place),) = book.defined_names["kpi.活动率.目标"].destinations
        book[sheet][place.replace("$", "")] = 0.777

    targets = of(circulating.project, "月度目标设定、达成表")
    targets.typed(0, type_in)
    settings = replace(
        circulating.project.settings, engine="postgres:postgresql://nobody@127.0.0.1:1/x"
    )
    done = collect(replace(circulating.project, settings=settings))
    assert done.uncounted == 1
    assert any("有 1 个值不计入指标" in line for line in lines(done))
    assert collect(circulating.project).uncounted == 0
