"""Reads files of metrics of other tools: MetricFlow's (dbt), as published until dbt 1.11 and after,
and Open Semantic Interchange's (Apache Ossie).

What a metric says beside what is read here is never passed over: the metric is refused then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.definitions.sql_text import DIALECTS
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault

TABLE: Final = "kpi_measures"
"""The table of measures that other tools look at."""

OWN: Final = "kpi_xl"
"""Where a metric keeps what was typed here."""


@dataclass(frozen=True)
class Input:
    """A metric in another one.

    Parameters
    ----------
    metric : str
        Its name.
    months : int
        Of how many months before.
    """

    metric: str
    months: int = 0


@dataclass(frozen=True)
class Column:
    """All rows of a column taken together.

    Parameters
    ----------
    labels : tuple of str
        What it is called.
    how : str
        What is made of the rows, such as ``sum``.
    stands : str
        The month's rows that count of several: ``max`` for the last ones, ``min`` for the first.
    table : str
        Where it is.
    of : str
        The column of the database that its rows are, where that is said.
    """

    labels: tuple[str, ...]
    how: str
    stands: str = ""
    table: str = ""
    of: str = ""


class Field(NamedTuple):
    """A column that an expression may name.

    Parameters
    ----------
    labels : tuple of str
        What it is called; nothing where it is computed row by row.
    of : str
        As in `Column`.
    """

    labels: tuple[str, ...]
    of: str = ""


@dataclass(frozen=True)
class Ratio:
    """A metric divided by another one."""

    numerator: Input
    denominator: Input


@dataclass(frozen=True)
class Expression:
    """An SQL expression.

    Parameters
    ----------
    sql, dialect : str
        The text, and which SQL it is.
    inputs : mapping of str to Input
        What names in it mean.
    columns : mapping of (str, str) to Field
        The columns by table and name.
    """

    sql: str
    dialect: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], Field] = field(default_factory=dict)


Meant = Column | Ratio | Expression | Fault
"""What a metric says, or why that cannot be said here."""


@dataclass(frozen=True)
class Metric:
    """A metric of a file.

    Parameters
    ----------
    name : str
        Its name there.
    labels : tuple of str
        What else it is called, the name that people see first.
    description : str
        What it tells.
    row : int or None
        The line in which it begins.
    meant : Column, Ratio, Expression or Fault
        What it is.
    typed : mapping of str to str
        What was typed of it, where it was written here.
    said : mapping
        All that says what it is, as it stands in the file.
    """

    name: str
    labels: tuple[str, ...]
    description: str
    row: int | None
    meant: Meant
    typed: Mapping[str, str]
    said: Mapping[str, Any]


@dataclass(frozen=True)
class MetricFile:
    """What a file of metrics has.

    Parameters
    ----------
    tool : str
        ``metricflow`` or ``osi``.
    metrics : list of Metric
        In the order of the file.
    left : list of InputError
        What is no metric.
    """

    tool: str
    metrics: list[Metric]
    left: list[InputError]


def read_metrics(text: str, file: Path) -> MetricFile:
    """The metrics of a file.

    Parameters
    ----------
    text : str
        What is in it.
    file : Path
        Where it is, for messages.

    Raises
    ------
    InputError
        When it is no such file.
    ModuleNotFoundError
        When the library for YAML is not installed.
    """
    from kpi_xl.readers.yaml_text import read_yaml

    try:
        documents = [one for one in read_yaml(text) if one is not None]
    except InputError as error:
        raise InputError(error.fault, file=file, row=error.row) from error
    if not all(isinstance(one, dict) for one in documents):
        raise InputError(kinds.DEFINITION_FILE_KIND(), file=file)
    is_ossie = any("semantic_model" in one for one in documents)
    is_mine = any(_MINE & one.keys() for one in documents)
    if is_ossie and is_mine:
        raise InputError(kinds.DEFINITION_FILE_MIXED(), file=file)
    if not is_ossie and not is_mine:
        raise InputError(kinds.DEFINITION_FILE_KIND(), file=file)
    read = _Ossie() if is_ossie else _MetricFlow()
    found: dict[str, Metric] = {}
    left = []
    for said, where in read.every(documents):
        row = getattr(said, "row", None)
        try:
            one = read.metric(said, where)
            if one.name in found:
                raise InputError(kinds.METRIC_TWICE(metric=one.name))
            found[one.name] = one
        except InputError as error:
            left.append(InputError(error.fault, file=file, row=row))
    if not found and not left:
        raise InputError(kinds.DEFINITION_FILE_EMPTY(), file=file)
    return MetricFile("osi" if is_ossie else "metricflow", [*found.values()], left)


_MINE: Final = {"metrics", "semantic_models", "models"}
_PLAIN: Final = re.compile(
    r'(?:"?\w+"?\.)*"?(?!(?:true|false|null)\b)([^\W\d]\w*)"?|1', re.IGNORECASE
)
"""A column by itself, or 1 for each row."""

_WINDOW: Final = re.compile(r"(\d{1,3})\s*(month|quarter|year)s?", re.IGNORECASE)
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_SAYS_NOTHING: Final = {
    "name", "label", "description", "config", "meta", "tags", "owners", "group", "version",
    "time_granularity", "hidden", "docs", "ai_context", "custom_extensions", "datatype", "type",
}  # fmt: skip
"""Keys that leave what a metric is as it is."""

_MODEL: Final = {
    "measures", "model", "entities", "primary_entity", "dimensions", "defaults",
}  # fmt: skip
"""Keys of a semantic model that say where its rows are and by what they can be grouped."""


class _Reader:
    """What both kinds of files have in common."""

    def every(self, documents: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Whatever should be a metric, each with what it stands in."""
        raise NotImplementedError

    def metric(self, said: Any, where: Any) -> Metric:
        """A metric.

        Raises
        ------
        InputError
            When it is none.
        """
        if not isinstance(said, dict) or not _text(said.get("name")):
            shown = said.get("name", said) if isinstance(said, dict) else said
            raise InputError(kinds.METRIC_SHAPE(metric=str(shown)[:40], key="name"))
        name = said["name"]
        try:
            meant: Meant = self.meant(name, said, where)
        except InputError as error:
            meant = error.fault
        return Metric(
            name=name,
            labels=tuple(_texts(said.get("label"))) + tuple(_synonyms(said)),
            description=_text(said.get("description")),
            row=getattr(said, "row", None),
            meant=meant,
            typed=self.typed(said),
            said={key: one for key, one in said.items() if key not in _SAYS_NOTHING - {"type"}},
        )

    def meant(self, name: str, said: Mapping[str, Any], where: Any) -> Meant:
        """What a metric says."""
        raise NotImplementedError

    def typed(self, said: Mapping[str, Any]) -> Mapping[str, str]:
        """What was typed of it here."""
        raise NotImplementedError


