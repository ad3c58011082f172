"""Every measure on a real PostgreSQL, started for these tests, against DuckDB and the oracle."""

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations import DECLARED, STANDING, settings_of
from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.data.compute import compute
from kpi_xl.data.daily_activities import DailyActivities
from kpi_xl.data.engines import DuckDb
from kpi_xl.data.engines.definitions import with_needed
from kpi_xl.data.engines.postgres import Postgres
from kpi_xl.data.engines.query import Query
from kpi_xl.data.store import load_tables
from kpi_xl.errors import InputError
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.jobs import start
from kpi_xl.jobs.load import check_source, load
from kpi_xl.project import Project
from kpi_xl.settings.kpi_toml import read_settings
from kpi_xl.settings.project_settings import Settings
from oracle import Oracle, assert_same, counted, numbers_of
from worlds import worlds

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
MOST_DECLARED = 1000 if settings.default.max_examples >= 500 else 6
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
TYPES = {
    "id": "text", "text": "text", "date": "date", "money": "bigint", "count": "bigint",
    "number": "double precision", "month": "integer", "choice": "text",
}  # fmt: skip


# ---------------------------------------------------------------------------------------------
# The server


def initdb():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(found[-1]) if found else shutil.which("initdb")


@dataclass
class Server:
    folder: Path

    def url(self, user="reader", database="kpi", **more):
        more = {"host": str(self.folder), **more}
        options = "&".join(f"{name}={quote(value, safe='')}" for name, value in more.items())
        return f"postgresql://{user}@/{database}?{options}"

    def owner(self, database="kpi"):
        return psycopg.connect(self.url("owner", database), autocommit=True)


