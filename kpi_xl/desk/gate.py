"""The gate of the local page: only this machine's browser with the token gets in.

Any web page can send requests to a port of this machine. It cannot read the cookie, cannot make the
browser send it along (SameSite), and cannot take the address of another host for ours (Host).
"""

from __future__ import annotations

import hmac
import secrets
import threading
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpi_xl import kinds
from kpi_xl.fault import Fault

LARGEST: Final = 1 << 20
"""Bytes of a form."""

LARGEST_UPLOAD: Final = 300 << 20
"""Bytes of the files that are brought in at once."""

UPLOAD: Final = "/upload"

_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with none at all a browser does not say the origin either
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Gate:
    """An ASGI gate before the pages.

    Parameters
    ----------
    app : ASGI application
        The application that answers behind the gate.
    port : int
        The port that the page listens on.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        # Cookies do not tell ports apart: two projects at once have one each.
        self._cookie = f"kpi_xl_{port}"
        self._session = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._token: str | None = secrets.token_urlsafe(32)

    @property
    def way_in(self) -> str:
        """The query string that lets a browser in once."""
        return f"token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # nothing here uses web sockets
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, sealed)

    def _refusal(self, scope: Scope) -> Response | None:
        """The refusal in place of the page; None where it may be shown."""
        headers = Headers(scope=scope)
        asks = scope["method"] in ("GET", "HEAD")
        if foreign := self._foreign(headers, asks):
            return _refused(foreign)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if asks and given:
            return self._let_in(given[0])
        if not self._is_in(headers):
            return _refused(kinds.DESK_NOT_LET_IN())
        return None if asks else _too_large(scope["path"], headers)

    def _foreign(self, headers: Headers, asks: bool) -> Fault | None:
        """The reason why a request does not come from the page; None where it does."""
        hosts = headers.getlist("host")
        # A name that somebody else lets point to this machine (DNS rebinding) is not ours.
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return kinds.DESK_ADDRESS()
        origin = headers.get("origin")
        if origin is None and not asks:
            return kinds.DESK_NOT_FROM_HERE()
        elsewhere = origin is not None and origin != f"http://{hosts[0]}"
        if elsewhere or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return kinds.DESK_NOT_FROM_HERE()
        return None

    def _let_in(self, given: str) -> Response:
        with self._lock:
            known, right = self._token, False
            if known is not None:
                right = hmac.compare_digest(given.encode(), known.encode())
            if right:
                self._token = None
        if not right:
            return _refused(kinds.DESK_USED_ADDRESS())
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        return answer

    def _is_in(self, headers: Headers) -> bool:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self._cookie)
        return found is not None and hmac.compare_digest(
            found.value.encode(), self._session.encode()
        )


def _too_large(path: str, headers: Headers) -> Response | None:
    most = LARGEST_UPLOAD if path == UPLOAD else LARGEST
    length = headers.get("content-length")
    if length is None or not length.isdecimal():
        return _refused(kinds.DESK_NO_LENGTH(), 411)
    if int(length) > most:
        return _refused(kinds.DESK_TOO_LARGE(megabytes=most >> 20), 413)
    return None


def _refused(fault: Fault, status: int = 403) -> Response:
    return PlainTextResponse(f"{fault.reason}。{fault.advice}。", status)
