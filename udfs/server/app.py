"""The routes, and what stands before them: who asks, how often, how much.

Pages, office.js and what declares the functions to Excel come from xlwings Server; whatever is
computed is answered here. Nothing else of xlwings Server can be reached.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Final

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from kpi_xl import __version__, kinds
from kpi_xl.project import Project
from kpi_xl.system.user import User
from udfs import current
from udfs.server import BUTTONS, CALLS, LARGEST, SCRIPT, SINGLE_CALL, calls, commands
from udfs.server.exchange import HEADERS, App, Exchange, Receive, Scope, Send, refusal
from udfs.server.gate import Gate
from udfs.server.identity import Guard, Identity, RefusedError
from udfs.server.manifest import manifest
from udfs.server.sent import SentWorkbook

_PAGES: Final = (
    "/taskpane.html",
    "/favicon.ico",
    "/xlwings/custom-functions-meta.json",
    "/xlwings/custom-functions-code.js",
    "/xlwings/custom-scripts-meta.json",
)
_STATIC: Final = "/static/"
# xlwings Server 1.20 would also serve what is outside its folders (``/static/../..``).
_STATIC_FILE: Final = re.compile(r"/static(/[A-Za-z0-9@_][A-Za-z0-9@._-]*)+")
_OPEN: Final = ("/health", "/manifest.xml", "/openapi.json", BUTTONS)
_MOST_CALLS: Final = 10_000

_Text = Annotated[str, Field(max_length=255)]


class Call(BaseModel):
    """A call of a function; what else xlwings' page sends with it is of no use here."""

    func_name: Annotated[str, Field(max_length=128)]
    args: Annotated[list[Any], Field(max_length=255)]
    from_1904: bool | None = None


class Calls(BaseModel):
    """Calls that were made together."""

    calls: Annotated[list[Call], Field(min_length=1, max_length=_MOST_CALLS)]
    ranges: Annotated[list[Any], Field(max_length=_MOST_CALLS)] = []
    from_1904: bool = False


class Pressed(BaseModel):
    """A button that was pressed on a workbook."""

    workbook: SentWorkbook = SentWorkbook()
    arguments: Annotated[list[_Text], Field(max_length=4)] = []
    answers: Annotated[list[bool], Field(max_length=4)] = []


def routes(project: Project) -> FastAPI:
    """The routes of the server."""
    app = FastAPI(title="kpi_xl", version=__version__, docs_url=None, redoc_url=None)
    there = manifest(project.settings.server)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "data": "there" if project.cube.is_file() else "none"}

    @app.get("/manifest.xml")
    def manifest_file() -> Response:
        return Response(there, media_type="application/xml")

    @app.get(BUTTONS)
    def buttons() -> Response:
        return Response(commands.as_javascript(project.settings), media_type="text/javascript")

    @app.post(CALLS)
    async def many_calls(given: Calls, request: Request) -> Response:
        request.state.calls = len(given.calls)
        return await _computed(lambda: {"results": [{"result": one} for one in _answers(given)]})

    @app.post(SINGLE_CALL)
    async def single_call(given: Call, request: Request) -> Response:
        request.state.calls = 1
        return await _computed(
            lambda: {"result": calls.answer(given.func_name, given.args, from_1904=given.from_1904)}
        )

    @app.post(SCRIPT + "/{name}")
    async def command(name: str, given: Pressed, request: Request) -> Response:
        identity: Identity = request.state.identity
        home = project.folder / "server" / identity.number.strip("-")
        user, sees_all = User(home, home), identity.units is None
        return await _computed(
            lambda: {
                "actions": commands.run(
                    name, given.arguments, user, given.workbook, given.answers, sees_all
                )
            }
        )

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return refusal(422, kinds.REQUEST_MALFORMED())

    return app


def _answers(given: Calls) -> list[calls.Rows]:
    """The answers to calls, as long as they do not get too large together."""
    found, size, ranges = [], 0, calls.Ranges(given.ranges)
    for one in given.calls:
        rows = calls.TOO_LARGE
        if size <= LARGEST:
            rows = calls.answer(one.func_name, one.args, from_1904=given.from_1904, ranges=ranges)
        size += len(rows) * len(rows[0])
        found.append(rows)
    return found


async def _computed(compute: Callable[[], Any]) -> Response:
    """Compute in a thread, so that the event loop stays free for others."""

    def whole() -> bytes:
        text = json.dumps(compute(), ensure_ascii=False, allow_nan=False)
        return text.encode(errors="replace")  # half a character may have come in

    # Nobody waits for what is computed when the server has to end.
    content = await anyio.to_thread.run_sync(whole, abandon_on_cancel=True)
    return Response(content, media_type="application/json", headers=HEADERS)


class Server:
    """The whole as an ASGI application.

    Parameters
    ----------
    pages : ASGI application
        The pages of xlwings Server.
    guard : Guard, optional
        Who is let in; by default as kpi.toml says.
    """

    def __init__(self, project: Project, pages: App, guard: Guard | None = None) -> None:
        self._routes = routes(project)
        self._pages = pages
        self._gate = Gate(project.settings.server, guard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            await self._routes(scope, receive, send)
        elif scope["type"] == "http":
            await Exchange(scope, receive, send).answered(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        scope = exchange.scope
        path, method = scope["path"], scope["method"]
        if method in ("GET", "HEAD") and (path in _PAGES or _STATIC_FILE.fullmatch(path)):
            exchange.route = path if path in _PAGES else _STATIC
            await exchange.hand(self._pages)
        elif method == "GET" and path in _OPEN:
            exchange.route = path
            await exchange.hand(self._routes)
        elif method == "POST" and (
            path in (CALLS, SINGLE_CALL) or (path.startswith(f"{SCRIPT}/") and path.count("/") == 3)
        ):
            exchange.route = SCRIPT if path.startswith(SCRIPT) else path
            await self._answer_known(exchange)
        else:
            raise RefusedError(404, kinds.NO_ADDRESS())

    async def _answer_known(self, exchange: Exchange) -> None:
        """Answer somebody who is let in."""
        identity = await self._gate.admitted(exchange)
        marked = current.seen.set(identity.units)
        try:
            await exchange.hand(self._routes)
        finally:
            current.seen.reset(marked)
