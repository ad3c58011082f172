"""One definition for each category of a column: ``险种``, or ``险种 {年金, 终身寿, 其他}``.

It becomes as many definitions, each with a condition of its own, before anything is made of them.
Categories must be known from what is typed: KPIs have names, targets and slots before any file is
read. So they are the words of a choice, or they are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Column, Table
from kpi_xl.definitions.condition_text import column_named, value_of
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain

MOST: Final = 40
"""Categories of one definition: each becomes a KPI."""

OTHERS: Final = "其他"
"""Stands for all that is not listed, also for what is empty."""

_LISTED: Final = re.compile(
    r"\s*(?P<column>.+?)\s*"
    r"(?:(?P<how>不属于|属于|[:：=])?\s*[{｛(（]\s*(?P<set>.*?)\s*[}｝)）]|[:：]\s*(?P<list>.+?))?\s*"
)
_NO_NAME: Final = re.compile(r"\W+")
_QUOTES: Final = ("「」", "“”", '""', "‘’", "''")
_WORD: Final = re.compile(
    r"\s*(?:(?P<quoted>\"[^\"]*\"|'[^']*'|“[^”]*”|‘[^’]*’|「[^」]*」)\s*(?=[,，、;；]|$)"
    r"|(?P<word>[^,，、;；]+))"
)


def for_each(name: str, text: str, table: Table) -> Iterator[tuple[str, str]]:
    """Make one definition for each category of a column.

    Parameters
    ----------
    name : str
        What it is called.
    text : str
        The column, and the categories where they are listed.
    table : Table
        The raw table with the column.

    Yields
    ------
    (str, str)
        What one for a category is called, and the condition on its rows.

    Raises
    ------
    InputError
        When there is no such column, or its categories are not known.
    """
    found = _LISTED.fullmatch(text)
    assert found is not None
    column = column_named(table, found["column"].strip("[]【】"))
    words = _words(column, found["list"] if found["set"] is None else found["set"])
    is_not = found["how"] == "不属于"
    if is_not or len(words) == 1:  # it is of one category already, and called so
        yield name, f"[{column.name}] {'不属于' if is_not else '属于'} {_set(words)}"
        return
    listed = [word for word in words if word != OTHERS]
    for word in words:
        condition = f"[{column.name}] 属于 {_set([word])}"
        if word == OTHERS and not _is_of(OTHERS, column):
            condition = f"[{column.name}] 不属于 {_set(listed)}"
        yield f"{name}_{_NO_NAME.sub('', word)}", condition


def _words(column: Column, said: str | None) -> list[str]:
    if said is None:
        stored = {kept: label for label, kept in reversed(column.choices)}
        words = list(dict.fromkeys(stored[kept] for _, kept in column.choices))
        if not words:
            raise InputError(kinds.EACH_NOT_KNOWN(column=column.name))
    else:
        found = (match["quoted"] or match["word"] for match in _WORD.finditer(said))
        words = [*dict.fromkeys(filter(None, map(_unquoted, found)))]
        for word in words:
            if word != OTHERS:
                value_of(word, column)
    if not words or words == [OTHERS]:
        raise InputError(kinds.EACH_NOT_KNOWN(column=column.name))
    if len(words) > MOST:
        raise InputError(kinds.EACH_TOO_MANY(count=len(words), most=MOST))
    return words


def _is_of(word: str, column: Column) -> bool:
    """Whether a word is a category of the column."""
    return any(label == plain(word) for label, _ in column.choices)


def _unquoted(word: str) -> str:
    word = word.strip()
    is_quoted = len(word) > 1 and any(word[0] == q[0] and word[-1] == q[1] for q in _QUOTES)
    return word[1:-1].strip() if is_quoted else word


def _set(words: list[str]) -> str:
    return "{" + ", ".join(map(_quoted, words)) + "}"


def _quoted(word: str) -> str:
    """A category in quotes that do not stand in it."""
    quotes = next((pair for pair in _QUOTES if not set(pair) & set(word)), _QUOTES[0])
    return f"{quotes[0]}{word}{quotes[1]}"
