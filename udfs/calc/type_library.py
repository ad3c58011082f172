"""A type library in LibreOffice's own format, so that the extension builds without its SDK.

The format is that of ``unoidl-write``: a magic number, the place and size of the root map, then
entities; a map is a sorted array of places of a name and of an entity. All numbers are 32 bits,
the low byte first. Only what an add-in needs is here: one interface inside modules.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

ANY: Final = "any"
"""The type of a number, a text or rows of them."""

NUMBER: Final = "double"
"""The type of a number."""

TEXT: Final = "string"
"""The type of a text; a number becomes one."""

ROWS: Final = "[][]any"
"""The type of rows of numbers and texts; Calc cannot compare or look up texts that come so."""

TEXT_ROWS: Final = "[][]string"
"""The type of rows of texts alone, which Calc can compare and look up."""

CELL_RANGE: Final = "com.sun.star.table.XCellRange"
"""The type of cells by reference."""

DOCUMENT: Final = "com.sun.star.beans.XPropertySet"
"""The type of an argument that Calc itself fills with the document of the calling cell."""

_MAGIC: Final = b"UNOIDL\xff\0"
_HEAD: Final = len(_MAGIC) + 8
_BASE: Final = "com.sun.star.uno.XInterface"
_MODULE, _INTERFACE, _IN = b"\x00", b"\x05", b"\x00"


class Method(NamedTuple):
    """A method.

    Attributes
    ----------
    gives : str
        The type of what it returns.
    takes : sequence of str
        The types of its parameters.
    """

    name: str
    gives: str
    takes: Sequence[str]


def type_library(interface: str, methods: Sequence[Method]) -> bytes:
    """The library of one interface.

    Parameters
    ----------
    interface : str
        Its full name, such as ``org.kpixl.calc.XFunctions``.
    """
    *modules, own = interface.split(".")
    place = _HEAD
    body = _interface(methods)
    entity, name = place, own
    content = bytearray(body)
    for module in (*reversed(modules), None):
        name_place = place + len(content)
        content += name.encode() + b"\0"
        entry = struct.pack("<II", name_place, entity)
        entity = place + len(content)
        if module is None:
            content += entry
            break
        content += _MODULE + struct.pack("<I", 1) + entry
        name = module
    return _MAGIC + struct.pack("<II", entity, 1) + bytes(content)


def _interface(methods: Sequence[Method]) -> bytes:
    none = struct.pack("<I", 0)
    parts = [_INTERFACE, struct.pack("<I", 1), _text(_BASE), none, none]
    parts.append(struct.pack("<I", len(methods)))
    for method in methods:
        parts += [_text(method.name), _text(method.gives), struct.pack("<I", len(method.takes))]
        for place, type_ in enumerate(method.takes, 1):
            parts += [_IN, _text(f"argument{place}"), _text(type_)]
        parts.append(none)  # exceptions
    return b"".join(parts)


def _text(text: str) -> bytes:
    content = text.encode()
    return struct.pack("<I", len(content)) + content
