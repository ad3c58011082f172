"""Workbooks as PDF and PNG, for people who read them in a chat group."""

from __future__ import annotations

import importlib
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.files import remove, write_whole
from kpi_xl.system.libreoffice import converted, needed_soffice
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.undone import Undone

_DOTS_AN_INCH: Final = 110
_POINTS_AN_INCH: Final = 72


@dataclass(frozen=True)
class Pictures:
    """The files that were made.

    Parameters
    ----------
    pdfs : list of Path
        One file for each workbook.
    pngs : list of Path
        One file for each page.
    undone : list of Undone
        The workbooks of which not all could be made.
    """

    pdfs: list[Path] = field(default_factory=list)
    pngs: list[Path] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)


def ready(*, png: bool) -> None:
    """Check that the needed programs are installed, before any work is done.

    Raises
    ------
    InputError
        When it is not.
    """
    needed_soffice("生成 PDF 和图片")
    if not png:
        return
    try:
        importlib.import_module("PIL.Image")
        importlib.import_module("pypdfium2")
    except ModuleNotFoundError as error:
        raise InputError(kinds.PICTURES_MISSING(component=error.name)) from error


def pictures(
    files: Sequence[Path], *, pdf: bool, png: bool, progress: Progress = silent
) -> Pictures:
    """Make PDFs and PNGs beside the workbooks: ``分公司.pdf``, ``分公司-01.png``, ``分公司-02.png``
    …

    Pictures of pages that there are no more are removed.

    Parameters
    ----------
    files : sequence of Path
        The workbooks to make pictures of.
    pdf, png : bool
        Whether to make PDF files, and PNG pictures.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When LibreOffice, or what pictures take, is not there.
    """
    ready(png=png)
    program = needed_soffice("生成 PDF 和图片")
    made = Pictures()
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
        for done, file in enumerate(files):
            progress("转成 PDF", done, len(files))
            try:
                content = _page(file, program, Path(folder))
                if pdf:
                    write_whole(file.with_suffix(".pdf"), content)
                    made.pdfs.append(file.with_suffix(".pdf"))
                if png:
                    made.pngs.extend(_pngs(content, file))
            except InputError as error:
                made.undone.append(Undone.of(file.stem, file.stem, error.file or file, error))
    progress("转成 PDF", len(files), len(files))
    return made


def _page(file: Path, program: Path, folder: Path) -> bytes:
    """A workbook as PDF."""
    page = converted({"": file}, "pdf", program, folder).get("")
    if page is None:
        raise InputError(kinds.NO_PDF(), file=file)
    content = page.read_bytes()
    page.unlink()  # another workbook may have the same name
    return content


def _pngs(content: bytes, file: Path) -> list[Path]:
    import pypdfium2

    for old in file.parent.glob("*.png"):
        stem, _, place = old.stem.rpartition("-")
        if stem == file.stem and place.isdigit():
            remove(old)
    made = []
    pages = pypdfium2.PdfDocument(content)
    try:
        for number, page in enumerate(pages, 1):
            picture = io.BytesIO()
            image = page.render(scale=_DOTS_AN_INCH / _POINTS_AN_INCH).to_pil()
            # Sheets have few colours: a palette makes the file a third as large.
            image.convert("RGB").quantize(128).save(picture, "PNG", optimize=True)
            places = len(str(len(pages)))  # so that names sort as the pages do
            made.append(file.with_name(f"{file.stem}-{number:0{places}}.png"))
            write_whole(made[-1], picture.getvalue())
    finally:
        pages.close()
    return made
