"""The results for the workbooks that came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kpi_xl.circulation.incoming import Aside
from kpi_xl.circulation.validation import Problem
from kpi_xl.record.history import Change
from kpi_xl.system.undone import Undone


@dataclass(frozen=True)
class Taken:
    """A workbook whose values were read.

    Parameters
    ----------
    file : Path
        Relative to the folder it was in.
    template, period, unit, person, name : str
        Whose it is; `name` is for people to read.
    saved : str
        When it was saved, by its own word.
    saved_by : str
        By whom, by its own word.
    values : int
        How many values were stored of it.
    problems : int
        How many cells were not taken.
    note : str
        What else there is to know, in Chinese.
    """

    file: Path
    template: str
    period: str
    unit: str
    person: str
    name: str
    saved: str
    saved_by: str
    values: int
    problems: int
    note: str


@dataclass(frozen=True)
class Missing:
    """A recipient who has sent nothing back."""

    template: str
    period: str
    unit: str
    person: str
    name: str
    file: Path


@dataclass
class Collected:
    """The result of a collection; every file is in one of the lists.

    Parameters
    ----------
    taken : list of Taken
        The workbooks whose values count.
    passed_over : list of Aside
        Copies and older versions of those.
    aside : list of Aside
        What could not be used.
    problems : list of Problem
        Cells that were not taken, and those of which something should be known.
    missing : list of Missing
        Who has not sent anything back, of the templates and months that came.
    counts : list of (template, period, sent, returned)
        By template and month.
    marked : list of Path
        Copies of workbooks with their problems marked, ready to be sent back.
    undone : list of Undone
        What could not be written or removed: the report, marked copies, those of the time before.
    collection : int or None
        Its number in the history; where nothing was new, that of the last one if its workbooks
        came again, else None.
    is_new : bool
        Whether anything was new.
    changes : list of Change
        What was new: every cell that was taken, with what counted before.
    uncounted : int
        How many values of it would go into raw tables, which are in the company's database.
    """

    folder: Path
    report: Path
    taken: list[Taken] = field(default_factory=list)
    passed_over: list[Aside] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    counts: list[tuple[str, str, int, int]] = field(default_factory=list)
    marked: list[Path] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    collection: int | None = None
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    uncounted: int = 0
