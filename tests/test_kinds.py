"""The catalogue of kinds: everything that is said stands there, and whoever says it says it whole."""

from __future__ import annotations

import ast
import functools
import pickle
import re
from pathlib import Path

import pytest

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault, Kind, parameters
from manual import messages

ROOT = Path(kinds.__file__).parents[2]
CATALOGUE = Path(kinds.__file__).parent
NAMES = [name for name, kind in vars(kinds).items() if isinstance(kind, Kind)]
SOURCES = sorted(
    path
    for package in ("kpi_xl", "udfs", "workbook_templates")
    for path in (ROOT / package).rglob("*.py")
    if CATALOGUE not in path.parents
)

APART = ROOT / "udfs" / "calc" / "component"
"""Runs in LibreOffice's own Python, which does not have kpi_xl."""

SAYING = re.compile(
    r"(Error|Fault|Kind|Aside|Problem|Undone|Unusable|refusal|_wrong|_refused|Response)$"
)
"""How what says something to users is called."""

CHINESE = re.compile("[一-鿿]")


@functools.cache
def trees() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in SOURCES
    ]


def sentences(node: ast.AST) -> list[str]:
    """The Chinese sentences spelled in an expression: texts that say more than a name does."""
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant)
        and isinstance(one.value, str)
        and len(CHINESE.findall(one.value)) > 3
    ]


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_reads_like_every_message(name):
    kind = getattr(kinds, name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*", kind.code)
    for text in filter(None, (kind.reason, kind.advice, kind.near)):
        assert CHINESE.search(text) or re.fullmatch(r"\{\w+\}", text)
        assert not text.endswith(("。", "！", "."))
    assert all(hint.startswith(("；", "（")) for hint in kind.hints)


def test_every_code_is_one_kind_and_every_kind_is_used():
    assert len(kinds.BY_CODE) == len(NAMES) == sum(map(len, kinds.BY_AREA.values()))
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    used = set(re.findall(r"\bkinds\.(\w+)", source))
    assert [name for name in NAMES if name not in used] == []


def test_nothing_is_said_but_by_the_catalogue():
    """A sentence at the place of raising has no code, no list and no other reader."""
    found = []
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and node.exc is not None:
                said = sentences(node.exc)
            elif isinstance(node, ast.Call) and SAYING.search(called(node)):
                said = sentences(node)
            else:
                continue
            if said and APART not in (ROOT / file).parents:
                found.append((file, node.lineno, said))
    assert found == []


def test_the_test_above_finds_what_it_looks_for():
    for text in ('raise InputError("没有这个文件", "请核对")', 'x = Aside(f, "这是压缩包")'):
        (call,) = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        assert SAYING.search(called(call))
        assert sentences(call)


def test_only_the_catalogue_has_kinds():
    assert [
        (file, node.lineno)
        for file, tree in trees()
        if any(
            isinstance(node, ast.ImportFrom)
            and node.module == "kpi_xl.fault"
            and any(one.name == "Kind" for one in node.names)
            for node in ast.walk(tree)
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Kind"
    ] == []


def test_every_kind_is_called_with_its_parameters():
    wrong = []
    for file, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if ast.unparse(node.func.value) != "kinds" or node.func.attr not in NAMES:
                continue
            kind = getattr(kinds, node.func.attr)
            given = {keyword.arg for keyword in node.keywords}
            needed = parameters(kind.reason) | parameters(kind.advice)
            known = needed | parameters(kind.near) | set().union(*map(parameters, kind.hints))
            whole = None in given or needed <= given
            if node.args or not whole or not given - {None} <= known:
                wrong.append((file, node.lineno, node.func.attr, sorted(needed ^ given)))
    assert wrong == []


def test_hints_are_given_where_they_are_known():
    known = kinds.UNKNOWN_AGENT(count=3, unassigned="未分配", aside=2, like="001、01")
    assert known.advice.endswith(
        "；人员表有 2 行搁置，他在其中的，先改好那一行；人员表里“001、01”都像，分不出是哪一个"
    )
    unknown = kinds.UNKNOWN_AGENT(count=3, unassigned="未分配", aside=0, like=None)
    assert unknown.advice == kinds.UNKNOWN_AGENT.advice


def test_what_is_near_is_advised_where_it_is_known():
    assert kinds.UNIT_UNKNOWN(label="城冬", like="城东", known="甲").advice == "是不是：城东"
    assert kinds.UNIT_UNKNOWN(label="城冬", like="", known="甲").advice.startswith("有这些单位：甲")


def test_used_all_the_same():
    assert kinds.NO_DAY().set_aside
    assert not Fault(kinds.NO_DAY, used=True).set_aside


def test_an_error_goes_from_process_to_process():
    error = InputError(
        kinds.NO_SUCH_DATA(month="2024-07", first="a", last="b"), file="x.csv", row=3
    )
    again = pickle.loads(pickle.dumps(error))
    assert again.record() == error.record()
    assert again.fault.kind == kinds.NO_SUCH_DATA


def test_the_manual_lists_every_kind():
    checked, others = messages.problems(), messages.page()
    for area, of_area in kinds.BY_AREA.items():
        page = checked if area == "校验报告" else others.partition(f"### {area}\n")[2]
        for kind in of_area:
            assert f"| `{kind.code}` |" in page
    for kind in kinds.BY_AREA["校验报告"]:
        assert f"| `{kind.code}` | {'搁置' if kind.set_aside else '提示'} |" in checked
    assert not re.search(r"\{\w+[:}]", checked + others)
