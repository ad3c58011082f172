"""The names that the sheets 说明 speak of are those of slots."""

import re

import openpyxl
import pytest

from kpi_xl.slots.registry import declared
from workbook_templates import NAMES, path

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
ABOUT = re.compile(r"(?<![\w.])(?!kpi\.toml)[a-z]+\d?[A-Z]?\.[\w.<>*]*")


def known(name):
    """Whether slots are called so, or begin so, with any words in the places of the name."""
    places = re.split(r"<.+?>|(?<=week)N|(?<=day)M", name)
    begins = re.compile(".+".join(map(re.escape, places)))
    return any(begins.match(one) for one in declared())


@pytest.mark.parametrize("name", NAMES)
def test_every_name_in_the_guide_is_that_of_a_slot(name):
    sheet = openpyxl.load_workbook(path(name))["说明"]
    wrong = []
    for row in sheet.iter_rows(min_col=2, max_col=3, values_only=True):
        for cell in filter(None, map(str, row)):
            wrong += [found for found in ABOUT.findall(cell) if not known(found)]
    assert wrong == []
