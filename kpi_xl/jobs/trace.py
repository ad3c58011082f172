"""The origin of a number: every version that was typed, and the rows of the raw files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.organisation import PERSON, TOP
from kpi_xl.checks.returned import is_returned
from kpi_xl.checks.rows_of_file import RawRows
from kpi_xl.checks.unit_names import answering
from kpi_xl.data.cube import Cube
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.own_rows import OwnRows
from kpi_xl.data.raw_rows import MOST, RawRowsOf, TargetRows
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import month_meant
from kpi_xl.jobs.views import Figure, Scope, View, scope
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.project import Project
from kpi_xl.readers.date import read_day
from kpi_xl.record.history import Change, changes
from kpi_xl.record.origins import Decided, Origins, origins_of
from kpi_xl.slots.changes_told import meaning, shown_value, what_became
from kpi_xl.slots.typed import day_of, weeks_for
from kpi_xl.system.progress import Progress, silent

_TARGET: Final = "目标"
_SHOWN: Final = 200
_MOST: Final = 10_000


@dataclass(frozen=True)
class Trace:
    """The origin of a number: formula, rows, and what people typed.

    Parameters
    ----------
    versions : View
        Every version that came back, the first first.
    files : View
        The raw files and rows behind it.
    changes : list of Change
        The versions, for programs: at most some thousands, the last ones.
    rows : list of RawRows
        The rows, for programs.
    month : Month
        The month it is of.
    """

    versions: View
    files: View
    changes: list[Change]
    rows: list[RawRows]
    month: Month


def trace(
    project: Project,
    whose: str,
    what: str,
    when: str | None = None,
    progress: Progress = silent,
    seen: Collection[str] | None = None,
    *,
    kept: bool = False,
) -> Trace:
    """Find the origin of a number.

    Parameters
    ----------
    project : Project
        The project; it is brought up to date first.
    whose : str
        A unit's name or path, or somebody's 工号 or name.
    what : str
        A KPI, what of a KPI is typed (``活动率.目标``), an activity, or a slot's name.
    when : str, optional
        The month, or a day; by default the last month with data.
    progress : callable
        Told what is being done.
    seen : collection of str, optional
        The paths of the units that whoever asks may see, with those below them; by default all.
    kept : bool
        Whether only what was computed last is looked at, and nothing is brought up to date.

    Raises
    ------
    InputError
        When there is no such unit, person or month that he may see, or nothing of that name.
    """
    day = read_day(when) if when else None
    day = day if isinstance(day, dt.date) else None
    with scope(project, None, None, None, progress, seen, kept=kept) as of:
        month = month_meant(of.cube, f"{day:%Y-%m}" if day else when)
        there = min(month, of.cube.last)  # who is where; plans are for months to come
        agent, place = _person(of, whose, there)
        unit = of.cube.units[of.cube.unit_index(place)]
        kpi, typed = _asked(what, project.settings.kpis)
        weeks = weeks_for(project.settings)
        visible = {each.path for each in of.cube.units}
        found = [
            one
            for one in changes(project, month=month)
            if (one.unit in visible or seen is None)
            and (one.is_of_person(agent) if agent else one.is_of_unit(unit))
            and _is_meant(one.slot, what, kpi, typed)
            and (day is None or day_of(one, weeks) == day)
        ]
        rows: list[RawRows] = []
        if kpi is not None and typed == _TARGET:
            targets = TargetRows(of.store, month, project.settings.kpis)
            rows = targets.of_person(kpi, agent) if agent else targets.of(kpi, unit)
        elif kpi is not None and not typed and month == there:
            settings = project.settings
            own = OwnRows(of.store, settings, of.cube, month, MOST, agent)
            rows = RawRowsOf(
                of.store, month, settings.month_cut, MOST, agent, settings.tables, own
            ).of(kpi, unit)
        if kpi is None and not found:
            raise InputError(kinds.NOTHING_TO_TRACE(what=what), value=what)
        title = f"{month.chinese} {whose} {what}"
        origins = origins_of(project, month, ())
        key = (PERSON, agent) if agent else (unit.level, unit.path)
        decided = origins.decided.get((*key, kpi.code)) if kpi is not None else None
        files = _files(title, rows, kpi, typed, origins, decided)
        versions = _versions(title, found, project.settings.kpis)
        return Trace(versions, files, found[-_MOST:], rows, month)


def _asked(what: str, kpis: Registry) -> tuple[Kpi | None, str]:
    """The KPI asked for, and the kind of its value that people type."""
    kpi = kpis.find(what)
    if kpi is not None:
        return kpi, ""
    label, dot, end = what.removeprefix("kpi.").partition(".")
    return (kpis.find(label), end) if dot else (None, "")


def _is_meant(slot: str, what: str, kpi: Kpi | None, typed: str) -> bool:
    """Whether a slot is the one asked for: by its name, or some words in a row of its name."""
    own = slot.removeprefix("input.")
    if what in (slot, own):
        return True
    wanted = what.split(".")
    if kpi is not None:
        wanted = [kpi.name, *typed.split(".")] if typed else [kpi.name]
    words = own.split(".")
    return any(words[place : place + len(wanted)] == wanted for place in range(len(words)))


def _person(of: Scope, whose: str, month: Month) -> tuple[str, str]:
    """The 工号 and unit of a person, where the name is a person's; else none."""
    if answering(of.cube.units, whose, None):
        return "", whose
    seen = {unit.path for unit in of.cube.units}
    found = [one for one in _people(of.cube, of.store, whose, month) if one[1] in seen]
    agents = sorted({agent for agent, _ in found})
    if len(agents) > 1:
        raise InputError(kinds.SEVERAL_PEOPLE(name=whose, agents="、".join(agents)), value=whose)
    return found[0] if found else ("", whose)


