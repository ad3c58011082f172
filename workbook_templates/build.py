"""Build the templates: ``python -m workbook_templates.build`` writes them beside this file."""

from __future__ import annotations

import importlib
from pathlib import Path

from workbook_templates import OFFICIAL, slots_page


def build(name: str, path: Path) -> None:
    """Write one template.

    Parameters
    ----------
    name : str
        The name of the template, one of `workbook_templates.NAMES`.
    path : Path
        The file that is written.
    """
    importlib.import_module(f"workbook_templates.{OFFICIAL[name].builder}").build(path)


def build_all(folder: Path) -> list[Path]:
    """Write every template into a folder.

    The bytes depend on the scripts alone, so that a rebuilt template that differs was changed.

    Parameters
    ----------
    folder : Path
        Is made if need be.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in OFFICIAL:
        path = folder / f"{name}.xlsx"
        build(name, path)
        written.append(path)
    return written


if __name__ == "__main__":
    for one in build_all(Path(__file__).parent):
        print(one)
    slots_page.write()
