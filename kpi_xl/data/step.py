"""The declaration of a step: one SQL text of ``sql/``, and what the engine has to know of it.

A step is one SELECT in the common ground of DuckDB, PostgreSQL and Spark. What varies stands in it
as ``$name``; the sums of its measures stand in it as ``$sums``, and come from
`kpi_xl.catalogue.measures`. Four words are written out for the calendar in use:

BUSINESS_MONTH(day)
    The number of the month that a day counts in, ``year * 12 + month``; or, for spans of days, the
    number of the span.
MONTH_NUMBER(day)
    The number of the month, also where spans are counted: for how many months after another.
DURING(day)
    Whether a row is of a month that is wanted.
DAY_NUMBER(day)
    The day as yyyymmdd.

Only whole numbers, days, names of our own and the project's own settings are ever put in, never
anything from a raw file.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Final, Literal

from kpi_xl.aggregation import Aggregation
from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.data.engines.query import Query
from kpi_xl.data.sql_calendar import Calendar
from kpi_xl.formula import Measure

Grain = Literal["month", "day"]

Gives = Literal["spans", "agents", "outlets", "places", "moves", "units", "answer"]
"""What one row of a step is about.

spans: who was where, as what, from which month until which; agents: what an agent did in a month or
on a day; outlets: what an outlet did; places: what a place had, or what changed in it; moves: how
many went from one place to another; units: what a unit had; answer: a row of its own kind.
"""

_WORD: Final = re.compile(r'(BUSINESS_MONTH|MONTH_NUMBER|DURING|DAY_NUMBER)\(((?:\w+\.)?"?\w+"?)\)')


@dataclass(frozen=True)
class Variant:
    """A part of a step that is quick as long as no row finds two partners, and one that is careful.

    Parameters
    ----------
    name : str
        What it is called in the step's text.
    quick, careful : str
        The two texts; the quick one stands in the careful one under the same name.
    counted : str
        The column with the number of raw rows that each row is made of.
    rows : str
        The text that says how many raw rows there are: more counted means careful.
    """

    name: str
    quick: str
    careful: str
    counted: str
    rows: str


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the way from the raw tables to the measures.

    Parameters
    ----------
    name : str
        The name of its text.
    reads : tuple of str
        The raw tables, and the tables of other steps, that the text reads; first its facts.
    gives : str
        What its rows are of.
    grains : tuple of str
        Month, day or both; a table for each. Without any there is one table of the step's name.
    days : tuple of str
        The days that the facts count on; the first tells which month a row of them is of.
    kept_by : str
        For a step that is kept month by month, the column of the month: after a change the rows
        of the changed months are replaced. A step without is computed whole.
    key : str
        The column by which rows of other raw tables are joined to the facts: with such a row,
        those facts are others too.
    reaches : int
        So many months after a fact that came or went, those of the same key are others too.
    only : str
        Whether a row of what is joined is wanted, where only some months are.
    variant : Variant, optional
        What of it has a quick form.
    is_view : bool
        Whether it is put in where it is read, instead of being kept.
    looks_back : mapping of str to tuple of int
        How many months before its own month those tables are read; where not said, in it.
    changes : bool
        Whether it gives changes of what stands, such as headcount, that add up to it.
    is_background : bool
        Whether it tells of months in which nothing happened, such as who was there.
    in_hundredths : bool
        Whether its facts are hundredths also of what is no money.
    parts : mapping of str to mapping
        The parts of its text that give facts each in its own way: in each the measures' columns
        stand under the part's name, with these texts put in.
    needs : tuple of str
        The measures one of which there must be, for a step that counts again.
    """

    name: str
    reads: tuple[str, ...]
    gives: Gives = "answer"
    grains: tuple[Grain, ...] = ()
    days: tuple[str, ...] = ()
    kept_by: str = ""
    key: str = ""
    reaches: int = 0
    only: str = "TRUE"
    variant: Variant | None = None
    is_view: bool = False
    looks_back: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    changes: bool = False
    is_background: bool = False
    in_hundredths: bool = False
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def table(self, grain: Grain = "month") -> str:
        """The name of its table."""
        return f"{self.name}_{grain}s" if self.grains else self.name

    @property
    def tables(self) -> list[str]:
        """The names of its tables."""
        return [self.table(grain) for grain in self.grains or ("month",)]

    @functools.cached_property
    def text(self) -> str:
        """Its text as it stands in ``sql/``."""
        return text_of(self.name)

    @functools.cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that it gives by month."""
        return tuple(one for one, how in COUNTED.values() if how.step == self.name)

    @functools.cached_property
    def by_day(self) -> tuple[str, ...]:
        """The codes of the measures that it gives by day."""
        return tuple(
            code
            for code, (_, how) in COUNTED.items()
            if "day" in self.grains and how.by_day and self.name == (how.days or how.step)
        )

    def query(
        self, calendar: Calendar, grain: Grain = "month", /, **values: int | str | Query
    ) -> Query:
        """Its SQL.

        Parameters
        ----------
        calendar : Months or Spans
            What the months of the step are.
        grain : str
            Month or day, where it has both.
        **values
            What stands in it as ``$name``.

        Raises
        ------
        KeyError
            When a value is missing.
        """
        return written(self.text, self.reads, calendar, **(self._columns(grain) | values))

    def sums(self, start: str = "change", end: str = "change") -> str:
        """The sums of its measures as columns; what stands is summed up from these columns."""
        listed = []
        for one in self.measures:
            sql = "" if self.parts else _how(one).sql
            sql = sql or one.code
            if self.changes and _how(one).over_time != "sum":
                sql = f"({sql}) * {start if _how(one).over_time == 'first' else end}"
            scale = " / 100" if self.in_hundredths and not one.is_money else ""
            listed.append(f"CAST(COALESCE(SUM({sql}), 0){scale} AS BIGINT) AS {one.code}")
        return ",\n    ".join(listed)

    def _columns(self, grain: Grain) -> dict[str, int | str | Query]:
        day = "day" if self.parts or not self.days else self.days[0]
        of_day = f",\n    DAY_NUMBER({day}) AS day_number" if grain == "day" else ""
        found: dict[str, int | str | Query] = {
            "grain": f"BUSINESS_MONTH({day}) AS month{of_day}",
            "by": day if grain == "day" else f"BUSINESS_MONTH({day})",
            "sums": self.sums(),
            "only": "TRUE",
        }
        for part, texts in self.parts.items():
            found[part] = ", ".join(
                f"{string.Template(_how(one).sql or one.code).safe_substitute(texts)} AS {one.code}"
                for one in self.measures
            )
        return found


def table(name: str) -> Query:
    """A table by its name, to be put into a step."""
    return Query(name, frozenset((name,)))


def written(
    text: str, reads: tuple[str, ...], calendar: Calendar, **values: int | str | Query
) -> Query:
    """A text with its values put in, and its words written out.

    Parameters
    ----------
    reads : tuple of str
        What it reads; what its values read comes to it.
    calendar, **values
        As for `Step.query`.
    """
    queries = [value for value in values.values() if isinstance(value, Query)]
    texts = {n: value.sql if isinstance(value, Query) else value for n, value in values.items()}
    # What is put in may itself leave something open, as measures leave the days of grace.
    opened = string.Template(text).safe_substitute(texts)
    sql = string.Template(opened).substitute(texts)
    write = {
        "BUSINESS_MONTH": calendar.business_month,
        "MONTH_NUMBER": calendar.month_number,
        "DURING": calendar.during,
        "DAY_NUMBER": _day_number,
    }
    sql = _WORD.sub(lambda match: write[match[1]](match[2]), sql)
    return Query(sql, frozenset(reads).union(*(query.reads for query in queries)))


@functools.cache
def text_of(name: str) -> str:
    """A text of ``sql/``."""
    return (resources.files("kpi_xl.data") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def text_list(texts: tuple[str, ...]) -> str:
    """Texts from the settings as the inside of an SQL ``IN (…)``; nothing is in an empty one."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts) or "NULL"


def _day_number(day: str) -> str:
    year, month, number = (f"EXTRACT({part} FROM {day})" for part in ("year", "month", "day"))
    return f"CAST({year} * 10000 + {month} * 100 + {number} AS INTEGER)"


def _how(measure: Measure) -> Aggregation:
    return COUNTED[measure.code][1]
