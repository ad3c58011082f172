"""The names that a workbook gets: every function by its code and by its Chinese name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kpi_xl.catalogue import kpis
from kpi_xl.kpi import Kpi
from udfs import functions
from udfs.lambdas import by_counts, by_roster
from udfs.lambdas.grammar import READERS
from udfs.lambdas.syntax import fit, shown

MARK: Final = "kpi_xl："
"""How the comment of each name begins: by it ours are known, and no other is touched."""

_LONGEST_COMMENT: Final = 255
_LONGEST_FORMULA: Final = 8_192
_MOST_PARAMETERS: Final = 253


@dataclass(frozen=True)
class Name:
    """A name of a workbook.

    Parameters
    ----------
    name : str
        The name that people write in a cell.
    formula : str
        What it stands for, as a workbook's file has it.
    comment : str
        What the list of names says of it.
    hidden : bool
        Whether the list leaves it out: only other names look at it.
    """

    name: str
    formula: str
    comment: str
    hidden: bool = False

    def __post_init__(self) -> None:
        assert len(self.formula) < _LONGEST_FORMULA, self.name
        assert len(self.comment) <= _LONGEST_COMMENT, self.name

    @property
    def typed(self) -> str:
        """The formula as Excel shows it."""
        return f"={shown(self.formula)}"


def names(own: Iterable[Kpi] = ()) -> tuple[Name, ...]:
    """All of them; those that others look at come first.

    Parameters
    ----------
    own : iterable of Kpi
        KPIs that a project declares itself; those that are `too_long` are left out.
    """
    mine = [name for kpi in own if not too_long(kpi) for name in _of_kpi(kpi)]
    return (*_helpers(), *_settings(), *_functions(), *mine)


def too_long(kpi: Kpi) -> bool:
    """Whether a KPI is more than a name can stand for."""
    return len(kpi.measures) > _MOST_PARAMETERS or len(by_counts.formula(kpi)) >= _LONGEST_FORMULA


def _helpers() -> Iterator[Name]:
    for name, formula in READERS.items():
        yield Name(name, formula, f"{MARK}其他名称用它来读单元格", hidden=True)


def _settings() -> Iterator[Name]:
    known = {s.code: s for kpi in kpis.values() for s in kpi.on_paper.settings}
    for setting in known.values():
        comment = f"{MARK}{setting.meaning}，可以改成 0 到 1 之间的数"
        yield Name(by_counts.setting_name(setting.name), f"{setting.default:.15g}", comment)


def _functions() -> Iterator[Name]:
    of_rosters = {function.__name__: function for function in functions.BY_ROSTER}
    for code, formula in by_roster.FORMULAS.items():
        told = (of_rosters[code].__doc__ or "").partition("\n")[0]
        yield from _both(code, told.partition("：")[0], formula, told)
    yield from _both(
        "KPI_RETENTION_N", "n个月留存率", by_roster.OF_MONTHS,
        "n个月留存率：某月之前第 n 个月签约的人，到该月末仍在职的比例",
    )  # fmt: skip
    for kpi in kpis.values():
        if kpi.code not in of_rosters:
            yield from _of_kpi(kpi.on_paper)


def _of_kpi(kpi: Kpi) -> Iterator[Name]:
    told = f"{kpi.name} = {kpi.formula}"
    yield from _both(kpi.code, kpi.name, by_counts.formula(kpi), told)


def _both(code: str, name: str, formula: str, told: str) -> Iterator[Name]:
    comment = f"{MARK}{told}"[:_LONGEST_COMMENT]
    yield Name(code, formula, comment)
    yield Name(fit(name), formula, comment)
