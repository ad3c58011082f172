"""The section [reminders] of kpi.toml: when those who send nothing back are reminded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.settings.file import SettingError

OWN: Final = "本人"
MANAGER: Final = "主管"
KEYS: Final = frozenset({OWN, MANAGER})

_LATEST: Final = 60
"""Working days: a workbook of a month is of no use later."""


@dataclass(frozen=True)
class ReminderSettings:
    """After how many working days each reader is reminded.

    Parameters
    ----------
    own : tuple of int
        Working days after sending on which somebody who has sent nothing back is reminded.
    manager : tuple of int
        Those on which the manager above is told.
    """

    own: tuple[int, ...] = (2, 4)
    manager: tuple[int, ...] = (5, 8)


def reminder_settings(section: Mapping[str, Any], file: Path | None) -> ReminderSettings:
    """Read the section.

    Raises
    ------
    SettingError
        When a value is no list of days.
    """

    def days(key: str, default: tuple[int, ...]) -> tuple[int, ...]:
        value = section.get(key, list(default))
        found = value if isinstance(value, list) else [value]
        if not all(type(day) is int and 1 <= day <= _LATEST for day in found):
            fault = kinds.REMINDER_DAYS(key=key, latest=_LATEST)
            raise SettingError(("reminders", key), fault, file=file, value=value)
        return tuple(sorted(set(found)))

    usual = ReminderSettings()
    return ReminderSettings(days(OWN, usual.own), days(MANAGER, usual.manager))
