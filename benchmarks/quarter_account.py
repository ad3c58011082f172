"""Where every value that was typed in a quarter is found again: once, or not, or twice.

What a cell becomes its slot declares; here it is looked for there: a target in what forms and KPIs
read, an activity among the rows that the KPIs are counted from, a plan and a level in the form that
is made anew, words in the list that the month's review writes.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import openpyxl

from benchmarks.quarter_robots import Typed
from kpi_xl.analysis.negotiation import Step
from kpi_xl.calendar import Month, planned_weeks
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.checks.returned import RECEIVED, shown
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.data.targets import targets_of
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.jobs.typed_words import NAME
from kpi_xl.project import Project
from kpi_xl.record import replay
from kpi_xl.record.circulation import circulation
from kpi_xl.record.collected import Entry, collected
from kpi_xl.record.rounds import course_of, latest
from kpi_xl.slots import becomes, unit_sheets
from kpi_xl.slots.registry import declared
from kpi_xl.slots.typed import agent_in, planned_day
from kpi_xl.workbook import Template

_CODES: Final = {name: code for code, name in {**ACTIVITIES, **RECEIVED}.items()}


@dataclass
class Account:
    """The account of all typed values: found again, or lost.

    Parameters
    ----------
    typed : dict
        Every value that a robot typed, by its cell.
    becomes : Counter of str
        How many of them become what, as they were found.
    kills : Counter of str
        How often which job was killed.
    faults : list of str
        What was typed and not found, found as something else, or twice; sums that differ.
    """

    typed: dict[tuple[str, ...], Typed] = field(default_factory=dict)
    becomes: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """For people."""
        found = sum(self.becomes.values())
        yield f"typed {len(self.typed):,} values; found again, once each: {found:,}"
        for name, count in sorted(self.becomes.items()):
            yield f"  {count:,} {name}"
        killed = "，".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        yield f"killed {sum(self.kills.values())} times: {killed}"
        compared = "，".join(f"{name} {count:,}" for name, count in sorted(self.sums.items()))
        yield f"sums compared to the 分: {compared}"
        yield f"faults: {len(self.faults)}"
        yield from self.faults[:20]


class Finder:
    """Looks for what was typed in a month.

    Parameters
    ----------
    project : Project
        Its data are up to date, and the month's review is made.
    account : Account
        What is found is noted in it.
    """

    def __init__(self, project: Project, month: Month, account: Account) -> None:
        self.project = project
        self.month = month
        self.account = account
        self._cube: Cube = load(project).cube

    def find(self) -> None:
        """Look for every value; compare the sums; replay the history."""
        entries = self._entries()
        found: Counter[tuple[str, ...]] = Counter()
        kinds: dict[tuple[str, ...], str] = {}
        with reading(self.project, self._cube) as store:
            for places in (
                self._in_targets(store, entries), self._in_days(store, entries),
                self._in_forms(entries), self._in_words(entries),
            ):  # fmt: skip
                for place, kind in places:
                    found[place] += 1
                    kinds[place] = kind
            self._sums_of_targets(store)
        for place, one in self.account.typed.items():
            if one.month != str(self.month):
                continue
            if place not in entries:
                self.account.faults.append(f"lost: {one}")
            elif entries[place].value != one.value:
                self.account.faults.append(f"changed to {entries[place].value!r}: {one}")
            elif found[place] != 1:
                self.account.faults.append(f"found {found[place]} times: {one}")
            else:
                self.account.becomes[kinds[place]] += 1
        self._sums_of_premium()
        self._sums_of_days(entries)
        self._history()

    def _entries(self) -> dict[tuple[str, ...], Entry]:
        """The collected values of the month, by cell."""
        found: dict[tuple[str, ...], Entry] = {}
        for one in collected(self.project, month=self.month):
            place = (one.template, str(one.period), one.person or one.unit, one.sheet, one.cell)
            if place in found:
                self.account.faults.append(f"collected twice: {place}")
            found[place] = one
        return {place: found[place] for place in self.account.typed if place in found}

    def _of(
        self, entries: Mapping[tuple[str, ...], Entry], *kinds: type
    ) -> Iterator[tuple[tuple[str, ...], Entry, Any]]:
        for place, entry in entries.items():
            what = declared()[entry.slot].becomes
            if isinstance(what, kinds):
                yield place, entry, what

    def _in_targets(
        self, store: duckdb.DuckDBPyConnection, entries: Mapping[tuple[str, ...], Entry]
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        """Targets, as the forms, the pace and the functions read them; each in one row alone."""
        targets = targets_of(store, self.month, self.project.settings.kpis)
        units = {(one.level, one.path): one for one in self._cube.units}
        rows = Counter(
            (level, unit, kpi)
            for level, unit, kpi in store.execute(
                "SELECT level, unit, kpi FROM targets WHERE month = ?", [self.month.number]
            ).fetchall()
        )
        for place, entry, what in self._of(entries, becomes.Target):
            code = kpi_meant(what.kpi, self.project.settings.kpis).code
            if what.whose == "个人":
                agent = entry.person or entry.key
                value, key = targets.of_agent(agent).get(what.kpi), ("业务员", agent, code)
            else:
                unit = units[entry.level, entry.unit]
                value, key = targets.of_unit(unit).get(what.kpi), (unit.level, unit.path, code)
            if value == entry.value:
                for _ in range(rows[key]):
                    yield place, "目标"

    def _in_days(
        self, store: duckdb.DuckDBPyConnection, entries: Mapping[tuple[str, ...], Entry]
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rows of 活动 and 计数, each with the cell it was read from."""
        columns = ", ".join(ACTIVITIES)
        rows: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
        for table, wanted in (("activities", f"outlet, {columns}"), ("counts", "item, quantity")):
            names = ["source_file", "source_row", *wanted.replace(" ", "").split(",")]
            for file, number, *values in store.execute(
                f"SELECT {', '.join(names)} FROM {table} WHERE source_file LIKE '回收的%'"
            ).fetchall():
                rows[file, number].append(dict(zip(names[2:], values, strict=True)))
        kinds_ = (becomes.Activity, becomes.Visit, becomes.Received)
        for place, entry, what in self._of(entries, *kinds_):
            line = int("".join(filter(str.isdigit, entry.cell)))
            for row in rows[f"{shown(entry.file)}「{entry.sheet}」", line]:
                if isinstance(what, becomes.Visit):
                    is_it = (row.get("visits"), row.get("outlet")) == (1, entry.value)
                elif isinstance(what, becomes.Received):
                    of_item = row.get("item") == _CODES[what.item]
                    is_it = of_item and row["quantity"] == round(100 * float(str(entry.value)))
                else:
                    others = sum(row.get(code, 0) for code in ACTIVITIES)
                    own = row.get(_CODES[what.item])
                    is_it = row.get("outlet", "") is None and own == others == entry.value
                if is_it:
                    yield place, f"{what.name}（KPI 的行）"

    def _in_forms(
        self, entries: Mapping[tuple[str, ...], Entry]
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        """Plans, levels, scores, trainings and kept words, in the same form made anew."""
        for template in dict.fromkeys(entry.template for entry in entries.values()):
            again = self._made_again(template, entries)
            for place, entry, what in self._of(entries, object):
                if entry.template != template or not _stays(entry, what):
                    continue
                values = again[entry.person or entry.unit]
                if _has(values, entry, what):
                    yield place, f"{what.name}（下一张表）"

    def _made_again(
        self, template: str, entries: Mapping[tuple[str, ...], Entry]
    ) -> Mapping[str, Mapping[str, Any]]:
        wanted = {
            entry.person or entry.unit for entry in entries.values() if entry.template == template
        }
        workbook = Template(template_path(template))
        with recipients_of(self.project, self._cube, workbook, self.month) as to:
            return {
                one.key: unit_sheets.values(workbook, to, one)[0]
                for one in unit_sheets.recipients(workbook, to)
                if one.key in wanted
            }

    def _in_words(
        self, entries: Mapping[tuple[str, ...], Entry]
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        """The lines of 填写内容, each with its workbook and cell."""
        file = self.project.output / str(self.month) / NAME
        with closing(openpyxl.load_workbook(file, read_only=True)) as book:
            lines = Counter(
                (str(row[9]), row[10], row[11], str(row[5]))
                for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)
            )
        for place, entry, what in self._of(entries, object):
            # A training is on the list of words and in the form; the form is its place.
            if _stays(entry, what):
                continue
            for _ in range(lines[entry.file, entry.sheet, entry.cell, str(entry.value)]):
                yield place, f"{what.name}（填写内容）"

    def _sums_of_targets(self, store: duckdb.DuckDBPyConnection) -> None:
        """The round: each unit's target is the sum of those below it and what is carried."""
        targets = targets_of(store, self.month, self.project.settings.kpis)
        units = {(one.level, one.path): one for one in self._cube.units}
        with circulation(self.project) as connection:
            for round_ in latest(connection, self.project.settings.kpis, self.month):
                course = course_of(connection, round_)
                value = []
                for one, stand in zip(round_.places, course.stands, strict=True):
                    if one.level == "业务员":
                        own = targets.of_agent(one.unit)
                    else:
                        own = targets.of_unit(units[one.level, one.unit])
                    value.append(round(own[round_.kpi.name] * round_.scale))
                    if stand.status is not Step.LOCKED:
                        self.account.faults.append(f"not locked: {one}")
                for place, below in enumerate(course.negotiation.below):
                    rest = value[place] - sum(value[one] for one in below)
                    if below and rest != course.stands[place].carried:
                        self.account.faults.append(f"targets of {round_.places[place]}: {rest} 分")
                    self.account.sums["目标"] += bool(below)

    def _sums_of_premium(self) -> None:
        """Premium of the raw files, added up to every unit of every level."""
        cube, place = self._cube, self.month.number - self._cube.first.number
        unit_of = {}
        with (self.project.data / "人员.csv").open(encoding="utf-8", newline="") as roster:
            for row in csv.DictReader(roster):
                unit_of[row["工号"]] = (row["营业部"], f"{row['营业部']}/{row['营业组']}")
        sums: Counter[str] = Counter()
        with (self.project.data / f"保单{self.month}.csv").open(encoding="utf-8") as policies:
            for row in csv.DictReader(policies):
                amount = round(float(row["首年保费"]) * 100)
                for path in (cube.units[0].path, *unit_of[row["工号"]]):
                    sums[path] += amount
        for number, unit in enumerate(cube.units):
            found = int(cube.measure("new_premium")[number, place])
            if found != sums[unit.path]:
                self.account.faults.append(f"premium of {unit.path}: {found} for {sums[unit.path]}")
            self.account.sums["保费"] += 1

    def _sums_of_days(self, entries: Mapping[tuple[str, ...], Entry]) -> None:
        """Compare the daily values, summed up for every unit, with the KPIs' measures."""
        cube, place = self._cube, self.month.number - self._cube.first.number
        sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for _, entry, what in self._of(entries, becomes.Activity, becomes.Visit, becomes.Received):
            item = "拜访数" if isinstance(what, becomes.Visit) else what.item
            amount = 1 if isinstance(what, becomes.Visit) else float(str(entry.value))
            path = entry.unit
            for above in (cube.units[0].path, path.partition("/")[0], path):
                sums[_CODES[item]][above] += amount
        for code, by_unit in sums.items():
            for number, unit in enumerate(cube.units):
                amount = float(cube.measure(code)[number, place])
                amount = amount / 100 if code == "advance_premium" else amount
                if round(amount, 2) != round(by_unit[unit.path], 2):
                    self.account.faults.append(
                        f"{code} of {unit.path}: {amount} for {by_unit[unit.path]}"
                    )
                self.account.sums["活动"] += 1

    def _history(self) -> None:
        """Replay the history: the result must be the values that count."""
        with circulation(self.project) as connection:
            for whose in replay.everybody(connection):
                if replay.replayed(connection, whose) != replay.counting(connection, whose):
                    self.account.faults.append(f"the history of {whose} is not what counts")


def _stays(entry: Entry, what: Any) -> bool:
    """Whether the same form has it when it is made anew."""
    if isinstance(what, becomes.Plan | becomes.Skill | becomes.Scoring):
        return True
    if isinstance(what, becomes.Training):
        return not entry.slot.startswith("input.")
    return bool(what == becomes.KEPT)


def _has(values: Mapping[str, Any], entry: Entry, what: Any) -> bool:
    """Whether a form made anew has a value where it was typed."""
    one = declared()[entry.slot]
    now = values[entry.slot]
    if isinstance(what, becomes.Plan) and what.span == "天":
        day = planned_day(entry, one, planned_weeks)
        days = planned_weeks(entry.period)[int(one.named["周"]) - 1]
        now = now[days.index(day)]
    elif one.slot.cells != 1:
        keys: Sequence[Any] | None = values.get(f"{entry.slot.rpartition('.')[0]}.工号")
        agent = agent_in(entry.key)
        place = entry.row - 1
        if keys is None:
            parts: Callable[[str], bool] = lambda name: name.endswith(".工号")  # noqa: E731
            keys = next((values[name] for name in values if parts(name)), None)
        if keys and agent in keys:
            place = list(keys).index(agent)
        now = now[place] if place < len(now) else None
    if now is None:
        return entry.value == 0
    if isinstance(now, float) and isinstance(entry.value, int | float):
        return abs(now - entry.value) < 1e-9
    return bool(now == entry.value)
