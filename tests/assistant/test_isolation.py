"""Whoever may see some units is answered as if there were no others, whatever he asks.

Two projects that are alike in his units and differ in all the others give him the same bytes.
"""

import itertools

import pytest

from kpi_xl.assistant import answer
from kpi_xl.assistant.tools import TOOLS, Asking, ask
from kpi_xl.errors import InputError
from server.worlds import MINE, people, world

SEEN = (MINE,)
HERE = ["城北营业部/一组", "城北营业部/二组", "城南营业部/一组"]
THERE = ["滨江营业部/一组", "城东营业部二部/二组", "城南营业部/一组"]


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    here, there = people(HERE, 4), people(THERE, 7, signed="2020-01-05")
    return world(folder / "here", here), world(folder / "there", there, earlier=True)


UNITS = [
    None, MINE, "一组", f"营业部:{MINE}", "城北营业部/一组", "城南营业部", "滨江营业部", "江城分公司",
    "未分配", "没有的部", "/",
]  # fmt: skip
LEVELS = [None, "营业部", "营业组", "分公司", "x"]
WHEN = [None, "2024-06", "2021-03", "2023-12", "2024-08", "x"]
PEOPLE = ["1001", "王一", "2000", "李2000", "2103", "9999"]


def questions():
    """Every tool with everything that can be asked of others."""
    yield "units", {}
    yield "units", {"offset": 3}
    for kpi in (None, "活动率", "城北营业部", "没有的指标"):
        yield "definitions", {"kpi": kpi}
    for unit, when in itertools.product(UNITS, WHEN[:3]):
        yield "values", {"unit": unit, "month": when, "kpis": ["活动率", "首年度保费", "人均件数"]}
    for unit in UNITS:
        yield "table", {"unit": unit, "kpis": ["活动率"], "first": "2024-01"}
        yield "warnings", {"unit": unit}
        yield "diagnosis", {"unit": unit}
        yield "drivers", {"unit": unit}
    for level, when in itertools.product(LEVELS, WHEN):
        yield "table", {"level": level, "last": when, "kpis": ["活动率"]}
    for level in LEVELS:
        for name in ("values", "warnings", "diagnosis", "drivers"):
            yield name, {"level": level}
    for compared in ("环比", "同比", "目标", "标杆", "全公司", "x"):
        yield "drivers", {"unit": MINE, "compare": compared}
    for when in WHEN[2:]:
        yield "warnings", {"month": when}
        yield "table", {"first": when}
    for whose, what in itertools.product([*UNITS[1:], *PEOPLE], ["活动率", "首年度保费.目标"]):
        yield "trace", {"whose": whose, "what": what}
    yield "trace", {"whose": MINE, "what": "首年度保费", "when": "2021-03"}


def said(project, name, arguments):
    try:
        return answer.text(ask(Asking(project, SEEN), name, arguments).record())
    except InputError as error:
        return answer.text(answer.refusal(error))


def test_every_tool_is_asked():
    assert {name for name, _ in questions()} == set(TOOLS)
    for name, tool in TOOLS.items():
        asked = {key for one, given in questions() if one == name for key in given}
        assert asked | {"offset", "search", "tree", "month", "kpi"} >= set(tool.parameters)


def test_others_make_no_difference(projects):
    """Nor is any of their names, people or numbers in what he is told."""
    here, there = projects
    answered = 0
    for name, arguments in questions():
        one, other = said(here, name, arguments), said(there, name, arguments)
        assert one == other, (name, arguments)
        asked = {str(value) for value in arguments.values()}
        for others in ("城北", "城南", "滨江", "二部", "李2", "江城"):
            if not any(others in value for value in asked):
                assert others not in one, (name, arguments, others)
        answered += '"tables"' in one
    assert answered > 50
