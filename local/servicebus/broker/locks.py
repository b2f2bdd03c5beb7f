"""The peek-locks of one queue, found by their token.

A lock outlives the link that took it: closing a receiver unlocks nothing outside a session, and settling by
token through the management node still works.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from local.servicebus.broker.agenda import Agenda
from local.servicebus.broker.message import MESSAGE_LOCK_LOST, BrokerError, Message, MessageLock
from local.servicebus.broker.sessions import Session


class Locks:
    """Tokens and the messages that they lock."""

    def __init__(self, agenda: Agenda, duration_ms: int, on_expired: Callable[[Message], None]):
        self._agenda = agenda
        self._duration_ms = duration_ms
        self._on_expired = on_expired
        self._held: dict[UUID, Message] = {}

    def __len__(self) -> int:
        return len(self._held)

    def lock(self, message: Message, session: Session | None) -> None:
        """Locks an available or deferred message; under a session, for as long as the session's lock."""
        lock = MessageLock(uuid4(), self._agenda.now() + self._duration_ms, session)
        message.lock = lock
        self._held[lock.token] = message
        if session is None:
            self._watch(lock)
        else:
            session.tokens.add(lock.token)

    def held(self, token: UUID) -> Message:
        """The message that a token locks. Raises `BrokerError` when the lock is lost."""
        message = self._held.get(token)
        if message is None:
            raise BrokerError(MESSAGE_LOCK_LOST, f"The lock {token} has expired or its message was settled.")
        return message

    def unlock(self, message: Message) -> None:
        """Ends a message's lock; it is then nobody's."""
        lock = message.lock
        if lock is None:
            return
        message.lock = None
        self._held.pop(lock.token, None)
        self._agenda.cancel(lock.alarm)
        if lock.session is not None:
            lock.session.tokens.discard(lock.token)

    def renew(self, token: UUID) -> int:
        """Prolongs a lock by the queue's lock duration and returns its new end."""
        message = self.held(token)
        lock = message.lock
        if lock is None or lock.session is not None:
            raise BrokerError("amqp:not-allowed", "A session's messages are locked by their session: renew that.")
        lock.prolong(self._agenda.now() + self._duration_ms)
        self._agenda.cancel(lock.alarm)
        self._watch(lock)
        return lock.until

    def under(self, session: Session) -> list[Message]:
        """The messages locked under a session, oldest first."""
        return sorted((self._held[token] for token in session.tokens), key=lambda message: message.sequence)

    def all(self) -> list[Message]:
        """Every locked message, oldest first."""
        return sorted(self._held.values(), key=lambda message: message.sequence)

    def _watch(self, lock: MessageLock) -> None:
        lock.alarm = self._agenda.at(lock.until, lambda: self._expire(lock.token))

    def _expire(self, token: UUID) -> None:
        message = self._held.get(token)
        if message is not None:
            self.unlock(message)
            self._on_expired(message)
