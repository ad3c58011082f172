"""What README and docs show is true."""

import doctest
import re
from pathlib import Path

import pytest

import kpi_xl.catalogue.registry
from kpi_xl.data.schema import TABLES
from kpi_xl.kpi import Registry

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_readmes_python_examples():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 10
    assert result.failed == 0


def test_the_worked_numbers_of_the_analysis():
    result = doctest.testfile(str(ROOT / "docs" / "analysis.md"), module_relative=False)
    assert result.attempted >= 9
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).is_file(), target


def test_adding_a_kpi_is_adding_one_function():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(@kpis\.kpi.*?)```", page, re.S)
    kpis = Registry(kpi_xl.catalogue.MEASURES)
    exec(code, {"kpis": kpis})
    assert kpis.find("件均佣金")(600, 3) == 200


def test_the_tables_of_a_database_are_those_of_the_schema():
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` [^|]*\| (.*) \|$", page, re.M))
    assert listed.keys() == TABLES.keys()
    for code, columns in listed.items():
        named = {name.strip('"') for name in re.findall(r'`("?\w+"?)`', columns)}
        assert named == {column.code for column in TABLES[code].columns}, code
