"""A message in a queue, its lock, what may be done with it, and whom it is handed to.

Times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from local.servicebus.amqp.message import Content, Map
from local.servicebus.broker.agenda import Alarm

if TYPE_CHECKING:
    from local.servicebus.broker.sessions import Session

NOT_ALLOWED = "amqp:not-allowed"
MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
SESSION_LOCK_LOST = "com.microsoft:session-lock-lost"
SESSION_TAKEN = "com.microsoft:session-cannot-be-locked"
TIMEOUT = "com.microsoft:timeout"


class BrokerError(Exception):
    """The broker refuses. `condition` is the AMQP error condition by which the SDK picks its exception."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(description)
        self.condition = condition
        self.description = description


class State(IntEnum):
    """The values of `x-opt-message-state`."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


class MessageLock:
    """Who may settle a message and until when; under a session the session's own deadline counts."""

    __slots__ = ("_until", "alarm", "session", "token")

    def __init__(self, token: UUID, until: int, session: Session | None):
        self.token = token
        self.session = session
        self.alarm: Alarm | None = None
        self._until = until

    @property
    def until(self) -> int:
        """The instant at which the lock ends unless it is renewed."""
        return self._until if self.session is None else self.session.locked_until

    def prolong(self, until: int) -> None:
        """Moves the lock's own deadline."""
        self._until = until


class Message:
    """A content with its place in a queue. `due_at` is when a scheduled one becomes active."""

    __slots__ = (
        "alarm",
        "content",
        "dead_letter_source",
        "delivery_count",
        "due_at",
        "enqueued_at",
        "expires_at",
        "lock",
        "origin_sequence",
        "sequence",
        "state",
    )

    def __init__(self, sequence: int, content: Content, enqueued_at: int, expires_at: int | None):
        self.sequence = sequence
        self.content = content
        self.enqueued_at = enqueued_at
        self.expires_at = expires_at
        self.origin_sequence = sequence
        self.state = State.ACTIVE
        self.due_at: int | None = None
        self.delivery_count = 0
        self.dead_letter_source: str | None = None
        self.lock: MessageLock | None = None
        self.alarm: Alarm | None = None

    @property
    def available(self) -> bool:
        """Whether it could be handed out now."""
        return self.lock is None and self.state is State.ACTIVE

    def expired(self, now: int) -> bool:
        """Whether its time to live is over."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Complete:
    """Done: the message leaves the queue."""


@dataclass(frozen=True, slots=True)
class Release:
    """Given back unused: no failed delivery is counted."""


@dataclass(frozen=True, slots=True)
class Abandon:
    """Given back after a failed attempt."""

    properties: Map = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Defer:
    """Set aside until asked for by its sequence number."""

    properties: Map = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Moved to the dead-letter queue, with the application's reason."""

    reason: str | None = None
    description: str | None = None
    properties: Map = field(default_factory=dict)


Outcome = Complete | Release | Abandon | Defer | DeadLetter


class Consumer(Protocol):
    """Whom messages are handed to: a client's receiving link."""

    session: Session | None
    """The session it holds; set by the broker."""

    @property
    def peek_lock(self) -> bool:
        """Whether what it gets is locked, not removed."""

    def wants(self) -> bool:
        """Whether it takes a message right now."""

    def deliver(self, message: Message) -> None:
        """Hands over one message, already locked or removed."""

    def accepted(self, session: Session) -> None:
        """The session that it has asked or waited for is now its own."""

    def evict(self, condition: str, description: str) -> None:
        """It is no longer served: its session lock ended, or its wait did."""
