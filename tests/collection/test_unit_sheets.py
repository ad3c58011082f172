"""A workbook with a sheet for each unit, and cards repeated on it: sent, filled in, collected."""

from __future__ import annotations

import json
import re

import pytest
import xlsxwriter

from collection.conftest import MONTH, edited, of
from collection.test_round_trip import _HAS_UNO, edit
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.record.circulation import circulation
from kpi_xl.record.collected import collected
from kpi_xl.workbook.growth.sheet_copies import sheet_name
from office import load, needs_soffice


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    """A total sheet, and a sheet for each team with a card of three rows for each member."""
    path = tmp_path_factory.mktemp("form") / "各组.xlsx"
    with xlsxwriter.Workbook(path) as book:
        entry = book.add_format({"locked": 0, "bg_color": "#FFF2CC"})
        total, sheet = book.add_worksheet("总表"), book.add_worksheet("组")
        total.write_row("A1", ["营业部", "", "意见"])
        total.write_blank("D1", None, entry)
        sheet.write_row("A1", ["组", "", "小结"])
        sheet.write_blank("D1", None, entry)
        sheet.write_row("A3", ["姓名", "", "工号", ""])
        sheet.write_row("A4", ["件数", "", "打算"])
        sheet.write_blank("B4", None, entry)
        sheet.merge_range("C4:D5", "", entry)
        whole = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 99}
        sheet.data_validation("B4", whole)
        sheet.write("A8", "合计")
        sheet.write_formula("B8", '=SUMIF(A3:A5,"件数",B3:B5)', None, 0)
        names = {
            "sheet.units": "组!$A$1", "unit.name": "组!$B$1", "总表!unit.name": "总表!$B$1",
            "input.opinion": "总表!$D$1", "input.summary": "组!$D$1", "block.members": "组!$3:$5",
            "members.姓名": "组!$B$3", "members.工号": "组!$D$3", "input.members.件数": "组!$B$4",
            "input.members.打算": "组!$C$4:$D$5",
        }  # fmt: skip
        for name, place in names.items():
            book.define_name(name, f"={place}")
    return path


@pytest.fixture
def sent(circulating, form):
    """The workbooks of the departments that have teams."""
    distribute(circulating.project, str(form), MONTH, level="营业部")
    found = of(circulating.project, str(form))
    done = distribute(circulating.project, str(form), MONTH, level="营业部", dry_run=True)
    return type(found)(found.project, done.deliveries, found.returned)


def sheets_of(book):
    """The sheets of its units."""
    return [sheet for sheet in book.worksheets[1:] if sheet.sheet_state == "visible"]


def teams(one) -> dict[str, list[tuple[str, str]]]:
    """The names and 工号 of the members by the sheet."""
    book = load(one.file)
    found = {}
    for sheet in sheets_of(book):
        cards = range(3, sheet.max_row, 3)
        people = [(sheet.cell(row, 2).value, sheet.cell(row, 4).value) for row in cards]
        found[sheet.title] = [person for person in people if person[1]]
    return found


def test_each_team_has_its_sheet_and_nobody_elses(sent):
    agents = set()
    for one in sent.deliveries:
        found = teams(one)
        assert len(found) >= 2
        own = [agent for people in found.values() for _, agent in people]
        assert len(own) == len(set(own)) > 0
        assert not agents & set(own)
        agents |= set(own)
        book = load(one.file)
        assert book["总表"]["B1"].value == one.name
        for sheet in sheets_of(book):
            assert sheet_name(sheet["B1"].value) == sheet.title
    with circulation(sent.project) as connection:
        row = connection.execute(
            "SELECT keys, slots FROM workbooks WHERE recipient = ?", [sent.deliveries[0].recipient]
        ).fetchone()
    keys = json.loads(row["keys"])
    assert sorted(len(people) for people in teams(sent.deliveries[0]).values()) == sorted(
        len(of_unit["members.工号"]) for unit, of_unit in keys.items() if unit
    )


def type_in(book) -> None:
    """Type into every card of every sheet, and into the total sheet."""
    book["总表"]["D1"] = "同意"
    for sheet in sheets_of(book):
        sheet["D1"] = f"{sheet.title}小结"
        for row in range(3, sheet.max_row, 3):
            if agent := sheet.cell(row, 4).value:
                sheet.cell(row + 1, 2).value = int(agent) % 90
                sheet.cell(row + 1, 3).value = f"找{agent}谈"


def check(project, one, found) -> None:
    """What was typed by `type_in` is what was collected."""
    everything = {(e.about, e.slot, e.key or e.row): e.value for e in collected(project, "各组")}
    units = {f"{one.unit}/{team}": people for team, people in found.items()}
    assert everything.pop(("", "input.opinion", 1)) == "同意"
    for unit, people in units.items():
        team = unit.rpartition("/")[2]
        assert everything.pop((unit, "input.summary", 1)) == f"{team}小结"
        for _, agent in people:
            assert everything.pop((unit, "input.members.件数", agent)) == int(agent) % 90
            assert everything.pop((unit, "input.members.打算", agent)) == f"找{agent}谈"
    assert not everything


def test_what_was_typed_comes_back_once(sent):
    one = sent.deliveries[0]
    sent.typed(0, type_in, "收回.xlsx")
    for _ in range(2):
        done = collect(sent.project)
        assert [str(each.file) for each in done.taken] == ["收回.xlsx"]
        assert not done.problems
        check(sent.project, one, teams(one))
    collect(sent.project, rule="增量")
    check(sent.project, one, teams(one))


