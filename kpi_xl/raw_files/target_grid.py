"""Targets as people lay them out: a column for each month, or a column for each KPI.

They are laid out as a row for each unit, month and KPI. An empty cell sets no target.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.errors import InputError
from kpi_xl.kpi_registry import Registry
from kpi_xl.raw_files.heading_text import normalise, without_remark
from kpi_xl.readers.cell import is_nothing, plain
from kpi_xl.readers.month import read_month

_SAID: Final = "目标|计划|任务|预算|target|plan|budget|quota"
_IS_TARGET: Final = re.compile(_SAID, re.IGNORECASE)
_IS_RESULT: Final = re.compile("达成|完成|实际|实绩|actual", re.IGNORECASE)
_AROUND: Final = re.compile(rf"^(?:{_SAID})|(?:{_SAID})[数值]?$", re.IGNORECASE)
_MONTH: Final = re.compile(rf"(\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月份?(?:{_SAID})?")
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?=年|[^\d]|(?:0[1-9]|1[0-2])?$)")
_NUMERALS: Final = {word: n for n, word in enumerate("一二三四五六七八九十", 1)}
_FEWEST: Final = 2


@dataclass(frozen=True)
class Spread:
    """The columns of targets that are spread over headings.

    Parameters
    ----------
    places : tuple of int
        Where they stand.
    by : str
        The column that their headings are values of: ``month`` or ``kpi``.
    """

    places: tuple[int, ...]
    by: str


def speaks_of_targets(*texts: str) -> bool:
    """Whether names or titles say that numbers are targets: results are laid out alike."""
    return any(_IS_TARGET.search(text) for text in texts)


def speaks_of_results(spread: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether the columns of a grid may be results, as far as they do not say what they are.

    Parameters
    ----------
    spread : sequence of str
        The headings of these columns.
    texts : sequence of str
        Names, titles and all headings: 目标达成表 has targets, results or both.
    """
    is_told = all(_IS_TARGET.search(one) for one in spread)
    return not is_told and any(_IS_RESULT.search(text) for text in texts)


def spread_of(
    headings: Sequence[str | None], found: Mapping[str, int], kpis: Registry | None
) -> Spread | None:
    """The columns over which the targets of a sheet are spread; None where it is no grid.

    Parameters
    ----------
    headings : sequence of str or None
        The header.
    found : mapping of str to int
        The columns found among it, by code.
    kpis : Registry, optional
        The KPIs that a heading may name.
    """
    if "target" in found:
        return None
    free = [n for n, one in enumerate(headings) if one and n not in found.values()]
    if "month" not in found:
        months = {n: key for n in free if (key := _month_key(headings[n] or "")) is not None}
        # Of two columns for one month nobody can tell which is meant.
        several = len(months) >= _FEWEST and len(set(months.values())) == len(months)
        return Spread(tuple(months), "month") if several else None
    if "kpi" in found or kpis is None:
        return None
    named = {n: said for n in free if (said := kpi_in(headings[n] or "", kpis)) is not None}
    # Beside 保费目标, 保费 is what was done.
    aimed = [n for n in named if _IS_TARGET.search(headings[n] or "")]
    places = tuple(aimed or named)
    return Spread(places, "kpi") if len(places) >= _FEWEST else None


def kpi_in(heading: str, kpis: Registry) -> str | None:
    """The name of the KPI that a heading names, with or without the word for a target.

    Examples
    --------
    >>> from kpi_xl import kpis
    >>> [kpi_in(one, kpis) for one in ("活动率目标(%)", "首年度保费（万元）", "备注")]
    ['活动率', '首年度保费', None]
    """
    for text in (heading.strip(), without_remark(heading)):
        for name in (text, _AROUND.sub("", text)):
            if name and (kpi := kpis.find(name)) is not None:
                return kpi.name
    return None


