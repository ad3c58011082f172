"""What cannot be read in a column that may be empty costs no row, and is told."""

from __future__ import annotations

import pytest

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.checks.parse import parse_column
from kpi_xl.settings.project_settings import Settings

VALUES = {
    "id": "A1", "text": "甲", "date": "2024-01-05", "money": "5", "count": "3", "number": "0.5",
    "month": "2024-01",
}  # fmt: skip
ROSTER = "工号,签约日期\nA1,2020-01-05\n"

OPTIONAL = [
    (table, column)
    for table in TABLES.values()
    for column in table.columns
    if not column.required and column.kind not in ("id", "text")
]


@pytest.mark.parametrize(("table", "column"), OPTIONAL, ids=lambda one: one.code)
def test_no_column_costs_a_row(make, table, column):
    required = [one for one in table.columns if one.required]
    cells = [one.choices[0][0] if one.choices else VALUES[one.kind] for one in required]
    if table.code == "targets":
        cells = ["2024-01", "业务员", "A1", "活动率", "0.5"]
    head = ",".join([*(one.name for one in required), column.name])
    rows = [",".join([*cells, "看备注"]), ",".join([*cells, "看备注"])]
    if table.key:  # no two rows are of the same
        rows[1] = rows[1].replace("A1", "A2", 1)
    if table.code == "transfers":
        head, rows = head + ",营业部", [row + ",城东" for row in rows]
    files = {f"{table.name}.csv": "\n".join([head, *rows])}
    if table.code != "agents":
        files["人员.csv"] = ROSTER + "A2,2020-01-05\n"
    checked = check_project(make(files))
    assert checked.tables[table.code].used == 2
    (told,) = [p for p in checked.problems if p.kind == "cell.read-as-empty"]
    assert (told.row, told.column, told.value) == (2, column.name, "看备注")
    assert told.fault.about["count"] == 2
    assert "共 2 行" in told.reason


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10年交", "期交"),
        ("二十年期缴", "期交"),
        ("交至60岁", "期交"),
        ("一次性交清", "趸交"),
        ("一次付清", "趸交"),
        ("趸", "趸交"),
        ("限期年交", "年交"),
        ("按年缴费", "年交"),
        ("年", "年交"),
        ("每半年", "半年交"),
        ("季度交", "季交"),
        ("月付", "月交"),
        ("Monthly", "月交"),
        ("single", "趸交"),
        ("分期付款", "期交"),
    ],
)
def test_how_often_is_understood(written, meant):
    import pyarrow as pa

    column = TABLES["policies"].column("pay_mode")
    parsed = parse_column(pa.array([written]), column, Settings())
    assert (parsed.values.to_pylist(), parsed.faults) == ([meant], [])


@pytest.mark.parametrize("written", ["不定期", "1年交", "一年", "灵活", "其他"])
def test_what_may_be_either_is_told(written):
    import pyarrow as pa

    column = TABLES["policies"].column("pay_mode")
    parsed = parse_column(pa.array([written]), column, Settings())
    assert [fault.kind.code for _, fault in parsed.faults] == ["choice.unknown"]


def test_each_writing_is_told_once_with_what_it_is_taken_for(make):
    rows = "".join(
        f"P{n},A1,5000,2024-01-05,{mode}\n"
        for n, mode in enumerate(["不定期", "年交", "不定期", "灵活", "10年交"])
    )
    text = "保单号,工号,首年保费,承保日期,缴费方式\n" + rows
    checked = check_project(make({"人员.csv": ROSTER, "保单.csv": text}))
    assert checked.tables["policies"].used == 5
    assert [(p.row, p.value, p.reason) for p in checked.problems] == [
        (2, "不定期", "不认识的写法，当作期交，共 2 行"),
        (5, "灵活", "不认识的写法，当作期交，共 1 行"),
    ]
