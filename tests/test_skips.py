"""With CI=true a test that lacks a program fails; others may be skipped as anywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = {
    "test_whole_file.py": 'import pytest\npytest.importorskip("no_such_module")\n',
    "test_one.py": """
import pytest

@pytest.mark.skipif(True, reason="LibreOffice (soffice) is not installed")
def test_program(): pass

@pytest.mark.skipif(True, reason="the real input (../shared/data) is not there")
def test_data(): pass

@pytest.mark.skipif(True, reason="rights of POSIX")
def test_system(): pass

def test_runs(): pass
""",
}


@pytest.mark.parametrize(
    ("ci", "told"),
    [("", "1 passed, 4 skipped"), ("true", "1 passed, 2 skipped, 2 errors")],
)
def test_only_with_ci_nothing_may_be_missing(tmp_path, ci, told):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "skips", "-c", os.devnull, "--rootdir", tmp_path,
         "--continue-on-collection-errors", "-p", "no:cacheprovider", tmp_path],
        env=os.environ | {"CI": ci, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert told in done.stdout, done.stdout
