"""The check of a project: raw files → typed tables, and a list of problems.

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
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.schema import LEAVERS, Table
from kpi_xl.checks import (
    agent_ids,
    dues_paid,
    hashes,
    ids_elsewhere,
    leavers,
    outlets,
    rules,
    snapshots,
    unit_rules,
)
from kpi_xl.checks.check_file import read_file
from kpi_xl.checks.checked import Checked, CheckedTable, Part
from kpi_xl.checks.finding import Finding
from kpi_xl.checks.month_gaps import month_gaps
from kpi_xl.checks.returned import Returned
from kpi_xl.checks.returned_days import put_in
from kpi_xl.checks.sold_elsewhere import sold_elsewhere
from kpi_xl.checks.units_as_known import KnownUnits
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.recognise import hints
from kpi_xl.raw_files.sources import Source
from kpi_xl.raw_files.tables_found import Found, Look, find_tables, in_file
from kpi_xl.readers.id import Ids
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.sheets import fitting_none

Progress = Callable[[str, int, int], None]

AT_ONCE: Final = 4
"""At most so many files are read, or tables checked, at once: each takes memory meanwhile."""


ReadFile = Callable[[Settings, Source], tuple[CheckedTable, list[Problem]]]


def check_project(
    project: Project,
    progress: Progress | None = None,
    read: ReadFile = read_file,
    returned: Returned | None = None,
    look: Look = in_file,
) -> Checked:
    """Read and check all of a project's raw files.

    Parameters
    ----------
    progress : callable, optional
        Called with a file's name, its number from 1, and how many there are, while it is read.
    read : callable
        Reads one file, as `read_file` does; called for several at once.
    returned : Returned, optional
        What returned workbooks say for the raw tables; it goes in beside the files' rows.
    look : callable
        Finds the tables in one file, as `in_file` does.

    Raises
    ------
    InputError
        When there is no 人员 table, a file cannot be read at all, or lacks a required column.
    """
    found = find_tables(project, look)
    lists = project.settings.lists
    for table in lists.values():
        if table.required and all(source.code != table.code for source in found.sources):
            raise _no_table(table, project, found)
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
        if lists[source.code].required and source.code not in of_tables:
            raise _not_filled_in(lists[source.code], source.file, found)
    for source, fault in found.told:
        table = lists[source.code]
        problems[source.code].append(
            Problem(table.name, source.name, source.sheet, None, None, None, fault)
        )
    for name in _said_of_nothing(project.settings, found):
        code = project.settings.sheets[name].table
        code = code if code in of_tables else "agents"
        problems[code].append(
            Problem(lists[code].name, "kpi.toml", None, None, None, name, kinds.SAID_OF_NO_FILE())
        )
    tables = checked_together(of_tables, problems, project.settings)
    found_ = [p for code in tables for p in problems[code]]
    if returned is None:
        return Checked(tables, found_, found.left_out)
    told = put_in(tables, returned, project.settings)
    return Checked(tables, found_ + returned.problems, found.left_out, returned.sheets, told)


def checked_together(
    of_tables: dict[str, list[CheckedTable]],
    problems: dict[str, list[Problem]],
    settings: Settings,
) -> dict[str, CheckedTable]:
    """Check tables row by row, and against each other.

    Parameters
    ----------
    of_tables : dict of str to list of CheckedTable
        What was read of each file, by table; 人员 is among them.
    problems : dict of str to list of Problem
        What was found in them, by table; what is found comes to it.
    """
    lists = settings.lists
    _people_as_one(of_tables, problems)
    _leavers_put_in(of_tables, problems)
    _agents_as_known(of_tables, problems)
    _policies_as_one(of_tables, problems)
    _dues_of_nothing_sold(of_tables, problems)
    _outlets_as_known(of_tables, problems)
    _units_as_known(of_tables, problems, settings)
    tables: dict[str, CheckedTable] = {}
    with _pool() as pool:  # the two longest take about the same time
        meant = repeat(settings)
        within = pool.map(_within, (lists[code] for code in of_tables), of_tables.values(), meant)
        for code, (checked, of_table) in zip(of_tables, within, strict=True):
            tables[code] = checked
            problems[code] += of_table
        _moves(tables, problems)
        strange = pool.map(_of_agents, tables.values(), repeat(tables["agents"]))
        for code, of_table in zip(tables, strange, strict=True):
            problems[code] += of_table
            order = {(file.name, file.sheet): n for n, file in enumerate(tables[code].files)}
            problems[code].sort(key=lambda p: (order.get((p.file, p.sheet), -1), p.row or 0))
    return tables


def _said_of_nothing(settings: Settings, found: Found) -> list[str]:
    """The sections of [sheets] in kpi.toml that match no file."""
    there = {(one.name, one.sheet) for one in found.sources}
    there |= {(one.name, one.sheet) for one in found.left_out}
    return fitting_none(settings.sheets, there)


def _people_as_one(
    of_tables: dict[str, list[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Put one id in place of the ways in which several rosters write it, and tell."""
    _put_in(of_tables, problems, "agents", ids_elsewhere.people(_labelled(of_tables, "agents")))


