"""Raw files -> typed tables, and a list of everything that people should look at.

What cannot be used is set aside with the reason, never dropped: of every file, rows read = rows
used + rows set aside.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.data import agent_ids, evidence, hashes, rules, snapshots, totals
from kpi_xl.data.finding import Finding
from kpi_xl.data.parse import Parsed, absent_column, parse_column
from kpi_xl.data.problem import Problem
from kpi_xl.data.read import RawTable, read_source
from kpi_xl.data.schema import TABLES, Table
from kpi_xl.data.sources import LeftOut, Source
from kpi_xl.data.tables_found import find_tables
from kpi_xl.data.units_of_money import unit_of
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.project import Project, Settings
from kpi_xl.readers.cell import UNCOMPUTED
from kpi_xl.readers.id import Ids
from kpi_xl.readers.number import heading_scale

__all__ = [
    "Checked", "CheckedFile", "CheckedTable", "Part", "Problem", "check_file", "check_project",
]  # fmt: skip

Progress = Callable[[str, int, int], None]

AT_ONCE: Final = 4
"""At most so many files are read, or tables checked, at once: each takes memory meanwhile."""


@dataclass(frozen=True)
class CheckedFile:
    """What became of one file, or of one worksheet of it.

    Parameters
    ----------
    file : Path
        The file.
    name : str
        Its path below the data folder.
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
    name: str
    sheet: str | None
    headings: dict[str, str]
    unused: tuple[str, ...]
    read: int
    used: int

    @property
    def label(self) -> str:
        """The file, and the worksheet where it has any."""
        return f"{self.name}「{self.sheet}」" if self.sheet else self.name

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
    left_out : list of LeftOut
        The files and worksheets in the data folder that were not read.
    """

    tables: dict[str, CheckedTable]
    problems: list[Problem]
    left_out: list[LeftOut]

    @property
    def unrecognised(self) -> list[Path]:
        """The files in the data folder of which nothing was read."""
        return [one.file for one in self.left_out if one.sheet is None]


ReadFile = Callable[[Settings, Source], tuple[CheckedTable, list[Problem]]]


def read_file(settings: Settings, source: Source) -> tuple[CheckedTable, list[Problem]]:
    """Read one raw file or worksheet, and check its cells; see `check_file`."""
    return check_file(read_source(source, settings.columns.get(source.code, {})), settings)


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
    found = find_tables(project)
    for table in TABLES.values():
        if table.required and all(source.code != table.code for source in found.sources):
            raise _no_table(table, project, found.left_out)
    of_tables: dict[str, list[CheckedTable]] = {}
    problems: dict[str, list[Problem]] = {}
    with closing(_read_all(project.settings, found.sources, read, progress)) as results:
        for source in found.sources:
            part, of_part = next(results)
            problems.setdefault(source.code, [])
            if source.several and not part.read:
                continue  # a sheet of a form that was not filled in says nothing, not zero
            of_tables.setdefault(source.code, []).append(part)
            problems[source.code] += of_part
    for source in found.sources:
        if TABLES[source.code].required and source.code not in of_tables:
            raise _not_filled_in(TABLES[source.code], source.file)
    for source, fault in found.told:
        table = TABLES[source.code]
        problems[source.code].append(
            Problem(table.name, source.name, source.sheet, None, None, None, fault)
        )
    _agents_as_known(of_tables, problems)
    tables: dict[str, CheckedTable] = {}
    with _pool() as pool:  # the two longest take about the same time
        within = pool.map(_within, (TABLES[code] for code in of_tables), of_tables.values())
        for code, (checked, of_table) in zip(of_tables, within, strict=True):
            tables[code] = checked
            problems[code] += of_table
        strange = pool.map(_of_agents, tables.values(), repeat(tables["agents"]))
        for code, of_table in zip(tables, strange, strict=True):
            problems[code] += of_table
            order = {(file.name, file.sheet): n for n, file in enumerate(tables[code].files)}
            problems[code].sort(key=lambda p: (order.get((p.file, p.sheet), -1), p.row or 0))
    return Checked(tables, [p for code in tables for p in problems[code]], found.left_out)


def _agents_as_known(
    of_tables: dict[str, list[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Put the ids of 人员 in place of others by which only these can be meant, and tell."""
    known = pc.unique(pa.concat_tables(part.data for part in of_tables["agents"])["agent"])
    ids = Ids(known.to_pylist())
    for code in agent_ids.TABLES_OF_AGENTS:
        for place, part in enumerate(of_tables.get(code, ())):
            data, findings = agent_ids.as_known(part.data, known, ids)
            if findings:
                problems[code] += _problems(part, findings)
                of_tables[code][place] = replace(part, data=data, parts=(Part(data),))


