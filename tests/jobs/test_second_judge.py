"""Every native formula of every filled workbook, computed anew by an engine that is not
LibreOffice, with the values that the file brings along taken away.
"""

import math
import re
import zipfile
from io import BytesIO

import formulon
import pytest

from conftest import TEMPLATES
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import workbook
from office import formulas_and_values

_CACHED = re.compile(rb"(<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))<v>[^<]*</v>")
_OF_ERROR = re.compile(rb"(<c [^>]*?) t=\"e\"([^>]*>)(?=<f)")
_KEPT = 6


def without_values(file):
    """A workbook whose formulas nobody has computed."""
    found = BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(found, "w") as written:
        for name in archive.namelist():
            content = archive.read(name)
            if "worksheets/sheet" in name:
                content = _OF_ERROR.sub(rb"\1\2", _CACHED.sub(rb"\1", content))
            written.writestr(name, content)
    return found.getvalue()


@pytest.mark.parametrize("template", TEMPLATES)
def test_another_engine_computes_what_the_file_says(branch, template):
    files = branch.filled[template].files
    for file in files[:: max(len(files) // _KEPT, 1)][:_KEPT]:
        formulas, wrong = judged(file)
        assert formulas
        assert wrong == {}


def judged(file):
    """How many formulas a workbook has, and those that another engine gives another value."""
    formulas, cached = formulas_and_values(file)
    sheets = list(workbook(Package(file)).sheets)
    wrong = {}
    with formulon.Workbook.load(without_values(file)) as book:
        book.recalc()
        for place, formula in formulas.items():
            found = shown(book.get_value(*_at(place, sheets)))
            if not same(cached[place], found):
                wrong[place] = formula, cached[place], found
    return len(formulas), wrong


def _at(place, sheets):
    sheet, reference = place
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", reference).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return sheets.index(sheet), int(digits) - 1, column - 1


def shown(value):
    if value.error_code is not None:
        return formulon.error_display_name(value.error_code)
    for one in (value.number, value.text, value.boolean):
        if one is not None:
            return one
    return None


def same(cached, found):
    """Equal to 1e-9; no text is as good as an empty one."""
    if isinstance(cached, int | float) and isinstance(found, int | float):
        return math.isclose(cached, found, rel_tol=1e-9, abs_tol=1e-9)
    return (cached or None) == (found or None)
