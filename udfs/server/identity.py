"""Who asks, and which units he may see.

Somebody shows a token of Entra ID, or a key that was made with ``kpi-xl addin key``. The roles in
it map to units in kpi.toml. What is kept of a person is a number that his name cannot be told from.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.settings.server import Entra, ServerSettings

_KEYS_LAST: Final = 24 * 3600.0  # seconds that fetched signing keys are used
_KEYS_REST: Final = 60.0  # and as long at least before they are fetched again for an unknown one
_LEEWAY: Final = 60  # seconds that two clocks may differ
_LONGEST: Final = 16_384
_KEY_MARK: Final = "kpi_"


@dataclass(frozen=True)
class Identity:
    """Whoever asks.

    Parameters
    ----------
    number : str
        What stands for him in the log.
    units : tuple of str or None
        The paths of the units he may see; None for the whole branch.
    roles : tuple of str
        His roles, that these follow from.
    """

    number: str
    units: tuple[str, ...] | None
    roles: tuple[str, ...] = ()

    @classmethod
    def of_roles(
        cls, number: str, roles: Iterable[str], units_of: Mapping[str, tuple[str, ...] | None]
    ) -> Identity:
        """Whoever has some roles: he may see what any of them may.

        Parameters
        ----------
        number : str
            What stands for him in the log.
        roles : iterable of str
            His roles.
        units_of : mapping of str to tuple of str, or None
            The units that each role may see; None for the whole branch.

        Raises
        ------
        KeyError
            When there is no such role.
        """
        his = tuple(roles)
        seen = [units_of[role] for role in his]
        units = dict.fromkeys(one for few in seen for one in few or ())
        return cls(number, None if None in seen else tuple(units), his)


class RefusedError(Exception):
    """Somebody cannot be let in.

    Parameters
    ----------
    status : int
        401 where he has not said who he is, 403 where he may not.
    fault : Fault
        What he is told.
    """

    def __init__(self, status: int, fault: Fault) -> None:
        super().__init__(fault)
        self.status = status
        self.fault = fault


class Guard:
    """Lets people in.

    Parameters
    ----------
    settings : ServerSettings
        The section [server] of kpi.toml.
    fetch : callable, optional
        Gives the signing keys (a JWKS) at an address.
    """

    def __init__(self, settings: ServerSettings, fetch: Callable[[str], Any] | None = None) -> None:
        self._settings = settings
        self._signing = _SigningKeys(settings.entra, fetch or _fetched) if settings.entra else None

    def identify(self, authorization: str) -> Identity:
        """Whoever sent a header.

        Parameters
        ----------
        authorization : str
            ``Bearer`` and a token or key.

        Raises
        ------
        RefusedError
            When he cannot be let in.
        """
        if not self._settings.asks_who:
            return Identity("-", None)
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
            raise RefusedError(401, kinds.NOT_LOGGED_IN())
        if token.startswith(_KEY_MARK):
            return self._of_key(token)
        if self._signing is None:
            raise RefusedError(401, kinds.NO_ACCOUNTS())
        return self._of_claims(self._signing.claims(token))

    def _of_key(self, token: str) -> Identity:
        given = hashlib.sha256(token.encode()).hexdigest()
        found = None
        for one in self._settings.keys.values():
            # All are compared, so that the time taken tells nothing.
            if hmac.compare_digest(one.sha256, given):
                found = one
        if found is None:
            raise RefusedError(401, kinds.WRONG_KEY())
        return Identity.of_roles(f"key-{given[:12]}", [found.role], self._settings.roles)

    def _of_claims(self, claims: Mapping[str, Any]) -> Identity:
        given = claims.get("roles")
        known = [
            role
            for role in (given if isinstance(given, list) else [])
            if isinstance(role, str) and role in self._settings.roles
        ]
        if not known:
            raise RefusedError(403, kinds.WITHOUT_ROLE())
        number = hashlib.sha256(f"{claims.get('tid')}/{claims.get('oid')}".encode()).hexdigest()
        return Identity.of_roles(f"id-{number[:12]}", known, self._settings.roles)


class _SigningKeys:
    """Tells true tokens of an application of Entra ID, by the keys that it publishes."""

    def __init__(self, entra: Entra, fetch: Callable[[str], Any]) -> None:
        self._entra = entra
        self._fetch = fetch
        self._keys: Any = None
        self._fetched = float("-inf")
        self._lock = threading.Lock()

    def claims(self, token: str) -> Mapping[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            try:
                found = jwt.decode(token, self._current(_KEYS_LAST), algorithms=["RS256"])
            except (JoseError, ValueError):
                # Perhaps signed with a new key.
                found = jwt.decode(token, self._current(_KEYS_REST), algorithms=["RS256"])
            claims: Mapping[str, Any] = found.claims
            self._registry().validate(claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise RefusedError(401, kinds.LOGIN_EXPIRED()) from None
        return claims

    def _registry(self) -> Any:
        from joserfc.jwt import JWTClaimsRegistry

        tenant, client = self._entra.tenant, self._entra.client
        issuers = [
            f"https://login.microsoftonline.com/{tenant}/v2.0",
            f"https://sts.windows.net/{tenant}/",
        ]
        return JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "values": issuers},
            aud={"essential": True, "values": [client, f"api://{client}"]},
            exp={"essential": True},
            oid={"essential": True},
        )

    def _current(self, longest: float) -> Any:
        """The keys, fetched anew where they are older than that."""
        from joserfc.jwk import KeySet

        with self._lock:
            if time.monotonic() - self._fetched > longest:
                try:
                    self._keys = KeySet.import_key_set(self._fetch(self._entra.keys))
                except Exception:  # whatever the network or the answer is like
                    if self._keys is None:
                        raise RefusedError(503, kinds.NO_SIGNING_KEYS()) from None
                self._fetched = time.monotonic()
            return self._keys


def _fetched(address: str) -> Any:
    import httpx

    answer = httpx.get(address, timeout=10)
    answer.raise_for_status()
    return answer.json()


def new_key() -> tuple[str, str]:
    """A new key and its SHA-256."""
    key = _KEY_MARK + secrets.token_urlsafe(32)
    return key, hashlib.sha256(key.encode()).hexdigest()
