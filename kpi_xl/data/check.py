"""Raw files -> typed tables, and a list of everything that people should look at.

What cannot be used is set aside with the reason, never dropped: of every file, rows read = rows
used + rows set aside.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.data import hashes, rules
from kpi_xl.data.parse import absent_column, parse_column
from kpi_xl.data.problem import Problem
from kpi_xl.data.read import RawTable, find_files, read_table
from kpi_xl.data.rules import Finding
from kpi_xl.data.schema import TABLES, Table
from kpi_xl.errors import InputError
from kpi_xl.project import Project, Settings

__all__ = [
    "Checked", "CheckedFile", "CheckedTable", "Part", "Problem", "check_file", "check_project",
]  # fmt: skip

Progress = Callable[[str, int, int], None]

AT_ONCE: Final = 4
"""At most so many files are read, or tables checked, at once: each takes memory meanwhile."""


@dataclass(frozen=True)
class CheckedFile:
    """What became of one file.

    Parameters
    ----------
    file : Path
        The file.
    sheet : str or None
        The worksheet read.
    headings : mapping of str to str
        The headings by column code, as written in the file.
    unused : tuple of str
        Headings that belong to no column.
    read, used : int
        Rows read, and rows used.
    """

    file: Path
    sheet: str | None
    headings: dict[str, str]
    unused: tuple[str, ...]
    read: int
    used: int

    @property
    def set_aside(self) -> int:
        """Rows that are not used."""
        return self.read - self.used


@dataclass(frozen=True)
class Part:
    """The used rows of one file, and what is known of them; None where nobody has looked yet.

    Parameters
    ----------
    data : pyarrow.Table
        The rows.
    keys : uint64 array or None
        The hash of each row's key, of a table that has one.
    agents : pyarrow.Table or None
        Who is in it and where, as `rules.agents_in` says.
    months : mapping of int to (int, int), or None
        The number of rows and the sum of their hashes, by month.
    """

    data: pa.Table
    keys: NDArray[np.uint64] | None = None
    agents: pa.Table | None = None
    months: Mapping[int, tuple[int, int]] | None = None


@dataclass(frozen=True)
class CheckedTable:
    """A table ready for use.

    Parameters
    ----------
    table : Table
        What it is.
    data : pyarrow.Table
        A column for every column of the table, by code, and ``source_file``, ``source_row``.
        Money is int64 分; a month is int32 ``year * 12 + month``; a KPI is its code.
    files : tuple of CheckedFile
        Where it is from.
    parts : tuple of Part
        Its rows by file.
    """

    table: Table
    data: pa.Table
    files: tuple[CheckedFile, ...]
    parts: tuple[Part, ...] = ()

    @property
    def read(self) -> int:
        """Rows read."""
        return sum(file.read for file in self.files)

    @property
    def used(self) -> int:
        """Rows used."""
        return int(self.data.num_rows)

    @property
    def set_aside(self) -> int:
        """Rows set aside."""
        return self.read - self.used


@dataclass(frozen=True)
class Checked:
    """All of a project's raw files, checked.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables that there are files for, by code.
    problems : list of Problem
        What was found, in the order of tables, files and rows.
    unrecognised : list of Path
        What is in the data folder and was not read.
    """

    tables: dict[str, CheckedTable]
    problems: list[Problem]
    unrecognised: list[Path]


ReadFile = Callable[[Settings, str, Path], tuple[CheckedTable, list[Problem]]]


def read_file(settings: Settings, code: str, file: Path) -> tuple[CheckedTable, list[Problem]]:
    """Read one raw file of a table, and check its cells; see `check_file`."""
    return check_file(read_table(file, TABLES[code], settings.columns.get(code, {})), settings)


def check_project(
    project: Project,
    progress: Progress | None = None,
    read: ReadFile = read_file,
) -> Checked:
    """Read and check all of a project's raw files.

    Parameters
    ----------
    project : Project
        The project.
    progress : callable, optional
        Called with a file's name, its number from 1, and how many there are, while it is read.
    read : callable
        Reads one file, as `read_file` does; called for several at once.

    Raises
    ------
    InputError
        When there is no 人员 table, a file cannot be read at all, or lacks a required column.
    """
    files, unrecognised = find_files(project)
    for table in TABLES.values():
        if table.required and table.code not in files:
            raise _no_table(table, project, unrecognised)
    of_several = [path for path, tables in Counter(chain(*files.values())).items() if tables > 1]
    of_tables: dict[str, list[CheckedTable]] = {}
    problems: dict[str, list[Problem]] = {}
    with closing(_read_all(project.settings, files, read, progress)) as results:
        for code, paths in files.items():
            parts = []
            problems[code] = []
            for path in paths:
                part, found = next(results)
                if path in of_several and not part.read:
                    continue  # a sheet of a form that was not filled in says nothing, not zero
                parts.append(part)
                problems[code] += found
            if not parts:
                if TABLES[code].required:
                    raise _not_filled_in(TABLES[code], paths[0])
                continue
            of_tables[code] = parts
    tables: dict[str, CheckedTable] = {}
    with _pool() as pool:  # the two longest take about the same time
        within = pool.map(_within, (TABLES[code] for code in of_tables), of_tables.values())
        for code, (checked, found) in zip(of_tables, within, strict=True):
            tables[code] = checked
            problems[code] += found
        strange = pool.map(_of_agents, tables.values(), repeat(tables["agents"]))
        for code, found in zip(tables, strange, strict=True):
            problems[code] += found
            # Files are in the order of their names already.
            problems[code].sort(key=lambda problem: (problem.file, problem.row or 0))
    return Checked(tables, [p for code in tables for p in problems[code]], unrecognised)


def _read_all(
    settings: Settings, files: Mapping[str, list[Path]], read: ReadFile, progress: Progress | None
) -> Generator[tuple[CheckedTable, list[Problem]]]:
    """What was read of each file of each table, in their order.

    Several are read at once: most of the time is spent in libraries that let other threads run.
    """
    each = [(code, path) for code, paths in files.items() for path in paths]
    pool = _pool()
    reading = deque(pool.submit(read, settings, code, path) for code, path in each)
    try:
        for number, (_, path) in enumerate(each, 1):
            if progress:
                progress(path.name, number, len(each))
            yield reading.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)  # after an error nobody waits for the rest


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(os.cpu_count() or 1, AT_ONCE))


def check_file(raw: RawTable, settings: Settings) -> tuple[CheckedTable, list[Problem]]:
    """Read the cells of one file.

    Returns
    -------
    CheckedTable
        The rows every cell of which can be used.
    list of Problem
        A problem for each cell that cannot, each line that is no record, and the file as a whole.
    """
    problems = [*raw.malformed, *_of_file(raw)]
    length = len(raw.rows)
    bad = np.zeros(length, bool)
    columns = {}
    for column in raw.table.columns:
        if column.code not in raw.columns:
            columns[column.code] = absent_column(column, length)
            continue
        text, heading = raw.columns[column.code], raw.headings[column.code]
        parsed = parse_column(text, column, settings, heading)
        columns[column.code] = parsed.values
        if (raw.table.code, column.code) == ("targets", "level"):
            columns[column.code] = rules.levels_meant(parsed.values, settings.levels)
        for place, fault in parsed.faults:
            bad[place] |= fault.set_aside
            problems.append(
                Problem(
                    raw.table.name,
                    raw.file.name,
                    raw.sheet,
                    raw.rows[place].as_py(),
                    heading,
                    text[place].as_py(),
                    fault,
                )
            )
    name = pa.array([raw.file.name])
    columns["source_file"] = pa.DictionaryArray.from_arrays(np.zeros(length, np.int32), name)
    columns["source_row"] = raw.rows
    data = pa.table(columns)
    if bad.any():
        data = data.filter(pa.array(~bad))
    read = length + sum(problem.row is not None for problem in raw.malformed)
    file = CheckedFile(raw.file, raw.sheet, raw.headings, raw.unused, read, data.num_rows)
    return CheckedTable(raw.table, data, (file,), (Part(data),)), problems


def _of_file(raw: RawTable) -> Iterable[Problem]:
    """What is to be said of a file as a whole."""
    for sheet in raw.passed_over:
        yield Problem(
            raw.table.name,
            raw.file.name,
            sheet,
            None,
            None,
            None,
            kinds.SHEET_PASSED_OVER(table=raw.table.name, read=raw.sheet),
        )
    if not len(raw.rows):
        yield Problem(
            raw.table.name,
            raw.file.name,
            raw.sheet,
            None,
            None,
            None,
            kinds.ONLY_HEADINGS(),
        )


def _table(table: Table, parts: list[Part], files: tuple[CheckedFile, ...]) -> CheckedTable:
    # Not copied to one piece: most files are kept as they were, and hardly any row is looked at.
    data = pa.concat_tables([part.data for part in parts]).unify_dictionaries()
    return CheckedTable(table, data, files, tuple(parts))


def _within(table: Table, checked: list[CheckedTable]) -> tuple[CheckedTable, list[Problem]]:
    """One table of the files that hold it, checked row by row and for duplicates."""
    files = tuple(file for of_file in checked for file in of_file.files)
    whole = _table(table, [part for of_file in checked for part in of_file.parts], files)
    whole, problems = _set_aside(whole, rules.of_rows(table, whole.data))
    if table.code == "targets":
        parts = [Part(rules.by_code(part.data)) for part in whole.parts]
        whole = _table(table, parts, whole.files)
    keys = (
        hashes.of_keys(table, part.data) if part.keys is None else part.keys for part in whole.parts
    )
    whole, found = _set_aside(whole, rules.duplicates(table, whole.data, keys))
    warnings = _problems(whole, rules.doubtful(table, whole.data))
    return whole, problems + found + warnings


def _of_agents(checked: CheckedTable, agents: CheckedTable) -> list[Problem]:
    """What is wrong between a table and 人员."""
    by_file = [(part.data, part.agents) for part in checked.parts]
    return _problems(
        checked, rules.of_agents(checked.table, by_file, agents.data, agents.set_aside)
    )


def _set_aside(
    checked: CheckedTable, findings: list[Finding]
) -> tuple[CheckedTable, list[Problem]]:
    """The table without the rows found unusable, and what was found as problems."""
    problems = _problems(checked, findings)
    rows = [finding.row for finding in findings if finding.fault.set_aside]
    if not rows:
        return checked, problems
    keep = np.ones(checked.data.num_rows, bool)
    keep[rows] = False
    parts, files, begin = [], [], 0
    for part, file in zip(checked.parts, checked.files, strict=True):
        of_part = keep[begin : begin + part.data.num_rows]
        begin += part.data.num_rows
        # What was known was known of all its rows.
        left = part if of_part.all() else Part(part.data.filter(pa.array(of_part)))
        parts.append(left)
        files.append(replace(file, used=left.data.num_rows))
    return _table(checked.table, parts, tuple(files)), problems


def _problems(checked: CheckedTable, findings: list[Finding]) -> list[Problem]:
    files = {file.file.name: file for file in checked.files}
    problems = []
    for finding in findings:
        file = files[checked.data["source_file"][finding.row].as_py()]
        heading = value = None
        if finding.column is not None:
            column = checked.table.column(finding.column)
            heading = file.headings.get(column.code, column.name)
            value = finding.value
            if value is None and (cell := checked.data[column.code][finding.row]).is_valid:
                value = rules.shown(column, cell.as_py())
        problems.append(
            Problem(
                checked.table.name,
                file.file.name,
                file.sheet,
                checked.data["source_row"][finding.row].as_py(),
                heading,
                value,
                finding.fault,
            )
        )
    return problems


def _not_filled_in(table: Table, file: Path) -> InputError:
    return InputError(
        f"还没有填写{table.name}",
        f"请打开这个文件，在“{table.name}”工作表里从第二行起填写；已有现成的{table.name}文件，"
        f"放在同一个文件夹里也可以",
        file=file,
        sheet=table.name,
    )


def _no_table(table: Table, project: Project, unrecognised: list[Path]) -> InputError:
    names = "、".join((table.name, *(alias for alias in table.aliases if not alias.isascii())))
    others = "、".join(path.name for path in unrecognised[:10])
    return InputError(
        f"数据文件夹里没有{table.name}表",
        f"请放入文件名里有“{names}”之一的 .xlsx 或 .csv 文件，"
        f"或在 kpi.toml 的 [files] 里写明是哪个文件"
        + (f"（文件夹里认不出的文件：{others}）" if others else ""),
        file=project.data,
    )
