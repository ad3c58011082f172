"""The changes that refreshes made to open workbooks, kept in the user's own folder.

Each refresh has a mark, which it leaves in the workbook in a hidden name, where it stays whatever
the workbook is called and wherever it lies. A copy of the workbook has it, too, and can be undone
by itself; another workbook, of the same name even, has not.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.files import make_own, write_whole
from udfs.restoring import Changed

_MARK: Final = re.compile(r"[0-9a-f]{32}")
_MOST: Final = 100
"""So many refreshes are kept, the latest: copies of a workbook may still want an old one."""


def keep(folder: Path, changed: Mapping[str, Changed]) -> str:
    """Keep what a refresh is about to do.

    Parameters
    ----------
    folder : Path
        Where such copies are kept.
    changed : mapping of str to Changed
        What it does, by slot.

    Returns
    -------
    str
        The mark to leave in the workbook.
    """
    mark = secrets.token_hex(16)
    content = json.dumps({"slots": changed}, ensure_ascii=False, separators=(",", ":"))
    make_own(folder)
    write_whole(_file(folder, mark), content.encode())
    # Another program of the user's may take some away at the same time.
    with suppress(OSError):
        files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        for old in files[:-_MOST]:
            old.unlink()
    return mark


def kept(folder: Path, mark: str | None) -> dict[str, Changed]:
    """The changes of the refresh whose mark a workbook has.

    Raises
    ------
    InputError
        When it has none, or nothing is kept of it.
    """
    try:
        # A mark is what stands in a workbook, which may come from anywhere.
        if mark is None or not _MARK.fullmatch(mark):
            raise FileNotFoundError
        content = json.loads(_file(folder, mark).read_bytes())
        return {name: Changed(*one) for name, one in content["slots"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(kinds.NOTHING_TO_UNDO()) from None


def _file(folder: Path, mark: str) -> Path:
    return folder / f"{mark}.json"
