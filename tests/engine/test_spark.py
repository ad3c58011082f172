"""Every measure on Spark against DuckDB; run by ``make test-spark``, in an environment of its own."""

import os
import shutil
import tempfile
import warnings
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from declarations import DECLARED, STANDING, settings_of
from kpi_xl.checks.check import check_project
from kpi_xl.data.compute import compute
from kpi_xl.data.engines import DuckDb
from kpi_xl.data.engines.spark import Spark
from kpi_xl.data.store import load_tables
from kpi_xl.errors import InputError
from kpi_xl.jobs import start
from kpi_xl.jobs.load import check_source, load
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from oracle import assert_same
from worlds import worlds

pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark")
if not (shutil.which("java") or "JAVA_HOME" in os.environ):
    pytest.skip("Java is not installed, which Spark needs", allow_module_level=True)

# Spark's own Python code is not ours to put right.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """One Spark for all tests, kept small and quiet."""
    from pyspark.sql import SparkSession

    scratch = tmp_path_factory.mktemp("spark")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            # The worlds are tiny: compiling and planning for them would take all the time.
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.local.dir", str(scratch / "local"))
            .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


@pytest.fixture(autouse=True)
def kept(session, monkeypatch):
    """A project uses the session that is there, and leaves it running for the next test."""
    monkeypatch.setattr(type(session), "stop", lambda self: self.catalog.clearCache())
    yield
    monkeypatch.undo()


def write(checked, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for code, table in checked.tables.items():
        names = [column.code for column in table.table.columns]
        data = table.data.select(names)
        if code == "targets":  # a company has 202406, only kpi_xl counts months
            data = duckdb.sql(
                "SELECT * REPLACE (CAST((month - 1) // 12 * 100 + (month - 1) % 12 + 1 AS INTEGER)"
                " AS month) FROM data"
            ).to_arrow_table()
        pq.write_table(data, folder / f"{code}.parquet")


def on_duckdb(checked, settings):
    with duckdb.connect() as connection:
        load_tables(connection, checked)
        return compute(DuckDb(connection), settings)


def test_every_measure_is_the_same_everywhere(session):
    @settings(
        max_examples=int(os.environ.get("SPARK_WORLDS", "3")),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # making a failing world smaller would take hours
        derandomize=True,
    )
    @given(worlds(), st.sampled_from([None, 25]), st.sampled_from([(), ("M00",)]))
    def compare(world, cut, uncounted):
        rules = {"effective_fyc": 1000, "month_cut": cut, "uncounted_ranks": uncounted}
        checked = world.checked()
        expected = on_duckdb(checked, Settings(**rules))
        with tempfile.TemporaryDirectory() as folder:
            write(checked, Path(folder) / "data")
            engine = Spark(session, f"{folder}/data")
            assert_same(compute(engine, Settings(**rules)), expected)
            session.catalog.clearCache()
            project = Project(Path(folder), Settings(**rules, engine="local[2]"))
            assert_same(load(project).cube, expected)

    compare()


def test_declared_measures_are_the_same_everywhere(session):
    @settings(
        max_examples=int(os.environ.get("SPARK_WORLDS", "2")),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        derandomize=True,
    )
    @given(worlds(), DECLARED, st.sampled_from([None, 25]))
    def compare(world, declared, cut):
        said = settings_of(declared)
        said["definitions"] += STANDING
        rules = {"month_cut": cut, **said}
        assert not Settings(**rules).own.wrong
        checked = world.checked()
        expected = on_duckdb(checked, Settings(**rules))
        with tempfile.TemporaryDirectory() as folder:
            write(checked, Path(folder) / "data")
            engine = Spark(session, f"{folder}/data")
            assert_same(compute(engine, Settings(**rules)), expected)
            session.catalog.clearCache()

    compare()


def test_the_sample_branch(session, tmp_path):
    project = start.sample(tmp_path / "files")
    checked = check_project(project)
    expected = load(project).cube
    write(checked, tmp_path / "parquet")
    engine = f"local[2]?data={tmp_path / 'parquet'}"
    on_spark = Project(tmp_path, Settings(name=project.settings.name, engine=engine))
    assert_same(load(on_spark).cube, expected)
    told = check_source(on_spark)
    assert {code: table.read for code, table in told.tables.items()} == {
        code: table.used for code, table in checked.tables.items()
    }


def test_tables_of_a_database(session, tmp_path):
    session.sql("CREATE DATABASE IF NOT EXISTS sales")
    for table in ("agents", "policies"):
        session.sql(f"DROP TABLE IF EXISTS sales.{table}")
    session.sql(
        "CREATE TABLE sales.agents USING parquet AS "
        "SELECT 7 AS agent, TIMESTAMP '2024-01-15 08:30:00' AS signed, '甲部' AS department"
    )
    session.sql(
        "CREATE TABLE sales.policies USING parquet AS SELECT 'P1' AS policy, '7' AS agent, "
        "123456 AS premium, DATE '2024-02-10' AS issued"
    )
    session.catalog.setCurrentDatabase("sales")
    try:
        project = Project(tmp_path, Settings(engine="local[2]"))
        cube = load(project).cube
        assert cube.measure("new_premium")[0].tolist() == [123456]
        assert cube.measure("producers")[0].tolist() == [1]
        # There is no telling whether the tables have changed, so they are read every time.
        assert load(project).checked is not None
    finally:
        session.catalog.setCurrentDatabase("default")


def test_what_is_not_there_is_told(session, tmp_path):
    with pytest.raises(InputError, match=r"Spark（local\[2\]）里没有 agents 表（人员）"):
        load(Project(tmp_path, Settings(engine="local[2]")))
