"""The subscriptions port over Graph: basic notifications of a mailbox's events, with immutable ids.

The service calls both URLs back before a create answers, so whoever creates must be able to answer meanwhile.
Immutable ids and the lifecycle URL are chosen at creation and for the whole life (facts on Graph, 1.1, 1.6).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import BATCH_LIMIT, Answer, Request, path
from shared.domain.ids import MailboxId
from shared.ports.calendar import LiveSubscription
from shared.ports.errors import NotFound, PortError, Rejected, Retry

LONGEST = timedelta(minutes=10_000)
"""Documented are 10,080 minutes, the service refuses more than 10,070 (facts on Graph, 1.2)."""
CHANGE_TYPES = "created,updated,deleted"


class GraphSubscriptions:
    """The subscriptions that this application has in one tenant."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def create(
        self,
        mailbox: MailboxId,
        notification_url: str,
        lifecycle_url: str,
        client_state: str,
        expires: datetime,
    ) -> LiveSubscription:
        """Create one; ``expires`` is shortened to what the service allows."""
        body = {
            "changeType": CHANGE_TYPES,
            "notificationUrl": notification_url,
            "lifecycleNotificationUrl": lifecycle_url,
            "resource": f"users/{mailbox}/events",
            "expirationDateTime": self._expiry(expires),
            "clientState": client_state,
            "latestSupportedTlsVersion": "v1_2",
        }
        request = Request("POST", "/subscriptions", "subscriptions", "create the subscription", body=body)
        try:
            return live(await self._client.fetch(request))
        except Rejected as error:
            raise refused_create(error, f"mailbox {mailbox}") from error

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        """Renew up to 20 in one call."""
        if len(ids_to_expiry) > BATCH_LIMIT:
            raise Rejected(f"{len(ids_to_expiry)} subscriptions in one batch; at most {BATCH_LIMIT} fit.", "batch")
        if not ids_to_expiry:
            return {}
        requests = [self._renewal(known, expires) for known, expires in ids_to_expiry.items()]
        answers = await self._client.send_batch(requests, "renew subscriptions")
        renewed: dict[str, datetime | None] = {}
        for known, answer in zip(ids_to_expiry, answers, strict=True):
            try:
                renewed[known] = self._renewed(answer)
            except PortError:
                continue  # left out of the answer: it could not be renewed now, and the next renewal tries again
        return renewed

    def _renewal(self, known: str, expires: datetime) -> Request:
        body = {"expirationDateTime": self._expiry(expires)}
        return Request("PATCH", path("subscriptions", known), "subscriptions/{id}", "renew it", body=body)

    def _renewed(self, answer: Answer | None) -> datetime | None:
        try:
            return _moment(self._client.told(answer, "renew the subscription")["expirationDateTime"])
        except NotFound:
            return None

    async def list(self) -> tuple[LiveSubscription, ...]:
        """Return every subscription of this application, all pages."""
        found: list[Any] = []
        link: str | None = "/subscriptions"
        while link is not None:
            page = await self._client.fetch(Request("GET", link, "subscriptions", "list the subscriptions"))
            found += page.get("value") or ()
            link = page.get("@odata.nextLink")
        return tuple(live(raw) for raw in found)

    async def delete(self, subscription_id: str) -> None:
        """Delete one; one that is gone already is done."""
        link = path("subscriptions", subscription_id)
        try:
            await self._client.send(Request("DELETE", link, "subscriptions/{id}", "delete the subscription"))
        except NotFound:
            return

    def _expiry(self, wanted: datetime) -> str:
        allowed = min(wanted, self._client.clock() + LONGEST)
        return allowed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def refused_create(error: Rejected, subject: str) -> Rejected:
    """Return what a refused create means: 409 is a subscription that exists already."""
    if error.code.casefold() in ("409", "conflict", "objectconflict"):
        return Rejected(f"A subscription for {subject} exists already; renew or delete it.", "exists")
    return error


def live(raw: Any) -> LiveSubscription:
    """Return a subscription as the service tells it."""
    try:
        return LiveSubscription(
            raw["id"], raw["resource"], raw.get("notificationUrl") or "", _moment(raw["expirationDateTime"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Retry("Graph answered with a subscription without id, resource or expiry.") from error


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19] + "+00:00")
