"""Receiving links to a Service Bus queue, on the unmodified azure-servicebus SDK.

Each receiver of the SDK is a TCP connection of its own with SASL, AMQP and CBS handshakes, and while it opens, the
SDK sleeps 50 ms after every frame it reads. For a waiting acceptor that would mean 50 ms between a session being
granted and the first receive. `PromptReceiver` therefore overrides the opening, which is the one place where protected
names of the pinned SDK are used. It also keeps its connection for the next session: detaching one link and attaching
another costs one round trip instead of the whole handshake. A broker sees the same as from the .NET client, whose
links share a connection.
"""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import urlsplit

import certifi
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusReceivedMessage, parse_connection_string
from azure.servicebus.aio import ServiceBusReceiver, ServiceBusSession
from azure.servicebus.aio._async_utils import create_authentication
from azure.servicebus.exceptions import (
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusConnectionError,
)

from local.host.connections import Connection, Identity, SharedKey

# how long one attach waits for a session before it is made anew; the broker is told and answers in time
ACCEPT_WAIT: Final = 30.0
# a broker that has not answered an attach so long after that is taken for hung
HUNG_AFTER: Final = 10.0
_CLOSE_WAIT: Final = 3.0
_SOCKET_TIMEOUT: Final = 0.5
_PAUSE: Final = 0.001

_authentication: Callable[[Any], Awaitable[Any]] = create_authentication

