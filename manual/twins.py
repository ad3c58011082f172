"""Pages in both languages: a page of docs/en says section by section what its Chinese twin says.

Held is what can be told without reading: headings, code, pictures, links, numbers, and how many
paragraphs, rows and points there are.
A page that changes in Chinese alone is named with its section; what the words say is the writer's.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from manual.blocks import BROUGHT, blocks_in, twins

_HANDBOOK: Final = ("kpis.md", "en/kpis.md")
"""A Chinese page and the English one in its place, which is no translation of it."""

_FAMILIES: Final = "kpis/"
"""Where the pages are that are made of each family of KPIs, in both languages."""

_FENCE: Final = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^(#+) (.*?)(?: *\{#[^}]*\})?$", re.MULTILINE)
_MADE: Final = re.compile(r"<!-- made: (?:english )?([\w ]+) -->")
_LINK: Final = re.compile(r"(!?)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)#\s]*)(?:#[^)]*)?\)")
_CODE: Final = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_COMMENT: Final = re.compile(r"(^|\s+)#(\s.*)?$", re.MULTILINE)
_COMMENTED: Final = ("toml", "python", "py")
_NUMBER: Final = re.compile(r"(\d+(?:[,.]\d+)*)(\s*[万亿])?")
_TIMES: Final = {"": 1, "万": 10_000, "亿": 100_000_000}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, up to the next heading.

    Parameters
    ----------
    page : str
        The page's path below docs.
    level : int
        How deep the heading is.
    heading : str
        The text of the heading.
    text : str
        The text below the heading.
    """

    page: str
    level: int
    heading: str
    text: str

    @property
    def place(self) -> str:
        """Where it is, for whoever has to mend it."""
        return f"docs/{self.page} “{self.heading}”"

    @property
    def code(self) -> list[tuple[str, str, str]]:
        """The blocks: language, the comment before, and the text without what ``#`` begins."""
        return [
            (b.language, b.remark, _COMMENT.sub("", b.text) if b.language in _COMMENTED else b.text)
            for b in blocks_in(self.text, self.page)
        ]

    @property
    def made(self) -> list[str]:
        """The generated blocks in the section."""
        return _MADE.findall(self.text)

    @property
    def prose(self) -> str:
        """The text without blocks and comments."""
        return re.sub(r"<!--.*?-->", "", _FENCE.sub("", self.text), flags=re.DOTALL)

    @property
    def spans(self) -> set[str]:
        """The code spans in the prose."""
        return {" ".join(found[1].split()) for found in _CODE.findall(self.prose)}

    def targets(self, *, pictures: bool) -> list[str]:
        """The pages and files below docs that its links, or its pictures, lead to, sorted."""
        folder = posixpath.dirname(self.page)
        prose = _CODE.sub("", self.prose)
        return sorted(
            path if "://" in path else posixpath.normpath(posixpath.join(folder, path))
            for sign, path in _LINK.findall(prose)
            if path and bool(sign) == pictures
        )

    @property
    def words(self) -> str:
        """The prose and the heading without code and without where links lead."""
        return _CODE.sub("", re.sub(r"\]\([^)]*\)", "]", f"{self.heading}\n{self.prose}"))

    @property
    def numbers(self) -> set[float | str]:
        """The numbers in words: 1.8万 is 18000, 1,000 is 1000; a version stays as it is."""
        text = unicodedata.normalize("NFKC", re.sub(r"^\s*\d+\. ", "", self.words, flags=re.M))
        return {_value(digits, unit.strip()) for digits, unit in _NUMBER.findall(text)}

    @property
    def months(self) -> set[float | str]:
        """The months that are named in English."""
        return {
            float(n) for n, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}\b", self.words)
        }

    @property
    def paragraphs(self) -> int:
        """How many pieces of prose blank lines make."""
        return len(re.findall(r"(?:^ *\S.*\n?)+", self.prose, re.MULTILINE))

    def lines(self, begins: str) -> int:
        """How many lines of prose begin so."""
        return len(re.findall(rf"^ *{begins}", self.prose, re.MULTILINE))


def _value(digits: str, unit: str) -> float | str:
    plain = digits.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits) else digits
    try:
        return float(plain) * _TIMES[unit]
    except ValueError:
        return plain


def english_of(page: str) -> str | None:
    """The English page for a Chinese one; None where there is none."""
    if page.startswith(_FAMILIES):
        return f"en/{page}"
    places = {f"../{file}": place for place, file in BROUGHT.items()}
    page = places.get(page, page)
    both = dict([_HANDBOOK]) | {chinese: english for english, chinese in twins().items()}
    return both.get(page)


def chinese_of(page: str) -> str | None:
    """The Chinese page for an English one; None where there is none."""
    if page.startswith(f"en/{_FAMILIES}"):
        return page.removeprefix("en/")
    return (twins() | {english: chinese for chinese, english in [_HANDBOOK]}).get(page)


def sections(page: str, text: str) -> list[Section]:
    """The sections of a page; what stands before the first heading has none."""
    hidden = _FENCE.sub(lambda found: re.sub("[^\n]", " ", found[0]), text)
    heads = list(_HEADING.finditer(hidden))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        Section(page, len(head[1]), head[2], text[head.end() : end])
        for head, end in zip(heads, ends, strict=True)
    ]


def differences(chinese: list[Section], english: list[Section]) -> Iterator[str]:
    """The sections and parts that an English page lacks or has too many, each with both places."""
    here, there = ([section.level for section in page] for page in (english, chinese))
    if here != there:
        yield f"headings: docs/{chinese[0].page} {there}, docs/{english[0].page} {here}"
        return
    for ours, theirs in zip(english, chinese, strict=True):
        for what in _differ(theirs, ours):
            yield f"{ours.place}, which is {theirs.place} in English: {what}"


def _differ(chinese: Section, english: Section) -> Iterator[str]:
    if chinese.code != english.code:
        yield f"other blocks: {_unlike(chinese.code, english.code)}"
    if chinese.made != english.made and chinese.page not in english.targets(pictures=False):
        yield f"what is made here is {chinese.made}: put it in, or link to the Chinese page"
    if chinese.targets(pictures=True) != english.targets(pictures=True):
        yield f"other pictures: {chinese.targets(pictures=True)}"
    links = {english_of(path) or path for path in chinese.targets(pictures=False)}
    if missing := links - set(english.targets(pictures=False)):
        yield f"links are missing: {sorted(missing)}"
    if missing_code := chinese.spans - english.spans:
        yield f"code is missing: {sorted(missing_code)}"
    for kind, begins in (("rows", r"\|"), ("points", "[-*] "), ("steps", r"\d+\. ")):
        if chinese.lines(begins) != english.lines(begins):
            yield f"{kind}: {chinese.lines(begins)} there, {english.lines(begins)} here"
    if chinese.paragraphs != english.paragraphs:
        yield f"paragraphs: {chinese.paragraphs} there, {english.paragraphs} here"
    if lost := chinese.numbers - english.numbers - english.months:
        yield f"numbers are missing: {sorted(map(str, lost))}"
    if added := english.numbers - chinese.numbers:
        yield f"numbers that the Chinese has not: {sorted(map(str, added))}"
    if sentence := re.search(r"^(?! *>).*[。，；].*$", english.words, re.MULTILINE):
        yield f"still in Chinese: {sentence[0]}"


def _unlike(chinese: list[tuple[str, str, str]], english: list[tuple[str, str, str]]) -> str:
    for theirs, ours in zip(chinese, english, strict=False):
        if theirs != ours:
            return f"{theirs} there, {ours} here"
    return f"{len(chinese)} there, {len(english)} here"
