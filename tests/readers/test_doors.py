"""One grammar at every door: raw files, worksheet functions, returned sheets, kpi.toml, options.

The same spellings go through all of them. What one accepts all accept, and it means the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.catalogue.schema import Column
from kpi_xl.checks.parse import parse_column
from kpi_xl.checks.rules import by_code
from kpi_xl.circulation.validation import Validation
from kpi_xl.cli.analysis_commands import day_meant
from kpi_xl.cli.chinese import Number
from kpi_xl.definitions.condition_text import value_of
from kpi_xl.definitions.own_kpis import Definition, Place, own_kpis
from kpi_xl.errors import InputError
from kpi_xl.settings.kpi_toml import of_project, read_settings
from kpi_xl.settings.project_settings import Settings
from kpi_xl.workbook.answers import Answer, Answers
from kpi_xl.workbook.inputs import Expected, InputSlot
from kpi_xl.workbook.ooxml.references import Area
from kpi_xl.workbook.slots import Slot
from udfs.arguments import BadArgumentError, month_of, numbers
from udfs.compare import kpi_of, named
from udfs.dates import dates

REFUSED: Final = "refused"
BLANK: Final = "blank"
Door = Callable[[str, str], Any]
"""What a door makes of a spelling of a kind: a value, `BLANK` or `REFUSED`."""


def raw_file(kind: str, text: str) -> Any:
    if not text.strip():
        return BLANK  # the reader of files hands on none
    column = Column("x", "列", kind, "")  # type: ignore[arg-type]
    parsed = parse_column(pa.array([text.strip()]), column, Settings())
    if parsed.faults:
        return REFUSED
    value = parsed.values[0].as_py()
    return BLANK if value is None else value


def worksheet(kind: str, text: str) -> Any:
    if kind in ("number", "count"):
        read, blank, _ = numbers(text)
        if blank[0, 0]:
            return BLANK
        return REFUSED if math.isnan(read[0, 0]) else float(read[0, 0])
    if kind == "month":
        found = month_of(text)
        return found.number if isinstance(found, Month) else REFUSED
    try:
        day = dates(text)[0]
    except BadArgumentError:
        return REFUSED
    return BLANK if str(day) == "NaT" else day.item()


def returned(kind: str, text: str) -> Any:
    expected = Expected({"count": "whole"}.get(kind, kind))
    slot = Slot("input.x", "表", "A1", 1, 1, 1, 1, False, False)
    answers = Answers("表", Area(1, 1, 1, 1), [[Answer("A1", text or None, "", False)]])
    validation = Validation(Path("x.xlsx"), {"input.x": answers}, {})
    validation.check([InputSlot(slot, (expected,), "", "")])
    if any(not problem.taken for problem in validation.problems):
        return REFUSED
    return validation.valid[0].value if validation.valid else BLANK


@pytest.fixture(scope="module")
def setting(tmp_path_factory) -> Door:
    file = tmp_path_factory.mktemp("project") / "kpi.toml"
    said = {
        "number": '[bands]\n"活动率" = {{ healthy = {} }}\n',
        "count": "[rules]\ngrace_days = {}\n",
        "date": "[rules]\nas_of = {}\n",
    }

    def read(kind: str, text: str) -> Any:
        file.write_text(said[kind].format(f"'''{text}'''"), encoding="utf-8")
        try:
            found = read_settings(file)
        except InputError:
            return REFUSED
        if kind == "number":
            return found.bands["活动率"][0]
        return found.grace_days if kind == "count" else (found.as_of or BLANK)

    return read


def condition(kind: str, text: str) -> Any:
    try:
        return value_of(text, Column("x", "列", kind, ""))  # type: ignore[arg-type]
    except InputError:
        return REFUSED


def api(kind: str, text: str) -> Any:
    try:
        return Month.parse(text).number
    except ValueError:
        return REFUSED


def option(kind: str, text: str) -> Any:
    try:
        if kind in ("number", "count"):
            return Number(whole=kind == "count").convert(text, None, None)
        return Month.meant(text).number if kind == "month" else day_meant(text)
    except (InputError, click.BadParameter):
        return REFUSED


NUMBERS: Final = (
    "0", "1", "-1", "+3", "12.5", "-0.5", ".5", "5.", "007", "1,200", "12,345,678.90", "1, 200",
    "1 200", "1 200 300", "1，200", "１２００", "－５", "−5", "–5", "5-", "(20)", "（20）", "( 20 )", "-(20)",
    "￥1,200", "¥ 3.5", "-￥5", "$7", "RMB 8", "人民币 9", "12元", "12 元", "1.5万", "1.5 万元", "3亿", "2千",
    "1百万", "80%", "80 %", "８０％", "8‰", "1e3", "1E-2", "1.5e+2", "3件", "3 人", "25张", "'12", " 12 ",
    "12\u200b", "1.2.3", "12 20", "1,20", "12,3456", "--5", "+-5", "(5", "5)", "十二", "12abc", "abc", "1/2",
    "0x10", "1_000", "1.0", "00", "-0", "3.14159", "1,234.5", "12 000", "1,000,000", "9.99元", "5折", "6个", "7次",
    "4位", "2单", "11家", "90天", "-3件", "2.5亿元", "十万", "3十万", "4千万", "1.2e-3", "-12%", "(5%)", "100%", "0%", "inf", "nan1", "∞", "1e99999", "9" * 16, "百", "万", "%", "￥", ".", "-", "—", "无", "N/A",
    "null", "",
)  # fmt: skip
COUNTS: Final = (
    "0", "3", "３", "1,2", "12", "+7", "90", "3件", "5 人", "6户", "3.0", "3.5", "3元", "30%", "abc", "十", "3天",
    "1 2", "--3", "-", "无", "",
)  # fmt: skip
DAYS: Final = (
    "2024-06-05", "2024-6-5", "2024/6/5", "2024.06.05", "2024年6月5日", "2024 年 6 月 5 号", "2024、6、5",
    "20240605", "20240605.0", "20240605093000", "２０２４－０６－０５", "2024-06-05 09:30", "2024-06-05T09:30:00Z",
    "2024-06-05 星期三", "2024年6月5日(周三)", "5-Jun-2024", "5 June 2024", "05JUN24", "Jun 5, 2024",
    "June 5th 2024", "2024-Jun-05", "05-6月-24", "13/6/2024", "6/13/2024", "5/5/2024", "45448", "45448.5", " 2024-06-05 ",
    "2024-06-05\u200b", "1900-01-02", "2100-12-31", "5/6/2024", "24-6-5", "6月5日", "2024-06", "202406", "2024年6月",
    "2023-02-29", "2024-13-01", "2024-06-31", "1898-12-31", "2101-01-01", "1776-07-04", "昨天", "六月五日", "abc", "12",
    "1e5", "2024-6", "2024--06--05", "20241305", "2024-06-05 上午 9:30", "2024-06-05 9点30分", "2024.6.5 18:00:00", "20240229", "29-Feb-2024",
    "2024/02/29", "12/31/2024", "31/12/2024", "2024-06-05.", "第一季度", "2024年", "5.6.2024", "13.6.2024",
)  # fmt: skip
NO_DAYS: Final = (
    "在职",
    "至今",
    "长期",
    "9999-12-31",
    "99991231",
    "2999-12-31",
    "1900-01-01",
    "1900-01-00",
    "1899-12-31",
    "0",
)
"""What stands for no day."""
MONTHS: Final = (
    "2024-06", "2024-6", "2024/06", "2024.06", "202406", "202406.0", "2024年6月", "2024年06月份", "2024 年 6 月",
    "２０２４－０６", "Jun-24", "June 2024", "2024-Jun", "2024-06-05", "2024/6/5", "20240605", "45448", " 2024-06 ",
    "2024.10", "2024.1", "2024.11", "6月", "06", "2024", "2024-13", "2024-00", "1899-06", "2101-06", "六月", "abc", "上月",
    "Jun-40", "24-06",
)  # fmt: skip
BLANKS: Final = ("", " ", "-", "—", "/", "无", "N/A", "null", "NaN")

DOORS_OF: Final = {
    "number": ("raw_file", "worksheet", "returned", "setting", "option", "condition"),
    "count": ("raw_file", "returned", "setting", "option", "condition"),
    "date": ("raw_file", "worksheet", "returned", "setting", "option", "condition"),
    "month": ("raw_file", "worksheet", "option", "condition", "api"),
}
"""A worksheet's function takes any number where it counts; neither a returned sheet nor kpi.toml
has cells for months."""

DEMANDING: Final = frozenset(("setting", "option", "condition", "api"))
"""What is written there means something: what stands for nothing is refused."""


@pytest.fixture(scope="module")
def doors(setting) -> dict[str, Door]:
    return {
        "raw_file": raw_file,
        "worksheet": worksheet,
        "returned": returned,
        "setting": setting,
        "option": option,
        "condition": condition,
        "api": api,
    }


def opened(doors: dict[str, Door], kind: str, text: str) -> dict[str, Any]:
    return {name: doors[name](kind, text) for name in DOORS_OF[kind]}


def agree(found: Iterable[Any]) -> bool:
    """Whether all are the same, a count as a whole number and as a float."""
    first, *others = found
    return all(type(first) is type(one) and first == one for one in others) or all(
        isinstance(one, (int, float)) and one == first for one in (first, *others)
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(("number", text) for text in NUMBERS if text not in BLANKS),
        *(("count", text) for text in COUNTS if text not in BLANKS),
        *(("date", text) for text in DAYS),
        *(("month", text) for text in MONTHS),
    ],
)
def test_every_door_reads_the_same(doors, kind, text):
    found = opened(doors, kind, text)
    assert agree(found.values()), found


@pytest.mark.parametrize("text", BLANKS)
@pytest.mark.parametrize("kind", DOORS_OF)
def test_nothing_is_nothing_at_every_door(doors, kind, text):
    for name, found in opened(doors, kind, text).items():
        # A function with a month has no use for a blank one.
        demanding = name in DEMANDING or (name, kind) == ("worksheet", "month")
        assert found == (REFUSED if demanding else BLANK), name


@pytest.mark.parametrize("text", NO_DAYS)
def test_no_day_is_no_day_in_data_and_no_answer_to_a_question(doors, text):
    """In a column of leave dates 在职 is no date; who is asked for a day has to give one."""
    found = opened(doors, "date", text)
    assert (found.pop("raw_file"), found.pop("worksheet")) == (BLANK, BLANK)
    assert set(found.values()) == {REFUSED}


def test_there_are_enough_spellings():
    assert len({*NUMBERS, *COUNTS, *DAYS, *NO_DAYS, *MONTHS, *BLANKS}) >= 200


LETTERS: Final = st.text("0123456789０９,，. -−+()￥元万亿%‰eE件年月日/号Jun\u200b", max_size=12)


@given(text=LETTERS)
@settings(max_examples=300, deadline=None)
def test_every_door_reads_whatever_is_written_the_same(doors, text):
    for kind in DOORS_OF:
        found = opened(doors, kind, text)
        if BLANK in found.values():
            continue  # what is nothing is compared above
        days = found["raw_file"]
        if kind == "count" and days != REFUSED and not 0 <= days <= 365:
            del found["setting"]  # so many days it takes, and no more
        assert agree(found.values()), (kind, found)


SPELLINGS: Final = {
    "KPI_FYP": (
        "FYP", "fyp", " FYP ", "ＦＹＰ", "ｆｙｐ", "KPI_FYP", "kpi_fyp", "ＫＰＩ＿ＦＹＰ", "首年度保费",
        "首年度保费\u200b", "\u3000首年度保费",
    ),
    "KPI_RETENTION13": ("13个月留存率", "１３个月留存率", "十三个月留存率", "13留"),
    "": ("活动绿", "F Y P", "FYPP", "首年度", "KPI_", "13"),
}  # fmt: skip
"""How a KPI is called, by its code; by none, what no KPI is called."""


def kpi_of_targets(text: str) -> Any:
    column = parse_column(pa.array([text]), Column("kpi", "指标", "text", ""), Settings())
    return by_code(pa.table({"kpi": column.values}), Settings().kpis)["kpi"][0].as_py() or REFUSED


def kpi_of_a_function(text: str) -> Any:
    try:
        return kpi_of(named(text)).code
    except BadArgumentError:
        return REFUSED


def kpi_of_a_command(text: str) -> Any:
    try:
        return kpi_meant(text, Settings().kpis).code
    except InputError:
        return REFUSED


def kpi_of_a_setting(text: str, file: Path) -> Any:
    file.write_text(f'[bands]\n"{text}" = {{ healthy = 0.8 }}\n', encoding="utf-8")
    found = of_project(file, file.with_name("none"), file.with_name("none"))
    (name,) = found.bands or (None,)
    return REFUSED if name is None else found.kpis.find(name).code


def kpi_of_a_formula(text: str) -> Any:
    place = Place("指标定义.xlsx", "指标定义", 2)
    made = own_kpis([Definition(place, {"名称": "两倍", "公式": f"=[{text}]*2"})])
    if made.wrong:
        return REFUSED
    (code,) = made.own
    return made.kpis.find(made.kpis[code].formula.removesuffix(" × 2")).code


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in SPELLINGS.items() for text in texts]
)
def test_every_door_knows_a_kpi_by_the_same_spellings(tmp_path, code, text):
    found = {
        "targets": kpi_of_targets(text),
        "function": kpi_of_a_function(text),
        "command": kpi_of_a_command(text),
        "setting": kpi_of_a_setting(text, tmp_path / "kpi.toml"),
        "formula": kpi_of_a_formula(text),
    }
    assert set(found.values()) == {code or REFUSED}, found


@pytest.mark.parametrize("text", ["门店A", "门店a", "门店Ａ", " 门店A\u200b", "营业部", "营业部 "])
def test_a_level_is_known_by_its_name_here_and_its_own(text):
    assert Settings(levels={"营业部": "门店A"}).level_meant(text) == "营业部"
