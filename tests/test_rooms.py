"""The rooms of docs/architecture.md: imports go down, and never in a circle."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("kpi_xl", "udfs", "workbook_templates")


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    _name(file): file
    for package in PACKAGES
    for file in sorted((ROOT / package).rglob("*.py"))
    if "calc/component" not in file.as_posix()  # runs in LibreOffice's own Python
}


def _imported(file: Path) -> set[str]:
    """The modules that a file imports, also within functions; not for its types alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    types = {
        id(node)
        for one in ast.walk(tree)
        if isinstance(one, ast.If) and "TYPE_CHECKING" in ast.unparse(one.test)
        for node in ast.walk(one)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return (found & MODULES.keys()) - {_name(file)}


IMPORTS = {name: _imported(file) for name, file in MODULES.items()}


def _floors() -> list[set[str]]:
    """The rooms as the picture in the manual has them, from top to bottom."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = text.split("```")[1]
    floors: list[set[str]] = []
    for line in picture.splitlines():
        rooms, *_ = re.split(r" {2,}", line)  # what is said of them stands in a column of its own
        if line and not line[0].isspace():
            floors.append({one.strip().rstrip("/") for one in rooms.split(",")})
    return floors


def _floor(module: str, floors: list[set[str]]) -> int:
    path = module.replace(".", "/")
    for number, rooms in enumerate(floors):
        if any(path == room or path.startswith(f"{room}/") for room in rooms):
            return number
    raise AssertionError(f"{module} is in no room of docs/architecture.md")


def test_nothing_imports_upwards():
    floors = _floors()
    upwards = [
        f"{module} -> {one}"
        for module, imported in IMPORTS.items()
        for one in imported
        if module != "kpi_xl"  # the package's face: Project and kpis are fetched when asked for
        and one != "kpi_xl"
        and _floor(one, floors) < _floor(module, floors)
    ]
    assert not upwards, "\n".join(sorted(upwards))


def test_no_module_imports_itself_round_about():
    done: set[str] = set()

    def visit(module: str, way: list[str]) -> None:
        if module in way:
            pytest.fail(" -> ".join([*way[way.index(module) :], module]))
        if module in done:
            return
        for one in sorted(IMPORTS[module]):
            visit(one, [*way, module])
        done.add(module)

    for module in MODULES:
        visit(module, [])
