"""影响: the part of a lost amount that each warning accounts for; no 分 is counted twice.

The result's difference is split over the factors of one chain (`kpi_xl.analysis.factors`). What a
factor took from the result is its loss; a warning claims of losses, and gets what nobody with a
finer claim has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi_xl.analysis.apportion import apportion


@dataclass(frozen=True)
class Claim:
    """The link between a warning and the factors of a chain.

    Parameters
    ----------
    factors : range
        Those that its KPI is the product of, or the one that it moves; none for neither.
    part : float
        How much of the loss it made, where its KPI is no factor but moves one; else 1.
    moves : bool
        Whether its KPI moves the factor only.
    """

    factors: range = range(0)
    part: float = 1.0
    moves: bool = False


def impacts(shares: Sequence[int], claims: Sequence[Claim]) -> list[int]:
    """The loss that belongs to each claim, in the unit of the shares.

    Parameters
    ----------
    shares : sequence of int
        What each factor made of the difference; those below 0 took from the result.
    claims : sequence of Claim
        The claim of each warning.

    Returns
    -------
    list of int
        0 or more each. Those of a factor add up to its loss at the most.

    Notes
    -----
    The loss of a factor belongs to the KPI that is the factor. Without one, what moves it has its
    part, in proportion where the parts are more than the whole, and the rest belongs to the KPI of
    the fewest factors with this one among them: 人均件数 before 人均保费. Equal ones share equally.
    The order of the claims does not matter but for a last 分.

    Examples
    --------
    活动率 took 600, 件均保费 400. Of the former 出勤率 explains a third; 人均保费, which is made of
    all that is not 人力, has what is left. Where 活动率 is warned of itself, it has all of its own:

    >>> per_head, attendance = Claim(range(1, 4)), Claim(range(1, 2), 1 / 3, moves=True)
    >>> impacts([100, -600, 0, -400], [per_head, attendance])
    [800, 200]
    >>> impacts([100, -600, 0, -400], [per_head, attendance, Claim(range(1, 2))])
    [400, 0, 600]
    """
    found = [0] * len(claims)
    for factor, share in enumerate(shares):
        if share >= 0:
            continue
        here = [place for place, claim in enumerate(claims) if factor in claim.factors]
        own = [place for place in here if not claims[place].moves]
        fewest = min((len(claims[place].factors) for place in own), default=0)
        is_owned = fewest == 1
        moving = [place for place in here if claims[place].moves and not is_owned]
        parts = [min(max(claims[place].part, 0.0), 1.0) for place in moving]
        left = max(1.0 - sum(parts), 0.0)
        *moved, rest = apportion(-share, [*parts, left])
        for place, amount in zip(moving, moved, strict=True):
            found[place] += amount
        finest = [place for place in own if len(claims[place].factors) == fewest]
        if finest:
            for place, amount in zip(finest, apportion(rest, [1] * len(finest)), strict=True):
                found[place] += amount
    return found
