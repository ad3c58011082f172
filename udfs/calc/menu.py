"""The KPI menu and toolbar of Calc, from the same commands as Excel's ribbon."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

import workbook_templates
from udfs.calc import IDENTIFIER
from udfs.commands import CALC_GROUPS, Command

TOOLBAR: Final = f"private:resource/toolbar/addon_{IDENTIFIER}.toolbar"
"""The toolbar among LibreOffice's own."""

_THIRD_ROW: Final = "0,4"
"""Below the standard toolbar and that of formats, which stay whole."""

_SPREADSHEET: Final = "com.sun.star.sheet.SpreadsheetDocument"
_TITLE: Final = "KPI"
_OTHERS: Final = "其他……"
_SCHEMA: Final = (
    'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
)
_SEPARATOR: Final = '<prop oor:name="URL"><value>private:separator</value></prop>'


def address(command: str, *given: str) -> str:
    """The address that LibreOffice runs for a command."""
    parts = "/".join(urllib.parse.quote(part) for part in (command, *given))
    return f"service:{IDENTIFIER}.Buttons?{parts}"


def addons() -> bytes:
    """The configuration of the menu and the toolbar."""
    in_menu, in_toolbar = [], []
    for number, (_, commands) in enumerate(CALC_GROUPS):
        if number:
            in_menu.append(_SEPARATOR)
            in_toolbar.append(_SEPARATOR)
        in_menu += [_submenu(one) if one.of_template else _item(one) for one in commands]
        in_toolbar += map(_item, commands)  # that of a template asks which
    menu = (
        f'<node oor:name="OfficeMenuBar"><node oor:name="{IDENTIFIER}.menu" oor:op="replace">'
        f"{_context()}{_title(_TITLE)}"
        f'<node oor:name="Submenu">{_nodes("m", in_menu)}</node></node></node>'
    )
    toolbar = (
        f'<node oor:name="OfficeToolBar"><node oor:name="{IDENTIFIER}.toolbar" oor:op="replace">'
        f"{_nodes('t', [_context() + item for item in in_toolbar])}</node></node>"
    )
    return _file(
        "Addons", "org.openoffice.Office", f'<node oor:name="AddonUI">{menu}{toolbar}</node>'
    )


def window_state() -> bytes:
    """The configuration of the toolbar's name and place."""
    state = (
        f'<node oor:name="{TOOLBAR}" oor:op="replace">'
        f'<prop oor:name="UIName"><value xml:lang="en-US">{_TITLE}</value></prop>'
        '<prop oor:name="Visible"><value>true</value></prop>'
        '<prop oor:name="Docked"><value>true</value></prop>'
        f'<prop oor:name="DockPos"><value>{_THIRD_ROW}</value></prop></node>'
    )
    states = f'<node oor:name="UIElements"><node oor:name="States">{state}</node></node>'
    return _file("CalcWindowState", "org.openoffice.Office.UI", states)


def _file(name: str, package: str, content: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<oor:component-data {_SCHEMA} oor:name="{name}"'
        f' oor:package="{package}">{content}</oor:component-data>\n'
    ).encode()


def _nodes(letter: str, contents: Iterable[str]) -> str:
    """Nodes in order: LibreOffice sorts them by their names."""
    return "".join(
        f'<node oor:name="{letter}{number:02}" oor:op="replace">{content}</node>'
        for number, content in enumerate(contents, 1)
    )


def _item(command: Command) -> str:
    return _entry(command.label, address(command.name))


def _submenu(command: Command) -> str:
    made = [(name, address(command.name, name)) for name in workbook_templates.offered()]
    # A trade's own report is asked for: who is of another trade has no use for it.
    items = _nodes(
        "s", [_entry(name, url) for name, url in [*made, (_OTHERS, address(command.name))]]
    )
    return f'{_title(command.label)}<node oor:name="Submenu">{items}</node>'


def _entry(label: str, url: str) -> str:
    return (
        f'<prop oor:name="URL"><value>{escape(url)}</value></prop>{_title(label)}'
        '<prop oor:name="Target"><value>_self</value></prop>'
    )


def _title(label: str) -> str:
    return f'<prop oor:name="Title"><value xml:lang="en-US">{escape(label)}</value></prop>'


def _context() -> str:
    return f'<prop oor:name="Context"><value>{_SPREADSHEET}</value></prop>'
