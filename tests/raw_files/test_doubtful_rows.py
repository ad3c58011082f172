"""Rows that look like repetitions or totals and may be records: told with the right way out."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest
import xlsxwriter

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError

ROSTER = "工号,签约日期\nA1,2020-01-05\nA2,2020-01-05\n"
HEAD = "保单号,工号,首年保费,FYC,承保日期\n"


def problems(make, rows, head=HEAD):
    checked = check_project(make({"人员.csv": ROSTER, "保单.csv": head + "\n".join(rows)}))
    return checked, [(p.kind, p.row) for p in checked.problems]


@pytest.mark.parametrize(
    "number", ["8820240600000110", "88202406000001100000", "8.82024E+15", "882024060000011000"]
)
@pytest.mark.parametrize("second", ["A1,200,20,2024-01-05", "A2,200,20,2024-03-05"])
def test_ids_cut_to_one_are_no_repetition(make, number, second):
    _, found = problems(make, [f"{number},A1,9000,100,2024-01-05", f"{number},{second}"])
    assert ("id.cut-alike", 3) in found
    told = {"id.cut-at-15-digits", "id.digits-lost"} & {kind for kind, _ in found}
    assert len(told) == 1


def test_a_newer_export_with_cut_ids_takes_no_other_policy_away(make):
    number = "8820240600000110"
    files = {
        "人员.csv": ROSTER,
        "保单202401.csv": HEAD + f"{number},A1,9000,100,2024-01-05\n",
        "保单202402.csv": HEAD + f"{number},A2,8000,100,2024-02-05\n",
    }
    kinds = [p.kind for p in check_project(make(files)).problems]
    assert "id.cut-alike" in kinds
    assert "row.changed-in-newer-file" not in kinds


def test_whole_ids_are_repeated_as_ever(make):
    number = "8820240600000111"
    _, found = problems(make, [f"{number},A1,9000,1,2024-01-05", f"{number},A2,8000,1,2024-01-06"])
    assert found == [("row.conflicting", 3)]


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ("A2,9000,100,2024-01-05", "row.conflicting-agents"),
        ("A2,4000,50,2024-01-05", "row.conflicting-agents"),
        ("A2,9000,100,2024-02-05", "row.conflicting"),
        ("A1,8000,100,2024-02-05", "row.conflicting"),
    ],
)
def test_a_policy_of_two_agents_is_asked_about(make, other, kind):
    head = HEAD.strip() + ",险种\n"
    text = f"{head}P1,A1,9000,100,2024-01-05,寿\nP1,{other},寿\n"
    checked = check_project(make({"人员.csv": ROSTER, "保单.csv": text}))
    (problem,) = [p for p in checked.problems if p.kind.startswith("row.")]
    assert (problem.kind, problem.row, problem.column) == (kind, 3, "保单号")
    assert ("P1A、P1B" in problem.advice) == (kind == "row.conflicting-agents")
    assert checked.tables["policies"].data.num_rows == 1


def test_riders_without_a_product(make):
    rows = ["P1,A1,9000,100,2024-01-05", "P1,A1,200,20,2024-01-05"]
    checked, found = problems(make, rows)
    assert found == [("policy.rider-or-repeated", 3)]
    assert "险种" in checked.problems[0].advice
    assert "删去一行" in checked.problems[0].advice
    _, found = problems(make, ["P1,A1,9000,1,2024-01-05,甲", "P1,A1,200,1,2024-01-05,乙"],
                        HEAD.replace("承保日期", "承保日期,险种"))  # fmt: skip
    assert found == []


ALIKE = ["P1,A1,1000,100,2024-01-05", "P2,A1,2000,200,2024-01-05", "P3,A1,3000,300,2024-01-06"]


def test_a_record_that_is_the_sum_of_the_others_is_used_and_told(make):
    checked, found = problems(make, [*ALIKE, "P4,A2,6000,600,2024-01-07"])
    assert checked.tables["policies"].used == 4
    assert found == [("row.sum-of-others", 5)]


@pytest.mark.parametrize(
    "last", [",,6000,600,", ",-,6000,600,", "全部,,6000,600,", ",A1,6000,600,2024-01-31"]
)
def test_a_sum_that_lacks_what_a_record_has_is_a_total(make, last):
    checked, found = problems(make, [*ALIKE, last])
    assert checked.tables["policies"].used == 3
    assert found == [("line.totals", 5)]


def test_a_sum_that_differs_is_told(make):
    checked, found = problems(make, [*ALIKE, "合计,,6000,700,"])
    assert found == [("file.total-differs", None), ("line.totals", 5)]
    assert checked.problems[0].column == "FYC"


@pytest.mark.parametrize("stray", ["", 'P9,A1,"1,1,2024-01-05'])
@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("合计,,6000", []),
        ("总计：,,6000,600", []),
        (",小计,6000", []),
        ("合计,,6500", ["file.total-differs"]),
    ],
)
def test_a_total_whose_line_ends_early_is_compared(make, last, told, stray):
    checked, found = problems(make, [*ALIKE, *filter(None, [stray]), last])
    assert checked.tables["policies"].used == 3
    told = [*told, *(["line.open-quote"] if stray else []), "line.totals"]
    assert [kind for kind, _ in found] == told


def test_parts_of_a_workbook_that_are_there_twice(make):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("人员")
        sheet.write_row(0, 0, ["工号", "签约日期"])
        sheet.write_row(1, 0, ["A1", "2020-01-05"])
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as package:
        warnings.simplefilter("ignore")
        package.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(InputError, match="文件里有两份"):
        check_project(make({"人员.xlsx": out.getvalue()}))


def test_a_table_within_a_cell_hides_no_row(make):
    inner = "<table><tr><td>5000</td></tr></table>"
    rows = [["保单号", "工号", "首年保费", "承保日期"], ["P1", "A1", inner, "2024-01-05"],
            ["P2", "A1", "6000", "2024-01-06"]]  # fmt: skip
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    page = f"<html><body><table>{body}</table></body></html>"
    checked = check_project(make({"人员.csv": ROSTER, "保单.xls": page}))
    assert checked.tables["policies"].data["premium"].to_pylist() == [500000, 600000]


@pytest.mark.parametrize(
    ("last", "kinds"),
    [
        (("2034-01-05", "2025-01-04"), ["policy.perhaps-expiry"]),
        (("2034-01-05", ""), []),
        (("2024-03-05", "2025-02-05"), []),
    ],
)
def test_days_of_expiry_are_no_endings(make, last, kinds):
    rows = [f"P{n},A1,9000,100,2024-01-05,{day}" for n, day in enumerate(last)]
    checked, found = problems(make, rows, HEAD.replace("承保日期", "承保日期,终止日期"))
    assert [kind for kind, _ in found] == kinds
    assert checked.tables["policies"].used == 2
