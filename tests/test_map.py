"""Where a module is tested: each room has its folder of tests, and these reach every module of it.

Who changes a module runs the tests of its room first.
"""

import ast
from pathlib import Path

import pytest

from test_rooms import IMPORTS, MODULES
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


def _files(places: str) -> list[Path]:
    found = [TESTS / "conftest.py"]
    for place in places.split():
        path = TESTS / place
        found += [path] if path.is_file() else path.glob("*.py" if place == "." else "**/*.py")
    return [file for file in found if "node_modules" not in file.parts]


def _reached(places: str) -> set[str]:
    """The modules that tests import, and what these import, and so on."""
    found = set()
    for file in _files(places):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    todo = [name for name in found if name in MODULES]
    reached = set(todo)
    while todo:
        module = todo.pop()
        package = module.rpartition(".")[0]
        new = IMPORTS[module] | STARTED.get(module, set()) | {package} & MODULES.keys()
        new -= reached
        reached |= new
        todo += new
    return reached


def _room(module: str) -> str:
    return max((one for one in TESTED_IN if f"{module}.".startswith(f"{one}.")), key=len)


@pytest.mark.parametrize("room", TESTED_IN)
def test_the_tests_of_a_room_reach_all_of_it(room):
    mine = {module for module in MODULES if _room(module) == room}
    assert mine
    assert sorted(mine - _reached(TESTED_IN[room])) == []


def test_every_test_is_of_a_room():
    named = {place for places in TESTED_IN.values() for place in places.split()}
    folders = {path.name for path in TESTS.iterdir() if any(path.glob("test_*.py"))}
    assert folders - named == {"docs"}  # of the manual
