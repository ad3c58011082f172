"""One form written in odd ways that are all right: filled and grown, it shows the same."""

import posixpath
import re

import pytest

from kpi_xl.workbook import Template, read
from tests.office import load
from tests.workbook.conftest import MAIN, Parts, read_parts, write_parts
from tests.workbook.writers import form

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
TEXTS = "xl/sharedStrings.xml"


def replaced(part: str, pattern: str, new):
    """A change of a part, or of all whose names begin so."""

    def change(parts: Parts) -> None:
        for name in [name for name in parts if name.startswith(part)]:
            parts[name] = re.sub(pattern, new, parts[name].decode(), flags=re.DOTALL).encode()

    return change


def prefixed(parts: Parts) -> None:
    for name in (SHEET, "xl/worksheets/sheet2.xml", BOOK, "xl/styles.xml", TEXTS):
        text = re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s/>])", r"<\1main:\2", parts[name].decode())
        parts[name] = text.replace(f'xmlns="{MAIN}"', f'xmlns:main="{MAIN}"', 1).encode()


def absolute(parts: Parts) -> None:
    """Targets of relationships from the root."""
    for name in [name for name in parts if name.endswith(".rels")]:
        folder = posixpath.dirname(posixpath.dirname(name))
        parts[name] = re.sub(
            r'Target="(?!/|\w+:)([^"]*)"',
            lambda found, at=folder: (
                f'Target="/{posixpath.normpath(posixpath.join(at, found[1]))}"'
            ),
            parts[name].decode(),
        ).encode()


def own_texts(kind: str):
    """No shared texts: they stand in the cells."""

    def change(parts: Parts) -> None:
        texts = re.findall(r"<si>(<t.*?</t>)</si>", parts.pop(TEXTS).decode(), re.DOTALL)

        def cell(found: re.Match[str]) -> str:
            text = texts[int(found[2])]
            plain = re.sub("<[^>]*>", "", text)
            inside = f"<is>{text}</is>" if kind == "inlineStr" else f"<v>{plain}</v>"
            return f'<c {found[1]} t="{kind}">{inside}</c>'

        replaced("xl/worksheets/sheet", r'<c ([^>]*?) t="s"><v>(\d+)</v></c>', cell)(parts)
        replaced("xl/_rels/workbook", "<Relationship [^>]*sharedStrings[^>]*/>", "")(parts)
        replaced("[Content", "<Override [^>]*sharedStrings[^>]*/>", "")(parts)

    return change


def without_references(parts: Parts) -> None:
    """Rows and cells that are only counted."""
    text = parts[SHEET].decode()
    data = re.search("<sheetData>(.*?)</sheetData>", text, re.DOTALL)[1]
    rows = dict(re.findall(r'<row r="(\d+)"[^>]*?(?:/>|>(.*?)</row>)', data, re.DOTALL))
    new = ""
    for number in range(1, max(map(int, rows)) + 1):
        new += "<row>"
        last = 0
        for letter, rest in re.findall(
            r'<c r="([A-Z])\d+"([^>]*?(?:/>|>.*?</c>))', rows.get(str(number), ""), re.DOTALL
        ):
            column = ord(letter) - 64
            new += "<c/>" * (column - last - 1) + f"<c{rest}"
            last = column
        new += "</row>"
    parts[SHEET] = text.replace(data, new).encode()


def many_styles(parts: Parts) -> None:
    more = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' * 60_000
    replaced("xl/styles", "</cellXfs>", f"{more}</cellXfs>")(parts)


def marked(parts: Parts) -> None:
    for name in parts:
        if name.endswith(".xml"):
            parts[name] = b"\xef\xbb\xbf" + parts[name]


def shared_formulas(parts: Parts) -> None:
    first = r'\1<f t="shared" ref="F7:F8" si="0">IF(E7=0,0,D7/E7)</f>'
    replaced(SHEET, r'(<c r="F7"[^>]*>)<f>[^<]*</f>', first)(parts)
    replaced(SHEET, r'(<c r="F8"[^>]*>)<f>[^<]*</f>', r'\1<f t="shared" si="0"/>')(parts)


def spilled(parts: Parts) -> None:
    """A dynamic array below the list."""
    array = '<c r="D11"><f t="array" ref="D11:D12">_xlfn._xlws.SORT(D7:D8)</f><v>3</v></c>'
    below = '<row r="12"><c r="D12"><v>5</v></c></row>'
    replaced(SHEET, r'(<row r="11".*?)</row>', rf"\1{array}</row>{below}")(parts)


ODD = {
    "prefixed": prefixed,
    "absolute targets": absolute,
    "texts in the cells": own_texts("inlineStr"),
    "texts as of formulas": own_texts("str"),
    "no references": without_references,
    "no dimension": replaced("xl/worksheets/sheet", "<dimension[^>]*/>", ""),
    "60,000 styles": many_styles,
    "byte order marks": marked,
    "single quotes": replaced("xl/worksheets/sheet", r'(\w)="([^"<>\']*)"', r"\1='\2'"),
    "lines and spaces": replaced("xl/worksheets/sheet", "><(?=/?row|c |/sheetData)", ">\r\n  <"),
    "comments": replaced(SHEET, '<row r="7"', '<!-- <row r="9"><c r="B7"/></row> --><row r="7"'),
    "shared formulas": shared_formulas,
    "spilled": spilled,
    "names with comments": replaced(BOOK, "<definedName (?=name=.[a-z])", '<definedName comment="x" '),
    "names of a sheet": replaced(
        BOOK, '<definedName (name="[a-z][^"]*")', r'<definedName \1 localSheetId="0"'
    ),
    "quoted names of sheets": replaced(BOOK, "(<definedName[^>]*>)月报!", r"\1'月报'!"),
    "no values": replaced("xl/worksheets/sheet", "(</f>)<v>[^<]*</v>", r"\1"),
    "empty values": replaced("xl/worksheets/sheet", "(</f>)<v>[^<]*</v>", r"\1<v></v>"),
    "formulas with their sign": replaced("xl/worksheets/sheet", "<f>(?!=)", "<f>="),
}  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("odd") / "form.xlsx"
    form.by_xlsxwriter(path)
    return path


@pytest.mark.parametrize("way", ODD)
def test_shows_the_same(plain, tmp_path, way):
    parts = read_parts(plain)
    before = dict(parts)
    ODD[way](parts)
    assert parts != before
    path = write_parts(tmp_path / "奇.xlsx", parts)
    template = Template(path)
    for rows, lines in ((2, 2), (5, 5)):
        filled = tmp_path / "满.xlsx"
        filled.write_bytes(template.fill(form.values(rows)))
        book = load(filled, data_only=True)
        for (sheet, cell), value in form.shown(rows, lines).items():
            assert book[sheet][cell].value == pytest.approx(value), (rows, sheet, cell)
        numbers = [[f"00{number}"] for number in range(1, rows + 1)]
        assert read(filled)["members.工号"] == numbers
