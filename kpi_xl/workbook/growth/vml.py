"""VML drawings (notes, form controls) as text: they need not be well-formed XML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kpi_xl.workbook.ooxml import markup


def _texts(names: str) -> re.Pattern[bytes]:
    """A pattern for an element: the part before its text, the text or CDATA, and the part after
    it.
    """
    text = rf"(<(?:\w+:)?(?:{names})(?:\s[^>]*)?>)((?:<!\[CDATA\[.*?\]\]>|[^<])*)(</)"
    return re.compile(text.encode(), re.DOTALL)


ROW: Final = _texts("Row")
ANCHOR: Final = _texts("Anchor")
FORMULA: Final = _texts("Fmla(?:Link|Range|Txbx|Group)")


def changed(content: bytes, texts: re.Pattern[bytes], change: Callable[[str], str]) -> bytes:
    """A drawing with some of its texts changed.

    Parameters
    ----------
    content : bytes
        The XML of the drawing.
    texts : re.Pattern
        Which texts: `ROW`, `ANCHOR` or `FORMULA`.
    change : callable
        From a text to what it becomes.
    """

    def new(match: re.Match[bytes]) -> bytes:
        text = markup.unescaped(match[2])
        other = change(text)
        return match[0] if other == text else match[1] + markup.escaped(other).encode() + match[3]

    return texts.sub(new, content)
