"""Policies that stand in two files under other products: the same row once, others told."""

from __future__ import annotations

from kpi_xl.checks.check import check_project
from tests.raw_files.conftest import ROSTER

PLAIN = "保单号,工号,首年保费,承保日期\nP1,00123,100,2024-06-05\nP2,00123,200,2024-06-06\n"
HEADING = "保单号,工号,险种,主附险,首年保费,承保日期\n"
NAMED = HEADING + "P1,00123,年金,主险,100,2024-06-05\nP2,00123,医疗,附加险,200,2024-06-06\n"


def checked_with(make, **files):
    checked = check_project(make({"人员.csv": ROSTER, **{f"{n}.csv": t for n, t in files.items()}}))
    return checked.tables["policies"].data.to_pylist(), [p.kind for p in checked.problems]


def test_an_export_that_had_no_products(make):
    rows, told = checked_with(make, 保单202406=PLAIN, 保单202407=NAMED)
    assert [(one["product"], one["is_main"]) for one in rows] == [("年金", True), ("医疗", False)]
    assert told == ["file.repeated-in-newer-file"]
    rows, told = checked_with(make, 保单202406=NAMED, 保单202407=PLAIN)
    assert [one["product"] for one in rows] == [None, None]


def test_products_of_other_names_are_told_once(make):
    newer = NAMED.replace("年金", "年金（A 款）").replace("医疗", "医疗险")
    rows, told = checked_with(make, 保单202406=NAMED, 保单202407=newer)
    assert len(rows) == 4 and told == ["policy.in-two-files"]


def test_one_amount_for_main_policy_and_rider_is_told(make):
    both = HEADING + "P1,00123,年金,主险,60,2024-06-05\nP1,00123,医疗,附加险,40,2024-06-05\n"
    rows, told = checked_with(make, 保单202406=PLAIN, 保单202407=both)
    assert len(rows) == 4 and told == ["policy.in-two-files"]


def test_what_takes_a_policy_back_in_another_file_is_no_second_one(make):
    back = NAMED.replace("100", "-100").replace("200", "-200")
    rows, told = checked_with(make, 保单202406=NAMED, 保单202407=back)
    assert sum(one["premium"] for one in rows) == 0 and "policy.in-two-files" not in told
