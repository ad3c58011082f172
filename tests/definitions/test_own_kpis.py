"""What a project declares itself: names, units, bounds, circles; one wrong one stops no other."""

import pytest

from kpi_xl.catalogue import kpis
from kpi_xl.definitions.own_kpis import Definition, Place, own_kpis

PLACE = Place("指标定义.xlsx", "指标定义", 2)


def made(*rows, **fields):
    return own_kpis(
        [Definition(PLACE, {"名称": name, "公式": formula} | fields) for name, formula in rows]
    )


@pytest.mark.parametrize(
    ("fields", "kind", "column"),
    [
        ({"名称": ""}, "definition.name", "名称"),
        ({"名称": "活动率"}, "definition.taken", "名称"),
        ({"名称": "举绩率"}, "definition.taken", "名称"),
        ({"名称": "kpi_activity"}, "definition.taken", "名称"),
        ({"名称": "主险件数"}, "definition.taken", "名称"),
        ({"名称": "ＦＹＰ"}, "definition.taken", "名称"),
        ({"名称": "甲", "别名": "人均ＦＹＣ"}, "definition.taken", "别名"),
        ({"名称": "ｐｉｅｃｅｓ"}, "definition.taken", "名称"),
        ({"名称": "件均 佣金"}, "definition.name-bad", "名称"),
        ({"名称": "12"}, "definition.name-bad", "名称"),
        ({"名称": "好" * 50}, "definition.name-bad", "名称"),
        ({"别名": "活动率"}, "definition.taken", "别名"),
        ({"别名": "a.b"}, "definition.name-bad", "别名"),
        ({"代码": "件均"}, "definition.code", "代码"),
        ({"代码": "KPI_ACTIVITY"}, "definition.taken", "代码"),
        ({"单位": "公斤"}, "definition.unit", "单位"),
        ({"单位": "人"}, "definition.unit-other", "单位"),
        ({"方向": "向上"}, "definition.direction", "方向"),
        ({"健康线": "高"}, "definition.bound", "健康线"),
        ({"危险线": "3"}, "definition.bound", "健康线"),
        ({"健康线": "3", "危险线": "5"}, "definition.bounds-crossed", "危险线"),
        ({"健康线": "3", "方向": "不分好坏"}, "definition.bounds-neutral", "健康线"),
        ({"格式": "=1+1"}, "definition.format", "格式"),
        ({"公式": "件均*2"}, "definition.circle", "公式"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(fields, kind, column):
    one = {"名称": "件均", "公式": "FYC/主险件数"} | fields
    found = own_kpis([Definition(PLACE, one), Definition(PLACE, {"名称": "好", "公式": "FYC*2"})])
    (error,) = found.wrong
    assert (error.kind, error.column, error.row, error.sheet) == (kind, column, 2, "指标定义")
    assert list(found.own) == ["KPI_好"]


def test_a_kpi_in_another_in_any_order():
    found = made(("甲", "乙*2"), ("乙", "丙+1"), ("丙", "拜访数/约访数"))
    assert found.wrong == ()
    assert found.kpis.find("甲")(visits=6, appointments=3) == 6.0
    assert found.kpis.find("甲").formula == "乙 × 2"


def test_capitals_and_aliases_make_no_difference():
    found = own_kpis(
        [
            Definition(PLACE, {"名称": "Ape率", "公式": "拜访数", "别名": "标准Ape"}),
            Definition(PLACE, {"名称": "乙", "公式": "APE率+标准APE"}),
            Definition(PLACE, {"名称": "aPE率", "公式": "约访数"}),
        ]
    )
    assert [one.kind for one in found.wrong] == ["definition.taken"]
    assert found.kpis.find("乙")(visits=3) == 6.0


def test_a_circle_is_told_and_what_needs_it():
    found = made(("甲", "乙*2"), ("乙", "甲+1"), ("丁", "乙"), ("戊", "拜访数"))
    assert [one.kind for one in found.wrong] == [
        "definition.circle", "definition.part-wrong", "definition.part-wrong",
    ]  # fmt: skip
    assert "甲 → 乙 → 甲" in str(found.wrong[0])
    assert list(found.own) == ["KPI_戊"]


def test_the_same_name_twice_counts_once():
    found = made(("甲", "拜访数"), ("甲", "约访数"))
    assert [one.kind for one in found.wrong] == ["definition.twice"]
    assert found.kpis.find("甲")(visits=5) == 5.0


def test_the_unit_follows_from_the_formula():
    found = made(("甲", "FYC/主险件数"), ("乙", "拜访数"), ("丙", "拜访数/约访数"))
    assert [found.kpis.find(name).unit for name in "甲乙丙"] == ["元", "次", "倍"]


def test_the_catalogue_is_as_it_was():
    before = list(kpis)
    found = made(("甲", "拜访数"))
    assert list(kpis) == before
    assert kpis.find("甲") is None
    assert list(found.kpis)[: len(before)] == before


def test_bounds_and_words():
    found = made(
        ("甲", "FYC/主险件数"), 健康线="1,500", 方向="越低越好", 负责人="王芳", 分类="佣金"
    )
    kpi = found.kpis.find("甲")
    assert (kpi.status(1400), kpi.status(1600), kpi.status(1700)) == ("健康", "异常", "危险")
    assert (kpi.family, kpi.note) == ("佣金", "负责人：王芳")
