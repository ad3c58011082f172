"""A request and its answer: read within bounds, answered whatever happens, noted in the log."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import anyio
from starlette.responses import Response

from kpi_xl import kinds
from kpi_xl.fault import Fault
from udfs.server.identity import RefusedError
from udfs.server.request_log import LOGGER, record

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_BODY_WITHIN: Final = 60.0  # seconds


def refusal(status: int, fault: Fault, *, last: bool = False) -> Response:
    """The answer that refuses, for programs; the last one on its connection where `last`."""
    told = {"detail": f"{fault.reason}：{fault.advice}", "kind": fault.kind.code}
    content = json.dumps(told, ensure_ascii=False)
    headers = {**HEADERS, "Connection": "close"} if last else HEADERS
    return Response(content, status, media_type="application/json", headers=headers)


class Exchange:
    """A request and its answer, as far as the log wants to know of them."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._body: bytes | None = None
        self._is_given = False
        self._status = 0
        self._began = time.monotonic()
        self.route = "?"
        self.who = "-"

    async def answered(self, answer: Callable[[Exchange], Awaitable[None]]) -> None:
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

    @property
    def body(self) -> bytes:
        """The request, as far as it was read."""
        return self._body or b""

    async def _read_into(self, body: bytearray) -> bool:
        """Read on; whether there is more."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, kinds.REQUEST_INCOMPLETE())
        body += message.get("body", b"")
        return bool(message.get("more_body", False))

    async def hand(self, app: App) -> None:
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
        await refusal(status, fault, last=last)(self.scope, self._receive, self._sent)
