"""Definitions of other tools: what is known here comes in, the rest is told metric by metric."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from imported_definitions import OURS, fields, imported, project
from kpi_xl.catalogue import kpis as standard
from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.cli.commands import app
from kpi_xl.errors import InputError
from kpi_xl.formula import Measure
from kpi_xl.jobs.definition_import import import_file, name_text
from kpi_xl.project import Project
from random_definitions import define

DECLARED = """
semantic_models:
  - name: policies
    model: ref('fct_policies')
    defaults: {agg_time_dimension: signed_on}
    entities: [{name: policy, type: primary, expr: policy_no}]
    dimensions:
      - {name: signed_on, type: time, type_params: {time_granularity: day}}
    measures:
      - {name: fyp, agg: sum, expr: premium}
      - {name: fyc, agg: sum}
      - {name: n_policies, label: 主险件数, agg: sum, expr: "1"}
      - {name: visits, agg: count, expr: visit_id}
      - {name: appointments, agg: average, expr: visit_id}
      - {name: closing, agg: sum, non_additive_dimension: {name: signed_on, window_choice: max}}
      - {name: opening, agg: sum}
      - {name: producers, label: 举绩人数, agg: count_distinct, expr: agent_no}
      - {name: big_premium, label: 首年新单保费, agg: sum, expr: "case when premium > 10000 then premium end"}
      - {name: discounts, agg: sum}
      - {name: p95, label: 期交新单保费, agg: percentile, agg_params: {percentile: 0.95}}
"""  # fmt: skip

FILES = {
    "simple": (
        DECLARED + """
metrics:
  - {name: fyp, label: FYP, type: simple, type_params: {measure: fyp}}
  - name: new_business
    label: 新业务佣金
    description: 佣金合计
    type: simple
    type_params: {measure: {name: fyc, fill_nulls_with: 0, join_to_timespine: true}}
  - {name: policies, label: Policies Sold, type: simple, type_params: {measure: n_policies}}
  - {name: appts, label: 约访, type: simple, type_params: {measure: appointments}}
  - {name: heads_open, label: 月初, type: simple, type_params: {measure: opening}}
  - {name: heads_close, label: 月末, type: simple, type_params: {measure: closing}}
  - {name: producing, label: 出单的人, type: simple, type_params: {measure: producers}}
  - {name: large, label: 大单保费, type: simple, type_params: {measure: big_premium}}
  - {name: rebates, label: 返佣, type: simple, type_params: {measure: discounts}}
  - {name: p95, label: 大额, type: simple, type_params: {measure: p95}}
""",
        {"新业务佣金": "=FYC", "policies": "=主险件数", "月末": "=期末人数", "出单的人": "=举绩人数"},
        ["首年度保费"],
        {"appts": "metric.agg", "heads_open": "metric.agg", "large": "metric.rows",
         "rebates": "metric.measure-unknown", "p95": "metric.key"},
    ),
    "ratio": (
        DECLARED + """
metrics:
  - {name: fyc, label: 佣金, type: simple, type_params: {measure: fyc}}
  - {name: n, label: 件数, type: simple, type_params: {measure: n_policies}}
  - name: fyc_per_policy
    label: 件均佣金
    type: ratio
    type_params: {numerator: fyc, denominator: {name: n, alias: k}}
  - name: big_ratio
    label: 大单比
    type: RATIO
    type_params:
      numerator: {name: fyc, filter: "{{ Dimension('policy__size') }} = 'big'"}
      denominator: fyc
  - {name: odd, label: 怪, type: ratio, type_params: {numerator: fyc}}
""",
        { "件均佣金": "=FYC/主险件数"},
        ["FYC", "主险件数"],
        {"big_ratio": "metric.filter", "odd": "metric.shape"},
    ),
    "derived": (
        DECLARED + """