def _read_all(
    settings: Settings, sources: Sequence[Source], read: ReadFile, progress: Progress | None
) -> Generator[tuple[CheckedTable, list[Problem]]]:
    """What was read of each source, in their order.

    Several are read at once: most of the time is spent in libraries that let other threads run.
    """
    pool = _pool()
    reading = deque(pool.submit(read, settings, source) for source in sources)
    try:
        for number, source in enumerate(sources, 1):
            if progress:
                progress(source.name, number, len(sources))
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
    columns: dict[str, Any] = {}

    def tell(place: int, heading: str, value: str | None, fault: Fault) -> None:
        bad[place] |= fault.set_aside
        row = raw.rows[place].as_py()
        problems.append(_problem(raw, row, heading, value, fault))

    for column in raw.table.columns:
        if column.code not in raw.columns:
            columns[column.code] = absent_column(column, length)
            continue
        text, heading = raw.columns[column.code], raw.headings[column.code]
        unknown = pc.fill_null(pc.equal(text, UNCOMPUTED), False)
        readable = pc.if_else(unknown, None, text) if pc.any(unknown).as_py() else text
        unit = unit_of(heading, raw.above) if column.kind == "money" else ""
        parsed = parse_column(readable, column, settings, f"（{unit}元）" if unit else "")
        if readable is not text:
            parsed = _uncomputed(parsed, unknown)
        columns[column.code] = parsed.values
        for place, fault in parsed.faults:
            tell(place, heading, readable[place].as_py(), fault)
    if raw.table.code == "targets":
        columns["level"] = rules.levels_meant(columns["level"], settings.levels)
    for place, heading, fault in _against(raw, columns):
        cells = raw.others.get(heading)
        if cells is None:
            code = next(code for code, name in raw.headings.items() if name == heading)
            cells = raw.columns[code]
        tell(place, heading, cells[place].as_py(), fault)
    problems += _amounts(raw, columns, ~bad)
    name = pa.array([raw.source.label])
    columns["source_file"] = pa.DictionaryArray.from_arrays(np.zeros(length, np.int32), name)
    columns["source_row"] = raw.rows
    data = pa.table(columns)
    if bad.any():
        data = data.filter(pa.array(~bad))
    read = length + sum(problem.row is not None for problem in raw.malformed)
    source = raw.source
    file = CheckedFile(
        source.file, source.name, source.sheet, raw.headings, raw.unused, read, data.num_rows
    )
    return CheckedTable(raw.table, data, (file,), (Part(data),)), problems


def _problem(
    raw: RawTable, row: int | None, heading: str | None, value: str | None, fault: Fault
) -> Problem:
    source = raw.source
    return Problem(raw.table.name, source.name, source.sheet, row, heading, value, fault)


def _against(raw: RawTable, columns: dict[str, Any]) -> Iterator[tuple[int, str, Fault]]:
    """What speaks in other cells against what a row seems to say."""
    yield from evidence.statuses(raw, columns)
    if raw.table.code == "policies":
        yield from evidence.withdrawals(raw, columns)
    if raw.table.code == "targets":
        yield from evidence.targets_meant(raw, columns)
    yield from evidence.future_days(raw, columns, dt.date.today())


