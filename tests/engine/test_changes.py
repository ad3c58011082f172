"""Only the months that changed are computed anew, and nobody can tell from the result."""

import csv
import datetime as dt
import shutil
import tempfile
from itertools import groupby
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl.catalogue.schema import LONG
from kpi_xl.catalogue.schema import TABLES as RAW
from kpi_xl.checks import hashes, rules
from kpi_xl.checks.check import check_project
from kpi_xl.data import fingerprints, raw_file_cache
from kpi_xl.data.raw_file_cache import check_what_changed
from kpi_xl.data.steps import KEPT
from kpi_xl.data.store import build, update
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.progress import silent
from oracle import assert_same
from worlds import World, worlds

TABLES = tuple(one.table() for one in KEPT)
AMOUNT = {
    "policies": "premium",
    "dues": "paid_premium",
    "activities": "visits",
    "attendance": "days_due",
    "counts": "quantity",
    "outlets": "number",
}


def project_of(folder, cut=None):
    return Project(Path(folder), Settings(effective_fyc=1000, month_cut=cut))


@st.composite
def edited(draw, world: World, other: World):
    """The same branch with rows taken out, corrected and added; perhaps with another roster."""
    roster = draw(st.sampled_from([world, world, other]))
    rows = {}
    for table in ("policies", "dues", "activities", "attendance", "counts", "outlets"):
        old = getattr(world, table)
        kept = []
        for row in old:
            fate = draw(st.sampled_from(["stays"] * 6 + ["goes", "changes"]))
            if fate == "changes":
                amount = draw(st.integers(1, 999))
                kept.append(row | {AMOUNT[table]: amount * (100 if table == "counts" else 1)})
            elif fate == "stays":
                kept.append(row)
        if table != "outlets":  # numbered 1 and 2 in both
            new = draw(st.lists(st.sampled_from(getattr(other, table) or [None]), max_size=2))
            kept += [row for row in new if row and row not in kept]
        rows[table] = kept
    return World(roster.agents, roster.transfers, promotions=roster.promotions, **rows)


def same(project, other, cube, whole):
    assert_same(cube, whole)
    with duckdb.connect(str(project.store)) as store:
        store.execute(f"ATTACH '{other.store}' AS other (READ_ONLY)")
        ours, theirs = (
            {name for (name,) in store.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT temporary",
                [database],
            ).fetchall()}
            for database in (store.execute("SELECT current_database()").fetchone()[0], "other")
        )  # fmt: skip
        assert ours == theirs
        for table in sorted(ours):
            difference = store.execute(
                f"(FROM {table} EXCEPT ALL FROM other.{table})"
                f" UNION ALL (FROM other.{table} EXCEPT ALL FROM {table})"
            ).fetchall()
            assert difference == [], table


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.booleans(), st.sampled_from([None, 25]))
def test_an_update_is_a_rebuild(data, years, cut):
    world, other = data.draw(worlds(years=years)), data.draw(worlds())
    new = data.draw(edited(world, other))
    if not new.days:
        return
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        project, fresh = project_of(first, cut), project_of(second, cut)
        build(project, world.checked(), "", silent)
        cube = update(project, new.checked(), "", silent)
        assert cube is not None
        same(project, fresh, cube, build(fresh, new.checked(), "", silent))


def text(column, value):
    """A value as it stands in people's files."""
    if value is None:
        return ""
    if column.choices:
        stored = str(int(value)) if isinstance(value, bool) else value
        return next(word for word, means in column.choices if means == stored)
    return f"{value / 100:.2f}" if column.kind == "money" else str(value)


def write_files(world: World, folder: Path) -> None:
    """The world as CSV files, the long tables by month; those that stay the same are left alone."""
    folder.mkdir(exist_ok=True)
    files = {}
    for code in RAW.keys() & vars(world).keys():
        day = LONG[code].day if code in LONG else None
        columns = RAW[code].columns

        def month(row, day=day):
            return f"{row[day]:%Y-%m}" if day else ""

        for name, rows in groupby(sorted(getattr(world, code), key=month), month):
            lines = [[text(column, row.get(column.code)) for column in columns] for row in rows]
            files[f"{RAW[code].name}{name}.csv"] = [[c.name for c in columns], *lines]
    for name in {path.name for path in folder.iterdir()} - files.keys():
        (folder / name).unlink()
    for name, lines in files.items():
        before = None
        if (folder / name).is_file():
            with (folder / name).open(encoding="utf-8", newline="") as file:
                before = list(csv.reader(file))
        if lines != before:
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(lines)


def said(checked):
    """What the check says, and the rows it leaves."""
    files = {
        code: [(file.file.name, file.read, file.used) for file in table.files]
        for code, table in checked.tables.items()
    }
    rows = {code: table.data.to_pylist() for code, table in checked.tables.items()}
    return checked.problems, files, rows


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.booleans())
def test_files_that_were_changed_are_as_if_read_anew(data, years):
    """What is kept of the others is all that is looked at of them, also for duplicates and agents."""
    world, other = data.draw(worlds(years=years)), data.draw(worlds())
    new = data.draw(edited(world, other))
    if not new.days:
        return
    with (
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
        pytest.MonkeyPatch.context() as patch,
    ):
        project, fresh = project_of(first), project_of(second)
        with patch.context() as small:
            small.setattr(raw_file_cache, "SMALLEST", 1)
            small.setattr(raw_file_cache, "MANY", 1)
            small.setattr(rules, "_FEW", 2)
            write_files(world, project.data)
            build(project, check_what_changed(project), "", silent)
            write_files(new, project.data)
            checked = check_what_changed(project)
        cube = update(project, checked, "", silent)
        assert cube is not None
        write_files(new, fresh.data)
        anew = check_project(fresh)
        assert said(checked) == said(anew)
        same(project, fresh, cube, build(fresh, anew, "", silent))


