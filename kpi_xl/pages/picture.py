"""A unit's month as a picture: SVG, turned into PNG by resvg without a browser."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.pages.html import STATUS_MARKS, plain, templates
from kpi_xl.pages.unit_month import Tile, UnitMonth

_FONTS: Final = (
    "'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'SimHei', "
    "'WenQuanYi Micro Hei', sans-serif"
)
_NARROW: Final = 0.56
"""How wide a letter or digit is beside a Chinese character."""

_NOT_FIRST: Final = "，。；：、）”％%"
"""What no line begins with."""

_NOT_LAST: Final = "（“"
"""What no line ends with."""

_KEY: Final = "灰带是平时的波动，虚线是目标，空心的点数据还没有到齐，圈出的超出平时的波动"

_GAP: Final = 14


@dataclass(frozen=True)
class Layout:
    """The layout of a picture, in pixels.

    Parameters
    ----------
    name : str
        How its file ends.
    width, height : int
        Its size; it is as high as what is on it, and at least so high.
    margin : int
        Around all of it.
    columns, most : int
        How many tiles are beside each other, and in all.
    size : int
        Of the letters of a sentence.
    tile : int
        How high a tile is.
    """

    name: str
    width: int
    height: int
    margin: int
    columns: int
    most: int
    size: int
    tile: int


A4: Final = Layout("A4", 1240, 1754, 60, 3, 9, 25, 316)
PHONE: Final = Layout("手机", 1080, 1920, 48, 2, 6, 36, 392)
LAYOUTS: Final = (A4, PHONE)


class Line(NamedTuple):
    """A line of text; the first line of a sentence has its number."""

    y: float
    text: str
    number: str


class Placed(NamedTuple):
    """A tile and its place."""

    x: float
    y: float
    tile: Tile


def svg(month: UnitMonth, layout: Layout) -> str:
    """The picture as SVG.

    Parameters
    ----------
    month : UnitMonth
        What is on it.
    layout : Layout
        The size and the order of the picture, one of `LAYOUTS`.
    """
    size = layout.size
    inside = layout.width - 2 * layout.margin
    y = layout.margin + 3.4 * size
    lines: list[Line] = []
    for number, sentence in enumerate(month.sentences, 1):
        for place, text in enumerate(wrapped(sentence.text, inside / size - 1.7)):
            y += 1.42 * size
            lines.append(Line(y, text, "" if place else f"{number}"))
        y += 0.28 * size
    y += 0.9 * size
    wide = (inside - _GAP * (layout.columns - 1)) / layout.columns
    tiles = [
        Placed(
            layout.margin + place % layout.columns * (wide + _GAP),
            y + place // layout.columns * (layout.tile + _GAP),
            tile,
        )
        for place, tile in enumerate(month.tiles[: layout.most])
    ]
    if tiles:
        y = tiles[-1].y + layout.tile
    notes = wrapped(_note(month), inside / (size * 0.72))
    foot = max(y + 1.4 * size, layout.height - layout.margin - len(notes) * size)
    return plain(
        templates()
        .get_template("picture.svg")
        .render(
            month=month,
            values=month.values,
            layout=layout,
            lines=lines,
            tiles=tiles,
            wide=wide,
            notes=[(foot + place * size, text) for place, text in enumerate(notes)],
            height=max(round(foot + len(notes) * size + layout.margin * 0.4), layout.height),
            marks=STATUS_MARKS,
            fonts=_FONTS,
        )
    )


def picture(month: UnitMonth, layout: Layout) -> bytes:
    """The picture as PNG.

    Raises
    ------
    InputError
        When what draws it is not installed, or this machine has no Chinese letters.
    """
    ready()
    return _png(svg(month, layout))


@functools.cache
def ready() -> None:
    """Check whether pictures can be drawn on this machine.

    Raises
    ------
    InputError
        When what draws them is not installed, or this machine has no Chinese letters.
    """
    try:
        import resvg_py  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(kinds.PICTURE_NOT_INSTALLED(component=error.name)) from error
    # Letters that no font has are left out without a word: the picture would be empty.
    if _png(_word("国")) == _png(_word("")):
        raise InputError(kinds.NO_CHINESE_FONT())


def _word(text: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
        f'<text x="4" y="30" font-size="28" font-family="{_FONTS}">{text}</text></svg>'
    )


def _png(text: str) -> bytes:
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=text, background="#ffffff", languages=["zh-CN"]))


def wrapped(text: str, room: float) -> list[str]:
    """Wrap a text into lines of a width; a Chinese character is about as wide as two others.

    Numbers stay in one piece, and no line begins with a comma.

    Examples
    --------
    >>> wrapped("首年度保费665.9万元，目标达成94.1%。", 8)
    ['首年度保费665.9', '万元，目标达成', '94.1%。']
    """
    lines, line, taken = [], "", 0.0
    for piece in _pieces(text):
        wide = sum(_width(letter) for letter in piece)
        if line and taken + wide > room and piece[0] not in _NOT_FIRST:
            lines.append(line)
            line, taken = "", 0.0
        line, taken = line + piece, taken + wide
    return [*lines, line] if line else lines


def _pieces(text: str) -> list[str]:
    """The pieces of a text that no line break may divide: runs of letters and digits, and text with
    its brackets.
    """
    found: list[str] = []
    for letter in text:
        joins = found and _is_narrow(letter) and _is_narrow(found[-1][-1])
        if joins or (found and found[-1][-1] in _NOT_LAST):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _is_narrow(letter: str) -> bool:
    return letter.isascii() and not letter.isspace()


def _width(letter: str) -> float:
    return _NARROW if letter.isascii() else 1.0


def _note(month: UnitMonth) -> str:
    said = [month.values["pace.as_of"], month.values["period.same_days"], _KEY]
    return "".join(f"{str(one).rstrip('。')}。" for one in said if one)
