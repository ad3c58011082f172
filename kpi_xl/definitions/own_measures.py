"""The measures that a project declares over the rows of a raw table: rows, value, date column.

The fields of a definition say it as a person types it; what comes of them is a formula over
`Counted` sums, which `kpi_xl.data.own_sums` has computed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from kpi_xl import kinds
from kpi_xl.aggregation import How, OfRows
from kpi_xl.catalogue.raw_table import Column, Table
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.definitions.condition_text import read_condition
from kpi_xl.definitions.conditions import Condition, Together, columns_of
from kpi_xl.definitions.dimensions import UNITS
from kpi_xl.definitions.reach_text import Summed, compared_in, read_reach, sums_of
from kpi_xl.definitions.taken import FRACTION, Days, Take, day_column, is_of_sums, taken
from kpi_xl.definitions.weights import Weights
from kpi_xl.errors import InputError
from kpi_xl.formula import Formula, Measure, Operation, Unit
from kpi_xl.readers.cell import plain
from kpi_xl.readers.date import DateOrder
from kpi_xl.readers.name import form, near

TABLE: Final = "表"
TAKEN: Final = "统计"
WHERE: Final = "条件"
REACH: Final = "达标"
EACH: Final = "每"
DAY: Final = "日期列"
UNTIL: Final = "截止列"
WEIGHTED: Final = "折算"

MEASURE_FIELDS: Final = (TABLE, TAKEN, WHERE, EACH, REACH, DAY, UNTIL, WEIGHTED)
"""What a definition says that counts rows, in place of a formula."""


_BRACKETS: Final = dict.fromkeys(map(ord, "[]「」"))


@dataclass(frozen=True)
class Counted:
    """A sum or count over the rows of a raw table, by agent and month.

    Parameters
    ----------
    measure : Measure
        What it is called, and its unit.
    where : Condition or None
        Which rows; None for all.
    column : Column or None
        What is summed up, compared or told apart; None where rows are counted.
    weights : Weights or None
        What each row counts.
    reach : Condition or None
        What somebody's rows must come to for him to be counted, over `Summed` columns.
    """

    measure: Measure
    where: Condition | None
    column: Column | None
    weights: Weights | None
    reach: Condition | None = None

    @property
    def sums(self) -> list[Summed]:
        """The sums over each agent's rows that are compared with bounds."""
        return [] if self.reach is None else sums_of(self.reach)

    @property
    def columns(self) -> set[str]:
        """The codes of the columns that it needs."""
        used = [
            part
            for one in (self.column, *(summed.of for summed in self.sums))
            if one is not None
            for part in ((one.first, one.last) if isinstance(one, Days) else (one,))
        ]
        days = (self.source.day, self.source.until)
        found = {one for one in days if one} | {one.code for one in used}
        weighted = self.weights.lines if self.weights is not None else ()
        for condition in (self.where, *(one for one, _ in weighted)):
            found |= set() if condition is None else columns_of(condition)
        return found

    @property
    def source(self) -> OfRows:
        """The rows that it counts, as `OfRows`."""
        assert isinstance(self.measure.source, OfRows)
        return self.measure.source


@dataclass(frozen=True)
class OwnMeasure:
    """A measure that a project declares.

    Parameters
    ----------
    formula : Formula
        The measure, or what it is of others: a mean is a sum divided by a number.
    counted : tuple of Counted
        What is counted for it.
    meaning : str
        All of it in words.
    """

    formula: Formula
    counted: tuple[Counted, ...]
    meaning: str
    unit: Unit

    @property
    def number_format(self) -> str | None:
        """The number format, where it is not that of the unit."""
        if self.unit in ("元", "%"):
            return None
        is_whole = isinstance(self.formula, Measure) and self.formula.to_unit == 1
        return "#,##0" if is_whole else "#,##0.00"


@dataclass(frozen=True)
class Known:
    """The names that a declaration may use.

    Parameters
    ----------
    tables : mapping of str to Table
        The raw tables by code, with the columns that a project adds.
    weights : mapping of str to Weights
        The tables of weights by name.
    order : str
        How dates with the year last are written.
    """

    tables: Mapping[str, Table]
    weights: Mapping[str, Weights | InputError] = field(default_factory=dict)
    order: DateOrder = "ymd"


STANDARD: Final = Known(TABLES)
"""What every project may speak of."""


def is_of_rows(fields: Mapping[str, str]) -> bool:
    """Whether a definition counts rows, so that it has no formula."""
    return any(fields.get(one) for one in MEASURE_FIELDS)


