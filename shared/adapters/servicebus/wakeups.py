"""Sending wake-ups to the Service Bus queue over one connection that is opened at the first send and kept.

A send is one batch. Calls that arrive while one is on its way go together in the next, so that a burst does not queue
up message by message, and whoever wakes the same resource for the same cause shares one. Nothing waits here: after a
broken connection there is one more attempt at once over a new one, then ``Retry``. A repeated send may double a
wake-up, which costs a read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusMessage, ServiceBusMessageBatch
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import (
    MessageSizeExceededError,
    MessagingEntityDisabledError,
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusServerBusyError,
)

from shared.adapters.servicebus.dead_letters import remove_dead_letters
from shared.adapters.servicebus.message import TRACE_PROPERTY, body
from shared.domain.ids import ResourceId
from shared.domain.trouble import Trouble
from shared.ports.errors import PortError, Rejected, Retry
from shared.ports.telemetry import SILENT, Telemetry

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

_ATTEMPT_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_BATCH_BYTES = 192 * 1024
"""Of the 256 KiB that the Standard tier takes: the SDK counts a batch some bytes smaller than it sends it."""
_UNAUTHORIZED = 401
_FOLLOWED = timedelta(minutes=10)
"""How far ahead a wake-up may be due and still belong to the trace in which it is sent."""
_REFUSED = (ServiceBusAuthenticationError, ServiceBusAuthorizationError)
_NOT_NOW = (MessagingEntityNotFoundError, MessagingEntityDisabledError, ServiceBusServerBusyError)


_Key = tuple[ResourceId, str, datetime | None]
"""What makes a message one more of the same: whom it wakes, why, and when."""


@dataclass
class _Call:
    """One caller's messages on their way."""

    messages: list[tuple[_Key, ServiceBusMessage]]
    is_done: bool = False
    error: PortError | None = field(default=None)


class ServiceBusWakeups:
    """``Wakeups`` through a sessions queue; the session id is the resource id."""

    def __init__(self, open_client: Callable[[], ServiceBusClient], queue: str, telemetry: Telemetry = SILENT) -> None:
        self._open_client = open_client
        self._queue = queue
        self._telemetry = telemetry
        self._client: ServiceBusClient | None = None
        self._sender: ServiceBusSender | None = None
        self._waiting: list[_Call] = []
        self._turn = asyncio.Lock()

    @classmethod
    def from_connection_string(cls, text: str, queue: str, telemetry: Telemetry = SILENT) -> ServiceBusWakeups:
        return cls(lambda: ServiceBusClient.from_connection_string(text, retry_total=0), queue, telemetry)

    @classmethod
    def at(
        cls,
        namespace: str,
        credential: AsyncTokenCredential,
        queue: str,
        authorities: str = "",
        telemetry: Telemetry = SILENT,
    ) -> ServiceBusWakeups:
        """Send to a namespace (``<name>.servicebus.windows.net``) under an identity.

        ``authorities`` is a file of those to trust: alone among the SDKs, that of Service Bus does not look for
        ``SSL_CERT_FILE`` itself.
        """
        trusted = authorities or None
        return cls(
            lambda: ServiceBusClient(namespace, credential, retry_total=0, connection_verify=trusted), queue, telemetry
        )

    async def send(
        self, resources: Sequence[ResourceId], cause: str, due: datetime | None = None, trace: str = ""
    ) -> None:
        if not resources:
            return
        trace = trace or self._trace_until(due)
        call = _Call([((resource, cause, due), _message(resource, cause, due, trace)) for resource in resources])
        self._waiting.append(call)
        async with self._turn:
            if not call.is_done:
                await self._send_waiting()
        if call.error is not None:
            raise call.error

    def _trace_until(self, due: datetime | None) -> str:
        """Return the trace around, for what follows soon: what is tried again for days begins a trace each time."""
        follows = due is None or due - datetime.now(UTC) <= _FOLLOWED
        return self._telemetry.trace() if follows else ""

    async def forget_given_up(self, resource: ResourceId) -> int:
        try:
            # A connection of its own: it is rare, and no send waits for it.
            async with self._open_client() as client:
                return await remove_dead_letters(client, self._queue, resource)
        except _REFUSED as error:
            raise _no_access(self._queue, "Receiver") from error
        except (AzureError, OSError, TimeoutError) as error:
            away = Retry(f"the dead letters of {self._queue} could not be looked at ({type(error).__name__})")
            raise away.by(Trouble.QUEUE_UNREACHABLE) from error

    async def close(self) -> None:
        """Close the connection; the next send would open a new one."""
        async with self._turn:
            await self._disconnect()

    async def _send_waiting(self) -> None:
        calls, self._waiting = self._waiting, []
        try:
            await self._send_or_reconnect(_each_once(calls))
            outcome = None
        except PortError as error:
            outcome = error
        except BaseException:
            # Whoever was sending is being cancelled: the others' messages go with the next in turn.
            self._waiting = calls + self._waiting
            raise
        for call in calls:
            call.is_done, call.error = True, outcome

    async def _send_or_reconnect(self, messages: list[ServiceBusMessage]) -> None:
        try:
            await self._attempt(messages)
        except _Broken:
            try:
                await self._attempt(messages)
            except _Broken as error:
                away = Retry(f"the queue {self._queue} could not be reached").by(Trouble.QUEUE_UNREACHABLE)
                raise away from error.__cause__

    async def _attempt(self, messages: list[ServiceBusMessage]) -> None:
        """Send over the standing connection, or a new one. A connection that failed is not used again."""
        try:
            async with asyncio.timeout(_ATTEMPT_SECONDS):
                await _send_in_batches(self._connected(), messages)
        except _REFUSED as error:
            await self._disconnect()
            raise _no_access(self._queue) from error
        except _NOT_NOW as error:
            await self._disconnect()
            closed = Retry(f"the queue {self._queue} takes nothing now ({type(error).__name__})")
            raise closed.by(Trouble.QUEUE_UNREACHABLE) from error
        except (AzureError, OSError, TimeoutError) as error:
            await self._disconnect()
            if _refused_token(error):
                raise _no_access(self._queue) from error
            raise _Broken from error
        except BaseException:
            await self._disconnect()
            raise

    def _connected(self) -> ServiceBusSender:
        if self._client is None:
            self._client = self._open_client()
        if self._sender is None:
            self._sender = self._client.get_queue_sender(self._queue)
        return self._sender

    async def _disconnect(self) -> None:
        client, self._client, self._sender = self._client, None, None
        if client is None:
            return
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await client.close()
        except (AzureError, OSError, TimeoutError):
            # It is given up because it no longer answers; that it does not answer a goodbye is no news.
            return


