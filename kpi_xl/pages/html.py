"""A page as one HTML file with everything it needs; it runs no script but its own."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from kpi_xl.analysis.bands import STATED, UNRIPE
from kpi_xl.findings.in_brief import SIGNS
from kpi_xl.kpi import Kpi
from kpi_xl.pages import charts
from kpi_xl.pages.below import Team, UnitRow
from kpi_xl.pages.unit_month import SERVICE, UnitMonth

_ORDERS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters of names that nobody sees, and that turn the text around them."""


STATUS_MARKS: Final = {
    "健康": ("ok", ""),
    "异常": ("warn", SIGNS["异常"]),
    "危险": ("bad", SIGNS["危险"]),
    UNRIPE: ("unripe", SIGNS[UNRIPE]),
}
"""The class of a status in the style sheet, and the sign that tells it without colours, as in the
workbooks; what is healthy needs none.
"""


@dataclass(frozen=True)
class Page:
    """The content of a unit's page.

    Parameters
    ----------
    month : UnitMonth
        The unit's own month.
    columns : list of Kpi
        By which the units below are compared.
    units : list of UnitRow
        The units directly below, with those below them.
    teams : list of Team
        The people, team by team; none where they are not for the reader.
    """

    month: UnitMonth
    columns: list[Kpi]
    units: list[UnitRow]
    teams: list[Team]


def html(page: Page) -> bytes:
    """The page as the bytes of a file."""
    template, looks, script = _parts()
    text = template.render(
        page=page,
        month=page.month,
        values=page.month.values,
        style=looks,
        script=script,
        style_hash=hashed(looks),
        script_hash=hashed(script),
        marks=STATUS_MARKS,
        charts=charts,
        service=SERVICE,
        stated=STATED,
    )
    return plain(text).encode()


def plain(text: str) -> str:
    """A text without invisible characters."""
    return _ORDERS.sub("\N{REPLACEMENT CHARACTER}", text)


@functools.cache
def templates() -> Environment:
    """The environment of the templates for pages and pictures."""
    return Environment(
        loader=PackageLoader("kpi_xl.pages", "templates"),
        autoescape=True,  # names come from people's files
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _parts() -> tuple[Template, str, str]:
    """The template, the style sheet and the script."""
    return templates().get_template("month.html"), style(), _text("page.js")


def style() -> str:
    """The style sheet of every page."""
    return _text("page.css")


@functools.cache
def _text(name: str) -> str:
    file = resources.files("kpi_xl.pages") / "templates" / name
    return file.read_text(encoding="utf-8")


@functools.cache
def hashed(text: str) -> str:
    """The hash of a style or script that goes into its tag, so that a browser runs no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
