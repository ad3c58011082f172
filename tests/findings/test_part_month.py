"""A month that is not over: 上月 and 去年同期 are of the same days on every surface."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from kpi_xl import kpis
from kpi_xl.findings.findings import Findings
from kpi_xl.jobs import start
from kpi_xl.jobs.fill import refresh
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.workbook import read
from office import cached_values, convert, formulas_and_values


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    """The sample as it was on 14 June 2024: nothing later is in its files."""
    folder = tmp_path_factory.mktemp("part") / "branch"
    project = start.sample(folder)
    for file in (*project.data.glob("保单*.csv"), *project.data.glob("活动*.csv")):
        encoding = encoding_of(file)
        lines = file.read_text(encoding=encoding).splitlines(keepends=True)
        kept = [
            line for line in lines if not any(f"2024-06-{day}" in line for day in range(15, 31))
        ]
        assert len(kept) < len(lines)
        file.write_text("".join(kept), encoding=encoding)
    return Project.open(folder)


def test_the_days_are_seen_from_the_data(part):
    cube = load(part).cube
    assert cube.as_of == dt.date(2024, 6, 14)


def test_every_surface_compares_the_same_days(part, tmp_path):
    filled = refresh(part)
    file = next(file for file in filled.files if file.stem == "江城分公司")
    values = read(file)
    pieces = pieces_until(part, 14)
    assert values["kpi.主险件数"] == pieces["2024-06"]
    assert values["kpi.主险件数.上月"] == pieces["2024-05"]
    assert values["kpi.主险件数.去年同期"] == pieces["2023-06"]
    mom = kpis["KPI_MOM"](pieces["2024-06"], pieces["2024-05"])
    assert values["kpi.主险件数.环比"] == pytest.approx(mom, rel=1e-12)
    assert "截至6月14日" in values["period.same_days"]
    # a cohort looks back on whole months anyway
    assert values["kpi.13个月留存率.上月"] == pytest.approx(
        load(part).cube.kpi(kpis["KPI_RETENTION13"])[0, -2], rel=1e-12
    )
    # and the sheet's own formulas say the same
    (made,) = convert([file], "xlsx", tmp_path / "again")
    formulas, cached = formulas_and_values(file)
    recalculated = cached_values(made)
    for cell in formulas:
        if isinstance(cached[cell], (int, float)):
            assert recalculated[cell] == pytest.approx(cached[cell], rel=1e-9, abs=1e-9), cell


def test_the_analysis_compares_the_same_days(part):
    """The drivers of the change on the month before add up to that of the same days."""
    cube = load(part).cube
    equal = cube.on_equal_spans(cube.last)
    premium = equal.measure("new_premium")
    assert (premium[:, -1] == cube.measure("new_premium")[:, -1]).all()
    assert (premium[:, -3] == cube.measure("new_premium")[:, -3]).all()
    assert 0 < premium[0, -2] < cube.measure("new_premium")[0, -2]
    with duckdb.connect(str(part.store), read_only=True) as store:
        findings = Findings.read(cube, store, part.settings, cube.last, "分公司")
    assert findings.measure("pieces")[0, -2] == pieces_until(part, 14)["2024-05"]


def encoding_of(file: Path) -> str:
    return "utf-8-sig" if file.read_bytes().startswith(b"\xef\xbb\xbf") else "gbk"


def pieces_until(project: Project, last_day: int) -> dict[str, int]:
    """Main pieces of the first days of each month, counted from the checked rows one by one."""
    counted: dict[str, int] = {}
    with duckdb.connect(str(project.store), read_only=True) as store:
        rows = store.execute("SELECT issued, withdrawn, pieces FROM policies WHERE is_main")
        for issued, withdrawn, pieces in rows.fetchall():
            for day, amount in ((issued, pieces), (withdrawn, -pieces)):
                if day is not None and day.day <= last_day:
                    month = f"{day:%Y-%m}"
                    counted[month] = counted.get(month, 0) + amount
    return counted