def _each_once(calls: Sequence[_Call]) -> list[ServiceBusMessage]:
    """Return the first message of each kind. None was sent before: who takes it up sees what all of them mean."""
    found: dict[_Key, ServiceBusMessage] = {}
    for call in calls:
        for key, message in call.messages:
            found.setdefault(key, message)
    return list(found.values())


def _no_access(queue: str, role: str = "Sender") -> Rejected:
    words = f"the queue {queue} refuses the app; give its identity the role Azure Service Bus Data {role}"
    return Rejected(words, code="Unauthorized").by(Trouble.QUEUE_UNREACHABLE)


def _refused_token(error: Exception) -> bool:
    """Tell whether the namespace refused the token itself, for which the SDK has no error of its own."""
    inner = getattr(error, "inner_exception", None)
    return getattr(inner, "status_code", None) == _UNAUTHORIZED


class _Broken(Exception):
    """The connection failed; its cause is what the SDK said."""


async def _send_in_batches(sender: ServiceBusSender, messages: Sequence[ServiceBusMessage]) -> None:
    if len(messages) == 1:
        await sender.send_messages(messages[0])
        return
    batch: ServiceBusMessageBatch = await sender.create_message_batch(max_size_in_bytes=_BATCH_BYTES)
    for message in messages:
        try:
            batch.add_message(message)
        except MessageSizeExceededError:
            await sender.send_messages(batch)
            batch = await sender.create_message_batch(max_size_in_bytes=_BATCH_BYTES)
            batch.add_message(message)
    await sender.send_messages(batch)


def _message(resource: ResourceId, cause: str, due: datetime | None, trace: str) -> ServiceBusMessage:
    return ServiceBusMessage(
        body(resource, cause),
        session_id=resource,
        message_id=uuid4().hex,
        content_type="application/json",
        application_properties={TRACE_PROPERTY: trace} if trace else None,
        scheduled_enqueue_time_utc=due.astimezone(UTC) if due else None,
    )
