"""Starts what is served of a project, and has each process that answers know the project."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from kpi_xl.project import Project
from kpi_xl.system.user import PROJECT_VARIABLE
from udfs.server import connections
from udfs.server.request_log import LOGGER
from udfs.server.safe import safe


def start(application: str, project: Project, port: int) -> None:
    """Serve an application until the process is told to end.

    Parameters
    ----------
    application : str
        What makes it in each process, as ``module:name``; `served` tells it the project.
    port : int
        Where it listens, on the host of [server].

    Raises
    ------
    InputError
        When it would let in everybody from everywhere, or its certificate is not there.
    """
    settings = project.settings.server
    certificate, key = safe(project)
    os.environ[PROJECT_VARIABLE] = str(project.folder.resolve())
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    connections.run(
        application,
        settings.connections,
        host=settings.host,
        port=port,
        workers=settings.workers,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def served() -> Project:
    """The project that this process answers for; what it is asked is noted from now on."""
    LOGGER.setLevel(logging.INFO)
    return Project.open(Path(os.environ[PROJECT_VARIABLE]))
