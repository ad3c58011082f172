"""The list of decisions, made of the records in docs/decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_RECORDS: Final = Path(__file__).parents[1] / "docs/decisions"


def listed() -> str:
    """A line each, the newest day first: the day and the title, with a link."""
    records = sorted(_RECORDS.glob("2*.md"), key=lambda file: file.name)
    days = sorted({file.name[:10] for file in records}, reverse=True)
    lines = []
    for day in days:
        lines.append(f"\n**{day}**\n")
        for file in records:
            if file.name.startswith(day):
                title = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
                lines.append(f"- [{title}]({file.name})")
    return "\n".join(lines)
