"""业绩构成: which quantities make which factors, as trees.toml says."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FACTORS: Final = 4
"""The workbooks have room for so many factors."""


@dataclass(frozen=True)
class Factor:
    """A factor of a result.

    Parameters
    ----------
    name : str
        The Chinese name that waterfalls show.
    of : tuple of str
        The measures whose sum, divided by the sum before, is the factor.
    kpi : str or None
        The KPI that it is.
    moved_by : frozenset of str
        Measures that are no part of the product, by code, but move the factor: who works sells.
    """

    name: str
    of: tuple[str, ...]
    kpi: str | None
    moved_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tree:
    """A result as a product of factors.

    Parameters
    ----------
    code, name, source : str
        Its name in code, its formula for people, and where it comes from.
    factors : tuple of Factor
        From the first quantity to the result.
    """

    code: str
    name: str
    source: str
    factors: tuple[Factor, ...]

    @property
    def result(self) -> str:
        """The measure that the factors make, by code."""
        return self.factors[-1].of[0]

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it is made of, by code."""
        return frozenset(code for factor in self.factors for code in factor.of)

    def quantities(self, measures: Mapping[str, ArrayLike]) -> NDArray[np.int64]:
        """The chain of quantities that `kpi_xl.analysis.factors` splits.

        Parameters
        ----------
        measures : mapping of str to int64 array_like
            The measures by code, all of one shape, money in 分.

        Returns
        -------
        (factors, ...) int64 array

        Raises
        ------
        KeyError
            When a measure is missing.

        Examples
        --------
        >>> tree = trees()["productivity"]
        >>> month = {"opening": 90, "closing": 110, "producers": 60, "new_premium": 270_000}
        >>> tree.quantities(month).tolist()
        [200, 60, 270000]
        """
        sums = [sum(np.asarray(measures[m], dtype=np.int64) for m in f.of) for f in self.factors]
        return np.stack([np.asarray(quantity) for quantity in sums])


@functools.cache
def trees() -> Mapping[str, Tree]:
    """Every tree by code, in the order of the file.

    Examples
    --------
    >>> [factor.name for factor in trees()["production"].factors]
    ['人力', '举绩率', '有效人均件数', '件均保费']
    """
    text = Path(__file__).with_name("trees.toml").read_text(encoding="utf-8")
    return {
        row["code"]: Tree(
            code=row["code"],
            name=row["name"],
            source=row["source"],
            factors=tuple(
                Factor(f["name"], tuple(f["of"]), f.get("kpi"), frozenset(f.get("moved_by", ())))
                for f in row["factors"]
            ),
        )
        for row in tomllib.loads(text)["tree"]
    }


def tree_of(measures: Collection[str], factors: int | None = None) -> Tree | None:
    """The tree to split data by: the first of the file whose measures the data all have.

    Parameters
    ----------
    measures : collection of str
        What the data have, by code.
    factors : int, optional
        Only a tree of so many factors.

    Examples
    --------
    >>> tree_of({"visitors", "deals", "units_sold", "sales"}).code
    'shop'
    """
    return next(
        (
            tree
            for tree in trees().values()
            if tree.measures <= set(measures) and factors in (None, len(tree.factors))
        ),
        None,
    )


def main_tree(measures: Collection[str]) -> Tree | None:
    """The tree that explains a unit's result: the one with the number of factors that workbooks
    show, else the first.

    Parameters
    ----------
    measures : collection of str
        What the data have, by code.
    """
    return tree_of(measures, FACTORS) or tree_of(measures)
