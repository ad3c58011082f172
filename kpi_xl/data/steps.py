"""The steps from the raw tables to the measures, each declared once, in the order they are run.

A new measure of facts that a step reads already is a line in `kpi_xl.catalogue.measures`. A new
fact is a text in ``sql/`` and a step here. Which is computed where and when follows from these
declarations; what does not fit together is refused when this module is imported.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Final

from kpi_xl.aggregation import OfRows, Total
from kpi_xl.catalogue.measures import COUNTED, SECOND_YEAR, THIRD_YEAR
from kpi_xl.catalogue.measures import measure as measure_of
from kpi_xl.catalogue.schema import LONG, TABLES
from kpi_xl.data.engines.query import Query
from kpi_xl.data.step import Step, Variant, text_list
from kpi_xl.formula import Measure
from kpi_xl.settings.project_settings import Settings

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

_QUOTED: Final = re.compile("'[^']*'")
_WORD: Final = re.compile(r"\$?\b[a-z_]\w*")
"""Words of SQL itself are in capitals."""


NEVER: Final = 999_999
"""A month that never comes."""

PLACES_IN_ALL: Final = "places_in_all"
"""The table of all places, by the names from the top."""

SHOWN_PRODUCTS: Final = 20
"""So many products are shown by themselves; the rest are 其他."""

# -- the span of it all
SPAN: Final = Step("span", reads=tuple(LONG))
ROSTER_SPAN: Final = Step("roster_span", reads=("agents", "transfers", "promotions"))
LAST_DAYS: Final = Step("last_days", reads=tuple(LONG))

# -- who was where, as what
MOVES: Final = Step("moves", reads=("agents", "transfers"), gives="spans")
RANK_MOVES: Final = Step("rank_moves", reads=("agents", "promotions"), gives="spans")
RANKS: Final = Step("ranks", reads=("rank_moves",), gives="spans")
STINTS: Final = Step("stints", reads=("agents", "ranks"), gives="spans")
UNCOUNTED: Final = Step("uncounted", reads=("agents", "ranks"), gives="spans")
PLACES: Final = Step("places", reads=("moves",))
STAYS: Final = Step("stays", reads=("moves", PLACES_IN_ALL))
MEMBERSHIP: Final = Step("membership", reads=("stays", PLACES_IN_ALL))
PEOPLE: Final = Step("people", reads=("agents",))
SIGNINGS: Final = Step("signings", reads=("agents",))
CHANNELS: Final = Step("channels", reads=("agents",))

# -- what everybody did
PRODUCTION: Final = Step(
    "production",
    reads=("policies",),
    gives="agents",
    grains=("month", "day"),
    days=("issued", "withdrawn"),
    kept_by="month",
    parts={
        "issued": {"sign": "", "withdrawal": "FALSE"},
        "withdrawn": {"sign": "-", "withdrawal": "TRUE"},
    },
)
PRODUCER: Final = Step(
    "producer",
    reads=("production_months", "uncounted"),
    gives="agents",
    grains=("month",),
    is_view=True,
)
REACHED: Final = Step("reached", reads=("uncounted",), gives="agents", grains=("day",))
POLICY_DUES: Final = Step(
    "policy_dues",
    reads=("dues", "policies"),
    gives="agents",
    days=("due",),
    kept_by="due_month",
    key="policy",
    # What comes before an instalment tells whether it is the first of its year.
    reaches=12,
    only="policy IN (SELECT policy FROM dues WHERE DURING(due))",
    # Few companies have policies with several main rows, and summing up the rows of every policy
    # takes longer than all else about the instalments.
    variant=Variant("terms", "policy_terms", "policy_terms_summed", "instalments", "paid_dues"),
)
DUE: Final = Step(
    "due",
    reads=("dues",),
    gives="agents",
    grains=("month",),
    days=("due",),
    kept_by="month",
    is_background=True,
)
PERSISTENCY: Final = Step(
    "persistency",
    reads=("production_months", "policy_dues"),
    gives="agents",
    grains=("month",),
    is_view=True,
    looks_back={
        "production_months": (SECOND_YEAR,),
        "policy_dues": (0, SECOND_YEAR, THIRD_YEAR),
    },
)
KEPT_MONTHS: Final = Step("kept_months", reads=())
KEPT_SEEN: Final = Step("kept_seen", reads=("policy_dues",))
OPEN_DUES: Final = Step("open_dues", reads=("dues",))
OPEN_KEPT: Final = Step("open_kept", reads=())
TOLD_DAYS: Final = Step("told_days", reads=())
RENEWAL: Final = Step(
    "renewal", reads=("dues", "policies"), gives="agents", grains=("day",), days=("paid",)
)
ACTIVITY: Final = Step(
    "activity",
    reads=("activities",),
    gives="agents",
    grains=("month", "day"),
    days=("day",),
    kept_by="month",
)
ATTENDANCE: Final = Step(
    "attendance",
    reads=("attendance",),
    gives="agents",
    grains=("month", "day"),
    days=("day",),
    kept_by="month",
)
COUNT: Final = Step(
    "count",
    reads=("counts",),
    gives="agents",
    grains=("month", "day"),
    days=("day",),
    kept_by="month",
    in_hundredths=True,
)
OUTLET_SALES: Final = Step(
    "outlet_sales",
    reads=("policies",),
    gives="outlets",
    days=("issued", "withdrawn"),
    kept_by="month",
)
OUTLET: Final = Step("outlet", reads=("outlets", "outlet_sales"), gives="agents", grains=("month",))
RECRUIT: Final = Step("recruit", reads=("agents", "stints"), gives="agents", grains=("day",))

# -- what every place had
PLACE_SUMS: Final = Step("place_sums", reads=("stays",))
HEADCOUNT: Final = Step(
    "headcount", reads=("stays", "stints"), gives="places", changes=True, is_background=True
)
AGENT_HEADCOUNT: Final = Step("agent_headcount", reads=("stints",))
PLACE_MOVES: Final = Step(
    "place_moves", reads=("stays", "stints"), gives="moves", is_background=True
)
RANK_HEADCOUNT: Final = Step(
    "rank_headcount",
    reads=("stays", "stints", "ranks"),
    gives="places",
    changes=True,
    is_background=True,
)
EDUCATION_HEADCOUNT: Final = Step(
    "education_headcount",
    reads=("stays", "stints"),
    gives="places",
    changes=True,
    is_background=True,
)
PROMOTIONS: Final = Step(
    "promotions_to_manager",
    reads=("ranks", "stays", "stints"),
    gives="places",
    is_background=True,
)
COHORTS: Final = Step("cohorts", reads=("agents", "stays"), gives="places")
PRODUCTS: Final = Step("products", reads=("policies",))
PRODUCT: Final = Step(
    "product",
    reads=("policies", "products", "stays"),
    gives="places",
    grains=("month",),
    days=("issued", "withdrawn"),
    kept_by="month",
)
PAY_MODE: Final = Step(
    "pay_mode",
    reads=("policies", "stays"),
    gives="places",
    grains=("month",),
    days=("issued", "withdrawn"),
    kept_by="month",
)

# -- what every unit had
UNIT_DAYS: Final = Step("unit_days", reads=(), gives="units")
PERIOD_PEOPLE: Final = Step(
    "period_people",
    reads=("production_months", "uncounted"),
    gives="units",
    # Producers need not be there: who sold as a trainee and counts at the period's end is the
    # period's producer, and none of any month.
    needs=("pieces", "fyc"),
)
PERIOD_OUTLETS: Final = Step(
    "period_outlets",
    reads=("outlet_sales", "outlets"),
    gives="units",
    needs=("active_outlets",),
)

# -- what a project declares itself
OWN_ROWS: Final = Step("own_rows", reads=())
OWN_STANDING: Final = Step("own_standing", reads=())
OWN_DAYS: Final = Step("own_days", reads=())
OWN_PEOPLE_DAYS: Final = Step("own_people_days", reads=("uncounted",))
OWN_VALUES: Final = Step("own_values", reads=())
OWN_KEYS: Final = Step("own_keys", reads=())
OWN_UNITS: Final = Step("own_units", reads=())
OWN_PEOPLE: Final = Step("own_people", reads=("uncounted",))
OWN_KEYS_REACHING: Final = Step("own_keys_reaching", reads=())
OWN_TOO_LARGE: Final = Step("own_too_large", reads=())
OWN_TAKEN: Final = Step("own_taken", reads=())
OWN_PEOPLE_REACHING: Final = Step("own_people_reaching", reads=("uncounted",))
OWN_KEYS_TAKEN: Final = Step("own_keys_taken", reads=())
OWN_LARGEST: Final = Step("own_largest", reads=())

STEPS: Final[dict[str, Step]] = {
    one.name: one for one in tuple(globals().values()) if isinstance(one, Step)
}
"""Every step by name, in the order they are run."""

WHO: Final = tuple(one for one in STEPS.values() if one.gives == "spans")
"""The steps of who was where, as what; they are short, and computed whole."""

KEPT: Final = tuple(one for one in STEPS.values() if one.kept_by)
"""The steps that are kept month by month."""

MEASURING: Final = tuple(one for one in STEPS.values() if one.measures)
"""The steps that give measures by month."""

BY_DAY: Final = frozenset(code for one in STEPS.values() for code in one.by_day)
"""The measures whose month is the sum of its days."""

ROSTER: Final = frozenset(code for one in WHO for code in one.reads if code in TABLES)
"""The raw tables that say who was where, as what."""


def rules(settings: Settings) -> dict[str, int | str]:
    """The values that stand in the SQL of the steps: from the project's settings, and constants."""
    return {
        "never": NEVER,
        "effective_fyc": round(settings.effective_fyc * 100),
        "grace_days": settings.grace_days,
        "uncounted_ranks": text_list(settings.uncounted_ranks),
        "excluded_endings": text_list(settings.excluded_endings),
        "shown_products": SHOWN_PRODUCTS,
        "seen": "9999-12-31",
        "instalments_meant": "paid IS NOT NULL",
        "second_year": SECOND_YEAR,
        "third_year": THIRD_YEAR,
        "cohort_months": ", ".join(
            f"({months})" for months in sorted({one.looks_back for one in COHORTS.measures})
        ),
    }


