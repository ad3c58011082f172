"""Tables whose rows are units' own, without 工号: every level is what plain loops over rows give."""

import csv
import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kpi_xl
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.jobs.check import check
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from test_levels import SIGNED, unit_of, write
from test_store import examples

LEVELS = ["公司", "大区", "城市", "门店"]
SHOPS = [
    ("东区", "江城", "一店"),
    ("东区", "江城", "二店"),
    ("西区", "山城", "一店"),
    ("西区", "", "四店"),
]
NOBODYS = ("", "", "九店")
DECLARED = """
[tables."送货"]
key = ["日期", "门店", "单号"]
[tables."送货".columns]
"日期" = "日期"
"城市" = "单位"
"店名" = { kind = "单位", level = "门店" }
"单号" = "编号"
"金额" = "金额"
"件数" = "整数"
[measures]
"送货单数" = { table = "送货", take = "计数" }
"送货金额" = { table = "送货", take = "合计 金额" }
"大单件数" = { table = "送货", take = "合计 件数", where = "金额 >= 500" }
"最大一单" = { table = "送货", take = "最大 金额" }
"有货的店" = { table = "送货", take = "去重 店名" }
"二店单数" = { table = "送货", take = "计数", where = "店名 = 二店" }
"人数" = { table = "送货", take = "去重人数" }
""".replace('["日期", "门店", "单号"]', '["日期", "店名", "单号"]')


@st.composite
def deliveries(draw):
    row = st.tuples(
        st.dates(dt.date(2024, 1, 1), dt.date(2024, 4, 30)),
        st.sampled_from([*SHOPS, NOBODYS]),
        st.integers(1, 99_999),
        st.integers(0, 9),
    )
    return draw(st.lists(row, min_size=1, max_size=12))


def project_of(folder, rows):
    agents = {f"{n:03}": ([(SIGNED, shop)], []) for n, shop in enumerate(SHOPS)}
    agents["900"] = [(SIGNED, SHOPS[0]), (dt.date(2024, 3, 5), SHOPS[2])], []
    project = write(folder, LEVELS, "城市", agents)
    file = folder / "kpi.toml"
    file.write_text(file.read_text(encoding="utf-8") + DECLARED, encoding="utf-8")
    heading = ("日期", "城市", "店名", "单号", "金额", "件数")
    with (folder / "data" / "送货.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [
                heading,
                *(
                    (day, shop[1], shop[2], f"D{n}", f"{cents / 100:.2f}", pieces)
                    for n, (day, shop, cents, pieces) in enumerate(rows)
                ),
            ]
        )
    return Project.open(project.folder)


def row_by_row(rows):
    sums, most, shops = Counter(), {}, {}
    for day, shop, cents, pieces in rows:
        for depth in range(4):
            unit = depth, unit_of(shop if shop != NOBODYS else ("", "", ""), depth), f"{day:%Y-%m}"
            sums[(*unit, "送货单数")] += 1
            sums[(*unit, "送货金额")] += cents
            sums[(*unit, "大单件数")] += pieces if cents >= 50_000 else 0
            sums[(*unit, "二店单数")] += shop[2] == "二店"
            most[unit] = max(most.get(unit, 0), cents)
            shops.setdefault(unit, set()).add(shop[2])
    sums.update({(*unit, "最大一单"): cents for unit, cents in most.items()})
    sums.update({(*unit, "有货的店"): len(names) for unit, names in shops.items()})
    return +sums


@examples(8)
@given(deliveries())
def test_every_level_and_month_is_what_loops_over_the_rows_give(rows):
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(Path(folder), rows)
        cube = load(project).cube
        kpis = project.settings.kpis
        assert kpis.find("人数") is None
        found = Counter()
        for name in ("送货单数", "送货金额", "大单件数", "最大一单", "有货的店", "二店单数"):
            values = np.nan_to_num(cube.kpi(kpis.find(name)))
            for unit, line in zip(cube.units, values, strict=True):
                for month, value in zip(cube.months, line.tolist(), strict=True):
                    cents = 100 if name in ("送货金额", "最大一单") else 1
                    depth = ["分公司", "二级", "三级", "四级"].index(unit.level)
                    found[depth, unit.path, str(month), name] += round(value * cents)
        assert +found == row_by_row(rows)
        lines = kpi_xl.Project(folder).kpis(["送货单数"], level="业务员", months="2024-04")
        assert set(lines.index.get_level_values(0)) <= {"000", "001", "002", "003", "900"}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (("", "一店"), "own.several-units"),
        (("江城", "一店"), None),
        (("", "西区/山城/一店"), None),
        (("江城", "二 店"), "unit.written-otherwise"),
        (("", "七店"), "own.unknown-unit"),
        (("山城", "二店"), "own.unknown-unit"),
    ],
)
def test_which_unit_is_meant(tmp_path, named, told):
    day = dt.date(2024, 2, 3)
    project = project_of(tmp_path, [(day, ("", *named), 100, 1)])
    problems = [one.fault.kind.code for one in check(project)[0].problems if one.table == "送货"]
    assert problems == ([told] if told else [])
    cube = load(project).cube
    values = cube.kpi(project.settings.kpis.find("送货单数")).sum(axis=1)
    units = zip(cube.units, values, strict=True)
    shops = [unit.path for unit, value in units if unit.level == "四级" and value]
    assert cube.kpi(project.settings.kpis.find("送货单数"))[0].sum() == 1
    is_lost = told in ("own.several-units", "own.unknown-unit")
    assert shops == [UNASSIGNED] if is_lost else len(shops) == 1 and shops != [UNASSIGNED]
