"""The sample branch, made and filled once for all the tests that look at it."""

from __future__ import annotations

import gc
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from filelock import FileLock
from hypothesis import settings

from kpi_xl.jobs import start
from kpi_xl.jobs.fill import Filled, fill, recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots import unit_sheets
from kpi_xl.slots.recipients import files
from kpi_xl.system.file_names import ROOM
from kpi_xl.system.files import write_whole
from kpi_xl.workbook import Template
from skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401  hooks
from workbook_templates import NAMES

MONTH = "2024-06"

# The usual run is the same each time, so that what fails was broken by what was changed;
# pytest --hypothesis-profile=thorough looks elsewhere each time, and longer.
settings.register_profile("usual", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("usual")


@pytest.fixture(autouse=True)
def _umask() -> None:
    """As a user's process begins: a project opened in this one may have narrowed it for good."""
    os.umask(0o022)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected stays: to look through all of it for garbage took a tenth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """Tests have no doctests: looked for, a test that cannot be imported counts as skipped."""
    collectors = yield
    return [one for one in collectors if not isinstance(one, DoctestModule)]


@dataclass(frozen=True)
class Branch:
    """The sample project with all its templates filled."""

    project: Project
    filled: dict[str, Filled]


@pytest.fixture(scope="session")
def branch(tmp_path_factory, worker_id) -> Branch:
    """The sample branch; one for all test workers, so nobody may change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "branch"
    with FileLock(str(shared / "branch.lock")):
        if not (folder / "done").exists():
            if folder.exists():
                shutil.rmtree(folder)
            start.sample(folder)
            project = Project.open(folder)
            for template in TEMPLATES:
                if template in FEW:
                    fill_few(project, template)
                else:
                    fill(project, template, MONTH)
            (folder / "done").touch()
    project = Project.open(folder)
    filled = {}
    for template in TEMPLATES:
        files = sorted((project.output / MONTH / template).rglob("*.xlsx"))
        filled[template] = Filled(_month(), project.output / MONTH / template, files)
    return Branch(project, filled)


def _month():
    from kpi_xl.calendar import Month

    return Month.parse(MONTH)


def fill_few(project, template):
    """Fill a template for one in fifty, who gets what `fill` would give him."""
    workbook = Template(template_path(template))
    folder = project.output / MONTH / template
    with recipients_of(project, load(project).cube, workbook, _month()) as to:
        for recipient, file in files(
            list(to.recipients.everybody())[::50], ".xlsx", Settings(name="江城分公司"), ROOM
        ):
            content = workbook.fill(unit_sheets.values(workbook, to, recipient)[0])
            write_whole(folder / file, content)


TEMPLATES = NAMES
FEW = ("周计划及检讨表", "客户经理工作日志")
"""Templates for persons of which a few workbooks will do."""


@pytest.fixture
def copied_branch(branch, tmp_path) -> Path:
    """A copy of the sample's raw files and settings that a test may damage."""
    folder = tmp_path / "branch"
    shutil.copytree(branch.project.data, folder / "data")
    shutil.copy2(branch.project.folder / "kpi.toml", folder)
    return folder
