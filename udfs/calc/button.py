"""The process of one button: LibreOffice starts it, does what it orders, and is done with it."""

from __future__ import annotations

import sys
from typing import Final

import workbook_templates
from udfs import buttons
from udfs.calc.host import Calc
from udfs.calc.server import connected
from udfs.commands import COMMANDS, FILL

_ACTIONS: Final = {
    "refresh": buttons.refresh,
    "undo": buttons.undo,
    "check": buttons.check,
    "doctor": buttons.doctor,
    "explain": buttons.explain,
    "help": buttons.help,
}


def main() -> None:
    """Run the button that is named."""
    channel = connected()
    channel.send("ready")
    name, *given = [text for text in sys.argv[1:] if not text.startswith("--channel=")]
    labels = {command.name: command.label for command in COMMANDS} | {FILL.name: FILL.label}
    calc = Calc(channel, labels[name])
    if name == FILL.name:
        template = given[0] if given else calc.choose("生成哪种工作簿", workbook_templates.NAMES)
        if template is not None:
            buttons.run(calc, buttons.fill(template))
    elif name == "settings":
        chosen = calc.settings()
        if chosen is not None:
            buttons.run(calc, buttons.settings(*chosen))
    else:
        buttons.run(calc, _ACTIONS[name])


if __name__ == "__main__":
    main()
