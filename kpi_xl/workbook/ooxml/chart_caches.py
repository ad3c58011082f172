"""The values that charts keep beside the cells they show.

Programs that do not calculate, such as previews on phones, draw a chart from these. So they get
the values that its cells were filled with; a point whose cell is a formula without a value is left
out, which would be wrong now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.workbook.ooxml import cells, markup
from kpi_xl.workbook.ooxml.cells import Written
from kpi_xl.workbook.ooxml.formulas import tokens
from kpi_xl.workbook.ooxml.markup import Element
from kpi_xl.workbook.ooxml.references import LAST_COLUMN, LAST_ROW, Area

Point: TypeAlias = int | Written | None
"""What a point shows: the number of a value, what stands in the template, or nothing known."""

Contents: TypeAlias = Callable[[str, Area], Sequence[Point] | None]
"""From a sheet's folded name and cells to their points; None where there is no such sheet."""

_REFERENCES: Final = ("numRef", "strRef")
_CACHES: Final = ("numCache", "strCache")
# What may be numbers or texts: the categories, and the places of an XY chart.
_EITHER: Final = ("cat", "xVal")
_NAMES: Final = frozenset((*_REFERENCES, *_CACHES, *_EITHER, "f", "formatCode"))
_MOST_POINTS: Final = 32_000  # of a series, by Excel's own rule for a chart
_NUMBERS: Final = (cells.NUMBER, cells.DATE, cells.DATE_TIME)
_BLANK: Final = (cells.BLANK, "")


class _Cache(NamedTuple):
    """A reference with its points.

    Attributes
    ----------
    prefix : str
        The namespace prefix, with its colon.
    formula : str
        The element of its formula.
    shows_text : bool
        Whether it is a reference to texts.
    may_change : bool
        Whether it may become one of the other kind.
    code : str
        The number format.
    tail : str
        What comes behind the points.
    """

    prefix: str
    formula: str
    shows_text: bool
    may_change: bool
    code: str
    points: Sequence[Point]
    tail: str

    def filled(self, values: Sequence[Written]) -> str:
        """The element with the points' values."""
        shown = [
            values[point] if isinstance(point, int) else _BLANK if point is None else point
            for point in self.points
        ]
        kinds = {kind for kind, _ in shown if kind != cells.BLANK}
        texts = self.shows_text
        if self.may_change and kinds:
            texts = cells.TEXT in kinds
        # A date as a text would need its cell's format.
        wanted = (cells.TEXT, cells.NUMBER) if texts else _NUMBERS
        prefix = self.prefix
        points = "".join(
            f'<{prefix}pt idx="{number}"><{prefix}v>{text}</{prefix}v></{prefix}pt>'
            for number, (kind, text) in enumerate(shown)
            if kind in wanted
        )
        code = "" if texts else f"<{prefix}formatCode>{self.code}</{prefix}formatCode>"
        kind = "str" if texts else "num"
        return (
            f"<{prefix}{kind}Ref>{self.formula}<{prefix}{kind}Cache>{code}"
            f'<{prefix}ptCount val="{len(shown)}"/>{points}</{prefix}{kind}Cache>{self.tail}'
            f"</{prefix}{kind}Ref>"
        )


class ChartProgram(NamedTuple):
    """A chart part cut up at the caches that change."""

    pieces: list[str]
    caches: list[tuple[int, _Cache]]

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for all values."""
        return not any(isinstance(one, int) for _, cache in self.caches for one in cache.points)

    def filled(self, values: Sequence[Written]) -> bytes:
        """The part with its caches filled."""
        pieces = self.pieces.copy()
        for place, cache in self.caches:
            pieces[place] = cache.filled(values)
        return "".join(pieces).encode()


def compiled(content: bytes, contents: Contents) -> ChartProgram | None:
    """Cut a chart up at the caches that change when cells are filled; None if none does.

    Parameters
    ----------
    content : bytes
        The chart part.
    contents : callable
        Says what the cells of a sheet show.
    """
    found = markup.elements(content, _NAMES)
    pieces: list[str] = []
    caches: list[tuple[int, _Cache]] = []
    position = 0
    either_end = 0
    for number, element in enumerate(found):
        if element.name in _EITHER:
            either_end = element.end
        if element.name not in _REFERENCES:
            continue
        cache = _cache(content, found[number:], element.start < either_end, contents)
        if cache is not None:
            pieces += content[position : element.start].decode(), ""
            caches.append((len(pieces) - 1, cache))
            position = element.end
    if not caches:
        return None
    pieces.append(content[position:].decode())
    return ChartProgram(pieces, caches)


def _cache(
    content: bytes, found: Sequence[Element], may_change: bool, contents: Contents
) -> _Cache | None:
    """The reference that comes first, if its cache changes and can be told."""
    reference = found[0]
    inside = {one.name: one for one in reversed(found) if one.end <= reference.end}
    formula = inside.get("f")
    if formula is None:
        return None
    place = _line(formula.text(content))
    points = None if place is None else contents(*place)
    if points is None or all(isinstance(point, tuple) for point in points):
        return None
    old = inside.get("numCache") or inside.get("strCache")
    code = inside.get("formatCode")
    return _Cache(
        prefix=markup.prefix(content[reference.start : reference.tag_end]).decode(),
        formula=content[formula.start : formula.end].decode(),
        shows_text=reference.name == "strRef",
        may_change=may_change,
        code="General" if code is None else markup.escaped(code.text(content)),
        points=points,
        tail=content[(old or formula).end : reference.content_end].decode(),
    )


def _line(formula: str) -> tuple[str, Area] | None:
    """The folded name of a sheet and the cells, for one row or column of a sheet."""
    only = tokens(formula)
    if len(only) != 1 or isinstance(only[0], str) or len(only[0].sheets) != 1:
        return None
    first, last = only[0].ends[0], only[0].ends[-1]
    rows = sorted((first.row or 1, last.row or LAST_ROW))
    columns = sorted((first.column or 1, last.column or LAST_COLUMN))
    cells_ = Area(rows[0], columns[0], rows[1], columns[1])
    if min(cells_.rows, cells_.columns) > 1 or cells_.size > _MOST_POINTS:
        return None
    return only[0].sheets[0], cells_