def test_wrong_cells_missing_people_and_sheets_are_told(sent):
    def edit_(book):
        type_in(book)
        first, second, *_ = sheets_of(book)
        first["B4"] = 100
        first["D6"] = "000000"
        second["B4"] = "许多"
        del book[sheets_of(book)[-1].title]

    found = teams(sent.deliveries[0])
    gone, last_people = list(found.items())[-1]
    sent.typed(0, edit_, "收回.xlsx")
    done = collect(sent.project)
    said = {(one.sheet, one.cell): one.reason for one in done.problems}
    first, second, *_ = found
    assert "要在 0 到 99 之间" in said[first, "B4"]
    assert "不在下发的名单里" in said[first, "B7"]
    assert "少了工号" in said[first, "D3"]
    if second != gone:
        assert "这里要填数字" in said[second, "B4"]
    assert any(gone in one.slot and "工作表找不到了" in one.reason for one in done.problems)
    everybody = {e.key for e in collected(sent.project, "各组") if e.slot == "input.members.件数"}
    assert not everybody & {agent for _, agent in last_people}
    assert len(done.marked) == 1
    notes = load(done.marked[0])[first]
    assert notes["B4"].comment is not None


def test_a_sheet_that_was_copied_is_asked_about(sent):
    first = next(iter(teams(sent.deliveries[0])))
    file = sent.typed(0, type_in, "收回.xlsx")

    def copy(book):
        sheet = book[first]
        twin = book.create_sheet("副本")
        twin.defined_names.update(
            {
                name: type(defined)(name, attr_text=defined.attr_text, hidden=defined.hidden)
                for name, defined in sheet.defined_names.items()
            }
        )

    edited(file, copy)
    done = collect(sent.project)
    assert any("工作表有 2 张" in one.reason for one in done.problems)


def test_a_program_that_drops_the_hidden_names(sent):
    """Which unit each sheet is about stands in the hidden sheet, too."""
    one = sent.deliveries[0]

    def without_names(book):
        type_in(book)
        for names in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
            for name in [name for name in names if name.startswith("kpi_xl.")]:
                del names[name]

    sent.typed(0, without_names, "收回.xlsx")
    done = collect(sent.project)
    assert [str(each.file) for each in done.taken] == ["收回.xlsx"]
    assert not done.problems
    check(sent.project, one, teams(one))


def _named(sheet, text):
    """A sheet that says inside that it is another unit's."""
    sheet.defined_names["kpi_xl.sheet"].attr_text = f'"{text}"'


def test_sheets_that_say_inside_that_they_are_each_others(sent):
    one = sent.deliveries[0]
    first, second, *_ = teams(one)
    file = sent.typed(0, type_in, "收回.xlsx")

    def swap(book):
        _named(book[first], f"{one.unit}/{second}")
        _named(book[second], f"{one.unit}/{first}")

    edited(file, swap)
    done = collect(sent.project)
    said = [(each.sheet, each.value) for each in done.problems if "里面的标识是" in each.reason]
    assert sorted(said) == sorted([(first, first), (second, second)])
    about = {entry.about for entry in collected(sent.project, "各组")}
    assert not about & {f"{one.unit}/{first}", f"{one.unit}/{second}"}


def test_a_sheet_of_another_department_is_told_and_not_taken(sent):
    mine, other = sent.deliveries[:2]
    last = list(teams(mine))[-1]
    theirs = next(iter(teams(other)))
    file = sent.typed(0, type_in, "收回.xlsx")
    edited(file, lambda book: _named(book[last], f"{other.unit}/{theirs}"))
    done = collect(sent.project)
    (said,) = [each for each in done.problems if "下发给他的表里没有它" in each.reason]
    assert said.sheet == last
    about = {entry.about for entry in collected(sent.project, "各组")}
    assert f"{other.unit}/{theirs}" not in about


def test_a_level_that_has_nothing_below_is_refused(circulating, form):
    from kpi_xl.errors import InputError

    with pytest.raises(InputError, match=re.escape("营业组下面没有单位")):
        distribute(circulating.project, str(form), MONTH, level="营业组")


@needs_soffice
@pytest.mark.skipif(not _HAS_UNO, reason="python3-uno is not installed")
def test_edited_in_libreoffice(sent, tmp_path):
    one = sent.deliveries[0]
    found = teams(one)
    actions = [["type", "总表", "D1", "同意"]]
    for number, (team, people) in enumerate(found.items()):
        actions.append(["type", team, "D1", f"{team}小结"])
        for card, (_, agent) in enumerate(people):
            row = 4 + 3 * card
            actions.append(["type", team, f"B{row}", str(int(agent) % 90)])
            actions.append(["type", team, f"C{row}", f"找{agent}谈"])
        actions += [["insert rows", team, 5, 1], ["insert rows", team, 2, 1]]
        actions.append(["rename", team, f"改名{number}"])
    actions.append(["rename", "总表", "汇总"])
    edit(one.file, tmp_path / "edited.xlsx", *actions)
    (sent.returned / "收回.xlsx").write_bytes((tmp_path / "edited.xlsx").read_bytes())
    done = collect(sent.project)
    assert not [problem for problem in done.problems if not problem.taken]
    check(sent.project, one, found)
