"""What other tools get is worth the same: its SQL is run by DuckDB over the measures."""

from __future__ import annotations

import json
import math

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kpi_xl.catalogue import kpis
from kpi_xl.cli.commands import app
from kpi_xl.definitions.other_languages import Dax, Sql
from kpi_xl.jobs.definition_exchange import TABLE, metricflow, ossie, power_bi, slug
from kpi_xl.project import Project
from random_definitions import DEFINITIONS, define

KPIS = """[project]
name = "江城"
[kpis."件均佣金"]
formula = "=FYC/主险件数"
unit = "元"
code = "KPI_FYC_A_PIECE"
meaning = "平均每件的佣金"
aliases = "单均佣金"
[kpis."增长"]
formula = "FYP/去年同期(FYP)-1"
[kpis."封顶"]
formula = "IF(AND(拜访数>0,NOT(约访数=0)),MIN(1,拜访数/约访数),IFERROR(1/拜访数,-1))"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("x")
    (folder / "kpi.toml").write_text(KPIS, encoding="utf-8")
    return Project.open(folder)


def ran(sql, values):
    """What SQL says over one row of values."""
    columns = ", ".join(f"{'NULL' if v is None else v}::DOUBLE AS {n}" for n, v in values.items())
    (found,) = duckdb.execute(f"SELECT {sql} FROM (SELECT {columns}) AS {TABLE}").fetchone()
    return math.nan if found is None else found


@given(one=DEFINITIONS, numbers=st.lists(st.integers(0, 30), min_size=40, max_size=40))
@hypothesis_settings(suppress_health_check=list(HealthCheck))
def test_sql_is_worth_what_the_kpi_is(one, numbers):
    made = define(one[0])
    if made.wrong or made.kpis.find("试").expression.size > 300:
        return
    kpi = made.kpis.find("试")
    values = {m.code: numbers[n % 40] for n, m in enumerate(kpi.measures)}
    found = ran(Sql(lambda m: m.code, {}).text(kpi.expression), values)
    expected = kpi(**values)
    if math.isnan(expected):
        assert math.isnan(found), one[0]
    elif "ROUND" in one[0] and found != pytest.approx(expected, rel=1e-9, abs=1e-7):
        assert found == pytest.approx(expected, rel=0.2, abs=50)  # on a half
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-7), one[0]


def test_metricflow_has_every_kpi_and_its_parts(project):
    made = json.loads(metricflow(project.settings).content)
    (model,) = made["semantic_models"]
    measures = {one["name"] for one in model["measures"]}
    by_name = {one["name"]: one for one in made["metrics"]}
    assert len(by_name) == len(made["metrics"])
    labels = [one["label"] for one in made["metrics"]]
    assert len(labels) == len(set(labels))
    assert set(labels) >= {"件均佣金", "增长", "活动率"}
    for one in made["metrics"]:
        assert one["name"].isascii()
        assert one["name"] == one["name"].lower()
        if one["type"] == "simple":
            assert one["type_params"]["measure"]["name"] in measures
            continue
        inputs = one["type_params"]["metrics"]
        assert {each["name"] for each in inputs} <= by_name.keys()
        named = {each.get("alias", each["name"]): float(n) for n, each in enumerate(inputs, 3)}
        kpi = next(k for k in project.settings.kpis.values() if slug(k) == one["name"])
        assert ran(one["type_params"]["expr"], named) == pytest.approx(kpi(**named)), kpi.name
    growth = by_name[slug(project.settings.kpis.find("增长"))]["type_params"]
    assert {each.get("offset_window") for each in growth["metrics"]} == {None, "12 months"}
    mine = by_name["kpi_fyc_a_piece"]["type_params"]
    assert ran(mine["expr"], {"fyc": 9.0, "pieces": 2.0}) == 4.5
    assert ran(mine["expr"], {"fyc": 9.0, "pieces": 0.0}) != 0


def test_every_kpi_in_osi_is_the_kpi_of_sums(project):
    found = ossie(project.settings)
    assert found.left == ["增长"]
    made = json.loads(found.content)
    assert made.keys() == {"version", "semantic_model"}
    (model,) = made["semantic_model"]
    (table,) = model["datasets"]
    columns = {one["name"] for one in table["fields"]} - {"unit", "period_month"}
    rows = [{name: n * 7 % 5 + row for n, name in enumerate(sorted(columns))} for row in (1, 4)]
    con = duckdb.connect()
    con.execute(f"CREATE TABLE {TABLE} ({', '.join(f'{one} DOUBLE' for one in sorted(columns))})")
    con.executemany(
        f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(columns))})",
        [[row[one] for one in sorted(columns)] for row in rows],
    )
    sums = {name: sum(row[name] for row in rows) for name in columns}
    by_slug = {slug(kpi): kpi for kpi in project.settings.kpis.values()}
    assert len(by_slug) == len(project.settings.kpis)
    for one in model["metrics"]:
        kpi = by_slug[one["name"]]
        sql = one["expression"]["dialects"][0]["expression"]
        (value,) = con.execute(f"SELECT {sql} FROM {TABLE}").fetchone()
        expected = kpi(**{m.code: sums[m.code] for m in kpi.measures})
        assert value == pytest.approx(expected, rel=1e-9), kpi.name
        assert kpi.name in one["ai_context"]["synonyms"]
    assert len(model["metrics"]) > 60


def test_dax_says_each_measure_once_and_earlier_months(project):
    text = power_bi(project.settings).content
    heads = [line.partition(" = ")[0] for line in text.splitlines() if not line.startswith("//")]
    assert len(heads) == len(set(heads))
    assert "没有在 Power BI 里试过" in text
    assert "件均佣金 = DIVIDE([首年度佣金], [主险件数])" in text.replace("[FYC]", "[首年度佣金]")
    assert "CALCULATE([首年新单保费], DATEADD('日历'[日期], -12, MONTH))" in text
    for line in text.splitlines():
        assert line.count("(") == line.count(")"), line
    capped = Dax(lambda one: f"[{one.name}]", {}).text(
        project.settings.kpis.find("封顶").expression
    )
    assert "VAR _9 = DIVIDE([拜访数], [约访数]) RETURN" in capped
    assert "&&" in capped
    assert "COALESCE(DIVIDE(1, [拜访数]), -1)" in capped
    long = define("MIN(移动平均(FYP,12),移动平均(移动平均(FYC,3),3)+移动平均(FYC,9))").kpis.find(
        "试"
    )
    assert len(Dax(lambda one: f"[{one.name}]", {}).text(long.expression)) < 9000


@pytest.mark.parametrize("kind", ["metricflow", "osi", "dax"])
def test_the_command_writes_it_and_moves_nothing(project, kind):
    words = ["--json", "--project", str(project.folder), "definitions", "export", "--to", kind]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert "件均佣金" in answer["names"]
    assert Project.open(project.folder).settings.kpis.find("件均佣金") is not None
    assert len(kpis) > 60
