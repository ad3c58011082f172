"""The lists of messages in the manual: every kind with its code, what is said, and the advice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kpi_xl.fault import Kind
from kpi_xl.kinds import BY_AREA

_CHECKED: Final = "校验报告"
ENGLISH: Final[dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("english_problems.toml").read_text(encoding="utf-8")
)
"""The problems of the check report by code: the reason and the advice in English."""
_VARIES: Final = "…"
_PARAMETER: Final = re.compile(r"\{\w+(:[^{}]*)?\}")


def page() -> str:
    """The tables of the manual: what ends a command or is told of a file, by area."""
    parts = []
    for area, kinds in BY_AREA.items():
        if area != _CHECKED:
            rows = ["| 代码 | 信息 | 怎么办 |", "|---|---|---|", *map(_row, kinds)]
            parts.append("\n".join((f"### {area}", "", *rows, "")))
    return "\n".join(parts)


def problems() -> str:
    """The kinds of problems in raw data, and whether the row is used all the same."""
    rows = ["| 代码 | 处理 | 原因 | 怎么办 |", "|---|---|---|---|"]
    for kind in BY_AREA[_CHECKED]:
        done = "搁置" if kind.set_aside else "提示"
        rows.append(_row(kind, done))
    return "\n".join(rows)


def english_problems() -> str:
    """The same in English, with the words that the check report has."""
    rows = ["| code | what is done | in Chinese | reason | what to do |", f"{'|---' * 5}|"]
    for kind in BY_AREA[_CHECKED]:
        done = "set aside" if kind.set_aside else "noted"
        cells = (done, *_cells((kind.reason, *ENGLISH[kind.code])))
        rows.append(f"| {' | '.join((f'`{kind.code}`', *cells))} |")
    return "\n".join(rows)


def _row(kind: Kind, *more: str) -> str:
    advice = kind.advice + "".join(kind.hints)
    if kind.near:
        advice = f"{kind.near}；或：{advice}" if kind.advice not in kind.near else kind.near
    return f"| {' | '.join((f'`{kind.code}`', *more, *_cells((kind.reason, advice))))} |"


def _cells(texts: Iterable[str]) -> Iterable[str]:
    """Sentences as the manual shows them: … for what differs from time to time."""
    for text in texts:
        shown = _PARAMETER.sub(_VARIES, text).replace("{{", "{").replace("}}", "}")
        escaped = re.sub(r"([|<>*_\[\]`#])", r"\\\1", shown)
        yield re.sub(f"{_VARIES}+", _VARIES, escaped)
