"""What every queue of wake-ups promises, in memory and through Service Bus, seen from its receiving end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import OperationTimeoutError

from shared.adapters.servicebus.message import parse
from shared.adapters.servicebus.wakeups import ServiceBusWakeups
from shared.domain.ids import ResourceId
from shared.ports.errors import Retry
from shared.ports.ledgers import Wakeups
from tests.doubles.faults import Faults
from tests.doubles.wakeups import MemoryWakeups

QUEUE = "wakeups"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True)
class Received:
    """A wake-up as its receiver sees it."""

    resource: ResourceId
    cause: str
    session: str
    id: str
    trace: str


class Queue(Protocol):
    """A queue to send to, and its receiving end."""

    wakeups: Wakeups

    async def take(self, count: int) -> list[Received]:
        """Return the next ``count`` wake-ups, or fewer where no more come."""
        ...

    async def give_up(self, count: int) -> None:
        """Let the next ``count`` wake-ups be given up."""
        ...

    async def given_up(self) -> list[ResourceId]:
        """Return whose wake-ups were given up and stand as dead letters."""
        ...

    async def breaks(self) -> None:
        """Make the queue unreachable from now on."""
        ...


class MemoryQueue:
    def __init__(self) -> None:
        self._faults = Faults()
        self._double = MemoryWakeups(self._faults)
        self.wakeups: Wakeups = self._double

    async def take(self, count: int) -> list[Received]:
        taken = self._double.take(datetime.now(UTC))[:count]
        return [Received(each.resource, each.cause, each.resource, uuid4().hex, each.trace) for each in taken]

    async def give_up(self, count: int) -> None:
        self._double.given_up += self._double.take(datetime.now(UTC))[:count]

    async def given_up(self) -> list[ResourceId]:
        return [each.resource for each in self._double.given_up]

    async def breaks(self) -> None:
        for point in ("wakeups.send", "wakeups.forget_given_up"):
            self._faults.fail(point, Retry("the queue is not there"), times=100)


class ServiceBusQueue:
    def __init__(self, connection_string: str) -> None:
        self._string = connection_string
        self._adapter = ServiceBusWakeups.from_connection_string(connection_string, QUEUE)
        self.wakeups: Wakeups = self._adapter

    async def take(self, count: int) -> list[Received]:
        taken: list[Received] = []

        async def sessions(client: ServiceBusClient) -> None:
            while len(taken) < count and (more := await _next_session(client)):
                taken.extend(more)

        # The SDK takes a second to leave a session, so several are received at once.
        async with ServiceBusClient.from_connection_string(self._string, retry_total=0) as client:
            await asyncio.gather(*(sessions(client) for _ in range(min(count, 8))))
        return taken

    async def give_up(self, count: int) -> None:
        async with ServiceBusClient.from_connection_string(self._string, retry_total=0) as client:
            for _ in range(count):
                receiver = client.get_queue_receiver(QUEUE, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=5)
                async with receiver:
                    (message,) = await receiver.receive_messages(max_message_count=1, max_wait_time=5)
                    await receiver.dead_letter_message(message, reason="MaxDeliveryCountExceeded")

    async def given_up(self) -> list[ResourceId]:
        async with ServiceBusClient.from_connection_string(self._string, retry_total=0) as client:
            receiver = client.get_queue_receiver(QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
            async with receiver:
                return [ResourceId(str(each.session_id)) for each in await receiver.peek_messages(100)]

    async def breaks(self) -> None:
        await self._adapter.close()
        self._adapter = ServiceBusWakeups.from_connection_string(_nobody_listens(), QUEUE)
        self.wakeups = self._adapter

    async def close(self) -> None:
        await self._adapter.close()


async def _next_session(client: ServiceBusClient) -> list[Received]:
    receiver = client.get_queue_receiver(QUEUE, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=1)
    try:
        async with receiver:
            messages = await receiver.receive_messages(max_message_count=1, max_wait_time=1)
            for message in messages:
                await receiver.complete_message(message)
            return [_received(message) for message in messages]
    except OperationTimeoutError:
        return []


def _received(message: ServiceBusReceivedMessage) -> Received:
    wake_up = parse(b"".join(message.body))
    properties = {_text(key): _text(value) for key, value in (message.application_properties or {}).items()}
    return Received(
        wake_up.resource,
        wake_up.cause,
        str(message.session_id),
        str(message.message_id),
        properties.get("traceparent", ""),
    )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _nobody_listens() -> str:
    return (
        "Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=RootManageSharedAccessKey;"
        "SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;"
    )


@pytest.fixture(params=["memory", pytest.param("servicebus", marks=pytest.mark.stack)])
async def queue(request: pytest.FixtureRequest) -> AsyncIterator[Queue]:
    if request.param == "memory":
        yield MemoryQueue()
        return
    opened = ServiceBusQueue(request.getfixturevalue("servicebus"))
    yield opened
    await opened.close()


@pytest.fixture
def room() -> Callable[[int], ResourceId]:
    """Resources that no other test wakes."""
    tenant = uuid4()
    return lambda number: ResourceId(f"{tenant}.01K000000000000000000{number:05}")


Room = Callable[[int], ResourceId]


async def test_a_wake_up_says_which_resource_and_why_in_the_session_of_its_resource(queue: Queue, room: Room) -> None:
    await queue.wakeups.send([room(1)], "notification", trace=TRACE)
    (received,) = await queue.take(1)
    assert (received.resource, received.cause) == (room(1), "notification")
    assert received.session == room(1)
    assert received.trace == TRACE


async def test_a_wake_up_without_a_trace_carries_none(queue: Queue, room: Room) -> None:
    await queue.wakeups.send([room(1)], "sweep")
    (received,) = await queue.take(1)
    assert received.trace == ""


async def test_one_call_wakes_each_resource_once_under_ids_of_their_own(queue: Queue, room: Room) -> None:
    rooms = [room(number) for number in range(12)]
    await queue.wakeups.send(rooms, "notification")
    received = await queue.take(12)
    assert sorted(each.resource for each in received) == rooms
    assert all(each.session == each.resource for each in received)
    assert len({each.id for each in received}) == 12


async def test_waking_nobody_sends_nothing(queue: Queue, room: Room) -> None:
    await queue.wakeups.send([], "notification")
    await queue.wakeups.send([room(1)], "sweep")
    assert [each.resource for each in await queue.take(1)] == [room(1)]


async def test_a_wake_up_that_is_due_later_does_not_come_now(queue: Queue, room: Room) -> None:
    await queue.wakeups.send([room(1)], "due", due=datetime.now(UTC) + timedelta(hours=1))
    await queue.wakeups.send([room(2)], "notification")
    assert [each.resource for each in await queue.take(2)] == [room(2)]


async def test_a_wake_up_comes_when_it_is_due(queue: Queue, room: Room) -> None:
    await queue.wakeups.send([room(1)], "due", due=datetime.now(UTC) + timedelta(milliseconds=300))
    received: list[Received] = []
    async with asyncio.timeout(10):
        while not received:
            received = await queue.take(1)
            await asyncio.sleep(0.01)
    assert (received[0].resource, received[0].cause) == (room(1), "due")


async def test_calls_at_the_same_time_all_arrive(queue: Queue, room: Room) -> None:
    await asyncio.gather(*(queue.wakeups.send([room(n), room(n + 12)], "notification") for n in range(12)))
    received = Counter(each.resource for each in await queue.take(24))
    assert received == Counter([room(n) for n in range(24)])


async def test_a_queue_that_is_not_there_says_retry(queue: Queue, room: Room) -> None:
    await queue.breaks()
    with pytest.raises(Retry):
        await queue.wakeups.send([room(1)], "notification")


async def test_of_what_was_given_up_one_resources_wake_ups_are_removed_and_all_others_stay(
    queue: Queue, room: Room
) -> None:
    await queue.wakeups.send([room(1), room(2), room(3)], "sweep")
    await queue.give_up(3)
    assert await queue.wakeups.forget_given_up(room(2)) == 1
    assert {room(1), room(3)} <= set(await queue.given_up())
    assert room(2) not in await queue.given_up()
    assert await queue.wakeups.forget_given_up(room(2)) == 0
    assert await queue.wakeups.forget_given_up(room(3)) == 1, "what was put back can be taken"


async def test_dead_letters_that_cannot_be_looked_at_say_retry(queue: Queue, room: Room) -> None:
    await queue.breaks()
    with pytest.raises(Retry):
        await queue.wakeups.forget_given_up(room(1))