metrics:
  - {name: visits, type: simple, type_params: {measure: visits}}
  - {name: fyp, type: simple, type_params: {measure: fyp}}
  - name: visit_growth
    label: 拜访增长
    type: derived
    type_params:
      expr: (visits - visits_before) / nullif(visits_before, 0)
      metrics: [{name: visits}, {name: visits, offset_window: 1 month, alias: visits_before}]
  - name: premium_yoy
    label: 保费同比
    type: derived
    type_params:
      expr: fyp / fyp_ly - 1
      metrics: [{name: fyp}, {name: fyp, offset_window: 1 year, alias: fyp_ly}]
  - name: premium_qoq
    label: 保费隔季
    type: derived
    type_params:
      expr: fyp - fyp_lq
      metrics: [{name: fyp}, {name: fyp, offset_window: 1 quarter, alias: fyp_lq}]
  - name: weekly
    label: 周环比
    type: derived
    type_params:
      expr: fyp / b
      metrics: [{name: fyp}, {name: fyp, offset_window: 7 days, alias: b}]
  - name: month_start
    label: 月初比
    type: derived
    type_params:
      expr: fyp / b
      metrics: [{name: fyp}, {name: fyp, offset_to_grain: month, alias: b}]
  - name: premium_a_visit
    label: 访均保费
    type: derived
    type_params: {expr: "case when visits > 0 then fyp / visits else 0 end", metrics: [{name: fyp}, {name: visits}]}
  - name: of_growth
    label: 增长的一半
    type: derived
    type_params: {expr: visit_growth / 2, metrics: [visit_growth]}
  - name: of_weekly
    label: 周的一半
    type: derived
    type_params: {expr: weekly / 2, metrics: [{name: weekly}]}
  - name: forgotten
    label: 漏写
    type: derived
    type_params: {expr: fyp / pieces, metrics: [{name: fyp}]}
  - name: rooted
    label: 开方
    type: derived
    type_params: {expr: sqrt(fyp), metrics: [{name: fyp}]}
""",
        {"拜访增长": "=(拜访数-上月(拜访数))/上月(拜访数)", "保费同比": "=首年度保费/去年同期(首年度保费)-1",
         "保费隔季": "=首年度保费-上月(上月(上月(首年度保费)))",
         "访均保费": "=IF(拜访数>0,首年度保费/拜访数,0)", "增长的一半": "=拜访增长/2"},
        ["拜访数", "首年度保费"],
        {"weekly": "metric.window", "month_start": "metric.to-grain", "of_weekly": "metric.input-left",
         "forgotten": "metric.sql-part", "rooted": "metric.sql-part"},
    ),
    "cumulative and conversion": (
        DECLARED + """
metrics:
  - {name: fyc, type: simple, type_params: {measure: fyc}}
  - name: fyc_ytd
    label: 年累计佣金
    type: cumulative
    type_params: {measure: fyc, cumulative_type_params: {grain_to_date: year}}
  - name: fyc_30d
    label: 三十天佣金
    type: cumulative
    type_params: {measure: fyc, window: 30 days}
  - name: lead_to_win
    label: 线索赢单
    type: conversion
    type_params:
      conversion_type_params:
        {base_measure: visits, conversion_measure: n_policies, entity: agent, window: 7 days}
  - {name: rank, label: 排名, type: ranking, type_params: {measure: fyc}}
  - {name: half, label: 一半, type: derived, type_params: {expr: fyc_ytd / 2, metrics: [{name: fyc_ytd}]}}
""",
        {},
        ["FYC"],
        {"fyc_ytd": "metric.cumulative", "fyc_30d": "metric.cumulative",
         "lead_to_win": "metric.conversion", "rank": "metric.type", "half": "metric.input-left"},
    ),
    "filters and fills": (
        DECLARED + """
metrics:
  - {name: a, label: 甲, type: simple, type_params: {measure: fyc}, filter: "{{ Dimension('x__y') }}"}
  - {name: b, label: 乙, type: simple, type_params: {measure: {name: fyc, filter: "x = 1"}}}
  - {name: c, label: 丙, type: simple, type_params: {measure: {name: fyc, fill_nulls_with: 1}}}
  - {name: d, label: 丁, type: simple, type_params: {measure: fyc}, config: {enabled: false}}
  - {name: e, label: 戊, type: simple, type_params: {measure: fyc}, config: {enabled: true, meta: {owner: x}}}
  - {name: f, label: 己, type: simple, type_params: {measure: fyc}, sample_rate: 0.1}
  - {name: g, label: 庚, type: simple, type_params: {measure: fyc}, filter: [], tags: [x]}
  - {name: h, label: 辛, type: simple, type_params: {measure: {name: fyc, fill_nulls_with: -1}}}
