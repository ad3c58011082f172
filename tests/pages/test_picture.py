"""The pictures of a month: the same numbers as the page, in Chinese letters, of the right size."""

import io
import re
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.cli import app
from kpi_xl.data.cube import Cube
from kpi_xl.errors import InputError
from kpi_xl.pages import picture as drawing
from kpi_xl.pages.make import draw, pages_of
from kpi_xl.pages.picture import LAYOUTS, picture, svg, wrapped
from small_branch import small_branch

pytest.importorskip("resvg_py", reason="kpi_xl[pictures] is not installed")

UNITS = ("江城分公司", "城东营业部", "城东营业部/城东一组")


@pytest.fixture(scope="module")
def months(branch):
    cube = Cube.open(branch.project.cube)
    numbers = {unit.path: number for number, unit in enumerate(cube.units)}
    with pages_of(branch.project, cube, Month.parse(MONTH)) as pages:
        return {path: pages.months.of(numbers[path]) for path in UNITS}


def texts(content):
    root = etree.fromstring(content.encode())
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("layout", LAYOUTS, ids=["A4", "phone"])
@pytest.mark.parametrize("unit", UNITS)
def test_it_says_what_the_page_says(unit, layout, months):
    month = months[unit]
    found = texts(svg(month, layout))
    whole = "".join(found)
    for sentence in month.sentences:
        assert sentence.text in whole
    for tile in month.tiles[: layout.most]:
        assert tile.kpi.name in found
        assert any(one.split(" ")[0] == tile.actual.text for one in found)
        if tile.target.value:
            assert any(f"目标 {tile.target.text}" in one for one in found)


@pytest.mark.parametrize("layout", LAYOUTS, ids=["A4", "phone"])
def test_it_is_portrait_and_has_letters(layout, months):
    with Image.open(io.BytesIO(picture(months[UNITS[0]], layout))) as image:
        assert image.width == layout.width
        assert layout.height <= image.height < 2.6 * image.width
        title = image.convert("L").crop(
            (layout.margin, layout.margin, image.width // 2, 4 * layout.size)
        )
        dark = sum(title.histogram()[:100])
        assert dark > 2000  # five Chinese characters, not five gaps


def test_nothing_stands_outside(months):
    for layout in LAYOUTS:
        root = etree.fromstring(svg(months[UNITS[0]], layout).encode())
        height = int(root.get("height"))
        for one in root.iter("{http://www.w3.org/2000/svg}text"):
            if one.getparent() is root:
                size = float(one.get("font-size"))
                wide = sum(1 if ord(letter) > 127 else 0.6 for letter in "".join(one.itertext()))
                assert float(one.get("x")) + wide * size <= layout.width
                assert float(one.get("y")) < height


@given(st.text(alphabet="首年度保费，。（）0123456789.%", max_size=120), st.integers(6, 40))
def test_wrapping_loses_nothing_and_keeps_numbers_whole(text, room):
    lines = wrapped(text, room)
    assert "".join(lines) == text
    numbers = re.findall(r"[\d.%]+", text)
    assert [one for line in lines for one in re.findall(r"[\d.%]+", line)] == numbers
    assert all(line[0] not in "，。）" for line in lines[1:])
    assert all(line[-1] != "（" for line in lines[:-1])


def test_the_command_draws_two_of_a_unit(branch):
    given = ["-p", str(branch.project.folder), "picture", "--month", MONTH, "-u", UNITS[2], "-v"]
    answer = CliRunner().invoke(app, given)
    assert answer.exit_code == 0, answer.output
    assert "城东一组-A4.png" in answer.output and "城东一组-手机.png" in answer.output


def test_names_are_text_in_a_picture_too(tmp_path):
    people = [(f"10{one}", "员", "<script>&部", '"><image href="x"/>组') for one in range(3)]
    project = small_branch(tmp_path / "p", people, "\u202e<svg>公司")
    made = draw(project, MONTH)
    assert len(made.files) == 6 and not made.undone
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in made.files)


def test_without_chinese_letters_it_says_so(monkeypatch):
    drawing.ready.cache_clear()
    monkeypatch.setattr(drawing, "_png", lambda text: b"the same")
    with pytest.raises(InputError, match="没有中文字体"):
        drawing.ready()
    drawing.ready.cache_clear()


def test_without_what_draws_it_one_command_is_told(monkeypatch):
    drawing.ready.cache_clear()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(InputError, match="pip install"):
        drawing.ready()
    drawing.ready.cache_clear()
