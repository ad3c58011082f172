"""The formulas of functions by roster: people counted from a column of sign dates and one of leave
dates, as `kpi_xl.roster` counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from udfs.lambdas.grammar import BLANK, DATES, DAY, MONTH, NUMBER, STILL_HERE
from udfs.lambdas.syntax import each, function, let, parameter

_SIGNED, _LEFT, _MONTH, _MONTHS, _DAY, _FIRST, _LAST = map(
    parameter, ("签约日期", "解约日期", "月份", "月数", "日期", "开始", "结束")
)
_SERVED, _ASOF = map(parameter, ("满几个月", "截至"))
_S, _L, _T, _C = map(parameter, ("s", "l", "t", "c"))
_LONGEST: Final = 1200
"""So many months are a hundred years."""


_END: Final = f"EOMONTH({_T},0)"
_N: Final = parameter("n")


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


_ANY_MONTHS: Final = let(
    {"n": f"{NUMBER}({_MONTHS})"},
    f"IF({BLANK}({_MONTHS}),#VALUE!,"
    f"IF(({_N}<0)+({_N}<>INT({_N}))+({_N}>{_LONGEST}),#NUM!,{_retention(_N)}))",
)


def _anniversary(months: str) -> str:
    """The day on which so many months are served, of each sign date."""
    then, last = parameter("then"), parameter("last")
    given = f"YEAR({_S}),MONTH({_S})+{months}"
    days = {"then": f"DATE({given},DAY({_S}))", "last": f"DATE({given}+1,0)"}
    return let(days, f"IF({then}>{last},{last},{then})")


def _served(day: str) -> str:
    """The months that each has served on a day, as `kpi_xl.analysis.survival.months_served`."""
    begun, whole, since = parameter("begun"), parameter("whole"), parameter("since")
    return let(
        {
            "begun": f"(YEAR({day})-YEAR({_S}))*12+MONTH({day})-MONTH({_S})",
            "whole": f"{begun}-({_anniversary(begun)}>{day})",
            "since": _anniversary(whole),
        },
        f"{whole}+({day}-{since})/({_anniversary(f'{whole}+1')}-{since})",
    )


def _survival() -> str:
    """Kaplan and Meier's product over the times at which anybody leaves."""
    asof, meant, gone, end, served = map(parameter, ("asof", "meant", "gone", "end", "served"))
    leaves, time = parameter("leaves"), parameter("time")
    # Who is not looked at has served less than anybody.
    ends = {
        "asof": f"{DAY}({_ASOF})",
        "meant": f"({_S}>0)*({_S}<={asof})",
        "gone": f"({_L}<={asof})*{meant}",
        "end": f"IF({meant},IF({_L}<={asof},{_L},{asof}),{_S})",
        "served": f"IF({meant},{_served(end)},-1)",
    }
    stays = f"1-SUM({gone}*({served}={time}))/SUM(--({served}>={time}))"
    times = f"_xlfn.UNIQUE(_xlfn._xlws.FILTER({served},{leaves}))"
    share = let(
        {
            "leaves": f"{gone}*({served}<={_N})",
            "share": f"IF(SUM({leaves})=0,1,PRODUCT({each(times, 'time', stays)}))",
        },
        f"IF(({_N}<=MAX({served}))+({parameter('share')}=0),{parameter('share')},#N/A)",
    )
    wrong = f"({_N}<0)+({_N}<>INT({_N}))+({_N}>{_LONGEST})"
    of_number = let({"n": f"{NUMBER}({_C})"}, f"IF({wrong},#NUM!,IF({_N}=0,1,{share}))")
    of_month = f"IF({BLANK}({_C}),#VALUE!,{of_number})"
    return let(ends, f"IF(SUM({meant})=0,#DIV/0!,{each(_SERVED, 'c', of_month)})")


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
    "KPI_SURVIVAL": _people(["满几个月", "截至"], _survival()),
}
"""The formulas by the code of their functions."""

OF_MONTHS: Final = _people(["月份", "月数"], _ANY_MONTHS)
"""n个月留存率: a LAMBDA's parameter that may be left out is written otherwise by each program, so
the number of months is a function of its own.
"""
