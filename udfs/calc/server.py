"""The process that answers Calc's function calls; LibreOffice starts and ends it.

A call is a name and its arguments: ``(name, arguments)``; or, where the days of the document count
from another day than usual, ``(name, arguments, later)``: by so many days; or, where some arguments
are ranges, ``(name, arguments, numbers, first, later)``. Then `numbers` maps the place of such an
argument to the number under which its rows are kept, and the argument itself has the rows at the
first time and is None afterwards; numbers before `first` are not used any more. The answer is a
value and a stamp: as long as the stamp stays the same, so do the values of the same arguments. A
list of calls is answered by a list of values.
"""

from __future__ import annotations

import datetime as dt
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

from kpi_xl.error_values import ERROR_NAMES, error_value
from udfs import current, functions
from udfs.arguments import BadArgumentError
from udfs.calc.component.channel import Channel
from udfs.dates import dates
from udfs.epochs import counted, moved
from udfs.results import Result, grid

_ERRORS: Final = {name: error_value(name) for name in ERROR_NAMES}


class Ranges:
    """The columns of dates that were passed, read once."""

    def __init__(self) -> None:
        self._columns: dict[int, Any] = {}

    def replaced(
        self, arguments: tuple[Any, ...], numbers: dict[int, int], first: int, later: int
    ) -> list[Any]:
        """Arguments with the kept values in place of ranges."""
        for old in [number for number in self._columns if number < first]:
            del self._columns[old]
        given = list(arguments)
        for place, number in numbers.items():
            if given[place] is not None:
                self._columns[number] = _dates(
                    moved(given[place], later) if later else given[place]
                )
            given[place] = self._columns[number]
        return given


def _dates(rows: list[list[Any]]) -> Any:
    """A column of dates, or the error of reading it."""
    try:
        return dates(rows)
    except BadArgumentError as error:
        return error.name


def host_value(result: Result) -> Any:
    """A result as Calc takes it: numbers, texts, errors as NaNs; rows as tuples."""
    if isinstance(result, list):
        return tuple(tuple(map(_cell, row)) for row in grid(result))
    return _cell(result)


def _cell(value: Any) -> float | str:
    if isinstance(value, str):
        return _ERRORS.get(value, value)
    return "" if value is None else float(value)


def answer(ranges: Ranges, message: tuple[Any, ...]) -> Any:
    """The value of one call."""
    name, arguments, *more = message
    # Calls by reference always say what days count from, the others where it is unusual.
    later = more.pop() if more else 0
    function: Callable[..., Result] | None = (
        getattr(functions, name) if name in functions.__all__ else None
    )
    if function is None:  # the extension is of another version
        return _ERRORS["#VALUE!"]
    try:
        given: Any = arguments
        if more:
            numbers, first = more
            given = ranges.replaced(arguments, numbers, first, later)
        if later:
            function = counted(function, later, texts=True)
        return host_value(function(*given))
    except Exception:  # whatever it is, one cell's error must not end the others' process
        import traceback

        traceback.print_exc()
        return _ERRORS["#VALUE!"]


def connected() -> Channel:
    """The channel to whoever started this process."""
    if sys.platform == "win32":
        return Channel(socket.fromshare(sys.stdin.buffer.read()))
    option = next(text for text in sys.argv if text.startswith("--channel="))
    return Channel(socket.socket(fileno=int(option.partition("=")[2])))


def main() -> None:
    """Answer calls until the channel is closed."""
    channel = connected()
    ranges = Ranges()
    channel.send("ready")
    while True:
        try:
            message = channel.receive()
        except EOFError:
            return
        # Looked at first: an answer may be newer than its stamp, never older.
        stamp = current.version(), dt.date.today().toordinal()
        if isinstance(message, list):
            channel.send(([answer(ranges, one) for one in message], stamp))
        else:
            channel.send((answer(ranges, message), stamp))


if __name__ == "__main__":
    main()
