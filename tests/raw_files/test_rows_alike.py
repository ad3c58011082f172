"""Rows like others in a table without a key, negative targets, marks of text: told, or read."""

import pytest

from kpi_xl.checks.check import check_project

HEAD = "日期,工号,拜访数,洽谈人数\n"
PEOPLE = "工号,签约日期,营业部\n0001,2020-01-05,东\n0002,2020-01-05,西\n"
TARGETS = "月份,层级,单位,指标,目标值\n2024-06,营业部,东,主险件数,{}\n"


def told(checked, *kinds):
    return [
        (one.kind, one.file, one.row, one.fault.about)
        for one in checked.problems
        if one.kind in kinds
    ]


def test_rows_that_are_alike_count_and_are_told(make):
    rows = "2024-06-03,0001,3,1\n2024-06-03,0002,3,1\n"
    checked = check_project(make({"人员.csv": PEOPLE, "活动.csv": HEAD + rows + rows}))
    ((kind, _, _, about),) = told(checked, "rows.alike")
    assert kind == "rows.alike"
    assert about["count"] == 2
    assert "第 2 行" in about["where"]
    assert checked.tables["activities"].data.num_rows == 4


@pytest.mark.parametrize(
    "rows",
    [
        "2024-06-03,0001,1,0\n2024-06-03,0001,1,0\n",  # a row for each visit
        "2024-06-03,0001,3,1\n2024-06-03,0001,3,2\n",
        "2024-06-03,0001,3,1\n2024-06-04,0001,3,1\n",
        "2024-06-03,0001,3,1\n2024-06-03,0002,3,1\n",
    ],
)
def test_rows_that_may_well_be_are_not(make, rows):
    checked = check_project(make({"人员.csv": PEOPLE, "活动.csv": HEAD + rows}))
    assert told(checked, "rows.alike") == []


@pytest.mark.parametrize(("target", "said"), [("-5", 1), ("5", 0), ("0", 0)])
def test_a_target_below_nothing_is_told(make, target, said):
    checked = check_project(make({"人员.csv": PEOPLE, "目标.csv": TARGETS.format(target)}))
    assert len(told(checked, "target.below-nothing")) == said


def test_the_mark_of_text_is_no_part_of_a_cell(make):
    """A program that wrote an apostrophe before every cell meant what stands behind it."""
    plain = check_project(make({"人员.csv": PEOPLE, "活动.csv": HEAD + "2024-06-03,0001,3,1\n"}))
    head, *rows = PEOPLE.splitlines()
    marked = [",".join(f"'{cell}" for cell in row.split(",")) for row in rows]
    found = check_project(
        make(
            {
                "人员.csv": "\n".join((head, *marked)),
                "活动.csv": HEAD + "'2024-06-03,'0001,'3,'1\n",
            }
        )
    )
    assert found.problems == []
    for code in ("agents", "activities"):
        columns = [c for c in plain.tables[code].data.column_names if not c.startswith("source")]
        assert found.tables[code].data.select(columns) == plain.tables[code].data.select(columns)


def test_a_name_may_begin_with_an_apostrophe(make):
    people = "工号,签约日期,营业部\n0001,2020-01-05,'东\n0002,2020-01-05,西\n"
    checked = check_project(make({"人员.csv": people}))
    assert checked.tables["agents"].data["department"].to_pylist() == ["'东", "西"]
