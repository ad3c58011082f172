"""What of kpi_xl runs where xlwings Lite runs Python: in the browser, in Pyodide.

Pyodide itself is here, numpy for it is not: so what needs nothing but Python runs in it, and that
the other functions need no more than numpy is shown in this Python.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kpi_xl.catalogue import kpis
from udfs.fraction import compiled, fraction_code

HERE = Path(__file__).parent / "pyodide"
ROOT = HERE.parents[2]

CODE = """
import json, random
from kpi_xl.catalogue import kpis
from udfs.fraction import compiled, fraction_code
try:
    import numpy
    numpy = numpy.__version__
except ModuleNotFoundError:
    numpy = None
found = {}
for kpi in kpis.values():
    dice = random.Random(kpi.code)
    given = [round(dice.uniform(0, 5000), 2) for _ in kpi.measures]
    found[kpi.code] = [
        kpi.name, kpi.formula, kpi.excel({m.code: f"B{i}" for i, m in enumerate(kpi.measures, 2)}),
        fraction_code(kpi), given, compiled(kpi)(*given),
    ]
json.dumps([numpy, found], ensure_ascii=False)
"""


@pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules" / "pyodide").is_dir(),
    reason="Pyodide is not installed (make test installs it where there is npm)",
)
def test_the_catalogue_and_functions_by_counts_in_pyodide(tmp_path):
    archive, code = tmp_path / "kpi.zip", tmp_path / "code.py"
    with zipfile.ZipFile(archive, "w") as out:
        for package in ("kpi_xl", "udfs"):
            for file in sorted((ROOT / package).rglob("*.py")):
                out.write(file, file.relative_to(ROOT))
    code.write_text(CODE, encoding="utf-8")
    done = subprocess.run(
        ["node", "run.mjs", archive, code], cwd=HERE, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    numpy, found = json.loads(done.stdout)
    assert numpy is None  # else there is more to be tested here
    assert found.keys() == {kpi.code for kpi in kpis.values()}
    for code, (name, formula, excel, arithmetic, given, (above, below)) in found.items():
        kpi = kpis[code]
        cells = {measure.code: f"B{i}" for i, measure in enumerate(kpi.measures, 2)}
        assert (name, formula, excel) == (kpi.name, kpi.formula, kpi.excel(cells))
        assert arithmetic == fraction_code(kpi)
        assert (above, below) == compiled(kpi)(*given)
        if below:
            # To the last bit what the worksheet function gives, which numpy computes.
            assert above / below == float(kpi(*given))


NEEDED = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from udfs import functions
from udfs.server.calls import answer
assert answer("KPI_ACTIVITY", [[[1800], [1]], [[2000], [0]], [[2000], [0]]])[0] == [0.9]
assert answer("KPI_HEADCOUNT", [[[45231], [45240]], [[""], [""]], [["2024-06"]]]) == [[2]]
assert answer("KPI_TARGETS", [[[100]], [[1], [1]]]) != [[{"type": "Error", "errorType": "Value"}]]
assert answer("KPI_UNITS", []) == [[{"type": "Error", "errorType": "NotAvailable"}]]
print(sorted({name.partition(".")[0] for name in sys.modules} & {"numpy", *{ABSENT}}))
"""


def test_all_but_the_functions_of_data_need_numpy_only(tmp_path):
    """Pyodide has no duckdb, pyarrow, fastexcel or xlsxwriter of ours, nor a project to open."""
    absent = {
        "duckdb", "pyarrow", "fastexcel", "xlsxwriter", "pandas", "rich", "click", "filelock",
        "chinese_calendar", "openpyxl", "xlwings", "fastapi",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", NEEDED.replace("{ABSENT}", repr(absent))],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env={"HOME": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "['numpy']"
