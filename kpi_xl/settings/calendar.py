"""The section [calendar] of kpi.toml: days off and days worked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.calendar import WorkDays
from kpi_xl.fault import Kind
from kpi_xl.readers.date import LAST_YEAR, read_day
from kpi_xl.settings.file import SettingError

OFF: Final = "休息日"
ON: Final = "上班日"
ANNOUNCED: Final = "已公布"
KEYS: Final = frozenset({OFF, ON, ANNOUNCED})

_FIRST_YEAR: Final = 1950
_LONGEST: Final = 366
_TO: Final = re.compile(r"\s*(?:至|到|~|～|—+)\s*")


def work_days(section: Mapping[str, Any], file: Path | None) -> WorkDays:
    """Read the section.

    Parameters
    ----------
    section : mapping of str to object
        Its content; a list's parts are days, or ``2027-02-05 至 2027-02-11``.
    file : Path or None
        The file kpi.toml, for the place of an error.

    Raises
    ------
    SettingError
        When something in it means nothing, or a day is both off and worked.
    """

    def wrong(key: str, kind: Kind, value: object) -> SettingError:
        return SettingError(("calendar", key), kind(key=key), file=file, value=value)

    def days(key: str) -> frozenset[dt.date]:
        found: set[dt.date] = set()
        for part in _listed(section.get(key, [])):
            ends = [read_day(one) for one in (_TO.split(part) if isinstance(part, str) else [part])]
            dates = [one for one in ends if isinstance(one, dt.date)]
            if not isinstance(part, (str, dt.date)) or len(dates) < len(ends) or len(dates) > 2:
                raise wrong(key, kinds.CALENDAR_DAY, part)
            length = (dates[-1] - dates[0]).days + 1
            if not 0 < length <= _LONGEST:
                raise wrong(key, kinds.CALENDAR_RANGE, part)
            found |= {dates[0] + dt.timedelta(days=number) for number in range(length)}
        return frozenset(found)

    off, on = days(OFF), days(ON)
    if both := off & on:
        raise wrong(ON, kinds.CALENDAR_BOTH, min(both).isoformat())
    years = _listed(section.get(ANNOUNCED, []))
    for year in years:
        if type(year) is not int or not _FIRST_YEAR <= year <= LAST_YEAR:
            raise wrong(ANNOUNCED, kinds.CALENDAR_YEAR, year)
    return WorkDays(off, on, frozenset(years))


def _listed(value: Any) -> list[Any]:
    """A list; a single text is a list of one."""
    return list(value) if isinstance(value, list) else [value]
