"""Functions by counts: one for every KPI of the catalogue, numbers in, ratio out.

They work element by element over ranges. Most cells of a spreadsheet ask for a single value,
though, so the KPI's formula is also compiled once into ordinary Python arithmetic: the same tree,
evaluated with names instead of numbers.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from kpi_xl.kpi import Kpi
from udfs.arguments import left_out, numbers
from udfs.fraction import compiled
from udfs.quantities import one
from udfs.results import Result, cells, never_raises, shaped


def by_counts(kpi: Kpi) -> Callable[..., Result]:
    """Make the worksheet function of a KPI: its measures by counts, then its settings.

    Parameters
    ----------
    kpi : Kpi
        Any KPI.

    Returns
    -------
    callable
        Named by the KPI's code, with its measures and settings as parameters.
    """
    codes = [*(m.code for m in kpi.measures), *(s.code for s in kpi.settings)]
    required = len(kpi.measures)
    signature = inspect.Signature(
        [
            inspect.Parameter(
                code,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if place < required else None,
            )
            for place, code in enumerate(codes)
        ]
    )
    fraction: Callable[..., tuple[float, float]] | None = None
    over_ranges = never_raises(functools.partial(_over_ranges, kpi))

    def function(*args: Any, **named: Any) -> Result:
        nonlocal fraction
        if not named and len(args) == required:
            for value in args:
                if type(value) is not float:
                    break
            else:
                if fraction is None:
                    fraction = compiled(kpi)
                numerator, denominator = fraction(*args)
                if denominator > 0:
                    result: float = numerator / denominator
                    if result - result == 0.0:  # neither infinite nor NaN
                        return result
        bound = signature.bind(*args, **named)
        bound.apply_defaults()
        return over_ranges(*bound.args)

    function.__name__ = function.__qualname__ = kpi.code
    function.__doc__ = f"{kpi.name} = {kpi.formula}"
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _over_ranges(kpi: Kpi, *args: Any) -> Result:
    read = [numbers(value) for value in args[: len(kpi.measures)]]
    settings = {
        setting.code: one(value)
        for setting, value in zip(kpi.settings, args[len(kpi.measures) :], strict=False)
        if not left_out(value)
    }
    try:
        shape = np.broadcast_shapes(*(values.shape for values, _, _ in read))
    except ValueError:
        return "#VALUE!"  # ranges that do not fit together
    if any(not 0 <= number <= 1 for number in settings.values()):
        return "#NUM!"  # every setting is a share: 70 is not 70%
    computed = kpi(*(values for values, _, _ in read), **settings)
    found = cells(np.broadcast_to(computed, shape))
    # A row without anything in it gives nothing: whole columns may be passed.
    empty = np.broadcast_to(
        functools.reduce(np.logical_and, (blank for _, blank, _ in read)), shape
    )
    for row, column in np.argwhere(empty):
        found[row][column] = None
    return shaped(found, max(dimensions for _, _, dimensions in read))
