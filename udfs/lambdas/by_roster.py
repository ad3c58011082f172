"""The formulas of functions by roster: people counted from a column of sign dates and one of leave
dates, as `kpi_xl.roster` counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from udfs.lambdas.grammar import DATES, DAY, MONTH, NUMBER, STILL_HERE
from udfs.lambdas.syntax import each, function, let, parameter

_SIGNED, _LEFT, _MONTH, _MONTHS, _DAY, _FIRST, _LAST = map(
    parameter, ("签约日期", "解约日期", "月份", "月数", "日期", "开始", "结束")
)
_S, _L, _T, _C = map(parameter, ("s", "l", "t", "c"))
_LONGEST: Final = 1200
"""So many months are a hundred years."""


def _people(parameters: Sequence[str], counted: str) -> str:
    """A function of the two columns and more; `counted` looks at the dates `s` and `l`."""
    named = {
        "s": f"{DATES}({_SIGNED})",
        "leave": f"{DATES}({_LEFT})",
        # Who has not left does so at the end of all days; who never signed is nobody.
        "l": f"IF({parameter('leave')}=0,{STILL_HERE},{parameter('leave')})",
    }
    nobody_before = f"SUM(({_L}<{_S})*({_S}>0))>0"
    return function(
        ["签约日期", "解约日期", *parameters],
        let(named, f"IF({nobody_before},#NUM!,{counted})"),
    )


def _here(day: str) -> str:
    return f"SUM(({_S}>0)*({_S}<={day})*({_L}>{day}))"


def _of_each(cells: str, read: str, counted: str) -> str:
    """For each of some days or months: `counted` looks at it as `t`."""
    return each(cells, "c", let({"t": f"{read}({_C})"}, counted))


def _signed_in(first: str, last: str) -> str:
    return f"SUM(({_S}>={first})*({_S}<={last}))"


def _retention(months: str) -> str:
    first, last = parameter("first"), parameter("last")
    cohort = f"({_S}>={first})*({_S}<={last})"
    share = f"SUM({cohort}*({_L}>EOMONTH({_T},0)))/SUM({cohort})"
    back = {"first": f"EDATE({_T},-{months})", "last": f"EOMONTH({_T},-{months})"}
    return _of_each(_MONTH, MONTH, let(back, share))


def _stay_rate() -> str:
    first, last = parameter("first"), parameter("last")
    here = f"({_S}>0)*({_S}<={first})*({_L}>{first})"
    rate = f"SUM({here}*({_L}>{last}))/SUM({here})"
    return let(
        {"first": f"{DAY}({_FIRST})", "last": f"{DAY}({_LAST})"},
        f"IF({first}>{last},#NUM!,{rate})",
    )


_END: Final = f"EOMONTH({_T},0)"
_N: Final = parameter("n")
_ANY_MONTHS: Final = let(
    {"n": f"{NUMBER}({_MONTHS})"},
    f"IF(({_N}<0)+({_N}<>INT({_N}))+({_N}>{_LONGEST}),#NUM!,{_retention(_N)})",
)

FORMULAS: Final = {
    "KPI_HEADCOUNT": _people(["日期"], _of_each(_DAY, DAY, _here(_T))),
    "KPI_RECRUITS": _people(["月份"], _of_each(_MONTH, MONTH, _signed_in(_T, _END))),
    "KPI_LEAVERS": _people(
        ["月份"], _of_each(_MONTH, MONTH, f"SUM(({_S}>0)*({_L}>={_T})*({_L}<={_END}))")
    ),
    "KPI_AVG_HEADCOUNT": _people(
        ["月份"], _of_each(_MONTH, MONTH, f"({_here(f'({_T}-1)')}+{_here(_END)})/2")
    ),
    "KPI_RETENTION13": _people(["月份"], _retention("13")),
    "KPI_STAY_RATE": _people(["开始", "结束"], _stay_rate()),
}
"""The formulas by the code of their functions."""

OF_MONTHS: Final = _people(["月份", "月数"], _ANY_MONTHS)
"""n个月留存率: a LAMBDA's parameter that may be left out is written otherwise by each program, so
the number of months is a function of its own.
"""
