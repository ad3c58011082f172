"""The pages in Chromium: on a phone, on a desk, by the keyboard, read aloud, on paper."""

from pathlib import Path

import pytest

from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.pages.html import html
from kpi_xl.pages.make import pages_of
from manual.chromium import PROGRAM, Chromium

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = ((360, 740), (1280, 800), (1920, 1080))
UNITS = ("江城分公司", "城东营业部", "城东营业部/城东一组")

needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")


@pytest.fixture(scope="module")
def pages(branch):
    cube = Cube.open(branch.project.cube)
    numbers = {unit.path: number for number, unit in enumerate(cube.units)}
    with pages_of(branch.project, cube, Month.parse(MONTH)) as of:
        return {path: html(of.of(numbers[path])).decode() for path in UNITS}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    chromium = Chromium(tmp_path_factory.mktemp("chromium"), {})
    try:
        yield chromium
    finally:
        chromium.close()


def show(page, content, width=1280, height=800):
    page.size(width, height)
    frame = page.order("Page.getFrameTree")["frameTree"]["frame"]["id"]
    page.order("Page.setDocumentContent", frameId=frame, html=content)
    page.wait(lambda: page.run("() => document.querySelector('footer') !== null"))


@needs_axe
@pytest.mark.parametrize("unit", UNITS)
def test_axe_finds_no_fault(unit, pages, page):
    page.order("Page.setBypassCSP", enabled=True)
    axe = AXE.read_text(encoding="utf-8")
    for size in SIZES[:2]:
        show(page, pages[unit], *size)
        page.order("Runtime.evaluate", expression=axe)
        page.run(
            "() => { for (const one of document.querySelectorAll('details')) one.open = true; }"
        )
        found = page.run(
            "async () => (await axe.run()).violations.map((v) => [v.id, v.impact,"
            " v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160))])"
        )
        assert found == []
    page.order("Page.setBypassCSP", enabled=False)


@pytest.mark.parametrize("unit", UNITS)
def test_it_fits_and_nothing_is_wrong(unit, pages, page):
    for size in SIZES:
        show(page, pages[unit], *size)
        assert page.run("() => document.documentElement.scrollWidth") <= size[0]
        assert page.run("() => document.querySelectorAll('h1').length") == 1
        assert page.run(
            "() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);"
            " return new Set(ids).size === ids.length; }"
        )
    assert page.errors == [] and page.outside == []


def rows(page, kind="tree"):
    """What is seen of the first column of a table."""
    return page.run(
        "(kind) => [...document.querySelector(`table[data-sorts=${kind}]`).querySelectorAll('tbody tr')]"
        ".filter((row) => !row.hidden).map((row) => row.cells[0].textContent.trim())",
        kind,
    )


def test_units_are_unfolded_and_sorted_by_the_keyboard(pages, page):
    show(page, pages[UNITS[0]])
    closed = rows(page)
    assert len(closed) == 8
    page.run("() => document.querySelector('.toggle').focus()")
    page.press("Enter", 13, "\r")
    assert len(rows(page)) == 8 + 4
    assert page.run("() => document.activeElement.getAttribute('aria-expanded')") == "true"
    page.press("Enter", 13, "\r")
    page.run("() => document.querySelectorAll('.heat thead button')[1].focus()")
    order = """() => [...document.querySelectorAll("table[data-sorts=tree] tbody")]
      .map((body) => Number(body.rows[0].cells[1].dataset.value))"""
    page.press("Enter", 13, "\r")
    first = page.run(order)
    assert first == sorted(first, reverse=True)
    page.press("Enter", 13, "\r")
    assert page.run(order) == first[::-1]
    head = "() => document.activeElement.parentElement.getAttribute('aria-sort')"
    assert page.run(head) == "ascending"
    assert "从小到大" in page.run(
        "() => document.querySelector('#below [role=status]').textContent"
    )
    assert set(rows(page)) == set(closed)


def test_all_of_it_is_on_paper(pages, page):
    show(page, pages[UNITS[1]])
    page.run("() => dispatchEvent(new Event('beforeprint'))")
    assert page.run(
        "() => [...document.querySelectorAll('details.print')].every((one) => one.open)"
    )
    assert page.run("() => document.querySelectorAll('tr[hidden]').length") == 0
    paper = page.order("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
    assert len(paper) > 50_000


def test_without_its_script_everything_is_there(pages, page):
    page.order("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.size(1280, 800)
        frame = page.order("Page.getFrameTree")["frameTree"]["frame"]["id"]
        page.order("Page.setDocumentContent", frameId=frame, html=pages[UNITS[0]])
        page.wait(lambda: page.run("() => document.querySelector('footer') !== null"))
        assert len(rows(page)) == 40
    finally:
        page.order("Emulation.setScriptExecutionDisabled", value=False)
