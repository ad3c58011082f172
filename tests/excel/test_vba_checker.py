"""The add-in's VBA as its compiler on the user's PC would take it, on each system."""

import pytest

from excel.vba_checker import problems
from udfs.excel import sources


@pytest.fixture(scope="module")
def modules():
    return {
        **dict(sources.modules()),
        "KpiPython": sources.python(),
        "ThisWorkbook": sources.this_workbook(),
    }


def test_nothing_that_a_compiler_refuses(modules):
    assert problems(modules) == []


@pytest.mark.parametrize(
    ("module", "old", "new", "told"),
    [
        ("KpiReach", "isMissed = True", "isMised = True", "isMised is not declared"),
        ("KpiReach", "GoTo failed", "GoTo faild", "no label faild"),
        ("KpiReach", "KpiLater \"KpiTell\", 0", "KpiLater \"KpiTell\"", "given 1 arguments"),
        ("KpiReach", "Option Explicit", "", "without Option Explicit"),
        ("KpiPython", 'If found <> "" Then Err.Raise NOT_SERVED', 'If found <> "" Then Err.Raise X',
         "X is not declared (Mac)"),
        ("KpiPython", "Sleep 50", "Slep 50", "Slep is not declared"),
        ("KpiPython", "    IsFile = (", "    IsFile = ((", "KpiPython"),
        ("KpiRibbon", "Dim folder As String, ", "Dim folder As String, x(1)(2), ", "KpiRibbon"),
        ("KpiText", "Next i", "", "KpiText"),
        ("KpiStart", "KpiRegisterAll", "KpiRegisterAl", "KpiRegisterAl is not declared"),
        ("KpiCells", "KpiCell = value", "KpiCell = \"a", "KpiCells"),
        ("KpiCells", "KpiCell = value", "KpiCell = value" + " _\r\n" * 26, "continuations"),
        ("KpiCells", "KpiCell = value", f"KpiCell = \"{'x' * 1100}\"", "characters"),
    ],
)  # fmt: skip
def test_what_it_finds(modules, module, old, new, told):
    """A slip of each kind, made on purpose."""
    assert old in modules[module]
    changed = {**modules, module: modules[module].replace(old, new, 1)}
    found = problems(changed)
    assert any(told in one for one in found), found
