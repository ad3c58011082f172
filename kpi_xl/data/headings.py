"""Which row of a file is its header, and which of its headings is which column."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl.data.schema import Column, Table
from kpi_xl.errors import InputError

HEADER_WITHIN: Final = 50
"""The header is looked for in this many rows from the top."""

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>|〔[^〔〕]*〕")
_IGNORED: Final = re.compile(r"[\s_\-*:.、]+")


def normalise(heading: str) -> str:
    """A heading as headings are compared.

    Returns
    -------
    str
        Without spaces, brackets and what is in them, marks such as ``*`` and ``_``, capitals and
        full-width letters.

    Examples
    --------
    >>> normalise(" 首年保费（元） "), normalise("Agent_ID"), normalise("＊工 号")
    ('首年保费', 'agentid', '工号')
    """
    text = unicodedata.normalize("NFKC", heading)
    return _IGNORED.sub("", _BRACKETS.sub("", text) or text).casefold()


@dataclass(frozen=True)
class Match:
    """The columns of a table found among the headings of one row.

    Parameters
    ----------
    positions : mapping of str to int
        Where each column found stands, by code.
    missing : tuple of Column
        The required columns, and those that kpi.toml names a heading for, that were not found.
    """

    positions: Mapping[str, int]
    missing: tuple[Column, ...]


@dataclass(frozen=True)
class Headings:
    """The headings a table goes by.

    Parameters
    ----------
    table : Table
        The table.
    mapping : mapping of str to str
        Headings by column code that kpi.toml gives; they go before all others.
    """

    table: Table
    mapping: Mapping[str, str]

    def match(self, row: Sequence[str | None]) -> Match:
        """The table's columns among the cells of a row.

        A column's own name goes before its aliases and those go in their order, whatever the order
        in the file: with both 承保日期 and 生效日期 in a file, 承保日期 is meant.
        """
        found: dict[str, int] = {}
        normal = [normalise(cell) if cell else "" for cell in row]
        for code, heading in self.mapping.items():
            exact = [i for i, cell in enumerate(row) if cell and cell.strip() == heading.strip()]
            alike = exact or [i for i, cell in enumerate(normal) if cell == normalise(heading)]
            if alike:
                found[code] = alike[0]
        free = [column for column in self.table.columns if column.code not in self.mapping]
        for column in free:
            self._take(column, (column.name,), normal, found)
        for column in free:
            if column.code not in found:
                self._take(column, column.aliases, normal, found)
        missing = tuple(
            column
            for column in self.table.columns
            if (column.required or column.code in self.mapping) and column.code not in found
        )
        return Match(found, missing)

    @staticmethod
    def _take(
        column: Column, names: Sequence[str], normal: Sequence[str], found: dict[str, int]
    ) -> None:
        taken = set(found.values())
        for name in names:
            wanted = normalise(name)
            for position, cell in enumerate(normal):
                if cell == wanted and position not in taken:
                    found[column.code] = position
                    return

    def find(self, rows: Sequence[Sequence[str | None]]) -> tuple[int, Match] | None:
        """The header among the first rows: the first that has all it needs, else the one nearest.

        Returns
        -------
        (int, Match) or None
            The row's index; None when no row has any required heading.
        """
        best: tuple[int, Match] | None = None
        for index, row in enumerate(rows[:HEADER_WITHIN]):
            match = self.match(row)
            if not match.missing:
                return index, match
            if self._worth(match)[0] and (best is None or self.better(match, best[1])):
                best = index, match
        return best

    def _worth(self, match: Match) -> tuple[int, int]:
        """How much of a header a row is: required headings, all headings."""
        required = sum(self.table.column(code).required for code in match.positions)
        return required, len(match.positions)

    def better(self, one: Match, other: Match) -> bool:
        """Whether one row is more of a header than another."""
        return (not one.missing, self._worth(one)) > (not other.missing, self._worth(other))

    def label(self, column: Column) -> str:
        """A column for people, with the heading kpi.toml gives it if it does."""
        if heading := self.mapping.get(column.code):
            return f"{column.name}（kpi.toml 里写的标题“{heading}”）"
        return column.name

    @property
    def wanted(self) -> str:
        """The required headings for people."""
        return "、".join(
            self.mapping.get(column.code, column.name)
            for column in self.table.columns
            if column.required
        )

    def insist(
        self,
        match: Match,
        row: Sequence[str | None],
        file: Path,
        sheet: str | None,
        number: int,
        others: Sequence[str] = (),
    ) -> None:
        """Refuse a header that lacks a required heading, or has a needed one twice.

        Parameters
        ----------
        match : Match
            What was found in the header.
        row : sequence of str or None
            The header.
        file, sheet, number
            Where it is.
        others : sequence of str
            The other worksheets, where not even so much was found.

        Raises
        ------
        InputError
            Naming the headings missing and those in the file that are like them.
        """
        if match.missing:
            raise InputError(
                f"{self.table.name}表缺少必需的列："
                + "、".join(self.label(column) for column in match.missing),
                self._advice(match, row) + _not_in(others),
                file=file,
                sheet=sheet,
                row=number,
            )
        for code, position in match.positions.items():
            heading = row[position] or ""
            # A heading that kpi.toml gives to the letter is told from one that is merely alike.
            exact = self.mapping.get(code, "").strip() == heading.strip()
            form = str.strip if exact else normalise
            same = [cell for cell in row if cell and form(cell) == form(heading)]
            if len(same) > 1:
                names = "、".join(f"“{cell.strip()}”" for cell in same)
                raise InputError(
                    f"有 {len(same)} 列的标题相同（{names}），不知道该用哪一列",
                    "请删去多余的列，或把标题改得不同，再在 kpi.toml 的 "
                    f"[columns.{self.table.name}] 里写明用哪一个",
                    file=file,
                    sheet=sheet,
                    row=number,
                    column=heading.strip(),
                )

    def _advice(self, match: Match, row: Sequence[str | None]) -> str:
        taken = set(match.positions.values())
        free = [cell.strip() for i, cell in enumerate(row) if cell and i not in taken]
        like = [
            f"“{cell}”像是{column.name}"
            for column in match.missing
            for cell in _near(self._names(column), free)
        ]
        found = f"（文件里相近的标题：{'；'.join(like)}）" if like else ""
        if not like and free:
            shown = "、".join(free[:10]) + ("等" if len(free) > 10 else "")
            found = f"（文件里没有用上的标题：{shown}）"
        example = match.missing[0].name
        return (
            "请补上这些列，或在 kpi.toml 的 "
            f'[columns.{self.table.name}] 里写明对应的标题，如 "{example}" = "文件里的标题"{found}'
        )

    def _names(self, column: Column) -> tuple[str, ...]:
        mapped = self.mapping.get(column.code)
        return (mapped,) if mapped else (column.name, *column.aliases)


def _not_in(others: Sequence[str]) -> str:
    names = "、".join(f"「{name}」" for name in others)
    return f"；其他工作表（{names}）里也没有" if names else ""


def _near(names: Sequence[str], free: Sequence[str]) -> list[str]:
    """The headings that are like one of the names, at most two."""
    by_normal = {normalise(cell): cell for cell in free}
    near: dict[str, None] = {}
    for name in names:
        for like in difflib.get_close_matches(normalise(name), by_normal, n=2, cutoff=0.6):
            near[by_normal[like]] = None
        for normal, cell in by_normal.items():
            if len(name) > 1 and normalise(name) in normal:
                near[cell] = None
    return list(near)[:2]