""",
        {"戊": "=FYC", "庚": "=FYC"},
        [],
        {"a": "metric.filter", "b": "metric.filter", "c": "metric.fill", "d": "metric.off",
         "f": "metric.key", "h": "metric.fill"},
    ),
    "since dbt 1.12": (
        """
models:
  - name: fct_visits
    semantic_model: {enabled: true}
    agg_time_dimension: visited_on
    metrics:
      - {name: visits, type: simple, agg: count, expr: 1}
      - {name: appointments, type: simple, agg: sum, expr: n, label: 约访数}
      - {name: closed, type: simple, agg: sum, expr: "case when ok then 1 end", label: 促成人数}
      - {name: talks, type: simple, agg: median, expr: minutes, label: 洽谈人数}
      - {name: unknown_thing, type: simple, agg: sum, expr: n}
metrics:
  - {name: rate, label: 约访到访率, type: ratio, numerator: visits, denominator: appointments}
  - name: change
    label: 拜访变化
    type: derived
    expr: now - before
    input_metrics: [{name: visits, alias: now}, {name: visits, offset_window: 12 months, alias: before}]
  - {name: ytd, label: 累计拜访, type: cumulative, input_metric: visits, grain_to_date: year}
  - {name: won, label: 成交率, type: ratio, numerator: closed, denominator: visits}
""",
        {"约访到访率": "=拜访数/约访数", "拜访变化": "=拜访数-去年同期(拜访数)"},
        ["拜访数", "约访数"],
        {"closed": "metric.rows", "talks": "metric.agg", "unknown_thing": "metric.measure-unknown",
         "ytd": "metric.cumulative", "won": "metric.input-left"},
    ),
    "measures that are metrics, references": (
        """
x-defaults: &simple {type: simple}
semantic_models:
  - name: visits
    measures:
      - {name: visits, agg: count, create_metric: true, create_metric_display_name: 拜访数}
metrics:
  - <<: *simple
    name: calls
    label: 电话
    type_params: {measure: visits}
---
metrics:
  - {name: again, label: 又一个, type: derived, type_params: {expr: visits * 2, metrics: [{name: visits}]}}
""",
        {"电话": "=拜访数", "又一个": "=拜访数*2"},
        ["拜访数"],
        {},
    ),
    "taken names, circles, twice": (
        DECLARED + """
metrics:
  - {name: fyc, type: simple, type_params: {measure: fyc}}
  - {name: activity, label: 活动率, type: derived, type_params: {expr: fyc * 2, metrics: [{name: fyc}]}}
  - {name: deal_rate, label: 本公司口径, type: derived, type_params: {expr: fyc * 3, metrics: [{name: fyc}]}}
  - {name: first, label: 甲, type: derived, type_params: {expr: second + 1, metrics: [{name: second}]}}
  - {name: second, label: 乙, type: derived, type_params: {expr: first + 1, metrics: [{name: first}]}}
  - {name: twice, label: 丙, type: derived, type_params: {expr: fyc + 1, metrics: [{name: fyc}]}}
  - {name: twice, label: 丁, type: derived, type_params: {expr: fyc + 2, metrics: [{name: fyc}]}}
  - {name: sum, label: SUM, type: derived, type_params: {expr: fyc + 4, metrics: [{name: fyc}]}}
  - {label: 没有名, type: simple}
  - 文字
""",
        {"本公司口径": "=FYC*3", "丙": "=FYC+1"},
        ["FYC"],
        {"activity": "metric.here", "first": "metric.input-left", "second": "metric.circle",
         "twice": "metric.twice", "sum": "metric.refused", "{'label': '没有名', 'type': 'simple'}": "metric.shape", "文字": "metric.shape"},
    ),
    "osi": (
        """
