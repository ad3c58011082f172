"""Move KPIs of one's own between 指标定义.xlsx and kpi.toml.

They are written where they go before they are taken away from where they were: killed in between,
they are said twice in the same words, which is once.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.toml_document import TOMLDocument

from kpi_xl import kinds
from kpi_xl.definitions.own_kpis import FIELDS, Definition
from kpi_xl.definitions.own_measures import MEASURE_FIELDS, TAKEN, is_of_rows
from kpi_xl.errors import InputError
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.project import Project
from kpi_xl.settings.definitions import (
    COUNTED,
    KEYS,
    MEASURE_KEYS,
    WORKBOOK,
    headings_of,
    in_workbook,
    read_sheets,
)
from kpi_xl.settings.edit import edit, section
from kpi_xl.settings.typed_workbook import HEADINGS_WITHIN
from kpi_xl.system.files import write_whole


@dataclass(frozen=True)
class Moved:
    """The definitions that were moved, and those that could not be.

    Parameters
    ----------
    names : list of str
        The names of the KPIs that were moved.
    into : Path
        The file they are in now.
    left : list of InputError
        Why others are where they were.
    """

    names: list[str]
    into: Path
    left: list[InputError]


def to_text(project: Project) -> Moved:
    """Move the definitions of 指标定义.xlsx into [kpis] and [measures] of kpi.toml.

    Raises
    ------
    InputError
        A file cannot be read or written.
    """
    file = project.folder / "kpi.toml"
    found, left = _movable(project, project.folder / WORKBOOK, file)

    def change(document: TOMLDocument) -> None:
        # TOML has what stands in one line before all tables: the order is kept by one form for all.
        are_short = all(one.fields.keys() <= {"名称", "公式"} for one in found)
        for one in found:
            into = section(document, _section_of(one))
            into[one.name] = one.fields.get("公式", "") if are_short else _as_toml(one)

    if found:
        edit(file, change)
        _without_rows(project.folder / WORKBOOK, found)
    return Moved([one.name for one in found], file, left)


def to_workbook(project: Project) -> Moved:
    """Move the definitions in [kpis] and [measures] of kpi.toml into 指标定义.xlsx.

    It is made where there is none. Tables of weights stay in kpi.toml.

    Raises
    ------
    InputError
        A file cannot be read or written.
    """
    file = project.folder / WORKBOOK
    found, left = _movable(project, project.folder / "kpi.toml", file)

    def change(document: TOMLDocument) -> None:
        for one in found:
            # Asked for anew each time: of a section in several places what was seen is old then.
            name = _section_of(one)
            del section(document, name)[one.name]
            if not len(section(document, name)):
                del document[name]

    if found:
        with_rows(file, found)
        edit(project.folder / "kpi.toml", change)
    return Moved([one.name for one in found], file, left)


def _movable(
    project: Project, source: Path, target: Path
) -> tuple[list[Definition], list[InputError]]:
    """The definitions that the other file can hold, and the reasons against the others."""
    settings = project.settings
    left = [one for one in settings.own.wrong if one.file == source and one.row is None]
    there = {one.name: one for one in settings.definitions if one.place.file == target}
    found: dict[str, Definition] = {}
    for one in settings.definitions:
        if one.place.file != source:
            continue
        other = there.get(one.name) or found.get(one.name)
        if not one.name:
            left.append(one.wrong(kinds.DEFINITION_NAME(), "名称"))
        elif other is not None and other.fields != one.fields:
            left.append(one.wrong(kinds.DEFINITION_TWICE(name=one.name), "名称"))
        else:
            found[one.name] = one
    return list(found.values()), left


def _section_of(one: Definition) -> str:
    """The section of kpi.toml in which it stands."""
    return "measures" if is_of_rows(one.fields) else "kpis"


def _as_toml(one: Definition) -> Any:
    table = tomlkit.table()
    for key, field in (MEASURE_KEYS if is_of_rows(one.fields) else KEYS).items():
        if field in one.fields:
            table[key] = one.fields[field]
    return table


def with_rows(file: Path, added: Sequence[Definition]) -> None:
    """Write definitions into a workbook of definitions, which is made where there is none.

    Parameters
    ----------
    file : Path
        The workbook 指标定义.xlsx; it is made where there is none.
    added : sequence of Definition
        Those that it does not have.

    Raises
    ------
    InputError
        When it cannot be read or written.
    """
    if not file.exists():
        write_whole(file, definition_form(added))
        return
    there = {one.name for one in in_workbook(file)}
    new = [one for one in added if one.name not in there]
    for counts in dict.fromkeys(is_of_rows(one.fields) for one in new):
        book, page, at, columns = _opened(file, counts=counts)
        _put(page, at, columns, [one for one in new if is_of_rows(one.fields) == counts])
        _save(book, file)


def _put(page: Any, at: int, columns: Mapping[str, int], added: Sequence[Definition]) -> None:
    """Write definitions below the last row."""
    row = 1 + max(
        (
            number
            for number in range(at, page.max_row + 1)
            if any(page.cell(number, column).value is not None for column in columns.values())
        ),
        default=at,
    )
    from openpyxl.utils import get_column_letter

    for one in added:
        for field, text in one.fields.items():
            cell = page.cell(row, columns[field])
            # What is typed into the column looks so.
            cell._style = copy(page.column_dimensions[cell.column_letter]._style)
            cell.value, cell.data_type, cell.number_format = text, "s", "@"
        row += 1
    if page.print_area and row > page.max_row:
        page.print_area = f"A1:{get_column_letter(max(columns.values()))}{row - 1}"


def _without_rows(file: Path, gone: Sequence[Definition]) -> None:
    for counts in dict.fromkeys(is_of_rows(one.fields) for one in gone):
        book, page, _, columns = _opened(file, counts=counts)
        for one in gone:
            if is_of_rows(one.fields) == counts:
                assert one.place.row is not None
                for column in columns.values():
                    page.cell(one.place.row, column).value = None
        _save(book, file)


def _opened(file: Path, *, counts: bool) -> tuple[Any, Any, int, dict[str, int]]:
    """The workbook, its sheet, the row of headings and the columns of the fields."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a newer Excel has put into it
        book = openpyxl.load_workbook(file)
    fields = [*FIELDS[:1], *MEASURE_FIELDS, *FIELDS[2:]] if counts else [*FIELDS]
    names = read_sheets(_texts(book))[counts]
    if counts and not names:
        _new_sheet(book)
        names = [COUNTED]
    for page in [book[name] for name in names[:1]]:
        found = headings_of(_texts(book)[page.title], TAKEN if counts else "公式")
        if found is not None:
            at, columns = found
            by_field = {field: place + 1 for place, field in columns.items()}
            for field in fields:  # somebody took a column away that is needed now
                if field not in by_field:
                    by_field[field] = page.max_column + 1
                    heading = page.cell(at + 1, by_field[field], field)
                    heading._style = copy(page.cell(at + 1, by_field["名称"])._style)
            return book, page, at + 1, by_field
    raise InputError(kinds.DEFINITIONS_NO_SHEET(), file=file)


