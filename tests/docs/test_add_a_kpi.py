"""What add-a-kpi.md says works to the letter: done in a copy of the package."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "en" / "add-a-kpi.md"
DONE = """
import json, sys
from pathlib import Path
import duckdb
from kpi_xl import Project, kpis
from kpi_xl.jobs.load import load
from kpi_xl.project import Project as Folder
from manual import kpis as pages
from udfs import functions

folder = Path(sys.argv[1])
project = Folder.open(folder)
cube = load(project).cube
month = cube.last
with duckdb.connect(str(project.store), read_only=True) as store:
    def first(sql):
        return store.execute(sql).fetchone()[0]

    riders = "CASE WHEN NOT is_main THEN premium ELSE 0 END"
    there = "CAST({} / 100.0 AS DOUBLE)"
    between = f"BETWEEN DATE '{month.first}' AND DATE '{month.last}'"
    counted = {
        "riders": first(
            f"SELECT SUM(CASE WHEN issued {between} THEN {riders} ELSE 0 END)"
            f" - SUM(CASE WHEN withdrawn {between} THEN {riders} ELSE 0 END) FROM policies"
        ),
        "complaints": first(f"SELECT COUNT(*) FROM complaints WHERE day {between}"),
        "tables": sorted(name for (name,) in store.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'complaint%'"
        ).fetchall()),
    }
frame = Project(folder).kpis(["附加险占比", "投诉件数"], months=str(month))
agents = Project(folder).agents(months=str(month))
print(json.dumps({
    **counted,
    "rider_premium": int(cube.measure("rider_premium")[0, -1]),
    "new_premium": int(cube.measure("new_premium")[0, -1]),
    "share": float(cube.kpi(kpis["KPI_RIDERS"])[0, -1]),
    "of_complaints": int(cube.measure("complaints")[0, -1]),
    "of_agents": int(agents["投诉件数"].sum()),
    "frame": [float(frame[name].iloc[0]) for name in ("附加险占比", "投诉件数")],
    "function": functions.KPI_RIDERS(1.0, 4.0),
    "page": "附加险占比" in pages.page("production"),
}))
"""


def blocks(language):
    """The blocks of the part about something new, in their order."""
    part = PAGE.read_text(encoding="utf-8").partition("## From something new")[2]
    return re.findall(rf"```{language}\n(.*?)```", part, re.S)


def put(file, before, text, count=1):
    """Put text before the first place that says something."""
    content = file.read_text(encoding="utf-8")
    assert before in content, f"{file.name}: {before}"
    file.write_text(content.replace(before, text + before, count), encoding="utf-8")


@pytest.fixture
def copy(tmp_path):
    """A copy of what is imported, with what the page says put in."""
    for package in ("kpi_xl", "udfs", "manual"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    riders, share, table, step, complaints, kpi = blocks("python")
    (sql,) = blocks("sql")
    catalogue, data = tmp_path / "kpi_xl" / "catalogue", tmp_path / "kpi_xl" / "data"
    put(
        catalogue / "measures.py",
        "    # -- persistency\n",
        f"{riders.strip()},\n{complaints.strip()},\n",
    )
    with (catalogue / "production.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{share}\n\n{kpi}")
    put(catalogue / "sales_tables.py", "OUTLETS: Final", f"{table}\n")
    put(catalogue / "schema.py", "DUES, OUTLETS", "COMPLAINTS, ")
    put(catalogue / "schema.py", "COUNTS, RATINGS,\n", "COMPLAINTS, ")
    put(data / "steps.py", "# -- what every place had\n", step)
    (data / "sql" / "complaint.sql").write_text(sql, encoding="utf-8")
    put(
        tmp_path / "manual" / "example_numbers.py",
        '    "pay_mode_premium"',
        '    "rider_premium": 96_000, "complaints": 3,\n',
    )
    return tmp_path


def run(copy, *command):
    """Run Python in the copy."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_the_page_says_works(copy):
    run(copy, "-m", "kpi_xl.cli", "sample", "branch")
    with (copy / "branch" / "data" / "活动.csv").open(encoding="utf-8-sig") as file:
        rows = [(row["日期"], row["工号"]) for row in csv.DictReader(file)][::50]
    with (copy / "branch" / "data" / "投诉.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("投诉日期", "工号"), *rows])
    (copy / "done.py").write_text(DONE, encoding="utf-8")
    found = json.loads(run(copy, "done.py", "branch"))
    assert found["rider_premium"] == found["riders"] > 0
    assert found["share"] == pytest.approx(found["riders"] / found["new_premium"], rel=1e-14)
    assert found["of_complaints"] == found["of_agents"] == found["complaints"] > 0
    assert found["frame"] == pytest.approx([found["share"], found["complaints"]])
    assert found["function"] == 0.25 and found["page"]
    assert found["tables"] == ["complaint_months", "complaint_months_by_place", "complaints"]


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ('"lost", "丢失件数", "件", "", Aggregation("losses")', "lost: there is no step losses"),
        ('"lost", "丢失", "件", "", Total(("fyc", "loss"))', "lost: there is no measure loss"),
        (
            '"fyc", "丢失件数", "件", "", Aggregation("due")',
            "fyc: its code or name is declared twice",
        ),
        ('"lost", "FYC", "元", "", Aggregation("due")', "lost: its code or name is declared twice"),
    ],
)
def test_a_measure_that_cannot_be_computed_is_refused(copy, row, refused):
    put(copy / "kpi_xl" / "catalogue" / "measures.py", "    # -- persistency\n", f"    ({row}),\n")
    with pytest.raises(AssertionError, match=f"measure {refused}"):
        run(copy, "-c", "import kpi_xl.data.store")
