"""The gate before every answer: who asks, how often, how much."""

from __future__ import annotations

import anyio

from kpi_xl import kinds
from kpi_xl.settings.server import ServerSettings
from udfs.server.exchange import Exchange
from udfs.server.identity import Guard, Identity, RefusedError
from udfs.server.limits import Rate


class Gate:
    """Lets requests in.

    Parameters
    ----------
    settings : ServerSettings
        The limits on requests, from kpi.toml.
    guard : Guard, optional
        Who is let in; by default as the settings say.
    """

    def __init__(self, settings: ServerSettings, guard: Guard | None = None) -> None:
        self._guard = guard or Guard(settings)
        self._rate = Rate(settings.requests_per_minute)
        self._refused = Rate(settings.requests_per_minute)
        self._largest = int(settings.megabytes * 1_000_000)

    async def admitted(self, exchange: Exchange) -> Identity:
        """Whoever sent a request, which has been read then.

        Raises
        ------
        RefusedError
            When he cannot be let in, asks too often, or sends too much.
        """
        headers = dict(exchange.scope["headers"])
        identity = await self.identified(
            exchange, headers.get(b"authorization", b"").decode("latin-1")
        )
        self.counted(exchange, identity)
        await exchange.read_body(self._largest)
        exchange.scope.setdefault("state", {})["identity"] = identity
        return identity

    async def identified(self, exchange: Exchange, authorization: str) -> Identity:
        """Whoever shows a token or key; who shows wrong ones may not try on and on.

        Raises
        ------
        RefusedError
            When he cannot be let in.
        """
        try:
            return await anyio.to_thread.run_sync(self._guard.identify, authorization)
        except RefusedError:
            if not self._refused.allows(_address(exchange)):
                raise RefusedError(429, kinds.TOO_MANY_TRIES()) from None
            raise

    def counted(self, exchange: Exchange, identity: Identity) -> None:
        """Count a request.

        Raises
        ------
        RefusedError
            When there were too many of his in the last minute.
        """
        exchange.who = identity.number
        # Without names, computers are told apart by their addresses.
        who = _address(exchange) if identity.number == "-" else identity.number
        if not self._rate.allows(who):
            raise RefusedError(429, kinds.TOO_MANY_REQUESTS())


def _address(exchange: Exchange) -> str:
    return str((exchange.scope.get("client") or ("?",))[0])
