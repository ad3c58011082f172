"""The section [sheets] of kpi.toml: settings of single files and worksheets.

What is said of a table's columns under [columns] goes for all its files; here a clerk says what
one file or worksheet is, and which of its headings is which column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Table
from kpi_xl.fault import Kind
from kpi_xl.settings.file import SettingError, choices, is_text, shown

NOT_READ: Final = "不读"
"""Said in place of a table of what is not to be read."""

UNITS: Final[Mapping[str, str]] = {
    f"{unit}元": unit for unit in ("", "千", "万", "十万", "百万", "千万", "亿")
}
"""The units of money, each as it stands before 元."""

STATUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "agents": ("在职", "离职"),
    "policies": ("有效", "撤单", "终止"),
}
"""What a status may mean, by table; the first of each says nothing against a row."""

_KEYS: Final = ("table", "columns", "units", "unused", "statuses")
_SHEET: Final = re.compile(r"(?P<file>.+?)(?:「(?P<sheet>.+)」)?", re.DOTALL)


@dataclass(frozen=True)
class SheetSettings:
    """The settings of the files and worksheets of one name.

    Parameters
    ----------
    table : str
        The code of the table it holds, or `NOT_READ`; empty where its headings tell.
    columns : mapping of str to str
        Headings by column code.
    units : mapping of str to str
        The unit of the amounts below a heading: a key of `UNITS`.
    unused : tuple of str
        Headings that are no column of the table, whatever they look like.
    statuses : mapping of str to mapping of str to str
        By heading what each text below it means: one of `STATUSES`.
    """

    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    statuses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def says_nothing(self) -> bool:
        """Whether the section is empty."""
        return self == SheetSettings()


def label(name: str, sheet: str | None) -> str:
    """The name of a file or worksheet in [sheets]."""
    return f"{name}「{sheet}」" if sheet else name


def said_of(
    sections: Mapping[str, SheetSettings], name: str, sheet: str | None
) -> SheetSettings | None:
    """The settings of a worksheet: the section that names it most closely.

    Parameters
    ----------
    sections : mapping of str to SheetSettings
        By name; ``*`` stands for any text.
    name : str
        The file's path below the data folder.
    sheet : str or None
        The name of the worksheet; None for a file without any.
    """
    best: tuple[tuple[bool, bool, int], SheetSettings] | None = None
    for pattern, settings in sections.items():
        parts = _SHEET.fullmatch(pattern)
        if parts is None or not _fits(parts["file"], name):
            continue
        if parts["sheet"] is not None and not (sheet and _fits(parts["sheet"], sheet)):
            continue
        # A worksheet before its file, a name before a pattern, a long pattern before a short one.
        rank = (parts["sheet"] is not None, "*" not in pattern, len(pattern))
        if best is None or rank > best[0]:
            best = rank, settings
    return None if best is None else best[1]


def fitting_none(
    sections: Mapping[str, SheetSettings], there: Collection[tuple[str, str | None]]
) -> list[str]:
    """The sections that name no file and no worksheet that is there.

    Parameters
    ----------
    sections : mapping of str to SheetSettings
        The sections [sheets.…], by their names.
    there : collection of (str, str or None)
        Every file and worksheet; None of a file that has none, or of which none is known.
    """
    return [
        pattern
        for pattern in sections
        if (parts := _SHEET.fullmatch(pattern))
        and not any(
            _fits(parts["file"], name)
            and (parts["sheet"] is None or sheet is None or _fits(parts["sheet"], sheet))
            for name, sheet in there
        )
    ]


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def sheet_settings(
    section: Mapping[str, Any], file: Path | None, lists: Mapping[str, Table]
) -> dict[str, SheetSettings]:
    """Read the section.

    Parameters
    ----------
    section : mapping
        The content of one section [sheets.…].
    file : Path or None
        The file kpi.toml, for the place of an error.
    lists : mapping of str to Table
        What a file or worksheet may be.

    Raises
    ------
    SettingError
        When something in it means nothing.
    """
    return {name: _Reader(name, said, file, lists).settings() for name, said in section.items()}


class _Reader:
    """Reads the section of one name."""

    def __init__(self, name: str, said: Any, file: Path | None, lists: Mapping[str, Table]) -> None:
        self.name = name
        self.lists = lists
        self.file = file
        if not isinstance(said, dict):
            raise self._wrong((), kinds.SHEETS_SECTION)
        self.said = said

    def _wrong(
        self, path: tuple[str, ...], kind: Kind, value: object = None, **about: object
    ) -> SettingError:
        where = "".join(f" {shown(part)}" for part in path)
        fault = kind(name=shown(self.name), where=where, **about)
        return SettingError(("sheets", self.name, *path), fault, file=self.file, value=value)

    def settings(self) -> SheetSettings:
        for key in self.said:
            if key not in _KEYS:
                raise self._wrong((key,), kinds.SHEETS_KEY, **choices(_KEYS, key))
        table = self._table()
        return SheetSettings(
            table,
            self._columns(table),
            self._mapping("units", self.said.get("units", {}), tuple(UNITS)),
            self._unused(),
            self._statuses(table),
        )

    def _table(self) -> str:
        name = self.said.get("table", "")
        if name in ("", NOT_READ):
            return str(name)
        code = next((table.code for table in self.lists.values() if table.name == name), None)
        if code is None:
            names = [NOT_READ, *(table.name for table in self.lists.values())]
            raise self._wrong(("table",), kinds.SHEETS_TABLE, name, **choices(names, str(name)))
        return code

    def _columns(self, table: str) -> dict[str, str]:
        mapping = self._mapping("columns", self.said.get("columns", {}))
        if not mapping:
            return {}
        if table not in self.lists:
            raise self._wrong(("columns",), kinds.SHEETS_COLUMNS_OF_NO_TABLE)
        codes = {column.name: column.code for column in self.lists[table].columns}
        for key in mapping:
            if key not in codes:
                name = self.lists[table].name
                raise self._wrong(
                    ("columns", key), kinds.SHEETS_COLUMN, table=name, **choices(codes, key)
                )
        return {codes[key]: heading for key, heading in mapping.items()}

    def _unused(self) -> tuple[str, ...]:
        value = self.said.get("unused", [])
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(map(is_text, texts)):
            raise self._wrong(("unused",), kinds.SHEETS_TEXTS, value)
        return tuple(texts)

    def _statuses(self, table: str) -> dict[str, dict[str, str]]:
        value = self.said.get("statuses", {})
        if not isinstance(value, dict):
            raise self._wrong(("statuses",), kinds.SHEETS_STATUSES, value)
        if value and table not in STATUSES:
            names = "、".join(self.lists[code].name for code in STATUSES)
            raise self._wrong(("statuses",), kinds.SHEETS_NO_STATUSES, tables=names)
        known = STATUSES.get(table, ())
        return {name: self._mapping("statuses", said, known, name) for name, said in value.items()}

    def _mapping(
        self, key: str, value: Any, known: tuple[str, ...] = (), *below: str
    ) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self._wrong((key, *below), kinds.SHEETS_MAPPING, value)
        for name, text in value.items():
            if not is_text(text):
                raise self._wrong((key, *below, name), kinds.SHEETS_TEXT, text)
            if known and text not in known:
                where = (key, *below, name)
                raise self._wrong(where, kinds.SHEETS_WORD, text, **choices(known, text))
        return dict(value)
