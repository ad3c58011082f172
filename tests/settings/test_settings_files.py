"""Whoever keeps what was made with the settings notices a change of any file of theirs."""

import pytest

from kpi_xl.jobs import watch
from kpi_xl.project import Project
from kpi_xl.site.shelf import Shelf
from small_branch import TWO_DEPARTMENTS, small_branch

WEIGHTS = """
[weights."折算"]
table = "保单"
file = "折算.csv"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = small_branch(tmp_path_factory.mktemp("files") / "p", TWO_DEPARTMENTS)
    with (project.folder / "kpi.toml").open("a", encoding="utf-8") as out:
        out.write(WEIGHTS)
    return Project.open(project.folder)


@pytest.mark.parametrize("name", ["kpi.toml", "设置.xlsx", "指标定义.xlsx", "折算.csv"])
def test_a_change_is_noticed(project, name):
    file = project.folder / name
    before = file.read_bytes() if file.exists() else None
    kept = [watch._state(project.folder), Shelf(project)._stamp(project)]
    try:
        file.write_bytes((before or b"") + b"\n#\n")
        found = [watch._state(project.folder), Shelf(project)._stamp(project)]
        assert all(a != b for a, b in zip(kept, found, strict=True))
        assert file in project.settings_files
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
