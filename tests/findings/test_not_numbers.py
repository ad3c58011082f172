"""A KPI of one's own that is too great for a number is an error, and its judgement no warning."""

from __future__ import annotations

import json
import warnings

import pytest

from command_line import run
from small_branch import TWO_DEPARTMENTS, small_branch


@pytest.mark.parametrize(
    "typed", ["主险件数*1e308*100", "-主险件数*1e308*100", "主险件数*1e308*拜访数"]
)
def test_it_stops_nothing_and_says_nothing_of_its_own(tmp_path, typed):
    more = f'[kpis]\n"巨大数" = {{ formula = "{typed}", direction = "higher" }}\n'
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = run("--project", project.folder, "--json", "warnings", "--level", "营业组")
    assert told.returncode == 0
    rows = json.loads(told.stdout)["rows"]
    assert rows
    assert "巨大数" not in {row["指标"] for row in rows}
