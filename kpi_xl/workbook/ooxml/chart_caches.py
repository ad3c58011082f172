"""The cached values of charts.

Programs that do not calculate, such as previews on phones, draw a chart from these. So they get
the values that its cells were filled with; a point whose cell is a formula without a value is left
out, which would be wrong now, and so are all where it cannot be told which cells a series shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.workbook.ooxml import cells, markup
from kpi_xl.workbook.ooxml.cells import Written
from kpi_xl.workbook.ooxml.formulas import Reference, tokens
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.references import LAST_COLUMN, LAST_ROW, Area

Point: TypeAlias = int | Written | None
"""What a point shows: the number of a value, what stands in the template, or nothing known."""

Contents: TypeAlias = Callable[[str, Area], Sequence[Point] | None]
"""From a sheet's folded name and cells to their points; None where there is no such sheet."""

_LEVELS: Final = "multiLvlStrRef"
_REFERENCES: Final = ("numRef", "strRef", _LEVELS)
_CACHES: Final = ("numCache", "strCache", "multiLvlStrCache")
# What may be numbers or texts: the categories, and the places of an XY chart.
_EITHER: Final = ("cat", "xVal")
_NAMES: Final = frozenset((*_REFERENCES, *_CACHES, *_EITHER, "f", "formatCode", "lvl"))
_DIMENSIONS: Final = ("numDim", "strDim")
_MOST_POINTS: Final = 32_000  # of a series, by Excel's own rule for a chart
_NUMBERS: Final = (cells.NUMBER, cells.DATE, cells.DATE_TIME)
_BLANK: Final = (cells.BLANK, "")


class Shown(NamedTuple):
    """The values that a chart's references show.

    Attributes
    ----------
    contents : Contents
        The contents of the cells, by reference.
    meaning : callable
        From a name, as a chart refers to it, to its formula; None where there is none.
    changes : callable
        Whether a formula may show anything else once the workbook is filled.
    """

    contents: Contents
    meaning: Callable[[str], str | None]
    changes: Callable[[str], bool]


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
        The code of the number format.
    tail : str
        What comes behind the points.
    levels : sequence of sequence of Point
        The points of each level, the innermost first, of categories of several.
    """

    prefix: str
    formula: str
    shows_text: bool
    may_change: bool
    code: str
    points: Sequence[Point]
    tail: str
    levels: Sequence[Sequence[Point]] = ()

    @property
    def all_points(self) -> Iterator[Point]:
        """The points of all levels."""
        yield from self.points
        for level in self.levels:
            yield from level

    def filled(self, values: Sequence[Written]) -> str:
        """The element with the points' values."""
        if self.levels:
            return self._of_levels(values)
        shown = _shown(self.points, values)
        kinds = {kind for kind, _ in shown if kind != cells.BLANK}
        texts = self.shows_text
        if self.may_change and kinds:
            texts = cells.TEXT in kinds
        # A date as a text would need its cell's format.
        wanted = (cells.TEXT, cells.NUMBER) if texts else _NUMBERS
        prefix = self.prefix
        code = "" if texts else f"<{prefix}formatCode>{self.code}</{prefix}formatCode>"
        kind = "str" if texts else "num"
        return (
            f"<{prefix}{kind}Ref>{self.formula}<{prefix}{kind}Cache>{code}"
            f'<{prefix}ptCount val="{len(shown)}"/>{self._listed(shown, wanted)}'
            f"</{prefix}{kind}Cache>{self.tail}</{prefix}{kind}Ref>"
        )

    def _of_levels(self, values: Sequence[Written]) -> str:
        prefix = self.prefix
        levels = "".join(
            f"<{prefix}lvl>{self._listed(_shown(level, values), (cells.TEXT, cells.NUMBER))}"
            f"</{prefix}lvl>"
            for level in self.levels
        )
        return (
            f"<{prefix}{_LEVELS}>{self.formula}<{prefix}multiLvlStrCache>"
            f'<{prefix}ptCount val="{len(self.levels[0])}"/>{levels}</{prefix}multiLvlStrCache>'
            f"{self.tail}</{prefix}{_LEVELS}>"
        )

    def _listed(self, shown: Sequence[Written], wanted: Collection[str]) -> str:
        prefix = self.prefix
        return "".join(
            f'<{prefix}pt idx="{number}"><{prefix}v>{text}</{prefix}v></{prefix}pt>'
            for number, (kind, text) in enumerate(shown)
            if kind in wanted
        )


def _shown(points: Sequence[Point], values: Sequence[Written]) -> list[Written]:
    return [
        values[point] if isinstance(point, int) else _BLANK if point is None else point
        for point in points
    ]


