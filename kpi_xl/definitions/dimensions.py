"""The dimension of a formula: powers of money, hours and counts.

It tells what cannot be added or compared, and what a result is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kpi_xl.formula import Unit

_OF: Final[Mapping[Unit, tuple[int, int, int]]] = {
    "元": (1, 0, 0),
    "小时": (0, 1, 0),
    "人": (0, 0, 1),
    "件": (0, 0, 1),
    "个": (0, 0, 1),
    "次": (0, 0, 1),
    "笔": (0, 0, 1),
    "天": (0, 0, 1),
    "%": (0, 0, 0),
    "倍": (0, 0, 0),
}


@dataclass(frozen=True)
class Dimension:
    """Powers of the base dimensions of a quantity.

    People, policies and visits are counts alike: 件 ÷ 人 is a plain number, as is 人 ÷ 人, and
    so is what people call 人均件数.

    Parameters
    ----------
    money, hours, counts : int
        The power of each of the three base dimensions.
    text : str
        What it is called.
    """

    money: int
    hours: int
    counts: int
    text: str

    @classmethod
    def of(cls, unit: Unit) -> Dimension:
        """The dimension of a measure or KPI with this unit."""
        return cls(*_OF[unit], unit)

    def times(self, other: Dimension, power: int) -> Dimension:
        """The dimension of a product, or of a quotient with the power -1."""
        return Dimension(
            self.money + power * other.money,
            self.hours + power * other.hours,
            self.counts + power * other.counts,
            f"{self.text}{'×' if power > 0 else '÷'}{other.text}",
        )

    def like(self, other: Dimension) -> bool:
        """Whether two quantities can be added and compared.

        What is divided by a count is still what it was: 元 ÷ 件 is an amount of 元.
        """
        return (self.money, self.hours) == (other.money, other.hours)


UNITS: Final = tuple(_OF)
"""The units there are."""
