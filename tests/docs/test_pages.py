"""The manual's pages hang together: links, pictures, and what they list of the program."""

import re

import pytest

from kpi_xl.catalogue.schema import TABLES
from manual.blocks import ROOT, pages
from manual.hooks import MADE, made_files

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


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_what_belongs_to_a_point_is_read_as_its_part(page):
    """The site takes it for such from four spaces on, and a new point after it from a blank line."""
    text = re.sub(r"^(```.*?^```)$", "", PAGES[page].read_text(encoding="utf-8"), flags=re.M | re.S)
    assert re.findall(r"^\n {1,3}\S.*", text, re.M) == []
    assert re.findall(r"^\n {4,}\S.*(?:\n.+)*?\n(\d+\. .*)", text, re.M) == []


def test_every_page_is_named_where_the_languages_are_told():
    told = (ROOT / "docs/en/pages.md").read_text(encoding="utf-8")
    missing = [
        page
        for page in PAGES
        if re.fullmatch(r"docs/(en/)?[\w-]+\.md", page)
        and f"({'' if page.startswith('docs/en/') else '../'}{PAGES[page].name})" not in told
        and PAGES[page].name != "pages.md"
    ]
    assert not missing


def test_the_tables_of_a_database_are_those_of_the_schema():
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` [^|]*\| (.*) \|$", page, re.M))
    assert listed.keys() == TABLES.keys()
    for code, columns in listed.items():
        named = {name.strip('"') for name in re.findall(r'`("?\w+"?)`', columns)}
        assert named == {column.code for column in TABLES[code].columns}, code


DECISIONS = sorted((ROOT / "docs/decisions").glob("2*.md"))


@pytest.mark.parametrize("record", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_has_its_day_context_choice_and_consequence(record):
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[a-z0-9-]+", record.stem)
    text = record.read_text(encoding="utf-8")
    parts = ["# ", "\n\n**Context.** ", "\n\n**Choice.** ", "\n\n**Consequence.** "]
    places = [text.find(part) for part in parts]
    assert places[0] == 0 and places == sorted(places) and -1 not in places
    assert len(text.splitlines()) < 45


def test_every_decision_is_on_the_list():
    listed = MADE["decisions"]()
    assert all(f"({record.name})" in listed for record in DECISIONS)
