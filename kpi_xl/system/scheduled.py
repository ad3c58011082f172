"""The line for the system's scheduler: Windows' Task Scheduler, and cron."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError

DAILY: Final = "每天"
WORKDAYS: Final = "工作日"
_LONGEST: Final = 261
"""Characters of a command that schtasks takes."""

_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
_DAY: Final = re.compile(r"每?月?(\d{1,2})[日号]?")
_LOG: Final = "定时运行.log"


@dataclass(frozen=True)
class When:
    """The days and the time of a run.

    Parameters
    ----------
    hour, minute : int
        The time of day.
    day : int or None
        Of each month; None for days of the week.
    workdays : bool
        Whether from Monday to Friday only.
    """

    hour: int
    minute: int
    day: int | None = None
    workdays: bool = False

    @classmethod
    def meant(cls, at: str, on: str) -> When:
        """Read a time and a day as a user wrote them.

        Parameters
        ----------
        at : str
            The time of day, as 7:30.
        on : str
            每天, 工作日, or a day of the month, as 1 or 每月1日.

        Raises
        ------
        InputError
            When it means nothing.

        Examples
        --------
        >>> When.meant("7:30", "每月2日")
        When(hour=7, minute=30, day=2, workdays=False)
        """
        time = _TIME.fullmatch(at.strip())
        if time is None:
            raise InputError(kinds.NO_TIME_OF_DAY(), value=at)
        hour, minute = int(time[1]), int(time[2])
        if on.strip() in (DAILY, WORKDAYS):
            return cls(hour, minute, workdays=on.strip() == WORKDAYS)
        day = _DAY.fullmatch(on.strip())
        if day is None or not 1 <= int(day[1]) <= 28:  # each month has it
            raise InputError(kinds.NO_DAY_TO_RUN(daily=DAILY, workdays=WORKDAYS), value=on)
        return cls(hour, minute, int(day[1]))


def command(project: Path, words: Sequence[str]) -> list[str]:
    """A command line of ours, with the Python that runs this."""
    return [sys.executable, "-m", "kpi_xl.cli", "--project", str(project.resolve()), *words]


def for_windows(name: str, when: When, words: Sequence[str]) -> str:
    """The line that puts a task into Windows' Task Scheduler.

    Parameters
    ----------
    name : str
        What the task is called.
    when : When
        The days and the time at which it runs.
    words : sequence of str
        The command, as `command` gives it.

    Raises
    ------
    InputError
        When the command is too long for it, or has what its prompt takes for its own.
    """
    run = subprocess.list2cmdline(words)
    if len(run) > _LONGEST:
        raise InputError(kinds.COMMAND_TOO_LONG(most=_LONGEST))
    if "%" in run or "%" in name:
        raise InputError(kinds.PERCENT_IN_COMMAND(), value="%")
    if when.day is not None:
        days = ["/SC", "MONTHLY", "/D", str(when.day)]
    elif when.workdays:
        days = ["/SC", "WEEKLY", "/D", "MON,TUE,WED,THU,FRI"]
    else:
        days = ["/SC", "DAILY"]
    time = f"{when.hour:02d}:{when.minute:02d}"
    return subprocess.list2cmdline(
        ["schtasks", "/Create", "/F", "/TN", name, *days, "/ST", time, "/TR", run]
    )


def for_cron(when: When, words: Sequence[str], project: Path) -> str:
    r"""The line for ``crontab -e``; what the command says goes into a file of the project.

    Parameters
    ----------
    when : When
        The days and the time at which it runs.
    words : sequence of str
        The command, as `command` gives it.
    project : Path
        The folder of the project.

    Examples
    --------
    >>> for_cron(When(7, 30, workdays=True), ["kpi-xl", "-p", "/50%"], Path("/p"))
    '30 7 * * 1-5 PYTHONUTF8=1 kpi-xl -p /50\\% >>/p/定时运行.log 2>&1'
    """
    day = "*" if when.day is None else str(when.day)
    week = "1-5" if when.workdays else "*"
    log = shlex.quote(str(project.resolve() / _LOG))
    run = f"PYTHONUTF8=1 {shlex.join(words)} >>{_bare(log)} 2>&1"
    # Behind a bare per cent sign cron ends the line.
    return f"{when.minute} {when.hour} {day} * {week} " + run.replace("%", "\\%")


def _bare(quoted: str) -> str:
    """A file's name, without quotation marks that only its Chinese characters brought."""
    inner = quoted.strip("'")
    return inner if re.fullmatch(r"[\w/.\-]+", inner) else quoted
