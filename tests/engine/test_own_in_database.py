"""Tables of a project's own in a company's database: the same checks and numbers as from files."""

import datetime as dt
import random
from dataclasses import replace

import pytest

from kpi_xl import api
from kpi_xl.checks.check import check_project
from kpi_xl.data.store import reading
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.jobs.load import check_source, load
from kpi_xl.project import Project
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table
from test_postgres import create, database, put, server

__all__ = ["database", "server"]

TABLES = """
[tables."商机"]
key = "商机编号"
day = "创建日期"
aliases = ["crm.opportunity"]

[tables."商机".columns]
"商机编号" = { kind = "编号", aliases = ["id"] }
"负责人" = { kind = "工号", aliases = ["owner"] }
"创建日期" = { kind = "日期", aliases = ["created"] }
"赢单日期" = { kind = "日期", aliases = ["won"] }
"阶段" = { kind = "选项", choices = ["线索", "方案", "赢单"], aliases = ["stage"] }
"预计金额" = { kind = "金额", aliases = ["amount"] }
"赢率" = { kind = "数", aliases = ["chance"] }

[tables."客流"]
key = ["营业部", "日期"]

[tables."客流".columns]
"营业部" = "单位"
"日期" = "日期"
"进店" = "整数"

[measures."新增商机"]
table = "商机"
take = "计数"

[measures."赢单金额"]
table = "商机"
take = "合计 预计金额"
where = "阶段 = 赢单"
day = "赢单日期"

[measures."加权"]
table = "商机"
take = "合计 预计金额"
weights = "权重"

[measures."平均赢率"]
table = "商机"
take = "平均 赢率"
unit = "%"

[measures."跟进人数"]
table = "商机"
take = "去重人数"
where = "阶段 ≠ 线索"

[measures."大单保费"]
table = "保单"
take = "合计 首年保费"
where = "首年保费 >= 500"

[measures."合格人力"]
table = "保单"
take = "去重人数"
reach = "合计 首年保费 >= 900"

[measures."进店数"]
table = "客流"
take = "合计 进店"

[weights."权重"]
table = "商机"
columns = ["阶段", "系数"]
rows = [["线索", 0.1], ["方案", 0.45], ["其他", 1]]

[kpis]
"单均" = "赢单金额/新增商机"
"""
STANDARD = ("agents", "policies", "activities")
NAMES = ["新增商机", "赢单金额", "加权", "平均赢率", "跟进人数", "进店数", "单均"]
HEADING = ("商机编号", "负责人", "创建日期", "赢单日期", "阶段", "预计金额", "赢率")


def rows(number=60):
    """Some that nobody can read, of nobody on the roster, and twice, among them."""
    dice = random.Random(6)
    people = [agent for agent, *_ in TWO_DEPARTMENTS]
    found = []
    for place in range(number):
        day = dt.date(2024, dice.randint(1, 6), dice.randint(1, 28))
        won = day if dice.random() < 0.4 else None
        stage = dice.choice(["线索", "方案", "赢单", None, "谈着" if place % 20 == 7 else "赢单"])
        amount = f"{dice.randint(0, 10**7) / 100:.2f}" if dice.random() < 0.9 else None
        agent = "不在册" if place % 25 == 3 else dice.choice(people)
        found.append((f"L{place % 58}", agent, day, won, stage, amount, dice.choice(["0.5", None])))
    return found


def visits():
    return [
        (unit, dt.date(2024, month, 5), 10 * month)
        for month in range(1, 7)
        for unit in ("东城营业部", "西城营业部", "南城营业部" if month == 2 else "东城")
        if (unit, month) != ("东城", 3)
    ]


@pytest.fixture
def files(tmp_path):
    """The project with files."""
    made = small_branch(tmp_path / "files", TWO_DEPARTMENTS, more=TABLES)
    written = [["" if cell is None else str(cell) for cell in row] for row in rows()]
    write_table(made, "data/商机.csv", [HEADING, *written])
    write_table(made, "data/客流.csv", [("营业部", "日期", "进店"), *visits()])
    return made


