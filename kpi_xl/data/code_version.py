"""The version of the code that read the raw files and computed the kept results."""

from __future__ import annotations

import functools
import hashlib
import itertools
from pathlib import Path
from typing import Final

from kpi_xl._version import __version__

ROOMS: Final = ("raw_files", "checks", "data", "readers")
"""The packages whose code a number goes through."""


@functools.cache
def program() -> str:
    """A hash of the code that reads, checks and computes raw files.

    The version alone would not do: whoever uses a clone gets other programs with the same one.
    """
    found = hashlib.sha256(__version__.encode())
    package = Path(__file__).parents[1]
    catalogue = package / "catalogue"
    declared = [package / "aggregation.py", catalogue / "measures.py", catalogue / "schema.py"]
    declared += sorted(catalogue.glob("*_table*.py"))
    rooms = [sorted((package / room).rglob("*")) for room in ROOMS]
    for file in [*itertools.chain(*rooms), *declared]:
        if file.suffix in (".py", ".sql"):
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()