def source(code: str) -> str | None:
    """The long raw table that a measure's facts are of; None for none."""
    how = COUNTED[code][1]
    return next(filter(None, (_long(name) for name in (how.days, how.step) if name)), None)


def raw_tables(measure: Measure) -> tuple[str, ...]:
    """The raw tables that a measure comes from, those of its facts first; none of one that only
    whoever calls a KPI by counts knows.
    """
    source = measure.source
    if isinstance(source, Total):
        parts = (raw_tables(measure_of(part)) for part in source.measures)
        return tuple(dict.fromkeys(table for part in parts for table in part))
    if isinstance(source, OfRows):
        return (source.raw,)
    return _read_by(source.step) if source is not None else ()


@functools.cache
def _read_by(name: str) -> tuple[str, ...]:
    """The raw tables that a step reads, itself or through others."""
    found = dict[str, None]()
    for read in STEPS[name].reads:
        if read in TABLES:
            found[read] = None
            continue
        through = next((one.name for one in STEPS.values() if read in one.tables), None)
        if through is not None and through != name:
            found |= dict.fromkeys(_read_by(through))
    return tuple(found)


def _long(name: str) -> str | None:
    """The first long raw table that a step reads, itself or through others."""
    for read in STEPS[name].reads:
        if read in LONG:
            return read
        through = next((one.name for one in STEPS.values() if read in one.tables), None)
        if through and (found := _long(through)):
            return found
    return None


