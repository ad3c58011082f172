"""Filling: one workbook that cannot be made is named with its unit, and the others are made."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kpi_xl import kinds
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.jobs import fill as module
from kpi_xl.jobs.fill import fill
from kpi_xl.slots import unit_sheets
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS)


def fails_for(monkeypatch, unit, error):
    real = unit_sheets.values

    def values(template, to, recipient):
        if unit in (None, recipient.unit.path):
            raise error
        return real(template, to, recipient)

    monkeypatch.setattr(unit_sheets, "values", values)


@pytest.mark.parametrize(
    "error", [KeyError("x"), MemoryError(), InputError(kinds.NOTHING_TO_FILL())]
)
def test_one_unit(project, monkeypatch, error):
    fails_for(monkeypatch, "西城营业部/一组", error)
    run = CliRunner().invoke(app, ["-p", str(project.folder), "fill", "主管日程", "-m", MONTH])
    assert run.exit_code == 2
    assert "生成 3 份" in run.output
    assert "没有生成：一组（西城营业部/一组），一组.xlsx：" in run.output
    assert "Traceback" not in run.output
    done = fill(project, "主管日程", MONTH)
    assert len(done.files) == 3
    assert all(file.is_file() for file in done.files)
    assert [one.unit for one in done.undone] == ["西城营业部/一组"]
    logs = list((project.folder.parent / "state").rglob("*.log"))
    assert len(logs) == (2 if isinstance(error, KeyError) else 0)
    assert all("KeyError" in log.read_text() for log in logs)


def test_a_file_that_cannot_be_replaced(project, monkeypatch):
    """As when it is open in Excel on Windows."""
    before = fill(project, "主管日程", MONTH)
    real = module.write_whole

    def write(file, content):
        if file == before.files[1]:
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, content)

    monkeypatch.setattr(module, "write_whole", write)
    done = fill(project, "主管日程", MONTH)
    (undone,) = done.undone
    assert undone.file == before.files[1]
    assert "程序出错" not in undone.reason
    assert undone.file.name not in undone.reason  # it is named already
    assert len(done.files) == 3


def test_what_is_wrong_with_all_is_said_once(project, monkeypatch):
    fails_for(monkeypatch, None, InputError(kinds.NOTHING_TO_FILL()))
    with pytest.raises(InputError, match="没有会填写的名称"):
        fill(project, "主管日程", MONTH)
