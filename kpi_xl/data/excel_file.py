"""Worksheets as text."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl.data.error_cells import ErrorCell, error_cells
from kpi_xl.data.grid import Grid
from kpi_xl.data.headings import HEADER_WITHIN, Headings, Match
from kpi_xl.data.schema import TABLES
from kpi_xl.errors import InputError


def read_excel(file: Path, headings: Headings) -> Grid:
    """Read the worksheet that is named after the table, or the one whose header fits best.

    Where there is one of the table's name, those named after other tables are theirs.

    Parameters
    ----------
    file : Path
        An .xlsx or .xlsm file.
    headings : Headings
        What is looked for.

    Raises
    ------
    InputError
        When the file cannot be opened, or no worksheet has the headings.
    """
    reader = _open(file)
    best: tuple[str, pa.RecordBatch, int, Match] | None = None
    complete: list[str] = []
    unreadable: InputError | None = None
    for name in _candidates(reader.sheet_names, headings.table.name):
        try:
            batch = _load(reader, name, file)
        except InputError as error:
            unreadable = error  # a chart, or damaged; another sheet may be the one
            continue
        found = headings.find(_first_rows(batch))
        if found is None:
            continue
        index, match = found
        if not match.missing:
            complete.append(name)
        named = best is not None and best[0] == headings.table.name
        if best is None or (not named and headings.better(match, best[3])):
            best = name, batch, index, match
    if best is None:
        raise unreadable or _no_sheet(file, reader.sheet_names, headings)
    name, batch, index, match = best
    header = [column[index].as_py() for column in batch.columns]
    others = [other for other in reader.sheet_names if other != name]
    headings.insist(match, header, file, name, index + 1, others)
    try:
        body = _with_errors(batch, file, name).slice(index + 1)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError) as error:
        raise _damaged(file, name) from error
    return Grid(
        headings=tuple((cell or "").strip() for cell in header),
        match=match,
        columns=tuple(body.columns),
        rows=pa.array(range(index + 2, index + 2 + body.num_rows), pa.int64()),
        sheet=name,
        passed_over=tuple(other for other in complete if other != name),
    )


def sheet_names(file: Path) -> list[str]:
    """The names of a workbook's sheets; none where it is no workbook, or damaged."""
    try:
        with zipfile.ZipFile(file) as package:
            workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError):
        return []
    return [e.get("name", "") for e in workbook.iter() if e.tag.endswith("}sheet")]


def _candidates(sheets: list[str], table: str) -> list[str]:
    """The sheets that may hold a table: first the one of its name, none of another's."""
    if table not in sheets:
        return sheets
    others = {other.name for other in TABLES.values()}
    return [table, *(sheet for sheet in sheets if sheet not in others)]


def _open(file: Path) -> fastexcel.ExcelReader:
    content = file.open("rb")
    with content:
        start = content.read(8)
    try:
        return fastexcel.read_excel(file)
    except fastexcel.FastExcelError as error:
        if "password" in str(error):
            raise InputError(
                "文件有打开密码，读不了",
                "请在 Excel 里打开，用“文件→信息→保护工作簿→用密码进行加密”清空密码后另存",
                file=file,
            ) from error
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            raise InputError(
                "文件其实是旧版 Excel（.xls）格式，或者加了密",
                "请在 Excel 里打开，另存为“Excel 工作簿 (*.xlsx)”",
                file=file,
            ) from error
        if not start.startswith(b"PK"):
            raise InputError(
                "文件不是 Excel 工作簿，只是名字以 .xlsx 结尾",
                "请在 Excel 里另存为“Excel 工作簿 (*.xlsx)”；如果是文本文件，请把扩展名改为 .csv",
                file=file,
            ) from error
        raise InputError(
            "文件不完整或已损坏，可能只复制或下载了一半",
            "请重新导出或重新复制这个文件",
            file=file,
        ) from error


def _load(reader: fastexcel.ExcelReader, name: str, file: Path) -> pa.RecordBatch:
    try:
        # skip_rows=0: left to itself, it would drop empty rows at the top, and row numbers be off.
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        return sheet.to_arrow()
    except fastexcel.FastExcelError as error:
        raise _damaged(file, name) from error


def _damaged(file: Path, name: str) -> InputError:
    return InputError(
        "工作表读不了，文件可能已损坏",
        "请在 Excel 里打开这个文件，确认内容完整后另存一份",
        file=file,
        sheet=name,
    )


def _with_errors(batch: pa.RecordBatch, file: Path, name: str) -> pa.RecordBatch:
    """The sheet with its error values, which the reader takes for empty cells."""
    columns = list(batch.columns)
    errors: dict[int, list[ErrorCell]] = {}
    for cell in error_cells(file, name):
        if cell.column < len(columns) and cell.row <= batch.num_rows:
            errors.setdefault(cell.column, []).append(cell)
    for place, cells in errors.items():
        mask = np.zeros(batch.num_rows, bool)
        mask[[cell.row - 1 for cell in cells]] = True
        texts = pa.array([cell.text for cell in sorted(cells, key=lambda cell: cell.row)])
        columns[place] = pc.replace_with_mask(columns[place], pa.array(mask), texts)
    return pa.RecordBatch.from_arrays(columns, batch.schema.names) if errors else batch


def _first_rows(batch: pa.RecordBatch) -> list[list[str | None]]:
    top = [column.slice(0, HEADER_WITHIN).to_pylist() for column in batch.columns]
    return [list(row) for row in zip(*top, strict=True)]


def _no_sheet(file: Path, names: list[str], headings: Headings) -> InputError:
    sheets = "、".join(f"「{name}」" for name in names)
    return InputError(
        f"没有一张工作表有{headings.table.name}表的标题行（文件里的工作表：{sheets}）",
        f"标题行要在前 {HEADER_WITHIN} 行里，要有这些标题：{headings.wanted}；"
        "请检查是不是放错了文件，或在 kpi.toml 的 "
        f"[columns.{headings.table.name}] 里写明对应的标题",
        file=file,
    )
