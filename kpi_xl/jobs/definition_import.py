"""Import definitions from MetricFlow, Open Semantic Interchange, or another project.

What was written here and is as it was written comes back as it was typed. Of what others wrote the
formula is read, over what is counted here: a name is all that says that two measures are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.definitions.formula_text import FUNCTION_NAMES
from kpi_xl.definitions.metric_files import (
    TABLE,
    Column,
    Expression,
    Field,
    Input,
    Metric,
    Ratio,
    read_metrics,
)
from kpi_xl.definitions.own_kpis import Definition, OwnKpis, Place, is_name
from kpi_xl.definitions.sql_text import Said, read_sql
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.formula import OPERAND, PRECEDENCE, Lag, Measure
from kpi_xl.jobs.definition_exchange import (
    WINDOWS,
    expression_of,
    metric_of,
    metric_of_measure,
    over_time,
    over_units,
    slug,
)
from kpi_xl.jobs.definition_moves import with_rows
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.readers.name import near
from kpi_xl.settings.definitions import WORKBOOK, in_settings, in_workbook, not_read
from kpi_xl.settings.file import settings_in
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.system_errors import file_error


@dataclass(frozen=True)
class Imported:
    """The result of importing a file of definitions.

    Parameters
    ----------
    names : list of str
        The definitions that are in the project now.
    same : list of str
        What the project had, worth the same.
    left : list of InputError
        What did not come, and why.
    into : Path
        The file they are in.
    """

    names: list[str]
    same: list[str]
    left: list[InputError]
    into: Path


def import_file(project: Project, file: Path) -> Imported:
    """Import the definitions of a file into 指标定义.xlsx.

    Parameters
    ----------
    file : Path
        A .yml, .yaml or .json of MetricFlow or Open Semantic Interchange; 指标定义.xlsx or kpi.toml
        of another project.

    Raises
    ------
    InputError
        When a file cannot be read or written.
    """
    kind = file.suffix.lower()
    if kind in (".yml", ".yaml", ".json"):
        found = _of_metrics(project.settings, file)
    elif kind in (".xlsx", ".toml"):
        found = _of_project(project.settings, file)
    else:
        raise InputError(kinds.DEFINITION_FILE_KIND(), file=file)
    into = project.folder / WORKBOOK
    if found.taken:
        with_rows(into, found.taken)
    return Imported([one.name for one in found.taken], found.same, found.left, into)


@dataclass(frozen=True)
class _Found:
    taken: Sequence[Definition]
    same: list[str]
    left: list[InputError]


def _of_project(settings: Settings, file: Path) -> _Found:
    """The definitions of another project."""
    left: list[InputError] = []
    if file.suffix.lower() == ".xlsx":
        if not file.exists():
            raise InputError(kinds.NOT_THERE(), file=file)
        given = [*in_workbook(file)]
        left += not_read(file)
    else:
        said, text = settings_in(file)
        given = []
        for section in ("measures", "kpis"):
            made, wrong = in_settings(said.get(section, {}), file, text, section)
            given += made
            left += wrong
    taken, same = [], []
    for one in given:
        here = next((other for other in settings.definitions if other.name == one.name), None)
        if here is None:
            taken.append(one)
        elif here.fields == one.fields:
            same.append(one.name)
        else:
            left.append(one.wrong(kinds.DEFINITION_TWICE(name=one.name), "名称"))
    _, wrong_ones = _made(settings, taken)
    left += [wrong_ones[number] for number in sorted(wrong_ones)]
    return _Found([one for n, one in enumerate(taken) if n not in wrong_ones], same, left)


def _made(settings: Settings, more: Sequence[Definition]) -> tuple[OwnKpis, dict[int, InputError]]:
    """The KPIs with additional definitions, and the errors in these."""
    mark = Path("imported")
    numbered = [replace(one, place=Place(mark, None, n)) for n, one in enumerate(more)]
    own = replace(settings, definitions=(*settings.definitions, *numbered)).own
    wrong = {}
    for error in own.wrong:
        if error.file == mark and error.row is not None:
            at = more[error.row].place
            wrong[error.row] = InputError(
                error.fault,
                file=at.file,
                sheet=at.sheet,
                row=at.row,
                column=error.column,
                value=error.value,
            )
    return own, wrong


def _of_metrics(settings: Settings, file: Path) -> _Found:
    """The metrics of another tool's file."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(kinds.SETTINGS_ENCODING(), file=file) from error
    except OSError as error:
        raise file_error(error, file, "read") from error
    read = read_metrics(text, file)
    found = _Reading(settings, read.tool, file, read.metrics).all()
    return replace(found, left=[*read.left, *found.left])


