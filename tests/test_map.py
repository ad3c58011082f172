"""Where a module is tested: each room has its folder of tests, and these are near all of it.

Who changes a module runs the tests of its room first.
"""

import ast
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import pytest

from test_rooms import MODULES, imports
from workbook_templates import OFFICIAL

TESTS = Path(__file__).parent
TESTED_IN = {
    "kpi_xl": ".",
    "kpi_xl.analysis": "analysis",
    "kpi_xl.assistant": "assistant",
    "kpi_xl.catalogue": "catalogue",
    "kpi_xl.circulation": "collection distribution",
    "kpi_xl.cli": "cli",
    "kpi_xl.checks": "raw_files",
    "kpi_xl.data": "engine",
    "kpi_xl.definitions": "definitions",
    "kpi_xl.desk": "desk",
    "kpi_xl.excel": "excel",
    "kpi_xl.findings": "findings",
    "kpi_xl.jobs": "jobs",
    "kpi_xl.kinds": "test_kinds.py",
    "kpi_xl.pages": "pages",
    "kpi_xl.raw_files": "raw_files",
    "kpi_xl.readers": "readers",
    "kpi_xl.record": "collection definitions",
    "kpi_xl.sample": "sample",
    "kpi_xl.settings": "settings",
    "kpi_xl.site": "site",
    "kpi_xl.slots": "slots templates",
    "kpi_xl.system": "system",
    "kpi_xl.system.libreoffice": "cli",
    "kpi_xl.system.user": "excel",
    "kpi_xl.workbook": "workbook",
    "kpi_xl.workbook.annotated": "collection",
    "udfs": "functions excel",
    "udfs.calc": "calc",
    "udfs.excel": "excel",
    "udfs.lambdas": "udfs",
    "udfs.server": "server",
    "workbook_templates": "templates",
}
"""The folders or files of the tests of a package, as far as no longer name has others."""

STARTED = {
    "kpi_xl.cli": {"kpi_xl.cli.__main__"},
    "udfs.calc.build": {"udfs.calc.button"},
    "udfs.server.app": {
        "udfs.server.site.custom_functions",
        "udfs.server.site.custom_scripts",
    },
    "workbook_templates.build": {
        f"workbook_templates.{official.builder}" for official in OFFICIAL.values()
    },
}
"""The modules that are started or loaded by their names, by what does so."""

FAR = 3
"""A module so many imports away from the tests of its room is named below, with its test."""

SEEN_THROUGH = {
    "kpi_xl.checks.proposals": "jobs/test_mapping.py",
    "kpi_xl.checks.seen": "jobs/test_mapping.py",
    "kpi_xl.cli.mapping_questions": "jobs/test_mapping.py",
    "kpi_xl.cli.questions": "jobs/test_mapping.py",
    "kpi_xl.jobs.live": "calc/test_month.py",
    "kpi_xl.jobs.measure_form": "definitions/test_reach.py",
    "kpi_xl.jobs.propose": "collection/test_rounds.py",
    "kpi_xl.workbook.growth.counting": "workbook/test_grow.py",
    "kpi_xl.workbook.growth.row_copies": "workbook/test_grow.py",
    "kpi_xl.workbook.growth.rows": "workbook/test_grow_rules.py",
    "kpi_xl.workbook.growth.workbook_rows": "workbook/test_grow.py",
    "kpi_xl.workbook.obstacles": "workbook/test_refusals.py",
    "kpi_xl.workbook.ooxml.calculation": "workbook/test_consequences.py",
    "kpi_xl.workbook.ooxml.cell_formulas": "workbook/test_grow.py",
    "kpi_xl.workbook.ooxml.chart_caches": "workbook/test_charts.py",
    "kpi_xl.workbook.ooxml.sheet": "workbook/test_fill.py",
    "kpi_xl.workbook.shared_texts": "workbook/test_consequences.py",
}
"""What tests see the work of and do not call: each module with the test that fails with it."""


def _files(places: str) -> list[Path]:
    found = [TESTS / "conftest.py"]
    for place in places.split():
        path = TESTS / place
        found += [path] if path.is_file() else path.glob("*.py" if place == "." else "**/*.py")
    return [file for file in found if "node_modules" not in file.parts]


def _distances(files: Iterable[Path]) -> dict[str, int]:
    """How many imports away from some tests every module is; a package brings nothing along."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    if "command_line" in found:
        found.add("kpi_xl.cli")
    distances = dict.fromkeys(found & MODULES.keys(), 0)
    todo = deque(distances)
    while todo:
        module = todo.popleft()
        for other in (imports()[module] | STARTED.get(module, set())) - distances.keys():
            distances[other] = distances[module] + 1
            todo.append(other)
    return distances


def _is_own_test(module: str) -> bool:
    """Whether a module has examples, which are run, or nothing that could be tested."""
    text = MODULES[module].read_text(encoding="utf-8")
    return ">>> " in text or len(ast.parse(text).body) <= 1


def _room(module: str) -> str:
    return max((one for one in TESTED_IN if f"{module}.".startswith(f"{one}.")), key=len)


@pytest.mark.parametrize("room", TESTED_IN)
def test_the_tests_of_a_room_are_near_all_of_it(room):
    mine = {module for module in MODULES if _room(module) == room}
    assert mine
    named = {file.stem for file in _files(TESTED_IN[room])}
    distances = _distances(_files(TESTED_IN[room]))
    far = {
        module
        for module in mine
        if distances.get(module, FAR) >= FAR
        and f"test_{module.rpartition('.')[2]}" not in named
        and not _is_own_test(module)
    }
    assert sorted(far) == sorted(mine & SEEN_THROUGH.keys())


@pytest.mark.parametrize("module", SEEN_THROUGH)
def test_what_is_far_from_its_tests_is_seen_through_one(module):
    assert module in _distances([TESTS / SEEN_THROUGH[module]])


def test_every_test_is_of_a_room():
    named = {place for places in TESTED_IN.values() for place in places.split()}
    folders = {path.name for path in TESTS.iterdir() if any(path.glob("test_*.py"))}
    assert folders - named == {"docs"}  # of the manual
