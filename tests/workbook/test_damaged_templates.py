"""Damaged templates are refused by the name of the file and of the part, in every use of them."""

import io
import random
import re
import zipfile

import pytest

from benchmarks.mutations import WORKBOOK
from kpi_xl.errors import InputError
from kpi_xl.slots.template_check import check_functions, check_template, missing
from kpi_xl.workbook import Template, read
from workbook_templates import NAMES, path

TEMPLATE = "月度KPI表"


def with_part(name, change):
    """An official template with a part changed, or without it."""
    out = io.BytesIO()
    with zipfile.ZipFile(path(TEMPLATE)) as source, zipfile.ZipFile(out, "w") as target:
        assert name in source.namelist()
        for one in source.namelist():
            content = source.read(one)
            if one == name and (content := change(content)) is None:
                continue
            target.writestr(one, content)
    return out.getvalue()


def uses(file):
    """Whatever is done with a template; what of it is refused."""
    told = []
    for use in (check_template, missing, check_functions, read, fill):
        try:
            use(file)
        except InputError as error:
            assert error.file == file
            told.append(error.problem)
    return told


def fill(file):
    template = Template(file)
    template.fill({name: None for name, slot in template.slots.items() if not slot.has_formula})


def nested(content):
    return re.sub(rb"(<row\b)", b"<x>" * 3_100_000 + rb"\1", content, count=1)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/sharedStrings.xml", lambda content: None),
        ("xl/charts/chart1.xml", lambda content: content[: len(content) // 2]),
        ("xl/charts/chart1.xml", lambda content: re.sub(rb"ptCount val=\"\d+", b'ptCount val="x', content)),
        ("xl/styles.xml", lambda content: content.replace(b'numFmtId="', b'numFmtId="x')),
        ("xl/worksheets/sheet1.xml", lambda content: re.sub(rb' s="\d+"', b' s="-99999"', content)),
        ("xl/worksheets/sheet1.xml", lambda content: re.sub(rb' s="\d+"', ' s="\u202e"'.encode(), content)),
        ("xl/worksheets/sheet1.xml", lambda content: content.replace(b"mergeCell ref=", b"mergeCell r=")),
        ("xl/worksheets/sheet1.xml", lambda content: content.replace(b"<v>", b"<v>99999")),
        ("xl/worksheets/sheet1.xml", nested),
        ("xl/_rels/workbook.xml.rels", lambda content: content.replace(b"worksheets/", b"charts/")),
        ("[Content_Types].xml", lambda content: None),
        ("xl/workbook.xml", lambda content: content.replace(b'localSheetId="', b'localSheetId="99')),
    ],
)  # fmt: skip
def test_a_damaged_part_is_an_input_error_or_none(part, change, tmp_path):
    file = tmp_path / "模板.xlsx"
    file.write_bytes(with_part(part, change))
    uses(file)


def test_the_part_is_named(tmp_path):
    file = tmp_path / "模板.xlsx"
    file.write_bytes(
        with_part("xl/styles.xml", lambda content: content.replace(b'numFmtId="', b'numFmtId="x'))
    )
    assert any("xl/styles.xml" in problem for problem in uses(file))
    file.write_bytes(with_part("xl/worksheets/sheet1.xml", nested))
    assert any("多得不正常" in problem for problem in uses(file))


@pytest.mark.parametrize("seed", range(30))
def test_no_mutation_of_a_template_is_another_error(seed, tmp_path):
    dice = random.Random(seed)
    file = tmp_path / "模板.xlsx"
    file.write_bytes(dice.choice(WORKBOOK)(path(dice.choice(NAMES)).read_bytes(), dice))
    uses(file)
