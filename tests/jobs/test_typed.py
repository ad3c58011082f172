"""Every value that people type is found again: in a KPI's data, a target, a plan, a form, or words.

Each official template is filled in to its last cell, collected, and every cell looked for.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import warnings
from collections import Counter

import duckdb
import openpyxl
import pytest

import workbook_templates
from jobs.typing_hands import fill_in_everything
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.data.cube import Cube
from kpi_xl.data.targets import targets_of
from kpi_xl.jobs.check import check
from kpi_xl.jobs.fill import fill, recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.jobs.review import review
from kpi_xl.record.collected import Entry, collected
from kpi_xl.slots import becomes, unit_sheets
from kpi_xl.slots.registry import declared
from kpi_xl.slots.typed import facts_of
from kpi_xl.workbook import Template, read
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

WITHOUT_INPUT = ("留存分析表",)

TYPED = [name for name in workbook_templates.NAMES if name not in WITHOUT_INPUT]

SAVED = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)

NOT_THERE = {"typed.nobody", "typed.no-such-day"}
"""What is told of cells in rows without a person or a day."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Two departments of two teams; nobody has recorded the activities of June."""
    project = small_branch(tmp_path_factory.mktemp("typed") / "branch", TWO_DEPARTMENTS)
    with (project.data / "活动.csv").open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数"))
        for agent, *_ in TWO_DEPARTMENTS:
            for month in range(1, 6):
                for day in (4, 12, 20):
                    lines.writerow((f"2024-0{month}-{day:02}", agent, 9, 8, 3, 1))
    load(project)
    return project


@pytest.fixture
def project(world, tmp_path):
    folder = tmp_path / "branch"
    shutil.copytree(world.folder, folder)
    return type(world).open(folder)


def typed_into(project, template, number=0):
    """One of a template's workbooks comes back with every cell filled in."""
    one = distribute(project, template, MONTH).deliveries[number]
    project.returned.mkdir(exist_ok=True)
    file = shutil.copy2(one.file, project.returned / f"{template}.xlsx")
    written = fill_in_everything(file)
    done = collect(project)
    assert [str(each.file) for each in done.taken] == [f"{template}.xlsx"]
    assert not [each for each in done.problems if not each.taken]
    return written, [entry for entry in collected(project, template) if entry.is_changed]


@pytest.mark.parametrize("template", TYPED)
def test_every_cell_is_found_again_and_none_twice(project, template):
    written, entries = typed_into(project, template)
    assert len(entries) == written
    found = Counter(places(project, template, entries))
    told = {(p.sheet, p.column) for p in check(project)[0].problems if p.kind in NOT_THERE}
    lost = [
        entry
        for entry in entries
        if found[entry.sheet, entry.cell] != 1 and (entry.sheet, entry.cell) not in told
    ]
    assert [(one.slot, one.cell, one.value, found[one.sheet, one.cell]) for one in lost] == []
    named = [one for one in entries if one.key and one.sheet != "第5周"]
    assert not told & {(one.sheet, one.cell) for one in named}


def places(project, template, entries):
    """Where each value is found again: the sheet and cell that it was typed into."""
    yield from in_tables(project, entries)
    yield from in_forms(project, template, entries)
    yield from in_words(project)


def in_tables(project, entries):
    """The rows of the store, each by the cell it was read from, with the value."""
    by_place = {(f"回收的 {e.file}「{e.sheet}」", e.cell): e for e in entries}
    with duckdb.connect(str(project.store), read_only=True) as store:
        for table in ("targets", "activities", "counts"):
            columns = [name for name, *_ in store.execute(f"DESCRIBE {table}").fetchall()]
            if "source_file" not in columns:
                continue
            rows = store.execute(
                f"SELECT * FROM {table} WHERE source_file LIKE '回收的%'"
            ).fetchall()
            for row in rows:
                record = dict(zip(columns, row, strict=True))
                yield from of_row(table, record, by_place)


