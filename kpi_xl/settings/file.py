"""Read a settings file in TOML, and find the line of a setting.

The library gives values without their places, and speaks English. Whoever reads kpi.toml raises a
`SettingError` that names the setting; here its line is found.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.name import near
from kpi_xl.readers.number import read_number
from kpi_xl.system.system_errors import file_error

LARGEST: Final = 1 << 20
"""Bytes: a thousand times what anybody writes by hand is no settings file."""

_SHOWN: Final = 40
_DEEPEST: Final = 50
_TRIES: Final = 400
"""So often a part of the file is read to find a line: enough for any that people write."""

_LINE: Final = re.compile(r"at line (\d+)")
_KEY: Final = r"\"[^\"]*\"|'[^']*'|[\w-]+"
_HEADER: Final = re.compile(
    rf"\s*\[\s*(?P<first>{_KEY})\s*(?:\.\s*(?P<second>{_KEY})\s*)?\]\s*(?:#.*)?", re.ASCII
)
_KEY_LINE: Final = re.compile(rf"\s*(?P<key>{_KEY})\s*=", re.ASCII)
_OVER_LINES: Final = ('"""', "'''")
_LONG_NUMBER: Final = re.compile(r"\d(?:_?\d){3999}")


class SettingError(InputError):
    """A setting that cannot be used.

    Parameters
    ----------
    path : sequence of str
        The section and the key, and what is in it where need be.
    fault : Fault
        The kind of problem, as for `InputError`.
    file : Path, optional
        The settings file with the error.
    value : optional
        The value in the file.
    """

    def __init__(
        self,
        path: tuple[str, ...],
        fault: Fault,
        *,
        file: Path | None = None,
        value: object = None,
    ) -> None:
        super().__init__(fault, file=file, value=_shown_value(value))
        self.path = path


def settings_in(file: Path) -> tuple[dict[str, Any], str]:
    """The content of a settings file, and its text.

    Raises
    ------
    InputError
        When it cannot be read, with the line.
    """
    try:
        if (size := file.stat().st_size) > LARGEST:
            raise InputError(kinds.SETTINGS_TOO_LARGE(megabytes=size >> 20), file=file)
        raw = file.read_bytes()
    except OSError as error:
        raise file_error(error, file, "read") from error
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise InputError(kinds.SETTINGS_ENCODING(), file=file, row=row) from error
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        line = _LINE.search(told)
        row = int(line[1]) if line else text.rstrip().count("\n") + 1
        if "twice" in told or "overwrite" in told:
            raise InputError(kinds.WRITTEN_TWICE(), file=file, row=row) from error
        raise InputError(kinds.SETTINGS_SYNTAX(), file=file, row=row) from error
    except RecursionError as error:
        raise InputError(kinds.SETTINGS_TOO_DEEP(), file=file, row=_deep(text)) from error
    except ValueError as error:  # a number of more digits than Python reads
        found = _LONG_NUMBER.search(text)
        place = None if found is None else text.count("\n", 0, found.start()) + 1
        raise InputError(kinds.NUMBER_TOO_LONG(), file=file, row=place) from error


def row_of(text: str, path: tuple[str, ...]) -> int | None:
    """The line in which a setting begins, counted from 1; None where it is not found.

    The beginning of the text that ends before it does not have it, the one that ends with it has:
    so it is found however it is written. As most people write them they are found at a look.
    """
    if len(plain := _plain_rows(text).get(path, [])) == 1:
        return plain[0]
    lines = text.split("\n")
    tries = 0

    def has(number: int) -> bool | None:
        nonlocal tries
        tries += 1
        try:
            found: Any = tomllib.loads("\n".join(lines[:number]))
        except (ValueError, RecursionError):
            return None
        for key in path:
            if isinstance(found, list):  # [[section]]
                found = found[-1]
            if not isinstance(found, dict) or key not in found:
                return False
            found = found[key]
        return True

    without, top = 0, len(lines)
    if not has(top):
        return None
    while without + 1 < top and tries < _TRIES:
        middle = (without + top) // 2
        parts = ((number, has(number)) for number in range(middle, top))
        number, found = next((part for part in parts if part[1] is not None), (top, None))
        if found is False:
            without = number
        else:
            top = middle
    return without + 1 if tries < _TRIES else None


@functools.lru_cache(4)
def _plain_rows(text: str) -> Mapping[tuple[str, ...], list[int]]:
    """The lines of ``[section."name"]`` and of ``name =`` below ``[section]``, by both words.

    Of a text with strings over several lines nothing: these may hold anything.
    """
    found: dict[tuple[str, ...], list[int]] = {}
    if any(mark in text for mark in _OVER_LINES):
        return found
    section = None
    for number, line in enumerate(text.split("\n"), 1):
        if match := _HEADER.fullmatch(line):
            first, second = (_bare(match[group]) for group in ("first", "second"))
            section = first if second is None else None
            if first is not None and second is not None:
                found.setdefault((first, second), []).append(number)
        elif line.lstrip().startswith("["):
            section = None
        elif match := _KEY_LINE.match(line):
            key = _bare(match["key"])
            if section is not None and key is not None:
                found.setdefault((section, key), []).append(number)
    return found


def _bare(key: str | None) -> str | None:
    """A key without quotation marks; None for a key of other characters."""
    if key is None or "\\" in key:
        return None
    return key[1:-1] if key[0] in "\"'" else key


def choices(known: Iterable[str], name: str) -> dict[str, str]:
    """The parameters of a message about an unknown name: likely names, and all that are known."""
    known = sorted(known)
    return {"like": "、".join(near(name, known, cutoff=0.5)), "known": "、".join(known)}


def number_in(value: object, read: Callable[[str], float | Fault] = read_number) -> float | None:
    """The number in a setting, as TOML or as people write it in files; None for none.

    Parameters
    ----------
    value : object
        The value of the setting.
    read : callable
        What reads a text.

    Examples
    --------
    >>> number_in(0.7), number_in("70%"), number_in("1.2万"), number_in(True)
    (0.7, 0.7, 12000.0, None)
    """
    if isinstance(value, str):
        found = read(value)
        return None if isinstance(found, Fault) else found
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def is_text(value: object) -> bool:
    """Whether a value is a text of one line that is not empty."""
    return isinstance(value, str) and bool(value) and not any(ord(one) < 32 for one in value)


def _deep(text: str) -> int | None:
    """The line with too deeply nested brackets."""
    depth = 0
    for row, line in enumerate(text.split("\n"), 1):
        for character in line:
            depth += (character in "[{") - (character in "]}")
            if depth > _DEEPEST:
                return row
    return None


def _shown_value(value: object) -> object:
    """A value, shortened to what fits into a line."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int) and value.bit_length() > 100:
        return f"{value >> value.bit_length() - 8}…"
    if isinstance(value, (list, dict)):
        return "[…]" if isinstance(value, list) else "{…}"
    return shown(str(value))


def shown(text: str) -> str:
    """A text, shortened to what fits into a line."""
    text = "".join(one if one.isprintable() else "�" for one in text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