def own_measure(name: str, fields: Mapping[str, str], known: Known, unit: str = "") -> OwnMeasure:
    """Make the measure that a definition declares.

    Parameters
    ----------
    name : str
        What it is called.
    fields : mapping of str to str
        What stands in each of `MEASURE_FIELDS`, as typed.
    known : Known
        The tables and weights there are.
    unit : str
        The unit that is said, where it is.

    Raises
    ------
    InputError
        When something in it means nothing; its column is the field.
    """
    table = table_of(fields, known)
    with _of(TAKEN):
        take, column = taken(fields.get(TAKEN, ""), table)
        if take == "people" and table.unit_columns:
            raise InputError(kinds.MEASURE_PEOPLE_OF_UNITS(table=table.name))
    where = None
    if text := fields.get(WHERE, "").strip():
        with _of(WHERE):
            where = _where(text, table, known.order)
    with _of(DAY):
        day = day_column(fields.get(DAY, "").strip(), table)
    until = None
    if text := fields.get(UNTIL, "").strip():
        with _of(UNTIL):
            until = _until(text, table, take)
    weights = None
    reached = fields.get(REACH, "").strip()
    if text := fields.get(WEIGHTED, "").strip():
        with _of(WEIGHTED):
            can_be = take in ("sum", "count", "share") or bool(reached)
            weights = _weights(text, table, known, can_be=can_be)
    with _of(REACH):
        reach = _reach(reached, table, take, known.order, is_whole=weights is None)
    whole, where = _part(fields.get(EACH, ""), where, table, take, known.order)
    meant = _unit(take, column, unit)
    meaning = _meaning(fields, table, day, reach)
    told = repr((table.code, day.code, take, column, where, weights))
    told += f"until {until.code}" if until is not None else ""
    told += f"reach {reach!r}" if reach is not None else ""
    told += f"of {whole!r}" if take == "share" else ""
    declared = hashlib.sha256(told.encode()).hexdigest()[:16]

    def counted(
        end: str, how: How, unit: Unit, where: Condition | None = where, of: Column | None = column
    ) -> Counted:
        parts = weights.parts if weights is not None and how == "sum" else 1
        is_number = of is not None and of.kind == "number"
        parts *= FRACTION if is_number and how in ("sum", "greatest", "least") else 1
        parts *= 100 if parts > 1 and unit == "元" and of is not None and of.kind == "money" else 1
        stands = "" if until is None else until.code
        source = OfRows(table.code, day.code, how, f"{declared}{end}", stands)
        measure = Measure(name + end, name + end, unit, meaning, source, parts if parts > 1 else 0)
        return Counted(measure, where, of, weights, reach)

    formula, of_rows = _made_of(take, column, counted, meant, whole)
    return OwnMeasure(formula, of_rows, meaning, meant)


def _made_of(
    take: Take,
    column: Column | None,
    counted: Callable[..., Counted],
    meant: Unit,
    whole: Condition | None,
) -> tuple[Formula, tuple[Counted, ...]]:
    """The formula of the aggregation, and the sums that it needs."""
    if take == "mean":
        pair = counted("·合计", "sum", meant), counted("·笔数", "filled", "笔")
    elif take == "share":
        unit = _unit("count" if column is None else "sum", column, "")
        pair = counted("·部分", "sum", unit), counted("·全部", "sum", unit, whole)
    elif take == "greatest":
        pair = counted("·最大值", "greatest", meant), counted("·有无", "any", "个")
    elif take == "least":
        pair = counted("·最小值", "least", meant), counted("·有无", "any", "个")
    else:
        how: How = {"people": "people", "different": "values"}.get(take, "sum")  # type: ignore
        only = counted("", how, meant)
        return only.measure, (only,)
    return Operation("/", pair[0].measure, pair[1].measure), pair


@contextmanager
def _of(field: str) -> Iterator[None]:
    """Place every fault found inside at a field."""
    try:
        yield
    except InputError as error:
        raise InputError(error.fault, column=field) from error


def _table(name: str, known: Known) -> Table:
    wanted = form(name)
    if not wanted:
        raise InputError(kinds.MEASURE_NO_TABLE(known=_tables(known)))
    for table in known.tables.values():
        if wanted in (form(table.name), table.code):
            if not any(one.code == "agent" for one in table.columns):
                raise InputError(kinds.MEASURE_TABLE_OF_NOBODY(table=table.name))
            return table
    names = [table.name for table in known.tables.values()]
    like = "、".join(near(name, names))
    raise InputError(kinds.MEASURE_TABLE(name=name, known=_tables(known), like=like))