_BARE: Final = re.compile(r"[^\W\d]\w*")
_LIKE_A_CELL: Final = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|TRUE|FALSE", re.IGNORECASE)


def name_text(name: str) -> str:
    """A name as it is typed in a formula, quoted where needed."""
    is_bare = _BARE.fullmatch(name) and not _LIKE_A_CELL.fullmatch(name)
    return name if is_bare and name.upper() not in FUNCTION_NAMES else f"[{name}]"


def _earlier(one: Said, months: int) -> Said:
    text = one.text
    for word, count in (("上月", months % 12), ("去年同期", months // 12)):
        for _ in range(count):
            text = f"{word}({text})"
    return Said(text, OPERAND, True) if months else one


class _Reading:
    """Reads the metrics of a file, those inside others first."""

    def __init__(
        self, settings: Settings, tool: str, file: Path, metrics: Sequence[Metric]
    ) -> None:
        self._settings = settings
        self._tool = tool
        self._file = file
        self._metrics = {one.name: one for one in metrics}
        self._typed = {one.name for one in metrics if one.typed}
        self._begun: list[str] = []
        self._errors: dict[str, InputError] = {}
        self._same: dict[str, str] = {}
        self._definitions: dict[str, Definition] = {}
        self._own = settings.own
        self._measures: dict[str, Measure] = {}

    def all(self) -> _Found:
        """The definitions read; those changed since this program wrote the file are read again."""
        while True:
            self._look()
            changed = {
                name
                for name in self._typed & self._definitions.keys()
                if not self._is_as_written(self._metrics[name], self._definitions[name].name)
            }
            if not changed:
                break
            self._typed -= changed
        taken = [*self._definitions.values()]
        left = [self._told(self._metrics[name], error) for name, error in self._errors.items()]
        return _Found(taken, [*self._same.values()], left)

    def _told(self, metric: Metric, error: InputError) -> InputError:
        fault = error.fault
        if fault.about.get("metric") != metric.name:
            about = {"reason": fault.reason, "advice": fault.advice}
            name = metric.typed.get("名称", metric.name)
            fault = kinds.METRIC_REFUSED(metric=name, **about)
        return InputError(fault, file=self._file, row=metric.row)

    def _look(self) -> None:
        """Read every metric once, and drop faulty ones together with those that need them."""
        typed = [
            self._as_typed(self._metrics[name]) for name in self._metrics if name in self._typed
        ]
        self._own, _ = _made(self._settings, typed)
        counted = [one.measure for one in self._own.counted]
        self._measures = {
            label: one
            for one in (*MEASURES.values(), *counted)
            if isinstance(one, Measure)
            for label in (one.name, one.code, slug(one))
        }
        self._errors, self._same, self._definitions = {}, {}, {}
        for name in self._metrics:
            self._take(name)
        while True:
            names = list(self._definitions)
            self._own, wrong = _made(self._settings, [*self._definitions.values()])
            if not wrong:
                return
            for number, error in wrong.items():
                self._errors[names[number]] = error
                del self._definitions[names[number]]

    def _take(self, name: str) -> None:
        """Match a metric with what is here: a new definition, an existing one, or a refusal."""
        if name in self._errors or name in self._same or name in self._definitions:
            return
        metric = self._metrics[name]
        self._begun.append(name)
        try:
            if isinstance(metric.meant, Fault):
                raise InputError(metric.meant)
            if name in self._typed:
                self._take_typed(metric)
            else:
                self._take_formula(metric)
        except InputError as error:
            self._errors[name] = error
        finally:
            self._begun.pop()

    def _take_typed(self, metric: Metric) -> None:
        if isinstance(metric.meant, Expression):
            for one in metric.meant.inputs.values():
                self._reference(metric, one)  # what it is made of is not changed, either
        typed = self._as_typed(metric)
        here = next((one for one in self._settings.definitions if one.name == typed.name), None)
        if here is not None and here.fields == typed.fields:
            self._same[metric.name] = typed.name
        else:
            self._definitions[metric.name] = typed

    def _take_formula(self, metric: Metric) -> None:
        said = self._said(metric)
        here = self._here(metric)
        if here is not None:
            self._same[metric.name] = here
            return
        known = self._known(metric.name, *metric.labels)
        if known is not None and not metric.typed:
            if not self._is_worth(known, said):
                about = {"metric": metric.name, "here": f"{known.name} = {known.formula}"}
                raise InputError(kinds.METRIC_HERE(**about))
            self._same[metric.name] = known.name
            return
        self._definitions[metric.name] = self._definition(metric, said)

    def _here(self, metric: Metric) -> str | None:
        """The name of the existing column or definition that a metric is."""
        labels = {metric.name, *metric.labels}
        if isinstance(metric.meant, Column):
            one = self._measure(metric, metric.meant)
            return one.name if {one.name, one.code, slug(one)} & labels else None
        for kpi in self._own.kpis.values():
            if not kpi.is_own and slug(kpi) == metric.name and metric.said == self._written(kpi):
                return kpi.name
        return None

    def _is_as_written(self, metric: Metric, name: str) -> bool:
        kpi = self._own.kpis.find(name)
        if kpi is None or metric.said != self._written(kpi):
            return False
        if not isinstance(metric.meant, Column):
            return True
        (one,) = kpi.measures
        return _agrees(one, metric.meant)

    def _written(self, kpi: Kpi) -> Mapping[str, object]:
        """The fields of a KPI as they are written for this tool."""
        if self._tool == "osi":
            return expression_of(kpi, self._settings)
        expression = kpi.expression
        if isinstance(expression, Measure) and expression.lag == Lag():
            return metric_of_measure(expression)
        return metric_of(kpi, self._settings)

    def _is_worth(self, kpi: Kpi, said: Said) -> bool:
        """Whether a formula equals that of a KPI."""
        name = "读进来的"
        one = Definition(Place(self._file), {"名称": name, "公式": said.text})
        made = _made(self._settings, [one])[0].kpis.find(name)
        return made is not None and made.formula == kpi.formula

    def _as_typed(self, metric: Metric) -> Definition:
        return Definition(Place(self._file, None, metric.row), dict(metric.typed))

    def _definition(self, metric: Metric, said: Said) -> Definition:
        """The definition that a person would type for a metric."""
        at = Place(self._file, None, metric.row)
        if metric.typed:
            return Definition(at, {**metric.typed, "公式": f"={said.text}"})
        free = [
            one
            for one in dict.fromkeys((*metric.labels, metric.name))
            if is_name(one) and one.upper() not in FUNCTION_NAMES and not self._is_taken(one)
        ]
        name, *others = free or [metric.name]
        fields = {"名称": name, "公式": f"={said.text}"}
        shown = [one for one in metric.labels[:1] if one != name]
        if about := "；".join((*shown, *filter(None, [metric.description]))):
            fields["说明"] = " ".join(about.split())
        if others:
            fields["别名"] = "、".join(others)
        return Definition(at, fields)

    def _is_taken(self, name: str) -> bool:
        known = self._own.kpis.find(name) is not None or name in self._measures
        return known or any(
            name.casefold() in (each.casefold() for each in _names_of(one))
            for one in self._definitions.values()
        )

    def _known(self, *labels: str) -> Kpi | None:
        return next(filter(None, map(self._own.kpis.find, labels)), None)

    def _said(self, metric: Metric) -> Said:
        """The formula of a metric as text."""
        meant = metric.meant
        if isinstance(meant, Column):
            return Said(name_text(self._measure(metric, meant).name))
        if isinstance(meant, Ratio):
            above, below = (
                self._reference(metric, one).within(OPERAND)
                for one in (meant.numerator, meant.denominator)
            )
            return Said(f"{above}/{below}", PRECEDENCE["/"], True)
        assert isinstance(meant, Expression)
        names = _Names(metric, meant, self._reference, self._measure)
        return read_sql(meant.sql, names, metric.name, meant.dialect)

    def _reference(self, metric: Metric, one: Input) -> Said:
        """A metric inside another one."""
        name = one.metric
        if name in self._begun:
            raise InputError(kinds.METRIC_CIRCLE(metric=metric.name))
        if name in self._metrics:
            self._take(name)
            if name in self._errors:
                raise InputError(kinds.METRIC_INPUT_LEFT(metric=metric.name, name=name))
            known = self._definitions.get(name)
            called = known.name if known is not None else self._same[name]
        else:
            kpi = self._known(name)
            measure = self._measures.get(name)
            if kpi is None and measure is None:
                raise self._unknown(metric, name)
            called = kpi.name if kpi is not None else measure.name  # type: ignore[union-attr]
        may_be_null = called not in self._measures
        return _earlier(Said(name_text(called), OPERAND, may_be_null), one.months)

    def _measure(self, metric: Metric, column: Column) -> Measure:
        """The measure here with the name of a column."""
        found: dict[str, Measure] = {}
        computed = None
        for label in column.labels:
            measure = self._measures.get(label) or self._measures.get(label.casefold())
            kpi = self._own.kpis.find(label)
            if measure is None and kpi is not None:
                if isinstance(kpi.expression, Measure) and kpi.expression.lag == Lag():
                    measure = kpi.expression
                else:
                    computed = kpi
            if measure is not None:
                found[measure.name] = measure
        about = {"metric": metric.name, "name": (column.labels or (metric.name,))[-1]}
        if len(found) > 1:
            raise InputError(kinds.METRIC_MEASURE_SEVERAL(**about, found="、".join(found)))
        if not found and computed is not None:
            raise InputError(kinds.METRIC_NO_SUM(**about | {"name": computed.name}, agg=column.how))
        if not found:
            raise self._unknown(metric, about["name"])
        (one,) = found.values()
        # 首年保费 that is said to be the sum of the column 佣金 would be another number here.
        other = self._measures.get(column.of) or self._measures.get(column.of.casefold())
        if other is not None and other.name != one.name:
            both = f"{one.name}、{other.name}"
            raise InputError(kinds.METRIC_MEASURE_SEVERAL(**about, found=both))
        if not _agrees(one, column):
            how = column.how or "?"
            raise InputError(kinds.METRIC_AGG(**about | {"name": one.name}, agg=how))
        return one

    def _unknown(self, metric: Metric, name: str) -> InputError:
        known = [
            *self._measures,
            *(label for kpi in self._own.kpis.values() for label in kpi.labels),
        ]
        like = "、".join(near(name, known, cutoff=0.6))
        return InputError(kinds.METRIC_MEASURE_UNKNOWN(metric=metric.name, name=name, like=like))


@dataclass(frozen=True)
class _Names:
    """The meaning of the names in a metric's expression."""

    metric: Metric
    expression: Expression
    reference: Callable[[Metric, Input], Said]
    measure: Callable[[Metric, Column], Measure]

    def column(self, table: str, name: str) -> Said:
        inputs = self.expression.inputs
        if not table and (one := inputs.get(name) or inputs.get(name.lower())):
            return self.reference(self.metric, one)
        if inputs or table or ("", name) in self.expression.columns:
            shown = f"{table}.{name}" if table else name
            raise InputError(kinds.METRIC_SQL_PART(metric=self.metric.name, part=shown))
        return self.reference(self.metric, Input(name))

    def summed(self, how: str, table: str, name: str) -> Said:
        columns = self.expression.columns
        labels, of = columns.get((table, name), Field((name,)))
        if self.expression.inputs or not labels:
            shown = f"{how.upper()}({table}.{name})" if table else f"{how.upper()}({name})"
            raise InputError(kinds.METRIC_ROWS(metric=self.metric.name, expr=shown))
        column = Column(labels, how, table=table, of=of)
        one = self.measure(self.metric, column)
        return Said(name_text(one.name))


def _names_of(one: Definition) -> tuple[str, ...]:
    return one.name, *filter(None, one.fields.get("别名", "").split("、"))


def _agrees(one: Measure, column: Column) -> bool:
    """Whether a metric aggregates the rows as the measure here does."""
    over = over_time(one)
    if column.table == TABLE and column.how == over_units(one):
        return column.stands in ("", WINDOWS.get(over, ""))
    if over == "recount":
        return column.how == "count_distinct" and not column.stands
    counts = () if one.is_money else ("count", "sum_boolean")
    return column.how in ("sum", *counts) and column.stands == WINDOWS.get(over, "")
