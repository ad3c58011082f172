"""The English handbook of KPIs: a page for each family, as the Chinese one has it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from kpi_xl import catalogue
from kpi_xl.analysis.knowledge import Evidence, knowledge
from kpi_xl.kpi import Kpi
from manual.english_kpis import BETTER, FAMILY_NAMES, NAMES, UNITS, bands_of
from manual.example_numbers import ROSTER
from manual.kpis import (
    MORE,
    STORES,
    cells_of,
    kpis_of,
    numbers_of,
    roster_results,
    shown,
    typed,
    worked_out,
)
from udfs.explain import FROM_DATES, worksheet_function

SAID: Final[dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("english_handbook.toml").read_text(encoding="utf-8")
)
"""What the catalogue and the diagnosis say in Chinese, and the same in English."""


def page(family: str) -> str:
    """The page of one family."""
    given = "a shop of 12 people" if family in STORES else "a department of about 200 people"
    parts = [f"# {FAMILY_NAMES[family]}", ""]
    parts += [f"The examples are numbers of one month of {given}; type them into Excel.", ""]
    if family == "manpower":
        parts += _roster()
    for kpi in kpis_of(family):
        parts += _section(family, kpi)
    return "\n".join(parts) + "\n"


def _section(family: str, kpi: Kpi) -> Iterator[str]:
    numbers = numbers_of(family, kpi)
    name = _name(kpi.code)
    yield from (f"## {name[0].upper()}{name[1:]}: {kpi.name} {{#{kpi.code}}}", "")
    yield from (f"{SAID[kpi.meaning]}.", "", "| | |", "|---|---|")
    if kpi.aliases:
        yield f"| also called | {', '.join(kpi.aliases)} |"
    yield f"| formula in Chinese | {kpi.formula} |"
    cells = cells_of(kpi)
    legend = ", ".join(f"{cells[m.code]} is {SAID[m.name]}" for m in kpi.measures)
    yield f"| Excel formula | `{kpi.excel(cells)}` ({legend}) |"
    yield f"| function | `{worksheet_function(kpi)}` |"
    better = BETTER[kpi.direction]
    yield f"| unit, better | {UNITS[kpi.unit]}{f', {better} is better' if better else ''} |"
    if kpi.bands is not None:
        yield f"| bounds | {bands_of(kpi)} ({SAID[kpi.bands.source]}) |"
    yield f"| source | {SAID[kpi.source]} |"
    if kpi.note:
        yield f"| note | {SAID[kpi.note]} |"
    yield from ("", "**The numbers in it**", "")
    yield from (f"- {SAID[m.name]} ({m.name}): {SAID[m.meaning]}" for m in kpi.measures)
    yield from (f"- {SAID[s.name]} ({s.name}): {SAID[s.meaning]}" for s in kpi.settings)
    yield from ("", "**An example**", "")
    yield f"`{worked_out(kpi, numbers)}` gives **{_result(kpi, numbers)}**."
    if kpi.code not in FROM_DATES:
        arguments = ", ".join(typed(numbers[m.code]) for m in kpi.measures)
        yield f"With the function: `={kpi.code}({arguments})`."
    yield from ("", *_what_moves_it(kpi, numbers), *_when_weak(kpi))


def _result(kpi: Kpi, numbers: Mapping[str, float]) -> str:
    unit = "" if kpi.unit == "%" else f" {UNITS[kpi.unit]}"
    return shown(kpi(**numbers), kpi.number_format) + unit


def _what_moves_it(kpi: Kpi, numbers: Mapping[str, float]) -> Iterator[str]:
    if len(kpi.measures) == 1:
        return
    yield from ("**What moves it**", "", "| all else the same | becomes |", "|---|---|")
    for measure in kpi.measures:
        more = dict(numbers) | {measure.code: numbers[measure.code] * MORE}
        yield f"| a tenth more: {SAID[measure.name]} | {_result(kpi, more)} |"
    yield ""


def _when_weak(kpi: Kpi) -> Iterator[str]:
    for topic in knowledge().topics:
        if kpi.code not in topic.kpis:
            continue
        counted = f"{len(topic.causes)} possible causes, {len(topic.remedies)} measures"
        yield from (f'??? note "{SAID[topic.name]}: {counted}"', "")
        for cause in topic.causes:
            yield f"    - {SAID[cause.text]} ({_evidence(cause.evidence)})"
        yield from ("", "    Measures:", "")
        for remedy in topic.remedies:
            yield f"    - {SAID[remedy.text]} ({SAID[remedy.owner]})"
        yield ""


def _evidence(evidence: Sequence[Evidence]) -> str:
    seen = ", ".join(f"{_signal(one.signal)} {one.direction}" for one in evidence)
    return f"see: {seen}" if seen else "the data cannot tell; the manager decides"


def _signal(code: str) -> str:
    return _name(code) if code in NAMES else SAID[knowledge().signals[code].name]


def _name(code: str) -> str:
    """The name of a KPI, without the handbook's addition."""
    return NAMES[code].partition(": ")[0]


def _roster() -> Iterator[str]:
    yield from ("## Functions of a roster", "")
    yield "With a roster nobody has to count people. Columns A to C are the name and the days of"
    yield from ("signing and leaving:", "", "| | A | B | C |", "|---|---|---|---|")
    yield "| 1 | name | signed | left |"
    for row, (name, signed, left) in enumerate(ROSTER, 2):
        yield f"| {row} | {name} | {signed} | {left} |"
    yield from ("", "| formula | result |", "|---|---|")
    for formula, result in roster_results().items():
        kpi = catalogue.kpis[formula[1:].partition("(")[0]]
        value = shown(result, kpi.number_format)  # type: ignore[arg-type]
        yield f"| `{formula}` | {_name(kpi.code)} {value} |"
    yield from (
        "",
        "On the day a contract ends the person does not count any more. Of the three people",
    )
    yield "who signed 13 months before, in May 2023, one is there at the end of the month."
    yield ""
