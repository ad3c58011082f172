"""A slot has its value from its group, and from nowhere else."""

import pytest

from kpi_xl.slots.cell_formula import (
    before,
    call,
    cell,
    first,
    here,
    item,
    numbers_in,
    so_far,
    texts_in,
    total,
    when,
    word,
)
from kpi_xl.slots.registry import groups
from kpi_xl.slots.slot import INPUT, ByPlace, ByWord, Group, Slot

GROUP = Group(
    "week<周>.",
    "",
    {
        "plan": Slot("计划", cells=2),
        "sum": Slot("合计", formula=total(cell("plan"))),
        "note": Slot("备注"),
    },
    {"周": ("1", "2")},
)


def test_values_computed_together_are_given_by_how_the_names_end():
    assert GROUP.values({"plan": [1, 2], "note": "好"}, 周="2") == {
        "week2.plan": [1, 2],
        "week2.sum": 3,
        "week2.note": "好",
    }


@pytest.mark.parametrize("given", [None, {}, {"plan": [1]}, {"plan": [1], "note": "", "nope": 0}])
def test_one_that_is_missing_or_unknown_is_refused(given):
    with pytest.raises(ValueError, match=r"week<周>.*note.*plan"):
        GROUP.values(given, 周="1")


def test_a_slot_has_one_source():
    for group in groups():
        for end, slot in group.slots.items():
            sources = [slot.value, slot.formula]
            if group.pattern.startswith(INPUT):
                assert sources == [None, None], f"{group.pattern}{end} is typed"
            else:
                assert None in sources, f"{group.pattern}{end} has a function and a formula"


MANY = Group(
    "week<周>.",
    "",
    {
        "plan": Slot("计划", cells=4),
        "double": Slot("两倍", cells=4, formula=here("plan") * 2),
        "so_far": Slot("累计", cells=4, formula=total(so_far("plan"))),
        "before": Slot("以前", cells=4, formula=total(before("plan"))),
        "ends": Slot("两端", formula=total(first("plan", 1), item("plan", -1))),
        "square": Slot("两行", cells=4, formula=here("plan") + 0, columns=2),
        "turn": Slot("轮流", cells=4, formula=ByPlace(lambda place: item("plan", 3 - place))),
        "own": Slot("本周", formula=ByWord(lambda named: call("VALUE", word("<周>")) + 0)),
        "later": Slot("先看后面的", formula=cell("last") + 1),
        "last": Slot("末", formula=item("plan", -1) + 0),
    },
    {"周": ("1", "2")},
)


def test_a_formula_of_many_cells_looks_at_the_same_place_and_those_before():
    found = MANY.values({"plan": [1, 2, None, 4]}, 周="2")
    assert found["week2.double"] == [2, 4, 0, 8]
    assert found["week2.so_far"] == [1, 3, 3, 7]
    assert found["week2.before"] == [0, 1, 3, 3]
    assert found["week2.ends"] == 5
    assert found["week2.square"] == [[1, 2], [0, 4]]
    assert found["week2.turn"] == [4, 0, 2, 1]
    assert found["week2.own"] == 2
    assert found["week2.later"] == 5, "also of a formula that stands further down"


def test_the_same_formula_is_written():
    cells = {"plan@": "B3", "plan@:": "B$2:B3", "plan@:-": "B$2:B2", "plan": "B2:B5"}
    assert MANY.excel("double", cells) == "=B3*2"
    assert MANY.excel("so_far", cells) == "=SUM(B$2:B3)"
    assert MANY.excel("turn", {"plan@2": "B4"}, place=1) == "=B4"
    assert MANY.excel("own", {'"<周>"': '"2"'}, 周="2") == '=VALUE("2")+0'
    with pytest.raises(KeyError):
        MANY.excel("double", {})


def test_where_forms_differ_the_first_with_known_cells_counts():
    typed = when(numbers_in(cell("days")).equals(0), "", total(cell("days")))
    logged = texts_in(cell("lines"))
    group = Group("log.", "", {"sum": Slot("合计", formula=(typed, logged))})
    assert group.values(None, {"lines": ["a", None, "b"]}) == {"log.sum": 2}
    assert group.values(None, {"lines": ["a"], "days": [3]}) == {"log.sum": 3}
    assert group.excel("sum", {"lines": "A1:A9"}) == '=COUNTIF(A1:A9,"?*")'


def test_formulas_follow_what_was_changed():
    values = MANY.values({"plan": [1, 2, 3, 4]}, 周="1") | {"week1.plan": [5, 0, 0, 0]}
    again = MANY.again(values, 周="1")
    assert again["week1.so_far"] == [5, 5, 5, 5]
    assert "week1.plan" not in again


def test_only_functions_that_are_computed_are_written():
    with pytest.raises(KeyError):
        call("VLOOKUP", cell("plan"))
