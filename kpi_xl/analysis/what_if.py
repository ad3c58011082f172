"""What-if: the result with one factor changed, and the value a factor needs to reach a goal.

Both work on a chain of quantities, as `kpi_xl.analysis.factors` does: visits → talks → sales →
premium, or people → producers → pieces → premium.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.factors import factor_values
from kpi_xl.error_values import DIV0, NUM


def what_if(quantities: ArrayLike, changed: Mapping[int, ArrayLike]) -> NDArray[np.float64]:
    """The quantities of a chain when some factors are different.

    Parameters
    ----------
    quantities : (n, ...) array_like of int64
        人, 件, 分 …, the result last.
    changed : mapping of int to array_like
        New values of factors by their place in the chain: 0 is the first quantity itself, i the
        ratio of the i-th quantity to the one before.

    Returns
    -------
    (n, ...) float64 array
        The quantities that would result; ``#DIV/0!`` from a ratio without a base on.

    Examples
    --------
    100 people, 60% active, 1.5 pieces each, 3,000 a piece; with 70% active:

    >>> what_if([100, 60, 90, 270_000], {1: 0.7}).round(6).tolist()
    [100.0, 70.0, 105.0, 315000.0]
    """
    values: list[ArrayLike] = list(factor_values(quantities))
    for place, value in changed.items():
        values[place] = value
    factors = np.stack(np.broadcast_arrays(*values)).astype(np.float64)
    return np.asarray(np.cumprod(factors, axis=0))


def quantity_needed(quantities: ArrayLike, goal: ArrayLike, place: int) -> NDArray[np.float64]:
    """How many producers, pieces or visits reach a goal, the ratios after them held.

    Parameters
    ----------
    quantities : (n, ...) array_like of int64
        人, 件, 分 …, the result last.
    goal : array_like of int64
        The result to be reached, in its unit.
    place : int
        Which quantity of the chain is looked for.

    Returns
    -------
    (...) float64 array
        The smallest whole number that reaches it; ``#DIV/0!`` where there is no result yet,
        ``#NUM!`` for a negative goal or quantity.

    Notes
    -----
    quantity × goal / result, computed in whole numbers and rounded up.

    Examples
    --------
    30 visits, 10 talks, 3 sales and 15,000 元 in a week; what does a week of 20,000 元 take?

    >>> week = [30, 10, 3, 15_000_00]
    >>> [quantity_needed(week, 20_000_00, place).item() for place in (0, 1, 2)]
    [40.0, 14.0, 4.0]
    """
    chain = np.asarray(quantities, dtype=np.int64)
    count, result, wanted = np.broadcast_arrays(
        chain[place], chain[-1], np.asarray(goal, dtype=np.int64)
    )
    impossible = (count < 0) | (result < 0) | (wanted < 0)
    # Python's own whole numbers: a count times 分 does not fit into int64.
    product = count.astype(object) * wanted.astype(object)
    base = np.where(result > 0, result, 1).astype(object)
    needed = np.asarray(-(-product // base), dtype=np.float64)
    return np.where(impossible, NUM, np.where(result == 0, DIV0, needed))
