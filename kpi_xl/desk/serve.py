"""Start the local page and end it: by its button, or when no window has been open for a while."""

from __future__ import annotations

import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from kpi_xl.desk.app import make_app
from kpi_xl.desk.desk import Desk
from kpi_xl.desk.gate import Gate
from kpi_xl.project import Project

PATIENCE: Final = 300.0
"""Seconds without a window. A browser lets a page in the background speak once a minute."""

_LAST_WORDS: Final = 1.0


def serve(
    project: Project | None,
    home: Path,
    tell: Callable[[str], None],
    *,
    browser: bool = True,
    patience: float = PATIENCE,
) -> None:
    """Show the page until it is ended.

    Parameters
    ----------
    project : Project or None
        The project that is open from the beginning.
    home : Path
        Folders are looked for in here.
    tell : callable
        Called with the address of the page.
    browser : bool
        Whether a browser is opened.
    patience : float
        Seconds without a window after which it ends.
    """
    desk = Desk(project, home)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))  # nobody but this machine, at a place that is free
        listening.listen()  # a browser that is quicker than the server waits
        port = listening.getsockname()[1]
        gate = Gate(make_app(desk), port)
        server = uvicorn.Server(
            uvicorn.Config(
                gate,
                log_level="warning",
                access_log=False,  # the token is in the first address
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=5,
            )
        )
        address = f"http://127.0.0.1:{port}/?{gate.way_in}"
        tell(address)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        threading.Thread(target=_watch, args=(desk, server, patience), daemon=True).start()
        server.run(sockets=[listening])


def _watch(desk: Desk, server: uvicorn.Server, patience: float) -> None:
    while not desk.ended:
        time.sleep(min(1.0, patience / 4))
        # Whoever waits for a long job is there: the lock is held.
        if time.monotonic() - desk.seen > patience and not desk.lock.locked():
            break
    time.sleep(_LAST_WORDS)  # the last page is still on its way
    server.should_exit = True
