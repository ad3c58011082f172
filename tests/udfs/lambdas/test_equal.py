"""Every named formula, computed by another engine, gives what the function of its name gives."""

from __future__ import annotations

import datetime as dt
import io
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import formulon
import openpyxl
import pytest

from kpi_xl.catalogue import kpis
from kpi_xl.readers.date import EPOCH
from udfs import functions
from udfs.lambdas import by_roster
from udfs.lambdas.syntax import fit
from udfs.lambdas.workbook import with_names

_ERRORS = {
    formulon.ErrorCode.DIV0: "#DIV/0!",
    formulon.ErrorCode.VALUE: "#VALUE!",
    formulon.ErrorCode.NUM: "#NUM!",
    formulon.ErrorCode.NA: "#N/A",
}
_BY_COUNTS = [kpi.on_paper for kpi in kpis.values() if kpi.code not in by_roster.FORMULAS]


def computed(rows: Sequence[Sequence[Any]], formula: str) -> list[list[Any]]:
    """A formula's cells, beside some rows of cells from A1 on."""
    with _workbook(rows) as workbook:
        return _cells(workbook, formula)


def _workbook(rows: Sequence[Sequence[Any]]) -> formulon.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and not cell.value.startswith("#"):
                cell.data_type = "s"
    written = io.BytesIO()
    book.save(written)
    return formulon.Workbook.load(with_names(Path("names.xlsx"), written.getvalue()).content)


def _cells(workbook: formulon.Workbook, formula: str) -> list[list[Any]]:
    return [
        [_value(cell) for cell in row]
        for row in workbook.evaluate_formula_array(0, 200, 200, formula)
    ]


def _value(cell: Any) -> Any:
    if cell.error_code is not None:
        code = formulon.ErrorCode(cell.error_code)
        return _ERRORS.get(code, code.name)
    return cell.number if cell.number is not None else cell.text or None


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float | int) and isinstance(found, float):
        return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-15)
    return bool(found == expected)


