"""The languages that formulas are written in: Excel's, and Chinese for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from kpi_xl.formula import OPERAND, PRECEDENCE, Formula, Measure, Part


class Writer(Protocol):
    """A language for formulas."""

    signs: Mapping[str, str]
    brackets: tuple[str, str]
    comma: str

    references: Mapping[str, str]

    def measure(self, measure: Measure) -> str:
        """Write a measure."""

    def number(self, value: float) -> str:
        """Write a number."""

    def base(self, measure: Measure) -> str:
        """Write a measure that is an error where it is negative."""

    def part(self, part: Part) -> tuple[str, int]:
        """Write a named formula inside another."""

    def earlier(self, word: str, shown: Sequence[Formula], formula: Formula) -> tuple[str, int]:
        """Write a function of earlier months, with the formula that it means."""


class ExcelWriter:
    """Writes native Excel formulas.

    Parameters
    ----------
    references : mapping of str to str
        A cell reference for each measure, and for settings and parts that have one, by code.
    """

    signs: Mapping[str, str] = {sign: sign for sign in PRECEDENCE}
    brackets = ("(", ")")
    comma = ","

    def __init__(self, references: Mapping[str, str]) -> None:
        self.references = references

    def measure(self, measure: Measure) -> str:
        return self.references[measure.code]

    def number(self, value: float) -> str:
        return f"{value:.15g}"

    def base(self, measure: Measure) -> str:
        cell = self.measure(measure)
        return f"IF({cell}<0,#NUM!,{cell})"

    def part(self, part: Part) -> tuple[str, int]:
        if part.code in self.references:
            return self.references[part.code], OPERAND
        return part.formula.write(self)

    def earlier(self, _word: str, _shown: Sequence[Formula], formula: Formula) -> tuple[str, int]:
        return formula.write(self)


class ChineseWriter:
    """Writes formulas for people."""

    signs: Mapping[str, str] = {
        "+": " + ", "-": " − ", "*": " × ", "/": " ÷ ", "=": " = ", "<>": " ≠ ",
        "<": " < ", ">": " > ", "<=": " ≤ ", ">=": " ≥ ",
    }  # fmt: skip
    brackets = ("（", "）")
    comma = "，"
    references: Mapping[str, str] = {}

    def measure(self, measure: Measure) -> str:
        return measure.name

    def number(self, value: float) -> str:
        # As it is: 12.5% is not 12%, and 1234567 no 1.23457e+06.
        return f"{value * 100:.12g}%" if 0 < value < 1 else f"{value:.15g}"

    def base(self, measure: Measure) -> str:
        return measure.name

    def part(self, part: Part) -> tuple[str, int]:
        return part.name, OPERAND

    def earlier(self, word: str, shown: Sequence[Formula], _formula: Formula) -> tuple[str, int]:
        opening, closing = self.brackets
        inside = self.comma.join(one.write(self)[0] for one in shown)
        return f"{word}{opening}{inside}{closing}", OPERAND
