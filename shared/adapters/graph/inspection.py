"""What Graph shows of a tenant's set-up. It reads only; what is refused is part of the answer.

The rights are read from the token's own claims: asking the directory for them would need one more right. A token is
Graph's to judge, so nothing but this report follows from them.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.directory import facts
from shared.adapters.graph.requests import Request, path
from shared.ports.errors import NotFound, Rejected, Retry
from shared.ports.inspection import Grants, MailboxLook, Place, Places

_NAMED = "id,displayName,mail,userPrincipalName"
_PAGE = 100
_MOST_PAGES = 1000


class GraphInspection:
    """The set-up of one tenant."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def grants(self) -> Grants:
        """Return what a fresh token says."""
        try:
            token = await self._client.token()
        except Retry as error:
            return Grants(problem=str(error))
        return claims(token)

    async def look(self, address_or_id: str) -> MailboxLook:
        request = Request("GET", path("users", address_or_id, _select=_NAMED), "users/{id}", "read the mailbox's user")
        try:
            user = await self._client.fetch(request)
        except NotFound as error:
            return MailboxLook(address_or_id, False, code="unknown", problem=str(error))
        except Rejected as error:
            return MailboxLook(address_or_id, False, code=error.code, problem=str(error))
        address = str(user.get("mail") or user.get("userPrincipalName") or address_or_id)
        seen = MailboxLook(address_or_id, True, str(user["id"]), address, str(user.get("displayName") or ""))
        return await self._with_purpose(seen)

    async def _with_purpose(self, seen: MailboxLook) -> MailboxLook:
        link = path("users", seen.id, "mailboxSettings")
        request = Request("GET", link, "mailboxSettings", "read the mailbox's settings", seen.id)
        known = (seen.named, True, seen.id, seen.address, seen.name)
        try:
            settings = await self._client.fetch(request)
        except NotFound as error:
            return MailboxLook(*known, code="MailboxNotEnabledForRESTAPI", problem=str(error))
        except Rejected as error:
            return MailboxLook(*known, code=error.code, problem=str(error))
        return MailboxLook(*known, purpose=str(settings.get("userPurpose") or "others"))

    async def places(self) -> Places:
        found: list[dict[str, Any]] = []
        try:
            # By $skip until a short page: the next link has been seen missing from Places.
            for page in range(_MOST_PAGES):
                more = await self._page(page * _PAGE)
                found += more
                if len(more) < _PAGE:
                    break
        except (Rejected, NotFound) as error:
            return Places(problem=str(error))
        rooms = [Place(str(each["emailAddress"]), facts({}, {}, each)) for each in found if each.get("emailAddress")]
        return Places(tuple(rooms))

    async def _page(self, skip: int) -> list[dict[str, Any]]:
        link = path("places", "microsoft.graph.room", _top=str(_PAGE), _skip=str(skip))
        answer = await self._client.fetch(Request("GET", link, "places", "list the rooms"))
        return [each for each in answer.get("value") or () if isinstance(each, dict)]

    async def members(self, group: str) -> tuple[str, ...]:
        link = path("groups", group, "members", _select=_NAMED, _top=str(_PAGE))
        found: list[str] = []
        for _ in range(_MOST_PAGES):
            answer = await self._client.fetch(Request("GET", link, "groups/{id}/members", "list the group's members"))
            listed = [each for each in answer.get("value") or () if isinstance(each, dict)]
            found += [str(each.get("mail") or each.get("userPrincipalName") or "") for each in listed]
            link = str(answer.get("@odata.nextLink") or "")
            if not link or not self._client.owns(link):
                break
        return tuple(address for address in found if address)


def claims(token: str) -> Grants:
    """Return what a token says of itself, unproven; ``problem`` where it is none that can be read."""
    try:
        part = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        roles = frozenset(str(each) for each in said.get("roles") or ())
        issued, expires = _moment(said.get("iat")), _moment(said.get("exp"))
        return Grants(roles, str(said.get("appid") or ""), str(said.get("tid") or ""), issued, expires)
    except (IndexError, ValueError, TypeError, OverflowError, RecursionError, OSError, binascii.Error, AttributeError):
        return Grants(problem="a token was given whose rights cannot be read")


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if isinstance(seconds, (int, float)) else None