def of_row(table, record, by_place):
    """The cell of a row of the store: in its line, and with its value."""
    from kpi_xl.catalogue.measures import ACTIVITIES

    items = {"advance_pieces": "预收件数", "advance_premium": "预收保费"}
    for (file, cell), entry in by_place.items():
        if (
            file != record["source_file"]
            or int("".join(filter(str.isdigit, cell))) != record["source_row"]
        ):
            continue
        what = declared()[entry.slot].becomes
        if table == "targets" and isinstance(what, becomes.Target):
            if record["target"] == entry.value and kpi(record["kpi"]) == what.kpi:
                yield entry.sheet, entry.cell
        elif table == "activities" and isinstance(what, becomes.Visit):
            if (record["visits"], record["outlet"]) == (1, entry.value):
                yield entry.sheet, entry.cell
        elif table == "activities" and isinstance(what, becomes.Activity):
            named = {name: record[code] for code, name in ACTIVITIES.items()}
            others = sum(count for name, count in named.items() if name != what.item)
            if record["outlet"] is None and (named[what.item], others) == (entry.value, 0):
                yield entry.sheet, entry.cell
        elif table == "counts" and isinstance(what, becomes.Received):
            of_item = items[record["item"]] == what.item
            if of_item and record["quantity"] == round(100 * entry.value):
                yield entry.sheet, entry.cell


def kpi(code):
    from kpi_xl.catalogue import kpis

    return kpis[code].name


def in_forms(project, template, entries):
    """The same form made again has the plans, levels, scores and words that were changed."""
    again = values_again(project, template)
    for entry in entries:
        what = declared()[entry.slot].becomes
        plan = isinstance(what, becomes.Plan)
        kept = isinstance(what, becomes.Training) and not entry.slot.startswith("input.")
        scored = isinstance(what, becomes.Skill | becomes.Scoring)
        if not (plan or kept or scored or what == becomes.KEPT):
            continue
        now = again[entry.slot]
        if declared()[entry.slot].slot.cells == 1:
            shown = now
        else:
            place = (
                entry.column
                if entry.column > 1
                or (len(now) == 7 and entry.row == 1 and is_line(entry, entries))
                else entry.row
            ) - 1
            shown = now[place] if place < len(now) else None
        if (shown == pytest.approx(entry.value) if scored else shown == entry.value) or (
            shown is None and entry.value == 0
        ):
            yield entry.sheet, entry.cell


def is_line(entry, entries):
    """Whether the cells of a slot are beside each other."""
    return any(one.slot == entry.slot and one.column > 1 for one in entries)


def values_again(project, template):
    """The values of the first workbook of a template, as it would be made now."""
    workbook = Template(template_path(template))
    cube = load(project).cube
    with recipients_of(project, cube, workbook, Month.parse(MONTH)) as to:
        first = next(iter(unit_sheets.recipients(workbook, to)))
        return unit_sheets.values(workbook, to, first)[0]


def in_words(project):
    """The lines of 填写内容."""
    done = review(project, MONTH)
    if done.words is None:
        return
    sheet = openpyxl.load_workbook(done.words).worksheets[0]
    for row in sheet.iter_rows(min_row=2, values_only=True):
        if not str(row[6]).startswith("培训") or (str(row[3]) and row[0]):
            yield row[10], row[11]


