"""Which program read the raw files and computed what is kept of them."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from kpi_xl._version import __version__


@functools.cache
def program() -> str:
    """A hash of the code that reads, checks and computes raw files.

    The version alone would not do: whoever uses a clone gets other programs with the same one.
    """
    found = hashlib.sha256(__version__.encode())
    folder = Path(__file__).parent
    package = folder.parent
    catalogue = package / "catalogue"
    declared = [package / "aggregation.py", catalogue / "measures.py", catalogue / "schema.py"]
    declared += sorted(catalogue.glob("*_table*.py"))
    readers = sorted((package / "readers").rglob("*"))
    for file in [*sorted(folder.rglob("*")), *readers, *declared]:
        if file.suffix in (".py", ".sql"):
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()
