"""The subscriptions port in memory: expiring, refusing duplicates and calling both URLs back first."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.ids import MailboxId
from shared.ports.calendar import LiveSubscription
from shared.ports.errors import Rejected
from tests.doubles.calendar import FaultHook

LONGEST = timedelta(minutes=10_000)

Handshake = Callable[[str], Awaitable[bool]]


class InMemorySubscriptions:
    """The subscriptions of one tenant. ``handshake`` tells whether an URL answers the validation call."""

    def __init__(
        self,
        faults: FaultHook | None = None,
        clock: Callable[[], datetime] | None = None,
        handshake: Handshake | None = None,
    ) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.client_states: dict[str, str] = {}
        self._live: dict[str, LiveSubscription] = {}
        self._faults = faults
        self._handshake = handshake

    async def create(
        self,
        mailbox: MailboxId,
        notification_url: str,
        lifecycle_url: str,
        client_state: str,
        expires: datetime,
    ) -> LiveSubscription:
        """Create one after both URLs answered; ``Rejected`` with code ``exists`` where there is one."""
        return await self._made(f"users/{mailbox}/events", (notification_url, lifecycle_url), client_state, expires)

    async def create_users(self, notification_url: str, client_state: str, expires: datetime) -> LiveSubscription:
        """Create the one about all users of the directory; see ``create``."""
        return await self._made("users", (notification_url, notification_url), client_state, expires)

    async def _made(
        self, resource: str, urls: tuple[str, str], client_state: str, expires: datetime
    ) -> LiveSubscription:
        await self._at("create")
        for url in urls:
            if self._handshake is not None and not await self._handshake(url):
                raise Rejected("The notification endpoint did not answer the validation request.", "InvalidRequest")
        if any(live.resource == resource for live in await self.list()):
            raise Rejected(f"A subscription for {resource} exists already; delete or renew it.", "exists")
        live = LiveSubscription(str(uuid.uuid4()), resource, urls[0], self._allowed(expires))
        self._live[live.id] = live
        self.client_states[live.id] = client_state
        await self._at("create:done")
        return live

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        """Renew up to 20; ``None`` for one that no longer exists."""
        await self._at("renew")
        if len(ids_to_expiry) > 20:
            raise Rejected(f"{len(ids_to_expiry)} subscriptions in one batch; at most 20 fit.", "batch")
        answers: dict[str, datetime | None] = {}
        for known, expires in ids_to_expiry.items():
            live = next((one for one in await self.list() if one.id == known), None)
            if live is not None:
                self._live[known] = replace(live, expires=self._allowed(expires))
            answers[known] = self._live[known].expires if live is not None else None
        await self._at("renew:done")
        return answers

    async def list(self) -> tuple[LiveSubscription, ...]:
        """Return those that have not expired."""
        now = self.clock()
        return tuple(live for live in self._live.values() if live.expires > now)

    async def delete(self, subscription_id: str) -> None:
        """Delete one; one that is gone already is done."""
        await self._at("delete")
        self._live.pop(subscription_id, None)
        await self._at("delete:done")

    def remove(self, subscription_id: str) -> None:
        """Take one away as the service does on its own."""
        del self._live[subscription_id]

    def _allowed(self, expires: datetime) -> datetime:
        return min(expires, self.clock() + LONGEST)

    async def _at(self, name: str) -> None:
        if self._faults is not None:
            await self._faults.at(f"subscriptions.{name}")
