"""What is not in the numbers is told every time, also when nothing was read anew."""

from __future__ import annotations

import json
import sys

import openpyxl
import pytest

from kpi_xl import cli
from kpi_xl.checks.check import check_project
from kpi_xl.checks.notice import Notice, kept_notice, notice_of
from kpi_xl.checks.report import write_report
from kpi_xl.jobs.load import load
from tests.raw_files.conftest import ROSTER

FILES = {
    "人员.csv": ROSTER,
    "保单.csv": "保单号,工号,首年保费,承保日期\nP1,00123,x,2024-06-05\nP2,9,1000,2024-06-05\n",
    "杂项.csv": "甲,乙\n1,2\n",
    "图.png": "x",
}
LINE = "原始数据：搁置 1 行，没有读 1 个文件或工作表（杂项.csv），提示 1 条，详见校验报告"


@pytest.fixture
def project(make):
    made = make(FILES)
    (made.folder / "kpi.toml").write_text('[project]\nname = "小分公司"\n', encoding="utf-8")
    return made


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["kpi-xl", *map(str, arguments)])
    with pytest.raises(SystemExit):
        cli.main()
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [["refresh"], ["fill", "月度KPI表"], ["distribute", "月度KPI表"], []]
)
def test_every_command_tells_it_every_time(project, monkeypatch, capsys, command):
    load(project)
    for _ in range(2):
        assert LINE in run(monkeypatch, capsys, "-p", project.folder, *command)


def test_for_programs(project, monkeypatch, capsys):
    told = json.loads(run(monkeypatch, capsys, "-p", project.folder, "--json", "refresh"))
    assert told["notice"]["line"] == LINE
    assert told["notice"]["left_out"] == ["杂项.csv"]
    assert told["notice"]["kinds"] == ["raw.rows-set-aside", "raw.not-read", "raw.remarks"]
    told = json.loads(run(monkeypatch, capsys, "-p", project.folder, "--json", "check"))
    assert {one["file"]: one["kind"] for one in told["left_out"]} == {
        "杂项.csv": "file.unrecognised",
        "图.png": "file.not-a-table",
    }


def test_nothing_to_tell(make):
    project = make({"人员.csv": ROSTER})
    assert kept_notice(project) == Notice()
    load(project)
    assert kept_notice(project).line == ""


def test_it_follows_the_files(project):
    load(project)
    (project.data / "杂项.csv").unlink()
    load(project)
    assert kept_notice(project).left_out == ()


def test_the_report_has_every_file_that_was_not_read(project, tmp_path):
    checked = check_project(project)
    write_report(checked, tmp_path / "报告.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "报告.xlsx")["汇总"]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "共有文件和工作表 4 个：读了 2 个，没有读 2 个，其中 1 个要看。" in cells
    assert {"杂项.csv", "图.png"} <= set(cells)
    assert notice_of(checked).left_out == ("杂项.csv",)
