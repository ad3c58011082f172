"""The chain of quantities that a target asks for, where only some of its factors have targets."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def planned_chain(
    quantities: ArrayLike, ratios: ArrayLike, usual: ArrayLike, most: ArrayLike
) -> Floats | None:
    """Fill the gaps of a planned chain evenly.

    Parameters
    ----------
    quantities : (n,) array_like of float
        The planned quantities, each the base of the next, such as 人, 人, 件, 元; NaN for one
        without a target. The first and the last are there.
    ratios : (n,) array_like of float
        The planned ratio of each quantity to the one before; NaN for none. The first is not read.
    usual : (n,) array_like of float
        The usual ratios; NaN for one that is not known.
    most : (n,) array_like of float
        The highest that a ratio can be: 1 of a share, infinity of others.

    Returns
    -------
    (n,) float64 array or None
        The whole chain. None where more than one ratio is open and the usual one is not known, or
        where there is nothing to start from.

    Notes
    -----
    Between two planned quantities the ratios without a target are their usual ones times one
    number, so that the chain arrives: nobody said which of them should bring the rest. One that
    would exceed what it can be stays there, or at its usual ratio if that is higher, and the
    others bring more. Where every ratio has a target and they do not lead to the planned quantity,
    all give way alike.

    Examples
    --------
    For 360,000 of 100 people, where 50% usually sell 1.5 policies of 3,200 each, all three rise
    alike:

    >>> nan, inf = math.nan, math.inf
    >>> usual, most = [nan, 0.5, 1.5, 3_200], [inf, 1, inf, inf]
    >>> chain = planned_chain([100, nan, nan, 360_000], [nan] * 4, usual, most)
    >>> (chain[1:] / chain[:-1] / [0.5, 1.5, 3_200]).round(4).tolist()
    [1.1447, 1.1447, 1.1447]
    """
    chain, planned = np.array(quantities, dtype=float), np.asarray(ratios, dtype=float)
    normal, ceiling = np.asarray(usual, dtype=float), np.asarray(most, dtype=float)
    known = np.flatnonzero(np.isfinite(chain)).tolist()
    for start, end in itertools.pairwise(known):
        inner = slice(start + 1, end + 1)
        if not chain[start] > 0:
            return None
        found = _ratios(chain[end] / chain[start], planned[inner], normal[inner], ceiling[inner])
        if found is None:
            return None
        chain[start + 1 : end] = chain[start] * np.cumprod(found[:-1])
    return chain


def _ratios(product: float, planned: Floats, usual: Floats, most: Floats) -> Floats | None:
    """Ratios with this product, as near to those planned and usual as it lets them be."""
    free = np.isnan(planned)
    if not free.any():
        planned, usual, free = np.full_like(planned, math.nan), planned, ~free
    if free.sum() == 1:
        usual = np.where(free, 1.0, usual)
    if not (usual[free] > 0).all():
        return None
    found = np.where(free, usual, planned)
    # Each round keeps at least one more ratio where it can be no higher.
    while free.any():
        rest = product / np.prod(found[~free])
        found[free] = usual[free] * (rest / np.prod(usual[free])) ** (1 / free.sum())
        above = free & (found > np.maximum(most, usual))
        if not above.any() or (above == free).all():
            break
        found[above] = np.maximum(most, usual)[above]
        free &= ~above
    return found
