"""Open the zip file of an .xlsx or .ods only if no part is made to exhaust the memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook.ooxml.package import HIGHEST_RATIO, RATIO_MATTERS_FROM

_SMALL: Final = 4 << 20
"""Of the parts that tell where the others are, which are read as a whole."""


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open an .xlsx or .ods file if the sizes of its parts are plausible.

    Raises
    ------
    InputError
        When a part unpacks to far more than is in it, or is larger than any of its kind.
    """
    with zipfile.ZipFile(file) as package:
        for part in package.infolist():
            dense = part.file_size > part.compress_size * HIGHEST_RATIO
            trap = dense and part.file_size > RATIO_MATTERS_FROM
            tells = part.filename.endswith((".rels", "workbook.xml", "[Content_Types].xml"))
            if trap or (tells and part.file_size > _SMALL):
                raise InputError(kinds.RAW_BOMB(part=part.filename), file=file)
        yield package
