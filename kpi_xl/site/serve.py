"""Start the served pages: ``kpi-xl serve --page``."""

from __future__ import annotations

import os
import secrets
from typing import Final

from kpi_xl.project import Project
from kpi_xl.site.app import Site
from udfs.server import connections
from udfs.server.exchange import App
from udfs.server.start import served, start

_SECRET: Final = "KPI_XL_PAGE_SECRET"
_PORT: Final = "KPI_XL_PAGE_PORT"
"""By which the processes that answer know what they share; nobody else sets them."""


def serve(project: Project, port: int) -> None:
    """Serve until the process is stopped.

    Raises
    ------
    InputError
        When it would let in everybody from everywhere, or its certificate is not there.
    """
    os.environ[_SECRET] = secrets.token_hex(32)
    os.environ[_PORT] = str(port)
    start(f"{__name__}:application", project, port)


def application() -> App:
    """Make the application; each process makes its own."""
    secret = bytes.fromhex(os.environ[_SECRET])
    return connections.ending(Site(served(), secret, int(os.environ[_PORT])))
