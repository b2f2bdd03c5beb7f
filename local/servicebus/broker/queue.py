"""One queue, or one dead-letter queue: what is in it, who gets what, and what becomes of it.

Every change is told to the store in the call that makes it; whoever answers a client commits first. A refused
call changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from uuid import UUID

from local.servicebus.amqp.message import Content, Map
from local.servicebus.broker.agenda import Agenda
from local.servicebus.broker.intake import Intake
from local.servicebus.broker.locks import Locks
from local.servicebus.broker.message import (
    MESSAGE_NOT_FOUND,
    NOT_ALLOWED,
    SESSION_LOCK_LOST,
    Abandon,
    BrokerError,
    Complete,
    Consumer,
    DeadLetter,
    Defer,
    Message,
    Outcome,
    Release,
    State,
)
from local.servicebus.broker.sessions import Session, Sessions
from local.servicebus.broker.shelf import Shelf
from local.servicebus.broker.store import Saved, Store
from local.servicebus.queues import QueueSettings


class Queue:
    """A queue with its sessions, locks and timers. `dead_letters` is None in a dead-letter queue."""

    def __init__(self, path: str, settings: QueueSettings, agenda: Agenda, store: Store, dead_letters: Queue | None):
        self.path = path
        self.settings = settings
        self.dead_letters = dead_letters
        self.messages: dict[int, Message] = {}
        self.locks = Locks(agenda, settings.lock_duration_ms, self._count_failure)
        self.sessions = Sessions(
            agenda, settings.lock_duration_ms, self.messages, lambda session: self._end_session(session, failed=True)
        )
        self._agenda = agenda
        self._store = store
        self._shelf = Shelf(self.messages)
        self._consumers: deque[Consumer] = deque()
        self._intake = Intake(path, settings, agenda, store, lasting=dead_letters is None)

    # Into the queue

    def send(self, contents: Sequence[Content]) -> list[int]:
        """Takes all contents or none; returns their sequence numbers, a duplicate's being that of the first one.

        A content with a scheduled enqueue time ahead waits for it. Raises `BrokerError`.
        """
        for content in contents:
            self._intake.check(content)
        sequences = [self._send(content) for content in contents]
        self._announce(self.messages[sequence] for sequence in sequences if sequence in self.messages)
        return sequences

    def cancel_scheduled(self, sequences: Iterable[int]) -> None:
        """Removes scheduled messages, all or none. Raises `BrokerError` when one is not (any more) scheduled."""
        found = [self._numbered(sequence, State.SCHEDULED) for sequence in dict.fromkeys(sequences)]
        for message in found:
            self._remove(message)

    def admit(self, content: Content, *, source: str, origin_sequence: int) -> None:
        """Takes a dead-lettered content from the queue `source`; only for dead-letter queues."""
        message = self._intake.active(content)
        message.dead_letter_source = source
        message.origin_sequence = origin_sequence
        self._add(message)
        self._store.save(self.path, message)
        self._announce([message])

    def restore(self, saved: Saved) -> None:
        """Takes back what was stored before a restart; every lock is gone and no attempt is counted for it."""
        self._intake.restore(saved)
        for session_id, state in saved.sessions:
            self.sessions.get(session_id).state = state
        for message in saved.messages:
            self._add(message)
        self._announce(saved.messages)

    # Out of the queue

    def subscribe(self, consumer: Consumer) -> None:
        """A consumer outside sessions; it gets messages whenever it `wants` some and `pump` is called."""
        self._consumers.append(consumer)

    def unsubscribe(self, consumer: Consumer) -> None:
        """The consumer went away: its session is free at once, other locks stay until they expire."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)
        self.sessions.stop_waiting(consumer)
        if consumer.session is not None:
            self._end_session(consumer.session, failed=False)

    def pump(self, consumer: Consumer) -> None:
        """Hands a consumer what it wants and what there is."""
        shelf = self._shelf if consumer.session is None else consumer.session.shelf
        while consumer.wants() and (message := self._next(shelf)) is not None:
            self._hand_out(shelf, message, consumer)

    def take_deferred(self, sequences: Sequence[int], *, lock: bool, session: Session | None) -> list[Message]:
        """Deferred messages by number, locked or removed. Raises `BrokerError` when one is not there.

        An expired one is dead-lettered now, not before: the service looks at deferred messages only when they
        are asked for (learn.microsoft.com, "Message deferral").
        """
        found = [self._numbered(sequence, State.DEFERRED) for sequence in dict.fromkeys(sequences)]
        for message in found:
            foreign = self.settings.requires_session and self._session_of(message) is not session
            if foreign or message.lock is not None:
                raise _not_found(message.sequence)
        expired = [message for message in found if message.expired(self._agenda.now())]
        for message in expired:
            self._expire(message)
        if expired:
            raise _not_found(expired[0].sequence)
        for message in found:
            if lock:
                self.locks.lock(message, session)
            else:
                self._remove(message)
        return found

    def peek(self, first: int, count: int, session_id: str | None) -> list[Message]:
        """Up to `count` messages from a sequence number on, in any state, without locking."""
        numbers = sorted(number for number in self.messages if number >= first)
        found = (self.messages[number] for number in numbers)
        shown = (message for message in found if session_id in (None, message.content.session_id))
        return list(islice(shown, count))

    def settle(self, token: UUID, outcome: Outcome) -> None:
        """Does with a locked message what its holder says. Raises `BrokerError` when the lock is lost."""
        message = self.locks.held(token)
        if isinstance(outcome, DeadLetter) and self.dead_letters is None:
            raise BrokerError(NOT_ALLOWED, "A message of a dead-letter queue cannot be dead-lettered again.")
        self.locks.unlock(message)
        match outcome:
            case Complete():
                self._remove(message)
            case DeadLetter(reason, description, properties):
                self._dead_letter(message, reason, description, properties)
            case Release():
                self._give_back(message)
            case Abandon(properties):
                self._modify(message, properties)
                self._count_failure(message)
            case Defer(properties):
                message.state = State.DEFERRED
                message.delivery_count += 1
                self._modify(message, properties)
                self._store.save(self.path, message)

    # Sessions and upkeep

    def session_state(self, session: Session, state: bytes | None) -> None:
        """Sets or clears a session's state."""
        session.state = state
        session.state_set_at = self._agenda.now()
        self._store.session_state(self.path, session.id, state)

    def drop_locks(self) -> None:
        """Ends every lock without counting an attempt, as a failover of the broker does."""
        for session in self.sessions.known():
            if session.holder is not None:
                self._end_session(session, failed=False)
        for message in self.locks.all():
            self.locks.unlock(message)
            self._give_back(message)

    def wipe(self) -> None:
        """Forgets all messages, states and seen ids; links stay and held sessions stay held."""
        for message in list(self.messages.values()):
            self.locks.unlock(message)
            self._remove(message)
        for session in self.sessions.known():
            self.session_state(session, None)
            self.sessions.forget_if_empty(session)
        self._intake.forget()

    def _send(self, content: Content) -> int:
        earlier = self._intake.earlier(content)
        if earlier is not None:
            return earlier
        message = self._intake.sent(content)
        self._add(message)
        self._store.save(self.path, message)
        return message.sequence

    def _add(self, message: Message) -> None:
        self.messages[message.sequence] = message
        if self.settings.requires_session:
            self._session_of(message).size += 1
        if message.state is State.SCHEDULED and message.due_at is not None:
            message.alarm = self._agenda.at(message.due_at, lambda: self._activate(message))
        elif message.expires_at is not None:
            message.alarm = self._agenda.at(message.expires_at, lambda: self._time_to_live_over(message))
        self._put(message)

    def _remove(self, message: Message) -> None:
        del self.messages[message.sequence]
        self._agenda.cancel(message.alarm)
        self._store.remove(self.path, message.sequence)
        if self.settings.requires_session:
            session = self._session_of(message)
            session.size -= 1
            self.sessions.forget_if_empty(session)

    def _activate(self, message: Message) -> None:
        self._remove(message)
        active = self._intake.active(message.content)
        self._add(active)
        self._store.save(self.path, active)
        self._announce([active])

    def _time_to_live_over(self, message: Message) -> None:
        if message.available:
            self._expire(message)

    def _expire(self, message: Message) -> None:
        if self.settings.dead_letters_expired:
            self._dead_letter(message, "TTLExpiredException", "The message expired and was dead lettered.", {})
        else:
            self._remove(message)

    def _dead_letter(self, message: Message, reason: str | None, description: str | None, properties: Map) -> None:
        self._remove(message)
        if self.dead_letters is None:
            return
        changes: Map = dict(properties)
        if reason is not None:
            changes["DeadLetterReason"] = reason
        if description is not None:
            changes["DeadLetterErrorDescription"] = description
        content = message.content.with_application_properties(changes)
        self.dead_letters.admit(content, source=self.path, origin_sequence=message.origin_sequence)

    def _end_session(self, session: Session, *, failed: bool) -> None:
        """Frees a session. An expired lock counts as a failed attempt, a link that went away does not."""
        messages = self.locks.under(session)
        holder = self.sessions.let_go(session)
        for message in messages:
            self.locks.unlock(message)
            if failed and self._counted_out(message):
                continue
            self._put_back(message)
        if holder is not None and failed:
            holder.evict(SESSION_LOCK_LOST, f"The lock of session {session.id!r} has expired.")
        self.sessions.offer(session)
        self.sessions.forget_if_empty(session)

    def _count_failure(self, message: Message) -> None:
        if not self._counted_out(message):
            self._give_back(message)

    def _counted_out(self, message: Message) -> bool:
        """Counts a failed attempt; True when it was the last one and the message is in the dead-letter queue."""
        message.delivery_count += 1
        if self.dead_letters is None or message.delivery_count < self.settings.max_delivery_count:
            self._store.update(self.path, message)
            return False
        limit = self.settings.max_delivery_count
        self._dead_letter(
            message,
            "MaxDeliveryCountExceeded",
            f"Message could not be consumed after {limit} delivery attempts.",
            {},
        )
        return True

    def _modify(self, message: Message, properties: Map) -> None:
        if properties:
            message.content = message.content.with_application_properties(properties)
            self._store.save(self.path, message)

    def _give_back(self, message: Message) -> None:
        if self._put_back(message):
            self._announce([message])

    def _put_back(self, message: Message) -> bool:
        """Back in its place, or expired: while a message is locked its time to live does not end it."""
        if message.available and message.expired(self._agenda.now()):
            self._expire(message)
            return False
        self._put(message)
        return True

    def _put(self, message: Message) -> None:
        if message.available:
            (self._session_of(message).shelf if self.settings.requires_session else self._shelf).put(message)

    def _announce(self, messages: Iterable[Message]) -> None:
        """Hands out what just became available; with all of it on the shelves, so that order holds."""
        if not self.settings.requires_session:
            self._pump_all()
            return
        for session in {id(found): found for found in map(self._session_of, messages)}.values():
            if session.holder is None:
                self.sessions.offer(session)
            else:
                self.pump(session.holder)

    def _pump_all(self) -> None:
        idle = 0
        while idle < len(self._consumers) and (message := self._next(self._shelf)) is not None:
            consumer = self._consumers[0]
            self._consumers.rotate(-1)
            if consumer.wants():
                idle = 0
                self._hand_out(self._shelf, message, consumer)
            else:
                idle += 1

    def _next(self, shelf: Shelf) -> Message | None:
        while (message := shelf.first()) is not None and message.expired(self._agenda.now()):
            self._expire(message)
        return message

    def _hand_out(self, shelf: Shelf, message: Message, consumer: Consumer) -> None:
        shelf.take()
        if consumer.peek_lock:
            self.locks.lock(message, consumer.session)
        else:
            self._remove(message)
        consumer.deliver(message)

    def _session_of(self, message: Message) -> Session:
        return self.sessions.get(message.content.session_id or "")

    def _numbered(self, sequence: int, state: State) -> Message:
        message = self.messages.get(sequence)
        if message is None or message.state is not state:
            raise _not_found(sequence)
        return message


def _not_found(sequence: int) -> BrokerError:
    return BrokerError(MESSAGE_NOT_FOUND, f"No message with the sequence number {sequence} is there to be had.")
