"""Raw files as columns of text: which file holds which table, and what stands in it.

Nothing is judged here but what is no record at all: lines with too few or too many cells, and rows
of totals. Blank rows are passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.data.csv_file import read_csv
from kpi_xl.data.excel_file import read_excel, sheet_names
from kpi_xl.data.grid import Grid, empty_file
from kpi_xl.data.headings import Headings
from kpi_xl.data.parquet_file import read_parquet
from kpi_xl.data.problem import Problem
from kpi_xl.data.schema import TABLES, Table
from kpi_xl.errors import InputError
from kpi_xl.project import Project

_READERS: Final[dict[str, Callable[[Path, Headings], Grid]]] = {
    ".csv": read_csv,
    ".xlsx": read_excel,
    ".xlsm": read_excel,
    ".parquet": read_parquet,
}
_NOT_DATA: Final = {"thumbs.db", "desktop.ini"}
_TOTAL: Final = r"^(?i)[\s本全总]*(合\s*计|总\s*计|小\s*计|累\s*计|共\s*计|total|subtotal)"


@dataclass(frozen=True)
class RawTable:
    """One file as text.

    Parameters
    ----------
    table : Table
        What it is.
    file : Path
        Where it is from.
    sheet : str or None
        The worksheet.
    columns : mapping of str to pyarrow string array
        The cells by column code, spaces around them taken off, null for an empty one. Columns that
        the file does not have are absent.
    headings : mapping of str to str
        The headings by column code, as written in the file.
    rows : pyarrow int64 array
        The row number of each record, as Excel counts.
    unused : tuple of str
        Headings that belong to no column.
    malformed : tuple of Problem
        Lines that are no record; they count as read and set aside.
    passed_over : tuple of str
        Worksheets that have the same headings and were not read.
    """

    table: Table
    file: Path
    sheet: str | None
    columns: dict[str, Any]
    headings: dict[str, str]
    rows: Any
    unused: tuple[str, ...]
    malformed: tuple[Problem, ...]
    passed_over: tuple[str, ...] = ()


def find_files(project: Project) -> tuple[dict[str, list[Path]], list[Path]]:
    """Tell which file in the project's data folder holds which table.

    What ``[files]`` in kpi.toml says goes first. Otherwise a file is taken for the table whose name
    or alias its own name contains; of several the longest, and of equally long ones the last, as
    人员目标.xlsx holds targets. A workbook whose name tells nothing holds every table that one of
    its sheets is named after.

    Returns
    -------
    files : dict of str to list of Path
        The files of each table by code, sorted by name; tables without files are absent.
    unrecognised : list of Path
        What else is in the folder.

    Raises
    ------
    InputError
        When there is no data folder, a file named in kpi.toml is not there, or two files of one
        table are the same to the byte.
    """
    folder = project.data
    if not folder.is_dir():
        raise InputError(
            f"没有数据文件夹“{folder}”", "请建立这个文件夹，把原始文件放进去", file=folder
        )
    present = sorted(path for path in folder.iterdir() if _is_data(path))
    files: dict[str, list[Path]] = {}
    for code, patterns in project.settings.files.items():
        for pattern in patterns:
            named = [path for path in present if path.match(pattern)]
            if not named:
                raise InputError(
                    f"kpi.toml 的 [files] 里写的“{pattern}”没有找到",
                    f"请检查文件名，文件要放在“{folder}”里",
                    file=project.folder / "kpi.toml",
                )
            files[code] = sorted({*files.get(code, []), *named})
    claimed = {path for paths in files.values() for path in paths}
    unrecognised = []
    for path in present:
        if path in claimed:
            continue
        found = _tables_of(path) if path.suffix.lower() in _READERS and path.is_file() else []
        free = [code for code in found if code not in project.settings.files]
        for code in free:
            files.setdefault(code, []).append(path)
        if not free:
            unrecognised.append(path)
    for code, paths in files.items():
        _refuse_copies(TABLES[code], paths)
    return {code: files[code] for code in TABLES if code in files}, unrecognised


def _is_data(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and path.name.lower() not in _NOT_DATA


def _tables_of(path: Path) -> list[str]:
    name = path.stem.casefold()
    fits = [
        (len(label), name.rfind(label.casefold()), table.code)
        for table in TABLES.values()
        for label in (table.name, *table.aliases)
        if label.casefold() in name
    ]
    if fits:
        return [max(fits)[2]]
    return [table.code for table in TABLES.values() if table.name in sheet_names(path)]


def _refuse_copies(table: Table, paths: list[Path]) -> None:
    """Two copies of one file would count everything twice."""
    by_size: dict[int, list[Path]] = {}
    for path in paths:
        by_size.setdefault(path.stat().st_size, []).append(path)
    for same_size in by_size.values():
        seen: dict[str, Path] = {}
        for path in same_size if len(same_size) > 1 else ():
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            if digest in seen:
                raise InputError(
                    f"与“{seen[digest].name}”内容完全相同，{table.name}会重复计算",
                    "请删去其中一个",
                    file=path,
                )
            seen[digest] = path


def read_table(file: Path, table: Table, columns: Mapping[str, str] | None = None) -> RawTable:
    """Read a file as one of the raw tables.

    Parameters
    ----------
    file : Path
        An .xlsx, .xlsm, .csv or .parquet file.
    table : Table
        What it holds.
    columns : mapping of str to str, optional
        Headings by column code that are not among the table's own.

    Raises
    ------
    InputError
        When the file cannot be read at all, or lacks a required column.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise InputError(
            f"不能读 {file.suffix or '没有扩展名的'} 文件", "请另存为 .xlsx 或 .csv", file=file
        )
    try:
        if file.stat().st_size == 0:
            raise empty_file(file)
        grid = reader(file, Headings(table, columns or {}))
    except FileNotFoundError as error:
        raise InputError("文件不存在", "请检查文件名", file=file) from error
    except PermissionError as error:
        raise InputError(
            "文件打不开，可能正被别的程序使用", "请在 Excel 里关闭这个文件再试", file=file
        ) from error
    return _raw_table(file, table, grid)


