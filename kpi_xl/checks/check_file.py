"""The check of one raw file or worksheet: typed rows, and a problem for every unusable cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Column
from kpi_xl.checks import file_rules
from kpi_xl.checks.checked import CheckedFile, CheckedTable, Part
from kpi_xl.checks.parse import Parsed, absent_column, parse_column, required
from kpi_xl.fault import Fault, Kind
from kpi_xl.raw_files import totals
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.raw_texts import RawTable
from kpi_xl.raw_files.read import read_source
from kpi_xl.raw_files.said import FileRead
from kpi_xl.raw_files.sources import Source
from kpi_xl.readers.cell import UNCOMPUTED
from kpi_xl.readers.number import heading_scale
from kpi_xl.settings.project_settings import Settings


def read_file(settings: Settings, source: Source) -> tuple[CheckedTable, list[Problem]]:
    """Read a raw file or worksheet and check its cells; see `check_file`."""
    return check_file(read_source(source, settings), settings)


def check_file(raw: RawTable, settings: Settings) -> tuple[CheckedTable, list[Problem]]:
    """Read the cells of one file.

    Returns
    -------
    CheckedTable
        The rows in which every cell is valid.
    list of Problem
        A problem for each cell that cannot, each line that is no record, and the file as a whole.
    """
    columns: dict[str, Any] = {}
    read = FileRead(raw, columns, settings)
    problems = [*raw.malformed, *_of_file(read)]
    length = len(raw.rows)
    bad = np.zeros(length, bool)

    def tell(place: int, heading: str, value: str | None, fault: Fault) -> None:
        bad[place] |= fault.set_aside
        row = raw.rows[place].as_py()
        problems.append(_problem(raw, row, heading, value, fault))

    for column in raw.table.columns:
        if column.code not in raw.columns:
            columns[column.code] = absent_column(column, length)
            if column.instead in raw.columns:
                absent = Parsed(columns[column.code], [])
                for place, fault in _found_otherwise(absent, raw.columns[column.instead]).faults:
                    tell(place, column.name, None, fault)
            continue
        text, heading = raw.columns[column.code], raw.headings[column.code]
        unknown = pc.fill_null(pc.equal(text, UNCOMPUTED), False)
        readable = pc.if_else(unknown, None, text) if pc.any(unknown).as_py() else text
        unit = raw.unit(heading) if column.kind == "money" else ""
        parsed = parse_column(readable, column, settings, f"（{unit}元）" if unit else "")
        if readable is not text:
            parsed = _uncomputed(parsed, unknown)
        if column.required and column.instead:
            parsed = _found_otherwise(parsed, raw.columns.get(column.instead))
        columns[column.code] = parsed.values
        faults = parsed.faults if column.required else _once_each(column, readable, parsed.faults)
        for place, fault in faults:
            tell(place, raw.heading(column.code, place), readable[place].as_py(), fault)
    for said in (one for rule in file_rules.OF_CELLS for one in rule.says(read)):
        if said.place is None or said.heading is None:
            problems.append(_problem(raw, None, said.heading, said.value, said.fault))
        else:
            value = raw.cell(said.place, said.heading) if said.value is None else said.value
            tell(said.place, said.heading, value, said.fault)
    problems += _totals(raw, columns, ~bad)
    name = pa.array([raw.source.label])
    columns["source_file"] = pa.DictionaryArray.from_arrays(np.zeros(length, np.int32), name)
    columns["source_row"] = raw.rows
    data = pa.table(columns)
    if bad.any():
        data = data.filter(pa.array(~bad))
    rows = length + sum(problem.row is not None for problem in raw.malformed)
    source = raw.source
    file = CheckedFile(
        source.file, source.name, source.sheet, raw.headings, raw.unused, rows, data.num_rows
    )
    return CheckedTable(raw.table, data, (file,), (Part(data),)), problems


def _problem(
    raw: RawTable, row: int | None, heading: str | None, value: str | None, fault: Fault
) -> Problem:
    source = raw.source
    return Problem(raw.table.name, source.name, source.sheet, row, heading, value, fault)


def _totals(
    raw: RawTable, columns: Mapping[str, Any], used: NDArray[np.bool_]
) -> Iterator[Problem]:
    """The totals in the file that differ from the sums of the rows used."""
    if not raw.totals:
        return
    scales = {
        code: heading_scale(f"（{unit}元）")
        for code, heading in raw.headings.items()
        if (unit := raw.unit(heading))
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
    """A total with all its digits as in the file, so that a search finds it there."""
    return f"{hundredths / 100:.2f}".removesuffix(".00")


def _found_otherwise(parsed: Parsed, instead: Any | None) -> Parsed:
    """Allow a required column to be empty in rows where another column tells its value."""
    checked = required(parsed)
    if instead is None:
        return checked
    told = np.asarray(pc.is_valid(instead), bool)
    faults = [
        (place, fault)
        for place, fault in checked.faults
        if fault.kind is not kinds.EMPTY or not told[place]
    ]
    return Parsed(checked.values, faults)


def _once_each(
    column: Column, text: Any, faults: Iterable[tuple[int, Fault]]
) -> Iterator[tuple[int, Fault]]:
    """The problems of an optional column, each kind once; no row is set aside for them.

    But for days that a formula should have given: no day says that something has not happened.
    """
    places: dict[tuple[Kind, str | None], list[int]] = {}
    of: dict[tuple[Kind, str | None], Fault] = {}
    for place, fault in faults:
        formula = fault.kind in (kinds.NOT_COMPUTED, kinds.FAILED_FORMULA)
        if not fault.set_aside or (formula and column.kind == "date"):
            yield place, fault
            continue
        written = fault.kind, text[place].as_py()
        places.setdefault(written, []).append(place)
        of[written] = fault
    for written, rows in places.items():
        fault = of[written]
        about = {"why": fault.reason, "what_to_do": fault.advice, "cause": fault.kind.code}
        counted = {"taken": column.when_empty, "count": len(rows)}
        yield rows[0], kinds.READ_AS_EMPTY(**about, **counted)


def _uncomputed(parsed: Parsed, unknown: pa.Array) -> Parsed:
    """The column with a problem in each cell whose formula nobody has computed."""
    places = np.flatnonzero(np.asarray(unknown, bool)).tolist()
    others = [fault for fault in parsed.faults if fault[0] not in set(places)]
    return Parsed(parsed.values, others + [(place, kinds.NOT_COMPUTED()) for place in places])


def _of_file(file: FileRead) -> Iterator[Problem]:
    """The problems of the file as a whole."""
    raw = file.raw
    for said in (one for rule in file_rules.OF_HEADINGS for one in rule.says(file)):
        yield _problem(raw, None, said.heading, said.value, said.fault)
    for heading, count in raw.computed.items():
        yield _problem(raw, None, heading, None, kinds.COMPUTED(count=count))
    for heading in raw.hidden_columns:
        yield _problem(raw, None, heading, None, kinds.HIDDEN_COLUMN())
    for row, text, fault in raw.comments:
        yield _problem(raw, row, None, text, fault)
    for struck, fault in raw.struck:
        yield _problem(raw, None, struck, None, fault)
    if raw.hidden:
        yield _problem(raw, None, None, None, kinds.HIDDEN_ROWS(count=raw.hidden))
    if not len(raw.rows):
        yield _problem(raw, None, None, None, kinds.ONLY_HEADINGS())
