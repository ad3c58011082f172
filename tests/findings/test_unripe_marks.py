"""A rate whose facts are still to come says so wherever it is shown."""

import json
import math
import re
import zipfile

import pytest
from click.testing import CliRunner

from conftest import MONTH
from kpi_xl import Project
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.cli.commands import app
from kpi_xl.data.cube import Cube
from kpi_xl.workbook import read
from udfs import current, functions

RATE = "保费持续率"
KPI = kpis.find(RATE)


@pytest.fixture(scope="module")
def cube(branch):
    return Cube.open(branch.project.cube)


@pytest.fixture
def in_use(branch, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())


def ripe_on(cube, month):
    day = cube.ripe_on(KPI, Month.parse(month))
    return None if day is None else day.isoformat()


@pytest.fixture(scope="module")
def unripe(cube):
    found = {str(month) for month in cube.months if cube.ripe_on(KPI, month) is not None}
    assert MONTH in found and "2024-03" not in found
    return found


def test_on_the_sheet(branch, unripe):
    for file in branch.filled["月度KPI表"].files:
        said = read(file)
        assert said[f"kpi.{RATE}.状态"] == said[f"peers.{RATE}.评价"] == "未成熟"
        assert said[f"kpi.{RATE}.依据"].endswith("成熟")
        assert said["kpi.活动率.状态"] != "未成熟" != said["peers.活动率.评价"]
        assert RATE not in [line[0] for line in said["warnings.指标"]]
        months, points = said["data.months"], said[f"series.{RATE}.未成熟"]
        months, points = (one[0] if isinstance(one[0], list) else one for one in (months, points))
        hollow = {m for m, point in zip(months, points, strict=True) if math.isfinite(point)}
        assert hollow == unripe


def test_in_the_charts(branch):
    """Points of their own, which the legend names; the white of the hollow has no entry."""
    with zipfile.ZipFile(branch.filled["月度KPI表"].files[0]) as archive:
        charts = [
            archive.read(name).decode()
            for name in archive.namelist()
            if re.fullmatch(r"xl/charts/chart\d+\.xml", name)
        ]
    drawn = [chart for chart in charts if "未成熟" in chart]
    assert len(drawn) > 5
    with_legend = [chart for chart in drawn if "<c:legend>" in chart]
    assert with_legend
    for chart in with_legend:
        names = re.findall(r"<c:ser><c:idx val=\"(\d+)\"/>.*?<c:v>([^<]*)</c:v>", chart)
        hidden = re.findall(r"<c:legendEntry><c:idx val=\"(\d+)\"/><c:delete", chart)
        shown = [name for place, name in names if place not in hidden]
        assert shown.count("未成熟") == 1, (names, hidden)


@pytest.mark.parametrize("command", [("peers", RATE), ("warnings",), ("drivers",), ("diagnose",)])
def test_by_command(branch, command):
    arguments = ["-p", str(branch.project.folder), "--json", *command, "--month", MONTH]
    done = CliRunner().invoke(app, arguments)
    told = json.loads(done.output)
    (note,) = [note for note in told["notes"] if note.startswith("未成熟：")]
    assert RATE in note and "8月29日" in note
    if command == ("peers", RATE):
        assert {row["状态"] for row in told["rows"]} == {"未成熟"}


def test_by_function(in_use, cube, unripe):
    unit = cube.units[cube.of_level("营业部")[0]].name
    for month in ("2024-03", *sorted(unripe)):
        expected = ripe_on(cube, month) or "已成熟"
        assert functions.KPI(RATE, unit, month, "成熟") == expected
        assert (functions.KPI(RATE, unit, month, "状态") == "未成熟") == (month in unripe)
    assert functions.KPI_UNIT_PEERS(RATE, unit, MONTH)[-1][0] == "未成熟"
    assert functions.KPI_UNIT_PEERS(RATE, unit, "2024-03")[-1][0] != "未成熟"


@pytest.mark.parametrize("level", ["分公司", "营业部", "业务员"])
def test_in_frames(branch, cube, unripe, level, tmp_path):
    project = Project(branch.project.folder)
    found = project.kpis([RATE, "活动率"], level=level, months="2024-01:2024-06")
    assert found.attrs["未成熟"] == {RATE: {month: ripe_on(cube, month) for month in unripe}}
    found.reset_index().to_parquet(tmp_path / "saved.parquet")
    quarters = project.kpis([RATE], level=level, period="季度")
    assert quarters.attrs["未成熟"] == {RATE: {"2024Q2": ripe_on(cube, MONTH)}}
