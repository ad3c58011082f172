"""What could not be done for one of many: whose it is and why, while the others go on."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self

from kpi_xl.errors import InputError
from kpi_xl.system.error_log import log_fault
from kpi_xl.system.system_errors import CLOSE, file_error

_SHOWN: Final = 20

_OF_ONE_ROW: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What SQLite says of values that it is given."""


class Failure(NamedTuple):
    """What stopped a piece of work, as processes hand it over.

    Attributes
    ----------
    problem, advice : str
        What is told of it, in Chinese.
    fault : str
        The traceback where it is a fault of the program; else empty.
    """

    problem: str
    advice: str
    fault: str = ""

    @classmethod
    def of(cls, error: Exception, file: Path | None = None) -> Self:
        """What an exception is told as.

        Parameters
        ----------
        error : Exception
            The exception.
        file : Path, optional
            The file that is named already.

        Raises
        ------
        sqlite3.Error
            Where it is about the record as a whole: then nothing else can go on either.
        """
        if isinstance(error, sqlite3.Error) and not isinstance(error, _OF_ONE_ROW):
            raise error
        if isinstance(error, OSError):
            error = file_error(error)
        if isinstance(error, InputError):
            place = error.place
            if error.file is not None and file is not None and error.file.name == file.name:
                place = place.removeprefix(file.name).strip()
            place = f"{place}：" if place else ""
            value = f"（内容：{error.value}）" if error.value is not None else ""
            return cls(f"{place}{error.problem}{value}", error.advice)
        if isinstance(error, MemoryError):
            return cls("内存不够", "请关掉一些程序后再运行")
        fault = "".join(traceback.format_exception(error))
        return cls(f"程序出错了（{type(error).__name__}）", "", fault)

    def logged(self, first: str = "") -> Failure:
        """The same, with a fault written to the log and the log named in the advice.

        Parameters
        ----------
        first : str
            What may help all the same.
        """
        if not self.fault:
            return self
        log = f"请把 {log_fault(self.fault)} 发给维护人员"
        return Failure(self.problem, f"{first}；仍不行的，{log}" if first else log)


@dataclass(frozen=True)
class Undone:
    """Somebody for whom something could not be done.

    Parameters
    ----------
    name : str
        For people to read.
    unit : str
        The unit's path.
    file : Path
        The file that was to be made.
    reason, advice : str
        Why it was not, and what to do about it, in Chinese.
    """

    name: str
    unit: str
    file: Path
    reason: str
    advice: str

    @classmethod
    def of(cls, name: str, unit: str, file: Path, error: Exception | Failure) -> Self:
        """What is told of somebody's failure; a fault is logged."""
        told = (error if isinstance(error, Failure) else Failure.of(error, file)).logged()
        return cls(name, unit, file, told.problem, told.advice)


def lines(undone: Sequence[Undone], what: str) -> Iterator[str]:
    """What could not be done, for people.

    Parameters
    ----------
    undone : sequence of Undone
        All of it.
    what : str
        What was not done, such as ``没有生成``.
    """
    for one in undone[:_SHOWN]:
        place = f"（{one.unit}）" if one.unit != one.name else ""
        yield f"{what}：{one.name}{place}，{one.file.name}：{one.reason}。{one.advice}"
    if len(undone) > _SHOWN:
        yield f"另有 {len(undone) - _SHOWN} 份{what}"


def refuse_if_all(undone: Sequence[Undone], done: int) -> None:
    """Say it once where nothing could be done at all, for one and the same reason.

    Raises
    ------
    InputError
        Then.
    """
    # Files that are to be closed are named one by one.
    told = {(one.reason, one.advice) for one in undone if CLOSE not in one.advice}
    if not done and len(told) == 1:
        raise InputError(undone[0].reason, undone[0].advice)
