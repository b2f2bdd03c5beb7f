"""The rules of a queue on a clock that moves when told (facts: broker rules)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from local.servicebus.amqp.message import application_properties
from local.servicebus.broker.message import (
    Abandon,
    BrokerError,
    Complete,
    DeadLetter,
    Defer,
    Release,
    State,
)
from local.servicebus.broker.queue import Queue
from tests.unit.servicebus.world import Receiver, World


@pytest.fixture
def world() -> World:
    return World()


def _dead(queue: Queue) -> Receiver:
    assert queue.dead_letters is not None
    return Receiver(queue.dead_letters, peek_lock=False).listen()


def test_messages_are_handed_out_in_the_order_of_sending(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a"), world.content("b")])
    queue.send([world.content("c")])
    assert Receiver(queue).listen().ids == ["a", "b", "c"]


def test_a_message_goes_to_a_waiting_receiver_in_the_call_that_sends_it(world: World) -> None:
    queue = world.queue()
    waiting = Receiver(queue).listen()
    queue.send([world.content("a")])
    assert waiting.ids == ["a"]


def test_receivers_share_messages_in_turn_and_never_the_same_one(world: World) -> None:
    queue = world.queue()
    first, idle, second = Receiver(queue).listen(), Receiver(queue, credit=0).listen(), Receiver(queue).listen()
    queue.send([world.content(name) for name in "abcd"])
    assert (first.ids, idle.ids, second.ids) == (["a", "c"], [], ["b", "d"])


def test_a_refused_message_keeps_its_whole_batch_out(world: World) -> None:
    queue = world.queue(requires_session=True)
    with pytest.raises(BrokerError, match="requires sessions"):
        queue.send([world.content("a", session="s"), world.content("b")])
    assert queue.messages == {}


def test_a_released_message_returns_to_its_place_without_a_count(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a"), world.content("b")])
    holder = Receiver(queue, credit=1).listen()
    queue.settle(holder.tokens["a"], Release())
    again = Receiver(queue).listen()
    assert again.ids == ["a", "b"]
    assert again.got[0].delivery_count == 0


def test_an_abandoned_message_counts_one_and_comes_again(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a")])
    holder = Receiver(queue, credit=2).listen()
    queue.settle(holder.tokens["a"], Abandon({"hint": "again"}))
    assert holder.ids == ["a", "a"]
    assert holder.got[1].delivery_count == 1
    assert application_properties(holder.got[1].content) == {"hint": "again"}


def test_an_expired_lock_counts_one_and_its_token_is_lost(world: World) -> None:
    queue = world.queue(lock_duration_ms=5000)
    queue.send([world.content("a")])
    holder = Receiver(queue, credit=1).listen()
    world.passes(4999)
    assert queue.messages[1].delivery_count == 0
    world.passes(1)
    assert queue.messages[1].available
    assert queue.messages[1].delivery_count == 1
    with pytest.raises(BrokerError) as refusal:
        queue.settle(holder.tokens["a"], Complete())
    assert refusal.value.condition == "com.microsoft:message-lock-lost"


def test_a_renewed_lock_lasts_from_then_on(world: World) -> None:
    queue = world.queue(lock_duration_ms=5000)
    queue.send([world.content("a")])
    holder = Receiver(queue, credit=1).listen()
    world.passes(4000)
    assert queue.locks.renew(holder.tokens["a"]) == world.now + 5000
    world.passes(4000)
    queue.settle(holder.tokens["a"], Complete())
    assert queue.messages == {}


def test_a_closed_link_outside_sessions_keeps_its_locks_until_they_expire(world: World) -> None:
    queue = world.queue(lock_duration_ms=5000)
    queue.send([world.content("a")])
    holder = Receiver(queue, credit=1).listen()
    queue.unsubscribe(holder)
    assert Receiver(queue).listen().ids == []
    queue.settle(holder.tokens["a"], Complete())
    assert queue.messages == {}


def test_the_last_delivery_attempt_dead_letters_with_the_reason(world: World) -> None:
    queue = world.queue(max_delivery_count=2)
    queue.send([world.content("a")])
    holder = Receiver(queue).listen()
    queue.settle(holder.tokens["a"], Abandon())
    queue.settle(holder.tokens["a"], Abandon())
    (dead,) = _dead(queue).got
    assert application_properties(dead.content)["DeadLetterReason"] == "MaxDeliveryCountExceeded"
    assert dead.dead_letter_source == "q"
    assert queue.messages == {}


def test_dead_lettering_keeps_the_application_s_words(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a")])
    holder = Receiver(queue).listen()
    queue.settle(holder.tokens["a"], DeadLetter("why", "because", {"more": "said"}))
    (dead,) = _dead(queue).got
    assert application_properties(dead.content) == {
        "DeadLetterReason": "why",
        "DeadLetterErrorDescription": "because",
        "more": "said",
    }


def test_a_dead_letter_queue_never_expires_counts_out_or_dead_letters(world: World) -> None:
    queue = world.queue(max_delivery_count=1, default_ttl_ms=1000, dead_letters_expired=True)
    queue.send([world.content("a")])
    world.passes(1000)
    assert queue.dead_letters is not None
    holder = Receiver(queue.dead_letters).listen()
    for _ in range(5):
        queue.dead_letters.settle(holder.tokens["a"], Abandon())
    world.passes(100 * 86_400_000)
    with pytest.raises(BrokerError, match="cannot be dead-lettered again"):
        queue.dead_letters.settle(holder.tokens["a"], DeadLetter())
    queue.dead_letters.settle(holder.tokens["a"], Complete())
    assert queue.dead_letters.messages == {}


def test_the_shorter_time_to_live_counts_and_expiry_dead_letters_where_declared(world: World) -> None:
    queue = world.queue(default_ttl_ms=10_000, dead_letters_expired=True)
    queue.send([world.content("short", ttl=2000), world.content("long", ttl=60_000), world.content("none")])
    world.passes(2000)
    assert [str(dead.content.message_id) for dead in _dead(queue).got] == ["short"]
    world.passes(8000)
    assert queue.messages == {}


def test_expired_messages_are_dropped_where_dead_lettering_is_off(world: World) -> None:
    queue = world.queue(default_ttl_ms=1000)
    queue.send([world.content("a")])
    world.passes(1000)
    assert queue.messages == {}
    assert _dead(queue).got == []


def test_a_locked_message_expires_only_when_its_lock_ends(world: World) -> None:
    queue = world.queue(default_ttl_ms=1000, lock_duration_ms=60_000, dead_letters_expired=True)
    queue.send([world.content("a"), world.content("b")])
    holder = Receiver(queue).listen()
    world.passes(1000)
    queue.settle(holder.tokens["a"], Complete())
    queue.settle(holder.tokens["b"], Abandon())
    assert [str(dead.content.message_id) for dead in _dead(queue).got] == ["b"]


def test_a_deferred_message_comes_only_by_its_number_and_is_settled_by_token(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a")])
    holder = Receiver(queue).listen()
    queue.settle(holder.tokens["a"], Defer())
    assert Receiver(queue).listen().ids == []
    (message,) = queue.take_deferred([1], lock=True, session=None)
    assert message.lock is not None
    with pytest.raises(BrokerError, match="sequence number 1"):
        queue.take_deferred([1], lock=True, session=None)
    queue.settle(message.lock.token, Complete())
    assert queue.messages == {}


def test_a_deferred_message_stays_deferred_when_its_lock_expires(world: World) -> None:
    queue = world.queue(lock_duration_ms=5000)
    queue.send([world.content("a")])
    queue.settle(Receiver(queue).listen().tokens["a"], Defer())
    queue.take_deferred([1], lock=True, session=None)
    world.passes(5000)
    assert queue.messages[1].state is State.DEFERRED
    assert queue.take_deferred([1], lock=False, session=None)[0].sequence == 1
    assert queue.messages == {}


def test_an_expired_deferred_message_is_dead_lettered_when_it_is_asked_for(world: World) -> None:
    queue = world.queue(default_ttl_ms=1000, dead_letters_expired=True)
    queue.send([world.content("a")])
    queue.settle(Receiver(queue).listen().tokens["a"], Defer())
    world.passes(2000)
    assert 1 in queue.messages
    with pytest.raises(BrokerError, match="sequence number 1"):
        queue.take_deferred([1], lock=True, session=None)
    assert len(_dead(queue).got) == 1


def test_asking_for_one_missing_deferred_message_takes_none(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a")])
    queue.settle(Receiver(queue).listen().tokens["a"], Defer())
    with pytest.raises(BrokerError):
        queue.take_deferred([1, 2], lock=False, session=None)
    assert 1 in queue.messages


def test_a_scheduled_message_becomes_active_at_its_time_under_a_new_number(world: World) -> None:
    queue = world.queue(default_ttl_ms=10_000)
    waiting = Receiver(queue).listen()
    (number,) = queue.send([world.content("later", due_in=3000)])
    queue.send([world.content("now")])
    world.passes(2999)
    assert waiting.ids == ["now"]
    world.passes(1)
    assert waiting.ids == ["now", "later"]
    assert waiting.got[1].sequence > number
    assert waiting.got[1].enqueued_at == world.now
    assert waiting.got[1].expires_at == world.now + 10_000


def test_a_scheduled_message_is_cancelled_by_its_number_and_only_once(world: World) -> None:
    queue = world.queue()
    numbers = queue.send([world.content("a", due_in=1000), world.content("b", due_in=1000)])
    with pytest.raises(BrokerError, match="sequence number 99"):
        queue.cancel_scheduled([*numbers, 99])
    assert len(queue.messages) == 2
    queue.cancel_scheduled([numbers[0], numbers[0]])
    with pytest.raises(BrokerError):
        queue.cancel_scheduled([numbers[0]])
    world.passes(1000)
    assert Receiver(queue).listen().ids == ["b"]


def test_a_schedule_in_the_past_is_now(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a", due_in=-5)])
    assert Receiver(queue).listen().ids == ["a"]


def test_a_duplicate_within_the_window_is_dropped_and_answered_with_the_first_number(world: World) -> None:
    queue = world.queue(detects_duplicates=True, duplicate_window_ms=20_000)
    first = queue.send([world.content("a")])
    Receiver(queue, peek_lock=False, credit=1).listen()
    world.passes(19_999)
    assert queue.send([world.content("a")]) == first
    assert queue.messages == {}
    world.passes(1)
    assert queue.send([world.content("a")]) != first
    assert len(queue.messages) == 1


def test_a_duplicate_within_one_batch_and_of_a_scheduled_message_is_dropped_too(world: World) -> None:
    queue = world.queue(detects_duplicates=True)
    assert queue.send([world.content("a"), world.content("a")]) == [1, 1]
    assert queue.send([world.content("b", due_in=500)]) == queue.send([world.content("b")])
    assert len(queue.messages) == 2


def test_peeking_shows_every_state_and_locks_nothing(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("deferred"), world.content("locked"), world.content("active")])
    queue.send([world.content("scheduled", due_in=1000)])
    holder = Receiver(queue, credit=2).listen()
    queue.settle(holder.tokens["deferred"], Defer())
    peeked = queue.peek(0, 10, None)
    assert [str(message.content.message_id) for message in peeked] == ["deferred", "locked", "active", "scheduled"]
    assert [message.state for message in peeked] == [State.DEFERRED, State.ACTIVE, State.ACTIVE, State.SCHEDULED]
    assert [message.sequence for message in queue.peek(2, 2, None)] == [2, 3]


def test_receive_and_delete_leaves_nothing_behind(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a")])
    taker = Receiver(queue, peek_lock=False).listen()
    assert taker.ids == ["a"]
    assert taker.got[0].lock is None
    assert queue.messages == {}


def test_dropping_all_locks_gives_messages_back_without_a_count(world: World) -> None:
    queue = world.queue()
    queue.send([world.content("a"), world.content("b")])
    first = Receiver(queue, credit=2).listen()
    queue.drop_locks()
    queue.unsubscribe(first)
    again = Receiver(queue).listen()
    assert again.ids == ["a", "b"]
    assert {message.delivery_count for message in again.got} == {0}


def test_a_token_that_never_was_is_a_lost_lock(world: World) -> None:
    with pytest.raises(BrokerError, match="expired or its message was settled"):
        world.queue().settle(uuid4(), Complete())


def test_thousands_of_settled_messages_leave_no_alarms_behind(world: World) -> None:
    queue = world.queue(default_ttl_ms=86_400_000)
    taker = Receiver(queue, credit=10**6).listen()
    for number in range(5000):
        queue.send([world.content(str(number))])
        queue.settle(taker.tokens[str(number)], Complete())
    assert len(world.agenda) < 300