def _month_key(heading: str) -> tuple[int | None, int] | None:
    """The year, where it is said, and the month that a heading names."""
    for text in (plain(heading), without_remark(heading)):
        if found := _MONTH.fullmatch(text):
            number = int(found[1]) if found[1].isdigit() else _of_words(found[1])
            return (None, number) if 1 <= number <= 12 else None
        if _YEAR.match(text):
            month = read_month(_AROUND.sub("", text))
            if isinstance(month, int):
                return divmod(month - 1, 12)
    return None


def _of_words(word: str) -> int:
    """A number up to 12 in words; 0 for any other."""
    if len(word) == 1:
        return _NUMERALS[word]
    return 10 + _NUMERALS[word[1]] if word[0] == "十" else 0


def _months_meant(headings: Sequence[str], said: Sequence[str], file: Path) -> list[str]:
    """The months that headings mean, as 2024-06.

    Raises
    ------
    InputError
        When nothing says of which year they are, or they go on in another.
    """
    keys = [key for one in headings if (key := _month_key(one)) is not None]
    bare = [month for year, month in keys if year is None]
    years = next(filter(None, (sorted(set(_YEAR.findall(plain(one)))) for one in said)), [])
    if bare and (len(years) != 1 or bare != sorted(bare)):
        raise InputError(kinds.MONTHS_OF_NO_YEAR(), file=file)
    return [
        f"{years[0]}-{month:02d}" if year is None else f"{year}-{month + 1:02d}"
        for year, month in keys
    ]


@dataclass(frozen=True)
class TargetRows:
    """A grid of targets as rows.

    Parameters
    ----------
    columns : dict of str to pyarrow string array
        The columns of 目标, by code.
    rows : pyarrow int64 array
        The number of the row that each is from.
    headings : pyarrow string array
        The heading that each target stands under.
    """

    columns: dict[str, Any]
    rows: Any
    headings: Any


def target_rows(
    columns: Mapping[str, Any],
    rows: Any,
    spread: Sequence[tuple[str, Any]],
    by: str,
    kpis: Registry,
    said: Sequence[str],
    file: Path,
) -> TargetRows:
    """A row for each target of a grid.

    Parameters
    ----------
    columns : mapping of str to pyarrow string array
        The columns that every target of a row shares, by code.
    rows : pyarrow int64 array
        The number of each row.
    spread : sequence of (str, pyarrow string array)
        The heading and the cells of each column of targets.
    by : str
        What the headings are, as in `Spread`.
    kpis : Registry
        The KPIs that a heading may name.
    said : sequence of str
        Where the year may be said, the likeliest first.
    file : Path
        The file, for messages.

    Raises
    ------
    InputError
        When nothing says of which year the months are.
    """
    names = [heading for heading, _ in spread]
    if by == "month":
        meant = _months_meant(names, said, file)
    else:
        meant = [kpi_in(name, kpis) or name for name in names]
    found = [
        (place, at, cell)
        for at, (_, cells) in enumerate(spread)
        for place, cell in enumerate(cells.to_pylist())
        if not is_nothing(cell)
    ]
    found.sort()
    places = pa.array([place for place, _, _ in found], pa.int64())
    laid = {key: cells.take(places) for key, cells in columns.items()}
    laid[by] = pa.array([meant[at] for _, at, _ in found], pa.string())
    laid["target"] = pa.array([cell for _, _, cell in found], pa.string())
    headings = pa.array([names[at] for _, at, _ in found], pa.string())
    return TargetRows(laid, rows.take(places), headings)


def unit_heading(
    headings: Sequence[str | None], levels: Mapping[str, str]
) -> tuple[int, str] | None:
    """Where the units of one level stand under the level's own name, and which level it is.

    Parameters
    ----------
    headings : sequence of str or None
        The header.
    levels : mapping of str to str
        The levels by what their columns are called, as headings are compared.

    Returns
    -------
    tuple of (int, str) or None
        None where no heading, or more than one, is a level: 营业部 beside 营业组 is a path. Beside
        people's numbers they say where people are.
    """
    found = [
        (place, levels[name])
        for place, heading in enumerate(headings)
        if heading and (name := normalise(heading)) in levels
    ]
    people = [one for one in found if one[1] == PERSON]
    return next(iter(people or found), None) if len(people or found) == 1 else None
