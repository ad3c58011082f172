"""The flag in the workbook part that makes programs recalculate on opening."""

from __future__ import annotations

from typing import Final

from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.parts import MAIN, is_true

# The schema wants calcPr directly behind the last of these.
_BEFORE: Final = ("sheets", "functionGroups", "externalReferences", "definedNames")


def calculated_on_load(content: bytes) -> bytes:
    """The workbook part with ``fullCalcOnLoad`` set.

    Parameters
    ----------
    content : bytes
        The workbook part, which must be well-formed.
    """
    calculation: list[tuple[dict[str, str], int]] = []
    before = [0, 0]

    def started(_: dict[str, str], at: int) -> None:
        before[:] = at, markup.tag_end(content, at)

    def ended(at: int) -> None:
        if not markup.is_empty(content[before[0] : before[1]]):
            before[1] = markup.tag_end(content, at)

    markup.scan(
        content,
        {
            f"{MAIN} calcPr": lambda attributes, at: calculation.append((attributes, at)),
            **{f"{MAIN} {name}": started for name in _BEFORE},
        },
        {f"{MAIN} {name}": ended for name in _BEFORE},
    )
    if not calculation:
        prefix = markup.prefix(content[before[0] : before[1]]).decode()
        new = f'<{prefix}calcPr fullCalcOnLoad="1"/>'.encode()
        return markup.spliced(content, [Edit(before[1], before[1], new)])
    attributes, start = calculation[0]
    if is_true(attributes.get("fullCalcOnLoad")):
        return content
    end = markup.tag_end(content, start)
    tag = markup.with_attribute(content[start:end], "fullCalcOnLoad", 1)
    return markup.spliced(content, [Edit(start, end, tag)])
