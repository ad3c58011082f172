"""The functions as Calc declares them: names, types, and descriptions for the function wizard."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, Final

from kpi_xl.catalogue import MEASURES, kpis
from udfs import by_counts, functions
from udfs.calc import IDENTIFIER
from udfs.calc.type_library import (
    ANY,
    CELL_RANGE,
    DOCUMENT,
    NUMBER,
    ROWS,
    TEXT,
    TEXT_ROWS,
    Method,
    type_library,
)
from udfs.epochs import takes_days
from udfs.excel.descriptions import described, named
from udfs.fraction import fraction_code

INTERFACE: Final = f"{IDENTIFIER}.XFunctions"

BY_REFERENCE: Final = frozenset({"signed", "left"})
"""The columns of dates: ranges that many formulas share, handed over once for all of them."""

_PARAMETER: Final = re.compile(r"^(\w+(?:, \w+)*) : (.+)$", re.MULTILINE)
_RETURNS: Final = re.compile(r"^Returns\n-+\n(.+)$", re.MULTILINE)
_MANY: Final = re.compile(r"^(list|numbers|text in the shape)|\brows of\b")
_TEXT_TABLES: Final = ("KPI_NAMES", "KPI_UNITS")
_SINGLE_TEXTS: Final = ("text", "KPI name", "unit name", "month", "date")
_ENGLISH: Final = {
    "KPI": "A KPI of the project for a unit and month, or its target, change, status …",
    "KPI_TABLE": "A table of KPIs of the project: a row for every unit and month",
    "KPI_UNITS": "The units of the project, with their levels and parents",
    "KPI_NAMES": "All KPIs: names, codes, units and formulas",
    "KPI_STATUS": "Whether a value of a KPI is healthy, abnormal or dangerous",
    "KPI_HELP": "What a KPI means, its formula and bounds; or how a unit is written",
    "KPI_HEADCOUNT": "People under contract on a day, or at the end of a month",
    "KPI_AVG_HEADCOUNT": "The mean of a month's opening and closing headcount",
    "KPI_RECRUITS": "People who signed in a month",
    "KPI_LEAVERS": "People who left in a month",
    "KPI_RETENTION13": "Of those who signed 13 months before, the share still there",
    "KPI_STAY_RATE": "Of those there on a first day, the share still there on a last day",
    "KPI_SURVIVAL": "The share still there after so many months of service (Kaplan-Meier)",
    "KPI_SURVIVAL_RANGE": "The 95% interval of the share still there after so many months",
}


def table() -> dict[str, dict[str, Any]]:
    """All functions by the names of their methods, as ``functions.json`` holds them.

    Of arguments that are single numbers and texts Calc itself makes the round in an array formula,
    so that an error in one row stays there; the others take whole ranges. A function by counts has
    its arithmetic with it (``fraction``); one of days is told of the document that asks, which says
    what its days count from (``of_document``).
    """
    found = {}
    for name in functions.__all__:
        function = getattr(functions, name)
        about = described(function)
        kpi = kpis.get(name) if function.__module__ == by_counts.__name__ else None
        words = _documented(function)
        types = [
            _type(p, words.get(p.name)) for p in inspect.signature(function).parameters.values()
        ]
        found[method_name(name)] = {
            "name": name,
            "zh": about.text,
            "en": _english(function),
            "fraction": None if kpi is None else fraction_code(kpi.on_paper),
            "gives": _gives(function, types),
            "of_document": CELL_RANGE in types or bool(takes_days(function)),
            "arguments": [
                {
                    "name_zh": named(name, argument),
                    "name_en": argument,
                    "zh": text,
                    "en": words.get(argument) or _english_argument(argument),
                    "type": type_,
                }
                for (argument, text), type_ in zip(about.arguments.items(), types, strict=True)
            ],
        }
    return found


def library() -> bytes:
    """The type library of the functions."""
    methods = []
    for method, function in table().items():
        types = [argument["type"] for argument in function["arguments"]]
        if function["of_document"]:
            types.append(DOCUMENT)
        methods.append(Method(method, function["gives"], types))
    return type_library(INTERFACE, methods)


def _type(parameter: inspect.Parameter, words: str | None) -> str:
    """The type of an argument, by its docstring; a measure is a number."""
    if parameter.name in BY_REFERENCE:
        return CELL_RANGE
    if parameter.default is not inspect.Parameter.empty:
        return ANY  # Calc lets nothing else be left out
    if words is None or words.startswith("number"):
        return NUMBER
    return TEXT if words.startswith(_SINGLE_TEXTS) else ANY


def _gives(function: Callable[..., Any], types: list[str]) -> str:
    """The type of the result: rows where the function gives rows, or takes whole ranges."""
    given = _RETURNS.search(inspect.getdoc(function) or "")
    words = given[1] if given else ""
    parameters = inspect.signature(function).parameters.values()
    takes_ranges = any(
        type_ == ANY and parameter.default is inspect.Parameter.empty
        for type_, parameter in zip(types, parameters, strict=True)
    )
    if not words.startswith("rows") and not (takes_ranges and _MANY.search(words)):
        return ANY
    is_text = words.startswith(("str", "text")) or function.__name__ in _TEXT_TABLES
    return TEXT_ROWS if is_text else ROWS


def method_name(function: str) -> str:
    """A function's name in the form that LibreOffice's interfaces allow.

    Examples
    --------
    >>> method_name("KPI_AVG_HEADCOUNT"), method_name("KPI")
    ('kpiAvgHeadcount', 'kpi')
    """
    first, *others = function.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def _documented(function: Callable[..., Any]) -> dict[str, str]:
    """The types of the parameters in a docstring."""
    return {
        name: words
        for names, words in _PARAMETER.findall(inspect.getdoc(function) or "")
        for name in names.split(", ")
    }


def _english(function: Callable[..., Any]) -> str:
    code = function.__name__
    kpi = kpis.get(code)
    if code in _ENGLISH or kpi is None:
        return _ENGLISH.get(code) or described(function).text
    formula = kpi.on_paper.excel({one.code: one.code for one in kpi.on_paper.measures})
    return f"{code.removeprefix('KPI_').replace('_', ' ').capitalize()}: {formula}"


def _english_argument(name: str) -> str:
    setting = MEASURES.get(name)
    default = getattr(setting, "default", None)
    text = name.replace("_", " ")
    return text if default is None else f"{text}, optional: {default:g}"
