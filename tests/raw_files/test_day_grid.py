"""Attendance as a grid of people and days."""

from __future__ import annotations

import datetime as dt

import pytest

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError

ROSTER = "工号,签约日期\nA1,2020-01-05\nA2,2020-01-05\n"
DAYS = [str(day) for day in range(1, 31)]


def grid(headings, marks, above=""):
    """A1 has the marks again and again, A2 is there every day."""
    cells = [marks[n % len(marks)] for n in range(len(headings))]
    lines = [
        ["工号", "姓名", *headings, "备注"],
        ["A1", "甲", *cells, ""],
        ["A2", "乙", *["√"] * len(headings), ""],
    ]
    return (f"{above}\n" if above else "") + "\n".join(map(",".join, lines)) + "\n"


def sums(checked):
    data = checked.tables["attendance"].data
    found: dict[str, list[int]] = {}
    for who, due, there in zip(
        *(data[code].to_pylist() for code in ("agent", "days_due", "days_present")), strict=True
    ):
        before = found.setdefault(who, [0, 0])
        found[who] = [before[0] + due, before[1] + there]
    return found


@pytest.mark.parametrize(
    ("headings", "name", "above"),
    [
        (DAYS, "2024年6月考勤.csv", ""),
        ([f"{day}日" for day in DAYS], "考勤202406.csv", ""),
        ([f"6月{day}日" for day in DAYS], "考勤.csv", "2024年6月考勤表"),
        ([f"2024-06-{int(day):02d}" for day in DAYS], "考勤.csv", ""),
        ([f"2024/6/{day}" for day in DAYS], "6月.csv", ""),
    ],
)
def test_a_month(make, headings, name, above):
    text = grid(headings, ["√", "事假", "休", "×", "迟到"], above)
    checked = check_project(make({"人员.csv": ROSTER, name: text}))
    assert sums(checked) == {"A1": [24, 12], "A2": [30, 30]}
    assert {str(day) for day in checked.tables["attendance"].data["day"].to_pylist()} == {
        f"2024-06-{int(day):02d}" for day in DAYS
    }
    assert checked.problems == []


def test_two_months_in_which_everybody_was_there(make):
    text = grid(DAYS, ["√"])
    files = {"人员.csv": ROSTER, "2024年6月考勤.csv": text}
    checked = check_project(make(files | {"2024年7月考勤.csv": text}))
    assert sums(checked) == {"A1": [60, 60], "A2": [60, 60]}
    assert checked.problems == []
    with pytest.raises(InputError, match="内容完全相同"):
        check_project(make(files | {"考勤2024-06副本.csv": text}))


def test_what_nobody_can_tell_is_told_and_not_counted(make):
    text = grid(DAYS, ["√", "△", ""])
    checked = check_project(make({"人员.csv": ROSTER, "2024年6月考勤.csv": text}))
    assert sums(checked)["A1"] == [10, 10]
    told = {p.kind: p.fault.about["count"] for p in checked.problems}
    assert told["attendance.unknown-mark"] == 10
    assert 0 < told["attendance.blank-days"] < 10


def test_a_day_that_the_month_has_not(make):
    text = grid([*DAYS, "31"], ["√"])
    checked = check_project(make({"人员.csv": ROSTER, "2024年6月考勤.csv": text}))
    assert sums(checked) == {"A1": [30, 30], "A2": [30, 30]}
    assert [p.kind for p in checked.problems] == ["attendance.unknown-mark"]


def test_no_month_is_asked_for(make):
    with pytest.raises(InputError, match="不知道是哪年哪月"):
        check_project(make({"人员.csv": ROSTER, "考勤.csv": grid(DAYS, ["√"])}))


def test_a_list_is_no_grid(make):
    text = "工号,日期,应出勤,实出勤\nA1,2024-06-03,1,1\n"
    checked = check_project(make({"人员.csv": ROSTER, "考勤.csv": text}))
    assert sums(checked) == {"A1": [1, 1]}


HALVES = [*DAYS[:15], "上半月合计", *DAYS[15:]]
WORKED = [day for day in DAYS if int(day) not in (1, 2, 8, 9, 10, 15, 16, 22, 23, 29, 30)]


@pytest.mark.parametrize(("headings", "days"), [(HALVES, 30), (WORKED, 19)])
def test_every_day_counts_whatever_stands_between(make, headings, days):
    checked = check_project(make({"人员.csv": ROSTER, "2024年6月考勤.csv": grid(headings, ["√"])}))
    assert sums(checked) == {"A1": [days, days], "A2": [days, days]}


def business(make, headings, name, cut):
    files = {"人员.csv": ROSTER, name: grid(headings, ["√"])}
    project = make(files)
    with (project.folder / "kpi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[rules]\nmonth_cut = {cut}\n" if cut else "")
    return check_project(type(project).open(project.folder))


def numbers(month, cut):
    first, last = month.span(cut)
    return [first + dt.timedelta(n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("cut", [10, 25, 28])
@pytest.mark.parametrize(("year", "month"), [(2024, n) for n in range(1, 13)] + [(2023, 3)])
@pytest.mark.parametrize("heading", ["{0.day}", "{0.day}号", "{0.month}月{0.day}日", "{0}"])
def test_a_grid_of_a_business_month(make, cut, year, month, heading):
    meant = numbers(Month.of(year, month), cut)
    headings = [heading.format(day) for day in meant]
    if len(set(headings)) < len(headings):  # in a long December
        with pytest.raises(InputError, match="标题相同"):
            business(make, headings, f"{year}年{month}月考勤.csv", cut)
        return
    checked = business(make, headings, f"{year}年{month}月考勤.csv", cut)
    found = checked.tables["attendance"].data["day"].to_pylist()
    assert sorted(found) == sorted([*meant, *meant])


@pytest.mark.parametrize(
    ("headings", "cut", "kind"),
    [
        ([*DAYS[25:], *DAYS[:25]], None, kinds.DAYS_OF_TWO_MONTHS),
        ([*DAYS[25:], *DAYS[:25]], 20, kinds.DAYS_OF_TWO_MONTHS),
        ([f"5月{day}日" for day in DAYS], None, kinds.DAYS_OF_OTHER_MONTH),
        ([f"7月{day}日" for day in DAYS], 25, kinds.DAYS_OF_OTHER_MONTH),
    ],
)
def test_days_that_may_be_of_two_months_are_not_guessed(make, headings, cut, kind):
    with pytest.raises(InputError) as refused:
        business(make, headings, "2024年6月考勤.csv", cut)
    assert refused.value.fault.kind is kind
    assert refused.value.file.name == "2024年6月考勤.csv"


@pytest.mark.parametrize("headings", [[*DAYS, "3"], [*DAYS[:10], *DAYS], ["6月1日", *DAYS[1:]]])
def test_columns_of_days_in_no_order_are_no_grid(make, headings):
    with pytest.raises(InputError, match="考勤"):
        business(make, headings, "2024年6月考勤.csv", None)
