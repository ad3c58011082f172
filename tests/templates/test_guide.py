"""The sheets 说明 speak of every slot of their template, and of no other."""

import re

import openpyxl
import pytest

from kpi_xl.slots.registry import declared
from kpi_xl.workbook import Template
from workbook_templates import NAMES, path

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
NAME = re.compile(r"(?<![\w.])(?!kpi\.toml)[a-z]+(?:<.+?>)?\.[\w.<>]*")
END = re.compile(r"、(\.[\w.<>]+)")


@pytest.mark.parametrize("name", NAMES)
def test_the_guide_names_the_slots_of_the_template_and_no_others(name):
    slots = {slot.plain_name for slot in Template(path(name)).slots.values()}
    patterns = {declared()[slot].pattern for slot in slots}
    whole, short = set(), set()
    for (cell,) in openpyxl.load_workbook(path(name))["说明"].iter_rows(
        min_col=2, max_col=2, values_only=True
    ):
        whole |= set(NAME.findall(str(cell)))
        for first in NAME.finditer(str(cell)):
            ends = END.findall(str(cell)[first.end() :])
            short |= {first[0][:at] + end for end in ends for at in range(len(first[0]) + 1)}
    assert patterns <= whole | short
    # In the line about < > a name stands for example.
    assert whole <= patterns | slots
