"""The served pages: log-in, list of units, and a unit's page."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlencode

import anyio
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.pages.html import plain
from kpi_xl.project import Project
from kpi_xl.site.session import Sessions
from kpi_xl.site.shelf import Shelf
from udfs.server.exchange import Exchange, Receive, Scope, Send
from udfs.server.gate import Gate
from udfs.server.identity import Guard, Identity, RefusedError

LOGIN: Final = "/login"
LOGOUT: Final = "/logout"
PAGE: Final = "/page/"

_LARGEST: Final = 8192  # bytes of a form
_AT_ONCE: Final = 2  # pages made at a time
_NOBODY: Final = Identity("-", None)

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # An address names a unit; with none at all a browser does not say the origin of a form either.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Site:
    """The pages behind the gate, as an ASGI application.

    Parameters
    ----------
    project : Project
        Whose pages are shown.
    secret : bytes
        What sessions are signed with.
    port : int
        The port that the server listens on.
    guard : Guard, optional
        Who is let in; by default as kpi.toml says.
    """

    def __init__(
        self, project: Project, secret: bytes, port: int, guard: Guard | None = None
    ) -> None:
        settings = project.settings.server
        self._asks_who = settings.asks_who
        self._gate = Gate(settings, guard)
        # Without a certificate of ours it is this machine, or a gateway before us that has one.
        self._is_https = bool(settings.certificate)
        self._sessions = Sessions(secret, is_https=self._is_https, roles=settings.roles)
        self._shelf = Shelf(project)
        self._own = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await Exchange(scope, receive, send).answered(self._answered)

    async def _answered(self, exchange: Exchange) -> None:
        try:
            response = await self._answer(exchange)
        except RefusedError as refused:
            told = f"{refused.fault.reason}。{refused.fault.advice}。"
            response = _html("said.html", refused.status, title="没有打开", told=told)
        except InputError as error:
            response = _html("said.html", 503, title="现在没有", told=str(error))
        for name, value in _HEADERS.items():
            response.headers[name] = value
        if self._is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        await exchange.hand(response)

    async def _answer(self, exchange: Exchange) -> Response:
        scope = exchange.scope
        path, method = scope["path"], scope["method"]
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        self._check_from_here(headers)
        if method == "POST" and path in (LOGIN, LOGOUT):
            exchange.route = path
            return await self._login(exchange) if path == LOGIN else self._logout()
        if method not in ("GET", "HEAD"):
            raise RefusedError(405, kinds.NO_ADDRESS())
        if path == LOGIN:
            exchange.route = path
            query = parse_qs(scope["query_string"].decode("latin-1"))
            return _html("login.html", wrong="", wanted=_own_page(query.get("to", [""])[0]))
        identity = await self._identity(exchange, headers)
        if identity is None:
            wanted = _own_page(quote(path)) if path.startswith(PAGE) else ""
            return RedirectResponse(
                f"{LOGIN}?{urlencode({'to': wanted})}" if wanted else LOGIN, 303
            )
        self._gate.counted(exchange, identity)
        if path == "/":
            exchange.route = path
            return await self._list(identity)
        # The path as it was sent: a name may hold what a server would take for two folders.
        raw = scope.get("raw_path", b"").decode("latin-1").partition("?")[0] or path
        if raw.startswith(PAGE):
            exchange.route = PAGE
            return await self._page(identity, raw.removeprefix(PAGE))
        raise RefusedError(404, kinds.NO_PAGE())

    def _check_from_here(self, headers: Mapping[str, str]) -> None:
        """Refuse requests that another site sends through the user's browser.

        Raises
        ------
        RefusedError
            When a request is not of our own address or page.
        """
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._asks_who and host not in self._own:
            raise RefusedError(421, kinds.NO_PAGE())  # a name that somebody lets point here
        if origin is not None and origin.partition("://")[2] != host:
            raise RefusedError(403, kinds.FROM_ELSEWHERE())
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != (
            "navigate"
        ):
            raise RefusedError(403, kinds.FROM_ELSEWHERE())

    async def _identity(self, exchange: Exchange, headers: Mapping[str, str]) -> Identity | None:
        """The user who asks; None where a log-in is needed."""
        if not self._asks_who:
            return _NOBODY
        if authorization := headers.get("authorization"):
            return await self._gate.identified(exchange, authorization)
        return self._sessions.read(headers.get("cookie", ""))

    async def _login(self, exchange: Exchange) -> Response:
        await exchange.read_body(_LARGEST)
        form = parse_qs(exchange.body.decode("utf-8", "replace"))
        key = form.get("key", [""])[0].strip()
        try:
            identity = await self._gate.identified(exchange, f"Bearer {key}")
        except RefusedError as refused:
            told = f"{refused.fault.reason}。{refused.fault.advice}。"
            wanted = _own_page(form.get("to", [""])[0])
            return _html("login.html", refused.status, wrong=told, wanted=wanted)
        exchange.who = identity.number
        wanted = _own_page(form.get("to", [""])[0]) or "/"
        return RedirectResponse(wanted, 303, {"Set-Cookie": self._sessions.begun(identity)})

    def _logout(self) -> Response:
        return RedirectResponse(LOGIN, 303, {"Set-Cookie": self._sessions.ended()})

    async def _list(self, identity: Identity) -> Response:
        seen = await self._beside(lambda: self._shelf.seen(identity.units))
        units = [
            (plain(name), "/".join(quote(part, safe=":") for part in name.split("/")), depth)
            for name, depth in seen.levels.items()
        ]
        return _html("list.html", months=seen.months, units=units, asks=self._asks_who, page=PAGE)

    async def _page(self, identity: Identity, raw: str) -> Response:
        """A unit's page; an unknown unit and a forbidden one have the same answer."""

        def content() -> bytes | None:
            seen = self._shelf.seen(identity.units)
            text, _, path = raw.partition("/")
            unit = "/".join(unquote(part, errors="replace") for part in path.split("/"))
            month = next((one for one in seen.months if str(one) == text), None)
            if month is None or unit not in seen.units:
                return None
            return self._shelf.page(month, seen.units[unit])

        found = await self._beside(content)
        if found is None:
            raise RefusedError(404, kinds.NO_PAGE())
        return HTMLResponse(found)

    async def _beside(self, work: Callable[[], Any]) -> Any:
        """Run slow work in a thread, beside the event loop."""
        self._limiter = self._limiter or anyio.CapacityLimiter(_AT_ONCE)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)


def _own_page(address: str) -> str:
    """The address of one of our pages to go to after log-in; else none."""
    is_ours = address.startswith(PAGE) and all("!" <= one <= "~" for one in address)
    return address[:_LARGEST] if is_ours and "\\" not in address else ""


async def _lifespan(receive: Receive, send: Send) -> None:
    """Answer the server's start and stop; there is nothing to do."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _html(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    templates, style, policy = _parts()
    text = templates.get_template(name).render(style=style, **values)
    return HTMLResponse(plain(text), status, {"Content-Security-Policy": policy})


@functools.cache
def _parts() -> tuple[Environment, str, str]:
    """The templates, the style sheet, and the content security policy."""
    templates = Environment(
        loader=PackageLoader("kpi_xl.site", "templates"),
        autoescape=True,  # names come from people's files
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder = resources.files("kpi_xl.site") / "templates"
    style = (folder / "site.css").read_text(encoding="utf-8")
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{mark}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return templates, style, policy