@pytest.fixture
def there(files, server, database, tmp_path):
    """The same in PostgreSQL, the table under a name and with headings of the company's own."""
    create(database)
    checked = check_project(files)
    put(database, replace(checked, tables={c: checked.tables[c] for c in STANDARD}))
    database.execute("CREATE SCHEMA crm")
    database.execute("GRANT USAGE ON SCHEMA crm TO reader")
    database.execute(
        "CREATE TABLE crm.opportunity (id text, owner text, created date, won timestamp,"
        " stage varchar(10), amount numeric(14, 2), chance double precision, extra jsonb)"
    )
    database.execute("GRANT SELECT ON ALL TABLES IN SCHEMA crm TO reader")
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO crm.opportunity VALUES (%s, %s, %s, %s, %s, %s, %s)", rows()
        )
        cursor.execute('CREATE TABLE "客流" ("营业部" text, "日期" date, "进店" integer)')
        cursor.execute('GRANT SELECT ON "客流" TO reader')
        cursor.executemany('INSERT INTO "客流" VALUES (%s, %s, %s)', visits())
    folder = tmp_path / "there"
    folder.mkdir()
    text = (files.folder / "kpi.toml").read_text("utf-8")
    text += f'\n[engine]\nurl = "{server.url()}"\n'
    (folder / "kpi.toml").write_text(text, "utf-8")
    yield Project.open(folder)
    database.execute("DROP SCHEMA crm CASCADE")


def told(project):
    """What was found in the project's own tables, without rows: those of a database have no place."""
    own = {table.name for table in project.settings.own_tables.values()}
    return sorted(
        (one.table, one.kind, str(one.value))
        for one in check_source(project).problems
        if one.table in own
    )


def test_the_same_numbers(files, there):
    assert there.settings.own.wrong == ()
    for more in ({}, {"level": "营业部"}, {"level": "营业组"}, {"period": "季度"}):
        frames = [api.Project(p.folder).kpis(NAMES, **more)[NAMES] for p in (files, there)]
        assert frames[0].equals(frames[1]), more
    people = [
        api.Project(p.folder).kpis(NAMES[:3], months=MONTH, level="业务员")[NAMES[:3]]
        for p in (files, there)
    ]
    assert people[0].equals(people[1])
    assert frames[0].notna().all().all()


def test_the_same_days(files, there):
    """Also of tables that stay over there, whose days are kept."""
    found = []
    for project in (files, there):
        cube = load(project).cube
        with reading(project, cube) as store:
            days = day_sums(store, project.settings, cube, cube.last, "营业部")
        own = {name: days.sums[name].tolist() for name in cube.own if name in days.sums}
        found.append((own, [kpi.name for kpi in days.paced]))
    assert found[0] == found[1]
    assert {"新增商机", "赢单金额", "加权", "大单保费", "合格人力", "单均"} <= set(found[0][1])


def test_the_same_checks(files, there):
    found, expected = told(there), told(files)
    kinds = {kind for _, kind, *_ in expected}
    assert len(kinds) >= 4
    assert found == expected


def test_a_table_that_is_not_there_is_told_and_stops_nothing(there, database):
    database.execute("ALTER TABLE crm.opportunity RENAME COLUMN created TO made")
    database.execute('DROP TABLE "客流"')
    problems = {(one.table, one.kind) for one in check_source(there).problems}
    assert ("客流", "database.no-own-table") in problems
    assert any(table == "商机" for table, _ in problems)
    cube = load(there).cube
    assert not cube.has(there.settings.kpis.find("新增商机"))
    assert cube.has(there.settings.kpis.find("FYC"))


def test_its_days_are_months_of_the_data(there, database):
    database.execute("INSERT INTO crm.opportunity VALUES ('L99', '1000', '2024-07-02')")
    assert str(load(there).cube.last) == "2024-07"
