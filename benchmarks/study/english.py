"""docs/calibration.md in English: the same numbers in the words of english.toml."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Final

_WORDS: Final[dict[str, dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("english.toml").read_text(encoding="utf-8")
)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def english(page: str) -> str:
    """The page in English.

    Parameters
    ----------
    page : str
        The page as the study writes it, in Chinese.

    Returns
    -------
    str
        Paragraph by paragraph and cell by cell the same in English.

    Raises
    ------
    KeyError
        A paragraph or a cell has no English: it goes into english.toml, ``#`` for each number.
    """
    return "\n\n".join(_part(part) for part in page.strip().split("\n\n")) + "\n"


def _part(part: str) -> str:
    lines = [line.rstrip() for line in part.splitlines()]
    if lines[0].startswith("|"):
        return "\n".join(map(_row, lines))
    told = _said("paragraphs", "".join(lines))
    kept = told.startswith(("#", "!"))
    return told if kept else textwrap.fill(told, 140, break_on_hyphens=False)


def _row(line: str) -> str:
    cells = line.strip("|").split("|")
    return f"| {' | '.join(_cell(cell.strip()) for cell in cells)} |"


def _cell(cell: str) -> str:
    return _said("cells", cell) if re.search("[\u4e00-\u9fff]", cell) else cell


def _said(kind: str, chinese: str) -> str:
    return _WORDS[kind][_NUMBER.sub("#", chinese)].format(*_NUMBER.findall(chinese))
