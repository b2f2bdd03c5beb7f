"""One broker for the suite, emptied before each test; or the real namespace of SERVICEBUS_CONNECTION_STRING.

The real one needs the queues of `queues.json` beside this file and is emptied once; each test takes what it
sent. Tests that need the emulator's own controls are skipped there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    ServiceBusClient,
    ServiceBusMessageState,
    ServiceBusReceiveMode,
    ServiceBusReceiver,
    ServiceBusSender,
)
from azure.servicebus.exceptions import OperationTimeoutError

from tests.integration.servicebus.bus import Broker, Bus

REAL = "SERVICEBUS_CONNECTION_STRING"


PLAIN_QUEUES = ("plain", "expiring", "dropping", "taken", "prefetched", "parallel", "unique")
DELETING: dict[str, Any] = {"receive_mode": ServiceBusReceiveMode.RECEIVE_AND_DELETE, "max_wait_time": 1}


@pytest.fixture(scope="session")
def namespace() -> Iterator[Bus]:
    """The namespace of the whole suite."""
    real = os.environ.get(REAL)
    if real:
        _empty(Bus(real))
        yield Bus(real)
        return
    broker = Broker()
    yield broker.start()
    assert broker.stop() == 0


@pytest.fixture
def bus(namespace: Bus) -> Bus:
    """The namespace with nothing in it."""
    if namespace.control:
        namespace.ask("POST", "/sim/reset")
    return namespace


@pytest.fixture
def emulator(bus: Bus) -> Bus:
    """The emulator with its controls."""
    if not bus.control:
        pytest.skip("needs the emulator's own controls, and this is a real namespace")
    return bus


class Handlers:
    """Senders and receivers of the synchronous client, kept open: each takes a second to close."""

    def __init__(self, client: ServiceBusClient) -> None:
        self._client = client
        self._senders: dict[str, ServiceBusSender] = {}
        self._receivers: dict[tuple[str, ...], ServiceBusReceiver] = {}

    def sender(self, queue: str) -> ServiceBusSender:
        """The sender of a queue."""
        if queue not in self._senders:
            self._senders[queue] = self._client.get_queue_sender(queue)
        return self._senders[queue]

    def receiver(self, queue: str, **options: Any) -> ServiceBusReceiver:
        """The receiver of a queue with these options. Take everything that a test sends, or it shows up later."""
        key = (queue, *(f"{name}={value}" for name, value in sorted(options.items())))
        if key not in self._receivers:
            self._receivers[key] = self._client.get_queue_receiver(queue, **{"max_wait_time": 3, **options})
        return self._receivers[key]

    def close(self) -> None:
        """Closes all at once."""
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda handler: handler.close(), [*self._senders.values(), *self._receivers.values()]))


@pytest.fixture(scope="session")
def all_handlers(namespace: Bus) -> Iterator[Handlers]:
    """Kept over the whole suite."""
    with namespace.client() as client:
        handlers = Handlers(client)
        yield handlers
        handlers.close()


@pytest.fixture
def handlers(bus: Bus, all_handlers: Handlers) -> Handlers:
    """Senders and receivers on a namespace with nothing in it."""
    assert bus
    return all_handlers


def _empty(bus: Bus) -> None:
    """Empties a real namespace as a client can: by cancelling and receiving everything."""
    with bus.client() as client, ThreadPoolExecutor(len(PLAIN_QUEUES)) as pool:
        list(pool.map(lambda queue: _empty_queue(client, queue), PLAIN_QUEUES))
        try:
            while True:
                with client.get_queue_receiver(
                    "many-sessions", session_id=NEXT_AVAILABLE_SESSION, **DELETING
                ) as receiver:
                    list(receiver)
        except OperationTimeoutError:
            return


def _empty_queue(client: ServiceBusClient, queue: str) -> None:
    with client.get_queue_receiver(queue, **DELETING) as receiver, client.get_queue_sender(queue) as sender:
        list(receiver)
        for message in receiver.peek_messages(100):
            number = message.sequence_number
            if number is not None and message.state is ServiceBusMessageState.DEFERRED:
                receiver.receive_deferred_messages([number])
            elif number is not None and message.state is ServiceBusMessageState.SCHEDULED:
                sender.cancel_scheduled_messages(number)
    with client.get_queue_receiver(queue, sub_queue="deadletter", **DELETING) as receiver:
        list(receiver)
