"""Sends change and lifecycle notifications: bursts, retries, the endpoint's health (facts 1.4 to 1.6).

At least once and in no order. What waits for a retry is not kept over a restart of the simulator: those are
lost notifications, which a client has to survive anyway.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from local.graph.event_read import etag
from local.graph.host_health import DELAY, HostHealth
from local.graph.ids import wire_form
from local.graph.simulation import Simulation
from local.graph.times import wire_instant
from local.graph.values import Change, ChangeType, DirectoryChange, Mailbox, Subscription
from local.graph.wire import Json

FIRST_TIMEOUT_S, RETRY_TIMEOUT_S = 3.0, 10.0
_TYPES: tuple[ChangeType, ...] = ("created", "updated", "deleted")
EVENT_RESOURCE_TYPE = "#Microsoft.Graph.Event"


@dataclass
class Notification:
    """One entry of a notification POST and where it goes."""

    subscription: Subscription
    url: str
    body: Json
    held: asyncio.Event = field(default_factory=asyncio.Event)


class Notifier:
    """Listens to the store and posts to the subscribers."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._health = HostHealth()
        self._reordered: dict[str, list[Notification]] = {}
        self.sent = 0
        self.failed = 0
        sim.store.listeners.append(self.on_change)
        sim.store.directory_listeners.append(self.on_directory_change)

    def on_change(self, change: Change) -> None:
        """Start the burst that one change of a calendar makes."""
        types = self._burst(self._sim.store.mailboxes[change.mailbox], change.type)
        for item in self._sim.store.subscriptions.values():
            if item.mailbox == change.mailbox and not item.directory:
                bodies = [self._event_body(item, change, kind) for kind in types if kind in item.change_types]
                self._start(item, bodies)

    def on_directory_change(self, change: DirectoryChange) -> None:
        """Start the notification of a change of a user."""
        for item in self._sim.store.subscriptions.values():
            if item.directory and item.mailbox in (None, change.mailbox) and change.type in item.change_types:
                self._start(item, [self._user_body(item, change)])

    def _burst(self, mailbox: Mailbox, kind: ChangeType) -> list[ChangeType]:
        """Exchange's internal writes notify too: on a room 1+3, 3 and 1+2 (facts 1.4)."""
        settings = self._sim.settings
        extra = settings.burst_room if mailbox.is_resource else settings.burst_person
        return [kind, *["updated" for _ in range(extra[_TYPES.index(kind)])]]  # type: ignore[list-item]  # a literal

    def _start(self, item: Subscription, bodies: list[Json]) -> None:
        if bodies and item.expires > self._sim.store.now():
            self._sim.spawn(self._send_burst(item, bodies))

    async def _send_burst(self, item: Subscription, bodies: Iterable[Json]) -> None:
        pause = self._sim.settings.notification_delay_ms
        for body in bodies:
            await asyncio.sleep(pause / 1000)
            pause = self._sim.settings.burst_spacing_ms
            self._sim.spawn(self._send(Notification(item, item.notification_url, body)))

    async def _send(self, notification: Notification) -> None:
        """One notification with the faults that hit it; nothing once the subscription is gone."""
        item = notification.subscription
        if self._is_ended(notification):
            return
        target = f"{notification.body['resource']} {notification.body['changeType']}"
        kinds = ("lose_notification", "double_notification", "delay_notification", "reorder_notification")
        fault = self._sim.faults.take_for(kinds, "NOTIFY", target, item.mailbox)
        match fault.kind if fault else None:
            case "lose_notification":
                return
            case "double_notification":
                await self.deliver(notification)
            case "delay_notification":
                await asyncio.sleep(fault.seconds if fault else 0)
            case "reorder_notification":
                await self._wait_for_next(notification, fault.seconds if fault and fault.seconds else 5.0)
        await self.deliver(notification)
        for held in self._reordered.pop(item.id, []):
            held.held.set()

    async def _wait_for_next(self, notification: Notification, seconds: float) -> None:
        """Hold a notification until a later one of its subscription was delivered, at most that long."""
        self._reordered.setdefault(notification.subscription.id, []).append(notification)
        try:
            async with asyncio.timeout(seconds):
                await notification.held.wait()
        except TimeoutError:
            return

    def lifecycle(self, item: Subscription, event: str) -> None:
        """Send a lifecycle notification, where the subscription has a URL for it (facts 1.6)."""
        if item.lifecycle_url is None:
            return
        body = self._common(item) | {"lifecycleEvent": event}
        self._sim.spawn(self.deliver(Notification(item, item.lifecycle_url, body)))

    async def deliver(self, notification: Notification) -> None:
        """Post until a 2xx, with exponential back-off up to four hours; delay or drop as the host's health
        says.
        """
        host = urlsplit(notification.url).netloc
        settings = self._sim.settings
        state = self._health.state(host, self._sim.store.now()) if settings.host_health else "ok"
        if state == "drop":
            self.failed += 1
            return
        if state == "slow":
            await asyncio.sleep(DELAY.total_seconds())
        began, pause, timeout = time.monotonic(), settings.retry_base_s, FIRST_TIMEOUT_S
        while not await self._post(notification, host, timeout):
            if time.monotonic() - began + pause > settings.retry_limit_s:
                self.failed += 1
                return
            await asyncio.sleep(pause)
            pause, timeout = pause * 2, RETRY_TIMEOUT_S
            if self._is_ended(notification):
                return

    def _is_ended(self, notification: Notification) -> bool:
        """Whether nobody subscribes to this any more; that a subscription ended is still told."""
        known = notification.subscription.id in self._sim.store.subscriptions
        return not known and "lifecycleEvent" not in notification.body

    async def _post(self, notification: Notification, host: str, timeout_s: float) -> bool:
        began = time.monotonic()
        limit = aiohttp.ClientTimeout(total=timeout_s)
        url = URL(notification.url, encoded=True)
        try:
            async with self._sim.http().post(url, json={"value": [notification.body]}, timeout=limit) as answer:
                ok = 200 <= answer.status < 300
        except TimeoutError:
            self._health.record(host, timeout_s, self._sim.store.now())
            return False
        except aiohttp.ClientError:
            return False
        self._health.record(host, time.monotonic() - began, self._sim.store.now())
        self.sent += ok
        return ok

    def _common(self, item: Subscription) -> Json:
        return {
            "subscriptionId": item.id,
            "subscriptionExpirationDateTime": wire_instant(item.expires),
            "clientState": item.client_state,
            "tenantId": self._sim.store.tenant_id,
        }

    def _event_body(self, item: Subscription, change: Change, kind: ChangeType) -> Json:
        event = self._sim.store.event(change.event)
        name = wire_form(change.event, item.immutable_ids)
        resource = f"Users/{change.mailbox}/Events/{name}"
        data: Json = {"@odata.type": EVENT_RESOURCE_TYPE, "@odata.id": resource, "id": name}
        if event is not None:
            data["@odata.etag"] = etag(event)
        body = {"id": str(uuid.uuid4()), "changeType": kind, "resource": resource, "resourceData": data}
        return self._common(item) | body

    def _user_body(self, item: Subscription, change: DirectoryChange) -> Json:
        resource = f"Users/{change.mailbox}"
        data = {"@odata.type": "#Microsoft.Graph.User", "@odata.id": resource, "id": change.mailbox}
        body = {"id": str(uuid.uuid4()), "changeType": change.type, "resource": resource, "resourceData": data}
        return self._common(item) | body


async def watch_expiry(sim: Simulation, notifier: Notifier) -> None:
    """Delete what has expired without a word, and ask for reauthorization some time before (facts 1.2, 1.6)."""
    while True:
        await asyncio.sleep(sim.settings.expiry_check_s)
        now = sim.store.now()
        for item in list(sim.store.subscriptions.values()):
            _check_expiry(sim, notifier, item, (item.expires - now).total_seconds())


def _check_expiry(sim: Simulation, notifier: Notifier, item: Subscription, left_s: float) -> None:
    if left_s <= 0:
        sim.store.drop_subscription(item.id)
    elif left_s < sim.settings.reauthorize_before_s and not item.told_to_reauthorize:
        sim.store.put_subscription(replace(item, told_to_reauthorize=True))
        notifier.lifecycle(item, "reauthorizationRequired")