def _amounts(
    raw: RawTable, columns: Mapping[str, Any], used: NDArray[np.bool_]
) -> Iterator[Problem]:
    """What speaks against the amounts: the file's own totals, and amounts too small."""
    for heading, fault in evidence.small_premium(raw, columns):
        yield _problem(raw, None, heading, None, fault)
    scales = {
        code: heading_scale(f"（{unit}元）")
        for code, heading in raw.headings.items()
        if (unit := unit_of(heading, raw.above))
    }
    amounts = {c.code: c for c in raw.table.columns if c.kind in ("money", "count")}
    values = {
        code: columns[code] if column.kind == "money" else pc.multiply(columns[code], 100)
        for code, column in amounts.items()
        if code in raw.columns
    }
    rows = np.asarray(raw.rows.to_numpy(), np.int64)
    for total, code, own, read in totals.compared(list(raw.totals), rows, values, used, scales):
        fault = kinds.TOTAL_DIFFERS(label=total.label, own=_digits(own), read=_digits(read))
        yield _problem(raw, None, raw.headings[code], None, fault)


def _digits(hundredths: float) -> str:
    """A total with all its digits, as the file has it, so that it can be looked for there."""
    return f"{hundredths / 100:.2f}".removesuffix(".00")


def _uncomputed(parsed: Parsed, unknown: pa.Array) -> Parsed:
    """A column read, some cells of which hold formulas that nobody has computed."""
    places = np.flatnonzero(np.asarray(unknown, bool)).tolist()
    others = [fault for fault in parsed.faults if fault[0] not in set(places)]
    return Parsed(parsed.values, others + [(place, kinds.NOT_COMPUTED()) for place in places])


def _of_file(raw: RawTable) -> Iterable[Problem]:
    """What is to be said of a file as a whole."""
    for heading, fault in evidence.unused_columns(raw):
        yield _problem(raw, None, heading, None, fault)
    if not len(raw.rows):
        yield _problem(raw, None, None, None, kinds.ONLY_HEADINGS())


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
    labels = [file.label for file in whole.files]
    parts_ = [part.data for part in whole.parts]
    age = snapshots.ages(table, labels, [file.file for file in whole.files], parts_)
    missing = _problems(whole, snapshots.missing_now(table, parts_, age, labels))
    ages = np.repeat(np.array(age, np.int64), [len(data) for data in parts_])
    again = [
        *rules.duplicates(table, whole.data, keys, ages),
        *snapshots.overlaps(table, parts_, labels),
    ]
    repeated = list(_repeated(whole, again))
    whole, found = _set_aside(whole, again)
    found += missing + repeated
    doubts = [
        *rules.doubtful(table, whole.data),
        *rules.unlike_others(table, [part.data for part in whole.parts]),
    ]
    warnings = _problems(whole, doubts)
    return whole, problems + found + warnings


def _repeated(checked: CheckedTable, findings: Iterable[Finding]) -> Iterator[Problem]:
    """How many rows of each file a newer file repeats."""
    rows = [finding.row for finding in findings if not finding.listed]
    ends = np.cumsum([part.data.num_rows for part in checked.parts])
    counts = np.bincount(np.searchsorted(ends, rows, "right"), minlength=len(ends)) if rows else ()
    for file, count in zip(checked.files, counts, strict=False):
        if count:
            fault = kinds.SAME_IN_NEWER(count=int(count))
            name = checked.table.name
            yield Problem(name, file.name, file.sheet, None, None, None, fault)


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


def _problems(checked: CheckedTable, findings: Iterable[Finding]) -> list[Problem]:
    ends = np.cumsum([part.data.num_rows for part in checked.parts])
    problems = []
    for finding in findings:
        if not finding.listed:
            continue
        file = checked.files[int(np.searchsorted(ends, finding.row, "right"))]
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
                file.name,
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


def _no_table(table: Table, project: Project, left_out: Sequence[LeftOut]) -> InputError:
    names = "、".join((table.name, *(alias for alias in table.aliases if not alias.isascii())))
    others = "、".join(dict.fromkeys(one.name for one in left_out if one.matters))
    return InputError(
        f"数据文件夹里没有{table.name}表",
        f"请放入文件名里有“{names}”之一的 .xlsx 或 .csv 文件，"
        f"或在 kpi.toml 的 [files] 里写明是哪个文件"
        + (f"（文件夹里没有读的文件：{others}）" if others else ""),
        file=project.data,
    )
