"""Whatever is written comes back the same, to this package and to another reader."""

import datetime as dt
import io
import math
import warnings
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl.workbook import Template, read
from kpi_xl.workbook.ooxml import cells, serials

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(st.characters(codec=None, categories=None), max_size=60) | st.from_regex(
    r"(_?x[0-9A-F]{4}_|_|\x07|\r|\n){1,6}", fullmatch=True
)
VISIBLE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
).filter(lambda text: "_x" not in text)
DATES = st.dates(min_value=dt.date(1900, 1, 1))
MOMENTS = st.datetimes(min_value=dt.datetime(1900, 3, 1)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("round") / "t.xlsx"
    book = openpyxl.Workbook()
    name = openpyxl.workbook.defined_name.DefinedName("x", attr_text="Sheet!$B$2")
    book.defined_names["x"] = name
    book.save(path)
    return Template(path)


@pytest.fixture
def back(template, tmp_path):
    """The value as this package reads it, and as openpyxl does."""
    path = tmp_path / "filled.xlsx"

    def both(value):
        path.write_bytes(template.fill({"x": value}))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
        return read(path)["x"], other["Sheet"]["B2"].value

    return both


@SETTINGS
@given(TEXT)
def test_any_text(back, text):
    assert back(text)[0] == text.replace("\r\n", "\n")


@SETTINGS
@given(VISIBLE)
def test_text_to_another_reader(back, text):
    assert back(text) == (text, text)


@given(TEXT)
def test_escaping(text):
    escaped = cells.escaped(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert cells.unescaped(escaped) == text.replace("\r\n", "\n")


@SETTINGS
@given(NUMBERS)
def test_numbers(back, number):
    mine, other = back(number)
    assert mine == other == number
    assert type(mine) is type(number)


@SETTINGS
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-1e9, max_value=1e9))
def test_decimals(back, number):
    mine, other = back(number)
    assert math.isclose(mine, number, rel_tol=1e-15)
    assert math.isclose(other, number, rel_tol=1e-15)
    assert Decimal(str(mine)) == number


@SETTINGS
@given(DATES)
def test_dates(back, day):
    mine, other = back(day)
    assert mine == day
    if day.year < 9999:
        assert other == dt.datetime(day.year, day.month, day.day)


@SETTINGS
@given(MOMENTS)
def test_moments(back, moment):
    mine, other = back(moment)
    whole_day = moment.time() == dt.time()
    assert mine == (moment.date() if whole_day else moment)
    assert abs(other - moment) < dt.timedelta(milliseconds=1)


@given(
    st.dates(min_value=dt.date(1904, 1, 1)) | MOMENTS.filter(lambda m: m.year > 1903), st.booleans()
)
def test_serials(moment, date1904):
    number = serials.serial(moment, date1904)
    if type(moment) is dt.datetime and moment.time() == dt.time():
        moment = moment.date()
    assert serials.moment(number, date1904) == moment


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_any_number_is_a_date_or_none(number, date1904):
    assert isinstance(serials.moment(number, date1904), dt.date | None)