class _MetricFlow(_Reader):
    """The files of dbt's MetricFlow."""

    def __init__(self) -> None:
        self._measures: dict[str, tuple[Any, Any]] = {}
        self._twice: set[str] = set()

    def every(self, documents: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        documents = list(documents)
        made = []
        for document in documents:
            for model in _maps(document.get("semantic_models")):
                for one in _maps(model.get("measures")):
                    called = str(one.get("name"))
                    if called in self._measures:
                        self._twice.add(called)
                    self._measures[called] = one, model
                    if one.get("create_metric") is True:
                        made.append((_simple(one), model))
        yield from made
        for document in documents:
            for one in _list(document.get("metrics")):
                yield one, {}
            for model in _maps(document.get("models")):
                for one in _list(model.get("metrics")):
                    yield one, model

    def typed(self, said: Mapping[str, Any]) -> Mapping[str, str]:
        config = said.get("config")
        meta = config.get("meta") if isinstance(config, dict) else None
        return _typed(meta.get(OWN) if isinstance(meta, dict) else None)

    def meant(self, name: str, said: Mapping[str, Any], where: Any) -> Meant:
        for one in (said, where):
            _switched_on(name, one)
        kind = _text(said.get("type")).lower()
        params = said.get("type_params", {})
        if not isinstance(params, dict):
            raise InputError(kinds.METRIC_SHAPE(metric=name, key="type_params"))
        flat = {key: one for key, one in said.items() if key not in _SAYS_NOTHING | {"type_params"}}
        flat |= params
        read: Mapping[str, Callable[[str, dict[str, Any], Any], Meant]] = {
            "simple": self._simple,
            "ratio": self._ratio,
            "derived": self._derived,
        }
        if kind == "cumulative":
            raise InputError(kinds.METRIC_CUMULATIVE(metric=name))
        if kind == "conversion":
            raise InputError(kinds.METRIC_CONVERSION(metric=name))
        if kind not in read:
            raise InputError(kinds.METRIC_TYPE(metric=name, type=kind or "?"))
        labels = (name, *_texts(said.get("label")))
        _unfiltered(name, flat)
        return read[kind](name, flat, labels if kind == "simple" else where)

    def _simple(self, name: str, said: dict[str, Any], labels: Any) -> Meant:
        if "measure" not in said:  # since dbt 1.12 the metric is the measure
            return _column(name, said, labels)
        of = self._named(name, said.pop("measure"), "measure")
        _nothing_else(name, said)
        if of in self._twice:
            raise InputError(kinds.METRIC_TWICE(metric=of))
        measure, model = self._measures.get(of, ({}, {}))
        _switched_on(name, model)
        _unfiltered(name, model)
        _nothing_else(
            name, {key: one for key, one in model.items() if key not in _SAYS_NOTHING | _MODEL}
        )
        declared = {key: one for key, one in measure.items() if key not in _SAYS_NOTHING}
        declared.pop("create_metric", None)
        declared.pop("create_metric_display_name", None)
        declared.setdefault("agg", "")
        more = (of, *_texts(measure.get("label")))
        return _column(name, declared, (*labels, *more), str(model.get("name", "")))

    def _named(self, name: str, said: Any, key: str) -> str:
        """The measure's or metric's name of what may be a name, or a mapping with more."""
        if isinstance(said, str):
            return said
        if not isinstance(said, dict) or not _text(said.get("name")):
            raise InputError(kinds.METRIC_SHAPE(metric=name, key=key))
        rest = {one: value for one, value in said.items() if one not in ("name", "alias")}
        _unfiltered(name, rest)
        _filled(name, rest)
        rest.pop("join_to_timespine", None)
        _nothing_else(name, rest)
        return _text(said["name"])

    def _ratio(self, name: str, said: dict[str, Any], _where: Any) -> Meant:
        above, below = (
            Input(self._named(name, said.pop(key, None), key))
            for key in ("numerator", "denominator")
        )
        _nothing_else(name, said)
        return Ratio(above, below)

    def _derived(self, name: str, said: dict[str, Any], _where: Any) -> Meant:
        inputs: dict[str, Input] = {}
        given = said.pop("metrics", None) or said.pop("input_metrics", None)
        for one in _list(given):
            if isinstance(one, str):
                _put(inputs, one, Input(one))
                continue
            if not isinstance(one, dict):
                raise InputError(kinds.METRIC_SHAPE(metric=name, key="metrics"))
            rest = dict(one)
            if rest.pop("offset_to_grain", None) is not None:
                raise InputError(kinds.METRIC_TO_GRAIN(metric=name))
            months = _months(name, rest.pop("offset_window", None))
            alias = _text(rest.get("alias")) or _text(rest.get("name"))
            _put(inputs, alias, Input(self._named(name, rest, "metrics"), months))
        sql = _text(said.pop("expr", None))
        if not sql:
            raise InputError(kinds.METRIC_SHAPE(metric=name, key="expr"))
        _nothing_else(name, said)
        return Expression(sql, inputs=inputs)


def _put(inputs: dict[str, Input], alias: str, one: Input) -> None:
    """Add what a name in an expression means; it means one thing."""
    if inputs.setdefault(alias, one) != one:
        raise InputError(kinds.METRIC_TWICE(metric=alias))


class _Ossie(_Reader):
    """The files of Open Semantic Interchange."""

    def every(self, documents: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for document in documents:
            models = document.get("semantic_model")
            for model in _maps([models] if isinstance(models, dict) else models):
                columns = dict(_columns(model))
                for one in _list(model.get("metrics")):
                    yield one, columns
                for dataset in _maps(model.get("datasets")):
                    inside = {
                        ("", name): one
                        for (table, name), one in columns.items()
                        if table == dataset.get("name")
                    }
                    for one in _list(dataset.get("metrics")):
                        yield one, columns | inside

    def typed(self, said: Mapping[str, Any]) -> Mapping[str, str]:
        for one in _maps(said.get("custom_extensions")):
            if one.get("vendor_name") == OWN:
                try:
                    return _typed(json.loads(_text(one.get("data"))))
                except (ValueError, RecursionError):
                    return {}
        return {}

    def meant(self, name: str, said: Mapping[str, Any], where: Any) -> Meant:
        rest = {key: one for key, one in said.items() if key not in _SAYS_NOTHING}
        _unfiltered(name, rest)
        sql, dialect = _sql(name, rest.pop("expression", None))
        _nothing_else(name, rest)
        return Expression(sql, dialect, columns=where)


def _columns(model: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Field]]:
    """The columns of a model; one that is computed row by row is called nothing."""
    for dataset in _maps(model.get("datasets")):
        for one in _maps(dataset.get("fields")):
            name = _text(one.get("name"))
            labels: tuple[str, ...] = (name, *_texts(one.get("label")), *_synonyms(one))
            try:
                sql, _ = _sql(name, one.get("expression"))
            except InputError:
                sql = ""
            plain = _PLAIN.fullmatch(sql.strip())
            found = Field(()) if plain is None else Field(labels, plain[1] or "")
            yield (_text(dataset.get("name")), name), found


def _sql(name: str, said: Any) -> tuple[str, str]:
    """The SQL of an expression, and which it is; ANSI's before that of a database."""
    if isinstance(said, str):
        return said, ""
    given = said.get("dialects") if isinstance(said, dict) else said
    found = {
        _text(one.get("dialect")).upper() or "ANSI_SQL": _text(one.get("expression"))
        for one in _maps(given)
        if _text(one.get("expression"))
    }
    for dialect in DIALECTS:
        if dialect in found:
            return found[dialect], dialect
    if found:
        raise InputError(kinds.METRIC_DIALECT(metric=name, dialects="、".join(found)))
    raise InputError(kinds.METRIC_SHAPE(metric=name, key="expression"))


def _column(name: str, said: dict[str, Any], labels: tuple[str, ...], table: str = "") -> Column:
    """What a measure says."""
    _filled(name, said)
    expr = str(said.pop("expr", "") if said.get("expr") is not None else "")
    plain = _PLAIN.fullmatch(expr.strip())
    if expr and not plain:
        raise InputError(kinds.METRIC_ROWS(metric=name, expr=expr))
    how = _text(said.pop("agg", "sum")).lower()
    if expr.strip() == "1" and how == "sum":
        how = "count"
    stands = said.pop("non_additive_dimension", None)
    for key in ("agg_time_dimension", "join_to_timespine"):
        said.pop(key, None)
    _nothing_else(name, said)
    window = ""
    if stands is not None:
        if not isinstance(stands, dict) or stands.get("window_groupings") or stands.get("group_by"):
            raise InputError(kinds.METRIC_KEY(metric=name, key="non_additive_dimension"))
        window = _text(stands.get("window_choice") or stands.get("window_agg")).lower() or "min"
    of = plain[1] or "" if plain else ""
    return Column(tuple(dict.fromkeys(labels)), how, window, table, of)


def _months(name: str, window: Any) -> int:
    if window is None:
        return 0
    found = _WINDOW.fullmatch(str(window).strip())
    if found is None or not int(found[1]):
        raise InputError(kinds.METRIC_WINDOW(metric=name, window=window))
    return int(found[1]) * _MONTHS[found[2].lower()]


def _switched_on(name: str, said: Mapping[str, Any]) -> None:
    for key in ("config", "semantic_model"):
        given = said.get(key)
        if isinstance(given, dict) and given.get("enabled", True) is not True:
            raise InputError(kinds.METRIC_OFF(metric=name))


def _unfiltered(name: str, said: Mapping[str, Any]) -> None:
    if said.get("filter"):
        raise InputError(kinds.METRIC_FILTER(metric=name, filter=_shown(said["filter"])))


def _filled(name: str, said: dict[str, Any]) -> None:
    """Of a month without rows a measure is 0 here, too."""
    value = said.pop("fill_nulls_with", None)
    if value is not None and (value is True or value != 0):
        raise InputError(kinds.METRIC_FILL(metric=name, value=value))


def _nothing_else(name: str, said: Mapping[str, Any]) -> None:
    for key, value in said.items():
        if value is not None and value != [] and not (key == "filter" and not value):
            raise InputError(kinds.METRIC_KEY(metric=name, key=key))


def _simple(measure: Mapping[str, Any]) -> Any:
    """The metric that a measure makes by itself."""
    made = type(measure)()
    made.row = getattr(measure, "row", None)  # type: ignore[attr-defined]
    label = measure.get("create_metric_display_name") or measure.get("label")
    made |= {"name": measure.get("name"), "type": "simple", "label": label}  # type: ignore
    return made | {"type_params": {"measure": measure.get("name")}}


def _typed(said: Any) -> Mapping[str, str]:
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        return {}
    return {str(key): one for key, one in said.items()}


def _synonyms(said: Mapping[str, Any]) -> list[str]:
    context = said.get("ai_context")
    given = context.get("synonyms") if isinstance(context, dict) else None
    return [one for one in given if _text(one)] if isinstance(given, list) else []


def _text(said: Any) -> str:
    return said.strip() if isinstance(said, str) else ""


def _texts(said: Any) -> list[str]:
    return [_text(said)] if _text(said) else []


def _list(said: Any) -> list[Any]:
    """What should be a list; what stands in its place is told of, not passed over."""
    return said if isinstance(said, list) else [] if said is None else [said]


def _maps(said: Any) -> list[dict[str, Any]]:
    return [one for one in _list(said) if isinstance(one, dict)]


def _shown(said: Any) -> str:
    given = "；".join(map(str, said)) if isinstance(said, list | dict) else str(said)
    text = " ".join(given.split())
    return text if len(text) < 80 else f"{text[:77]}…"
