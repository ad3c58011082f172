"""One grammar: every way of writing, what is refused, and that all who read mean the same."""

from __future__ import annotations

import datetime as dt
import decimal
import unicodedata
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.parse import parse_column
from kpi_xl.fault import Fault
from kpi_xl.readers.date import NO_DAY, NO_DAY_WORDS, DayReader, read_day
from kpi_xl.readers.id import Ids
from kpi_xl.readers.id import canonical as canonical_id
from kpi_xl.readers.month import read_month
from kpi_xl.readers.number import read_money, read_number
from kpi_xl.readers.unit import canonical as canonical_unit
from kpi_xl.settings.project_settings import Settings

JUNE_5 = dt.date(2024, 6, 5)


@pytest.mark.parametrize(
    "text",
    [
        *("2024、6、5", "2024/6/5 星期三", "2024-06-05（周三）", "2024-06-05, 上午8:30", "5-Jun-24"),
        *("05-6月 -24", "05-6月-2024", "Jun 5, 2024", "June 5th, 2024", "2024-Jun-05", "5 June 2024"),
        *("Wed".join(("2024/6/5 ", "")), "2024年6月5日 08时30分", "2024-6-5 8:30 下午", "20240605083000"),
        *("2024-06-05T08:30:00Z", "２０２４．６．５", "2024\u200b-06-05", "45448", "45448.35"),
        *(20240605, 45448, 45448.35, decimal.Decimal(45448), dt.datetime(2024, 6, 5, 8, 30), JUNE_5),
    ],
)  # fmt: skip
def test_a_day_is_read(text):
    assert read_day(text) == JUNE_5


UNSEEN = [
    chr(code)
    for code in (0xAD, 0x61C, 0x180E, *range(0x2000, 0x2070), 0xFEFF, *range(0xE0000, 0xE0080))
    if unicodedata.category(chr(code)) == "Cf"
]


@pytest.mark.parametrize("mark", UNSEEN)
def test_what_nobody_sees_is_not_read(mark):
    """Windows puts such marks around a number that is copied from some of its windows."""
    assert read_day(f"{mark}2024-06{mark}-05{mark}") == JUNE_5
    assert read_month(f"{mark}2024-06{mark}") == Month.of(2024, 6).number
    assert read_money(f"{mark}1,200{mark}") == 120000
    assert canonical_id(f"{mark}10{mark}01") == "1001"
    assert canonical_unit(f"{mark}城{mark}东") == "城东"


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("24/6/5", kinds.SHORT_YEAR), ("24年6月5日", kinds.SHORT_YEAR), ("5-Jun-40", kinds.SHORT_YEAR),
        ("6月5日", kinds.NO_YEAR), ("2024年6月", kinds.NO_DAY_IN_MONTH), ("Jun-24", kinds.NO_DAY_IN_MONTH),
        (202406, kinds.NO_DAY_IN_MONTH), ("2024-02-30", kinds.NO_SUCH_DAY), (20240230, kinds.NO_SUCH_DAY),
        ("3/4/2024", kinds.DAY_OR_MONTH), ("2101-01-01", kinds.DAY_OUT_OF_RANGE), (5, kinds.NO_DAY),
        (dt.date(1800, 1, 1), kinds.DAY_OUT_OF_RANGE), ("昨天", kinds.NO_DAY), (True, kinds.NO_DAY),
        (-3, kinds.NO_DAY), (float("nan"), kinds.NO_DAY), (99999, kinds.NO_DAY), ("2024", kinds.NO_DAY),
        ("3024-06-05", kinds.DAY_OUT_OF_RANGE), (dt.time(8), kinds.NO_DAY),
    ],
)  # fmt: skip
def test_a_day_is_refused(cell, kind):
    found = read_day(cell)
    assert isinstance(found, Fault)
    assert found.kind is kind


