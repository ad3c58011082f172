"""Hooks that change the pages of docs/ before mkdocs makes the site.

Pages that are made come in, pages of other folders too, and a comment such as
``<!-- made: tables -->`` is replaced by what is made. Links in docs/ are written so that they lead
somewhere in the repository; where the site has the page elsewhere they are turned.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mkdocs.structure.files import File, Files

from kpi_xl.jobs import data_form
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.text import settings_text
from manual import (
    blocks,
    decisions,
    english_handbook,
    english_kpis,
    english_settings,
    english_tables,
    kpis,
    messages,
    own_report,
    tables,
)
from manual.blocks import BROUGHT
from manual.twins import chinese_of, english_of

ROOT: Final = Path(__file__).parents[1]

MADE: Final[dict[str, Callable[[], str]]] = {
    "tables": tables.every_table,
    "example": tables.example,
    "decisions": decisions.listed,
    "kpis": kpis.overview,
    "english kpis": english_kpis.tables,
    "english tables": english_tables.every_table,
    "english example": english_tables.example,
    "english problems": messages.english_problems,
    "english settings": english_settings.tables,
    "messages": messages.page,
    "problems": messages.problems,
    "settings": lambda: f"```toml\n{settings_text('兰州分公司')}```",
    "not run": blocks.not_run,
}
"""What stands in place of a comment."""

ENGLISH_ALONE: Final = (
    "architecture.md",
    "benchmarks.md",
    "changelog.md",
    "decisions/",
    "real-input.md",
    "verified.md",
)
"""Pages for engineers, and folders of them, that are in English without being in ``en``."""

_COMMENT: Final = re.compile(r"<!-- made: ([\w ]+) -->")
_LINK: Final = re.compile(r"(\]\()([^)#\s]+)((?:#[^)]*)?\))")


def made_files() -> dict[str, str | bytes]:
    """The pages and files that the site has and docs/ has not, by their place in the site."""
    return (
        {f"kpis/{family}.md": kpis.page(family) for family in kpis.FAMILIES}
        | {f"en/kpis/{family}.md": english_handbook.page(family) for family in kpis.FAMILIES}
        | {page: (ROOT / source).read_text(encoding="utf-8") for page, source in BROUGHT.items()}
        | {f"download/{data_form.NAME}": data_form.data_form(Settings())}
        | {f"download/{own_report.NAME}": own_report.own_report()}
    )


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and files that are made."""
    for place, content in made_files().items():
        files.append(File.generated(config, place, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Put in what is made, and turn the links to what the site has elsewhere."""
    uri = page.file.src_uri
    source = BROUGHT.get(uri, f"docs/{uri}")
    text = _COMMENT.sub(lambda found: MADE[found[1]](), markdown)

    def turned(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[2]))
        if "://" in link[2] or (target.startswith("docs/") and uri == source.removeprefix("docs/")):
            return link[0]
        there = {path: page for page, path in BROUGHT.items()}
        place = there.get(
            target, target.removeprefix("docs/") if target.startswith("docs/") else None
        )
        if place is None:
            return link[0]
        return f"{link[1]}{posixpath.relpath(place, posixpath.dirname(uri) or '.')}{link[3]}"

    return _switch(uri) + _LINK.sub(turned, text)


def on_page_context(context: dict[str, Any], page: Any, config: Any, nav: Any) -> dict[str, Any]:
    """Words of the theme in the page's language, which browsers and screen readers are told too."""
    config.theme["language"] = "en" if _is_english(page.file.src_uri) else "zh"
    return context


def _switch(uri: str) -> str:
    """The line above a page that leads to the same one in the other language."""
    other = chinese_of(uri) if _is_english(uri) else english_of(uri)
    if other is None:
        return ""
    name = "中文" if _is_english(uri) else "English"
    there = posixpath.relpath(other, posixpath.dirname(uri) or ".")
    return f"[{name}]({there}){{ .language }}\n\n"


def _is_english(uri: str) -> bool:
    return uri.startswith("en/") or uri.startswith(ENGLISH_ALONE)
