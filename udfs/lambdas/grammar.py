"""Hidden names that read cells for the others: numbers, days, months, columns of dates.

They read what `kpi_xl.readers` reads, as far as formulas can, and mean the same by it; whatever
else stands in a cell is an error, never another number: ``VALUE`` alone would take 6-1 for a day
of this year, so a number's text gets ``E0`` behind it, which no date can have.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from kpi_xl.readers.cell import NOTHING
from kpi_xl.readers.date import (
    EPOCH,
    FIRST_SERIAL,
    FIRST_YEAR,
    LAST_SERIAL,
    LAST_YEAR,
    NO_DAY_WORDS,
    ZERO_SERIALS,
)
from udfs.lambdas.syntax import function, is_among, let, parameter

BLANK: Final = "_kpi_blank"
NUMBER: Final = "_kpi_number"
DAY: Final = "_kpi_day"
MONTH: Final = "_kpi_month"
DATES: Final = "_kpi_dates"

STILL_HERE: Final = (dt.date.max - EPOCH).days
"""A leave date of who has not left: 9999-12-31."""

_YEAR_9999: Final = (dt.date(dt.MAXYEAR, 1, 1) - EPOCH).days
_X: Final = parameter("x")
_TEXT: Final = parameter("written")
_V: Final = parameter("v")
_S: Final = parameter("s")
_HEADINGS: Final = ("期", "时间", "签", "入", "离", "解", "退", "date")


def _words(words: frozenset[str]) -> list[str]:
    """Words that differ by capitals once, as formulas compare them."""
    return sorted({word.casefold() for word in words})


def _date(year: str, month: str, day: str) -> str:
    """A day's number; an error where there is no such day."""
    y, m, d, found = map(parameter, ("y", "m", "d", "found"))
    is_day = f"({y}>={FIRST_YEAR})*({y}<={LAST_YEAR})*(MONTH({found})={m})*(DAY({found})={d})"
    return let(
        {"y": year, "m": month, "d": day, "found": f"DATE({y},{m},{d})"},
        f"IF({is_day},{found},#VALUE!)",
    )


def _of_digits(number: str) -> str:
    """A day of eight digits."""
    return _date(f"INT({number}/10000)", f"MOD(INT({number}/100),100)", f"MOD({number},100)")


_IS_MONTH: Final = f"({_V}>={FIRST_YEAR}01)*({_V}<={LAST_YEAR}12)*(LEN({_V})=6)"


def _day_of_number(if_none: str) -> str:
    """A day of the number `v`, which has no fraction; `if_none` for what stands for no day."""
    none = f"({_V}>={min(ZERO_SERIALS)})*({_V}<={max(ZERO_SERIALS)})"
    never = f"({_V}>={_YEAR_9999})*({_V}<={STILL_HERE})"
    return (
        f"IF({_IS_MONTH},#VALUE!,IF(({_V}>={FIRST_SERIAL})*({_V}<={LAST_SERIAL}),{_V},"
        f"IF({none}+{never},{if_none},IF(LEN({_V})=8,{_of_digits(_V)},#NUM!))))"
    )


def _digits(text: str) -> str:
    """The number of a text that is one, and no date."""
    return f'VALUE({text}&"E0")'


def _parted(text: str) -> str:
    """2024年6月5日, 2024/6/5 and 2024.6.5 with dashes."""
    text = f'{text}&"|"'  # a month's 月 at the end is no dash that a day must follow
    signs = (
        ("月份|", ""),
        ("月|", ""),
        ("日|", ""),
        ("|", ""),
        *((sign, "-") for sign in "年月/."),
    )
    for sign, dash in signs:
        text = f'SUBSTITUTE({text},"{sign}","{dash}")'
    return text


_DASH: Final = f'FIND("-",{_S}&"-",6)'
_YEAR_OF: Final = f'IF(MID({_S},5,1)="-",{_digits(f"LEFT({_S},4)")},#VALUE!)'
_MONTH_OF: Final = _digits(f"MID({_S},6,{_DASH}-6)")
_DAY_OF: Final = _digits(f"MID({_S},{_DASH}+1,9)")
_HAS_NO_DAY: Final = f"LEN({_S})<{_DASH}"


