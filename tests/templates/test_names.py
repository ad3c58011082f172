"""Where templates are called by name, they are called as in the one list of them."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpi_xl.cli import app
from kpi_xl.findings import improvement
from kpi_xl.settings import text
from kpi_xl.slots import review_words
from manual.pictures import PAGES
from workbook_templates import NAMES

ROOT = Path(__file__).parents[2]


def test_the_help_lists_every_template():
    shown = CliRunner().invoke(app, ["fill", "--help"]).output
    listed = shown.partition("官方模板：")[2].partition("。")[0]
    assert re.split(r"；\s*", listed.strip()) == list(NAMES)


def test_the_manual_has_a_line_for_every_template():
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    table = page.partition("| 模板 |")[2].partition("\n\n")[0].splitlines()[2:]
    named = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", line.split("|")[1]).strip() for line in table]
    assert sorted(named) == sorted(NAMES)


def test_make_fills_templates_that_there_are():
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    filled = re.findall(r"\$\(RUN\) fill ([^\s$]+)", text)
    filled += re.search(r"^FORMS := (.*)$", text, re.MULTILINE)[1].split()
    assert len(filled) > 10
    assert set(filled) <= set(NAMES)


def test_pictures_are_of_templates_that_there_are():
    pictured = {re.sub(r"^(?:\S+?/)?\d{4}-\d\d/", "", at).split("/")[0] for at, _ in PAGES.values()}
    pictured -= {"表", "目标商定表", "商机月报"}  # without an official template
    assert {one for one in pictured if not one.endswith(".xlsx")} <= set(NAMES)


@pytest.mark.parametrize(
    "name",
    [
        text.REPORT,
        improvement.TEMPLATE,
        improvement.REVIEW,
        review_words.MONTHLY_KPI,
    ],
)
def test_templates_that_the_program_itself_asks_for_are_there(name):
    assert name in NAMES
