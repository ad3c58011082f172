"""Charts and sparklines begin with the first month that there is anything of."""

import io
import math
import re
import zipfile

import pytest
import xlsxwriter

from kpi_xl.workbook import Template, explain

MONTHS = 12
NAN = math.nan


@pytest.fixture
def template(tmp_path):
    """A line of twelve months, drawn as a chart and in a cell, and a chart of something else."""
    file = tmp_path / "图.xlsx"
    with xlsxwriter.Workbook(file) as book:
        page, data = book.add_worksheet("首页"), book.add_worksheet("数 据")
        data.write_row(0, 1, [f"{n}月" for n in range(1, MONTHS + 1)])
        data.write_row(2, 1, [5] * 3)
        for name, row, last in (("月份", 1, MONTHS), ("件数", 2, MONTHS), ("三格", 3, 3)):
            cells = f"='数 据'!$B${row}:${'BCDEFGHIJKLM'[last - 1]}${row}"
            book.define_name(name, cells)
        book.define_name("spans.数据", "='数 据'!$B$2:$M$2")
        for place, (row, last) in enumerate(((2, "M"), (3, "D"))):
            chart = book.add_chart({"type": "line"})
            chart.add_series(
                {
                    "categories": f"='数 据'!$B$1:${last}$1",
                    "values": f"='数 据'!$B${row}:${last}${row}",
                }
            )
            page.insert_chart(2, 8 * place, chart)
        page.add_sparkline("A1", {"range": "'数 据'!B2:M2"})
    return Template(file)


def drawn(content):
    """The references of both charts with their points, and that of the sparkline."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        charts = [package.read(f"xl/charts/chart{n}.xml").decode() for n in (1, 2)]
        page = package.read("xl/worksheets/sheet1.xml").decode()
    found = [
        [
            (formula.rpartition("!")[2], int(count), re.findall(r"<c:v>([^<]*)</c:v>", rest))
            for formula, count, rest in re.findall(
                r'<c:f>([^<]*)</c:f>.*?ptCount val="(\d+)"/>(.*?)</c:(?:num|str)Cache>', chart
            )
        ]
        for chart in charts
    ]
    (line,) = re.findall(r"<xm:f>[^<]*!([^<]*)</xm:f>", page)
    return *found, line


def values(known):
    months = [f"{n}月" for n in range(1, MONTHS + 1)]
    return {"月份": months, "件数": [NAN] * (MONTHS - len(known)) + known, "三格": [1, NAN, 3]}


def test_only_months_with_something_are_drawn(template):
    chart, other, line = drawn(template.fill(values([7, 0, 9])))
    assert chart == [("$K$1:$M$1", 3, ["10月", "11月", "12月"]), ("$K$2:$M$2", 3, ["7", "0", "9"])]
    assert [cells for cells, *_ in other] == ["$B$1:$D$1", "$B$3:$D$3"]
    assert line == "K2:M2"


def test_all_are_drawn_where_all_or_none_is_known(template):
    for known in (list(range(MONTHS)), []):
        chart, _, line = drawn(template.fill(values(known)))
        assert [(cells, count) for cells, count, _ in chart] == [
            ("$B$1:$M$1", MONTHS),
            ("$B$2:$M$2", MONTHS),
        ]
        assert line == "B2:M2"


def test_a_month_between_is_no_beginning(template):
    chart, _, _ = drawn(template.fill(values([7, NAN, 9])))
    assert chart[1][0] == "$K$2:$M$2"


def test_next_month_there_is_one_more(template, tmp_path):
    """The filled workbook is filled again, as the one that is open in Excel."""
    file = tmp_path / "填好.xlsx"
    file.write_bytes(template.fill(values([7, 8])))
    again = Template(file)
    assert drawn(again.fill(values([7, 8, 9])))[0][1] == ("$K$2:$M$2", 3, ["7", "8", "9"])
    assert drawn(again.fill(values([7])))[0][1] == ("$M$2:$M$2", 1, ["7"])


def test_a_mark_is_no_slot_and_one_that_leads_nowhere_is_told(template, small):
    assert "spans.数据" not in template.slots
    told = explain(Template(small({"甲": "表!$B$3", "spans.甲": "#REF!"}, {})))
    assert "spans.甲" in str(told)
