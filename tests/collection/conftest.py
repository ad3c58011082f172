"""A branch that has sent workbooks out, and the hands that fill them in."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from kpi_xl.circulation.distribute import Delivery, distribute
from kpi_xl.project import Project

MONTH = "2024-06"
TEMPLATE = "主管日程"


@dataclass
class Circulating:
    """A project, what it sent, and the folder where it comes back."""

    project: Project
    deliveries: list[Delivery]
    returned: Path

    def back(self, number: int, name: str | None = None) -> Path:
        """A workbook comes back as it was sent."""
        one = self.deliveries[number]
        file = self.returned / (name or f"{one.recipient.replace('/', '_')}.xlsx")
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(one.file, file)
        return file

    def typed(self, number: int, edit: Callable, name: str | None = None) -> Path:
        """A workbook comes back with something typed into it."""
        file = self.back(number, name)
        edited(file, edit)
        return file


def edited(file: Path, edit: Callable) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file)
        edit(book)
        book.save(file)


@pytest.fixture(scope="session")
def sent_branch(branch, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sent") / "branch"
    shutil.copytree(branch.project.data, folder / "data")
    for name in ("kpi.toml", "kpi.duckdb", "kpi.cube"):
        shutil.copy2(branch.project.folder / name, folder)
    project = Project.open(folder)
    distribute(project, TEMPLATE, MONTH)
    distribute(project, "月度目标设定、达成表", MONTH)
    return folder


@pytest.fixture
def circulating(sent_branch, tmp_path) -> Circulating:
    folder = tmp_path / "branch"
    shutil.copytree(sent_branch, folder)
    return of(Project.open(folder), TEMPLATE)


def of(project: Project, template: str) -> Circulating:
    done = distribute(project, template, MONTH, dry_run=True)
    returned = project.folder / "returned"
    returned.mkdir(exist_ok=True)
    return Circulating(project, done.deliveries, returned)
