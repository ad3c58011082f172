"""收入 = 底薪 + 补贴 + 绩效: from sales to income, and from a wished income back to activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.what_if import quantity_needed
from kpi_xl.error_values import NUM

_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Tier:
    """A tier of the commission scale.

    Parameters
    ----------
    sales : int
        From this 实收金额 on, in 分.
    rate : float
        提奖比例 of all the sales, 0.035 for 3.5%; six decimals count.
    """

    sales: int
    rate: float

    @property
    def millionths(self) -> int:
        """The rate in millionths, so that 分 are exact."""
        return round(self.rate * _MILLION)


@dataclass(frozen=True)
class IncomeModel:
    """How a month's income is made.

    Parameters
    ----------
    base, allowance : int
        底薪 and 补贴, in 分.
    tiers : sequence of Tier
        By rising sales; the first from 0 on.
    """

    base: int
    allowance: int
    tiers: Sequence[Tier]

    def __post_init__(self) -> None:
        """Refuse tiers that leave sales without a rate."""
        bounds = [tier.sales for tier in self.tiers]
        if bounds[:1] != [0] or sorted(set(bounds)) != bounds:
            raise ValueError("tiers begin at 0 and rise")


def income(model: IncomeModel, sales: ArrayLike) -> NDArray[np.int64]:
    """The income from a month's sales.

    Parameters
    ----------
    model : IncomeModel
        The scale of commissions and allowances.
    sales : array_like of int64
        实收金额, in 分; below 0 it counts as 0.

    Returns
    -------
    int64 array
        分; the commission is rounded down to the 分: no plan promises more.

    Notes
    -----
    收入 = 底薪 + 补贴 + 绩效, 绩效 = 实收金额 × 提奖比例: the rate of the tier that is reached
    applies to all the sales. Source: 《银行保险网点活动量管理》.

    Examples
    --------
    >>> model = IncomeModel(2_000_00, 500_00, [Tier(0, 0.02), Tier(50_000_00, 0.03)])
    >>> (income(model, [40_000_00, 50_000_00]) // 100).tolist()
    [3300, 4000]
    """
    amount = np.maximum(np.asarray(sales, dtype=np.int64), 0)
    bounds = np.array([tier.sales for tier in model.tiers])
    rates = np.array([tier.millionths for tier in model.tiers])
    rate = rates[np.searchsorted(bounds, amount, side="right") - 1]
    # 分 times millionths: up to 90 亿元 fit into int64, no agent's month comes near.
    return np.asarray(model.base + model.allowance + amount * rate // _MILLION)


def sales_needed(model: IncomeModel, wished: ArrayLike) -> NDArray[np.float64]:
    """The least sales that bring an income.

    Parameters
    ----------
    model : IncomeModel
        The scale of commissions and allowances.
    wished : array_like of int64
        The income, in 分.

    Returns
    -------
    float64 array
        分, whole numbers; ``#NUM!`` where no sales bring so much.

    Examples
    --------
    3,900 元 lie in the jump between the tiers: 50,000 元 of sales are the least that bring it.

    >>> model = IncomeModel(2_000_00, 500_00, [Tier(0, 0.02), Tier(50_000_00, 0.03)])
    >>> (sales_needed(model, [3_300_00, 3_900_00, 5_500_00]) / 100).tolist()
    [40000.0, 50000.0, 100000.0]
    """
    commission = np.asarray(wished, dtype=np.int64) - model.base - model.allowance
    found = np.where(commission <= 0, 0.0, np.inf)
    ends = [tier.sales for tier in model.tiers[1:]]
    for tier, end in zip(model.tiers, [*ends, None], strict=True):
        if tier.millionths > 0:
            exact = -(-commission * _MILLION // tier.millionths)
            least = np.maximum(exact, tier.sales)
            inside = (least < end) if end is not None else np.ones(least.shape, dtype=bool)
            found = np.minimum(found, np.where(inside, least, np.inf))
    return np.where(np.isfinite(found), found, NUM)


def activity_needed(
    model: IncomeModel, wished: ArrayLike, funnel: ArrayLike, place: int = 0
) -> NDArray[np.float64]:
    """How much activity an income takes.

    Parameters
    ----------
    model : IncomeModel
        The scale of commissions and allowances.
    wished : array_like of int64
        The month's income, in 分.
    funnel : (n, ...) array_like of int64
        What this person's activities brought so far: visits, talks, deals …, sales in 分 last.
    place : int
        Which of them is asked for.

    Returns
    -------
    float64 array
        次 or 人 in the month, whole numbers; ``#DIV/0!`` before the first sales, ``#NUM!``
        where no sales bring so much.

    Notes
    -----
    实收金额 = 活动量 × 签单率 × 件均, solved for 活动量. Source: 《银行保险网点活动量管理》.

    Examples
    --------
    100 visits and 10 deals brought 80,000 元. 5,500 元 of income take 100,000 元, 125 visits:

    >>> model = IncomeModel(2_000_00, 500_00, [Tier(0, 0.02), Tier(50_000_00, 0.03)])
    >>> activity_needed(model, 5_500_00, [100, 10, 80_000_00]).item()
    125.0
    """
    sales = sales_needed(model, wished)
    known = np.isfinite(sales)
    needed = quantity_needed(funnel, np.where(known, sales, 0).astype(np.int64), place)
    return np.where(known, needed, sales)
