"""What a docstring says of a parameter is more than its name and type."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = [
    file
    for folder in ("kpi_xl", "udfs", "workbook_templates", "manual", "benchmarks")
    for file in sorted((ROOT / folder).rglob("*.py"))
]
ENTRY = re.compile(r"^( *)(\w[\w, ]*) : (.+)\n((?:\1 +.*\n|\n(?=\1 ))*)", re.MULTILINE)
SECTION = re.compile(
    r"^ *(?:Parameters|Attributes)\n *-+\n((?:.*\n)*?)(?= *\w+\n *-{3,}\n|\Z)", re.M
)
SAYS_NOTHING = frozenset("the a an of it its is that this which one to project s".split())


def stems(text):
    found = re.findall(r"[A-Za-z]+", text.replace("_", " "))
    return {re.sub(r"(ies|es|s)$", "", word.lower()) for word in found} - {"", *SAYS_NOTHING}


def repeats(name, of, text):
    """Whether a text says nothing that the name and the type have not said."""
    if re.search(r"[^\x00-\x7f]|[0-9`(]", text) or ("array" in of and not text.strip()):
        return False
    return stems(text) <= stems(name) | stems(of)


def docstrings():
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(
                node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            ) and (text := ast.get_docstring(node)):
                yield f"{file.relative_to(ROOT)}: {getattr(node, 'name', 'module')}", text


def test_summaries_name_the_thing_and_ask_no_question():
    """``The header of a table``, not ``What stands above a table``: few are allowed."""
    found = list(docstrings())
    asked = [where for where, text in found if re.match(r"(What|Whose)\b", text)]
    assert len(asked) < len(found) / 100, asked


def test_few_entries_are_of_three_words():
    entries = [
        (where, name, text.split())
        for where, docstring in docstrings()
        for section in SECTION.finditer(docstring + "\n")
        for _, name, _, text in ENTRY.findall(section[1])
        if text.isascii()
    ]
    short = [entry for entry in entries if len(entry[2]) <= 3]
    assert len(short) < len(entries) / 50, short


def test_no_entry_only_repeats_the_name():
    found = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for section in SECTION.finditer((ast.get_docstring(node) or "") + "\n"):
                    found += [
                        f"{file.relative_to(ROOT)}: {node.name}: {name}: {text.strip()}"
                        for _, name, of, text in ENTRY.findall(section[1])
                        if repeats(name, of, text)
                    ]
    assert found == []


def test_what_repeats_is_told_from_what_says_something():
    assert repeats("settings", "Settings", "The project's settings.")
    assert repeats("page", "Page", "")
    assert not repeats("premium", "int", "In 分.")
    assert not repeats("values", "(units, months) array_like", "")
    assert not repeats("store", "duckdb connection", "It is closed afterwards.")