version: 0.2.0.dev0
semantic_model:
  - name: sales
    datasets:
      - name: policies
        source: dw.policies
        fields:
          - {name: fyc, expression: {dialects: [{dialect: ANSI_SQL, expression: fyc}]}}
          - name: cnt
            expression: {dialects: [{dialect: ANSI_SQL, expression: policy_cnt}]}
            ai_context: {synonyms: [主险件数, policies]}
          - name: visits
            expression: {dialects: [{dialect: ANSI_SQL, expression: "case when a then 1 end"}]}
        metrics:
          - name: inner_metric
            expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(fyc) / SUM(cnt)}]}
    metrics:
      - name: commission
        expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(policies.fyc)}]}
        ai_context: {synonyms: [佣金收入]}
      - name: a_piece
        description: 平均每件
        expression: {dialects: [{dialect: ANSI_SQL, expression: "SUM(policies.fyc) / NULLIF(SUM(policies.cnt), 0)"}]}
        ai_context: {synonyms: [每件收入]}
      - name: half
        expression: {dialects: [{dialect: ANSI_SQL, expression: commission / 2}]}
      - name: snow
        expression: {dialects: [{dialect: TABLEAU, expression: "SUM([x])"}, {dialect: SNOWFLAKE, expression: "DIV0(SUM(policies.fyc), SUM(policies.cnt))"}]}
      - name: cube
        expression: {dialects: [{dialect: MDX, expression: "[Measures].[x]"}]}
      - name: mean
        expression: {dialects: [{dialect: ANSI_SQL, expression: AVG(policies.fyc)}]}
      - name: won
        expression: {dialects: [{dialect: ANSI_SQL, expression: "SUM(CASE WHEN policies.won THEN policies.fyc END)"}]}
      - name: rows
        expression: {dialects: [{dialect: ANSI_SQL, expression: COUNT(*)}]}
      - name: by_row
        expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(policies.visits)}]}
      - name: strange
        expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(policies.nothing_like_it)}]}
      - name: bare
        expression: {dialects: [{dialect: ANSI_SQL, expression: policies.fyc * 2}]}
""",
        {"佣金收入": "=FYC", "每件收入": "=FYC/主险件数", "half": "=佣金收入/2",
         "snow": "=IF(AND(主险件数=0,NOT(FALSE)),0,FYC/主险件数)", "inner_metric": "=FYC/主险件数"},
        [],
        {"cube": "metric.dialect", "mean": "metric.agg", "won": "metric.rows", "rows": "metric.rows",
         "by_row": "metric.rows", "strange": "metric.measure-unknown", "bare": "metric.sql-part"},
    ),
    "osi as first published": (
        """
semantic_model:
  name: old
  datasets: [{name: t, source: t}]
  metrics:
    - {name: m, expression: [{dialect: ANSI_SQL, expression: SUM(t.visits) - SUM(t.appointments)}]}
    - {name: n, expression: SUM(t.visits)}
    - {name: structured, expression: [{dialect: ANSI_SQL, aggregation_type: SUM, input_expr: visits}]}
""",
        {"m": "=拜访数-约访数", "n": "=拜访数"},
        [],
        {"structured": "metric.shape"},
    ),
    "made of what this project counts itself": (
        """
semantic_models:
  - name: m
    measures: [{name: large, label: 大单件数, agg: count}, {name: mean, label: 平均一单, agg: average}]
metrics:
  - {name: large, label: 大单件数, type: simple, type_params: {measure: large}}
  - {name: share, label: 大单率, type: ratio, type_params: {numerator: large, denominator: pieces}}
  - {name: again, label: 件均佣金, type: ratio, type_params: {numerator: fyc, denominator: pieces}}
  - {name: other, label: 大单占比, type: ratio, type_params: {numerator: pieces, denominator: large}}
  - {name: yes, type: simple, type_params: {measure: large}}
  - {name: mean_copy, label: 均单, type: simple, type_params: {measure: mean}}
