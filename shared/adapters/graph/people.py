"""The users of a tenant over Graph: one by address, and all of them by their change feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import Request, path
from shared.adapters.graph.subscriptions import live, refused_create
from shared.domain.people import Member, UserId
from shared.ports.calendar import LiveSubscription
from shared.ports.errors import CursorExpired, NotFound, Rejected, Retry
from shared.ports.people import MemberChanges

LONGEST = timedelta(minutes=41_760)
"""What the service allows for a subscription to users (facts on Graph, 1.2)."""
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

    async def by_id(self, user: UserId) -> Member | None:
        """Return a user by object id; one that was deleted is not found, also while it can be restored."""
        request = Request("GET", path("users", user, _select=FIELDS), "users/{id}", "read the user")
        try:
            return member(await self._client.fetch(request))
        except NotFound:
            return None

    async def changes(self, token: str | None) -> MemberChanges:
        """Read all pages of a round; the same user may come several times, and the last word counts."""
        last: dict[str, Mapping[str, Any]] = {}
        link = token or path("users", "delta", _select=FIELDS)
        if not (link.startswith("/") or self._client.owns(link)):
            raise CursorExpired("the directory's token leads to another Graph; everybody is read again")
        while True:
            page = await self._client.fetch(Request("GET", link, "users/delta", "read the directory's changes"))
            for raw in page.get("value") or ():
                last.pop(str(raw.get("id")), None)
                last[str(raw.get("id"))] = raw
            following = page.get("@odata.nextLink")
            if following is None:
                break
            link = following
        end = page.get("@odata.deltaLink")
        if not end:
            raise CursorExpired("Graph ended a round of users without a link to continue from; everybody is read again")
        listed = [raw for raw in last.values() if "@removed" not in raw]
        gone = tuple(UserId(user) for user, raw in last.items() if "@removed" in raw)
        return MemberChanges(tuple(map(member, listed)), gone, end, full=token is None)

    async def subscribe(self, notification_url: str, client_state: str, expires: datetime) -> LiveSubscription:
        """Subscribe to all users; what is said of the subscription itself comes to the same URL."""
        ends = min(expires, self._client.clock() + LONGEST).astimezone(UTC)
        body = {
            "changeType": "updated,deleted",
            "notificationUrl": notification_url,
            "lifecycleNotificationUrl": notification_url,
            "resource": "users",
            "expirationDateTime": f"{ends:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "clientState": client_state,
            "latestSupportedTlsVersion": "v1_2",
        }
        request = Request("POST", "/subscriptions", "subscriptions", "create the subscription to users", body=body)
        try:
            return live(await self._client.fetch(request))
        except Rejected as error:
            raise refused_create(error, "the users") from error


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
