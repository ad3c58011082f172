"""Files that appear whole or not at all, under names that every system takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def write_whole(file: Path, content: bytes) -> None:
    """Write a file through a temporary one beside it, so that nobody ever sees half of it."""
    unfinished = file.with_name(f".{file.name}.tmp")
    try:
        try:
            unfinished.write_bytes(content)
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def file_name(text: str) -> str:
    """A name from data as a file name: it cannot leave its folder, and Windows takes it.

    Examples
    --------
    >>> file_name("城东营业部/城东一组"), file_name("../x"), file_name("CON")
    ('城东营业部_城东一组', '_x', '_CON')
    """
    name = _FORBIDDEN.sub("_", text).strip(". ")[:100]
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name