class ChartProgram(NamedTuple):
    """A chart part cut up at the caches that change."""

    pieces: list[str]
    caches: list[tuple[int, _Cache]]

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for all values."""
        return not any(isinstance(one, int) for _, cache in self.caches for one in cache.all_points)

    def filled(self, values: Sequence[Written]) -> bytes:
        """The part with its caches filled."""
        pieces = self.pieces.copy()
        for place, cache in self.caches:
            pieces[place] = cache.filled(values)
        return "".join(pieces).encode()


def compiled(content: bytes, shown: Shown) -> ChartProgram | None:
    """Cut a chart up at the caches that change; None if none does.

    Parameters
    ----------
    content : bytes
        The XML of the chart part.
    shown : Shown
        What its references show.
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
        cache = _cache(content, found[number:], element.start < either_end, shown)
        if isinstance(cache, _Cache):
            pieces += content[position : element.start].decode(), ""
            caches.append((len(pieces) - 1, cache))
            position = element.end
        elif cache is not None:
            pieces += content[position : cache.start].decode(), ""
            position = cache.end
    if not pieces:
        return None
    pieces.append(content[position:].decode())
    return ChartProgram(pieces, caches)


def emptied(content: bytes, shown: Shown) -> bytes:
    """A chart of the newer kinds (waterfall, funnel) without values that change."""
    found = markup.elements(content, {*_DIMENSIONS, "f", "lvl"})
    edits = []
    for one in found:
        inside = [other for other in found if one.holds(other)]
        formula = next((other for other in inside if other.name == "f"), None)
        if one.name in _DIMENSIONS and formula and shown.changes(formula.text(content)):
            edits += [Edit(of.start, of.end, b"") for of in inside if of.name == "lvl"]
    return markup.spliced(content, edits)


def _cache(
    content: bytes, found: Sequence[Element], may_change: bool, shown: Shown
) -> _Cache | Element | None:
    """The first reference with its points.

    Its old cache where it changes and cannot be told; None where it stays.
    """
    reference = found[0]
    inside = {one.name: one for one in reversed(found) if one.end <= reference.end}
    formula = inside.get("f")
    if formula is None:
        return None
    text = formula.text(content)
    old = next((inside[name] for name in _CACHES if name in inside), None)
    areas = _areas(text, shown)
    several = [] if areas is None else [shown.contents(*one) for one in areas]
    levels: Sequence[Sequence[Point]] = ()
    points: list[Point] = []
    if not areas or None in several:
        return old if shown.changes(text) else None
    for one in several:
        points += one or ()
    if all(isinstance(point, tuple) for point in points):
        return None
    (_, first), *others = areas
    if reference.name == _LEVELS:
        count = sum(one.name == "lvl" for one in found if one.end <= reference.end)
        if others or first.rows == first.columns:
            return old
        across = first.rows < first.columns
        if count in (first.rows, first.columns):
            across = count == first.rows
        levels = _levels(points, first, across)
        points = []
    elif any(min(area.rows, area.columns) > 1 for _, area in areas):
        return old
    code = inside.get("formatCode")
    return _Cache(
        prefix=markup.prefix(content[reference.start : reference.tag_end]).decode(),
        formula=content[formula.start : formula.end].decode(),
        shows_text=reference.name != "numRef",
        may_change=may_change,
        code="General" if code is None else markup.escaped(code.text(content)),
        points=points,
        tail=content[(old or formula).end : reference.content_end].decode(),
        levels=levels,
    )


def _levels(points: Sequence[Point], cells_: Area, across: bool) -> list[list[Point]]:
    """The points of each level, the innermost first: a column each, or a row each."""
    if across:
        rows = [points[at : at + cells_.columns] for at in range(0, len(points), cells_.columns)]
        return [list(row) for row in reversed(rows)]
    return [list(points[at :: cells_.columns]) for at in reversed(range(cells_.columns))]


def _areas(formula: str, shown: Shown, depth: int = 0) -> list[tuple[str, Area]] | None:
    """The folded sheets and the cells of a chart's formula, if they are plain areas."""
    found = tokens(formula)
    between = "".join(token for token in found if isinstance(token, str))
    if not any(isinstance(token, Reference) for token in found):
        meaning = shown.meaning(formula.strip())
        return None if meaning is None or depth > 5 else _areas(meaning, shown, depth + 1)
    if between.strip(" (),"):
        return None
    areas = []
    for token in found:
        if isinstance(token, str):
            continue
        if len(token.sheets) != 1:
            return None
        first, last = token.ends[0], token.ends[-1]
        rows = sorted((first.row or 1, last.row or LAST_ROW))
        columns = sorted((first.column or 1, last.column or LAST_COLUMN))
        cells_ = Area(rows[0], columns[0], rows[1], columns[1])
        if cells_.size > _MOST_POINTS:
            return None
        areas.append((token.sheets[0], cells_))
    return areas
