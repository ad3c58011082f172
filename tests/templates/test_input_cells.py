"""What may be typed into a cell is said on the sheet, and held to when the workbook comes back."""

import openpyxl
import pytest

from kpi_xl.circulation.validation import Validation
from kpi_xl.workbook import Template
from kpi_xl.workbook.answers import Answer, Answers
from kpi_xl.workbook.inputs import input_slots
from kpi_xl.workbook.ooxml.references import area
from workbook_templates import NAMES, path

# What openpyxl leaves out of a workbook that it reads is not what is looked at here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
every = pytest.mark.parametrize("name", NAMES)


def shown_as_numbers(name):
    """The input slots whose cells are formatted for numbers or days, and their formats."""
    template = Template(path(name))
    book = openpyxl.load_workbook(path(name))
    for one in input_slots(template):
        slot = one.slot
        form = book[slot.sheet].cell(slot.first_row, slot.first_column).number_format
        if form not in ("General", "@"):
            yield one, form


@every
def test_a_number_or_a_day_has_its_rule(name):
    """So that nobody types -5 pieces, or a word, into one and it is only found much later."""
    loose = {
        (one.slot.name, form)
        for one, form in shown_as_numbers(name)
        for expected in one.columns
        if expected.kind in ("any", "length") or not (expected.bounds or expected.choices)
    }
    assert loose == set()


@every
def test_what_breaks_the_rule_is_not_collected(name, tmp_path):
    """A word in place of a number, and a number far out of its bounds, are named and left out."""
    inputs = [one for one, _ in shown_as_numbers(name) if one.is_one_cell]
    for typed in ("很多", -5e14):
        answers = {
            one.slot.name: Answers(
                one.slot.sheet,
                area(one.slot.reference),
                [[Answer(one.slot.reference, typed, "", False)]],
            )
            for one in inputs
        }
        check = Validation(tmp_path / "x.xlsx", answers, {})
        check.check(inputs)
        refused = {problem.slot for problem in check.problems if not problem.taken}
        assert refused == {one.slot.name for one in inputs}, typed
