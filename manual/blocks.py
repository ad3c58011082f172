"""The code blocks of the pages: which of them the tests run, and which not, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

RUN: Final = ("console", "python", "toml", "sql", "bat")
"""The languages of blocks that are run, unless a comment before them says why not."""

_BLOCK: Final = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<remark>[^>]*) -->\n\s*)?"
    r"```(?P<language>\w*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
_NOT_RUN: Final = "not run: "
BROUGHT: Final = {
    "slots.md": "workbook_templates/SLOTS.md",
    "changelog.md": "CHANGELOG.md",
    "examples/life-branch.md": "examples/life-branch/README.md",
    "examples/bank-team.md": "examples/bank-team/README.md",
    "examples/car-dealer.md": "examples/car-dealer/README.md",
}
"""Pages that are elsewhere in the repository: where the site has them."""

_OF_ITS_OWN: Final = ("kpis.md",)
"""English pages that are no translation: the handbook has tables of its own."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Parameters
    ----------
    page : str
        The page's path within the repository.
    line : int
        Where the block begins.
    language : str
        What stands behind the fence; empty for plain text.
    text : str
        What is in it, without the indent of a list.
    remark : str
        The comment right before it, if there is one.
    """

    page: str
    line: int
    language: str
    text: str
    remark: str

    @property
    def why_not(self) -> str:
        """Why it is not run; empty where it is."""
        return self.remark.removeprefix(_NOT_RUN) if self.remark.startswith(_NOT_RUN) else ""


def pages() -> list[Path]:
    """README, the manual, and what comes with the examples."""
    return [
        ROOT / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "examples").rglob("*.md")),
    ]


def source_of(page: str) -> Path:
    """The file of a page of the site."""
    return ROOT / BROUGHT.get(page, f"docs/{page}")


def twins() -> dict[str, str]:
    """English pages and the Chinese ones whose words and blocks they have, by place in the site."""
    english = ROOT / "docs/en"
    names = sorted(page.relative_to(english).as_posix() for page in english.rglob("*.md"))
    return {
        f"en/{name}": name for name in names if source_of(name).exists() and name not in _OF_ITS_OWN
    }


def pages_to_run() -> list[Path]:
    """The pages whose blocks the tests run: a twin's are the same as the Chinese page's."""
    same = {source_of(page) for page in twins()}
    return [page for page in pages() if page not in same]


def blocks_of(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page in their order."""
    return blocks_in(page.read_text(encoding="utf-8"), page.relative_to(ROOT).as_posix())


def blocks_in(text: str, name: str) -> Iterator[Block]:
    """The fenced blocks of a text in their order; the name is the page's."""
    for found in _BLOCK.finditer(text):
        indent = len(found["indent"])
        lines = [line[indent:] for line in found["text"].splitlines()]
        yield Block(
            name,
            text.count("\n", 0, found.start()) + 1,
            found["language"],
            "\n".join(lines) + "\n",
            found["remark"] or "",
        )


def left_out() -> list[Block]:
    """The blocks that the tests do not run."""
    return [block for page in pages_to_run() for block in blocks_of(page) if block.why_not]


def not_run() -> str:
    """The blocks that the tests do not run, as a table."""
    rows = ["| page | line | begins with | why it is not run |", "|---|---|---|---|"]
    for block in left_out():
        first = block.text.splitlines()[0].replace("|", "\\|")
        rows.append(f"| {block.page} | {block.line} | `{first}` | {block.why_not} |")
    return "\n".join(rows)
