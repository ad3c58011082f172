"""Lists of dues that tell half of the payments, or of policies that nobody sold."""

from __future__ import annotations

import pytest

from kpi_xl.checks.check import check_project
from tests.raw_files.conftest import ROSTER

SOLD = "保单号,工号,承保日期,首年保费\n" + "".join(
    f"P{n},00123,2022-0{n}-10,1000\n" for n in range(1, 7)
)
DUES = "保单号,工号,应收日期,应收保费,实收日期,实收保费\n" + "".join(
    f"P{n},00123,2023-0{n}-10,1000,2023-0{n}-12,1000\n" for n in range(1, 7)
)


def told(make, dues, sold=SOLD):
    checked = check_project(make({"人员.csv": ROSTER, "保单.csv": sold, "续期.csv": dues}))
    return [(problem.kind, problem.file, problem.row) for problem in checked.problems]


def without(text, place):
    rows = [line.split(",") for line in text.splitlines()]
    return "".join(",".join(row[:place] + row[place + 1 :]) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("place", "kind"), [(4, "dues.no-day-of-payment"), (5, "dues.no-amount-paid")]
)
def test_half_of_the_payments(make, place, kind):
    assert told(make, without(DUES, place)) == [(kind, "续期.csv", None)]


def test_all_or_nothing_of_the_payments(make):
    assert told(make, DUES) == []
    assert told(make, without(without(DUES, 5), 4)) == []


def test_dues_under_numbers_of_proposals(make):
    other = DUES.replace("P", "T8")
    assert told(make, other) == [("dues.of-nothing-sold", "续期.csv", 2)]
    assert told(make, other + "P3,00123,2023-03-10,1000,,\n") == []


def test_dues_of_policies_sold_before_the_files_begin(make):
    assert told(make, DUES.replace("P", "Q"), SOLD.replace("2022-", "2023-")) == []
