"""The routes, and what stands before them: who asks, how often, how much.

Pages, office.js and what declares the functions to Excel come from xlwings Server; whatever is
computed is answered here. Nothing else of xlwings Server can be reached.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any, Final

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from kpi_xl import __version__, kinds
from kpi_xl.fault import Fault
from kpi_xl.project import Project
from kpi_xl.system.user import User
from udfs import current
from udfs.server import BUTTONS, CALLS, LARGEST, SCRIPT, SINGLE_CALL, calls, commands
from udfs.server.identity import Guard, Identity, RefusedError
from udfs.server.limits import Rate
from udfs.server.manifest import manifest
from udfs.server.request_log import LOGGER, record
from udfs.server.sent import SentWorkbook

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

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
_MOST_CALLS: Final = 5_000
_BODY_WITHIN: Final = 60.0  # seconds
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_Text = Annotated[str, Field(max_length=255)]


class Call(BaseModel):
    """A call of a function; what else xlwings' page sends with it is of no use here."""

    func_name: Annotated[str, Field(max_length=128)]
    args: Annotated[list[Any], Field(max_length=255)]


class Calls(BaseModel):
    """Calls that were made together."""

    calls: Annotated[list[Call], Field(min_length=1, max_length=_MOST_CALLS)]
    from_1904: bool = False


class Pressed(BaseModel):
    """A button that was pressed on a workbook."""

    workbook: SentWorkbook = SentWorkbook()
    arguments: Annotated[list[_Text], Field(max_length=4)] = []
    answers: Annotated[list[bool], Field(max_length=4)] = []


def routes(project: Project) -> FastAPI:
    """What is answered here."""
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
        return Response(commands.as_javascript(), media_type="text/javascript")

    @app.post(CALLS)
    async def many_calls(given: Calls, request: Request) -> Response:
        request.state.calls = len(given.calls)
        return await _computed(lambda: {"results": [{"result": one} for one in _answers(given)]})

    @app.post(SINGLE_CALL)
    async def single_call(given: Call, request: Request) -> Response:
        request.state.calls = 1
        return await _computed(lambda: {"result": calls.answer(given.func_name, given.args)})

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
        return _refusal(422, kinds.REQUEST_MALFORMED())

    return app


def _answers(given: Calls) -> list[calls.Rows]:
    """The answers to calls, as long as they do not get too large together."""
    found, size = [], 0
    for one in given.calls:
        rows = calls.TOO_LARGE
        if size <= LARGEST:
            rows = calls.answer(one.func_name, one.args, from_1904=given.from_1904)
        size += len(rows) * len(rows[0])
        found.append(rows)
    return found


async def _computed(compute: Callable[[], Any]) -> Response:
    """What takes time is done beside the loop that answers everybody."""

    def whole() -> bytes:
        text = json.dumps(compute(), ensure_ascii=False, allow_nan=False)
        return text.encode(errors="replace")  # half a character may have come in

    # Nobody waits for what is computed when the server has to end.
    content = await anyio.to_thread.run_sync(whole, abandon_on_cancel=True)
    return Response(content, media_type="application/json", headers=_HEADERS)


def _refusal(status: int, fault: Fault, *, last: bool = False) -> Response:
    told = {"detail": f"{fault.reason}：{fault.advice}", "kind": fault.kind.code}
    content = json.dumps(told, ensure_ascii=False)
    headers = {**_HEADERS, "Connection": "close"} if last else _HEADERS
    return Response(content, status, media_type="application/json", headers=headers)


class Server:
    """The whole as an ASGI application.

    Parameters
    ----------
    pages : ASGI application
        The pages of xlwings Server.
    guard : Guard, optional
        Who is let in; by default as kpi.toml says.
    """

    def __init__(self, project: Project, pages: _App, guard: Guard | None = None) -> None:
        settings = project.settings.server
        self._routes = routes(project)
        self._pages = pages
        self._guard = guard or Guard(settings)
        self._rate = Rate(settings.requests_per_minute)
        self._refused = Rate(settings.requests_per_minute)
        self._largest = int(settings.megabytes * 1_000_000)

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            await self._routes(scope, receive, send)
        elif scope["type"] == "http":
            await _Exchange(scope, receive, send).answered(self._answer)

    async def _answer(self, exchange: _Exchange) -> None:
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

    async def _answer_known(self, exchange: _Exchange) -> None:
        """Answer somebody who is let in."""
        address = (exchange.scope.get("client") or ("?",))[0]
        headers = dict(exchange.scope["headers"])
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        try:
            identity = await anyio.to_thread.run_sync(self._guard.identify, authorization)
        except RefusedError:
            if not self._refused.allows(address):
                raise RefusedError(429, kinds.TOO_MANY_TRIES()) from None
            raise
        exchange.who = identity.number
        # Without names, computers are told apart by their addresses.
        if not self._rate.allows(address if identity.number == "-" else identity.number):
            raise RefusedError(429, kinds.TOO_MANY_REQUESTS())
        await exchange.read_body(self._largest)
        exchange.scope.setdefault("state", {})["identity"] = identity
        marked = current.seen.set(identity.units)
        try:
            await exchange.hand(self._routes)
        finally:
            current.seen.reset(marked)


class _Exchange:
    """A request and its answer, as far as the log wants to know of them."""

    def __init__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._body: bytes | None = None
        self._is_given = False
        self._status = 0
        self._began = time.monotonic()
        self.route = "?"
        self.who = "-"

    async def answered(self, answer: Callable[[_Exchange], Awaitable[None]]) -> None:
        """Have it answered, whatever happens, and noted."""
        try:
            await answer(self)
        except RefusedError as refused:
            await self._refuse(refused.status, refused.fault)
        except asyncio.CancelledError:
            await self._refuse(503, kinds.STOPPING())
        except Exception:
            LOGGER.error("%s", traceback.format_exc())
            await self._refuse(500, kinds.SERVER_FAULT())
        record(
            self.scope["method"],
            self.route,
            self._status,
            time.monotonic() - self._began,
            self.who,
            len(self._body or b""),
            self.scope.get("state", {}).get("calls", 0),
        )

    async def read_body(self, largest: int) -> None:
        """Read all of the request.

        Raises
        ------
        RefusedError
            When it is too large or too slow, or the other side has gone.
        """
        too_large = RefusedError(413, kinds.REQUEST_TOO_LARGE(megabytes=largest / 1e6))
        announced = dict(self.scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced[:20]) > largest:
            raise too_large
        body = bytearray()
        try:
            with anyio.fail_after(_BODY_WITHIN):
                while await self._read_into(body):
                    if len(body) > largest:
                        raise too_large
        except TimeoutError:
            raise RefusedError(408, kinds.REQUEST_SLOW()) from None
        if len(body) > largest:
            raise too_large
        self._body = bytes(body)

    async def _read_into(self, body: bytearray) -> bool:
        """Read on; whether there is more."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, kinds.REQUEST_INCOMPLETE())
        body += message.get("body", b"")
        return bool(message.get("more_body", False))

    async def hand(self, app: _App) -> None:
        """Have it answered by an application."""
        await app(self.scope, self._again, self._sent)

    async def _again(self) -> MutableMapping[str, Any]:
        if self._body is None or self._is_given:
            return await self._receive()
        self._is_given = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def _sent(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        await self._send(message)

    async def _refuse(self, status: int, fault: Fault) -> None:
        if self._status:  # an answer has begun
            return
        # What has not been read of the request is not waited for.
        last = self._body is None and self.scope["method"] == "POST"
        await _refusal(status, fault, last=last)(self.scope, self._receive, self._sent)
