"""[diagnosis] of kpi.toml: what it says is found in the data; what is wrong stops nothing else."""

import pytest

from kpi_xl.jobs.views import diagnosis_view, scope
from kpi_xl.project import Project
from kpi_xl.sample import write_sample

GOOD = """
[diagnosis."件均低"]
kpis = ["件均保费"]
[[diagnosis."件均低".causes]]
text = "大单少"
evidence = { "人均件数" = "偏高" }
remedies = [{ text = "列出大客户" }]
"""


@pytest.fixture(scope="module")
def b2b(tmp_path_factory):
    folder = tmp_path_factory.mktemp("b2b")
    write_sample(folder, trade="b2b")
    return Project.open(folder)


def test_the_causes_that_the_sample_has_come_first(b2b):
    with scope(b2b, None, None, None) as of:
        rows = diagnosis_view(of, None).rows
    first = {}
    for unit, problem, cause, *_ in rows:
        first.setdefault((str(unit), str(problem)), str(cause))
    assert first["华南", "折扣过大"].startswith("拿折扣换单")
    assert first["北方", "管道不足"].startswith("新商机少")
    assert "依据：管道覆盖率" in first["北方", "赢单率低"]


def test_discounts_and_a_missed_quota_are_two_facts(b2b):
    """Both are of what was sold; but offers fell with it, so that discounts are their own fact."""
    with scope(b2b, "2024-06", None, None) as of:
        findings = of.findings
        south = next(one for one in findings.units if of.cube.units[one].name == "华南")
        warned = {
            findings.kpis[one.kpi].name: [findings.kpis[other.kpi].name for other in one.also]
            for one in findings.warnings_of(south)
        }
    assert warned["折扣率"] == [] and "配额达成率" in warned


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('["件均保费"]', '["件均保非"]', "diagnosis.unknown-kpi"),
        ('"人均件数" =', '"人均" =', "diagnosis.unknown-kpi"),
        ("偏高", "高", "diagnosis.word"),
        ('text = "大单少"', 'text = "大单少"\nbone = "骨"', "diagnosis.word"),
        ('text = "大单少"', 'why = "大单少"', "diagnosis.no-such-key"),
        ('text = "大单少"', "text = 1", "diagnosis.incomplete"),
        ('remedies = [{ text = "列出大客户" }]', "", "diagnosis.incomplete"),
        ('{ text = "列出大客户" }', '{ text = "列出大客户", days = 0 }', "diagnosis.incomplete"),
        ('kpis = ["件均保费"]', "", "diagnosis.incomplete"),
    ],
)
def test_what_is_wrong_is_told_and_stops_no_other(tmp_path, old, new, kind):
    other = GOOD.replace("件均低", "另一个")
    (tmp_path / "kpi.toml").write_text(GOOD.replace(old, new) + other, encoding="utf-8")
    settings = Project.open(tmp_path).settings
    assert [one.fault.kind.code for one in settings.own.wrong] == [kind]
    topics = [one.name for one in settings.knowledge.topics]
    assert topics[0] == "另一个"
    assert "件均低" not in topics
    assert len(topics) > 5
