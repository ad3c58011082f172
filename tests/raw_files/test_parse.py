"""Cells: every way of writing a day, an amount, a count, an id."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.catalogue.schema import TABLES, Column
from kpi_xl.checks.parse import parse_column, stored_type
from kpi_xl.fault import Fault
from kpi_xl.readers.date import DayReader, read_day
from kpi_xl.readers.month import read_month
from kpi_xl.readers.number import read_count, read_money, read_number
from kpi_xl.settings.project_settings import Settings

DAYS = st.dates(date(1900, 1, 2), date(2100, 12, 31))
FORMS = {
    "2024-01-05": lambda d: f"{d:%Y-%m-%d}",
    "2024/1/5": lambda d: f"{d.year}/{d.month}/{d.day}",
    "2024.02.29": lambda d: f"{d:%Y.%m.%d}",
    "20240105": lambda d: f"{d:%Y%m%d}",
    "20240105.0": lambda d: f"{d:%Y%m%d}.0",
    "2024年1月5日": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "2024 年 1 月 5 日": lambda d: f"{d.year} 年 {d.month} 月 {d.day} 日",
    "2024-01-05 00:00:00": lambda d: f"{d} 00:00:00",
    "2024-01-05T08:30:00.000+08:00": lambda d: f"{d}T08:30:00.000+08:00",
    "full width": lambda d: f"{d:%Y/%m/%d}".translate({i: i + 0xFEE0 for i in range(0x2F, 0x3A)}),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@given(day=DAYS)
def test_days_year_first(form, day):
    for order in ("ymd", "mdy", "dmy"):
        assert read_day(form(day), order) == day


@given(day=DAYS, sep=st.sampled_from("/-."), time=st.sampled_from(["", " 0:00", " 12:00:00 AM"]))
def test_days_year_last(day, sep, time):
    us = f"{day.month}{sep}{day.day}{sep}{day.year}{time}"
    eu = f"{day.day:02d}{sep}{day.month:02d}{sep}{day.year}{time}"
    assert read_day(us, "mdy") == day
    assert read_day(eu, "dmy") == day
    if day.day > 12 or day.day == day.month:
        assert read_day(us) == read_day(eu) == day
    else:
        assert "[dates]" in read_day(us).advice


@given(day=st.dates(date(1927, 5, 18), date(2100, 12, 31)))
def test_days_as_excel_counts_them(day):
    serial = (day - date(1899, 12, 30)).days
    assert read_day(str(serial)) == read_day(f"{serial}.0") == read_day(f"{serial}.75") == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023-02-30", "没有这一天"),
        ("2023-02-29", "没有这一天"),
        ("20231301", "没有这一天"),
        ("24-1-5", "年份只有两位"),
        ("5/1/24", "年份只有两位"),
        ("24年1月5日", "年份只有两位"),
        ("1899-01-01", "年份不在"),
        ("2101-01-01", "年份不在"),
        ("9998-12-31", "年份不在"),
        ("2024-06", "只有年月"),
        ("2024年6月", "只有年月"),
        ("202406", "只有年月"),
        ("2024", "不是日期"),
        ("99999", "不是日期"),
        ("昨天", "不是日期"),
        ("3/4/2024", "看不出哪个是月"),
    ],
)
def test_what_is_no_day(text, reason):
    found = read_day(text)
    assert isinstance(found, Fault)
    assert found.reason.startswith(reason)
    assert found.advice


def test_no_date():
    reader = DayReader("mdy", ("1/1/1900", "长期"))
    for text in ("1/1/1900", "1900-01-01", "1900-01-01 00:00:00", "长期", "9999-12-31", "0"):
        assert reader(text) is None
    assert reader("1900-1-0") is None
    assert reader("1899-12-30 00:00:00") is None
    assert reader("1/2/1900") == date(1900, 1, 2)
    required = DayReader(optional=False)
    assert isinstance(required("9999-12-31"), Fault)


@given(month=st.integers(1900 * 12 + 2, 2100 * 12 + 12))
def test_months(month):
    year, number = (month - 1) // 12, (month - 1) % 12 + 1
    first = date(year, number, 1)
    for text in (
        f"{year}-{number:02d}",
        f"{year}{number:02d}",
        f"{year}{number:02d}.0",
        f"{year}/{number}",
        f"{year}.{number:02d}",
        f"{year}年{number}月",
        f"{year}年{number:02d}月",
        f"{first} 00:00:00",
        f"{first + timedelta(27)}",
    ):
        assert read_month(text) == month
    assert read_month("2024-13").reason == "没有这个月"
    assert read_month("六月").reason == "不是月份"
    assert read_month("45352") == 2024 * 12 + 3


CENTS = st.integers(-(10**14) + 1, 10**14 - 1)
MONEY = {
    "plain": lambda v: f"{v:.2f}",
    "separators": lambda v: f"{v:,.2f}",
    "￥": lambda v: f"￥{v:,.2f}",
    "¥ 元": lambda v: f" ¥ {v:.2f} 元 ",
    "brackets": lambda v: f"({-v:,.2f})" if v < 0 else f"{v:,.2f}",
    "full width brackets": lambda v: f"（{-v}）" if v < 0 else f"{v}",
    "minus behind": lambda v: f"{-v}-" if v < 0 else f"{v}",
    "万": lambda v: f"{v / 10000:f}万",
    "万元": lambda v: f"{v / 10000:f}万元",
    "亿": lambda v: f"{v / 10**8:f}亿",
    "full width": lambda v: f"{v:,.2f}".translate({i: i + 0xFEE0 for i in range(0x2B, 0x3A)}),
}


@pytest.mark.parametrize("form", MONEY.values(), ids=MONEY.keys())
@given(cents=CENTS)
def test_money_to_the_cent(form, cents):
    assert read_money(form(Decimal(cents).scaleb(-2))) == cents


@given(values=st.lists(st.tuples(CENTS, st.sampled_from(sorted(MONEY))), min_size=1))
def test_a_column_of_money_to_the_cent(values):
    """The fast way for plain amounts and the slow way for the rest agree."""
    text = pa.array([MONEY[form](Decimal(cents).scaleb(-2)).strip() for cents, form in values])
    parsed = parse_column(text, TABLES["policies"].column("premium"), Settings())
    assert parsed.values.to_pylist() == [cents for cents, _ in values]
    assert parsed.faults == []


@given(cents=CENTS)
def test_money_as_a_binary_fraction(cents):
    """As Excel and other programs hand over 0.1 + 0.2."""
    found = read_money(repr(float(cents) / 100 * (1 + 1e-16)))
    assert cents == (found.kept if isinstance(found, Fault) else found)


@pytest.mark.parametrize(
    ("text", "cents", "told"),
    [
        ("12.345", 1235, True),
        ("-12.345", -1235, True),
        ("12.3450000001", 1235, True),
        ("0.30000000000000004", 30, False),
        ("99.99999999", 10000, False),
        ("0.005", 1, True),
    ],
)
def test_parts_of_a_cent(text, cents, told):
    found = read_money(text)
    if told:
        assert (found.kept, found.set_aside) == (cents, False)
    else:
        assert found == cents


@pytest.mark.parametrize(
    "text",
    [
        *("abc", "1,23", "1,2345", "--5", "+-5", "(5", "5)", "12%", "12件", ".", "￥", "1e20"),
        *("1.23E+08", "99999999999999", "5--", "(-5", "１２３a"),
    ],
)
def test_what_is_no_money(text):
    found = read_money(text)
    assert isinstance(found, Fault)
    assert found.set_aside


def test_money_in_the_unit_of_its_heading():
    column = TABLES["policies"].column("premium")
    text = pa.array(["1.5", "2,000", "3元", "4万"])
    parsed = parse_column(text, column, Settings(), "首年保费（万元）")
    assert parsed.values.to_pylist() == [1_500_000, 2_000_000_000, 300, 4_000_000]


def test_counts_and_numbers():
    for text, count in {"3": 3, "3.0": 3, "3件": 3, "３人": 3, "1,200": 1200, "-1": -1}.items():
        assert read_count(text) == count
    for text in ("3.5", "三", "3元", "30%", "1e12"):
        assert isinstance(read_count(text), Fault)
    numbers = {"80%": 0.8, "0.8": 0.8, "1,200.5": 1200.5, "2万": 2e4, "5‰": 0.005, "1.5E+05": 1.5e5}
    for text, number in numbers.items():
        assert read_number(text) == number
    for text in ("八成", "1e999", "1e99999", ""):
        assert isinstance(read_number(text), Fault)


ID = TABLES["policies"].column("policy")
OUTLET = TABLES["policies"].column("outlet")


@given(st.from_regex(r"0{0,5}[0-9]{1,10}", fullmatch=True))
def test_ids_keep_their_zeros(text):
    parsed = parse_column(pa.array([text]), ID, Settings())
    assert parsed.values.to_pylist() == [text]
    assert parsed.faults == []


def test_ids():
    texts = ["12345.0", '="00123"', "'00123", "1234e567", "3.55E+05", "3.55E+05", "#N/A", "-", None]
    parsed = parse_column(pa.array(texts), OUTLET, Settings())
    expected = ["12345", "00123", "00123", "1234e567", "3.55E+05", "3.55E+05", None, None, None]
    assert parsed.values.to_pylist() == expected
    assert [(i, f.set_aside, f.reason[-5:]) for i, f in parsed.faults] == [
        (6, True, "是公式错误"),
        (4, False, "共 2 行"[-5:]),
    ]
    assert [i for i, _ in parse_column(pa.array(texts), ID, Settings()).faults] == [6, 4, 7, 8]


def test_long_ids_cut_to_fifteen_digits():
    # The last is how a program writes the number that Excel keeps.
    cut = ["123456789012345000", "1234567890123460", "123456789012344992"]
    parsed = parse_column(pa.array(["7", *cut]), ID, Settings())
    assert parsed.values.to_pylist() == ["7", *cut]
    assert [(i, f.set_aside) for i, f in parsed.faults] == [(1, False)]
    whole = parse_column(pa.array([*cut, "123456789012345678"]), ID, Settings())
    assert whole.faults == []


def test_words():
    column = TABLES["policies"].column("pay_mode")
    parsed = parse_column(pa.array(["期交", "趸缴", None, "每天"]), column, Settings())
    assert parsed.values.to_pylist() == ["期交", "趸交", "期交", "期交"]
    assert [(i, f.reason) for i, f in parsed.faults] == [(3, "不认识的写法")]
    assert "趸交" in parsed.faults[0][1].advice
    gender = TABLES["agents"].column("gender")
    parsed = parse_column(pa.array(["male", "女", "f", None]), gender, Settings())
    assert parsed.values.to_pylist() == ["男", "女", "女", None]
    manager = TABLES["agents"].column("is_manager")
    parsed = parse_column(pa.array(["true", "0.0", "y", "否"]), manager, Settings())
    assert parsed.values.to_pylist() == [True, False, True, False]


def test_text_and_nothing():
    licence = TABLES["agents"].column("licence")
    parsed = parse_column(pa.array(["无", "-", "A1", "#REF!", None]), licence, Settings())
    assert parsed.values.to_pylist() == [None, None, "A1", None, None]
    assert [(i, f.set_aside) for i, f in parsed.faults] == [(3, False)]


def test_required_and_default():
    premium = TABLES["policies"].column("premium")
    parsed = parse_column(pa.array(["1", None, "x"]), premium, Settings())
    assert parsed.values.to_pylist() == [100, None, None]
    assert sorted((i, f.reason) for i, f in parsed.faults) == [
        (1, "必填的单元格是空的"),
        (2, "不是数字"),
    ]
    pieces = TABLES["policies"].column("pieces")
    assert parse_column(pa.array([None, "2"]), pieces, Settings()).values.to_pylist() == [1, 2]


@pytest.mark.parametrize("column", [c for t in TABLES.values() for c in t.columns])
def test_no_rows_and_all_empty(column: Column):
    for text in ([], [None, None]):
        parsed = parse_column(pa.array(text, pa.string()), column, Settings())
        assert parsed.values.type == stored_type(column)
        assert len(parsed.values) == len(text)
