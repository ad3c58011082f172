"""The KPI_* functions, as plain callables that any host can register.

Arguments are what a spreadsheet hands over: scalars, lists or rows of cells, see
`udfs.arguments`. A result is a scalar, or rows where rows were given. Errors come back as the
spreadsheet's names (``"#DIV/0!"``, ``"#N/A"``, ``"#VALUE!"``, ``"#NUM!"``), and no function ever
raises: the host turns the names into its own true errors.

By counts: one function for every KPI of the catalogue, generated from it: numbers in, ratio out,
element by element over ranges. By roster: the functions written out below, which count people from
a column of sign dates and a column of leave dates.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_xl import roster
from kpi_xl.catalogue import kpis
from kpi_xl.error_values import error_names
from kpi_xl.kpi import Kpi
from udfs.arguments import BadArgumentError, dates, days, is_blank, months, numbers

Result = float | str | None | list[Any]


# ---------------------------------------------------------------------------------------------
# How results leave


def _shaped(rows: list[list[Any]], dimensions: int) -> Result:
    """Rows as the caller gave them: a scalar for a scalar, a flat list for a flat list."""
    if dimensions == 0:
        result: Result = rows[0][0]
        return result
    return rows if dimensions == 2 else [row[0] for row in rows]


def _cells(values: NDArray[np.float64]) -> list[list[Any]]:
    cells: NDArray[Any] = values.astype(object)
    names = error_names(values)
    wrong = names != None  # noqa: E711 - elementwise
    cells[wrong] = names[wrong]
    rows: list[list[Any]] = cells.tolist()
    return rows


def _never_raises(function: Callable[..., Result]) -> Callable[..., Result]:
    @functools.wraps(function)
    def guarded(*args: Any, **named: Any) -> Result:
        try:
            return function(*args, **named)
        except BadArgumentError as error:
            return error.name
        except (ValueError, OverflowError):
            return "#VALUE!"

    return guarded


# ---------------------------------------------------------------------------------------------
# By counts


def _by_counts(kpi: Kpi) -> Callable[..., Result]:
    """The worksheet function of a KPI: its measures by counts, then its settings."""

    def function(*args: Any) -> Result:
        read = [numbers(value) for value in args[: len(kpi.measures)]]
        settings = {
            s.code: numbers(v)[0][0, 0]
            for s, v in zip(kpi.settings, args[len(kpi.measures) :], strict=False)
            if not is_blank(v)
        }
        try:
            shape = np.broadcast_shapes(*(cells.shape for cells, _, _ in read))
        except ValueError:
            return "#VALUE!"  # ranges that do not fit together
        values = np.broadcast_to(kpi(*(cells for cells, _, _ in read), **settings), shape)
        cells = _cells(values)
        # A row without anything in it gives nothing: whole columns may be passed.
        empty = np.broadcast_to(
            functools.reduce(np.logical_and, (blank for _, blank, _ in read)), shape
        )
        for row, column in np.argwhere(empty):
            cells[row][column] = None
        return _shaped(cells, max(dimensions for _, _, dimensions in read))

    parameters = [
        inspect.Parameter(m.code, inspect.Parameter.POSITIONAL_OR_KEYWORD) for m in kpi.measures
    ] + [
        inspect.Parameter(s.code, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
        for s in kpi.settings
    ]
    signature = inspect.Signature(parameters)

    def named(*args: Any, **values: Any) -> Result:
        bound = signature.bind(*args, **values)
        bound.apply_defaults()
        return function(*bound.args)

    named.__name__ = named.__qualname__ = kpi.code
    named.__doc__ = f"{kpi.name} = {kpi.formula}"
    named.__signature__ = signature  # type: ignore[attr-defined]
    return _never_raises(named)


# ---------------------------------------------------------------------------------------------
# By roster


def _each(cells: list[list[Any]], dimensions: int, compute: Callable[[list[Any]], Any]) -> Result:
    """Compute for all that was read, in the shape given; what was not is its error value."""
    wanted = [cell for row in cells for cell in row if not isinstance(cell, str)]
    computed = iter(compute(wanted).tolist() if wanted else ())
    return _shaped(
        [[cell if isinstance(cell, str) else next(computed) for cell in row] for row in cells],
        dimensions,
    )


def _per_month(month: Any, compute: Callable[[NDArray[np.datetime64]], NDArray[Any]]) -> Result:
    return _each(
        *months(month),
        lambda wanted: compute(np.array([str(m) for m in wanted], dtype="datetime64[M]")),
    )


def _roster(signed: Any, left: Any) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    sign, leave = dates(signed), dates(left)
    if leave.size == 1 and np.isnat(leave).all():
        leave = np.full(sign.size, leave[0])  # nobody has left: the column may be left out
    if sign.size != leave.size:
        raise BadArgumentError("#VALUE!")
    return sign, leave


def _first(month: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return month.astype("datetime64[D]")


def _last(month: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return ((month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")).astype("datetime64[D]")


@_never_raises
def KPI_HEADCOUNT(signed: Any, left: Any, day: Any) -> Result:
    """在职人数：某一天（写月份则为月末）合同有效的人数。

    Parameters
    ----------
    signed : column of dates
        签约日期列。
    left : column of dates
        解约日期列，在职的留空。
    day : date or month, or a range of them
        日期或月份。

    Returns
    -------
    int, or rows of int
        人。

    Examples
    --------
    >>> KPI_HEADCOUNT(["2024-01-05", "2024-02-01"], ["2024-02-10", None], "2024-02")
    1
    """
    sign, leave = _roster(signed, left)
    return _each(
        *days(day),
        lambda wanted: roster.headcount(sign, leave, np.array(wanted, dtype="datetime64[D]")),
    )


@_never_raises
def KPI_RECRUITS(signed: Any, left: Any, month: Any) -> Result:
    """新增人数：某月签约的人数。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份，如 2024-06。

    Returns
    -------
    int, or rows of int
        人。

    Examples
    --------
    >>> KPI_RECRUITS(["2024-01-05", "2024-02-01"], None, ["2024-01", "2024-02", "2024-03"])
    [1, 1, 0]
    """
    sign, _ = _roster(signed, left)
    return _per_month(month, lambda m: roster.recruits(sign, _first(m), _last(m)))


@_never_raises
def KPI_LEAVERS(signed: Any, left: Any, month: Any) -> Result:
    """脱落人数：某月解约的人数。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份。

    Returns
    -------
    int, or rows of int
        人。

    Examples
    --------
    >>> KPI_LEAVERS(["2024-01-05", "2024-02-01"], ["2024-02-10", None], "2024年2月")
    1
    """
    sign, leave = _roster(signed, left)
    return _per_month(month, lambda m: roster.leavers(sign, leave, _first(m), _last(m)))


@_never_raises
def KPI_AVG_HEADCOUNT(signed: Any, left: Any, month: Any) -> Result:
    """平均人数：某月期初与期末人数的平均。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份。

    Returns
    -------
    float, or rows of float
        人。

    Examples
    --------
    >>> KPI_AVG_HEADCOUNT(["2024-01-05", "2024-02-01"], [None, None], 202402)
    1.5
    """
    sign, leave = _roster(signed, left)
    return _per_month(month, lambda m: roster.average_headcount(sign, leave, _first(m), _last(m)))


@_never_raises
def KPI_RETENTION13(signed: Any, left: Any, month: Any, months: Any = 13) -> Result:
    """13个月留存率：本月之前第 13 个月签约的人，到本月末仍在职的比例。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    month : month, or a range of months
        月份。
    months : int, optional
        看第几个月的留存，默认 13，也可为 3、6、7、12、25 等。

    Returns
    -------
    float, or rows of float
        比率；那个月没有人签约则为 #DIV/0!。

    Examples
    --------
    >>> left = [None] * 40 + ["2024-05-20"] * 10
    >>> KPI_RETENTION13(["2024-03-11"] * 50, left, "2024-06", 3)
    0.8
    """
    sign, leave = _roster(signed, left)
    back = 13.0 if is_blank(months) else float(numbers(months)[0][0, 0])
    if not np.isfinite(back):
        return "#VALUE!"
    if back < 0 or back != int(back) or back > 1200:
        return "#NUM!"

    def compute(month: NDArray[np.datetime64]) -> NDArray[Any]:
        rates = roster.retention(sign, leave, month, int(back))
        return np.array(_cells(rates.reshape(1, -1))[0], dtype=object)

    return _per_month(month, compute)


@_never_raises
def KPI_STAY_RATE(signed: Any, left: Any, start: Any, end: Any) -> Result:
    """期间留存率：开始那天在职的人，到结束那天仍在职的比例。

    Parameters
    ----------
    signed, left : columns of dates
        签约日期列、解约日期列。
    start, end : date or month
        开始与结束的日期；写月份则为月末。

    Returns
    -------
    float
        比率；开始那天没有人在职则为 #DIV/0!。

    Examples
    --------
    >>> left = [None] * 170 + ["2024-04-01"] * 30
    >>> KPI_STAY_RATE(["2023-01-01"] * 200, left, "2024-02", "2024-05")
    0.85
    """
    sign, leave = _roster(signed, left)
    first, last = days(start)[0][0][0], days(end)[0][0][0]
    if isinstance(first, str):
        return first
    if isinstance(last, str):
        return last
    if first > last:
        return "#NUM!"
    rate = roster.stay_rate(sign, leave, np.datetime64(first), np.datetime64(last))
    return _shaped(_cells(rate.reshape(1, 1)), 0)


for _kpi in kpis.values():
    if _kpi.code not in globals():
        globals()[_kpi.code] = _by_counts(_kpi)

__all__ = sorted(name for name in globals() if name.startswith("KPI_"))  # noqa: PLE0605
