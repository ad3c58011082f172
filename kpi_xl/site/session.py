"""Signed sessions: who has logged in and until when; every process can verify them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

from udfs.server.identity import Identity

LASTS: Final = 12 * 3600
"""Seconds: a working day. With the process, which makes a new secret, all of them end."""

_LONGEST: Final = 4096


class Sessions:
    """Writes and reads the cookie.

    Parameters
    ----------
    secret : bytes
        What is signed with.
    is_https : bool
        Whether browsers speak to us in https only: then the cookie goes no other way.
    roles : mapping of str to tuple of str, or None
        The units that each role may see. A cookie names roles by their places among them: the units
        of a role may be more than a browser keeps.
    clock : callable
        The time in seconds.
    """

    def __init__(
        self,
        secret: bytes,
        *,
        is_https: bool,
        roles: Mapping[str, tuple[str, ...] | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._units_of = roles
        self._roles = sorted(roles)
        # A place means another role where there are other roles: no cookie is good for both.
        self._secret = hmac.digest(secret, json.dumps(self._roles).encode(), "sha256")
        self._is_https = is_https
        self._clock = clock
        self._name = "__Host-kpi_xl" if is_https else "kpi_xl_page"

    def begun(self, identity: Identity) -> str:
        """The cookie of a user who has logged in, as a header; links send it along, other sites do
        not.
        """
        end = int(self._clock()) + LASTS
        said = json.dumps(
            [identity.number, list(map(self._roles.index, identity.roles)), end]
        ).encode()
        content = base64.urlsafe_b64encode(said).decode()
        return self._header(f"{content}.{self._mark(content)}", LASTS)

    def ended(self) -> str:
        """The cookie that ends a session."""
        return self._header("", 0)

    def read(self, header: str) -> Identity | None:
        """The user of a valid cookie; None for any other."""
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(header[:_LONGEST])
            content, dot, mark = cookies[self._name].value.partition(".")
        except (CookieError, KeyError):
            return None
        if not dot or not hmac.compare_digest(mark.encode(), self._mark(content).encode()):
            return None
        try:
            number, places, end = json.loads(base64.urlsafe_b64decode(content))
        except (ValueError, binascii.Error):
            return None
        if end <= self._clock():
            return None
        return Identity.of_roles(number, [self._roles[at] for at in places], self._units_of)

    def _mark(self, content: str) -> str:
        return hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()

    def _header(self, value: str, lasts: int) -> str:
        secure = "; Secure" if self._is_https else ""
        return f"{self._name}={value}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax{secure}"
