"""Start the server: on stdio for a program on this machine, or on HTTP behind the server's gate."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import AsyncIterator, Collection
from typing import Any, Final

import anyio
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from kpi_xl import kinds
from kpi_xl.assistant.server import Context, make_server
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.server import ServerSettings
from udfs.server.exchange import App, Exchange, Receive, Scope, Send
from udfs.server.gate import Gate
from udfs.server.identity import Guard, RefusedError

PATH: Final = "/mcp"
"""Where it is on HTTP."""

_LARGEST: Final = 1 << 20  # bytes of a question


def on_stdio(project: Project, role: str | None = None) -> None:
    """Serve the process that started this one, until it ends.

    Parameters
    ----------
    role : str, optional
        One of [server.roles]: as whom he asks; by default he may see all that is in the folder.

    Raises
    ------
    InputError
        When there is no such role.
    """
    seen = None if role is None else _units_of(project, role)

    async def run() -> None:
        server = make_server(project, lambda _: seen)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)


def _units_of(project: Project, role: str) -> Collection[str] | None:
    roles = project.settings.server.roles
    if role not in roles:
        known = "、".join(roles) or "还没有，请先在 kpi.toml 的 [server.roles] 里写"
        raise InputError(kinds.NO_ROLE(known=known), value=role)
    return roles[role]


def on_http(project: Project, port: int) -> None:
    """Serve over HTTP until the process is stopped.

    Raises
    ------
    InputError
        When it would let in everybody from everywhere, or its certificate is not there.
    """
    from udfs.server.start import start

    start(f"{__name__}:application", project, port)


def application() -> App:
    """Make the application; each process makes its own."""
    from udfs.server.connections import ending
    from udfs.server.start import served

    gc.freeze()
    return ending(Behind(served()))


class Behind:
    """The server of MCP behind the gate, as an ASGI application.

    Each request says by its key or token who asks, and is answered by itself: there are no
    sessions that somebody else could go on with.

    Parameters
    ----------
    project : Project
        Whose numbers are told.
    guard : Guard, optional
        Who is let in; by default as kpi.toml says.
    """

    def __init__(self, project: Project, guard: Guard | None = None) -> None:
        settings = project.settings.server
        self._gate = Gate(settings, guard)
        self._app = make_server(project, _seen).streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            max_request_body_size=_LARGEST,
            transport_security=_from_here(settings),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await Exchange(scope, receive, send).answered(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        # Nothing is told but in answer to a question: there is nothing to listen to (GET).
        if exchange.scope["path"] != PATH or exchange.scope["method"] != "POST":
            raise RefusedError(404, kinds.NO_ADDRESS())
        exchange.route = PATH
        await self._gate.admitted(exchange)
        await exchange.hand(self._app)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The context in which requests are answered; for servers that know ASGI lifespans."""
        async with self._app.router.lifespan_context(self._app):
            yield


def _seen(context: Context) -> Collection[str] | None:
    """The units that the sender of a request may see, as noted by the gate."""
    request: Any = context.request
    identity = request.scope["state"]["identity"]
    found: Collection[str] | None = identity.units
    return found


def _from_here(settings: ServerSettings) -> TransportSecuritySettings:
    """The hosts and origins that requests may name, so that web pages cannot reach this machine."""
    named = settings.address.removeprefix("https://").partition("/")[0]
    own = ["127.0.0.1", "localhost", "[::1]", named.partition(":")[0]]
    hosts = [*own, *(f"{host}:*" for host in own)]
    return TransportSecuritySettings(
        allowed_hosts=hosts,
        allowed_origins=[f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts],
    )
