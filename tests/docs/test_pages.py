"""The manual's pages hang together: links, pictures, and what they list of the program."""

import re

import pytest

from kpi_xl.catalogue.schema import TABLES
from manual.blocks import ROOT, pages
from manual.hooks import made_files

PAGES = {page.relative_to(ROOT).as_posix(): page for page in pages()}


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_are_there(page):
    folder = PAGES[page].parent
    made = {(ROOT / "docs" / file).resolve() for file in made_files()}
    text = re.sub(r"```.*?```", "", PAGES[page].read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            file = (folder / target).resolve()
            assert file.exists() or file in made, target


def test_the_tables_of_a_database_are_those_of_the_schema():
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` [^|]*\| (.*) \|$", page, re.M))
    assert listed.keys() == TABLES.keys()
    for code, columns in listed.items():
        named = {name.strip('"') for name in re.findall(r'`("?\w+"?)`', columns)}
        assert named == {column.code for column in TABLES[code].columns}, code