@pytest.fixture(scope="session")
def server():
    """A server of our own on a socket in a folder of our own, gone afterwards."""
    if (program := initdb()) is None:
        pytest.skip("PostgreSQL is not installed (no initdb in /usr/lib/postgresql/*/bin)")
    folder = Path(tempfile.mkdtemp(prefix="kpi-pg-"))  # short: a socket's path has a limit
    become = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        become = ["runuser", "-u", "postgres", "--"]

    def run(*command):
        subprocess.run([*become, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    data, control = str(folder / "data"), str(Path(program).with_name("pg_ctl"))
    try:
        run(program, "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        # A vacuum at any moment would be a write like any other: something that may have changed.
        options = (
            f"-k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off"
            " -c autovacuum=off"
        )
        run(control, "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            server = Server(folder)
            with server.owner("postgres") as connection:
                connection.execute("CREATE ROLE reader LOGIN")
                connection.execute("ALTER ROLE reader SET default_transaction_read_only = on")
                connection.execute("CREATE DATABASE kpi")
            yield server
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(server):
    """The owner's connection to a database without a table, in which the reader may read all."""
    with server.owner() as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute("GRANT USAGE ON SCHEMA public TO reader")
        connection.execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader")
        yield connection


def create(connection, codes=tuple(TABLES)):
    for code in codes:
        table = TABLES[code]
        columns = ", ".join(f'"{c.code}" {_type(c)}' for c in table.columns)
        connection.execute(f"CREATE TABLE {code} ({columns})")


def _type(column):
    flag = column.choices and {stored for _, stored in column.choices} <= {"0", "1"}
    return "boolean" if flag else TYPES[column.kind]


def put(connection, checked):
    """Put the checked rows into the tables, instead of what is there."""
    connection.execute("TRUNCATE " + ", ".join(TABLES))
    for code, table in checked.tables.items():
        names = [column.code for column in table.table.columns]
        listed = ", ".join(f'"{name}"' for name in names)
        with connection.cursor().copy(f"COPY {code} ({listed}) FROM STDIN") as copy:
            for row in table.data.select(names).to_pylist():
                if "month" in row:  # a company has 202406, only kpi_xl counts months
                    row["month"] = Month(row["month"]).year * 100 + Month(row["month"]).month
                copy.write_row([row[name] for name in names])


# ---------------------------------------------------------------------------------------------
# The same numbers


def on_duckdb(checked, settings):
    with duckdb.connect() as connection:
        load_tables(connection, checked)
        return compute(DuckDb(connection), settings)


def on_postgres(server, settings):
    with Postgres.connect(server.url()) as engine:
        return compute(engine, settings)


def as_project(server, folder, settings, **url):
    return Project(Path(folder), Settings(**settings, engine=server.url(**url)))


def test_every_measure_is_the_same_everywhere(server, database):
    create(database)

    @settings(max_examples=12, **SLOW)
    @given(worlds(), st.sampled_from([None, 25]), st.sampled_from([(), ("M00",), ("M'0",)]))
    def compare(world, cut, uncounted):
        rules = {"effective_fyc": 1000, "month_cut": cut, "uncounted_ranks": uncounted}
        checked = world.checked()
        put(database, checked)
        expected = on_duckdb(checked, Settings(**rules))
        as_of = expected.as_of
        oracle = Oracle(world, 60, 100_000, cut, uncounted, as_of)
        assert numbers_of(expected) == counted(oracle, expected)
        assert_same(on_postgres(server, Settings(**rules)), expected)
        with tempfile.TemporaryDirectory() as folder:
            assert_same(load(as_project(server, folder, rules)).cube, expected)

    compare()


def test_declared_measures_are_the_same_everywhere(server, database):
    create(database)

    @settings(max_examples=MOST_DECLARED, **SLOW)
    @given(worlds(), DECLARED, st.sampled_from([None, 25]))
    def compare(world, declared, cut):
        said = settings_of(declared)
        said["definitions"] += STANDING
        rules = {"month_cut": cut, **said}
        assert not Settings(**rules).own.wrong
        checked = world.checked()
        put(database, checked)
        expected = on_duckdb(checked, Settings(**rules))
        assert_same(on_postgres(server, Settings(**rules)), expected)
        with tempfile.TemporaryDirectory() as folder:
            assert_same(load(as_project(server, folder, rules)).cube, expected)

    compare()


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample branch, checked."""
    project = start.sample(tmp_path_factory.mktemp("sample") / "branch")
    return project, check_project(project)


def test_the_sample_branch(server, database, sample, tmp_path):
    project, checked = sample
    create(database)
    put(database, checked)
    expected = load(project).cube
    assert_same(on_postgres(server, project.settings), expected)
    theirs = as_project(server, tmp_path, {"name": project.settings.name})
    assert_same(load(theirs).cube, expected)
    # What the jobs read of the store is the same as well.
    with (
        duckdb.connect(str(project.store), read_only=True) as ours,
        duckdb.connect(str(theirs.store), read_only=True) as other,
    ):
        tables = {
            name for (name,) in other.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        }
        assert {"agents", "targets", "production_months", "activity_months"} <= tables
        assert not tables & {"policies", "dues", "activities", "attendance"}
        days = {table for table in tables if table.endswith("_days")}
        assert days == {
            "production_days", "renewal_days", "activity_days", "attendance_days", "count_days",
        }  # fmt: skip
        for table in sorted(tables - days):
            shape = f"SELECT column_name, column_type FROM (DESCRIBE {table})"
            columns = other.execute(shape).fetchall()
            assert set(columns) <= set(ours.execute(shape).fetchall()), table
            listed = ", ".join(f'"{name}"' for name, _ in columns)
            rows = f"SELECT {listed} FROM {table} ORDER BY ALL"
            assert other.execute(rows).fetchall() == ours.execute(rows).fetchall(), table


# ---------------------------------------------------------------------------------------------
# A company's own tables


def test_the_days_of_the_sample_branch(server, database, sample, tmp_path):
    """The pace of targets needs days: they are those that files give."""
    project, checked = sample
    create(database)
    put(database, checked)
    theirs = as_project(server, tmp_path, {"name": project.settings.name})
    cube = load(theirs).cube
    load(project)
    june, day = cube.last, dt.date(2024, 6, 14)
    with (
        duckdb.connect(str(project.store), read_only=True) as ours,
        duckdb.connect(str(theirs.store), read_only=True) as other,
    ):
        for level in ("分公司", "营业部", "营业组"):
            expected = day_sums(ours, project.settings, cube, june, level, day)
            found = day_sums(other, theirs.settings, cube, june, level, day)
            assert found.elapsed == expected.elapsed
            assert (
                found.sums.keys() == expected.sums.keys() >= {"new_premium", "visits", "producers"}
            )
            for code, days in expected.sums.items():
                assert (found.sums[code] == days).all(), code
        # The forms of 活动量管理 show what each agent did on each day.
        span = dt.date(2024, 5, 27), dt.date(2024, 6, 30)
        done, other_done = (DailyActivities(store, *span) for store in (ours, other))
        assert len(done.days) > 500
        assert done.days == other_done.days
        # Of earlier months only the sums have come over.
        assert day_sums(other, theirs.settings, cube, june - 1, "营业部") is None


def tiny(connection):
    """One agent with one policy, in tables that have only what is required."""
    connection.execute(
        "CREATE TABLE agents (agent integer, signed timestamp, department varchar(9))"
    )
    connection.execute("INSERT INTO agents VALUES (7, '2024-01-15 08:30', '甲部')")
    connection.execute(
        "CREATE TABLE policies (policy text, agent text, premium integer, issued date)"
    )
    connection.execute("INSERT INTO policies VALUES ('P1', '7', 123456, '2024-02-10')")


def measures(cube):
    at = cube.units.index(next(u for u in cube.units if u.level == "营业部" and u.name == "甲部"))
    return {code: cube.measure(code)[at].tolist() for code in cube.measures}


def test_what_may_be_left_out_may_be_left_out(server, database, tmp_path):
    tiny(database)
    found = measures(load(as_project(server, tmp_path, {})).cube)
    assert found["closing"] == [1]
    assert found["pieces"] == found["producers"] == [1]  # no column: main policies, one piece each
    assert found["new_premium"] == found["regular_premium"] == [123456]
    assert "due_pieces" not in found  # no table: not known


def test_an_empty_cell_is_what_it_is_in_a_file(server, database, tmp_path):
    tiny(database)
    database.execute("ALTER TABLE policies ADD pieces bigint, ADD is_main boolean, ADD outlet text")
    database.execute("ALTER TABLE agents ADD licence char(5) DEFAULT '', ADD gender text")
    found = measures(load(as_project(server, tmp_path, {})).cube)
    assert found["pieces"] == [1]
    assert "licensed" not in found  # an empty text is no licence


def test_tables_in_another_schema(server, database, tmp_path):
    database.execute("DROP SCHEMA IF EXISTS sales CASCADE")
    database.execute("CREATE SCHEMA sales")
    database.execute("GRANT USAGE ON SCHEMA sales TO reader")
    database.execute("SET search_path = sales")
    tiny(database)
    with pytest.raises(InputError, match=r"没有 agents 表（人员）.*search_path"):
        load(as_project(server, tmp_path, {}))
    project = as_project(server, tmp_path, {}, options="-csearch_path=sales")
    assert measures(load(project).cube)["closing"] == [1]


def test_a_whole_number_that_is_no_month_is_set_aside(server, database, tmp_path):
    tiny(database)
    database.execute(
        "CREATE TABLE targets (month integer, level text, unit text, kpi text, target integer)"
    )
    database.execute(
        "INSERT INTO targets VALUES (202402, '营业部', '甲部', '首年新单保费', 1),"
        " (24290, '营业部', '甲部', '首年新单保费', 2), (202400, '营业部', '甲部', '首年新单保费', 3)"
    )
    project = as_project(server, tmp_path, {})
    loaded = load(project)
    with duckdb.connect(str(project.store), read_only=True) as store:
        assert store.execute("SELECT target FROM targets").fetchall() == [(1,)]
    assert loaded.cube is not None


def test_targets_by_month(server, database, tmp_path):
    tiny(database)
    database.execute(
        "CREATE TABLE targets (month date, level text, unit text, kpi text, target numeric(9, 2))"
    )
    database.execute("INSERT INTO targets VALUES ('2024-02-01', '营业部', '甲部', '活动率', 0.85)")
    project = as_project(server, tmp_path, {})
    load(project)
    with duckdb.connect(str(project.store), read_only=True) as store:
        rows = store.execute("SELECT * FROM targets").fetchall()
    assert rows == [(Month.of(2024, 2).number, "营业部", "甲部", "活动率", 0.85)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("DROP TABLE agents", "没有 agents 表（人员）"),
        ("ALTER TABLE policies DROP issued", "policies 表（保单）没有 issued 列（承保日期）"),
        ("ALTER TABLE policies ALTER premium TYPE numeric", "policies.premium.*以分计的整数"),
        ("ALTER TABLE agents ALTER signed TYPE text", "agents.signed.*日期（date）"),
        ("ALTER TABLE policies ADD is_main integer", "policies.is_main.*是否（boolean）"),
        ("REVOKE SELECT ON policies FROM reader", "没有授予读取权限"),
        ("DELETE FROM policies; DELETE FROM agents", "没有可用的数据"),
    ],
)
def test_what_cannot_be_used_is_told(server, database, tmp_path, change, message):
    tiny(database)
    database.execute(change)
    with pytest.raises(InputError, match=message):
        load(as_project(server, tmp_path, {}))
    assert not (tmp_path / "kpi.cube").exists()
    assert not (tmp_path / "kpi.duckdb").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:Geheim1@127.0.0.1:9/kpi",
        "postgresql://reader:Geheim1@%2Fnowhere/kpi",
        "postgresql://reader:Geheim1@127.0.0.1:bad/kpi",
        "postgresql://reader:Geheim1@127.0.0.1/kpi?nonsense=1",
    ],
)
def test_a_failed_connection_never_tells_the_password(tmp_path, url):
    project = Project(tmp_path, Settings(engine=url))
    with pytest.raises(InputError, match=r"连不上数据库 kpi（|url 写法有误") as failure:
        load(project)
    assert "Geheim1" not in str(failure.value) + repr(project)
    assert failure.value.__cause__ is None  # nor does a log of it


def test_a_missing_database_is_named(server, tmp_path):
    with pytest.raises(InputError, match=f"连不上数据库 nowhere（{server.folder}）"):
        load(as_project(server, tmp_path, {}, database="nowhere"))


def test_nothing_is_computed_again_until_something_changes(server, database, tmp_path):
    tiny(database)
    project = as_project(server, tmp_path, {})
    assert load(project).checked is not None
    assert load(project).checked is None
    database.execute("UPDATE policies SET premium = 5")  # neither count nor latest row changes
    loaded = load(project)
    assert loaded.checked is not None
    assert measures(loaded.cube)["new_premium"] == [5]
    assert load(project).checked is None


def test_check_counts_what_is_wrong(server, database, tmp_path):
    tiny(database)
    database.execute("ALTER TABLE agents ADD gender text DEFAULT 'X'")
    database.execute(
        "INSERT INTO policies VALUES ('P2', NULL, 1, NULL), ('P1', '7', 9, '2024-02-11')"
    )
    checked = check_source(as_project(server, tmp_path, {}))
    policies = checked.tables["policies"]
    assert (policies.read, policies.used, policies.set_aside) == (3, 2, 1)
    found = {(p.table, p.column, p.reason, p.set_aside) for p in checked.problems}
    assert found == {
        ("人员", "gender", "有 1 行写的认不得", False),
        ("保单", "agent", "有 1 行没有填，不参与计算", True),
        ("保单", "issued", "有 1 行没有填，不参与计算", True),
        ("保单", "policy", "保单号、险种、主附险相同的多出 1 行，会重复计算", False),
    }
    loaded = load(as_project(server, tmp_path, {}))
    assert measures(loaded.cube)["new_premium"] == [123456 + 9]
    assert (tmp_path / "output" / "校验报告.xlsx").is_file()


def test_texts_and_blanks_come_over_as_they_are(server, database):
    create(database, ["agents"])
    names = ['a,"b"\nc', "", "NULL", "\\N", "空 格 ", None]
    with Postgres.connect(server.url()) as engine:
        rows = ", ".join(
            f"({i}, {'NULL' if n is None else chr(39) + n + chr(39)}, "
            f"{'NULL' if i % 2 else 'DATE ' + chr(39) + '2024-02-29' + chr(39)}, 0.1 * {i}, {i} > 2)"
            for i, n in enumerate(names)
        )
        sql = (
            "SELECT CAST(i AS bigint) AS i, n, d, CAST(x AS double precision) AS x, f "
            f"FROM (VALUES {rows}) AS listed (i, n, d, x, f) ORDER BY i"
        )
        table = pa.concat_tables(engine.batches(Query(sql)))
        assert table["n"].to_pylist() == names
        assert table["d"].to_pylist() == [dt.date(2024, 2, 29), None] * 3
        assert table["x"].to_pylist() == [0.1 * i if i != 3 else 0.3 for i in range(6)]
        columns = engine.fetch(Query(sql))
        assert columns["i"].dtype == np.int64
        assert columns["f"].tolist() == [False, False, False, True, True, True]
        assert (
            engine.fetch(Query(f"SELECT * FROM ({sql}) AS none WHERE i > 99"))["i"].dtype
            == np.int64
        )


def test_long_results_come_piece_by_piece(server, database, monkeypatch):
    create(database, ["agents"])
    monkeypatch.setattr("kpi_xl.data.engines.postgres._PIECE", 1000)
    with Postgres.connect(server.url()) as engine:
        pieces = list(
            engine.batches(
                Query("SELECT CAST(i AS text) AS i FROM generate_series(1, 999) AS s (i)")
            )
        )
        assert len(pieces) > 3
        assert pa.concat_tables(pieces)["i"].to_pylist() == [str(i) for i in range(1, 1000)]


def test_definitions_come_in_the_order_they_are_needed():
    definitions = {
        "c": Query("SELECT * FROM b", frozenset("b")),
        "b": Query("SELECT * FROM a", frozenset("a")),
        "a": Query("SELECT * FROM a", frozenset("a")),  # the table below it
        "d": Query("SELECT 1"),
    }
    sql = with_needed(Query("SELECT 'd' FROM c", frozenset("c")), definitions, {"a"})
    assert (
        sql.split()
        == (
            "WITH a AS NOT MATERIALIZED ( SELECT * FROM a ), b AS ( SELECT * FROM a ), "
            "c AS ( SELECT * FROM b ) SELECT * FROM ( SELECT 'd' FROM c ) AS step"
        ).split()
    )


@pytest.mark.parametrize(
    ("url", "store"),
    [
        ("duckdb:///kpi.duckdb", "kpi.duckdb"),
        ("duckdb:///store/mine.db", "store/mine.db"),
        ("postgresql://reader@host/db", "kpi.duckdb"),
        ("local[2]?data=here", "kpi.duckdb"),
    ],
)
def test_the_engine_is_a_setting(tmp_path, url, store):
    (tmp_path / "kpi.toml").write_text(f'[engine]\nurl = "{url}"\n', encoding="utf-8")
    project = Project.open(tmp_path)
    assert project.settings.engine == url
    assert project.store == tmp_path / store


@pytest.mark.parametrize("url", ["mysql://u:Geheim1@h/d", "duckdb:///", "localhost", "", 5])
def test_an_engine_that_does_not_exist(tmp_path, url):
    file = tmp_path / "kpi.toml"
    file.write_text(f"[engine]\nurl = {url!r}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"\[engine\] url 写法有误.*postgresql://") as failure:
        read_settings(file)
    assert "Geheim1" not in str(failure.value)
