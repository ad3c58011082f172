"""晨会稿 of the sample branch: in the page, at the command line and in a workbook the same."""

import json

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from conftest import MONTH
from kpi_xl.cli import app
from kpi_xl.jobs.fill import fill
from kpi_xl.pages.make import make, words
from kpi_xl.workbook import read
from pages.reading import flat, parsed

UNIT = "城东营业部"


@pytest.fixture(scope="module")
def said(branch):
    return [one.text for one in words(branch.project, MONTH, UNIT).sentences]


def test_there_are_eight_of_a_branch_and_a_department(branch, said):
    assert len(said) == 8
    assert len(words(branch.project, MONTH).sentences) == 8


def test_the_page_says_the_same(branch, said):
    (file,) = make(branch.project, MONTH, UNIT).files
    items = parsed(file).xpath("//section[@id='talk']//li")
    file.unlink()
    assert [one.text_content().partition("出处：")[0] for one in items] == said


def test_the_command_says_the_same(branch, said):
    given = ["-p", str(branch.project.folder), "words", "--month", MONTH, "--unit", UNIT]
    plain = CliRunner().invoke(app, given)
    assert plain.exit_code == 0
    assert [line.partition(". ")[2] for line in plain.output.splitlines()[1:9]] == said
    answer = json.loads(CliRunner().invoke(app, [*given, "--json"]).stdout)
    assert [one["text"] for one in answer["sentences"]] == said
    numbers = [number for one in answer["sentences"] for number in one["numbers"]]
    assert all(number["slot"] for number in numbers)
    # None where the workbook itself has a text, such as what a warning shows.
    assert {type(number["value"]) for number in numbers} == {float, type(None)}


def test_a_workbook_of_ones_own_has_them(branch, said, tmp_path):
    book = Workbook()
    sheet = book.active
    for name, cells in (
        ("unit.name", "$A$1"),
        ("brief.句子", "$A$3:$A$10"),
        ("brief.出处", "$B$3:$B$10"),
    ):
        book.defined_names[name] = DefinedName(name, attr_text=f"'{sheet.title}'!{cells}")
    file = tmp_path / "晨会.xlsx"
    book.save(file)
    filled = fill(branch.project, str(file), MONTH)
    (mine,) = [one for one in filled.files if read(one)["unit.name"] == UNIT]
    found = read(mine)
    assert [one for one in flat(found["brief.句子"]) if one] == said
    assert any("月度KPI表" in (one or "") for one in flat(found["brief.出处"]))
