"""Begin a project: an empty one, or a sample to try everything on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.jobs import data_form
from kpi_xl.jobs.settings_form import settings_form
from kpi_xl.project import Project
from kpi_xl.sample import write_sample
from kpi_xl.settings.levels import NAMES, levels_in
from kpi_xl.settings.settings_sheet import WORKBOOK
from kpi_xl.settings.text import settings_text
from kpi_xl.system.files import is_new, make_own, write_whole
from kpi_xl.system.progress import Progress, silent


def init(folder: Path, name: str, *, levels: Sequence[str] = (), shared: bool = False) -> Project:
    """Make an empty project, with a form to type raw data into.

    Parameters
    ----------
    folder : Path
        Where; it is made if it is not there.
    name : str
        The name of the branch.
    levels : sequence of str
        What its levels are called, from the top; by default the standard ones.
    shared : bool
        Whether the user's group works in it; else a new folder is the user's alone.

    Raises
    ------
    InputError
        When there is a project already, or levels cannot be so.
    """
    if (folder / "kpi.toml").exists():
        raise InputError(kinds.PROJECT_THERE(folder=folder))
    text = settings_text(name)
    if levels:
        levels_in({NAMES: list(levels)}, _wrong)
        names = json.dumps(list(levels), ensure_ascii=False)
        text = settings_text(name, levels=f"{NAMES} = {names}")
    if shared or is_new(folder):
        make_own(folder, group=shared)
    write_whole(folder / "kpi.toml", text.encode())
    project = Project.open(folder)
    write_whole(folder / "data" / data_form.NAME, data_form.data_form(project.settings))
    write_whole(folder / WORKBOOK, settings_form(project))
    return project


def _wrong(path: tuple[str, ...], fault: Fault, value: object) -> InputError:
    return InputError(fault, value=value)


def sample(folder: Path, progress: Progress = silent, trade: str = "保险") -> Project:
    """Make a project with plausible random data, the same every time.

    Parameters
    ----------
    folder : Path
        Where; it is made if it is not there.
    progress : callable
        Told what is being done.
    trade : str
        保险, 汽车经销商 or 零售门店, or its English name; see `kpi_xl.sample.TRADES`.

    Raises
    ------
    InputError
        When there is no such trade, or there is another project already.
    """
    write_sample(folder, progress, trade)
    return Project.open(folder)
