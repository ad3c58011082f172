"""The formulas of functions by counts, from the KPI's own."""

from __future__ import annotations

from collections.abc import Mapping

from kpi_xl.formula import Base, Constant, Formula, Operation, Part
from kpi_xl.formula_writers import ExcelWriter
from kpi_xl.kpi import Kpi
from udfs.lambdas.grammar import BLANK, NUMBER
from udfs.lambdas.syntax import fit, function, let, parameter


def setting_name(name: str) -> str:
    """The name under which a workbook keeps a setting."""
    return fit(f"设置_{name}")


def formula(kpi: Kpi) -> str:
    """A KPI as a function of its measures.

    Parameters
    ----------
    kpi : Kpi
        Any KPI, as people compute it.

    Returns
    -------
    str
        A LAMBDA as a workbook's file has it. Like the worksheet function it reads texts and blanks,
        gives nothing for nothing, #NUM! below a denominator of less than 0, or with a setting that
        is no share.
    """
    names = [measure.name for measure in kpi.measures]
    given = {m.code: parameter(m.name) for m in kpi.measures}
    read = {m.code: parameter(f"{m.name}_") for m in kpi.measures}
    # Cells that hold numbers only, as most do, need no reading: that takes most of the time.
    are_numbers = "AND({})".format(",".join(f"ISNUMBER({cell})" for cell in given.values()))
    nothing = "*".join(f"{BLANK}({cell})" for cell in given.values())
    of_any = let(
        {f"{name}_": f"{NUMBER}({parameter(name)})" for name in names},
        f'IF({nothing},"",{_value(kpi, read)})',
    )
    return function(names, f"IF({are_numbers},{_value(kpi, given)},{of_any})")


def _value(kpi: Kpi, measures: Mapping[str, str]) -> str:
    """The KPI of numbers, with the settings of the workbook."""
    settings = {setting.code: setting_name(setting.name) for setting in kpi.settings}
    references = {**measures, **settings}
    value = kpi.excel(references).removeprefix("=")
    # What a project has declared means what its formula means in a sheet, and nothing more.
    belows = [] if kpi.is_own else _belows(kpi.expression, references)
    below = "*".join(f"({one})" for one in belows) if len(belows) > 1 else "".join(belows)
    wrong = [f"{below}<0"] if belows else []
    wrong += [condition for name in settings.values() for condition in (f"{name}<0", f"{name}>1")]
    if not wrong:
        return value
    conditions = "+".join(f"({one})" for one in wrong) if len(wrong) > 1 else wrong[0]
    return f"IF({conditions},#NUM!,{value})"


def _belows(tree: Formula, references: Mapping[str, str]) -> list[str]:
    """The denominators in a formula, without plain numbers and `Base`, which checks its own."""
    if isinstance(tree, Part):
        return _belows(tree.formula, references)
    if not isinstance(tree, Operation):
        return []
    found = _belows(tree.left, references) + _belows(tree.right, references)
    if tree.operator == "/" and not isinstance(tree.right, Base | Constant):
        found.append(tree.right.write(ExcelWriter(references))[0])
    return found
