"""What a live fill overwrote, kept in the user's folder until the next fill of that workbook."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kpi_xl.errors import InputError
from kpi_xl.files import make_own, write_whole
from udfs.open_book import Overwritten


def keep(folder: Path, workbook: str, overwritten: list[Overwritten]) -> None:
    """Keep what was overwritten.

    Parameters
    ----------
    folder : Path
        Where such copies are kept.
    workbook : str
        The workbook's full name.
    overwritten : list of Overwritten
        The cells.
    """
    content = {"workbook": workbook, "cells": overwritten}
    make_own(folder)
    write_whole(_file(folder, workbook), json.dumps(content, ensure_ascii=False).encode())


def kept(folder: Path, workbook: str) -> list[Overwritten]:
    """What the last fill of a workbook overwrote.

    Raises
    ------
    InputError
        When nothing is kept.
    """
    try:
        content = json.loads(_file(folder, workbook).read_bytes())
        return [Overwritten(*one) for one in content["cells"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise InputError(
            "没有可以撤销的刷新", "只能撤销这个工作簿最近的一次刷新，另存为别的名称以后就不能了"
        ) from None


def forget(folder: Path, workbook: str) -> None:
    """Drop what was kept."""
    _file(folder, workbook).unlink(missing_ok=True)


def _file(folder: Path, workbook: str) -> Path:
    return folder / f"{hashlib.sha256(workbook.casefold().encode()).hexdigest()[:24]}.json"
