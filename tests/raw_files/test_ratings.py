"""360评分 as a raw table: recognised, checked, its doubtful rows set aside."""

from kpi_xl.checks.check import check_project

ROSTER = "工号,签约日期\nA1,2020-01-05\nA2,2020-01-05\n"
HEAD = "被评人工号,评价月份,评价关系,评价人,得分\n"


def ratings(make, *rows, name="360评分.csv"):
    checked = check_project(make({"人员.csv": ROSTER, name: HEAD + "\n".join(rows)}))
    return checked, [p for p in checked.problems if p.table == "360评分"]


def test_rows_are_read_under_their_usual_headings(make):
    checked, problems = ratings(make, "A1,2024-06,同事,001,85", "A1,2024-06,本人,A1,90.5")
    rows = checked.tables["ratings"].data.to_pylist()
    assert [(r["agent"], r["relation"], r["rater"], r["points"]) for r in rows] == [
        ("A1", "同级", "001", 85.0),
        ("A1", "自评", "A1", 90.5),
    ]
    assert not problems


def test_the_headings_alone_tell_the_table(make):
    checked, _ = ratings(make, "A1,2024-06,上级,B,85", name="导出.csv")
    assert checked.tables["ratings"].used == 1


def test_what_cannot_be_is_set_aside_with_the_reason(make):
    checked, problems = ratings(
        make,
        "A1,2024-06,同级,001,101",
        "A1,2024-06,同级,002,-1",
        "A1,2024-06,邻居,003,80",
        "A1,2024-06,同级,,80",
        "A1,2024-06,同级,004,80",
        "A1,2024-06,同级,004,90",
        "A9,2024-06,同级,005,80",
    )
    told = {(p.row, p.kind) for p in problems}
    assert {(2, "ratings.out-of-range"), (3, "ratings.out-of-range")} <= told
    assert {row for row, _ in told} == {2, 3, 4, 5, 7, 8}
    assert (8, "ratings.unknown-agent") in told
    assert checked.tables["ratings"].used == 2
