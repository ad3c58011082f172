"""Pass function calls to kpi_xl, and cache answers for as long as they are valid."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .process import Process, UnavailableError

_PATIENCE = 10.0  # seconds for one call
_REST = 5.0  # seconds in which nothing is tried after a failure: only the first cell waits
_INTERVAL = 0.5  # seconds, as in `udfs.current`: no older may an answer about the project be
_MOST = 100_000  # answers kept

Arguments = tuple[Any, ...]


class Functions:
    """The KPI functions of the running kpi_xl, which is started at the first call.

    Parameters
    ----------
    forget : callable
        Called when a kpi_xl has gone and what was sent to it with it.
    """

    def __init__(self, forget: Callable[[], None]) -> None:
        self._forget = forget
        self._process: Process | None = None
        self._failed = float("-inf")
        self._asked = float("-inf")
        self._stamp: Any = None
        self._answers: dict[tuple[Any, ...], Any] = {}

    def plain(self, name: str, arguments: Arguments, later: int) -> Any:
        """Call a function with numbers, texts and rows of them.

        Parameters
        ----------
        name : str
            The name of the function.
        arguments : tuple
            What it is given.
        later : int
            How many days after the usual one the days of the document count from.

        Raises
        ------
        UnavailableError
            When kpi_xl cannot be reached.
        """
        key = (name, arguments, later) if later else (name, arguments)
        if tuple in map(type, arguments):
            return self.ask(lambda: key)
        if time.monotonic() - self._asked < _INTERVAL and key in self._answers:
            return self._answers[key]
        answer = self.ask(lambda: key)
        if len(self._answers) >= _MOST:
            self._answers.clear()
        self._answers[key] = answer
        return answer

    def ask(self, request: Callable[[], tuple[Any, ...]]) -> Any:
        """Send a call, in the form that `udfs.calc.server` reads, and wait for the answer.

        Raises
        ------
        UnavailableError
            When kpi_xl cannot be reached.
        """
        if time.monotonic() - self._failed < _REST:
            raise UnavailableError
        try:
            try:
                answer, stamp = self._answer(request())
            except (EOFError, ConnectionError):
                # It was ended from outside, perhaps long ago.
                self._end()
                answer, stamp = self._answer(request())
            if stamp != self._stamp:
                # The project has been refreshed: the same cells will ask the same again.
                stamp = self._ask_all_again()
        except (EOFError, OSError, UnavailableError) as error:  # TimeoutError is an OSError
            self._end()
            self._failed = time.monotonic()
            raise UnavailableError from error
        self._stamp = stamp
        self._asked = time.monotonic()
        return answer

    def _ask_all_again(self) -> Any:
        """Ask all questions again in one go; returns the stamp of the answers."""
        questions = list(self._answers)
        answers, stamp = self._answer(questions)
        self._answers = dict(zip(questions, answers, strict=True))
        return stamp

    def _answer(self, request: Any) -> tuple[Any, Any]:
        if self._process is None:
            self._process = Process("udfs.calc.server")
        self._process.channel.send(request)
        answer, stamp = self._process.channel.receive(_PATIENCE)
        return answer, stamp

    def _end(self) -> None:
        self._answers.clear()
        self._forget()
        if self._process is not None:
            self._process.end()
            self._process = None