def spans(own: Mapping[str, str] = NOTHING) -> Query:
    """The first and the last day of every long raw table, as SQL.

    Parameters
    ----------
    own : mapping of str to str
        The raw tables that a project declares itself, by code, with the columns of their days.

    Lists of what is to come tell something up to the last day on which any of it came to pass.
    """
    standard = (
        f"SELECT MIN({events.day}) AS first_day, MAX({events.day}) AS last_day FROM {code}"
        + (
            f" WHERE {events.day} <= (SELECT MAX({events.happened}) FROM {code})"
            if events.happened
            else ""
        )
        for code, events in LONG.items()
    )
    declared = (f'SELECT MIN("{day}"), MAX("{day}") FROM {code}' for code, day in own.items())
    return Query(_union(chain(standard, declared)), frozenset(own))


def days(own: Mapping[str, str] = NOTHING, *, ahead: bool) -> Query:
    """The days of the long raw tables that may be ahead of the data's last day, or of the rest;
    `own` as for `spans`.
    """
    listed = [
        (code, day)
        for code, events in LONG.items()
        for day in (events.happened or events.day,)
        if events.is_ahead == ahead
    ]
    listed += [] if ahead else [(code, f'"{day}"') for code, day in own.items()]
    texts = (f"SELECT {day} AS day FROM {code} WHERE DURING({day})" for code, day in listed)
    return Query(_union(texts), frozenset(own))


