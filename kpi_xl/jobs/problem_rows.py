"""The rows of the raw files that have problems, as they are written there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.read import as_written
from kpi_xl.raw_files.tables_found import find_tables


@dataclass(frozen=True)
class ProblemRow:
    """A row of a raw file.

    Parameters
    ----------
    headings : tuple of str
        The headings of the columns in which anything stands, here or in the header.
    cells : tuple of str
        What stands below them; empty for nothing.
    marked : int or None
        The place of the cell that the problem is in; None where it is the row's.
    """

    headings: tuple[str, ...]
    cells: tuple[str, ...]
    marked: int | None


def problem_rows(project: Project, problems: Sequence[Problem]) -> list[ProblemRow | None]:
    """The row of each problem; None for those of a whole file, and rows that cannot be shown.

    Each file is read once more, those without such problems not at all.

    Parameters
    ----------
    problems : sequence of Problem
        What was found in the project's raw files.
    """
    sources = {(one.name, one.sheet): one for one in find_tables(project).sources}
    written: dict[tuple[str, str | None], dict[int, tuple[str, ...]]] = {}
    headings: dict[tuple[str, str | None], tuple[str, ...]] = {}
    for place, rows in _wanted(problems).items():
        if (source := sources.get(place)) is None:
            continue
        try:
            headings[place], written[place] = as_written(source, project.settings, rows)
        except (InputError, OSError):
            continue  # it was changed since: what is wrong now is said where it is read again
    return [
        _row(headings[place], row, one.column)
        if (place := (one.file, one.sheet)) in written and (row := written[place].get(one.row or 0))
        else None
        for one in problems
    ]


def _wanted(problems: Iterable[Problem]) -> dict[tuple[str, str | None], list[int]]:
    rows: dict[tuple[str, str | None], list[int]] = {}
    for one in problems:
        if one.row is not None:
            rows.setdefault((one.file, one.sheet), []).append(one.row)
    return rows


def _row(headings: tuple[str, ...], row: tuple[str, ...], column: str | None) -> ProblemRow:
    there = [at for at, (one, cell) in enumerate(zip(headings, row, strict=True)) if one or cell]
    names = tuple(headings[at] for at in there)
    marked = names.index(column) if column in names else None
    return ProblemRow(names, tuple(row[at] for at in there), marked)
