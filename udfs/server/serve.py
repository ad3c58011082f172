"""Starts the server: ``kpi-xl serve``."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.server import ServerSettings
from udfs.server.safe import safe

LICENSE: Final = "XLWINGS_LICENSE_KEY"
"""The environment variable with the licence of xlwings Server, which its user has to have."""

_SITE: Final = Path(__file__).parent / "site"


def serve(project: Project) -> None:
    """Serve until it is stopped.

    Raises
    ------
    InputError
        When something it needs is not there, or it would let in everybody from everywhere.
    """
    checked(project)
    from udfs.server.start import start

    start(f"{__name__}:application", project, project.settings.server.port)


def checked(project: Project) -> None:
    """Make sure that all that is needed is there.

    Raises
    ------
    InputError
        When it is not.
    """
    if importlib.util.find_spec("xlwings_server") is None:
        raise InputError(kinds.NO_XLWINGS_SERVER())
    licensed()
    safe(project)


def licensed() -> None:
    """Make sure that whoever runs this has a licence for xlwings Server.

    Raises
    ------
    InputError
        When there is none; it is never made up here.
    """
    os.environ.setdefault("XLWINGS_ON_SERVER", "true")
    try:
        import xlwings.server  # noqa: F401
    except Exception as error:
        # xlwings as a whole cannot be imported then, nor what it raises.
        if type(error).__name__ != "LicenseError":
            raise
        raise InputError(kinds.NO_LICENCE(), value=str(error)) from None


def application() -> Any:
    """The application; each process makes its own."""
    from udfs.server.app import Server
    from udfs.server.connections import ending
    from udfs.server.start import served

    project = served()
    pages = pages_of(project.settings.server)
    # A column of a hundred thousand cells is as many small lists, none of which is garbage: looking
    # through them as often as Python usually does takes as long as everything else together.
    gc.set_threshold(100_000, 50, 50)
    gc.freeze()
    return ending(Server(project, pages))


def pages_of(settings: ServerSettings, environment: MutableMapping[str, str] = os.environ) -> Any:
    """The pages of xlwings Server, with ours in place of some of them.

    Its settings are read from the environment once, when it is imported.
    """
    ways = [*(["entraid"] if settings.entra else []), *(["key"] if settings.keys else [])]
    environment.update(
        {
            "XLWINGS_PROJECT_DIR": str(_SITE),
            "XLWINGS_ENVIRONMENT": "prod",
            "XLWINGS_FUNCTIONS_NAMESPACE": "",
            "XLWINGS_PROJECT_NAME": "KPI",
            "XLWINGS_AUTH_PROVIDERS": json.dumps(ways),
            "XLWINGS_ENABLE_SOCKETIO": "false",
            "XLWINGS_ENABLE_HTMX": "false",
            "XLWINGS_ENABLE_ALPINEJS_CSP": "false",
            "XLWINGS_LOG_LEVEL": "WARNING",
        }
    )
    licensed()
    from xlwings_server.main import app

    return app
