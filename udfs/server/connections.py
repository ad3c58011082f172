"""Connections: how many, how slow, and that they end.

uvicorn answers whoever keeps to the protocol and reads what he is sent. Whoever holds a connection
without doing so is cut off here, and the process ends in time whatever anybody holds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from asyncio import TimerHandle, Transport
from collections.abc import Awaitable, Callable
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_WITHIN: Final = 10.0
"""Seconds from the first byte of a request, or from connecting, until its headers are there."""

READ_WITHIN: Final = 30.0
"""Seconds in which something of a long answer has to be read."""

IDLE: Final = 30
"""Seconds that a connection is kept between two requests."""

LARGEST_HEADERS: Final = 32_768
"""Bytes; a token of Entra ID takes half of it at most."""

SHARE: Final = 4
"""One address has at most one in so many of all connections."""

_ENDING: Final = 2  # seconds that requests are given to be answered when the server is stopped
_CLOSING: Final = 1.0  # seconds for a polite goodbye

_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    b"Connection: close\r\n\r\n"
)

App = Callable[[Any, Any, Any], Awaitable[None]]

_Loop: Any = getattr(asyncio, "ProactorEventLoop", asyncio.SelectorEventLoop)  # as on Windows


class Loop(_Loop):  # type: ignore[misc]
    """An event loop that gives nobody a minute to begin or to end speaking TLS."""

    async def create_server(self, *given: Any, **named: Any) -> Any:
        if named.get("ssl") is not None:
            named |= {"ssl_handshake_timeout": HEADERS_WITHIN, "ssl_shutdown_timeout": _CLOSING}
        return await super().create_server(*given, **named)


class Connection(H11Protocol):
    """A connection with a time for each thing that the other side has to do."""

    _timer: TimerHandle | None = None
    _is_idle = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        most = self.config.limit_concurrency or sys.maxsize
        address = _address(self)
        same = sum(_address(one) == address for one in self.connections)
        if len(self.connections) >= most or same > max(1, most // SHARE):
            transport.write(_FULL)
            transport.close()
            self._within(_CLOSING)
        else:
            self._within(HEADERS_WITHIN)

    def data_received(self, data: bytes) -> None:
        if self._is_idle:
            self._is_idle = False
            self._within(HEADERS_WITHIN)
        super().data_received(data)
        if self._is_asked and not self.transport.is_closing():
            self._within(None)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._within(READ_WITHIN)
        elif not self._is_asked:  # else the next request had come already
            has_begun = bool(self.conn.trailing_data[0])
            self._is_idle = not has_begun
            self._within(HEADERS_WITHIN if has_begun else IDLE + _CLOSING)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._within(READ_WITHIN)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_asked:
            self._within(None)

    def shutdown(self) -> None:
        super().shutdown()
        if self.transport.is_closing():
            self._within(_CLOSING)

    def connection_lost(self, exc: Exception | None) -> None:
        self._within(None)
        super().connection_lost(exc)

    @property
    def _is_asked(self) -> bool:
        """Whether there is a request that has not been answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _within(self, seconds: float | None) -> None:
        """Cut off after so many seconds unless something else is said; None for no end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = self.loop.call_later(seconds, self.transport.abort)


def _address(connection: Any) -> str:
    return connection.client[0] if connection.client else ""


def ending(application: App) -> App:
    """An application whose process ends when it has been told to end, whatever still computes.

    A job may compute for minutes, and nobody can stop a thread. What a job leaves behind when it is
    killed is nothing that the next run would take for whole.
    """

    async def whole(scope: Any, receive: Any, send: Any) -> None:
        try:
            await application(scope, receive, send)
        finally:
            if scope["type"] == "lifespan":
                last = threading.Timer(_CLOSING, os._exit, (0,))
                last.daemon = True
                last.start()

    return whole


def run(application: str, connections: int, **given: Any) -> None:
    """Serve an application until the process is told to end.

    Parameters
    ----------
    application : str
        What makes it, as ``module:name``.
    connections : int
        So many at a time, in each process; what comes beyond is answered with 503.
    **given
        As for `uvicorn.run`.
    """
    uvicorn.run(
        application,
        factory=True,
        http=Connection,
        ws="none",
        loop=f"{__name__}:Loop",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=_ENDING,
        limit_concurrency=connections + 1,
        h11_max_incomplete_event_size=LARGEST_HEADERS,
        **given,
    )
