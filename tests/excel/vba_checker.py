"""What VBA's compiler would refuse, looked for in the tree of pyOpenVBA's parser.

Excel compiles a module when it is first used, on the user's PC: a name that nobody declared, a label
that is not there, an argument too many ends in a box in English there.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from pyopenvba.interpreter import _ast as ast
from pyopenvba.interpreter import parse_module
from pyopenvba.interpreter._constants_data import VBA_CONSTANTS
from pyopenvba.interpreter._intrinsics import INTRINSICS

OF_EXCEL = {
    "application", "thisworkbook", "activeworkbook", "err", "me", "appleScriptTask".lower(),
    "xlerrdiv0", "xlerrna", "xlerrvalue", "xlerrnum", "strptr", "shell",
}  # fmt: skip
"""What a host gives besides the language, as far as the add-in uses it."""

FILES = re.compile(r"(Open|Close|Line Input|Input|Kill)\b")
"""Statements about files are parsed as such, but not taken apart."""

LONGEST_LINE, MOST_CONTINUATIONS, LARGEST_PROCEDURE, LONGEST_NAME = 1023, 24, 65_536, 255
SYSTEMS = {"Mac": (True, False), "Windows, 64 bits": (False, True), "32 bits": (False, False)}


def problems(modules: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with the modules of a project, on any system."""
    found = [one for name, source in modules.items() for one in _lines(name, source)]
    for system, (mac, win64) in SYSTEMS.items():
        trees = {}
        for name, source in modules.items():
            code = _for(source, mac, win64)
            kind = "class" if "Attribute VB_Exposed" in code else "standard"
            try:
                trees[name] = parse_module(code, name=name, kind=kind)
            except Exception as error:
                found.append(f"{name}: {error}")
        found += [f"{one} ({system})" for one in _of_trees(trees)]
    return sorted(set(found))


def _for(source: str, mac: bool, win64: bool) -> str:
    code = source[source.index("Attribute VB_Name") :] if "Attribute VB_Name" in source else source
    for word, value in (("Mac", mac), ("Win64", win64)):
        code = re.sub(rf"(?m)^( *#(?:Else)?If (?:Not )?){word} Then", rf"\g<1>{value} Then", code)
    # The parser does not know events of a host, which are no part of the language.
    return code.replace("Private WithEvents ", "Private ")


def _lines(name: str, source: str) -> Iterator[str]:
    continued = 0
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield f"{name}:{number}: {len(line)} characters"
        continued = continued + 1 if line.endswith(" _") else 0
        if continued > MOST_CONTINUATIONS:
            yield f"{name}:{number}: {continued} continuations"
        if line.replace('""', "").split("'")[0].count('"') % 2 and "'" not in line:
            yield f"{name}:{number}: a text without its end"
    for body in re.findall(
        r"(?ms)^(?:Public |Private )?(?:Sub|Function) .*?^End (?:Sub|Function)", source
    ):
        if len(body) > LARGEST_PROCEDURE:
            yield f"{name}: a procedure of {len(body)} characters"


def _of_trees(trees: Mapping[str, ast.Module]) -> Iterator[str]:
    public = {}
    for tree in trees.values():
        if tree.kind == "standard":
            for procedure in tree.procedures:
                if procedure.scope != "private":
                    public[procedure.name.lower()] = procedure
    for name, tree in trees.items():
        if (
            name not in ("ThisWorkbook", "xlwings_udfs")
            and "explicit" not in str(tree.options).lower()
        ):
            yield f"{name}: without Option Explicit"
        own = {procedure.name.lower(): procedure for procedure in tree.procedures}
        known = {declare.name.lower() for declare in tree.declares}
        known |= {decl.name.lower() for dim in tree.variables for decl in dim.decls}
        known |= {one[0].lower() for const in tree.constants for one in const.names}
        for procedure in tree.procedures:
            for problem in _of_procedure(procedure, known, {**public, **own}):
                yield f"{name}.{procedure.name}: {problem}"


def _of_procedure(
    procedure: ast.Procedure, known: set[str], procedures: Mapping[str, ast.Procedure]
) -> Iterator[str]:
    there = known | {p.name.lower() for p in procedure.params} | {procedure.name.lower()}
    nodes = list(_walk(procedure.body))
    there |= {decl.name.lower() for one in nodes if isinstance(one, ast.Dim) for decl in one.decls}
    labels = {one.name.lower() for one in nodes if isinstance(one, ast.Label)}
    outside = set(procedures) | OF_EXCEL | set(INTRINSICS) | {c.lower() for c in VBA_CONSTANTS}
    for one in nodes:
        if isinstance(one, ast.Unsupported) and not FILES.match(one.text):
            yield f"line {one.line}: {one.text}"
        if isinstance(one, ast.Name) and one.name.lower() not in there | {
            n.lower() for n in outside
        }:
            yield f"{one.name} is not declared"
        jumps = isinstance(one, ast.GoTo | ast.OnError | ast.Resume) and one.label
        if jumps and one.label.lower() not in labels | {"0"}:
            yield f"no label {one.label}"
        if isinstance(one, ast.Dim):
            yield from (f"{d.name} is too long" for d in one.decls if len(d.name) > LONGEST_NAME)
        called = one.callee if isinstance(one, ast.CallStmt) else getattr(one, "target", None)
        if isinstance(one, ast.CallStmt | ast.Index) and isinstance(called, ast.Name):
            callee = procedures.get(called.name.lower())
            if callee is not None and called.name.lower() not in there - {procedure.name.lower()}:
                yield from _arguments(called.name, callee, len(one.args))


def _arguments(name: str, callee: ast.Procedure, given: int) -> Iterator[str]:
    least = sum(not (p.optional or p.param_array) for p in callee.params)
    most = 255 if any(p.param_array for p in callee.params) else len(callee.params)
    if not least <= given <= most:
        yield f"{name} is given {given} arguments, not {least} to {most}"


def _walk(node: object) -> Iterator[object]:
    if isinstance(node, list | tuple):
        for one in node:
            yield from _walk(one)
    elif dataclasses.is_dataclass(node):
        yield node
        for field in dataclasses.fields(node):
            yield from _walk(getattr(node, field.name))