def test_a_file_left_alone_is_not_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(raw_file_cache, "SMALLEST", 1)
    monkeypatch.setattr(raw_file_cache, "MANY", 1)
    monkeypatch.setattr(rules, "_FEW", 2)
    project, world = project_of(tmp_path), branch_of_a_year()
    last = world.policies.pop()
    write_files(world, project.data)
    check_what_changed(project)
    world.policies.append(last)
    write_files(world, project.data)
    looked_at = []
    for module, name in ((hashes, "of_keys"), (hashes, "by_month"), (rules, "agents_in")):
        really = getattr(module, name)

        def look(*given, really=really, name=name):
            looked_at.append((name, sum(getattr(g, "num_rows", 0) for g in given)))
            return really(*given)

        monkeypatch.setattr(module, name, look)
    checked = check_what_changed(project)
    assert looked_at == [("of_keys", 1), ("agents_in", 1), ("by_month", 1)]
    looked_at.clear()
    build(project, checked, "", silent)
    assert looked_at == []


def branch_of_a_year() -> World:
    agents = [{"agent": "1", "signed": dt.date(2023, 1, 1), "department": "甲部", "team": "一组"}]
    policies, dues = [], []
    for number in range(12):
        day = dt.date(2024, number + 1, 15)
        policies.append(
            {
                "policy": f"P{number}", "agent": "1", "issued": day, "is_main": True, "pieces": 1,
                "premium": 100_000, "fyc": 20_000, "pay_mode": "年交", "product": "年金险",
            }
        )  # fmt: skip
        later = dt.date(2025, number + 1, 15)
        dues.append(
            {
                "policy": f"P{number}", "agent": "1", "due": later, "due_premium": 100_000,
                "paid": later, "paid_premium": 100_000,
            }
        )  # fmt: skip
    return World(agents, policies=policies, dues=dues)


def changes(project, world):
    with duckdb.connect(str(project.store)) as store:
        store.begin()
        changed = fingerprints.replace_rows(store, world.checked(), project.settings)
        store.rollback()
    names = {code: sorted(f"{(m - 1) // 12}-{(m - 1) % 12 + 1:02d}" for m in months)
             for code, months in changed.months.items()}  # fmt: skip
    return {code: months for code, months in names.items() if months}


def sold(*months):
    """The months of everything that is counted from policies."""
    return {one.name: list(months) for one in KEPT if one.reads[0] == "policies"}


def test_what_changed_is_found_by_month(tmp_path):
    project, world = project_of(tmp_path), branch_of_a_year()
    build(project, world.checked(), "", silent)
    assert changes(project, world) == {}
    # a corrected policy: its month, and the month its premium fell due in
    world.policies[4]["premium"] += 1
    assert changes(project, world) == sold("2024-05") | {"policy_dues": ["2025-05"]}
    # a late payment: the month it fell due in
    world = branch_of_a_year()
    world.dues[2]["paid"] = dt.date(2025, 5, 1)
    assert changes(project, world) == {"due": ["2025-03"], "policy_dues": ["2025-03"]}
    # deleted rows
    world = branch_of_a_year()
    del world.policies[0], world.dues[11]
    assert changes(project, world) == sold("2024-01") | {
        "due": ["2025-12"], "policy_dues": ["2025-01", "2025-12"],
    }  # fmt: skip
    # an appended month, and the same rows in another order
    world = branch_of_a_year()
    world.policies.reverse()
    world.policies.append(world.policies[0] | {"policy": "Q", "issued": dt.date(2025, 1, 3)})
    assert changes(project, world) == sold("2025-01")
    # a policy that is withdrawn later: the month of that, too
    world.policies[-1]["withdrawn"] = dt.date(2025, 2, 1)
    assert changes(project, world) == sold("2025-01", "2025-02")


def test_other_settings_or_another_program_are_no_update(tmp_path, monkeypatch):
    project, world = project_of(tmp_path), branch_of_a_year()
    build(project, world.checked(), "", silent)
    assert update(project, world.checked(), "", silent) is not None
    other = Project(tmp_path, Settings(effective_fyc=2000))
    assert update(other, world.checked(), "", silent) is None
    with monkeypatch.context() as patch:
        patch.setattr(fingerprints, "program", lambda: "another")
        assert update(project, world.checked(), "", silent) is None
    project.store.write_bytes(b"no database")
    assert update(project, world.checked(), "", silent) is None
    shutil.rmtree(tmp_path)


def test_a_failed_update_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    project, world = project_of(tmp_path), branch_of_a_year()
    build(project, world.checked(), "", silent)
    before = numbers(project)
    world.policies[3]["premium"] = 5

    def fail(text, done, total):
        if text.startswith("汇总到各级单位"):
            raise KeyboardInterrupt

    try:
        update(project, world.checked(), "", fail)
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("it was not interrupted")
    assert numbers(project) == before


def numbers(project):
    with duckdb.connect(str(project.store), read_only=True) as store:
        return {
            table: sorted(map(str, store.execute(f"FROM {table}").fetchall()))
            for table in ("policies", "fingerprints", *TABLES)
        }
