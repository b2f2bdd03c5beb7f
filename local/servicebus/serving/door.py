"""Who may use the queues: anybody, or whoever has put a token of the namespace's audience (local auth disabled).

A namespace that is reached under identities alone refuses keys: `$cbs` answers 401, and a link to a queue needs a
token that still lives. The signature of a token is not checked, as Azurite's `--oauth basic` does not: what is proven
is that clients ask for the right tokens and carry them, not that nobody could forge one on loopback.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from local.servicebus.broker.message import BrokerError

AUDIENCES = frozenset({"https://servicebus.azure.net", "https://servicebus.azure.net/"})
UNAUTHORIZED = "amqp:unauthorized-access"


class Door:
    """One connection's rights. ``tokens_only`` is how the namespace is set."""

    def __init__(self, tokens_only: bool) -> None:
        self._tokens_only = tokens_only
        self._until = 0.0

    def put(self, token: object) -> None:
        """Take a token from `$cbs`. Raises `BrokerError` for one that opens nothing."""
        if not self._tokens_only:
            return
        claims = _claims(token)
        if claims.get("aud") not in AUDIENCES:
            raise BrokerError(UNAUTHORIZED, "InvalidAudience: the token is not for this namespace.")
        until = claims.get("exp")
        if not isinstance(until, int | float) or until <= time.time():
            raise BrokerError(UNAUTHORIZED, "ExpiredToken: the token has expired.")
        self._until = max(self._until, float(until))

    def pass_link(self) -> None:
        """Let a link to a queue pass. Raises `BrokerError` where no token has been put that still lives."""
        if self._tokens_only and self._until <= time.time():
            raise BrokerError(
                UNAUTHORIZED, "Unauthorized access: the claim 'Send' or 'Listen' is required; put a token."
            )


def _claims(token: object) -> dict[str, Any]:
    """What a JWT says. Raises `BrokerError` for a shared access signature and whatever else is none."""
    parts = token.split(".") if isinstance(token, str) else []
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise BrokerError(UNAUTHORIZED, "LocalAuthDisabled: this namespace takes tokens of an identity and no keys.")
    return claims
