"""The users of a tenant over Graph: one by address, and all of them by their change feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import Request, path
from shared.domain.people import Member, UserId
from shared.ports.errors import Retry

FIELDS = "id,displayName,mail,userPrincipalName,proxyAddresses,preferredLanguage,accountEnabled,userType"
_SMTP = "smtp:"


class GraphPeople:
    """The users of one tenant."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def person(self, address: str) -> Member | None:
        """Return the user of an address. An alias is no key of a user, so it is asked for by a filter."""
        wanted = address.replace("'", "''")
        found = f"mail eq '{wanted}' or userPrincipalName eq '{wanted}' or proxyAddresses/any(p:p eq 'smtp:{wanted}')"
        link = path("users", _filter=found, _select=FIELDS)
        page = await self._client.fetch(Request("GET", link, "users", "look for the user"))
        listed = page.get("value") or ()
        return member(listed[0]) if listed else None


def member(raw: Mapping[str, Any]) -> Member:
    """Return a user as Graph reports it. Raises ``Retry`` for one without an id."""
    if not isinstance(raw.get("id"), str):
        raise Retry("Graph answered with a user without an id.")
    address = str(raw.get("mail") or raw.get("userPrincipalName") or "")
    mails = [str(each) for each in raw.get("proxyAddresses") or () if str(each).casefold().startswith(_SMTP)]
    others = [str(raw.get("userPrincipalName") or ""), *(each[len(_SMTP) :] for each in mails)]
    aliases = {other.casefold(): other for other in others if other and other.casefold() != address.casefold()}
    return Member(
        UserId(raw["id"]),
        address,
        str(raw.get("displayName") or ""),
        str(raw.get("preferredLanguage") or ""),
        tuple(aliases.values()),
        raw.get("accountEnabled") is not False,
    )
