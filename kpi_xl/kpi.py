"""A KPI: one declaration, evaluated in three ways.

A KPI is an ordinary Python function of named measures. It is called once, with symbols in place of
numbers, which gives its formula as a small tree; the tree computes on numbers and arrays, writes
the native Excel formula for given cell references, and writes the formula for people.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from kpi_xl.formula import (
    Formula,
    Lag,
    Measure,
    Part,
    Setting,
    Unit,
    divide,
    parts,
)
from kpi_xl.formula_writers import ChineseWriter, ExcelWriter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Direction = Literal["higher", "lower", "neutral"]
Status = Literal["健康", "异常", "危险"]

NUMBER_FORMATS: Final[dict[Unit, str]] = {"%": "0.0%", "元": "#,##0.00"}
"""Excel's number format of a unit that has one of its own."""

DIRECTIONS: Final[dict[Direction, str]] = {
    "higher": "越高越好",
    "lower": "越低越好",
    "neutral": "看结构，不分高低",
}
"""What is good, for people."""


@dataclass(frozen=True)
class Bands:
    """The bounds between 健康, 异常 and 危险.

    Parameters
    ----------
    healthy : float
        From here on (up to here, for a KPI where lower is better) the KPI is 健康.
    source : str
        Where the bounds come from.
    danger : float, optional
        Short of this it is 危险. Where nobody has set one it is 90% of the healthy bound (110%
        where lower is better).
    """

    healthy: float
    source: str
    danger: float | None = None

    def danger_bound(self, direction: Direction) -> float:
        """The bound between 异常 and 危险."""
        if self.danger is not None:
            return self.danger
        return self.healthy * (11 if direction == "lower" else 9) / 10

    def status(self, value: float, direction: Direction) -> Status | None:
        """健康, 异常 or 危险; None for a value that is an error."""
        if not math.isfinite(value):
            return None
        sign = -1 if direction == "lower" else 1
        if sign * value >= sign * self.healthy:
            return "健康"
        if sign * value >= sign * self.danger_bound(direction):
            return "异常"
        return "危险"

    def text(self, direction: Direction, unit: Unit) -> str:
        """The bounds for people, such as ``健康 ≥ 80%，异常 ≥ 72%，危险 < 72%``."""

        def show(bound: float) -> str:
            return f"{bound * 100:.4g}%" if unit == "%" else f"{bound:.6g}"

        healthy, danger = show(self.healthy), show(self.danger_bound(direction))
        if direction == "lower":
            return f"健康 ≤ {healthy}，异常 ≤ {danger}，危险 > {danger}"
        return f"健康 ≥ {healthy}，异常 ≥ {danger}，危险 < {danger}"


