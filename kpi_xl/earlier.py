"""Earlier months in formulas: last month's, last year's, the mean of the last few.

A formula of an earlier month is the same tree over other measures: each measure of that month is
one of its own, with a code of its own. Whoever computes a KPI gives these as any other, be it from
the months of the cube or from cells of a sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kpi_xl.cached import kept_with
from kpi_xl.formula import (
    OPERAND,
    Call,
    Constant,
    Formula,
    Fraction,
    Lag,
    Measure,
    Part,
    TypedOperation,
    divide,
)

if TYPE_CHECKING:
    from kpi_xl.formula_writers import Writer


@dataclass(frozen=True, eq=False, kw_only=True)
class EarlierMeasure(Measure):
    """A measure of an earlier month (quarter, year).

    Parameters
    ----------
    back : Lag
        How many periods or years earlier.
    """

    of: Measure
    back: Lag

    @property
    def counted(self) -> Measure:
        return self.of

    @property
    def lag(self) -> Lag:
        return self.back


@dataclass(frozen=True, eq=False)
class EarlierPart(Part):
    """A named formula of an earlier month.

    Parameters
    ----------
    part : Part
        The formula of the month itself.
    lag : Lag
        How many periods or years earlier.
    """

    part: Part
    lag: Lag


@dataclass(frozen=True, eq=False)
class There(Formula):
    """A formula of an earlier month that is an error where there is no such month.

    ``IFERROR`` makes a number of what is not there; of a month without data there is none.

    Parameters
    ----------
    measure : Measure
        Is an error where the month is not there.
    """

    measure: Measure
    formula: Formula

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        import numpy as np

        known = divide(*self.measure.fraction(given))
        value = divide(*self.formula.fraction(given))
        return np.where(np.isnan(known), known, value), 1

    def write(self, writer: Writer) -> tuple[str, int]:
        cell = writer.measure(self.measure)
        return f"IF(ISERROR({cell}),{cell},{self.formula.write(writer)[0]})", OPERAND

    @property
    def inside(self) -> tuple[Formula, ...]:
        return self.measure, self.formula

    def over(self, inside: tuple[Formula, ...]) -> Formula:
        measure, formula = inside
        assert isinstance(measure, Measure)
        return There(measure, formula)


@dataclass(frozen=True, eq=False)
class Earlier(Formula):
    """A function of earlier months in a formula, such as ``上月(活动率)``.

    Parameters
    ----------
    word : str
        The Chinese name of the function, such as 上月.
    shown : tuple of Formula
        What people write in its brackets.
    formula : Formula
        What it stands for.
    """

    word: str
    shown: tuple[Formula, ...]
    formula: Formula

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        return self.formula.fraction(given)

    def write(self, writer: Writer) -> tuple[str, int]:
        return writer.earlier(self.word, self.shown, self.formula)

    @property
    def inside(self) -> tuple[Formula, ...]:
        return (self.formula,)

    def over(self, inside: tuple[Formula, ...]) -> Formula:
        return replace(self, formula=inside[0])


def earlier(word: str, formula: Formula, lag: Lag) -> Formula:
    """A formula of an earlier month.

    Parameters
    ----------
    word : str
        How it is written.
    formula : Formula
        Of the month itself.
    lag : Lag
        How many periods or years earlier.
    """
    return Earlier(word, (formula,), _there(formula, lag))


def mean(word: str, formula: Formula, periods: int) -> Formula:
    """The mean of a formula over some periods up to the present one.

    Parameters
    ----------
    word : str
        How it is written.
    formula : Formula
        The formula of one period.
    periods : int
        How many periods the mean is over.
    """
    total = formula
    for back in range(1, periods):
        total = TypedOperation("+", total, _there(formula, Lag(back, is_whole=back == 1)))
    whole = TypedOperation("/", total, Constant(float(periods)))
    return Earlier(word, (formula, Constant(float(periods))), whole)


def _there(formula: Formula, lag: Lag) -> Formula:
    moved = _before(formula, lag)
    first = next((one.counted for one in formula.measures()), None)
    if first is None or not _hides_errors(formula):
        return moved
    return There(measure_before(first, lag), moved)


def _hides_errors(formula: Formula) -> bool:
    if isinstance(formula, Call) and formula.function.name == "IFERROR":
        return True
    return any(map(_hides_errors, formula.inside))


def _before(formula: Formula, lag: Lag) -> Formula:
    """The same formula over the measures of an earlier month."""
    if isinstance(formula, Measure):
        return measure_before(formula, lag)
    if isinstance(formula, Part):
        return _part_before(formula, lag)
    return formula.over(tuple(_before(one, lag) for one in formula.inside))


@kept_with
def measure_before(measure: Measure, lag: Lag) -> Measure:
    """The measure of an earlier month; always the same object for the same arguments."""
    if isinstance(measure, EarlierMeasure):
        return measure_before(measure.of, measure.back + lag)
    return EarlierMeasure(
        code=f"{measure.code}_{lag.code}",
        name=f"{lag.text}{measure.name}",
        unit=measure.unit,
        meaning=f"{lag.text}{measure.meaning}",
        source=measure.source,
        parts=measure.parts,
        of=measure,
        back=lag,
    )


def _part_before(part: Part, lag: Lag) -> Part:
    formula = _before(part.formula, lag)
    if isinstance(part, EarlierPart):
        lag = part.lag + lag
        part = part.part
    return EarlierPart(
        code=f"{part.code}_{lag.code}",
        name=f"{lag.text}{part.name}",
        formula=formula,
        part=part,
        lag=lag,
    )