def _policies_as_one(
    of_tables: dict[str, list[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Put one number in place of the ways in which several files write it, and tell."""
    sold = ids_elsewhere.policies(_labelled(of_tables, "policies"))
    _put_in(of_tables, problems, "policies", sold)
    dues = ids_elsewhere.dues(_labelled(of_tables, "dues"), _labelled(of_tables, "policies"))
    _put_in(of_tables, problems, "dues", dues)


def _dues_of_nothing_sold(
    of_tables: Mapping[str, Sequence[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Tell where 续期 and 保单 have no policy in common."""
    dues = [part for part in of_tables.get("dues", ()) if len(part.data)]
    sold = [part.data for part in of_tables.get("policies", ()) if len(part.data)]
    found = dues_paid.of_nothing_sold([part.data for part in dues], sold)
    if found is not None:
        problems["dues"] += _problems(dues[0], [found])


def _labelled(
    of_tables: Mapping[str, Sequence[CheckedTable]], code: str
) -> list[tuple[str, pa.Table]]:
    """The rows of each file of a table, with its name for people."""
    return [(part.files[0].label, part.data) for part in of_tables.get(code, ())]


def _put_in(
    of_tables: dict[str, list[CheckedTable]],
    problems: dict[str, list[Problem]],
    code: str,
    found: Sequence[tuple[pa.Table, Sequence[Finding]]],
) -> None:
    """Put rows in place of those of each file of a table, and tell."""
    parts = of_tables.get(code, [])
    for place, (part, (data, findings)) in enumerate(zip(parts, found, strict=True)):
        problems[code] += _problems(part, findings)
        if data is not part.data:
            parts[place] = replace(part, data=data, parts=(Part(data),))


def _agents_as_known(
    of_tables: dict[str, list[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Replace ids by those of 人员 where only one can be meant, and report it."""
    known = pc.unique(pa.concat_tables(part.data for part in of_tables["agents"])["agent"])
    ids = Ids(known.to_pylist())
    for code, parts in of_tables.items():
        if code == LEAVERS.code or not agent_ids.names_agents(parts[0].table):
            continue
        for place, part in enumerate(parts):
            data, findings = agent_ids.as_known(part.data, known, ids)
            if findings:
                problems[code] += _problems(part, findings)
                of_tables[code][place] = replace(part, data=data, parts=(Part(data),))


def _leavers_put_in(
    of_tables: dict[str, list[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Put the leave dates of other lists into 人员, and report it."""
    leavings = [
        leavers.Leaving(agent, day, part.files[0].label, (part, row))
        for part in of_tables.get("leavers", ())
        for row, (agent, day) in enumerate(
            zip(part.data["agent"].to_pylist(), part.data["left"].to_pylist(), strict=True)
        )
    ]
    for problem in problems.get("transfers", ()):
        if problem.fault.kind is kinds.LEFT_BY_TRANSFER:
            about = problem.fault.about
            day = dt.date.fromisoformat(str(about["day"]))
            leavings.append(leavers.Leaving(str(about["agent"]), day, problem.file, problem))
    if not leavings:
        return
    parts = of_tables["agents"]
    found = leavers.put_in([part.data for part in parts], leavings)
    for number, row, fault in found.told:
        # A day that 人员 did not have is not in the file.
        problems["agents"] += _problems(parts[number], [Finding(row, "agent", fault)])
    for place, (part, data) in enumerate(zip(parts, found.agents, strict=True)):
        if data is not part.data:
            parts[place] = replace(part, data=data, parts=(Part(data),))
    for leaving, fault in found.unknown:
        if isinstance(leaving.place, Problem):
            problems["transfers"].append(replace(leaving.place, fault=fault))
        else:
            part, row = leaving.place
            problems["leavers"] += _problems(part, [Finding(row, "agent", fault)])


def _outlets_as_known(
    of_tables: dict[str, list[CheckedTable]], problems: dict[str, list[Problem]]
) -> None:
    """Replace other names of outlets by the codes of 网点, add the agents who keep them, and report
    it.
    """
    known = outlets.Outlets([part.data for part in of_tables.get("outlets", ())])
    for code in ("policies", "activities"):
        for place, part in enumerate(of_tables.get(code, ())):
            data, findings = known.as_known(part.data)
            if code == "policies":
                data, of_agents = known.with_agents(data)
                findings += of_agents
            if findings or data is not part.data:
                problems[code] += _problems(part, findings)
                of_tables[code][place] = replace(part, data=data, parts=(Part(data),))


def _units_as_known(
    of_tables: dict[str, list[CheckedTable]],
    problems: dict[str, list[Problem]],
    settings: Settings,
) -> None:
    """Replace spellings of a unit by one name where only that unit can be meant, and report it."""
    known = KnownUnits(
        {code: [part.data for part in parts] for code, parts in of_tables.items()}, settings
    )
    own = [code for code, table in settings.tables.items() if table.unit_columns]
    for code in ("agents", "transfers", "targets", *own):
        for place, part in enumerate(of_tables.get(code, ())):
            data, findings = known.as_known(code, part.data)
            # Rows of units have their signs only now, targets the levels of their units.
            if findings or code in ("targets", *own):
                problems[code] += _problems(part, findings)
                of_tables[code][place] = replace(part, data=data, parts=(Part(data),))


def _read_all(
    settings: Settings, sources: Sequence[Source], read: ReadFile, progress: Progress | None
) -> Generator[tuple[CheckedTable, list[Problem]]]:
    """Read every source; the results come in the order of the sources.

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


def _within(
    table: Table, checked: list[CheckedTable], settings: Settings
) -> tuple[CheckedTable, list[Problem]]:
    """One table from all its files, checked row by row and for duplicates."""
    files = tuple(file for of_file in checked for file in of_file.files)
    whole = CheckedTable.of(table, [part for of_file in checked for part in of_file.parts], files)
    whole, problems = _set_aside(whole, rules.of_rows(table, whole.data))
    for rule in rules.of_project(table):
        whole, unknown = _set_aside(whole, list(rule(whole.data, settings)))
        problems += unknown
    if rules.names_kpis(table):
        parts = [Part(rules.by_code(part.data, settings.kpis)) for part in whole.parts]
        whole = CheckedTable.of(table, parts, whole.files)
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
    again = list(sold_elsewhere(whole, age))
    repeated += _repeated(whole, again)
    whole, elsewhere = _set_aside(whole, again)
    found += missing + repeated + elsewhere
    doubts = [
        *rules.doubtful(table, whole.data),
        *rules.unlike_others(table, [part.data for part in whole.parts]),
        *month_gaps(table, whole.data, settings.month_cut),
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


def _moves(tables: dict[str, CheckedTable], problems: dict[str, list[Problem]]) -> None:
    """Tell whose last transfer leads elsewhere than 人员 says."""
    if "transfers" in tables:
        moves, agents = tables["transfers"], tables["agents"]
        places = {one.code: one.name for one in agents.table.of_units().values()}
        told = unit_rules.moves_unlike(agents.data, moves.data, places)
        problems["transfers"] += _problems(moves, told)


def _of_agents(checked: CheckedTable, agents: CheckedTable) -> list[Problem]:
    """The problems between a table and 人员."""
    by_file = [(part.data, part.agents) for part in checked.parts]
    return _problems(
        checked, rules.of_agents(checked.table, by_file, agents.data, agents.set_aside)
    )


def _set_aside(
    checked: CheckedTable, findings: list[Finding]
) -> tuple[CheckedTable, list[Problem]]:
    """The table without unusable rows, and the findings as problems."""
    problems = _problems(checked, findings)
    rows = [finding.row for finding in findings if finding.fault.set_aside]
    if not rows:
        return checked, problems
    return checked.without(rows), problems


def _problems(checked: CheckedTable, findings: Iterable[Finding]) -> list[Problem]:
    ends = np.cumsum([part.data.num_rows for part in checked.parts])
    problems: list[Problem] = []
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
        problem = Problem(
            checked.table.name,
            file.name,
            file.sheet,
            checked.data["source_row"][finding.row].as_py(),
            heading,
            value,
            finding.fault,
        )
        # A row of a grid is several records.
        if problems[-1:] != [problem]:
            problems.append(problem)
    return problems


def _not_filled_in(table: Table, file: Path, found: Found) -> InputError:
    fault = kinds.NOT_FILLED_IN(table=table.name, leavers=_leavers(found))
    return InputError(fault, file=file, sheet=table.name)


def _leavers(found: Found) -> str:
    """The tables that are lists of leavers: a roster without one of its headings looks like one."""
    return "、".join(source.label for source in found.sources if source.code == LEAVERS.code)


def _no_table(table: Table, project: Project, found: Found) -> InputError:
    names = "、".join((table.name, *(alias for alias in table.aliases if not alias.isascii())))
    others = "、".join(dict.fromkeys(one.name for one in found.left_out if one.matters))
    taken = "、".join(
        f"{source.label}（{project.settings.lists[source.code].name}）"
        for source in found.sources
        if not hints(Path(source.name).stem)  # what is named after a table is that one
    )
    fault = kinds.TABLE_MISSING(
        table=table.name, names=names, others=others, taken=taken, leavers=_leavers(found)
    )
    return InputError(fault, file=project.data)
