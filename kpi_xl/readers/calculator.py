"""The calculating library: it gets values and formulas, and nothing of any file.

Formulas are those that `plain_formulas` lets through; how long the texts may get that they make is
looked at before, by `formula_columns`: the library would fill the memory with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

try:
    import formualizer
except ImportError:  # there is none for every kind of computer
    formualizer = None  # type: ignore[assignment]

Place: TypeAlias = tuple[int, int]
"""Row and column, from 1."""

IS_THERE: Final = formualizer is not None
"""Whether there is a library here."""

_PATIENCE: Final = 60_000  # milliseconds
_FAILING: Final[Mapping[str, str]] = {
    "#N/A": "=NA()", "#DIV/0!": "=1/0", "#NUM!": "=SQRT(-1)", "#VALUE!": '=VALUE("a")',
}  # fmt: skip
_KINDS: Final[Mapping[str, str]] = {"Div": "#DIV/0!", "Na": "#N/A"}


def failing(error: str) -> str:
    """A formula that gives an error, so that the error spreads as it should."""
    return _FAILING.get(error, _FAILING["#VALUE!"])


def error_given(value: Any) -> str | None:
    """The computed error, if every spreadsheet would give the same."""
    return _KINDS.get(str(value.get("kind"))) if isinstance(value, dict) else None


def is_told(value: Any) -> bool:
    """Whether a result is a value: no error, and no infinite number."""
    return not isinstance(value, dict) and not (
        isinstance(value, float) and not math.isfinite(value)
    )


def evaluated(
    values: Mapping[str, Mapping[Place, Any]],
    formulas: Mapping[str, Mapping[Place, str]],
    wanted: Sequence[tuple[str, Place]],
) -> list[Any] | None:
    """The values of cells with formulas.

    Parameters
    ----------
    values : mapping of str to mapping
        What stands in cells, by worksheet, row and column; of every worksheet that there is.
    formulas : mapping of str to mapping
        The formulas, each with its ``=``.
    wanted : sequence of (str, (int, int))
        The cells to compute: sheet, and (row, column).

    Returns
    -------
    list or None
        As the library gives it; None where it took too long, or the library failed.
    """
    settings = formualizer.EvaluationConfig()
    settings.max_eval_time_ms = _PATIENCE
    settings.enable_parallel = False
    try:
        book = formualizer.Workbook(config=formualizer.WorkbookConfig(eval_config=settings))
        for name in values:
            book.add_sheet(name)
        for name, cells in values.items():
            for row, column, lines in _blocks(cells):
                book.set_values_batch(name, row, column, lines)
            for row, column, lines in _blocks(formulas.get(name, {})):
                book.set_formulas_batch(name, row, column, lines)
        return list(book.evaluate_cells([(name, *place) for name, place in wanted]))
    except BaseException as error:
        # The library may end so, which is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return None
        raise


def _blocks(cells: Mapping[Place, Any]) -> Iterator[tuple[int, int, list[list[Any]]]]:
    """Rectangles of cells with values, with row and column of the first: a call of the library
    takes as long as several cells.
    """
    begun: dict[tuple[int, int], tuple[int, list[list[Any]]]] = {}  # by column and width
    for row, column, line in _lines(cells):
        block = begun.get((column, len(line)))
        if block is not None and row == block[0] + len(block[1]):
            block[1].append(line)
            continue
        if block is not None:
            yield block[0], column, block[1]
        begun[column, len(line)] = row, [line]
    for (column, _), (first, lines) in begun.items():
        yield first, column, lines


def _lines(cells: Mapping[Place, Any]) -> Iterator[tuple[int, int, list[Any]]]:
    """Runs of adjacent cells with values, with row and column of the first."""
    row, column, line = 0, 0, list[Any]()
    for place in sorted(place for place, value in cells.items() if value is not None):
        if line and place != (row, column + len(line)):
            yield row, column, line
            line = []
        if not line:
            row, column = place
        line.append(cells[place])
    if line:
        yield row, column, line
