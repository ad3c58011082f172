"""One LibreOffice a test worker, with the add-in in it and the sample branch as its project."""

from __future__ import annotations

import sys

import pytest

from calc.running import Office, available
from kpi_xl.system.user import User, UserSettings
from udfs import current


def pytest_collection_modifyitems(items):
    skip = pytest.mark.skip(reason="LibreOffice, or its Python module (python3-uno), is not there")
    for item in items:
        if "office" in getattr(item, "fixturenames", ()) and not available:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def extension():
    from udfs.calc.build import build

    return build()


@pytest.fixture(scope="session")
def office(branch, extension, tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    running = Office(folder, extension, sys.executable)
    user = User(running.home, running.home)
    user.save(UserSettings(branch.project.folder, None))
    try:
        yield running
        assert running.close() == 0
    finally:
        running.kill()


@pytest.fixture
def document(office):
    """An empty spreadsheet."""
    new = office.new(Hidden=True)
    yield new
    new.close(True)


@pytest.fixture
def sheet(document):
    return document.Sheets.getByIndex(0)


@pytest.fixture
def core(branch, monkeypatch):
    """The functions of this process read the same project."""
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
