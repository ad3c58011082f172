"""What the tests need of the outside world: LibreOffice, and the two validators of workbooks."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

SOFFICE = shutil.which("soffice")
VALIDATOR = Path(__file__).parent / "validator"
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

needs_soffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
needs_node_validator = pytest.mark.skipif(
    shutil.which("node") is None or not (VALIDATOR / "node_modules").is_dir(),
    reason="Node and tests/validator's packages are not installed (make test does it)",
)
needs_shared_data = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason="the real input (../shared/data) is not there"
)

# LibreOffice keeps the values that a file brings along unless it is told to recalculate.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@functools.cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    """LibreOffice's settings for this worker: with new ones it takes four times as long to start."""
    made = tempfile.TemporaryDirectory(prefix="kpi_xl-office-")
    user = Path(made.name) / "user"
    user.mkdir()
    (user / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")
    return made


def convert(files: Sequence[Path], to: str, folder: Path) -> list[Path]:
    """Let LibreOffice recalculate workbooks and save them in another format (or .xlsx again)."""
    assert SOFFICE is not None
    profile = Path(_profile().name)
    command = [
        SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
        "--convert-to", to, "--outdir", str(folder), *map(str, files),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env=os.environ
    )
    made = [folder / f"{file.stem}.{to.partition(':')[0]}" for file in files]
    missing = [file.name for file in made if not file.is_file()]
    assert not missing, f"LibreOffice made no {missing}: {done.stdout}{done.stderr}"
    return made


def load(file: Path, *, data_only: bool = False) -> openpyxl.Workbook:
    """Open a workbook with openpyxl, which warns of much that it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(file, data_only=data_only)


def formulas_of(file: Path) -> dict[tuple[str, str], str]:
    """Every formula of a workbook by sheet and cell."""
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in load(file)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def cached_values(file: Path) -> dict[tuple[str, str], object]:
    """Every value of a workbook by sheet and cell, of formulas the one that was kept."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in load(file, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
    }


def formulas_and_values(
    file: Path,
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], object]]:
    """Every formula of a workbook, and every cached value, by sheet and cell."""
    return formulas_of(file), cached_values(file)


@functools.cache
def _validator() -> subprocess.Popen[str]:
    """Microsoft's SDK, running until this worker ends: it takes seconds to start."""
    running = subprocess.Popen(
        ["node", "validate.mjs"],
        cwd=VALIDATOR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(running.kill)
    return running


def open_xml_sdk_errors(files: Iterable[Path]) -> dict[str, list[dict[str, object]]]:
    """Microsoft's Open XML SDK on each workbook: its errors by path."""
    validator = _validator()
    assert validator.stdin is not None and validator.stdout is not None
    found = {}
    for file in files:
        patience = threading.Timer(600, validator.kill)
        patience.start()
        print(Path(file).resolve(), file=validator.stdin, flush=True)
        answer = validator.stdout.readline()
        patience.cancel()
        assert answer, f"Microsoft's SDK ended with {file}"
        result = json.loads(answer)
        found[result["file"]] = result["errors"]
    return found


def openxml_audit_errors(file: Path) -> list[str]:
    """openxml-audit's errors on a workbook."""
    return [str(error) for error in OpenXmlValidator().validate(str(file)).errors]
