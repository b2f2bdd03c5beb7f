"""The rules of sessions on a clock that moves when told (facts: sessions)."""

from __future__ import annotations

import pytest

from local.servicebus.broker.message import Abandon, BrokerError, Complete, Defer
from local.servicebus.broker.queue import Queue
from tests.unit.servicebus.world import Receiver, World

LOCK_MS = 5000


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def queue(world: World) -> Queue:
    return world.queue(requires_session=True, lock_duration_ms=LOCK_MS)


def _accept(queue: Queue, session_id: str) -> Receiver:
    receiver = Receiver(queue)
    queue.sessions.accept(session_id, receiver)
    queue.pump(receiver)
    return receiver


def _next(world: World, queue: Queue, wait_ms: int = 1000) -> Receiver:
    receiver = Receiver(queue)
    queue.sessions.accept_next(receiver, world.now + wait_ms)
    if receiver.session is not None:
        queue.pump(receiver)
    return receiver


def test_a_session_has_one_holder_and_its_messages_in_order(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a"), world.content("b1", session="b"), world.content("a2", session="a")])
    holder = _accept(queue, "a")
    assert holder.ids == ["a1", "a2"]
    with pytest.raises(BrokerError, match="held by another receiver"):
        queue.sessions.accept("a", Receiver(queue))


def test_next_available_gives_the_session_with_the_oldest_message(world: World, queue: Queue) -> None:
    queue.send([world.content("b1", session="b"), world.content("a1", session="a")])
    queue.send([world.content("b2", session="b")])
    assert [_next(world, queue).sessions for _ in range(2)] == [["b"], ["a"]]


def test_a_session_whose_first_message_is_gone_loses_its_place(world: World, queue: Queue) -> None:
    queue.send([world.content("b1", session="b", ttl=10), world.content("a1", session="a")])
    queue.send([world.content("b2", session="b")])
    world.passes(10)
    assert [_next(world, queue).sessions for _ in range(2)] == [["a"], ["b"]]


def test_waiting_receivers_are_served_in_the_order_in_which_they_came(world: World, queue: Queue) -> None:
    waiting = [_next(world, queue) for _ in range(3)]
    queue.send([world.content(name, session=name) for name in "xyz"])
    assert [receiver.sessions for receiver in waiting] == [["x"], ["y"], ["z"]]


def test_one_session_with_many_messages_goes_to_one_waiting_receiver(world: World, queue: Queue) -> None:
    first, second = _next(world, queue), _next(world, queue)
    queue.send([world.content(name, session="s") for name in "abc"])
    assert (first.sessions, second.sessions) == (["s"], [])


def test_waiting_ends_with_a_timeout_and_takes_nothing_afterwards(world: World, queue: Queue) -> None:
    receiver = _next(world, queue, wait_ms=700)
    world.passes(700)
    queue.send([world.content("a", session="s")])
    assert receiver.evicted == ["com.microsoft:timeout"]
    assert receiver.sessions == []
    assert queue.sessions.waiting == 0


def test_a_receiver_that_went_away_while_waiting_is_passed_over(world: World, queue: Queue) -> None:
    gone, waiting = _next(world, queue), _next(world, queue)
    queue.unsubscribe(gone)
    queue.send([world.content("a", session="s")])
    assert (gone.sessions, waiting.sessions) == ([], ["s"])


def test_a_session_without_an_active_message_is_not_next_but_can_be_named(world: World, queue: Queue) -> None:
    queue.send([world.content("a", session="s", due_in=60_000)])
    assert _next(world, queue).sessions == []
    assert _accept(queue, "s").sessions == ["s"]


def test_closing_frees_the_session_at_once_without_a_count(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a"), world.content("a2", session="a")])
    queue.unsubscribe(_accept(queue, "a"))
    again = _next(world, queue)
    assert again.ids == ["a1", "a2"]
    assert [message.delivery_count for message in again.got] == [0, 0]


def test_a_freed_session_goes_to_who_waits_with_all_messages_in_order(world: World, queue: Queue) -> None:
    queue.send([world.content(name, session="a") for name in ("a1", "a2", "a3")])
    holder, waiting = _accept(queue, "a"), _next(world, queue)
    queue.unsubscribe(holder)
    queue.pump(waiting)
    assert waiting.ids == ["a1", "a2", "a3"]


def test_an_expired_session_lock_counts_one_and_evicts_the_holder(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a")])
    holder = _accept(queue, "a")
    world.passes(LOCK_MS)
    assert holder.evicted == ["com.microsoft:session-lock-lost"]
    with pytest.raises(BrokerError, match="expired or its message was settled"):
        queue.settle(holder.tokens["a1"], Complete())
    assert _next(world, queue).got[0].delivery_count == 1


def test_session_lock_expiry_dead_letters_at_the_last_attempt(world: World) -> None:
    queue = world.queue(requires_session=True, lock_duration_ms=LOCK_MS, max_delivery_count=1)
    queue.send([world.content("a1", session="a")])
    _accept(queue, "a")
    world.passes(LOCK_MS)
    assert queue.messages == {}
    assert queue.dead_letters is not None
    assert len(queue.dead_letters.messages) == 1
    assert queue.sessions.known() == []


def test_renewing_a_session_prolongs_the_locks_of_its_messages(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a")])
    holder = _accept(queue, "a")
    world.passes(LOCK_MS - 1)
    until = queue.sessions.renew(queue.sessions.held("a", holder))
    assert until == world.now + LOCK_MS
    assert holder.got[0].lock is not None
    assert holder.got[0].lock.until == until
    world.passes(LOCK_MS - 1)
    queue.settle(holder.tokens["a1"], Complete())
    assert queue.messages == {}


def test_a_message_lock_in_a_session_cannot_be_renewed_by_itself(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a")])
    holder = _accept(queue, "a")
    with pytest.raises(BrokerError, match="renew that"):
        queue.locks.renew(holder.tokens["a1"])


def test_only_the_holder_may_act_on_a_session(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a")])
    _accept(queue, "a")
    for stranger in (Receiver(queue), None):
        with pytest.raises(BrokerError) as refusal:
            queue.sessions.held("a", stranger)
        assert refusal.value.condition == "com.microsoft:session-lock-lost"


def test_state_survives_the_holder_and_clearing_it_forgets_the_session(queue: Queue) -> None:
    holder = _accept(queue, "a")
    queue.session_state(queue.sessions.held("a", holder), b"so far")
    queue.unsubscribe(holder)
    again = _accept(queue, "a")
    assert queue.sessions.held("a", again).state == b"so far"
    queue.session_state(queue.sessions.held("a", again), None)
    queue.unsubscribe(again)
    assert queue.sessions.known() == []


def test_abandoning_within_a_session_brings_the_message_back_to_the_same_holder(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a"), world.content("a2", session="a")])
    holder = _accept(queue, "a")
    queue.settle(holder.tokens["a1"], Abandon())
    assert holder.ids == ["a1", "a2", "a1"]


def test_a_deferred_message_of_a_session_is_only_its_holder_s(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a")])
    holder = _accept(queue, "a")
    queue.settle(holder.tokens["a1"], Defer())
    with pytest.raises(BrokerError):
        queue.take_deferred([1], lock=True, session=None)
    (message,) = queue.take_deferred([1], lock=True, session=queue.sessions.held("a", holder))
    assert message.lock is not None
    assert message.lock.session is holder.session


def test_new_messages_of_a_held_session_go_to_its_holder_and_to_nobody_else(world: World, queue: Queue) -> None:
    queue.send([world.content("a1", session="a")])
    holder, waiting = _accept(queue, "a"), _next(world, queue)
    queue.send([world.content("a2", session="a")])
    assert holder.ids == ["a1", "a2"]
    assert waiting.sessions == []


def test_the_dead_letter_queue_of_a_session_queue_has_no_sessions(world: World) -> None:
    queue = world.queue(requires_session=True, dead_letters_expired=True)
    queue.send([world.content("a1", session="a", ttl=10), world.content("b1", session="b", ttl=10)])
    world.passes(10)
    assert queue.dead_letters is not None
    assert Receiver(queue.dead_letters).listen().ids == ["a1", "b1"]