def _day_of_text(if_none: str) -> str:
    """A day of the text `written`."""
    parted = let({"s": _parted(_TEXT)}, _date(_YEAR_OF, _MONTH_OF, _DAY_OF))
    compact = let({"v": _digits(_TEXT)}, _day_of_number(if_none))
    return (
        f"IF({is_among(_TEXT, _words(NO_DAY_WORDS))},{if_none},"
        f"IF(ISNUMBER({_digits(_TEXT)}),{compact},{parted}))"
    )


def _cell(of_number: str, of_text: str) -> str:
    """By what stands in `x`: a number without its fraction is `v`, a text `written`."""
    number, text = let({"v": f"INT({_X})"}, of_number), let({"written": f"TRIM({_X})"}, of_text)
    neither = f"IF(ISERROR({_X}),{_X},#VALUE!)"
    return f"IF(ISNUMBER({_X}),{number},IF(ISTEXT({_X}),{text},{neither}))"


def _blank() -> str:
    words = is_among(f"TRIM({_X})", ["", *_words(NOTHING)])
    return function(["x"], f'IF(ISTEXT({_X}),{words},{_X}="")')


def _number() -> str:
    percent = _digits(f"LEFT({_TEXT},LEN({_TEXT})-1)") + "/100"
    text = (
        f'IF(ISNUMBER(FIND(",",{_TEXT})),#VALUE!,IF(RIGHT({_TEXT})="%",{percent},{_digits(_TEXT)}))'
    )
    of_text = let({"written": f"TRIM({_X})"}, text)
    return function(
        ["x"],
        f"IF(ISNUMBER({_X}),{_X},IF({BLANK}({_X}),0,IF(ISTEXT({_X}),{of_text},{_X}*1)))",
    )


def _end_of(year: str, month: str) -> str:
    """The last day of a month; an error where there is no such month."""
    y, m = parameter("y"), parameter("m")
    is_month = f"({y}>={FIRST_YEAR})*({y}<={LAST_YEAR})*({m}>=1)*({m}<=12)*({m}=INT({m}))"
    return let({"y": year, "m": month}, f"IF({is_month},DATE({y},{m}+1,0),#VALUE!)")


def _day_or_end(of_day: str) -> str:
    """A day, or the last day of a month; `of_day` is what is made of a day `v`."""
    months = _end_of(f"INT({_V}/100)", f"MOD({_V},100)")
    of_number = f"IF({_IS_MONTH},{months},{let({'v': _day_of_number('#VALUE!')}, of_day)})"
    written = let(
        {"s": _parted(_TEXT)},
        f"IF({_HAS_NO_DAY},{_end_of(_YEAR_OF, _MONTH_OF)},"
        f"{let({'v': _date(_YEAR_OF, _MONTH_OF, _DAY_OF)}, of_day)})",
    )
    digits = let({"v": _digits(_TEXT)}, of_number)
    of_text = f"IF(ISNUMBER({_digits(_TEXT)}),{digits},{written})"
    # 2024.06 as a number may be the sixth month or a number: 2024.1 would be two.
    whole = f"IF(({_X}<>INT({_X}))*({_X}<{FIRST_SERIAL}),#VALUE!,{of_number})"
    return f"IF({BLANK}({_X}),#VALUE!,{_cell(whole, of_text)})"


def _dates() -> str:
    place, first = parameter("place"), parameter("first")
    heading = "+".join(f'ISNUMBER(SEARCH("{word}",{first}))' for word in _HEADINGS)
    digits = f"SUM(--ISNUMBER(FIND({{0,1,2,3,4,5,6,7,8,9}},{first})))"
    is_heading = f"AND(ROWS({_X})>1,ISTEXT({first}),{digits}=0,({heading})>0)"
    read = _cell(_day_of_number("0"), _day_of_text("0"))
    return function(
        ["x"],
        let(
            {
                "first": f"INDEX({_X},1,1)",
                "heading": f"IF(ISERROR({first}),FALSE,{is_heading})",
                "place": f"_xlfn.SEQUENCE(ROWS({_X}))",
            },
            f"IF({parameter('heading')}*({place}=1)+{BLANK}({_X}),0,{read})",
        ),
    )


_FIRST_OF: Final = "DATE(YEAR({0}),MONTH({0}),1)".format(parameter("day"))

READERS: Final = {
    BLANK: _blank(),
    NUMBER: _number(),
    DAY: function(["x"], _day_or_end(_V)),
    MONTH: function(["x"], let({"day": _day_or_end(_V)}, _FIRST_OF)),
    DATES: _dates(),
}
"""The formulas by name, each after those it looks at."""
