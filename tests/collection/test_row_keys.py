"""Rows of logs and checks are told by person and day, so that nothing counts twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from collection.conftest import MONTH, of
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.row_keys import row_keys
from kpi_xl.record.collected import collected

MONDAY, TUESDAY = dt.date(2024, 6, 3), dt.datetime(2024, 6, 4)


def keys(agents: list, days: list) -> list[str]:
    found = row_keys(dict(enumerate(agents)), dict(enumerate(days)))
    return [found[row].text if row in found else "" for row in range(max(len(agents), len(days)))]


def test_people_days_and_lines_of_a_day():
    assert keys(["1", 2, None], []) == ["1", "2", ""]
    assert keys(["1", "2", None], [MONDAY, TUESDAY, MONDAY]) == ["1 2024-06-03", "2 2024-06-04", ""]
    assert keys([], [MONDAY, TUESDAY]) == ["2024-06-03", "2024-06-04"]
    lines = keys([], [None, MONDAY, "周一", None, TUESDAY, "周二"])
    assert lines == ["", "2024-06-03", "2024-06-03 2", "2024-06-03 3", "2024-06-04", "2024-06-04 2"]


def test_a_daily_check_that_was_sorted_counts_once(circulating):
    distribute(circulating.project, "每日活动检查表", MONTH)
    checks = of(circulating.project, "每日活动检查表")
    first, columns = 18, range(2, 21)

    def lines(sheet) -> list[list]:
        rows = range(first, sheet.max_row + 1)
        return [
            [sheet.cell(row, column).value for column in columns]
            for row in rows
            if sheet.cell(row, 5).value and sheet.cell(row, 2).is_date
        ]

    def fill_in(book) -> None:
        sheet = book["第1周"]
        for number in range(len(lines(sheet))):
            sheet.cell(first + number, 16).value = number

    def sort(book) -> None:
        sheet = book["第1周"]
        swapped = sorted(lines(sheet), key=lambda line: (line[3], line[0]), reverse=True)
        for number, line in enumerate(swapped):
            for column, value in zip(columns, line, strict=True):
                sheet.cell(first + number, column).value = value

    name = "检查.xlsx"
    checks.typed(0, fill_in, name)
    collect(checks.project, rule="增量")
    pieces = "input.week1.checks.预收件数"

    def stored() -> dict[str, object]:
        entries = [e for e in collected(checks.project, "每日活动检查表") if e.slot == pieces]
        assert max(Counter(e.key for e in entries).values()) == 1
        return {e.key: e.value for e in entries}

    before = stored()
    assert len(before) > 10
    assert all(len(key.split()) == 2 for key in before)
    assert sorted(before.values()) == list(range(len(before)))
    for rule in ("增量", "覆盖", "增量"):
        from collection.conftest import edited

        edited(checks.returned / name, sort)
        done = collect(checks.project, rule=rule)
        assert not [problem for problem in done.problems if not problem.taken]
        assert stored() == before


def test_a_log_with_one_more_line_in_a_day(circulating):
    distribute(circulating.project, "客户经理工作日志", MONTH)
    logs = of(circulating.project, "客户经理工作日志")
    slot = "input.week1.visits.网点"

    def visit(book) -> None:
        (_, place), *_ = book.defined_names[slot].destinations
        cells = [cell for (cell,) in book["第1周"][place]]
        cells[0].value, cells[5].value = "甲", "乙"

    logs.typed(0, visit, "日志.xlsx")
    collect(logs.project)
    found = {e.key: e.value for e in collected(logs.project, "客户经理工作日志") if e.slot == slot}
    assert found == {"2024-06-03": "甲", "2024-06-04 2": "乙"}
