"""The functions as xlwings serves them to Excel over COM; the add-in's VBA names this module.

Arguments come raw, without xlwings' pass over every cell, as `udfs.arguments` reads them all; and
results go out raw, as rows of what COM can carry: numbers, text, error names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from udfs import functions
from udfs.excel.descriptions import CATEGORY, named_as
from udfs.excel.offline import importable
from udfs.results import Result, grid

with importable():
    from xlwings.conversion import RawValueAccessor
    from xlwings.udfs import xlarg, xlfunc, xlret


class Cells(RawValueAccessor):
    """Raw arguments. xlwings' own wrappers pass ranges, the add-in passes values."""

    @classmethod
    def reader(cls, options: Any) -> Any:
        whole: Any = super(RawValueAccessor, cls)
        return whole.reader(options).append_stage(_read)


def _read(context: Any) -> None:
    """Read a range; an area of several parts is an error, since Excel would give the first part
    only.
    """
    if context.range is not None:
        of_one_part = context.range.api.Areas.Count == 1
        context.value = context.range.raw_value if of_one_part else "#VALUE!"


def served(
    function: Callable[..., Result], compute: Callable[..., Result] | None = None
) -> Callable[..., list[list[Any]]]:
    """A function as Excel calls it.

    Parameters
    ----------
    function : callable
        A worksheet function, one of `udfs.functions`.
    compute : callable, optional
        What is called in its place.

    Returns
    -------
    callable
        With what xlwings needs to know of it.
    """
    compute = compute or function

    def call(*args: Any) -> list[list[Any]]:
        result = compute(*args)
        if type(result) is float:
            return [[result]]
        if not isinstance(result, list):
            return [[_cell(result)]]
        return [[_cell(cell) for cell in row] for row in grid(result)]

    about = named_as(call, function)
    xlret("raw")(call)
    for name, text in about.arguments.items():
        xlarg(name, Cells, doc=text)(call)
    # Last, as each of xlwings' decorators begins with putting the category back to its own.
    xlfunc(call, category=CATEGORY)
    return call


def _cell(value: Any) -> float | str:
    """Turn a value into one that COM carries: an empty cell would show as 0, a long integer as
    #VALUE!.
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else float(value)


for _name in functions.__all__:
    globals()[_name] = served(getattr(functions, _name))
