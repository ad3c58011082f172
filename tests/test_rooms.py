"""The rooms of docs/architecture.md: imports go down, and never in a circle."""

import ast
import functools
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


@functools.cache
def _reexported(package: str) -> dict[str, str]:
    """What a package has by other modules' names, also what it fetches only when asked for it."""
    file = MODULES[package]
    if file.name != "__init__.py":
        return {}
    return {
        alias.asname or alias.name: node.module
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in MODULES
        for alias in node.names
    }


def imported(text: str, module: str, is_package: bool = False, of_types: bool = False) -> set[str]:
    """The modules that a text imports, wherever it does so and however.

    Those of types alone count only where they are asked for.

    Within functions, relative to itself, by a module's name as a text, through a package that
    fetches them when asked, or as an attribute of a package: all of that counts.
    """
    tree = list(ast.walk(ast.parse(text)))
    types = {
        id(node)
        for one in tree
        if not of_types and isinstance(one, ast.If) and "TYPE_CHECKING" in ast.unparse(one.test)
        for branch in one.body  # not what is imported otherwise
        for node in ast.walk(branch)
    }
    home = module.split(".") if is_package else module.split(".")[:-1]
    found = set()
    for node in tree:
        if id(node) in types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = home[: len(home) - node.level + 1] if node.level else []
            package = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{package}.{alias.name}"
                other = _reexported(package).get(alias.name) if package in MODULES else None
                found.add(inner if inner in MODULES else other or package)
        elif isinstance(node, ast.Attribute):
            chain = ast.unparse(node)
            package, _, name = chain.rpartition(".")
            if package in PACKAGES:
                found.add(_reexported(package).get(name, chain))
            found.add(chain)
        elif isinstance(node, ast.Call) and _is_by_name(node):
            assert node.args, f"{module}: {ast.unparse(node)}"
            name = node.args[0]
            if isinstance(name, ast.Constant):
                found.add(str(name.value))
            else:
                assert module in NAMED_LATER, f"{module} imports what only its run shows"
    return (found & MODULES.keys()) - {module}


def _is_by_name(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] in ("import_module", "__import__")


NAMED_LATER = {"workbook_templates.build"}
"""The modules that import what only their run shows: a template's builder, by its name."""


@functools.cache
def imports(of_types: bool = False) -> dict[str, set[str]]:
    """What each module imports; whoever is given it changes nothing in it."""
    return {
        name: imported(file.read_text(encoding="utf-8"), name, file.name == "__init__.py", of_types)
        for name, file in MODULES.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "from kpi_xl.jobs.fill import fill",
        "from kpi_xl.jobs import fill",
        "import kpi_xl.jobs.fill as anything",
        "def late():\n    from kpi_xl.jobs import fill",
        "def late():\n    if True:\n        import kpi_xl.jobs.fill",
        "from ..jobs import fill",
        "from ..jobs.fill import fill",
        "importlib.import_module('kpi_xl.jobs.fill')",
        "fill = __import__('kpi_xl.jobs.fill')",
        "import kpi_xl\nkpi_xl.jobs.fill.fill()",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import kpi_xl.jobs.fill",
        "try:\n    import kpi_xl.jobs.fill\nexcept ImportError:\n    pass",
    ],
)
def test_no_way_to_import_stays_unseen(text):
    assert "kpi_xl.jobs.fill" in imported(text, "kpi_xl.data.cube")


@pytest.mark.parametrize("text", ["from kpi_xl import Project", "import kpi_xl\nkpi_xl.Project"])
def test_what_the_package_fetches_when_asked_is_seen(text):
    assert "kpi_xl.api" in imported(text, "kpi_xl.data.cube")


def test_an_import_for_types_alone_is_none():
    text = "if TYPE_CHECKING:\n    from kpi_xl.jobs.fill import fill"
    assert not imported(text, "kpi_xl.data.cube")


def test_a_name_that_only_the_run_shows_is_refused():
    with pytest.raises(AssertionError, match="only its run shows"):
        imported("importlib.import_module(name)", "kpi_xl.data.cube")


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
        for module, imported in imports().items()
        for one in imported
        if module != "kpi_xl"  # the package's face: Project and kpis are fetched when asked for
        and one != "kpi_xl"
        and _floor(one, floors) < _floor(module, floors)
    ]
    assert not upwards, "\n".join(sorted(upwards))


VISITED = ("kpi_xl.formula", "kpi_xl.formula_writers")
"""A formula lets a writer visit it, and names the writer's type: each is said by the other."""


@pytest.mark.parametrize("of_types", [False, True])
def test_no_module_imports_itself_round_about(of_types):
    allowed = {**imports(of_types)}
    allowed[VISITED[0]] = allowed[VISITED[0]] - {VISITED[1]}
    done: set[str] = set()

    def visit(module: str, way: list[str]) -> None:
        if module in way:
            pytest.fail(" -> ".join([*way[way.index(module) :], module]))
        if module in done:
            return
        for one in sorted(allowed[module]):
            visit(one, [*way, module])
        done.add(module)

    for module in MODULES:
        visit(module, [])
