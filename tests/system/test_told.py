"""Whatever goes wrong is told by its kind, wherever it is told."""

import errno
from pathlib import Path

import duckdb
import pytest

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.error_log import told
from kpi_xl.system.undone import Failure


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InputError(kinds.NOT_THERE(), file="a.xlsx"), kinds.NOT_THERE),
        (OSError(errno.ENOSPC, "No space left on device", "a.xlsx"), kinds.DISK_FULL),
        (duckdb.IOException("Could not write file: No space left on device"), kinds.DISK_FULL),
        (MemoryError(), kinds.NO_MEMORY),
    ],
)
def test_what_is_no_fault_of_the_program_is_told_as_what_it_is(error, kind):
    assert told(error).fault.kind is kind
    assert Failure.of(error).logged().fault.kind is kind


@pytest.mark.parametrize("error", [KeyError("x"), duckdb.BinderException("no such column")])
def test_a_fault_of_the_program_is_written_down(error):
    for found in (told(error), Failure.of(error).logged()):
        assert found.fault.kind is kinds.PROGRAM_FAULT
        log = Path(str(found.fault.about["log"]))
        assert type(error).__name__ in log.read_text(encoding="utf-8")
        log.unlink()