def _tables(known: Known) -> str:
    return "、".join(
        table.name
        for table in known.tables.values()
        if any(one.code == "agent" for one in table.columns)
    )


def _where(text: str, table: Table, order: DateOrder) -> Condition:
    """The condition on rows. A sum over rows is refused in it."""
    try:
        return read_condition(text, table, order)
    except InputError as error:
        if error.kind == kinds.NO_SUCH_COLUMN.code and is_of_sums(str(error.fault.about["name"])):
            raise InputError(kinds.CONDITION_OF_SUMS()) from error
        raise


def _part(
    text: str, where: Condition | None, table: Table, take: Take, order: DateOrder
) -> tuple[Condition | None, Condition | None]:
    """The category of a share: the condition of its numerator and of its denominator."""
    if text:
        of_category = read_condition(text, table, order)
        return where, of_category if where is None else Together("and", (where, of_category))
    if take == "share" and where is None:
        raise InputError(kinds.SHARE_OF_ALL(), column=WHERE)
    return None, where


def table_of(fields: Mapping[str, str], known: Known) -> Table:
    """The raw table of a definition; errors as for `own_measure`."""
    with _of(TABLE):
        return _table(fields.get(TABLE, ""), known)


def _reach(
    text: str, table: Table, take: Take, order: DateOrder, *, is_whole: bool
) -> Condition | None:
    """The condition that an agent's rows must reach; None where the declaration has none."""
    if not text:
        return None
    if take not in ("people", "different"):
        raise InputError(kinds.REACH_OF_PEOPLE())
    return read_reach(text, table, order, is_monthly=take == "people", is_whole=is_whole)


def _until(name: str, table: Table, take: Take) -> Column:
    """The column with the day from which a row no longer counts."""
    if take not in ("sum", "count", "mean", "share"):
        raise InputError(kinds.MEASURE_UNTIL_OF_SUMS())
    return day_column(name, table)


def _weights(name: str, table: Table, known: Known, *, can_be: bool) -> Weights:
    if not can_be:
        raise InputError(kinds.WEIGHTS_OF_SUMS())
    found = known.weights.get(name)
    if found is None:
        like = "、".join(near(name, known.weights))
        raise InputError(kinds.WEIGHTS_UNKNOWN(name=name, like=like))
    if isinstance(found, InputError):
        raise InputError(kinds.WEIGHTS_WRONG(name=name))
    if found.table != table.code:
        of = known.tables[found.table].name
        raise InputError(kinds.WEIGHTS_OF_OTHER_TABLE(name=name, of=of, table=table.name))
    return found


def _unit(take: Take, column: Column | None, said: str) -> Unit:
    """The unit that is declared, if it is possible, else the one that follows."""
    if take == "share":
        return "%"
    kind = column.kind if column is not None and take != "different" else None
    follows: Unit = {"people": "人", "count": "件", "different": "个"}.get(take, "件")  # type: ignore
    if kind is not None:
        follows = {"money": "元", "count": "件"}.get(kind, "倍")  # type: ignore
    if isinstance(column, Days):
        follows = "天"
    unit = next((one for one in UNITS if one == plain(said)), None)
    if unit is None or ((unit == "元") != (kind == "money") and kind != "number"):
        return follows  # whoever makes the KPI tells
    return unit


def _meaning(fields: Mapping[str, str], table: Table, day: Column, reach: Condition | None) -> str:
    parts = [f"{table.name}：{fields[TAKEN].strip()}"]
    if where := fields.get(WHERE, "").strip():
        parts.append(f"条件 {where}")
    if each := fields.get(EACH, "").strip():
        parts.append(f"其中 {each.translate(_BRACKETS)}")
    if reach is not None:
        parts.append(f"达标 {fields[REACH].strip()}{_how_often(reach)}")
    stands = fields.get(UNTIL, "").strip()
    parts.append(
        f"从{day.name}起，到{stands}为止，月末还在的" if stands else f"按{day.name}计入月份"
    )
    if weighted := fields.get(WEIGHTED, "").strip():
        parts.append(f"按“{weighted}”折算")
    return "，".join(parts)


def _how_often(reach: Condition) -> str:
    """The period that the bounds are for, where a quarter's differ from a month's."""
    monthly = {one.column.is_monthly for one in compared_in(reach) if one.value}  # type: ignore
    if len(monthly) != 1:
        return ""
    return "（每月；季度、年按月数乘）" if True in monthly else "（不论看月、季度还是年）"
