"""Edit kpi.toml and keep the user's comments and order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table
from tomlkit.toml_document import TOMLDocument

from kpi_xl.catalogue.schema import LISTS
from kpi_xl.settings.file import settings_in
from kpi_xl.settings.sheets import SheetSettings
from kpi_xl.system.files import write_whole

_MARK = "\ufeff"


def edit(file: Path, change: Callable[[TOMLDocument], None]) -> bool:
    """Edit a settings file.

    Parameters
    ----------
    change : callable
        Changes what it is given.

    Returns
    -------
    bool
        Whether anything is different now.

    Raises
    ------
    InputError
        When the file cannot be read or written.
    """
    settings_in(file)  # says in Chinese what cannot be read, and where
    raw = file.read_bytes().decode("utf-8")
    mark = raw.startswith(_MARK)
    windows = "\r\n" in raw
    document = tomlkit.parse(raw.removeprefix(_MARK).replace("\r\n", "\n"))
    change(document)
    text = tomlkit.dumps(document)
    if windows:
        text = text.replace("\n", "\r\n")
    return write_whole(file, ((_MARK if mark else "") + text).encode())


def section(document: TOMLDocument | Table, *path: str) -> Table:
    """A section of a settings file; it is added at the end where it is missing."""
    found: Any = document
    for place, name in enumerate(path):
        if name not in found:
            # [sheets] itself is never written: only what is in it says anything.
            found[name] = tomlkit.table(is_super_table=place + 1 < len(path))
        found = found[name]
    return found  # type: ignore[no-any-return]


def say_of_sheets(
    file: Path, said: Mapping[str, SheetSettings], unsaid: frozenset[str] = frozenset()
) -> bool:
    """Write the sections [sheets].

    Parameters
    ----------
    file : Path
        The file kpi.toml, which is changed.
    said : mapping of str to SheetSettings
        What goes into [sheets], by name.
    unsaid : set of str
        The names of which nothing is said any more.

    Returns
    -------
    bool
        Whether anything is different now.
    """

    def change(document: TOMLDocument) -> None:
        known: Any = document.get("sheets", {})
        for name in unsaid & set(known):
            known.remove(name)
        known = frozenset(known)
        for name, settings in said.items():
            into = section(document, "sheets", name)
            wanted = _as_toml(settings)
            for key in [key for key in into if key not in wanted]:
                into.remove(key)
            for key, value in wanted.items():
                if key not in into or into[key] != value:
                    into[key] = inline(value)
            if name not in known:
                into.add(tomlkit.nl())

    return edit(file, change)


def _as_toml(settings: SheetSettings) -> dict[str, Any]:
    table = LISTS.get(settings.table)
    columns = {
        table.column(code).name: heading for code, heading in settings.columns.items() if table
    }
    everything: dict[str, Any] = {
        "table": table.name if table else settings.table,
        "columns": columns,
        "units": dict(settings.units),
        "unused": list(settings.unused),
        "statuses": {heading: dict(words) for heading, words in settings.statuses.items()},
    }
    return {key: value for key, value in everything.items() if value}


def inline(value: Any) -> Any:
    """A value written in one line: ``{ healthy = 0.8 }``."""
    if not isinstance(value, dict):
        return value
    table = tomlkit.inline_table()
    for key, one in value.items():
        table[key] = inline(one)
    return table
