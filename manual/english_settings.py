"""The settings of a new kpi.toml in English: each as the file shows it, with what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kpi_xl.settings.text import settings_text
from manual.english_words import WORDS

_SETTING: Final = re.compile(r'^(?:# *)?("[^"]+"|[a-z_]+) = (.+)$')


def tables() -> str:
    """A table for each section, in the order of the file."""
    lines: list[str] = []
    for section, settings in shown().items():
        lines += [f"**`[{section}]`** {WORDS['sections'][section]}", ""]
        if settings:
            lines += ["| as in the file | what it does |", "|---|---|"]
            lines += [f"| `{line}` | {meaning} |" for line, meaning in settings]
            lines.append("")
    return "\n".join(lines)


def shown() -> dict[str, list[tuple[str, str]]]:
    """The settings of a new kpi.toml as it shows them, with what they do, by section."""
    return {section: list(_settings(section, lines)) for section, lines in _sections()}


def _sections() -> Iterator[tuple[str, list[str]]]:
    parts = re.split(r"^\[(.+)\]$", settings_text("兰州分公司"), flags=re.MULTILINE)
    yield from zip(parts[1::2], (part.splitlines() for part in parts[2::2]), strict=True)


def _settings(section: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for line in lines:
        if found := _SETTING.match(line):
            key = f"{section}.{found[1]}"
            meaning = (
                WORDS["settings"].get(key) if found[1].startswith('"') else WORDS["settings"][key]
            )
            meaning = "another way" if key in seen else meaning or "an example"
            seen.add(key)
            yield line.lstrip("# ").replace("|", "\\|"), meaning
