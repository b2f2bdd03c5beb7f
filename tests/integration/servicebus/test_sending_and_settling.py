"""The synchronous SDK on a queue without sessions: what is sent arrives, and what is settled stays settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from azure.servicebus import (
    AutoLockRenewer,
    ServiceBusMessage,
    ServiceBusMessageState,
    ServiceBusReceivedMessage,
    ServiceBusReceiveMode,
    ServiceBusReceiver,
    ServiceBusSubQueue,
)
from azure.servicebus.amqp import AmqpAnnotatedMessage
from azure.servicebus.exceptions import (
    MessageLockLostError,
    MessageNotFoundError,
    MessageSizeExceededError,
    MessagingEntityNotFoundError,
    ServiceBusError,
)

from tests.integration.servicebus.bus import Bus, eventually
from tests.integration.servicebus.conftest import Handlers

PLAIN = "plain"
DELETING: dict[str, Any] = {"receive_mode": ServiceBusReceiveMode.RECEIVE_AND_DELETE}


def take(receiver: ServiceBusReceiver, count: int) -> list[ServiceBusReceivedMessage]:
    """So many messages; the SDK returns a batch in parts."""
    got: list[ServiceBusReceivedMessage] = []
    while len(got) < count:
        part = receiver.receive_messages(max_message_count=count - len(got), max_wait_time=8)
        assert part, f"{len(got)} of {count} messages arrived"
        got += part
    return got


def complete(receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage]) -> None:
    for message in messages:
        receiver.complete_message(message)


def _texts(properties: dict[str | bytes, Any]) -> dict[str, Any]:
    """The SDK hands out names and texts as bytes."""
    return {
        name.decode() if isinstance(name, bytes) else name: value.decode() if isinstance(value, bytes) else value
        for name, value in properties.items()
    }


def is_empty(receiver: ServiceBusReceiver) -> bool:
    return receiver.peek_messages(1) == []


def test_single_list_and_batch_arrive_in_order_and_completing_removes_them(handlers: Handlers) -> None:
    sender, receiver = handlers.sender(PLAIN), handlers.receiver(PLAIN)
    sender.send_messages(ServiceBusMessage("one"))
    sender.send_messages([ServiceBusMessage("two"), ServiceBusMessage("three")])
    batch = sender.create_message_batch()
    for text in ("four", "five"):
        batch.add_message(ServiceBusMessage(text))
    sender.send_messages(batch)
    messages = take(receiver, 5)
    assert [str(message) for message in messages] == ["one", "two", "three", "four", "five"]
    assert {message.delivery_count for message in messages} == {0}
    complete(receiver, messages)
    assert is_empty(receiver)


def test_system_and_application_properties_come_back_as_they_were(handlers: Handlers) -> None:
    sent = ServiceBusMessage(
        "body",
        application_properties={"text": "é", "number": 7, "flag": True, "half": 0.5, "id": uuid4()},
        message_id="id-1",
        correlation_id="correlation",
        content_type="application/json",
        subject="subject",
        to="to",
        reply_to="reply",
        session_id="group",
        reply_to_session_id="reply-group",
        partition_key="group",
        time_to_live=timedelta(minutes=5),
    )
    handlers.sender(PLAIN).send_messages(sent)
    receiver = handlers.receiver(PLAIN)
    (got,) = take(receiver, 1)
    names = "message_id correlation_id content_type subject to reply_to session_id reply_to_session_id partition_key"
    assert [getattr(got, name) for name in names.split()] == [getattr(sent, name) for name in names.split()]
    assert got.time_to_live == timedelta(minutes=5)
    assert _texts(got.application_properties or {}) == sent.application_properties
    complete(receiver, [got])


def test_the_broker_stamps_time_number_lock_and_state(handlers: Handlers) -> None:
    before = datetime.now(UTC)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    receiver = handlers.receiver(PLAIN)
    (got,) = take(receiver, 1)
    assert got.enqueued_time_utc is not None
    assert abs(got.enqueued_time_utc - before) < timedelta(seconds=5)
    assert (got.sequence_number or 0) > 0
    assert got.locked_until_utc is not None
    assert timedelta(seconds=3) < got.locked_until_utc - datetime.now(UTC) <= timedelta(seconds=6)
    assert got.state is ServiceBusMessageState.ACTIVE
    assert got.lock_token is not None
    complete(receiver, [got])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data_body": [b"first", b"second"]}, id="two data sections"),
        pytest.param({"value_body": {b"key": [1, True, None, b"binary"]}}, id="a value"),
        pytest.param({"sequence_body": [[1, 2], [b"three"]]}, id="sequences"),
    ],
)
def test_every_kind_of_body_round_trips(handlers: Handlers, body: dict[str, Any]) -> None:
    handlers.sender(PLAIN).send_messages(AmqpAnnotatedMessage(**body))
    receiver = handlers.receiver(PLAIN)
    (got,) = take(receiver, 1)
    ((kind, sent),) = body.items()
    received = got.raw_amqp_message.body
    assert received == sent if kind == "value_body" else list(received) == sent
    complete(receiver, [got])


def test_a_message_of_many_frames_arrives_whole(handlers: Handlers) -> None:
    body = bytes(range(256)) * 900
    handlers.sender(PLAIN).send_messages(ServiceBusMessage(body))
    receiver = handlers.receiver(PLAIN)
    (got,) = take(receiver, 1)
    assert b"".join(got.body) == body
    complete(receiver, [got])


def test_a_message_beyond_the_limit_is_refused_and_the_link_goes_on(handlers: Handlers) -> None:
    sender, receiver = handlers.sender(PLAIN), handlers.receiver(PLAIN)
    with pytest.raises(MessageSizeExceededError):
        sender.send_messages(ServiceBusMessage(b"x" * 300_000))
    batch = sender.create_message_batch()
    assert batch.max_size_in_bytes == 262_144
    with pytest.raises(MessageSizeExceededError):
        batch.add_message(ServiceBusMessage(b"x" * 300_000))
    sender.send_messages(ServiceBusMessage("fits"))
    messages = take(receiver, 1)
    assert [str(message) for message in messages] == ["fits"]
    complete(receiver, messages)


def test_an_abandoned_message_comes_again_with_its_count_raised(handlers: Handlers) -> None:
    receiver = handlers.receiver(PLAIN)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    (first,) = take(receiver, 1)
    receiver.abandon_message(first)
    (second,) = take(receiver, 1)
    assert (first.sequence_number, second.delivery_count) == (second.sequence_number, 1)
    complete(receiver, [second])


def test_a_dead_lettered_message_waits_in_the_dead_letter_queue_with_its_reason(handlers: Handlers) -> None:
    receiver, dead = handlers.receiver(PLAIN), handlers.receiver(PLAIN, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a", application_properties={"kept": 1}))
    receiver.dead_letter_message(take(receiver, 1)[0], reason="broken", error_description="It is broken.")
    (got,) = take(dead, 1)
    assert (got.dead_letter_reason, got.dead_letter_error_description) == ("broken", "It is broken.")
    assert got.dead_letter_source == PLAIN
    assert str(got) == "a"
    complete(dead, [got])
    assert is_empty(dead)
    assert is_empty(receiver)


def test_too_many_attempts_end_in_the_dead_letter_queue(handlers: Handlers) -> None:
    receiver, dead = handlers.receiver(PLAIN), handlers.receiver(PLAIN, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    for attempt in range(3):
        (got,) = take(receiver, 1)
        assert got.delivery_count == attempt
        receiver.abandon_message(got)
    (got,) = take(dead, 1)
    assert got.dead_letter_reason == "MaxDeliveryCountExceeded"
    complete(dead, [got])


def test_an_expired_message_is_dead_lettered_where_declared_and_dropped_elsewhere(handlers: Handlers, bus: Bus) -> None:
    soon = timedelta(seconds=1)
    handlers.sender("expiring").send_messages(ServiceBusMessage("kept", time_to_live=soon))
    handlers.sender("dropping").send_messages(ServiceBusMessage("dropped", time_to_live=soon))
    dead = handlers.receiver("expiring", sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    (got,) = take(dead, 1)
    assert str(got) == "kept"
    assert got.dead_letter_reason == "TTLExpiredException"
    complete(dead, [got])
    # Its own receiver could take the message before it expires; the dead-letter queue's cannot.
    if bus.control:
        assert eventually(lambda: bus.counts("dropping")["active"] == 0)
    assert handlers.receiver("dropping", sub_queue=ServiceBusSubQueue.DEAD_LETTER).peek_messages(1) == []


def test_a_deferred_message_is_received_by_its_number_only(handlers: Handlers) -> None:
    receiver = handlers.receiver(PLAIN)
    handlers.sender(PLAIN).send_messages([ServiceBusMessage("later"), ServiceBusMessage("now")])
    later, now = take(receiver, 2)
    receiver.defer_message(later)
    receiver.abandon_message(now)
    (again,) = take(receiver, 1)
    assert str(again) == "now"
    complete(receiver, [again])
    assert later.sequence_number is not None
    (deferred,) = receiver.receive_deferred_messages(later.sequence_number)
    assert str(deferred) == "later"
    assert deferred.state is ServiceBusMessageState.DEFERRED
    complete(receiver, [deferred])
    with pytest.raises(MessageNotFoundError):
        receiver.receive_deferred_messages(later.sequence_number)


def test_deferred_messages_are_abandoned_dead_lettered_and_deferred_again_by_token(handlers: Handlers) -> None:
    receiver, dead = handlers.receiver(PLAIN), handlers.receiver(PLAIN, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    (got,) = take(receiver, 1)
    number = got.sequence_number
    assert number is not None
    receiver.defer_message(got)
    receiver.abandon_message(receiver.receive_deferred_messages(number)[0])
    receiver.defer_message(receiver.receive_deferred_messages(number)[0])
    receiver.dead_letter_message(receiver.receive_deferred_messages(number)[0], reason="at last")
    (gone,) = take(dead, 1)
    assert gone.dead_letter_reason == "at last"
    complete(dead, [gone])


def test_a_renewed_message_lock_lasts_longer(handlers: Handlers) -> None:
    receiver = handlers.receiver(PLAIN)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    (got,) = take(receiver, 1)
    before = got.locked_until_utc
    assert before is not None
    eventually(lambda: datetime.now(UTC) > before - timedelta(seconds=4))
    assert receiver.renew_message_lock(got) > before
    complete(receiver, [got])


def test_the_auto_lock_renewer_keeps_a_message_lock(handlers: Handlers) -> None:
    receiver = handlers.receiver(PLAIN)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    (got,) = take(receiver, 1)
    before = got.locked_until_utc
    assert before is not None
    with AutoLockRenewer() as renewer:
        renewer.register(receiver, got, max_lock_renewal_duration=60)
        assert eventually(lambda: (got.locked_until_utc or before) > before)
    complete(receiver, [got])


def test_an_expired_lock_brings_the_message_back_with_its_count_raised(handlers: Handlers) -> None:
    receiver = handlers.receiver(PLAIN)
    handlers.sender(PLAIN).send_messages(ServiceBusMessage("a"))
    (lost,) = take(receiver, 1)
    (again,) = take(receiver, 1)
    assert (again.sequence_number, again.delivery_count) == (lost.sequence_number, 1)
    with pytest.raises(MessageLockLostError):
        receiver.complete_message(lost)
    complete(receiver, [again])


def test_settling_what_the_broker_no_longer_knows_is_a_lost_lock(handlers: Handlers, emulator: Bus) -> None:
    receiver = handlers.receiver(PLAIN)
    handlers.sender(PLAIN).send_messages([ServiceBusMessage("a"), ServiceBusMessage("b")])
    settled, renewed = take(receiver, 2)
    emulator.ask("POST", "/sim/reset")
    with pytest.raises(MessageLockLostError):
        receiver.complete_message(settled)
    with pytest.raises(MessageLockLostError):
        receiver.renew_message_lock(renewed)


def test_scheduled_messages_arrive_at_their_time_and_not_before(handlers: Handlers) -> None:
    sender, receiver = handlers.sender(PLAIN), handlers.receiver(PLAIN)
    due = datetime.now(UTC) + timedelta(seconds=1.2)
    sender.send_messages(ServiceBusMessage("on send", scheduled_enqueue_time_utc=due))
    numbers = sender.schedule_messages([ServiceBusMessage("by request"), ServiceBusMessage("cancelled")], due)
    assert [message.state for message in receiver.peek_messages(5)] == [ServiceBusMessageState.SCHEDULED] * 3
    sender.cancel_scheduled_messages(numbers[1])
    messages = take(receiver, 2)
    assert datetime.now(UTC) >= due
    assert {str(message) for message in messages} == {"on send", "by request"}
    assert all(
        message.enqueued_time_utc and message.enqueued_time_utc >= due - timedelta(seconds=1) for message in messages
    )
    complete(receiver, messages)
    with pytest.raises(ServiceBusError):
        sender.cancel_scheduled_messages(numbers[1])


def test_peeking_reads_from_a_number_on_and_locks_nothing(handlers: Handlers) -> None:
    sender, receiver = handlers.sender("unique"), handlers.receiver("unique")
    sender.send_messages([ServiceBusMessage(text) for text in ("a", "b", "c")])
    peeked = receiver.peek_messages(10, sequence_number=1)
    assert [str(message) for message in peeked] == ["a", "b", "c"]
    number = peeked[1].sequence_number
    assert number is not None
    assert [str(message) for message in receiver.peek_messages(10, sequence_number=number)] == ["b", "c"]
    complete(receiver, take(receiver, 3))
    assert receiver.peek_messages(1, sequence_number=1) == []


def test_a_message_id_seen_before_is_dropped_silently(handlers: Handlers) -> None:
    sender, receiver = handlers.sender("unique"), handlers.receiver("unique")
    message_id = uuid4().hex
    sender.send_messages(ServiceBusMessage("first", message_id=message_id))
    sender.send_messages(ServiceBusMessage("second", message_id=message_id))
    sender.send_messages(ServiceBusMessage("other"))
    messages = take(receiver, 2)
    assert [str(message) for message in messages] == ["first", "other"]
    complete(receiver, messages)


@pytest.fixture(scope="module")
def refusals(namespace: Bus) -> Iterator[dict[str, BaseException | None]]:
    """What four handlers that do not fit are told; asked at once, since each takes a second to close."""
    with namespace.client() as client, ThreadPoolExecutor(4) as pool:
        asked = {
            "receiver of no queue": client.get_queue_receiver("nowhere", max_wait_time=1),
            "session receiver of a plain queue": client.get_queue_receiver(PLAIN, session_id="s", max_wait_time=1),
            "plain receiver of a session queue": client.get_queue_receiver("sessions", max_wait_time=1),
        }
        jobs: dict[str, Future[Any]] = {
            name: pool.submit(receiver.receive_messages) for name, receiver in asked.items()
        }
        sender = client.get_queue_sender("nowhere")
        jobs["sender to no queue"] = pool.submit(sender.send_messages, ServiceBusMessage("a"))
        yield {name: job.exception() for name, job in jobs.items()}
        list(pool.map(lambda handler: handler.close(), [*asked.values(), sender]))


@pytest.mark.parametrize("who", ["receiver of no queue", "sender to no queue"])
def test_a_queue_that_is_not_declared_is_not_found(refusals: dict[str, BaseException | None], who: str) -> None:
    assert isinstance(refusals[who], MessagingEntityNotFoundError)


@pytest.mark.parametrize("who", ["session receiver of a plain queue", "plain receiver of a session queue"])
def test_session_receivers_and_plain_queues_do_not_go_together(
    refusals: dict[str, BaseException | None], who: str
) -> None:
    refusal = refusals[who]
    assert isinstance(refusal, ServiceBusError)
    assert "not-allowed" in str(refusal)