Credential = AsyncTokenCredential | AzureSasCredential | AzureNamedKeyCredential


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A namespace, how to prove who we are, and whether it speaks TLS (the emulator does not).

    The TLS context is shared: each link would otherwise read all CA certificates again, which takes 40 ms of CPU, and
    the SDK does so even where it then speaks no TLS.
    """

    namespace: str
    credential: Credential
    tls: bool
    tls_context: ssl.SSLContext

    async def close(self) -> None:
        """Give back what the credential holds."""
        if isinstance(self.credential, AsyncTokenCredential):
            await self.credential.close()


def endpoint_of(connection: Connection) -> Endpoint:
    """The endpoint that a connection names. A namespace on loopback with a port is the emulator: no TLS."""
    if isinstance(connection, SharedKey):
        return _endpoint_of_key(connection.text)
    host, _, port = connection.namespace.partition(":")
    tls = not (port and host in ("localhost", "127.0.0.1"))
    return Endpoint(connection.namespace, _credential(connection), tls, _tls_context(tls))


def _endpoint_of_key(text: str) -> Endpoint:
    parsed = parse_connection_string(text)
    emulator = "usedevelopmentemulator=true" in text.replace(" ", "").lower()
    endpoint = urlsplit(parsed.endpoint)
    namespace = endpoint.netloc if emulator else parsed.fully_qualified_namespace
    credential: Credential
    if parsed.shared_access_signature:
        credential = AzureSasCredential(parsed.shared_access_signature)
    else:
        credential = AzureNamedKeyCredential(parsed.shared_access_key_name or "", parsed.shared_access_key or "")
    return Endpoint(namespace, credential, not emulator, _tls_context(not emulator))


def _tls_context(used: bool) -> ssl.SSLContext:
    if not used:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())


def _credential(identity: Identity) -> AsyncTokenCredential:
    # imported here: azure-identity takes longer to import than everything else, and a key needs none of it
    from azure.identity.aio import ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential

    if identity.managed:
        return ManagedIdentityCredential(client_id=identity.client_id)
    if identity.tenant_id and identity.client_id and identity.client_secret:
        return ClientSecretCredential(identity.tenant_id, identity.client_id, identity.client_secret)
    return DefaultAzureCredential(managed_identity_client_id=identity.client_id)


def told(error: Exception) -> str:
    """What a failed link means for a person, with the remedy where there is one."""
    text = str(error).split("Error condition:", maxsplit=1)[0].strip()
    if isinstance(error, MessagingEntityNotFoundError):
        return "the queue does not exist there; declare it"
    if "amqp:not-allowed" in str(error):
        return f"{text.rstrip('.')}; is_sessions_enabled of the trigger and requiresSession of the queue must agree"
    if isinstance(error, ServiceBusAuthenticationError | ServiceBusAuthorizationError):
        return f"{text.rstrip('.')}; the connection's key or identity is not accepted"
    if isinstance(error, TimeoutError | ServiceBusConnectionError | OSError):
        return f"the broker does not answer ({text or type(error).__name__}); is it running?"
    return text


class PromptReceiver(ServiceBusReceiver):
    """A receiver that opens without pauses and, on a queue with sessions, can go from session to session."""

    def __init__(self, endpoint: Endpoint, queue: str, sessions: bool, prefetch: int) -> None:
        options: dict[str, Any] = {"session_id": NEXT_AVAILABLE_SESSION} if sessions else {}
        super().__init__(
            endpoint.namespace,
            endpoint.credential,
            queue_name=queue,
            max_wait_time=ACCEPT_WAIT,
            prefetch_count=prefetch,
            use_tls=endpoint.tls,
            ssl_context=endpoint.tls_context,
            socket_timeout=_SOCKET_TIMEOUT,
            retry_total=0,
            **options,
        )

    async def open(self) -> None:
        """Attach; on a queue with sessions this waits until one is granted.

        Raises:
            OperationTimeoutError: no session had a message within ACCEPT_WAIT.
            ServiceBusError: the broker refused, or is not there.
        """
        await self.__aenter__()

    async def leave(self) -> None:
        """Detach from the session, which frees it at once, and keep the connection."""
        await self._handler._close_link_async()  # noqa: SLF001 - the SDK has no way to keep a connection
        self._session_id = NEXT_AVAILABLE_SESSION
        self._session = ServiceBusSession(cast("str", NEXT_AVAILABLE_SESSION), self)  # type: ignore[assignment]  # declared None
        self._running = False

    async def _open(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the SDK's signature
        if self._running:
            return
        if self._handler is None:
            self._create_handler(await _authentication(self))
        try:
            async with asyncio.timeout(timeout):
                await self._handler.open_async()
                while not await self._handler.client_ready_async():  # noqa: ASYNC110 - each turn reads a frame
                    await asyncio.sleep(_PAUSE)
        except BaseException:
            await self._drop()
            raise
        self._running = True

    async def _drop(self) -> None:
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_WAIT):
                await self._handler.close_async()
        self._handler = None


class Link:
    """One receiving link as the pump uses it: accept, receive, settle, renew, leave."""

    def __init__(self, endpoint: Endpoint, queue: str, sessions: bool, prefetch: int = 0) -> None:
        self._receiver = PromptReceiver(endpoint, queue, sessions, prefetch)
        self._sessions = sessions

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.close()

    @property
    def session_id(self) -> str | None:
        """The session that was accepted last; None on a queue without."""
        return self._receiver.session.session_id if self._sessions else None

    @property
    def locked_until(self) -> datetime | None:
        """Until when the accepted session is ours."""
        return self._receiver.session.locked_until_utc if self._sessions else None

    @property
    def lock_remaining(self) -> float:
        """Seconds that are left on the lock of the session."""
        until = self.locked_until
        return (until - datetime.now(UTC)).total_seconds() if until is not None else float("inf")

    async def open(self) -> None:
        """Attach, or attach anew; see `PromptReceiver.open`. A broker that does not answer at all is a TimeoutError."""
        async with asyncio.timeout(ACCEPT_WAIT + HUNG_AFTER):
            await self._receiver.open()

    async def receive(self, most: int, wait: float) -> list[ServiceBusReceivedMessage]:
        """Up to `most` messages, waiting up to `wait` seconds for the first; empty where none came."""
        return await self._receiver.receive_messages(max_message_count=most, max_wait_time=wait)

    async def complete(self, message: ServiceBusReceivedMessage) -> None:
        """The message is done."""
        await self._receiver.complete_message(message)

    async def abandon(self, message: ServiceBusReceivedMessage) -> None:
        """The message comes again at once, one delivery older."""
        await self._receiver.abandon_message(message)

    async def renew(self, message: ServiceBusReceivedMessage | None = None) -> datetime:
        """Prolong the lock on the session, or on the message where there is none; returns until when."""
        if message is None or self._sessions:
            return await self._receiver.session.renew_lock()
        return await self._receiver.renew_message_lock(message)

    async def leave(self) -> None:
        """Give the session back; the next `open` accepts another."""
        await self._receiver.leave()

    async def close(self) -> None:
        """Close the connection; never raises, never waits long."""
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_WAIT):
                await self._receiver.close()