def _people(
    cube: Cube, store: duckdb.DuckDBPyConnection, whose: str, month: Month
) -> list[tuple[str, str]]:
    """The people of this name, and their lowest unit in a month."""
    found: list[tuple[str, str]] = []
    for level in reversed(cube.levels):
        if level == TOP:
            continue
        paths = unit_paths(store, level)
        found += [
            (agent, paths[unit])
            for agent, unit in store.execute(
                f"SELECT DISTINCT agent, unit FROM {membership_table(level)}"
                " JOIN agents USING (agent)"
                " WHERE ? IN (agent, name) AND from_month <= ? AND next_month > ?",
                [whose, month.number, month.number],
            ).fetchall()
        ]
    return found


def _versions(title: str, found: Sequence[Change], kpis: Registry) -> View:
    shown = [one for one in found if one.is_other or one.yields is not None]
    same = len(found) - len(shown)
    notes = []
    if not found:
        notes.append("没有人在收回的表里填过它")
    if same:
        notes.append(f"另有 {same:,} 次交回来没有变，--json 里有")
    if len(shown) > _SHOWN:
        notes.append(f"共 {len(shown):,} 个版本，只列出最后 {_SHOWN} 个，--json 里有全部")
    rows = [
        (
            Figure(str(one.collection), float(one.collection)),
            f"{one.saved.astimezone():%Y-%m-%d %H:%M}",
            one.saved_by or "（没有写）",
            f"{meaning(one)}{f'（{one.key}）' if one.key else ''}",
            shown_value(one, one.was, kpis),
            shown_value(one, one.value, kpis),
            what_became(one) + ("；已撤回" if one.is_withdrawn else ""),
            "算" if one.counts else "",
            f"{one.file}「{one.sheet}」{one.cell}" if one.file else "",
        )
        for one in shown[-_SHOWN:]
    ]
    headings = (
        "第几次回收#", "保存时间", "谁填的", "填的是什么", "以前", "改成", "说明", "现在算",
        "在哪里",
    )  # fmt: skip
    return View(f"{title}：填写的历史", headings, rows, notes)


def _files(
    title: str,
    rows: Sequence[RawRows],
    kpi: Kpi | None,
    typed: str,
    origins: Origins,
    decided: Decided | None,
) -> View:
    notes = []
    if kpi is not None and not rows and typed in ("", _TARGET):
        notes.append("原始文件里没有它的行")
    if kpi is not None and kpi.has_earlier and typed == "":
        notes.append("公式里还用到更早的月份：它们的行请按那个月查")
    return View(
        f"{title}：原始文件",
        ("表", "文件", "谁填的", "行数#", "在哪里"),
        [
            (
                one.title,
                one.file if step is None else step.name,
                origins.saved_text(one.file) if step is None else step.how,
                Figure(f"{one.count:,}", float(one.count)),
                one.place if step is None else step.where,
            )
            for one in rows
            for step in (decided if is_returned(one.file) else None,)
        ],
        notes,
    )
