"""Projects made of real files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings

Content = str | bytes

REAL = Path(__file__).parents[2].parent / "shared" / "data"

AGENTS = "工号,姓名,营业部,营业组,签约日期,解约日期\n"
ROSTER = AGENTS + "00123,张三,城西,一组,2020-01-05,\n00124,李四,城西,二组,2021-03-01,2023-06-30\n"


@pytest.fixture
def real() -> Path:
    """The folder with public data."""
    if not REAL.is_dir():
        pytest.skip("the public data are not here")
    return REAL


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Project]:
    """Makes a project of files given by name; text is written in UTF-8."""

    def build(files: Mapping[str, Content], settings: Settings | None = None) -> Project:
        data = tmp_path / "项目" / "data"
        data.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            text = content.encode() if isinstance(content, str) else content
            (data / name).write_bytes(text)
        return Project(data.parent, settings or Settings())

    return build


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes an .xlsx file of sheets, each a list of rows, from a given first row and column."""

    def build(
        sheets: Mapping[str, Sequence[Sequence[object]]],
        name: str = "人员.xlsx",
        corner: tuple[int, int] = (0, 0),
    ) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(
            str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
        ) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    sheet.write_row(corner[0] + number, corner[1], row)
        return path

    return build