NEVER = [
    *sorted(NO_DAY_WORDS), "9999-12-31", "9999/1/1", "99991231", "2999-12-31", "3000-01-01", "1900-01-01",
    "1900/1/0", "1899-12-30", "0", 0, 1, 2, 2958465, "2958465", 401769, dt.date.max, dt.datetime(1900, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("cell", NEVER)
def test_what_stands_for_no_day(cell):
    assert read_day(cell) is NO_DAY
    assert DayReader()(cell) is None
    assert DayReader(optional=False)(cell).kind is kinds.DAY_NEEDED


@pytest.mark.parametrize(
    "cell",
    ["2024-06", "2024年6月份", "2024.06", "2024.6", 2024.06, 202406, "202406", "202406.0", "Jun-24",
     "Jun 2024", "2024-Jun", "June 2024", JUNE_5, 45448, "2024/6/5 星期三"],
)  # fmt: skip
def test_a_month_is_read(cell):
    assert Month(read_month(cell)) == Month.parse(cell) == Month.of(2024, 6)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (2024.1, kinds.MONTH_OR_TENFOLD), ("2024.1", kinds.MONTH_OR_TENFOLD), ("6月", kinds.MONTH_ALONE),
        ("6月份", kinds.MONTH_ALONE), ("2024-13", kinds.NO_SUCH_MONTH), (202413, kinds.NO_SUCH_MONTH),
        ("2101-01", kinds.MONTH_OUT_OF_RANGE), ("至今", kinds.NO_MONTH), ("六月", kinds.NO_MONTH),
        (13, kinds.NO_MONTH), (True, kinds.NO_MONTH), ("Jun-40", kinds.SHORT_YEAR),
    ],
)  # fmt: skip
def test_a_month_is_refused(cell, kind):
    assert read_month(cell).kind is kind
    with pytest.raises(ValueError, match="no month"):
        Month.parse(cell)


def test_october_with_its_zero_is_october():
    assert read_month("2024.10") == read_month("2024-10") == Month.of(2024, 10).number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("￥1,200", 1200), ("1.5万", 15000), ("(20)", -20), ("１２００元", 1200), ("1 200", 1200),
        ("1\u00a0200\u00a0000.5", 1200000.5), ("80%", 0.8), ("1000-", -1000), ("'1200", 1200),
        ("1, 200", 1200), ("12 件", 12), ("- 5", -5), ("1.2E+05", 120000),
    ],
)  # fmt: skip
def test_a_number_is_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["12 20", "1 2", "1,23", "1 2000", "1.2.3", "约100", "一千", "5 - 3"]
)
def test_a_number_is_refused(text):
    assert read_number(text).kind is kinds.NO_NUMBER
    assert read_money(text).kind is kinds.NO_NUMBER


CELLS = st.text("0123456789,.-+()￥ 元万%E１２", max_size=9) | st.from_regex(
    r"-?[0-9]{1,3}(,[0-9]{3}){0,3}(\.[0-9]{1,2})?", fullmatch=True
)


@given(st.lists(CELLS, min_size=1, max_size=6))
@example(["1,000", "1 000", "0001", "-0.5", "(3)", "1e3"])
def test_a_column_means_what_its_cells_mean(texts):
    """The fast way over whole columns and the reading of one cell give the same, faults too."""
    cells = [text.strip() or None for text in texts]
    column = replace(TABLES["policies"].column("fyc"), default=None)
    parsed = parse_column(pa.array(cells, pa.string()), column, Settings())
    faults = dict(parsed.faults)
    for place, cell in enumerate(cells):
        alone = None if cell is None or cell == "-" else read_money(cell)
        kept = alone.kept if isinstance(alone, Fault) else alone
        assert parsed.values[place].as_py() == kept
        assert (faults[place].kind if place in faults else None) is (
            alone.kind if isinstance(alone, Fault) else None
        )


IDS = Ids(["00101", "00102", "A7", "b9", "123456789012345678", "223456789012345678", "0007", "7"])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("101", "00101"), ("００１０１", "00101"), ("00101\u200b", "00101"), ("a7", "A7"), ("B9", "b9"),
        ("00101 甲一", "00101"), ("甲一（00101）", "00101"), ("00101-欧阳·甲", "00101"), ("101 甲一", "00101"),
        ("101.0", "00101"), ("123456789012345000", "123456789012345678"),
        ("1.23456789012345E+17", "123456789012345678"),
    ],
)  # fmt: skip
def test_an_id_is_matched_where_only_one_is_meant(given, meant):
    assert IDS.meant(given).id == meant


@pytest.mark.parametrize(
    "given", ["00101", "103", "07", "甲一", "1.23E+17", "9", "00101 00102", ""]
)
def test_an_id_is_never_guessed(given):
    assert IDS.meant(given) is None


def test_ids_that_fit_two():
    assert IDS.could_be("07") == ["0007", "7"]


@pytest.mark.parametrize("mark", ["²", "¹²", "①", "⑴", "₃", "⁹"])
@pytest.mark.parametrize("read", [read_number, read_money, read_day, read_month])
@pytest.mark.parametrize("value", ["18", "1,800", "１８", "2024-06-1", "2024-06", "18.5"])
def test_the_mark_of_a_footnote_is_no_digit(value, read, mark):
    assert isinstance(read(f"{value}{mark}"), Fault)