def _raw_table(file: Path, table: Table, grid: Grid) -> RawTable:
    cells = [_trimmed(column) for column in grid.columns]
    first = pc.coalesce(*cells)
    total = pc.fill_null(pc.match_substring_regex(first, _TOTAL), False)
    lacking = pa.repeat(pa.scalar(False), len(first))
    for column in table.columns:
        position = grid.match.positions[column.code] if column.required else None
        if position is not None:
            lacking = pc.or_(lacking, pc.is_null(cells[position]))
    total = pc.and_(total, lacking)
    keep = pc.and_(pc.is_valid(first), pc.invert(total))
    malformed = [
        Problem(table.name, file.name, grid.sheet, line.row, None, line.text, line.fault)
        for line in grid.broken
    ]
    malformed += [
        Problem(
            table.name,
            file.name,
            grid.sheet,
            row,
            None,
            text,
            kinds.TOTALS(),
        )
        for row, text in zip(
            grid.rows.filter(total).to_pylist(), first.filter(total).to_pylist(), strict=True
        )
    ]
    whole = pc.all(keep).as_py()
    used = set(grid.match.positions.values())
    return RawTable(
        table=table,
        file=file,
        sheet=grid.sheet,
        columns={
            code: cells[position] if whole else cells[position].filter(keep)
            for code, position in grid.match.positions.items()
        },
        headings={code: grid.headings[i] for code, i in grid.match.positions.items()},
        rows=grid.rows if whole else grid.rows.filter(keep),
        unused=tuple(h for i, h in enumerate(grid.headings) if h and i not in used),
        malformed=tuple(sorted(malformed, key=lambda problem: problem.row or 0)),
        passed_over=grid.passed_over,
    )


def _trimmed(column: Any) -> Any:
    """Cells without spaces around them; null for those that hold nothing else."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(text, ""), None, text)
