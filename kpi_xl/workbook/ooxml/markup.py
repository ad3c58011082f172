"""XML as bytes: offsets of elements, and edits of start tags.

Parsing and writing XML anew would lose what the parser does not keep (prefixes, order of
attributes, white space), so changes are made in the bytes, at offsets that expat reports.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple
from xml.parsers import expat

_TAG: Final = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_RAW: Final = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_PREFIX: Final = re.compile(rb"</?((?:[^\s/>:]+:)?)")

Started = Callable[[dict[str, str], int], None]
Ended = Callable[[int], None]


class Edit(NamedTuple):
    """New bytes for those from `start` to `end`."""

    start: int
    end: int
    content: bytes


def scan(content: bytes, started: Mapping[str, Started], ended: Mapping[str, Ended]) -> None:
    """Report where elements begin and end.

    Parameters
    ----------
    content : bytes
        A whole XML document.
    started, ended : mapping of str to callable
        By the element's name (namespace, space, local name): called with its attributes and the
        offset of its start tag, and with the offset of its end tag (for an empty element that has
        none, an offset of no use).

    Raises
    ------
    expat.ExpatError
        The document is not well-formed.
    """
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        report = started.get(name)
        if report is not None:
            report(attributes, parser.CurrentByteIndex)

    def end(name: str) -> None:
        report = ended.get(name)
        if report is not None:
            report(parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)


def tag_end(content: bytes, start: int) -> int:
    """The offset after the tag that begins at `start`."""
    match = _TAG.match(content, start)
    assert match is not None, "expat reports a tag here"
    return match.end()


def is_empty(tag: bytes) -> bool:
    """Whether a start tag is an empty element."""
    return tag.endswith(b"/>")


def opened(tag: bytes) -> bytes:
    """The start tag of an empty element, made to take content."""
    return tag[:-2].rstrip() + b">" if is_empty(tag) else tag


def prefix(tag: bytes) -> bytes:
    """The namespace prefix of a tag with its colon; empty when it has none."""
    match = _PREFIX.match(tag)
    return match[1] if match else b""


def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"\s+%s\s*=\s*(?:\"([^\"]*)\"|'([^']*)')" % name.encode())


def attribute(tag: bytes, name: str) -> str | None:
    """The value of an attribute of a start tag; None where it has none."""
    match = _attribute(name).search(tag)
    return None if match is None else unescaped(match[1] or match[2] or b"")


def without_attribute(tag: bytes, name: str) -> bytes:
    """A start tag without one of its attributes."""
    return _attribute(name).sub(b"", tag, count=1)


def with_attribute(tag: bytes, name: str, value: str | int) -> bytes:
    """A start tag with an attribute set; an existing one keeps its place."""
    written = f' {name}="{value}"'.encode()
    changed, count = _attribute(name).subn(lambda _: written, tag, count=1)
    if count:
        return changed
    cut = len(tag) - (2 if is_empty(tag) else 1)
    return tag[:cut].rstrip() + written + tag[cut:]


def spliced(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content with edits made that do not overlap."""
    pieces: list[bytes] = []
    position = 0
    for start, end, new in sorted(edits):
        pieces += content[position:start], new
        position = end
    return b"".join((*pieces, content[position:]))


class Element(NamedTuple):
    """An element: its name and attributes without namespaces, and where it stands.

    Where it is empty in itself, its content lies behind it and has no bytes.
    """

    name: str
    attributes: dict[str, str]
    start: int
    tag_end: int
    content_end: int
    end: int

    def holds(self, other: Element) -> bool:
        """Whether another element is inside it."""
        return self.start < other.start < self.end

    def is_text(self, content: bytes) -> bool:
        """Whether it holds text only, and no other element."""
        inside = content[self.tag_end : self.content_end]
        return b"<" not in (_RAW.sub(b"", inside) if b"<!" in inside else inside)

    def text(self, content: bytes) -> str:
        """The text, for an element with only text in it."""
        return unescaped(content[self.tag_end : self.content_end])


def elements(content: bytes, names: Collection[str]) -> list[Element]:
    """The elements of some names, whatever their namespaces, in the order in which they start.

    Parameters
    ----------
    content : bytes
        A whole XML document.
    names : collection of str
        The elements' local names.

    Raises
    ------
    expat.ExpatError
        The document is not well-formed.
    """
    parser = expat.ParserCreate()
    found: list[Element] = []
    open_: list[int] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in names:
            at = parser.CurrentByteIndex
            end = tag_end(content, at)
            open_.append(len(found))
            found.append(Element(name, attributes, at, end, end, end))

    def end(name: str) -> None:
        if name.rpartition(":")[2] in names:
            number = open_.pop()
            one = found[number]
            if not is_empty(content[one.start : one.tag_end]):
                at = parser.CurrentByteIndex
                found[number] = one._replace(content_end=at, end=tag_end(content, at))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)
    return found


def appended(content: bytes, root: str, new: bytes) -> bytes:
    """A part with elements added at the end of its root."""
    found = elements(content, {root})[0]
    tag = content[found.start : found.tag_end]
    if is_empty(tag):
        end = f"</{prefix(tag).decode()}{root}>".encode()
        return spliced(content, [Edit(found.start, found.tag_end, opened(tag) + new + end)])
    return spliced(content, [Edit(found.content_end, found.content_end, new)])


def escaped(text: str) -> str:
    """Text for the content of an element or for an attribute in double quotes."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def unescaped(content: bytes) -> str:
    """The text that stands between two tags."""
    if b"<!" in content:
        # Every other piece is what stands in a raw section.
        pieces = enumerate(_RAW.split(content))
        return "".join(
            piece.decode() if number % 2 else html.unescape(piece.decode())
            for number, piece in pieces
        )
    return html.unescape(content.decode())
