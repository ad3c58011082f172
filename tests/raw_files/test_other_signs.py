"""Other currencies, people who came again, cells that nobody sees, comments: told, or set aside."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from tests.raw_files.conftest import ROSTER
from tests.raw_files.test_what_nobody_sees import HEADINGS, ROWS, told_of


def xlsx(edit, rows=ROWS, headings=HEADINGS):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [headings, *rows]:
        book.active.append(row)
    edit(book.active)
    book.save(out)
    return out.getvalue()


def text(rows):
    return "\n".join(",".join(row) for row in rows) + "\n"


@pytest.mark.parametrize(
    ("heading", "words", "used", "kinds"),
    [
        ("币种", ["CNY", "USD", "人民币"], 2, ["money.foreign"]),
        ("货币", ["元", "港币", "港币"], 1, ["money.foreign"] * 2),
        ("币种", ["RMB", "01", "156"], 3, []),
        ("币种", ["RMB", "本外", "RMB"], 3, ["money.currency-unknown"]),
        ("备用", ["USD", "USD", "USD"], 3, []),
    ],
)
def test_a_column_of_currencies(make, heading, words, used, kinds):
    rows = [[*row, word] for row, word in zip(ROWS, words, strict=True)]
    checked, told = told_of(make, "保单.csv", text([[*HEADINGS, heading], *rows]))
    assert checked.tables["policies"].used == used
    assert [kind for kind, *_ in told] == kinds


@pytest.mark.parametrize("heading", ["首年保费(美元)", "首年保费（HKD）"])
def test_a_heading_in_another_currency(make, heading):
    checked, told = told_of(make, "保单.csv", text([[*HEADINGS[:3], heading], *ROWS]))
    assert checked.tables["policies"].used == 0
    assert {kind for kind, *_ in told} == {"money.foreign"}


@pytest.mark.parametrize("heading", ["首年保费（人民币元）", "首年保费（折人民币，原美元）"])
def test_headings_in_yuan(make, heading):
    assert told_of(make, "保单.csv", text([[*HEADINGS[:3], heading], *ROWS]))[1] == []


@pytest.mark.parametrize("heading", ["二次入司日期", "复职时间", "Rehire Date"])
def test_people_who_came_again_are_told(make, heading):
    roster = f"工号,签约日期,解约日期,{heading}\n00123,2022-03-01,2024-06-11,2024-06-15\n00124,2022-03-01,,\n"
    (told,) = check_project(make({"人员.csv": roster})).problems
    assert (told.kind, told.column, told.fault.about) == (
        "agent.rejoined-beside",
        heading,
        {"count": 1},
    )


def white(sheet):
    for cell in sheet[3]:
        cell.font = Font(color="FFFFFFFF")


def white_on_blue(sheet):
    white(sheet)
    for cell in sheet[3]:
        cell.fill = PatternFill("solid", fgColor="FF0A4D9C")


def nothing_shown(sheet):
    sheet["D3"].number_format = ";;;"


@pytest.mark.parametrize(
    ("edit", "headings"), [(white, HEADINGS), (white_on_blue, []), (nothing_shown, ["首年保费"])]
)
def test_cells_that_nobody_sees(make, edit, headings):
    rows = [[*row[:3], float(row[3])] for row in ROWS]
    _, told = told_of(make, "保单.xlsx", xlsx(edit, rows))
    assert told == [("column.unseen-cells", heading, {"count": 1}) for heading in headings]


def flat(sheet):
    sheet.row_dimensions[3].height = 1e-9
    sheet.column_dimensions["D"].width = 1e-9


def test_rows_and_columns_of_no_size_are_hidden(make):
    content = xlsx(flat)
    bare = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"1e-09"', b'"0"'))
    _, told = told_of(make, "保单.xlsx", bare.getvalue())
    assert [kind for kind, *_ in told] == ["column.hidden", "file.hidden-rows"]


@pytest.mark.parametrize(
    ("said", "kinds"), [("此单作废", ["row.comment-perhaps"]), ("客户经理：乙", [])]
)
def test_comments(make, said, kinds):
    def edit(sheet):
        sheet["A3"].comment = Comment(said, "主管")

    checked, told = told_of(make, "保单.xlsx", xlsx(edit))
    assert checked.tables["policies"].used == 3
    assert [kind for kind, *_ in told] == kinds


@pytest.mark.parametrize(
    ("heading", "word", "kinds"),
    [
        ("核保状态", "未承保", ["column.status-unknown"]),
        ("承保状态", "待缴费", ["column.status-unknown"]),
        ("审批结果", "驳回", ["row.perhaps-not-to-count"]),
        ("抽查", "不属实", ["row.perhaps-not-to-count"]),
        ("审批结果", "通过", []),
        ("保单状态", "未失效", []),
    ],
)
def test_what_may_not_be_issued_is_told(make, heading, word, kinds):
    rows = [[*row, word if row[0] == "P2" else ""] for row in ROWS]
    _, told = told_of(make, "保单.csv", text([[*HEADINGS, heading], *rows]))
    assert [kind for kind, *_ in told] == kinds


@pytest.mark.parametrize(("word", "told"), [("内勤", True), ("行政人员", True), ("外勤", False)])
def test_people_of_the_office_are_told(make, word, told):
    roster = f"工号,签约日期,人员类别\n00123,2022-03-01,{word}\n00124,2022-03-01,外勤\n"
    problems = check_project(make({"人员.csv": roster})).problems
    assert [one.kind for one in problems] == ["agent.not-in-sales"] * told


@pytest.mark.parametrize("again", ["首年保费.1", "首年保费_2"])
def test_a_heading_that_a_program_met_twice(make, again):
    rows = [[*row, "7"] for row in ROWS]
    with pytest.raises(InputError, match="不知道该用哪一列"):
        told_of(make, "保单.csv", text([[*HEADINGS, again], *rows]))


@pytest.mark.parametrize(
    ("written", "day", "kinds"),
    [
        ("2024-05-31T16:00:00.000Z", "2024-06-01", []),
        ("2024-05-31T15:59:59Z", "2024-05-31", []),
        ("2024-05-31T16:30:00Z", None, ["date.late-utc"]),
        ("2024-05-31T23:00+00:00", None, ["date.late-utc"]),
        ("2024-05-31T16:30:00+08:00", "2024-05-31", []),
    ],
)
def test_times_in_utc(make, written, day, kinds):
    rows = [[*ROWS[0][:2], written, ROWS[0][3]]]
    checked, told = told_of(make, "保单.csv", text([HEADINGS, *rows]))
    days = [str(one) for one in checked.tables["policies"].data["issued"].to_pylist()]
    assert days == ([day] if day else [])
    assert [kind for kind, *_ in told] == kinds


@pytest.mark.parametrize(
    ("name", "heading", "used"),
    [
        ("保单.csv", "首年保费(分)", 0),
        ("保单.csv", "首年保费（单位：角）", 0),
        ("保单.csv", "首年保费(元)", 3),
        ("保单.csv", "首年保费（分公司）", 3),
    ],
)
def test_amounts_in_smaller_money(make, name, heading, used):
    checked, told = told_of(make, name, text([[*HEADINGS[:3], heading], *ROWS]))
    assert checked.tables["policies"].used == used
    assert {kind for kind, *_ in told} == (set() if used else {"money.foreign"})


def test_smaller_money_above(make):
    above = ["单位：分", "", "", ""]
    assert told_of(make, "保单.csv", text([above, HEADINGS, *ROWS]))[0].tables["policies"].used == 0


@pytest.mark.parametrize(
    ("name", "scale"),
    [("保单（单位：万元）.csv", 1e4), ("保单(万元).csv", 1e4), ("保单_单位千元.csv", 1e3),
     ("百万元件保单.csv", 1), ("万元户保单.csv", 1)],
)  # fmt: skip
def test_the_unit_in_a_name(make, name, scale):
    checked, _ = told_of(make, name, text([HEADINGS, *ROWS]))
    assert sum(checked.tables["policies"].data["premium"].to_pylist()) == 6000_00 * scale


@pytest.mark.parametrize(
    ("heading", "words", "kinds"),
    [
        ("缴费状态", ["已缴", "已缴", "未缴"], ["dues.no-amount-paid", "dues.paid-without-day"]),
        ("是否已收", ["是", "是", "否"], ["dues.no-amount-paid", "dues.paid-without-day"]),
        ("缴费状态", ["未缴", "已缴", "未缴"], ["dues.no-amount-paid"]),
        ("实收保费", ["", "400", ""], []),
        ("已到款额", ["", "400", ""], ["column.not-used"]),
    ],
)
def test_what_stands_beside_the_day_of_payment(make, heading, words, kinds):
    days = ["", "2024-06-07", ""]
    rows = [
        [f"X{n}", "00123", "2024-06-05", "1000", day, word]
        for n, (day, word) in enumerate(zip(days, words, strict=True))
    ]
    dues = text([["保单号", "工号", "应缴日期", "应缴保费", "实收日期", heading], *rows])
    checked = check_project(make({"人员.csv": ROSTER, "续期.csv": dues}))
    assert [one.kind for one in checked.problems if one.table == "续期"] == kinds
