"""The process of one button: LibreOffice starts it and carries out its orders."""

from __future__ import annotations

import sys

import workbook_templates
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from udfs import buttons
from udfs.calc.host import Calc
from udfs.calc.server import connected
from udfs.commands import CALC, Command


def main() -> None:
    """Run the button that is named."""
    channel = connected()
    channel.send("ready")
    name, *given = [text for text in sys.argv[1:] if not text.startswith("--channel=")]
    command = next(one for one in CALC if one.name == name)
    calc = Calc(channel, command.label)
    try:
        action = _of_template(calc, command, given) if command.of_template else _action(calc, name)
    except InputError as error:  # such as that no project was chosen yet
        calc.say(str(error), failed=True)
        return
    if action is not None:
        buttons.run(calc, action)


def _action(calc: Calc, name: str) -> buttons.Action | None:
    """The action of a button; None where the user did not answer a question."""
    if name == "settings":
        chosen = calc.settings()
        return None if chosen is None else buttons.settings(*chosen)
    return buttons.WITHOUT_CHOICE[name]


def _of_template(calc: Calc, command: Command, given: list[str]) -> buttons.Action | None:
    """The action of a button with a template; missing or unknown arguments are asked for."""
    template: str | None
    template, level, *_ = [*given, None, None]
    # A link in a document may name anything, such as a file.
    if template not in workbook_templates.NAMES:
        report = Project.open(calc.user.project()).settings.report
        template = calc.choose(f"{command.label}哪种工作簿", workbook_templates.offered(report))
    if template is None or command.name == "fill":
        return None if template is None else buttons.fill(template)
    levels = buttons.levels_of(calc.user)
    if level not in levels:
        level = calc.choose("发给哪一级", levels)
    return None if level is None else buttons.distribute(template, level)


if __name__ == "__main__":
    main()