def _is_error(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("#")


_PLAIN = (
    None,
    0,
    1,
    7,
    250,
    1234.56,
    -3,
    0.25,
    1e12,
    True,
    "",
    " ",
    "-",
    "无",
    "12",
    " 80% ",
    "0.5",
    "#N/A",
)
_ASKED = (
    "1,800",
    "6-1",
    "1/2",
    "12:30",
    "3万",
    "abc",
    "１８",
    "(20)",
    "2024-06",
    "¥5",
    "1 2",
    "*",
    "?",
)
"""What the function reads, or refuses, and the formula may refuse, but never read otherwise."""


@pytest.mark.parametrize("kpi", _BY_COUNTS, ids=lambda kpi: kpi.code)
def test_by_counts(kpi: Any) -> None:
    """Of plain cells the same comes out to the last error; of others the same, or an error."""
    chance = random.Random(kpi.code)
    width = len(kpi.measures)
    rows = [[chance.choice(_PLAIN[1:9]) for _ in range(width)] for _ in range(20)]
    rows += [[chance.choice(_PLAIN) for _ in range(width)] for _ in range(30)]
    rows += [[None] * width, [0] * width]
    odd = [[chance.choice(_PLAIN + _ASKED) for _ in range(width)] for _ in range(20)]
    columns = [chr(ord("A") + place) for place in range(width)]
    function = getattr(functions, kpi.code)
    with _workbook(rows + odd) as workbook:
        for number, row in enumerate(rows + odd, 1):
            expected = function(*row)
            cells = ",".join(f"{column}{number}" for column in columns)
            for name in (kpi.code, fit(kpi.name)):
                found = _cells(workbook, f"={name}({cells})")[0][0]
                lenient = number > len(rows) and (_is_error(found))
                assert _same(found, expected) or lenient, (name, row, found, expected)
        ranges = ",".join(f"{column}1:{column}{len(rows)}" for column in columns)
        found_rows = _cells(workbook, f"={kpi.code}({ranges})")
        by_row = function(*([[row[place]] for row in rows] for place in range(width)))
        for found_row, expected_row in zip(found_rows, by_row, strict=True):
            assert _same(found_row[0], expected_row[0])


def _roster(chance: random.Random) -> list[list[Any]]:
    rows: list[list[Any]] = [["签约日期", "解约日期"]] if chance.random() < 0.5 else []
    for _ in range(chance.randrange(1, 60)):
        signed = dt.date(2022, 1, 1) + dt.timedelta(chance.randrange(1200))
        left = signed + dt.timedelta(chance.choice((0, 5, 31, 90, 400, 900)))
        blank = chance.choice((None, None, "在职", "-", dt.date(9999, 12, 31), 0))
        rows.append(
            [
                chance.choice((_as_written(chance, signed), signed, None)),
                chance.choice((_as_written(chance, left), blank)),
            ]
        )
    return rows


def _as_written(chance: random.Random, day: dt.date) -> Any:
    return chance.choice(
        (
            day,
            (day - EPOCH).days,
            f"{day:%Y-%m-%d}",
            f"{day.year}/{day.month}/{day.day}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
            int(f"{day:%Y%m%d}"),
            f"{day.year}.{day.month}.{day.day}",
        )
    )


def _calls(chance: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    month = dt.date(chance.choice((2022, 2023, 2024, 2025)), chance.randrange(1, 13), 1)
    months = (
        f"{month:%Y-%m}", int(f"{month:%Y%m}"), f"{month.year}年{month.month}月", month,
        f"{month.year}/{month.month}", f"{month:%Y%m}", f"{month:%Y-%m-%d}", (month - EPOCH).days,
        f"{month.year}年{month.month}月份",
    )  # fmt: skip
    end = dt.date(month.year + chance.randrange(2), chance.randrange(1, 13), 15)
    for code in ("KPI_RECRUITS", "KPI_LEAVERS", "KPI_AVG_HEADCOUNT", "KPI_RETENTION13"):
        yield code, (chance.choice(months),)
    yield "KPI_HEADCOUNT", (chance.choice((*months, _as_written(chance, end))),)
    yield "KPI_RETENTION13", (chance.choice(months), chance.choice((0, 1, 3, 6, 12, 25)))
    yield "KPI_STAY_RATE", (month, _as_written(chance, end))
    for served in (0, chance.randrange(1, 30), chance.choice((40, -1, 2.5, "x", ""))):
        yield "KPI_SURVIVAL", (served, chance.choice((*months, _as_written(chance, end))))


def _typed(value: Any) -> str:
    if isinstance(value, dt.date):
        return f"DATE({value.year},{value.month},{value.day})"
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("seed", range(60))
def test_by_roster(seed: int) -> None:
    """Random people, in the manners dates are written, by random months and days."""
    chance = random.Random(seed)
    rows = _roster(chance)
    signed, left = ([row[place] for row in rows] for place in (0, 1))
    with _workbook(rows) as workbook:
        for code, arguments in _calls(chance):
            expected = getattr(functions, code)(signed, left, *arguments)
            name = "KPI_RETENTION_N" if len(arguments) == 2 and "13" in code else code
            cells = ",".join(map(_typed, arguments))
            formula = f"={name}(A1:A{len(rows)},B1:B{len(rows)},{cells})"
            found = _cells(workbook, formula)[0][0]
            assert _same(found, expected), (formula, found, expected, rows)


def test_without_a_number_of_months_nothing_is_guessed() -> None:
    """A blank cell is no month: the function takes 13 for it, or refuses."""
    rows = [[dt.date(2024, 3, 11), None, None]] * 5
    for call in (
        'KPI_RETENTION_N(A1:A5,B1:B5,"2024-06",C1)',
        'KPI_SURVIVAL(A1:A5,B1:B5,C1,"2024-06")',
    ):
        assert computed(rows, f"={call}") == [["#VALUE!"]]


_WRITTEN = (
    *(
        "2024-06",
        "2024-6-5",
        "2024-02-30",
        "2024-13",
        "202413",
        202413,
        2024.06,
        2024.1,
        "6月",
        "今天",
    ),
    *(
        0,
        1,
        -1,
        9999,
        10_000,
        73_415,
        73_416,
        99_999,
        20240615,
        20241315,
        "20240615",
        45444.75,
        True,
        "abc",
    ),
    *(
        "2024年6月5日",
        "2024.6",
        "24-6-5",
        "5/6/2024",
        "Jun-24",
        "2024-06-05 10:30",
        "9999-12-31",
        "1800-01-01",
    ),
    *(
        "2024-",
        "2024--5",
        "-",
        "",
        None,
        "2024-06-",
        "2024年",
        "1e5",
        "4.5e4",
        "45444",
        "2150-01",
        215001,
    ),
)


@pytest.mark.parametrize("written", _WRITTEN, ids=repr)
def test_no_day_is_read_otherwise(written: Any) -> None:
    """Whatever stands in a cell is the day or month that the function reads, or an error."""
    rows = [
        [dt.date(2020, 1, 15), None, written],
        [dt.date(2024, 6, 3), dt.date(2024, 6, 20), None],
    ]
    signed, left = [rows[0][0], rows[1][0]], [None, rows[1][1]]
    with _workbook(rows) as workbook:
        for code in ("KPI_HEADCOUNT", "KPI_RECRUITS", "KPI_AVG_HEADCOUNT"):
            found = _cells(workbook, f"={code}(A1:A2,B1:B2,C1)")[0][0]
            expected = getattr(functions, code)(signed, left, written)
            assert _same(found, expected) or _is_error(found), (code, found, expected)
        for place in (1, 2):
            column = [rows[0][0], written] if place == 1 else [written, rows[0][0]]
            with _workbook([[cell] for cell in column]) as book:
                found = _cells(book, '=KPI_HEADCOUNT(A1:A2,"","2024-06-15")')[0][0]
                expected = functions.KPI_HEADCOUNT(column, None, "2024-06-15")
                assert _same(found, expected) or _is_error(found), (column, found, expected)
