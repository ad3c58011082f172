"""The local page in Chromium: from an HTML .xls and a roster with merged cells to the first workbook."""

import io
import urllib.parse

import openpyxl
import pytest

pytest.importorskip("starlette", reason="kpi_xl[desk] is not installed")

from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from manual.chromium import PROGRAM, Chromium
from manual.desk_walk import go, press, running, submit, walk
from manual.exports import NOTES, RIGHT, ROSTER, exports

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")

HOSTILE = '<img src=x onerror="document.title=1">.csv'
SIZES = ((1024, 768), (360, 740))

PROBLEMS = """() => {
  const found = [];
  const named = (one) => one.getAttribute("aria-label") || one.labels?.length || one.innerText.trim();
  for (const one of document.querySelectorAll("input:not([type=hidden]), select, button, a")) {
    if (!named(one)) found.push("no name: " + one.outerHTML.slice(0, 80));
  }
  if (document.documentElement.lang !== "zh-CN") found.push("language");
  if (document.querySelectorAll("h1").length !== 1) found.push("h1");
  for (const one of document.querySelectorAll("table")) {
    if (one.querySelector("th:not([scope])")) found.push("th without scope");
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) found.push("ids");
  if (document.documentElement.scrollWidth > window.innerWidth) found.push("wider than the window");
  return found;
}"""
"""What keeps somebody with a screen reader, a keyboard or a phone from using a page."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    exports(home / "导出")
    (home / "导出" / HOSTILE).write_text(
        "甲,乙\n<script>document.title=2</script>,1\n", encoding="utf-8"
    )
    return home


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    chromium = Chromium(tmp_path_factory.mktemp("chromium"), {})
    try:
        yield chromium
    finally:
        chromium.close()


@pytest.fixture(scope="module")
def walked(home, page):
    """The page after the walk, with what was wrong with its pages and what they said."""
    told, wrong = {}, []
    with running(home) as address:

        def seen(what):
            told[what] = page.run("() => document.body.innerText")
            for width, height in SIZES:
                page.size(width, height)
                wrong.extend((what, width, one) for one in page.run(PROBLEMS))

        page.size(*SIZES[0])
        walk(page, address, seen)
        yield address.partition("/?")[0], told, wrong


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_the_walk_gives_the_right_numbers_and_workbooks(walked, home, page):
    base, told, _ = walked
    for unit, numbers in RIGHT.items():
        assert "\t".join((unit, *numbers)) in told["numbers"], told["numbers"]
    assert "首年保费 106,500；FYC 25,475" in told["numbers"]
    assert f"、{NOTES}" in told["results"]  # what is not read is said
    project = Project.open(home / "导出-KPI")
    assert int(load(project).cube.measure("new_premium")[0, -1]) == 86_000_00
    made = urllib.parse.quote("2024-06/月度KPI表/城东营业部.xlsx")
    content = page.run(
        "async (url) => [...new Uint8Array(await (await fetch(url)).arrayBuffer())]",
        f"{base}/result?path={made}",
    )
    book = openpyxl.load_workbook(io.BytesIO(bytes(content)), data_only=True)
    cells = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert "城东营业部" in " ".join(str(cell) for cell in cells)
    assert 61_400 in cells


def test_every_page_can_be_read_aloud_and_fits(walked):
    assert walked[2] == []


def test_names_and_cells_with_markup_are_text(walked, page):
    base, told, _ = walked
    assert HOSTILE in told["questions"]
    go(page, f"{base}/sheet?name={urllib.parse.quote(HOSTILE)}")
    assert page.run("() => document.querySelectorAll('img').length") == 0
    assert page.run("() => document.title").startswith("<img")
    assert page.errors == []
    assert page.outside == []


def test_by_the_keyboard_alone(walked, page):
    base, _, _ = walked
    go(page, f"{base}/make")
    page.press("Tab", 9)
    assert page.run("() => document.activeElement.className") == "skip"
    page.press("Enter", 13, "\r")
    assert page.run("() => document.activeElement.id") == "main"
    for _ in range(12):
        if page.run("() => document.activeElement.id") == "month":
            break
        page.press("Tab", 9)
    assert page.run("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
    for letter in "2024-05":
        page.order("Input.insertText", text=letter)
    page.press("Enter", 13, "\r")
    page.wait(lambda: "2024年5月：生成" in (page.run("() => document.body?.innerText ?? ''") or ""))


def test_a_form_of_another_window_is_known_to_be_old(walked, home, page):
    base, _, _ = walked
    go(page, f"{base}/sheet?name={urllib.parse.quote(ROSTER)}")
    page.run(
        """async (edition) => {
          const form = new FormData(document.querySelector("form[method=post][action='/sheet']"));
          form.set("table", "不读");
          await fetch("/sheet", { method: "POST", body: new URLSearchParams(form) });
        }"""
    )
    press(page, "/sheet", "没有做成")
    assert "别的窗口" in page.run("() => document.body.innerText")
    go(page, f"{base}/map")
    press(page, "/map/write", "生成")  # the other window's choice is kept
    assert ROSTER in Project.open(home / "导出-KPI").settings.sheets


def test_the_window_says_that_the_program_has_ended(walked, page):
    base, _, _ = walked
    go(page, f"{base}/make")
    submit(page, "document.querySelector('form[action=\"/end\"] button').click()", "已经结束")
