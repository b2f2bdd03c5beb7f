"""Sessions with the asynchronous SDK, as the functions host uses them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusReceiveMode
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from tests.integration.servicebus.bus import Bus, until

# One loop for the module, so that client and sender are opened once.
pytestmark = pytest.mark.asyncio(loop_scope="module")

QUEUE = "sessions"


class Desk:
    """A client with a kept sender; receivers are closed together at the end, each takes half a second."""

    def __init__(self, client: ServiceBusClient) -> None:
        self.client = client
        self.sender = client.get_queue_sender(QUEUE)
        self._opened: list[ServiceBusReceiver] = []

    async def send(self, session: str, *texts: str) -> None:
        """Messages of one session, in order."""
        await self.sender.send_messages([ServiceBusMessage(text, session_id=session) for text in texts])

    async def schedule(self, session: str, text: str, due: datetime) -> int:
        """A message for later; its number."""
        (number,) = await self.sender.schedule_messages(ServiceBusMessage(text, session_id=session), due)
        return number

    async def named(self, session: str) -> ServiceBusReceiver:
        """The receiver of one session, once it has it. No two tests use a session of the same name."""
        return await self._open(self.client.get_queue_receiver(QUEUE, session_id=session, max_wait_time=3))

    async def next(self, max_wait_time: float = 3) -> ServiceBusReceiver:
        """The receiver of whichever session is next, once it has one."""
        return await self._open(
            self.client.get_queue_receiver(QUEUE, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=max_wait_time)
        )

    async def empty(self) -> None:
        """Takes all messages of all sessions."""
        mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
        try:
            while True:
                async with self.client.get_queue_receiver(
                    QUEUE, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=1, receive_mode=mode
                ) as receiver:
                    async for _message in receiver:
                        pass
        except OperationTimeoutError:
            return

    async def close(self) -> None:
        """Closes all that was opened."""
        await asyncio.gather(self.sender.close(), *(receiver.close() for receiver in self._opened))

    async def _open(self, receiver: ServiceBusReceiver) -> ServiceBusReceiver:
        self._opened.append(receiver)
        return await receiver.__aenter__()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def kept_desk(namespace: Bus) -> AsyncIterator[Desk]:
    async with namespace.aio_client() as client:
        desk = Desk(client)
        yield desk
        await desk.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(bus: Bus, kept_desk: Desk) -> Desk:
    """The desk on a namespace with nothing in it; a real one is emptied session by session."""
    if not bus.control:
        await kept_desk.empty()
    return kept_desk


async def take(receiver: ServiceBusReceiver, count: int) -> list[ServiceBusReceivedMessage]:
    got: list[ServiceBusReceivedMessage] = []
    while len(got) < count:
        part = await receiver.receive_messages(count - len(got), max_wait_time=8)
        assert part, f"{len(got)} of {count} messages arrived"
        got += part
    return got


async def complete_all(receiver: ServiceBusReceiver, count: int) -> list[str]:
    messages = await take(receiver, count)
    for message in messages:
        await receiver.complete_message(message)
    return [str(message) for message in messages]


async def test_the_next_session_is_given_at_once_with_its_messages_in_order(desk: Desk) -> None:
    await desk.send("a", "a1", "a2")
    await desk.send("b", "b1")
    await desk.send("a", "a3")
    first, second = await desk.next(), await desk.next()
    assert (first.session.session_id, second.session.session_id) == ("a", "b")
    assert await complete_all(first, 3) == ["a1", "a2", "a3"]
    assert await complete_all(second, 1) == ["b1"]


async def test_a_waiting_receiver_gets_the_session_when_its_first_message_comes(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.next(max_wait_time=10))
    await asyncio.sleep(1.2)
    assert not waiting.done()
    sent = time.monotonic()
    await desk.send("late", "here")
    receiver = await waiting
    assert time.monotonic() - sent < 1
    assert receiver.session.session_id == "late"
    assert await complete_all(receiver, 1) == ["here"]


async def test_waiting_for_a_session_ends_after_the_time_that_was_asked_for(desk: Desk) -> None:
    began = time.monotonic()
    with pytest.raises(OperationTimeoutError):
        await desk.next(max_wait_time=1)
    assert 0.9 < time.monotonic() - began < 4


async def test_a_named_session_is_given_even_when_it_is_empty(desk: Desk) -> None:
    receiver = await desk.named("empty")
    assert receiver.session.session_id == "empty"
    locked_until = receiver.session.locked_until_utc
    assert locked_until is not None
    assert timedelta(seconds=2) < locked_until - datetime.now(UTC) <= timedelta(seconds=6)
    await desk.send("empty", "no longer")
    assert await complete_all(receiver, 1) == ["no longer"]


async def test_a_session_has_one_holder(desk: Desk) -> None:
    await desk.named("mine")
    with pytest.raises(SessionCannotBeLockedError):
        await desk.named("mine")


async def test_closing_releases_the_session_and_its_messages_without_a_count(desk: Desk) -> None:
    await desk.send("closed", "first", "second")
    holder = await desk.named("closed")
    await take(holder, 2)
    await holder.close()
    successor = await desk.named("closed")
    messages = await take(successor, 2)
    assert [(str(message), message.delivery_count) for message in messages] == [("first", 0), ("second", 0)]
    for message in messages:
        await successor.complete_message(message)


async def test_state_is_kept_for_the_session_and_can_be_cleared(desk: Desk) -> None:
    first = await desk.named("state")
    assert await first.session.get_state() is None
    await first.session.set_state(b"\x00half")
    await first.close()
    second = await desk.named("state")
    assert await second.session.get_state() == b"\x00half"
    await second.session.set_state(None)
    assert await second.session.get_state() is None


async def test_renewing_moves_the_session_s_lock(desk: Desk) -> None:
    receiver = await desk.named("renewed")
    before = receiver.session.locked_until_utc
    assert before is not None
    assert await receiver.session.renew_lock() > before


async def test_the_auto_lock_renewer_keeps_a_session_and_its_messages_beyond_their_first_lock(desk: Desk) -> None:
    await desk.send("auto-renewed", "a")
    receiver = await desk.named("auto-renewed")
    (message,) = await take(receiver, 1)
    before = receiver.session.locked_until_utc
    assert before is not None
    async with AutoLockRenewer() as renewer:
        renewer.register(receiver, receiver.session, max_lock_renewal_duration=60)
        await until(lambda: datetime.now(UTC) > before)
        await receiver.complete_message(message)


async def test_an_expired_session_lock_is_lost_counts_one_and_frees_the_session(desk: Desk) -> None:
    await desk.send("expired", "a")
    holder = await desk.named("expired")
    (message,) = await take(holder, 1)
    successor = await desk.next(max_wait_time=10)
    assert successor.session.session_id == "expired"
    (again,) = await take(successor, 1)
    assert (str(again), again.delivery_count) == ("a", 1)
    await successor.complete_message(again)
    with pytest.raises(SessionLockLostError):
        await holder.complete_message(message)
    with pytest.raises(SessionLockLostError):
        await holder.session.get_state()


async def test_peek_defer_and_dead_letter_within_a_session(desk: Desk) -> None:
    await desk.send("mixed", "deferred", "dead")
    await desk.send("other", "not shown")
    number = await desk.schedule("mixed", "scheduled", datetime.now(UTC) + timedelta(hours=1))
    receiver = await desk.named("mixed")
    assert [str(message) for message in await receiver.peek_messages(10)] == ["deferred", "dead", "scheduled"]
    deferred, dead = await take(receiver, 2)
    await receiver.defer_message(deferred)
    await receiver.dead_letter_message(dead, reason="tested")
    assert deferred.sequence_number is not None
    (again,) = await receiver.receive_deferred_messages(deferred.sequence_number)
    await receiver.complete_message(again)
    assert [str(message) for message in await receiver.peek_messages(10)] == ["scheduled"]
    await desk.sender.cancel_scheduled_messages(number)
    async with desk.client.get_queue_receiver(QUEUE, sub_queue="deadletter", max_wait_time=3) as dead_letters:
        (message,) = await take(dead_letters, 1)
        assert (message.dead_letter_reason, message.session_id) == ("tested", "mixed")
        await dead_letters.complete_message(message)


async def test_a_scheduled_message_opens_its_session_when_it_is_due(desk: Desk) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    await desk.schedule("scheduled", "later", due)
    receiver = await desk.next(max_wait_time=10)
    assert datetime.now(UTC) >= due
    assert await complete_all(receiver, 1) == ["later"]


async def test_a_message_without_a_session_is_refused(desk: Desk) -> None:
    with pytest.raises(ServiceBusError, match="not-allowed"):
        await desk.sender.send_messages(ServiceBusMessage("homeless"))


async def test_sessions_are_listed_over_several_pages(desk: Desk) -> None:
    names = [f"session-{number:03}" for number in range(130)]
    async with desk.client.get_queue_sender("many-sessions") as sender:
        await sender.send_messages([ServiceBusMessage("x", session_id=name) for name in names])
    assert sorted([name async for name in desk.client.list_queue_sessions("many-sessions")]) == names


async def test_a_session_that_has_only_a_state_is_listed_by_the_time_it_was_set(desk: Desk) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    await desk.send("only a message", "x")
    receiver = await desk.named("only a state")
    await receiver.session.set_state("set")
    listed = [name async for name in desk.client.list_queue_sessions(QUEUE)]
    since = [name async for name in desk.client.list_queue_sessions(QUEUE, state_updated_after=before)]
    # On a real namespace sessions of earlier tests may be there too.
    assert {"only a message", "only a state"} <= set(listed)
    assert since == ["only a state"]
    await receiver.session.set_state(None)
