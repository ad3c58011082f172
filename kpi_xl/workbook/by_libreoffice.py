"""Cell values computed by LibreOffice, for formulas that nothing here computes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from kpi_xl.errors import InputError
from kpi_xl.system.libreoffice import converted
from kpi_xl.workbook.calculated import NOTHING, Computed
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.returned import Reader


def computed(workbooks: Sequence[bytes], program: Path) -> list[Computed]:
    """The values in the cells of each workbook; none for one that LibreOffice cannot open.

    Parameters
    ----------
    workbooks : sequence of bytes
        Whole files. Formulas that have a value keep it; those without are computed.
    program : Path
        The program file of LibreOffice.
    """
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
        sources = {}
        for number, content in enumerate(workbooks):
            sources[str(number)] = Path(folder, f"{number}.xlsx")
            sources[str(number)].write_bytes(content)
        out = Path(folder, "out")
        out.mkdir()
        made = converted(sources, "xlsx", program, out)
        return [_shown(made.get(number)) for number in sources]


def _shown(file: Path | None) -> Computed:
    if file is None:
        return NOTHING
    try:
        package = Package(file)
        workbook = parts.workbook(package)
        reader = Reader(package, workbook)
        return {name: reader.numbers(part) for name, part in workbook.sheets.items()}
    except InputError:
        return NOTHING
