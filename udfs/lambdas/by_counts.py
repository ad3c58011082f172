"""The formulas of functions by counts, from the KPI's own."""

from __future__ import annotations

from collections.abc import Mapping

from kpi_xl.formula import Constant, ExcelWriter, Formula, Operation, Part
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
    names = {measure.code: measure.name for measure in kpi.measures}
    read = {code: parameter(f"{name}_") for code, name in names.items()}
    settings = {setting.code: setting_name(setting.name) for setting in kpi.settings}
    value = kpi.excel({**read, **settings}).removeprefix("=")
    belows = _belows(kpi.expression, {**read, **settings})
    wrong = ["({})<0".format("*".join(f"({below})" for below in belows))] if belows else []
    wrong += [condition for name in settings.values() for condition in (f"{name}<0", f"{name}>1")]
    if wrong:
        conditions = "+".join(f"({condition})" for condition in wrong)
        value = f"IF({conditions},#NUM!,{value})"
    nothing = "*".join(f"{BLANK}({parameter(name)})" for name in names.values())
    body = let(
        {f"{name}_": f"{NUMBER}({parameter(name)})" for name in names.values()},
        f'IF({nothing},"",{value})',
    )
    return function(list(names.values()), body)


def _belows(tree: Formula, references: Mapping[str, str]) -> list[str]:
    """What stands below the lines of a formula, as far as it is no mere number."""
    if isinstance(tree, Part):
        return _belows(tree.formula, references)
    if not isinstance(tree, Operation):
        return []
    found = _belows(tree.left, references) + _belows(tree.right, references)
    if tree.operator == "/" and not isinstance(tree.right, Constant):
        found.append(tree.right.write(ExcelWriter(references))[0])
    return found