def put(file, values):
    """Type into single cells of a workbook: by slot, or by slot and the cell's number in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file)
        for slot, value in values.items():
            name, number = slot if isinstance(slot, tuple) else (slot, 0)
            sheet, _, cells = book.defined_names[name].attr_text.rpartition("!")
            area = book[sheet.strip("'")][cells.replace("$", "")]
            rows = area if isinstance(area, tuple) else ((area,),)
            flat = [one for row in rows for one in (row if isinstance(row, tuple) else (row,))]
            flat[number].value = value
        book.save(file)


def returned_by(project, template, whose, values):
    """A workbook of somebody comes back with some cells filled in, and is collected."""
    deliveries = distribute(project, template, MONTH).deliveries
    one = next(each for each in deliveries if whose in str(each.recipient))
    project.returned.mkdir(exist_ok=True)
    file = shutil.copy2(one.file, project.returned / f"{template}-{len(values)}.xlsx")
    put(file, values)
    collect(project)


def test_after_collect_everything_has_the_target_and_nothing_else_is_needed(project):
    returned_by(project, "月度KPI表", "东城营业部", {"kpi.首年度保费.目标": 654321})
    cube = Cube.open(project.cube)
    with duckdb.connect(str(project.store), read_only=True) as store:
        targets = targets_of(store, Month.parse(MONTH), kpis)
        unit = cube.units[cube.unit_index("东城营业部")]
        assert targets.of_unit(unit) == {"首年度保费": 654321}
    again = fill(project, "月度KPI表", MONTH)
    file = next(one for one in again.files if one.name == "东城营业部.xlsx")
    assert read(file)["kpi.首年度保费.目标"] == 654321


def test_taking_the_value_away_takes_the_target_away(project):
    returned_by(project, "月度KPI表", "东城营业部", {"kpi.首年度保费.目标": 654321})
    (file,) = project.returned.iterdir()
    put(file, {"kpi.首年度保费.目标": None})
    collect(project)
    with duckdb.connect(str(project.store), read_only=True) as store:
        assert store.execute("SELECT COUNT(*) FROM targets").fetchone() == (0,)


def test_what_was_filled_in_and_left_is_no_fact(project):
    """The raw files may have another by the time it comes back."""
    (project.data / "目标.csv").write_text(
        "月份,层级,单位,指标,目标值\n2024-06,营业部,东城营业部,首年度保费,100\n", encoding="utf-8"
    )
    returned_by(project, "月度KPI表", "东城营业部", {"kpi.活动率.目标": 0.8})
    (project.data / "目标.csv").write_text(
        "月份,层级,单位,指标,目标值\n2024-06,营业部,东城营业部,首年度保费,200\n", encoding="utf-8"
    )
    load(project)
    with duckdb.connect(str(project.store), read_only=True) as store:
        found = store.execute("SELECT kpi, target FROM targets ORDER BY kpi").fetchall()
    assert found == [("KPI_ACTIVITY", 0.8), ("KPI_FYP", 200)]


def test_a_day_in_several_forms_counts_once_and_the_difference_is_told(project):
    agent = TWO_DEPARTMENTS[0][0]
    returned_by(
        project,
        "客户经理工作日志",
        agent,
        {
            "input.week2.day1.洽谈人数": 4,
            ("input.week2.visits.网点", 0): "一支行",
            ("input.week2.visits.网点", 1): "二支行",
        },
    )
    returned_by(
        project,
        "周工作计划",
        agent,
        {("input.week2.done.洽谈人数", 0): 5, ("input.week2.done.约访数", 0): 6},
    )
    problems = check(project)[0].problems
    assert [p.kind for p in problems if p.kind.startswith("typed.")] == [
        "typed.differs-between-forms"
    ]
    with duckdb.connect(str(project.store), read_only=True) as store:
        sums = store.execute(
            "SELECT day, SUM(appointments), SUM(visits), SUM(interviews) FROM activities"
            " WHERE month(day) = 6 GROUP BY day"
        ).fetchall()
    assert sums == [(dt.date(2024, 6, 10), 6, 2, 4)]
    cube = Cube.open(project.cube)
    assert cube.measure("interviews")[0, -1] == 4


def test_the_plan_of_the_days_left_starts_from_what_was_done(project):
    """Ten visits planned by hand for the month, seven done by the tenth: three are left."""
    agent = TWO_DEPARTMENTS[0][0]
    returned_by(
        project,
        "周工作计划",
        agent,
        {"month.target.拜访数": 10, ("input.week2.done.拜访数", 0): 7, ("week4.plan.拜访数", 4): 9},
    )
    again = fill(project, "周工作计划", MONTH)
    found = read(next(one for one in again.files if agent in one.name))
    assert found["month.target.拜访数"] == 10
    plans = [[row[0] or 0 for row in found[f"week{week}.plan.拜访数"]] for week in (2, 3, 4)]
    assert plans[2][4] == 9
    days_left = [*plans[0][1:], *plans[1], *plans[2]]
    assert sum(days_left) - 9 <= 3


def test_a_person_s_workbook_says_things_of_that_person_alone(project):
    """Whoever changes the number in the rows does not write into another's."""
    entry = Entry(
        "d", "周工作计划", Month.parse(MONTH), "东城营业部/一组", "10000", "week1.checks.拜访数",
        1, 1, "10001 2024-06-03", 5, "x.xlsx", "第1周", "C3", SAVED, "", SAVED,
    )  # fmt: skip
    found = facts_of([entry])
    assert not found.days
    assert [one.kind for one in found.problems] == ["typed.of-another"]


def test_what_is_not_done_yet_is_no_fact():
    entry = Entry(
        "d", "周工作计划", Month.parse(MONTH), "东城营业部/一组", "10000", "input.week2.done.拜访数",
        1, 1, "2024-06-10", 5, "x.xlsx", "第2周", "C3", dt.datetime(2024, 6, 7, tzinfo=dt.UTC), "",
        SAVED,
    )  # fmt: skip
    found = facts_of([entry])
    assert [one.kind for one in found.problems] == ["typed.day-ahead"]
