"""The section [server] of kpi.toml: the server for Excel on Mac and the web.

A key is never among it, only its SHA-256.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.fault import Fault, Kind
from kpi_xl.readers.number import read_count, read_number
from kpi_xl.settings.file import SettingError, choices, number_in

EVERYTHING: Final = "*"
"""What stands for the whole branch in [server.roles]."""

_KEYS: Final = frozenset(
    {
        "host", "port", "address", "certificate", "key", "workers", "requests_per_minute",
        "megabytes", "connections", "entra", "roles", "keys",
    }
)  # fmt: skip
_ADDRESS: Final = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NUMBER: Final = re.compile(r"[A-Za-z0-9.-]+")
_URL: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Entra:
    """An application of Entra ID for the log-in.

    Parameters
    ----------
    tenant, client : str
        The numbers of the tenant and of the application.
    keys : str
        Where the keys are that tokens are signed with; by default Microsoft's for the tenant.
    """

    tenant: str
    client: str
    keys: str


@dataclass(frozen=True)
class ApiKey:
    """A key that a user types into the task pane once.

    Parameters
    ----------
    sha256 : str
        Its hash, in hexadecimal.
    role : str
        The role of whoever has it.
    """

    sha256: str
    role: str


@dataclass(frozen=True)
class ServerSettings:
    """The settings of the server.

    Parameters
    ----------
    host, port : str and int
        The address and the port that the server listens on.
    address : str
        How computers reach it: ``https://…``, which stands in the manifest.
    certificate, key : str
        PEM files, relative to the project; empty where something before it speaks https.
    workers : int
        How many processes answer.
    requests_per_minute : int
        So many requests may one user send a minute, of each process.
    megabytes : float
        So large may a request be.
    connections : int
        So many connections may be open at a time, in each process; a quarter of them from one
        address.
    entra : Entra or None
        Who logs in with Entra ID; None where nobody does.
    roles : mapping of str to tuple of str or None
        The paths of the units that a role may see; None for the whole branch.
    keys : mapping of str to ApiKey
        Keys by the name they are known under.
    """

    host: str = "127.0.0.1"
    port: int = 8443
    address: str = "https://localhost:8443"
    certificate: str = ""
    key: str = ""
    workers: int = 1
    requests_per_minute: int = 600
    megabytes: float = 20.0
    connections: int = 400
    entra: Entra | None = None
    roles: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    keys: Mapping[str, ApiKey] = field(default_factory=dict)

    @property
    def asks_who(self) -> bool:
        """Whether users have to log in."""
        return self.entra is not None or bool(self.keys)


def server_settings(section: Mapping[str, Any], file: Path) -> ServerSettings:
    """Read the section.

    Raises
    ------
    InputError
        When a value means nothing.
    """

    def wrong(
        path: str | tuple[str, str], kind: Kind, value: object = None, **about: object
    ) -> SettingError:
        keys = (path,) if isinstance(path, str) else path
        key = keys[0] if len(keys) == 1 else f"{keys[0]} “{keys[1]}”"
        return SettingError(("server", *keys), kind(key=key, **about), file=file, value=value)

    def text(key: str, default: str) -> str:
        value = section.get(key, default)
        if not isinstance(value, str) or any(ord(one) < 32 for one in value):
            raise wrong(key, kinds.SERVER_TEXT, value)
        return value

    def number(
        key: str,
        default: float,
        low: float,
        high: float,
        read: Callable[[str], float | Fault] = read_number,
    ) -> float:
        value = section.get(key, default)
        found = number_in(value, read)
        if found is None:
            raise wrong(key, kinds.SERVER_NUMBER, value)
        if not low <= found <= high:
            raise wrong(key, kinds.SERVER_BOUNDS, value, low=low, high=high)
        return found

    def whole(key: str, default: int, low: int, high: int) -> int:
        value = number(key, default, low, high, read_count)
        if value != int(value):
            raise wrong(key, kinds.SERVER_WHOLE, value)
        return int(value)

    for key in sorted(section.keys() - _KEYS):
        raise wrong(key, kinds.SERVER_KEY, **choices(_KEYS, key))
    port = whole("port", 8443, 1, 65535)
    address = text("address", f"https://localhost:{port}").rstrip("/")
    if not _ADDRESS.fullmatch(address):
        raise wrong("address", kinds.SERVER_ADDRESS, address)
    if bool(section.get("certificate")) != bool(section.get("key")):
        there = "certificate" if section.get("certificate") else "key"
        raise wrong(there, kinds.SERVER_CERTIFICATE)
    roles = _roles(section.get("roles", {}), wrong)
    return ServerSettings(
        host=text("host", "127.0.0.1"),
        port=port,
        address=address,
        certificate=text("certificate", ""),
        key=text("key", ""),
        workers=whole("workers", 1, 1, 64),
        requests_per_minute=whole("requests_per_minute", 600, 1, 1_000_000),
        megabytes=number("megabytes", 20, 0.1, 500),
        connections=int(number("connections", 400, 4, 100_000)),
        entra=_entra(section["entra"], wrong) if "entra" in section else None,
        roles=roles,
        keys=_keys(section.get("keys", {}), roles, wrong),
    )


def _entra(given: Any, wrong: Any) -> Entra:
    if not isinstance(given, dict) or not given.keys() <= {"tenant", "client", "keys"}:
        raise wrong("entra", kinds.SERVER_ENTRA)
    tenant, client = (given.get(name, "") for name in ("tenant", "client"))
    for number in (tenant, client):
        if not isinstance(number, str) or not _NUMBER.fullmatch(number):
            raise wrong("entra", kinds.SERVER_ENTRA_IDS, number)
    keys = given.get("keys", f"https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys")
    if not isinstance(keys, str) or not _URL.fullmatch(keys):
        raise wrong(("entra", "keys"), kinds.SERVER_ENTRA_KEYS, keys)
    return Entra(tenant, client, keys)


def _roles(given: Any, wrong: Any) -> dict[str, tuple[str, ...] | None]:
    if not isinstance(given, dict):
        raise wrong("roles", kinds.SERVER_ROLES)
    roles: dict[str, tuple[str, ...] | None] = {}
    for role, units in given.items():
        if units == EVERYTHING:
            roles[role] = None
        elif isinstance(units, list) and units and all(isinstance(u, str) and u for u in units):
            roles[role] = tuple(units)
        else:
            raise wrong(("roles", role), kinds.SERVER_ROLE, everything=EVERYTHING)
    return roles


def _keys(given: Any, roles: Mapping[str, Any], wrong: Any) -> dict[str, ApiKey]:
    if not isinstance(given, dict):
        raise wrong("keys", kinds.SERVER_KEYS)
    keys = {}
    for name, one in given.items():
        if not isinstance(one, dict) or one.keys() != {"sha256", "role"}:
            raise wrong(("keys", name), kinds.SERVER_API_KEY)
        if not isinstance(one["sha256"], str) or not _SHA256.fullmatch(one["sha256"]):
            raise wrong(("keys", name), kinds.SERVER_SHA256)
        if not isinstance(one["role"], str) or one["role"] not in roles:
            raise wrong(("keys", name), kinds.SERVER_KEY_ROLE, one["role"])
        keys[name] = ApiKey(one["sha256"], one["role"])
    return keys