def _union(selects: Iterable[str]) -> str:
    return "\n    UNION ALL\n    ".join(selects)


def _check_steps() -> None:
    """Refuse a step that does not fit to the others."""
    tables = {name for one in STEPS.values() for name in one.tables}
    kept = {name for one in (*KEPT, *WHO) for name in one.tables}
    for one in STEPS.values():
        if not one.text.strip():
            raise ValueError(f"step {one.name} has no SQL text")
        if unknown := set(one.reads) - {*TABLES, *tables, PLACES_IN_ALL}:
            raise ValueError(f"step {one.name} reads {_listed(unknown)}, which nothing gives")
        if one.kept_by and (not one.days or one.reads[0] not in LONG):
            raise ValueError(f"step {one.name} is kept by month, but reads no long table by days")
        if one.is_view and not set(one.reads) <= kept:
            raise ValueError(f"step {one.name} is a view of what is not kept by month")
        if unread := set(one.looks_back) - set(one.reads):
            raise ValueError(f"step {one.name} looks back on {_listed(unread)} without reading it")


def _check_measures() -> None:
    """Refuse a measure that is declared and not computed."""
    for code, (_, how) in COUNTED.items():
        named = [name for name in (how.step, how.days, how.recount) if name]
        if missing := set(named) - set(STEPS):
            raise ValueError(f"measure {code}: there is no step {_listed(missing)}")
        one = STEPS[how.step]
        if one.gives not in ("places", "moves") and (one.gives, one.grains[:1]) != (
            "agents",
            ("month",),
        ):
            raise ValueError(f"measure {code}: step {one.name} gives no measures by month")
        if how.days and "day" not in STEPS[how.days].grains:
            raise ValueError(f"measure {code}: step {how.days} tells no days")
        for name in named:
            text = STEPS[name].text
            by_itself = name == how.step and ("$sums" in text or one.gives == "moves")
            if not by_itself and f" AS {code}" not in text:
                raise ValueError(f"measure {code} is declared, but step {name} does not give it")
        if unknown := _unknown_words(one, how.sql):
            raise ValueError(f"measure {code}: step {one.name} has no {_listed(unknown)}")


def _unknown_words(one: Step, sql: str) -> set[str]:
    """What a measure names and its step has not: columns, and texts put in for the parts."""
    words = set(_WORD.findall(_QUOTED.sub("", sql)))
    columns = {
        column.code for read in one.reads if read in TABLES for column in TABLES[read].columns
    }
    of_parts = [{f"${name}" for name in texts} for texts in one.parts.values()]
    put_in = set.intersection(*of_parts) if of_parts else {word for word in words if word[0] == "$"}
    return words - put_in - columns - COUNTED.keys() - set(_WORD.findall(one.text))


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


_check_steps()
_check_measures()
