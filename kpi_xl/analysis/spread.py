"""Spread a whole number over days or people so that the parts add up exactly."""

from __future__ import annotations

import itertools


def spread(total: int, parts: int) -> list[int]:
    """Split a whole number into parts as equal as can be, the greater ones spaced out evenly.

    Parameters
    ----------
    total : int
        What is split, 0 or more.
    parts : int
        Into how many parts, 1 or more.

    Returns
    -------
    list of int
        Adds up to `total`; no two differ by more than 1.

    Examples
    --------
    >>> spread(7, 5)
    [1, 2, 1, 2, 1]
    >>> spread(1, 5)
    [0, 0, 1, 0, 0]
    """
    # What is due by the end of each part, rounded: a few do not all wait for the end.
    ends = [(2 * total * i + parts) // (2 * parts) for i in range(parts + 1)]
    return [end - start for start, end in itertools.pairwise(ends)]
