"""Every message of the program in one place: what is said, and the advice.

The problems of raw data are read off their catalogue, everything else off the source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl.kinds import BY_CODE

ROOT: Final = Path(__file__).parents[1]

_KINDS: Final = {"InputError": 0, "FileError": 0, "Reason": 0, "SettingError": 1}
"""How many arguments stand before what is said, by what says it."""
_VARIES: Final = "…"
_PARAMETER: Final = re.compile(r"\{\w+\}")

_SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "设置文件": (
        "kpi_xl/project.py",
        "kpi_xl/settings/file.py",
        "kpi_xl/settings/",
    ),
    "文件": ("kpi_xl/system/files.py", "kpi_xl/system/system_errors.py"),
    "数据库": ("kpi_xl/data/engines/",),
    "原始数据": ("kpi_xl/data/",),
    "回收": tuple(
        f"kpi_xl/circulation/{name}"
        for name in ("collect", "forms", "incoming", "matching", "validation", "versions")
    ),
    "下发和邮件": ("kpi_xl/circulation/", "kpi_xl/settings/mail.py"),
    "工作簿和模板": ("kpi_xl/workbook/", "kpi_xl/slots/unit_sheets.py"),
    "服务": ("udfs/server/", "kpi_xl/cli/server_commands.py"),
    "加载项和功能区": ("udfs/", "kpi_xl/cli/addin_commands.py", "kpi_xl/jobs/live.py"),
    "命令": ("kpi_xl/",),
}
"""What messages are about, by where the source begins that says them: the first that fits."""


@dataclass(frozen=True)
class Message:
    """A message.

    Parameters
    ----------
    file, line : str, int
        Where the source says it.
    problem, advice : str
        Its two sentences, with … for what differs from time to time; empty where the source puts
        them together elsewhere.
    """

    file: str
    line: int
    problem: str
    advice: str


def messages() -> Iterator[Message]:
    """Every place of the source that says what cannot be used."""
    for package in ("kpi_xl", "udfs"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = dict(_constants(tree))
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call):
                    continue
                kind = getattr(node.func, "id", "")
                if kind in _KINDS:
                    said = [_text(one, constants) for one in node.args[_KINDS[kind] :][:2]]
                    if len(said) == 2:
                        yield Message(str(path.relative_to(ROOT)), node.lineno, *said)


def page() -> str:
    """The tables of the manual."""
    found: dict[str, dict[str, str]] = {subject: {} for subject in _SUBJECTS}
    for message in messages():
        if message.problem.strip(_VARIES):
            subject = next(s for s, begins in _SUBJECTS.items() if message.file.startswith(begins))
            found[subject].setdefault(_cell(message.problem), _cell(message.advice))
    parts = []
    for subject, rows in found.items():
        lines = "\n".join(f"| {problem} | {advice} |" for problem, advice in sorted(rows.items()))
        parts.append(f"### {subject}\n\n| 信息 | 怎么办 |\n|---|---|\n{lines}\n")
    return "\n".join(parts)


def problems() -> str:
    """The kinds of problems of raw data, in the order of their catalogue."""
    rows = ["| 代码 | 处理 | 原因 | 怎么办 |", "|---|---|---|---|"]
    for kind in BY_CODE.values():
        done = "搁置" if kind.set_aside else "提示"
        advice = kind.advice + "".join(kind.hints)
        told = (_cell(_PARAMETER.sub(_VARIES, text)) for text in (kind.reason, advice))
        rows.append(f"| `{kind.code}` | {done} | {' | '.join(told)} |")
    return "\n".join(rows)


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _text(node: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    """What an expression says, as far as that is always the same."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value, constants) for value in values)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name) if name in constants:
            return _text(constants[name], constants)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, constants) + _text(right, constants)
    return _VARIES


def _cell(text: str) -> str:
    escaped = re.sub(r"([|<>*_\[\]`#])", r"\\\1", text)
    return re.sub(f"{_VARIES}+", _VARIES, escaped)
