"""Definitions that kpi_xl wrote, for another tool or in another project, come back as they were."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from imported_definitions import OURS, fields, imported, project
from kpi_xl.errors import InputError
from kpi_xl.jobs.definition_exchange import metricflow, ossie
from kpi_xl.jobs.definition_import import import_file
from kpi_xl.project import Project
from random_definitions import DEFINITIONS, define


@pytest.mark.parametrize("make", [metricflow, ossie])
def test_what_is_written_here_comes_back_as_it_was_typed(tmp_path, make):
    ours = project(tmp_path / "ours", OURS)
    made = make(ours.settings)
    done, _ = imported(tmp_path, made.content)
    assert done.left == []
    theirs = fields(project(tmp_path / "into"))
    assert set(done.names) == {one for one in fields(ours) if one not in made.left}
    for name in done.names:
        assert theirs[name] == fields(ours)[name]
    again = import_file(Project.open(tmp_path / "into"), tmp_path / "指标.yml")
    assert (again.names, again.left) == ([], [])
    assert set(done.names) <= set(again.same)


@pytest.mark.parametrize("make", [metricflow, ossie])
def test_names_there_are_those_of_the_published_rules(tmp_path, make):
    content = make(project(tmp_path / "ours", OURS).settings).content
    made = json.loads(content)
    if make is metricflow:
        (model,) = made["semantic_models"]
        names = [one["name"] for one in (*model["measures"], *made["metrics"])]
        sql = [one["type_params"].get("expr", "a") for one in made["metrics"]]
        stands = {one["name"]: one.get("non_additive_dimension") for one in model["measures"]}
        assert stands["closing"] == {"name": "period_month", "window_choice": "max"}
        assert stands["opening"] == {"name": "period_month", "window_choice": "min"}
        assert stands["visits"] is None
    else:
        (model,) = made["semantic_model"]
        names = [one["name"] for one in model["metrics"]]
        sql = [one["expression"]["dialects"][0]["expression"] for one in model["metrics"]]
    assert all(one.isascii() and one == one.lower() for one in (*names, *map(str.lower, sql)))


MOST = 500 if hypothesis_settings.default.max_examples >= 500 else 12


@given(one=DEFINITIONS)
@hypothesis_settings(max_examples=MOST, suppress_health_check=list(HealthCheck))
def test_random_definitions_come_back(tmp_path_factory, one):
    if define(one[0]).wrong or define(one[0]).kpis.find("试").expression.size > 200:
        return
    folder = tmp_path_factory.mktemp("x")
    text = json.dumps(one[0], ensure_ascii=False)
    ours = project(folder / "ours", f'[kpis]\n"试" = {text}\n"又" = "试*2+活动率"\n')
    earlier = ours.settings.kpis.find("试").has_earlier
    for make in (metricflow, ossie):
        done, _ = imported(folder, make(ours.settings).content)
        if make is ossie and earlier:
            assert done.names == []
            continue
        assert (set(done.names), done.left) == ({"试", "又"}, [])
        theirs = Project.open(folder / "into").settings.kpis
        for name in ("试", "又"):
            assert theirs.find(name).formula == ours.settings.kpis.find(name).formula
        (folder / "into" / "指标定义.xlsx").unlink()


def changed(content, change):
    """A file of ours with something changed by hand in the metric 件均佣金."""
    made = json.loads(content)
    (one,) = [each for each in made["metrics"] if each["label"] == "件均佣金"]
    change(one, made)
    return json.dumps(made, ensure_ascii=False)


def test_a_formula_changed_there_is_what_comes_back(tmp_path):
    content = metricflow(project(tmp_path / "ours", OURS).settings).content

    def dearer(one, _):
        one["type_params"]["expr"] = "(1.1 * fyc / NULLIF(pieces, 0))"

    done, found = imported(tmp_path, changed(content, dearer))
    assert found["件均佣金"] == "=1.1*FYC/主险件数"
    assert fields(project(tmp_path / "into"))["件均佣金"]["单位"] == "元"
    # 人均佣金分 was made of it and is written out there: it is what it was there.
    assert found["人均佣金分"] == "=ROUND(FYC/主险件数/((期初人数+期末人数)/2),1)"
    assert done.left == []


def test_what_is_made_of_something_changed_is_not_passed_off_as_unchanged(tmp_path):
    content = metricflow(project(tmp_path / "ours", OURS).settings).content

    def filtered(one, made):
        (fyc,) = [each for each in made["metrics"] if each["name"] == "fyc"]
        fyc["filter"] = "{{ Dimension('unit__kind') }} = 'x'"

    done, _ = imported(tmp_path, changed(content, filtered))
    told = {error.fault.about["metric"]: error.kind for error in done.left}
    assert told["fyc"] == "metric.filter"
    assert told["kpi_fyc_a_piece"] == "metric.input-left"
    assert "件均佣金" not in done.names
    assert "大单占比" in done.names


def test_definitions_of_another_project_come_with_names_that_are_free(tmp_path):
    theirs = project(tmp_path / "theirs", OURS)
    mine = project(tmp_path / "mine", '[kpis]\n"增长" = "FYP*2"\n"大单占比" = "FYP*3"\n')
    done = import_file(mine, theirs.folder / "kpi.toml")
    assert {error.kind for error in done.left} == {"definition.twice"}
    assert len(done.left) == 2
    assert {*done.names} == {*fields(theirs)} - {"增长", "大单占比"}
    assert fields(mine)["增长"]["公式"] == "FYP*2"
    third = project(tmp_path / "third")
    again = import_file(third, mine.folder / "指标定义.xlsx")
    assert (again.left, {*again.names}) == ([], {*done.names})
    assert import_file(Project.open(third.folder), mine.folder / "指标定义.xlsx").names == []
    with pytest.raises(InputError) as found:
        import_file(third, tmp_path / "x.pbix")
    assert found.value.kind == "definition-file.kind"
