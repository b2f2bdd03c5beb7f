"""Access tokens of the simulated tenant: made, read and refused as Entra and Graph do it.

A token is a JWT signed with a key that everybody may know: it proves nothing, it only carries `tid`, `appid`,
`roles` and a life. Time here is real time and not the simulator's shifted clock, because clients compare with
their own. A reset of the company leaves tokens good, so that a running application needs no restart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from local.graph.assertions import Registered

GRAPH = "https://graph.microsoft.com"
GRAPH_AUDIENCES = frozenset({GRAPH, GRAPH + "/", "00000003-0000-0000-c000-000000000000"})
LOCAL_APP = "10c57e90-10ca-4000-8000-000000000001"
"""The application that is meant where nobody names one (a system-assigned identity)."""
LOCAL_IDENTITY_HEADER = "lockstep-local-identity"
"""The value for IDENTITY_HEADER on the embedded stack."""
NEEDED_ROLES = frozenset(
    {
        "Calendars.Read",
        "Calendars.ReadWrite",
        "MailboxSettings.Read",
        "Mail.Send",
        "Place.Read.All",
        "User.Read.All",
    }
)
"""All app roles that Lockstep asks for (facts 6)."""
DEFAULT_LIFE_S = 3599
_KEY = b"the embedded stack signs with a public key"

Token = NewType("Token", str)


class RefusedTokenError(Exception):
    """A token that Graph answers with 401 InvalidAuthenticationToken; the text is Graph's message."""


@dataclass
class Grants:
    """What the tenant grants to applications, and how long tokens live. Changed through `/sim/identity`.

    `roles` go into tokens made from now on, as in Entra: a change reaches a client with its next token.
    `mailboxes` restricts mailbox access to those object ids, as RBAC for Applications does; None is all.
    `valid_since` (seconds of the epoch) makes every token issued before it expired. `applications` are those that
    the tenant has consented to; None is every one. `registered` is what applications prove themselves with; of
    those that are not named only the form of the proof is checked.
    """

    roles: frozenset[str] = NEEDED_ROLES
    life_s: int = DEFAULT_LIFE_S
    mailboxes: frozenset[str] | None = None
    valid_since: float = 0.0
    client_secret: str | None = None
    applications: frozenset[str] | None = None
    registered: Mapping[str, Registered] = field(default_factory=dict)
    identity_header: str = LOCAL_IDENTITY_HEADER


@dataclass(frozen=True)
class Claims:
    """What a good token says."""

    app_id: str
    tenant_id: str
    roles: frozenset[str]
    user: str | None


@dataclass(frozen=True)
class Wanted:
    """What a token shall say. `roles` and `life_s` are those of the grants where None; a negative life is a token
    that has already expired. With `user` (an address) it is a delegated token of that person.
    """

    app_id: str = LOCAL_APP
    audience: str = GRAPH
    roles: tuple[str, ...] | None = None
    life_s: int | None = None
    user: str | None = None


def make_token(grants: Grants, tenant_id: str, wanted: Wanted) -> tuple[Token, int]:
    """A token and when it expires (seconds of the epoch). Roles are in it for Graph only, as in Entra."""
    now = time.time()
    expires = int(now) + (grants.life_s if wanted.life_s is None else wanted.life_s)
    claims: dict[str, Any] = {
        "aud": wanted.audience,
        "iss": f"https://sts.windows.net/{tenant_id}/",
        "iat": now,
        "nbf": int(now),
        "exp": expires,
        "appid": wanted.app_id,
        "idtyp": "user" if wanted.user else "app",
        "oid": str(uuid.uuid5(uuid.NAMESPACE_URL, wanted.user or wanted.app_id)),
        "tid": tenant_id,
        "ver": "1.0",
    }
    if wanted.user:
        claims |= {"upn": wanted.user, "scp": "Calendars.ReadWrite"}
    elif wanted.audience in GRAPH_AUDIENCES:
        claims["roles"] = sorted(grants.roles if wanted.roles is None else wanted.roles)
    header = {"typ": "JWT", "alg": "HS256", "kid": "local"}
    signed = f"{_encode(header)}.{_encode(claims)}"
    return Token(f"{signed}.{_signature(signed)}"), expires


def read_token(grants: Grants, authorization: str) -> Claims:
    """The claims of an Authorization header, or RefusedTokenError in Graph's words."""
    scheme, _, text = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise RefusedTokenError("Access token is empty.")
    claims = read_signed(Token(text.strip()))
    if claims["aud"] not in GRAPH_AUDIENCES:
        raise RefusedTokenError("Access token validation failure. Invalid audience.")
    if claims["iat"] < grants.valid_since:
        raise RefusedTokenError("Lifetime validation failed, the token is expired.")
    return Claims(claims["appid"], claims["tid"], frozenset(claims.get("roles", ())), claims.get("upn"))


def read_signed(token: Token) -> dict[str, Any]:
    """The claims of a token that we signed and that has not expired, or RefusedTokenError in Graph's words."""
    signed, _, signature = token.rpartition(".")
    claims = _decode(signed.partition(".")[2])
    if not hmac.compare_digest(signature, _signature(signed)):
        raise RefusedTokenError("Access token validation failure. Invalid signature.")
    if claims["exp"] <= time.time():
        raise RefusedTokenError("Lifetime validation failed, the token is expired.")
    return claims


def claimed_tenant(authorization: str) -> str:
    """The tenant that a token says it is of, unproven; empty where it is no token."""
    try:
        return str(_decode(authorization.strip().partition(" ")[2].partition(".")[2].partition(".")[0])["tid"])
    except RefusedTokenError:
        return ""


def _encode(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _decode(text: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise RefusedTokenError("CompactToken parsing failed with error code: 80049217") from error
    if not isinstance(value, dict) or not {"aud", "exp", "iat", "appid", "tid"} <= value.keys():
        raise RefusedTokenError("CompactToken parsing failed with error code: 80049217")
    return value


def _signature(signed: str) -> str:
    digest = hmac.digest(_KEY, signed.encode("utf-8", "surrogateescape"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
