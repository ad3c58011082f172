"""LibreOffice Calc as a host of the buttons, controlled over a channel.

An order is a name and what it takes; the answer is ``(True, value)``, or ``(False, text)`` where
LibreOffice could not do it. `udfs.calc.component.buttons` is at the other end.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.error_values import error_name
from kpi_xl.errors import InputError
from kpi_xl.system.user import User
from kpi_xl.workbook.ooxml.parts import DefinedName
from kpi_xl.workbook.ooxml.references import Area
from udfs.buttons import Selected
from udfs.calc.component.channel import Channel
from udfs.contents import ErrorName
from udfs.open_book import MARK, Rows, Used

_OTHER_MONTH: Final = "换月份"
_OTHER_PROJECT: Final = "换项目"


class Calc:
    """LibreOffice with the document whose button was pressed.

    Parameters
    ----------
    channel : Channel
        The way to it.
    title : str
        What its undo list calls the changes that are made now.
    """

    recalculation: Final = "Ctrl+Shift+F9"

    def __init__(self, channel: Channel, title: str) -> None:
        self._channel = channel
        self._title = title

    def order(self, name: str, *given: Any) -> Any:
        """Send an order and wait for the answer.

        Raises
        ------
        InputError
            When it cannot be done.
        """
        self._channel.send((name, given))
        done, answer = self._channel.receive()
        if not done:
            raise InputError(kinds.CALC_STOPPED(title=self._title, answer=answer))
        return answer

    @property
    def user(self) -> User:
        return User.current()

    @property
    def cells(self) -> CalcCells:
        return CalcCells(self)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        self.order("begin", self._title)
        try:
            yield
        finally:
            self.order("end")

    def calculate(self) -> None:
        self.order("calculate")

    def say(self, text: str, failed: bool = False) -> None:
        # The log keeps what is said, for whoever runs LibreOffice without a screen.
        print(text, file=sys.stderr, flush=True)
        self.order("say", text, failed)

    def ask(self, text: str) -> bool:
        return bool(self.order("ask", text))

    def status(self, text: str | None) -> None:
        self.order("status", text)

    def show(self, rows: Any) -> None:
        self.order("show", [[_sent(cell) for cell in row] for row in rows])

    def open(self, file: str) -> None:
        self.order("open", Path(file).resolve().as_uri())

    def selected(self) -> Selected | None:
        found = self.order("selected")
        return None if found is None else Selected(*found)

    def insert(self, function: str, arguments: list[str]) -> None:
        texts = ";".join(f'"{text}"' for text in arguments)
        self.order("insert", f"={function}({texts})")

    def choose(self, title: str, items: Sequence[str]) -> str | None:
        """Ask for one of several; None where there was no answer."""
        chosen: str | None = self.order("choose", title, list(items))
        return chosen

    def settings(self) -> tuple[str, str] | None:
        """Ask for a project's folder and a month; None where there was no answer."""
        now = self.user.settings()
        folder = None if now.project is None else str(now.project)
        if folder is not None:
            text = f"项目：{folder}\n月份：{now.month or '有数据的最后一个月'}"
            wanted = self.choose(text, (_OTHER_MONTH, _OTHER_PROJECT))
            if wanted is None:
                return None
        if folder is None or wanted == _OTHER_PROJECT:
            folder = self.order("choose folder", "选择项目文件夹（kpi.toml 所在的文件夹）", folder)
        if folder is None:
            return None
        asked = "月份，如 2024-06；留空则为有数据的最后一个月："
        month = self.order("input", asked, now.month or "")
        return None if month is None else (folder, month)


class CalcCells:
    """The cells of the document.

    Parameters
    ----------
    calc : Calc
        Where it is open.
    """

    def __init__(self, calc: Calc) -> None:
        self._calc = calc
        self.sheets: list[str] = calc.order("sheets")

    def names(self) -> list[DefinedName]:
        return [DefinedName(*one) for one in self._calc.order("names")]

    def used(self, sheet: str) -> Used:
        return Used(*self._calc.order("used", sheet))

    def is_merged(self, sheet: str, cells: Area) -> bool:
        return bool(self._calc.order("is merged", sheet, tuple(cells)))

    def value(self, value: Any) -> Any:
        return _sent(value)

    def write(self, sheet: str, cells: Area, rows: Rows) -> None:
        self._calc.order("write", sheet, tuple(cells), rows)

    def set_mark(self, mark: str | None) -> None:
        self._calc.order("set name", MARK, None if mark is None else f'"{mark}"')

    @contextmanager
    def unprotected(self, sheets: Iterable[str]) -> Iterator[None]:
        """A context in which the sheets are unprotected; protection options are kept."""
        opened: list[str] = []
        try:
            for sheet in sheets:
                was = self._calc.order("unprotect", sheet)
                if was == "password":
                    raise InputError(kinds.CALC_SHEET_PROTECTED(), sheet=sheet)
                if was == "opened":
                    opened.append(sheet)
            yield
        finally:
            for sheet in reversed(opened):
                self._calc.order("protect", sheet)


def _sent(value: Any) -> Any:
    """A value for sending: an error as a tuple with its name, so that no text is taken for one."""
    if hasattr(value, "item"):
        value = value.item()  # a numpy scalar
    if isinstance(value, float) and not math.isfinite(value):
        return (error_name(value),)
    if isinstance(value, ErrorName):
        return (str(value),)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    return value
