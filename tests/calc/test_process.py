"""The process beside LibreOffice: missing, ended, hanging; and gone when LibreOffice is."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from calc.cells import content, put
from calc.running import ROOT, Office, available, until

pytestmark = pytest.mark.skipif(
    not available, reason="LibreOffice, or its Python module (python3-uno), is not there"
)


def test_it_comes_and_goes(extension, tmp_path):
    office = Office(tmp_path, extension)
    try:
        document = office.new()
        sheet = document.Sheets.getByIndex(0)
        put(sheet, 1, 1, [[45000, None]] * 3)
        local, remote = (sheet.getCellRangeByName(name) for name in ("D1", "D2"))

        def ask():
            remote.setFormula('=KPI_HEADCOUNT(A1:A3;B1:B3;"2023-06")')
            return content(remote)

        # Nobody has said which Python to start.
        local.setFormula("=KPI_ACTIVITY(1800;2000;2000)")
        assert content(local) == 0.9
        begun = time.monotonic()
        assert [ask() for _ in range(50)] == ["#VALUE!"] * 50
        assert time.monotonic() - begun < 5
        office.dispatch(document, "service:org.kpixl.calc.Buttons?refresh")
        assert office.children() == []

        # Now somebody has.
        conf = office.home / ".kpi_xl" / "calc.conf"
        conf.write_text(f"{sys.executable}\n{ROOT}\n", encoding="utf-8")
        until(lambda: ask() == 3.0)
        ((first, _),) = office.children()

        # It is ended from outside.
        os.kill(first, signal.SIGKILL)
        assert ask() == 3.0
        ((second, _),) = office.children()
        assert second != first

        # It hangs: only the first cell waits.
        os.kill(second, signal.SIGSTOP)
        begun = time.monotonic()
        assert ask() == "#VALUE!"
        assert 5 < time.monotonic() - begun < 20
        begun = time.monotonic()
        assert [ask() for _ in range(50)] == ["#VALUE!"] * 50
        assert time.monotonic() - begun < 4
        until(lambda: ask() == 3.0)
        ((third, _),) = office.children()

        # It goes with the program, however that ends.
        office.kill()
        until(lambda: not Path(f"/proc/{third}").exists())
    finally:
        office.kill()
