"""One form as many writers make it: filled, grown, shrunk, filled again, and taken back."""

import io
import re
import subprocess
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kpi_xl.workbook import Template, read
from kpi_xl.workbook.answers import ReturnedWorkbook
from tests.office import convert, needs_node_validator, needs_soffice, open_xml_sdk_errors
from tests.workbook.conftest import read_parts
from tests.workbook.writers import form

WRITERS = Path(__file__).with_name("writers")
EDITS = {"fill": (2, 2), "grow": (5, 5), "shrink": (1, 2), "again": (3, 5)}
"""How many people it is filled with, and how many lines the list has then."""

JAVASCRIPT = ("exceljs", "exceljs-inline", "sheetjs", "sheetjs-shared", "sheetjs-dates",
              "populate", "excelize")  # fmt: skip
NAMES = ("openpyxl", "xlsxwriter", "xlsxwriter-memory", "libreoffice", *JAVASCRIPT)

pytestmark = [
    needs_soffice,
    needs_node_validator,
    pytest.mark.skipif(
        not (WRITERS / "node_modules").is_dir(),
        reason="tests/workbook/writers' packages are not installed (make test does it)",
    ),
]


@pytest.fixture(scope="module")
def forms(tmp_path_factory) -> dict[str, Path]:
    """The form by what wrote it."""
    folder = tmp_path_factory.mktemp("forms")
    form.by_openpyxl(folder / "openpyxl.xlsx")
    form.by_xlsxwriter(folder / "xlsxwriter.xlsx")
    # Texts in the cells, row by row.
    form.by_xlsxwriter(folder / "xlsxwriter-memory.xlsx", in_memory=True, strings_to_urls=False)
    (folder / "out").mkdir()
    (saved,) = convert([folder / "xlsxwriter.xlsx"], "xlsx", folder / "out")
    saved.rename(folder / "libreoffice.xlsx")
    done = subprocess.run(
        ["node", str(WRITERS / "make.mjs"), str(folder)],
        input=form.spec(), capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert tuple(done.stdout.split()) == JAVASCRIPT
    return {name: folder / f"{name}.xlsx" for name in NAMES}


@pytest.fixture(scope="module")
def results(forms, tmp_path_factory) -> dict[tuple[str, str], Path]:
    """What comes out, by writer and edit."""
    folder = tmp_path_factory.mktemp("results")
    made = {}
    for name, path in forms.items():
        template = Template(path)
        for edit, (rows, _) in EDITS.items():
            # What was filled is a template itself.
            used = Template(made[name, "grow"]) if edit == "again" else template
            made[name, edit] = folder / f"{name}-{edit}.xlsx"
            made[name, edit].write_bytes(used.fill(form.values(rows)))
    return made


def load(path: Path, *, data_only: bool = False) -> openpyxl.Workbook:
    """A workbook as openpyxl reads it, which cannot read all of what xlsx-populate writes."""
    parts = read_parts(path)
    styles = parts["xl/styles.xml"]
    parts["xl/styles.xml"] = styles.replace(b"<fill/>", b"<fill><patternFill/></fill>")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(content, data_only=data_only)


def cells(path: Path) -> dict[tuple[str, str], object]:
    """The values as openpyxl reads them."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in load(path, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_every_value_is_right(results):
    """Also of the formulas, for programs that calculate nothing."""
    for (name, edit), path in results.items():
        found = cells(path)
        for place, value in form.shown(*EDITS[edit]).items():
            assert found.get(place) == pytest.approx(value), (name, edit, place)


def test_libreoffice_computes_the_same(results, tmp_path):
    (tmp_path / "out").mkdir()
    saved = convert([*results.values()], "xlsx", tmp_path / "out")
    for (name, edit), file in zip(results, saved, strict=True):
        found = cells(file)
        for place, value in form.shown(*EDITS[edit]).items():
            assert found.get(place) == pytest.approx(value), (name, edit, place)


def test_no_new_errors_by_microsofts_rules(forms, results):
    errors = open_xml_sdk_errors([*forms.values(), *results.values()])
    for (name, edit), path in results.items():
        before, after = (
            [one["description"] for one in errors[str(file)]] for file in (forms[name], path)
        )
        assert set(after) <= set(before), (name, edit)


def kinds_of(path: Path) -> dict[str, object]:
    """What is in a workbook, counted."""
    parts = read_parts(path)
    sheets = b"".join(content for part, content in parts.items() if "worksheets/sheet" in part)
    count = {
        tag: len(re.findall(rf"<(?:\w+:)?{tag}[\s/>]".encode(), sheets))
        for tag in ("dataValidation", "conditionalFormatting", "sparklineGroup", "drawing",
                    "legacyDrawing", "tablePart")
    }  # fmt: skip
    names = {name for name, _, _ in Template(path).workbook.names}
    return {"parts": set(parts), "names": names, **count}


def test_nothing_is_lost(forms, results):
    """Parts, names, rules, formats; the formulas and merged cells of every row of the list."""
    for (name, edit), path in results.items():
        assert kinds_of(path) == kinds_of(forms[name]), (name, edit)
        _, rows = EDITS[edit]
        before, after = load(forms[name])[form.SHEET], load(path)[form.SHEET]
        merged = {str(one) for one in after.merged_cells.ranges}
        assert merged == {f"G{row}:H{row}" for row in range(7, 7 + rows)}, (name, edit)
        for row in range(7, 8 + rows):
            model = row if row == 7 else 8 if row < 7 + rows else 9
            for column in range(1, 10):
                old, new = before.cell(model, column), after.cell(row, column)
                assert new.number_format == old.number_format, (name, edit, new.coordinate)
                assert (new.data_type == "f") == (old.data_type == "f"), (
                    name,
                    edit,
                    new.coordinate,
                )
        for rule in after.data_validations.dataValidation:
            assert str(rule.sqref) == f"E7:E{6 + rows}", (name, edit)


def test_nothing_of_other_days_is_left(results):
    for (name, edit), path in results.items():
        for part, content in read_parts(path).items():
            for old in ("旧单位", "旧人甲", "旧人乙", "旧注", "900001"):
                assert old.encode() not in content, (name, edit, part, old)


def test_taken_back(results, tmp_path):
    """Typed into with openpyxl, and with the writer's own hands where it can read."""
    for (name, edit), path in results.items():
        rows, lines = EDITS[edit]
        book = load(path)
        sheet = book[form.SHEET]
        for row in range(7, 7 + rows):
            sheet.cell(row, 9).value = f"打算{row}"
        sheet.cell(9 + lines, 2).value = "同意"
        back = tmp_path / f"{name}-{edit}.xlsx"
        book.save(back)
        found = read(back)
        assert found["input.note"] == "同意", (name, edit)
        empty = [[None]] * (lines - rows)
        wanted = [[f"打算{row}"] for row in range(7, 7 + rows)] + empty
        assert found["input.members.打算"] == wanted, (name, edit)
        numbers = [[f"00{number}"] for number in range(1, rows + 1)] + empty
        assert found["members.工号"] == numbers, (name, edit)
        assert found["period.end"] == form.DAY, (name, edit)
        answers = ReturnedWorkbook(back).answers(["members.备注"])["members.备注"].rows
        notes = [f"注{number}" for number in range(1, rows + 1)]
        assert [row[0].value for row in answers][:rows] == notes, (name, edit)