""",
        {"大单率": "=大单件数/主险件数"},
        ["大单件数", "件均佣金"],
        {"other": "metric.here", "mean_copy": "metric.no-sum", "True": "metric.shape"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", FILES)
def test_a_data_team_s_file(tmp_path, which):
    text, formulas, same, refused = FILES[which]
    done, found = imported(tmp_path, text, OURS if "大单件数" in text else "")
    assert found == formulas
    assert sorted(done.same) == sorted(same)
    # Each by itself, with where it stands and what to do.
    assert {error.fault.about["metric"]: error.kind for error in done.left} == refused
    lines = text.splitlines()
    for error in done.left:
        assert error.file.name == "指标.yml"
        row = error.row or 0  # a text in a metric's place has none
        name = str(error.fault.about["metric"]).split("'")[0]
        assert name in "".join(lines[max(row - 1, 0) :]) or name == "True"
        assert error.advice


@pytest.mark.parametrize(
    ("text", "kind", "row"),
    [
        ("a: [1", "yaml.unreadable", 1),
        ("metrics:\n  - {name: a, name: b}", "yaml.key-twice", 2),
        ("metrics: !!python/object/apply:os.system [ls]", "yaml.tag", 1),
        ("metrics: !include x.yml", "yaml.tag", 1),
        ("version: 2\nsources: []", "definition-file.kind", None),
        ("metrics: []", "definition-file.empty", None),
        ("- a\n- b", "definition-file.kind", None),
        ("metrics: !!timestamp x", "yaml.unreadable", None),
        ("metrics: &a [*a]", "yaml.too-large", None),
        ("metrics: " + "[" * 90 + "]" * 90, "yaml.unreadable", 1),
        ('metrics:\n  - {name: "\\ud800"}', "yaml.unreadable", 2),
        ("- a\n---\nmetrics: [{name: a}]", "definition-file.kind", None),
        ("metrics: [{name: a}]\n---\nsemantic_model: []", "definition-file.mixed", None),
        (
            "a0: &a0 [1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
            "yaml.too-large",
            None,
        ),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path, text, kind, row):
    with pytest.raises(InputError) as found:
        imported(tmp_path, text)
    assert (found.value.kind, found.value.row) == (kind, row)
    assert found.value.file.name == "指标.yml"
    assert not (tmp_path / "into" / "指标定义.xlsx").exists()


@pytest.mark.parametrize("gone", ["yaml", "sqlglot"])
def test_without_the_libraries_it_says_what_to_install(tmp_path, monkeypatch, gone):
    """What needs them alone does: to write files, and to read another project's, nobody does."""
    monkeypatch.setitem(sys.modules, gone, None)
    monkeypatch.delitem(sys.modules, "kpi_xl.readers.yaml_text", raising=False)
    into = project(tmp_path / "into", "[kpis]\n甲乙 = 'FYC*2'\n".replace("甲乙", '"甲乙"'))
    file = tmp_path / "m.yml"
    file.write_text(FILES["derived"][0], encoding="utf-8")
    words = ["--project", str(into.folder), "--json", "definitions"]
    done = CliRunner().invoke(app, [*words, "import", str(file)])
    assert done.exit_code != 0
    assert done.exception.kind == "component.missing"
    assert "kpi_xl[exchange]" in str(done.exception)
    assert CliRunner().invoke(app, [*words, "export", "--to", "metricflow"]).exit_code == 0
    other = project(tmp_path / "other", OURS)
    assert import_file(into, other.folder / "kpi.toml").names