@dataclass(frozen=True, eq=False)
class Kpi:
    """A key performance indicator: a formula with everything that people need to know about it.

    Call it with the measures in the order of `measures`, or by name: numbers or arrays of any
    shapes that broadcast, money in 元; settings by name only. The result is a float, or a float64
    array where an array was given. A zero denominator gives ``#DIV/0!`` in that element (see
    `kpi_xl.error_values`), never a warning or an infinity. Called with formulas it becomes a part
    of a greater formula.
    """

    code: str
    name: str
    expression: Formula
    measures: tuple[Measure, ...]
    settings: tuple[Setting, ...]
    unit: Unit
    direction: Direction
    number_format: str
    source: str
    meaning: str
    aliases: tuple[str, ...] = ()
    bands: Bands | None = None
    note: str = ""
    family: str = ""
    headline: bool = False
    is_own: bool = False
    """Whether a project has declared it: its formula means what it means in a spreadsheet."""
    by_hand: Kpi | None = None
    """The same KPI of what people have at hand, where the raw tables give it summed up."""

    @property
    def on_paper(self) -> Kpi:
        """The KPI with the formula that people compute by hand, as its worksheet function does."""
        return self.by_hand or self

    @property
    def formula(self) -> str:
        """The formula for people, such as ``举绩人数 ÷ 平均人数``."""
        return self.expression.write(ChineseWriter())[0]

    @property
    def has_earlier(self) -> bool:
        """Whether its formula uses earlier months."""
        return any(measure.lag != Lag() for measure in self.measures)

    @property
    def labels(self) -> frozenset[str]:
        """All its names: code, Chinese name, aliases."""
        return frozenset((self.code, self.name, *self.aliases))

    @functools.cached_property
    def is_comparable(self) -> bool:
        """Whether units of different sizes can be compared by it: doubling all measures leaves it
        the same, as for a ratio and unlike a total.

        Great units are looked at as well: a bound such as MAX's may not be felt by small ones.
        """
        once, *more = (
            float(self(**{m.code: times * n for n, m in enumerate(self.measures, 3)}))
            for times in (1, 2, 10**3, 10**6)
        )
        return all(math.isclose(once, one) for one in more)

    def depends_on(self, codes: Collection[str]) -> bool:
        """Whether scaling these measures down changes the value.

        It does not where they stand above and below a ratio alike.
        """
        whole, less = (
            float(
                self(
                    **{
                        m.code: n * (share if m.code in codes else 1)
                        for n, m in enumerate(self.measures, 3)
                    }
                )
            )
            for share in (1.0, 0.5)
        )
        return not math.isclose(whole, less)

    def excel(self, refs: Mapping[str, str] | Sequence[str]) -> str:
        """The native Excel formula.

        Parameters
        ----------
        refs : mapping or sequence of str
            A cell reference for each measure: by code, by Chinese name, or in the order of
            `measures`. A part such as 平均人数 may be given by its KPI code instead of its
            measures; a setting may be given too.

        Returns
        -------
        str
            Such as ``=B2/((C2+D2)/2)``. Excel itself gives #DIV/0! for an empty denominator.

        Raises
        ------
        TypeError
            When a measure has no reference, or there are too many.
        """
        references = self._by_code(refs)
        if self.code in references:
            return f"={references[self.code]}"
        return "=" + self.expression.write(ExcelWriter(references))[0]

    @overload
    def __call__(self, *args: Formula) -> Formula: ...
    @overload
    def __call__(self, *args: Any, **named: Any) -> Any: ...
    def __call__(self, *args: Any, **named: Any) -> Any:
        """Compute the KPI; see the class."""
        values = self._by_code(args, named)
        if any(isinstance(value, Formula) for value in values.values()):
            if any(values[measure.code] is not measure for measure in self.measures):
                raise TypeError(f"{self.code} is part of another formula by its own measures only")
            return Part(self.code, self.name, self.expression)
        numbers = {code: _number(value) for code, value in values.items()}
        result = self._computed(numbers)
        return result if result.ndim else float(result)

    def compute(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """Compute from integer measures.

        Parameters
        ----------
        given : mapping of str to int64 arrays
            The measures by code, sums of money in 分. A part such as 平均人数, or the KPI itself,
            may be given under its KPI code as a (numerator, denominator) pair in shown units.

        Returns
        -------
        float64 array
            In the KPI's unit (money in 元): one division, from whole numbers.
        """
        if self.code in given:
            return divide(*given[self.code])
        held = {measure.code: measure.to_unit for measure in self.measures}
        exact = {
            code: (value, held[code]) if held.get(code, 1) > 1 else value
            for code, value in given.items()
        }
        return self._computed(exact)

    def status(self, value: float) -> Status | None:
        """健康, 异常 or 危险 for a value; None where there are no bands or no value."""
        return self.bands.status(value, self.direction) if self.bands else None

    def _computed(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        import numpy as np

        from kpi_xl.error_values import NUM

        if self.is_own:
            # Products of sums may be more than whole numbers hold.
            given = {code: _as_float(value) for code, value in given.items()}
        # What is too great for a number becomes infinite, which is shown as #NUM!.
        with np.errstate(over="ignore", invalid="ignore"):
            above, below = self.expression.fraction(given)
            found = divide(above, below)
            if self.is_own:
                return found
            # Nothing can be measured by less than nothing, as growth from a loss; an error among
            # the measures is told first, as a native formula would.
            return np.where((np.asarray(below) < 0) & ~np.isnan(found), NUM, found)

    def _by_code(
        self, given: Mapping[str, Any] | Sequence[Any], named: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Measures by code from values in order and values by code or Chinese name."""
        codes = {m.name: m.code for m in self.measures}
        expected = ", ".join(m.code for m in self.measures)
        values: dict[str, Any] = {}
        if isinstance(given, Mapping):
            named = given
        elif len(given) > len(self.measures):
            raise TypeError(f"{self.code} takes {len(self.measures)} measures: {expected}")
        else:
            values = {m.code: v for m, v in zip(self.measures, given, strict=False)}
        for label, value in (named or {}).items():
            code = codes.get(label, label)
            if code in values:
                raise TypeError(f"{self.code}: {code} is given twice")
            values[code] = value
        whole = Part(self.code, self.name, self.expression)
        given_parts = [p for p in (whole, *parts(self.expression)) if p.code in values]
        covered = {m.code for part in given_parts for m in part.measures()}
        missing = [m.code for m in self.measures if m.code not in values and m.code not in covered]
        if missing:
            raise TypeError(f"{self.code} takes {expected}; missing: {', '.join(missing)}")
        return values


def _as_float(value: Any) -> Any:
    """A measure, or a numerator and an integer denominator, as float64."""
    import numpy as np

    if isinstance(value, tuple):
        return np.asarray(value[0], dtype=np.float64), value[1]
    return np.asarray(value, dtype=np.float64)


def _number(value: Any) -> Any:
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind in "iu":
        # Python's own whole numbers never overflow; arrays of them are counts that fit in int64.
        return int(array) if array.ndim == 0 else array.astype(np.int64)
    return array.astype(np.float64)
