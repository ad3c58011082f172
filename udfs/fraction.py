"""A KPI of single numbers as ordinary Python arithmetic, which needs nothing but Python.

LibreOffice's own Python, and a browser's, compute KPIs by it without numpy.
"""

from __future__ import annotations

from collections.abc import Callable

from kpi_xl.kpi import Kpi


class _Code:
    """Arithmetic on names, which gives the code of that arithmetic."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __add__(self, other: _Code | float) -> _Code:
        return _joined(self, "+", other)

    def __radd__(self, other: float) -> _Code:
        return _joined(other, "+", self)

    def __mul__(self, other: _Code | float) -> _Code:
        return _joined(self, "*", other)

    def __rmul__(self, other: float) -> _Code:
        return _joined(other, "*", self)


def _text(value: _Code | float) -> str:
    return value.text if isinstance(value, _Code) else repr(value)


def _joined(left: _Code | float, sign: str, right: _Code | float) -> _Code:
    return _Code(f"({_text(left)} {sign} {_text(right)})")


def fraction_code(kpi: Kpi) -> str:
    """The KPI of single numbers up to its one division, settings at their defaults, as Python.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> fraction_code(kpis["KPI_ACTIVITY"])
    'lambda producers, opening, closing: ((producers * 2), (1 * (opening + (1 * closing))))'
    """
    names = [measure.code for measure in kpi.measures]
    numerator, denominator = kpi.expression.fraction({name: _Code(name) for name in names})
    return f"lambda {', '.join(names)}: ({_text(numerator)}, {_text(denominator)})"


def compiled(kpi: Kpi) -> Callable[..., tuple[float, float]]:
    """The function that `fraction_code` is the code of: numerator and denominator."""
    found: Callable[..., tuple[float, float]] = eval(fraction_code(kpi), {})
    return found