SUMS = """metrics:
  - {name: a, label: 甲, type: simple, type_params: {measure: fyp}}
semantic_models:
  - {name: m, measures: [{name: fyp, agg: sum, expr: %s}]}
"""
FIELD = """semantic_model:
  - name: m
    datasets: [{name: t, fields: [{name: fyp, expression: '%s'}]}]
    metrics: [{name: a, expression: SUM(t.fyp)}]
"""
INPUTS = """metrics:
  - name: a
    type: derived
    type_params: {expr: x / y, metrics: [{name: fyp, alias: x}, {name: fyc, alias: x}, {name: fyc, alias: y}]}
"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SUMS % "premium", None),
        (SUMS % "fyc", "metric.measure-several"),
        (SUMS % "2", "metric.rows"),
        (SUMS % "true", "metric.rows"),
        (SUMS % "'1'", "metric.agg"),
        (SUMS % "fyp" + "  - {name: n, measures: [{name: fyp, agg: sum, expr: x}]}", "metric.refused"),
        (FIELD % "fyp", None),
        (FIELD % "t.fyp", None),
        (FIELD % "t.fyc", "metric.measure-several"),
        (FIELD % "2 * t.fyp", "metric.rows"),
        (FIELD % "t.refund + t.fyp", "metric.rows"),
        (INPUTS, "metric.refused"),
    ],
)  # fmt: skip
def test_a_name_that_stands_for_another_column_is_not_that_number(tmp_path, text, kind):
    done, made = imported(tmp_path, text)
    assert [error.kind for error in done.left] == [kind][: kind is not None]
    assert [*made.values()] == ["=首年度保费"][: kind is None]


@pytest.mark.parametrize("said", ["true", "5", "2024-01-01", "{where_filters: [a]}", "[1, {a: b}]"])
def test_a_filter_of_any_shape_is_told(tmp_path, said):
    of = f"{{name: a, type: simple, filter: {said}, type_params: {{measure: fyp}}}}"
    text = f"metrics:\n  - {of}"
    done, _ = imported(tmp_path, text)
    assert [error.kind for error in done.left] == ["metric.filter"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("model: ref('x')", None),
        ("entities: [{name: k, type: primary}], primary_entity: k", None),
        ("dimensions: [{name: d, type: time}], defaults: {agg_time_dimension: d}", None),
        ("description: 甲, label: 乙, config: {meta: {a: b}}", None),
        ("filter: channel = 'A'", "metric.filter"),
        ("where: channel = 'A'", "metric.key"),
        ("sample: 0.1", "metric.key"),
        ("config: {enabled: false}", "metric.off"),
    ],
)
def test_what_a_model_says_of_its_rows_is_not_passed_over(tmp_path, said, kind):
    done, made = imported(tmp_path, (SUMS % "fyp").replace("name: m,", f"name: m, {said},"))
    assert [error.kind for error in done.left] == [kind][: kind is not None]
    assert [*made.values()] == ["=首年度保费"][: kind is None]


@pytest.mark.parametrize("said", ["config: {enabled: false}", "semantic_model: {enabled: false}"])
def test_a_metric_of_a_model_that_is_off_is_off(tmp_path, said):
    text = "models:\n  - {name: m, %smetrics: [{name: fyp, type: simple, agg: sum}]}"
    done, _ = imported(tmp_path, text % f"{said}, ")
    assert [error.kind for error in done.left] == ["metric.off"]
    done, _ = imported(tmp_path, text % "", name="on.yml")
    assert done.left == []


def test_what_a_vendor_keeps_may_be_nonsense(tmp_path):
    kept = "[{vendor_name: kpi_xl, data: '" + "[" * 60_000 + "'}]"
    text = (FIELD % "fyp").replace("SUM(t.fyp)", f"SUM(t.fyp), custom_extensions: {kept}")
    done, made = imported(tmp_path, text)
    assert (done.left, made) == ([], {"a": "=首年度保费"})


def test_letters_that_json_writes_as_two_halves_are_read(tmp_path):
    one = {"name": "a", "label": "甲", "description": "好😀", "type": "derived"}
    one |= {"type_params": {"expr": "fyp / 2", "metrics": ["fyp"]}}
    imported(tmp_path, json.dumps({"metrics": [one]}), name="m.json")
    assert fields(Project.open(tmp_path / "into"))["甲"]["说明"] == "好😀"


def test_a_name_in_a_formula_is_that_name():
    """Names with digits, brackets and blanks are typed so that they mean what they are."""
    for one in (*(m for m in MEASURES.values() if isinstance(m, Measure)), *standard.values()):
        made = define(f"{name_text(one.name)}*1")
        told = [error.kind for error in made.wrong]
        assert told in ([], ["formula.name-apart"], ["formula.name-given"]), one.name
        for kpi in made.made:
            meant = standard.find(one.name)
            of = one.measures() if meant is None else meant.measures
            assert {m.code for m in kpi.measures} == {m.code for m in of}, one.name


def test_the_command_says_all_of_it_and_fails_when_something_is_left(tmp_path):
    into = project(tmp_path / "into")
    file = tmp_path / "m.yaml"
    file.write_text(FILES["ratio"][0], encoding="utf-8")
    words = ["--project", str(into.folder), "definitions", "import", str(file)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2, done.output
    assert "读进 指标定义.xlsx：1 个定义" in done.output
    assert "“big_ratio”有筛选条件" in done.output
    again = CliRunner().invoke(app, ["--json", *words])
    answer = json.loads(again.stdout)
    assert answer["imported"] == []
    assert {"FYC", "主险件数", "件均佣金"} == {*answer["same"]}
    assert {one["kind"] for one in answer["left"]} == {"metric.filter", "metric.shape"}
