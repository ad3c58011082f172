"""The wheel works away from the clone: it has the packages, the SQL, the templates."""

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from test_rooms import MODULES

ROOT = Path(__file__).parents[1]


def test_every_default_dependency_is_imported_somewhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    imports = {
        line.split()[1].partition(".")[0]
        for file in MODULES.values()
        for line in map(str.strip, file.read_text(encoding="utf-8").splitlines())
        if line.startswith(("import ", "from "))
    }
    given = importlib.metadata.packages_distributions()
    used = {canonicalize_name(name) for one in imports for name in given.get(one, ())}
    assert wanted - used == set()


def test_the_wheel_runs_the_main_job_away_from_the_clone(tmp_path):
    build = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        str(tmp_path / "dist"),
    ]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site = tmp_path / "site"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(site),
    ]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)

    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONIOENCODING": "utf-8"}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        ).stdout

    where = run("-c", "import kpi_xl, udfs, workbook_templates as w; print(kpi_xl, udfs, w)")
    assert where.count(str(site)) == 3
    run("-m", "kpi_xl.cli", "sample", "demo")
    assert "生成 9 份" in run("-m", "kpi_xl.cli", "-p", "demo", "refresh", "--month", "2024-06")
    assert "KPI_ACTIVITY" in run("-m", "kpi_xl.cli", "explain", "活动率")
