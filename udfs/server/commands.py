"""The buttons on a server: the same jobs, on a workbook that was sent, answered by actions.

An action is a dict with ``do``: ``write`` (areas of cells and a hidden name, all or nothing),
``calculate``, ``insert`` (a formula), ``say``, ``show`` (a table), ``ask`` (a question; the page
sends the same again with the answer) and ``open`` (a workbook).
"""

from __future__ import annotations

import base64
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import workbook_templates
from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Kind
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.user import User
from udfs import buttons
from udfs.buttons import Selected
from udfs.commands import SERVED, Command
from udfs.open_book import MARK
from udfs.server.manifest import action as action_name
from udfs.server.sent import SentCells, SentWorkbook

Actions = list[dict[str, Any]]

_OF_NO_UNIT: Final = frozenset({"fill", "distribute", "collect", "check", "doctor"})
"""What is about the whole project: only whoever may see the whole branch does it."""


class Page:
    """Excel as the buttons' jobs see it, behind the page that sent a workbook.

    Parameters
    ----------
    user : User
        Whoever pressed the button.
    answers : list of bool
        What was answered to the questions asked before.
    """

    recalculation: Final = "Ctrl+Alt+F9"

    def __init__(self, user: User, workbook: SentWorkbook, answers: list[bool]) -> None:
        self.user = user
        self.cells = SentCells(workbook)
        self._selection = workbook.selection
        self._answers = list(answers)
        self._actions: Actions = []

    @property
    def actions(self) -> Actions:
        """The actions for the page, writing first."""
        areas, mark = self.cells.areas, self.cells.mark
        if not areas and mark is None:
            return self._actions
        named = {"name": MARK, "text": mark}
        return [{"do": "write", "areas": areas, "mark": named}, *self._actions]

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """The page writes everything at once anyway."""
        yield

    def calculate(self) -> None:
        self._actions.append({"do": "calculate"})

    def say(self, text: str, failed: bool = False) -> None:
        if failed:
            self.cells.areas.clear()
            self.cells.mark = None
            self._actions.clear()
        self._actions.append({"do": "say", "text": text, "failed": failed})

    def ask(self, text: str) -> bool:
        """No as long as the question has not been answered."""
        if self._answers:
            return self._answers.pop(0)
        self._actions.append({"do": "ask", "text": text})
        return False

    def status(self, text: str | None) -> None:
        """The page shows that something is being done as long as there is no answer."""

    def show(self, rows: Any) -> None:
        table = [["" if cell is None else str(cell) for cell in row] for row in rows]
        self._actions.append({"do": "show", "rows": table})

    def open(self, file: str) -> None:
        content = base64.b64encode(Path(file).read_bytes()).decode()
        self._actions.append({"do": "open", "name": Path(file).name, "content": content})

    def selected(self) -> Selected | None:
        cell = self._selection
        if cell is None:
            return None
        return Selected(cell.value, cell.right if cell.right and cell.right_is_empty else None)

    def insert(self, function: str, arguments: list[str]) -> None:
        assert self._selection is not None
        texts = ",".join('"' + text.replace('"', '""') + '"' for text in arguments)
        self._actions.append(
            {
                "do": "insert",
                "sheet": self._selection.sheet,
                "address": self._selection.right,
                "formula": f"={function}({texts})",
            }
        )


def as_javascript(settings: Settings) -> str:
    """The buttons as the page imports them: labels, what each runs, and the levels to choose."""
    told = {
        "BUTTONS": {one.name: one.label for one in SERVED},
        "COMMANDS": [line for one in SERVED for line in _lines(one)],
        "LEVELS": buttons.levels(settings),
    }
    return "".join(
        f"export const {name} = {json.dumps(content, ensure_ascii=False)};\n"
        for name, content in told.items()
    )


def _lines(command: Command) -> list[list[str]]:
    """An action of the manifest, the command it runs, and with what."""
    if not command.of_template:
        return [[action_name(command), command.name]]
    return [
        [action_name(command, place), command.name, template]
        for place, template in enumerate(workbook_templates.NAMES, 1)
    ]


def run(
    name: str,
    arguments: list[str],
    user: User,
    workbook: SentWorkbook,
    answers: list[bool],
    sees_all: bool,
) -> Actions:
    """Run a button.

    Parameters
    ----------
    name : str
        The name of the command, one of `udfs.commands`.
    arguments : list of str
        A template, and a level, for those that take them; a month for the settings.
    user, workbook, answers
        As for `Page`.
    sees_all : bool
        Whether the user may see the whole branch.

    Returns
    -------
    list of dict
        What the page is to do; a message where it could not be done, and nothing else then.
    """
    page = Page(user, workbook, answers)
    try:
        action = _action(name, arguments, user, sees_all)
    except InputError as error:
        page.say(str(error), failed=True)
    else:
        buttons.run(page, action)
        # What a job computed refers to itself, and would wait long for being looked through.
        gc.collect()
    return page.actions


def _action(name: str, arguments: list[str], user: User, sees_all: bool) -> buttons.Action:
    command = next((one for one in SERVED if one.name == name), None)
    if command is None:
        raise InputError(kinds.NO_BUTTON(), value=name)
    if name in _OF_NO_UNIT and not sees_all:
        raise InputError(kinds.WHOLE_PROJECT(label=command.label))
    if name == "settings":
        return buttons.settings(str(user.project()), _one(arguments, 0))
    if not command.of_template:
        return buttons.WITHOUT_CHOICE[name]
    # Only official templates: a path would read whatever there is on the server.
    template = _one(arguments, 0, workbook_templates.NAMES, kinds.NO_TEMPLATE_HERE)
    if name == "fill":
        return buttons.fill(template)
    known = buttons.levels_of(user)
    return buttons.distribute(template, _one(arguments, 1, known, kinds.NO_LEVEL_OF))


def _one(
    arguments: list[str], place: int, known: tuple[str, ...] = (), kind: Kind | None = None
) -> str:
    """An argument; InputError where it is none of those that are known."""
    given = arguments[place] if place < len(arguments) else ""
    if kind is not None and given not in known:
        raise InputError(kind(known="、".join(known)), value=given)
    return given
