"""What 全部指标 of a filled report must hold: what the Python API says of the same unit and month."""

import math

from kpi_xl import Project
from kpi_xl.catalogue import FAMILIES, kpis
from kpi_xl.workbook import read


def rows_of(file):
    """The rows of 全部指标 by name, and the sentence about what there is no data of."""
    slots = read(file)
    names = ("指标", "单位", "本月", "上月", "环比", "同期", "同比", "状态", "含义")
    columns = [[cell for (cell,) in slots[f"all.{name}"]] for name in names]
    rows = {
        row[0]: dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True) if row[0]
    }
    return rows, slots["all.没有数据"] or ""


def same(shown, number):
    """Whether a cell shows a number of the API, where NaN is no value."""
    if not math.isfinite(number):
        return shown == "—"
    return math.isclose(shown, number, rel_tol=1e-9, abs_tol=1e-9)


def check(project, file, unit, month):
    """Every KPI that the API gives for a unit is in its report with this value, and no other."""
    api, rows_missing = Project(project.folder), rows_of(file)
    rows, missing = rows_missing
    expected = api.kpis(level=unit.level, months=str(month)).loc[(unit.path, str(month))].to_dict()
    for kpi in kpis.values():
        if api.cube().mix_measure(kpi) and (mixed := _mix(api, kpi, unit, month)):
            expected |= {f"{kpi.name}：{name}": share for name, share in mixed.items()}
    wrong = {
        name: (rows.get(name, {}).get("本月"), value)
        for name, value in expected.items()
        if name not in rows or not same(rows[name]["本月"], value)
    }
    assert wrong == {}
    headings = {name for name, row in rows.items() if row["单位"] is None}
    assert headings <= set(FAMILIES)
    assert rows.keys() - headings == expected.keys()
    for kpi in kpis.values():
        if kpi.family in headings and not any(
            name.partition("：")[0] == kpi.name for name in expected
        ):
            assert kpi.name in missing
    return rows


def _mix(api, kpi, unit, month):
    from kpi_xl.errors import InputError

    try:
        found = api.mix(kpi.name, level=unit.level, months=str(month))
    except InputError:
        return {}
    return found.loc[(unit.path, str(month))].to_dict()
