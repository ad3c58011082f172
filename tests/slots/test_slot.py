"""A slot has its value from its group, and from nowhere else."""

import pytest

from kpi_xl.slots.cell_formula import cell, total
from kpi_xl.slots.registry import groups
from kpi_xl.slots.slot import INPUT, Group, Slot

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