def _texts(book: Any) -> dict[str, list[list[str]]]:
    """The texts in the first rows of the visible sheets."""
    return {
        page.title: [
            ["" if cell.value is None else str(cell.value) for cell in row]
            for row in page.iter_rows(max_row=HEADINGS_WITHIN)
        ]
        for page in book.worksheets
        if page.sheet_state == "visible"
    }


def _new_sheet(book: Any) -> None:
    """Add the sheet of measures as in a new workbook of definitions."""
    import openpyxl

    form = openpyxl.load_workbook(io.BytesIO(definition_form()))[COUNTED]
    page = book.create_sheet(COUNTED, 1)
    for cell in form[1]:
        made = page.cell(1, cell.column, cell.value)
        column = page.column_dimensions[cell.column_letter]
        column.width = form.column_dimensions[cell.column_letter].width
        for other, one in ((made, cell), (column, form.column_dimensions[cell.column_letter])):
            for part in ("font", "fill", "border", "alignment"):
                setattr(other, part, copy(getattr(one, part)))
            other.number_format = one.number_format
    page.row_dimensions[1].height = form.row_dimensions[1].height
    page.data_validations = form.data_validations
    page.freeze_panes, page.print_area = form.freeze_panes, form.print_area
    page.sheet_properties, page.page_setup = copy(form.sheet_properties), copy(form.page_setup)
    page.print_title_rows = form.print_title_rows


def _save(book: Any, file: Path) -> None:
    out = io.BytesIO()
    book.save(out)
    write_whole(file, out.getvalue())
