"""The levels of the organisation, as [levels] of kpi.toml names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import MOST, PERSON, STANDARD, Organisation, of_own
from kpi_xl.catalogue.people_tables import AGENTS, TRANSFERS
from kpi_xl.catalogue.raw_table import Column, Table
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.name import form
from kpi_xl.settings.file import is_text

NAMES: Final = "names"
MAIN: Final = "main"

LEVEL_KEYS: Final = (NAMES, MAIN)
"""What [levels] may say beside what a standard level is called."""

_NAME: Final = re.compile(r"[\w（）()]{1,20}")
_TAKEN: Final = (PERSON, "个人", UNASSIGNED, "渠道")
"""What means something else wherever a level may stand."""

Wrong = Callable[[tuple[str, ...], Fault, object], InputError]


def levels_in(section: Mapping[str, Any], wrong: Wrong) -> tuple[Organisation, dict[str, str]]:
    """The levels, and their names in this project.

    Parameters
    ----------
    section : mapping
        The section [levels] of kpi.toml.
    wrong : callable
        Makes an error of the path of a key, what is wrong with it and its value.

    Raises
    ------
    InputError
        When they cannot be used; two levels of one name among them.
    """
    if NAMES not in section:
        if MAIN in section:
            raise wrong(("levels", MAIN), kinds.LEVEL_MAIN_ALONE(), section[MAIN])
        return STANDARD, _renamed(section, wrong)
    for level in section:
        if level not in LEVEL_KEYS:
            raise wrong(("levels", level), kinds.LEVELS_MIXED(level=level), section[level])
    names = section[NAMES]
    if (
        not isinstance(names, list)
        or not 2 <= len(names) <= MOST
        or not all(isinstance(one, str) and _NAME.fullmatch(one) for one in names)
    ):
        raise wrong(("levels", NAMES), kinds.LEVEL_NAMES(most=MOST), names)
    for name in names:
        if names.count(name) > 1:
            raise wrong(("levels", NAMES), kinds.LEVELS_ALIKE(name=name), name)
        if (other := _meaning(name)) is not None:
            raise wrong(("levels", NAMES), kinds.LEVEL_NAME_TAKEN(name=name, other=other), name)
    main = section.get(MAIN)
    if main is not None and main not in names[1:]:
        raise wrong(("levels", MAIN), kinds.LEVEL_MAIN(known="、".join(names[1:])), main)
    organisation = of_own(len(names), None if main is None else names.index(main))
    return organisation, dict(zip(organisation.levels, names, strict=True))


def _renamed(section: Mapping[str, Any], wrong: Wrong) -> dict[str, str]:
    """Own names of the standard levels; no two levels share one."""
    names: dict[str, str] = {}
    for level, name in section.items():
        if not is_text(name):
            raise wrong(("levels", level), kinds.TEXT_WANTED(section="levels", key=level), name)
        names[level] = str(name)
    called = [names.get(level, level) for level in STANDARD.levels]
    for level, name in names.items():
        if called.count(name) > 1:
            raise wrong(("levels", level), kinds.LEVELS_ALIKE(name=name), name)
    return names


def _meaning(name: str) -> str | None:
    """The meaning that a level's name already has in the raw tables; None where it has none."""
    if name in _TAKEN:
        return name
    for table in (AGENTS, TRANSFERS):
        for column in table.columns:
            labels = (column.name, column.code, *column.aliases, *column.sooner)
            if not column.level and form(name) in map(form, labels):
                return f"{table.name}表的{column.name}"
    return None


def with_levels(table: Table, organisation: Organisation, names: Mapping[str, str]) -> Table:
    """A raw table with columns for the project's levels.

    Parameters
    ----------
    table : Table
        The declaration of a standard table.
    organisation : Organisation
        Which levels there are.
    names : mapping of str to str
        What they are called.

    Returns
    -------
    Table
        The same where there are the standard levels, or it has none.
    """
    if organisation is STANDARD or not table.of_units():
        return table
    below = dict(zip(organisation.levels[1:], organisation.columns, strict=True))
    is_moves = bool(table.of_units(before=True))
    own: list[Column] = []
    for before in (False, True) if is_moves else (False,):
        own += [_column(names[one], one, code, is_moves, before) for one, code in below.items()]
    first = next(place for place, column in enumerate(table.columns) if column.level)
    others = [column for column in table.columns if not column.level]
    return replace(table, columns=(*others[:first], *own, *others[first:]))


def _column(name: str, level: str, code: str, is_moves: bool, before: bool) -> Column:
    """The column of a level in a table of people, or of transfers from and to."""
    if before:
        return Column(
            f"from_{code}", f"原{name}", "text", f"调出的{name}",
            aliases=(f"调出{name}", f"from_{code}"), level=level, is_before=True,
        )  # fmt: skip
    aliases: tuple[str, ...] = (f"所属{name}", f"所在{name}", f"{name}名称", code)
    if is_moves:
        aliases = (f"调入{name}", f"新{name}", *aliases)
    meaning = f"调入的{name}" if is_moves else f"所属{name}"
    return Column(code, name, "text", meaning, aliases=aliases, level=level)
