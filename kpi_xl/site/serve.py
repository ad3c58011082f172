"""Starts it: ``kpi-xl serve --page``."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path
from typing import Final

from kpi_xl.project import Project
from kpi_xl.site.app import Site
from kpi_xl.system.user import PROJECT_VARIABLE
from udfs.server import connections
from udfs.server.exchange import App
from udfs.server.request_log import LOGGER
from udfs.server.safe import safe

_SECRET: Final = "KPI_XL_PAGE_SECRET"
_PORT: Final = "KPI_XL_PAGE_PORT"
"""By which the processes that answer know what they share; nobody else sets them."""


def serve(project: Project, port: int) -> None:
    """Serve until the process is told to end.

    Raises
    ------
    InputError
        When it would let in everybody from everywhere, or its certificate is not there.
    """
    settings = project.settings.server
    certificate, key = safe(project)
    os.environ[PROJECT_VARIABLE] = str(project.folder.resolve())
    os.environ[_SECRET] = secrets.token_hex(32)
    os.environ[_PORT] = str(port)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    connections.run(
        f"{__name__}:application",
        settings.connections,
        host=settings.host,
        port=port,
        workers=settings.workers,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def application() -> App:
    """The application, of the project that the environment names; each process makes its own."""
    LOGGER.setLevel(logging.INFO)
    project = Project.open(Path(os.environ[PROJECT_VARIABLE]))
    secret = bytes.fromhex(os.environ[_SECRET])
    return connections.ending(Site(project, secret, int(os.environ[_PORT])))
