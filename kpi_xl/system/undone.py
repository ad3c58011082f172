"""Work on many that failed for one: which one and why, while the others go on."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Kind
from kpi_xl.system.error_log import log_fault
from kpi_xl.system.system_errors import FileError, meant_by

_SHOWN: Final = 20

_OF_ONE_ROW: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What SQLite says of values that it is given."""


class Failure(NamedTuple):
    """A failure as one process hands it to another.

    Attributes
    ----------
    error : InputError
        What is told of it.
    trace : str
        The traceback where it is a fault of the program; else empty.
    """

    error: InputError
    trace: str = ""

    @classmethod
    def of(cls, error: Exception, file: Path | None = None) -> Self:
        """Make it from an exception.

        Parameters
        ----------
        file : Path, optional
            The file that is named already.

        Raises
        ------
        sqlite3.Error
            Where it is about the record as a whole: then nothing else can go on either.
        """
        if isinstance(error, sqlite3.Error) and not isinstance(error, _OF_ONE_ROW):
            raise error
        if (meant := meant_by(error)) is not None:
            named = meant.file is not None and file is not None and meant.file.name == file.name
            return cls(meant.without_file() if named else meant)
        fault = kinds.PROGRAM_FAULT(error=type(error).__name__, log=None)
        return cls(InputError(fault), "".join(traceback.format_exception(error)))

    def logged(self, kind: Kind = kinds.PROGRAM_FAULT) -> InputError:
        """The message about it; a fault of the program is written to the log.

        Parameters
        ----------
        kind : Kind
            What such a fault is told as.
        """
        if not self.trace:
            return self.error
        return InputError(kind(error=self.error.fault.about["error"], log=log_fault(self.trace)))


class Stopped:
    """One of many that an error stopped."""

    error: InputError

    @property
    def reason(self) -> str:
        """The reason, in Chinese."""
        return self.error.told

    @property
    def advice(self) -> str:
        """The advice, in Chinese."""
        return self.error.advice

    def record(self) -> dict[str, Any]:
        """The failure as plain values, for JSON."""
        return {name: value for name, value in vars(self).items() if name != "error"} | {
            "kind": self.error.kind,
            "about": dict(self.error.fault.about),
            "reason": self.reason,
            "advice": self.advice,
        }


@dataclass(frozen=True)
class Undone(Stopped):
    """A recipient for whom work could not be done.

    Parameters
    ----------
    name : str
        For people to read.
    unit : str
        The path of the unit.
    file : Path
        The file that was to be made.
    error : InputError
        Why it was not.
    """

    name: str
    unit: str
    file: Path
    error: InputError

    @classmethod
    def of(cls, name: str, unit: str, file: Path, error: Exception | Failure) -> Self:
        """Make it from a failure; a fault of the program is logged."""
        failure = error if isinstance(error, Failure) else Failure.of(error, file)
        return cls(name, unit, file, failure.logged())


def lines(undone: Sequence[Undone], what: str) -> Iterator[str]:
    """A line for each failure, for people.

    Parameters
    ----------
    undone : sequence of Undone
        All failures, in order.
    what : str
        What was not done, such as ``没有生成``.
    """
    for one in undone[:_SHOWN]:
        place = f"（{one.unit}）" if one.unit != one.name else ""
        yield f"{what}：{one.name}{place}，{one.file.name}：{one.reason}。{one.advice}"
    if len(undone) > _SHOWN:
        yield f"另有 {len(undone) - _SHOWN} 份{what}"


def refuse_if_all(undone: Sequence[Undone], done: int) -> None:
    """Raise one error where nothing could be done at all, for one and the same reason.

    Raises
    ------
    InputError
        Then.
    """
    # Files that are to be closed are named one by one.
    closed = [isinstance(one.error, FileError) and one.error.is_open for one in undone]
    told = {one.reason for one, is_open in zip(undone, closed, strict=True) if not is_open}
    if not done and len(told) == 1:
        raise undone[0].error
