"""Names of units: spellings that mean the same unit."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl.readers.cell import plain

_BEING_SET_UP: Final = re.compile(
    r"[(\[【〔<](在?筹[备建]?中?|新[设建]?|拟设|试点|试运行|暂定?|临时)[)\]】〕>]"
)
_SUFFIX: Final = re.compile(r"(?<=.)(营业[部区组]|[部区组]|门?店)$")
_REMARK: Final = re.compile(r"[(\[【〔<]([^()\[\]【】〔〕<>]{2,})[)\]】〕>]$")
_NUMBERED: Final = re.compile(r"第?([0-9a-z]+|[一二三四五六七八九十]+)[部区组店号队]?")
_CODED: Final = re.compile(r"[(\[]?[0-9a-z]{1,10}[)\]]?[-_.、:/]?(?=[\u4e00-\u9fff])")
_TWO: Final = 2

SPELLING: Final = "写法（空格、全角、大小写、繁体）"
SUFFIX: Final = "后缀（如“部”“营业部”“（筹）”）"


def canonical(name: str) -> str:
    """A name without differences of width, spaces, case and traditional characters.

    Examples
    --------
    >>> canonical(" 城東 營業部"), canonical("Ａ组\u200b")
    ('城东营业部', 'a组')
    """
    return simplified("".join(plain(name).casefold().split()))


def stem(name: str) -> str:
    """A name without an ending such as 部 or 营业部, and without （筹）.

    Examples
    --------
    >>> stem("城东营业部（筹）"), stem("城东"), stem("营业部"), stem("城东（一）")
    ('城东', '城东', '营业部', '城东(一)')
    """
    text = canonical(name)
    whole = _BEING_SET_UP.sub("", text) or text
    return _SUFFIX.sub("", whole) if whole not in ("营业部", "营业区", "营业组") else whole


@functools.lru_cache(1 << 14)
def simplified(text: str) -> str:
    """A text in simplified characters.

    Examples
    --------
    >>> simplified("保單號碼")
    '保单号码'
    """
    return text if text.isascii() else str(_converter().convert(text))


@functools.cache
def _converter() -> Any:
    from opencc import OpenCC  # reads its dictionaries: only where there is something to convert

    return OpenCC("t2s")


@dataclass(frozen=True)
class Meant:
    """The name that another spelling means.

    Parameters
    ----------
    name : str
        As most write it.
    how : str
        In what they differ, in Chinese.
    """

    name: str
    how: str


@dataclass(frozen=True)
class Spellings:
    """The names of one level below one unit, compared with each other.

    Parameters
    ----------
    meant : mapping of str to Meant
        The spellings by which only another name can be meant.
    doubtful : mapping of str to tuple of str
        The names that may be others, which nobody can tell.
    """

    meant: Mapping[str, Meant]
    doubtful: Mapping[str, tuple[str, ...]]


def spellings(names: Mapping[str, int]) -> Spellings:
    """Find names that are spellings of the same unit.

    Parameters
    ----------
    names : mapping of str to int
        The names, and how often each is written: what is written most is the name.

    Examples
    --------
    >>> found = spellings(
    ... {"城东营业部": 9, "城東 營業部": 1, "城东（筹）": 1, "城西部": 1, "城西店": 2, "城西": 1}
    ... )
    >>> {given: one.name for given, one in found.meant.items()}
    {'城東 營業部': '城东营业部', '城东（筹）': '城东营业部'}
    >>> sorted(found.doubtful)
    ['城西']
    """
    meant: dict[str, Meant] = {}
    kept: dict[str, int] = {}
    for alike in _by(canonical, names):
        name = max(alike, key=lambda one: (names[one], canonical(one) == one, -len(one)))
        kept[name] = sum(names[one] for one in alike)
        meant |= {one: Meant(name, SPELLING) for one in alike if one != name}
    doubtful: dict[str, tuple[str, ...]] = {}
    for alike in _by(stem, kept):
        of_kind = _by(_kind, {one: kept[one] for one in alike if _kind(one)})
        bare = [one for one in alike if not _kind(one)]
        if len(of_kind) > 1:  # 一部 and 一组 are two; 一 may be either
            doubtful |= {one: tuple(o for o in alike if o != one) for one in bare}
        for group in of_kind if len(of_kind) > 1 else [alike]:
            settled = [one for one in group if not _BEING_SET_UP.search(canonical(one))]
            if len(settled) > _TWO:
                doubtful |= {one: tuple(o for o in group if o != one) for one in group}
            elif len(group) > 1:
                name = max(settled or group, key=lambda one: (kept[one], len(one)))
                others = {one: Meant(name, SUFFIX) for one in group if one != name}
                moved = {
                    given: others[one.name] for given, one in meant.items() if one.name in others
                }
                meant |= others | moved
    doubtful |= _remarked([one for one in kept if one not in meant])
    return Spellings(meant, doubtful)


def _kind(name: str) -> str:
    """The kind of unit that a name ends in: 部, 区, 组 or 店; empty where none."""
    suffix = _SUFFIX.search(_BEING_SET_UP.sub("", canonical(name)))
    return suffix[0][-1] if suffix else ""


def _remarked(names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names that are another name with a remark behind it or a code before it."""
    plainly = {stem(name): name for name in names}
    found: dict[str, list[str]] = {}
    for name in names:
        whole = text = _BEING_SET_UP.sub("", canonical(name))
        while (remark := _REMARK.search(text)) and not _NUMBERED.fullmatch(remark[1]):
            text = text[: remark.start()]
        if code := _CODED.match(text):
            text = text[code.end() :]
        base = stem(text)
        if text != whole and base in plainly and plainly[base] != name:
            found.setdefault(base, []).append(name)
    for base, remarked in found.items():
        if len(remarked) == 1:  # several are told apart by their remarks
            yield remarked[0], (plainly[base],)


def _by(form: Callable[[str], str], names: Mapping[str, int]) -> list[list[str]]:
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(form(name), []).append(name)
    return list(alike.values())
